#include "incentivize/account.h"
#include "incentivize/builder.h"
#include "incentivize/cadence.h"
#include "incentivize/statement.h"
#include "runtime/base/timestamp.h"

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

static const struct statement_act act = {"ann", INT64_C(1788000000000000), "the March deal is missing"};

static Incentivize__Statement *build(const char *start, const char *end) {
  return statement_new(arena, PARTNERSHIP, (struct period){instant(start), instant(end)}, "USD");
}

static void add(Incentivize__Statement *statement, int64_t amount) {
  Incentivize__Earning *line = arena_new(arena, Incentivize__Earning);
  incentivize__earning__init(line);
  line->name = arena_strdup(arena, PARTNERSHIP "/earnings/0000000001");
  line->amount_minor = amount;
  line->kind =
      amount < 0 ? INCENTIVIZE__EARNING__KIND__KIND_REVERSAL : INCENTIVIZE__EARNING__KIND__KIND_ACCRUAL;
  statement_add(arena, statement, line);
}

static void test_periods_and_ids(void **state) {
  (void)state;
  int64_t at = instant("2026-08-15");
  assert_string_equal(cadence_id(arena, cadence_period(CADENCE_MONTH, at)), "2026-08");
  assert_string_equal(cadence_id(arena, cadence_period(CADENCE_NONE, at)), "2026-08");
  assert_string_equal(cadence_id(arena, cadence_period(CADENCE_QUARTER, at)), "2026-q3");
  assert_string_equal(cadence_id(arena, cadence_period(CADENCE_YEAR, at)), "2026");
  struct period period;
  assert_true(cadence_parse("2026-q3", &period));
  assert_int_equal(period.start_us, instant("2026-07-01"));
  assert_true(cadence_parse("2026-08", &period));
  assert_int_equal(period.end_us, instant("2026-09-01"));
  static const char *const wrong[] = {"2026", "2026-h1", "2026-13", "2026-q5", "2026q3x", "july", "2026--7"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_false(cadence_parse(wrong[i], &period));
}

static void test_every_state_and_action(void **state) {
  (void)state;
  static const int to[3][5] = {
      [STATEMENT_CLOSE] = {[STATEMENT_OPEN] = STATEMENT_CLOSED},
      [STATEMENT_ACKNOWLEDGE] =
          {[STATEMENT_CLOSED] = STATEMENT_ACKNOWLEDGED, [STATEMENT_DISPUTED] = STATEMENT_ACKNOWLEDGED},
      [STATEMENT_DISPUTE] = {[STATEMENT_CLOSED] = STATEMENT_DISPUTED},
  };
  for (int action = STATEMENT_CLOSE; action <= STATEMENT_DISPUTE; action++)
    for (int from = STATEMENT_OPEN; from <= STATEMENT_DISPUTED; from++) {
      Incentivize__Statement *statement = build("2026-07-01", "2026-08-01");
      statement->state = (Incentivize__Statement__State)from;
      assert_reason(statement_take(arena, statement, (enum statement_action)action, &act),
                    to[action][from] ? NULL : "INVALID_STATE");
      assert_int_equal(statement->state, to[action][from] ? to[action][from] : from);
    }
}

static void test_a_negative_closing_is_carried_forward(void **state) {
  (void)state;
  Incentivize__Account *account = account_new(arena, PARTNERSHIP);
  Incentivize__Statement *july = build("2026-07-01", "2026-08-01");
  add(july, 300);
  add(july, -1000);
  statement_settle(arena, july, account);
  assert_int_equal(july->closing_minor, -700);
  assert_int_equal(july->payable_minor, 0);
  assert_int_equal(account->carried_minor, -700);
  Incentivize__Statement *august = build("2026-08-01", "2026-09-01");
  add(august, 1500);
  statement_settle(arena, august, account);
  assert_int_equal(august->opening_minor, -700);
  assert_int_equal(august->closing_minor, 800);
  assert_int_equal(august->payable_minor, 800);
  assert_int_equal(account->carried_minor, 0);
}

static void test_closing_in_order_and_not_early(void **state) {
  (void)state;
  Incentivize__Account *account = account_new(arena, PARTNERSHIP);
  Incentivize__Statement *july = build("2026-07-01", "2026-08-01");
  Incentivize__Statement *august = build("2026-08-01", "2026-09-01");
  int64_t october = instant("2026-10-01");
  assert_reason(statement_check_close(arena, july, account, july, instant("2026-07-31")), "PERIOD_NOT_OVER");
  assert_reason(statement_check_close(arena, august, account, july, october), "STATEMENT_OUT_OF_ORDER");
  assert_reason(statement_check_close(arena, july, account, july, october), NULL);
  assert_reason(statement_check_close(arena, august, account, NULL, october), NULL);
  statement_settle(arena, august, account);
  assert_reason(statement_check_close(arena, july, account, NULL, october), "STATEMENT_OUT_OF_ORDER");
}

static void test_late_lines_fall_into_what_is_not_closed(void **state) {
  (void)state;
  Incentivize__Account *account = account_new(arena, PARTNERSHIP);
  int64_t july = instant("2026-07-10");
  assert_int_equal(account_statement_us(account, july), july);
  account->closed_time = timestamp_new(arena, instant("2026-08-01"));
  assert_int_equal(account_statement_us(account, july), instant("2026-08-01"));
  assert_int_equal(account_statement_us(account, instant("2026-08-09")), instant("2026-08-09"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_periods_and_ids),
      cmocka_unit_test(test_every_state_and_action),
      cmocka_unit_test(test_a_negative_closing_is_carried_forward),
      cmocka_unit_test(test_closing_in_order_and_not_early),
      cmocka_unit_test(test_late_lines_fall_into_what_is_not_closed),
  };
  return cmocka_run_group_tests_name("statement", tests, setup, teardown);
}
