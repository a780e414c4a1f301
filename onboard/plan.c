#include "onboard/plan.h"

#include "onboard/commitment.h"
#include "onboard/measurement.h"
#include "onboard/milestone.h"
#include "onboard/review.h"
#include "onboard/signature.h"
#include "onboard/terms.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define DRAFT ONBOARD__PLAN__STATE__STATE_DRAFT
#define PROPOSED ONBOARD__PLAN__STATE__STATE_PROPOSED
#define COUNTERED ONBOARD__PLAN__STATE__STATE_COUNTERED
#define AGREED ONBOARD__PLAN__STATE__STATE_AGREED
#define ACTIVE ONBOARD__PLAN__STATE__STATE_ACTIVE
#define CLOSED ONBOARD__PLAN__STATE__STATE_CLOSED
#define SUPERSEDED ONBOARD__PLAN__STATE__STATE_SUPERSEDED

/* ---- guards ---- */

static const struct status *own_offer(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Plan *plan = noun;
  if (plan->offer_party == act->party)
    return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "NOT_OWN_OFFER",
                                      "%s was offered by %s, who alone can change it or take it back",
                                      plan->name, party_name(plan->offer_party));
  status_add_metadata(act->arena, status, "offer_party", party_name(plan->offer_party));
  return status;
}

static const struct status *complete(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Plan *plan = noun;
  return terms_complete(act->arena, plan->terms, plan->name);
}

static const struct status *own_offer_complete(const struct act *act, const void *noun, const void *facts) {
  const struct plan_facts *given = facts;
  const Onboard__Plan *plan = noun;
  const struct status *status = own_offer(act, noun, facts);
  return status ? status : terms_complete(act->arena, given->terms, plan->name);
}

static const struct status *new_terms_complete(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Plan *plan = noun;
  return terms_complete(act->arena, ((const struct plan_facts *)facts)->terms, plan->name);
}

static const struct status *others_offer(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Plan *plan = noun;
  const struct plan_facts *given = facts;
  struct status *status;
  if (plan->offer_party == act->party) {
    status = status_make(act->arena, CODE_FAILED_PRECONDITION, "OWN_OFFER",
                         "%s is the offer of %s: only the other party can answer it", plan->name,
                         party_name(plan->offer_party));
    status_add_metadata(act->arena, status, "offer_party", party_name(plan->offer_party));
    return status;
  }
  if (text_equal(plan->content_hash, given->content_hash)) {
    status = status_make(act->arena, CODE_FAILED_PRECONDITION, "TERMS_UNCHANGED",
                         "%s: the counter-offer has the same terms; sign them instead", plan->name);
    status_add_metadata(act->arena, status, "content_hash", plan->content_hash);
    return status;
  }
  return terms_complete(act->arena, given->terms, plan->name);
}

static const struct status *signable(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Plan *plan = noun;
  const struct plan_facts *given = facts;
  return signature_check(act, plan->name, plan->content_hash, given->content_hash, plan->signatures,
                         plan->n_signatures);
}

/* A plan replaces the one in force when it is a version of it, or when its time comes after. */
static bool follows(const Onboard__Plan *plan, const struct plan_facts *facts) {
  return facts->is_version ||
         moment_us(plan->terms->period->start_time) >= moment_us(facts->in_force->terms->period->end_time);
}

/* What is not yet due is given up by a version that both signed for this time, and by nothing else: next
 * year's plan, which either party may bring into force, does not cut this year's short. */
static bool may_release(const struct act *act, const Onboard__Plan *plan, const struct plan_facts *facts) {
  return facts->is_version && moment_us(plan->terms->period->start_time) <= act->now_us;
}

static void guard_released(const struct act *act, const Onboard__Plan *plan, const struct plan_facts *facts,
                           struct status **refusal) {
  static const char early[] = "it is not yet due: only a version of its plan releases it, in its own period";
  bool may = may_release(act, plan, facts);
  for (size_t i = 0; i < facts->commitment_count; i++) {
    const Onboard__Commitment *commitment = facts->commitments[i];
    if (!commitment_is_released_at(commitment, act->now_us))
      continue;
    if (!may)
      guard_add(act->arena, refusal, REASON_GUARD_UNMET, commitment->name, "%s", early);
    else if (commitment->n_pending_claims)
      guard_add(act->arena, refusal, REASON_GUARD_UNMET, commitment->name,
                "claims of the plan in force wait for an answer");
  }
  for (size_t i = 0; i < facts->milestone_count; i++) {
    const Onboard__Milestone *milestone = facts->milestones[i];
    bool waits = milestone_is_claimed_early_at(milestone, act->now_us);
    if (!may && (waits || milestone_is_released_at(milestone, act->now_us)))
      guard_add(act->arena, refusal, REASON_GUARD_UNMET, milestone->name, "%s", early);
    else if (waits)
      guard_add(act->arena, refusal, REASON_GUARD_UNMET, milestone->name,
                "the claim of this milestone of the plan in force waits for an answer");
  }
}

