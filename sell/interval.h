/* The difference of two win rates over strata of like deals, with its confidence interval. Pure.
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

#endif
