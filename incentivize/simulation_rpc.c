#include "incentivize/accrual.h"
#include "incentivize/commission_plan.h"
#include "incentivize/kinds.h"
#include "incentivize/service.h"
#include "incentivize/simulation.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"

/* The plan to compute with: one of the partnership, or the one that came with the request. */
static const struct status *plan_of(struct call *call, const Incentivize__SimulateEarningsRequest *request,
                                    Incentivize__CommissionPlan **out) {
  bool named = !text_empty(request->commission_plan);
  if (named == (request->draft != NULL))
    return call_fail(call, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                     "give exactly one of commission_plan and draft");
  if (!named) {
    *out = request->draft;
    (*out)->name = name_child(call_arena(call), request->parent, "commissionPlans", "draft");
    return plan_check_tiers(call_arena(call), *out);
  }
  char *parent = name_partnership(call_arena(call), request->commission_plan);
  const struct status *status =
      txn_peek(call_txn(call), &kind_commission_plan, request->commission_plan, out);
  if (status)
    return status;
  return *out && text_equal(parent, request->parent) ? NULL : call_not_found(call, request->commission_plan);
}

/* What the partnership has reached in the measurement periods of the sales. */
static const struct status *start_of(struct call *call, const Incentivize__SimulateEarningsRequest *request,
                                     const Incentivize__CommissionPlan *plan,
                                     Incentivize__Accumulator ***out) {
  struct arena *arena = call_arena(call);
  Incentivize__Accumulator **start = arena_calloc(arena, request->n_sales + 1, sizeof *start);
  size_t count = 0;
  *out = start;
  for (size_t i = 0; i < request->n_sales; i++) {
    int64_t close_us = timestamp_us(request->sales[i]->close_time, 0);
    char *name = accumulator_name(arena, plan->name, accrual_measurement(plan, close_us));
    Incentivize__Accumulator *accumulator;
    size_t place = 0;
    while (place < count && !text_equal(start[place]->name, name))
      place++;
    if (place < count)
      continue;
    const struct status *status = txn_peek(call_txn(call), &kind_accumulator, name, &accumulator);
    if (status)
      return status;
    if (accumulator)
      start[count++] = accumulator;
  }
  return NULL;
}

const struct status *earning_simulate(struct call *call, const void *in, void *out) {
  const Incentivize__SimulateEarningsRequest *request = in;
  const Onboard__Partnership *partnership;
  Incentivize__CommissionPlan *plan;
  Incentivize__Accumulator **start = NULL;
  const struct status *status = directory_partnership(call_txn(call), request->parent, &partnership);
  if (!status)
    status = plan_of(call, request, &plan);
  if (!status)
    status = plan_check_computable(call_arena(call), plan);
  if (!status && text_empty(plan->currency_code))
    plan->currency_code = partnership->currency_code;
  if (!status && request->from_current)
    status = start_of(call, request, plan, &start);
  if (status)
    return status;
  return simulation_run(call_arena(call), plan, request, start, call_now_us(call), out);
}
