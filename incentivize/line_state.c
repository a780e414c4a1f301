#include "incentivize/line_state.h"

#include "incentivize/kinds.h"
#include "incentivize/statement.h"
#include "runtime/base/text.h"

const struct status *line_states_settle(struct txn *txn, Incentivize__Earning **lines, size_t count) {
  const Incentivize__Statement *statement = NULL;
  for (size_t i = 0; i < count; i++) {
    if (!statement || !text_equal(statement->name, lines[i]->statement)) {
      const struct status *status = txn_peek(txn, &kind_statement, lines[i]->statement, &statement);
      if (status)
        return status;
    }
    bool open = !statement || (int)statement->state == STATEMENT_OPEN;
    lines[i]->state =
        open ? INCENTIVIZE__EARNING__STATE__STATE_ACCRUED : INCENTIVIZE__EARNING__STATE__STATE_STATEMENTED;
  }
  return NULL;
}
