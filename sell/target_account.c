#include "sell/target_account.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "sell/company.h"

#include <string.h>

#define IDENTIFIED SELL__TARGET_ACCOUNT__STATE__STATE_IDENTIFIED
#define APPROACHED SELL__TARGET_ACCOUNT__STATE__STATE_APPROACHED
#define ENGAGED SELL__TARGET_ACCOUNT__STATE__STATE_ENGAGED
#define WON SELL__TARGET_ACCOUNT__STATE__STATE_WON
#define DROPPED SELL__TARGET_ACCOUNT__STATE__STATE_DROPPED

static const char *const action_names[TARGET_ACCOUNT_ACTIONS] = {
    [TARGET_ACCOUNT_UPDATE] = "update", [TARGET_ACCOUNT_APPROACH] = "approach",
    [TARGET_ACCOUNT_ENGAGE] = "engage", [TARGET_ACCOUNT_WIN] = "win",
    [TARGET_ACCOUNT_DROP] = "drop",
};
static const struct transition transitions[] = {
    {IDENTIFIED, TARGET_ACCOUNT_UPDATE, IDENTIFIED}, {APPROACHED, TARGET_ACCOUNT_UPDATE, APPROACHED},
    {ENGAGED, TARGET_ACCOUNT_UPDATE, ENGAGED},       {IDENTIFIED, TARGET_ACCOUNT_APPROACH, APPROACHED},
    {APPROACHED, TARGET_ACCOUNT_ENGAGE, ENGAGED},    {IDENTIFIED, TARGET_ACCOUNT_WIN, WON},
    {APPROACHED, TARGET_ACCOUNT_WIN, WON},           {ENGAGED, TARGET_ACCOUNT_WIN, WON},
    {IDENTIFIED, TARGET_ACCOUNT_DROP, DROPPED},      {APPROACHED, TARGET_ACCOUNT_DROP, DROPPED},
    {ENGAGED, TARGET_ACCOUNT_DROP, DROPPED},
};
const struct machine target_account_machine = {
    .states = &sell__target_account__state__descriptor,
    .actions = action_names,
    .action_count = TARGET_ACCOUNT_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *check_lead(struct arena *arena, Type__Party lead) {
  if (lead == TYPE__PARTY__PARTY_VENDOR || lead == TYPE__PARTY__PARTY_PARTNER)
    return NULL;
  return invalid_field(arena, "target_account.lead_party", "VALUE_OUT_OF_RANGE", "must be VENDOR or PARTNER");
}

const struct status *target_account_identify(const struct act *act, Sell__TargetAccount *account) {
  account->owner_party = act->party;
  account->state = IDENTIFIED;
  return check_lead(act->arena, account->lead_party);
}

static const struct status *next_state(const struct act *act, const Sell__TargetAccount *account,
                                       enum target_account_action action, Sell__TargetAccount__State *to) {
  int next;
  const struct status *status = machine_next(&target_account_machine, act->arena, account->name,
                                             (int)account->state, (int)action, &next);
  if (!status)
    *to = (Sell__TargetAccount__State)next;
  return status;
}

const struct status *target_account_update(const struct act *act, const Sell__TargetAccount *before,
                                           const Sell__TargetAccount *after) {
  Sell__TargetAccount__State same;
  const struct status *status = next_state(act, before, TARGET_ACCOUNT_UPDATE, &same);
  return status ? status : check_lead(act->arena, after->lead_party);
}

bool target_account_differs(const Sell__TargetAccount *a, const Sell__TargetAccount *b) {
  return !text_equal(a->account, b->account) || !text_equal(a->domain, b->domain) ||
         !text_equal(a->country, b->country) || !text_equal(a->segment, b->segment) ||
         !text_equal(a->rationale, b->rationale) || a->lead_party != b->lead_party;
}

/* When a step was: not ahead of now, not before the step before. */
static const struct status *step_time(const struct act *act, const char *field,
                                      const Google__Protobuf__Timestamp *before, int64_t *when_us) {
  const struct status *status = moment_past(act->arena, field, act->now_us, when_us);
  if (!status && *when_us < 0)
    status = invalid_field(act->arena, field, "VALUE_OUT_OF_RANGE", "lies before 1970");
  if (!status && *when_us < timestamp_us(before, INT64_MIN))
    status = invalid_field(act->arena, field, "VALUE_OUT_OF_RANGE", "lies before the step before, at %s",
                           moment_text(act->arena, timestamp_us(before, 0)));
  return status;
}

const struct status *target_account_approach(const struct act *act, Sell__TargetAccount *account,
                                             int64_t *when_us) {
  Sell__TargetAccount__State to;
  const struct status *status = next_state(act, account, TARGET_ACCOUNT_APPROACH, &to);
  if (!status)
    status = step_time(act, "approach_time", NULL, when_us);
  if (status)
    return status;
  account->state = to;
  account->approach_time = timestamp_new(act->arena, *when_us);
  return NULL;
}

/* Whether it is about the account, held, and not disputed or taken back. */
static bool shows_contact(const Sell__CustomerActivity *activity, const Sell__TargetAccount *account) {
  return activity && text_equal(activity->target_account, account->name) &&
         (activity->state == SELL__CUSTOMER_ACTIVITY__STATE__STATE_HELD ||
          activity->state == SELL__CUSTOMER_ACTIVITY__STATE__STATE_ACKNOWLEDGED);
}

const struct status *target_account_approach_shown(const struct act *act, Sell__TargetAccount *account,
                                                   const Sell__CustomerActivity *activity, int64_t *when_us) {
  Sell__TargetAccount__State to;
  const struct status *status = next_state(act, account, TARGET_ACCOUNT_APPROACH, &to);
  if (status)
    return status;
  struct guards guards = {.arena = act->arena,
                          .resource = account->name,
                          .state = state_name(&sell__target_account__state__descriptor, (int)account->state),
                          .action = "approach"};
  guard(&guards, shows_contact(activity, account),
        "there is no such activity about this account that was held");
  if (guards.status)
    return guards.status;
  if (*when_us != INT64_MIN)
    return invalid_field(act->arena, "approach_time", "VALUE_OUT_OF_RANGE",
                         "must be unset: it is when the activity was held");
  *when_us = timestamp_us(activity->hold_time, INT64_MIN);
  status = target_account_approach(act, account, when_us);
  if (!status)
    account->approach_activity = arena_strdup(act->arena, activity->name);
  return status;
}

const struct status *target_account_engage(const struct act *act, Sell__TargetAccount *account,
                                           int64_t *when_us) {
  Sell__TargetAccount__State to;
  const struct status *status = next_state(act, account, TARGET_ACCOUNT_ENGAGE, &to);
  if (!status)
    status = step_time(act, "engage_time", account->approach_time, when_us);
  if (status)
    return status;
  account->state = to;
  account->engage_time = timestamp_new(act->arena, *when_us);
  return NULL;
}

bool is_joint_win_of(struct arena *arena, const char *name, const Sell__Opportunity *opportunity) {
  return opportunity && opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT &&
         opportunity->state == SELL__OPPORTUNITY__STATE__STATE_WON &&
         text_equal(name_partnership(arena, opportunity->name), name_partnership(arena, name));
}

static const char *customer_of(const Sell__Opportunity *opportunity) {
  const char *account = opportunity->customer ? opportunity->customer->account : NULL;
  return text_empty(account) ? "no account" : account;
}

/* By a domain that is its own, or by name: misspelled or longer is the same, so that a person's typing does
 * not take a win away. */
static bool is_about(struct arena *arena, const Sell__TargetAccount *account,
                     const Sell__Opportunity *opportunity) {
  const char *customer = customer_of(opportunity);
  const char *theirs = opportunity->customer ? company_domain(arena, opportunity->customer->domain) : NULL;
  const char *domain = company_domain(arena, account->domain);
  if (domain && theirs && strcmp(domain, theirs) == 0 && !company_domain_shared(domain))
    return true;
  return company_likeness(arena, account->account, customer) >= COMPANY_ALIKE ||
         company_names_nest(arena, account->account, customer);
}

const struct status *target_account_win(const struct act *act, Sell__TargetAccount *account,
                                        const Sell__Opportunity *opportunity) {
  Sell__TargetAccount__State to;
  const struct status *status = next_state(act, account, TARGET_ACCOUNT_WIN, &to);
  if (status)
    return status;
  struct guards guards = {.arena = act->arena,
                          .resource = account->name,
                          .state = state_name(&sell__target_account__state__descriptor, (int)account->state),
                          .action = "win"};
  guard(&guards, is_joint_win_of(act->arena, account->name, opportunity),
        "there is no such joint opportunity of this partnership that is WON");
  if (!guards.status)
    guard(&guards, is_about(act->arena, account, opportunity), "the opportunity is about %s, not about %s",
          customer_of(opportunity), account->account);
  if (guards.status)
    return guards.status;
  account->state = to;
  account->close_time = timestamp_new(act->arena, timestamp_us(opportunity->close_time, act->now_us));
  account->approach_time = account->approach_time ? account->approach_time : account->close_time;
  account->engage_time = account->engage_time ? account->engage_time : account->close_time;
  account->opportunity = arena_strdup(act->arena, opportunity->name);
  return NULL;
}

const struct status *target_account_drop(const struct act *act, Sell__TargetAccount *account, char *reason) {
  Sell__TargetAccount__State to;
  const struct status *status = next_state(act, account, TARGET_ACCOUNT_DROP, &to);
  if (status)
    return status;
  account->state = to;
  account->close_time = timestamp_new(act->arena, act->now_us);
  account->drop_reason = reason;
  return NULL;
}
