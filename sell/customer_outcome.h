/* Rules of customer outcomes: what the customer of a joint sale was promised, and whether it came about.
 * Pure.
 *
 *   --set--> DUE --record--> MET / MISSED       (set again while DUE; recorded once the sale is won)
 *
 * Refused in this order: FAILED_PRECONDITION (NOT_JOINT; INVALID_STATE), INVALID_ARGUMENT. */
#ifndef ENTENTE_SELL_CUSTOMER_OUTCOME_H
#define ENTENTE_SELL_CUSTOMER_OUTCOME_H

#include "sell/opportunity.h"

#include "entente/sell/v1/customer_outcome_service.pb-c.h"

const struct status *outcome_set(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                 const Sell__SetCustomerOutcomeRequest *request);
const struct status *outcome_record(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    const Sell__RecordCustomerOutcomeRequest *request);

#endif
