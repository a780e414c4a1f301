
#include "sell/account.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/feed/directory.h"

const struct status *partnership_open(struct call *call, const char *partnership) {
  const Onboard__Partnership *going_on;
  return directory_partnership_going_on(call_txn(call), partnership, &going_on);
}

const struct status *joint_find(struct call *call, const char *name, const char *opportunity,
                                Sell__Opportunity **out) {
  struct arena *arena = call_arena(call);
  *out = NULL;
  /* Of another partnership nothing is looked up: what is there and what is not differ in nothing. */
  if (!text_equal(name_partnership(arena, name), name_partnership(arena, opportunity)))
    return NULL;
  const struct status *status = txn_get(call_txn(call), &kind_opportunity, opportunity, out);
  if (!status && *out && (*out)->engagement != SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT)
    *out = NULL;
  return status;
}
