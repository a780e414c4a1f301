#include "market/fund_request.h"

#include "market/fund.h"
#include "market/kinds.h"
#include "market/service.h"
#include "runtime/base/moment.h"
#include "runtime/base/timestamp.h"
#include "runtime/rpc/resource.h"

#include "entente/market/v1/fund_request_service.pb-c.h"

static const struct status *answer(struct call *call, const Market__FundRequest *request, void *out) {
  *(Market__FundRequest *)out = *request;
  return txn_commit(call_txn(call), out);
}

const struct status *fund_request_approve(struct call *call, const void *in, void *out) {
  const Market__ApproveFundRequestRequest *request = in;
  Market__FundRequest *found;
  Market__MdfAllocation *allocation;
  Market__MdfBudget *budget;
  struct decision decision = {.actor = call_principal(call)->subject,
                              .override_reason = request->override_reason,
                              .now_us = timestamp_us(request->occur_time, INT64_MIN)};
  const struct status *status = fund_read_request(call, request->name, request->etag, &found);
  if (!status) {
    status = moment_past(call_arena(call), "occur_time", call_now_us(call), &decision.now_us);
  }
  if (!status) {
    status = resource_load(call, &kind_mdf_allocation, found->allocation, NULL, &allocation);
  }
  if (!status) {
    status = resource_load(call, &kind_mdf_budget, allocation->budget, NULL, &budget);
  }
  if (!status) {
    status = fund_request_apply_approve(call_arena(call), found, allocation, budget, request->amount_minor,
                                        &decision);
  }
  if (status) {
    return status;
  }
  fund_put_allocation(call, allocation, "mdf_allocation.reserved", decision.now_us);
  fund_count(fund_put_request(call, found, "fund_request.approved", decision.now_us), "mdf.approved",
             allocation->currency_code, found->approved_minor);
  return answer(call, found, out);
}

static const struct status *refuse(struct call *call, const char *name, const char *etag,
                                   enum fund_request_action action, const char *reason, const char *type,
                                   void *out) {
  Market__FundRequest *found;
  const struct status *status = fund_read_request(call, name, etag, &found);
  if (!status) {
    status = fund_request_apply_refuse(call_arena(call), found, action, reason, call_now_us(call));
  }
  if (status) {
    return status;
  }
  fund_put_request(call, found, type, 0);
  return answer(call, found, out);
}

const struct status *fund_request_return(struct call *call, const void *in, void *out) {
  const Market__ReturnFundRequestRequest *request = in;
  return refuse(call, request->name, request->etag, FUND_REQUEST_RETURN, request->reason,
                "fund_request.returned", out);
}

const struct status *fund_request_reject(struct call *call, const void *in, void *out) {
  const Market__RejectFundRequestRequest *request = in;
  return refuse(call, request->name, request->etag, FUND_REQUEST_REJECT, request->reason,
                "fund_request.rejected", out);
}

/* Ends a request and takes what it released off what was approved. */
static const struct status *end(struct call *call, const char *name, const char *etag,
                                enum fund_request_action action, const char *type, void *out) {
  Market__FundRequest *found;
  Market__MdfAllocation *allocation;
  const struct status *status = fund_read_request(call, name, etag, &found);
  if (!status) {
    status = resource_load(call, &kind_mdf_allocation, found->allocation, NULL, &allocation);
  }
  if (!status) {
    status = fund_request_apply_end(call_arena(call), found, allocation, action, call_now_us(call));
  }
  if (status) {
    return status;
  }
  fund_put_allocation(call, allocation, "mdf_allocation.released", 0);
  fund_count(fund_put_request(call, found, type, 0), "mdf.approved", allocation->currency_code,
             -found->released_minor);
  return answer(call, found, out);
}

const struct status *fund_request_close(struct call *call, const void *in, void *out) {
  const Market__CloseFundRequestRequest *request = in;
  return end(call, request->name, request->etag, FUND_REQUEST_CLOSE, "fund_request.closed", out);
}

const struct status *fund_request_expire(struct call *call, const void *in, void *out) {
  const Market__ExpireFundRequestRequest *request = in;
  return end(call, request->name, request->etag, FUND_REQUEST_EXPIRE, "fund_request.expired", out);
}
