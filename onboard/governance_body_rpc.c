#include "onboard/govern.h"
#include "onboard/handler.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/mask.h"

#include "entente/onboard/v1/governance_body_service.pb-c.h"

/* The terms of the plan in force; NULL when there is none. */
static const struct status *load_terms(struct call *call, const Onboard__Partnership *partnership,
                                       const Onboard__PlanTerms **out) {
  Onboard__Plan *plan;
  *out = NULL;
  if (text_empty(partnership->active_plan))
    return NULL;
  const struct status *status = txn_peek(call_txn(call), &kind_plan, partnership->active_plan, &plan);
  if (!status && plan)
    *out = plan->terms;
  return status;
}

static const struct status *check_sponsors(struct call *call, const Onboard__GovernanceBody *body) {
  struct act act = act_of(call);
  size_t count;
  const char *const *names = governance_named_sponsors(act.arena, body, &count);
  const char *partnership = name_partnership(act.arena, body->name);
  Onboard__Sponsor **named = arena_calloc(act.arena, count, sizeof(void *));
  for (size_t i = 0; i < count; i++) {
    if (text_empty(names[i]) || !text_equal(name_partnership(act.arena, names[i]), partnership))
      continue;
    const struct status *status = txn_peek(call_txn(call), &kind_sponsor, names[i], &named[i]);
    if (status)
      return status;
  }
  return governance_check_sponsors(&act, body, named);
}

/* Everything that a body has to satisfy as a caller leaves it. A committee that was `lacking` before, since
 * somebody left, may still be. */
static const struct status *check(struct call *call, Onboard__GovernanceBody *body,
                                  const Onboard__Partnership *partnership, const Onboard__PlanTerms *terms,
                                  bool lacking) {
  struct act act = act_of(call);
  const struct status *status = governance_check(act.arena, body, partnership, "governance_body");
  if (!status)
    status = check_sponsors(call, body);
  if (status)
    return status;
  status = governance_check_depth(&act, body, partnership, terms);
  return lacking ? NULL : status;
}

/* ---- create ---- */

static const struct status *refuse_second(struct call *call, const Onboard__Partnership *partnership) {
  struct status *status =
      call_fail(call, CODE_FAILED_PRECONDITION, "GOVERNANCE_BODY_EXISTS", "%s is governed by %s: change that",
                partnership->name, partnership->governance_body);
  status_add_metadata(call_arena(call), status, "governance_body", partnership->governance_body);
  return status;
}

static bool runs(const Onboard__Partnership *partnership) {
  return partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE ||
         partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_UNDER_REVIEW ||
         partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_REDESIGN;
}

static const struct status *check_going_on(struct call *call, const Onboard__Partnership *partnership) {
  if (partnership->state != ONBOARD__PARTNERSHIP__STATE__STATE_TRANSITIONING)
    return NULL;
  struct status *status =
      call_fail(call, CODE_FAILED_PRECONDITION, REASON_INVALID_STATE,
                "%s is being wound up: CREATE_GOVERNANCE_BODY is not possible", partnership->name);
  status_add_metadata(call_arena(call), status, "state", "TRANSITIONING");
  status_add_metadata(call_arena(call), status, "action", "CREATE_GOVERNANCE_BODY");
  return status;
}

/* Those who serve, remembered by the transaction: who takes up or leaves a seat meanwhile makes it run again.
 */
static const struct status *load_serving(struct call *call, const char *partnership, Onboard__Sponsor ***out,
                                         size_t *count) {
  struct arena *arena = call_arena(call);
  struct list_page page;
  const struct status *status =
      resource_all(call_txn(call), &kind_sponsor, "serving", arena_printf(arena, "%s|", partnership), &page);
  if (status)
    return status;
  const char **names = arena_calloc(arena, page.count, sizeof *names);
  for (size_t i = 0; i < page.count; i++)
    names[i] = ((const Onboard__Sponsor *)page.messages[i])->name;
  *out = (Onboard__Sponsor **)page.messages;
  *count = page.count;
  return txn_get_many(call_txn(call), &kind_sponsor, names, page.count, *out);
}

/* A body in a partnership that runs governs at once. */
static const struct status *start(struct call *call, Onboard__GovernanceBody *body,
                                  const Onboard__Partnership *partnership) {
  struct act act = act_of(call);
  Onboard__Sponsor **sponsors;
  size_t sponsor_count;
  struct governance_due due[GOVERNANCE_DUE_MAX];
  const struct status *status = load_serving(call, partnership->name, &sponsors, &sponsor_count);
  if (status)
    return status;
  governance_default(body, partnership);
  governance_start(&act, body, sponsors, sponsor_count);
  if (!runs(partnership))
    return NULL;
  status = governance_apply(&act, body, GOVERNANCE_ACTIVATE);
  if (status)
    return status;
  size_t count = governance_settle(act.arena, body, act.now_us, due, NULL);
  return govern_schedule(call_txn(call), &act, body, due, count);
}

