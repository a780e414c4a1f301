/* Rules of what parties sign: nothing contradictory, nothing missing. Pure. */
#ifndef ENTENTE_ONBOARD_TERMS_H
#define ENTENTE_ONBOARD_TERMS_H

#include "runtime/base/status.h"

#include "entente/onboard/v1/plan.pb-c.h"

/* Whether terms can be offered: FAILED_PRECONDITION (TERMS_INCOMPLETE) listing a missing period, a party
 * without a commitment, commitments without consequence. `subject` is the plan's name. */
const struct status *terms_complete(struct arena *arena, const Onboard__PlanTerms *terms,
                                    const char *subject);

#endif
