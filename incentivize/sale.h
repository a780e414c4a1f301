/* Rules of sales: what a won opportunity becomes here. Pure. */
#ifndef ENTENTE_INCENTIVIZE_SALE_H
#define ENTENTE_INCENTIVIZE_SALE_H

#include "runtime/base/arena.h"

#include "entente/incentivize/v1/sale.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

#include <stdbool.h>

enum sale_state {
  SALE_UNPLANNED = INCENTIVIZE__SALE__STATE__STATE_UNPLANNED,
  SALE_ACCRUED = INCENTIVIZE__SALE__STATE__STATE_ACCRUED,
  SALE_REVERSED = INCENTIVIZE__SALE__STATE__STATE_REVERSED,
  SALE_EXCLUDED = INCENTIVIZE__SALE__STATE__STATE_EXCLUDED,
};

/* Whether an opportunity can earn anything here: only what both parties sell together does. */
bool sale_counts(const Sell__Opportunity *opportunity);

/* The name of the sale of an opportunity; NULL when that lies in no partnership. */
char *sale_name(struct arena *arena, const char *opportunity);

/* A sale that no plan covers yet, or that is excluded when its amount cannot be used. `evidence` is the
 * ledger entry that reported it, `occur_us` the close for an opportunity that has none. */
Incentivize__Sale *sale_of(struct arena *arena, const Sell__Opportunity *opportunity, const char *evidence,
                           int64_t occur_us);

/* Excludes a sale. */
void sale_exclude(struct arena *arena, Incentivize__Sale *sale, const char *why);

#endif
