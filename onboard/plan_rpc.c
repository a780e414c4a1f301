#include "onboard/commitment.h"
#include "onboard/govern.h"
#include "onboard/handler.h"
#include "onboard/measure.h"
#include "onboard/milestone.h"
#include "onboard/plan.h"
#include "onboard/plan_history.h"
#include "onboard/timed.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/mask.h"
#include "runtime/message/validate.h"

#include "entente/onboard/v1/plan_service.pb-c.h"

/* ---- create, read, update ---- */

/* The plan that a new one is a version of; NULL when none is named. */
static const struct status *load_parent(struct call *call, const char *partnership, const char *name,
                                        Onboard__Plan **out) {
  *out = NULL;
  if (text_empty(name))
    return NULL;
  if (text_equal(name_partnership(call_arena(call), name), partnership)) {
    const struct status *status = txn_get(call_txn(call), &kind_plan, name, out);
    if (status || *out)
      return status;
  }
  struct status *refusal = call_fail(call, CODE_FAILED_PRECONDITION, "PARENT_PLAN_UNKNOWN",
                                     "%s is not a plan of this partnership", name);
  status_add_metadata(call_arena(call), refusal, "parent_plan", name);
  return refusal;
}

const struct status *plan_create(struct call *call, const void *in, void *out) {
  const Onboard__CreatePlanRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Plan *plan = request->plan, *parent;
  const struct status *status = plan_terms_check(act.arena, plan->terms, "plan.terms");
  if (!status)
    status = partnership_open(call, request->parent, "CREATE_PLAN", &partnership);
  if (!status)
    status = load_parent(call, request->parent, plan->parent_plan, &parent);
  if (!status)
    status = resource_name(call, &kind_plan, request->parent, "plans", request->plan_id, &plan->name);
  if (status)
    return status;
  plan_start(&act, plan, parent);
  return resource_answer(call, &kind_plan, plan, "plan.created", out);
}

const struct status *plan_get(struct call *call, const void *in, void *out) {
  const Onboard__GetPlanRequest *request = in;
  Onboard__Plan *plan;
  const struct status *status = resource_read(call, &kind_plan, request->name, &plan);
  if (!status)
    *(Onboard__Plan *)out = *plan;
  return status;
}

