#include "incentivize/account.h"
#include "incentivize/cadence.h"
#include "incentivize/commission_plan.h"
#include "incentivize/kinds.h"
#include "incentivize/listing.h"
#include "incentivize/posting.h"
#include "incentivize/service.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/message/mask.h"

#include "entente/incentivize/v1/commission_plan_service.pb-c.h"

static struct plan_act act_of(struct call *call) {
  const struct principal *principal = call_principal(call);
  return (struct plan_act){principal->party, principal->subject, call_now_us(call)};
}

static struct posting posting_of(struct call *call) {
  return (struct posting){call_txn(call), call_arena(call), call_now_us(call)};
}

/* The plan of a write request, with its etag looked at. */
static const struct status *load(struct call *call, const char *name, const char *etag,
                                 Incentivize__CommissionPlan **out) {
  const struct status *status = txn_get(call_txn(call), &kind_commission_plan, name, out);
  if (status)
    return status;
  return *out ? call_check_etag(call, etag, (*out)->etag) : call_not_found(call, name);
}

/* Stages a changed plan and commits it as the answer. */
static const struct status *commit(struct call *call, const char *type, Incentivize__CommissionPlan *plan,
                                   void *out) {
  txn_put(call_txn(call), &kind_commission_plan, plan);
  txn_record(call_txn(call), &(struct record_facts){.type = type, .payload = plan});
  *(Incentivize__CommissionPlan *)out = *plan;
  return txn_commit(call_txn(call), out);
}

const struct status *commission_plan_get(struct call *call, const void *in, void *out) {
  const Incentivize__GetCommissionPlanRequest *request = in;
  Incentivize__CommissionPlan *plan;
  const struct status *status = txn_peek(call_txn(call), &kind_commission_plan, request->name, &plan);
  if (status)
    return status;
  if (!plan)
    return call_not_found(call, request->name);
  *(Incentivize__CommissionPlan *)out = *plan;
  return NULL;
}

