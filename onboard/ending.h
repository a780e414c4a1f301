/* Rules of the handshake that ends a partnership which has been active: one party offers, the other accepts
 * or rejects, and an offer without an answer expires after 30 days. Both parties go through the same
 * functions. Pure.
 *
 * Each changes the partnership, which must be settled to `act->now_us`, or refuses and leaves it as it was.
 */
#ifndef ENTENTE_ONBOARD_ENDING_H
#define ENTENTE_ONBOARD_ENDING_H

#include "onboard/partnership.h"

enum { END_OFFER_DAYS = 30 };

/* FAILED_PRECONDITION (END_OFFERED) while one waits or was accepted, (INVALID_STATE) unless it has been
 * active. */
const struct status *end_offer_make(const struct act *act, Onboard__Partnership *partnership, char *reason);
/* FAILED_PRECONDITION: (NO_END_OFFERED) when none waits, (OWN_OFFER). The partnership becomes TRANSITIONING.
 */
const struct status *end_offer_accept(const struct act *act, Onboard__Partnership *partnership);
const struct status *end_offer_reject(const struct act *act, Onboard__Partnership *partnership, char *reason);
/* FAILED_PRECONDITION: (NO_END_OFFERED), (NOT_OWN_OFFER). */
const struct status *end_offer_withdraw(const struct act *act, Onboard__Partnership *partnership);

/* Writes into it what time has changed by `now_us`; whether there was anything. */
bool end_offer_settle(struct arena *arena, Onboard__Partnership *partnership, int64_t now_us);
/* When time next changes it; INT64_MAX: never. */
int64_t end_offer_next_us(const Onboard__Partnership *partnership);
/* Whether both parties have agreed to the end. */
bool end_is_agreed(const Onboard__Partnership *partnership);

#endif
