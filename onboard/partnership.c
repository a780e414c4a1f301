#include "onboard/partnership.h"

#include "onboard/commitment.h"
#include "onboard/contract.h"
#include "onboard/ending.h"
#include "onboard/governance_body.h"
#include "onboard/review.h"
#include "onboard/sponsor.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/refusal.h"

#define PROSPECT ONBOARD__PARTNERSHIP__STATE__STATE_PROSPECT
#define ASSESSING ONBOARD__PARTNERSHIP__STATE__STATE_ASSESSING
#define DESIGNATED ONBOARD__PARTNERSHIP__STATE__STATE_DESIGNATED
#define ACTIVE ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE
#define UNDER_REVIEW ONBOARD__PARTNERSHIP__STATE__STATE_UNDER_REVIEW
#define REDESIGN ONBOARD__PARTNERSHIP__STATE__STATE_REDESIGN
#define TRANSITIONING ONBOARD__PARTNERSHIP__STATE__STATE_TRANSITIONING
#define ENDED ONBOARD__PARTNERSHIP__STATE__STATE_ENDED

/* ---- guards ---- */

static bool commits(const struct act *act, const struct evidence *evidence, Type__Party party) {
  for (size_t i = 0; evidence->plan && i < evidence->commitment_count; i++)
    if (evidence->commitments[i]->owner == party &&
        commitment_is_active_at(evidence->commitments[i], act->now_us))
      return true;
  return false;
}

static bool sponsors(const struct evidence *evidence, Type__Party party) {
  for (size_t i = 0; i < evidence->sponsor_count; i++)
    if (evidence->sponsors[i]->party == party && sponsor_is_executive(evidence->sponsors[i]))
      return true;
  return false;
}

static bool runs_on_tier_terms(const Onboard__Partnership *partnership) {
  return partnership->classification == ONBOARD__PARTNERSHIP__CLASSIFICATION__CLASSIFICATION_STANDARD ||
         partnership->classification == ONBOARD__PARTNERSHIP__CLASSIFICATION__CLASSIFICATION_PREMIER_TIER;
}

/* Whether the plan in force is older than the review that decided to change it. */
static bool is_unrevised(const Onboard__Partnership *partnership, const struct evidence *evidence) {
  if (evidence->governance_body && governance_asks_revision(evidence->governance_body))
    return true;
  return partnership->state == REDESIGN && evidence->plan && !runs_on_tier_terms(partnership) &&
         moment_us(evidence->plan->activate_time) <= moment_us(partnership->review_outcome_time);
}

static const struct status *governed(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Partnership *partnership = noun;
  const struct evidence *evidence = facts;
  struct status *refusal = NULL;
  if (is_unrevised(partnership, evidence))
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, partnership->name,
              "no new version of the plan has come into force since the review asked for one");
  if (runs_on_tier_terms(partnership))
    return refusal;
  if (!evidence->plan)
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, partnership->name, "no plan is in force");
  for (Type__Party party = TYPE__PARTY__PARTY_VENDOR; party <= TYPE__PARTY__PARTY_PARTNER; party++) {
    if (!commits(act, evidence, party))
      guard_add(act->arena, &refusal, REASON_GUARD_UNMET, partnership->name, "no active commitment of %s",
                party_name(party));
    if (!sponsors(evidence, party))
      guard_add(act->arena, &refusal, REASON_GUARD_UNMET, partnership->name,
                "no sponsor above account manager is named by %s", party_name(party));
  }
  return refusal;
}

/* What is still to be wound up; NULL: nothing. */
static struct status *left_open(const struct act *act, const Onboard__Partnership *partnership,
                                const struct evidence *evidence) {
  struct status *refusal = NULL;
  if (evidence->plan)
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, partnership->name, "%s is in force; close it first",
              evidence->plan->name);
  if (evidence->contract && contract_binds(evidence->contract))
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, partnership->name,
              "%s is in force; terminate it, and let it end first", evidence->contract->name);
  for (size_t i = 0; i < evidence->review_count; i++)
    if (review_is_open_at(evidence->reviews[i], act->now_us))
      guard_add(act->arena, &refusal, REASON_GUARD_UNMET, evidence->reviews[i]->name,
                "the review is still to be held; cancel it first");
  return refusal;
}

