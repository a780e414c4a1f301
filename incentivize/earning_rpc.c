#include "incentivize/explanation.h"
#include "incentivize/kinds.h"
#include "incentivize/line_state.h"
#include "incentivize/service.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/rpc/resource.h"

#include "entente/incentivize/v1/earning_service.pb-c.h"

static const struct status *load(struct call *call, const char *name, Incentivize__Earning **out) {
  const struct status *status = resource_read(call, &kind_earning, name, out);
  return status ? status : line_states_settle(call_txn(call), out, 1);
}

const struct status *earning_get(struct call *call, const void *in, void *out) {
  const Incentivize__GetEarningRequest *request = in;
  Incentivize__Earning *line;
  const struct status *status = load(call, request->name, &line);
  if (!status)
    *(Incentivize__Earning *)out = *line;
  return status;
}

const struct status *earning_list(struct call *call, const void *in, void *out) {
  const Incentivize__ListEarningsRequest *request = in;
  Incentivize__ListEarningsResponse *response = out;
  struct list_query query = {
      .kind = &kind_earning,
      .partition = request->parent,
      .scope = request->parent,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  bool one = !text_empty(request->opportunity);
  if (one && request->kind)
    return call_fail(call, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                     "give either opportunity or kind, not both");
  if (one && !text_equal(name_partnership(call_arena(call), request->opportunity), request->parent))
    return call_not_found(call, request->opportunity);
  if (one) {
    query.index = "opportunity";
    query.partition = request->opportunity;
  } else if (request->kind) {
    query.index = "kind";
    query.partition = partition_earning_kind(call_arena(call), request->parent, (int)request->kind);
  }
  struct list_page page;
  const struct status *status = resource_list(call, query, "", &page);
  if (status)
    return status;
  resource_page(response, &page);
  return line_states_settle(call_txn(call), response->earnings, page.count);
}

const struct status *earning_explain(struct call *call, const void *in, void *out) {
  const Incentivize__ExplainEarningRequest *request = in;
  Incentivize__Earning *line, *reversed = NULL;
  Incentivize__CommissionPlan *plan;
  const struct status *status = load(call, request->name, &line);
  if (!status)
    status = txn_peek(call_txn(call), &kind_commission_plan, line->commission_plan, &plan);
  if (!status && !text_empty(line->reverses))
    status = txn_peek(call_txn(call), &kind_earning, line->reverses, &reversed);
  if (status)
    return status;
  if (!plan)
    return call_not_found(call, line->commission_plan);
  explanation_write(call_arena(call), line, plan, reversed, out);
  return NULL;
}

const struct status *sale_get(struct call *call, const void *in, void *out) {
  const Incentivize__GetSaleRequest *request = in;
  Incentivize__Sale *sale;
  const struct status *status = resource_read(call, &kind_sale, request->name, &sale);
  if (status)
    return status;
  *(Incentivize__Sale *)out = *sale;
  return NULL;
}

const struct status *sale_list(struct call *call, const void *in, void *out) {
  const Incentivize__ListSalesRequest *request = in;
  Incentivize__ListSalesResponse *response = out;
  struct list_query query = {
      .kind = &kind_sale,
      .index = "close",
      .partition = request->parent,
      .scope = request->parent,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  if (request->state) {
    query.index = "state";
    query.partition = partition_sale_state(call_arena(call), request->parent, (int)request->state);
  }
  struct list_page page;
  const struct status *status = resource_list(call, query, "", &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}
