#include "sell/opportunity_review.h"
#include "sell/service.h"

static const struct status *submit(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                   const void *request) {
  (void)request;
  return review_submit(occasion, opportunity);
}

static const struct status *recall(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                   const void *request) {
  (void)request;
  return review_recall(occasion, opportunity);
}

static const struct status *start(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                  const void *request) {
  (void)request;
  return review_start(occasion, opportunity);
}

static const struct status *ask(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                const void *request) {
  const Sell__RequestOpportunityActionRequest *asked = request;
  return review_request_action(occasion, opportunity, asked->comment, asked->open_fields,
                               asked->n_open_fields);
}

static const struct status *approve(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    const void *request) {
  const Sell__ApproveOpportunityRequest *asked = request;
  return review_approve(occasion, opportunity, asked->comment);
}

static const struct status *reject(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                   const void *request) {
  const Sell__RejectOpportunityRequest *asked = request;
  return review_reject(occasion, opportunity, asked->reason);
}

const struct status *review_give(struct call *call, const void *in, void *out) {
  const Sell__SubmitOpportunityRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.submitted", submit, request, out);
}

const struct status *review_take_back(struct call *call, const void *in, void *out) {
  const Sell__RecallOpportunityRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.recalled", recall, request, out);
}

const struct status *review_begin_with(struct call *call, const void *in, void *out) {
  const Sell__StartOpportunityReviewRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.review_started", start, request,
                         out);
}

const struct status *review_ask(struct call *call, const void *in, void *out) {
  const Sell__RequestOpportunityActionRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.action_requested", ask, request,
                         out);
}

const struct status *review_accept(struct call *call, const void *in, void *out) {
  const Sell__ApproveOpportunityRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.approved", approve, request, out);
}

const struct status *review_decline(struct call *call, const void *in, void *out) {
  const Sell__RejectOpportunityRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.rejected", reject, request, out);
}
