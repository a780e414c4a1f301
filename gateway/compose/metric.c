#include "gateway/compose/metric.h"

#include "runtime/base/money.h"
#include "runtime/base/text.h"

#include <assert.h>
#include <string.h>

const char *const pillar_names[PILLAR_COUNT] = {"onboard", "enable", "market", "sell", "incentivize"};

#define BPS GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS
#define COUNT GATEWAY__FIGURE__UNIT__UNIT_COUNT
#define MONEY GATEWAY__FIGURE__UNIT__UNIT_MONEY
#define SCORE GATEWAY__FIGURE__UNIT__UNIT_SCORE
#define PERIOD GATEWAY__FIGURE__WINDOW__WINDOW_PERIOD
#define YEAR GATEWAY__FIGURE__WINDOW__WINDOW_YEAR_TO_DATE
#define TO_DATE GATEWAY__FIGURE__WINDOW__WINDOW_TO_DATE
#define OF_PARTY(name)                                                                                       \
  { .counter = (name), .of_party = true, .sign = 1 }
#define OF_BOTH(name)                                                                                        \
  { .counter = (name), .sign = 1 }
#define MONEY_OF_BOTH(name)                                                                                  \
  { .counter = (name), .money = true, .sign = 1 }
#define MONEY_OF_PARTY(name)                                                                                 \
  { .counter = (name), .of_party = true, .money = true, .sign = 1 }

/* A part of fulfilment: that of one kind of commitments. */
#define ATTAINMENT(kind, name, what)                                                                         \
  {                                                                                                          \
    .id = kind "_attainment", .title = (name),                                                               \
    .definition = "The commitment fulfilment of the party's " what " alone, claimed or measured, due in "    \
                  "the period: sum of weight * min(1, confirmed / target) over the sum of weights.",         \
    .pillar = PILLAR_ONBOARD, .unit = BPS, .window = PERIOD, .shape = METRIC_OF_PARTIES,                     \
    .numerator = {OF_PARTY("attainment." kind ".achieved")}, .denominator = {                                \
      OF_PARTY("attainment." kind ".weight")                                                                 \
    }                                                                                                        \
  }

/* The sample floor of win rates and deal sizes, and the least number of answers behind a score. */
enum { DEALS_FLOOR = 10, ANSWERS_FLOOR = 3 };

