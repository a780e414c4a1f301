#include "sell/pipeline.h"

#include "runtime/base/digest.h"
#include "runtime/base/money.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <string.h>

const struct status *stage_weights_of(struct arena *arena, const int32_t *given, size_t count,
                                      struct stage_weights *out) {
  static const struct stage_weights usual = {{
      [COLUMN_PROSPECT] = 1000,
      [COLUMN_QUALIFIED] = 2000,
      [COLUMN_TECHNICAL_VALIDATION] = 4000,
      [COLUMN_BUSINESS_VALIDATION] = 6000,
      [COLUMN_COMMITTED] = 9000,
  }};
  *out = usual;
  if (count && count != COLUMN_STAGES)
    return invalid_field(arena, "stage_probability_bps", "LENGTH_OUT_OF_RANGE",
                         "must have %d elements, or none", COLUMN_STAGES);
  for (size_t i = 0; i < count; i++)
    out->bps[i] = given[i];
  return NULL;
}

/* ---- levels ---- */

/* Whether a counter is `name`.`currency`. */
static bool is_money(const char *counter, const char *name, const char *currency) {
  size_t length = strlen(name);
  return strncmp(counter, name, length) == 0 && counter[length] == '.' &&
         strcmp(counter + length + 1, currency) == 0;
}

void levels_add(struct levels *levels, const char *counter, Type__Party party, int64_t amount) {
  for (size_t column = 0; column < COLUMN_COUNT; column++) {
    for (size_t own = 0; own < 2; own++) {
      const struct tally_level *level = tally_level((enum tally_column)column, own);
      if (party != (own ? levels->viewer : TYPE__PARTY__PARTY_UNSPECIFIED))
        continue;
      if (strcmp(counter, level->count) == 0)
        levels->count[column][own] += amount;
      else if (is_money(counter, level->amount, levels->currency))
        levels->amount[column][own] += amount;
    }
  }
}

/* ---- figures ---- */

static Type__Money *money_new(struct arena *arena, const char *currency, int64_t amount) {
  Type__Money *money = arena_new(arena, Type__Money);
  type__money__init(money);
  money->currency_code = (char *)currency;
  money->amount_minor = amount;
  return money;
}

static Sell__EngagementTotal *total_new(struct arena *arena, const char *currency) {
  Sell__EngagementTotal *total = arena_new(arena, Sell__EngagementTotal);
  sell__engagement_total__init(total);
  total->joint_amount = money_new(arena, currency, 0);
  total->independent_amount = money_new(arena, currency, 0);
  return total;
}

static void total_add(const struct levels *levels, enum tally_column column, Sell__EngagementTotal *total) {
  total->joint_count += levels->count[column][0];
  total->independent_count += levels->count[column][1];
  total->joint_amount->amount_minor += levels->amount[column][0];
  total->independent_amount->amount_minor += levels->amount[column][1];
}

static Sell__EngagementTotal *total_of(struct arena *arena, const struct levels *levels,
                                       enum tally_column column) {
  Sell__EngagementTotal *total = total_new(arena, levels->currency);
  total_add(levels, column, total);
  return total;
}

/* What is open, by stage and together. */
struct stages {
  Sell__StageTotal **stages; /* COLUMN_STAGES */
  Sell__EngagementTotal *open;
  Type__Money *weighted_joint, *weighted_independent;
};

static struct stages stages_of(struct arena *arena, const struct levels *levels,
                               const struct stage_weights *weights) {
  Sell__StageTotal *rows = arena_calloc(arena, COLUMN_STAGES, sizeof *rows);
  struct stages made = {
      .stages = arena_calloc(arena, COLUMN_STAGES, sizeof *made.stages),
      .open = total_new(arena, levels->currency),
      .weighted_joint = money_new(arena, levels->currency, 0),
      .weighted_independent = money_new(arena, levels->currency, 0),
  };
  for (size_t column = 0; column < COLUMN_STAGES; column++) {
    Sell__StageTotal *stage = made.stages[column] = &rows[column];
    sell__stage_total__init(stage);
    stage->stage = SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT + (Sell__Opportunity__Stage)column;
    stage->total = total_of(arena, levels, (enum tally_column)column);
    stage->probability_bps = weights->bps[column];
    stage->weighted_joint_amount = money_new(
        arena, levels->currency, money_bps(stage->total->joint_amount->amount_minor, weights->bps[column]));
    stage->weighted_independent_amount =
        money_new(arena, levels->currency,
                  money_bps(stage->total->independent_amount->amount_minor, weights->bps[column]));
    total_add(levels, (enum tally_column)column, made.open);
    made.weighted_joint->amount_minor += stage->weighted_joint_amount->amount_minor;
    made.weighted_independent->amount_minor += stage->weighted_independent_amount->amount_minor;
  }
  return made;
}

static Type__Ratio *win_rate(struct arena *arena, int64_t won, int64_t lost) {
  Type__Ratio *ratio = arena_new(arena, Type__Ratio);
  type__ratio__init(ratio);
  ratio->numerator = won;
  ratio->denominator = won + lost;
  ratio->basis_points = ratio_bps(won, won + lost);
  ratio->status =
      won + lost ? TYPE__FIGURE_STATUS__FIGURE_STATUS_OK : TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA;
  return ratio;
}

