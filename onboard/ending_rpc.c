#include "onboard/ending.h"
#include "onboard/govern.h"
#include "onboard/handler.h"
#include "onboard/timed.h"

#include "entente/onboard/v1/partnership_service.pb-c.h"

const struct status *end_offer_create(struct call *call, const void *in, void *out) {
  const Onboard__OfferPartnershipEndRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  const struct status *status =
      resource_open(call, &timed_partnership, request->name, request->etag, &partnership);
  if (!status)
    status = end_offer_make(&act, partnership, request->reason);
  return status ? status
                : resource_answer(call, &kind_partnership, partnership, "partnership.end_offered", out);
}

const struct status *end_offer_agree(struct call *call, const void *in, void *out) {
  const Onboard__AcceptPartnershipEndRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  const struct status *status =
      resource_open(call, &timed_partnership, request->name, request->etag, &partnership);
  if (status)
    return status;
  Onboard__Partnership__State was = partnership->state;
  status = end_offer_accept(&act, partnership);
  if (!status)
    status = govern_partnership(call, partnership, was);
  return status ? status
                : resource_answer(call, &kind_partnership, partnership, "partnership.end_accepted", out);
}

const struct status *end_offer_decline(struct call *call, const void *in, void *out) {
  const Onboard__RejectPartnershipEndRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  const struct status *status =
      resource_open(call, &timed_partnership, request->name, request->etag, &partnership);
  if (!status)
    status = end_offer_reject(&act, partnership, request->reason);
  return status ? status
                : resource_answer(call, &kind_partnership, partnership, "partnership.end_rejected", out);
}

const struct status *end_offer_take_back(struct call *call, const void *in, void *out) {
  const Onboard__WithdrawPartnershipEndRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  const struct status *status =
      resource_open(call, &timed_partnership, request->name, request->etag, &partnership);
  if (!status)
    status = end_offer_withdraw(&act, partnership);
  return status ? status
                : resource_answer(call, &kind_partnership, partnership, "partnership.end_withdrawn", out);
}
