/* Where the pipeline came from that a joint opportunity generated: by selling together, or by joint
 * marketing. Pure.
 *
 * What brought an opportunity about is kept on it as touches, each once by its source, by when they happened.
 * At its qualification those count that happened then or in the 365 days before, each with the same weight:
 *
 *   joint_marketing_bps = floor(10,000 * marketing / (marketing + co-sell))      co_sell_bps = 10,000 - that
 *   joint marketing's part of the amount = floor(amount * joint_marketing_bps / 10,000)    co-selling: the
 * rest
 *
 * so that both parts always make up the whole. Without any touch all of it is co-selling's: it was the two
 * parties' sellers who qualified it. A touch that is recorded later, or retracted, but happened before moves
 * the shares, in the month of qualification.
 *
 * A party's own opportunity has no touches. One that was opened as joint was touched by its opening; one that
 * became joint, by the engagement that made it so, and never by its opening, which was one party's alone. */
#ifndef ENTENTE_SELL_PIPELINE_SOURCE_H
#define ENTENTE_SELL_PIPELINE_SOURCE_H

#include "runtime/base/arena.h"

#include <stdbool.h>

#include "entente/sell/v1/opportunity.pb-c.h"

enum {
  SOURCE_WINDOW_DAYS = 365,
  MARKETING_TOUCHES_MAX = 48, /* as many as market lets count on one opportunity */
  CO_SELL_TOUCHES_MAX = 16,   /* the first ones; none is ever taken back */
};

/* Adds a touch of a joint opportunity, and does what follows. False when that changes nothing: its source has
 * one already, or as many earlier ones are kept as there may be. */
bool touch_add(struct arena *arena, Sell__Opportunity *opportunity, Sell__OpportunityTouch__Channel channel,
               const char *source, int64_t occur_us);
/* Takes the touch of a source away, and does what follows. False when there is none. */
bool touch_remove(struct arena *arena, Sell__Opportunity *opportunity, const char *source);

/* What becomes of touches and shares by what has become of the opportunity. Whatever opens or qualifies one,
 * makes it joint or corrects a time of it calls this after. Changes nothing that a pointer points to. */
void pipeline_source_follow(struct arena *arena, Sell__Opportunity *opportunity);

/* What the amount comes to by source, in minor units; together the amount. Zero unless it is joint and
 * qualified. */
struct pipeline_parts {
  int64_t co_sell_minor, joint_marketing_minor;
};
struct pipeline_parts pipeline_parts_of(const Sell__Opportunity *opportunity);

#endif
