#include "sell/lift_strata.h"

#include "runtime/base/money.h"
#include "runtime/base/text.h"
#include "sell/lift.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENT SELL__LIFT_DIMENSION__LIFT_DIMENSION_SEGMENT
#define SOLUTION SELL__LIFT_DIMENSION__LIFT_DIMENSION_SOLUTION
#define SIZE SELL__LIFT_DIMENSION__LIFT_DIMENSION_SIZE

static bool lacks(const struct deal *deal, int dimension) {
  return dimension == SEGMENT    ? text_empty(deal->segment)
         : dimension == SOLUTION ? text_empty(deal->solution)
                                 : deal->band == 0;
}

static bool is_said(const struct selection *closed, int dimension) {
  int64_t all[2] = {0}, lacking[2] = {0};
  for (size_t i = 0; i < closed->count; i++) {
    const struct deal *deal = closed->deals[i];
    all[deal->joint]++;
    lacking[deal->joint] += lacks(deal, dimension);
  }
  return lacking[0] * BPS_ONE <= all[0] * LIFT_LACKING_MAX_BPS &&
         lacking[1] * BPS_ONE <= all[1] * LIFT_LACKING_MAX_BPS;
}

int placed_compare_pair(const struct placed *a, const struct placed *b) {
  int order = strcmp(a->segment_words, b->segment_words);
  return order ? order : strcmp(a->solution, b->solution);
}

int placed_compare(const struct placed *a, const struct placed *b) {
  int order = placed_compare_pair(a, b);
  return order ? order : (a->band > b->band) - (a->band < b->band);
}

static int order_placed(const void *left, const void *right) {
  const struct placed *a = left, *b = right;
  int order = placed_compare(a, b);
  return order ? order : deal_compare_time(a->deal, b->deal);
}

struct strata strata_make(const struct deals *deals, const bool wanted[LIFT_DIMENSIONS + 1]) {
  const struct selection closed = deals_select(deals, deal_is_closed, deal_order_time);
  struct strata strata = {arena_calloc(deals->arena, closed.count, sizeof(struct placed)), closed.count};
  bool by[LIFT_DIMENSIONS + 1] = {false};
  for (int d = SEGMENT; d <= SIZE; d++) {
    by[d] = wanted[d] && is_said(&closed, d);
    if (by[d])
      strata.used[strata.n_used++] = (Sell__LiftDimension)d;
    else if (wanted[d])
      strata.dropped[strata.n_dropped++] = (Sell__LiftDimension)d;
  }
  for (size_t i = 0; i < closed.count; i++) {
    const struct deal *deal = closed.deals[i];
    strata.placed[i] = (struct placed){
        .deal = deal,
        .segment = by[SEGMENT] ? deal->segment : "",
        .segment_words = by[SEGMENT] ? deal->segment_words : "",
        .solution = by[SOLUTION] ? deal->solution : "",
        .band = by[SIZE] ? deal->band : 0,
    };
  }
  if (strata.count)
    qsort(strata.placed, strata.count, sizeof *strata.placed, order_placed);
  return strata;
}

size_t strata_run_end(const struct strata *strata, size_t from, placed_order_fn *order) {
  size_t end = from;
  while (end < strata->count && order(&strata->placed[end], &strata->placed[from]) == 0)
    end++;
  return end;
}

size_t strata_runs(const struct strata *strata, placed_order_fn *order) {
  size_t runs = 0;
  for (size_t at = 0; at < strata->count; at = strata_run_end(strata, at, order))
    runs++;
  return runs;
}