const struct metric_row metric_rows[] = {
    {.id = "fulfilment",
     .title = "Commitment fulfilment",
     .definition =
         "Sum of weight * min(1, confirmed / target) over the sum of weights, of the party's commitments due "
         "in the period. Over-delivery is capped so that it cannot hide a miss.",
     .pillar = PILLAR_ONBOARD,
     .unit = BPS,
     .window = PERIOD,
     .shape = METRIC_OF_PARTIES,
     .numerator = {OF_PARTY("fulfilment.achieved")},
     .denominator = {OF_PARTY("fulfilment.weight")},
     .portfolio = true},
    {.id = "symmetry_gap",
     .title = "Symmetry gap",
     .definition = "The vendor's commitment fulfilment minus the partner's: above zero the partner lags, "
                   "below zero the "
                   "vendor.",
     .pillar = PILLAR_ONBOARD,
     .unit = BPS,
     .window = PERIOD,
     .shape = METRIC_GAP,
     .base = "fulfilment",
     .portfolio = true},
    ATTAINMENT("revenue", "Revenue target attainment", "revenue targets"),
    ATTAINMENT("certification", "Certification attainment", "certification targets"),
    ATTAINMENT("customer_development", "Customer development attainment", "targets of customer development"),
    ATTAINMENT("co_marketing_budget", "Co-marketing budget deployed", "budgets for joint marketing"),
    ATTAINMENT("pre_sales", "Pre-sales support given", "pre-sales work"),
    ATTAINMENT("executive_access", "Executive access given", "hours of executive sponsors"),
    {.id = "executive_engagement",
     .title = "Executive engagement",
     .definition = "Reviews held with the party's named sponsor present over reviews due in the period.",
     .pillar = PILLAR_ONBOARD,
     .unit = BPS,
     .window = PERIOD,
     .shape = METRIC_OF_PARTIES,
     .numerator = {OF_PARTY("reviews.sponsored")},
     .denominator = {OF_BOTH("reviews.due")}},
    {.id = "reviews_missed",
     .title = "Reviews missed",
     .definition = "Reviews due in the period that were not held within 15 days.",
     .pillar = PILLAR_ONBOARD,
     .unit = COUNT,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {OF_BOTH("reviews.missed")},
     .portfolio = true},
    {.id = "milestones",
     .title = "Milestones on time",
     .definition = "Milestones achieved by their due date over milestones due by the end of the period.",
     .pillar = PILLAR_ONBOARD,
     .unit = BPS,
     .window = TO_DATE,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {OF_BOTH("milestones.achieved")},
     .denominator = {OF_BOTH("milestones.due")}},
    {.id = "nps_of_party",
     .title = "NPS of the party",
     .definition = "Share of answers of 9 and 10 minus share of answers of 0 to 6 among the party's leaders, "
                   "the latest "
                   "answer of each in a quarter.",
     .pillar = PILLAR_ONBOARD,
     .unit = SCORE,
     .window = PERIOD,
     .shape = METRIC_OF_PARTIES,
     .numerator = {OF_PARTY("nps.promoters"), {.counter = "nps.detractors", .of_party = true, .sign = -1}},
     .denominator = {OF_PARTY("nps.responses")},
     .sample_floor = ANSWERS_FLOOR},
    {.id = "nps",
     .title = "Partnership NPS",
     .definition = "Mean of the two parties' NPS; the answers are not pooled.",
     .pillar = PILLAR_ONBOARD,
     .unit = SCORE,
     .window = PERIOD,
     .shape = METRIC_MEAN,
     .base = "nps_of_party",
     .portfolio = true},
    {.id = "certified_coverage",
     .title = "Certified coverage",
     .definition =
         "People on the party's roster who hold every credential that their role asks for, over people whose "
         "role asks for one, at the end of the period.",
     .pillar = PILLAR_ENABLE,
     .unit = BPS,
     .window = TO_DATE,
     .shape = METRIC_OF_PARTIES,
     .numerator = {OF_PARTY("coverage.certified")},
     .denominator = {OF_PARTY("coverage.required")},
     .portfolio = true},
    {.id = "training_completion",
     .title = "Training completion",
     .definition = "The party's enrolments satisfied over enrolments assigned, by the end of the period.",
     .pillar = PILLAR_ENABLE,
     .unit = BPS,
     .window = TO_DATE,
     .shape = METRIC_OF_PARTIES,
     .numerator = {OF_PARTY("training.completed")},
     .denominator = {OF_PARTY("training.assigned")}},
    {.id = "mdf_deployment",
     .title = "MDF deployment",
     .definition = "Market development funds paid over funds allocated, in the calendar year so far.",
     .pillar = PILLAR_MARKET,
     .unit = BPS,
     .window = YEAR,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("mdf.paid")},
     .denominator = {MONEY_OF_BOTH("mdf.allocated")}},
    {.id = "mdf_paid",
     .title = "MDF paid",
     .definition = "Market development funds paid in the period.",
     .pillar = PILLAR_MARKET,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("mdf.paid")}},
    {.id = "campaigns",
     .title = "Joint campaigns held",
     .definition = "Campaigns held in the period.",
     .pillar = PILLAR_MARKET,
     .unit = COUNT,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {OF_BOTH("campaigns.held")}},
    {.id = "win_rate_joint",
     .title = "Win rate, joint",
     .definition = "Joint opportunities won over those won or lost, closed in the period.",
     .pillar = PILLAR_SELL,
     .unit = BPS,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {OF_BOTH("won.joint")},
     .denominator = {OF_BOTH("won.joint"), OF_BOTH("lost.joint")},
     .sample_floor = DEALS_FLOOR,
     .portfolio = true},
    {.id = "win_rate_independent",
     .own = true,
     .title = "Win rate, independent",
     .definition =
         "The party's own opportunities won over those won or lost, closed in the period. Seen by that party "
         "alone.",
     .pillar = PILLAR_SELL,
     .unit = BPS,
     .window = PERIOD,
     .shape = METRIC_OF_PARTIES,
     .numerator = {OF_PARTY("won.independent")},
     .denominator = {OF_PARTY("won.independent"), OF_PARTY("lost.independent")},
     .sample_floor = DEALS_FLOOR},
    {.id = "deal_size_joint",
     .title = "Deal size, joint",
     .definition = "Mean amount of joint opportunities won in the period.",
     .pillar = PILLAR_SELL,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("won_amount.joint")},
     .denominator = {OF_BOTH("won.joint")},
     .sample_floor = DEALS_FLOOR},
    {.id = "deal_size_independent",
     .title = "Deal size, independent",
     .definition =
         "Mean amount of the party's own opportunities won in the period. Seen by that party alone.",
     .own = true,
     .pillar = PILLAR_SELL,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTIES,
     .numerator = {MONEY_OF_PARTY("won_amount.independent")},
     .denominator = {OF_PARTY("won.independent")},
     .sample_floor = DEALS_FLOOR},
    {.id = "revenue",
     .title = "Joint revenue won",
     .definition = "Amount of joint opportunities won in the period, reversals taken away.",
     .pillar = PILLAR_SELL,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("won_amount.joint")},
     .portfolio = true},
    {.id = "pipeline_generated",
     .title = "Joint pipeline generated",
     .definition = "Amount of joint opportunities that reached QUALIFIED in the period.",
     .pillar = PILLAR_SELL,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("qualified_amount.joint")}},
    {.id = "pipeline_co_sell",
     .title = "Joint pipeline by co-selling",
     .definition =
         "The part of the joint pipeline generated in the period that selling together brought about: each "
         "opportunity's touches in the year before it was QUALIFIED weigh the same.",
     .pillar = PILLAR_SELL,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("qualified_amount.co_sell")}},
    {.id = "pipeline_joint_marketing",
     .title = "Joint pipeline by marketing",
     .definition =
         "The part of the joint pipeline generated in the period that joint marketing brought about: with "
         "the part of co-selling it is the whole.",
     .pillar = PILLAR_SELL,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("qualified_amount.joint_marketing")}},
    {.id = "joint_marketing_share",
     .title = "Marketing's share of pipeline",
     .definition = "Joint pipeline by marketing over joint pipeline generated, in the period.",
     .pillar = PILLAR_SELL,
     .unit = BPS,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("qualified_amount.joint_marketing")},
     .denominator = {MONEY_OF_BOTH("qualified_amount.joint")}},
    {.id = "mdf_to_pipeline",
     .title = "Pipeline for MDF",
     .definition =
         "Joint pipeline by marketing over market development funds paid, in the period: 10,000 bps is as "
         "much pipeline as was paid.",
     .pillar = PILLAR_SELL,
     .unit = BPS,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("qualified_amount.joint_marketing")},
     .denominator = {MONEY_OF_BOTH("mdf.paid")},
     .denominator_pillar = GATEWAY__PERFORMANCE_SECTION__PILLAR__PILLAR_MARKET},
    {.id = "mdf_to_revenue",
     .title = "Revenue for MDF",
     .definition =
         "What joint marketing brought about of the joint revenue won in the period, over market development "
         "funds paid in it: 10,000 bps is as much revenue as was paid.",
     .pillar = PILLAR_SELL,
     .unit = BPS,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("won_amount.joint_marketing")},
     .denominator = {MONEY_OF_BOTH("mdf.paid")},
     .denominator_pillar = GATEWAY__PERFORMANCE_SECTION__PILLAR__PILLAR_MARKET},
    {.id = "incentive_base",
     .title = "Incentive base",
     .definition = "Revenue in the period that a commission plan covers.",
     .pillar = PILLAR_INCENTIVIZE,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("earnings.base")}},
    {.id = "earnings",
     .title = "Earnings accrued",
     .definition = "Commission accrued in the period, reversals taken away.",
     .pillar = PILLAR_INCENTIVIZE,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("earnings.accrued")},
     .portfolio = true},
    {.id = "earnings_rate",
     .title = "Effective rate",
     .definition = "Commission accrued over the revenue that a plan covers, in the period.",
     .pillar = PILLAR_INCENTIVIZE,
     .unit = BPS,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("earnings.accrued")},
     .denominator = {MONEY_OF_BOTH("earnings.base")}},
    {.id = "earnings_reversed",
     .title = "Earnings reversed",
     .definition = "Commission taken back for sales that closed in the period and were reversed since.",
     .pillar = PILLAR_INCENTIVIZE,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_PARTNERSHIP,
     .numerator = {MONEY_OF_BOTH("earnings.reversed")}},
    {.id = "cliff_distance",
     .title = "Distance to next tier",
     .definition = "Revenue still missing, at the end of the period, for the next tier of the commission "
                   "plan in force. "
                   "Under a retroactive plan reaching it raises the rate of everything before.",
     .pillar = PILLAR_INCENTIVIZE,
     .unit = MONEY,
     .window = PERIOD,
     .shape = METRIC_OF_TIERS},
    {.id = NULL},
};

