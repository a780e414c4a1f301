#include "sell/lift.h"

#include "runtime/base/fold.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/lift_rate.h"
#include "sell/lift_size.h"
#include "sell/lift_wins.h"

#include <assert.h>

struct lift {
  struct arena *arena;
  const Sell__GetLiftRequest *request;
  struct lift_facts facts;
  struct market_scope *scope;
  struct propositions *propositions;
  struct word_cache *words;
  int64_t bounds[8];
  size_t bound_count;
  struct deals deals;
  int64_t unplaced;                 /* closed in the window, but not saying what a scope goes by */
  bool wanted[LIFT_DIMENSIONS + 1]; /* by dimension */
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
    if (request->dimensions[i] < 1 || (int)request->dimensions[i] > LIFT_DIMENSIONS)
      invalid_add(lift->arena, invalid, "dimensions", "VALUE_OUT_OF_RANGE", "is no dimension");
    else
      lift->wanted[request->dimensions[i]] = true;
  }
  for (size_t i = 1; !request->n_dimensions && i <= LIFT_DIMENSIONS; i++)
    lift->wanted[i] = true;
}

static bool by_agreement(const struct lift *lift) {
  return lift->request->scope == SELL__LIFT_SCOPE_SOURCE__LIFT_SCOPE_SOURCE_AGREEMENT;
}

const struct status *lift_begin(struct arena *arena, const Sell__GetLiftRequest *request,
                                struct lift_facts facts, struct lift **out) {
  struct lift *lift = arena_new(arena, struct lift);
  struct status *invalid = NULL;
  lift->arena = lift->deals.arena = arena;
  lift->request = request;
  lift->facts = facts;
  lift->scope = market_scope_new(arena);
  lift->propositions = propositions_new(arena);
  lift->words = word_cache_new(arena);
  lift->deals.window =
      (struct period){moment_us(request->period->start_time), moment_us(request->period->end_time)};
  if (!moment_check(arena, &invalid, "period.start_time", request->period->start_time) ||
      !moment_check(arena, &invalid, "period.end_time", request->period->end_time))
    return invalid;
  if (!period_is_whole_months(lift->deals.window))
    invalid_add(arena, &invalid, "period", "VALUE_OUT_OF_RANGE",
                "must begin and end with calendar months in UTC, 1 to %d of them", PERIOD_MONTHS_MAX);
  if (by_agreement(lift) && request->n_segments)
    invalid_add(arena, &invalid, "segments", "VALUE_OUT_OF_RANGE",
                "must be empty: the agreement says what is in scope");
  check_bounds(lift, &invalid);
  check_dimensions(lift, &invalid);
  lift->deals.sample_min = request->sample_min ? request->sample_min : LIFT_SAMPLE_MIN;
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
  bool in_window = close_us >= lift->deals.window.start_us && close_us < lift->deals.window.end_us;
  if (!won && !in_window)
    return;
  struct arena *arena = lift->arena;
  struct deal *deal = arena_new(arena, struct deal);
  const struct worded segment = word_cache_find(lift->words, from->segment);
  const enum scope_place place = place_of(lift, from);
  *deal = (struct deal){
      .next = lift->deals.first,
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
  lift->deals.first = deal;
  lift->deals.count++;
  lift->unplaced += in_window && place == SCOPE_UNSAID;
}

/* ---- the answer ---- */

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
  struct strata *strata = arena_new(lift->arena, struct strata);
  *strata = strata_make(&lift->deals, lift->wanted);
  out->period = lift->request->period;
  out->currency_code = (char *)lift->facts.currency;
  out->sample_min = (int32_t)lift->deals.sample_min;
  out->scope = scope_of(lift);
  lift_rate_show(&lift->deals, strata, out);
  lift_size_show(&lift->deals, strata, out);
  lift_wins_show(&lift->deals, lift->propositions, out);
}
