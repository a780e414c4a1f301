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

#include "entente/onboard/v1/plan.pb-c.h"

/* Takes in what another pillar recorded: the measurement, and every commitment that counts it, an entry each.
 * A partnership that is not known is none of ours; a plan that is closed stays as it is. */
const struct status *measure_fact(struct txn *txn, const struct act *act, const struct fact *fact);

/* A measured commitment of a plan that comes into force counts what lies in its time already; any other is
 * left as it is. Before it is put, and after what is released for it. FAILED_PRECONDITION (GUARD_UNMET) when
 * more commitments than one commit takes would count the same measurement: it could never be taken in. */
const struct status *measure_commitment(struct txn *txn, const struct act *act, const Onboard__Plan *plan,
                                        Onboard__Commitment *commitment);

#endif