#undef BPS
#undef COUNT
#undef MONEY
#undef SCORE
#undef PERIOD
#undef YEAR
#undef TO_DATE
#undef ATTAINMENT
#undef OF_PARTY
#undef OF_BOTH
#undef MONEY_OF_BOTH
#undef MONEY_OF_PARTY

/* Whose counters its denominator is made of. */
static enum pillar divided_by(const struct metric_row *row) {
  return row->denominator_pillar ? (enum pillar)(row->denominator_pillar - 1) : row->pillar;
}

bool metric_needs_window(enum pillar pillar, unsigned window, bool portfolio) {
  for (const struct metric_row *row = metric_rows; row->id; row++)
    if ((row->pillar == pillar || divided_by(row) == pillar) && row->window == window + 1 &&
        row->shape != METRIC_OF_TIERS && (row->portfolio || !portfolio))
      return true;
  return false;
}

struct period metric_window_span(struct period period, unsigned window) {
  int32_t last = month_of(period.end_us - 1);
  switch (window + 1) {
  case GATEWAY__FIGURE__WINDOW__WINDOW_PERIOD:
    return period;
  case GATEWAY__FIGURE__WINDOW__WINDOW_YEAR_TO_DATE:
    return (struct period){month_start_us(last / 100 * 100 + 1), period.end_us};
  default:
    return (struct period){month_start_us(month_add(last, 1 - PERIOD_MONTHS_MAX)), period.end_us};
  }
}

