#include "market/settlement.h"

#include "market/fund.h"
#include "market/kinds.h"
#include "market/service.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "runtime/rpc/resource.h"

#include "entente/market/v1/settlement_service.pb-c.h"

const struct status *settlement_get(struct call *call, const void *in, void *out) {
  const Market__GetSettlementRequest *request = in;
  Market__Settlement *settlement;
  const struct status *status = resource_read(call, &kind_settlement, request->name, &settlement);
  if (!status) {
    *(Market__Settlement *)out = *settlement;
  }
  return status;
}

const struct status *settlement_list(struct call *call, const void *in, void *out) {
  const Market__ListSettlementsRequest *request = in;
  Market__ListSettlementsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct list_page page;
  const struct status *status = resource_list(
      call,
      (struct list_query){.kind = &kind_settlement,
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

static struct record *put_settlement(struct call *call, Market__Settlement *settlement, const char *type,
                                     int64_t occur_us) {
  struct txn *txn = call_txn(call);
  txn_put(txn, &kind_settlement, settlement);
  return txn_record(txn, &(struct record_facts){.type = type, .payload = settlement, .occur_us = occur_us});
}

static const struct status *answer(struct call *call, const Market__Settlement *settlement, void *out) {
  *(Market__Settlement *)out = *settlement;
  return txn_commit(call_txn(call), out);
}

const struct status *settlement_create(struct call *call, const void *in, void *out) {
  const Market__CreateSettlementRequest *request = in;
  Market__Settlement *settlement = request->settlement;
  Market__Claim *claim;
  const struct status *status = fund_read_claim(call, request->parent, NULL, &claim);
  if (!status) {
    status = resource_name(call, &kind_settlement, request->parent, "settlements", request->settlement_id,
                           &settlement->name);
  }
  if (!status) {
    status = settlement_apply_create(call_arena(call), settlement, claim);
  }
  if (status) {
    return status;
  }
  fund_put_claim(call, claim, "claim.settling", 0);
  put_settlement(call, settlement, "settlement.ordered", 0);
  return answer(call, settlement, out);
}

/* A settlement and its claim. */
static const struct status *read_both(struct call *call, const char *name, const char *etag,
                                      Market__Settlement **settlement, Market__Claim **claim) {
  const struct status *status = resource_load(call, &kind_settlement, name, etag, settlement);
  return status ? status
                : resource_load(call, &kind_claim, name_prefix(call_arena(call), name, 4), NULL, claim);
}

const struct status *settlement_pay(struct call *call, const void *in, void *out) {
  const Market__PaySettlementRequest *request = in;
  struct arena *arena = call_arena(call);
  Market__Settlement *settlement;
  Market__Claim *claim;
  Market__FundRequest *fund_request;
  Market__MdfAllocation *allocation;
  const struct status *status = read_both(call, request->name, request->etag, &settlement, &claim);
  if (!status) {
    status = resource_read(call, &kind_fund_request, name_prefix(arena, request->name, 3), &fund_request);
  }
  if (!status) {
    status = resource_load(call, &kind_mdf_allocation, fund_request->allocation, NULL, &allocation);
  }
  if (!status) {
    status = settlement_apply_pay(arena, settlement, claim, allocation,
                                  timestamp_us(request->pay_time, INT64_MIN), call_now_us(call));
  }
  if (status) {
    return status;
  }
  int64_t pay_us = timestamp_us(settlement->pay_time, 0);
  fund_put_allocation(call, allocation, "mdf_allocation.paid", pay_us);
  fund_put_claim(call, claim, "claim.settled", pay_us);
  fund_count(put_settlement(call, settlement, "settlement.paid", pay_us), "mdf.paid",
             settlement->currency_code, settlement->amount_minor);
  return answer(call, settlement, out);
}

const struct status *settlement_fail(struct call *call, const void *in, void *out) {
  const Market__FailSettlementRequest *request = in;
  Market__Settlement *settlement;
  Market__Claim *claim;
  const struct status *status = read_both(call, request->name, request->etag, &settlement, &claim);
  if (!status) {
    status = settlement_apply_fail(call_arena(call), settlement, claim, request->reason);
  }
  if (status) {
    return status;
  }
  fund_put_claim(call, claim, "claim.unsettled", 0);
  put_settlement(call, settlement, "settlement.failed", 0);
  return answer(call, settlement, out);
}
