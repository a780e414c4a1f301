#include "sell/lift_size.h"

#include "runtime/base/money.h"
#include "sell/interval.h"
#include "sell/lift.h"

#include <stdlib.h>

/* Amounts, rising. */
struct sizes {
  int64_t *amounts;
  size_t count;
};

static int order_amount(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

/* Half to even; the sum of many amounts may exceed 64 bits. */
static int64_t mean_of(const struct sizes *sizes) {
  __int128 sum = 0, count = (__int128)sizes->count;
  for (size_t i = 0; i < sizes->count; i++)
    sum += sizes->amounts[i];
  if (!count)
    return 0;
  int64_t whole = (int64_t)(sum / count);
  __int128 twice = sum % count * 2;
  return whole + (twice > count || (twice == count && whole % 2));
}

static int64_t median_of(const struct sizes *sizes) {
  if (!sizes->count)
    return 0;
  size_t middle = sizes->count / 2;
  if (sizes->count % 2)
    return sizes->amounts[middle];
  const struct sizes two = {sizes->amounts + middle - 1, 2};
  return mean_of(&two);
}

static struct sizes sizes_of(const struct deals *deals, const struct placed *placed, size_t count,
                             bool joint) {
  struct sizes sizes = {arena_calloc(deals->arena, count, sizeof(int64_t)), 0};
  for (size_t i = 0; i < count; i++) {
    const struct deal *deal = placed[i].deal;
    if (deal->won && deal->joint == joint && deal->amount_minor > 0)
      sizes.amounts[sizes.count++] = deal->amount_minor;
  }
  if (sizes.count)
    qsort(sizes.amounts, sizes.count, sizeof *sizes.amounts, order_amount);
  return sizes;
}

static Sell__DealSize *deal_size(const struct deals *deals, const struct strata *strata) {
  Sell__DealSize *out = arena_new(deals->arena, Sell__DealSize);
  sell__deal_size__init(out);
  struct sizes joint = sizes_of(deals, strata->placed, strata->count, true),
               own = sizes_of(deals, strata->placed, strata->count, false);
  bool enough = (int64_t)joint.count >= deals->sample_min && (int64_t)own.count >= deals->sample_min;
  out->joint_count = (int64_t)joint.count;
  out->joint_mean_minor = mean_of(&joint);
  out->joint_median_minor = median_of(&joint);
  out->independent_count = (int64_t)own.count;
  out->independent_mean_minor = mean_of(&own);
  out->independent_median_minor = median_of(&own);
  out->mean_ratio = deals_ratio(deals, out->joint_mean_minor, out->independent_mean_minor, enough);
  out->median_ratio = deals_ratio(deals, out->joint_median_minor, out->independent_median_minor, enough);
  if (!joint.count)
    out->mean_ratio->status = out->median_ratio->status = TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA;
  return out;
}

/* ---- like with like ---- */

/* Deals won of one segment and solution, with their amounts. */
struct size_stratum {
  const struct placed *first;
  struct sizes joint, own;
};

static int order_weight(const void *left, const void *right) {
  const struct size_stratum *a = left, *b = right;
  if (a->joint.count != b->joint.count)
    return a->joint.count > b->joint.count ? -1 : 1;
  return placed_compare(a->first, b->first);
}

static size_t group(const struct deals *deals, const struct strata *strata, struct size_stratum **out) {
  size_t count = 0, most = strata_runs(strata, placed_compare_pair);
  struct size_stratum *groups = *out = arena_calloc(deals->arena, most, sizeof *groups);
  for (size_t from = 0, end; from < strata->count; from = end) {
    const struct placed *first = &strata->placed[from];
    end = strata_run_end(strata, from, placed_compare_pair);
    groups[count] = (struct size_stratum){first, sizes_of(deals, first, end - from, true),
                                          sizes_of(deals, first, end - from, false)};
    count += groups[count].joint.count || groups[count].own.count;
  }
  if (count)
    qsort(groups, count, sizeof *groups, order_weight);
  return count;
}

static bool takes_part(const struct deals *deals, const struct size_stratum *stratum) {
  size_t least = deals->sample_min > 2 ? (size_t)deals->sample_min : 2;
  return stratum->joint.count >= least && stratum->own.count >= least;
}

static double mean_exact(const struct sizes *sizes) {
  double sum = 0;
  for (size_t i = 0; i < sizes->count; i++)
    sum += (double)sizes->amounts[i];
  return sum / (double)sizes->count;
}

static double variance_of(const struct sizes *sizes, double mean) {
  double sum = 0;
  for (size_t i = 0; i < sizes->count; i++)
    sum += ((double)sizes->amounts[i] - mean) * ((double)sizes->amounts[i] - mean);
  return sum / (double)(sizes->count - 1);
}

static struct stratum_sizes stratum_sizes_of(const struct size_stratum *stratum) {
  struct stratum_sizes sizes = {.joint_count = (int64_t)stratum->joint.count,
                                .independent_count = (int64_t)stratum->own.count,
                                .joint_mean = mean_exact(&stratum->joint),
                                .independent_mean = mean_exact(&stratum->own)};
  sizes.joint_variance = variance_of(&stratum->joint, sizes.joint_mean);
  sizes.independent_variance = variance_of(&stratum->own, sizes.independent_mean);
  return sizes;
}

static void show_strata(const struct deals *deals, const struct size_stratum *groups, size_t count,
                        int64_t joint_included, Sell__DealSizeLift *out) {
  out->stratum_count = (int32_t)count;
  out->n_strata = count < LIFT_STRATA_MAX ? count : LIFT_STRATA_MAX;
  out->strata = arena_calloc(deals->arena, out->n_strata, sizeof *out->strata);
  for (size_t i = 0; i < out->n_strata; i++) {
    Sell__DealSizeStratum *shown = out->strata[i] = arena_new(deals->arena, Sell__DealSizeStratum);
    sell__deal_size_stratum__init(shown);
    shown->segment = (char *)groups[i].first->segment;
    shown->solution = (char *)groups[i].first->solution;
    shown->joint_count = (int64_t)groups[i].joint.count;
    shown->joint_mean_minor = mean_of(&groups[i].joint);
    shown->independent_count = (int64_t)groups[i].own.count;
    shown->independent_mean_minor = mean_of(&groups[i].own);
    shown->included = takes_part(deals, &groups[i]);
    shown->weight_bps = shown->included ? ratio_bps(shown->joint_count, joint_included) : 0;
  }
}

static Sell__DealSizeLift *deal_size_lift(const struct deals *deals, const struct strata *strata,
                                          const Sell__DealSize *all) {
  Sell__DealSizeLift *out = arena_new(deals->arena, Sell__DealSizeLift);
  struct size_stratum *groups;
  int64_t joint_included = 0;
  size_t included = 0;
  sell__deal_size_lift__init(out);
  size_t count = group(deals, strata, &groups);
  struct stratum_sizes *compared = arena_calloc(deals->arena, count, sizeof *compared);
  for (size_t i = 0; i < count; i++) {
    if (!takes_part(deals, &groups[i]))
      continue;
    compared[included++] = stratum_sizes_of(&groups[i]);
    joint_included += (int64_t)groups[i].joint.count;
  }
  show_strata(deals, groups, count, joint_included, out);
  out->coverage = deals_ratio(deals, joint_included, all->joint_count, true);
  out->status = included ? TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
                : !all->joint_count || !all->independent_count
                    ? TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA
                    : TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE;
  if (included) {
    const struct quotient quotient = quotient_of(compared, included);
    out->ratio_bps = quotient.estimate_bps;
    out->lower_bps = quotient.lower_bps;
    out->upper_bps = quotient.upper_bps;
  }
  return out;
}

void lift_size_show(const struct deals *deals, const struct strata *strata, Sell__Lift *out) {
  out->deal_size = deal_size(deals, strata);
  out->deal_size_lift = deal_size_lift(deals, strata, out->deal_size);
}