/* A new version of a plan keeps the reviews of the one before: those with the same name must be the same. */
static void guard_reviews(const struct act *act, const Onboard__Plan *plan, const struct plan_facts *facts,
                          struct status **refusal) {
  for (size_t i = 0; i < plan->terms->n_reviews; i++) {
    const Onboard__ReviewTerm *term = plan->terms->reviews[i];
    const Onboard__Review *review = facts->reviews[i];
    if (review &&
        (review->kind != term->kind || moment_us(review->original_due_time) != moment_us(term->due_time)))
      guard_add(act->arena, refusal, REASON_GUARD_UNMET, review->name,
                "a review of another kind or time has this id: choose another id in the terms");
  }
}

static const struct status *activatable(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Plan *plan = noun;
  const struct plan_facts *given = facts;
  struct status *refusal = NULL;
  switch (given->partnership->state) {
  case ONBOARD__PARTNERSHIP__STATE__STATE_DESIGNATED:
  case ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE:
  case ONBOARD__PARTNERSHIP__STATE__STATE_UNDER_REVIEW:
  case ONBOARD__PARTNERSHIP__STATE__STATE_REDESIGN:
    break;
  default:
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, given->partnership->name,
              "the partnership must be DESIGNATED, ACTIVE, UNDER_REVIEW or in REDESIGN, and is %s",
              state_name(&onboard__partnership__state__descriptor, (int)given->partnership->state));
  }
  if (moment_us(plan->terms->period->end_time) <= act->now_us)
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, plan->name, "its period is over");
  if (given->outlived_by)
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, plan->name,
              "%s, a version of it, has been in force since both agreed to it", given->outlived_by);
  if (given->in_force && !follows(plan, given))
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, given->in_force->name,
              "the plan in force is neither an earlier version nor of an earlier period; close it first");
  else if (given->in_force)
    guard_released(act, plan, given, &refusal);
  guard_reviews(act, plan, given, &refusal);
  return refusal;
}

/* Until when what a party missed may still be claimed by it: done in time, entered later. The other party
 * does not close the plan over that. */
static bool may_still_claim(const struct act *act, const Onboard__Plan *plan, const Type__Party *owners,
                            size_t count, const Google__Protobuf__Timestamp *due_time) {
  if (act->now_us >= moment_us(due_time) + plan_deemed_us(plan))
    return false;
  for (size_t i = 0; i < count; i++)
    if (owners[i] != act->party)
      return true;
  return false;
}

static const struct status *settled(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Plan *plan = noun;
  const struct plan_facts *given = facts;
  static const char still[] = "the other party may still claim what it did in time";
  struct status *refusal = NULL;
  for (size_t i = 0; i < given->commitment_count; i++) {
    const Onboard__Commitment *commitment = given->commitments[i];
    if (!commitment_is_settled_at(commitment, act->now_us))
      guard_add(act->arena, &refusal, REASON_GUARD_UNMET, commitment->name, "the commitment is not settled");
    else if (commitment_is_claimable_at(commitment, act->now_us) &&
             may_still_claim(act, plan, &commitment->owner, 1, commitment->due_time))
      guard_add(act->arena, &refusal, REASON_GUARD_UNMET, commitment->name, "%s", still);
  }
  for (size_t i = 0; i < given->milestone_count; i++) {
    const Onboard__Milestone *milestone = given->milestones[i];
    if (!milestone_is_settled_at(milestone, act->now_us))
      guard_add(act->arena, &refusal, REASON_GUARD_UNMET, milestone->name, "the milestone is not settled");
    else if (milestone_state_at(milestone, act->now_us) == ONBOARD__MILESTONE__STATE__STATE_OVERDUE &&
             may_still_claim(act, plan, milestone->owners, milestone->n_owners, milestone->due_time))
      guard_add(act->arena, &refusal, REASON_GUARD_UNMET, milestone->name, "%s", still);
  }
  return refusal;
}

