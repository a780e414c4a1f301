#include "market/touch.h"

#include "market/kinds.h"
#include "market/service.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/rpc/resource.h"

#include <inttypes.h>

const struct status *touch_get(struct call *call, const void *in, void *out) {
  const Market__GetTouchRequest *request = in;
  Market__Touch *touch;
  const struct status *status = resource_read(call, &kind_touch, request->name, &touch);
  if (!status) {
    *(Market__Touch *)out = *touch;
  }
  return status;
}

static bool keep(const void *message, void *context) {
  return touch_shown(message, context);
}

const struct status *touch_list(struct call *call, const void *in, void *out) {
  const Market__ListTouchesRequest *request = in;
  Market__ListTouchesResponse *response = out;
  struct arena *arena = call_arena(call);
  struct touch_filter filter;
  struct list_page page;
  const struct status *status = touch_filter_of(arena, request, &filter);
  if (status) {
    return status;
  }
  const char *of = !text_empty(request->opportunity) ? request->opportunity
                   : !text_empty(request->campaign)  ? request->campaign
                                                     : request->parent;
  const struct list_query query = {.kind = &kind_touch,
                                   .index = "list",
                                   .scope = request->parent,
                                   .partition = partition_touches(arena, of, request->party),
                                   .descending = true,
                                   .page_size = request->page_size,
                                   .page_token = request->page_token,
                                   .keep = keep,
                                   .context = &filter};
  const char *filters =
      arena_printf(arena, "%d|%" PRId64 "|%" PRId64, (int)filter.state, filter.start_us, filter.end_us);
  status = resource_list(call, query, filters, &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  return NULL;
}

/* What a new touch names, NULL for what is not in the partnership. The opportunity is read for a change. */
static const struct status *places_read(struct call *call, const char *partnership,
                                        const Market__Touch *touch, Market__TouchedOpportunity **opportunity,
                                        Market__Campaign **campaign) {
  struct arena *arena = call_arena(call);
  const struct status *status = NULL;
  *opportunity = NULL;
  *campaign = NULL;
  if (text_equal(name_partnership(arena, touch->opportunity), partnership)) {
    status = txn_get(call_txn(call), &kind_touched_opportunity, touch->opportunity, opportunity);
  }
  if (!status && !text_empty(touch->campaign) &&
      text_equal(name_partnership(arena, touch->campaign), partnership)) {
    status = txn_get(call_txn(call), &kind_campaign, touch->campaign, campaign);
  }
  return status;
}

/* Puts both and records the touch, which counts for `sign` in the month in which it happened. */
static const struct status *finish(struct call *call, Market__Touch *touch,
                                   Market__TouchedOpportunity *opportunity, const char *type, int sign,
                                   void *out) {
  struct txn *txn = call_txn(call);
  int64_t occur_us = timestamp_us(touch->occur_time, 0);
  txn_put(txn, &kind_touched_opportunity, opportunity);
  txn_put(txn, &kind_touch, touch);
  struct record *record = txn_record(
      txn, &(struct record_facts){.type = type, .payload = touch, .occur_us = sign > 0 ? occur_us : 0});
  txn_count(record, "touches.recorded", touch->party, occur_us, sign);
  *(Market__Touch *)out = *touch;
  return txn_commit(txn, out);
}

const struct status *touch_create(struct call *call, const void *in, void *out) {
  const Market__RecordTouchRequest *request = in;
  Market__Touch *touch = request->touch;
  struct act act = act_of(call);
  Market__TouchedOpportunity *opportunity;
  Market__Campaign *campaign;
  const Onboard__Partnership *partnership;
  const struct status *status = directory_partnership_going_on(call_txn(call), request->parent, &partnership);
  if (!status) {
    status = resource_name(call, &kind_touch, request->parent, "touches", request->touch_id, &touch->name);
  }
  if (!status) {
    status = places_read(call, request->parent, touch, &opportunity, &campaign);
  }
  if (!status) {
    status = touch_record(&act, request->parent, touch, opportunity, campaign);
  }
  return status ? status : finish(call, touch, opportunity, "touch.recorded", 1, out);
}

const struct status *touch_take_back(struct call *call, const void *in, void *out) {
  const Market__RetractTouchRequest *request = in;
  struct act act = act_of(call);
  Market__Touch *touch;
  Market__TouchedOpportunity *opportunity;
  const struct status *status = resource_load(call, &kind_touch, request->name, request->etag, &touch);
  if (!status) {
    status = resource_load(call, &kind_touched_opportunity, touch->opportunity, NULL, &opportunity);
  }
  if (!status) {
    status = touch_retract(&act, touch, opportunity, request->reason);
  }
  return status ? status : finish(call, touch, opportunity, "touch.retracted", -1, out);
}
