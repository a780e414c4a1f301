#include "sell/engagement.h"

#include "runtime/base/fold.h"
#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/feed/directory.h"
#include "runtime/rpc/resource.h"
#include "sell/cosell.h"
#include "sell/opportunity_review.h"
#include "sell/pipeline_source.h"
#include "sell/service.h"
#include "sell/timed.h"

#define STATE(name) SELL__ENGAGEMENT__STATE__STATE_##name

/* The month of the offer is that of everything that it comes to: answers are shares of offers. */
void engagement_change(struct txn *txn, Sell__Engagement *engagement, const char *type, int64_t occur_us) {
  static const char *const counters[] = {
      [STATE(PENDING)] = "engagements.offered",   [STATE(ACCEPTED)] = "engagements.accepted",
      [STATE(REJECTED)] = "engagements.rejected", [STATE(CANCELLED)] = "engagements.cancelled",
      [STATE(EXPIRED)] = "engagements.expired",
  };
  txn_put(txn, &kind_engagement, engagement);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = type, .payload = engagement, .occur_us = occur_us});
  txn_count(record, counters[engagement->state], engagement->inviter, moment_us(engagement->create_time), 1);
}

/* ---- create ---- */

/* The opportunity that an offer is about: joint, or the inviting party's own. */
static const struct status *opportunity_offered(struct call *call, const char *partnership, const char *name,
                                                Sell__Opportunity **out) {
  struct arena *arena = call_arena(call);
  const Onboard__Partnership *known;
  bool theirs;
  const struct status *status = directory_partnership_going_on(call_txn(call), partnership, &known);
  if (!status)
    status = opportunity_within(call, partnership, name, out);
  if (status)
    return status;
  theirs = *out && opportunity_visible(*out, call_party(call));
  if (!theirs)
    return invalid_field(arena, "engagement.opportunity", "RESOURCE_NOT_FOUND",
                         "is no opportunity of %s that you could offer", partnership);
  struct status *unmet = NULL;
  if ((*out)->state != SELL__OPPORTUNITY__STATE__STATE_OPEN)
    guard_add(arena, &unmet, REASON_GUARD_UNMET, name, "it is %s: an offer is about what is open",
              state_name(&sell__opportunity__state__descriptor, (int)(*out)->state));
  return unmet;
}

const struct status *engagement_create(struct call *call, const void *in, void *out) {
  const Sell__CreateEngagementRequest *request = in;
  Sell__Engagement *offered = request->engagement;
  struct act act = act_of(call);
  Sell__Opportunity *opportunity;
  const struct status *status =
      opportunity_offered(call, request->parent, offered->opportunity, &opportunity);
  if (!status)
    status = resource_name(call, &kind_engagement, request->parent, "engagements", request->engagement_id,
                           &offered->name);
  if (!status)
    status = engagement_start(&act, offered, opportunity);
  if (status)
    return status;
  engagement_change(call_txn(call), offered, "engagement.offered", act.now_us);
  *(Sell__Engagement *)out = *offered;
  return txn_commit(call_txn(call), out);
}

/* ---- reads ---- */

const struct status *engagement_get(struct call *call, const void *in, void *out) {
  const Sell__GetEngagementRequest *request = in;
  Sell__Engagement *found;
  const struct status *status = resource_read(call, &kind_engagement, request->name, &found);
  if (status)
    return status;
  engagement_settle(call_arena(call), found, call_now_us(call));
  *(Sell__Engagement *)out = *found;
  return NULL;
}

struct engagement_filter {
  struct arena *arena;
  int64_t now_us;
  const Sell__ListEngagementsRequest *request;
  const char *text; /* folded */
};

static bool text_met(const struct engagement_filter *filter, const Sell__Engagement *engagement) {
  const char *account = engagement->payload ? engagement->payload->account : "";
  bool met = text_folded_contains(filter->arena, engagement->title, filter->text) ||
             text_folded_contains(filter->arena, account, filter->text);
  for (size_t i = 0; !met && i < engagement->n_members; i++)
    met = text_folded_contains(filter->arena, engagement->members[i]->person, filter->text);
  return met;
}

static bool asks_to_be(const Sell__Engagement *engagement, Sell__Engagement__Responsibility asked) {
  for (size_t i = 0; i < engagement->n_responsibilities; i++)
    if (engagement->responsibilities[i] == asked)
      return true;
  return false;
}

static bool keep(const void *message, void *context) {
  const struct engagement_filter *filter = context;
  const Sell__ListEngagementsRequest *request = filter->request;
  const Sell__Engagement *engagement = message;
  if (request->state && engagement_state_at(engagement, filter->now_us) != request->state)
    return false;
  if (!text_empty(request->opportunity) && !text_equal(engagement->opportunity, request->opportunity))
    return false;
  if (request->inviter && engagement->inviter != request->inviter)
    return false;
  if (request->involvement && engagement->involvement != request->involvement)
    return false;
  if (request->responsibility && !asks_to_be(engagement, request->responsibility))
    return false;
  return text_met(filter, engagement);
}

