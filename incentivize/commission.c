#include "incentivize/commission.h"

#include "runtime/base/money.h"

#include <assert.h>

/* A sum of amounts times basis points does not fit 64 bits. */
typedef __int128 wide;

static bool marginal(const Incentivize__CommissionPlan *plan) {
  return plan->mode == INCENTIVIZE__COMMISSION_PLAN__MODE__MODE_MARGINAL;
}

static int64_t wide_to_minor(wide scaled) {
  wide quotient = scaled / BPS_ONE, rest = scaled % BPS_ONE;
  assert(scaled >= 0);
  if (2 * rest > BPS_ONE || (2 * rest == BPS_ONE && quotient % 2))
    quotient++;
  return (int64_t)quotient;
}

/* How much of [from, to) of the base lies in a tier. */
static int64_t tier_overlap(const Incentivize__Tier *tier, int64_t from_minor, int64_t to_minor) {
  int64_t low = from_minor > tier->from_minor ? from_minor : tier->from_minor;
  int64_t high = tier->to_minor && tier->to_minor < to_minor ? tier->to_minor : to_minor;
  return high > low ? high - low : 0;
}

static int64_t marginal_gross(const Incentivize__CommissionPlan *plan, int64_t base_minor) {
  wide scaled = 0;
  for (size_t i = 0; i < plan->n_tiers; i++)
    scaled += (wide)tier_overlap(plan->tiers[i], 0, base_minor) * plan->tiers[i]->rate_bps;
  return wide_to_minor(scaled);
}

static int64_t capped(const Incentivize__CommissionPlan *plan, int64_t gross_minor) {
  return plan->cap_minor && gross_minor > plan->cap_minor ? plan->cap_minor : gross_minor;
}

size_t commission_tier(const Incentivize__CommissionPlan *plan, int64_t base_minor) {
  size_t reached = 0;
  for (size_t i = 1; i < plan->n_tiers; i++)
    if (plan->tiers[i]->from_minor <= base_minor)
      reached = i;
  return reached;
}

static int32_t rate_at(const Incentivize__CommissionPlan *plan, int64_t base_minor) {
  return plan->tiers[commission_tier(plan, base_minor)]->rate_bps;
}

int64_t commission_gross(const Incentivize__CommissionPlan *plan, int64_t base_minor) {
  if (base_minor <= 0)
    return 0;
  if (marginal(plan))
    return marginal_gross(plan, base_minor);
  return money_bps(base_minor, rate_at(plan, base_minor));
}

int64_t commission_total(const Incentivize__CommissionPlan *plan, int64_t base_minor) {
  return capped(plan, commission_gross(plan, base_minor));
}

static void slice_add(struct commission_step *step, size_t tier, int64_t base_minor, int32_t rate_bps) {
  if (base_minor == 0)
    return;
  step->slices[step->slice_count++] = (struct commission_slice){
      .tier = tier,
      .base_minor = base_minor,
      .rate_bps = rate_bps,
      .amount_minor = money_bps(base_minor, rate_bps),
  };
}

static void step_settle(struct commission_step *step, int64_t gross_minor) {
  step->capped_minor = gross_minor - step->own_minor;
  step->rounding_minor = gross_minor;
  for (size_t i = 0; i < step->slice_count; i++)
    step->rounding_minor -= step->slices[i].amount_minor;
}

static struct commission_step marginal_step(const Incentivize__CommissionPlan *plan, int64_t before_minor,
                                            int64_t after_minor) {
  struct commission_step step = {.own_minor = commission_total(plan, after_minor) -
                                              commission_total(plan, before_minor)};
  for (size_t i = 0; i < plan->n_tiers; i++)
    slice_add(&step, i, tier_overlap(plan->tiers[i], before_minor, after_minor), plan->tiers[i]->rate_bps);
  step_settle(&step, marginal_gross(plan, after_minor) - marginal_gross(plan, before_minor));
  return step;
}

/* The sale earns the rate that it reaches; what was sold before is lifted to that rate apart. */
static struct commission_step retroactive_step(const Incentivize__CommissionPlan *plan, int64_t before_minor,
                                               int64_t after_minor) {
  size_t tier = commission_tier(plan, after_minor);
  int32_t rate = plan->tiers[tier]->rate_bps;
  int64_t flat_before = money_bps(before_minor, rate), flat_after = money_bps(after_minor, rate);
  struct commission_step step = {
      .own_minor = capped(plan, flat_after) - capped(plan, flat_before),
      .true_up_minor = capped(plan, flat_before) - commission_total(plan, before_minor),
  };
  slice_add(&step, tier, after_minor - before_minor, rate);
  step_settle(&step, flat_after - flat_before);
  return step;
}

struct commission_step commission_step(const Incentivize__CommissionPlan *plan, int64_t before_minor,
                                       int64_t after_minor) {
  assert(0 <= before_minor && before_minor <= after_minor);
  assert(plan->n_tiers >= 1 && plan->n_tiers <= COMMISSION_TIERS_MAX);
  if (marginal(plan))
    return marginal_step(plan, before_minor, after_minor);
  return retroactive_step(plan, before_minor, after_minor);
}

struct commission_cliff commission_cliff(const Incentivize__CommissionPlan *plan, int64_t base_minor) {
  size_t next = commission_tier(plan, base_minor) + 1;
  if (next >= plan->n_tiers)
    return (struct commission_cliff){0};
  int64_t from = plan->tiers[next]->from_minor, there = commission_total(plan, from);
  return (struct commission_cliff){
      .higher = true,
      .from_minor = from,
      .rate_bps = plan->tiers[next]->rate_bps,
      .distance_minor = from - base_minor,
      .gain_minor = there - commission_total(plan, base_minor),
      .step_minor = there - commission_total(plan, from - 1),
  };
}
