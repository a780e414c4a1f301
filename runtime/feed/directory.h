/* The copy that each pillar keeps of onboard's partnerships, so that it needs nobody to answer: which
 * organization is the partner (access), the currency, the state and class. Kept by following onboard's
 * feed (`partnership.*`). The one place in the runtime that knows a pillar's contract: every pillar
 * needs the same copy. */
#ifndef ENTENTE_FEED_DIRECTORY_H
#define ENTENTE_FEED_DIRECTORY_H

#include "runtime/feed/follow.h"
#include "runtime/rpc/identity.h"

#include "entente/onboard/v1/partnership.pb-c.h"

/* Row for the pillar's table of kinds: message entente.onboard.v1.Partnership. */
extern const struct kind kind_directory;

/* apply_fn for entries `partnership.*` of onboard. */
const struct status *directory_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry);
extern const char *const directory_types[];

/* partner_of_fn; `context` is the store. A partnership's partner never changes, so what was read once
 * is kept (up to 65,536 partnerships). */
partner_of_fn directory_partner_of;

/* The partnership that `name` lies in, or NOT_FOUND (PARTNERSHIP_UNKNOWN). Peeked. */
const struct status *directory_partnership(struct txn *txn, const char *name,
                                           const Onboard__Partnership **out);
/* The same for what begins something new in it: FAILED_PRECONDITION (PARTNERSHIP_ENDED) once it has ended.
 * What was begun before is seen through. */
const struct status *directory_partnership_going_on(struct txn *txn, const char *name,
                                                    const Onboard__Partnership **out);

#endif
