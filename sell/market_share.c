#include "sell/market_share.h"

#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/refusal.h"

enum { FIRST_MONTH = 197101 }; /* the trailing months of an earlier one lie before time begins */

#define OK TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
#define NO_DATA TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA

static int months_of(struct period period) {
  int32_t from = month_of(period.start_us), to = month_of(period.end_us);
  return (to / 100 - from / 100) * 12 + to % 100 - from % 100;
}

const struct status *market_share_period(struct arena *arena, const Sell__GetMarketShareRequest *request,
                                         int64_t now_us, struct period *out) {
  struct status *invalid = NULL;
  bool start = moment_check(arena, &invalid, "period.start_time", request->period->start_time);
  bool end = moment_check(arena, &invalid, "period.end_time", request->period->end_time);
  if (!start || !end)
    return invalid;
  *out = (struct period){moment_us(request->period->start_time), moment_us(request->period->end_time)};
  if (month_of(out->start_us) < FIRST_MONTH)
    invalid_add(arena, &invalid, "period.start_time", "VALUE_OUT_OF_RANGE",
                "lies before 1971: months are counted from 1970 on");
  int months = period_is_whole_months(*out) ? months_of(*out) : 0;
  if (months < SHARE_MONTHS_MIN || months > SHARE_MONTHS_MAX)
    invalid_add(arena, &invalid, "period", "VALUE_OUT_OF_RANGE",
                "must begin and end with calendar months in UTC, %d to %d of them", SHARE_MONTHS_MIN,
                SHARE_MONTHS_MAX);
  bool then = moment_check(arena, &invalid, "as_of", request->as_of);
  int64_t known_us = then ? timestamp_us(request->as_of, now_us) : now_us;
  if (out->end_us > (known_us < now_us ? known_us : now_us))
    invalid_add(arena, &invalid, "period.end_time", "VALUE_OUT_OF_RANGE",
                "lies after %s: the twelve months before it are not over",
                known_us < now_us ? "as_of" : "now");
  return invalid;
}

struct period market_share_trailing(int64_t time_us) {
  return (struct period){month_start_us(month_add(month_of(time_us), -SHARE_TRAILING_MONTHS)), time_us};
}

/* Half to even; the divisor is more than 0. */
static __int128 divide_half_even(__int128 number, __int128 divisor) {
  __int128 quotient = number / divisor, rest = number % divisor;
  if (rest < 0) {
    rest += divisor;
    quotient--;
  }
  return quotient + (rest * 2 > divisor || (rest * 2 == divisor && quotient % 2));
}

/* Products stay below 2^127: 9 * 10^18 * 10^15 * 10^4 is 9 * 10^37. */
int64_t share_change_bps(int64_t before, int64_t before_of, int64_t after, int64_t after_of) {
  __int128 difference = (__int128)after * before_of - (__int128)before * after_of;
  __int128 bps = divide_half_even(difference * BPS_ONE, (__int128)before_of * after_of);
  return bps > INT64_MAX ? INT64_MAX : bps < INT64_MIN ? INT64_MIN : (int64_t)bps;
}

static Type__Ratio *share_of(struct arena *arena, const struct share_facts *facts) {
  Type__Ratio *share = arena_new(arena, Type__Ratio);
  type__ratio__init(share);
  share->numerator = facts->revenue_minor;
  share->denominator = facts->estimate ? facts->estimate->amount->amount_minor : 0;
  share->basis_points = ratio_bps(share->numerator, share->denominator);
  share->status = facts->estimate ? OK : NO_DATA;
  return share;
}

static Sell__MarketShareAt *share_at(struct arena *arena, const struct share_facts *facts) {
  Sell__MarketShareAt *at = arena_new(arena, Sell__MarketShareAt);
  sell__market_share_at__init(at);
  const struct period trailing = market_share_trailing(facts->time_us);
  at->time = timestamp_new(arena, facts->time_us);
  at->trailing_period = arena_new(arena, Type__Period);
  type__period__init(at->trailing_period);
  at->trailing_period->start_time = timestamp_new(arena, trailing.start_us);
  at->trailing_period->end_time = timestamp_new(arena, trailing.end_us);
  at->share = share_of(arena, facts);
  if (!facts->estimate)
    return at;
  at->estimate = facts->estimate->name;
  at->estimate_version = facts->estimate->version;
  at->effective_time = facts->estimate->effective_time;
  return at;
}

void market_share_fill(struct arena *arena, const struct share_facts *start, const struct share_facts *end,
                       Sell__MarketShare *out) {
  out->start = share_at(arena, start);
  out->end = share_at(arena, end);
  out->status = start->estimate && end->estimate ? OK : NO_DATA;
  if (out->status == OK)
    out->change_bps = share_change_bps(start->revenue_minor, start->estimate->amount->amount_minor,
                                       end->revenue_minor, end->estimate->amount->amount_minor);
}