static const struct transition transitions[] = {
    {DRAFT, PLAN_EDIT, DRAFT, NULL},
    {PROPOSED, PLAN_EDIT, PROPOSED, own_offer_complete},
    {COUNTERED, PLAN_EDIT, COUNTERED, own_offer_complete},
    {AGREED, PLAN_EDIT, COUNTERED, new_terms_complete},
    {DRAFT, PLAN_PROPOSE, PROPOSED, complete},
    {PROPOSED, PLAN_COUNTER, COUNTERED, others_offer},
    {COUNTERED, PLAN_COUNTER, COUNTERED, others_offer},
    {PROPOSED, PLAN_WITHDRAW, DRAFT, own_offer},
    {COUNTERED, PLAN_WITHDRAW, DRAFT, own_offer},
    {PROPOSED, PLAN_SIGN, PROPOSED, signable},
    {COUNTERED, PLAN_SIGN, COUNTERED, signable},
    {AGREED, PLAN_ACTIVATE, ACTIVE, activatable},
    {ACTIVE, PLAN_CLOSE, CLOSED, settled},
    {ACTIVE, PLAN_SUPERSEDE, SUPERSEDED, NULL},
};
static const char *const actions[] = {"EDIT", "PROPOSE",  "COUNTER", "WITHDRAW",
                                      "SIGN", "ACTIVATE", "CLOSE",   "SUPERSEDE"};
