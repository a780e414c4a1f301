#include "sell/market_share.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/rpc/resource.h"
#include "runtime/store/ledger.h"
#include "sell/account.h"
#include "sell/market_estimate.h"

/* What was won together in the twelve months before an instant, and the estimate that holds at it. */
static const struct status *facts_read(struct call *call, const char *partnership, const char *counter,
                                       const Sell__MarketEstimateBook *book, struct share_facts *facts) {
  struct txn *txn = call_txn(call);
  struct counter_sum *sums;
  size_t count;
  int64_t record_us;
  const struct status *status =
      ledger_counters(txn, partnership, market_share_trailing(facts->time_us), INT64_MAX,
                      TYPE__PARTY__PARTY_UNSPECIFIED, &sums, &count, &record_us);
  if (status)
    return status;
  facts->revenue_minor = counter_value(sums, count, counter, TYPE__PARTY__PARTY_UNSPECIFIED);
  const Sell__AgreedEstimate *agreed = book ? market_estimate_at(book, facts->time_us) : NULL;
  return agreed ? resource_read(call, &kind_market_estimate, agreed->estimate, &facts->estimate) : NULL;
}

const struct status *market_share_get(struct call *call, const void *in, void *out) {
  const Sell__GetMarketShareRequest *request = in;
  Sell__MarketShare *share = out;
  struct occasion occasion;
  struct period period;
  const Sell__MarketEstimateBook *book;
  const struct status *status = occasion_of(call, request->name, &occasion);
  if (!status)
    status = market_share_period(occasion.arena, request, occasion.now_us, &period);
  if (status)
    return status;
  const char *partnership = name_partnership(occasion.arena, request->name);
  const char *currency = occasion.partnership->currency_code;
  char *counter = arena_printf(occasion.arena, SHARE_COUNTER ".%s", currency);
  struct share_facts start = {.time_us = period.start_us}, end = {.time_us = period.end_us};
  status = txn_peek(call_txn(call), &kind_market_estimate_book,
                    name_child(occasion.arena, partnership, "marketEstimateBooks", "one"), &book);
  if (!status)
    status = facts_read(call, partnership, counter, book, &start);
  if (!status)
    status = facts_read(call, partnership, counter, book, &end);
  if (status)
    return status;
  share->name = request->name;
  share->period = request->period;
  share->currency_code = (char *)currency;
  share->counter = counter;
  market_share_fill(occasion.arena, &start, &end, share);
  return NULL;
}
