/* The state of lines as they are answered. */
#ifndef ENTENTE_INCENTIVIZE_LINE_STATE_H
#define ENTENTE_INCENTIVIZE_LINE_STATE_H

#include "runtime/store/txn.h"

#include "entente/incentivize/v1/earning.pb-c.h"

/* Sets the state of lines from their statements: closing a statement does not touch its lines. Statuses as
 * txn_peek(). */
const struct status *line_states_settle(struct txn *txn, Incentivize__Earning **lines, size_t count);

#endif
