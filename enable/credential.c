#include "enable/credential.h"

#include "runtime/base/clock.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#define ACTIVE ENABLE__CREDENTIAL__STATE__STATE_ACTIVE
#define EXPIRING ENABLE__CREDENTIAL__STATE__STATE_EXPIRING
#define EXPIRED ENABLE__CREDENTIAL__STATE__STATE_EXPIRED
#define SUSPENDED ENABLE__CREDENTIAL__STATE__STATE_SUSPENDED
#define REVOKED ENABLE__CREDENTIAL__STATE__STATE_REVOKED
#define DAY_US (INT64_C(86400) * US_PER_SECOND)

static const char *const action_names[CREDENTIAL_ACTIONS] = {"SUSPEND", "REINSTATE", "REVOKE"};
static const struct transition transitions[] = {
    {ACTIVE, CREDENTIAL_SUSPEND, SUSPENDED},   {EXPIRING, CREDENTIAL_SUSPEND, SUSPENDED},
    {SUSPENDED, CREDENTIAL_REINSTATE, ACTIVE}, {ACTIVE, CREDENTIAL_REVOKE, REVOKED},
    {EXPIRING, CREDENTIAL_REVOKE, REVOKED},    {SUSPENDED, CREDENTIAL_REVOKE, REVOKED},
};
const struct machine credential_machine = {
    .states = &enable__credential__state__descriptor,
    .actions = action_names,
    .action_count = CREDENTIAL_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static int64_t valid_until(const Enable__Credential *credential) {
  return timestamp_us(credential->valid_until_time, SPAN_OPEN);
}

static bool suspended_at(const Enable__Credential *credential, int64_t time_us) {
  for (size_t i = 0; i < credential->n_suspensions; i++) {
    const Enable__Span *span = credential->suspensions[i]->span;
    if (span_start(span) <= time_us && time_us < span_end(span)) {
      return true;
    }
  }
  return false;
}

Enable__Credential__State credential_state_at(const Enable__Credential *credential, int64_t time_us) {
  int64_t until = valid_until(credential);
  if (credential->revocation && timestamp_us(credential->revocation->revoke_time, SPAN_OPEN) <= time_us) {
    return REVOKED;
  }
  if (until <= time_us) {
    return EXPIRED;
  }
  if (suspended_at(credential, time_us)) {
    return SUSPENDED;
  }
  return until != SPAN_OPEN && until - EXPIRING_DAYS * DAY_US <= time_us ? EXPIRING : ACTIVE;
}

struct spans credential_spans(struct arena *arena, const Enable__Credential *credential) {
  struct span valid = {timestamp_us(credential->valid_from_time, INT64_MIN), valid_until(credential)};
  if (credential->revocation) {
    int64_t revoked = timestamp_us(credential->revocation->revoke_time, SPAN_OPEN);
    valid.end_us = revoked < valid.end_us ? revoked : valid.end_us;
  }
  struct span *gaps = arena_calloc(arena, credential->n_suspensions, sizeof *gaps);
  for (size_t i = 0; i < credential->n_suspensions; i++) {
    const Enable__Span *span = credential->suspensions[i]->span;
    gaps[i] = (struct span){span_start(span), span_end(span)};
  }
  return spans_subtract(arena, spans_of(arena, &valid, 1), spans_of(arena, gaps, credential->n_suspensions));
}

int64_t months_after(int64_t time_us, int months) {
  int32_t month = month_of(time_us);
  int64_t into_month = time_us - month_start_us(month);
  int32_t target = month_add(month, months);
  int64_t last_day = month_start_us(month_add(target, 1)) - DAY_US;
  int64_t moved = month_start_us(target) + into_month;
  return moved < last_day + DAY_US ? moved : last_day + into_month % DAY_US;
}

static const struct status *check_issue(struct arena *arena, const Enable__Credential *credential,
                                        const Enable__Enrolment *enrolment) {
  if (!text_empty(enrolment->credential)) {
    struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, "CREDENTIAL_ISSUED",
                                        "%s already gave %s", enrolment->name, enrolment->credential);
    status_add_metadata(arena, status, "credential", enrolment->credential);
    return status;
  }
  const char *state = state_name(&enable__enrolment__state__descriptor, enrolment->state);
  struct guards guards = {.arena = arena, .resource = credential->name, .state = state, .action = "ISSUE"};
  guard(&guards,
        enrolment->state == ENABLE__ENROLMENT__STATE__STATE_SATISFIED ||
            enrolment->state == ENABLE__ENROLMENT__STATE__STATE_WAIVED,
        "%s is %s, not SATISFIED or WAIVED", enrolment->name, state);
  return guards.status;
}

