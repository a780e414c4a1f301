/* A market share as people read it. */
#include "gateway/cli/render_share.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"
#include "support/check.h"

#include <string.h>

#define P "vendors/halden/partnerships/alder-finch"
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

static Google__Protobuf__Timestamp *day(const char *text) {
  int64_t time_us;
  assert_true(time_parse(text, &time_us));
  return timestamp_new(arena, time_us);
}

/* One instant; `market` 0: no estimate holds. */
static Sell__MarketShareAt *at(const char *time, int64_t won, int64_t market, int64_t bps,
                               const char *estimate, int version) {
  Sell__MarketShareAt *made = arena_new(arena, Sell__MarketShareAt);
  sell__market_share_at__init(made);
  made->time = day(time);
  made->share = arena_new(arena, Type__Ratio);
  type__ratio__init(made->share);
  made->share->numerator = won;
  made->share->denominator = market;
  made->share->basis_points = bps;
  made->share->status = market ? OK : NO_DATA;
  if (!market)
    return made;
  made->estimate = arena_printf(arena, P "/marketEstimates/%s", estimate);
  made->estimate_version = version;
  made->effective_time = day("2024-01-01");
  return made;
}

static char *text(const struct render_style *style, bool first, int64_t change_bps) {
  Sell__MarketShare share = SELL__MARKET_SHARE__INIT;
  struct buffer out = {.arena = arena};
  share.name = (char *)P "/marketShare";
  share.currency_code = (char *)"USD";
  share.start = at("2024-10-01", 48000000, first ? 8000000000 : 0, 60, "first", 1);
  share.end = at("2026-10-01", 188000000, 9400000000, 205, "second", 3);
  share.status = first ? OK : NO_DATA;
  share.change_bps = change_bps;
  render_share(&out, style, &share);
  return out.data;
}

static void both_ends_and_the_change(void **state) {
  (void)state;
  assert_string_equal(
      text(&(struct render_style){0}, true, 145),
      "Market share  " P ", amounts in USD\n"
      "\n"
      "AT           SHARE  WON IN 12 MONTHS      MARKET  ESTIMATE\n"
      "2024-10-01  0.60 %           480,000  80,000,000  first, version 1, since 2024-01-01\n"
      "2026-10-01  2.05 %         1,880,000  94,000,000  second, version 3, since 2024-01-01\n"
      "\n"
      "Change  +145 basis points\n");
  assert_non_null(strstr(text(&(struct render_style){0}, true, -3), "Change  -3 basis points\n"));
}

/* What is not known is said, and is not 0. */
static void without_an_estimate_there_is_no_share(void **state) {
  (void)state;
  const char *shown = text(&(struct render_style){0}, false, 0);
  assert_non_null(
      strstr(shown, "2024-10-01  no data           480,000           -  none that both agreed holds\n"));
  assert_non_null(strstr(shown, "Change  no data: both parties have to agree how large the market is\n"));
  assert_null(strstr(shown, "basis points"));
}

static void colours_are_for_terminals(void **state) {
  (void)state;
  const struct render_style terminal = {.terminal = true};
  assert_null(strchr(text(&(struct render_style){0}, true, 140), 27));
  assert_non_null(strstr(text(&terminal, true, 140), DRAW_GREEN "+140 basis points"));
  assert_non_null(strstr(text(&terminal, true, -140), DRAW_RED "-140 basis points"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(both_ends_and_the_change),
      TEST(without_an_estimate_there_is_no_share),
      TEST(colours_are_for_terminals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
