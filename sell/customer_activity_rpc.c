#include "runtime/base/fold.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/message/mask.h"
#include "runtime/message/validate.h"
#include "runtime/rpc/resource.h"
#include "sell/account.h"
#include "sell/cosell.h"
#include "sell/customer_activity.h"

#include "entente/sell/v1/target_account.pb-c.h"

/* ---- shared by all ---- */

/* Looks up what an activity names. Of another partnership nothing is looked up. */
static const struct status *find_subjects(struct call *call, const Sell__CustomerActivity *activity,
                                          const char *partnership, struct activity_subjects *out) {
  const char *account = activity->target_account;
  const Sell__TargetAccount *found = NULL;
  const struct status *status = NULL;
  *out = (struct activity_subjects){0};
  if (!text_empty(account) && text_equal(name_partnership(call_arena(call), account), partnership))
    status = txn_peek(call_txn(call), &kind_target_account, account, &found);
  out->target_account = found != NULL;
  if (!status && !text_empty(activity->opportunity))
    status = opportunity_is_joint(call, partnership, activity->opportunity, &out->opportunity);
  return status;
}

/* Puts and records what a verb made of an activity that counted for `before`, and commits. What counts keeps
 * its time: only what counts for nothing yet is given another. */
static const struct status *finish(struct call *call, Sell__CustomerActivity *activity,
                                   struct activity_tally before, const char *type, int64_t occur_us,
                                   void *out) {
  struct txn *txn = call_txn(call);
  struct activity_tally after = customer_activity_tally(activity);
  int64_t when_us = after.held ? after.when_us : before.when_us;
  const struct record_facts facts = {.type = type, .payload = activity, .occur_us = occur_us};
  txn_put(txn, &kind_customer_activity, activity);
  struct record *record = txn_record(txn, &facts);
  txn_count(record, "customer_activities.held", activity->owner, when_us, after.held - before.held);
  txn_count(record, "customer_activities.acknowledged", activity->owner, when_us,
            after.acknowledged - before.acknowledged);
  *(Sell__CustomerActivity *)out = *activity;
  return txn_commit(txn, out);
}

/* ---- planning ---- */

const struct status *customer_activity_create(struct call *call, const void *in, void *out) {
  const Sell__CreateCustomerActivityRequest *request = in;
  Sell__CustomerActivity *planned = request->customer_activity;
  struct act act = act_of(call);
  struct activity_subjects subjects;
  const struct status *status = partnership_open(call, request->parent);
  if (!status)
    status = find_subjects(call, planned, request->parent, &subjects);
  if (!status)
    status = resource_name(call, &kind_customer_activity, request->parent, "customerActivities",
                           request->customer_activity_id, &planned->name);
  if (!status)
    status = customer_activity_plan(&act, planned, subjects);
  return status ? status
                : resource_answer(call, &kind_customer_activity, planned, "customer_activity.planned", out);
}

const struct status *customer_activity_patch(struct call *call, const void *in, void *out) {
  const Sell__UpdateCustomerActivityRequest *request = in;
  const Sell__CustomerActivity *wanted = request->customer_activity;
  struct act act = act_of(call);
  struct activity_subjects subjects;
  Sell__CustomerActivity *current;
  const struct status *status =
      resource_load(call, &kind_customer_activity, wanted->name, wanted->etag, &current);
  if (status)
    return status;
  Sell__CustomerActivity *after = (Sell__CustomerActivity *)message_copy(act.arena, &current->base);
  Sell__CustomerActivity given = *wanted;
  given.name = current->name;
  given.etag = current->etag;
  status = mask_apply(act.arena, request->update_mask ? request->update_mask->paths : NULL,
                      request->update_mask ? request->update_mask->n_paths : 0, &given.base, &after->base);
  if (!status)
    status = find_subjects(call, after, name_partnership(act.arena, current->name), &subjects);
  if (!status)
    status = customer_activity_update(&act, current, after, subjects);
  if (status)
    return status;
  if (customer_activity_differs(current, after))
    return finish(call, after, customer_activity_tally(current), "customer_activity.updated", 0, out);
  *(Sell__CustomerActivity *)out = *current;
  return txn_commit(call_txn(call), out);
}

/* ---- reads ---- */

const struct status *customer_activity_get(struct call *call, const void *in, void *out) {
  const Sell__GetCustomerActivityRequest *request = in;
  return resource_get(call, &kind_customer_activity, request->name, out);
}

struct activity_filter {
  struct arena *arena;
  const Sell__ListCustomerActivitiesRequest *request;
  const char *text;     /* folded */
  int64_t from, before; /* INT64_MIN and INT64_MAX: not asked for */
};

static bool has_text(const struct activity_filter *filter, const Sell__CustomerActivity *found) {
  return text_folded_contains(filter->arena, found->title, filter->text) ||
         text_folded_contains(filter->arena, found->account, filter->text) ||
         text_folded_contains(filter->arena, found->summary, filter->text) ||
         text_folded_contains(filter->arena, found->next_step, filter->text);
}

static bool names(const char *asked, const char *named) {
  return text_empty(asked) || text_equal(asked, named);
}

