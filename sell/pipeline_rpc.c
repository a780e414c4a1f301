#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "runtime/store/ledger.h"
#include "sell/service.h"
#include "sell/tally.h"

#include "entente/sell/v1/pipeline_service.pb-c.h"

/* The levels that were read, and for whom. */
struct levels {
  struct arena *arena;
  const struct counter_sum *sums;
  size_t count;
  const char *currency;
  Type__Party viewer;
};

static int64_t level_value(const struct levels *levels, const char *counter, bool own) {
  return counter_value(levels->sums, levels->count, counter,
                       own ? levels->viewer : TYPE__PARTY__PARTY_UNSPECIFIED);
}

static Type__Money *money_new(const struct levels *levels, int64_t amount) {
  Type__Money *money = arena_new(levels->arena, Type__Money);
  type__money__init(money);
  money->currency_code = (char *)levels->currency;
  money->amount_minor = amount;
  return money;
}

static int64_t level_amount(const struct levels *levels, const struct tally_level *level, bool own) {
  return level_value(levels, arena_printf(levels->arena, "%s.%s", level->amount, levels->currency), own);
}

static Sell__EngagementTotal *total_new(const struct levels *levels) {
  Sell__EngagementTotal *total = arena_new(levels->arena, Sell__EngagementTotal);
  sell__engagement_total__init(total);
  total->joint_amount = money_new(levels, 0);
  total->independent_amount = money_new(levels, 0);
  return total;
}

static void total_add(const struct levels *levels, enum tally_column column, Sell__EngagementTotal *total) {
  const struct tally_level *joint = tally_level(column, false), *own = tally_level(column, true);
  total->joint_count += level_value(levels, joint->count, false);
  total->independent_count += level_value(levels, own->count, true);
  total->joint_amount->amount_minor += level_amount(levels, joint, false);
  total->independent_amount->amount_minor += level_amount(levels, own, true);
}

static Sell__EngagementTotal *total_of(const struct levels *levels, enum tally_column column) {
  Sell__EngagementTotal *total = total_new(levels);
  total_add(levels, column, total);
  return total;
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

static void stages_fill(const struct levels *levels, Sell__Pipeline *pipeline) {
  Sell__StageTotal *stages = arena_calloc(levels->arena, COLUMN_STAGES, sizeof *stages);
  pipeline->stages = arena_calloc(levels->arena, COLUMN_STAGES, sizeof *pipeline->stages);
  pipeline->n_stages = COLUMN_STAGES;
  pipeline->open = total_new(levels);
  for (size_t column = 0; column < COLUMN_STAGES; column++) {
    Sell__StageTotal *stage = pipeline->stages[column] = &stages[column];
    sell__stage_total__init(stage);
    stage->stage = SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT + (Sell__Opportunity__Stage)column;
    stage->total = total_of(levels, (enum tally_column)column);
    total_add(levels, (enum tally_column)column, pipeline->open);
  }
}

const struct status *pipeline_get(struct call *call, const void *in, void *out) {
  const Sell__GetPipelineRequest *request = in;
  Sell__Pipeline *pipeline = out;
  struct occasion occasion;
  struct counter_sum *sums;
  int64_t record_us;
  const struct status *status = occasion_of(call, request->name, &occasion);
  if (status)
    return status;
  struct levels levels = {
      .arena = occasion.arena, .currency = occasion.partnership->currency_code, .viewer = occasion.party};
  status =
      ledger_counters(call_txn(call), name_partnership(occasion.arena, request->name), tally_level_period(),
                      timestamp_us(request->as_of, INT64_MAX), &sums, &levels.count, &record_us);
  if (status)
    return status;
  levels.sums = sums;
  pipeline->name = request->name;
  pipeline->currency_code = (char *)levels.currency;
  stages_fill(&levels, pipeline);
  pipeline->won = total_of(&levels, COLUMN_WON);
  pipeline->lost = total_of(&levels, COLUMN_LOST);
  pipeline->reversed = total_of(&levels, COLUMN_REVERSED);
  pipeline->joint_win_rate =
      win_rate(occasion.arena, pipeline->won->joint_count, pipeline->lost->joint_count);
  pipeline->independent_win_rate =
      win_rate(occasion.arena, pipeline->won->independent_count, pipeline->lost->independent_count);
  pipeline->record_time = record_us ? timestamp_new(occasion.arena, record_us) : NULL;
  return NULL;
}
