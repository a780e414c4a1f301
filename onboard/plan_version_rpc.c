#include "onboard/handler.h"
#include "onboard/plan_compare.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include "entente/onboard/v1/plan_service.pb-c.h"

const struct status *plan_version_get(struct call *call, const void *in, void *out) {
  const Onboard__GetPlanVersionRequest *request = in;
  Onboard__PlanVersion *version;
  const struct status *status = resource_read(call, &kind_plan_version, request->name, &version);
  if (!status)
    *(Onboard__PlanVersion *)out = *version;
  return status;
}

const struct status *plan_version_list(struct call *call, const void *in, void *out) {
  const Onboard__ListPlanVersionsRequest *request = in;
  Onboard__ListPlanVersionsResponse *response = out;
  struct list_page page;
  const struct state_query query = {
      .kind = &kind_plan_version,
      .parent = request->parent,
      .states = &onboard__plan_version__state__descriptor,
      .state = (int)request->state,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  const struct status *status = state_list(call, &query, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* The terms of a version, or of a plan as it is; NULL when the plan has none. */
static const struct status *read_terms(struct call *call, const char *name, const Onboard__PlanTerms **out) {
  Onboard__PlanVersion *version;
  Onboard__Plan *plan;
  const struct status *status;
  if (name_matches(name, kind_plan.pattern)) {
    status = resource_read(call, &kind_plan, name, &plan);
    *out = status ? NULL : plan->terms;
    return status;
  }
  status = resource_read(call, &kind_plan_version, name, &version);
  *out = status ? NULL : version->terms;
  return status;
}

const struct status *plan_version_compare(struct call *call, const void *in, void *out) {
  const Onboard__ComparePlanVersionsRequest *request = in;
  Onboard__ComparePlanVersionsResponse *response = out;
  struct arena *arena = call_arena(call);
  const Onboard__PlanTerms *before, *after;
  /* Access is decided on the first name alone: the second is looked at only below the same partnership. */
  if (!text_equal(name_partnership(arena, request->name), name_partnership(arena, request->other)))
    return invalid_field(arena, "other", "VALUE_OUT_OF_RANGE", "must be of the same partnership as name");
  const struct status *status = read_terms(call, request->name, &before);
  if (!status)
    status = read_terms(call, request->other, &after);
  if (status)
    return status;
  response->differences = plan_compare(arena, before, after, &response->n_differences);
  return NULL;
}
