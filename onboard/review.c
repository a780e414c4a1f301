#include "onboard/review.h"

#include "onboard/sponsor.h"
#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define SCHEDULED ONBOARD__REVIEW__STATE__STATE_SCHEDULED
#define RESCHEDULED ONBOARD__REVIEW__STATE__STATE_RESCHEDULED
#define HELD ONBOARD__REVIEW__STATE__STATE_HELD
#define MISSED ONBOARD__REVIEW__STATE__STATE_MISSED
#define CANCELLED ONBOARD__REVIEW__STATE__STATE_CANCELLED

/* ---- how it stands ---- */

static int64_t latest_us(const Onboard__Review *review) {
  return moment_us(review->due_time) + REVIEW_GRACE_DAYS * US_PER_DAY;
}

static bool is_waiting(const Onboard__Review *review) {
  return review->state == SCHEDULED || review->state == RESCHEDULED;
}

Onboard__Review__State review_state_at(const Onboard__Review *review, int64_t now_us) {
  return is_waiting(review) && latest_us(review) <= now_us ? MISSED : review->state;
}

bool review_settle(Onboard__Review *review, int64_t now_us) {
  Onboard__Review__State before = review->state;
  review->state = review_state_at(review, now_us);
  return review->state != before;
}

int64_t review_next_us(const Onboard__Review *review) {
  return is_waiting(review) ? latest_us(review) : INT64_MAX;
}

bool review_is_open_at(const Onboard__Review *review, int64_t now_us) {
  Onboard__Review__State state = review_state_at(review, now_us);
  return state == SCHEDULED || state == RESCHEDULED;
}

/* ---- guards ---- */

static void guard_sponsor(const struct act *act, const Onboard__Review *review,
                          const Onboard__Attendee *attendee, const Onboard__Sponsor *sponsor,
                          struct status **refusal) {
  if (text_empty(attendee->sponsor) || (sponsor && sponsor->party == attendee->party))
    return;
  bool first = !*refusal;
  guard_add(act->arena, refusal, "SPONSOR_UNKNOWN", review->name, "%s is no sponsor of %s here",
            attendee->sponsor, party_name(attendee->party));
  if (first)
    status_add_metadata(act->arena, *refusal, "sponsor", attendee->sponsor);
}

static const struct status *holdable(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Review *review = noun;
  const struct review_facts *given = facts;
  struct status *refusal = NULL;
  if (given->hold_us > latest_us(review)) {
    const char *latest = moment_text(act->arena, latest_us(review));
    refusal = status_make(act->arena, CODE_FAILED_PRECONDITION, "HELD_TOO_LATE",
                          "%s had to be held by %s: it was missed", review->name, latest);
    status_add_metadata(act->arena, refusal, "latest_time", latest);
    return refusal;
  }
  for (size_t i = 0; i < given->attendee_count; i++)
    guard_sponsor(act, review, given->attendees[i], given->sponsors[i], &refusal);
  return refusal;
}

static const struct status *not_yet_due(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Review *review = noun;
  if (act->now_us < moment_us(review->due_time))
    return NULL;
  const char *due = moment_text(act->arena, moment_us(review->due_time));
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, "REVIEW_DUE",
                  "%s was due at %s: it can be held or missed, not called off", review->name, due);
  status_add_metadata(act->arena, status, "due_time", due);
  return status;
}

