/* The change of a market share, by cases computed by hand. */
#include "runtime/base/timestamp.h"
#include "sell/market_share.h"
#include "support/check.h"

#include <string.h>

#define OK TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
#define NO_DATA TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA

static struct arena *arena;

static int setup(void **state) {
  (void)state;
  arena = arena_create(1 << 20, NULL, NULL);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

static int64_t at(const char *text) {
  int64_t time_us;
  assert_true(time_parse(text, &time_us));
  return time_us;
}

static void change_is_exact_and_rounded_once(void **state) {
  (void)state;
  static const int64_t most = INT64_C(9000000000000000000), market = INT64_C(1000000000000000);
  static const struct {
    int64_t before, before_of, after, after_of, bps;
  } cases[] = {
      {60, 10000, 200, 10000, 140},
      {200, 10000, 60, 10000, -140},
      {0, 10000, 0, 1, 0},
      {1, 3, 1, 3, 0},
      {1, 3, 2, 3, 3333},
      {2, 3, 1, 3, -3333},
      {0, 1, 1, 20000, 0}, /* half a basis point: to even */
      {0, 1, 3, 20000, 2}, /* one and a half */
      {1, 20000, 0, 1, 0},
      {3, 20000, 0, 1, -2},
      {5, 20000, 0, 1, -2},
      /* 1.4 and 2.6 are shown as 1 and 3; the change is 1.2 and not 2 */
      {14, 100000, 26, 100000, 1},
      {0, market, most, market, 90000000},
      {most, market, 0, market, -90000000},
      {0, 1, most, 1, INT64_MAX},
      {most, 1, 0, market, INT64_MIN},
      {most, market, most, market, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t found = share_change_bps(cases[i].before, cases[i].before_of, cases[i].after, cases[i].after_of);
    if (found != cases[i].bps)
      fail_msg("case %zu: %lld instead of %lld", i, (long long)found, (long long)cases[i].bps);
  }
}

static const struct status *ask(const char *from, const char *to, const char *now, struct period *out) {
  Sell__GetMarketShareRequest *request = arena_new(arena, Sell__GetMarketShareRequest);
  sell__get_market_share_request__init(request);
  request->period = arena_new(arena, Type__Period);
  type__period__init(request->period);
  request->period->start_time = timestamp_new(arena, at(from));
  request->period->end_time = timestamp_new(arena, at(to));
  return market_share_period(arena, request, at(now), out);
}

static void a_period_is_24_to_36_months_that_are_over(void **state) {
  (void)state;
  static const struct {
    const char *from, *to;
    const char *fields[2];
  } cases[] = {
      {"2024-07-01", "2026-07-01", {0}},
      {"2023-07-01", "2026-07-01", {0}},
      {"2024-06-01", "2026-07-01", {0}},
      {"1971-01-01", "1973-01-01", {0}},
      {"2024-08-01", "2026-07-01", {"period"}},
      {"2023-06-01", "2026-07-01", {"period"}},
      {"2024-07-02", "2026-07-01", {"period"}},
      {"2026-07-01", "2024-07-01", {"period"}},
      {"2024-08-01", "2026-08-01", {"period.end_time"}},
      {"2026-07-01", "2027-07-01", {"period", "period.end_time"}},
      {"1970-12-01", "1973-01-01", {"period.start_time"}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct period period;
    const struct status *status = ask(cases[i].from, cases[i].to, "2026-07-01T10:00:00Z", &period);
    const struct violation *violation = status ? status->violations : NULL;
    for (size_t k = 0; k < 2 && cases[i].fields[k]; k++, violation = violation->next)
      assert_string_equal(violation->field, cases[i].fields[k]);
    assert_null(violation);
    if (!status)
      assert_int_equal(period.end_us, at(cases[i].to));
  }
}

static void a_period_is_over_when_its_end_has_come(void **state) {
  (void)state;
  struct period period;
  assert_null(ask("2024-07-01", "2026-07-01", "2026-07-01", &period));
  const struct status *status = ask("2024-07-01", "2026-07-01", "2026-06-30T23:59:59.999999Z", &period);
  assert_string_equal(status->violations->field, "period.end_time");
}

static void trailing_months_end_where_the_instant_is(void **state) {
  (void)state;
  struct period trailing = market_share_trailing(at("2026-07-01"));
  assert_int_equal(trailing.start_us, at("2025-07-01"));
  assert_int_equal(trailing.end_us, at("2026-07-01"));
  trailing = market_share_trailing(at("2024-03-01"));
  assert_int_equal(trailing.start_us, at("2023-03-01"));
}

static Sell__MarketEstimate *estimate(const char *name, int version, int64_t amount_minor) {
  Sell__MarketEstimate *made = arena_new(arena, Sell__MarketEstimate);
  sell__market_estimate__init(made);
  made->name = (char *)name;
  made->version = version;
  made->amount = arena_new(arena, Type__Money);
  type__money__init(made->amount);
  made->amount->amount_minor = amount_minor;
  made->effective_time = timestamp_new(arena, at("2024-01-01"));
  return made;
}

/* 1.2 M of 200 M is 60 bps, 4.6 M of 230 M is 200 bps. */
static void an_answer_shows_what_it_is_made_of(void **state) {
  (void)state;
  Sell__MarketShare out = SELL__MARKET_SHARE__INIT;
  struct share_facts start = {at("2024-07-01"), 120000000, estimate("first", 1, INT64_C(20000000000))};
  struct share_facts end = {at("2026-07-01"), 460000000, estimate("second", 3, INT64_C(23000000000))};
  market_share_fill(arena, &start, &end, &out);
  assert_int_equal(out.status, OK);
  assert_int_equal(out.change_bps, 140);
  assert_int_equal(out.start->share->basis_points, 60);
  assert_int_equal(out.end->share->basis_points, 200);
  assert_int_equal(out.end->share->numerator, 460000000);
  assert_int_equal(out.end->share->denominator, INT64_C(23000000000));
  assert_string_equal(out.end->estimate, "second");
  assert_int_equal(out.end->estimate_version, 3);
  assert_int_equal(timestamp_us(out.end->effective_time, 0), at("2024-01-01"));
  assert_int_equal(timestamp_us(out.start->trailing_period->start_time, 0), at("2023-07-01"));
  assert_int_equal(timestamp_us(out.end->trailing_period->end_time, 0), at("2026-07-01"));
}

/* Without a measure at both ends there is no change; nothing is not zero. */
static void no_estimate_is_no_figure(void **state) {
  (void)state;
  for (int known = 0; known < 3; known++) {
    Sell__MarketShare out = SELL__MARKET_SHARE__INIT;
    struct share_facts start = {at("2024-07-01"), 5, known == 1 ? estimate("first", 1, 100) : NULL};
    struct share_facts end = {at("2026-07-01"), 7, known == 2 ? estimate("second", 2, 100) : NULL};
    market_share_fill(arena, &start, &end, &out);
    assert_int_equal(out.status, NO_DATA);
    assert_int_equal(out.change_bps, 0);
    assert_int_equal(out.start->share->status, known == 1 ? OK : NO_DATA);
    assert_int_equal(out.end->share->status, known == 2 ? OK : NO_DATA);
    assert_int_equal(out.end->share->numerator, 7);
    assert_string_equal(out.end->estimate, known == 2 ? "second" : "");
  }
  Sell__MarketShare out = SELL__MARKET_SHARE__INIT;
  struct share_facts start = {at("2024-07-01"), 0, estimate("first", 1, 100)};
  struct share_facts end = {at("2026-07-01"), 0, start.estimate};
  market_share_fill(arena, &start, &end, &out);
  assert_int_equal(out.status, OK); /* nothing was won: that is a share of 0 */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(change_is_exact_and_rounded_once),       TEST(a_period_is_24_to_36_months_that_are_over),
      TEST(a_period_is_over_when_its_end_has_come), TEST(trailing_months_end_where_the_instant_is),
      TEST(an_answer_shows_what_it_is_made_of),     TEST(no_estimate_is_no_figure),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