/* Whether a counter is the one that a term means; a money counter's currency has to be `currency`. */
static bool term_matches(const struct metric_term *term, const char *currency, const char *counter) {
  size_t length = strlen(term->counter);
  if (strncmp(counter, term->counter, length) != 0)
    return false;
  if (!term->money)
    return counter[length] == '\0';
  return counter[length] == '.' && strcmp(counter + length + 1, currency) == 0;
}

struct term_sum {
  int64_t amount;
  bool hidden;
};

static struct term_sum terms_add(const struct metric_term *terms, Type__Party party, const char *currency,
                                 const struct counter_set *set) {
  struct term_sum sum = {0};
  for (size_t t = 0; t < METRIC_TERMS_MAX && terms[t].counter; t++) {
    Type__Party wanted = terms[t].of_party ? party : TYPE__PARTY__PARTY_UNSPECIFIED;
    for (size_t i = 0; i < set->count; i++) {
      const Ledger__Counter *counter = set->counters[i];
      if (counter->party != wanted || !term_matches(&terms[t], currency, counter->counter))
        continue;
      sum.amount += terms[t].sign * counter->amount;
      sum.hidden |= counter->hidden;
    }
  }
  return sum;
}

static bool row_has_money(const struct metric_row *row) {
  for (size_t t = 0; t < METRIC_TERMS_MAX; t++)
    if (row->numerator[t].money || row->denominator[t].money)
      return true;
  return false;
}

/* The currency that the pillar keeps its counters in, where the partnership's is not known. */
static const char *currency_found(const struct metric_row *row, const struct counter_set *set) {
  const char *name = row->numerator[0].counter;
  size_t length = strlen(name);
  for (size_t i = 0; i < set->count; i++)
    if (strncmp(set->counters[i]->counter, name, length) == 0 && set->counters[i]->counter[length] == '.')
      return set->counters[i]->counter + length + 1;
  return "";
}