const struct machine plan_machine = {
    .states = &onboard__plan__state__descriptor,
    .actions = actions,
    .action_count = PLAN_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *step(const struct act *act, Onboard__Plan *plan, enum plan_action action,
                                 const struct plan_facts *facts) {
  int to;
  const struct status *status =
      machine_step(&plan_machine, act, plan->name, (int)plan->state, (int)action, plan, facts, &to);
  if (!status)
    plan->state = (Onboard__Plan__State)to;
  return status;
}

/* ---- signatures ---- */

bool plan_signed_by(const Onboard__Plan *plan, Type__Party party) {
  return signature_of(plan->signatures, plan->n_signatures, party);
}

static void void_signatures(Onboard__Plan *plan) {
  plan->n_signatures = 0;
  plan->signatures = NULL;
}

static void offer(const struct act *act, Onboard__Plan *plan) {
  plan->offer_party = act->party;
  plan->offer_time = timestamp_new(act->arena, act->now_us);
}

/* ---- actions ---- */

char *plan_content_hash(struct arena *arena, const Onboard__PlanTerms *terms) {
  return content_hash(arena, terms ? &terms->base : NULL);
}

int64_t plan_deemed_us(const Onboard__Plan *plan) {
  int32_t days = plan->terms ? plan->terms->deemed_confirmation_days : 0;
  return (days ? days : PLAN_DEEMED_DAYS) * US_PER_DAY;
}

void plan_start(const struct act *act, Onboard__Plan *plan, const Onboard__Plan *parent) {
  plan->state = DRAFT;
  plan->author_party = act->party;
  plan->content_hash = plan_content_hash(act->arena, plan->terms);
  plan->version = parent ? parent->version + 1 : 1;
}

const struct status *plan_edit(const struct act *act, Onboard__Plan *plan, char *title,
                               Onboard__PlanTerms *terms) {
  struct plan_facts facts = {.terms = terms, .content_hash = plan_content_hash(act->arena, terms)};
  Onboard__Plan__State before = plan->state;
  const struct status *status = step(act, plan, PLAN_EDIT, &facts);
  if (status)
    return status;
  plan->title = title;
  if (text_equal(plan->content_hash, facts.content_hash)) {
    plan->state = before;
    return NULL;
  }
  plan->terms = terms;
  plan->content_hash = (char *)facts.content_hash;
  void_signatures(plan);
  if (before != DRAFT)
    offer(act, plan);
  return NULL;
}

const struct status *plan_propose(const struct act *act, Onboard__Plan *plan) {
  const struct status *status = step(act, plan, PLAN_PROPOSE, NULL);
  if (!status)
    offer(act, plan);
  return status;
}

const struct status *plan_counter(const struct act *act, Onboard__Plan *plan, Onboard__PlanTerms *terms) {
  struct plan_facts facts = {.terms = terms, .content_hash = plan_content_hash(act->arena, terms)};
  const struct status *status = step(act, plan, PLAN_COUNTER, &facts);
  if (status)
    return status;
  plan->terms = terms;
  plan->content_hash = (char *)facts.content_hash;
  void_signatures(plan);
  offer(act, plan);
  return NULL;
}

const struct status *plan_withdraw(const struct act *act, Onboard__Plan *plan) {
  const struct status *status = step(act, plan, PLAN_WITHDRAW, NULL);
  if (status)
    return status;
  void_signatures(plan);
  plan->offer_party = TYPE__PARTY__PARTY_UNSPECIFIED;
  plan->offer_time = NULL;
  return NULL;
}

const struct status *plan_sign(const struct act *act, Onboard__Plan *plan, const char *content_hash) {
  struct plan_facts facts = {.content_hash = content_hash};
  const struct status *status = step(act, plan, PLAN_SIGN, &facts);
  if (status)
    return status;
  signature_add(act, plan->content_hash, &plan->signatures, &plan->n_signatures);
  if (plan_signed_by(plan, party_other(act->party)))
    plan->state = AGREED;
  return NULL;
}

const struct status *plan_activate(const struct act *act, Onboard__Plan *plan,
                                   const struct plan_facts *facts) {
  const struct status *status = step(act, plan, PLAN_ACTIVATE, facts);
  if (!status)
    plan->activate_time = timestamp_new(act->arena, act->now_us);
  return status;
}

const struct status *plan_close(const struct act *act, Onboard__Plan *plan, const struct plan_facts *facts) {
  const struct status *status = step(act, plan, PLAN_CLOSE, facts);
  if (!status)
    plan->close_time = timestamp_new(act->arena, act->now_us);
  return status;
}

const struct status *plan_supersede(const struct act *act, Onboard__Plan *plan, const char *successor) {
  const struct status *status = step(act, plan, PLAN_SUPERSEDE, NULL);
  if (status)
    return status;
  plan->close_time = timestamp_new(act->arena, act->now_us);
  plan->superseded_by = arena_strdup(act->arena, successor);
  return NULL;
}

/* ---- what comes into force ---- */

Onboard__Commitment *plan_commitment(struct arena *arena, const Onboard__Plan *plan,
                                     const Onboard__CommitmentTerm *term, int64_t now_us) {
  Onboard__Commitment *commitment = arena_new(arena, Onboard__Commitment);
  onboard__commitment__init(commitment);
  commitment->name = name_child(arena, plan->name, "commitments", term->id);
  commitment->owner = term->owner;
  commitment->kind = term->kind;
  commitment->title = term->title;
  commitment->unit = term->unit;
  commitment->target = term->target;
  commitment->currency_code = term->currency_code;
  commitment->weight = term->weight;
  commitment->start_time = term->start_time ? term->start_time : plan->terms->period->start_time;
  commitment->due_time = term->due_time;
  commitment->consequence = term->consequence;
  commitment->measure = term->measure;
  commitment->cadence_days = term->cadence_days;
  commitment->state = commitment_state_at(commitment, now_us);
  return commitment;
}

bool plan_releases(const struct act *act, const Onboard__Plan *plan, const struct plan_facts *facts,
                   const Onboard__Commitment *commitment) {
  if (commitment_is_released_at(commitment, act->now_us))
    return true;
  if (!may_release(act, plan, facts) || moment_us(commitment->due_time) <= act->now_us ||
      commitment_state_at(commitment, act->now_us) != ONBOARD__COMMITMENT__STATE__STATE_FULFILLED)
    return false;
  for (size_t i = 0; i < plan->terms->n_commitments; i++) {
    const Onboard__CommitmentTerm *term = plan->terms->commitments[i];
    if (term->owner == commitment->owner &&
        measured_alike(commitment, plan_commitment(act->arena, plan, term, act->now_us)))
      return true;
  }
  return false;
}

Onboard__Milestone *plan_milestone(struct arena *arena, const Onboard__Plan *plan,
                                   const Onboard__MilestoneTerm *term, int64_t now_us) {
  Onboard__Milestone *milestone = arena_new(arena, Onboard__Milestone);
  onboard__milestone__init(milestone);
  milestone->name = name_child(arena, plan->name, "milestones", term->id);
  milestone->n_owners = term->n_owners;
  milestone->owners = term->owners;
  milestone->title = term->title;
  milestone->due_time = term->due_time;
  milestone->state = ONBOARD__MILESTONE__STATE__STATE_OPEN;
  milestone->state = milestone_state_at(milestone, now_us);
  return milestone;
}

char *plan_review_name(struct arena *arena, const Onboard__Plan *plan, const Onboard__ReviewTerm *term) {
  return name_child(arena, name_partnership(arena, plan->name), "reviews", term->id);
}

Onboard__Review *plan_review(struct arena *arena, const Onboard__Plan *plan,
                             const Onboard__ReviewTerm *term) {
  Onboard__Review *review = arena_new(arena, Onboard__Review);
  onboard__review__init(review);
  review->name = plan_review_name(arena, plan, term);
  review->kind = term->kind;
  review->title = term->title;
  review->due_time = term->due_time;
  review_start(review);
  return review;
}
