/* Snapshots of opportunities: which fields each template keeps, as a table. Pure.
 *
 * Those of a joint opportunity are named by their number, those of a party's own `own-` and a number: so when
 * it becomes joint, the numbers do not tell how many there were before. */
#ifndef ENTENTE_SELL_OPPORTUNITY_SNAPSHOT_H
#define ENTENTE_SELL_OPPORTUNITY_SNAPSHOT_H

#include "sell/opportunity.h"

#include "entente/sell/v1/opportunity_snapshot.pb-c.h"

enum { SNAPSHOTS_MAX = 500 }; /* of one opportunity */
#define REASON_SNAPSHOTS_FULL "SNAPSHOTS_FULL"

/* The fields of a template, as they are: a message of its own that shares what it points to. */
Sell__Opportunity *snapshot_subset(struct arena *arena, const Sell__Opportunity *opportunity,
                                   Sell__OpportunitySnapshot__Template template);

/* The snapshot numbered `last` + 1, of what `occasion->party` sees; its name is set.
 * FAILED_PRECONDITION (SNAPSHOTS_FULL). */
const struct status *snapshot_take(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                   Sell__OpportunitySnapshot__Template template, int32_t last,
                                   Sell__OpportunitySnapshot *snapshot);

/* Whether a party may know of it. */
bool snapshot_visible(const Sell__OpportunitySnapshot *snapshot, Type__Party viewer);

#endif