static bool held_within(const struct activity_filter *filter, const Google__Protobuf__Timestamp *hold_time) {
  int64_t held = timestamp_us(hold_time, INT64_MIN);
  bool any = filter->from == INT64_MIN && filter->before == INT64_MAX;
  return any || (hold_time && held >= filter->from && held < filter->before);
}

static bool keep(const void *message, void *context) {
  const struct activity_filter *filter = context;
  const Sell__ListCustomerActivitiesRequest *request = filter->request;
  const Sell__CustomerActivity *found = message;
  if (request->state && found->state != request->state)
    return false;
  if (request->kind && found->kind != request->kind)
    return false;
  if (request->owner && found->owner != request->owner)
    return false;
  return held_within(filter, found->hold_time) && names(request->target_account, found->target_account) &&
         names(request->opportunity, found->opportunity) && has_text(filter, found);
}

/* The narrowest partition that holds all that is asked for. */
static struct list_query query_of(struct arena *arena, const Sell__ListCustomerActivitiesRequest *request) {
  const char *account = request->target_account;
  bool of_account = !text_empty(account) && text_equal(name_partnership(arena, account), request->parent);
  return (struct list_query){
      .kind = &kind_customer_activity,
      .index = of_account       ? "account"
               : request->state ? "state"
                                : "create",
      .partition = of_account
                       ? account
                       : state_partition(arena, request->parent, &sell__customer_activity__state__descriptor,
                                         (int)request->state),
      .scope = request->parent,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = keep,
  };
}

const struct status *customer_activity_list(struct call *call, const void *in, void *out) {
  const Sell__ListCustomerActivitiesRequest *request = in;
  Sell__ListCustomerActivitiesResponse *response = out;
  struct arena *arena = call_arena(call);
  struct activity_filter filter = {arena, request, text_fold(arena, request->text),
                                   timestamp_us(request->hold_from, INT64_MIN),
                                   timestamp_us(request->hold_before, INT64_MAX)};
  struct list_query query = query_of(arena, request);
  query.context = &filter;
  struct list_page page;
  const char *filters =
      arena_printf(arena, "%d|%d|%d|%s|%s|%lld|%lld|%s", (int)request->state, (int)request->kind,
                   (int)request->owner, request->target_account, request->opportunity, (long long)filter.from,
                   (long long)filter.before, filter.text);
  const struct status *status = resource_list(call, query, filters, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- verbs ---- */

/* An activity that a verb changes, and what it counted for before. */
struct change {
  struct act act;
  Sell__CustomerActivity *activity;
  struct activity_tally before;
};

static const struct status *begin(struct call *call, const char *name, const char *etag,
                                  struct change *change) {
  *change = (struct change){.act = act_of(call)};
  const struct status *status = resource_load(call, &kind_customer_activity, name, etag, &change->activity);
  if (!status)
    change->before = customer_activity_tally(change->activity);
  return status;
}

const struct status *customer_activity_report(struct call *call, const void *in, void *out) {
  const Sell__HoldCustomerActivityRequest *request = in;
  struct change change;
  const struct status *status = begin(call, request->name, request->etag, &change);
  if (!status)
    status = customer_activity_hold(&change.act, change.activity, request);
  if (status)
    return status;
  int64_t hold_us = timestamp_us(change.activity->hold_time, 0);
  return finish(call, change.activity, change.before, "customer_activity.held", hold_us, out);
}

const struct status *customer_activity_confirm(struct call *call, const void *in, void *out) {
  const Sell__AcknowledgeCustomerActivityRequest *request = in;
  struct change change;
  const struct status *status = begin(call, request->name, request->etag, &change);
  if (!status)
    status = customer_activity_acknowledge(&change.act, change.activity);
  return status ? status
                : finish(call, change.activity, change.before, "customer_activity.acknowledged", 0, out);
}

const struct status *customer_activity_object(struct call *call, const void *in, void *out) {
  const Sell__DisputeCustomerActivityRequest *request = in;
  struct change change;
  const struct status *status = begin(call, request->name, request->etag, &change);
  if (!status)
    status = customer_activity_dispute(&change.act, change.activity, request->reason);
  return status ? status : finish(call, change.activity, change.before, "customer_activity.disputed", 0, out);
}

const struct status *customer_activity_give_up(struct call *call, const void *in, void *out) {
  const Sell__CancelCustomerActivityRequest *request = in;
  struct change change;
  const struct status *status = begin(call, request->name, request->etag, &change);
  if (!status)
    status = customer_activity_cancel(&change.act, change.activity, request->reason);
  return status ? status
                : finish(call, change.activity, change.before, "customer_activity.cancelled", 0, out);
}

const struct status *customer_activity_take_back(struct call *call, const void *in, void *out) {
  const Sell__ReverseCustomerActivityRequest *request = in;
  struct change change;
  const struct status *status = begin(call, request->name, request->etag, &change);
  if (!status)
    status = customer_activity_reverse(&change.act, change.activity, request->reason);
  return status ? status : finish(call, change.activity, change.before, "customer_activity.reversed", 0, out);
}
