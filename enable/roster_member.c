#include "enable/roster_member.h"

#include "enable/credential.h"
#include "enable/span.h"

#include "runtime/base/moment.h"
#include "runtime/base/party.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#define ACTIVE ENABLE__ROSTER_MEMBER__STATE__STATE_ACTIVE
#define LEFT ENABLE__ROSTER_MEMBER__STATE__STATE_LEFT

static const char *const action_names[ROSTER_MEMBER_ACTIONS] = {"UPDATE", "RELEASE", "ENROL", "CERTIFY"};
static const struct transition transitions[] = {
    {ACTIVE, ROSTER_MEMBER_UPDATE, ACTIVE},
    {ACTIVE, ROSTER_MEMBER_RELEASE, LEFT},
    {ACTIVE, ROSTER_MEMBER_ENROL, ACTIVE},
    {ACTIVE, ROSTER_MEMBER_CERTIFY, ACTIVE},
};
const struct machine roster_member_machine = {
    .states = &enable__roster_member__state__descriptor,
    .actions = action_names,
    .action_count = ROSTER_MEMBER_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

const struct status *roster_member_check(struct arena *arena, const Enable__RosterMember *member,
                                         Type__Party actor, enum roster_member_action action) {
  const struct status *status = party_check_owner(arena, member->name, member->party, actor);
  int to;
  return status ? status
                : machine_next(&roster_member_machine, arena, member->name, member->state, action, &to);
}

static const struct status *check_roles(struct arena *arena, const Enable__RosterMember *member) {
  for (size_t i = 0; i < member->n_roles; i++) {
    const char *field = arena_printf(arena, "roster_member.roles[%zu]", i);
    if (member->roles[i] == ENABLE__ROSTER_MEMBER__ROLE__ROLE_UNSPECIFIED) {
      return invalid_field(arena, field, "ENUM_VALUE_UNKNOWN", "must be a role");
    }
    for (size_t j = 0; j < i; j++) {
      if (member->roles[i] == member->roles[j]) {
        return invalid_field(arena, field, "DUPLICATE_VALUE", "is named twice");
      }
    }
  }
  return NULL;
}

const struct status *roster_member_apply_create(struct arena *arena, Enable__RosterMember *member,
                                                Type__Party party, int64_t now_us) {
  const struct status *status = check_roles(arena, member);
  if (status) {
    return status;
  }
  int64_t join_us = timestamp_us(member->join_time, INT64_MIN);
  status = moment_past(arena, "roster_member.join_time", now_us, &join_us);
  if (status) {
    return status;
  }
  member->join_time = timestamp_new(arena, join_us);
  member->party = party;
  member->state = ACTIVE;
  return NULL;
}

const struct status *roster_member_apply_release(struct arena *arena, Enable__RosterMember *member,
                                                 Type__Party actor, int64_t leave_us, int64_t now_us) {
  const struct status *status = roster_member_check(arena, member, actor, ROSTER_MEMBER_RELEASE);
  if (status) {
    return status;
  }
  status = moment_past(arena, "leave_time", now_us, &leave_us);
  if (status) {
    return status;
  }
  if (leave_us < timestamp_us(member->join_time, INT64_MIN)) {
    return invalid_field(arena, "leave_time", "VALUE_OUT_OF_RANGE", "must not be before the member joined");
  }
  member->state = LEFT;
  member->leave_time = timestamp_new(arena, leave_us);
  return NULL;
}

Enable__CourseProgress *roster_member_progress(const Enable__RosterMember *member, const char *course) {
  for (size_t i = 0; i < member->n_progress; i++) {
    if (text_equal(member->progress[i]->course, course)) {
      return member->progress[i];
    }
  }
  return NULL;
}

static const struct status *limit_reached(struct arena *arena, const char *resource, int limit) {
  struct status *status = status_make(arena, CODE_RESOURCE_EXHAUSTED, "LIMIT_REACHED",
                                      "%s already has %d of these, the most there can be", resource, limit);
  status_add_metadata(arena, status, "limit", arena_printf(arena, "%d", limit));
  return status;
}

static bool is_done(const Enable__Enrolment *enrolment) {
  return enrolment->state == ENABLE__ENROLMENT__STATE__STATE_SATISFIED ||
         enrolment->state == ENABLE__ENROLMENT__STATE__STATE_WAIVED;
}

const struct status *roster_member_note_enrolment(struct arena *arena, Enable__RosterMember *member,
                                                  const Enable__Enrolment *enrolment) {
  Enable__CourseProgress *progress = roster_member_progress(member, enrolment->course);
  if (!progress) {
    if (member->n_progress >= PROGRESS_MAX) {
      return limit_reached(arena, member->name, PROGRESS_MAX);
    }
    progress = arena_new(arena, Enable__CourseProgress);
    enable__course_progress__init(progress);
    progress->course = enrolment->course;
    member->progress = arena_append(arena, member->progress, member->n_progress++, progress);
  }
  if (!text_empty(progress->open_enrolment) && !text_equal(progress->open_enrolment, enrolment->name)) {
    struct status *status =
        status_make(arena, CODE_ALREADY_EXISTS, "ENROLMENT_OPEN", "%s is already enrolled in %s by %s",
                    member->name, enrolment->course, progress->open_enrolment);
    status_add_metadata(arena, status, "enrolment", progress->open_enrolment);
    return status;
  }
  progress->open_enrolment = is_done(enrolment) ? arena_strdup(arena, "") : enrolment->name;
  if (is_done(enrolment)) {
    progress->satisfy_time = enrolment->satisfy_time;
  }
  return NULL;
}

const struct status *roster_member_note_credential(struct arena *arena, Enable__RosterMember *member,
                                                   const Enable__Credential *credential) {
  Enable__Holding *holding = NULL;
  for (size_t i = 0; i < member->n_holdings && !holding; i++) {
    if (text_equal(member->holdings[i]->credential, credential->name)) {
      holding = member->holdings[i];
    }
  }
  if (!holding) {
    if (member->n_holdings >= HOLDINGS_MAX) {
      return limit_reached(arena, member->name, HOLDINGS_MAX);
    }
    holding = arena_new(arena, Enable__Holding);
    enable__holding__init(holding);
    holding->credential = credential->name;
    holding->course = credential->course;
    member->holdings = arena_append(arena, member->holdings, member->n_holdings++, holding);
  }
  struct spans spans = credential_spans(arena, credential);
  holding->active_spans = spans_write(arena, spans);
  holding->n_active_spans = spans.count;
  return NULL;
}
