#include "sell/lift.h"

#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/store/list.h"
#include "sell/account.h"

static void visit(const void *message, void *context) {
  lift_add(context, message);
}

static const struct status *visit_state(struct call *call, const struct occasion *occasion,
                                        Sell__Opportunity__State state, const char *partnership,
                                        struct lift *lift) {
  const struct list_query query = {
      .kind = &kind_opportunity,
      .index = "state",
      .partition = partition_of(occasion->arena, partnership, occasion->party,
                                state_name(&sell__opportunity__state__descriptor, (int)state)),
      .scope = partnership,
  };
  return list_walk(call_txn(call), &query, visit, lift);
}

const struct status *lift_get(struct call *call, const void *in, void *out) {
  const Sell__GetLiftRequest *request = in;
  struct occasion occasion;
  struct lift *lift;
  const struct status *status = occasion_of(call, request->name, &occasion);
  if (!status)
    status = lift_begin(occasion.arena, request, occasion.partnership->currency_code, &lift);
  if (status)
    return status;
  const char *partnership = name_partnership(occasion.arena, request->name);
  status = visit_state(call, &occasion, SELL__OPPORTUNITY__STATE__STATE_WON, partnership, lift);
  if (!status)
    status = visit_state(call, &occasion, SELL__OPPORTUNITY__STATE__STATE_LOST, partnership, lift);
  if (status)
    return status;
  ((Sell__Lift *)out)->name = request->name;
  lift_finish(lift, out);
  return NULL;
}
