/* What this pillar does with changes: onboard's (the directory) and its own (counting rosters anew). */
#ifndef ENTENTE_ENABLE_FOLLOW_H
#define ENTENTE_ENABLE_FOLLOW_H

#include "runtime/feed/follow.h"

/* Entries after which every roster of the vendor is counted anew. */
extern const char *const requirements_types[];

/* apply_fn for them; `context` is a struct recount. Works in transactions of its own, each of which may be
 * repeated without harm, as a vendor can have more members than one transaction takes; so it is whole
 * though the process is killed at any point. */
struct recount {
  struct store *store;
  const struct clock *clock;
};
const struct status *requirements_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry);

/* Counts every roster of a vendor anew; `*changed` members were. Must run in a fiber. */
const struct status *recount_vendor(const struct recount *recount, struct arena *arena, const char *vendor,
                                    size_t *changed);

#endif