const struct status *governance_body_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateGovernanceBodyRequest *request = in;
  Onboard__GovernanceBody *body = request->governance_body;
  const Onboard__PlanTerms *terms;
  Onboard__Partnership *partnership;
  const struct status *status =
      partnership_open(call, request->parent, "CREATE_GOVERNANCE_BODY", &partnership);
  if (!status)
    status = resource_name(call, &kind_governance_body, request->parent, "governanceBodies",
                           request->governance_body_id, &body->name);
  if (!status)
    status = check_going_on(call, partnership);
  if (!status && !text_empty(partnership->governance_body))
    status = refuse_second(call, partnership);
  if (!status)
    status = start(call, body, partnership);
  if (!status)
    status = load_terms(call, partnership, &terms);
  if (!status)
    status = check(call, body, partnership, terms, false);
  if (status)
    return status;
  partnership->governance_body = body->name;
  govern_change(call_txn(call), body, "governance_body.formed");
  resource_change(call_txn(call), &kind_partnership, partnership, "partnership.governed");
  *(Onboard__GovernanceBody *)out = *body;
  return txn_commit(call_txn(call), out);
}

/* ---- read ---- */

/* As it stands now, whether or not that was recorded yet. */
static const struct status *view(struct call *call, Onboard__GovernanceBody *body) {
  struct arena *arena = call_arena(call);
  struct governance_due due[GOVERNANCE_DUE_MAX];
  Onboard__Partnership *partnership;
  const Onboard__PlanTerms *terms;
  const struct status *status =
      resource_read(call, &kind_partnership, name_partnership(arena, body->name), &partnership);
  if (!status)
    status = load_terms(call, partnership, &terms);
  if (status)
    return status;
  governance_settle(arena, body, call_now_us(call), due, NULL);
  body->committee_required = governance_depth_of(body, partnership, terms).committee_required;
  return NULL;
}

const struct status *governance_body_get(struct call *call, const void *in, void *out) {
  const Onboard__GetGovernanceBodyRequest *request = in;
  Onboard__GovernanceBody *body;
  const struct status *status = resource_read(call, &kind_governance_body, request->name, &body);
  if (!status)
    status = view(call, body);
  if (!status)
    *(Onboard__GovernanceBody *)out = *body;
  return status;
}

const struct status *governance_body_list(struct call *call, const void *in, void *out) {
  const Onboard__ListGovernanceBodiesRequest *request = in;
  Onboard__ListGovernanceBodiesResponse *response = out;
  struct list_page page;
  const struct status *status = resource_list(call,
                                              (struct list_query){
                                                  .kind = &kind_governance_body,
                                                  .partition = request->parent,
                                                  .page_size = request->page_size,
                                                  .page_token = request->page_token,
                                              },
                                              "", &page);
  for (size_t i = 0; !status && i < page.count; i++)
    status = view(call, page.messages[i]);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- update ---- */

const struct status *governance_body_update(struct call *call, const void *in, void *out) {
  const Onboard__UpdateGovernanceBodyRequest *request = in;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct act act = act_of(call);
  const Onboard__PlanTerms *terms;
  Onboard__Partnership *partnership;
  Onboard__GovernanceBody *body;
  const struct status *status =
      resource_load(call, &kind_governance_body, request->governance_body->name, request->etag, &body);
  if (!status)
    status =
        resource_load(call, &kind_partnership, name_partnership(act.arena, body->name), "", &partnership);
  if (!status)
    status = govern_hold(call, partnership, &body);
  if (!status)
    status = governance_apply(&act, body, GOVERNANCE_EDIT);
  if (!status)
    status = load_terms(call, partnership, &terms);
  bool said = !status && body->review_interval_months;
  bool lacking = !status && governance_depth_of(body, partnership, terms).committee_required &&
                 !governance_is_committee(body);
  if (!status)
    status = mask_apply(act.arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0,
                        &request->governance_body->base, &body->base);
  if (!status && said)
    governance_default(body, partnership);
  if (!status)
    status = check(call, body, partnership, terms, lacking);
  if (status)
    return status;
  govern_change(call_txn(call), body, "governance_body.updated");
  *(Onboard__GovernanceBody *)out = *body;
  return txn_commit(call_txn(call), out);
}
