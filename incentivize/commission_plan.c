#include "incentivize/commission_plan.h"

#include "incentivize/cadence.h"
#include "incentivize/commission.h"
#include "runtime/base/money.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <inttypes.h>
#include <string.h>

static const struct status *wrong_party(const struct act *act, const Incentivize__CommissionPlan *plan,
                                        const char *reason, const char *whose) {
  const char *party = party_name(plan->proposing_party);
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, reason,
                                      "%s was proposed by the %s; that is for %s", plan->name, party, whose);
  status_add_metadata(act->arena, status, "proposing_party", party);
  return status;
}

static const struct status *own_proposal(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Incentivize__CommissionPlan *plan = noun;
  return act->party == plan->proposing_party
             ? NULL
             : wrong_party(act, plan, "COUNTERPARTY_PROPOSAL", "that party alone");
}

static const struct status *others_proposal(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Incentivize__CommissionPlan *plan = noun;
  return act->party == plan->proposing_party ? wrong_party(act, plan, "OWN_PROPOSAL", "the other party")
                                             : NULL;
}

static const struct transition transitions[] = {
    {PLAN_DRAFT, PLAN_UPDATE, PLAN_DRAFT, NULL},
    {PLAN_DRAFT, PLAN_DELETE, PLAN_DRAFT, NULL},
    {PLAN_DRAFT, PLAN_PROPOSE, PLAN_PROPOSED, NULL},
    {PLAN_PROPOSED, PLAN_WITHDRAW, PLAN_DRAFT, own_proposal},
    {PLAN_PROPOSED, PLAN_RETURN, PLAN_DRAFT, others_proposal},
    {PLAN_PROPOSED, PLAN_APPROVE, PLAN_APPROVED, others_proposal},
    {PLAN_APPROVED, PLAN_ACTIVATE, PLAN_ACTIVE, NULL},
    {PLAN_ACTIVE, PLAN_SUPERSEDE, PLAN_SUPERSEDED, NULL},
    {PLAN_ACTIVE, PLAN_END, PLAN_ENDED, NULL},
};
static const char *const actions[PLAN_ACTIONS] = {"update",  "delete",   "propose",   "withdraw", "return",
                                                  "approve", "activate", "supersede", "end"};
