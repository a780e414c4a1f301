#include "incentivize/builder.h"
#include "incentivize/commission.h"
#include "runtime/base/money.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
  (void)state;
  arena = arena_create(64 << 20, NULL, NULL);
  return arena ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

/* The vectors of the specification, in cents. */
static void test_vectors(void **state) {
  (void)state;
  static const struct {
    int64_t base, marginal, retroactive;
  } vectors[] = {
      {30000000, 1100000, 1800000},
      {25000000, 800000, 1500000},
      {24999999, 800000, 1000000},
      {0, 0, 0},
      {10000000, 200000, 400000},
      {9999999, 200000, 200000},
      {1, 0, 0},
      {-5, 0, 0},
  };
  Incentivize__CommissionPlan *marginal = plan_build(arena, MARGINAL);
  Incentivize__CommissionPlan *retroactive = plan_build(arena, RETROACTIVE);
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    assert_int_equal(commission_total(marginal, vectors[i].base), vectors[i].marginal);
    assert_int_equal(commission_total(retroactive, vectors[i].base), vectors[i].retroactive);
  }
}

/* One cent moves 5,000.00. */
static void test_cliff(void **state) {
  (void)state;
  Incentivize__CommissionPlan *plan = plan_build(arena, RETROACTIVE);
  struct commission_cliff cliff = commission_cliff(plan, 24999999);
  assert_true(cliff.higher);
  assert_int_equal(cliff.distance_minor, 1);
  assert_int_equal(cliff.gain_minor, 500000);
  assert_int_equal(cliff.step_minor, 500000);
  assert_int_equal(cliff.from_minor, 25000000);
  assert_int_equal(cliff.rate_bps, 600);
  cliff = commission_cliff(plan, 24860000);
  assert_int_equal(cliff.distance_minor, 140000);
  assert_int_equal(cliff.gain_minor, 1500000 - 994400);
  assert_false(commission_cliff(plan, 25000000).higher);
  plan->mode = MARGINAL;
  assert_int_equal(commission_cliff(plan, 24999999).gain_minor, 0);
}

static void test_cap_after_tiering(void **state) {
  (void)state;
  Incentivize__CommissionPlan *plan = plan_build(arena, RETROACTIVE);
  plan->cap_minor = 1200000;
  assert_int_equal(commission_gross(plan, 30000000), 1800000);
  assert_int_equal(commission_total(plan, 30000000), 1200000);
  struct commission_step step = commission_step(plan, 24999999, 30000000);
  assert_int_equal(step.own_minor + step.true_up_minor, 1200000 - 1000000);
  assert_int_equal(step.slices[0].amount_minor + step.rounding_minor - step.capped_minor, step.own_minor);
  assert_int_equal(commission_cliff(plan, 24999999).gain_minor, 200000);
}

static void test_slices_name_every_tier_crossed(void **state) {
  (void)state;
  Incentivize__CommissionPlan *plan = plan_build(arena, MARGINAL);
  struct commission_step step = commission_step(plan, 5000000, 30000000);
  assert_int_equal(step.slice_count, 3);
  assert_int_equal(step.slices[0].base_minor, 5000000);
  assert_int_equal(step.slices[0].amount_minor, 100000);
  assert_int_equal(step.slices[1].base_minor, 15000000);
  assert_int_equal(step.slices[1].amount_minor, 600000);
  assert_int_equal(step.slices[2].base_minor, 5000000);
  assert_int_equal(step.slices[2].amount_minor, 300000);
  assert_int_equal(step.own_minor, 1000000);
  assert_int_equal(step.true_up_minor, 0);
}

static void test_retroactive_step_splits_own_and_true_up(void **state) {
  (void)state;
  Incentivize__CommissionPlan *plan = plan_build(arena, RETROACTIVE);
  struct commission_step step = commission_step(plan, 20000000, 30000000);
  assert_int_equal(step.own_minor, 600000);
  assert_int_equal(step.true_up_minor, 1200000 - 800000);
}

