#include "runtime/base/fold.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/rpc/resource.h"
#include "sell/cosell.h"
#include "sell/help_request.h"
#include "sell/service.h"

/* ---- create ---- */

static const struct status *create_check(struct call *call, const Sell__CreateHelpRequestRequest *request) {
  const char *opportunity = request->help_request->opportunity;
  const Onboard__Partnership *partnership;
  bool joint;
  const struct status *status = directory_partnership_going_on(call_txn(call), request->parent, &partnership);
  if (status || text_empty(opportunity))
    return status;
  status = opportunity_is_joint(call, request->parent, opportunity, &joint);
  if (status || joint)
    return status;
  return invalid_field(call_arena(call), "help_request.opportunity", "RESOURCE_NOT_FOUND",
                       "is no joint opportunity of %s", request->parent);
}

const struct status *help_request_create(struct call *call, const void *in, void *out) {
  const Sell__CreateHelpRequestRequest *request = in;
  Sell__HelpRequest *asked = request->help_request;
  struct act act = act_of(call);
  struct txn *txn = call_txn(call);
  const struct status *status = create_check(call, request);
  if (!status)
    status = resource_name(call, &kind_help_request, request->parent, "helpRequests",
                           request->help_request_id, &asked->name);
  if (!status)
    status = help_request_start(&act, asked);
  if (status)
    return status;
  struct record *record = resource_change(txn, &kind_help_request, asked, "help_request.asked");
  txn_count(record, "help.requests", asked->owner, act.now_us, 1);
  txn_count(record, "help.asked_hours", asked->owner, act.now_us, asked->asked_hours);
  *(Sell__HelpRequest *)out = *asked;
  return txn_commit(txn, out);
}

/* ---- reads ---- */

const struct status *help_request_get(struct call *call, const void *in, void *out) {
  const Sell__GetHelpRequestRequest *request = in;
  return resource_get(call, &kind_help_request, request->name, out);
}

struct help_filter {
  struct arena *arena;
  const Sell__ListHelpRequestsRequest *request;
  const char *text; /* folded */
};

static bool keep(const void *message, void *context) {
  const struct help_filter *filter = context;
  const Sell__ListHelpRequestsRequest *request = filter->request;
  const Sell__HelpRequest *found = message;
  if (request->state && found->state != request->state)
    return false;
  if (request->need && found->need != request->need)
    return false;
  if (request->owner && found->owner != request->owner)
    return false;
  if (!text_empty(request->opportunity) && !text_equal(found->opportunity, request->opportunity))
    return false;
  return text_folded_contains(filter->arena, found->title, filter->text) ||
         text_folded_contains(filter->arena, found->description, filter->text) ||
         text_folded_contains(filter->arena, found->assignee, filter->text);
}

const struct status *help_request_list(struct call *call, const void *in, void *out) {
  const Sell__ListHelpRequestsRequest *request = in;
  Sell__ListHelpRequestsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct help_filter filter = {arena, request, text_fold(arena, request->text)};
  const struct list_query query = {
      .kind = &kind_help_request,
      .index = request->state ? "state" : "create",
      .partition = state_partition(arena, request->parent, &sell__help_request__state__descriptor,
                                   (int)request->state),
      .scope = request->parent,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = keep,
      .context = &filter,
  };
  struct list_page page;
  const char *filters = arena_printf(arena, "%d|%d|%d|%s|%s", (int)request->state, (int)request->need,
                                     (int)request->owner, request->opportunity, filter.text);
  const struct status *status = resource_list(call, query, filters, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- verbs ---- */

/* Puts and records what a verb made of a request that counted for `before`, and commits. */
static const struct status *finish(struct call *call, Sell__HelpRequest *request, struct help_hours before,
                                   const char *type, int64_t occur_us, void *out) {
  struct txn *txn = call_txn(call);
  struct help_hours after = help_request_hours(request);
  int64_t when_us = after.when_us ? after.when_us : before.when_us;
  txn_put(txn, &kind_help_request, request);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = type, .payload = request, .occur_us = occur_us});
  txn_count(record, "help.delivered_hours", request->owner, when_us, after.delivered - before.delivered);
  txn_count(record, "help.acknowledged_hours", request->owner, when_us,
            after.acknowledged - before.acknowledged);
  *(Sell__HelpRequest *)out = *request;
  return txn_commit(txn, out);
}

const struct status *help_request_take(struct call *call, const void *in, void *out) {
  const Sell__AcceptHelpRequestRequest *request = in;
  struct act act = act_of(call);
  Sell__HelpRequest *found;
  const struct status *status = resource_load(call, &kind_help_request, request->name, request->etag, &found);
  if (!status)
    status = help_request_accept(&act, found, request->assignee);
  return status ? status : finish(call, found, (struct help_hours){0}, "help_request.accepted", 0, out);
}

const struct status *help_request_refuse(struct call *call, const void *in, void *out) {
  const Sell__DeclineHelpRequestRequest *request = in;
  struct act act = act_of(call);
  Sell__HelpRequest *found;
  const struct status *status = resource_load(call, &kind_help_request, request->name, request->etag, &found);
  if (!status)
    status = help_request_decline(&act, found, request->reason);
  return status ? status : finish(call, found, (struct help_hours){0}, "help_request.declined", 0, out);
}

const struct status *help_request_complete(struct call *call, const void *in, void *out) {
  const Sell__DeliverHelpRequestRequest *request = in;
  struct act act = act_of(call);
  Sell__HelpRequest *found;
  const struct status *status = resource_load(call, &kind_help_request, request->name, request->etag, &found);
  if (!status)
    status = help_request_deliver(&act, found, request);
  if (status)
    return status;
  return finish(call, found, (struct help_hours){0}, "help_request.delivered",
                timestamp_us(found->deliver_time, 0), out);
}

const struct status *help_request_give_back(struct call *call, const void *in, void *out) {
  const Sell__ReturnHelpRequestRequest *request = in;
  struct act act = act_of(call);
  Sell__HelpRequest *found;
  const struct status *status = resource_load(call, &kind_help_request, request->name, request->etag, &found);
  if (status)
    return status;
  struct help_hours before = help_request_hours(found);
  status = help_request_return(&act, found, request->reason);
  if (status)
    return status;
  return finish(call, found, before, "help_request.returned", 0, out);
}

const struct status *help_request_confirm(struct call *call, const void *in, void *out) {
  const Sell__AcknowledgeHelpRequestRequest *request = in;
  struct act act = act_of(call);
  Sell__HelpRequest *found;
  const struct status *status = resource_load(call, &kind_help_request, request->name, request->etag, &found);
  if (status)
    return status;
  struct help_hours before = help_request_hours(found);
  status = help_request_acknowledge(&act, found, request);
  if (!status && !text_empty(found->opportunity))
    status = opportunity_touch(call_txn(call), found->opportunity,
                               SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_CO_SELL, found->name,
                               moment_us(found->deliver_time));
  if (status)
    return status;
  return finish(call, found, before, "help_request.acknowledged", 0, out);
}

const struct status *help_request_withdraw(struct call *call, const void *in, void *out) {
  const Sell__CancelHelpRequestRequest *request = in;
  struct act act = act_of(call);
  Sell__HelpRequest *found;
  const struct status *status = resource_load(call, &kind_help_request, request->name, request->etag, &found);
  if (!status)
    status = help_request_cancel(&act, found, request->reason);
  return status ? status : finish(call, found, (struct help_hours){0}, "help_request.cancelled", 0, out);
}
