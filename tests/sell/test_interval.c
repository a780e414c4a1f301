/* The published examples of the method, and what must hold of any strata. */
#include "sell/interval.h"
#include "support/check.h"

#include <stdlib.h>

/* Newcombe 1998, table II, method 10, to four decimals. */
static void one_stratum_is_newcombes_method_ten(void **state) {
  (void)state;
  static const struct {
    struct stratum_count counts;
    int64_t estimate, lower, upper;
  } cases[] = {
      {{56, 70, 48, 80}, 2000, 524, 3339},   {{9, 10, 3, 10}, 6000, 1705, 8090},
      {{6, 7, 2, 7}, 5714, 582, 8062},       {{5, 56, 0, 29}, 893, -381, 1926},
      {{0, 10, 0, 20}, 0, -1611, 2775},      {{0, 10, 0, 10}, 0, -2775, 2775},
      {{10, 10, 0, 20}, 10000, 6791, 10000}, {{10, 10, 0, 10}, 10000, 6075, 10000},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct difference d = difference_of(&cases[i].counts, 1);
    assert_int_equal(d.estimate_bps, cases[i].estimate);
    assert_int_equal(d.lower_bps, cases[i].lower);
    assert_int_equal(d.upper_bps, cases[i].upper);
  }
}

/* 30 joint deals at +20 points and 10 at -10 points: (30 * 20 - 10 * 10) / 40 = 12.5 points. */
static void strata_weigh_as_their_joint_deals(void **state) {
  (void)state;
  const struct stratum_count strata[] = {{18, 30, 20, 50}, {4, 10, 10, 20}};
  assert_int_equal(difference_of(strata, 2).estimate_bps, 1250);
}

/* ln(10 / 8) -+ 1.96 * sqrt(4 / (25 * 100) + 9 / (30 * 64)), and two strata by the same formula, by hand. */
static void quotient_of_means(void **state) {
  (void)state;
  const struct stratum_sizes one[] = {{25, 30, 10, 8, 4, 9}},
                             two[] = {{30, 12, 100, 50, 400, 100}, {10, 40, 300, 200, 2500, 900}};
  struct quotient q = quotient_of(one, 1);
  assert_int_equal(q.estimate_bps, 12500);
  assert_int_equal(q.lower_bps, 10701);
  assert_int_equal(q.upper_bps, 14602);
  q = quotient_of(two, 2); /* (3 * 100 + 300) / (3 * 50 + 200) */
  assert_int_equal(q.estimate_bps, 17143);
  assert_int_equal(q.lower_bps, 15766);
  assert_int_equal(q.upper_bps, 18639);
  const struct stratum_sizes even[] = {{2, 2, 7, 7, 0, 0}}, far[] = {{2, 2, 1e15, 1, 1e30, 0}};
  q = quotient_of(even, 1);
  assert_true(q.lower_bps == 10000 && q.estimate_bps == 10000 && q.upper_bps == 10000);
  assert_int_equal(quotient_of(far, 1).upper_bps, QUOTIENT_MAX_BPS);
}

/* Another unit of money changes nothing; sides swapped, with even weights, it is the reciprocal. */
static void what_holds_of_any_quotient(void **state) {
  (void)state;
  srandom(20260702);
  for (int i = 0; i < 5000; i++) {
    struct stratum_sizes strata[4], cents[4], swapped[4];
    size_t count = 1 + (size_t)random() % 4;
    for (size_t k = 0; k < count; k++) {
      int64_t n = 2 + random() % 50;
      double mean = 1 + (double)(random() % 1000), other = 1 + (double)(random() % 1000);
      struct stratum_sizes s = {n, n, mean, other, (double)(random() % 5000), (double)(random() % 5000)};
      strata[k] = s;
      cents[k] = (struct stratum_sizes){
          n, n, mean * 100, other * 100, s.joint_variance * 1e4, s.independent_variance * 1e4};
      swapped[k] = (struct stratum_sizes){n, n, other, mean, s.independent_variance, s.joint_variance};
    }
    struct quotient q = quotient_of(strata, count), same = quotient_of(cents, count),
                    back = quotient_of(swapped, count);
    assert_true(q.lower_bps <= q.estimate_bps && q.estimate_bps <= q.upper_bps && q.lower_bps >= 0);
    assert_true(llabs(q.estimate_bps - same.estimate_bps) <= 1 && llabs(q.lower_bps - same.lower_bps) <= 1);
    double product = (double)q.estimate_bps * (double)back.estimate_bps / 1e8;
    if (q.estimate_bps > 1000 && back.estimate_bps > 1000)
      assert_true(product > 0.99 && product < 1.01);
  }
}

static int64_t width(struct difference d) {
  return d.upper_bps - d.lower_bps;
}

static struct stratum_count any_stratum(void) {
  struct stratum_count counts = {.joint_closed = 1 + random() % 60, .independent_closed = 1 + random() % 60};
  counts.joint_won = random() % (counts.joint_closed + 1);
  counts.independent_won = random() % (counts.independent_closed + 1);
  return counts;
}

static void what_holds_of_any_strata(void **state) {
  (void)state;
  srandom(20260701);
  for (int i = 0; i < 5000; i++) {
    struct stratum_count strata[4], swapped[4], more[4];
    size_t count = 1 + (size_t)random() % 4;
    for (size_t k = 0; k < count; k++) {
      const struct stratum_count *n = &strata[k];
      strata[k] = any_stratum();
      strata[k].independent_closed = strata[k].joint_closed; /* so that weights stay when sides are swapped */
      strata[k].independent_won = random() % (strata[k].joint_closed + 1);
      swapped[k] =
          (struct stratum_count){n->independent_won, n->independent_closed, n->joint_won, n->joint_closed};
      more[k] = (struct stratum_count){n->joint_won * 9, n->joint_closed * 9, n->independent_won * 9,
                                       n->independent_closed * 9};
    }
    struct difference d = difference_of(strata, count), s = difference_of(swapped, count);
    assert_true(d.lower_bps <= d.estimate_bps && d.estimate_bps <= d.upper_bps);
    assert_true(-10000 <= d.lower_bps && d.upper_bps <= 10000);
    assert_int_equal(d.estimate_bps, -s.estimate_bps); /* neither side is preferred */
    assert_int_equal(d.lower_bps, -s.upper_bps);
    assert_int_equal(d.upper_bps, -s.lower_bps);
    assert_true(width(difference_of(more, count)) < width(d)); /* more of the same says more */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_stratum_is_newcombes_method_ten),
      cmocka_unit_test(strata_weigh_as_their_joint_deals),
      cmocka_unit_test(quotient_of_means),
      cmocka_unit_test(what_holds_of_any_quotient),
      cmocka_unit_test(what_holds_of_any_strata),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
