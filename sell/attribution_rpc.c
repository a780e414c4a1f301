#include "sell/attribution.h"

#include "runtime/base/moment.h"
#include "sell/service.h"

static const struct status *propose(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    const void *request) {
  const Sell__ProposeAttributionRequest *asked = request;
  return attribution_propose(occasion, opportunity, asked->shares, asked->n_shares);
}

static const struct status *agree(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                  const void *request) {
  const Sell__AgreeAttributionRequest *asked = request;
  struct status *invalid = NULL;
  if (!moment_check(occasion->arena, &invalid, "propose_time", asked->propose_time))
    return invalid;
  return attribution_agree(occasion, opportunity, moment_us(asked->propose_time));
}

static const struct status *reverse(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    const void *request) {
  const Sell__ReverseAttributionRequest *asked = request;
  return attribution_reverse(occasion, opportunity, asked->reason);
}

const struct status *attribution_offer(struct call *call, const void *in, void *out) {
  const Sell__ProposeAttributionRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.attribution_proposed", propose,
                         request, out);
}

const struct status *attribution_accept(struct call *call, const void *in, void *out) {
  const Sell__AgreeAttributionRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.attribution_agreed", agree, request,
                         out);
}

const struct status *attribution_undo(struct call *call, const void *in, void *out) {
  const Sell__ReverseAttributionRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.attribution_reversed", reverse,
                         request, out);
}
