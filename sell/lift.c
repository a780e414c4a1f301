#include "sell/lift.h"

#include "runtime/base/fold.h"
#include "runtime/base/machine.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/interval.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { DIMENSIONS = 3, QUARTER_MONTHS = 3 };

#define SEGMENT SELL__LIFT_DIMENSION__LIFT_DIMENSION_SEGMENT
#define SOLUTION SELL__LIFT_DIMENSION__LIFT_DIMENSION_SOLUTION
#define SIZE SELL__LIFT_DIMENSION__LIFT_DIMENSION_SIZE

/* What is kept of a closed deal. */
struct deal {
  struct deal *next;
  const char *segment, *segment_words, *solution, *customer, *name;
  int64_t close_us, amount_minor; /* 0: not known */
  int32_t band;
  bool joint, won, named_incumbent, validated, in_scope, in_window;
};

struct lift {
  struct arena *arena;
  const Sell__GetLiftRequest *request;
  struct lift_facts facts;
  struct market_scope *scope;
  struct propositions *propositions;
  struct word_cache *words;
  struct period window;
  int64_t bounds[8];
  size_t bound_count;
  int64_t sample_min;
  struct deal *deals;
  size_t count;
  int64_t unplaced;          /* closed in the window, but not saying what a scope goes by */
  bool used[DIMENSIONS + 1]; /* by dimension */
};

/* A selection of deals, in an order. */
struct selection {
  struct deal **deals;
  size_t count;
};

/* ---- the request ---- */

static void check_bounds(struct lift *lift, struct status **invalid) {
  const Sell__GetLiftRequest *request = lift->request;
  for (size_t i = 1; i < request->n_size_bounds_minor; i++)
    if (request->size_bounds_minor[i] <= request->size_bounds_minor[i - 1])
      invalid_add(lift->arena, invalid, "size_bounds_minor", "VALUE_OUT_OF_RANGE", "must rise");
  lift->bound_count = request->n_size_bounds_minor;
  assert(lift->bound_count <= sizeof lift->bounds / sizeof *lift->bounds);
  for (size_t i = 0; i < lift->bound_count; i++)
    lift->bounds[i] = request->size_bounds_minor[i];
  if (lift->bound_count)
    return;
  static const int64_t whole_units[] = {100000, 500000};
  int decimals = currency_decimals(lift->facts.currency);
  for (; lift->bound_count < sizeof whole_units / sizeof *whole_units; lift->bound_count++) {
    lift->bounds[lift->bound_count] = whole_units[lift->bound_count];
    for (int i = 0; i < decimals; i++)
      lift->bounds[lift->bound_count] *= 10;
  }
}

static void check_dimensions(struct lift *lift, struct status **invalid) {
  const Sell__GetLiftRequest *request = lift->request;
  for (size_t i = 0; i < request->n_dimensions; i++) {
    if (request->dimensions[i] < SEGMENT || request->dimensions[i] > SIZE)
      invalid_add(lift->arena, invalid, "dimensions", "VALUE_OUT_OF_RANGE", "is no dimension");
    else
      lift->used[request->dimensions[i]] = true;
  }
  for (size_t i = 1; !request->n_dimensions && i <= DIMENSIONS; i++)
    lift->used[i] = true;
}

static bool by_agreement(const struct lift *lift) {
  return lift->request->scope == SELL__LIFT_SCOPE_SOURCE__LIFT_SCOPE_SOURCE_AGREEMENT;
}

const struct status *lift_begin(struct arena *arena, const Sell__GetLiftRequest *request,
                                struct lift_facts facts, struct lift **out) {
  struct lift *lift = arena_new(arena, struct lift);
  struct status *invalid = NULL;
  lift->arena = arena;
  lift->request = request;
  lift->facts = facts;
  lift->scope = market_scope_new(arena);
  lift->propositions = propositions_new(arena);
  lift->words = word_cache_new(arena);
  lift->window =
      (struct period){moment_us(request->period->start_time), moment_us(request->period->end_time)};
  if (!moment_check(arena, &invalid, "period.start_time", request->period->start_time) ||
      !moment_check(arena, &invalid, "period.end_time", request->period->end_time))
    return invalid;
  if (!period_is_whole_months(lift->window))
    invalid_add(arena, &invalid, "period", "VALUE_OUT_OF_RANGE",
                "must begin and end with calendar months in UTC, 1 to %d of them", PERIOD_MONTHS_MAX);
  if (by_agreement(lift) && request->n_segments)
    invalid_add(arena, &invalid, "segments", "VALUE_OUT_OF_RANGE",
                "must be empty: the agreement says what is in scope");
  check_bounds(lift, &invalid);
  check_dimensions(lift, &invalid);
  lift->sample_min = request->sample_min ? request->sample_min : LIFT_SAMPLE_MIN;
  *out = lift;
  return invalid;
}

