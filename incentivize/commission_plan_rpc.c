#include "incentivize/account.h"
#include "incentivize/cadence.h"
#include "incentivize/commission_plan.h"
#include "incentivize/kinds.h"
#include "incentivize/posting.h"
#include "incentivize/service.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/message/mask.h"
#include "runtime/rpc/resource.h"

#include "entente/incentivize/v1/commission_plan_service.pb-c.h"

static struct posting posting_of(struct call *call) {
  return (struct posting){call_txn(call), call_arena(call), call_now_us(call)};
}

/* Stages a changed plan and commits it as the answer. */
static const struct status *commit(struct call *call, const char *type, Incentivize__CommissionPlan *plan,
                                   void *out) {
  return resource_answer(call, &kind_commission_plan, plan, type, out);
}

const struct status *commission_plan_get(struct call *call, const void *in, void *out) {
  const Incentivize__GetCommissionPlanRequest *request = in;
  Incentivize__CommissionPlan *plan;
  const struct status *status = resource_read(call, &kind_commission_plan, request->name, &plan);
  if (status)
    return status;
  *(Incentivize__CommissionPlan *)out = *plan;
  return NULL;
}

const struct status *commission_plan_list(struct call *call, const void *in, void *out) {
  const Incentivize__ListCommissionPlansRequest *request = in;
  Incentivize__ListCommissionPlansResponse *response = out;
  struct list_query query = {
      .kind = &kind_commission_plan,
      .partition = request->parent,
      .scope = request->parent,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  if (request->state) {
    query.index = "state";
    query.partition = partition_plan_state(call_arena(call), request->parent, (int)request->state);
  }
  struct list_page page;
  const struct status *status = resource_list(call, query, "", &page);
  if (status)
    return status;
  resource_page(response, &page);
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
  const struct status *status = directory_partnership_going_on(call_txn(call), request->parent, &partnership);
  if (status)
    return status;
  char *name;
  Incentivize__CommissionPlan *plan = request->commission_plan;
  status = resource_name(call, &kind_commission_plan, request->parent, "commissionPlans",
                         request->commission_plan_id, &name);
  if (status)
    return status;
  draft_begin(plan, name, partnership);
  status = plan_check_tiers(arena, plan);
  return status ? status : commit(call, "commission_plan.drafted", plan, out);
}

const struct status *commission_plan_update(struct call *call, const void *in, void *out) {
  const Incentivize__UpdateCommissionPlanRequest *request = in;
  const Incentivize__CommissionPlan *given = request->commission_plan;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct arena *arena = call_arena(call);
  struct act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  const struct status *status = resource_load(call, &kind_commission_plan, given->name, request->etag, &plan);
  if (!status)
    status = plan_take(&act, plan, PLAN_UPDATE);
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
  struct act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  const struct status *status =
      resource_load(call, &kind_commission_plan, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(&act, plan, PLAN_DELETE);
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
  struct act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  const struct status *status = resource_load(call, &kind_commission_plan, name, etag, &plan);
  if (!status)
    status = plan_take(&act, plan, action);
  return status ? status : commit(call, type, plan, out);
}

const struct status *commission_plan_propose(struct call *call, const void *in, void *out) {
  const Incentivize__ProposeCommissionPlanRequest *request = in;
  struct act act = act_of(call);
  const Onboard__Partnership *partnership;
  Incentivize__CommissionPlan *plan;
  const struct status *status =
      resource_load(call, &kind_commission_plan, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(&act, plan, PLAN_PROPOSE);
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
  struct act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  const struct status *status =
      resource_load(call, &kind_commission_plan, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(&act, plan, PLAN_RETURN);
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
  struct act act = act_of(call);
  Incentivize__CommissionPlan *old;
  const struct status *status = resource_load(call, &kind_commission_plan, plan->supersedes, NULL, &old);
  if (status)
    return status;
  status = plan_check_supersedes(arena, plan, old);
  if (!status)
    status = check_accrued(call, old->name, start_us, "SUPERSEDED_PLAN");
  if (!status)
    status = plan_take(&act, old, PLAN_SUPERSEDE);
  if (status)
    return status;
  plan_cut(arena, old, start_us);
  account_cut_span(arena, account, old->name, start_us, act.now_us);
  old->superseded_by = plan->name;
  plan->version = old->version + 1;
  resource_change(call_txn(call), &kind_commission_plan, old, "commission_plan.superseded");
  return NULL;
}

const struct status *commission_plan_activate(struct call *call, const void *in, void *out) {
  const Incentivize__ActivateCommissionPlanRequest *request = in;
  struct arena *arena = call_arena(call);
  struct posting posting = posting_of(call);
  struct act act = act_of(call);
  Incentivize__CommissionPlan *plan;
  Incentivize__Account *account;
  const struct status *status =
      resource_load(call, &kind_commission_plan, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(&act, plan, PLAN_ACTIVATE);
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
  struct act act = act_of(call);
  int64_t end_us = timestamp_us(request->end_time, 0);
  Incentivize__CommissionPlan *plan;
  Incentivize__Account *account;
  const struct status *status =
      resource_load(call, &kind_commission_plan, request->name, request->etag, &plan);
  if (!status)
    status = plan_take(&act, plan, PLAN_END);
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
