/* Rules of allocations: five running numbers that always add up. Pure. Amounts in minor units.
 *
 *   available -> reserved   a request is approved
 *   reserved  -> available  the request is closed or expires
 *   reserved  -> claimed    a claim is approved
 *   claimed   -> paid       a settlement is paid */
#ifndef ENTENTE_MARKET_MDF_ALLOCATION_H
#define ENTENTE_MARKET_MDF_ALLOCATION_H

#include "market/mdf_budget.h"

#include "entente/market/v1/mdf_allocation.pb-c.h"

enum mdf_allocation_action { MDF_ALLOCATION_ADJUST, MDF_ALLOCATION_CLOSE, MDF_ALLOCATION_ACTIONS };
extern const struct machine mdf_allocation_machine;

enum { CLAIM_DAYS_DEFAULT = 90 };

/* Takes a new allocation from its budget. `currency` is the partnership's. CURRENCY_MISMATCH, and as
 * mdf_budget_take(). */
const struct status *mdf_allocation_apply_create(struct arena *arena, Market__MdfAllocation *allocation,
                                                 Market__MdfBudget *budget, const char *currency,
                                                 const struct decision *decision);
/* INVALID_STATE, BALANCE_EXCEEDED (of what is available, or leaving nothing allocated), and when raised as
 * mdf_budget_take(). `delta_minor` is not 0. */
const struct status *mdf_allocation_apply_adjust(struct arena *arena, Market__MdfAllocation *allocation,
                                                 Market__MdfBudget *budget, int64_t delta_minor,
                                                 const struct decision *decision);
/* `*forfeited` is what went back to the budget. INVALID_STATE, GUARD_UNMET. */
const struct status *mdf_allocation_apply_close(struct arena *arena, Market__MdfAllocation *allocation,
                                                Market__MdfBudget *budget, int64_t *forfeited_minor);

/* available to reserved. BALANCE_EXCEEDED, LIMIT_REACHED. */
const struct status *mdf_allocation_reserve(struct arena *arena, Market__MdfAllocation *allocation,
                                            const char *resource, int64_t amount_minor,
                                            const struct decision *decision);
/* The rest cannot fail: their callers checked. */
void mdf_allocation_release(Market__MdfAllocation *allocation, int64_t amount_minor);
void mdf_allocation_claim(Market__MdfAllocation *allocation, int64_t amount_minor);
void mdf_allocation_pay(Market__MdfAllocation *allocation, int64_t amount_minor);

#endif
