/* Rules of how many designated partnerships a vendor can run: policy, and executives' hours against what
 * partnerships take of them. Pure; hours and counts are integers, a partnership's load is rounded up to whole
 * hours once. */
#ifndef ENTENTE_ONBOARD_CAPACITY_H
#define ENTENTE_ONBOARD_CAPACITY_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/capacity.pb-c.h"

enum { CAPACITY_OVERRIDES_MAX = 20, CAPACITY_REASON_LENGTH = 10 };
#define CAPACITY_ID "current"

/* `vendors/{vendor}/capacities/current` of any name below the vendor. */
char *capacity_name(struct arena *arena, const char *name);
/* Writes everything that follows from policy, hours and `designated_count`. A vendor that never set anything
 * has a message with its name alone. */
void capacity_reckon(struct arena *arena, Onboard__Capacity *capacity);
/* INVALID_ARGUMENT with every violation: a person twice, the hint above the maximum. */
const struct status *capacity_check(struct arena *arena, const Onboard__Capacity *capacity);

/* One more designated partnership. Beyond capacity: FAILED_PRECONDITION (CAPACITY_EXCEEDED) with a guard for
 * policy and one for hours, each with its arithmetic; with a reason of at least 10 characters it is taken and
 * noted instead, and `*overridden` set. Reckons. */
const struct status *capacity_take(const struct act *act, Onboard__Capacity *capacity,
                                   const char *partnership, const char *override_reason, bool *overridden);
/* One less. Reckons. */
void capacity_release(struct arena *arena, Onboard__Capacity *capacity);

#endif
