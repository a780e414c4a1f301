/* Rules of milestones: claimed by an owner, confirmed by the other party or by its silence. Pure. */
#ifndef ENTENTE_ONBOARD_MILESTONE_H
#define ENTENTE_ONBOARD_MILESTONE_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/milestone.pb-c.h"

enum milestone_action {
  MILESTONE_CLAIM,
  MILESTONE_CONFIRM,
  MILESTONE_REJECT,
  MILESTONE_DEEM,
  MILESTONE_EXPIRE,
  MILESTONE_RELEASE,
  MILESTONE_ACTIONS
};
extern const struct machine milestone_machine;

/* How it stands at a moment, and the same written into it. */
Onboard__Milestone__State milestone_state_at(const Onboard__Milestone *milestone, int64_t now_us);
/* Answers whether anything changed. */
bool milestone_settle(Onboard__Milestone *milestone, int64_t now_us);
/* When the sweeper has to look again; INT64_MAX: never. */
int64_t milestone_next_us(const Onboard__Milestone *milestone);

/* Achieved, overdue or released: nothing changes unless a party acts. */
bool milestone_is_settled_at(const Onboard__Milestone *milestone, int64_t now_us);
/* Whether superseding the plan releases it. */
bool milestone_is_released_at(const Onboard__Milestone *milestone, int64_t now_us);
/* Whether it is claimed and not yet due: rejected, it would be open again. */
bool milestone_is_claimed_early_at(const Onboard__Milestone *milestone, int64_t now_us);
/* Achieved by the time it was due; only when achieved. */
bool milestone_in_time(const Onboard__Milestone *milestone);

/* Each changes the milestone, or refuses and leaves it as it was. It must be settled to `act->now_us`. */
const struct status *milestone_claim(const struct act *act, Onboard__Milestone *milestone, char *evidence,
                                     Google__Protobuf__Timestamp *achieve_time, int64_t deemed_us);
const struct status *milestone_confirm(const struct act *act, Onboard__Milestone *milestone);
const struct status *milestone_reject(const struct act *act, Onboard__Milestone *milestone, char *reason);
const struct status *milestone_release(const struct act *act, Onboard__Milestone *milestone);

#endif
