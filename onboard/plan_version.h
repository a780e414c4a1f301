/* Rules of the versions of a plan: terms that were offered once, and what became of the offer. Pure. */
#ifndef ENTENTE_ONBOARD_PLAN_VERSION_H
#define ENTENTE_ONBOARD_PLAN_VERSION_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/plan.pb-c.h"

enum { PLAN_VERSIONS_MAX = 1000 };

enum plan_version_action {
  PLAN_VERSION_SIGN,
  PLAN_VERSION_REPLACE,
  PLAN_VERSION_WITHDRAW,
  PLAN_VERSION_ACTIONS
};
extern const struct machine plan_version_machine;

/* `.../plans/fy26/versions/3`; NULL when nothing was offered yet. */
char *plan_version_name(struct arena *arena, const Onboard__Plan *plan);
/* The version that the plan's terms now are, offered by `act->party`; counts it in the plan.
 * RESOURCE_EXHAUSTED (TOO_MANY_VERSIONS). */
const struct status *plan_version_offer(const struct act *act, Onboard__Plan *plan,
                                        Onboard__PlanVersion__Cause cause, Onboard__PlanVersion **out);
/* The plan was signed: takes its signatures over. */
const struct status *plan_version_sign(const struct act *act, Onboard__PlanVersion *version,
                                       const Onboard__Plan *plan);
/* It is no longer on offer: REPLACE or WITHDRAW. What was signed stays told. */
const struct status *plan_version_end(const struct act *act, Onboard__PlanVersion *version,
                                      enum plan_version_action how);

#endif