void lift_add_contract(struct lift *lift, const Onboard__Contract *contract) {
  market_scope_add(lift->scope, contract, lift->facts.now_us);
}

void lift_add_proposition(struct lift *lift, const Onboard__JointValueProposition *proposition) {
  propositions_add(lift->propositions, proposition);
}

const struct status *lift_check_scope(const struct lift *lift) {
  if (!by_agreement(lift) || !market_scope_is_empty(lift->scope))
    return NULL;
  const char *partnership = name_partnership(lift->arena, lift->request->name);
  struct status *status =
      status_make(lift->arena, CODE_FAILED_PRECONDITION, REASON_MARKET_SCOPE_ABSENT,
                  "No contract of %s that binds now says for which market it is", partnership);
  status_add_metadata(lift->arena, status, "partnership", partnership);
  return status;
}

/* ---- deals ---- */

static enum scope_place place_of(const struct lift *lift, const Sell__Opportunity *deal) {
  if (by_agreement(lift))
    return market_scope_place(lift->scope, lift->words, deal);
  for (size_t i = 0; i < lift->request->n_segments; i++)
    if (text_equal(lift->request->segments[i], deal->segment))
      return SCOPE_INSIDE;
  return lift->request->n_segments ? SCOPE_OUTSIDE : SCOPE_INSIDE;
}

static int32_t band_of(const struct lift *lift, int64_t amount_minor) {
  if (amount_minor <= 0)
    return 0;
  int32_t band = 1;
  while ((size_t)band <= lift->bound_count && amount_minor >= lift->bounds[band - 1])
    band++;
  return band;
}

void lift_add(struct lift *lift, const Sell__Opportunity *from) {
  bool won = from->state == SELL__OPPORTUNITY__STATE__STATE_WON;
  if (!won && from->state != SELL__OPPORTUNITY__STATE__STATE_LOST)
    return;
  int64_t close_us = timestamp_us(from->close_time, 0);
  bool in_window = close_us >= lift->window.start_us && close_us < lift->window.end_us;
  if (!won && !in_window)
    return;
  struct arena *arena = lift->arena;
  struct deal *deal = arena_new(arena, struct deal);
  const struct worded segment = word_cache_find(lift->words, from->segment);
  const enum scope_place place = place_of(lift, from);
  *deal = (struct deal){
      .next = lift->deals,
      .segment = segment.text,
      .segment_words = segment.words,
      .solution = word_cache_find(lift->words, from->solution).text,
      .customer = text_fold(arena, from->customer ? from->customer->account : ""),
      .name = arena_strdup(arena, from->name),
      .close_us = close_us,
      .amount_minor = from->amount ? from->amount->amount_minor : 0,
      .joint = from->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT,
      .won = won,
      .named_incumbent = !text_empty(from->incumbent_competitor),
      .validated = propositions_have(lift->propositions, lift->words, from),
      .in_scope = place == SCOPE_INSIDE,
      .in_window = in_window,
  };
  deal->band = band_of(lift, deal->amount_minor);
  lift->deals = deal;
  lift->count++;
  lift->unplaced += in_window && place == SCOPE_UNSAID;
}

typedef bool chosen_fn(const struct deal *deal);
typedef int order_fn(const void *a, const void *b);

static bool is_closed(const struct deal *deal) {
  return deal->in_window && deal->in_scope;
}

static bool is_won(const struct deal *deal) {
  return deal->won;
}

static bool is_won_from_named(const struct deal *deal) {
  return deal->won && !text_empty(deal->customer);
}

