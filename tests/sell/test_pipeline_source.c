#include "runtime/base/moment.h"
#include "sell/builder.h"
#include "sell/pipeline_source.h"
#include "sell/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CO_SELL SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_CO_SELL
#define MARKETING SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_JOINT_MARKETING
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define WINDOW_US (SOURCE_WINDOW_DAYS * DAY_US)

/* Qualified, without its opening: as one that became joint by an engagement. */
static Sell__Opportunity *joined(const struct occasion *occasion) {
  Sell__Opportunity *opportunity = opportunity_build(occasion, STAGE(QUALIFIED));
  opportunity->joined_by = (char *)"vendors/halden/partnerships/orvane/engagements/e";
  return opportunity;
}

static bool touch(const struct occasion *occasion, Sell__Opportunity *opportunity,
                  Sell__OpportunityTouch__Channel channel, int source, int64_t occur_us) {
  return touch_add(occasion->arena, opportunity, channel,
                   arena_printf(occasion->arena, "vendors/halden/partnerships/orvane/%s/%d",
                                channel == CO_SELL ? "helpRequests" : "touches", source),
                   occur_us);
}

static void assert_split(const Sell__Opportunity *opportunity, int co_sell, int marketing, int32_t bps) {
  const Sell__PipelineSource *source = opportunity->pipeline_source;
  assert_non_null(source);
  assert_int_equal(source->co_sell_touches, co_sell);
  assert_int_equal(source->marketing_touches, marketing);
  assert_int_equal(source->joint_marketing_bps, bps);
  assert_int_equal(source->co_sell_bps, 10000 - bps);
}

static void shares_are_touches_over_all_rounded_down(void **state) {
  static const struct {
    int co_sell, marketing;
    int32_t bps;
  } rows[] = {{0, 0, 0},    {1, 0, 0},    {0, 1, 10000},  {1, 1, 5000},   {2, 1, 3333},
              {1, 2, 6666}, {6, 1, 1428}, {16, 48, 7500}, {15, 48, 7619}, {16, 1, 588}};
  (void)state;
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    struct occasion occasion = occasion_build();
    Sell__Opportunity *opportunity = joined(&occasion);
    pipeline_source_follow(occasion.arena, opportunity);
    for (int i = 0; i < rows[r].co_sell; i++)
      assert_true(touch(&occasion, opportunity, CO_SELL, i, NOW_US - (91 + i) * DAY_US));
    for (int i = 0; i < rows[r].marketing; i++)
      assert_true(touch(&occasion, opportunity, MARKETING, i, NOW_US - (91 + i) * DAY_US));
    assert_split(opportunity, rows[r].co_sell, rows[r].marketing, rows[r].bps);
    occasion_release(&occasion);
  }
}

static void the_window_ends_at_qualification_and_both_ends_count(void **state) {
  static const struct {
    int64_t before_us; /* qualification */
    int counts;
  } rows[] = {{0, 1}, {-1, 0}, {1, 1}, {WINDOW_US, 1}, {WINDOW_US + 1, 0}, {-DAY_US, 0}, {WINDOW_US - 1, 1}};
  (void)state;
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    struct occasion occasion = occasion_build();
    Sell__Opportunity *opportunity = joined(&occasion);
    assert_true(touch(&occasion, opportunity, MARKETING, 1,
                      moment_us(opportunity->qualify_time) - rows[r].before_us));
    assert_int_equal(opportunity->n_touches, 1); /* it is kept, whether or not it counts */
    assert_split(opportunity, 0, rows[r].counts, rows[r].counts ? 10000 : 0);
    occasion_release(&occasion);
  }
}

static void opening_is_a_touch_of_what_was_opened_as_joint(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *own = opportunity_build(&occasion, STAGE(PROSPECT));
  own->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  assert_reason(opportunity_open(&occasion, own), NULL, NULL);
  assert_int_equal(own->n_touches, 0);
  Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(PROSPECT));
  assert_reason(opportunity_open(&occasion, opportunity), NULL, NULL);
  assert_int_equal(opportunity->n_touches, 1);
  assert_string_equal(opportunity->touches[0]->source, NAME);
  assert_int_equal(opportunity->touches[0]->channel, CO_SELL);
  assert_int_equal(moment_us(opportunity->touches[0]->occur_time), moment_us(opportunity->open_time));
  assert_null(opportunity->pipeline_source);                          /* not before it is qualified */
  touch(&occasion, opportunity, MARKETING, 1, NOW_US - 200 * DAY_US); /* marketing came first */
  assert_null(opportunity->pipeline_source);
  Sell__AdvanceOpportunityRequest advance = SELL__ADVANCE_OPPORTUNITY_REQUEST__INIT;
  int64_t occur_us;
  advance.stage = STAGE(QUALIFIED);
  assert_reason(opportunity_advance(&occasion, opportunity, &advance, &occur_us), NULL, NULL);
  assert_split(opportunity, 1, 1, 5000);
  occasion_release(&occasion);
}

