/* Rules of imported rows: what a row of another system makes of the opportunity that it is about. A
 * row says all that is true there; what is unset is left as it is here. The same row again changes
 * nothing. Pure. */
#ifndef ENTENTE_SELL_ROW_H
#define ENTENTE_SELL_ROW_H

#include "sell/opportunity.h"

#define REASON_STAGE_BEHIND "STAGE_BEHIND"

struct row_change {
  Sell__RowResult__Outcome outcome;
  Sell__Opportunity *after; /* what it becomes; NULL when unchanged */
  /* New and closed at once: it was opened first, and this is it then. NULL otherwise. */
  Sell__Opportunity *opened;
  int64_t opened_us;
  const char *type; /* of the ledger entry for `after`, such as `opportunity.won` */
  int64_t occur_us; /* when that happened */
};

/* `name` is the opportunity's, `existing` NULL when there is none. `existing` is not changed.
 * INVALID_ARGUMENT with all that is wrong with the row; FAILED_PRECONDITION (INVALID_STATE,
 * STAGE_BEHIND, FIELD_LOCKED, GUARD_UNMET, CURRENCY_MISMATCH, PARTNERSHIP_ENDED); PERMISSION_DENIED
 * (OTHER_PARTY) when it would change what the other party brought. */
const struct status *row_apply(const struct occasion *occasion, const Sell__OpportunityRow *row,
                               const char *name, const Sell__Opportunity *existing,
                               struct row_change *change);

/* A result that tells why a row was refused. */
void row_refuse(struct arena *arena, const struct status *why, Sell__RowResult *result);

#endif
