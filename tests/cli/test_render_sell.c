#include "support/check.h"

#include "gateway/cli/render_sell.h"
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

/* ---- what is drawn ---- */

static Type__Money *money(int64_t amount_minor) {
  Type__Money *money = arena_new(arena, Type__Money);
  type__money__init(money);
  money->amount_minor = amount_minor;
  money->currency_code = (char *)"USD";
  return money;
}

static Type__Ratio *ratio(int64_t numerator, int64_t denominator, Type__FigureStatus status) {
  Type__Ratio *ratio = arena_new(arena, Type__Ratio);
  type__ratio__init(ratio);
  ratio->numerator = numerator;
  ratio->denominator = denominator;
  ratio->basis_points = denominator ? numerator * 10000 / denominator : 0;
  ratio->status = status;
  return ratio;
}

#define OK(numerator, denominator) ratio(numerator, denominator, TYPE__FIGURE_STATUS__FIGURE_STATUS_OK)
#define NO_DATA ratio(0, 0, TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA)

static Sell__EngagementTotal *total(int64_t joint, int64_t joint_minor, int64_t own, int64_t own_minor) {
  Sell__EngagementTotal *total = arena_new(arena, Sell__EngagementTotal);
  sell__engagement_total__init(total);
  total->joint_count = joint;
  total->joint_amount = money(joint_minor);
  total->independent_count = own;
  total->independent_amount = money(own_minor);
  return total;
}

static Sell__Pipeline *pipeline(void) {
  Sell__Pipeline *pipeline = arena_new(arena, Sell__Pipeline);
  sell__pipeline__init(pipeline);
  pipeline->name = (char *)"vendors/halden/partnerships/orvane/pipeline";
  pipeline->currency_code = (char *)"USD";
  pipeline->stages = arena_calloc(arena, 2, sizeof *pipeline->stages);
  pipeline->n_stages = 2;
  for (size_t i = 0; i < 2; i++) {
    Sell__StageTotal *stage = pipeline->stages[i] = arena_new(arena, Sell__StageTotal);
    sell__stage_total__init(stage);
    stage->stage =
        i ? SELL__OPPORTUNITY__STAGE__STAGE_TECHNICAL_VALIDATION : SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT;
    stage->probability_bps = i ? 4000 : 1000;
    stage->total = total(i ? 1 : 1234, i ? 50000000 : 100000000, 3, 700);
    stage->weighted_joint_amount = money(i ? 20000000 : 10000000);
    stage->weighted_independent_amount = money(70);
  }
  pipeline->open = total(1235, 150000000, 6, 1400);
  pipeline->won = total(26, 1620000000, 0, 0);
  pipeline->lost = pipeline->reversed = total(0, 0, 0, 0);
  pipeline->joint_win_rate = OK(41, 100);
  pipeline->independent_win_rate = NO_DATA;
  pipeline->weighted_joint_amount = money(30000000);
  pipeline->weighted_independent_amount = money(140);
  return pipeline;
}

static Sell__SegmentPipeline *segments(void) {
  Sell__SegmentPipeline *segments = arena_new(arena, Sell__SegmentPipeline);
  Sell__SegmentTotal *none = arena_new(arena, Sell__SegmentTotal);
  sell__segment_pipeline__init(segments);
  sell__segment_total__init(none);
  none->open = total(2, 300, 0, 0);
  none->weighted_joint_amount = none->weighted_independent_amount = money(0);
  segments->segments = arena_calloc(arena, 1, sizeof *segments->segments);
  segments->segments[0] = none;
  segments->n_segments = 1;
  segments->segment_count = 7;
  return segments;
}

static char *pipeline_text(const struct render_style *style, const Sell__SegmentPipeline *segments) {
  struct buffer out = {.arena = arena};
  render_pipeline(&out, style, pipeline(), segments);
  return out.data;
}

