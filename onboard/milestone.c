#include "onboard/milestone.h"

#include "runtime/base/moment.h"

#define OPEN ONBOARD__MILESTONE__STATE__STATE_OPEN
#define CLAIMED ONBOARD__MILESTONE__STATE__STATE_CLAIMED
#define ACHIEVED ONBOARD__MILESTONE__STATE__STATE_ACHIEVED
#define OVERDUE ONBOARD__MILESTONE__STATE__STATE_OVERDUE
#define RELEASED ONBOARD__MILESTONE__STATE__STATE_RELEASED

/* ---- how it stands ---- */

Onboard__Milestone__State milestone_state_at(const Onboard__Milestone *milestone, int64_t now_us) {
  if (milestone->state == OPEN && moment_us(milestone->due_time) <= now_us)
    return OVERDUE;
  if (milestone->state == CLAIMED && moment_us(milestone->deem_time) <= now_us)
    return ACHIEVED;
  return milestone->state;
}

static int32_t slip_days(const Onboard__Milestone *milestone) {
  int64_t late = moment_us(milestone->achieve_time) - moment_us(milestone->due_time);
  return late > 0 ? (int32_t)((late + US_PER_DAY - 1) / US_PER_DAY) : 0;
}

bool milestone_settle(Onboard__Milestone *milestone, int64_t now_us) {
  Onboard__Milestone__State state = milestone_state_at(milestone, now_us);
  if (state == milestone->state)
    return false;
  milestone->state = state;
  if (state == ACHIEVED) {
    milestone->deemed = true;
    milestone->slip_days = slip_days(milestone);
  }
  return true;
}

int64_t milestone_next_us(const Onboard__Milestone *milestone) {
  switch (milestone->state) {
  case OPEN:
    return moment_us(milestone->due_time);
  case CLAIMED:
    return moment_us(milestone->deem_time);
  default:
    return INT64_MAX;
  }
}

bool milestone_is_settled_at(const Onboard__Milestone *milestone, int64_t now_us) {
  Onboard__Milestone__State state = milestone_state_at(milestone, now_us);
  return state == ACHIEVED || state == OVERDUE || state == RELEASED;
}

bool milestone_is_released_at(const Onboard__Milestone *milestone, int64_t now_us) {
  return milestone_state_at(milestone, now_us) == OPEN;
}

bool milestone_is_claimed_early_at(const Onboard__Milestone *milestone, int64_t now_us) {
  return milestone_state_at(milestone, now_us) == CLAIMED && now_us < moment_us(milestone->due_time);
}

bool milestone_in_time(const Onboard__Milestone *milestone) {
  return milestone->slip_days == 0;
}

/* ---- guards ---- */

static const struct status *owned(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Milestone *milestone = noun;
  for (size_t i = 0; i < milestone->n_owners; i++)
    if (milestone->owners[i] == act->party)
      return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "NOT_OWN_MILESTONE",
                                      "%s is not a milestone of %s: only an owner can claim it",
                                      milestone->name, party_name(act->party));
  status_add_metadata(act->arena, status, "party", party_name(act->party));
  return status;
}

static const struct status *others_claim(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Milestone *milestone = noun;
  if (milestone->claim_party != act->party)
    return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "OWN_CLAIM",
                                      "%s was claimed by %s: only the other party can answer",
                                      milestone->name, party_name(milestone->claim_party));
  status_add_metadata(act->arena, status, "claim_party", party_name(milestone->claim_party));
  return status;
}

static const struct transition transitions[] = {
    {OPEN, MILESTONE_CLAIM, CLAIMED, owned},
    {OVERDUE, MILESTONE_CLAIM, CLAIMED, owned},
    {CLAIMED, MILESTONE_CONFIRM, ACHIEVED, others_claim},
    {CLAIMED, MILESTONE_REJECT, OPEN, others_claim},
    {CLAIMED, MILESTONE_DEEM, ACHIEVED, NULL},
    {OPEN, MILESTONE_EXPIRE, OVERDUE, NULL},
    {OPEN, MILESTONE_RELEASE, RELEASED, NULL},
};
static const char *const actions[] = {"CLAIM", "CONFIRM", "REJECT", "DEEM", "EXPIRE", "RELEASE"};
const struct machine milestone_machine = {
    .states = &onboard__milestone__state__descriptor,
    .actions = actions,
    .action_count = MILESTONE_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *step(const struct act *act, Onboard__Milestone *milestone,
                                 enum milestone_action action) {
  int to;
  const struct status *status =
      machine_step(&milestone_machine, act, milestone->name, (int)milestone_state_at(milestone, act->now_us),
                   (int)action, milestone, NULL, &to);
  if (!status)
    milestone->state = (Onboard__Milestone__State)to;
  return status;
}

/* ---- actions ---- */

const struct status *milestone_claim(const struct act *act, Onboard__Milestone *milestone, char *evidence,
                                     Google__Protobuf__Timestamp *achieve_time, int64_t deemed_us) {
  const struct status *status = step(act, milestone, MILESTONE_CLAIM);
  if (status)
    return status;
  milestone->claim_party = act->party;
  milestone->claim_actor = arena_strdup(act->arena, act->actor);
  milestone->evidence = evidence;
  milestone->achieve_time = moment_or(act->arena, achieve_time, act->now_us);
  milestone->deem_time = timestamp_new(act->arena, act->now_us + deemed_us);
  return NULL;
}

const struct status *milestone_confirm(const struct act *act, Onboard__Milestone *milestone) {
  const struct status *status = step(act, milestone, MILESTONE_CONFIRM);
  if (!status)
    milestone->slip_days = slip_days(milestone);
  return status;
}

const struct status *milestone_reject(const struct act *act, Onboard__Milestone *milestone, char *reason) {
  const struct status *status = step(act, milestone, MILESTONE_REJECT);
  if (status)
    return status;
  milestone->reject_reason = reason;
  milestone->achieve_time = NULL;
  milestone->deem_time = NULL;
  milestone->state = milestone_state_at(milestone, act->now_us);
  return NULL;
}

const struct status *milestone_release(const struct act *act, Onboard__Milestone *milestone) {
  return step(act, milestone, MILESTONE_RELEASE);
}