const struct status *plan_list(struct call *call, const void *in, void *out) {
  const Onboard__ListPlansRequest *request = in;
  Onboard__ListPlansResponse *response = out;
  static const char *const fields[] = {"title", NULL};
  struct text_filter filter = text_filter_of(call, request->text, fields);
  struct list_page page;
  const struct state_query query = {
      .text = &filter,
      .kind = &kind_plan,
      .parent = request->parent,
      .states = &onboard__plan__state__descriptor,
      .state = (int)request->state,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  const struct status *status = state_list(call, &query, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *plan_update(struct call *call, const void *in, void *out) {
  const Onboard__UpdatePlanRequest *request = in;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct act act = act_of(call);
  Onboard__Plan *plan, *edited;
  const struct status *status = resource_load(call, &kind_plan, request->plan->name, request->etag, &plan);
  if (status)
    return status;
  /* The mask may reach into the terms: apply it to a copy, so that the rules see before and after. */
  edited = (Onboard__Plan *)message_copy(act.arena, &plan->base);
  status = mask_apply(act.arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0, &request->plan->base,
                      &edited->base);
  if (!status)
    status = plan_terms_check(act.arena, edited->terms, "plan.terms");
  const char *hash = plan->content_hash;
  if (!status)
    status = plan_edit(&act, plan, edited->title, edited->terms);
  if (!status && plan->state != ONBOARD__PLAN__STATE__STATE_DRAFT && !text_equal(hash, plan->content_hash))
    status = plan_history_offer(call_txn(call), &act, plan, ONBOARD__PLAN_VERSION__CAUSE__CAUSE_EDITED);
  return status ? status : resource_answer(call, &kind_plan, plan, "plan.updated", out);
}

/* ---- offers and signatures ---- */

const struct status *plan_offer(struct call *call, const void *in, void *out) {
  const Onboard__ProposePlanRequest *request = in;
  struct act act = act_of(call);
  Onboard__Plan *plan;
  const struct status *status = resource_load(call, &kind_plan, request->name, request->etag, &plan);
  if (!status)
    status = plan_propose(&act, plan);
  if (!status)
    status = plan_history_offer(call_txn(call), &act, plan, ONBOARD__PLAN_VERSION__CAUSE__CAUSE_PROPOSED);
  return status ? status : resource_answer(call, &kind_plan, plan, "plan.proposed", out);
}

const struct status *plan_answer(struct call *call, const void *in, void *out) {
  const Onboard__CounterPlanRequest *request = in;
  struct act act = act_of(call);
  Onboard__Plan *plan;
  const struct status *status = plan_terms_check(act.arena, request->terms, "terms");
  if (!status)
    status = resource_load(call, &kind_plan, request->name, request->etag, &plan);
  if (!status)
    status = plan_counter(&act, plan, request->terms);
  if (!status)
    status = plan_history_offer(call_txn(call), &act, plan, ONBOARD__PLAN_VERSION__CAUSE__CAUSE_COUNTERED);
  return status ? status : resource_answer(call, &kind_plan, plan, "plan.countered", out);
}

const struct status *plan_take_back(struct call *call, const void *in, void *out) {
  const Onboard__WithdrawPlanRequest *request = in;
  struct act act = act_of(call);
  Onboard__Plan *plan;
  const struct status *status = resource_load(call, &kind_plan, request->name, request->etag, &plan);
  if (!status)
    status = plan_withdraw(&act, plan);
  if (!status)
    status = plan_history_withdraw(call_txn(call), &act, plan);
  return status ? status : resource_answer(call, &kind_plan, plan, "plan.withdrawn", out);
}

const struct status *plan_subscribe(struct call *call, const void *in, void *out) {
  const Onboard__SignPlanRequest *request = in;
  struct act act = act_of(call);
  Onboard__Plan *plan;
  const struct status *status = resource_load(call, &kind_plan, request->name, request->etag, &plan);
  if (!status)
    status = plan_sign(&act, plan, request->content_hash);
  if (!status)
    status = plan_history_sign(call_txn(call), &act, plan);
  return status ? status : resource_answer(call, &kind_plan, plan, "plan.signed", out);
}

/* ---- coming into force, and its end ---- */

/* The names of a page's entities read again, so that the commit depends on their versions. */
static const struct status *hold_all(struct txn *txn, struct arena *arena, const struct kind *kind,
                                     const char *index, const char *plan, struct list_page *page) {
  const struct status *status = resource_all(txn, kind, index, arena_printf(arena, "%s|", plan), page);
  if (status || !page->count)
    return status;
  const char **names = arena_calloc(arena, page->count, sizeof *names);
  for (size_t i = 0; i < page->count; i++)
    names[i] = message_text(page->messages[i], "name");
  return txn_get_many(txn, kind, names, page->count, page->messages);
}

static const struct status *load_promises(struct call *call, const char *plan, struct plan_facts *facts) {
  struct list_page commitments, milestones;
  struct arena *arena = call_arena(call);
  const struct status *status = hold_all(call_txn(call), arena, &kind_commitment, "due", plan, &commitments);
  if (!status)
    status = hold_all(call_txn(call), arena, &kind_milestone, "due", plan, &milestones);
  if (status)
    return status;
  facts->commitments = (Onboard__Commitment **)commitments.messages;
  facts->commitment_count = commitments.count;
  facts->milestones = (Onboard__Milestone **)milestones.messages;
  facts->milestone_count = milestones.count;
  return NULL;
}

/* Records what time has changed in what a plan promises, before it is closed or another takes over. */
static const struct status *settle_promises(struct call *call, const struct plan_facts *facts,
                                            bool *changed) {
  int64_t now = call_now_us(call);
  *changed = false;
  for (size_t i = 0; i < facts->commitment_count + facts->milestone_count; i++) {
    bool is_commitment = i < facts->commitment_count;
    const struct timed *timed = is_commitment ? &timed_commitment : &timed_milestone;
    const void *message = is_commitment ? (void *)facts->commitments[i]
                                        : (void *)facts->milestones[i - facts->commitment_count];
    bool one;
    if (timed->next_us(message) > now)
      continue;
    const struct status *status =
        timed_record(call_store(call), timed, call_arena(call), message_text(message, "name"), now,
                     call_deadline_us(call), &one);
    if (status)
      return status;
    *changed = true;
  }
  return NULL;
}

/* What the plan that was in force still had to come is no longer owed. */
static const struct status *release_promises(struct txn *txn, const struct act *act,
                                             const Onboard__Plan *successor, const struct plan_facts *facts) {
  for (size_t i = 0; i < facts->commitment_count; i++) {
    Onboard__Commitment *commitment = facts->commitments[i];
    struct standing before = commitment_standing(commitment);
    if (!plan_releases(act, successor, facts, commitment))
      continue;
    const struct status *status = commitment_release(act, commitment);
    if (status)
      return status;
    commitment_change(txn, commitment, "commitment.released", act->now_us, before);
  }
  for (size_t i = 0; i < facts->milestone_count; i++) {
    Onboard__Milestone *milestone = facts->milestones[i];
    Onboard__Milestone__State was = milestone->state;
    if (!milestone_is_released_at(milestone, act->now_us))
      continue;
    const struct status *status = milestone_release(act, milestone);
    if (status)
      return status;
    milestone_change(txn, milestone, "milestone.released", act->now_us, was);
  }
  return NULL;
}

/* The reviews of the terms that exist already, by term; NULL where none does. */
static const struct status *load_reviews(struct call *call, const Onboard__Plan *plan,
                                         struct plan_facts *facts) {
  size_t count = plan->terms ? plan->terms->n_reviews : 0;
  const char **names = arena_calloc(call_arena(call), count, sizeof *names);
  Onboard__Review **reviews = arena_calloc(call_arena(call), count, sizeof(void *));
  facts->reviews = reviews;
  for (size_t i = 0; i < count; i++)
    names[i] = plan_review_name(call_arena(call), plan, plan->terms->reviews[i]);
  return count ? txn_get_many(call_txn(call), &kind_review, names, count, reviews) : NULL;
}

static void schedule_reviews(struct txn *txn, const struct act *act, const Onboard__Plan *plan,
                             const struct plan_facts *facts) {
  for (size_t i = 0; i < plan->terms->n_reviews; i++) {
    const Onboard__ReviewTerm *term = plan->terms->reviews[i];
    if (facts->reviews[i] || moment_us(term->due_time) <= act->now_us)
      continue;
    struct record *record =
        resource_change(txn, &kind_review, plan_review(act->arena, plan, term), "review.scheduled");
    txn_count(record, "reviews.due", TYPE__PARTY__PARTY_UNSPECIFIED, moment_us(term->due_time), 1);
  }
}

static const struct status *create_promises(struct txn *txn, const struct act *act,
                                            const Onboard__Plan *plan) {
  for (size_t i = 0; i < plan->terms->n_commitments; i++) {
    Onboard__Commitment *commitment =
        plan_commitment(act->arena, plan, plan->terms->commitments[i], act->now_us);
    const struct status *status = measure_commitment(txn, act, plan, commitment);
    if (status)
      return status;
    commitment_change(txn, commitment, "commitment.created", 0, (struct standing){0});
  }
  for (size_t i = 0; i < plan->terms->n_milestones; i++)
    milestone_change(txn, plan_milestone(act->arena, plan, plan->terms->milestones[i], act->now_us),
                     "milestone.created", 0, ONBOARD__MILESTONE__STATE__STATE_UNSPECIFIED);
  return NULL;
}

static const struct status *supersede(struct call *call, const struct act *act,
                                      const Onboard__Plan *successor, Onboard__Plan *in_force,
                                      const struct plan_facts *facts) {
  const struct status *status = plan_supersede(act, in_force, successor->name);
  if (!status)
    status = release_promises(call_txn(call), act, successor, facts);
  if (!status)
    resource_change(call_txn(call), &kind_plan, in_force, "plan.superseded");
  return status;
}

/* Whether a plan is a version of another, perhaps by way of others. What a plan is a version of never
 * changes.
 */
static const struct status *is_version_of(struct call *call, const Onboard__Plan *plan,
                                          const Onboard__Plan *other, bool *out) {
  *out = false;
  while (plan && plan->version > other->version && !text_empty(plan->parent_plan)) {
    if ((*out = text_equal(plan->parent_plan, other->name)))
      return NULL;
    const struct status *status = txn_peek(call_txn(call), &kind_plan, plan->parent_plan, &plan);
    if (status)
      return status;
  }
  return NULL;
}

/* The plan in force, with everything it promises; NULL when there is none. */
static const struct status *load_in_force(struct call *call, const Onboard__Partnership *partnership,
                                          const Onboard__Plan *plan, struct plan_facts *facts,
                                          Onboard__Plan **out) {
  bool changed = false;
  *out = NULL;
  if (text_empty(partnership->active_plan))
    return NULL;
  const struct status *status = resource_load(call, &kind_plan, partnership->active_plan, "", out);
  facts->in_force = *out;
  if (!status)
    status = is_version_of(call, plan, *out, &facts->is_version);
  if (!status)
    status = load_promises(call, partnership->active_plan, facts);
  if (!status)
    status = settle_promises(call, facts, &changed);
  return !status && changed ? &status_lost_race : status; /* run again on what was recorded */
}

/* What both agreed to and then replaced by a version that has been in force does not come back. A plan that
 * comes into force changes the partnership, so that none is missed. */
static const struct status *load_outlived(struct call *call, const Onboard__Plan *plan,
                                          struct plan_facts *facts) {
  static const Onboard__Plan__State ended[] = {ONBOARD__PLAN__STATE__STATE_CLOSED,
                                               ONBOARD__PLAN__STATE__STATE_SUPERSEDED};
  for (size_t i = 0; i < sizeof ended / sizeof *ended; i++) {
    const char *partition =
        arena_printf(call_arena(call), "%s|%s", name_partnership(call_arena(call), plan->name),
                     state_name(&onboard__plan__state__descriptor, (int)ended[i]));
    struct list_page page;
    const struct status *status = resource_all(call_txn(call), &kind_plan, "state", partition, &page);
    for (size_t k = 0; !status && k < page.count; k++) {
      const Onboard__Plan *other = page.messages[k];
      bool outlived;
      status = is_version_of(call, other, plan, &outlived);
      if (!status && outlived)
        facts->outlived_by = other->name;
    }
    if (status)
      return status;
  }
  return NULL;
}

const struct status *plan_enact(struct call *call, const void *in, void *out) {
  const Onboard__ActivatePlanRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership = NULL;
  Onboard__Plan *plan, *in_force = NULL;
  struct plan_facts facts = {0};
  const struct status *status = resource_load(call, &kind_plan, request->name, request->etag, &plan);
  if (!status)
    status = partnership_open(call, request->name, "ACTIVATE_PLAN", &partnership);
  facts.partnership = partnership;
  if (!status)
    status = load_in_force(call, partnership, plan, &facts, &in_force);
  if (!status)
    status = load_outlived(call, plan, &facts);
  if (!status)
    status = load_reviews(call, plan, &facts);
  if (!status)
    status = plan_activate(&act, plan, &facts);
  if (!status && in_force)
    status = supersede(call, &act, plan, in_force, &facts);
  if (!status)
    status = govern_plan(call, partnership, plan);
  if (!status)
    status = create_promises(call_txn(call), &act, plan);
  if (status)
    return status;
  schedule_reviews(call_txn(call), &act, plan, &facts);
  partnership->active_plan = plan->name;
  resource_change(call_txn(call), &kind_partnership, partnership, "partnership.plan_activated");
  return resource_answer(call, &kind_plan, plan, "plan.activated", out);
}

const struct status *plan_finish(struct call *call, const void *in, void *out) {
  const Onboard__ClosePlanRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Plan *plan;
  struct plan_facts facts = {0};
  bool changed = false;
  const struct status *status = resource_load(call, &kind_plan, request->name, request->etag, &plan);
  if (!status)
    status = partnership_open(call, request->name, "CLOSE_PLAN", &partnership);
  if (!status)
    status = load_promises(call, plan->name, &facts);
  if (!status)
    status = settle_promises(call, &facts, &changed);
  if (!status && changed)
    return &status_lost_race; /* run again on what was recorded */
  if (!status)
    status = plan_close(&act, plan, &facts);
  if (status)
    return status;
  if (text_equal(partnership->active_plan, plan->name)) {
    partnership->active_plan = (char *)protobuf_c_empty_string;
    resource_change(call_txn(call), &kind_partnership, partnership, "partnership.plan_closed");
  }
  return resource_answer(call, &kind_plan, plan, "plan.closed", out);
}
