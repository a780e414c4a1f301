/* What won deals are worth joint and independent: all of them (domain F68), and like with like. Pure. */
#ifndef ENTENTE_SELL_LIFT_SIZE_H
#define ENTENTE_SELL_LIFT_SIZE_H

#include "sell/lift_strata.h"

/* Fills deal_size and deal_size_lift; the latter goes by segment and solution, as a band of sizes would
 * compare what is equal by its making. */
void lift_size_show(const struct deals *deals, const struct strata *strata, Sell__Lift *out);

#endif
