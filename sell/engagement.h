/* Rules of engagements: an offer to sell together, and what came of it. Pure.
 *
 *   PENDING --accept--> ACCEPTED        (by the invited party: a party cannot accept its own offer)
 *    | | |
 *    | | +--reject--> REJECTED          (by the invited party)
 *    | +--cancel--> CANCELLED           (by the inviting party)
 *    +--time--> EXPIRED
 *
 * Each action refuses in this order: PERMISSION_DENIED (OTHER_PARTY), FAILED_PRECONDITION (INVALID_STATE),
 * INVALID_ARGUMENT with everything that is wrong. An engagement must be settled to `act->now_us`. */
#ifndef ENTENTE_SELL_ENGAGEMENT_H
#define ENTENTE_SELL_ENGAGEMENT_H

#include "runtime/base/machine.h"

#include "entente/sell/v1/engagement_service.pb-c.h"

enum { ENGAGEMENT_MEMBERS_MAX = 20, ENGAGEMENT_DAYS = 14, ENGAGEMENT_DAYS_MAX = 90 };

enum engagement_action {
  ENGAGEMENT_ACCEPT,
  ENGAGEMENT_REJECT,
  ENGAGEMENT_CANCEL,
  ENGAGEMENT_EXPIRE,
  ENGAGEMENT_ACTIONS
};
extern const struct machine engagement_machine;

/* How it stands at a moment, and the same written into it; settle answers whether anything changed. */
Sell__Engagement__State engagement_state_at(const Sell__Engagement *engagement, int64_t now_us);
bool engagement_settle(struct arena *arena, Sell__Engagement *engagement, int64_t now_us);
/* When time next changes it; INT64_MAX: never. */
int64_t engagement_next_us(const Sell__Engagement *engagement);

/* Completes a new offer of `act->party` about an opportunity. INVALID_ARGUMENT. */
const struct status *engagement_start(const struct act *act, Sell__Engagement *engagement,
                                      const Sell__Opportunity *opportunity);
const struct status *engagement_accept(const struct act *act, Sell__Engagement *engagement,
                                       Sell__EngagementMember *const *members, size_t count);
const struct status *engagement_reject(const struct act *act, Sell__Engagement *engagement,
                                       const Sell__RejectEngagementRequest *answer);
const struct status *engagement_cancel(const struct act *act, Sell__Engagement *engagement, char *reason);
/* By either party, once accepted. */
const struct status *engagement_involve(const struct act *act, Sell__Engagement *engagement,
                                        const Sell__ChangeEngagementInvolvementRequest *change);
/* Once accepted; the inviting party while it is pending too. */
const struct status *engagement_staff(const struct act *act, Sell__Engagement *engagement,
                                      Sell__EngagementMember *const *members, size_t count);

#endif
