/* What selling together does against selling alone (domain F62 to F64, F68, F69): first what is known of the
 * partnership, then its deals are shown one by one, then figures are made. Pure. Memory: some 250 bytes a
 * deal, in the arena given.
 *
 * A deal counts in the window when it closed there, WON or LOST. Wins of all times are shown too: whether a
 * customer or a segment is new depends on what was won before. */
#ifndef ENTENTE_SELL_LIFT_H
#define ENTENTE_SELL_LIFT_H

#include "runtime/base/period.h"
#include "sell/market_scope.h"
#include "sell/opportunity.h"
#include "sell/proposition.h"

#include "entente/sell/v1/lift_service.pb-c.h"

enum {
  LIFT_SAMPLE_MIN = 10,        /* deals on each side, where the request does not say (domain F) */
  LIFT_LACKING_MAX_BPS = 1000, /* of a side's closed deals may lack what strata are made by */
  LIFT_QUIET_MONTHS = 24,      /* without a win, after which a segment is new again */
  LIFT_STRATA_MAX = 200,       /* in an answer */
  LIFT_EVIDENCE_MAX = 100,     /* names in an answer, each list */
  LIFT_SEGMENTS_MAX = 200,     /* new ones in an answer */
};

#define REASON_MARKET_SCOPE_ABSENT "MARKET_SCOPE_ABSENT"

/* For whom, and when. */
struct lift_facts {
  const char *currency; /* the partnership's */
  int64_t now_us;
};

struct lift;

/* INVALID_ARGUMENT with everything that is wrong with the request: period, bounds, dimensions, scope. The
 * request must outlive the lift. */
const struct status *lift_begin(struct arena *arena, const Sell__GetLiftRequest *request,
                                struct lift_facts facts, struct lift **out);
/* A contract and a joint value proposition of the partnership, before its deals; what they hold may be
 * forgotten after. */
void lift_add_contract(struct lift *lift, const Onboard__Contract *contract);
void lift_add_proposition(struct lift *lift, const Onboard__JointValueProposition *proposition);
/* Once all contracts were added: FAILED_PRECONDITION (MARKET_SCOPE_ABSENT) when the request's scope is that
 * of an agreement and none of them binds. */
const struct status *lift_check_scope(const struct lift *lift);
/* A deal that the caller may see; what it holds may be forgotten after. Anything but WON and LOST is passed
 * over. */
void lift_add(struct lift *lift, const Sell__Opportunity *deal);
void lift_finish(struct lift *lift, Sell__Lift *out);

#endif
