#include "sell/target_account.h"

#include "runtime/base/fold.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/message/mask.h"
#include "runtime/message/validate.h"
#include "runtime/rpc/resource.h"
#include "sell/account.h"
#include "sell/cosell.h"

#include "entente/sell/v1/target_account_service.pb-c.h"

#include <string.h>

#define SHARED TYPE__PARTY__PARTY_UNSPECIFIED

static const struct status *finish(struct call *call, const Sell__TargetAccount *account, void *out) {
  *(Sell__TargetAccount *)out = *account;
  return txn_commit(call_txn(call), out);
}

/* What a step counts for: the steps that `after` has taken and `before` had not. */
static void count_steps(struct record *record, const Sell__TargetAccount *before,
                        const Sell__TargetAccount *after) {
  if (!before->approach_time && after->approach_time)
    txn_count(record, "target_accounts.approached", SHARED, timestamp_us(after->approach_time, 0), 1);
  if (!before->engage_time && after->engage_time)
    txn_count(record, "target_accounts.engaged", SHARED, timestamp_us(after->engage_time, 0), 1);
  if (before->close_time || !after->close_time)
    return;
  bool won = after->state == SELL__TARGET_ACCOUNT__STATE__STATE_WON;
  txn_count(record, won ? "target_accounts.won" : "target_accounts.dropped", SHARED,
            timestamp_us(after->close_time, 0), 1);
}

/* Puts what a verb made of an account, records it and commits. */
static const struct status *step_commit(struct call *call, const char *type, int64_t occur_us,
                                        const Sell__TargetAccount *before, Sell__TargetAccount *after,
                                        void *out) {
  struct txn *txn = call_txn(call);
  txn_put(txn, &kind_target_account, after);
  const struct record_facts facts = {.type = type, .payload = after, .occur_us = occur_us};
  count_steps(txn_record(txn, &facts), before, after);
  return finish(call, after, out);
}

const struct status *target_account_create(struct call *call, const void *in, void *out) {
  const Sell__CreateTargetAccountRequest *request = in;
  Sell__TargetAccount *account = request->target_account;
  struct act act = act_of(call);
  const struct status *status = partnership_open(call, request->parent);
  if (!status)
    status = resource_name(call, &kind_target_account, request->parent, "targetAccounts",
                           request->target_account_id, &account->name);
  if (!status)
    status = target_account_identify(&act, account);
  if (status)
    return status;
  struct record *record =
      resource_change(call_txn(call), &kind_target_account, account, "target_account.identified");
  txn_count(record, "target_accounts.identified", SHARED, act.now_us, 1);
  return finish(call, account, out);
}

const struct status *target_account_get(struct call *call, const void *in, void *out) {
  const Sell__GetTargetAccountRequest *request = in;
  return resource_get(call, &kind_target_account, request->name, out);
}

struct target_account_filter {
  struct arena *arena;
  const Sell__ListTargetAccountsRequest *request;
  const char *text; /* folded */
};

static bool keep(const void *message, void *context) {
  const Sell__TargetAccount *account = message;
  const struct target_account_filter *filter = context;
  const Sell__ListTargetAccountsRequest *request = filter->request;
  return (!request->state || account->state == request->state) &&
         (text_empty(request->segment) || text_equal(account->segment, request->segment)) &&
         (!request->lead_party || account->lead_party == request->lead_party) &&
         text_folded_contains(filter->arena, account->account, filter->text);
}

