/* Opportunities and rows as the tests of the rules want them. */
#ifndef ENTENTE_TESTS_SELL_BUILDER_H
#define ENTENTE_TESTS_SELL_BUILDER_H

#include "sell/row.h"

#define NAME "vendors/halden/partnerships/orvane/opportunities/triage"
#define NOW_US INT64_C(1782900000000000) /* 2026-07-01T10:00:00Z */
#define DAY_US INT64_C(86400000000)

/* An occasion of the vendor, now, in a running partnership that counts in USD; with an arena. */
struct occasion occasion_build(void);
void occasion_release(struct occasion *occasion);

/* Complete and open since 100 days, in this stage (qualified after 10 days if it has come so far). */
Sell__Opportunity *opportunity_build(const struct occasion *occasion, Sell__Opportunity__Stage stage);
/* The same closed 10 days ago, or reversed since, or open when `state` is OPEN. */
Sell__Opportunity *opportunity_build_in(const struct occasion *occasion, Sell__Opportunity__State state);
Type__Money *money_build(const struct occasion *occasion, const char *currency, int64_t amount);
Google__Protobuf__Timestamp *time_build(const struct occasion *occasion, int64_t days_ago);
/* A row that is won. */
Sell__OpportunityRow *row_build(const struct occasion *occasion);

/* Asserts. A NULL reason is success; `detail` (may be NULL) is in a violation's field or a guard's text. */
void assert_reason(const struct status *status, const char *reason, const char *detail);

#endif
