#include "market/claim.h"

#include "market/fund.h"
#include "market/kinds.h"
#include "market/service.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "runtime/rpc/resource.h"

#include "entente/market/v1/claim_service.pb-c.h"

static const struct status *answer(struct call *call, const Market__Claim *claim, void *out) {
  *(Market__Claim *)out = *claim;
  return txn_commit(call_txn(call), out);
}

/* A claim and the request that it is of. */
static const struct status *read_both(struct call *call, const char *name, const char *etag,
                                      Market__Claim **claim, Market__FundRequest **fund_request) {
  const struct status *status = fund_read_claim(call, name, etag, claim);
  return status ? status
                : resource_load(call, &kind_fund_request, name_prefix(call_arena(call), name, 3), NULL,
                                fund_request);
}

const struct status *claim_review(struct call *call, const void *in, void *out) {
  const Market__ReviewClaimRequest *request = in;
  Market__Claim *claim;
  const struct status *status = fund_read_claim(call, request->name, request->etag, &claim);
  if (!status) {
    status = claim_apply(call_arena(call), claim, CLAIM_REVIEW);
  }
  if (status) {
    return status;
  }
  fund_put_claim(call, claim, "claim.taken_up", 0);
  return answer(call, claim, out);
}

const struct status *claim_approve(struct call *call, const void *in, void *out) {
  const Market__ApproveClaimRequest *request = in;
  struct arena *arena = call_arena(call);
  Market__Claim *claim;
  Market__FundRequest *fund_request;
  Market__MdfAllocation *allocation;
  int64_t occur_us = timestamp_us(request->occur_time, INT64_MIN);
  const struct status *status = read_both(call, request->name, request->etag, &claim, &fund_request);
  if (!status) {
    status = moment_past(arena, "occur_time", call_now_us(call), &occur_us);
  }
  if (!status) {
    status = resource_load(call, &kind_mdf_allocation, fund_request->allocation, NULL, &allocation);
  }
  if (!status) {
    status =
        claim_apply_approve(arena, claim, fund_request, allocation, request->accepted_spend_minor, occur_us);
  }
  if (status) {
    return status;
  }
  fund_put_allocation(call, allocation, "mdf_allocation.claimed", occur_us);
  fund_put_request(call, fund_request, "fund_request.claimed", occur_us);
  fund_count(fund_put_claim(call, claim, "claim.approved", occur_us), "mdf.claimed", claim->currency_code,
             claim->approved_minor);
  return answer(call, claim, out);
}

const struct status *claim_reject(struct call *call, const void *in, void *out) {
  const Market__RejectClaimRequest *request = in;
  Market__Claim *claim;
  Market__FundRequest *fund_request;
  const struct status *status = read_both(call, request->name, request->etag, &claim, &fund_request);
  if (!status) {
    status = claim_apply_reject(call_arena(call), claim, fund_request, request->reason, call_now_us(call));
  }
  if (status) {
    return status;
  }
  fund_put_request(call, fund_request, "fund_request.claim_closed", 0);
  fund_put_claim(call, claim, "claim.rejected", 0);
  return answer(call, claim, out);
}
