#include "sell/opportunity_snapshot.h"

#include "runtime/base/name.h"
#include "runtime/rpc/resource.h"
#include "sell/cosell.h"
#include "sell/service.h"

#include "entente/sell/v1/opportunity_snapshot_service.pb-c.h"

/* The opportunity, as the caller's party may see it. */
static const struct status *opportunity_seen(struct call *call, const char *name, struct occasion *occasion,
                                             Sell__Opportunity **out) {
  const struct status *status = occasion_of(call, name, occasion);
  if (!status)
    status = txn_get(call_txn(call), &kind_opportunity, name, out);
  if (status)
    return status;
  return *out && opportunity_visible(*out, occasion->party) ? NULL : call_not_found(call, name);
}

/* The number of the newest one that whoever sees the opportunity now sees; 0 when there is none. */
static const struct status *last_number(struct call *call, const Sell__Opportunity *opportunity,
                                        int32_t *last) {
  struct list_page page;
  const struct list_query query = {
      .kind = &kind_opportunity_snapshot,
      .index = "number",
      .partition = partition_of(call_arena(call), opportunity->name, opportunity_private_to(opportunity), ""),
      .scope = opportunity->name,
      .descending = true,
      .page_size = 1,
      .page_token = "",
      .binding = "",
  };
  const struct status *status = list_entities(call_txn(call), &query, &page);
  *last = !status && page.count ? ((Sell__OpportunitySnapshot *)page.messages[0])->number : 0;
  return status;
}

const struct status *snapshot_create(struct call *call, const void *in, void *out) {
  const Sell__CreateOpportunitySnapshotRequest *request = in;
  Sell__OpportunitySnapshot *snapshot = out, *taken;
  struct occasion occasion;
  Sell__Opportunity *opportunity;
  int32_t last;
  const struct status *status = opportunity_seen(call, request->parent, &occasion, &opportunity);
  if (!status)
    status = last_number(call, opportunity, &last);
  if (!status)
    status = snapshot_take(&occasion, opportunity, request->template_, last, snapshot);
  if (!status) /* two at once take the same number: the second one loses the race and takes the next */
    status = txn_get(call_txn(call), &kind_opportunity_snapshot, snapshot->name, &taken);
  if (status || taken)
    return status ? status : &status_lost_race;
  snapshot->note = request->note;
  txn_put(call_txn(call), &kind_opportunity_snapshot, snapshot);
  txn_record(call_txn(call), &(struct record_facts){.type = "opportunity_snapshot.taken",
                                                    .payload = snapshot,
                                                    .private_to = snapshot->private_to});
  return txn_commit(call_txn(call), snapshot);
}

const struct status *snapshot_get(struct call *call, const void *in, void *out) {
  const Sell__GetOpportunitySnapshotRequest *request = in;
  Sell__OpportunitySnapshot *snapshot;
  const struct status *status = resource_read(call, &kind_opportunity_snapshot, request->name, &snapshot);
  if (status)
    return status;
  if (!snapshot_visible(snapshot, call_party(call)))
    return call_not_found(call, request->name);
  *(Sell__OpportunitySnapshot *)out = *snapshot;
  return NULL;
}

static bool keep(const void *message, void *context) {
  const Sell__ListOpportunitySnapshotsRequest *request = context;
  const Sell__OpportunitySnapshot *snapshot = message;
  return (!request->template_ || snapshot->template_ == request->template_) &&
         (!request->creator || snapshot->creator == request->creator);
}

const struct status *snapshot_list(struct call *call, const void *in, void *out) {
  const Sell__ListOpportunitySnapshotsRequest *request = in;
  Sell__ListOpportunitySnapshotsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct occasion occasion;
  Sell__Opportunity *opportunity;
  struct list_page page;
  const struct status *status = opportunity_seen(call, request->parent, &occasion, &opportunity);
  if (status)
    return status;
  const struct list_query query = {
      .kind = &kind_opportunity_snapshot,
      .index = "party",
      .partition = partition_of(arena, request->parent, occasion.party, ""),
      .scope = request->parent,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = keep,
      .context = (void *)request,
  };
  status = resource_list(call, query,
                         arena_printf(arena, "%d|%d", (int)request->template_, (int)request->creator), &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}
