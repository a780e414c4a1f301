#include "onboard/plan_history.h"

#include "onboard/service.h"
#include "runtime/rpc/resource.h"

/* The version on offer; NULL when there is none, as of a plan that was offered before versions were kept. */
static const struct status *load_offered(struct txn *txn, const Onboard__Plan *plan,
                                         Onboard__PlanVersion **out) {
  const char *name = plan_version_name(txn_arena(txn), plan);
  *out = NULL;
  return name ? txn_get(txn, &kind_plan_version, name, out) : NULL;
}

static bool is_on_offer(const Onboard__PlanVersion *version) {
  return version && machine_find(&plan_version_machine, (int)version->state, PLAN_VERSION_REPLACE);
}

static const struct status *end_offered(struct txn *txn, const struct act *act, const Onboard__Plan *plan,
                                        enum plan_version_action how, const char *type) {
  Onboard__PlanVersion *version;
  const struct status *status = load_offered(txn, plan, &version);
  if (status || !is_on_offer(version))
    return status;
  status = plan_version_end(act, version, how);
  if (!status)
    resource_change(txn, &kind_plan_version, version, type);
  return status;
}

const struct status *plan_history_offer(struct txn *txn, const struct act *act, Onboard__Plan *plan,
                                        Onboard__PlanVersion__Cause cause) {
  Onboard__PlanVersion *version;
  const struct status *status = end_offered(txn, act, plan, PLAN_VERSION_REPLACE, "plan_version.replaced");
  if (!status)
    status = plan_version_offer(act, plan, cause, &version);
  if (!status)
    resource_change(txn, &kind_plan_version, version, "plan_version.offered");
  return status;
}

const struct status *plan_history_withdraw(struct txn *txn, const struct act *act,
                                           const Onboard__Plan *plan) {
  return end_offered(txn, act, plan, PLAN_VERSION_WITHDRAW, "plan_version.withdrawn");
}

const struct status *plan_history_sign(struct txn *txn, const struct act *act, const Onboard__Plan *plan) {
  Onboard__PlanVersion *version;
  const struct status *status = load_offered(txn, plan, &version);
  if (status || !version)
    return status;
  status = plan_version_sign(act, version, plan);
  if (!status)
    resource_change(txn, &kind_plan_version, version, "plan_version.signed");
  return status;
}
