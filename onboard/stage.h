/* Rules of the five stages of development: what each needs before it is left, and what going to market has
 * come to. Pure. */
#ifndef ENTENTE_ONBOARD_STAGE_H
#define ENTENTE_ONBOARD_STAGE_H

#include "onboard/partnership.h"

/* Completes `stage`: the partnership enters the next one, or the last one's next cycle. FAILED_PRECONDITION:
 * STAGE_CHANGED when it is in another stage, GUARD_UNMET with every guard that does not hold, INVALID_STATE
 * when it has ended. */
const struct status *stage_complete(const struct act *act, Onboard__Partnership *partnership,
                                    Onboard__Partnership__Stage stage, const struct evidence *evidence);
/* The stage it is in: one that was entered before stages were kept is in the first. */
Onboard__Partnership__Stage stage_of(const Onboard__Partnership *partnership);

/* Notes that an item of going to market was done, by what `evidence` names; in any stage, as what was done
 * early is done. False when nothing changed: it was noted before. */
bool activation_note(struct arena *arena, Onboard__Partnership *partnership,
                     Onboard__ActivationItem__Kind kind, int64_t occur_us, const char *evidence);

#endif
