#include "market/mdf_allocation.h"

#include "market/fund.h"
#include "market/kinds.h"
#include "market/service.h"
#include "runtime/base/moment.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/rpc/resource.h"

#include "entente/market/v1/mdf_allocation_service.pb-c.h"

const struct status *mdf_allocation_get(struct call *call, const void *in, void *out) {
  const Market__GetMdfAllocationRequest *request = in;
  Market__MdfAllocation *allocation;
  const struct status *status = resource_read(call, &kind_mdf_allocation, request->name, &allocation);
  if (!status) {
    *(Market__MdfAllocation *)out = *allocation;
  }
  return status;
}

const struct status *mdf_allocation_list(struct call *call, const void *in, void *out) {
  const Market__ListMdfAllocationsRequest *request = in;
  Market__ListMdfAllocationsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct list_page page;
  const struct status *status = resource_list(
      call,
      (struct list_query){.kind = &kind_mdf_allocation,
                          .index = "list",
                          .scope = request->parent,
                          .partition = partition_state(arena, request->parent, (int)request->state),
                          .page_size = request->page_size,
                          .page_token = request->page_token},
      "", &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  return NULL;
}

static const struct status *answer(struct call *call, const Market__MdfAllocation *allocation, void *out) {
  *(Market__MdfAllocation *)out = *allocation;
  return txn_commit(call_txn(call), out);
}

/* Who decides and when; INVALID_ARGUMENT when it lies in the future. */
static const struct status *read_decision(struct call *call, const char *override_reason,
                                          const Google__Protobuf__Timestamp *occur_time,
                                          struct decision *decision) {
  *decision = (struct decision){.actor = call_principal(call)->subject,
                                .override_reason = override_reason,
                                .now_us = timestamp_us(occur_time, INT64_MIN)};
  return moment_past(call_arena(call), "occur_time", call_now_us(call), &decision->now_us);
}

const struct status *mdf_allocation_create(struct call *call, const void *in, void *out) {
  const Market__CreateMdfAllocationRequest *request = in;
  Market__MdfAllocation *allocation = request->mdf_allocation;
  const Onboard__Partnership *partnership;
  Market__MdfBudget *budget;
  struct decision decision;
  const struct status *status = directory_partnership_going_on(call_txn(call), request->parent, &partnership);
  if (!status) {
    status = read_decision(call, request->override_reason, request->occur_time, &decision);
  }
  if (!status) {
    status = resource_name(call, &kind_mdf_allocation, request->parent, "mdfAllocations",
                           request->mdf_allocation_id, &allocation->name);
  }
  if (!status) {
    status = resource_load(call, &kind_mdf_budget, allocation->budget, NULL, &budget);
  }
  if (!status) {
    status = mdf_allocation_apply_create(call_arena(call), allocation, budget, partnership->currency_code,
                                         &decision);
  }
  if (status) {
    return status;
  }
  fund_put_budget(call, budget, "mdf_budget.allocated", decision.now_us);
  fund_count(fund_put_allocation(call, allocation, "mdf_allocation.granted", decision.now_us),
             "mdf.allocated", allocation->currency_code, allocation->allocated_minor);
  return answer(call, allocation, out);
}

static const struct status *read_both(struct call *call, const char *name, const char *etag,
                                      Market__MdfAllocation **allocation, Market__MdfBudget **budget) {
  const struct status *status = resource_load(call, &kind_mdf_allocation, name, etag, allocation);
  return status ? status : resource_load(call, &kind_mdf_budget, (*allocation)->budget, NULL, budget);
}

const struct status *mdf_allocation_adjust(struct call *call, const void *in, void *out) {
  const Market__AdjustMdfAllocationRequest *request = in;
  Market__MdfAllocation *allocation;
  Market__MdfBudget *budget;
  struct decision decision;
  const struct status *status = read_both(call, request->name, request->etag, &allocation, &budget);
  if (!status) {
    status = read_decision(call, request->override_reason, request->occur_time, &decision);
  }
  if (!status) {
    status =
        mdf_allocation_apply_adjust(call_arena(call), allocation, budget, request->delta_minor, &decision);
  }
  if (status) {
    return status;
  }
  fund_put_budget(call, budget, "mdf_budget.allocated", decision.now_us);
  fund_count(fund_put_allocation(call, allocation, "mdf_allocation.adjusted", decision.now_us),
             "mdf.allocated", allocation->currency_code, request->delta_minor);
  return answer(call, allocation, out);
}

const struct status *mdf_allocation_close(struct call *call, const void *in, void *out) {
  const Market__CloseMdfAllocationRequest *request = in;
  Market__MdfAllocation *allocation;
  Market__MdfBudget *budget;
  int64_t forfeited;
  const struct status *status = read_both(call, request->name, request->etag, &allocation, &budget);
  if (!status) {
    status = mdf_allocation_apply_close(call_arena(call), allocation, budget, &forfeited);
  }
  if (status) {
    return status;
  }
  fund_put_budget(call, budget, "mdf_budget.given_back", 0);
  fund_count(fund_put_allocation(call, allocation, "mdf_allocation.forfeited", 0), "mdf.allocated",
             allocation->currency_code, -forfeited);
  return answer(call, allocation, out);
}