const struct status *commission_plan_list(struct call *call, const void *in, void *out) {
  const Incentivize__ListCommissionPlansRequest *request = in;
  Incentivize__ListCommissionPlansResponse *response = out;
  struct listing listing = {
      .kind = &kind_commission_plan,
      .partition = request->parent,
      .scope = request->parent,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  if (request->state) {
    listing.index = "state";
    listing.partition = partition_plan_state(call_arena(call), request->parent, (int)request->state);
  }
  struct list_page page;
  const struct status *status = listing_read(call, &listing, &page);
  if (status)
    return status;
  response->commission_plans = (Incentivize__CommissionPlan **)page.messages;
  response->n_commission_plans = page.count;
  response->next_page_token = (char *)page.next_page_token;
  return NULL;
}

/* ---- drafts ---- */

/* What only the server sets on a plan, as it is at the start. */
static void draft_begin(Incentivize__CommissionPlan *plan, char *name,
                        const Onboard__Partnership *partnership) {
  plan->name = name;
  plan->state = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_DRAFT;
  plan->version = 1;
  if (text_empty(plan->currency_code))
    plan->currency_code = partnership->currency_code;
  if (plan->statement_cadence == INCENTIVIZE__CADENCE__CADENCE_UNSPECIFIED)
    plan->statement_cadence = INCENTIVIZE__CADENCE__CADENCE_MONTH;
}

const struct status *commission_plan_create(struct call *call, const void *in, void *out) {
  const Incentivize__CreateCommissionPlanRequest *request = in;
  struct arena *arena = call_arena(call);
  const Onboard__Partnership *partnership;
  const struct status *status = directory_partnership(call_txn(call), request->parent, &partnership);
  if (status)
    return status;
  const char *id = text_empty(request->commission_plan_id) ? name_new_id(arena) : request->commission_plan_id;
  char *name = name_child(arena, request->parent, "commissionPlans", id);
  Incentivize__CommissionPlan *existing, *plan = request->commission_plan;
  status = txn_get(call_txn(call), &kind_commission_plan, name, &existing);
  if (status)
    return status;
  if (existing)
    return call_fail(call, CODE_ALREADY_EXISTS, REASON_ALREADY_EXISTS, "%s exists already", name);
  draft_begin(plan, name, partnership);
  status = plan_check_tiers(arena, plan);
  return status ? status : commit(call, "commission_plan.drafted", plan, out);
}

const struct status *commission_plan_update(struct call *call, const void *in, void *out) {
  const Incentivize__UpdateCommissionPlanRequest *request = in;
  const Incentivize__CommissionPlan *given = request->commission_plan;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct arena *arena = call_arena(call);
  struct plan_act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  const struct status *status = load(call, given->name, request->etag, &plan);
  if (!status)
    status = plan_take(arena, plan, PLAN_UPDATE, &act);
  if (!status)
    status =
        mask_apply(arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0, &given->base, &plan->base);
  if (status)
    return status;
  plan->name = given->name;
  status = plan_check_tiers(arena, plan);
  return status ? status : commit(call, "commission_plan.updated", plan, out);
}

const struct status *commission_plan_delete(struct call *call, const void *in, void *out) {
  const Incentivize__DeleteCommissionPlanRequest *request = in;
  struct plan_act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  const struct status *status = load(call, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(call_arena(call), plan, PLAN_DELETE, &act);
  if (status)
    return status;
  txn_delete(call_txn(call), &kind_commission_plan, plan->name);
  txn_record(call_txn(call),
             &(struct record_facts){.type = "commission_plan.deleted", .resource = plan->name});
  *(Incentivize__CommissionPlan *)out = *plan;
  return txn_commit(call_txn(call), out);
}

/* ---- agreement ---- */

/* Loads, takes the step, commits. */
static const struct status *step(struct call *call, const char *name, const char *etag,
                                 enum plan_action action, const char *type, void *out) {
  struct plan_act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  const struct status *status = load(call, name, etag, &plan);
  if (!status)
    status = plan_take(call_arena(call), plan, action, &act);
  return status ? status : commit(call, type, plan, out);
}

const struct status *commission_plan_propose(struct call *call, const void *in, void *out) {
  const Incentivize__ProposeCommissionPlanRequest *request = in;
  struct plan_act act = act_of(call);
  const Onboard__Partnership *partnership;
  Incentivize__CommissionPlan *plan;
  const struct status *status = load(call, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(call_arena(call), plan, PLAN_PROPOSE, &act);
  if (!status)
    status = directory_partnership(call_txn(call), request->name, &partnership);
  if (!status)
    status = plan_check_complete(call_arena(call), plan, partnership->currency_code);
  return status ? status : commit(call, "commission_plan.proposed", plan, out);
}

const struct status *commission_plan_withdraw(struct call *call, const void *in, void *out) {
  const Incentivize__WithdrawCommissionPlanRequest *request = in;
  return step(call, request->name, request->etag, PLAN_WITHDRAW, "commission_plan.withdrawn", out);
}

const struct status *commission_plan_return(struct call *call, const void *in, void *out) {
  const Incentivize__ReturnCommissionPlanRequest *request = in;
  struct plan_act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  const struct status *status = load(call, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(call_arena(call), plan, PLAN_RETURN, &act);
  if (status)
    return status;
  plan->return_reason = request->reason;
  return commit(call, "commission_plan.returned", plan, out);
}

const struct status *commission_plan_approve(struct call *call, const void *in, void *out) {
  const Incentivize__ApproveCommissionPlanRequest *request = in;
  return step(call, request->name, request->etag, PLAN_APPROVE, "commission_plan.approved", out);
}

/* ---- in force ---- */

/* FAILED_PRECONDITION when a sale that closed at `from_us` or later has accrued under a plan. The account is
 * written by every accrual, so that one which comes between makes this commit lose the race. */
static const struct status *check_accrued(struct call *call, const char *plan, int64_t from_us,
                                          const char *reason) {
  struct list_page page;
  const struct list_query query = {
      .kind = &kind_sale,
      .index = "plan",
      .partition = plan,
      .scope = plan,
      .descending = true,
      .page_size = 1,
      .binding = "newest",
  };
  const struct status *status = list_entities(call_txn(call), &query, &page);
  if (status || page.count == 0)
    return status;
  const Incentivize__Sale *newest = page.messages[0];
  if (timestamp_us(newest->close_time, 0) < from_us)
    return NULL;
  struct status *refusal = call_fail(call, CODE_FAILED_PRECONDITION, reason,
                                     "%s has accrued %s, which closed later; closed sales keep their plan",
                                     plan, newest->opportunity);
  status_add_metadata(call_arena(call), refusal, "commission_plan", plan);
  return refusal;
}

/* Cuts the plan that `plan` supersedes short where it starts. */
static const struct status *supersede(struct call *call, Incentivize__CommissionPlan *plan,
                                      Incentivize__Account *account) {
  struct arena *arena = call_arena(call);
  int64_t start_us = plan_period(plan).start_us;
  struct plan_act act = act_of(call);
  Incentivize__CommissionPlan *old;
  const struct status *status = txn_get(call_txn(call), &kind_commission_plan, plan->supersedes, &old);
  if (status)
    return status;
  if (!old)
    return call_not_found(call, plan->supersedes);
  status = plan_check_supersedes(arena, plan, old);
  if (!status)
    status = check_accrued(call, old->name, start_us, "SUPERSEDED_PLAN");
  if (!status)
    status = plan_take(arena, old, PLAN_SUPERSEDE, &act);
  if (status)
    return status;
  plan_cut(arena, old, start_us);
  account_cut_span(arena, account, old->name, start_us, act.now_us);
  old->superseded_by = plan->name;
  plan->version = old->version + 1;
  txn_put(call_txn(call), &kind_commission_plan, old);
  txn_record(call_txn(call), &(struct record_facts){.type = "commission_plan.superseded", .payload = old});
  return NULL;
}

const struct status *commission_plan_activate(struct call *call, const void *in, void *out) {
  const Incentivize__ActivateCommissionPlanRequest *request = in;
  struct arena *arena = call_arena(call);
  struct posting posting = posting_of(call);
  struct plan_act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  Incentivize__Account *account;
  const struct status *status = load(call, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(arena, plan, PLAN_ACTIVATE, &act);
  if (!status)
    status = posting_account(&posting, name_partnership(arena, plan->name), &account);
  if (!status && !text_empty(plan->supersedes))
    status = supersede(call, plan, account);
  if (!status)
    status = account_add_span(arena, account, plan->name, plan_period(plan), act.now_us);
  if (status)
    return status;
  int64_t start_us = plan_period(plan).start_us;
  plan->backfill_month = start_us <= act.now_us ? month_of(start_us) : 0;
  txn_put(call_txn(call), &kind_account, account);
  return commit(call, "commission_plan.activated", plan, out);
}

const struct status *commission_plan_end(struct call *call, const void *in, void *out) {
  const Incentivize__EndCommissionPlanRequest *request = in;
  struct arena *arena = call_arena(call);
  struct posting posting = posting_of(call);
  struct plan_act act = act_of(call);
  int64_t end_us = timestamp_us(request->end_time, 0);
  Incentivize__CommissionPlan *plan;
  Incentivize__Account *account;
  const struct status *status = load(call, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(arena, plan, PLAN_END, &act);
  if (!status)
    status = plan_check_end(arena, plan, end_us, act.now_us);
  if (!status)
    status = posting_account(&posting, name_partnership(arena, plan->name), &account);
  if (!status)
    status = check_accrued(call, plan->name, end_us, "END_TIME_INVALID");
  if (status)
    return status;
  plan_cut(arena, plan, end_us);
  account_cut_span(arena, account, plan->name, end_us, act.now_us);
  txn_put(call_txn(call), &kind_account, account);
  return commit(call, "commission_plan.ended", plan, out);
}
