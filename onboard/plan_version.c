#include "onboard/plan_version.h"

#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"

#define OFFERED ONBOARD__PLAN_VERSION__STATE__STATE_OFFERED
#define SIGNED ONBOARD__PLAN_VERSION__STATE__STATE_SIGNED
#define REPLACED ONBOARD__PLAN_VERSION__STATE__STATE_REPLACED
#define WITHDRAWN ONBOARD__PLAN_VERSION__STATE__STATE_WITHDRAWN

enum { DECIDED_BY_PLAN = -1 };

static const struct transition transitions[] = {
    {OFFERED, PLAN_VERSION_SIGN, DECIDED_BY_PLAN, NULL},
    {OFFERED, PLAN_VERSION_REPLACE, REPLACED, NULL},
    {SIGNED, PLAN_VERSION_REPLACE, REPLACED, NULL},
    {OFFERED, PLAN_VERSION_WITHDRAW, WITHDRAWN, NULL},
};
static const char *const actions[] = {"SIGN", "REPLACE", "WITHDRAW"};
const struct machine plan_version_machine = {
    .states = &onboard__plan_version__state__descriptor,
    .actions = actions,
    .action_count = PLAN_VERSION_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

char *plan_version_name(struct arena *arena, const Onboard__Plan *plan) {
  if (!plan->version_count)
    return NULL;
  return name_child(arena, plan->name, "versions", arena_printf(arena, "%d", plan->version_count));
}

const struct status *plan_version_offer(const struct act *act, Onboard__Plan *plan,
                                        Onboard__PlanVersion__Cause cause, Onboard__PlanVersion **out) {
  if (plan->version_count >= PLAN_VERSIONS_MAX) {
    struct status *status = status_make(act->arena, CODE_RESOURCE_EXHAUSTED, "TOO_MANY_VERSIONS",
                                        "%s was offered in %d versions: sign one, or write another plan",
                                        plan->name, PLAN_VERSIONS_MAX);
    status_add_metadata(act->arena, status, "limit", arena_printf(act->arena, "%d", PLAN_VERSIONS_MAX));
    return status;
  }
  plan->version_count++;
  Onboard__PlanVersion *version = arena_new(act->arena, Onboard__PlanVersion);
  onboard__plan_version__init(version);
  version->name = plan_version_name(act->arena, plan);
  version->number = plan->version_count;
  version->cause = cause;
  version->state = OFFERED;
  version->offer_party = act->party;
  version->actor = arena_strdup(act->arena, act->actor);
  version->offer_time = timestamp_new(act->arena, act->now_us);
  version->terms = plan->terms;
  version->content_hash = plan->content_hash;
  *out = version;
  return NULL;
}

static const struct status *step(const struct act *act, Onboard__PlanVersion *version,
                                 enum plan_version_action action) {
  int to;
  const struct status *status =
      machine_next(&plan_version_machine, act->arena, version->name, (int)version->state, (int)action, &to);
  if (!status && to != DECIDED_BY_PLAN)
    version->state = (Onboard__PlanVersion__State)to;
  return status;
}

const struct status *plan_version_sign(const struct act *act, Onboard__PlanVersion *version,
                                       const Onboard__Plan *plan) {
  const struct status *status = step(act, version, PLAN_VERSION_SIGN);
  if (status)
    return status;
  version->signatures = plan->signatures;
  version->n_signatures = plan->n_signatures;
  if (plan->state == ONBOARD__PLAN__STATE__STATE_AGREED)
    version->state = SIGNED;
  return NULL;
}

const struct status *plan_version_end(const struct act *act, Onboard__PlanVersion *version,
                                      enum plan_version_action how) {
  const struct status *status = step(act, version, how);
  if (!status)
    version->end_time = timestamp_new(act->arena, act->now_us);
  return status;
}