static void winning_qualifies_too(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(PROSPECT));
  Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  int64_t occur_us;
  touch(&occasion, opportunity, MARKETING, 1, NOW_US - DAY_US);
  assert_reason(opportunity_win(&occasion, opportunity, &win, &occur_us), NULL, NULL);
  assert_split(opportunity, 1, 1, 5000); /* with the opening, which an older version did not keep */
  occasion_release(&occasion);
}

static void a_row_that_corrects_times_moves_the_opening(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct row_change created, changed;
  Sell__OpportunityRow *row = row_build(&occasion);
  row->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  row->state = SELL__OPPORTUNITY__STATE__STATE_OPEN;
  row->stage = STAGE(QUALIFIED);
  row->close_time = NULL;
  row->open_time = time_build(&occasion, 500);
  row->qualify_time = time_build(&occasion, 90);
  assert_reason(row_apply(&occasion, row, NAME, NULL, &created), NULL, NULL);
  assert_split(created.after, 0, 0, 0); /* opened more than a year before */
  assert_int_equal(created.after->n_touches, 1);
  row->open_time = time_build(&occasion, 100);
  assert_reason(row_apply(&occasion, row, NAME, created.after, &changed), NULL, NULL);
  assert_split(changed.after, 1, 0, 0);
  assert_int_equal(changed.after->n_touches, 1);
  assert_int_equal(moment_us(changed.after->touches[0]->occur_time), NOW_US - 100 * DAY_US);
  assert_int_equal(moment_us(created.after->touches[0]->occur_time), NOW_US - 500 * DAY_US);
  row->state = SELL__OPPORTUNITY__STATE__STATE_WON;
  row->close_time = time_build(&occasion, 10);
  assert_reason(row_apply(&occasion, row, NAME, NULL, &created), NULL, NULL);
  assert_split(created.opened, 1, 0, 0); /* both entries of what is new and closed */
  assert_split(created.after, 1, 0, 0);
  occasion_release(&occasion);
}

static void what_came_late_moves_the_shares_and_goes_without_a_trace(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(QUALIFIED));
  pipeline_source_follow(occasion.arena, opportunity);
  Sell__Opportunity before = *opportunity;
  assert_split(opportunity, 1, 0, 0);
  assert_true(touch(&occasion, opportunity, MARKETING, 7, NOW_US - 95 * DAY_US));
  assert_split(opportunity, 1, 1, 5000);
  assert_false(touch(&occasion, opportunity, MARKETING, 7, NOW_US - 95 * DAY_US)); /* told again */
  assert_false(touch(&occasion, opportunity, MARKETING, 7, NOW_US)); /* a source has one touch */
  assert_split(opportunity, 1, 1, 5000);
  assert_split(&before, 1, 0, 0); /* what was copied before is what it was */
  assert_int_equal(before.n_touches, 1);
  assert_string_equal(before.touches[0]->source, NAME);
  assert_true(touch_remove(occasion.arena, opportunity, opportunity->touches[1]->source));
  assert_split(opportunity, 1, 0, 0);
  assert_false(touch_remove(occasion.arena, opportunity, "vendors/halden/partnerships/orvane/touches/7"));
  occasion_release(&occasion);
}

/* xorshift: the same numbers in every run. */
static uint64_t seed = 88172645463325252u;
static uint64_t random_below(uint64_t limit) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed % limit;
}

static void which_are_kept_does_not_depend_on_their_order(void **state) {
  enum { TOUCHES = 90, ORDERS = 20 };
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *first = NULL;
  for (int order = 0; order < ORDERS; order++) {
    int places[TOUCHES];
    Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(QUALIFIED));
    for (int i = 0; i < TOUCHES; i++) {
      int j = (int)random_below((uint64_t)i + 1);
      places[i] = places[j];
      places[j] = i;
    }
    for (int i = 0; i < TOUCHES; i++) /* 30 of selling together, 60 of marketing; some at the same time */
      touch(&occasion, opportunity, places[i] % 3 ? MARKETING : CO_SELL, places[i],
            NOW_US - (100 + places[i] / 7) * DAY_US);
    assert_int_equal(opportunity->n_touches, MARKETING_TOUCHES_MAX + CO_SELL_TOUCHES_MAX);
    if (!first)
      first = opportunity;
    for (size_t i = 0; i < first->n_touches; i++) {
      assert_string_equal(opportunity->touches[i]->source, first->touches[i]->source);
      assert_true(!i ||
                  moment_us(first->touches[i]->occur_time) >= moment_us(first->touches[i - 1]->occur_time));
    }
  }
  occasion_release(&occasion);
}

/* ---- what it counts for ---- */

static int64_t sums[3];

