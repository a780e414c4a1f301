#include "onboard/handler.h"

#include "onboard/contract.h"
#include "onboard/qualification.h"
#include "onboard/sponsor.h"
#include "onboard/timed.h"
#include "runtime/base/fold.h"
#include "runtime/base/limit.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/validate.h"

const struct status *partnership_open(struct call *call, const char *name, const char *action,
                                      Onboard__Partnership **out) {
  const char *partnership = name_partnership(call_arena(call), name);
  const struct status *status = resource_open(call, &timed_partnership, partnership, "", out);
  if (status)
    return status;
  if ((*out)->state != ONBOARD__PARTNERSHIP__STATE__STATE_ENDED)
    return NULL;
  struct status *refusal = call_fail(call, CODE_FAILED_PRECONDITION, REASON_INVALID_STATE,
                                     "%s is ENDED: %s is not possible", partnership, action);
  status_add_metadata(call_arena(call), refusal, "state", "ENDED");
  status_add_metadata(call_arena(call), refusal, "action", action);
  return refusal;
}

const struct status *plan_unclosed(struct call *call, const char *name, const char *children,
                                   Onboard__Plan **out) {
  const char *plan = name_prefix(call_arena(call), name, 3);
  const struct status *status = resource_load(call, &kind_plan, plan, "", out);
  if (status || (*out)->state != ONBOARD__PLAN__STATE__STATE_CLOSED)
    return status;
  struct status *refusal = call_fail(call, CODE_FAILED_PRECONDITION, "PLAN_CLOSED",
                                     "%s is closed: its %s stand as they are", plan, children);
  status_add_metadata(call_arena(call), refusal, "plan", plan);
  return refusal;
}

const struct status *review_clock_load(struct txn *txn, const char *partnership, Onboard__ReviewClock **out) {
  char *name = name_child(txn_arena(txn), partnership, "reviewClocks", "one");
  const struct status *status = txn_get(txn, &kind_review_clock, name, out);
  if (status || *out)
    return status;
  *out = arena_new(txn_arena(txn), Onboard__ReviewClock);
  onboard__review_clock__init(*out);
  (*out)->name = name;
  return NULL;
}

struct text_filter text_filter_of(struct call *call, const char *text, const char *const *fields) {
  struct arena *arena = call_arena(call);
  return (struct text_filter){arena, text_fold(arena, text), fields};
}

bool text_filter_keeps(const void *message, void *context) {
  const struct text_filter *filter = context;
  if (text_empty(filter->folded))
    return true;
  for (size_t i = 0; filter->fields[i]; i++)
    if (text_folded_contains(filter->arena, message_text(message, filter->fields[i]), filter->folded))
      return true;
  return false;
}

struct due_filter due_filter_of(const struct call *call, int state,
                                const Google__Protobuf__Timestamp *due_before,
                                const struct text_filter *text) {
  return (struct due_filter){
      .state = state,
      .before_us = timestamp_us(due_before, INT64_MAX),
      .now_us = call_now_us(call),
      .text = text ? *text : (struct text_filter){.folded = ""},
  };
}

bool due_filter_keeps(struct due_filter *filter, const void *message,
                      const Google__Protobuf__Timestamp *due_time, int state_at) {
  return moment_us(due_time) < filter->before_us && (!filter->state || state_at == filter->state) &&
         text_filter_keeps(message, &filter->text);
}

const struct status *due_list(struct call *call, const struct due_query *query, struct list_page *page) {
  struct arena *arena = call_arena(call);
  const char *owner = query->owner ? party_name(query->owner) : "";
  const char *filters =
      arena_printf(arena, "%d|%lld|%d|%s", query->filter->state, (long long)query->filter->before_us,
                   query->filter->kind, query->filter->text.folded);
  return resource_list(call,
                       (struct list_query){
                           .kind = query->kind,
                           .index = "due",
                           .partition = arena_printf(arena, "%s|%s", query->parent, owner),
                           .page_size = query->page_size,
                           .page_token = query->page_token,
                           .keep = query->keep,
                           .context = query->filter,
                       },
                       filters, page);
}

const struct status *state_list(struct call *call, const struct state_query *query, struct list_page *page) {
  const char *state = query->state ? state_name(query->states, query->state) : "";
  const char *partition = arena_printf(call_arena(call), "%s|%s", query->parent, state);
  return resource_list(call,
                       (struct list_query){
                           .kind = query->kind,
                           .index = "state",
                           .partition = partition,
                           .descending = query->descending,
                           .page_size = query->page_size,
                           .page_token = query->page_token,
                           .keep = query->text ? text_filter_keeps : NULL,
                           .context = query->text,
                       },
                       query->text ? query->text->folded : "", page);
}

