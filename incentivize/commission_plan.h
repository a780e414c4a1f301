/* Rules of commission plans: who may take which step, and when a plan is complete. Pure.
 *
 *   DRAFT --propose--> PROPOSED --approve (other party)--> APPROVED --activate--> ACTIVE --end--> ENDED
 *     ^                   |                                                         |
 *     +- withdraw (own) --+                                                         +-> SUPERSEDED
 *     +- return (other) --+
 */
#ifndef ENTENTE_INCENTIVIZE_COMMISSION_PLAN_H
#define ENTENTE_INCENTIVIZE_COMMISSION_PLAN_H

#include "runtime/base/machine.h"
#include "runtime/base/period.h"

#include "entente/incentivize/v1/commission_plan.pb-c.h"

enum plan_state {
  PLAN_DRAFT = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_DRAFT,
  PLAN_PROPOSED = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_PROPOSED,
  PLAN_APPROVED = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_APPROVED,
  PLAN_ACTIVE = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_ACTIVE,
  PLAN_SUPERSEDED = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_SUPERSEDED,
  PLAN_ENDED = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_ENDED,
};

enum plan_action {
  PLAN_UPDATE,
  PLAN_DELETE,
  PLAN_PROPOSE,
  PLAN_WITHDRAW,
  PLAN_RETURN,
  PLAN_APPROVE,
  PLAN_ACTIVATE,
  PLAN_SUPERSEDE,
  PLAN_END,
};
enum { PLAN_ACTIONS = PLAN_END + 1 };

/* Takes a step: changes the state and what the step itself records (who, when). FAILED_PRECONDITION:
 * INVALID_STATE; OWN_PROPOSAL, COUNTERPARTY_PROPOSAL where the wrong party acts. */
const struct status *plan_take(const struct act *act, Incentivize__CommissionPlan *plan,
                               enum plan_action action);

/* INVALID_ARGUMENT (TIERS_INVALID) with a violation for each gap, overlap and empty tier. No tiers at all
 * are accepted: a draft may be incomplete. */
const struct status *plan_check_tiers(struct arena *arena, const Incentivize__CommissionPlan *plan);

/* Everything that a proposal needs; FAILED_PRECONDITION (PLAN_INCOMPLETE) with a guard for each that is
 * unmet. `currency_code` is the partnership's. */
const struct status *plan_check_complete(struct arena *arena, const Incentivize__CommissionPlan *plan,
                                         const char *currency_code);
/* The part of it without which nothing can be computed. */
const struct status *plan_check_computable(struct arena *arena, const Incentivize__CommissionPlan *plan);

/* FAILED_PRECONDITION (SUPERSEDED_PLAN) unless `plan` may take the place of `old`, which it names. */
const struct status *plan_check_supersedes(struct arena *arena, const Incentivize__CommissionPlan *plan,
                                           const Incentivize__CommissionPlan *old);

/* FAILED_PRECONDITION (END_TIME_INVALID) unless the plan can end there: at the start of a month after now,
 * within its period. */
const struct status *plan_check_end(struct arena *arena, const Incentivize__CommissionPlan *plan,
                                    int64_t end_us, int64_t now_us);

/* Its effective period; {0, 0} when it has none. */
struct period plan_period(const Incentivize__CommissionPlan *plan);
/* Shortens the effective period. */
void plan_cut(struct arena *arena, Incentivize__CommissionPlan *plan, int64_t end_us);

#endif
