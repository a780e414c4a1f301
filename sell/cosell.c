#include "sell/cosell.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "sell/service.h"

const struct status *opportunity_is_joint(struct call *call, const char *partnership, const char *name,
                                          bool *joint) {
  struct arena *arena = call_arena(call);
  Sell__Opportunity *found = NULL;
  const struct status *status = NULL;
  if (text_equal(name_partnership(arena, name), partnership))
    status = txn_peek(call_txn(call), &kind_opportunity, name, &found);
  *joint = found && found->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  return status;
}
