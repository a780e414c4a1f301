/* What this service does with the feeds of others, and with its own. */
#ifndef ENTENTE_INCENTIVIZE_FOLLOW_H
#define ENTENTE_INCENTIVIZE_FOLLOW_H

#include "runtime/feed/follow.h"

/* sell: `opportunity.won` becomes a sale that accrues, `opportunity.reversed` takes it back. Independent
 * opportunities mean nothing here. Applying an entry again changes nothing. DATA_LOSS when an entry does not
 * hold an opportunity. */
extern const char *const sell_types[];
const struct status *sell_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry);

/* incentivize: an activated plan accrues what was won before, one batch an entry; each batch records the
 * entry that asks for the next one, so that a batch is done once though the process is killed between. */
extern const char *const plan_types[];
const struct status *plan_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry);

#endif
