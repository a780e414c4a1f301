/* Rules of a partnership's earnings account: which plan covers which time, and until when all is closed.
 * Pure. Every line, activation and close writes the account, so that they follow one after the other. */
#ifndef ENTENTE_INCENTIVIZE_ACCOUNT_H
#define ENTENTE_INCENTIVIZE_ACCOUNT_H

#include "runtime/base/period.h"
#include "runtime/base/status.h"

#include "entente/incentivize/v1/account.pb-c.h"

enum { ACCOUNT_SPANS_MAX = 256 };

char *account_name(struct arena *arena, const char *partnership);
Incentivize__Account *account_new(struct arena *arena, const char *partnership);

/* The span that covers an instant, as it was at `as_of_us` (INT64_MAX: as it is); NULL when none does. */
const Incentivize__PlanSpan *account_cover(const Incentivize__Account *account, int64_t time_us,
                                           int64_t as_of_us);

/* The plan that was activated or cut last at `as_of_us` or before, and when; NULL when none was. */
const char *account_last_change(const Incentivize__Account *account, int64_t as_of_us, int64_t *change_us);

/* The name of a plan that covers some of a period; NULL when none does. */
const char *account_overlap(const Incentivize__Account *account, struct period period);

/* Adds a span. FAILED_PRECONDITION: PLAN_OVERLAP, TOO_MANY_PLANS. */
const struct status *account_add_span(struct arena *arena, Incentivize__Account *account, const char *plan,
                                      struct period period, int64_t now_us);
/* Shortens the span of a plan, which must be there. */
void account_cut_span(struct arena *arena, Incentivize__Account *account, const char *plan, int64_t end_us,
                      int64_t now_us);

/* The instant that decides a line's statement: when it happened, but not before what is closed. */
int64_t account_statement_us(const Incentivize__Account *account, int64_t occur_us);

#endif
