/* Rules of the other party's review of a joint opportunity: an axis beside the stage. Pure. Which fields may
 * change in which state of it is a column of the table in field.c.
 *
 *   PENDING_SUBMISSION --submit--> SUBMITTED --start--> IN_REVIEW --approve--> APPROVED
 *             ^                     |    ^                |   |
 *             +------recall---------+    |                |   +----reject----> REJECTED
 *                                        +--submit-- ACTION_REQUIRED <--request action--+
 *
 * Each action refuses in this order: FAILED_PRECONDITION (NOT_JOINT), PERMISSION_DENIED (OTHER_PARTY),
 * FAILED_PRECONDITION (INVALID_STATE: of the opportunity, which must be open, then of its review), then as
 * said there. What is refused is as it was. */
#ifndef ENTENTE_SELL_OPPORTUNITY_REVIEW_H
#define ENTENTE_SELL_OPPORTUNITY_REVIEW_H

#include "sell/opportunity.h"

#include "entente/sell/v1/opportunity_review_service.pb-c.h"

#define REASON_NOT_JOINT "NOT_JOINT"

enum review_action {
  REVIEW_SUBMIT,
  REVIEW_RECALL,
  REVIEW_START,
  REVIEW_REQUEST_ACTION,
  REVIEW_APPROVE,
  REVIEW_REJECT,
  REVIEW_ACTIONS
};
extern const struct machine review_machine;

/* FAILED_PRECONDITION (NOT_JOINT) unless it is joint. */
const struct status *joint_check(const struct occasion *occasion, const Sell__Opportunity *opportunity);

/* What was stored before there were reviews was not submitted. */
Sell__OpportunityReview__State review_state_of(const Sell__Opportunity *opportunity);
/* The review of what becomes joint: not submitted. */
void review_begin(const struct occasion *occasion, Sell__Opportunity *opportunity);

/* FAILED_PRECONDITION (GUARD_UNMET) with everything that is missing. */
const struct status *review_submit(const struct occasion *occasion, Sell__Opportunity *opportunity);
const struct status *review_recall(const struct occasion *occasion, Sell__Opportunity *opportunity);
const struct status *review_start(const struct occasion *occasion, Sell__Opportunity *opportunity);
/* INVALID_ARGUMENT when a path is no field of the table, or comes twice. */
const struct status *review_request_action(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                           char *comment, char **open_fields, size_t count);
const struct status *review_approve(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    char *comment);
const struct status *review_reject(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                   char *reason);

#endif
