#include "incentivize/posting.h"

#include "incentivize/account.h"
#include "incentivize/accrual.h"
#include "incentivize/cadence.h"
#include "incentivize/commission_plan.h"
#include "incentivize/kinds.h"
#include "incentivize/sale.h"
#include "incentivize/statement.h"
#include "runtime/base/clock.h"
#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "runtime/store/list.h"

#include <assert.h>

/* One batch of a backfill: at most so many sales (two entries each fit a transaction), looked for in at
 * most so many months. */
enum { BATCH_SALES = 24, BATCH_MONTHS = 12 };
/* A win may be dated so far ahead of the clock here. */
#define SALE_AHEAD_US (INT64_C(10) * 60 * US_PER_SECOND)
_Static_assert(BATCH_SALES *ACCRUAL_LINES_MAX + 1 <= LIMIT_TXN_ENTRIES, "a batch fits a transaction");

const struct status *posting_account(const struct posting *posting, const char *partnership,
                                     Incentivize__Account **out) {
  const struct status *status =
      txn_get(posting->txn, &kind_account, account_name(posting->arena, partnership), out);
  if (!status && !*out)
    *out = account_new(posting->arena, partnership);
  return status;
}

static const struct status *load_accumulator(const struct posting *posting, struct accrual *accrual) {
  struct period measurement = accrual_measurement(accrual->plan, timestamp_us(accrual->sale->close_time, 0));
  char *name = accumulator_name(posting->arena, accrual->plan->name, measurement);
  const struct status *status = txn_get(posting->txn, &kind_accumulator, name, &accrual->accumulator);
  if (!status && !accrual->accumulator)
    accrual->accumulator = accumulator_new(posting->arena, accrual->plan->name, measurement);
  return status;
}

static const struct status *load_statement(const struct posting *posting, struct accrual *accrual) {
  char *partnership = name_partnership(posting->arena, accrual->sale->name);
  int64_t at_us = account_statement_us(accrual->account, accrual->occur_us);
  struct period period = cadence_period((int)accrual->plan->statement_cadence, at_us);
  char *name = statement_name(posting->arena, partnership, period);
  const struct status *status = txn_get(posting->txn, &kind_statement, name, &accrual->statement);
  if (!status && !accrual->statement)
    accrual->statement = statement_new(posting->arena, partnership, period, accrual->plan->currency_code);
  return status;
}

/* Reads what the lines of a sale are made from. A plan no longer changes what it pays once it is active,
 * and the account is written by every step that moves a span, so the plan itself is only looked at. */
static const struct status *load(const struct posting *posting, const char *plan, struct accrual *accrual) {
  const struct status *status = txn_peek(posting->txn, &kind_commission_plan, plan, &accrual->plan);
  if (status)
    return status;
  if (!accrual->plan)
    return status_make(posting->arena, CODE_DATA_LOSS, "PLAN_LOST", "%s covers a time but is not stored",
                       plan);
  status = load_accumulator(posting, accrual);
  return status ? status : load_statement(posting, accrual);
}

static const char *const line_types[] = {
    [INCENTIVIZE__EARNING__KIND__KIND_ACCRUAL] = "earning.accrued",
    [INCENTIVIZE__EARNING__KIND__KIND_TRUE_UP] = "earning.trued_up",
    [INCENTIVIZE__EARNING__KIND__KIND_REVERSAL] = "earning.reversed",
};

/* Counts a line in the month of the original close, so that the counters of a measurement period add up to
 * what its plan pays. */
static void stage_line(const struct posting *posting, const struct accrual *accrual,
                       Incentivize__Earning *line) {
  const char *currency = line->currency_code;
  int64_t close_us = timestamp_us(accrual->sale->close_time, 0);
  txn_put(posting->txn, &kind_earning, line);
  struct record *record = txn_record(posting->txn, &(struct record_facts){
                                                       .type = line_types[line->kind],
                                                       .payload = line,
                                                       .occur_us = accrual->occur_us,
                                                   });
  txn_count_money(record, "earnings.base", TYPE__PARTY__PARTY_UNSPECIFIED, close_us, currency,
                  line->base_minor);
  txn_count_money(record, "earnings.accrued", TYPE__PARTY__PARTY_UNSPECIFIED, close_us, currency,
                  line->amount_minor);
  if (line->kind == INCENTIVIZE__EARNING__KIND__KIND_REVERSAL)
    txn_count_money(record, "earnings.reversed", TYPE__PARTY__PARTY_UNSPECIFIED, close_us, currency,
                    -line->amount_minor);
}

static void stage(const struct posting *posting, const struct accrual *accrual,
                  const struct accrual_lines *lines) {
  for (size_t i = 0; i < lines->count; i++)
    stage_line(posting, accrual, lines->lines[i]);
  txn_put(posting->txn, &kind_account, accrual->account);
  txn_put(posting->txn, &kind_accumulator, accrual->accumulator);
  txn_put(posting->txn, &kind_statement, accrual->statement);
  txn_put(posting->txn, &kind_sale, accrual->sale);
}