static int64_t figure_value(Gateway__Figure__Unit unit, int64_t numerator, int64_t denominator) {
  switch (unit) {
  case GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS:
    return ratio_bps(numerator, denominator);
  case GATEWAY__FIGURE__UNIT__UNIT_SCORE:
    return mul_div_half_even(numerator, 100, denominator);
  default:
    return denominator == 1 ? numerator : mul_div_half_even(numerator, 1, denominator);
  }
}

static void figure_conclude(Gateway__Figure *figure, const struct metric_row *row, bool hidden) {
  if (hidden) {
    figure->numerator = figure->denominator = 0;
    figure->status = TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED;
    return;
  }
  /* A reversal without its sale in the window can leave less than nothing to divide by. */
  if (figure->denominator <= 0) {
    figure->status = TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA;
    return;
  }
  figure->value = figure_value(figure->unit, figure->numerator, figure->denominator);
  figure->status = figure->denominator < row->sample_floor ? TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE
                                                           : TYPE__FIGURE_STATUS__FIGURE_STATUS_OK;
}

static Gateway__Figure *figure_new(struct arena *arena, const struct metric_row *row, Type__Party party) {
  Gateway__Figure *figure = arena_alloc(arena, sizeof *figure);
  gateway__figure__init(figure);
  figure->metric = (char *)row->id;
  figure->party = party;
  figure->unit = row->unit;
  figure->window = row->window;
  return figure;
}

/* Adds the names of terms to a list that has none of them twice. */
static void names_add(struct arena *arena, char **names, size_t *count, const struct metric_term *terms,
                      const char *currency) {
  for (size_t t = 0; t < METRIC_TERMS_MAX && terms[t].counter; t++) {
    const char *name = terms[t].counter;
    if (terms[t].money)
      name = arena_printf(arena, "%s.%s", name, currency);
    bool known = false;
    for (size_t i = 0; i < *count; i++)
      known |= strcmp(names[i], name) == 0;
    if (!known)
      names[(*count)++] = (char *)name;
  }
}

static void figure_add_counters(struct arena *arena, Gateway__Figure *figure, const struct metric_row *row,
                                const char *currency) {
  figure->counters = arena_calloc(arena, 2 * METRIC_TERMS_MAX, sizeof *figure->counters);
  names_add(arena, figure->counters, &figure->n_counters, row->numerator, currency);
  if (!row->denominator_pillar) {
    names_add(arena, figure->counters, &figure->n_counters, row->denominator, currency);
    return;
  }
  figure->denominator_pillar = row->denominator_pillar;
  figure->denominator_counters = arena_calloc(arena, METRIC_TERMS_MAX, sizeof *figure->denominator_counters);
  names_add(arena, figure->denominator_counters, &figure->n_denominator_counters, row->denominator, currency);
}

/* The counters that a row's numerator and denominator are made of. */
struct row_sets {
  const struct counter_set *numerator, *denominator;
};

static Gateway__Figure *figure_of(struct arena *arena, const struct metric_row *row, Type__Party party,
                                  struct row_sets sets, const struct metric_lens *lens) {
  Gateway__Figure *figure = figure_new(arena, row, party);
  const char *currency = lens->currency;
  if (row_has_money(row) && text_empty(currency))
    currency = currency_found(row, sets.numerator);
  struct term_sum numerator = terms_add(row->numerator, party, currency, sets.numerator);
  struct term_sum denominator = terms_add(row->denominator, party, currency, sets.denominator);
  figure->numerator = numerator.amount;
  figure->denominator = row->denominator[0].counter ? denominator.amount : 1;
  if (row_has_money(row))
    figure->currency_code = (char *)currency;
  figure_add_counters(arena, figure, row, currency);
  figure_conclude(figure, row, numerator.hidden || denominator.hidden || (row->own && lens->viewer != party));
  return figure;
}

static const struct metric_row *row_by_id(const char *id) {
  const struct metric_row *row = metric_rows;
  while (row->id && strcmp(row->id, id) != 0)
    row++;
  assert(row->id);
  return row;
}

