#include "sell/market_share.h"

#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "runtime/message/validate.h"
#include "runtime/rpc/resource.h"
#include "runtime/store/ledger.h"
#include "runtime/store/list.h"
#include "sell/account.h"
#include "sell/market_estimate.h"

#include <string.h>

/* What a partnership has agreed about its market, as far as it was known then. */
struct known {
  struct arena *arena;
  int64_t as_of_us;                     /* INT64_MAX: now, and the book tells what holds */
  const Sell__MarketEstimateBook *book; /* NULL: nothing is agreed */
  struct estimates agreed;              /* as of an earlier time: all that ever were */
};

static void visit(const void *message, void *context) {
  struct known *known = context;
  ProtobufCMessage *copy = message_copy(known->arena, message);
  known->agreed.items = arena_append(known->arena, known->agreed.items, known->agreed.count++, copy);
}

/* In this order: what is superseded meanwhile is shown twice, and never passed over. */
static const struct status *known_read(struct call *call, const char *partnership, struct known *known) {
  static const Sell__MarketEstimate__State states[] = {SELL__MARKET_ESTIMATE__STATE__STATE_AGREED,
                                                       SELL__MARKET_ESTIMATE__STATE__STATE_SUPERSEDED};
  struct txn *txn = call_txn(call);
  if (known->as_of_us == INT64_MAX)
    return txn_peek(txn, &kind_market_estimate_book,
                    name_child(known->arena, partnership, "marketEstimateBooks", "one"), &known->book);
  const struct status *status = ledger_await(txn, partnership, known->as_of_us);
  for (size_t i = 0; !status && i < sizeof states / sizeof *states; i++) {
    const struct list_query query = {
        .kind = &kind_market_estimate,
        .index = "state",
        .partition = arena_printf(known->arena, "%s|%s", partnership,
                                  state_name(&sell__market_estimate__state__descriptor, (int)states[i])),
        .scope = partnership,
    };
    status = list_walk(txn, &query, visit, known);
  }
  return status;
}

static void forget(struct estimates *estimates, const char *name) {
  size_t kept = 0;
  for (size_t i = 0; i < estimates->count; i++)
    if (strcmp(estimates->items[i]->name, name) != 0)
      estimates->items[kept++] = estimates->items[i];
  estimates->count = kept;
}

/* The estimate that held at an instant; NULL: none. */
static const struct status *estimate_at(struct call *call, struct known *known, const char *partnership,
                                        int64_t time_us, const Sell__MarketEstimate **out) {
  *out = NULL;
  if (known->as_of_us == INT64_MAX) {
    const Sell__AgreedEstimate *agreed = known->book ? market_estimate_at(known->book, time_us) : NULL;
    return agreed ? resource_read(call, &kind_market_estimate, agreed->estimate, out) : NULL;
  }
  const Sell__MarketEstimate *found;
  bool recorded = false;
  while (!recorded && (found = market_estimate_known(&known->agreed, time_us, known->as_of_us))) {
    const struct status *status =
        ledger_recorded(call_txn(call), partnership, found->name, timestamp_us(found->decide_time, 0),
                        known->as_of_us, &recorded);
    if (status)
      return status;
    if (recorded)
      *out = found;
    else
      forget(&known->agreed, found->name);
  }
  return NULL;
}

/* What was won together in the twelve months before an instant, and the estimate that holds at it. */
static const struct status *facts_read(struct call *call, const char *partnership, const char *counter,
                                       struct known *known, struct share_facts *facts, int64_t *record_us) {
  struct counter_sum *sums;
  size_t count;
  const struct status *status =
      ledger_counters(call_txn(call), partnership, market_share_trailing(facts->time_us), known->as_of_us,
                      call_party(call), &sums, &count, record_us);
  if (status)
    return status;
  facts->revenue_minor = counter_value(sums, count, counter, TYPE__PARTY__PARTY_UNSPECIFIED);
  return estimate_at(call, known, partnership, facts->time_us, &facts->estimate);
}

const struct status *market_share_get(struct call *call, const void *in, void *out) {
  const Sell__GetMarketShareRequest *request = in;
  Sell__MarketShare *share = out;
  struct occasion occasion;
  struct period period;
  int64_t record_us;
  const struct status *status = occasion_of(call, request->name, &occasion);
  struct known known = {.arena = occasion.arena, .as_of_us = timestamp_us(request->as_of, INT64_MAX)};
  if (!status)
    status = market_share_period(occasion.arena, request, occasion.now_us, &period);
  if (status)
    return status;
  const char *partnership = name_partnership(occasion.arena, request->name);
  const char *currency = occasion.partnership->currency_code;
  char *counter = arena_printf(occasion.arena, SHARE_COUNTER ".%s", currency);
  struct share_facts start = {.time_us = period.start_us}, end = {.time_us = period.end_us};
  status = known_read(call, partnership, &known);
  if (!status)
    status = facts_read(call, partnership, counter, &known, &start, &record_us);
  if (!status)
    status = facts_read(call, partnership, counter, &known, &end, &record_us);
  if (status)
    return status;
  share->name = request->name;
  share->period = request->period;
  share->currency_code = (char *)currency;
  share->counter = counter;
  share->record_time = record_us ? timestamp_new(occasion.arena, record_us) : NULL;
  market_share_fill(occasion.arena, &start, &end, share);
  return NULL;
}
