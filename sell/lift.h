/* What selling together does against selling alone (domain F62 to F64, F68, F69): deals are shown one by one,
 * then figures are made. Pure. Memory: some 250 bytes a deal, in the arena given.
 *
 * A deal counts in the window when it closed there, WON or LOST. Wins of all times are shown too: whether a
 * customer or a segment is new depends on what was won before. */
#ifndef ENTENTE_SELL_LIFT_H
#define ENTENTE_SELL_LIFT_H

#include "runtime/base/period.h"
#include "sell/opportunity.h"

#include "entente/sell/v1/lift_service.pb-c.h"

enum {
  LIFT_SAMPLE_MIN = 10,        /* deals on each side, where the request does not say (domain F) */
  LIFT_LACKING_MAX_BPS = 1000, /* of a side's closed deals may lack what strata are made by */
  LIFT_QUIET_DAYS = 730,       /* without a win, after which a segment is new again */
  LIFT_STRATA_MAX = 200,       /* in an answer */
  LIFT_EVIDENCE_MAX = 100,     /* names in an answer, each list */
  LIFT_SEGMENTS_MAX = 200,     /* new ones in an answer */
};

struct lift;

/* INVALID_ARGUMENT with everything that is wrong with the request: period, bounds, dimensions. The request
 * must outlive the lift. `currency` is the partnership's. */
const struct status *lift_begin(struct arena *arena, const Sell__GetLiftRequest *request,
                                const char *currency, struct lift **out);
/* A deal that the caller may see; what it holds may be forgotten after. Anything but WON and LOST is passed
 * over. */
void lift_add(struct lift *lift, const Sell__Opportunity *deal);
void lift_finish(struct lift *lift, Sell__Lift *out);

#endif
