#include "sell/interval.h"

#include "runtime/base/money.h"

#include <assert.h>
#include <math.h>

#define Z_95 1.959963984540054 /* of the normal distribution, two-sided */

struct limits {
  double rate, lower, upper;
};

/* Wilson's score interval. */
static struct limits limits_of(int64_t won, int64_t closed) {
  assert(closed > 0 && won >= 0 && won <= closed);
  double n = (double)closed, rate = (double)won / n, z2 = Z_95 * Z_95;
  double middle = (rate + z2 / (2 * n)) / (1 + z2 / n);
  double half = Z_95 / (1 + z2 / n) * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n));
  return (struct limits){rate, won ? middle - half : 0, won < closed ? middle + half : 1};
}

struct difference difference_of(const struct stratum_count *strata, size_t count) {
  double joint = 0, estimate = 0, below = 0, above = 0;
  assert(count > 0);
  for (size_t k = 0; k < count; k++)
    joint += (double)strata[k].joint_closed;
  for (size_t k = 0; k < count; k++) {
    struct limits j = limits_of(strata[k].joint_won, strata[k].joint_closed);
    struct limits i = limits_of(strata[k].independent_won, strata[k].independent_closed);
    double weight = (double)strata[k].joint_closed / joint, square = weight * weight;
    estimate += weight * (j.rate - i.rate);
    below += square * ((j.rate - j.lower) * (j.rate - j.lower) + (i.upper - i.rate) * (i.upper - i.rate));
    above += square * ((j.upper - j.rate) * (j.upper - j.rate) + (i.rate - i.lower) * (i.rate - i.lower));
  }
  return (struct difference){
      .estimate_bps = llrint(estimate * BPS_ONE),
      .lower_bps = llrint((estimate - sqrt(below)) * BPS_ONE),
      .upper_bps = llrint((estimate + sqrt(above)) * BPS_ONE),
  };
}

static int64_t quotient_bps(double quotient) {
  double bps = quotient * BPS_ONE;
  return bps < (double)QUOTIENT_MAX_BPS ? llrint(bps) : QUOTIENT_MAX_BPS;
}

struct quotient quotient_of(const struct stratum_sizes *strata, size_t count) {
  double joint = 0, a = 0, b = 0, a_variance = 0, b_variance = 0;
  assert(count > 0);
  for (size_t k = 0; k < count; k++)
    joint += (double)strata[k].joint_count;
  for (size_t k = 0; k < count; k++) {
    const struct stratum_sizes *n = &strata[k];
    double weight = (double)n->joint_count / joint, square = weight * weight;
    assert(n->joint_count > 1 && n->independent_count > 1 && n->joint_mean > 0 && n->independent_mean > 0);
    a += weight * n->joint_mean;
    b += weight * n->independent_mean;
    a_variance += square * n->joint_variance / (double)n->joint_count;
    b_variance += square * n->independent_variance / (double)n->independent_count;
  }
  double half = Z_95 * sqrt(a_variance / (a * a) + b_variance / (b * b));
  return (struct quotient){
      .estimate_bps = quotient_bps(a / b),
      .lower_bps = quotient_bps(a / b * exp(-half)),
      .upper_bps = quotient_bps(a / b * exp(half)),
  };
}
