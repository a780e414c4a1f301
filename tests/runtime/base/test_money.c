#include "tests/support/check.h"

#include "runtime/base/money.h"

#include <string.h>

static void rounds_half_to_even(void **state) {
  (void)state;
  static const struct {
    int64_t numerator, factor, divisor, result;
  } cases[] = {
      {5, 1, 10, 0},
      {15, 1, 10, 2},
      {25, 1, 10, 2},
      {35, 1, 10, 4},
      {-5, 1, 10, 0},
      {-15, 1, 10, -2},
      {-25, 1, 10, -2},
      {24, 1, 10, 2},
      {26, 1, 10, 3},
      {-26, 1, 10, -3},
      {1, 1, 3, 0},
      {2, 1, 3, 1},
      {0, 7, 3, 0},
      {7, -1, 2, -4},
      {5, -1, 2, -2},
      {INT64_MAX, 7, 7, INT64_MAX},
      {INT64_MIN, 7, 7, INT64_MIN},
      {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX},
      {MONEY_MAX, 10000, 10000, MONEY_MAX},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(mul_div_half_even(cases[i].numerator, cases[i].factor, cases[i].divisor),
                     cases[i].result);
  assert_int_equal(money_bps(12345, 1250), 1543); /* 1543.125 */
  assert_int_equal(money_bps(50, 100), 0);        /* 0.5 */
  assert_int_equal(money_bps(150, 100), 2);       /* 1.5 */
  assert_int_equal(money_bps(-150, 100), -2);
  assert_int_equal(money_bps(MONEY_MAX, 10000), MONEY_MAX);
}

/* Half to even is symmetric, and never further than a half from the exact quotient. */
static void rounding_is_nearest(void **state) {
  (void)state;
  for (int64_t numerator = -300; numerator <= 300; numerator++)
    for (int64_t divisor = 1; divisor <= 40; divisor++) {
      int64_t result = mul_div_half_even(numerator, 1, divisor);
      int64_t twice = 2 * (result * divisor - numerator);
      assert_true(twice <= divisor && twice >= -divisor);
      if (twice == divisor || twice == -divisor)
        assert_int_equal(result % 2, 0);
      assert_int_equal(mul_div_half_even(-numerator, 1, divisor), -result);
    }
}

static void split_table(void **state) {
  (void)state;
  static const struct {
    int64_t amount;
    size_t count;
    int32_t weights[4];
    int64_t parts[4];
  } cases[] = {
      {100, 2, {5000, 5000}, {50, 50}},
      {101, 2, {5000, 5000}, {51, 50}},    /* a tie goes to the lower index */
      {-101, 2, {5000, 5000}, {-51, -50}}, /* and a reversal takes it from there */
      {100, 3, {3333, 3333, 3334}, {33, 33, 34}},
      {1, 4, {2500, 2500, 2500, 2500}, {1, 0, 0, 0}},
      {3, 4, {1000, 2000, 3000, 4000}, {0, 1, 1, 1}}, /* 0.3 0.6 0.9 1.2 */
      {10, 3, {0, 10000, 0}, {0, 10, 0}},
      {0, 2, {1, 9999}, {0, 0}},
      {7, 1, {10000}, {7}},
      {INT64_MAX, 1, {10000}, {INT64_MAX}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t parts[4];
    money_split(cases[i].amount, cases[i].weights, cases[i].count, parts);
    for (size_t p = 0; p < cases[i].count; p++)
      assert_int_equal(parts[p], cases[i].parts[p]);
  }
}

static void split_sums_and_is_fair(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (int round = 0; round < 20000; round++) {
    int32_t weights[7];
    int64_t parts[7], opposite[7], sum = 0;
    int32_t left = BPS_ONE;
    size_t count = 1 + (size_t)round % 7;
    for (size_t i = 0; i < count; i++) {
      seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
      weights[i] = i + 1 == count ? left : (int32_t)((seed >> 33) % (uint64_t)(left + 1));
      left -= weights[i];
    }
    int64_t amount = (int64_t)(seed >> 20) % (round % 2 ? 1000 : MONEY_MAX);
    money_split(amount, weights, count, parts);
    money_split(-amount, weights, count, opposite);
    for (size_t i = 0; i < count; i++) {
      sum += parts[i];
      assert_int_equal(opposite[i], -parts[i]);
      int64_t exact_floor = (int64_t)((__extension__(__int128) amount) * weights[i] / BPS_ONE);
      assert_true(parts[i] == exact_floor || parts[i] == exact_floor + 1);
      assert_true(weights[i] || !parts[i]);
    }
    assert_int_equal(sum, amount);
  }
}

static void sums_do_not_overflow(void **state) {
  (void)state;
  int64_t sum = 0;
  assert_true(money_add(1, -2, &sum));
  assert_int_equal(sum, -1);
  assert_false(money_add(INT64_MAX, 1, &sum));
  assert_false(money_add(INT64_MIN, -1, &sum));
}

static void ratios(void **state) {
  (void)state;
  assert_int_equal(ratio_bps(1, 3), 3333);
  assert_int_equal(ratio_bps(2, 3), 6667);
  assert_int_equal(ratio_bps(-1, 3), -3333);
  assert_int_equal(ratio_bps(1, -3), -3333);
  assert_int_equal(ratio_bps(1, 20000), 0); /* 0.5 */
  assert_int_equal(ratio_bps(3, 20000), 2); /* 1.5 */
  assert_int_equal(ratio_bps(7, 0), 0);
  assert_int_equal(ratio_bps(INT64_MAX, 1), INT64_MAX);
  assert_int_equal(ratio_bps(INT64_MIN, 1), INT64_MIN);
  assert_int_equal(ratio_bps(INT64_MIN, INT64_MIN), 10000);
}

static void currencies(void **state) {
  (void)state;
  static const struct {
    const char *code;
    int decimals;
  } cases[] = {{"USD", 2},  {"EUR", 2}, {"JPY", 0},   {"KWD", 3}, {"CLF", 4},  {"AED", 2},  {"ZWG", 2},
               {"usd", -1}, {"US", -1}, {"USDX", -1}, {"", -1},   {"XXX", -1}, {"DEM", -1}, {NULL, -1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(currency_decimals(cases[i].code), cases[i].decimals);
    assert_int_equal(currency_known(cases[i].code), cases[i].decimals >= 0);
  }
  /* The table is searched by halves, so every code of a sorted table is found and none twice. */
  size_t known = 0;
  for (int a = 'A'; a <= 'Z'; a++)
    for (int b = 'A'; b <= 'Z'; b++)
      for (int c = 'A'; c <= 'Z'; c++)
        known += currency_known((char[]){(char)a, (char)b, (char)c, '\0'});
  assert_int_equal(known, 166);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rounds_half_to_even),  cmocka_unit_test(rounding_is_nearest),
      cmocka_unit_test(split_table),          cmocka_unit_test(split_sums_and_is_fair),
      cmocka_unit_test(sums_do_not_overflow), cmocka_unit_test(ratios),
      cmocka_unit_test(currencies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
