/* Posts sales to a partnership's earnings: reads what accrual.h needs, applies its rules, and stages the
 * lines, sums, ledger entries and counters in the caller's transaction. The caller commits. */
#ifndef ENTENTE_INCENTIVIZE_POSTING_H
#define ENTENTE_INCENTIVIZE_POSTING_H

#include "runtime/store/txn.h"

#include "entente/incentivize/v1/account.pb-c.h"
#include "entente/incentivize/v1/commission_plan.pb-c.h"
#include "entente/incentivize/v1/sale.pb-c.h"

struct posting {
  struct txn *txn;
  struct arena *arena;
  int64_t now_us;
};

/* The account of a partnership, new when there is none. Statuses as txn_get(). */
const struct status *posting_account(const struct posting *posting, const char *partnership,
                                     Incentivize__Account **out);

/* Accrues a sale that is UNPLANNED under the plan that covers its close; leaves it UNPLANNED when none
 * does, and EXCLUDED when it cannot accrue. Stages the sale in any case. */
const struct status *posting_win(const struct posting *posting, Incentivize__Sale *sale);

/* Takes a sale back. UNPLANNED and EXCLUDED ones only change state; a REVERSED one is left alone. */
const struct status *posting_reverse(const struct posting *posting, Incentivize__Sale *sale,
                                     const char *evidence, int64_t occur_us);

/* Accrues the next batch of sales that closed before a plan was activated, from its `backfill_month` on.
 * Records `commission_plan.accruing` when more is left to do, `commission_plan.accrued` at the end. */
const struct status *posting_backfill(const struct posting *posting, Incentivize__CommissionPlan *plan);

#endif
