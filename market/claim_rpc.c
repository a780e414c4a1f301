#include "market/claim.h"

#include "market/fund.h"
#include "market/kinds.h"
#include "market/service.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "runtime/message/mask.h"
#include "runtime/rpc/resource.h"

#include "entente/market/v1/claim_service.pb-c.h"

const struct status *claim_get(struct call *call, const void *in, void *out) {
  const Market__GetClaimRequest *request = in;
  Market__Claim *claim;
  const struct status *status = fund_read_claim(call, request->name, NULL, &claim);
  if (!status) {
    *(Market__Claim *)out = *claim;
  }
  return status;
}

const struct status *claim_list(struct call *call, const void *in, void *out) {
  const Market__ListClaimsRequest *request = in;
  Market__ListClaimsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct list_page page;
  const struct status *status =
      resource_list(call,
                    (struct list_query){.kind = &kind_claim,
                                        .index = "list",
                                        .scope = request->parent,
                                        .partition = partition_seen(arena, request->parent, call_party(call),
                                                                    (int)request->state),
                                        .page_size = request->page_size,
                                        .page_token = request->page_token},
                    "", &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  return NULL;
}

static const struct status *answer(struct call *call, const Market__Claim *claim, void *out) {
  *(Market__Claim *)out = *claim;
  return txn_commit(call_txn(call), out);
}

const struct status *claim_create(struct call *call, const void *in, void *out) {
  const Market__CreateClaimRequest *request = in;
  Market__Claim *claim = request->claim;
  Market__FundRequest *fund_request;
  const struct status *status = fund_read_request(call, request->parent, NULL, &fund_request);
  if (!status) {
    status = resource_name(call, &kind_claim, request->parent, "claims", request->claim_id, &claim->name);
  }
  if (!status) {
    status = claim_apply_create(call_arena(call), claim, fund_request);
  }
  if (status) {
    return status;
  }
  fund_put_claim(call, claim, "claim.drafted", 0);
  return answer(call, claim, out);
}

const struct status *claim_update(struct call *call, const void *in, void *out) {
  const Market__UpdateClaimRequest *request = in;
  struct arena *arena = call_arena(call);
  Market__Claim *claim;
  Market__FundRequest *fund_request;
  const struct status *status = fund_read_claim(call, request->claim->name, request->etag, &claim);
  if (!status) {
    status = claim_apply(arena, claim, CLAIM_UPDATE);
  }
  if (!status) {
    status = resource_read(call, &kind_fund_request, name_prefix(arena, claim->name, 3), &fund_request);
  }
  if (!status) {
    Google__Protobuf__FieldMask *mask = request->update_mask;
    status = mask_apply(arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0, &request->claim->base,
                        &claim->base);
  }
  if (!status) {
    status = currency_check(arena, claim->currency_code, fund_request->currency_code);
  }
  if (status) {
    return status;
  }
  fund_put_claim(call, claim, "claim.changed", 0);
  return answer(call, claim, out);
}

const struct status *claim_add_proofs(struct call *call, const void *in, void *out) {
  const Market__AddClaimProofsRequest *request = in;
  Market__Claim *claim;
  const struct status *status = fund_read_claim(call, request->name, request->etag, &claim);
  if (!status) {
    status = claim_apply_add_proofs(call_arena(call), claim, request->proofs, request->n_proofs);
  }
  if (status) {
    return status;
  }
  fund_put_claim(call, claim, "claim.proven", 0);
  return answer(call, claim, out);
}

const struct status *claim_submit(struct call *call, const void *in, void *out) {
  const Market__SubmitClaimRequest *request = in;
  struct arena *arena = call_arena(call);
  Market__Claim *claim;
  Market__FundRequest *fund_request;
  int64_t occur_us = timestamp_us(request->occur_time, INT64_MIN);
  const struct status *status = fund_read_claim(call, request->name, request->etag, &claim);
  if (!status) {
    status = moment_past(arena, "occur_time", call_now_us(call), &occur_us);
  }
  if (!status) {
    status = resource_load(call, &kind_fund_request, name_prefix(arena, claim->name, 3), NULL, &fund_request);
  }
  if (!status) {
    status = claim_apply_submit(arena, claim, fund_request, occur_us);
  }
  if (status) {
    return status;
  }
  fund_put_request(call, fund_request, "fund_request.claim_opened", occur_us);
  fund_put_claim(call, claim, "claim.submitted", occur_us);
  return answer(call, claim, out);
}
