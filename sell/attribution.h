/* Rules of attributions: how much of a joint sale each party brought about. Pure.
 *
 *   --propose--> PROPOSED --agree--> AGREED --committed or won--> FROZEN --reverse--> UNFROZEN
 *                 ^    ^               |                                                  |
 *                 |    +----propose----+                                                  |
 *                 +--------------------------------propose--------------------------------+
 *
 * Agreeing on what is committed or won already freezes at once. A sale that is taken back makes it VOID, for
 * good. Each action refuses in this order: FAILED_PRECONDITION (NOT_JOINT; INVALID_STATE), PERMISSION_DENIED
 * (OTHER_PARTY), FAILED_PRECONDITION (PROPOSAL_CHANGED), INVALID_ARGUMENT with everything that is wrong. What
 * is refused is as it was. */
#ifndef ENTENTE_SELL_ATTRIBUTION_H
#define ENTENTE_SELL_ATTRIBUTION_H

#include "sell/opportunity.h"

#include "entente/sell/v1/attribution_service.pb-c.h"

#define REASON_PROPOSAL_CHANGED "PROPOSAL_CHANGED"

enum attribution_action { ATTRIBUTION_PROPOSE, ATTRIBUTION_AGREE, ATTRIBUTION_REVERSE, ATTRIBUTION_ACTIONS };
extern const struct machine attribution_machine;

const struct status *attribution_propose(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                         Sell__Attribution__Share **shares, size_t count);
/* To the shares that were proposed at `propose_us`. */
const struct status *attribution_agree(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                       int64_t propose_us);
const struct status *attribution_reverse(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                         const char *reason);

/* What becomes of it by what has become of the opportunity: frozen or void. Whatever changes the stage or the
 * state of an opportunity calls this after. */
void attribution_follow(const struct occasion *occasion, Sell__Opportunity *opportunity);

/* What each party's share comes to, by party, in the order of the shares; in minor units. Zero unless the
 * opportunity is won and its attribution frozen. Together never more than the amount: rounding is by largest
 * remainder, with the part that nobody is said to have brought about; a tie goes to the party that sourced
 * the sale, else to the one that agreed. */
struct attributed {
  Type__Party party;
  bool sourced; /* else influenced */
  int64_t amount_minor;
};
enum { ATTRIBUTED_MAX = 2 };
size_t attribution_amounts(const Sell__Opportunity *opportunity, struct attributed out[ATTRIBUTED_MAX]);

#endif
