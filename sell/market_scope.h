/* The market that a partnership's contracts are for, and which deals lie in it (domain F62, F64, F69). Pure.
 * The contracts are onboard's, copied from its feed.
 *
 * A deal lies in it when one contract has its segment, its country and one of its solutions; a list that a
 * contract leaves empty has them all. Compared by words (words.h). */
#ifndef ENTENTE_SELL_MARKET_SCOPE_H
#define ENTENTE_SELL_MARKET_SCOPE_H

#include "sell/words.h"

#include <stdbool.h>
#include <stdint.h>

#include "entente/onboard/v1/contract.pb-c.h"
#include "entente/sell/v1/lift.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

enum { SCOPE_CONTRACTS_MAX = 20 }; /* in an answer */

struct market_scope;
struct market_scope *market_scope_new(struct arena *arena);
/* Takes in what a contract is for; it may be forgotten after. One that does not bind at `now_us`, or names no
 * market, is passed over. */
void market_scope_add(struct market_scope *scope, const Onboard__Contract *contract, int64_t now_us);
/* Whether no contract was taken in. */
bool market_scope_is_empty(const struct market_scope *scope);

enum scope_place {
  SCOPE_OUTSIDE,
  SCOPE_INSIDE,
  SCOPE_UNSAID, /* it may lie inside, but does not say what a contract is limited by */
};
enum scope_place market_scope_place(const struct market_scope *scope, struct word_cache *cache,
                                    const Sell__Opportunity *deal);

/* Lists the contracts in the order in which they were taken in, the first SCOPE_CONTRACTS_MAX. */
void market_scope_show(const struct market_scope *scope, Sell__LiftScope *out);

#endif