/* Accrues under the plan of a span. */
static const struct status *accrue(const struct posting *posting, Incentivize__Account *account,
                                   Incentivize__Sale *sale, const char *plan) {
  struct accrual accrual = {
      .arena = posting->arena,
      .account = account,
      .sale = sale,
      .occur_us = timestamp_us(sale->close_time, 0),
      .now_us = posting->now_us,
      .evidence = sale->evidence,
  };
  const struct status *status = load(posting, plan, &accrual);
  if (status)
    return status;
  const char *hindrance = accrual_hindrance(&accrual);
  if (hindrance) {
    sale_exclude(posting->arena, sale, hindrance);
    txn_put(posting->txn, &kind_sale, sale);
    return NULL;
  }
  struct accrual_lines lines = accrual_win(&accrual);
  stage(posting, &accrual, &lines);
  return NULL;
}

const struct status *posting_win(const struct posting *posting, Incentivize__Sale *sale) {
  Incentivize__Account *account;
  const struct status *status =
      posting_account(posting, name_partnership(posting->arena, sale->name), &account);
  if (status)
    return status;
  const Incentivize__PlanSpan *span = NULL;
  if ((int)sale->state == SALE_UNPLANNED)
    span = account_cover(account, timestamp_us(sale->close_time, 0), INT64_MAX);
  if (span)
    return accrue(posting, account, sale, span->commission_plan);
  txn_put(posting->txn, &kind_sale, sale);
  return NULL;
}

const struct status *posting_reverse(const struct posting *posting, Incentivize__Sale *sale,
                                     const char *evidence, int64_t occur_us) {
  struct accrual accrual = {
      .arena = posting->arena,
      .sale = sale,
      .occur_us = occur_us,
      .now_us = posting->now_us,
      .evidence = evidence,
  };
  if ((int)sale->state == SALE_REVERSED)
    return NULL;
  if ((int)sale->state != SALE_ACCRUED) {
    sale->state = INCENTIVIZE__SALE__STATE__STATE_REVERSED;
    txn_put(posting->txn, &kind_sale, sale);
    return NULL;
  }
  const struct status *status =
      posting_account(posting, name_partnership(posting->arena, sale->name), &accrual.account);
  if (!status)
    status = load(posting, sale->commission_plan, &accrual);
  if (status)
    return status;
  struct accrual_lines lines = accrual_reverse(&accrual);
  stage(posting, &accrual, &lines);
  return NULL;
}

/* ---- what was won before a plan was activated ---- */

/* Accrues the unplanned sales of one month that the plan covers. `*whole` tells whether none is left. */
static const struct status *backfill_month(const struct posting *posting, const char *partnership,
                                           int32_t month, int32_t room, int32_t *taken, bool *whole) {
  struct list_page page;
  const struct status *status = list_entities(
      posting->txn,
      &(struct list_query){.kind = &kind_sale,
                           .index = "unplanned",
                           .partition = partition_sale_month(posting->arena, partnership, month),
                           .scope = partnership,
                           .page_size = room,
                           .binding = "backfill"},
      &page);
  if (status)
    return status;
  const char *names[BATCH_SALES];
  Incentivize__Sale *sales[BATCH_SALES];
  assert(page.count <= BATCH_SALES);
  for (size_t i = 0; i < page.count; i++)
    names[i] = ((const Incentivize__Sale *)page.messages[i])->name;
  if (page.count)
    status = txn_get_many(posting->txn, &kind_sale, names, page.count, sales);
  for (size_t i = 0; !status && i < page.count; i++)
    if (sales[i] && (int)sales[i]->state == SALE_UNPLANNED)
      status = posting_win(posting, sales[i]);
  *taken += (int32_t)page.count;
  *whole = !status && !*page.next_page_token;
  return status;
}

const struct status *posting_backfill(const struct posting *posting, Incentivize__CommissionPlan *plan) {
  char *partnership = name_partnership(posting->arena, plan->name);
  int32_t past = month_of(plan_period(plan).end_us), month = plan->backfill_month, taken = 0;
  int32_t newest = month_of(posting->now_us + SALE_AHEAD_US);
  if (month == 0)
    return NULL;
  for (int looked = 0; looked < BATCH_MONTHS && month != past && taken < BATCH_SALES; looked++) {
    bool whole;
    const struct status *status =
        backfill_month(posting, partnership, month, BATCH_SALES - taken, &taken, &whole);
    if (status)
      return status;
    if (!whole)
      break;
    month = month_add(month, 1);
  }
  bool over = month >= past || month > newest;
  plan->backfill_month = over ? 0 : month;
  txn_put(posting->txn, &kind_commission_plan, plan);
  txn_record(posting->txn, &(struct record_facts){
                               .type = over ? "commission_plan.accrued" : "commission_plan.accruing",
                               .payload = plan,
                           });
  return NULL;
}
