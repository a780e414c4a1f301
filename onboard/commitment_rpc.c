#include "onboard/commitment.h"
#include "onboard/govern.h"
#include "onboard/handler.h"
#include "onboard/plan.h"
#include "onboard/timed.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include "entente/onboard/v1/commitment_service.pb-c.h"

/* ---- commitments ---- */

static void settle_view(struct arena *arena, Onboard__Commitment *commitment, int64_t now_us) {
  const char *deemed[COMMITMENT_PENDING_MAX];
  commitment_settle(arena, commitment, now_us, deemed);
}

const struct status *commitment_get(struct call *call, const void *in, void *out) {
  const Onboard__GetCommitmentRequest *request = in;
  Onboard__Commitment *commitment;
  const struct status *status = resource_read(call, &kind_commitment, request->name, &commitment);
  if (status)
    return status;
  settle_view(call_arena(call), commitment, call_now_us(call));
  *(Onboard__Commitment *)out = *commitment;
  return NULL;
}

static bool keep_commitment(const void *message, void *context) {
  struct due_filter *filter = context;
  const Onboard__Commitment *commitment = message;
  return due_filter_keeps(filter, message, commitment->due_time,
                          (int)commitment_state_at(commitment, filter->now_us));
}

const struct status *commitment_list(struct call *call, const void *in, void *out) {
  const Onboard__ListCommitmentsRequest *request = in;
  Onboard__ListCommitmentsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct list_page page;
  static const char *const fields[] = {"title", "consequence", NULL};
  const struct text_filter text = text_filter_of(call, request->text, fields);
  struct due_filter filter = due_filter_of(call, (int)request->state, request->due_before, &text);
  const struct due_query query = {
      .kind = &kind_commitment,
      .parent = request->parent,
      .owner = request->owner,
      .filter = &filter,
      .keep = keep_commitment,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  const struct status *status = due_list(call, &query, &page);
  if (status)
    return status;
  for (size_t i = 0; i < page.count; i++)
    settle_view(arena, page.messages[i], filter.now_us);
  resource_page(response, &page);
  return NULL;
}

/* ---- what a change of a commitment starts from ---- */

/* Loads a commitment whose plan is not closed. What time has changed is recorded first, as an act of the
 * system; the handler then runs again on that. */
static const struct status *open_commitment(struct call *call, const char *name, const char *etag,
                                            Onboard__Commitment **out, Onboard__Plan **plan) {
  const struct status *status = resource_load(call, &kind_commitment, name, etag, out);
  if (!status)
    status = plan_unclosed(call, name, "commitments", plan);
  return status ? status : resource_settle(call, &timed_commitment, *out);
}

const struct status *commitment_let_go(struct call *call, const void *in, void *out) {
  const Onboard__WaiveCommitmentRequest *request = in;
  struct act act = act_of(call);
  Onboard__Commitment *commitment;
  Onboard__Plan *plan;
  const struct status *status = open_commitment(call, request->name, request->etag, &commitment, &plan);
  if (status)
    return status;
  struct standing before = commitment_standing(commitment);
  Onboard__Commitment__State was = commitment->state;
  status = commitment_waive(&act, commitment, request->reason);
  if (status)
    return status;
  commitment_change(call_txn(call), commitment, "commitment.waived", act.now_us, before);
  status = commitment_govern(call_txn(call), &act, commitment, was, act.now_us);
  if (status)
    return status;
  *(Onboard__Commitment *)out = *commitment;
  return txn_commit(call_txn(call), out);
}

/* ---- claims ---- */

const struct status *claim_create(struct call *call, const void *in, void *out) {
  const Onboard__ClaimFulfilmentRequest *request = in;
  Onboard__FulfilmentClaim *claim = request->claim;
  struct act act = act_of(call);
  Onboard__Commitment *commitment;
  Onboard__Plan *plan;
  struct status *invalid = NULL;
  if (!moment_check_past(act.arena, &invalid, "claim.occur_time", claim->occur_time, act.now_us))
    return invalid;
  const struct status *status = open_commitment(call, request->parent, "", &commitment, &plan);
  if (!status)
    status = resource_name(call, &kind_claim, request->parent, "claims", request->claim_id, &claim->name);
  if (status)
    return status;
  struct standing before = commitment_standing(commitment);
  status = commitment_claim(&act, commitment, claim, plan_deemed_us(plan));
  if (status)
    return status;
  commitment_change(call_txn(call), commitment, "commitment.claimed", 0, before);
  return resource_answer(call, &kind_claim, claim, "claim.created", out);
}

const struct status *claim_get(struct call *call, const void *in, void *out) {
  const Onboard__GetFulfilmentClaimRequest *request = in;
  Onboard__FulfilmentClaim *claim;
  const struct status *status = resource_read(call, &kind_claim, request->name, &claim);
  if (status)
    return status;
  claim_settle(claim, call_now_us(call));
  *(Onboard__FulfilmentClaim *)out = *claim;
  return NULL;
}

static bool keep_claim(const void *message, void *context) {
  struct due_filter *filter = context;
  return !filter->state || (int)claim_state_at(message, filter->now_us) == filter->state;
}

const struct status *claim_list(struct call *call, const void *in, void *out) {
  const Onboard__ListFulfilmentClaimsRequest *request = in;
  Onboard__ListFulfilmentClaimsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct list_page page;
  struct due_filter filter = due_filter_of(call, (int)request->state, NULL, NULL);
  const char *partition = arena_printf(arena, "%s|", request->parent);
  const struct status *status = resource_list(call,
                                              (struct list_query){
                                                  .kind = &kind_claim,
                                                  .index = "deem",
                                                  .partition = partition,
                                                  .page_size = request->page_size,
                                                  .page_token = request->page_token,
                                                  .keep = keep_claim,
                                                  .context = &filter,
                                              },
                                              arena_printf(arena, "%d", filter.state), &page);
  if (status)
    return status;
  for (size_t i = 0; i < page.count; i++)
    claim_settle(page.messages[i], filter.now_us);
  resource_page(response, &page);
  return NULL;
}

/* A claim that is being decided, with its commitment. */
struct decision {
  struct act act;
  Onboard__Commitment *commitment;
  Onboard__FulfilmentClaim *claim;
  struct standing before;
  Onboard__Commitment__State was;
  Onboard__FulfilmentClaim__State claim_was;
};

static const struct status *open_claim(struct call *call, const char *name, const char *etag,
                                       struct decision *decision) {
  Onboard__Plan *plan;
  decision->act = act_of(call);
  const struct status *status = resource_load(call, &kind_claim, name, etag, &decision->claim);
  if (!status)
    status = open_commitment(call, name_prefix(call_arena(call), name, 4), "", &decision->commitment, &plan);
  if (status)
    return status;
  decision->before = commitment_standing(decision->commitment);
  decision->was = decision->commitment->state;
  decision->claim_was = decision->claim->state;
  return NULL;
}

/* A dispute goes up the ladder where the governance body says so, and comes down when it is settled. */
static const struct status *govern_dispute(struct call *call, const struct decision *decision) {
  const Onboard__FulfilmentClaim *claim = decision->claim;
  const struct cause cause = {
      .trigger = ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_DISPUTED_CLAIM,
      .subject = claim->name,
      .title = arena_printf(call_arena(call), "%s disputes a claim: %s", party_name(decision->act.party),
                            decision->commitment->title),
  };
  if (claim->state == ONBOARD__FULFILMENT_CLAIM__STATE__STATE_DISPUTED)
    return govern_open(call_txn(call), &decision->act, &cause, decision->act.now_us);
  return decision->claim_was == ONBOARD__FULFILMENT_CLAIM__STATE__STATE_DISPUTED
             ? govern_close(call_txn(call), &decision->act, &cause, "The claim is no longer disputed")
             : NULL;
}

static const struct status *answer_decision(struct call *call, const struct decision *decision,
                                            const char *const types[2], void *out) {
  commitment_change(call_txn(call), decision->commitment, types[0], 0, decision->before);
  const struct status *status = commitment_govern(call_txn(call), &decision->act, decision->commitment,
                                                  decision->was, decision->act.now_us);
  if (!status)
    status = govern_dispute(call, decision);
  return status ? status : resource_answer(call, &kind_claim, decision->claim, types[1], out);
}

const struct status *claim_accept(struct call *call, const void *in, void *out) {
  const Onboard__ConfirmClaimRequest *request = in;
  static const char *const types[2] = {"commitment.confirmed", "claim.confirmed"};
  struct decision decision;
  const struct status *status = open_claim(call, request->name, request->etag, &decision);
  if (!status)
    status = claim_confirm(&decision.act, decision.commitment, decision.claim, request->amount);
  return status ? status : answer_decision(call, &decision, types, out);
}

const struct status *claim_contest(struct call *call, const void *in, void *out) {
  const Onboard__DisputeClaimRequest *request = in;
  static const char *const types[2] = {"commitment.disputed", "claim.disputed"};
  struct decision decision;
  const struct status *status = open_claim(call, request->name, request->etag, &decision);
  if (!status)
    status = claim_dispute(&decision.act, decision.commitment, decision.claim, request->reason);
  return status ? status : answer_decision(call, &decision, types, out);
}

const struct status *claim_take_back(struct call *call, const void *in, void *out) {
  const Onboard__WithdrawClaimRequest *request = in;
  static const char *const types[2] = {"commitment.claim_withdrawn", "claim.withdrawn"};
  struct decision decision;
  const struct status *status = open_claim(call, request->name, request->etag, &decision);
  if (!status)
    status = claim_withdraw(&decision.act, decision.commitment, decision.claim);
  return status ? status : answer_decision(call, &decision, types, out);
}