static const struct machine plan_machine = {
    .states = &incentivize__commission_plan__state__descriptor,
    .actions = actions,
    .action_count = PLAN_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static void record_propose(struct arena *arena, Incentivize__CommissionPlan *plan, const struct act *act) {
  plan->proposing_party = act->party;
  plan->proposer = arena_strdup(arena, act->actor);
  plan->propose_time = timestamp_new(arena, act->now_us);
  plan->return_reason = (char *)protobuf_c_empty_string;
}

static void record_approve(struct arena *arena, Incentivize__CommissionPlan *plan, const struct act *act) {
  plan->approver = arena_strdup(arena, act->actor);
  plan->approve_time = timestamp_new(arena, act->now_us);
}

static void record_withdraw(Incentivize__CommissionPlan *plan) {
  plan->proposing_party = TYPE__PARTY__PARTY_UNSPECIFIED;
  plan->proposer = (char *)protobuf_c_empty_string;
  plan->propose_time = NULL;
}

const struct status *plan_take(const struct act *act, Incentivize__CommissionPlan *plan,
                               enum plan_action action) {
  struct arena *arena = act->arena;
  int to;
  const struct status *status =
      machine_step(&plan_machine, act, plan->name, (int)plan->state, (int)action, plan, NULL, &to);
  if (status)
    return status;
  plan->state = (Incentivize__CommissionPlan__State)to;
  if (action == PLAN_PROPOSE)
    record_propose(arena, plan, act);
  else if (action == PLAN_APPROVE)
    record_approve(arena, plan, act);
  else if (action == PLAN_WITHDRAW || action == PLAN_RETURN)
    record_withdraw(plan);
  else if (action == PLAN_ACTIVATE)
    plan->activate_time = timestamp_new(arena, act->now_us);
  return NULL;
}

/* ---- tiers ---- */

static void check_tier_start(struct arena *arena, struct status *status, size_t index, int64_t from_minor,
                             int64_t expected_minor) {
  char *field = arena_printf(arena, "commission_plan.tiers[%zu].from_minor", index);
  if (from_minor > expected_minor)
    status_add_violation(arena, status, field, "TIER_GAP",
                         "the base from %" PRId64 " to %" PRId64 " is in no tier", expected_minor,
                         from_minor);
  else if (from_minor < expected_minor)
    status_add_violation(arena, status, field, "TIER_OVERLAP",
                         "the base from %" PRId64 " to %" PRId64 " is in two tiers", from_minor,
                         expected_minor);
}

static void check_tier_end(struct arena *arena, struct status *status,
                           const Incentivize__CommissionPlan *plan, size_t index) {
  const Incentivize__Tier *tier = plan->tiers[index];
  char *field = arena_printf(arena, "commission_plan.tiers[%zu].to_minor", index);
  if (tier->to_minor == 0 && index + 1 < plan->n_tiers)
    status_add_violation(arena, status, field, "TIER_OPEN", "only the last tier can be without an end");
  else if (tier->to_minor != 0 && tier->to_minor <= tier->from_minor)
    status_add_violation(arena, status, field, "TIER_EMPTY", "a tier has to end after it starts");
}

const struct status *plan_check_tiers(struct arena *arena, const Incentivize__CommissionPlan *plan) {
  struct status *status = status_make(arena, CODE_INVALID_ARGUMENT, "TIERS_INVALID",
                                      "the tiers have to cover the base from 0 without gaps or overlaps");
  int64_t expected = 0;
  for (size_t i = 0; i < plan->n_tiers; i++) {
    const Incentivize__Tier *tier = plan->tiers[i];
    bool open_before = i && plan->tiers[i - 1]->to_minor == 0;
    if (!open_before)
      check_tier_start(arena, status, i, tier->from_minor, expected);
    check_tier_end(arena, status, plan, i);
    expected = tier->to_minor;
  }
  status_add_metadata(arena, status, "resource", plan->name);
  return status->violations ? status : NULL;
}

/* ---- completeness ---- */

struct period plan_period(const Incentivize__CommissionPlan *plan) {
  const Type__Period *period = plan->effective_period;
  if (!period)
    return (struct period){0};
  return (struct period){timestamp_us(period->start_time, 0), timestamp_us(period->end_time, 0)};
}

static bool has_name(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  return !text_empty(plan->display_name);
}

static bool has_currency(const Incentivize__CommissionPlan *plan, const char *currency) {
  return currency_known(plan->currency_code) && text_equal(plan->currency_code, currency);
}

static bool has_basis(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  return plan->basis != INCENTIVIZE__COMMISSION_PLAN__BASIS__BASIS_UNSPECIFIED;
}

static bool has_mode(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  return plan->mode != INCENTIVIZE__COMMISSION_PLAN__MODE__MODE_UNSPECIFIED;
}

static bool has_tiers(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  return plan->n_tiers >= 1 && plan->n_tiers <= COMMISSION_TIERS_MAX;
}

static bool has_open_end(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  return plan->n_tiers == 0 || plan->tiers[plan->n_tiers - 1]->to_minor == 0;
}

/* A retroactive tier with a lower rate would take money away for selling more. */
static bool has_rising_rates(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  if (plan->mode != INCENTIVIZE__COMMISSION_PLAN__MODE__MODE_RETROACTIVE)
    return true;
  for (size_t i = 1; i < plan->n_tiers; i++)
    if (plan->tiers[i]->rate_bps < plan->tiers[i - 1]->rate_bps)
      return false;
  return true;
}

static bool has_measurement(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  return plan->measurement == INCENTIVIZE__CADENCE__CADENCE_QUARTER ||
         plan->measurement == INCENTIVIZE__CADENCE__CADENCE_YEAR;
}

static bool has_period(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  return period_is_whole_months(plan_period(plan));
}

static bool has_statement_cadence(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  return plan->statement_cadence != INCENTIVIZE__CADENCE__CADENCE_YEAR;
}

/* Both names share everything up to the last id. */
static bool has_sibling(const Incentivize__CommissionPlan *plan, const char *currency) {
  (void)currency;
  const char *mine = strrchr(plan->name, '/'), *theirs = strrchr(plan->supersedes, '/');
  if (text_empty(plan->supersedes))
    return true;
  size_t length = mine ? (size_t)(mine - plan->name) : 0;
  return mine && theirs && (size_t)(theirs - plan->supersedes) == length && strcmp(mine, theirs) != 0 &&
         memcmp(plan->name, plan->supersedes, length) == 0;
}

static const struct plan_check {
  bool (*met)(const Incentivize__CommissionPlan *plan, const char *currency);
  bool computing; /* nothing can be computed without it */
  const char *text;
} checks[] = {
    {has_name, false, "display_name is missing"},
    {has_currency, false, "currency_code has to be the partnership's currency"},
    {has_basis, false, "basis is missing"},
    {has_mode, true, "mode is missing"},
    {has_tiers, true, "tiers are missing: 1 to 32"},
    {has_open_end, true, "the last of the tiers has to be without an end (to_minor 0)"},
    {has_rising_rates, false, "the rates of retroactive tiers have to rise, or more sales would earn less"},
    {has_measurement, true, "measurement has to be CADENCE_QUARTER or CADENCE_YEAR"},
    {has_period, false, "effective_period has to be of whole months, 120 at most"},
    {has_sibling, false, "supersedes has to be another plan of the same partnership"},
    {has_statement_cadence, false, "statement_cadence has to be CADENCE_MONTH or CADENCE_QUARTER"},
};

static const struct status *check_all(struct arena *arena, const Incentivize__CommissionPlan *plan,
                                      const char *currency, bool computing_only) {
  struct status *refusal = NULL;
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
    if ((checks[i].computing || !computing_only) && !checks[i].met(plan, currency))
      guard_add(arena, &refusal, "PLAN_INCOMPLETE", plan->name, "%s", checks[i].text);
  if (refusal)
    status_add_metadata(arena, refusal, "resource", plan->name);
  return refusal;
}

const struct status *plan_check_complete(struct arena *arena, const Incentivize__CommissionPlan *plan,
                                         const char *currency_code) {
  return check_all(arena, plan, currency_code, false);
}

const struct status *plan_check_computable(struct arena *arena, const Incentivize__CommissionPlan *plan) {
  return check_all(arena, plan, "", true);
}

/* ---- replacing and ending ---- */

const struct status *plan_check_supersedes(struct arena *arena, const Incentivize__CommissionPlan *plan,
                                           const Incentivize__CommissionPlan *old) {
  struct period mine = plan_period(plan), theirs = plan_period(old);
  bool active = (int)old->state == PLAN_ACTIVE;
  if (active && theirs.start_us < mine.start_us && mine.start_us <= theirs.end_us)
    return NULL;
  struct status *status = status_make(
      arena, CODE_FAILED_PRECONDITION, "SUPERSEDED_PLAN", "%s cannot be superseded: %s", old->name,
      active ? "it has to start before the new plan does, and to last until then" : "it is not active");
  status_add_metadata(arena, status, "commission_plan", old->name);
  return status;
}

const struct status *plan_check_end(struct arena *arena, const Incentivize__CommissionPlan *plan,
                                    int64_t end_us, int64_t now_us) {
  struct period period = plan_period(plan);
  bool month = month_start_us(month_of(end_us)) == end_us;
  if (month && end_us > now_us && end_us > period.start_us && end_us < period.end_us)
    return NULL;
  char text[32];
  time_format(end_us, text, sizeof text);
  struct status *status = status_make(
      arena, CODE_FAILED_PRECONDITION, "END_TIME_INVALID",
      "%s cannot end at %s: give the start of a month after now and within its period", plan->name, text);
  status_add_metadata(arena, status, "end_time", text);
  return status;
}

void plan_cut(struct arena *arena, Incentivize__CommissionPlan *plan, int64_t end_us) {
  Type__Period *period = arena_new(arena, Type__Period);
  type__period__init(period);
  period->start_time = plan->effective_period->start_time;
  period->end_time = timestamp_new(arena, end_us);
  plan->effective_period = period;
}
