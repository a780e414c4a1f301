#include "sell/cosell.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "sell/service.h"

const struct status *opportunity_within(struct call *call, const char *partnership, const char *name,
                                        Sell__Opportunity **out) {
  *out = NULL;
  if (!text_equal(name_partnership(call_arena(call), name), partnership))
    return NULL;
  return txn_peek(call_txn(call), &kind_opportunity, name, out);
}

const struct status *opportunity_is_joint(struct call *call, const char *partnership, const char *name,
                                          bool *joint) {
  Sell__Opportunity *found;
  const struct status *status = opportunity_within(call, partnership, name, &found);
  *joint = !status && found && found->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  return status;
}
