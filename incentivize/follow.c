#include "incentivize/follow.h"

#include "incentivize/kinds.h"
#include "incentivize/posting.h"
#include "incentivize/sale.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include "entente/incentivize/v1/commission_plan.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

#include <string.h>

const char *const sell_types[] = {"opportunity.won", "opportunity.reversed", NULL};
const char *const plan_types[] = {"commission_plan.activated", "commission_plan.accruing", NULL};

static struct posting posting_of(struct txn *txn) {
  return (struct posting){txn, txn_arena(txn), txn_now_us(txn)};
}

/* The opportunity of an entry; NULL when it holds none. */
static const Sell__Opportunity *opportunity_of(struct arena *arena, const Ledger__LedgerEntry *entry) {
  if (!text_equal(entry->payload_type, sell__opportunity__descriptor.name))
    return NULL;
  return sell__opportunity__unpack(arena_allocator(arena), entry->payload.len, entry->payload.data);
}

static const struct status *apply_won(const struct posting *posting, Incentivize__Sale *known,
                                      const Sell__Opportunity *opportunity,
                                      const Ledger__LedgerEntry *entry) {
  int64_t occur_us = timestamp_us(entry->occur_time, posting->now_us);
  if (known)
    return NULL;
  return posting_win(posting, sale_of(posting->arena, opportunity, entry->name, occur_us));
}

/* A reversal whose win was never seen, as it is no longer kept, still leaves its mark. */
static const struct status *apply_reversed(const struct posting *posting, Incentivize__Sale *known,
                                           const Sell__Opportunity *opportunity,
                                           const Ledger__LedgerEntry *entry) {
  int64_t occur_us = timestamp_us(entry->occur_time, posting->now_us);
  Incentivize__Sale *sale = known;
  if (!sale)
    sale = sale_of(posting->arena, opportunity, entry->name, occur_us);
  return posting_reverse(posting, sale, entry->name, timestamp_us(opportunity->reverse_time, occur_us));
}

const struct status *sell_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  (void)context;
  struct posting posting = posting_of(txn);
  const Sell__Opportunity *opportunity = opportunity_of(posting.arena, entry);
  if (!opportunity)
    return status_make(posting.arena, CODE_DATA_LOSS, "PAYLOAD_MALFORMED", "%s holds no opportunity",
                       entry->name);
  char *name = sale_name(posting.arena, opportunity->name);
  if (!name || !sale_counts(opportunity))
    return NULL;
  Incentivize__Sale *known;
  const struct status *status = txn_get(txn, &kind_sale, name, &known);
  if (status)
    return status;
  bool won = strcmp(entry->type, "opportunity.won") == 0;
  return (won ? apply_won : apply_reversed)(&posting, known, opportunity, entry);
}

const struct status *plan_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  (void)context;
  struct posting posting = posting_of(txn);
  Incentivize__CommissionPlan *plan;
  const struct status *status = txn_get(txn, &kind_commission_plan, entry->resource, &plan);
  if (status || !plan)
    return status;
  return posting_backfill(&posting, plan);
}
