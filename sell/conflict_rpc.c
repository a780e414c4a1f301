#include "sell/conflict.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "sell/account_sales.h"
#include "sell/registration_change.h"
#include "sell/service.h"

const struct status *conflict_get(struct call *call, const void *in, void *out) {
  const Sell__GetConflictRequest *request = in;
  Sell__Conflict *conflict;
  const struct status *status = resource_read(call, &kind_conflict, request->name, &conflict);
  if (status)
    return status;
  conflict_settle(call_arena(call), conflict, call_now_us(call));
  *(Sell__Conflict *)out = *conflict;
  return NULL;
}

struct filter {
  const Sell__ListConflictsRequest *request;
  struct arena *arena;
  int64_t now_us;
};

static bool keep(const void *message, void *context) {
  const struct filter *filter = context;
  Sell__Conflict *conflict = (Sell__Conflict *)message;
  conflict_settle(filter->arena, conflict, filter->now_us);
  return !filter->request->state || conflict->state == filter->request->state;
}

const struct status *conflict_list(struct call *call, const void *in, void *out) {
  const Sell__ListConflictsRequest *request = in;
  Sell__ListConflictsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct filter filter = {request, arena, call_now_us(call)};
  bool of_one = !text_empty(request->registration);
  struct list_page page;
  if (of_one && !text_equal(name_vendor(arena, request->registration), request->parent))
    return NULL; /* another vendor's is in no conflict here */
  const struct list_query query = {
      .kind = &kind_conflict,
      .index = of_one ? "side" : "created",
      .partition = of_one ? request->registration : request->parent,
      .scope = request->parent,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = keep,
      .context = &filter,
  };
  const struct status *status =
      resource_list(call, query, arena_printf(arena, "%d", (int)request->state), &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- ruling ---- */

/* The two registrations may have met by one key and have others of their own. */
static const struct status *declare(struct call *call, const struct conflict_facts *facts, const char *what,
                                    char ***names, size_t *count) {
  struct txn *txn = call_txn(call);
  struct account_sales *sales = arena_new(call_arena(call), struct account_sales);
  const char *vendor = name_vendor(call_arena(call), facts->holder->name);
  *sales = (struct account_sales){0};
  const struct status *status = account_sales_add(txn, vendor, what, facts->holder->customer, sales);
  if (!status)
    status = account_sales_add(txn, vendor, what, facts->contender->customer, sales);
  *names = sales->names;
  *count = sales->count;
  return status;
}

/* The registration that lost leaves; under SPLIT the other gets half the uplift. */
static const struct status *carry_out(struct call *call, const struct act *act,
                                      const Sell__Conflict *conflict, Sell__Registration *other,
                                      const Sell__Registration *before) {
  struct txn *txn = call_txn(call);
  const struct status *status = NULL;
  if (!registration_open(other) && !registration_protected(other))
    return NULL;
  if (!conflict_loser(conflict)) {
    registration_halve(other);
    registration_put(txn, before, other, "registration.updated", act->now_us);
    return NULL;
  }
  bool revoked = registration_protected(other);
  status = registration_yield(act, other);
  if (status)
    return status;
  registration_put(txn, before, other, revoked ? "registration.revoked" : "registration.rejected",
                   act->now_us);
  return registration_leave(txn, act, other);
}

const struct status *conflict_decide_for(struct call *call, const void *in, void *out) {
  const Sell__RuleConflictRequest *request = in;
  struct act act = act_of(call);
  struct txn *txn = call_txn(call);
  Sell__Conflict *conflict;
  Sell__Registration *holder, *contender, *holder_before, *contender_before;
  const struct status *status = resource_load(call, &kind_conflict, request->name, request->etag, &conflict);
  if (status)
    return status;
  conflict_settle(act.arena, conflict, act.now_us);
  status = registration_load_other(call, conflict->holder, &holder, &holder_before);
  if (!status)
    status = registration_load_other(call, conflict->contender, &contender, &contender_before);
  if (status)
    return status;
  const struct conflict_facts facts = {request, holder, contender};
  status = conflict_rule(&act, conflict, &facts);
  if (!status)
    status = declare(call, &facts, ACCOUNT_DIRECT, &conflict->ruling->direct_opportunities,
                     &conflict->ruling->n_direct_opportunities);
  if (!status)
    status = declare(call, &facts, ACCOUNT_LOST, &conflict->ruling->lost_opportunities,
                     &conflict->ruling->n_lost_opportunities);
  if (status)
    return status;
  conflict_put(txn, conflict, "conflict.ruled", act.now_us);
  bool holder_won = text_equal(conflict->ruling->winner, conflict->holder);
  status = carry_out(call, &act, conflict, holder_won ? contender : holder,
                     holder_won ? contender_before : holder_before);
  if (status)
    return status;
  *(Sell__Conflict *)out = *conflict;
  return txn_commit(txn, out);
}