void pipeline_fill(struct arena *arena, const struct levels *levels, const struct stage_weights *weights,
                   Sell__Pipeline *out) {
  struct stages open = stages_of(arena, levels, weights);
  out->currency_code = (char *)levels->currency;
  out->stages = open.stages;
  out->n_stages = COLUMN_STAGES;
  out->open = open.open;
  out->weighted_joint_amount = open.weighted_joint;
  out->weighted_independent_amount = open.weighted_independent;
  out->won = total_of(arena, levels, COLUMN_WON);
  out->lost = total_of(arena, levels, COLUMN_LOST);
  out->reversed = total_of(arena, levels, COLUMN_REVERSED);
  out->joint_win_rate = win_rate(arena, out->won->joint_count, out->lost->joint_count);
  out->independent_win_rate = win_rate(arena, out->won->independent_count, out->lost->independent_count);
}

/* ---- segments ---- */

/* Where a segment is or belongs in the rows. */
static size_t segment_find(const struct segment_sums *sums, const char *segment) {
  size_t low = 0, high = sums->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (strcmp(sums->rows[middle].segment, segment) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* A party may write what it likes as segments, so places come of a digest that nobody can steer. */
static uint64_t segment_digest(const char *segment) {
  uint8_t digest[DIGEST_SIZE];
  uint64_t out;
  digest_sha256(segment, strlen(segment), digest);
  memcpy(&out, digest, sizeof out);
  return out ? out : 1;
}

static void set_put(struct segment_set *set, uint64_t digest) {
  size_t place = digest & (set->capacity - 1);
  while (set->digests[place] && set->digests[place] != digest)
    place = (place + 1) & (set->capacity - 1);
  set->count += !set->digests[place];
  set->digests[place] = digest;
}

static void set_add(struct arena *arena, struct segment_set *set, const char *segment) {
  enum { FIRST_CAPACITY = 512 };
  if (set->count * 2 >= set->capacity) {
    const struct segment_set before = *set;
    *set = (struct segment_set){.capacity = before.capacity ? before.capacity * 2 : FIRST_CAPACITY};
    set->digests = arena_calloc(arena, set->capacity, sizeof *set->digests);
    for (size_t i = 0; i < before.capacity; i++)
      if (before.digests[i])
        set_put(set, before.digests[i]);
  }
  set_put(set, segment_digest(segment));
}

/* The levels of a segment; NULL when others come before it that fill the answer. What is pushed out never
 * comes back: the rows only move towards the beginning. */
static struct levels *segment_levels(struct segment_sums *sums, const char *segment) {
  size_t at = segment_find(sums, segment);
  if (at < sums->count && strcmp(sums->rows[at].segment, segment) == 0)
    return &sums->rows[at].levels;
  set_add(sums->arena, &sums->all, segment);
  if (at == PIPELINE_SEGMENTS_MAX)
    return NULL;
  if (!sums->rows)
    sums->rows = arena_calloc(sums->arena, PIPELINE_SEGMENTS_MAX, sizeof *sums->rows);
  sums->count -= sums->count == PIPELINE_SEGMENTS_MAX;
  memmove(&sums->rows[at + 1], &sums->rows[at], (sums->count - at) * sizeof *sums->rows);
  sums->count++;
  sums->rows[at] = (struct segment_sum){
      .segment = arena_strdup(sums->arena, segment),
      .levels = {.currency = sums->currency, .viewer = sums->viewer},
  };
  return &sums->rows[at].levels;
}

void segment_sums_add(struct segment_sums *sums, const Sell__Opportunity *opportunity) {
  if (opportunity->state != SELL__OPPORTUNITY__STATE__STATE_OPEN)
    return;
  struct levels *levels = segment_levels(sums, opportunity->segment ? opportunity->segment : "");
  if (!levels)
    return;
  size_t column = (size_t)(opportunity->stage - SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT);
  bool own = opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  levels->count[column][own]++;
  levels->amount[column][own] += opportunity->amount ? opportunity->amount->amount_minor : 0;
}

void segment_sums_fill(const struct segment_sums *sums, const struct stage_weights *weights,
                       Sell__SegmentPipeline *out) {
  out->currency_code = (char *)sums->currency;
  out->segment_count = (int32_t)sums->all.count;
  out->n_segments = sums->count;
  out->segments = arena_calloc(sums->arena, out->n_segments, sizeof *out->segments);
  for (size_t i = 0; i < out->n_segments; i++) {
    Sell__SegmentTotal *segment = out->segments[i] = arena_new(sums->arena, Sell__SegmentTotal);
    struct stages open = stages_of(sums->arena, &sums->rows[i].levels, weights);
    sell__segment_total__init(segment);
    segment->segment = (char *)sums->rows[i].segment;
    segment->stages = open.stages;
    segment->n_stages = COLUMN_STAGES;
    segment->open = open.open;
    segment->weighted_joint_amount = open.weighted_joint;
    segment->weighted_independent_amount = open.weighted_independent;
  }
}
