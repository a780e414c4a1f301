/* What market does with the feeds of others. */
#ifndef ENTENTE_MARKET_FOLLOW_H
#define ENTENTE_MARKET_FOLLOW_H

#include "runtime/feed/follow.h"

/* sell: which opportunities are joint, so that a touch on any other is refused in the words for what is not
 * there. What is private to one party is passed over: market never knows of it. An opportunity that has
 * become joint stays so, whatever becomes of it. Applying an entry again changes nothing. DATA_LOSS when an
 * entry does not hold what its type says. */
extern const char *const sell_types[];
apply_fn sell_apply;

#endif
