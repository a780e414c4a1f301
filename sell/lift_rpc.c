#include "sell/lift.h"

#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/store/list.h"
#include "sell/account.h"
#include "sell/follow.h"
#include "sell/registration_change.h"

static void visit_contract(const void *message, void *context) {
  lift_add_contract(context, message);
}

static void visit_proposition(const void *message, void *context) {
  lift_add_proposition(context, message);
}

/* Shows what sell has copied of onboard's: all of one kind that lies in the partnership. */
static const struct status *visit_copies(struct call *call, const struct kind *kind, const char *partnership,
                                         list_visit_fn *show, struct lift *lift) {
  const struct list_query query = {.kind = kind, .partition = partnership, .scope = partnership};
  return list_walk(call_txn(call), &query, show, lift);
}

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
    status = lift_begin(occasion.arena, request,
                        (struct lift_facts){occasion.partnership->currency_code, occasion.now_us}, &lift);
  if (status)
    return status;
  const char *partnership = name_partnership(occasion.arena, request->name);
  status = visit_copies(call, &kind_contract, partnership, visit_contract, lift);
  if (!status)
    status = visit_copies(call, &kind_proposition, partnership, visit_proposition, lift);
  if (!status)
    status = lift_check_scope(lift);
  if (!status)
    status = visit_state(call, &occasion, SELL__OPPORTUNITY__STATE__STATE_WON, partnership, lift);
  if (!status)
    status = visit_state(call, &occasion, SELL__OPPORTUNITY__STATE__STATE_LOST, partnership, lift);
  if (status)
    return status;
  ((Sell__Lift *)out)->name = request->name;
  lift_finish(lift, out);
  return NULL;
}
