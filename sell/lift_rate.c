#include "sell/lift_rate.h"

#include "runtime/base/money.h"
#include "sell/interval.h"
#include "sell/lift.h"

#include <stdlib.h>

struct stratum {
  const struct placed *first;
  struct stratum_count count;
};

static void count_deal(struct stratum_count *into, const struct deal *deal) {
  if (deal->joint) {
    into->joint_closed++;
    into->joint_won += deal->won;
  } else {
    into->independent_closed++;
    into->independent_won += deal->won;
  }
}

static int order_weight(const void *left, const void *right) {
  const struct stratum *a = left, *b = right;
  if (a->count.joint_closed != b->count.joint_closed)
    return a->count.joint_closed > b->count.joint_closed ? -1 : 1;
  return placed_compare(a->first, b->first);
}

static size_t group(const struct deals *deals, const struct strata *strata, struct stratum **out) {
  size_t count = 0, most = strata_runs(strata, placed_compare);
  struct stratum *groups = *out = arena_calloc(deals->arena, most, sizeof *groups);
  for (size_t from = 0, end; from < strata->count; from = end, count++) {
    end = strata_run_end(strata, from, placed_compare);
    groups[count].first = &strata->placed[from];
    for (size_t i = from; i < end; i++)
      count_deal(&groups[count].count, strata->placed[i].deal);
  }
  if (count)
    qsort(groups, count, sizeof *groups, order_weight);
  return count;
}

static bool takes_part(const struct deals *deals, const struct stratum *stratum) {
  return stratum->count.joint_closed >= deals->sample_min &&
         stratum->count.independent_closed >= deals->sample_min;
}

static void show_strata(const struct deals *deals, const struct stratum *groups, size_t count,
                        int64_t joint_included, Sell__WinRateLift *out) {
  out->stratum_count = (int32_t)count;
  out->n_strata = count < LIFT_STRATA_MAX ? count : LIFT_STRATA_MAX;
  out->strata = arena_calloc(deals->arena, out->n_strata, sizeof *out->strata);
  for (size_t i = 0; i < out->n_strata; i++) {
    const struct stratum_count *n = &groups[i].count;
    Sell__LiftStratum *shown = out->strata[i] = arena_new(deals->arena, Sell__LiftStratum);
    sell__lift_stratum__init(shown);
    shown->segment = (char *)groups[i].first->segment;
    shown->solution = (char *)groups[i].first->solution;
    shown->size_band = groups[i].first->band;
    shown->joint = deals_rate(deals, n->joint_won, n->joint_closed);
    shown->independent = deals_rate(deals, n->independent_won, n->independent_closed);
    shown->included = takes_part(deals, &groups[i]);
    shown->weight_bps = shown->included ? ratio_bps(n->joint_closed, joint_included) : 0;
  }
}

static Sell__WinRateLift *win_rate_lift(const struct deals *deals, struct strata *strata,
                                        const struct stratum_count *all) {
  Sell__WinRateLift *out = arena_new(deals->arena, Sell__WinRateLift);
  struct stratum *groups;
  int64_t joint_included = 0;
  size_t included = 0;
  sell__win_rate_lift__init(out);
  out->dimensions = strata->used;
  out->n_dimensions = strata->n_used;
  out->dropped_dimensions = strata->dropped;
  out->n_dropped_dimensions = strata->n_dropped;
  size_t count = group(deals, strata, &groups);
  struct stratum_count *compared = arena_calloc(deals->arena, count, sizeof *compared);
  for (size_t i = 0; i < count; i++) {
    if (!takes_part(deals, &groups[i]))
      continue;
    compared[included++] = groups[i].count;
    joint_included += groups[i].count.joint_closed;
  }
  show_strata(deals, groups, count, joint_included, out);
  out->coverage = deals_ratio(deals, joint_included, all->joint_closed, true);
  out->status = included ? TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
                : all->joint_closed == 0 || all->independent_closed == 0
                    ? TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA
                    : TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE;
  if (included) {
    const struct difference difference = difference_of(compared, included);
    out->difference_bps = difference.estimate_bps;
    out->lower_bps = difference.lower_bps;
    out->upper_bps = difference.upper_bps;
  }
  return out;
}

void lift_rate_show(const struct deals *deals, struct strata *strata, Sell__Lift *out) {
  struct stratum_count all = {0};
  for (size_t i = 0; i < strata->count; i++)
    count_deal(&all, strata->placed[i].deal);
  out->joint_win_rate = deals_rate(deals, all.joint_won, all.joint_closed);
  out->independent_win_rate = deals_rate(deals, all.independent_won, all.independent_closed);
  out->win_rate_lift = win_rate_lift(deals, strata, &all);
}