static const struct transition transitions[] = {
    {SCHEDULED, REVIEW_HOLD, HELD, holdable},
    {RESCHEDULED, REVIEW_HOLD, HELD, holdable},
    {MISSED, REVIEW_HOLD, HELD, holdable},
    {SCHEDULED, REVIEW_RESCHEDULE, RESCHEDULED, NULL},
    {RESCHEDULED, REVIEW_RESCHEDULE, RESCHEDULED, NULL},
    {SCHEDULED, REVIEW_CANCEL, CANCELLED, not_yet_due},
    {RESCHEDULED, REVIEW_CANCEL, CANCELLED, not_yet_due},
    {SCHEDULED, REVIEW_MISS, MISSED, NULL},
    {RESCHEDULED, REVIEW_MISS, MISSED, NULL},
};
static const char *const actions[] = {"HOLD", "RESCHEDULE", "CANCEL", "MISS"};
const struct machine review_machine = {
    .states = &onboard__review__state__descriptor,
    .actions = actions,
    .action_count = REVIEW_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *step(const struct act *act, Onboard__Review *review, enum review_action action,
                                 const struct review_facts *facts) {
  int to;
  const struct status *status =
      machine_step(&review_machine, act, review->name, (int)review_state_at(review, act->now_us), (int)action,
                   review, facts, &to);
  if (!status)
    review->state = (Onboard__Review__State)to;
  return status;
}

/* ---- actions ---- */

void review_start(Onboard__Review *review) {
  review->state = SCHEDULED;
  review->original_due_time = review->due_time;
}

const struct status *review_check_attendees(struct arena *arena, Onboard__Attendee *const *attendees,
                                            size_t count) {
  struct status *refusal = NULL;
  for (size_t i = 0; i < count; i++) {
    const Onboard__Attendee *attendee = attendees[i];
    if (text_empty(attendee->sponsor) && text_empty(attendee->person_name))
      invalid_add(arena, &refusal, arena_printf(arena, "attendees[%zu].person_name", i),
                  "REQUIRED_FIELD_MISSING", "name the person or a sponsor");
    if (attendee->party != TYPE__PARTY__PARTY_VENDOR && attendee->party != TYPE__PARTY__PARTY_PARTNER)
      invalid_add(arena, &refusal, arena_printf(arena, "attendees[%zu].party", i), "VALUE_OUT_OF_RANGE",
                  "must be VENDOR or PARTNER");
  }
  return refusal;
}

/* Parties, in order, of which an executive sponsor who served at the time was there. */
static void find_sponsored(const struct act *act, Onboard__Review *review, const struct review_facts *facts) {
  review->sponsored_parties = arena_calloc(act->arena, 2, sizeof *review->sponsored_parties);
  review->n_sponsored_parties = 0;
  for (Type__Party party = TYPE__PARTY__PARTY_VENDOR; party <= TYPE__PARTY__PARTY_PARTNER; party++) {
    bool there = false;
    for (size_t i = 0; i < facts->attendee_count && !there; i++) {
      const Onboard__Sponsor *sponsor = facts->sponsors[i];
      there = sponsor && sponsor->party == party && sponsor_was_executive(sponsor, facts->hold_us);
    }
    if (there)
      review->sponsored_parties[review->n_sponsored_parties++] = party;
  }
}

const struct status *review_hold(const struct act *act, Onboard__Review *review,
                                 const struct review_facts *facts) {
  const struct status *status = step(act, review, REVIEW_HOLD, facts);
  if (status)
    return status;
  review->hold_time = timestamp_new(act->arena, facts->hold_us);
  review->attendees = (Onboard__Attendee **)facts->attendees;
  review->n_attendees = facts->attendee_count;
  find_sponsored(act, review, facts);
  return NULL;
}

const struct status *review_reschedule(const struct act *act, Onboard__Review *review,
                                       Google__Protobuf__Timestamp *due_time, char *reason) {
  struct status *refusal = NULL;
  int64_t due = moment_us(due_time);
  int64_t limit = moment_us(review->original_due_time) + REVIEW_POSTPONE_DAYS_MAX * US_PER_DAY;
  if (!machine_find(&review_machine, (int)review_state_at(review, act->now_us), REVIEW_RESCHEDULE))
    return step(act, review, REVIEW_RESCHEDULE, NULL);
  if (due <= act->now_us)
    invalid_add(act->arena, &refusal, "due_time", "VALUE_OUT_OF_RANGE", "must lie in the future");
  if (due > limit)
    invalid_add(act->arena, &refusal, "due_time", "VALUE_OUT_OF_RANGE",
                "must not lie more than %d days after the original time", REVIEW_POSTPONE_DAYS_MAX);
  if (refusal)
    return refusal;
  const struct status *status = step(act, review, REVIEW_RESCHEDULE, NULL);
  if (status)
    return status;
  review->due_time = due_time;
  review->reschedule_reason = reason;
  review->reschedule_count++;
  return NULL;
}

const struct status *review_cancel(const struct act *act, Onboard__Review *review, char *reason) {
  const struct status *status = step(act, review, REVIEW_CANCEL, NULL);
  if (!status)
    review->cancel_reason = reason;
  return status;
}
