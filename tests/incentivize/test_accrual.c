#include "incentivize/builder.h"
#include "incentivize/commission.h"
#include "incentivize/explanation.h"
#include "incentivize/sale.h"
#include "runtime/base/digest.h"
#include "runtime/base/text.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
  (void)state;
  arena = arena_create(256 << 20, NULL, NULL);
  return arena ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

static void check_line(const Incentivize__Earning *line, int kind, int64_t base, int64_t amount) {
  assert_int_equal(line->kind, kind);
  assert_int_equal(line->base_minor, base);
  assert_int_equal(line->amount_minor, amount);
}

enum {
  ACCRUAL = INCENTIVIZE__EARNING__KIND__KIND_ACCRUAL,
  TRUE_UP = INCENTIVIZE__EARNING__KIND__KIND_TRUE_UP,
  REVERSAL = INCENTIVIZE__EARNING__KIND__KIND_REVERSAL,
};

static void test_retroactive_win_lifts_the_others_by_a_line_of_its_own(void **state) {
  (void)state;
  struct book book;
  book_open(&book, arena, plan_build(arena, RETROACTIVE));
  book_win(&book, 20000000);
  Incentivize__Sale *second = book_win(&book, 10000000);
  assert_int_equal(book.lines, 3);
  check_line(book.line[0], ACCRUAL, 20000000, 800000);
  check_line(book.line[1], ACCRUAL, 10000000, 600000);
  check_line(book.line[2], TRUE_UP, 0, 400000);
  assert_int_equal(book_sum(&book), 1800000);
  assert_int_equal(second->accrued_minor, 600000);
  assert_int_equal(second->state, SALE_ACCRUED);
  assert_string_equal(second->earning, book.line[1]->name);
  assert_int_equal(book.line[2]->tier, 3);
  assert_string_equal(book.line[2]->name, PARTNERSHIP "/earnings/0000000003");
}

static void test_reversal_cancels_its_own_line_and_settles_the_rest_apart(void **state) {
  (void)state;
  struct book book;
  book_open(&book, arena, plan_build(arena, RETROACTIVE));
  Incentivize__Sale *first = book_win(&book, 20000000);
  book_win(&book, 10000000);
  book_reverse(&book, first);
  assert_int_equal(book.lines, 5);
  check_line(book.line[3], REVERSAL, -20000000, -800000);
  check_line(book.line[4], TRUE_UP, 0, 400000 - 1000000);
  assert_string_equal(book.line[3]->reverses, book.line[0]->name);
  assert_int_equal(book_own(&book, first), 0);
  assert_int_equal(book_sum(&book), commission_total(book.plan, 10000000));
  assert_int_equal(first->state, SALE_REVERSED);
  assert_int_equal(book.accumulator->sale_count, 1);
}

static void test_reversal_of_the_latest_marginal_sale_needs_no_true_up(void **state) {
  (void)state;
  struct book book;
  book_open(&book, arena, plan_build(arena, MARGINAL));
  book_win(&book, 9000000);
  Incentivize__Sale *last = book_win(&book, 5000000);
  book_reverse(&book, last);
  assert_int_equal(book.lines, 3);
  assert_int_equal(book_sum(&book), 180000);
}

static void explain_and_agree(struct book *book, size_t index) {
  Incentivize__EarningExplanation explanation;
  incentivize__earning_explanation__init(&explanation);
  const Incentivize__Earning *reversed = NULL;
  for (size_t i = 0; i < index; i++)
    if (text_equal(book->line[i]->name, book->line[index]->reverses))
      reversed = book->line[i];
  explanation_write(arena, book->line[index], book->plan, reversed, &explanation);
  assert_true(explanation.agrees);
  assert_true(explanation.n_steps >= 6);
  assert_int_equal(explanation.steps[explanation.n_steps - 1]->amount_minor, book->line[index]->amount_minor);
}

/* Wins and reversals in any order, with and without a cap: after each, the lines add up to what the plan
 * pays on the base that is left, and the own lines of what is reversed add up to nothing. */
