/* Rules of help requests: one party asks, the other (the owner of the hours) delivers, the party that asked
 * acknowledges. Pure.
 *
 *   OPEN --accept--> ACCEPTED --deliver--> DELIVERED --acknowledge--> ACKNOWLEDGED
 *    |                ^   |                   |
 *    |                +---|------return-------+
 *    +--decline--> DECLINED      +--cancel--> CANCELLED (from OPEN and ACCEPTED)
 *
 * Every action refuses with PERMISSION_DENIED (OTHER_PARTY) before it looks at the state, then with
 * FAILED_PRECONDITION (INVALID_STATE), then with INVALID_ARGUMENT (INVALID_REQUEST). A request that was
 * refused is as it was before. */
#ifndef ENTENTE_SELL_HELP_REQUEST_H
#define ENTENTE_SELL_HELP_REQUEST_H

#include "runtime/base/machine.h"

#include "entente/sell/v1/help_request_service.pb-c.h"

enum help_action {
  HELP_ACCEPT,
  HELP_DECLINE,
  HELP_DELIVER,
  HELP_RETURN,
  HELP_ACKNOWLEDGE,
  HELP_CANCEL,
  HELP_ACTIONS
};
extern const struct machine help_request_machine;

/* Completes a new request of `act->party`, whose name is set: OPEN, owned by the other party.
 * INVALID_ARGUMENT when it is due before now. */
const struct status *help_request_start(const struct act *act, Sell__HelpRequest *request);

const struct status *help_request_accept(const struct act *act, Sell__HelpRequest *request, char *assignee);
const struct status *help_request_decline(const struct act *act, Sell__HelpRequest *request, char *reason);
const struct status *help_request_deliver(const struct act *act, Sell__HelpRequest *request,
                                          const Sell__DeliverHelpRequestRequest *delivery);
const struct status *help_request_return(const struct act *act, Sell__HelpRequest *request, char *reason);
const struct status *help_request_acknowledge(const struct act *act, Sell__HelpRequest *request,
                                              const Sell__AcknowledgeHelpRequestRequest *answer);
const struct status *help_request_cancel(const struct act *act, Sell__HelpRequest *request, char *reason);

/* What a request counts for, as a function of what it is: hours of its owner. A change adds what it counts
 * for after, less what it counted for before. */
struct help_hours {
  int64_t delivered, acknowledged;
  int64_t when_us; /* of delivery: decides the month of both */
};
struct help_hours help_request_hours(const Sell__HelpRequest *request);

#endif
