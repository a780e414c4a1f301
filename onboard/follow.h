/* What onboard does with the feeds of others: what they record is measured. */
#ifndef ENTENTE_ONBOARD_FOLLOW_H
#define ENTENTE_ONBOARD_FOLLOW_H

#include "runtime/feed/follow.h"

/* sell: joint opportunities won and reversed, help acknowledged. enable: credentials issued and revoked,
 * renewals apart. market: settlements paid. What only one party may read measures nothing. Applying an entry
 * again changes nothing. DATA_LOSS when an entry does not hold what its type says. */
extern const char *const sell_types[], *const enable_types[], *const market_types[];
apply_fn measure_apply;

#endif