static const struct status *wound_up(const struct act *act, const void *noun, const void *facts) {
  return left_open(act, noun, facts);
}

/* What has been active ends by both parties' word. */
static const struct status *agreed_and_wound_up(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Partnership *partnership = noun;
  struct status *refusal = left_open(act, partnership, facts);
  if (!end_is_agreed(partnership))
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, partnership->name,
              "both parties have to agree to the end; offer it");
  return refusal;
}

static const struct transition transitions[] = {
    {PROSPECT, PARTNERSHIP_EDIT, PROSPECT, NULL},
    {ASSESSING, PARTNERSHIP_EDIT, ASSESSING, NULL},
    {DESIGNATED, PARTNERSHIP_EDIT, DESIGNATED, NULL},
    {ACTIVE, PARTNERSHIP_EDIT, ACTIVE, NULL},
    {UNDER_REVIEW, PARTNERSHIP_EDIT, UNDER_REVIEW, NULL},
    {REDESIGN, PARTNERSHIP_EDIT, REDESIGN, NULL},
    {TRANSITIONING, PARTNERSHIP_EDIT, TRANSITIONING, NULL},
    {PROSPECT, PARTNERSHIP_ASSESS, ASSESSING, NULL},
    {ASSESSING, PARTNERSHIP_DESIGNATE, DESIGNATED, NULL},
    {DESIGNATED, PARTNERSHIP_ACTIVATE, ACTIVE, governed},
    {ACTIVE, PARTNERSHIP_START_REVIEW, UNDER_REVIEW, NULL},
    {UNDER_REVIEW, PARTNERSHIP_CONCLUDE_REVIEW, PARTNERSHIP_BY_OUTCOME, NULL},
    {REDESIGN, PARTNERSHIP_RESUME, ACTIVE, governed},
    {PROSPECT, PARTNERSHIP_END, ENDED, wound_up},
    {ASSESSING, PARTNERSHIP_END, ENDED, wound_up},
    {DESIGNATED, PARTNERSHIP_END, ENDED, wound_up},
    {TRANSITIONING, PARTNERSHIP_END, ENDED, agreed_and_wound_up},
    {PROSPECT, PARTNERSHIP_CLASSIFY, PROSPECT, NULL},
    {ASSESSING, PARTNERSHIP_CLASSIFY, ASSESSING, NULL},
    {DESIGNATED, PARTNERSHIP_CLASSIFY, DESIGNATED, NULL},
    {ACTIVE, PARTNERSHIP_CLASSIFY, ACTIVE, NULL},
    {UNDER_REVIEW, PARTNERSHIP_CLASSIFY, UNDER_REVIEW, NULL},
    {REDESIGN, PARTNERSHIP_CLASSIFY, REDESIGN, NULL},
    {TRANSITIONING, PARTNERSHIP_CLASSIFY, TRANSITIONING, NULL},
    {ACTIVE, PARTNERSHIP_OFFER_END, ACTIVE, NULL},
    {ACTIVE, PARTNERSHIP_AGREE_END, TRANSITIONING, NULL},
    {ACTIVE, PARTNERSHIP_DECLINE_END, ACTIVE, NULL},
    {UNDER_REVIEW, PARTNERSHIP_OFFER_END, UNDER_REVIEW, NULL},
    {UNDER_REVIEW, PARTNERSHIP_AGREE_END, TRANSITIONING, NULL},
    {UNDER_REVIEW, PARTNERSHIP_DECLINE_END, UNDER_REVIEW, NULL},
    {REDESIGN, PARTNERSHIP_OFFER_END, REDESIGN, NULL},
    {REDESIGN, PARTNERSHIP_AGREE_END, TRANSITIONING, NULL},
    {REDESIGN, PARTNERSHIP_DECLINE_END, REDESIGN, NULL},
    {TRANSITIONING, PARTNERSHIP_OFFER_END, TRANSITIONING, NULL},
    {TRANSITIONING, PARTNERSHIP_AGREE_END, TRANSITIONING, NULL},
    {TRANSITIONING, PARTNERSHIP_DECLINE_END, TRANSITIONING, NULL},
    {PROSPECT, PARTNERSHIP_COMPLETE_STAGE, PROSPECT, NULL},
    {ASSESSING, PARTNERSHIP_COMPLETE_STAGE, ASSESSING, NULL},
    {DESIGNATED, PARTNERSHIP_COMPLETE_STAGE, DESIGNATED, NULL},
    {ACTIVE, PARTNERSHIP_COMPLETE_STAGE, ACTIVE, NULL},
    {UNDER_REVIEW, PARTNERSHIP_COMPLETE_STAGE, UNDER_REVIEW, NULL},
    {REDESIGN, PARTNERSHIP_COMPLETE_STAGE, REDESIGN, NULL},
    {TRANSITIONING, PARTNERSHIP_COMPLETE_STAGE, TRANSITIONING, NULL},
};
static const char *const actions[] = {
    "EDIT", "ASSESS",   "DESIGNATE", "ACTIVATE",  "START_REVIEW", "CONCLUDE_REVIEW", "RESUME",
    "END",  "CLASSIFY", "OFFER_END", "AGREE_END", "DECLINE_END",  "COMPLETE_STAGE"};
