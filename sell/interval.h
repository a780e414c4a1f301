/* The difference of two win rates, and the quotient of two mean amounts, over strata of like deals, each with
 * its confidence interval. Pure.
 *
 * The difference is sum(w_k * (pJ_k - pI_k)), w_k being the stratum's share of the joint deals (domain F63).
 * Its interval is MOVER's: each rate has Wilson's score interval (l, u), and
 *
 *   lower = d - sqrt(sum w_k^2 * ((pJ_k - lJ_k)^2 + (uI_k - pI_k)^2))
 *   upper = d + sqrt(sum w_k^2 * ((uJ_k - pJ_k)^2 + (pI_k - lI_k)^2))
 *
 * (Zou, Huang, Zhang: A note on confidence interval estimation for a linear function of binomial proportions,
 * Computational Statistics & Data Analysis 53 (2009) 1080-1085.) With one stratum it is method 10 of
 * Newcombe, Statistics in Medicine 17 (1998) 873-890. Unlike the normal approximation it holds for few deals
 * and for rates of 0 and 1: there it does not shrink to a point.
 *
 * The quotient is R = A / B with A = sum(w_k * mJ_k), B = sum(w_k * mI_k), w_k being the stratum's share of
 * the joint deals and m its means. Its interval is symmetric about the logarithm, by the delta method:
 *
 *   exp(ln R -+ z * sqrt(vA / A^2 + vB / B^2)),   vA = sum(w_k^2 * s^2J_k / nJ_k), vB likewise
 *
 * (Friedrich, Adhikari, Beyene: The ratio of means method as an alternative to mean differences for analyzing
 * continuous outcome variables in meta-analysis, BMC Medical Research Methodology 8 (2008) 32; there for one
 * stratum.) Amounts are skewed and a quotient of them more so: limits about the logarithm stay above 0.
 *
 * Floating point, as statistics are: nobody is paid by them. Rounded to basis points once, half to even. */
#ifndef ENTENTE_SELL_INTERVAL_H
#define ENTENTE_SELL_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

/* Deals of one stratum; both closed counts are more than 0. */
struct stratum_count {
  int64_t joint_won, joint_closed;
  int64_t independent_won, independent_closed;
};

struct difference {
  int64_t estimate_bps, lower_bps, upper_bps; /* 95 % */
};

/* `count` is more than 0. */
struct difference difference_of(const struct stratum_count *strata, size_t count);

/* Amounts of one stratum. */
struct stratum_sizes {
  int64_t joint_count, independent_count;      /* 2 or more */
  double joint_mean, independent_mean;         /* more than 0 */
  double joint_variance, independent_variance; /* of the sample: divided by the count less 1 */
};

struct quotient {
  int64_t estimate_bps, lower_bps, upper_bps; /* 95 %; at most QUOTIENT_MAX_BPS */
};
#define QUOTIENT_MAX_BPS INT64_C(1000000000000000)

/* `count` is more than 0. */
struct quotient quotient_of(const struct stratum_sizes *strata, size_t count);

#endif