static void book(const Sell__Opportunity *before, const Sell__Opportunity *after) {
  static const char *const counters[] = {"qualified_amount.joint", "qualified_amount.co_sell",
                                         "qualified_amount.joint_marketing"};
  struct tally rows[TALLIES_MAX];
  size_t count = tally_change(before, after, rows);
  for (size_t i = 0; i < count; i++)
    for (size_t c = 0; c < 3; c++)
      if (strcmp(rows[i].counter, counters[c]) == 0) {
        assert_true(rows[i].money);
        assert_int_equal(rows[i].party, 0);
        assert_int_equal(month_of(rows[i].when_us),
                         month_of(moment_us((after ? after : before)->qualify_time)));
        sums[c] += rows[i].amount;
      }
}

/* Whatever happens to it, both parts are never negative, always come to the whole, and nothing is left of
 * what was taken back. */
static void parts_always_make_up_the_whole(void **state) {
  enum { LIVES = 40, STEPS = 60 };
  static const int64_t amounts[] = {1, 3, 9999, 10001, 50000, 123456789, INT64_C(999999999999999), 0};
  (void)state;
  for (int life = 0; life < LIVES; life++) {
    struct occasion occasion = occasion_build();
    Sell__Opportunity *now = opportunity_build(&occasion, STAGE(QUALIFIED));
    memset(sums, 0, sizeof sums);
    pipeline_source_follow(occasion.arena, now);
    book(NULL, now);
    for (int step = 0; step < STEPS; step++) {
      Sell__Opportunity before = *now;
      uint64_t what = random_below(4);
      if (what < 2)
        touch(&occasion, now, what ? MARKETING : CO_SELL, (int)random_below(40),
              NOW_US - (int64_t)random_below(500) * DAY_US);
      else if (what == 2 && now->n_touches)
        touch_remove(occasion.arena, now, now->touches[random_below(now->n_touches)]->source);
      else
        now->amount = money_build(&occasion, "USD", amounts[random_below(sizeof amounts / sizeof *amounts)]);
      const Sell__PipelineSource *source = now->pipeline_source;
      struct pipeline_parts parts = pipeline_parts_of(now);
      assert_int_equal(source->co_sell_bps + source->joint_marketing_bps, 10000);
      assert_true(parts.co_sell_minor >= 0 && parts.joint_marketing_minor >= 0);
      assert_int_equal(parts.co_sell_minor + parts.joint_marketing_minor, now->amount->amount_minor);
      book(&before, now);
      assert_int_equal(sums[0], now->amount->amount_minor);
      assert_int_equal(sums[1], parts.co_sell_minor);
      assert_int_equal(sums[2], parts.joint_marketing_minor);
    }
    book(now, NULL);
    assert_int_equal(sums[0] | sums[1] | sums[2], 0);
    occasion_release(&occasion);
  }
}

static void amounts_round_down_for_marketing(void **state) {
  static const struct {
    int64_t amount;
    int32_t bps;
    int64_t marketing;
  } rows[] = {{100, 3333, 33},
              {1, 9999, 0},
              {10001, 5000, 5000},
              {3, 6666, 1},
              {INT64_C(1000000000000000), 6666, INT64_C(666600000000000)},
              {INT64_C(999999999999999), 10000, INT64_C(999999999999999)}};
  (void)state;
  struct occasion occasion = occasion_build();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Sell__Opportunity *opportunity = joined(&occasion);
    Sell__PipelineSource source = SELL__PIPELINE_SOURCE__INIT;
    source.joint_marketing_bps = rows[i].bps;
    opportunity->pipeline_source = &source;
    opportunity->amount = money_build(&occasion, "USD", rows[i].amount);
    assert_int_equal(pipeline_parts_of(opportunity).joint_marketing_minor, rows[i].marketing);
    assert_int_equal(pipeline_parts_of(opportunity).co_sell_minor, rows[i].amount - rows[i].marketing);
  }
  occasion_release(&occasion);
}

/* What an older version stored counts for neither part until it changes, and then wholly. */
static void what_was_stored_before_counts_from_its_next_change(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *old = opportunity_build(&occasion, STAGE(QUALIFIED));
  Sell__Opportunity before = *old;
  memset(sums, 0, sizeof sums);
  book(NULL, &before);
  assert_int_equal(sums[0], 50000);
  assert_int_equal(sums[1] + sums[2], 0);
  touch(&occasion, old, MARKETING, 1, NOW_US - 95 * DAY_US);
  book(&before, old);
  assert_int_equal(sums[1], 25000);
  assert_int_equal(sums[2], 25000);
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_are_touches_over_all_rounded_down),
      cmocka_unit_test(the_window_ends_at_qualification_and_both_ends_count),
      cmocka_unit_test(opening_is_a_touch_of_what_was_opened_as_joint),
      cmocka_unit_test(winning_qualifies_too),
      cmocka_unit_test(a_row_that_corrects_times_moves_the_opening),
      cmocka_unit_test(what_came_late_moves_the_shares_and_goes_without_a_trace),
      cmocka_unit_test(which_are_kept_does_not_depend_on_their_order),
      cmocka_unit_test(parts_always_make_up_the_whole),
      cmocka_unit_test(amounts_round_down_for_marketing),
      cmocka_unit_test(what_was_stored_before_counts_from_its_next_change),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
