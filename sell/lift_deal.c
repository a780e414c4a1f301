#include "sell/lift_deal.h"

#include "runtime/base/money.h"
#include "sell/lift.h"

#include <stdlib.h>
#include <string.h>

bool deal_is_closed(const struct deal *deal) {
  return deal->in_window && deal->in_scope;
}

struct selection deals_select(const struct deals *deals, deal_chosen_fn *chosen, deal_order_fn *order) {
  struct selection selection = {0};
  size_t count = 0;
  for (const struct deal *deal = deals->first; deal; deal = deal->next)
    count += chosen(deal);
  selection.deals = arena_calloc(deals->arena, count, sizeof(struct deal *));
  for (struct deal *deal = deals->first; deal; deal = deal->next)
    if (chosen(deal))
      selection.deals[selection.count++] = deal;
  if (selection.count)
    qsort(selection.deals, selection.count, sizeof *selection.deals, order);
  return selection;
}

int deal_compare_time(const struct deal *a, const struct deal *b) {
  if (a->close_us != b->close_us)
    return a->close_us < b->close_us ? -1 : 1;
  if (a->joint != b->joint)
    return a->joint ? -1 : 1;
  return strcmp(a->name, b->name);
}

int deal_order_time(const void *left, const void *right) {
  return deal_compare_time(*(struct deal *const *)left, *(struct deal *const *)right);
}

Type__Ratio *deals_ratio(const struct deals *deals, int64_t numerator, int64_t denominator, bool enough) {
  Type__Ratio *ratio = arena_new(deals->arena, Type__Ratio);
  type__ratio__init(ratio);
  ratio->numerator = numerator;
  ratio->denominator = denominator;
  ratio->basis_points = ratio_bps(numerator, denominator);
  ratio->status = !denominator ? TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA
                  : enough     ? TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
                               : TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE;
  return ratio;
}

Type__Ratio *deals_rate(const struct deals *deals, int64_t won, int64_t closed) {
  return deals_ratio(deals, won, closed, closed >= deals->sample_min);
}

char **deals_evidence(const struct deals *deals, struct deal *const *chosen, size_t count, size_t *kept) {
  *kept = count < LIFT_EVIDENCE_MAX ? count : LIFT_EVIDENCE_MAX;
  char **names = arena_calloc(deals->arena, *kept, sizeof *names);
  for (size_t i = 0; i < *kept; i++)
    names[i] = (char *)chosen[i]->name;
  return names;
}
