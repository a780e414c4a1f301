/* Closed deals put beside their like: by segment, solution and band of sizes, in an order in which like deals
 * lie together. Pure; lives in the arena of the deals, which it leaves as they are. */
#ifndef ENTENTE_SELL_LIFT_STRATA_H
#define ENTENTE_SELL_LIFT_STRATA_H

#include "sell/lift_deal.h"

enum { LIFT_DIMENSIONS = 3 };

/* A deal with what it is compared by: empty, or 0, in a dimension that is not used. */
struct placed {
  const struct deal *deal;
  const char *segment, *segment_words, *solution;
  int32_t band;
};

struct strata {
  struct placed *placed; /* by segment, solution, band, then by time */
  size_t count;
  Sell__LiftDimension used[LIFT_DIMENSIONS], dropped[LIFT_DIMENSIONS];
  size_t n_used, n_dropped;
};

/* `wanted` says by dimension whether it was asked for. One that more than LIFT_LACKING_MAX_BPS of either
 * side's closed deals do not say is dropped: strata by it would compare those that say it with those that do
 * not. */
struct strata strata_make(const struct deals *deals, const bool wanted[LIFT_DIMENSIONS + 1]);

/* By segment and solution, then also by band. 0: one stratum. */
int placed_compare_pair(const struct placed *a, const struct placed *b);
int placed_compare(const struct placed *a, const struct placed *b);

/* Runs of deals that are equal by one of these orders: where the one ends that begins at `from`, and how many
 * there are. */
typedef int placed_order_fn(const struct placed *a, const struct placed *b);
size_t strata_run_end(const struct strata *strata, size_t from, placed_order_fn *order);
size_t strata_runs(const struct strata *strata, placed_order_fn *order);

#endif