static bool is_joint_against_incumbent(const struct deal *deal) {
  return is_closed(deal) && deal->joint && deal->named_incumbent;
}

static bool is_validated_against_incumbent(const struct deal *deal) {
  return is_joint_against_incumbent(deal) && deal->validated;
}

static struct selection select_deals(const struct lift *lift, chosen_fn *chosen, order_fn *order) {
  struct selection selection = {arena_calloc(lift->arena, lift->count, sizeof(struct deal *)), 0};
  for (struct deal *deal = lift->deals; deal; deal = deal->next)
    if (chosen(deal))
      selection.deals[selection.count++] = deal;
  if (selection.count)
    qsort(selection.deals, selection.count, sizeof *selection.deals, order);
  return selection;
}

/* Earliest first; what closed at one instant by joint first, then by name, so that the order is one. */
static int deal_compare_time(const struct deal *a, const struct deal *b) {
  if (a->close_us != b->close_us)
    return a->close_us < b->close_us ? -1 : 1;
  if (a->joint != b->joint)
    return a->joint ? -1 : 1;
  return strcmp(a->name, b->name);
}

static int order_time(const void *a, const void *b) {
  return deal_compare_time(*(struct deal *const *)a, *(struct deal *const *)b);
}

static int order_customer(const void *left, const void *right) {
  const struct deal *a = *(struct deal *const *)left, *b = *(struct deal *const *)right;
  int order = strcmp(a->customer, b->customer);
  return order ? order : deal_compare_time(a, b);
}

static int order_segment(const void *left, const void *right) {
  const struct deal *a = *(struct deal *const *)left, *b = *(struct deal *const *)right;
  int order = strcmp(a->segment_words, b->segment_words);
  return order ? order : deal_compare_time(a, b);
}

static int deal_compare_stratum(const struct deal *a, const struct deal *b) {
  int order = strcmp(a->segment_words, b->segment_words);
  if (!order)
    order = strcmp(a->solution, b->solution);
  return order ? order : (a->band > b->band) - (a->band < b->band);
}

static int order_stratum(const void *left, const void *right) {
  const struct deal *a = *(struct deal *const *)left, *b = *(struct deal *const *)right;
  int order = deal_compare_stratum(a, b);
  return order ? order : deal_compare_time(a, b);
}

/* ---- figures ---- */

static Type__Ratio *ratio_of(const struct lift *lift, int64_t numerator, int64_t denominator, bool enough) {
  Type__Ratio *ratio = arena_new(lift->arena, Type__Ratio);
  type__ratio__init(ratio);
  ratio->numerator = numerator;
  ratio->denominator = denominator;
  ratio->basis_points = ratio_bps(numerator, denominator);
  ratio->status = !denominator ? TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA
                  : enough     ? TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
                               : TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE;
  return ratio;
}

static Type__Ratio *rate_of(const struct lift *lift, int64_t won, int64_t closed) {
  return ratio_of(lift, won, closed, closed >= lift->sample_min);
}

static char **evidence_of(const struct lift *lift, struct deal *const *deals, size_t count, size_t *kept) {
  *kept = count < LIFT_EVIDENCE_MAX ? count : LIFT_EVIDENCE_MAX;
  char **names = arena_calloc(lift->arena, *kept, sizeof *names);
  for (size_t i = 0; i < *kept; i++)
    names[i] = (char *)deals[i]->name;
  return names;
}

static void stratum_count(struct stratum_count *into, const struct deal *deal) {
  if (deal->joint) {
    into->joint_closed++;
    into->joint_won += deal->won;
  } else {
    into->independent_closed++;
    into->independent_won += deal->won;
  }
}

static bool lacks(const struct deal *deal, int dimension) {
  return dimension == SEGMENT    ? text_empty(deal->segment)
         : dimension == SOLUTION ? text_empty(deal->solution)
                                 : deal->band == 0;
}

