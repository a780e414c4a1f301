/* What an opportunity counts for, and what a change of one adds to the counters. Pure.
 *
 * An opportunity contributes to a set of counters as a function of what it is, so a change adds
 * what it contributes after, less what it contributed before. A reversal therefore takes away
 * exactly what was added, in the month where it was added. */
#ifndef ENTENTE_SELL_TALLY_H
#define ENTENTE_SELL_TALLY_H

#include "runtime/base/arena.h"
#include "runtime/base/period.h"

#include "entente/sell/v1/opportunity.pb-c.h"

/* The pipeline's counters are levels, which have no month: all their deltas are in one, January 2020, so
 * that their sum is one month's figure however old the opportunities are. Not the first month of the
 * calendar, as a ledger is verified over the months that it spans, 20 years at most. */
#define TALLY_LEVEL_US INT64_C(1577836800000000)
struct period tally_level_period(void);

struct tally {
  const char *counter; /* a row of sell_counters; a name for money gets the currency appended */
  bool money;
  Type__Party party; /* unspecified: the partnership's */
  int64_t when_us;   /* decides the month */
  int64_t amount;
};
enum { TALLIES_MAX = 28 };

/* Writes what a change adds; returns how many. `before` NULL: it is new; `after` NULL: it counts for nothing
 * any more. Nothing that is 0. */
size_t tally_change(const Sell__Opportunity *before, const Sell__Opportunity *after,
                    struct tally out[TALLIES_MAX]);

/* Names of the levels: `pipeline.<column>.<engagement>` in counts and `pipeline_amount...` in money. */
enum tally_column {
  COLUMN_PROSPECT,
  COLUMN_QUALIFIED,
  COLUMN_TECHNICAL_VALIDATION,
  COLUMN_BUSINESS_VALIDATION,
  COLUMN_COMMITTED,
  COLUMN_WON,
  COLUMN_LOST,
  COLUMN_REVERSED,
};
enum { COLUMN_COUNT = 8, COLUMN_STAGES = 5 };
struct tally_level {
  const char *count, *amount;
};
/* `own`: of a party's independent ones rather than of joint ones. */
const struct tally_level *tally_level(enum tally_column column, bool own);

#endif
