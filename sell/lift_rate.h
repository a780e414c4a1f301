/* Win rates joint and independent, as they are and like with like (domain F63). Pure. */
#ifndef ENTENTE_SELL_LIFT_RATE_H
#define ENTENTE_SELL_LIFT_RATE_H

#include "sell/lift_strata.h"

/* Fills joint_win_rate, independent_win_rate and win_rate_lift. `strata` must outlive the answer. */
void lift_rate_show(const struct deals *deals, struct strata *strata, Sell__Lift *out);

#endif
