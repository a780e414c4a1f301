#include "onboard/stage.h"

#include "onboard/contract.h"
#include "onboard/preset.h"
#include "onboard/review.h"
#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define STAGE(name) ONBOARD__PARTNERSHIP__STAGE__STAGE_##name
#define ITEM(name) ONBOARD__ACTIVATION_ITEM__KIND__KIND_##name

Onboard__Partnership__Stage stage_of(const Onboard__Partnership *partnership) {
  return partnership->stage ? partnership->stage : STAGE(FIT_ASSESSMENT);
}

/* ---- guards ---- */

static void fit_concluded(struct guards *guards, const Onboard__Partnership *partnership,
                          const struct evidence *evidence) {
  (void)partnership;
  const Onboard__FitAssessment *fit = evidence->fit;
  guard(guards, fit, "no fit assessment is concluded: both parties score the four dimensions");
  if (fit)
    guard(guards, fit->outcome == ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_STRATEGIC_CANDIDATE,
          "%s concluded %s, not STRATEGIC_CANDIDATE", fit->name,
          state_name(&onboard__fit_assessment__outcome__descriptor, (int)fit->outcome));
}

static void proposition_validated(struct guards *guards, const Onboard__Partnership *partnership,
                                  const struct evidence *evidence) {
  (void)partnership;
  const Onboard__JointValueProposition *proposition = evidence->proposition;
  guard(guards, proposition, "there is no joint value proposition");
  if (proposition)
    guard(guards, proposition->state == ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_VALIDATED,
          "%s is %s, not VALIDATED", proposition->name,
          state_name(&onboard__joint_value_proposition__state__descriptor, (int)proposition->state));
}

/* A contract is signed only when its six elements are complete. */
static void contract_signed(struct guards *guards, const Onboard__Partnership *partnership,
                            const struct evidence *evidence) {
  (void)partnership;
  guard(guards, evidence->contract && contract_binds(evidence->contract),
        "no contract with its six elements is signed by both parties");
}

static bool was_done(const Onboard__Partnership *partnership, int kind) {
  const Onboard__ActivationProgress *progress = partnership->activation;
  for (size_t i = 0; progress && i < progress->n_items; i++)
    if ((int)progress->items[i]->kind == kind)
      return true;
  return false;
}

static void went_to_market(struct guards *guards, const Onboard__Partnership *partnership,
                           const struct evidence *evidence) {
  static const char *const missing[] = {
      [ITEM(JOINT_CONTENT)] = "no joint campaign was held",
      [ITEM(CO_SELL)] = "no joint opportunity was opened",
      [ITEM(TARGET_ACCOUNT)] = "no target account was approached",
      [ITEM(JOINT_PIPELINE)] = "no joint opportunity was qualified",
      [ITEM(JOINT_WIN)] = "no joint opportunity was won",
      [ITEM(CASE_STUDY)] = "no case study of a joint win was published",
  };
  (void)evidence;
  guard(guards, partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE,
        "the partnership is %s, not ACTIVE",
        state_name(&onboard__partnership__state__descriptor, (int)partnership->state));
  for (int kind = ITEM(JOINT_CONTENT); kind <= ITEM(CASE_STUDY); kind++)
    guard(guards, was_done(partnership, kind), "%s", missing[kind]);
}

static void reviewed(struct guards *guards, const Onboard__Partnership *partnership,
                     const struct evidence *evidence) {
  bool held = false;
  for (size_t i = 0; i < evidence->review_count; i++) {
    const Onboard__Review *review = evidence->reviews[i];
    held |= review->kind == ONBOARD__REVIEW__KIND__KIND_ANNUAL &&
            review->state == ONBOARD__REVIEW__STATE__STATE_HELD &&
            moment_us(review->hold_time) >= moment_us(partnership->stage_enter_time);
  }
  guard(guards, held, "no annual review was held since this cycle began");
  bool concluded = partnership->last_review_outcome &&
                   moment_us(partnership->review_outcome_time) >= moment_us(partnership->stage_enter_time);
  guard(guards, concluded, "no annual review was concluded with an outcome since this cycle began");
  guard(guards, partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE,
        "the partnership is %s, not ACTIVE",
        state_name(&onboard__partnership__state__descriptor, (int)partnership->state));
}