static void test_any_history_adds_up(void **state) {
  (void)state;
  uint64_t seed = 42;
  for (int round = 0; round < 60; round++) {
    static struct book book;
    Incentivize__CommissionPlan *plan = plan_build(arena, round % 2 ? MARGINAL : RETROACTIVE);
    plan->cap_minor = round % 3 ? 0 : 900000;
    book_open(&book, arena, plan);
    int64_t base = 0;
    for (int step = 0; step < 80; step++) {
      Incentivize__Sale *sale = book.sales ? book.sale[draw(&seed, book.sales)] : NULL;
      if (sale && (int)sale->state == SALE_ACCRUED && draw(&seed, 3) == 0) {
        base -= sale->amount_minor;
        book_reverse(&book, sale);
        assert_int_equal(book_own(&book, sale), 0);
      } else {
        int64_t amount = (int64_t)draw(&seed, 3000000);
        base += amount;
        book_win(&book, amount);
      }
      assert_int_equal(book.accumulator->base_minor, base);
      assert_int_equal(book.accumulator->accrued_minor, commission_total(plan, base));
      assert_int_equal(book_sum(&book), commission_total(plan, base));
    }
    for (size_t i = 0; i < book.lines; i++)
      explain_and_agree(&book, i);
  }
}

static void test_everything_reversed_leaves_nothing(void **state) {
  (void)state;
  uint64_t seed = 5;
  for (int round = 0; round < 40; round++) {
    static struct book book;
    book_open(&book, arena, plan_build(arena, round % 2 ? MARGINAL : RETROACTIVE));
    for (int i = 0; i < 12; i++)
      book_win(&book, (int64_t)draw(&seed, 6000000));
    for (size_t i = 0; i < book.sales; i++)
      book_reverse(&book, book.sale[(i * 5 + (size_t)round) % book.sales]);
    assert_int_equal(book_sum(&book), 0);
    assert_int_equal(book.accumulator->base_minor, 0);
    assert_int_equal(book.accumulator->sale_count, 0);
  }
}

/* Anybody can redo the hash from the lines. */
static void test_statement_sums_and_hash_follow_the_lines(void **state) {
  (void)state;
  struct book book;
  book_open(&book, arena, plan_build(arena, RETROACTIVE));
  Incentivize__Sale *first = book_win(&book, 20000000);
  book_win(&book, 10000000);
  book_reverse(&book, first);
  uint8_t hash[DIGEST_SIZE] = {0};
  for (size_t i = 0; i < book.lines; i++) {
    struct buffer text = {.arena = arena};
    buffer_append(&text, hash, sizeof hash);
    buffer_printf(&text, "%s\n%" PRId64 "\n", book.line[i]->name, book.line[i]->amount_minor);
    digest_sha256(text.data, text.size, hash);
  }
  assert_int_equal(book.statement->line_count, 5);
  assert_int_equal(book.statement->last_sequence, 5);
  assert_int_equal(book.statement->reversed_minor, 800000);
  assert_int_equal(book.statement->accrued_minor - book.statement->reversed_minor, book_sum(&book));
  assert_int_equal(book.statement->closing_minor, book_sum(&book));
  assert_memory_equal(book.statement->lines_hash.data, hash, sizeof hash);
}

static void test_a_sale_in_another_currency_cannot_accrue(void **state) {
  (void)state;
  struct book book;
  book_open(&book, arena, plan_build(arena, RETROACTIVE));
  Incentivize__Sale *sale = book_win(&book, 100);
  sale->currency_code = arena_strdup(arena, "EUR");
  struct accrual accrual = {.plan = book.plan, .accumulator = book.accumulator, .sale = sale};
  assert_non_null(accrual_hindrance(&accrual));
  sale->currency_code = book.plan->currency_code;
  assert_null(accrual_hindrance(&accrual));
  book.accumulator->base_minor = INT64_C(1000000000000000) - 50;
  assert_non_null(accrual_hindrance(&accrual));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_retroactive_win_lifts_the_others_by_a_line_of_its_own),
      cmocka_unit_test(test_reversal_cancels_its_own_line_and_settles_the_rest_apart),
      cmocka_unit_test(test_reversal_of_the_latest_marginal_sale_needs_no_true_up),
      cmocka_unit_test(test_any_history_adds_up),
      cmocka_unit_test(test_everything_reversed_leaves_nothing),
      cmocka_unit_test(test_statement_sums_and_hash_follow_the_lines),
      cmocka_unit_test(test_a_sale_in_another_currency_cannot_accrue),
  };
  return cmocka_run_group_tests_name("accrual", tests, setup, teardown);
}
