#include "incentivize/builder.h"

#include "incentivize/account.h"
#include "incentivize/statement.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

int64_t instant(const char *text) {
  int64_t us;
  bool parsed = time_parse(text, &us);
  assert(parsed);
  (void)parsed;
  return us;
}

Type__Period *period_build(struct arena *arena, const char *start, const char *end) {
  Type__Period *period = arena_new(arena, Type__Period);
  type__period__init(period);
  period->start_time = timestamp_new(arena, instant(start));
  period->end_time = timestamp_new(arena, instant(end));
  return period;
}

void plan_tiers(struct arena *arena, Incentivize__CommissionPlan *plan, size_t count,
                const int64_t (*rows)[3]) {
  plan->n_tiers = count;
  plan->tiers = arena_calloc(arena, count ? count : 1, sizeof *plan->tiers);
  for (size_t i = 0; i < count; i++) {
    plan->tiers[i] = arena_new(arena, Incentivize__Tier);
    incentivize__tier__init(plan->tiers[i]);
    plan->tiers[i]->from_minor = rows[i][0];
    plan->tiers[i]->to_minor = rows[i][1];
    plan->tiers[i]->rate_bps = (int32_t)rows[i][2];
  }
}

Incentivize__CommissionPlan *plan_build(struct arena *arena, Incentivize__CommissionPlan__Mode mode) {
  static const int64_t rows[][3] = {{0, 10000000, 200}, {10000000, 25000000, 400}, {25000000, 0, 600}};
  Incentivize__CommissionPlan *plan = arena_new(arena, Incentivize__CommissionPlan);
  incentivize__commission_plan__init(plan);
  plan->name = arena_strdup(arena, PLAN);
  plan->display_name = arena_strdup(arena, "FY26");
  plan->state = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_DRAFT;
  plan->version = 1;
  plan->currency_code = arena_strdup(arena, "USD");
  plan->basis = INCENTIVIZE__COMMISSION_PLAN__BASIS__BASIS_NET_REVENUE;
  plan->mode = mode;
  plan->measurement = INCENTIVIZE__CADENCE__CADENCE_YEAR;
  plan->statement_cadence = INCENTIVIZE__CADENCE__CADENCE_MONTH;
  plan->effective_period = period_build(arena, "2026-01-01", "2027-01-01");
  plan_tiers(arena, plan, 3, rows);
  return plan;
}

void book_open(struct book *book, struct arena *arena, Incentivize__CommissionPlan *plan) {
  struct period year = {instant("2026-01-01"), instant("2027-01-01")};
  struct period july = {instant("2026-07-01"), instant("2026-08-01")};
  *book = (struct book){.arena = arena, .plan = plan};
  book->account = account_new(arena, PARTNERSHIP);
  book->accumulator = accumulator_new(arena, plan->name, year);
  book->statement = statement_new(arena, PARTNERSHIP, july, "USD");
}

static void book_keep(struct book *book, const struct accrual_lines *lines) {
  for (size_t i = 0; i < lines->count; i++) {
    assert_true(book->lines < sizeof book->line / sizeof *book->line);
    book->line[book->lines++] = lines->lines[i];
  }
}

static struct accrual accrual_of(struct book *book, Incentivize__Sale *sale) {
  return (struct accrual){
      .arena = book->arena,
      .plan = book->plan,
      .account = book->account,
      .accumulator = book->accumulator,
      .statement = book->statement,
      .sale = sale,
      .occur_us = timestamp_us(sale->close_time, 0),
      .now_us = instant("2026-07-31T12:00:00Z"),
      .evidence = PARTNERSHIP "/ledger/sell-7",
  };
}

Incentivize__Sale *book_win(struct book *book, int64_t amount_minor) {
  Incentivize__Sale *sale = arena_new(book->arena, Incentivize__Sale);
  incentivize__sale__init(sale);
  sale->state = INCENTIVIZE__SALE__STATE__STATE_UNPLANNED;
  sale->opportunity = arena_printf(book->arena, "%s/opportunities/o%zu", PARTNERSHIP, book->sales);
  sale->currency_code = book->plan->currency_code;
  sale->amount_minor = amount_minor;
  sale->close_time = timestamp_new(book->arena, instant("2026-07-10T09:00:00Z"));
  struct accrual accrual = accrual_of(book, sale);
  assert_null(accrual_hindrance(&accrual));
  struct accrual_lines lines = accrual_win(&accrual);
  book_keep(book, &lines);
  book->sale[book->sales++] = sale;
  return sale;
}

void book_reverse(struct book *book, Incentivize__Sale *sale) {
  struct accrual accrual = accrual_of(book, sale);
  struct accrual_lines lines = accrual_reverse(&accrual);
  book_keep(book, &lines);
}

int64_t book_sum(const struct book *book) {
  int64_t sum = 0;
  for (size_t i = 0; i < book->lines; i++)
    sum += book->line[i]->amount_minor;
  return sum;
}

int64_t book_own(const struct book *book, const Incentivize__Sale *sale) {
  int64_t sum = 0;
  for (size_t i = 0; i < book->lines; i++)
    if (text_equal(book->line[i]->opportunity, sale->opportunity) &&
        book->line[i]->kind != INCENTIVIZE__EARNING__KIND__KIND_TRUE_UP)
      sum += book->line[i]->amount_minor;
  return sum;
}

uint64_t draw(uint64_t *state, uint64_t below) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state % below;
}

void assert_reason(const struct status *status, const char *reason) {
  if (!reason) {
    if (status)
      fail_msg("unexpected %s: %s", status->reason, status->message);
    return;
  }
  assert_non_null(status);
  assert_string_equal(status->reason, reason);
}
