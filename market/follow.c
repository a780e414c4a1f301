#include "market/follow.h"

#include "market/kinds.h"
#include "market/touch.h"
#include "runtime/base/text.h"

#include "entente/sell/v1/opportunity.pb-c.h"

/* The two ways in which an opportunity comes to be joint. */
const char *const sell_types[] = {"opportunity.opened", "opportunity.shared", NULL};

const struct status *sell_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  (void)context;
  struct arena *arena = txn_arena(txn);
  if (entry->private_to) {
    return NULL;
  }
  const Sell__Opportunity *opportunity = NULL;
  if (text_equal(entry->payload_type, sell__opportunity__descriptor.name)) {
    opportunity = sell__opportunity__unpack(arena_allocator(arena), entry->payload.len, entry->payload.data);
  }
  if (!opportunity) {
    return status_make(arena, CODE_DATA_LOSS, "PAYLOAD_MALFORMED", "%s of sell's feed holds no opportunity",
                       entry->name);
  }
  Market__TouchedOpportunity *known;
  const struct status *status = txn_get(txn, &kind_touched_opportunity, opportunity->name, &known);
  if (!status && !known && opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT) {
    txn_put(txn, &kind_touched_opportunity, touched_opportunity_new(arena, opportunity->name));
  }
  return status;
}