/* Half to even, once: 0.5 to 0, 1.5 to 2, 2.5 to 2 cents. */
static void test_rounding(void **state) {
  (void)state;
  static const int64_t rows[][3] = {{0, 0, 5000}};
  Incentivize__CommissionPlan *plan = plan_build(arena, MARGINAL);
  plan_tiers(arena, plan, 1, rows);
  assert_int_equal(commission_total(plan, 1), 0);
  assert_int_equal(commission_total(plan, 3), 2);
  assert_int_equal(commission_total(plan, 5), 2);
  assert_int_equal(commission_total(plan, 7), 4);
}

static void plan_draw(Incentivize__CommissionPlan *plan, uint64_t *seed) {
  int64_t rows[COMMISSION_TIERS_MAX][3];
  size_t count = 1 + (size_t)draw(seed, 6);
  int64_t from = 0, rate = 0;
  for (size_t i = 0; i < count; i++) {
    int64_t to = from + 1 + (int64_t)draw(seed, 3000000);
    rate += (int64_t)draw(seed, 900);
    rows[i][0] = from;
    rows[i][1] = i + 1 < count ? to : 0;
    rows[i][2] = rate;
    from = to;
  }
  plan_tiers(arena, plan, count, (const int64_t(*)[3])rows);
  plan->cap_minor = draw(seed, 3) ? 0 : (int64_t)draw(seed, 400000);
}

/* In whatever steps a base is reached, the steps add up to its total; and every step adds up in itself. */
static void test_steps_add_up_to_the_total(void **state) {
  (void)state;
  uint64_t seed = 20260701;
  for (int round = 0; round < 2000; round++) {
    Incentivize__CommissionPlan *plan = plan_build(arena, round % 2 ? MARGINAL : RETROACTIVE);
    plan_draw(plan, &seed);
    int64_t base = 0, sum = 0;
    for (int month = 0; month < 12; month++) {
      int64_t after = base + (int64_t)draw(&seed, 2000000);
      struct commission_step step = commission_step(plan, base, after);
      int64_t slices = 0, covered = 0;
      for (size_t i = 0; i < step.slice_count; i++) {
        slices += step.slices[i].amount_minor;
        covered += step.slices[i].base_minor;
      }
      assert_int_equal(covered, after - base);
      assert_int_equal(slices + step.rounding_minor - step.capped_minor, step.own_minor);
      assert_true(step.own_minor >= 0 && step.true_up_minor >= 0 && step.capped_minor >= 0);
      sum += step.own_minor + step.true_up_minor;
      base = after;
    }
    assert_int_equal(sum, commission_total(plan, base));
    assert_int_equal(sum, commission_step(plan, 0, base).own_minor);
  }
}

static void test_totals_never_fall(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (int round = 0; round < 2000; round++) {
    Incentivize__CommissionPlan *plan = plan_build(arena, round % 2 ? MARGINAL : RETROACTIVE);
    plan_draw(plan, &seed);
    int64_t base = (int64_t)draw(&seed, 20000000), more = base + (int64_t)draw(&seed, 1000);
    assert_true(commission_total(plan, more) >= commission_total(plan, base));
  }
}

/* Products of amounts and rates go beyond 64 bits. */
static void test_largest_amounts(void **state) {
  (void)state;
  static const int64_t rows[][3] = {{0, 1, 0}, {1, 0, 10000}};
  Incentivize__CommissionPlan *plan = plan_build(arena, MARGINAL);
  plan_tiers(arena, plan, 2, rows);
  assert_int_equal(commission_total(plan, MONEY_MAX), MONEY_MAX - 1);
  plan->mode = RETROACTIVE;
  assert_int_equal(commission_total(plan, MONEY_MAX), MONEY_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_vectors),
      cmocka_unit_test(test_cliff),
      cmocka_unit_test(test_cap_after_tiering),
      cmocka_unit_test(test_slices_name_every_tier_crossed),
      cmocka_unit_test(test_retroactive_step_splits_own_and_true_up),
      cmocka_unit_test(test_rounding),
      cmocka_unit_test(test_steps_add_up_to_the_total),
      cmocka_unit_test(test_totals_never_fall),
      cmocka_unit_test(test_largest_amounts),
  };
  return cmocka_run_group_tests_name("commission", tests, setup, teardown);
}
