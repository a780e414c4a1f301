#include "sell/market_estimate.h"

#include "runtime/base/name.h"
#include "runtime/feed/directory.h"
#include "runtime/rpc/resource.h"
#include "sell/account.h"

#include "entente/sell/v1/market_estimate_service.pb-c.h"

static const struct status *finish(struct call *call, const Sell__MarketEstimate *estimate, void *out) {
  *(Sell__MarketEstimate *)out = *estimate;
  return txn_commit(call_txn(call), out);
}

/* The partnership's book, read for a change; a new one where there is none. */
static const struct status *book_load(struct call *call, const char *name, Sell__MarketEstimateBook **out) {
  struct arena *arena = call_arena(call);
  const char *partnership = name_partnership(arena, name);
  char *book = name_child(arena, partnership, "marketEstimateBooks", "one");
  const struct status *status = txn_get(call_txn(call), &kind_market_estimate_book, book, out);
  if (status || *out)
    return status;
  *out = arena_new(arena, Sell__MarketEstimateBook);
  sell__market_estimate_book__init(*out);
  (*out)->name = book;
  return NULL;
}

const struct status *market_estimate_create(struct call *call, const void *in, void *out) {
  const Sell__CreateMarketEstimateRequest *request = in;
  Sell__MarketEstimate *estimate = request->market_estimate;
  const struct act act = act_of(call);
  const Onboard__Partnership *partnership;
  Sell__MarketEstimateBook *book;
  const struct status *status = directory_partnership_going_on(call_txn(call), request->parent, &partnership);
  if (!status)
    status = resource_name(call, &kind_market_estimate, request->parent, "marketEstimates",
                           request->market_estimate_id, &estimate->name);
  if (!status)
    status = book_load(call, estimate->name, &book);
  if (!status)
    status = market_estimate_propose(&act, partnership, book, estimate);
  if (status)
    return status;
  txn_put(call_txn(call), &kind_market_estimate_book, book);
  resource_change(call_txn(call), &kind_market_estimate, estimate, "market_estimate.proposed");
  return finish(call, estimate, out);
}

const struct status *market_estimate_get(struct call *call, const void *in, void *out) {
  const Sell__GetMarketEstimateRequest *request = in;
  return resource_get(call, &kind_market_estimate, request->name, out);
}

static bool keep(const void *message, void *context) {
  const Sell__MarketEstimate *estimate = message;
  const Sell__ListMarketEstimatesRequest *filter = context;
  return estimate->proposing_party == filter->proposing_party;
}

const struct status *market_estimate_list(struct call *call, const void *in, void *out) {
  const Sell__ListMarketEstimatesRequest *request = in;
  Sell__ListMarketEstimatesResponse *response = out;
  struct list_page page;
  const char *state =
      request->state ? state_name(&sell__market_estimate__state__descriptor, (int)request->state) : "";
  const struct list_query query = {
      .kind = &kind_market_estimate,
      .index = request->state ? "state" : "version",
      .partition = arena_printf(call_arena(call), "%s|%s", request->parent, state),
      .scope = request->parent,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = request->proposing_party ? keep : NULL,
      .context = (void *)request,
  };
  const char *filters = request->proposing_party ? party_name(request->proposing_party) : "";
  const struct status *status = resource_list(call, query, filters, &page);
  if (status)
    return status;
  response->market_estimates = (Sell__MarketEstimate **)page.messages;
  response->n_market_estimates = page.count;
  response->next_page_token = (char *)page.next_page_token;
  return NULL;
}

/* What the book was read to hold may have been superseded since: then another came first, and all is read
 * again. */
static const struct status *supersede(struct call *call, const struct act *act, const char *name,
                                      const Sell__MarketEstimate *successor) {
  Sell__MarketEstimate *replaced;
  const struct status *status = resource_load(call, &kind_market_estimate, name, NULL, &replaced);
  if (!status && replaced->state != SELL__MARKET_ESTIMATE__STATE__STATE_AGREED)
    return &status_lost_race;
  if (!status)
    status = market_estimate_supersede(act, replaced, successor);
  if (!status)
    resource_change(call_txn(call), &kind_market_estimate, replaced, "market_estimate.superseded");
  return status;
}

const struct status *market_estimate_accept(struct call *call, const void *in, void *out) {
  const Sell__AgreeMarketEstimateRequest *request = in;
  const struct act act = act_of(call);
  Sell__MarketEstimate *estimate;
  Sell__MarketEstimateBook *book;
  const char *replaced = NULL;
  const struct status *status =
      resource_load(call, &kind_market_estimate, request->name, request->etag, &estimate);
  if (!status)
    status = book_load(call, request->name, &book);
  if (!status)
    status = market_estimate_agree(&act, book, estimate, &replaced);
  if (!status && replaced)
    status = supersede(call, &act, replaced, estimate);
  if (status)
    return status;
  txn_put(call_txn(call), &kind_market_estimate_book, book);
  resource_change(call_txn(call), &kind_market_estimate, estimate, "market_estimate.agreed");
  return finish(call, estimate, out);
}

const struct status *market_estimate_turn_down(struct call *call, const void *in, void *out) {
  const Sell__RejectMarketEstimateRequest *request = in;
  const struct act act = act_of(call);
  Sell__MarketEstimate *estimate;
  const struct status *status =
      resource_load(call, &kind_market_estimate, request->name, request->etag, &estimate);
  if (!status)
    status = market_estimate_reject(&act, estimate, request->reason);
  if (status)
    return status;
  resource_change(call_txn(call), &kind_market_estimate, estimate, "market_estimate.rejected");
  return finish(call, estimate, out);
}

const struct status *market_estimate_take_back(struct call *call, const void *in, void *out) {
  const Sell__WithdrawMarketEstimateRequest *request = in;
  const struct act act = act_of(call);
  Sell__MarketEstimate *estimate;
  const struct status *status =
      resource_load(call, &kind_market_estimate, request->name, request->etag, &estimate);
  if (!status)
    status = market_estimate_withdraw(&act, estimate);
  if (status)
    return status;
  resource_change(call_txn(call), &kind_market_estimate, estimate, "market_estimate.withdrawn");
  return finish(call, estimate, out);
}
