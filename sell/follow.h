/* What sell keeps of onboard's: copies of partnerships, contracts, members of programs and joint value
 * propositions, so that it needs nobody to answer. */
#ifndef ENTENTE_SELL_FOLLOW_H
#define ENTENTE_SELL_FOLLOW_H

#include "runtime/feed/follow.h"
#include "runtime/store/kind.h"

/* The copies of joint value propositions; those of contracts and members are in registration_kinds.c. */
extern const struct kind kind_proposition;

/* One follower, as a place in a feed is kept for each source: its types, and its apply_fn. */
extern const char *const onboard_types[];
apply_fn onboard_apply;

#endif
