/* The metrics of composed views: a table, and the one function that computes a figure from counters. Vendor
 * and partner go through the same code: swap the parties in the counters and the figures swap. Pure. */
#ifndef ENTENTE_COMPOSE_METRIC_H
#define ENTENTE_COMPOSE_METRIC_H

#include "runtime/base/arena.h"
#include "runtime/base/period.h"

#include "entente/gateway/v1/performance.pb-c.h"
#include "entente/incentivize/v1/earning.pb-c.h"
#include "entente/ledger/v1/ledger.pb-c.h"

#include <stdbool.h>

/* The pillars in the order of views; PILLAR + 1 is the number in the contract. */
enum pillar {
  PILLAR_ONBOARD,
  PILLAR_ENABLE,
  PILLAR_MARKET,
  PILLAR_SELL,
  PILLAR_INCENTIVIZE,
  PILLAR_COUNT,
};
extern const char *const pillar_names[PILLAR_COUNT]; /* `onboard` ... */

/* For whom a metric is computed. */
enum metric_shape {
  METRIC_OF_PARTNERSHIP, /* one figure */
  METRIC_OF_PARTIES,     /* a figure for the vendor and one for the partner */
  METRIC_GAP,            /* the vendor's value of `base` minus the partner's */
  METRIC_MEAN,           /* mean of the parties' values of `base`, each with the same weight */
  METRIC_OF_TIERS,       /* what the commission plan's tiers say at the end of the period; no counters */
};

/* One counter of a numerator or denominator. */
struct metric_term {
  const char *counter; /* ends a list when NULL */
  bool of_party;       /* counted per party, else the partnership's */
  bool money;          /* the currency's code is appended to the name */
  int sign;            /* 1 or -1 */
};

enum { METRIC_TERMS_MAX = 3 };

struct metric_row {
  const char *id, *title, *definition; /* the row ends the table when `id` is NULL */
  enum pillar pillar;
  Gateway__Figure__Unit unit;
  Gateway__Figure__Window window;
  enum metric_shape shape;
  const char *base; /* id of the row that GAP and MEAN are computed from, earlier in the table */
  struct metric_term numerator[METRIC_TERMS_MAX];
  struct metric_term denominator[METRIC_TERMS_MAX]; /* none: a plain sum, denominator 1 */
  /* Whose counters the denominator is made of; unspecified: `pillar`'s. Not of GAP and MEAN. */
  Gateway__PerformanceSection__Pillar denominator_pillar;
  int64_t sample_floor; /* fewer in the denominator: LOW_SAMPLE */
  bool portfolio;
  bool own; /* a party's figure is for that party alone, whether or not there is anything to it */
};
extern const struct metric_row metric_rows[];

enum { WINDOW_COUNT = 3 };

/* What a pillar answered: its counters for each window, by window number of the contract minus 1. A window
 * that no metric of the pillar needs is empty. */
struct counter_set {
  Ledger__Counter *const *counters;
  size_t count;
};
struct pillar_counters {
  struct counter_set windows[WINDOW_COUNT];
  const Incentivize__TierProgress *tiers; /* of incentivize; NULL: no plan is in force */
};

/* Whether any metric (of the portfolio only, when `portfolio`) of a pillar needs a window. */
bool metric_needs_window(enum pillar pillar, unsigned window, bool portfolio);
/* The span that a window stands for when `period` is asked for. */
struct period metric_window_span(struct period period, unsigned window);

/* For whom figures are computed. */
struct metric_lens {
  const char
      *currency; /* the partnership's; "" when unknown: money takes the currency its counters are kept in */
  Type__Party viewer;
  bool portfolio; /* only the metrics of the portfolio */
};

/* Every figure of a pillar as the viewer may see it, in the order of the table; `*figures` is in the arena.
 * `counters` are what each pillar answered, NULL for one that did not: this one did, and a quotient across
 * pillars is left out without the other. */
size_t metric_figures(struct arena *arena, enum pillar pillar,
                      const struct pillar_counters *const counters[PILLAR_COUNT],
                      const struct metric_lens *lens, Gateway__Figure ***figures);

#endif