static const struct {
  void (*look)(struct guards *guards, const Onboard__Partnership *partnership,
               const struct evidence *evidence);
  Onboard__Partnership__Stage next;
} exits[] = {
    [STAGE(FIT_ASSESSMENT)] = {fit_concluded, STAGE(VALUE_PROPOSITION)},
    [STAGE(VALUE_PROPOSITION)] = {proposition_validated, STAGE(AGREEMENT)},
    [STAGE(AGREEMENT)] = {contract_signed, STAGE(ACTIVATION)},
    [STAGE(ACTIVATION)] = {went_to_market, STAGE(REVIEW)},
    [STAGE(REVIEW)] = {reviewed, STAGE(REVIEW)},
};

/* ---- completing ---- */

static Onboard__ActivationProgress *progress_of(struct arena *arena, Onboard__Partnership *partnership) {
  if (!partnership->activation) {
    partnership->activation = arena_new(arena, Onboard__ActivationProgress);
    onboard__activation_progress__init(partnership->activation);
  }
  return partnership->activation;
}

static void activation_start(const struct act *act, Onboard__Partnership *partnership) {
  Onboard__ActivationProgress *progress = progress_of(act->arena, partnership);
  progress->start_time = timestamp_new(act->arena, act->now_us);
  int64_t window_us = preset_of(partnership->preset)->activation_days * US_PER_DAY;
  progress->due_time = timestamp_new(act->arena, act->now_us + window_us);
}

static const struct status *refuse_stage(const struct act *act, const Onboard__Partnership *partnership,
                                         Onboard__Partnership__Stage wanted) {
  const ProtobufCEnumDescriptor *stages = &onboard__partnership__stage__descriptor;
  const char *stage = state_name(stages, (int)stage_of(partnership));
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, "STAGE_CHANGED", "%s is in stage %s, not in %s",
                  partnership->name, stage, state_name(stages, (int)wanted));
  status_add_metadata(act->arena, status, "stage", stage);
  return status;
}

const struct status *stage_complete(const struct act *act, Onboard__Partnership *partnership,
                                    Onboard__Partnership__Stage stage, const struct evidence *evidence) {
  const struct status *status = partnership_apply(act, partnership, PARTNERSHIP_COMPLETE_STAGE, evidence);
  if (status)
    return status;
  if (stage != stage_of(partnership))
    return refuse_stage(act, partnership, stage);
  struct guards guards = {
      .arena = act->arena,
      .resource = partnership->name,
      .state = state_name(&onboard__partnership__stage__descriptor, (int)stage),
      .action = "COMPLETE_STAGE",
  };
  exits[stage].look(&guards, partnership, evidence);
  if (guards.status)
    return guards.status;
  if (exits[stage].next == stage)
    partnership->stage_cycle++;
  partnership->stage = exits[stage].next;
  partnership->stage_enter_time = timestamp_new(act->arena, act->now_us);
  if (partnership->stage == STAGE(ACTIVATION))
    activation_start(act, partnership);
  return NULL;
}

bool activation_note(struct arena *arena, Onboard__Partnership *partnership,
                     Onboard__ActivationItem__Kind kind, int64_t occur_us, const char *evidence) {
  if (was_done(partnership, (int)kind))
    return false;
  Onboard__ActivationProgress *progress = progress_of(arena, partnership);
  Onboard__ActivationItem *item = arena_new(arena, Onboard__ActivationItem);
  onboard__activation_item__init(item);
  item->kind = kind;
  item->occur_time = timestamp_new(arena, occur_us);
  item->evidence = arena_strdup(arena, evidence);
  Onboard__ActivationItem **items = arena_calloc(arena, progress->n_items + 1, sizeof *items);
  for (size_t i = 0; i < progress->n_items; i++)
    items[i] = progress->items[i];
  items[progress->n_items++] = item;
  progress->items = items;
  return true;
}