/* Strata by what many deals do not say would compare those that say it with those that do not. */
static void choose_dimensions(struct lift *lift, const struct selection *closed,
                              const struct stratum_count *all, Sell__WinRateLift *out) {
  out->dimensions = arena_calloc(lift->arena, DIMENSIONS, sizeof *out->dimensions);
  out->dropped_dimensions = arena_calloc(lift->arena, DIMENSIONS, sizeof *out->dropped_dimensions);
  for (int d = SEGMENT; d <= SIZE; d++) {
    int64_t joint = 0, independent = 0;
    if (!lift->used[d])
      continue;
    for (size_t i = 0; i < closed->count; i++) {
      joint += lacks(closed->deals[i], d) && closed->deals[i]->joint;
      independent += lacks(closed->deals[i], d) && !closed->deals[i]->joint;
    }
    lift->used[d] = joint * BPS_ONE <= all->joint_closed * LIFT_LACKING_MAX_BPS &&
                    independent * BPS_ONE <= all->independent_closed * LIFT_LACKING_MAX_BPS;
    if (lift->used[d])
      out->dimensions[out->n_dimensions++] = (Sell__LiftDimension)d;
    else
      out->dropped_dimensions[out->n_dropped_dimensions++] = (Sell__LiftDimension)d;
  }
  for (size_t i = 0; i < closed->count; i++) {
    struct deal *deal = closed->deals[i];
    deal->segment = lift->used[SEGMENT] ? deal->segment : "";
    deal->segment_words = lift->used[SEGMENT] ? deal->segment_words : "";
    deal->solution = lift->used[SOLUTION] ? deal->solution : "";
    deal->band = lift->used[SIZE] ? deal->band : 0;
  }
}

struct stratum {
  const struct deal *first;
  struct stratum_count count;
};

static int order_weight(const void *left, const void *right) {
  const struct stratum *a = left, *b = right;
  if (a->count.joint_closed != b->count.joint_closed)
    return a->count.joint_closed > b->count.joint_closed ? -1 : 1;
  return deal_compare_stratum(a->first, b->first);
}

static size_t make_strata(const struct lift *lift, const struct selection *closed, struct stratum **out) {
  size_t count = 0;
  struct stratum *strata = *out = arena_calloc(lift->arena, closed->count, sizeof *strata);
  for (size_t i = 0; i < closed->count; i++) {
    if (!count || deal_compare_stratum(strata[count - 1].first, closed->deals[i]) != 0)
      strata[count++].first = closed->deals[i];
    stratum_count(&strata[count - 1].count, closed->deals[i]);
  }
  if (count)
    qsort(strata, count, sizeof *strata, order_weight);
  return count;
}

static bool takes_part(const struct lift *lift, const struct stratum *stratum) {
  return stratum->count.joint_closed >= lift->sample_min &&
         stratum->count.independent_closed >= lift->sample_min;
}

static void show_strata(const struct lift *lift, const struct stratum *strata, size_t count,
                        int64_t joint_included, Sell__WinRateLift *out) {
  out->stratum_count = (int32_t)count;
  out->n_strata = count < LIFT_STRATA_MAX ? count : LIFT_STRATA_MAX;
  out->strata = arena_calloc(lift->arena, out->n_strata, sizeof *out->strata);
  for (size_t i = 0; i < out->n_strata; i++) {
    const struct stratum_count *n = &strata[i].count;
    Sell__LiftStratum *shown = out->strata[i] = arena_new(lift->arena, Sell__LiftStratum);
    sell__lift_stratum__init(shown);
    shown->segment = (char *)strata[i].first->segment;
    shown->solution = (char *)strata[i].first->solution;
    shown->size_band = strata[i].first->band;
    shown->joint = rate_of(lift, n->joint_won, n->joint_closed);
    shown->independent = rate_of(lift, n->independent_won, n->independent_closed);
    shown->included = takes_part(lift, &strata[i]);
    shown->weight_bps = shown->included ? ratio_bps(n->joint_closed, joint_included) : 0;
  }
}

