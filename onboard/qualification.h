/* Rules of the answers that each party gives to the tests of a strategic partnership. Pure. */
#ifndef ENTENTE_ONBOARD_QUALIFICATION_H
#define ENTENTE_ONBOARD_QUALIFICATION_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/partnership.pb-c.h"
#include "entente/onboard/v1/qualification.pb-c.h"

/* The id of a party's answers: `vendor` or `partner`. */
const char *qualification_id(Type__Party party);

/* INVALID_ARGUMENT with every violation: evidence that is no resource of the partnership or is named twice,
 * a cost below zero or in another currency than the partnership's, a NO to substitution that states neither
 * cost nor months. */
const struct status *qualification_check(struct arena *arena, const Onboard__Qualification *qualification,
                                         const Onboard__Partnership *partnership);
/* Makes the answers those of the caller. */
void qualification_submit(const struct act *act, Onboard__Qualification *qualification);

#endif
