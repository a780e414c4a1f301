/* Rules of accrual: the lines that a win or a reversal causes. Pure: works on the account, accumulator,
 * statement and sale that it is given, all of one partnership.
 *
 *   win       ACCRUAL  +own of the sale                        reversal  REVERSAL  -own of the sale
 *             TRUE_UP  +what others now earn more, if any                TRUE_UP   what others now earn less
 * or more
 *
 * After each, the lines of the measurement period add up to commission_total() of the base that is left:
 * a reversal takes the sale out of the base, gives back exactly its own line, and settles the rest by a
 * line of its own. So ACCRUAL and REVERSAL of one opportunity add up to 0 in every mode and order. */
#ifndef ENTENTE_INCENTIVIZE_ACCRUAL_H
#define ENTENTE_INCENTIVIZE_ACCRUAL_H

#include "runtime/base/period.h"
#include "runtime/base/status.h"

#include "entente/incentivize/v1/account.pb-c.h"
#include "entente/incentivize/v1/commission_plan.pb-c.h"
#include "entente/incentivize/v1/earning.pb-c.h"
#include "entente/incentivize/v1/sale.pb-c.h"
#include "entente/incentivize/v1/statement.pb-c.h"

/* What a line is about. */
struct accrual {
  struct arena *arena;
  const Incentivize__CommissionPlan *plan;
  Incentivize__Account *account;
  Incentivize__Accumulator *accumulator;
  Incentivize__Statement *statement; /* open; NULL in a simulation */
  Incentivize__Sale *sale;
  int64_t occur_us; /* close of the win, time of the reversal */
  int64_t now_us;
  const char *evidence; /* ledger entry that caused it */
};

enum { ACCRUAL_LINES_MAX = 2 };
struct accrual_lines {
  size_t count;
  Incentivize__Earning *lines[ACCRUAL_LINES_MAX];
};

/* The accumulator of a plan for the measurement period of a close time. */
struct period accrual_measurement(const Incentivize__CommissionPlan *plan, int64_t close_us);
char *accumulator_name(struct arena *arena, const char *plan, struct period measurement);
Incentivize__Accumulator *accumulator_new(struct arena *arena, const char *plan, struct period measurement);

/* Why a sale cannot accrue under a plan, for a person; NULL when it can. */
const char *accrual_hindrance(const struct accrual *accrual);

/* The sale must be UNPLANNED without hindrance; becomes ACCRUED. */
struct accrual_lines accrual_win(const struct accrual *accrual);
/* The sale must be ACCRUED, under this plan and accumulator; becomes REVERSED. */
struct accrual_lines accrual_reverse(const struct accrual *accrual);

#endif
