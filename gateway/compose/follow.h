/* What the gateway does with the pillars' feeds: keeps the directory of partnerships, drops views that a
 * change made stale. */
#ifndef ENTENTE_COMPOSE_FOLLOW_H
#define ENTENTE_COMPOSE_FOLLOW_H

#include "gateway/compose/composer.h"
#include "runtime/feed/follow.h"

/* Directory, and one a pillar. */
enum { FOLLOWERS_COUNT = PILLAR_COUNT + 1 };

struct gateway_feeds;

/* Starts following; NULL without memory. */
struct gateway_feeds *feeds_start(struct loop *loop, struct composer *composer, const struct clock *clock,
                                  struct log *log, struct metrics *metrics);
/* Stops all and turns the loop until they have ended. On the loop's thread, not in a fiber. NULL is allowed.
 */
void feeds_stop(struct gateway_feeds *feeds);

#endif
