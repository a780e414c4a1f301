/* What measurements do to commitments, staged in one transaction with them. In a fiber; may suspend. Statuses
 * are txn_get()'s.
 *
 * A measurement that arrives while a plan comes into force is counted by exactly one of the two: who takes
 * a measurement in reads the partnership, which an activation changes; an activation reads the partnership's
 * measurement clock, which every measurement moves. Whoever commits second runs again. */
#ifndef ENTENTE_ONBOARD_MEASURE_H
#define ENTENTE_ONBOARD_MEASURE_H

#include "onboard/measurement.h"
#include "runtime/store/txn.h"

/* Takes in what another pillar recorded: the measurement, and every commitment that counts it, an entry each.
 * A partnership that is not known is none of ours; a plan that is closed stays as it is. */
const struct status *measure_fact(struct txn *txn, const struct act *act, const struct fact *fact);

/* A measured commitment that comes into force counts what lies in its time already; any other is left as it
 * is. Before it is put. */
const struct status *measure_commitment(struct txn *txn, const struct act *act,
                                        Onboard__Commitment *commitment);

#endif