const struct status *credential_apply_issue(struct arena *arena, Enable__Credential *credential,
                                            const Enable__Enrolment *enrolment, const Enable__Course *course,
                                            const Enable__Credential *renewed) {
  const struct status *status = check_issue(arena, credential, enrolment);
  if (status) {
    return status;
  }
  int64_t from = timestamp_us(enrolment->satisfy_time, INT64_MIN);
  int64_t extends_from = from;
  if (renewed) {
    credential->renews = renewed->name;
    extends_from = valid_until(renewed) > from ? valid_until(renewed) : from;
  }
  credential->enrolment = enrolment->name;
  credential->member = enrolment->member;
  credential->course = enrolment->course;
  credential->party = enrolment->party;
  credential->state = ACTIVE;
  credential->valid_from_time = timestamp_new(arena, from);
  credential->valid_until_time =
      course->validity_months && extends_from != SPAN_OPEN
          ? timestamp_new(arena, months_after(extends_from, course->validity_months))
          : NULL;
  return NULL;
}

static const struct status *credential_step(struct arena *arena, Enable__Credential *credential,
                                            enum credential_action action, int64_t now_us) {
  int to;
  const struct status *status = machine_next(&credential_machine, arena, credential->name,
                                             credential_state_at(credential, now_us), action, &to);
  if (!status) {
    credential->state = (Enable__Credential__State)to;
  }
  return status;
}

const struct status *credential_apply_suspend(struct arena *arena, Enable__Credential *credential,
                                              const char *actor, const char *reason, int64_t now_us) {
  const struct status *status = credential_step(arena, credential, CREDENTIAL_SUSPEND, now_us);
  if (status) {
    return status;
  }
  if (credential->n_suspensions >= SUSPENSIONS_MAX) {
    struct status *full =
        status_make(arena, CODE_RESOURCE_EXHAUSTED, "LIMIT_REACHED",
                    "%s was suspended %d times, the most there can be", credential->name, SUSPENSIONS_MAX);
    status_add_metadata(arena, full, "limit", arena_printf(arena, "%d", SUSPENSIONS_MAX));
    return full;
  }
  Enable__Suspension *suspension = arena_new(arena, Enable__Suspension);
  enable__suspension__init(suspension);
  suspension->span = span_write(arena, now_us, SPAN_OPEN);
  suspension->actor = arena_strdup(arena, actor);
  suspension->reason = arena_strdup(arena, reason);
  credential->suspensions =
      arena_append(arena, credential->suspensions, credential->n_suspensions++, suspension);
  return NULL;
}

const struct status *credential_apply_reinstate(struct arena *arena, Enable__Credential *credential,
                                                int64_t now_us) {
  const struct status *status = credential_step(arena, credential, CREDENTIAL_REINSTATE, now_us);
  if (status) {
    return status;
  }
  Enable__Suspension *last = credential->suspensions[credential->n_suspensions - 1];
  last->span->end_time = timestamp_new(arena, now_us);
  credential->state = credential_state_at(credential, now_us);
  return NULL;
}

const struct status *credential_apply_revoke(struct arena *arena, Enable__Credential *credential,
                                             const char *actor, const char *reason, int64_t now_us) {
  const struct status *status = credential_step(arena, credential, CREDENTIAL_REVOKE, now_us);
  if (status) {
    return status;
  }
  Enable__Revocation *revocation = arena_new(arena, Enable__Revocation);
  enable__revocation__init(revocation);
  revocation->revoke_time = timestamp_new(arena, now_us);
  revocation->actor = arena_strdup(arena, actor);
  revocation->reason = arena_strdup(arena, reason);
  credential->revocation = revocation;
  return NULL;
}
