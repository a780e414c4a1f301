/* What sales would earn, without storing anything. Pure. */
#ifndef ENTENTE_INCENTIVIZE_SIMULATION_H
#define ENTENTE_INCENTIVIZE_SIMULATION_H

#include "runtime/base/status.h"

#include "entente/incentivize/v1/account.pb-c.h"
#include "entente/incentivize/v1/earning_service.pb-c.h"

/* Runs the sales of a request through a plan that plan_check_computable() accepts. `start` holds the
 * accumulators to start from by name, NULL-terminated; they are changed. Measurement periods that are not
 * among them start from 0. INVALID_ARGUMENT (INVALID_REQUEST) when a base leaves the range of money. */
const struct status *simulation_run(struct arena *arena, const Incentivize__CommissionPlan *plan,
                                    const Incentivize__SimulateEarningsRequest *request,
                                    Incentivize__Accumulator **start, int64_t now_us,
                                    Incentivize__SimulateEarningsResponse *out);

#endif
