/* Rules of touches, and of what is kept here of sell's joint opportunities. Pure.
 *
 *   record --> RECORDED --retract--> RETRACTED   (by the party that recorded it)
 *
 * Nothing else about a touch changes. Those on one opportunity are limited, and every one that counts is in
 * that number, so that sell, which follows the feed, can hold all of them: a share of all but the last few
 * would be another share. */
#ifndef ENTENTE_MARKET_TOUCH_H
#define ENTENTE_MARKET_TOUCH_H

#include "runtime/base/machine.h"

#include "entente/market/v1/campaign.pb-c.h"
#include "entente/market/v1/touch_service.pb-c.h"

enum { TOUCHES_MAX = 48 /* on one opportunity, that count */ };

enum touch_action { TOUCH_RETRACT, TOUCH_ACTIONS };
extern const struct machine touch_machine;

/* What is kept of an opportunity that sell has just made known. */
Market__TouchedOpportunity *touched_opportunity_new(struct arena *arena, const char *name);

/* Completes a touch of `act->party`, whose name is set: RECORDED, on `opportunity`, which counts it.
 * `opportunity` and `campaign` are what was found in `partnership` under the names that the touch gives, NULL
 * for nothing. Which campaigns reach anybody is told by what they are when the touch is recorded, not when it
 * happened: that one was opened or called off has no time of its own that could be corrected, and marketing
 * systems export late. INVALID_ARGUMENT (what is named is not there, the future), FAILED_PRECONDITION
 * (GUARD_UNMET: the campaign is only planned, or was called off), RESOURCE_EXHAUSTED (LIMIT_REACHED). */
const struct status *touch_record(const struct act *act, const char *partnership, Market__Touch *touch,
                                  Market__TouchedOpportunity *opportunity, const Market__Campaign *campaign);

/* OTHER_PARTY, INVALID_STATE. */
const struct status *touch_retract(const struct act *act, Market__Touch *touch,
                                   Market__TouchedOpportunity *opportunity, const char *reason);

/* Which touches a list shows. */
struct touch_filter {
  Market__Touch__State state; /* unspecified: all */
  int64_t start_us, end_us;   /* half-open */
};
/* INVALID_ARGUMENT naming each: both an opportunity and a campaign, either of another partnership, times that
 * are out of order. */
const struct status *touch_filter_of(struct arena *arena, const Market__ListTouchesRequest *request,
                                     struct touch_filter *out);
bool touch_shown(const Market__Touch *touch, const struct touch_filter *filter);

#endif
