/* How a line came about, in steps that a person can redo; and the same computed anew. Pure. */
#ifndef ENTENTE_INCENTIVIZE_EXPLANATION_H
#define ENTENTE_INCENTIVIZE_EXPLANATION_H

#include "runtime/base/arena.h"

#include "entente/incentivize/v1/earning.pb-c.h"

/* `reversed` is the line that a REVERSAL takes back; NULL for the other kinds. */
void explanation_write(struct arena *arena, Incentivize__Earning *line, Incentivize__CommissionPlan *plan,
                       const Incentivize__Earning *reversed, Incentivize__EarningExplanation *out);

#endif
