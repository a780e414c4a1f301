#include "market/fund_request.h"

#include "market/fund.h"
#include "market/kinds.h"
#include "market/service.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/message/mask.h"
#include "runtime/rpc/resource.h"

#include "entente/market/v1/campaign.pb-c.h"
#include "entente/market/v1/fund_request_service.pb-c.h"

const struct status *fund_request_get(struct call *call, const void *in, void *out) {
  const Market__GetFundRequestRequest *request = in;
  Market__FundRequest *found;
  const struct status *status = fund_read_request(call, request->name, NULL, &found);
  if (!status) {
    *(Market__FundRequest *)out = *found;
  }
  return status;
}

const struct status *fund_request_list(struct call *call, const void *in, void *out) {
  const Market__ListFundRequestsRequest *request = in;
  Market__ListFundRequestsResponse *response = out;
  struct arena *arena = call_arena(call);
  bool of_allocation = !text_empty(request->allocation);
  if (of_allocation && !text_equal(name_partnership(arena, request->allocation), request->parent)) {
    return invalid_field(arena, "allocation", "RESOURCE_NAME_INVALID", "must be of the same partnership");
  }
  const char *below = of_allocation ? request->allocation : request->parent;
  struct list_page page;
  const struct status *status = resource_list(
      call,
      (struct list_query){.kind = &kind_fund_request,
                          .index = "list",
                          .scope = request->parent,
                          .partition = partition_seen(arena, below, call_party(call), (int)request->state),
                          .page_size = request->page_size,
                          .page_token = request->page_token},
      "", &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  return NULL;
}

static const struct status *answer(struct call *call, const Market__FundRequest *request, void *out) {
  *(Market__FundRequest *)out = *request;
  return txn_commit(call_txn(call), out);
}

/* That the campaign, if one is named, is there and of the same partnership. */
static const struct status *check_campaign(struct call *call, const Market__FundRequest *request) {
  struct arena *arena = call_arena(call);
  Market__Campaign *campaign;
  if (text_empty(request->campaign)) {
    return NULL;
  }
  if (!text_equal(name_partnership(arena, request->campaign), name_partnership(arena, request->name))) {
    return call_not_found(call, request->campaign);
  }
  return resource_read(call, &kind_campaign, request->campaign, &campaign);
}

static const struct status *check_allocation(struct call *call, const Market__FundRequest *request) {
  struct arena *arena = call_arena(call);
  Market__MdfAllocation *allocation;
  if (!text_equal(name_partnership(arena, request->allocation), name_partnership(arena, request->name))) {
    return call_not_found(call, request->allocation);
  }
  return resource_read(call, &kind_mdf_allocation, request->allocation, &allocation);
}

const struct status *fund_request_create(struct call *call, const void *in, void *out) {
  const Market__CreateFundRequestRequest *request = in;
  Market__FundRequest *created = request->fund_request;
  const Onboard__Partnership *partnership;
  const struct status *status = directory_partnership_going_on(call_txn(call), request->parent, &partnership);
  if (!status) {
    status = resource_name(call, &kind_fund_request, request->parent, "fundRequests",
                           request->fund_request_id, &created->name);
  }
  if (!status) {
    status = check_allocation(call, created);
  }
  if (!status) {
    status = check_campaign(call, created);
  }
  if (status) {
    return status;
  }
  fund_request_apply_create(created);
  fund_put_request(call, created, "fund_request.drafted", 0);
  return answer(call, created, out);
}

const struct status *fund_request_update(struct call *call, const void *in, void *out) {
  const Market__UpdateFundRequestRequest *request = in;
  struct arena *arena = call_arena(call);
  Market__FundRequest *found;
  const struct status *status = fund_read_request(call, request->fund_request->name, request->etag, &found);
  if (!status) {
    status = fund_request_apply(arena, found, FUND_REQUEST_UPDATE);
  }
  if (!status) {
    Google__Protobuf__FieldMask *mask = request->update_mask;
    status = mask_apply(arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0,
                        &request->fund_request->base, &found->base);
  }
  if (!status) {
    status = check_campaign(call, found);
  }
  if (status) {
    return status;
  }
  fund_put_request(call, found, "fund_request.changed", 0);
  return answer(call, found, out);
}

const struct status *fund_request_submit(struct call *call, const void *in, void *out) {
  const Market__SubmitFundRequestRequest *request = in;
  Market__FundRequest *found;
  Market__MdfAllocation *allocation;
  int64_t occur_us = timestamp_us(request->occur_time, INT64_MIN);
  const struct status *status = fund_read_request(call, request->name, request->etag, &found);
  if (!status) {
    status = moment_past(call_arena(call), "occur_time", call_now_us(call), &occur_us);
  }
  if (!status) {
    status = resource_read(call, &kind_mdf_allocation, found->allocation, &allocation);
  }
  if (!status) {
    status = fund_request_apply_submit(call_arena(call), found, allocation, occur_us);
  }
  if (status) {
    return status;
  }
  fund_put_request(call, found, "fund_request.submitted", occur_us);
  return answer(call, found, out);
}

const struct status *fund_request_recall(struct call *call, const void *in, void *out) {
  const Market__RecallFundRequestRequest *request = in;
  Market__FundRequest *found;
  const struct status *status = fund_read_request(call, request->name, request->etag, &found);
  if (!status) {
    status = fund_request_apply(call_arena(call), found, FUND_REQUEST_RECALL);
  }
  if (status) {
    return status;
  }
  fund_put_request(call, found, "fund_request.recalled", 0);
  return answer(call, found, out);
}

const struct status *fund_request_execute(struct call *call, const void *in, void *out) {
  const Market__ExecuteFundRequestRequest *request = in;
  Market__FundRequest *found;
  const struct status *status = fund_read_request(call, request->name, request->etag, &found);
  if (!status) {
    status = fund_request_apply_execute(call_arena(call), found,
                                        timestamp_us(request->execute_time, INT64_MIN), call_now_us(call));
  }
  if (status) {
    return status;
  }
  fund_put_request(call, found, "fund_request.executed", timestamp_us(found->execute_time, 0));
  return answer(call, found, out);
}
