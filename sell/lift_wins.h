/* What joint wins opened up: incumbents displaced, segments and customers that were new (domain F62, F64,
 * F69). Pure. */
#ifndef ENTENTE_SELL_LIFT_WINS_H
#define ENTENTE_SELL_LIFT_WINS_H

#include "sell/lift_deal.h"
#include "sell/proposition.h"

/* Fills displacement, displacement_validated, new_segments and new_customers, with what shows them. */
void lift_wins_show(const struct deals *deals, const struct propositions *propositions, Sell__Lift *out);

#endif
