/* The change of a partnership's market share (domain F65): revenue of twelve months over the size of the
 * market, at two instants 24 to 36 months apart. Pure; integers alone. */
#ifndef ENTENTE_SELL_MARKET_SHARE_H
#define ENTENTE_SELL_MARKET_SHARE_H

#include "runtime/base/period.h"
#include "runtime/base/status.h"

#include <stdbool.h>

#include "entente/sell/v1/market_estimate.pb-c.h"
#include "entente/sell/v1/market_share_service.pb-c.h"

enum { SHARE_MONTHS_MIN = 24, SHARE_MONTHS_MAX = 36, SHARE_TRAILING_MONTHS = 12 };
/* Joint sales by the month of closing, `.` and the currency after it. */
#define SHARE_COUNTER "won_amount.joint"

/* The request's period in `*out`. INVALID_ARGUMENT with everything that is wrong. */
const struct status *market_share_period(struct arena *arena, const Sell__GetMarketShareRequest *request,
                                         int64_t now_us, struct period *out);
/* The twelve months before an instant that begins a month. */
struct period market_share_trailing(int64_t time_us);

/* What is known of one instant. */
struct share_facts {
  int64_t time_us;
  int64_t revenue_minor;                /* 0 or more: what was won in the trailing months */
  const Sell__MarketEstimate *estimate; /* that holds; NULL: none */
};
/* The share at two instants and its change; what is given becomes part of the answer. */
void market_share_fill(struct arena *arena, const struct share_facts *start, const struct share_facts *end,
                       Sell__MarketShare *out);

/* after/after_of - before/before_of in basis points, rounded once, half to even; the nearest int64 when it
 * does not fit. Revenues are 0 to 9 * 10^18, markets 1 to 10^15. */
int64_t share_change_bps(int64_t before, int64_t before_of, int64_t after, int64_t after_of);

#endif
