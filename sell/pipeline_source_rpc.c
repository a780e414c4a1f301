#include "sell/pipeline_source.h"

#include "runtime/store/txn.h"
#include "sell/cosell.h"
#include "sell/service.h"

/* A joint opportunity for a change; NULL for any other, or none. */
static const struct status *joint_get(struct txn *txn, const char *name, Sell__Opportunity **out) {
  const struct status *status = txn_get(txn, &kind_opportunity, name, out);
  if (!status && *out && (*out)->engagement != SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT)
    *out = NULL;
  return status;
}

static void change(struct txn *txn, const Sell__Opportunity *before, Sell__Opportunity *after,
                   const char *type, int64_t occur_us) {
  const struct opportunity_step step = {type, occur_us, before, after};
  txn_put(txn, &kind_opportunity, after);
  opportunity_record(txn, &step);
}

const struct status *opportunity_touch(struct txn *txn, const char *name,
                                       Sell__OpportunityTouch__Channel channel, const char *source,
                                       int64_t occur_us) {
  Sell__Opportunity *opportunity;
  const struct status *status = joint_get(txn, name, &opportunity);
  if (status || !opportunity)
    return status;
  const Sell__Opportunity *before = arena_copy(txn_arena(txn), opportunity, sizeof *opportunity);
  if (touch_add(txn_arena(txn), opportunity, channel, source, occur_us))
    change(txn, before, opportunity, "opportunity.touched", occur_us);
  return NULL;
}

const struct status *opportunity_untouch(struct txn *txn, const char *name, const char *source,
                                         int64_t occur_us) {
  Sell__Opportunity *opportunity;
  const struct status *status = joint_get(txn, name, &opportunity);
  if (status || !opportunity)
    return status;
  const Sell__Opportunity *before = arena_copy(txn_arena(txn), opportunity, sizeof *opportunity);
  if (touch_remove(txn_arena(txn), opportunity, source))
    change(txn, before, opportunity, "opportunity.touch_retracted", occur_us);
  return NULL;
}
