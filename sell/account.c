
#include "sell/account.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

const struct status *partnership_open(struct call *call, const char *partnership) {
  struct occasion occasion;
  const struct status *status = occasion_of(call, partnership, &occasion);
  if (status || occasion.partnership->state != ONBOARD__PARTNERSHIP__STATE__STATE_ENDED)
    return status;
  struct status *ended = call_fail(call, CODE_FAILED_PRECONDITION, REASON_PARTNERSHIP_ENDED,
                                   "%s has ended: nothing new begins in it", partnership);
  status_add_metadata(occasion.arena, ended, "partnership", partnership);
  return ended;
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
