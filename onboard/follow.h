/* What onboard does with the feeds of others: what they record is measured, and shows how far a partnership
 * has gone to market. */
#ifndef ENTENTE_ONBOARD_FOLLOW_H
#define ENTENTE_ONBOARD_FOLLOW_H

#include "runtime/feed/follow.h"

/* sell: joint opportunities won and reversed, help acknowledged. enable: credentials issued and revoked,
 * renewals apart. market: settlements paid. Joint opportunities opened, qualified
 * and won, target accounts approached, case studies published and campaigns held are noted as going to
 * market, the first of each. What only one party may read shows nothing. Applying an entry again changes
 * nothing. DATA_LOSS when an entry does not hold what its type says. */
extern const char *const sell_types[], *const enable_types[], *const market_types[];
apply_fn pillar_apply;

#endif