static Sell__Lift *lift(Type__FigureStatus status) {
  Sell__Lift *lift = arena_new(arena, Sell__Lift);
  Sell__LiftStratum *stratum = arena_new(arena, Sell__LiftStratum);
  struct period period;
  sell__lift__init(lift);
  sell__lift_stratum__init(stratum);
  assert_true(period_parse("2026", &period));
  lift->name = (char *)"vendors/halden/partnerships/orvane/lift";
  lift->currency_code = (char *)"USD";
  lift->period = arena_new(arena, Type__Period);
  type__period__init(lift->period);
  lift->period->start_time = timestamp_new(arena, period.start_us);
  lift->period->end_time = timestamp_new(arena, period.end_us);
  lift->joint_win_rate = OK(41, 100);
  lift->independent_win_rate = ratio(2, 7, TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE);
  lift->displacement = OK(1, 2);
  lift->win_rate_lift = arena_new(arena, Sell__WinRateLift);
  sell__win_rate_lift__init(lift->win_rate_lift);
  lift->win_rate_lift->status = status;
  lift->win_rate_lift->difference_bps = 1170;
  lift->win_rate_lift->lower_bps = -120;
  lift->win_rate_lift->upper_bps = 2460;
  lift->win_rate_lift->coverage = OK(80, 100);
  stratum->segment = (char *)"Retail";
  stratum->size_band = 2;
  stratum->joint = OK(6, 12);
  stratum->independent = NO_DATA;
  lift->win_rate_lift->strata = arena_calloc(arena, 1, sizeof stratum);
  lift->win_rate_lift->strata[0] = stratum;
  lift->win_rate_lift->n_strata = lift->win_rate_lift->stratum_count = 1;
  lift->deal_size = arena_new(arena, Sell__DealSize);
  sell__deal_size__init(lift->deal_size);
  lift->deal_size->joint_mean_minor = 62000000;
  lift->deal_size->independent_mean_minor = 34000000;
  lift->deal_size->mean_ratio = OK(62000000, 34000000);
  lift->deal_size_lift = arena_new(arena, Sell__DealSizeLift);
  sell__deal_size_lift__init(lift->deal_size_lift);
  lift->deal_size_lift->status = status;
  lift->deal_size_lift->ratio_bps = 18349;
  lift->deal_size_lift->lower_bps = 16150;
  lift->deal_size_lift->upper_bps = 20850;
  lift->deal_size_lift->coverage = OK(22, 26);
  return lift;
}

static char *lift_text(const struct render_style *style, Type__FigureStatus status) {
  struct buffer out = {.arena = arena};
  render_lift(&out, style, lift(status));
  return out.data;
}

static Sell__Registration *registration(const char *id, Sell__Registration__State state) {
  Sell__Registration *registration = arena_new(arena, Sell__Registration);
  sell__registration__init(registration);
  registration->name = arena_printf(arena, "vendors/halden/partnerships/castellan/registrations/%s", id);
  registration->state = state;
  registration->customer = arena_new(arena, Sell__Company);
  sell__company__init(registration->customer);
  registration->customer->legal_name = (char *)"First Harbor Bank";
  registration->customer->country_code = (char *)"GB";
  registration->expected_amount = money(5400000);
  registration->decide_due_time = timestamp_new(arena, month_start_us(202612));
  registration->protect_end_time = timestamp_new(arena, month_start_us(202703));
  return registration;
}

static char *queue_text(const struct render_style *style, int64_t now_us, bool more) {
  struct buffer out = {.arena = arena};
  Sell__Registration *rows[] = {registration("r1", SELL__REGISTRATION__STATE__STATE_IN_REVIEW),
                                registration("r2", SELL__REGISTRATION__STATE__STATE_EXTENDED),
                                registration("r3", SELL__REGISTRATION__STATE__STATE_WITHDRAWN)};
  render_registrations(
      &out, style, &(struct render_queue){.registrations = rows, .count = 3, .now_us = now_us, .more = more});
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
    else if (((unsigned char)*at & 0xC0) != 0x80 && ++column > widest)
      widest = column;
  }
  return widest;
}

static void assert_holds(const char *text, const char *part) {
  if (!strstr(text, part))
    fail_msg("`%s` is not in:\n%s", part, text);
}

/* ---- tests ---- */

