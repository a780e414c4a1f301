#include "sell/pipeline.h"

#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "runtime/store/ledger.h"
#include "runtime/store/list.h"
#include "sell/account.h"

const struct status *levels_read(struct txn *txn, const char *partnership, int64_t as_of_us,
                                 struct levels *levels, int64_t *record_us) {
  struct counter_sum *sums;
  size_t count;
  const struct status *status = ledger_counters(txn, partnership, tally_level_period(), as_of_us,
                                                levels->viewer, &sums, &count, record_us);
  for (size_t i = 0; !status && i < count; i++)
    levels_add(levels, sums[i].counter, sums[i].party, sums[i].amount);
  return status;
}

/* The occasion of a call, and the weights that it asks for. */
static const struct status *weights_read(struct call *call, const char *name, const int32_t *bps,
                                         size_t count, struct occasion *occasion,
                                         struct stage_weights *weights) {
  const struct status *status = occasion_of(call, name, occasion);
  return status ? status : stage_weights_of(occasion->arena, bps, count, weights);
}

const struct status *pipeline_get(struct call *call, const void *in, void *out) {
  const Sell__GetPipelineRequest *request = in;
  Sell__Pipeline *pipeline = out;
  struct occasion occasion;
  struct stage_weights weights;
  int64_t record_us;
  const struct status *status = weights_read(call, request->name, request->stage_probability_bps,
                                             request->n_stage_probability_bps, &occasion, &weights);
  if (status)
    return status;
  struct levels levels = {.currency = occasion.partnership->currency_code, .viewer = occasion.party};
  status = levels_read(call_txn(call), name_partnership(occasion.arena, request->name),
                       timestamp_us(request->as_of, INT64_MAX), &levels, &record_us);
  if (status)
    return status;
  pipeline->name = request->name;
  pipeline_fill(occasion.arena, &levels, &weights, pipeline);
  pipeline->record_time = record_us ? timestamp_new(occasion.arena, record_us) : NULL;
  return NULL;
}

static void visit(const void *message, void *context) {
  segment_sums_add(context, message);
}

const struct status *segment_pipeline_get(struct call *call, const void *in, void *out) {
  const Sell__GetSegmentPipelineRequest *request = in;
  struct occasion occasion;
  struct stage_weights weights;
  const struct status *status = weights_read(call, request->name, request->stage_probability_bps,
                                             request->n_stage_probability_bps, &occasion, &weights);
  if (status)
    return status;
  const char *partnership = name_partnership(occasion.arena, request->name);
  const char *open = state_name(&sell__opportunity__state__descriptor, SELL__OPPORTUNITY__STATE__STATE_OPEN);
  const struct list_query query = {
      .kind = &kind_opportunity,
      .index = "state",
      .partition = partition_of(occasion.arena, partnership, occasion.party, open),
      .scope = partnership,
  };
  struct segment_sums sums = {
      .arena = occasion.arena, .currency = occasion.partnership->currency_code, .viewer = occasion.party};
  status = list_walk(call_txn(call), &query, visit, &sums);
  if (status)
    return status;
  ((Sell__SegmentPipeline *)out)->name = request->name;
  segment_sums_fill(&sums, &weights, out);
  return NULL;
}