const struct status *target_account_list(struct call *call, const void *in, void *out) {
  const Sell__ListTargetAccountsRequest *request = in;
  Sell__ListTargetAccountsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct target_account_filter filter = {arena, request, text_fold(arena, request->text)};
  struct list_page page;
  const char *state =
      request->state ? state_name(&sell__target_account__state__descriptor, (int)request->state) : "";
  const struct list_query query = {
      .kind = &kind_target_account,
      .index = request->state ? "state" : "new",
      .partition = arena_printf(arena, "%s|%s", request->parent, state),
      .scope = request->parent,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = keep,
      .context = &filter,
  };
  const char *filters = arena_printf(arena, "%d|%zu|%s|%s", (int)request->lead_party,
                                     strlen(request->segment), request->segment, filter.text);
  const struct status *status = resource_list(call, query, filters, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *target_account_patch(struct call *call, const void *in, void *out) {
  const Sell__UpdateTargetAccountRequest *request = in;
  const Sell__TargetAccount *wanted = request->target_account;
  struct act act = act_of(call);
  Sell__TargetAccount *current;
  const struct status *status =
      resource_load(call, &kind_target_account, wanted->name, wanted->etag, &current);
  if (status)
    return status;
  Sell__TargetAccount *after = (Sell__TargetAccount *)message_copy(act.arena, &current->base);
  Sell__TargetAccount given = *wanted;
  given.name = current->name;
  given.etag = current->etag;
  status = mask_apply(act.arena, request->update_mask ? request->update_mask->paths : NULL,
                      request->update_mask ? request->update_mask->n_paths : 0, &given.base, &after->base);
  if (!status)
    status = target_account_update(&act, current, after);
  if (status)
    return status;
  if (!target_account_differs(current, after))
    return finish(call, current, out);
  return step_commit(call, "target_account.updated", act.now_us, current, after, out);
}

/* The activity of the partnership that `name` lies in; NULL where there is none. Of another partnership
 * nothing is looked up. */
static const struct status *activity_find(struct call *call, const char *name, const char *activity,
                                          Sell__CustomerActivity **out) {
  struct arena *arena = call_arena(call);
  *out = NULL;
  if (!text_equal(name_partnership(arena, name), name_partnership(arena, activity)))
    return NULL;
  return txn_get(call_txn(call), &kind_customer_activity, activity, out);
}

const struct status *target_account_begin(struct call *call, const void *in, void *out) {
  const Sell__ApproachTargetAccountRequest *request = in;
  struct act act = act_of(call);
  int64_t when_us = timestamp_us(request->approach_time, INT64_MIN);
  Sell__TargetAccount *account;
  const struct status *status =
      resource_load(call, &kind_target_account, request->name, request->etag, &account);
  if (status)
    return status;
  const Sell__TargetAccount before = *account;
  Sell__CustomerActivity *activity = NULL;
  bool named = !text_empty(request->customer_activity);
  if (named)
    status = activity_find(call, request->name, request->customer_activity, &activity);
  if (!status)
    status = named ? target_account_approach_shown(&act, account, activity, &when_us)
                   : target_account_approach(&act, account, &when_us);
  return status ? status : step_commit(call, "target_account.approached", when_us, &before, account, out);
}

const struct status *target_account_go_on(struct call *call, const void *in, void *out) {
  const Sell__EngageTargetAccountRequest *request = in;
  struct act act = act_of(call);
  int64_t when_us = timestamp_us(request->engage_time, INT64_MIN);
  Sell__TargetAccount *account;
  const struct status *status =
      resource_load(call, &kind_target_account, request->name, request->etag, &account);
  if (status)
    return status;
  const Sell__TargetAccount before = *account;
  status = target_account_engage(&act, account, &when_us);
  return status ? status : step_commit(call, "target_account.engaged", when_us, &before, account, out);
}

const struct status *target_account_close_won(struct call *call, const void *in, void *out) {
  const Sell__WinTargetAccountRequest *request = in;
  struct act act = act_of(call);
  Sell__TargetAccount *account;
  Sell__Opportunity *opportunity;
  const struct status *status =
      resource_load(call, &kind_target_account, request->name, request->etag, &account);
  if (!status)
    status = joint_find(call, request->name, request->opportunity, &opportunity);
  if (status)
    return status;
  const Sell__TargetAccount before = *account;
  status = target_account_win(&act, account, opportunity);
  return status ? status
                : step_commit(call, "target_account.won", timestamp_us(account->close_time, 0), &before,
                              account, out);
}

const struct status *target_account_give_up(struct call *call, const void *in, void *out) {
  const Sell__DropTargetAccountRequest *request = in;
  struct act act = act_of(call);
  Sell__TargetAccount *account;
  const struct status *status =
      resource_load(call, &kind_target_account, request->name, request->etag, &account);
  if (status)
    return status;
  const Sell__TargetAccount before = *account;
  status = target_account_drop(&act, account, request->reason);
  return status ? status : step_commit(call, "target_account.dropped", act.now_us, &before, account, out);
}
