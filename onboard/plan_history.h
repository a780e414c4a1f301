/* The history of a plan's offers, kept in the plan's own commit. Each may suspend; statuses
 * are txn_get()'s and those of the rules. A plan must be as it is after the change, but for its version
 * count. */
#ifndef ENTENTE_ONBOARD_PLAN_HISTORY_H
#define ENTENTE_ONBOARD_PLAN_HISTORY_H

#include "onboard/plan_version.h"
#include "runtime/store/txn.h"

/* The terms were offered: the version before is replaced. Counts the new one in the plan. */
const struct status *plan_history_offer(struct txn *txn, const struct act *act, Onboard__Plan *plan,
                                        Onboard__PlanVersion__Cause cause);
const struct status *plan_history_withdraw(struct txn *txn, const struct act *act, const Onboard__Plan *plan);
const struct status *plan_history_sign(struct txn *txn, const struct act *act, const Onboard__Plan *plan);

#endif
