#include "support/check.h"

#include "gateway/cli/render.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"

#include <string.h>

static struct arena *arena;

static int setup(void **state) {
  (void)state;
  arena = arena_create(16 << 20, NULL, NULL);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

static Gateway__Figure *share(const char *metric, Type__Party party, int64_t numerator, int64_t denominator,
                              const char *currency) {
  Gateway__Figure *figure = arena_new(arena, Gateway__Figure);
  gateway__figure__init(figure);
  figure->metric = (char *)metric;
  figure->party = party;
  figure->unit = GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS;
  figure->status = TYPE__FIGURE_STATUS__FIGURE_STATUS_OK;
  figure->numerator = numerator;
  figure->denominator = denominator;
  figure->value = numerator * 10000 / denominator;
  figure->currency_code = (char *)currency;
  return figure;
}

static Gateway__Figure *money(const char *metric, int64_t amount_minor) {
  Gateway__Figure *figure = arena_new(arena, Gateway__Figure);
  gateway__figure__init(figure);
  figure->metric = (char *)metric;
  figure->unit = GATEWAY__FIGURE__UNIT__UNIT_MONEY;
  figure->status = TYPE__FIGURE_STATUS__FIGURE_STATUS_OK;
  figure->value = figure->numerator = amount_minor;
  figure->denominator = 1;
  figure->currency_code = (char *)"USD";
  return figure;
}

static Type__Period *quarter(void) {
  struct period period;
  Type__Period *message = arena_new(arena, Type__Period);
  assert_true(period_parse("2026Q3", &period));
  type__period__init(message);
  message->start_time = timestamp_new(arena, period.start_us);
  message->end_time = timestamp_new(arena, period.end_us);
  return message;
}

static Gateway__PortfolioEntry *entry(const char *name) {
  static Gateway__Figure *figures[6];
  Onboard__Partnership *partnership = arena_new(arena, Onboard__Partnership);
  Gateway__PortfolioEntry *row = arena_new(arena, Gateway__PortfolioEntry);
  onboard__partnership__init(partnership);
  gateway__portfolio_entry__init(row);
  partnership->display_name = (char *)name;
  partnership->classification = 3;
  figures[0] = share("fulfilment", TYPE__PARTY__PARTY_VENDOR, 94, 100, "");
  figures[1] = share("fulfilment", TYPE__PARTY__PARTY_PARTNER, 61, 100, "");
  figures[2] = share("win_rate_joint", TYPE__PARTY__PARTY_UNSPECIFIED, 41, 100, "");
  figures[3] = share("certified_coverage", TYPE__PARTY__PARTY_VENDOR, 1, 2, "");
  figures[4] = money("revenue", 123456789012);
  figures[5] = money("earnings", 58820000);
  row->partnership = partnership;
  row->figures = figures;
  row->n_figures = 6;
  return row;
}

static char *portfolio_text(const struct render_style *style) {
  struct buffer out = {.arena = arena};
  Gateway__PortfolioEntry *rows[] = {entry("Halden x Orvane Global"), entry("Halden x Müller")};
  Gateway__ListPortfolioResponse portfolio = GATEWAY__LIST_PORTFOLIO_RESPONSE__INIT;
  portfolio.entries = rows;
  portfolio.n_entries = 2;
  portfolio.period = quarter();
  portfolio.as_of_time = timestamp_new(arena, 0);
  render_portfolio(&out, style, &portfolio);
  return out.data;
}

static char *view_text(const struct render_style *style) {
  struct buffer out = {.arena = arena};
  Gateway__Figure *figures[] = {
      share("fulfilment", TYPE__PARTY__PARTY_VENDOR, 940000, 1000000, ""),
      share("win_rate_joint", TYPE__PARTY__PARTY_UNSPECIFIED, 16, 39, ""),
      share("mdf_deployment", TYPE__PARTY__PARTY_UNSPECIFIED, 28600000, 30000000, "USD"),
      money("revenue", 992000000),
  };
  figures[2]->window = GATEWAY__FIGURE__WINDOW__WINDOW_YEAR_TO_DATE;
  Gateway__PerformanceSection section = GATEWAY__PERFORMANCE_SECTION__INIT, *sections[] = {&section};
  Gateway__PartnershipPerformance view = GATEWAY__PARTNERSHIP_PERFORMANCE__INIT;
  section.state = GATEWAY__PERFORMANCE_SECTION__STATE__STATE_COMPLETE;
  section.figures = figures;
  section.n_figures = sizeof figures / sizeof *figures;
  view.sections = sections;
  view.n_sections = 1;
  view.period = quarter();
  view.as_of_time = timestamp_new(arena, 0);
  render_view(&out, style, &view);
  return out.data;
}

/* The longest line, in columns; colours take none. */
static size_t widest(const char *text) {
  size_t widest = 0, column = 0;
  for (const char *at = text; *at; at++) {
    if (*at == '\033')
      at = strchr(at, 'm');
    else if (*at == '\n')
      column = 0;
    else if (((unsigned char)*at & 0xc0) != 0x80 && ++column > widest)
      widest = column;
  }
  return widest;
}

static void assert_holds(const char *text, const char *part) {
  if (!strstr(text, part))
    fail_msg("`%s` is not in:\n%s", part, text);
}

static size_t occurrences(const char *text, const char *part) {
  size_t count = 0;
  for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
    count++;
  return count;
}

static void portfolio_in_a_pipe_is_one_table(void **state) {
  (void)state;
  const char *text = portfolio_text(&(struct render_style){0});
  assert_int_equal(occurrences(text, "PARTNERSHIP"), 1);
  assert_null(strchr(text, '\033'));
  assert_null(strstr(text, " \n"));
  assert_holds(text,
               "\nHalden x Müller         strategic partnership  94.0 %        61.0 %   missing  missing");
  assert_holds(text, "1,234,567,890.12 USD  588,200 USD\n");
}

static void portfolio_fits_the_terminal_and_loses_nothing(void **state) {
  static const char *const titles[] = {"CLASS",       "FULFILMENT V", "GAP",     "MISSED",  "NPS",
                                       "CERTIFIED V", "WIN RATE",     "REVENUE", "EARNINGS"};
  (void)state;
  for (int columns = 60; columns <= 200; columns++) {
    const char *text = portfolio_text(&(struct render_style){.terminal = true, .columns = columns});
    if (widest(text) > (size_t)columns)
      fail_msg("%zu columns on a terminal of %d:\n%s", widest(text), columns, text);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
      assert_int_equal(occurrences(text, titles[i]), 1);
    assert_int_equal(occurrences(text, "Halden x Müller"), occurrences(text, "PARTNERSHIP"));
  }
}

static void portfolio_of_a_sliver_has_a_column_a_table(void **state) {
  (void)state;
  const char *text = portfolio_text(&(struct render_style){.columns = 1});
  assert_int_equal(occurrences(text, "PARTNERSHIP"), 11);
}

static void view_in_a_pipe_is_plain(void **state) {
  (void)state;
  const char *text = view_text(&(struct render_style){0});
  assert_null(strchr(text, '\033'));
  assert_null(strstr(text, "█"));
  assert_holds(text, " 286,000 / 300,000 USD, year to date\n");
  assert_holds(text, " 16 / 39\n");
}

static void view_fits_the_terminal(void **state) {
  (void)state;
  for (int columns = 80; columns <= 200; columns++) {
    const char *text = view_text(&(struct render_style){.terminal = true, .columns = columns});
    if (widest(text) > (size_t)columns)
      fail_msg("%zu columns on a terminal of %d:\n%s", widest(text), columns, text);
    assert_holds(text, "286,000 / 300,000 USD, year to date");
  }
}

static void colour_judges_what_ought_to_be_whole(void **state) {
  (void)state;
  const char *text = view_text(&(struct render_style){.terminal = true});
  assert_int_equal(occurrences(text, "\033[32m"), 2); /* fulfilment and deployment are good */
  assert_int_equal(occurrences(text, "\033[31m"), 0); /* a win rate of 41 % is not bad */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(portfolio_in_a_pipe_is_one_table, setup, teardown),
      cmocka_unit_test_setup_teardown(portfolio_fits_the_terminal_and_loses_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(portfolio_of_a_sliver_has_a_column_a_table, setup, teardown),
      cmocka_unit_test_setup_teardown(view_in_a_pipe_is_plain, setup, teardown),
      cmocka_unit_test_setup_teardown(view_fits_the_terminal, setup, teardown),
      cmocka_unit_test_setup_teardown(colour_judges_what_ought_to_be_whole, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
