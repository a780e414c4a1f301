/* Rules of customer activities: one party (the owner) plans one and says that it was held, the other
 * acknowledges or disputes. Pure.
 *
 *   PLANNED --hold--> HELD --acknowledge--> ACKNOWLEDGED --reverse--> REVERSED
 *    |                |  ^
 *    |        dispute |  | hold             (owner: update, hold, cancel; the other party: the rest)
 *    |                v  |
 *    |              DISPUTED
 *    +--cancel--> CANCELLED <--cancel (from PLANNED, HELD and DISPUTED)
 *
 * Every action refuses with PERMISSION_DENIED (OTHER_PARTY) before it looks at the state, then with
 * FAILED_PRECONDITION (INVALID_STATE), then with INVALID_ARGUMENT (INVALID_REQUEST) and every violation. An
 * activity that was refused is as it was before. */
#ifndef ENTENTE_SELL_CUSTOMER_ACTIVITY_H
#define ENTENTE_SELL_CUSTOMER_ACTIVITY_H

#include "runtime/base/machine.h"

#include "entente/sell/v1/customer_activity_service.pb-c.h"

enum activity_action {
  ACTIVITY_UPDATE,
  ACTIVITY_HOLD,
  ACTIVITY_ACKNOWLEDGE,
  ACTIVITY_DISPUTE,
  ACTIVITY_CANCEL,
  ACTIVITY_REVERSE,
  ACTIVITY_ACTIONS
};
extern const struct machine customer_activity_machine;

/* Which of the resources that an activity names both parties see in its partnership. False as well for one
 * that it does not name. */
struct activity_subjects {
  bool target_account, opportunity;
};

/* Completes a new activity of `act->party`, whose name is set: PLANNED. INVALID_ARGUMENT unless it says in
 * exactly one way who the customer is, and what it names is there. */
const struct status *customer_activity_plan(const struct act *act, Sell__CustomerActivity *activity,
                                            struct activity_subjects subjects);
/* Whether `after`, a changed copy of `before`, may take its place; `subjects` are those of `after`. */
const struct status *customer_activity_update(const struct act *act, const Sell__CustomerActivity *before,
                                              const Sell__CustomerActivity *after,
                                              struct activity_subjects subjects);
bool customer_activity_differs(const Sell__CustomerActivity *a, const Sell__CustomerActivity *b);

/* Each changes the activity. */
const struct status *customer_activity_hold(const struct act *act, Sell__CustomerActivity *activity,
                                            const Sell__HoldCustomerActivityRequest *report);
const struct status *customer_activity_acknowledge(const struct act *act, Sell__CustomerActivity *activity);
const struct status *customer_activity_dispute(const struct act *act, Sell__CustomerActivity *activity,
                                               char *reason);
const struct status *customer_activity_cancel(const struct act *act, Sell__CustomerActivity *activity,
                                              char *reason);
const struct status *customer_activity_reverse(const struct act *act, Sell__CustomerActivity *activity,
                                               char *reason);

/* What an activity counts for, as a function of what it is: its owner's. A change adds what it counts for
 * after, less what it counted for before, each in its own month. */
struct activity_tally {
  int64_t held, acknowledged; /* 0 or 1 */
  int64_t when_us;            /* of holding: decides the month of both; 0 when it counts for nothing */
};
struct activity_tally customer_activity_tally(const Sell__CustomerActivity *activity);

#endif
