/* Figures from counters: statuses, windows, and that swapping the parties swaps the figures. */
#include "gateway/compose/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define BOTH TYPE__PARTY__PARTY_UNSPECIFIED

static const struct metric_lens lens = {.currency = "", .viewer = TYPE__PARTY__PARTY_VENDOR};

struct world {
  struct arena *arena;
  Ledger__Counter storage[64];
  Ledger__Counter *counters[64];
  size_t count;
};

static int setup(void **state) {
  struct world *world = calloc(1, sizeof *world);
  world->arena = arena_create(1 << 20, NULL, NULL);
  *state = world;
  return 0;
}

static int teardown(void **state) {
  struct world *world = *state;
  arena_destroy(world->arena);
  free(world);
  return 0;
}

static void have(struct world *world, const char *name, Type__Party party, int64_t amount) {
  Ledger__Counter *counter = &world->storage[world->count];
  ledger__counter__init(counter);
  counter->counter = (char *)name;
  counter->party = party;
  counter->amount = amount;
  world->counters[world->count++] = counter;
}

/* As though the pillars had all answered the same. */
static size_t figures_of(struct arena *arena, enum pillar pillar, const struct pillar_counters *counters,
                         Gateway__Figure ***figures) {
  const struct pillar_counters *all[PILLAR_COUNT];
  for (size_t p = 0; p < PILLAR_COUNT; p++)
    all[p] = counters;
  return metric_figures(arena, pillar, all, &lens, figures);
}

static const Gateway__Figure *figure(struct world *world, enum pillar pillar, const char *metric,
                                     Type__Party party) {
  struct pillar_counters counters = {.tiers = NULL};
  for (size_t w = 0; w < WINDOW_COUNT; w++)
    counters.windows[w] = (struct counter_set){world->counters, world->count};
  Gateway__Figure **figures;
  size_t count = figures_of(world->arena, pillar, &counters, &figures);
  for (size_t i = 0; i < count; i++)
    if (strcmp(figures[i]->metric, metric) == 0 && figures[i]->party == party)
      return figures[i];
  fail_msg("no figure %s", metric);
  return NULL;
}