static Sell__WinRateLift *win_rate_lift(struct lift *lift, struct selection *closed,
                                        const struct stratum_count *all) {
  Sell__WinRateLift *out = arena_new(lift->arena, Sell__WinRateLift);
  struct stratum *strata;
  int64_t joint_included = 0;
  size_t included = 0;
  sell__win_rate_lift__init(out);
  choose_dimensions(lift, closed, all, out);
  if (closed->count)
    qsort(closed->deals, closed->count, sizeof *closed->deals, order_stratum);
  size_t count = make_strata(lift, closed, &strata);
  struct stratum_count *compared = arena_calloc(lift->arena, count, sizeof *compared);
  for (size_t i = 0; i < count; i++) {
    if (!takes_part(lift, &strata[i]))
      continue;
    compared[included++] = strata[i].count;
    joint_included += strata[i].count.joint_closed;
  }
  show_strata(lift, strata, count, joint_included, out);
  out->coverage = ratio_of(lift, joint_included, all->joint_closed, true);
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

/* ---- what deals are worth ---- */

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

static struct sizes sizes_of(const struct lift *lift, const struct selection *closed, bool joint) {
  struct sizes sizes = {arena_calloc(lift->arena, closed->count, sizeof(int64_t)), 0};
  for (size_t i = 0; i < closed->count; i++) {
    const struct deal *deal = closed->deals[i];
    if (deal->won && deal->joint == joint && deal->amount_minor > 0)
      sizes.amounts[sizes.count++] = deal->amount_minor;
  }
  if (sizes.count)
    qsort(sizes.amounts, sizes.count, sizeof *sizes.amounts, order_amount);
  return sizes;
}

static Sell__DealSize *deal_size(const struct lift *lift, const struct selection *closed) {
  Sell__DealSize *out = arena_new(lift->arena, Sell__DealSize);
  sell__deal_size__init(out);
  struct sizes joint = sizes_of(lift, closed, true), own = sizes_of(lift, closed, false);
  bool enough = (int64_t)joint.count >= lift->sample_min && (int64_t)own.count >= lift->sample_min;
  out->joint_count = (int64_t)joint.count;
  out->joint_mean_minor = mean_of(&joint);
  out->joint_median_minor = median_of(&joint);
  out->independent_count = (int64_t)own.count;
  out->independent_mean_minor = mean_of(&own);
  out->independent_median_minor = median_of(&own);
  out->mean_ratio = ratio_of(lift, out->joint_mean_minor, out->independent_mean_minor, enough);
  out->median_ratio = ratio_of(lift, out->joint_median_minor, out->independent_median_minor, enough);
  if (!joint.count)
    out->mean_ratio->status = out->median_ratio->status = TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA;
  return out;
}

/* ---- what like deals are worth ---- */

/* Deals won of one segment and solution, with their amounts. */
struct size_stratum {
  const struct deal *first;
  struct sizes joint, own;
};

static int order_size_weight(const void *left, const void *right) {
  const struct size_stratum *a = left, *b = right;
  if (a->joint.count != b->joint.count)
    return a->joint.count > b->joint.count ? -1 : 1;
  return deal_compare_stratum(a->first, b->first);
}

/* The deals are in the order of strata, in which those of one segment and solution lie together. */
static size_t make_size_strata(const struct lift *lift, const struct selection *closed,
                               struct size_stratum **out) {
  size_t count = 0;
  struct size_stratum *strata = *out = arena_calloc(lift->arena, closed->count, sizeof *strata);
  for (size_t from = 0, to = 0; from < closed->count; from = to) {
    const struct deal *first = closed->deals[from];
    while (to < closed->count && strcmp(closed->deals[to]->segment_words, first->segment_words) == 0 &&
           strcmp(closed->deals[to]->solution, first->solution) == 0)
      to++;
    const struct selection part = {closed->deals + from, to - from};
    strata[count] = (struct size_stratum){first, sizes_of(lift, &part, true), sizes_of(lift, &part, false)};
    count += strata[count].joint.count || strata[count].own.count;
  }
  if (count)
    qsort(strata, count, sizeof *strata, order_size_weight);
  return count;
}

static bool sizes_take_part(const struct lift *lift, const struct size_stratum *stratum) {
  size_t least = lift->sample_min > 2 ? (size_t)lift->sample_min : 2;
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

static void show_size_strata(const struct lift *lift, const struct size_stratum *strata, size_t count,
                             int64_t joint_included, Sell__DealSizeLift *out) {
  out->stratum_count = (int32_t)count;
  out->n_strata = count < LIFT_STRATA_MAX ? count : LIFT_STRATA_MAX;
  out->strata = arena_calloc(lift->arena, out->n_strata, sizeof *out->strata);
  for (size_t i = 0; i < out->n_strata; i++) {
    Sell__DealSizeStratum *shown = out->strata[i] = arena_new(lift->arena, Sell__DealSizeStratum);
    sell__deal_size_stratum__init(shown);
    shown->segment = (char *)strata[i].first->segment;
    shown->solution = (char *)strata[i].first->solution;
    shown->joint_count = (int64_t)strata[i].joint.count;
    shown->joint_mean_minor = mean_of(&strata[i].joint);
    shown->independent_count = (int64_t)strata[i].own.count;
    shown->independent_mean_minor = mean_of(&strata[i].own);
    shown->included = sizes_take_part(lift, &strata[i]);
    shown->weight_bps = shown->included ? ratio_bps(shown->joint_count, joint_included) : 0;
  }
}

/* After win_rate_lift(), whose order and dimensions it goes by. */
static Sell__DealSizeLift *deal_size_lift(const struct lift *lift, const struct selection *closed,
                                          const Sell__DealSize *all) {
  Sell__DealSizeLift *out = arena_new(lift->arena, Sell__DealSizeLift);
  struct size_stratum *strata;
  int64_t joint_included = 0;
  size_t included = 0;
  sell__deal_size_lift__init(out);
  size_t count = make_size_strata(lift, closed, &strata);
  struct stratum_sizes *compared = arena_calloc(lift->arena, count, sizeof *compared);
  for (size_t i = 0; i < count; i++) {
    if (!sizes_take_part(lift, &strata[i]))
      continue;
    compared[included++] = stratum_sizes_of(&strata[i]);
    joint_included += (int64_t)strata[i].joint.count;
  }
  show_size_strata(lift, strata, count, joint_included, out);
  out->coverage = ratio_of(lift, joint_included, all->joint_count, true);
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

/* ---- what is new ---- */

static Type__Ratio *displacement_rate(const struct lift *lift, chosen_fn *chosen, char ***evidence,
                                      size_t *evidence_count) {
  struct selection closed = select_deals(lift, chosen, order_time);
  size_t won = 0;
  for (size_t i = 0; i < closed.count; i++)
    if (closed.deals[i]->won)
      closed.deals[won++] = closed.deals[i];
  *evidence = evidence_of(lift, closed.deals, won, evidence_count);
  return rate_of(lift, (int64_t)won, (int64_t)closed.count);
}

static void displacement(const struct lift *lift, Sell__Lift *out) {
  out->displacement = displacement_rate(lift, is_joint_against_incumbent, &out->displacement_evidence,
                                        &out->n_displacement_evidence);
  Sell__ValidatedDisplacement *cut = out->displacement_validated =
      arena_new(lift->arena, Sell__ValidatedDisplacement);
  sell__validated_displacement__init(cut);
  cut->rate = displacement_rate(lift, is_validated_against_incumbent, &cut->evidence, &cut->n_evidence);
  propositions_show(lift->propositions, cut);
}

/* The same instant of its month LIFT_QUIET_MONTHS earlier; where that month is shorter, the month's end. */
static int64_t quiet_start_us(int64_t time_us) {
  int32_t month = month_of(time_us), back = month_add(month, -LIFT_QUIET_MONTHS);
  int64_t shifted = month_start_us(back) + time_us - month_start_us(month);
  int64_t end_us = month_start_us(month_add(back, 1));
  return shifted < end_us ? shifted : end_us;
}

/* Of one segment's wins, earliest first: the first joint one in scope, when it opened the segment up. */
static const struct deal *opening(struct deal *const *wins, size_t count) {
  size_t at = 0;
  while (at < count && !(wins[at]->joint && wins[at]->in_scope))
    at++;
  if (at == count || !wins[at]->in_window)
    return NULL;
  bool quiet = at == 0 || wins[at - 1]->close_us < quiet_start_us(wins[at]->close_us);
  return quiet ? wins[at] : NULL;
}

static void new_segments(const struct lift *lift, Sell__Lift *out) {
  struct selection wins = select_deals(lift, is_won, order_segment);
  out->new_segments = arena_calloc(lift->arena, LIFT_SEGMENTS_MAX, sizeof *out->new_segments);
  for (size_t from = 0, to = 0; from < wins.count && out->n_new_segments < LIFT_SEGMENTS_MAX; from = to) {
    while (to < wins.count && strcmp(wins.deals[to]->segment_words, wins.deals[from]->segment_words) == 0)
      to++;
    if (text_empty(wins.deals[from]->segment_words))
      continue;
    const struct deal *first = opening(wins.deals + from, to - from);
    if (!first)
      continue;
    Sell__NewSegment *segment = arena_new(lift->arena, Sell__NewSegment);
    sell__new_segment__init(segment);
    segment->segment = (char *)first->segment;
    segment->opportunity = (char *)first->name;
    segment->close_time = timestamp_new(lift->arena, first->close_us);
    out->new_segments[out->n_new_segments++] = segment;
  }
}

/* The first win of each customer, if it lies in the window and in scope. */
static struct selection first_wins(const struct lift *lift) {
  struct selection wins = select_deals(lift, is_won_from_named, order_customer);
  const char *customer = NULL;
  size_t kept = 0;
  for (size_t i = 0; i < wins.count; i++) {
    struct deal *deal = wins.deals[i];
    bool first = !customer || strcmp(deal->customer, customer) != 0;
    customer = deal->customer;
    if (first && is_closed(deal))
      wins.deals[kept++] = deal;
  }
  wins.count = kept;
  return wins;
}

static void new_customers(const struct lift *lift, Sell__Lift *out) {
  struct selection wins = first_wins(lift);
  if (wins.count)
    qsort(wins.deals, wins.count, sizeof *wins.deals, order_time);
  struct period quarter = period_quarter_of(lift->window.start_us);
  struct deal **joints = arena_calloc(lift->arena, wins.count, sizeof *joints);
  out->new_customers =
      arena_calloc(lift->arena, PERIOD_MONTHS_MAX / QUARTER_MONTHS + 2, sizeof *out->new_customers);
  for (size_t at = 0; quarter.start_us < lift->window.end_us; quarter = period_quarter_add(quarter, 1)) {
    Sell__NewCustomers *new_ones = arena_new(lift->arena, Sell__NewCustomers);
    size_t from = at, joint = 0;
    for (; at < wins.count && wins.deals[at]->close_us < quarter.end_us; at++)
      if (wins.deals[at]->joint)
        joints[joint++] = wins.deals[at];
    sell__new_customers__init(new_ones);
    new_ones->start_time = timestamp_new(lift->arena, quarter.start_us);
    new_ones->joint_share = ratio_of(lift, (int64_t)joint, (int64_t)(at - from), true);
    new_ones->evidence = evidence_of(lift, joints, joint, &new_ones->n_evidence);
    out->new_customers[out->n_new_customers++] = new_ones;
  }
}

static Sell__LiftScope *scope_of(const struct lift *lift) {
  Sell__LiftScope *scope = arena_new(lift->arena, Sell__LiftScope);
  sell__lift_scope__init(scope);
  scope->source = lift->request->scope;
  scope->segments = lift->request->segments;
  scope->n_segments = lift->request->n_segments;
  scope->unplaced_count = lift->unplaced;
  if (by_agreement(lift))
    market_scope_show(lift->scope, scope);
  return scope;
}

void lift_finish(struct lift *lift, Sell__Lift *out) {
  struct stratum_count all = {0};
  struct selection closed = select_deals(lift, is_closed, order_time);
  for (size_t i = 0; i < closed.count; i++)
    stratum_count(&all, closed.deals[i]);
  out->period = lift->request->period;
  out->currency_code = (char *)lift->facts.currency;
  out->sample_min = (int32_t)lift->sample_min;
  out->scope = scope_of(lift);
  out->joint_win_rate = rate_of(lift, all.joint_won, all.joint_closed);
  out->independent_win_rate = rate_of(lift, all.independent_won, all.independent_closed);
  out->deal_size = deal_size(lift, &closed);
  displacement(lift, out);
  new_segments(lift, out);
  new_customers(lift, out);
  /* Last: it makes equal what strata are not made by, and puts deals in the order of strata. */
  out->win_rate_lift = win_rate_lift(lift, &closed, &all);
  out->deal_size_lift = deal_size_lift(lift, &closed, out->deal_size);
}