/* NO_DATA and NOT_SHARED of either side are so for both together; LOW_SAMPLE is passed on. */
static Type__FigureStatus status_of_both(const Gateway__Figure *a, const Gateway__Figure *b) {
  static const Type__FigureStatus worst_first[] = {
      TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED,
      TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA,
      TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE,
  };
  for (size_t i = 0; i < sizeof worst_first / sizeof *worst_first; i++)
    if (a->status == worst_first[i] || b->status == worst_first[i])
      return worst_first[i];
  return TYPE__FIGURE_STATUS__FIGURE_STATUS_OK;
}

static Gateway__Figure *figure_of_both(struct arena *arena, const struct metric_row *row,
                                       struct row_sets sets, const struct metric_lens *lens) {
  const struct metric_row *base = row_by_id(row->base);
  Gateway__Figure *vendor = figure_of(arena, base, TYPE__PARTY__PARTY_VENDOR, sets, lens);
  Gateway__Figure *partner = figure_of(arena, base, TYPE__PARTY__PARTY_PARTNER, sets, lens);
  Gateway__Figure *figure = figure_new(arena, row, TYPE__PARTY__PARTY_UNSPECIFIED);
  figure->counters = vendor->counters;
  figure->n_counters = vendor->n_counters;
  figure->status = status_of_both(vendor, partner);
  if (figure->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA ||
      figure->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED)
    return figure;
  if (row->shape == METRIC_GAP) {
    figure->numerator = vendor->value - partner->value;
    figure->denominator = BPS_ONE;
    figure->value = figure->numerator;
    return figure;
  }
  figure->numerator = vendor->numerator * partner->denominator + partner->numerator * vendor->denominator;
  figure->denominator = 2 * vendor->denominator * partner->denominator;
  figure->value = figure_value(figure->unit, figure->numerator, figure->denominator);
  return figure;
}

/* NO_DATA without a plan in force, or on its highest tier. */
static Gateway__Figure *figure_of_tiers(struct arena *arena, const struct metric_row *row,
                                        const Incentivize__TierProgress *tiers) {
  Gateway__Figure *figure = figure_new(arena, row, TYPE__PARTY__PARTY_UNSPECIFIED);
  if (tiers && tiers->higher_tier) {
    figure->numerator = tiers->cliff_distance_minor;
    figure->denominator = 1;
    figure->currency_code = tiers->currency_code;
  }
  figure_conclude(figure, row, false);
  return figure;
}

size_t metric_figures(struct arena *arena, enum pillar pillar,
                      const struct pillar_counters *const counters[PILLAR_COUNT],
                      const struct metric_lens *lens, Gateway__Figure ***figures) {
  enum { ROWS = sizeof metric_rows / sizeof *metric_rows };
  *figures = arena_calloc(arena, (size_t)ROWS * 2, sizeof **figures);
  size_t count = 0;
  for (const struct metric_row *row = metric_rows; row->id; row++) {
    if (row->pillar != pillar || (lens->portfolio && !row->portfolio) || !counters[divided_by(row)])
      continue;
    const struct row_sets sets = {&counters[pillar]->windows[row->window - 1],
                                  &counters[divided_by(row)]->windows[row->window - 1]};
    switch (row->shape) {
    case METRIC_OF_PARTNERSHIP:
      (*figures)[count++] = figure_of(arena, row, TYPE__PARTY__PARTY_UNSPECIFIED, sets, lens);
      break;
    case METRIC_OF_PARTIES:
      (*figures)[count++] = figure_of(arena, row, TYPE__PARTY__PARTY_VENDOR, sets, lens);
      (*figures)[count++] = figure_of(arena, row, TYPE__PARTY__PARTY_PARTNER, sets, lens);
      break;
    case METRIC_OF_TIERS:
      (*figures)[count++] = figure_of_tiers(arena, row, counters[pillar]->tiers);
      break;
    case METRIC_GAP:
    case METRIC_MEAN:
      (*figures)[count++] = figure_of_both(arena, row, sets, lens);
      break;
    }
  }
  return count;
}
