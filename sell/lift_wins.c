#include "sell/lift_wins.h"

#include "runtime/base/moment.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/lift.h"

#include <stdlib.h>
#include <string.h>

enum { QUARTER_MONTHS = 3 };

static bool is_won(const struct deal *deal) {
  return deal->won;
}

static bool is_won_from_named(const struct deal *deal) {
  return deal->won && !text_empty(deal->customer);
}

static bool is_joint_against_incumbent(const struct deal *deal) {
  return deal_is_closed(deal) && deal->joint && deal->named_incumbent;
}

static bool is_validated_against_incumbent(const struct deal *deal) {
  return is_joint_against_incumbent(deal) && deal->validated;
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

static Type__Ratio *displacement_rate(const struct deals *deals, deal_chosen_fn *chosen, char ***evidence,
                                      size_t *evidence_count) {
  struct selection closed = deals_select(deals, chosen, deal_order_time);
  size_t won = 0;
  for (size_t i = 0; i < closed.count; i++)
    if (closed.deals[i]->won)
      closed.deals[won++] = closed.deals[i];
  *evidence = deals_evidence(deals, closed.deals, won, evidence_count);
  return deals_rate(deals, (int64_t)won, (int64_t)closed.count);
}

static void displacement(const struct deals *deals, const struct propositions *propositions,
                         Sell__Lift *out) {
  out->displacement = displacement_rate(deals, is_joint_against_incumbent, &out->displacement_evidence,
                                        &out->n_displacement_evidence);
  Sell__ValidatedDisplacement *cut = out->displacement_validated =
      arena_new(deals->arena, Sell__ValidatedDisplacement);
  sell__validated_displacement__init(cut);
  cut->rate = displacement_rate(deals, is_validated_against_incumbent, &cut->evidence, &cut->n_evidence);
  propositions_show(propositions, cut);
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

static void new_segments(const struct deals *deals, Sell__Lift *out) {
  struct selection wins = deals_select(deals, is_won, order_segment);
  out->new_segments = arena_calloc(deals->arena, LIFT_SEGMENTS_MAX, sizeof *out->new_segments);
  for (size_t from = 0, to = 0; from < wins.count && out->n_new_segments < LIFT_SEGMENTS_MAX; from = to) {
    while (to < wins.count && strcmp(wins.deals[to]->segment_words, wins.deals[from]->segment_words) == 0)
      to++;
    if (text_empty(wins.deals[from]->segment_words))
      continue;
    const struct deal *first = opening(wins.deals + from, to - from);
    if (!first)
      continue;
    Sell__NewSegment *segment = arena_new(deals->arena, Sell__NewSegment);
    sell__new_segment__init(segment);
    segment->segment = (char *)first->segment;
    segment->opportunity = (char *)first->name;
    segment->close_time = timestamp_new(deals->arena, first->close_us);
    out->new_segments[out->n_new_segments++] = segment;
  }
}

/* The first win of each customer, if it lies in the window and in scope. */
static struct selection first_wins(const struct deals *deals) {
  struct selection wins = deals_select(deals, is_won_from_named, order_customer);
  const char *customer = NULL;
  size_t kept = 0;
  for (size_t i = 0; i < wins.count; i++) {
    struct deal *deal = wins.deals[i];
    bool first = !customer || strcmp(deal->customer, customer) != 0;
    customer = deal->customer;
    if (first && deal_is_closed(deal))
      wins.deals[kept++] = deal;
  }
  wins.count = kept;
  return wins;
}

static void new_customers(const struct deals *deals, Sell__Lift *out) {
  struct selection wins = first_wins(deals);
  if (wins.count)
    qsort(wins.deals, wins.count, sizeof *wins.deals, deal_order_time);
  struct period quarter = period_quarter_of(deals->window.start_us);
  struct deal **joints = arena_calloc(deals->arena, wins.count, sizeof *joints);
  out->new_customers =
      arena_calloc(deals->arena, PERIOD_MONTHS_MAX / QUARTER_MONTHS + 2, sizeof *out->new_customers);
  for (size_t at = 0; quarter.start_us < deals->window.end_us; quarter = period_quarter_add(quarter, 1)) {
    Sell__NewCustomers *new_ones = arena_new(deals->arena, Sell__NewCustomers);
    size_t from = at, joint = 0;
    for (; at < wins.count && wins.deals[at]->close_us < quarter.end_us; at++)
      if (wins.deals[at]->joint)
        joints[joint++] = wins.deals[at];
    sell__new_customers__init(new_ones);
    new_ones->start_time = timestamp_new(deals->arena, quarter.start_us);
    new_ones->joint_share = deals_ratio(deals, (int64_t)joint, (int64_t)(at - from), true);
    new_ones->evidence = deals_evidence(deals, joints, joint, &new_ones->n_evidence);
    out->new_customers[out->n_new_customers++] = new_ones;
  }
}

void lift_wins_show(const struct deals *deals, const struct propositions *propositions, Sell__Lift *out) {
  displacement(deals, propositions, out);
  new_segments(deals, out);
  new_customers(deals, out);
}
