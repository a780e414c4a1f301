#include "sell/case_study.h"

#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "sell/target_account.h"

#define DRAFT SELL__CASE_STUDY__STATE__STATE_DRAFT
#define APPROVED SELL__CASE_STUDY__STATE__STATE_APPROVED
#define PUBLISHED SELL__CASE_STUDY__STATE__STATE_PUBLISHED
#define WITHDRAWN SELL__CASE_STUDY__STATE__STATE_WITHDRAWN

static const char *const action_names[CASE_STUDY_ACTIONS] = {
    [CASE_STUDY_UPDATE] = "update",   [CASE_STUDY_CONSENT] = "record consent",
    [CASE_STUDY_APPROVE] = "approve", [CASE_STUDY_SECOND] = "approve",
    [CASE_STUDY_PUBLISH] = "publish", [CASE_STUDY_WITHDRAW] = "withdraw",
};
static const struct transition transitions[] = {
    {DRAFT, CASE_STUDY_UPDATE, DRAFT},          {APPROVED, CASE_STUDY_UPDATE, DRAFT},
    {DRAFT, CASE_STUDY_CONSENT, DRAFT},         {APPROVED, CASE_STUDY_CONSENT, APPROVED},
    {DRAFT, CASE_STUDY_APPROVE, DRAFT},         {DRAFT, CASE_STUDY_SECOND, APPROVED},
    {APPROVED, CASE_STUDY_PUBLISH, PUBLISHED},  {DRAFT, CASE_STUDY_WITHDRAW, WITHDRAWN},
    {APPROVED, CASE_STUDY_WITHDRAW, WITHDRAWN}, {PUBLISHED, CASE_STUDY_WITHDRAW, WITHDRAWN},
};
const struct machine case_study_machine = {
    .states = &sell__case_study__state__descriptor,
    .actions = action_names,
    .action_count = CASE_STUDY_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *next_state(const struct act *act, const Sell__CaseStudy *study,
                                       enum case_study_action action, Sell__CaseStudy__State *to) {
  int next;
  const struct status *status =
      machine_next(&case_study_machine, act->arena, study->name, (int)study->state, (int)action, &next);
  if (!status)
    *to = (Sell__CaseStudy__State)next;
  return status;
}

static struct guards guards_of(const struct act *act, const Sell__CaseStudy *study, const char *action) {
  return (struct guards){.arena = act->arena,
                         .resource = study->name,
                         .state = state_name(&sell__case_study__state__descriptor, (int)study->state),
                         .action = action};
}

static void guard_win(struct guards *guards, const Sell__CaseStudy *study,
                      const Sell__Opportunity *opportunity) {
  guard(guards, is_joint_win_of(guards->arena, study->name, opportunity),
        "opportunity must be a joint one of this partnership that is WON");
}

const struct status *case_study_draft(const struct act *act, Sell__CaseStudy *study,
                                      const Sell__Opportunity *opportunity) {
  study->state = DRAFT;
  struct guards guards = guards_of(act, study, "create");
  guard_win(&guards, study, opportunity);
  return guards.status;
}

static void forget_approvals(Sell__CaseStudy *study) {
  study->vendor_approve_time = NULL;
  study->partner_approve_time = NULL;
}

const struct status *case_study_update(const struct act *act, const Sell__CaseStudy *before,
                                       Sell__CaseStudy *after) {
  const struct status *status = next_state(act, before, CASE_STUDY_UPDATE, &after->state);
  if (!status)
    forget_approvals(after);
  return status;
}

bool case_study_differs(const Sell__CaseStudy *a, const Sell__CaseStudy *b) {
  return !text_equal(a->title, b->title) || !text_equal(a->challenge, b->challenge) ||
         !text_equal(a->solution, b->solution) || !text_equal(a->outcome, b->outcome);
}

const struct status *case_study_consent(const struct act *act, Sell__CaseStudy *study,
                                        Sell__CustomerConsent *consent) {
  struct status *invalid = NULL;
  const struct status *status = next_state(act, study, CASE_STUDY_CONSENT, &study->state);
  if (status)
    return status;
  if (!moment_check_past(act->arena, &invalid, "consent.agree_time", consent->agree_time, act->now_us))
    return invalid;
  study->consent = consent;
  return NULL;
}

const struct status *case_study_approve(const struct act *act, Sell__CaseStudy *study,
                                        const Sell__Opportunity *opportunity, bool *changed) {
  bool vendor = act->party == TYPE__PARTY__PARTY_VENDOR;
  Google__Protobuf__Timestamp **own = vendor ? &study->vendor_approve_time : &study->partner_approve_time;
  const Google__Protobuf__Timestamp *other =
      vendor ? study->partner_approve_time : study->vendor_approve_time;
  struct guards guards = guards_of(act, study, "approve");
  Sell__CaseStudy__State to;
  const struct status *status =
      next_state(act, study, other && !*own ? CASE_STUDY_SECOND : CASE_STUDY_APPROVE, &to);
  if (status)
    return status;
  guard(&guards, !text_empty(study->challenge), "challenge is missing");
  guard(&guards, !text_empty(study->solution), "solution is missing");
  guard(&guards, !text_empty(study->outcome), "outcome is missing");
  guard(&guards, study->consent, "the customer's consent is not recorded");
  guard_win(&guards, study, opportunity);
  if (guards.status)
    return guards.status;
  *changed = !*own;
  if (*changed) {
    *own = timestamp_new(act->arena, act->now_us);
    study->state = to;
  }
  return NULL;
}

const struct status *case_study_publish(const struct act *act, Sell__CaseStudy *study,
                                        const Sell__Opportunity *opportunity, char *url) {
  struct guards guards = guards_of(act, study, "publish");
  Sell__CaseStudy__State to;
  const struct status *status = next_state(act, study, CASE_STUDY_PUBLISH, &to);
  if (status)
    return status;
  guard_win(&guards, study, opportunity);
  if (guards.status)
    return guards.status;
  study->state = to;
  study->publish_time = timestamp_new(act->arena, act->now_us);
  study->url = url;
  return NULL;
}

const struct status *case_study_withdraw(const struct act *act, Sell__CaseStudy *study, char *reason) {
  const struct status *status = next_state(act, study, CASE_STUDY_WITHDRAW, &study->state);
  if (!status)
    study->withdraw_reason = reason;
  return status;
}
