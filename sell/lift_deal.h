/* The closed deals that a lift is made of, selections of them in an order, and the shares that are told of
 * them. Pure; everything made lives in the arena of the deals. */
#ifndef ENTENTE_SELL_LIFT_DEAL_H
#define ENTENTE_SELL_LIFT_DEAL_H

#include "runtime/base/arena.h"
#include "runtime/base/period.h"

#include "entente/sell/v1/lift.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is kept of a closed deal. Texts are never NULL; `customer` is folded. */
struct deal {
  struct deal *next;
  const char *segment, *segment_words, *solution, *customer, *name;
  int64_t close_us, amount_minor; /* 0: not known */
  int32_t band;                   /* of sizes, from 1; 0: the amount is not known */
  bool joint, won, named_incumbent, validated, in_scope, in_window;
};

/* All that were shown, of which a later comparison is made. */
struct deals {
  struct arena *arena;
  struct deal *first;
  size_t count;
  struct period window;
  int64_t sample_min; /* deals on each side, below which a figure is LOW_SAMPLE */
};

struct selection {
  struct deal **deals;
  size_t count;
};

typedef bool deal_chosen_fn(const struct deal *deal);
/* Over two `struct deal *const *`, for qsort(). */
typedef int deal_order_fn(const void *left, const void *right);

struct selection deals_select(const struct deals *deals, deal_chosen_fn *chosen, deal_order_fn *order);

/* Won or lost in the window and in scope. */
bool deal_is_closed(const struct deal *deal);
/* Earliest first; what closed at one instant by joint first, then by name, so that the order is one. */
int deal_compare_time(const struct deal *a, const struct deal *b);
deal_order_fn deal_order_time;

/* NO_DATA over nothing, LOW_SAMPLE where that is not enough. */
Type__Ratio *deals_ratio(const struct deals *deals, int64_t numerator, int64_t denominator, bool enough);
/* What was won of what closed, enough from `sample_min` on. */
Type__Ratio *deals_rate(const struct deals *deals, int64_t won, int64_t closed);
/* The names of the first LIFT_EVIDENCE_MAX, `kept` of them. */
char **deals_evidence(const struct deals *deals, struct deal *const *chosen, size_t count, size_t *kept);

#endif
