/* In what two sets of terms differ, told for a person. Works on any field of the terms by its descriptor, so
 * that what is added to them is compared as well. Pure. */
#ifndef ENTENTE_ONBOARD_PLAN_COMPARE_H
#define ENTENTE_ONBOARD_PLAN_COMPARE_H

#include "runtime/base/arena.h"

#include "entente/onboard/v1/plan.pb-c.h"

/* Differences from `before` to `after`, each of which may be NULL for empty terms; in the arena. Commitments,
 * milestones and reviews are the same when their ids are. */
Onboard__PlanDifference **plan_compare(struct arena *arena, const Onboard__PlanTerms *before,
                                       const Onboard__PlanTerms *after, size_t *count);

#endif
