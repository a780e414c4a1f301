#include "sell/row.h"

#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/rpc/resource.h"
#include "sell/protection.h"
#include "sell/registration_change.h"
#include "sell/service.h"

/* A row has at most two entries and one for each breach: the first of a call always fits, so whoever sends
 * the deferred rows again comes to an end. With at most LIMIT_TXN_ENTRIES breaches, each of three resources,
 * the resources fit whenever the entries do. */
enum { ROW_ENTRIES = 2 };
_Static_assert(ROW_ENTRIES + COMPANY_NAME_KEYS_MAX * MATCH_HOLDERS_MAX <= LIMIT_TXN_ENTRIES,
               "a row fits a transaction");

static void row_record(struct txn *txn, const Sell__Opportunity *existing, const struct row_change *change) {
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
}

/* Stages what a row changes: it was opened, and then closed if the row says so. `*fits` false: it has more
 * ledger entries than the transaction still takes, and nothing is staged. */
static const struct status *row_stage(struct txn *txn, const Sell__Opportunity *existing,
                                      const struct row_change *change, bool *fits) {
  const struct opportunity_step whole = {change->type, change->occur_us, existing, change->after};
  struct breaches breaches;
  *fits = true;
  if (!change->after)
    return NULL;
  const struct status *status = protection_find(txn, &whole, &breaches);
  if (status)
    return status;
  *fits = (change->opened ? ROW_ENTRIES : 1) + breaches.count <= txn_entry_room(txn);
  if (!*fits)
    return NULL;
  row_record(txn, existing, change);
  return protection_raise(txn, &breaches);
}

static bool is_named(const Sell__ImportOpportunitiesRequest *request, const Sell__OpportunityRow *row,
                     struct arena *arena) {
  return !text_empty(row->opportunity) &&
         text_equal(name_partnership(arena, row->opportunity), request->parent);
}

/* The opportunity that a row is about: the one that it names, else the one of its key in the other system. */
static const char *row_name(const struct occasion *occasion, const Sell__ImportOpportunitiesRequest *request,
                            const Sell__OpportunityRow *row) {
  if (is_named(request, row, occasion->arena))
    return row->opportunity;
  return name_child(occasion->arena, request->parent, "opportunities",
                    opportunity_external_id(occasion->arena, occasion->party, row->external_id));
}

/* What a row makes of it. One that it names has to be there, and hidden reads as absent. */
static const struct status *row_decide(struct call *call, const struct occasion *occasion, const char *name,
                                       const Sell__OpportunityRow *row, const Sell__Opportunity *existing,
                                       struct row_change *change) {
  if (name == row->opportunity && !(existing && opportunity_visible(existing, occasion->party)))
    return call_not_found(call, name);
  return row_apply(occasion, row, name, existing, change);
}

static const struct status *row_import(struct call *call, const struct occasion *occasion, const char *name,
                                       const Sell__ImportOpportunitiesRequest *request, size_t place,
                                       Sell__RowResult *result) {
  const Sell__OpportunityRow *row = request->rows[place];
  struct row_change change;
  Sell__Opportunity *existing;
  bool fits = true;
  const struct status *status = txn_get(call_txn(call), &kind_opportunity, name, &existing);
  if (status)
    return status;
  const struct status *refused = row_decide(call, occasion, name, row, existing, &change);
  if (refused) {
    row_refuse(occasion->arena, refused, result);
    return NULL;
  }
  /* A row may follow on one before it, in a rehearsal as well: that only never commits. */
  if (!request->validate_only)
    status = row_stage(call_txn(call), existing, &change, &fits);
  else if (change.after)
    txn_put(call_txn(call), &kind_opportunity, change.after);
  result->outcome = fits ? change.outcome : SELL__ROW_RESULT__OUTCOME__OUTCOME_DEFERRED;
  result->opportunity = fits ? (char *)name : result->opportunity;
  return status;
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
    names[i] = row_name(&occasion, request, request->rows[i]);
  /* One round trip for all; the reads below are then from the transaction. */
  Sell__Opportunity **known = arena_calloc(arena, count, sizeof *known);
  status = txn_get_many(call_txn(call), &kind_opportunity, names, count, known);
  if (status)
    return status;
  Sell__RowResult *results = arena_calloc(arena, count, sizeof *results);
  response->results = arena_calloc(arena, count, sizeof *response->results);
  response->n_results = count;
  bool full = false;
  for (size_t i = 0; i < count; i++) {
    sell__row_result__init(&results[i]);
    response->results[i] = &results[i];
    results[i].external_id = request->rows[i]->external_id;
    results[i].outcome = SELL__ROW_RESULT__OUTCOME__OUTCOME_DEFERRED;
    if (!full)
      status = row_import(call, &occasion, names[i], request, i, &results[i]);
    if (status)
      return status;
    /* Those after it wait as well: two rows may be about one opportunity. */
    full = results[i].outcome == SELL__ROW_RESULT__OUTCOME__OUTCOME_DEFERRED;
  }
  return request->validate_only ? NULL : txn_commit(call_txn(call), response);
}