const struct status *engagement_list(struct call *call, const void *in, void *out) {
  const Sell__ListEngagementsRequest *request = in;
  Sell__ListEngagementsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct engagement_filter filter = {arena, call_now_us(call), request, text_fold(arena, request->text)};
  const struct list_query query = {
      .kind = &kind_engagement,
      .index = "create",
      .partition = state_partition(arena, request->parent, NULL, 0),
      .scope = request->parent,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = keep,
      .context = &filter,
  };
  struct list_page page;
  const char *filters = arena_printf(arena, "%d|%s|%d|%d|%d|%s", (int)request->state, request->opportunity,
                                     (int)request->inviter, (int)request->involvement,
                                     (int)request->responsibility, filter.text);
  const struct status *status = resource_list(call, query, filters, &page);
  if (status)
    return status;
  resource_page(response, &page);
  for (size_t i = 0; i < page.count; i++)
    engagement_settle(arena, response->engagements[i], filter.now_us);
  return NULL;
}

/* ---- answers ---- */

static const struct status *finish(struct call *call, Sell__Engagement *engagement, const char *type,
                                   void *out) {
  engagement_change(call_txn(call), engagement, type, call_now_us(call));
  *(Sell__Engagement *)out = *engagement;
  return txn_commit(call_txn(call), out);
}

/* What was the inviting party's own is joint from now on: it leaves that party's figures in an entry that it
 * alone reads, and comes into those of both in one for both. */
static const struct status *opportunity_share(struct call *call, const Sell__Engagement *engagement) {
  struct txn *txn = call_txn(call);
  struct occasion occasion;
  Sell__Opportunity *own;
  struct status *unmet = NULL;
  const struct status *status = occasion_of(call, engagement->opportunity, &occasion);
  if (!status)
    status = txn_get(txn, &kind_opportunity, engagement->opportunity, &own);
  if (status)
    return status;
  if (!own || own->state != SELL__OPPORTUNITY__STATE__STATE_OPEN) {
    guard_add(occasion.arena, &unmet, REASON_GUARD_UNMET, engagement->name,
              "what it offers is no longer open");
    return unmet;
  }
  if (own->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT)
    return opportunity_touch(txn, own->name, SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_CO_SELL,
                             engagement->name, occasion.now_us);
  Sell__Opportunity *joint = arena_copy(occasion.arena, own, sizeof *own);
  joint->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  joint->joined_by = engagement->name;
  /* What was written for its owner alone; the owner's entries keep it. */
  joint->retreat_reason = joint->reopen_reason = (char *)"";
  review_begin(&occasion, joint);
  touch_add(occasion.arena, joint, SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_CO_SELL, engagement->name,
            occasion.now_us);
  txn_put(txn, &kind_opportunity, joint);
  opportunity_leave(txn, "opportunity.given_up", own);
  const struct opportunity_step step = {"opportunity.shared", occasion.now_us, NULL, joint};
  opportunity_record(txn, &step);
  return NULL;
}

const struct status *engagement_take(struct call *call, const void *in, void *out) {
  const Sell__AcceptEngagementRequest *request = in;
  struct act act = act_of(call);
  Sell__Engagement *engagement;
  const struct status *status =
      resource_open(call, &timed_engagement, request->name, request->etag, &engagement);
  if (!status)
    status = engagement_accept(&act, engagement, request->members, request->n_members);
  if (!status)
    status = opportunity_share(call, engagement);
  return status ? status : finish(call, engagement, "engagement.accepted", out);
}

const struct status *engagement_refuse(struct call *call, const void *in, void *out) {
  const Sell__RejectEngagementRequest *request = in;
  struct act act = act_of(call);
  Sell__Engagement *engagement;
  const struct status *status =
      resource_open(call, &timed_engagement, request->name, request->etag, &engagement);
  if (!status)
    status = engagement_reject(&act, engagement, request);
  return status ? status : finish(call, engagement, "engagement.rejected", out);
}

const struct status *engagement_take_back(struct call *call, const void *in, void *out) {
  const Sell__CancelEngagementRequest *request = in;
  struct act act = act_of(call);
  Sell__Engagement *engagement;
  const struct status *status =
      resource_open(call, &timed_engagement, request->name, request->etag, &engagement);
  if (!status)
    status = engagement_cancel(&act, engagement, request->reason);
  return status ? status : finish(call, engagement, "engagement.cancelled", out);
}

/* ---- once it goes on ---- */

const struct status *engagement_deepen(struct call *call, const void *in, void *out) {
  const Sell__ChangeEngagementInvolvementRequest *request = in;
  struct act act = act_of(call);
  Sell__Engagement *engagement;
  const struct status *status =
      resource_open(call, &timed_engagement, request->name, request->etag, &engagement);
  if (!status)
    status = engagement_involve(&act, engagement, request);
  return status ? status
                : resource_answer(call, &kind_engagement, engagement, "engagement.involvement_changed", out);
}

const struct status *engagement_set_members(struct call *call, const void *in, void *out) {
  const Sell__SetEngagementMembersRequest *request = in;
  struct act act = act_of(call);
  Sell__Engagement *engagement;
  const struct status *status =
      resource_open(call, &timed_engagement, request->name, request->etag, &engagement);
  if (!status)
    status = engagement_staff(&act, engagement, request->members, request->n_members);
  return status ? status : resource_answer(call, &kind_engagement, engagement, "engagement.members_set", out);
}
