/* Plans, sales and books as the tests of the rules want them. */
#ifndef ENTENTE_TESTS_INCENTIVIZE_BUILDER_H
#define ENTENTE_TESTS_INCENTIVIZE_BUILDER_H

#include "incentivize/accrual.h"
#include "runtime/base/status.h"

#include <stdint.h>

#define PARTNERSHIP "vendors/halden/partnerships/orvane"
#define PLAN PARTNERSHIP "/commissionPlans/fy26"
#define MARGINAL INCENTIVIZE__COMMISSION_PLAN__MODE__MODE_MARGINAL
#define RETROACTIVE INCENTIVIZE__COMMISSION_PLAN__MODE__MODE_RETROACTIVE

int64_t instant(const char *text); /* RFC 3339 or a date */

/* Complete, in DRAFT, all of 2026, YEAR, tiers [0,100k) 2 %, [100k,250k) 4 %, [250k,inf) 6 %, USD. */
Incentivize__CommissionPlan *plan_build(struct arena *arena, Incentivize__CommissionPlan__Mode mode);
/* Replaces its tiers: `count` rows of from, to (0: open), bps. */
void plan_tiers(struct arena *arena, Incentivize__CommissionPlan *plan, size_t count,
                const int64_t (*rows)[3]);
Type__Period *period_build(struct arena *arena, const char *start, const char *end);

/* One measurement period of a partnership, in memory. */
struct book {
  struct arena *arena;
  Incentivize__CommissionPlan *plan;
  Incentivize__Account *account;
  Incentivize__Accumulator *accumulator;
  Incentivize__Statement *statement;
  size_t sales, lines;
  Incentivize__Sale *sale[512];
  Incentivize__Earning *line[2048];
};
void book_open(struct book *book, struct arena *arena, Incentivize__CommissionPlan *plan);
Incentivize__Sale *book_win(struct book *book, int64_t amount_minor);
void book_reverse(struct book *book, Incentivize__Sale *sale);
/* Sum of all lines; of the lines of one opportunity but TRUE_UP. */
int64_t book_sum(const struct book *book);
int64_t book_own(const struct book *book, const Incentivize__Sale *sale);

/* Numbers that are the same in every run. */
uint64_t draw(uint64_t *state, uint64_t below);

/* Asserts. NULL: success. */
void assert_reason(const struct status *status, const char *reason);

#endif
