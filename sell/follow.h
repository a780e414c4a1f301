/* What sell keeps of onboard's: copies of partnerships, contracts, members of programs and joint value
 * propositions, so that it needs nobody to answer. And what it does with the touches of market. */
#ifndef ENTENTE_SELL_FOLLOW_H
#define ENTENTE_SELL_FOLLOW_H

#include "runtime/feed/follow.h"
#include "runtime/store/kind.h"

/* The copies of joint value propositions; those of contracts and members are in registration_kinds.c. */
extern const struct kind kind_proposition;

/* One follower, as a place in a feed is kept for each source: its types, and its apply_fn. */
extern const char *const onboard_types[];
apply_fn onboard_apply;

/* Touches of joint marketing come to the opportunities that they are on, and go when they are retracted. One
 * on what is not joint here, or not there, is passed over: market takes only what this service has told it is
 * joint, so that could only be after older data was put back, and a feed that stops for it would stop every
 * touch after it. Applying an entry again changes nothing. DATA_LOSS when it holds no touch. */
extern const char *const market_types[];
apply_fn market_apply;

#endif
