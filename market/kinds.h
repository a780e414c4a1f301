/* The entity kinds and counters of this service, and the partitions of their indexes. */
#ifndef ENTENTE_MARKET_KINDS_H
#define ENTENTE_MARKET_KINDS_H

#include "runtime/store/kind.h"

#include "entente/type/v1/party.pb-c.h"

extern const struct kind kind_campaign;
extern const struct kind kind_mdf_budget;
extern const struct kind kind_mdf_allocation;
extern const struct kind kind_fund_request;
extern const struct kind kind_claim;
extern const struct kind kind_settlement;
extern const struct kind kind_touch;
extern const struct kind kind_touched_opportunity;

/* NULL-terminated: all of the above and the directory. */
extern const struct kind *const market_kinds[];
/* Ends with a NULL name. */
extern const struct counter_row market_counters[];

/* What writes and what lists agree by these: partitions of the index `list`. A state or party of 0 stands
 * for all. */
char *partition_campaigns(struct arena *arena, const char *partnership, int party, int state);
/* Of a vendor, partnership, request or claim, by state. */
char *partition_state(struct arena *arena, const char *parent, int state);
/* The same as one party sees it: drafts are in the partner's alone. `parent` may be an allocation. */
char *partition_seen(struct arena *arena, const char *parent, Type__Party viewer, int state);
/* Touches of a partnership, an opportunity or a campaign, by who recorded them. */
char *partition_touches(struct arena *arena, const char *of, Type__Party party);

#endif
