#include "runtime/base/fold.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/rpc/resource.h"
#include "sell/opportunity_review.h"
#include "sell/service.h"

struct opportunity_filter {
  struct arena *arena;
  const Sell__ListOpportunitiesRequest *request;
  const char *text; /* folded */
};

static bool text_met(const struct opportunity_filter *filter, const Sell__Opportunity *opportunity) {
  const char *texts[] = {opportunity->display_name,
                         opportunity->customer ? opportunity->customer->account : "", opportunity->solution,
                         opportunity->seller};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (text_folded_contains(filter->arena, texts[i], filter->text))
      return true;
  return false;
}

static bool review_met(const Sell__Opportunity *opportunity, Sell__OpportunityReview__State state) {
  return opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT &&
         review_state_of(opportunity) == state;
}

/* Whether an opportunity meets every filter; the index took care of one of them already. */
static bool filters_met(const void *message, void *context) {
  const Sell__Opportunity *opportunity = message;
  const struct opportunity_filter *asked = context;
  const Sell__ListOpportunitiesRequest *filter = asked->request;
  if (filter->review_state && !review_met(opportunity, filter->review_state))
    return false;
  if (*asked->text && !text_met(asked, opportunity))
    return false;
  if (filter->state && opportunity->state != filter->state)
    return false;
  if (filter->stage &&
      (opportunity->stage != filter->stage || opportunity->state != SELL__OPPORTUNITY__STATE__STATE_OPEN))
    return false;
  if (filter->engagement && opportunity->engagement != filter->engagement)
    return false;
  if (filter->owner_party && opportunity->owner_party != filter->owner_party)
    return false;
  if (!text_empty(filter->external_id) && !text_equal(opportunity->external_id, filter->external_id))
    return false;
  const Google__Protobuf__Timestamp *close =
      opportunity->close_time ? opportunity->close_time : opportunity->expected_close_time;
  return !filter->close_month || (close && month_of(timestamp_us(close, 0)) == filter->close_month);
}

/* The index that leaves the least to look through. */
static void index_choose(struct arena *arena, const Sell__ListOpportunitiesRequest *request,
                         const char **index, const char **value) {
  if (request->close_month) {
    *index = "close";
    *value = arena_printf(arena, "%d", request->close_month);
  } else if (request->stage) {
    *index = "stage";
    *value = stage_name(request->stage);
  } else if (request->review_state) {
    *index = "review";
    *value = state_name(review_machine.states, (int)request->review_state);
  } else if (request->state) {
    *index = "state";
    *value = state_name(&sell__opportunity__state__descriptor, (int)request->state);
  } else if (request->engagement) {
    *index = "engagement";
    *value = engagement_name(request->engagement);
  } else {
    *index = "open";
    *value = "";
  }
}

/* By external id the name is known: no index. One of each party at most. */
static const struct status *find_external(struct call *call, struct opportunity_filter *filter,
                                          Sell__ListOpportunitiesResponse *response) {
  const Sell__ListOpportunitiesRequest *request = filter->request;
  static const Type__Party owners[] = {TYPE__PARTY__PARTY_VENDOR, TYPE__PARTY__PARTY_PARTNER};
  enum { OWNERS = sizeof owners / sizeof *owners };
  struct arena *arena = call_arena(call);
  response->opportunities = arena_calloc(arena, OWNERS, sizeof *response->opportunities);
  for (size_t i = 0; i < OWNERS; i++) {
    Sell__Opportunity *found;
    const char *name = name_child(arena, request->parent, "opportunities",
                                  opportunity_external_id(arena, owners[i], request->external_id));
    const struct status *status = txn_peek(call_txn(call), &kind_opportunity, name, &found);
    if (status)
      return status;
    if (found && opportunity_visible(found, call_principal(call)->party) && filters_met(found, filter))
      response->opportunities[response->n_opportunities++] = found;
  }
  return NULL;
}

const struct status *opportunity_list(struct call *call, const void *in, void *out) {
  const Sell__ListOpportunitiesRequest *request = in;
  Sell__ListOpportunitiesResponse *response = out;
  struct arena *arena = call_arena(call);
  const char *index, *value;
  struct opportunity_filter filter = {arena, request, text_fold(arena, request->text)};
  if (!text_empty(request->external_id))
    return find_external(call, &filter, response);
  index_choose(arena, request, &index, &value);
  const struct list_query query = {
      .kind = &kind_opportunity,
      .index = index,
      .partition = partition_of(arena, request->parent, call_party(call), value),
      .scope = request->parent,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = filters_met,
      .context = &filter,
  };
  struct list_page page;
  const char *filters = arena_printf(arena, "%d|%d|%d|%d|%d|%d|%s", (int)request->state, (int)request->stage,
                                     (int)request->engagement, (int)request->owner_party,
                                     request->close_month, (int)request->review_state, filter.text);
  const struct status *status = resource_list(call, query, filters, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}
