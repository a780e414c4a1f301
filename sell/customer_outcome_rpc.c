#include "sell/customer_outcome.h"
#include "sell/service.h"

static const struct status *set(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                const void *request) {
  const Sell__SetCustomerOutcomeRequest *asked = request;
  return outcome_set(occasion, opportunity, asked);
}

static const struct status *record(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                   const void *request) {
  const Sell__RecordCustomerOutcomeRequest *asked = request;
  return outcome_record(occasion, opportunity, asked);
}

const struct status *outcome_promise(struct call *call, const void *in, void *out) {
  const Sell__SetCustomerOutcomeRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.outcome_set", set, request, out);
}

const struct status *outcome_end(struct call *call, const void *in, void *out) {
  const Sell__RecordCustomerOutcomeRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.outcome_recorded", record, request,
                         out);
}