const struct machine partnership_machine = {
    .states = &onboard__partnership__state__descriptor,
    .actions = actions,
    .action_count = PARTNERSHIP_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

/* ---- actions ---- */

void partnership_start(Onboard__Partnership *partnership) {
  partnership->state = PROSPECT;
  partnership->classification = ONBOARD__PARTNERSHIP__CLASSIFICATION__CLASSIFICATION_UNSPECIFIED;
}

const struct status *partnership_check(struct arena *arena, const Onboard__Partnership *partnership) {
  struct status *refusal = NULL;
  if (!currency_known(partnership->currency_code))
    invalid_add(arena, &refusal, "partnership.currency_code", "VALUE_OUT_OF_RANGE",
                "`%s` is not a currency in use", partnership->currency_code);
  return refusal;
}

static void note_time(const struct act *act, Onboard__Partnership *partnership,
                      Onboard__Partnership__State to) {
  Google__Protobuf__Timestamp *now = timestamp_new(act->arena, act->now_us);
  if (to == DESIGNATED && !partnership->designate_time)
    partnership->designate_time = now;
  if (to == ACTIVE && !partnership->activate_time)
    partnership->activate_time = now;
  if (to == ENDED)
    partnership->end_time = now;
}

const struct status *partnership_apply(const struct act *act, Onboard__Partnership *partnership,
                                       enum partnership_action action, const struct evidence *evidence) {
  int to;
  const struct status *status =
      machine_step(&partnership_machine, act, partnership->name, (int)partnership->state, (int)action,
                   partnership, evidence, &to);
  if (status)
    return status;
  if (to != (int)partnership->state)
    note_time(act, partnership, (Onboard__Partnership__State)to);
  partnership->state = (Onboard__Partnership__State)to;
  return NULL;
}

static const Onboard__Partnership__State after_review[] = {
    [ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_CONTINUE] = ACTIVE,
    [ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_MODIFY_SCOPE] = REDESIGN,
    [ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_ADJUST_INVESTMENTS] = REDESIGN,
    [ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_RESTRUCTURE_TERMS] = REDESIGN,
    [ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_TRANSITION] = TRANSITIONING,
    [ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_CONCLUDE] = TRANSITIONING,
};

const struct status *partnership_conclude_review(const struct act *act, Onboard__Partnership *partnership,
                                                 Onboard__ReviewOutcome outcome) {
  int to;
  const struct status *status =
      machine_step(&partnership_machine, act, partnership->name, (int)partnership->state,
                   PARTNERSHIP_CONCLUDE_REVIEW, partnership, NULL, &to);
  if (status)
    return status;
  partnership->state = after_review[outcome];
  partnership->last_review_outcome = outcome;
  partnership->review_outcome_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}