static const struct status *load_plan(struct txn *txn, const struct act *act,
                                      const Onboard__Partnership *partnership, struct evidence *out) {
  struct list_page page;
  Onboard__Plan *plan;
  if (text_empty(partnership->active_plan))
    return NULL;
  const struct status *status = txn_peek(txn, &kind_plan, partnership->active_plan, &plan);
  if (status || !plan)
    return status;
  out->plan = plan;
  status = resource_all(txn, &kind_commitment, "due", arena_printf(act->arena, "%s|", plan->name), &page);
  if (status)
    return status;
  out->commitments = (Onboard__Commitment **)page.messages;
  out->commitment_count = page.count;
  return NULL;
}

static const struct status *load_contract(struct txn *txn, const struct act *act,
                                          const Onboard__Partnership *partnership, struct evidence *out) {
  Onboard__Contract *contract;
  if (text_empty(partnership->contract))
    return NULL;
  const struct status *status = txn_peek(txn, &kind_contract, partnership->contract, &contract);
  if (status || !contract)
    return status;
  contract_settle(act->arena, contract, act->now_us);
  out->contract = contract;
  return NULL;
}

static const struct status *load_answers(struct txn *txn, const struct act *act,
                                         const Onboard__Partnership *partnership, struct evidence *out) {
  const struct status *status = NULL;
  for (Type__Party party = TYPE__PARTY__PARTY_VENDOR; !status && party <= TYPE__PARTY__PARTY_PARTNER; party++)
    status = txn_peek(txn, &kind_qualification,
                      name_child(act->arena, partnership->name, "qualifications", qualification_id(party)),
                      &out->qualifications[party]);
  return status;
}

/* What failed comes after everything that may still be validated. */
static int distance_come(const Onboard__JointValueProposition *proposition) {
  return proposition->state == ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_FAILED
             ? 0
             : (int)proposition->state;
}

static const struct status *load_proposition(struct txn *txn, const struct act *act,
                                             const Onboard__Partnership *partnership, struct evidence *out) {
  struct list_page page;
  if (!text_empty(partnership->joint_value_proposition))
    return txn_peek(txn, &kind_proposition, partnership->joint_value_proposition, &out->proposition);
  const struct status *status = resource_all(txn, &kind_proposition, "state",
                                             arena_printf(act->arena, "%s|", partnership->name), &page);
  for (size_t i = 0; !status && i < page.count; i++) {
    const Onboard__JointValueProposition *proposition = page.messages[i];
    if (proposition->state != ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_RETIRED &&
        (!out->proposition || distance_come(proposition) > distance_come(out->proposition)))
      out->proposition = proposition;
  }
  return status;
}

/* What classes and stages rest on beside plan, sponsors and reviews. */
static const struct status *load_proof(struct txn *txn, const struct act *act,
                                       const Onboard__Partnership *partnership, struct evidence *out) {
  const struct status *status = load_answers(txn, act, partnership, out);
  if (!status && !text_empty(partnership->fit_assessment))
    status = txn_peek(txn, &kind_fit_assessment, partnership->fit_assessment, &out->fit);
  return status ? status : load_proposition(txn, act, partnership, out);
}

const struct status *evidence_load(struct txn *txn, const struct act *act,
                                   const Onboard__Partnership *partnership, struct evidence *out) {
  struct list_page page;
  *out = (struct evidence){0};
  const struct status *status = load_plan(txn, act, partnership, out);
  if (!status && !text_empty(partnership->governance_body))
    status = txn_get(txn, &kind_governance_body, partnership->governance_body, &out->governance_body);
  if (!status)
    status = load_contract(txn, act, partnership, out);
  if (!status)
    status = load_proof(txn, act, partnership, out);
  if (!status)
    status = resource_all(txn, &kind_sponsor, "serving", arena_printf(act->arena, "%s|", partnership->name),
                          &page);
  if (status)
    return status;
  out->sponsors = (Onboard__Sponsor **)page.messages;
  out->sponsor_count = page.count;
  /* The latest reviews are what matters: read from the end, then put in order. */
  const struct list_query latest = {
      .kind = &kind_review,
      .index = "due",
      .partition = arena_printf(act->arena, "%s|", partnership->name),
      .descending = true,
      .page_size = LIMIT_PAGE_SIZE,
      .page_token = "",
      .binding = "",
  };
  status = list_entities(txn, &latest, &page);
  if (status)
    return status;
  Onboard__Review **reviews = arena_calloc(act->arena, page.count, sizeof(void *));
  for (size_t i = 0; i < page.count; i++)
    reviews[i] = page.messages[page.count - 1 - i];
  out->reviews = reviews;
  out->review_count = page.count;
  return NULL;
}
