/* Rules of statements. Pure.
 *
 *   OPEN --close (vendor)--> CLOSED --acknowledge (partner)--> ACKNOWLEDGED
 *                              |                                   ^
 *                              +--dispute (partner)--> DISPUTED ---+ acknowledge
 *
 * A statement holds the count, sums and hash chain of its lines as they come, so that closing writes the
 * statement and the account whatever the number of lines. */
#ifndef ENTENTE_INCENTIVIZE_STATEMENT_H
#define ENTENTE_INCENTIVIZE_STATEMENT_H

#include "runtime/base/period.h"
#include "runtime/base/status.h"

#include "entente/incentivize/v1/account.pb-c.h"
#include "entente/incentivize/v1/earning.pb-c.h"
#include "entente/incentivize/v1/statement.pb-c.h"

enum statement_state {
  STATEMENT_OPEN = INCENTIVIZE__STATEMENT__STATE__STATE_OPEN,
  STATEMENT_CLOSED = INCENTIVIZE__STATEMENT__STATE__STATE_CLOSED,
  STATEMENT_ACKNOWLEDGED = INCENTIVIZE__STATEMENT__STATE__STATE_ACKNOWLEDGED,
  STATEMENT_DISPUTED = INCENTIVIZE__STATEMENT__STATE__STATE_DISPUTED,
};

enum statement_action { STATEMENT_CLOSE, STATEMENT_ACKNOWLEDGE, STATEMENT_DISPUTE, STATEMENT_ACTIONS };

/* Who acts, when, and why (disputes). */
struct statement_act {
  const char *subject;
  int64_t now_us;
  const char *reason;
};

char *statement_name(struct arena *arena, const char *partnership, struct period period);
/* Open, without lines. */
Incentivize__Statement *statement_new(struct arena *arena, const char *partnership, struct period period,
                                      const char *currency_code);
struct period statement_period(const Incentivize__Statement *statement);

/* Adds a line that is complete but for its `statement`, which is set. The statement must be open. */
void statement_add(struct arena *arena, Incentivize__Statement *statement, Incentivize__Earning *line);

/* What stands against closing a statement: its period is not over (PERIOD_NOT_OVER), an earlier one is open
 * (`first_open`, NULL when none is) or its time is closed already (STATEMENT_OUT_OF_ORDER).
 * FAILED_PRECONDITION. */
const struct status *statement_check_close(struct arena *arena, const Incentivize__Statement *statement,
                                           const Incentivize__Account *account,
                                           const Incentivize__Statement *first_open, int64_t now_us);
/* Settles the opening and closing of a statement that may close, and carries a negative one forward. */
void statement_settle(struct arena *arena, Incentivize__Statement *statement, Incentivize__Account *account);

/* Takes a step. FAILED_PRECONDITION (INVALID_STATE). */
const struct status *statement_take(struct arena *arena, Incentivize__Statement *statement,
                                    enum statement_action action, const struct statement_act *act);

#endif
