#include "sell/row.h"

#include "runtime/base/name.h"
#include "sell/protection.h"
#include "sell/service.h"

/* Stages what a row changes: it was opened, and then closed if the row says so. */
static const struct status *row_stage(struct txn *txn, const Sell__Opportunity *existing,
                                      const struct row_change *change) {
  const struct opportunity_step whole = {change->type, change->occur_us, existing, change->after};
  if (!change->after)
    return NULL;
  txn_put(txn, &kind_opportunity, change->after);
  if (change->opened) {
    change->opened->etag = change->after->etag;
    change->opened->create_time = change->after->create_time;
    change->opened->update_time = change->after->update_time;
    const struct opportunity_step opened = {"opportunity.opened", change->opened_us, NULL, change->opened};
    opportunity_record(txn, &opened);
    existing = change->opened;
  }
  const struct opportunity_step step = {change->type, change->occur_us, existing, change->after};
  opportunity_record(txn, &step);
  return protection_watch(txn, &whole);
}

static const struct status *row_import(struct call *call, const struct occasion *occasion, const char *name,
                                       const Sell__ImportOpportunitiesRequest *request, size_t place,
                                       Sell__RowResult *result) {
  const Sell__OpportunityRow *row = request->rows[place];
  struct row_change change;
  Sell__Opportunity *existing;
  const struct status *status = txn_get(call_txn(call), &kind_opportunity, name, &existing);
  if (status)
    return status;
  result->external_id = row->external_id;
  const struct status *refused = row_apply(occasion, row, name, existing, &change);
  if (refused) {
    row_refuse(occasion->arena, refused, result);
    return NULL;
  }
  result->outcome = change.outcome;
  result->opportunity = (char *)name;
  return request->validate_only ? NULL : row_stage(call_txn(call), existing, &change);
}

const struct status *rows_import(struct call *call, const void *in, void *out) {
  const Sell__ImportOpportunitiesRequest *request = in;
  Sell__ImportOpportunitiesResponse *response = out;
  struct arena *arena = call_arena(call);
  struct occasion occasion;
  const struct status *status = occasion_of(call, request->parent, &occasion);
  if (status)
    return status;
  size_t count = request->n_rows;
  const char **names = arena_calloc(arena, count, sizeof *names);
  for (size_t i = 0; i < count; i++)
    names[i] = name_child(arena, request->parent, "opportunities",
                          opportunity_external_id(arena, occasion.party, request->rows[i]->external_id));
  /* One round trip for all; the reads below are then from the transaction. */
  Sell__Opportunity **known = arena_calloc(arena, count, sizeof *known);
  status = txn_get_many(call_txn(call), &kind_opportunity, names, count, known);
  if (status)
    return status;
  Sell__RowResult *results = arena_calloc(arena, count, sizeof *results);
  response->results = arena_calloc(arena, count, sizeof *response->results);
  response->n_results = count;
  for (size_t i = 0; i < count; i++) {
    sell__row_result__init(&results[i]);
    response->results[i] = &results[i];
    status = row_import(call, &occasion, names[i], request, i, &results[i]);
    if (status)
      return status;
  }
  return txn_commit(call_txn(call), response);
}