static void fulfilment_is_a_ratio_per_party(void **state) {
  struct world *world = *state;
  have(world, "fulfilment.achieved", VENDOR, 94000);
  have(world, "fulfilment.weight", VENDOR, 100000);
  const Gateway__Figure *vendor = figure(world, PILLAR_ONBOARD, "fulfilment", VENDOR);
  assert_int_equal(vendor->value, 9400);
  assert_int_equal(vendor->numerator, 94000);
  assert_int_equal(vendor->denominator, 100000);
  assert_int_equal(vendor->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_OK);
  assert_int_equal(vendor->n_counters, 2);
  const Gateway__Figure *partner = figure(world, PILLAR_ONBOARD, "fulfilment", PARTNER);
  assert_int_equal(partner->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
  const Gateway__Figure *gap = figure(world, PILLAR_ONBOARD, "symmetry_gap", BOTH);
  assert_int_equal(gap->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
}

/* Each kind has a figure of its own, and none where nothing of it is due. */
static void attainment_is_a_ratio_per_party_and_kind(void **state) {
  static const char *const kinds[] = {"revenue",   "certification",    "customer_development",
                                      "pre_sales", "executive_access", "co_marketing_budget"};
  struct world *world = *state;
  for (int i = 0; i < 6; i++) {
    have(world, arena_printf(world->arena, "attainment.%s.achieved", kinds[i]), PARTNER, 150000 * (i + 1));
    have(world, arena_printf(world->arena, "attainment.%s.weight", kinds[i]), PARTNER, 1000000);
  }
  have(world, "attainment.revenue.achieved", VENDOR, 0);
  have(world, "attainment.revenue.weight", VENDOR, 700000);
  for (int i = 0; i < 6; i++) {
    const char *metric = arena_printf(world->arena, "%s_attainment", kinds[i]);
    const Gateway__Figure *partner = figure(world, PILLAR_ONBOARD, metric, PARTNER);
    assert_int_equal(partner->value, 1500 * (i + 1));
    assert_int_equal(partner->unit, GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS);
    assert_int_equal(partner->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_OK);
    assert_int_equal(partner->n_counters, 2);
    const Gateway__Figure *vendor = figure(world, PILLAR_ONBOARD, metric, VENDOR);
    assert_int_equal(vendor->status, i == 0 ? TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
                                            : TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
    assert_int_equal(vendor->value, 0);
  }
  assert_int_equal(figure(world, PILLAR_ONBOARD, "fulfilment", PARTNER)->status,
                   TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
}

static void few_samples_are_said(void **state) {
  struct world *world = *state;
  have(world, "won.joint", BOTH, 4);
  have(world, "lost.joint", BOTH, 5);
  assert_int_equal(figure(world, PILLAR_SELL, "win_rate_joint", BOTH)->status,
                   TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE);
  have(world, "lost.joint", BOTH, 1);
  assert_int_equal(figure(world, PILLAR_SELL, "win_rate_joint", BOTH)->status,
                   TYPE__FIGURE_STATUS__FIGURE_STATUS_OK);
  assert_int_equal(figure(world, PILLAR_SELL, "win_rate_joint", BOTH)->value, 4000);
}

static void what_is_hidden_is_not_shared_and_shows_nothing(void **state) {
  struct world *world = *state;
  have(world, "won.independent", VENDOR, 0);
  world->storage[0].hidden = true;
  const Gateway__Figure *hidden = figure(world, PILLAR_SELL, "win_rate_independent", VENDOR);
  assert_int_equal(hidden->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED);
  assert_int_equal(hidden->numerator, 0);
  assert_int_equal(hidden->denominator, 0);
}

static void that_there_is_nothing_is_not_shared_either(void **state) {
  struct world *world = *state;
  assert_int_equal(figure(world, PILLAR_SELL, "win_rate_independent", PARTNER)->status,
                   TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED);
  assert_int_equal(figure(world, PILLAR_SELL, "win_rate_independent", VENDOR)->status,
                   TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
}

static void the_next_tier_is_as_far_as_incentivize_says(void **state) {
  struct world *world = *state;
  Incentivize__TierProgress tiers = INCENTIVIZE__TIER_PROGRESS__INIT;
  tiers.higher_tier = true;
  tiers.cliff_distance_minor = 140000;
  tiers.currency_code = (char *)"USD";
  const Incentivize__TierProgress *given[] = {&tiers, NULL};
  const Type__FigureStatus statuses[] = {TYPE__FIGURE_STATUS__FIGURE_STATUS_OK,
                                         TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA};
  for (size_t i = 0; i < 2; i++) {
    Gateway__Figure **figures;
    size_t count =
        figures_of(world->arena, PILLAR_INCENTIVIZE, &(struct pillar_counters){.tiers = given[i]}, &figures);
    assert_string_equal(figures[count - 1]->metric, "cliff_distance");
    assert_int_equal(figures[count - 1]->status, statuses[i]);
    assert_int_equal(figures[count - 1]->value, i == 0 ? 140000 : 0);
  }
}

static void money_takes_the_currency_of_its_counters(void **state) {
  struct world *world = *state;
  have(world, "won_amount.joint.EUR", BOTH, 62000000);
  have(world, "won.joint", BOTH, 100);
  const Gateway__Figure *size = figure(world, PILLAR_SELL, "deal_size_joint", BOTH);
  assert_string_equal(size->currency_code, "EUR");
  assert_int_equal(size->value, 620000);
  /* A sum without entries is zero, which is known, and not the absence of data. */
  const Gateway__Figure *paid = figure(world, PILLAR_MARKET, "mdf_paid", BOTH);
  assert_int_equal(paid->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_OK);
  assert_int_equal(paid->value, 0);
}

static void pipeline_is_split_in_two_parts(void **state) {
  struct world *world = *state;
  assert_int_equal(figure(world, PILLAR_SELL, "joint_marketing_share", BOTH)->status,
                   TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
  have(world, "qualified_amount.joint.USD", BOTH, 900001);
  have(world, "qualified_amount.co_sell.USD", BOTH, 300061);
  have(world, "qualified_amount.joint_marketing.USD", BOTH, 599940);
  assert_int_equal(figure(world, PILLAR_SELL, "pipeline_generated", BOTH)->value, 900001);
  assert_int_equal(figure(world, PILLAR_SELL, "pipeline_co_sell", BOTH)->value, 300061);
  assert_int_equal(figure(world, PILLAR_SELL, "pipeline_joint_marketing", BOTH)->value, 599940);
  const Gateway__Figure *share = figure(world, PILLAR_SELL, "joint_marketing_share", BOTH);
  assert_int_equal(share->value, 6666);
  assert_string_equal(share->currency_code, "USD");
  assert_int_equal(share->n_counters, 2);
  assert_int_equal(share->denominator_pillar, 0);
}

/* Sell's counters over market's: each is looked for where it is kept, and without market there is no figure.
 */
static void a_quotient_across_pillars_needs_both(void **state) {
  struct world *world = *state;
  struct world market = {.arena = world->arena};
  have(world, "qualified_amount.joint_marketing.USD", BOTH, 450000);
  have(world, "won_amount.joint_marketing.USD", BOTH, 750000);
  have(world, "mdf.paid.USD", BOTH, 7); /* not market's */
  have(&market, "mdf.paid.USD", BOTH, 300000);
  have(&market, "qualified_amount.joint_marketing.USD", BOTH, 7);
  for (int paid = 0; paid < 3; paid++) {
    struct pillar_counters sell = {.tiers = NULL}, funds = {.tiers = NULL};
    const struct pillar_counters *all[PILLAR_COUNT] = {
        [PILLAR_SELL] = &sell, [PILLAR_MARKET] = paid == 2 ? NULL : &funds};
    const Gateway__Figure *found = NULL, *revenue = NULL;
    Gateway__Figure **figures;
    for (size_t w = 0; w < WINDOW_COUNT; w++) {
      sell.windows[w] = (struct counter_set){world->counters, world->count};
      funds.windows[w] = (struct counter_set){market.counters, paid ? market.count : 0};
    }
    size_t count = metric_figures(world->arena, PILLAR_SELL, all, &lens, &figures);
    for (size_t i = 0; i < count; i++)
      if (strcmp(figures[i]->metric, "mdf_to_pipeline") == 0)
        found = figures[i];
      else if (strcmp(figures[i]->metric, "mdf_to_revenue") == 0)
        revenue = figures[i];
    assert_int_equal(found != NULL, paid != 2);
    assert_int_equal(revenue != NULL, paid != 2);
    if (!found)
      continue;
    assert_int_equal(found->status, paid ? TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
                                         : TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
    assert_int_equal(found->value, paid ? 15000 : 0);
    assert_int_equal(revenue->value, paid ? 25000 : 0);
    assert_int_equal(found->denominator_pillar, GATEWAY__PERFORMANCE_SECTION__PILLAR__PILLAR_MARKET);
    assert_int_equal(found->n_counters, 1);
    assert_string_equal(found->counters[0], "qualified_amount.joint_marketing.USD");
    assert_int_equal(found->n_denominator_counters, 1);
    assert_string_equal(found->denominator_counters[0], "mdf.paid.USD");
  }
  assert_true(metric_needs_window(PILLAR_MARKET, GATEWAY__FIGURE__WINDOW__WINDOW_PERIOD - 1, false));
}

static void a_counter_is_not_taken_for_one_with_a_longer_name(void **state) {
  struct world *world = *state;
  have(world, "reviews.missed.other", BOTH, 5);
  have(world, "won_amount.joint.extra.USD", BOTH, 5);
  assert_int_equal(figure(world, PILLAR_ONBOARD, "reviews_missed", BOTH)->value, 0);
}

static void nps_is_the_mean_of_the_parties_not_pooled(void **state) {
  struct world *world = *state;
  have(world, "nps.promoters", VENDOR, 3);
  have(world, "nps.responses", VENDOR, 4); /* 75 */
  have(world, "nps.promoters", PARTNER, 10);
  have(world, "nps.detractors", PARTNER, 5);
  have(world, "nps.responses", PARTNER, 20); /* 25 */
  assert_int_equal(figure(world, PILLAR_ONBOARD, "nps", BOTH)->value, 50);
  assert_int_equal(figure(world, PILLAR_ONBOARD, "nps_of_party", VENDOR)->value, 75);
}

static Type__Party swapped(Type__Party party) {
  return party == VENDOR ? PARTNER : party == PARTNER ? VENDOR : party;
}

static const char *const names[] = {"fulfilment.achieved", "fulfilment.weight", "reviews.sponsored",
                                    "nps.promoters",       "nps.detractors",    "nps.responses"};

static void swapping_the_parties_swaps_the_figures(void **state) {
  (void)state;
  unsigned seed = 7;
  for (int round = 0; round < 500; round++) {
    struct world a = {.arena = arena_create(1 << 20, NULL, NULL)}, b = {.arena = a.arena};
    int64_t due = rand_r(&seed) % 5;
    have(&a, "reviews.due", BOTH, due);
    have(&b, "reviews.due", BOTH, due);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      for (int p = 0; p < 2; p++) {
        Type__Party party = p ? VENDOR : PARTNER;
        int64_t amount = rand_r(&seed) % 40;
        have(&a, names[i], party, amount);
        have(&b, names[i], swapped(party), amount);
      }
    }
    struct pillar_counters x = {.tiers = NULL};
    for (size_t w = 0; w < WINDOW_COUNT; w++)
      x.windows[w] = (struct counter_set){a.counters, a.count};
    Gateway__Figure **fx;
    size_t count = figures_of(a.arena, PILLAR_ONBOARD, &x, &fx);
    for (size_t i = 0; i < count; i++) {
      const Gateway__Figure *other = figure(&b, PILLAR_ONBOARD, fx[i]->metric, swapped(fx[i]->party));
      int sign = strcmp(fx[i]->metric, "symmetry_gap") == 0 ? -1 : 1;
      assert_int_equal(fx[i]->status, other->status);
      assert_int_equal(fx[i]->value, sign * other->value);
      assert_int_equal(fx[i]->numerator, sign * other->numerator);
      assert_int_equal(fx[i]->denominator, other->denominator);
    }
    arena_destroy(a.arena);
  }
}

static void windows_end_with_the_period(void **state) {
  (void)state;
  struct period q3;
  assert_true(period_parse("2026Q3", &q3));
  for (unsigned window = 0; window < WINDOW_COUNT; window++) {
    struct period span = metric_window_span(q3, window);
    assert_true(period_is_whole_months(span));
    assert_true(span.end_us == q3.end_us);
  }
  assert_int_equal(month_of(metric_window_span(q3, 1).start_us), 202601);
  assert_int_equal(month_of(metric_window_span(q3, 2).start_us), 201610);
}

static void every_row_is_complete(void **state) {
  (void)state;
  for (const struct metric_row *row = metric_rows; row->id; row++) {
    assert_non_null(row->title);
    assert_non_null(row->definition);
    assert_in_range(row->window, 1, WINDOW_COUNT);
    assert_true(row->unit != GATEWAY__FIGURE__UNIT__UNIT_UNSPECIFIED);
    bool derived = row->shape == METRIC_GAP || row->shape == METRIC_MEAN;
    bool counted = row->shape == METRIC_OF_PARTIES || row->shape == METRIC_OF_PARTNERSHIP;
    assert_true(derived == (row->base != NULL));
    assert_true(counted == (row->numerator[0].counter != NULL));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(fulfilment_is_a_ratio_per_party, setup, teardown),
      cmocka_unit_test_setup_teardown(attainment_is_a_ratio_per_party_and_kind, setup, teardown),
      cmocka_unit_test_setup_teardown(few_samples_are_said, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_hidden_is_not_shared_and_shows_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(that_there_is_nothing_is_not_shared_either, setup, teardown),
      cmocka_unit_test_setup_teardown(the_next_tier_is_as_far_as_incentivize_says, setup, teardown),
      cmocka_unit_test_setup_teardown(money_takes_the_currency_of_its_counters, setup, teardown),
      cmocka_unit_test_setup_teardown(pipeline_is_split_in_two_parts, setup, teardown),
      cmocka_unit_test_setup_teardown(a_quotient_across_pillars_needs_both, setup, teardown),
      cmocka_unit_test_setup_teardown(a_counter_is_not_taken_for_one_with_a_longer_name, setup, teardown),
      cmocka_unit_test_setup_teardown(nps_is_the_mean_of_the_parties_not_pooled, setup, teardown),
      cmocka_unit_test(swapping_the_parties_swaps_the_figures),
      cmocka_unit_test(windows_end_with_the_period),
      cmocka_unit_test(every_row_is_complete),
  };
  return cmocka_run_group_tests_name("gateway metric", tests, NULL, NULL);
}
