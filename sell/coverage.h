/* Rules of contractual coverage: what is routed to one partner alone, or first. Pure. The contracts are
 * onboard's, copied from its feed. */
#ifndef ENTENTE_SELL_COVERAGE_H
#define ENTENTE_SELL_COVERAGE_H

#include "runtime/base/arena.h"

#include <stdbool.h>

#include "entente/onboard/v1/contract.pb-c.h"
#include "entente/sell/v1/registration.pb-c.h"

/* Whether a contract binds at a moment. */
bool contract_binds(const Onboard__Contract *contract, int64_t now_us);
/* Whether it has a provision that routes anything. */
bool contract_covers(const Onboard__Contract *contract);

/* Whether a partnership other than the registration's has exclusivity over its deal, and its own has not. */
bool coverage_excludes(struct arena *arena, Onboard__Contract *const *contracts, size_t count,
                       const Sell__Registration *registration, int64_t now_us);
/* The contract by which the registration's partnership goes first, or alone, for its deal; NULL: none. */
const Onboard__Contract *coverage_preference(struct arena *arena, Onboard__Contract *const *contracts,
                                             size_t count, const Sell__Registration *registration,
                                             int64_t now_us);

#endif
