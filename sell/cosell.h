/* What the handlers of co-selling share: help requests, engagements, snapshots and sides of opportunities,
 * customer activities. */
#ifndef ENTENTE_SELL_COSELL_H
#define ENTENTE_SELL_COSELL_H

#include "runtime/rpc/call.h"
#include "runtime/store/kind.h"

#include "entente/sell/v1/engagement.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

/* Kinds of co-selling (cosell_kinds.c). */
extern const struct kind kind_help_request, kind_engagement, kind_opportunity_side, kind_opportunity_snapshot;
extern const struct kind kind_customer_activity;

/* Partition of an index by state: `<parent>|OPEN`; `<parent>|` for state 0. */
char *state_partition(struct arena *arena, const char *parent, const ProtobufCEnumDescriptor *states,
                      int state);

/* The opportunity `name` when it is one of a partnership; NULL otherwise, whosever it is. Peeked. In a fiber;
 * fails as txn_peek() does. */
const struct status *opportunity_within(struct call *call, const char *partnership, const char *name,
                                        Sell__Opportunity **out);
/* Whether `name` is a joint opportunity of a partnership. False alike for one that is not there and one that
 * is a party's own. In a fiber; fails as txn_peek() does. */
const struct status *opportunity_is_joint(struct call *call, const char *partnership, const char *name,
                                          bool *joint);

/* Records that a party's own opportunity is no longer its own: an entry for that party, with what it no
 * longer counts for. */
void opportunity_leave(struct txn *txn, const char *type, const Sell__Opportunity *own);

/* What `source` names shows on the joint opportunity that it is about, with an entry `opportunity.touched`;
 * taken back, `opportunity.touch_retracted`. Stages nothing when it shows there already, or no longer, or the
 * opportunity is not joint, or not there. In a fiber; fails as txn_get() does. */
const struct status *opportunity_touch(struct txn *txn, const char *name,
                                       Sell__OpportunityTouch__Channel channel, const char *source,
                                       int64_t occur_us);
const struct status *opportunity_untouch(struct txn *txn, const char *name, const char *source,
                                         int64_t occur_us);

/* Puts an engagement whose state has changed, records it as `type` and counts it. */
void engagement_change(struct txn *txn, Sell__Engagement *engagement, const char *type, int64_t occur_us);

#endif
