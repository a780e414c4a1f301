/* What a commission plan pays on a cumulative base. Pure integer arithmetic: minor units and basis points,
 * products through 128 bits, rounded half to even once per total.
 *
 *   total(base)           what the plan pays on a base, after the cap
 *   own(before, after)    what the sale that moves the base earns itself
 *   true-up               what it changes for the base before it (RETROACTIVE, when a tier is reached)
 *
 *   own + true-up = total(after) - total(before)
 *
 * As every line is a difference of totals, the lines of a measurement period add up to the total of its
 * base, in whatever steps it was reached. A plan is what tiers_check() and plan_check_computable() accept. */
#ifndef ENTENTE_INCENTIVIZE_COMMISSION_H
#define ENTENTE_INCENTIVIZE_COMMISSION_H

#include "entente/incentivize/v1/commission_plan.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COMMISSION_TIERS_MAX = 32 };

/* A part of the base that one rate was applied to. */
struct commission_slice {
  size_t tier; /* from 0 */
  int64_t base_minor;
  int32_t rate_bps;
  int64_t amount_minor; /* half to even */
};

/* What moving the base from `before` up to `after` earns. */
struct commission_step {
  int64_t own_minor;      /* the sum of the slices + rounding_minor - capped_minor */
  int64_t true_up_minor;  /* the difference for what was sold before; 0 in MARGINAL mode */
  int64_t rounding_minor; /* one rounding per total against one per slice */
  int64_t capped_minor;   /* what the cap cut off the own amount; never negative */
  size_t slice_count;
  struct commission_slice slices[COMMISSION_TIERS_MAX];
};

/* How far the next tier is. All 0 without one. */
struct commission_cliff {
  bool higher;
  int64_t from_minor;     /* where the next tier starts */
  int32_t rate_bps;       /* its rate */
  int64_t distance_minor; /* how much more base reaches it */
  int64_t gain_minor;     /* total there - total now */
  int64_t step_minor;     /* what the last minor unit before it adds */
};

/* What the plan pays on a base, before and after its cap. 0 on a base below 1. */
int64_t commission_gross(const Incentivize__CommissionPlan *plan, int64_t base_minor);
int64_t commission_total(const Incentivize__CommissionPlan *plan, int64_t base_minor);

/* Index of the tier that holds a base, half-open: a base of exactly `to` lies in the next one. */
size_t commission_tier(const Incentivize__CommissionPlan *plan, int64_t base_minor);

/* 0 <= before <= after <= MONEY_MAX. */
struct commission_step commission_step(const Incentivize__CommissionPlan *plan, int64_t before_minor,
                                       int64_t after_minor);

struct commission_cliff commission_cliff(const Incentivize__CommissionPlan *plan, int64_t base_minor);

#endif