static void pipeline_in_a_pipe_is_plain(void **state) {
  (void)state;
  const char *text = pipeline_text(&(struct render_style){0}, segments());
  assert_null(strchr(text, '\033'));
  assert_null(strstr(text, "█"));
  assert_null(strstr(text, " \n"));
  assert_holds(text, "Pipeline  vendors/halden/partnerships/orvane, amounts in USD\n");
  assert_holds(text, "\nProspect              10.0 %  1,234   1,000,000   100,000");
  assert_holds(text, "\nTechnical validation  40.0 %      1     500,000   200,000");
  assert_holds(text, "\nOpen                          1,235   1,500,000   300,000");
  assert_holds(text, "\nWin rate joint    41.0 %  41 / 100\nWin rate alone    no data\n");
  assert_holds(text, "\n(none)       2       3         0");
  assert_holds(text, "\nand 6 more\n");
}

static void pipeline_on_a_terminal_has_bars_by_the_largest_stage(void **state) {
  (void)state;
  const char *text = pipeline_text(&(struct render_style){.terminal = true}, NULL);
  assert_holds(text, "██████████");
  assert_holds(text, "█████     ");
  assert_null(strstr(text, "SEGMENT"));
}

static void everything_fits_the_terminal(void **state) {
  (void)state;
  for (int columns = 80; columns <= 200; columns++) {
    const struct render_style style = {.terminal = true, .columns = columns};
    const char *texts[] = {
        pipeline_text(&style, segments()), lift_text(&style, TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE),
        lift_text(&style, TYPE__FIGURE_STATUS__FIGURE_STATUS_OK), queue_text(&style, 0, true)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
      if (widest(texts[i]) > (size_t)columns)
        fail_msg("%zu columns on a terminal of %d:\n%s", widest(texts[i]), columns, texts[i]);
  }
}

static void lift_says_how_sure_it_is(void **state) {
  (void)state;
  const char *text = lift_text(&(struct render_style){0}, TYPE__FIGURE_STATUS__FIGURE_STATUS_OK);
  assert_holds(text, "deals closed from 2026-01-01 to before 2027-01-01\n");
  assert_holds(text, "Win rate alone    28.6 % ~  2 / 7\n");
  assert_holds(text, "Like with like    +11.7 points, -1.2 to +24.6 at 95 %\n  over            80.0 %  80 / "
                     "100 of joint deals\n");
  assert_holds(text, "\nRetail   -            2  50.0 %  6 / 12  no data    too few\n");
  assert_holds(text, "\nMean       620,000  340,000  182.4 %\n");
  assert_holds(text, "Like with like    1.83 times, 1.62 to 2.08 at 95 %\n  over            84.6 %  22 / 26 "
                     "of joint deals won\n");
  assert_holds(text, "New segments      none\n");
}

static void lift_without_a_comparison_says_why(void **state) {
  (void)state;
  const struct render_style style = {0};
  assert_holds(lift_text(&style, TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA), "no closed deals\n");
  const char *few = lift_text(&style, TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE);
  assert_holds(few, "too few like deals; --by");
  assert_null(strstr(few, "+11.7"));
  assert_holds(few, "Like with like    too few like deals won on both sides\n");
}

static void queue_says_what_is_due(void **state) {
  (void)state;
  const char *text = queue_text(&(struct render_style){0}, 0, false);
  assert_holds(text, "Deal registrations  3\n");
  assert_holds(text, "\nr1            castellan    First Harbor Bank  GB       54,000 USD  In review  "
                     "decide by 2026-12-01 00:00\n");
  assert_holds(text, "Extended   protected until 2027-03-01\n");
  assert_holds(text, "Withdrawn\n");
  assert_holds(queue_text(&(struct render_style){0}, 0, true), "3 of more: --state and --text narrow it\n");
}

static void queue_shows_what_is_late_in_red(void **state) {
  (void)state;
  const struct render_style style = {.terminal = true};
  assert_holds(queue_text(&style, month_start_us(202612) - 1, false), DRAW_YELLOW "decide by");
  assert_holds(queue_text(&style, month_start_us(202612), false), DRAW_RED "decide by");
}

static void empty_queue_is_said(void **state) {
  (void)state;
  struct buffer out = {.arena = arena};
  render_registrations(&out, &(struct render_style){0}, &(struct render_queue){0});
  assert_string_equal(out.data, "Deal registrations  none\n");
}

static Sell__Conflict *conflict(Sell__Conflict__State state, const char *winner) {
  Sell__Conflict *conflict = arena_new(arena, Sell__Conflict);
  static Sell__MatchKeyKind keys[] = {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_NAME,
                                      SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_TAX_ID};
  sell__conflict__init(conflict);
  conflict->name = (char *)"vendors/halden/conflicts/c1";
  conflict->state = state;
  conflict->customer = registration("r4", SELL__REGISTRATION__STATE__STATE_SUBMITTED)->customer;
  conflict->holder = conflict->first = (char *)"vendors/halden/partnerships/castellan/registrations/r4";
  conflict->contender = (char *)"vendors/halden/partnerships/tallis/registrations/s0";
  conflict->keys = keys;
  conflict->n_keys = sizeof keys / sizeof *keys;
  conflict->final_due_time = conflict->final_time = conflict->appeal_time =
      timestamp_new(arena, month_start_us(202612));
  if (winner) {
    conflict->ruling = arena_new(arena, Sell__ConflictRuling);
    sell__conflict_ruling__init(conflict->ruling);
    conflict->ruling->winner = (char *)winner;
  }
  return conflict;
}

static char *conflicts_text(Sell__Conflict *one, const char *token) {
  struct buffer out = {.arena = arena};
  Sell__ListConflictsResponse page = SELL__LIST_CONFLICTS_RESPONSE__INIT;
  page.conflicts = &one;
  page.n_conflicts = 1;
  page.next_page_token = (char *)token;
  render_conflicts(&out, &(struct render_style){0}, &page);
  return out.data;
}

static void conflicts_say_who_is_favoured_and_what_is_next(void **state) {
  (void)state;
  const char *contender = "vendors/halden/partnerships/tallis/registrations/s0";
  const char *open = conflicts_text(conflict(SELL__CONFLICT__STATE__STATE_OPEN, NULL), "");
  assert_holds(open, "Conflicts of registrations  1\n");
  assert_holds(open, "\nc1        First Harbor Bank  castellan/r4  tallis/s0  same name, tax id  "
                     "castellan/r4 first  Open   to be ruled; neither is approved before\n");
  const char *ruled = conflicts_text(conflict(SELL__CONFLICT__STATE__STATE_RULED, contender), "next");
  assert_holds(ruled, "1 of more: --state and --registration narrow it\n");
  assert_holds(ruled, "tallis/s0 won  Ruled  final on 2026-12-01 00:00\n");
  assert_holds(conflicts_text(conflict(SELL__CONFLICT__STATE__STATE_APPEALED, contender), ""),
               "Appealed  decide the appeal of 2026-12-01\n");
  /* What lapsed has no winner. */
  assert_holds(conflicts_text(conflict(SELL__CONFLICT__STATE__STATE_FINAL, ""), ""),
               "-         Final  2026-12-01\n");
}

static void no_conflict_is_said(void **state) {
  (void)state;
  struct buffer out = {.arena = arena};
  render_conflicts(&out, &(struct render_style){0},
                   &(Sell__ListConflictsResponse)SELL__LIST_CONFLICTS_RESPONSE__INIT);
  assert_string_equal(out.data, "Conflicts of registrations  none\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pipeline_in_a_pipe_is_plain),
      cmocka_unit_test(pipeline_on_a_terminal_has_bars_by_the_largest_stage),
      cmocka_unit_test(everything_fits_the_terminal),
      cmocka_unit_test(lift_says_how_sure_it_is),
      cmocka_unit_test(lift_without_a_comparison_says_why),
      cmocka_unit_test(queue_says_what_is_due),
      cmocka_unit_test(queue_shows_what_is_late_in_red),
      cmocka_unit_test(empty_queue_is_said),
      cmocka_unit_test(conflicts_say_who_is_favoured_and_what_is_next),
      cmocka_unit_test(no_conflict_is_said),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
