/* What time changes in sell, for the sweeper and for callers who come first. */
#ifndef ENTENTE_SELL_TIMED_H
#define ENTENTE_SELL_TIMED_H

#include "runtime/store/sweep.h"

extern const struct timed timed_engagement, timed_registration, timed_conflict;
extern const struct timed *const timed_kinds[]; /* NULL-terminated */

#endif
