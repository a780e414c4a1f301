#include "market/mdf_budget.h"

#include "market/kinds.h"
#include "market/service.h"
#include "runtime/message/mask.h"
#include "runtime/rpc/resource.h"

#include "entente/market/v1/mdf_budget_service.pb-c.h"

const struct status *mdf_budget_get(struct call *call, const void *in, void *out) {
  const Market__GetMdfBudgetRequest *request = in;
  Market__MdfBudget *budget;
  const struct status *status = resource_read(call, &kind_mdf_budget, request->name, &budget);
  if (status) {
    return status;
  }
  budget->state = mdf_budget_state_at(budget, call_now_us(call));
  *(Market__MdfBudget *)out = *budget;
  return NULL;
}

struct budget_filter {
  Market__MdfBudget__State state; /* unspecified: all */
  int64_t now_us;
};

static bool keep_budget(const void *message, void *context) {
  const struct budget_filter *filter = context;
  return !filter->state || mdf_budget_state_at(message, filter->now_us) == filter->state;
}

const struct status *mdf_budget_list(struct call *call, const void *in, void *out) {
  const Market__ListMdfBudgetsRequest *request = in;
  Market__ListMdfBudgetsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct budget_filter filter = {.state = request->state, .now_us = call_now_us(call)};
  /* Expiry is by date: an expired budget is still stored as active. */
  int stored = (int)request->state;
  if (request->state == MARKET__MDF_BUDGET__STATE__STATE_EXPIRED) {
    stored = MARKET__MDF_BUDGET__STATE__STATE_ACTIVE;
  }
  struct list_page page;
  const struct status *status =
      resource_list(call,
                    (struct list_query){.kind = &kind_mdf_budget,
                                        .index = "list",
                                        .scope = request->parent,
                                        .partition = partition_state(arena, request->parent, stored),
                                        .page_size = request->page_size,
                                        .page_token = request->page_token,
                                        .keep = keep_budget,
                                        .context = &filter},
                    arena_printf(arena, "%d", (int)request->state), &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  for (size_t i = 0; i < page.count; i++) {
    response->mdf_budgets[i]->state = mdf_budget_state_at(response->mdf_budgets[i], filter.now_us);
  }
  return NULL;
}

static const struct status *write_budget(struct call *call, Market__MdfBudget *budget, const char *type,
                                         void *out) {
  struct txn *txn = call_txn(call);
  txn_put(txn, &kind_mdf_budget, budget);
  txn_record(
      txn, &(struct record_facts){.type = type, .payload = budget, .private_to = TYPE__PARTY__PARTY_VENDOR});
  *(Market__MdfBudget *)out = *budget;
  return txn_commit(txn, out);
}

const struct status *mdf_budget_create(struct call *call, const void *in, void *out) {
  const Market__CreateMdfBudgetRequest *request = in;
  Market__MdfBudget *budget = request->mdf_budget;
  const struct status *status = resource_name(call, &kind_mdf_budget, request->parent, "mdfBudgets",
                                              request->mdf_budget_id, &budget->name);
  if (!status) {
    status = mdf_budget_apply_create(call_arena(call), budget);
  }
  return status ? status : write_budget(call, budget, "mdf_budget.drafted", out);
}

static const struct status *read_for_verb(struct call *call, const char *name, const char *etag,
                                          Market__MdfBudget **budget) {
  const struct status *status = resource_load(call, &kind_mdf_budget, name, NULL, budget);
  return status ? status : call_check_etag(call, etag, (*budget)->etag);
}

const struct status *mdf_budget_update(struct call *call, const void *in, void *out) {
  const Market__UpdateMdfBudgetRequest *request = in;
  struct arena *arena = call_arena(call);
  Market__MdfBudget *budget;
  const struct status *status = read_for_verb(call, request->mdf_budget->name, request->etag, &budget);
  if (!status) {
    status = mdf_budget_apply_update(arena, budget, call_now_us(call));
  }
  if (!status) {
    Google__Protobuf__FieldMask *mask = request->update_mask;
    status = mask_apply(arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0,
                        &request->mdf_budget->base, &budget->base);
  }
  if (!status) {
    status = mdf_budget_check(arena, budget);
  }
  return status ? status : write_budget(call, budget, "mdf_budget.redrafted", out);
}

const struct status *mdf_budget_activate(struct call *call, const void *in, void *out) {
  const Market__ActivateMdfBudgetRequest *request = in;
  Market__MdfBudget *budget;
  const struct status *status = read_for_verb(call, request->name, request->etag, &budget);
  if (!status) {
    status = mdf_budget_apply_activate(call_arena(call), budget, call_now_us(call));
  }
  return status ? status : write_budget(call, budget, "mdf_budget.activated", out);
}

const struct status *mdf_budget_close(struct call *call, const void *in, void *out) {
  const Market__CloseMdfBudgetRequest *request = in;
  Market__MdfBudget *budget;
  const struct status *status = read_for_verb(call, request->name, request->etag, &budget);
  if (!status) {
    status = mdf_budget_apply_close(call_arena(call), budget, call_now_us(call));
  }
  return status ? status : write_budget(call, budget, "mdf_budget.closed", out);
}
