#include "market/mdf_budget.h"

#include "runtime/base/money.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <assert.h>
#include <inttypes.h>

#define DRAFT MARKET__MDF_BUDGET__STATE__STATE_DRAFT
#define ACTIVE MARKET__MDF_BUDGET__STATE__STATE_ACTIVE
#define EXPIRED MARKET__MDF_BUDGET__STATE__STATE_EXPIRED
#define CLOSED MARKET__MDF_BUDGET__STATE__STATE_CLOSED

static const char *const action_names[MDF_BUDGET_ACTIONS] = {"UPDATE", "ACTIVATE", "ALLOCATE", "CLOSE"};
static const struct transition transitions[] = {
    {DRAFT, MDF_BUDGET_UPDATE, DRAFT},     {DRAFT, MDF_BUDGET_ACTIVATE, ACTIVE},
    {ACTIVE, MDF_BUDGET_ALLOCATE, ACTIVE}, {ACTIVE, MDF_BUDGET_CLOSE, CLOSED},
    {EXPIRED, MDF_BUDGET_CLOSE, CLOSED},
};
const struct machine mdf_budget_machine = {
    .states = &market__mdf_budget__state__descriptor,
    .actions = action_names,
    .action_count = MDF_BUDGET_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

Market__MdfBudget__State mdf_budget_state_at(const Market__MdfBudget *budget, int64_t time_us) {
  if (budget->state == ACTIVE && timestamp_us(budget->end_time, INT64_MAX) <= time_us) {
    return EXPIRED;
  }
  return budget->state;
}

const struct status *mdf_budget_check(struct arena *arena, const Market__MdfBudget *budget) {
  if (!currency_known(budget->currency_code)) {
    return invalid_field(arena, "mdf_budget.currency_code", "CURRENCY_UNKNOWN", "must be an ISO 4217 code");
  }
  if (timestamp_us(budget->end_time, 0) <= timestamp_us(budget->start_time, 0)) {
    return invalid_field(arena, "mdf_budget.end_time", "VALUE_OUT_OF_RANGE", "must be later than start_time");
  }
  return NULL;
}

const struct status *mdf_budget_apply_create(struct arena *arena, Market__MdfBudget *budget) {
  budget->state = DRAFT;
  return mdf_budget_check(arena, budget);
}

static const struct status *budget_step(struct arena *arena, Market__MdfBudget *budget,
                                        enum mdf_budget_action action, int64_t now_us) {
  int to;
  const struct status *status = machine_next(&mdf_budget_machine, arena, budget->name,
                                             mdf_budget_state_at(budget, now_us), action, &to);
  if (!status) {
    budget->state = (Market__MdfBudget__State)to;
  }
  return status;
}

const struct status *mdf_budget_apply_update(struct arena *arena, Market__MdfBudget *budget, int64_t now_us) {
  return budget_step(arena, budget, MDF_BUDGET_UPDATE, now_us);
}

const struct status *mdf_budget_apply_activate(struct arena *arena, Market__MdfBudget *budget,
                                               int64_t now_us) {
  struct guards guards = {.arena = arena,
                          .resource = budget->name,
                          .state = "DRAFT",
                          .action = action_names[MDF_BUDGET_ACTIVATE]};
  const struct status *status = budget_step(arena, budget, MDF_BUDGET_ACTIVATE, now_us);
  if (status) {
    return status;
  }
  guard(&guards, timestamp_us(budget->end_time, INT64_MAX) > now_us, "its period is over");
  return guards.status;
}

const struct status *mdf_budget_apply_close(struct arena *arena, Market__MdfBudget *budget, int64_t now_us) {
  return budget_step(arena, budget, MDF_BUDGET_CLOSE, now_us);
}

const struct status *currency_check(struct arena *arena, const char *given, const char *expected) {
  if (text_equal(given, expected)) {
    return NULL;
  }
  struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, "CURRENCY_MISMATCH",
                                      "the amount is in %s, but this takes %s only", given, expected);
  status_add_metadata(arena, status, "given", given);
  status_add_metadata(arena, status, "expected", expected);
  return status;
}

const struct status *balance_exceeded(struct arena *arena, const char *resource, const char *balance,
                                      int64_t has_minor, int64_t needs_minor) {
  struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, "BALANCE_EXCEEDED",
                                      "%s has %" PRId64 " %s, in minor units, and this needs %" PRId64,
                                      resource, has_minor, balance, needs_minor);
  status_add_guard(arena, status, "BALANCE", resource, "%s is %" PRId64 " of %" PRId64 " needed", balance,
                   has_minor, needs_minor);
  status_add_metadata(arena, status, "balance", balance);
  status_add_metadata(arena, status, "has_minor", arena_printf(arena, "%" PRId64, has_minor));
  status_add_metadata(arena, status, "needs_minor", arena_printf(arena, "%" PRId64, needs_minor));
  return status;
}

const struct status *override_note(struct arena *arena, Market__LimitOverride ***overrides, size_t *count,
                                   const char *resource, int64_t amount_minor,
                                   const struct decision *decision) {
  if (*count >= OVERRIDES_MAX) {
    struct status *status = status_make(arena, CODE_RESOURCE_EXHAUSTED, "LIMIT_REACHED",
                                        "a limit can be overridden %d times", OVERRIDES_MAX);
    status_add_metadata(arena, status, "limit", arena_printf(arena, "%d", OVERRIDES_MAX));
    return status;
  }
  Market__LimitOverride *item = arena_new(arena, Market__LimitOverride);
  market__limit_override__init(item);
  item->actor = arena_strdup(arena, decision->actor);
  item->reason = arena_strdup(arena, decision->override_reason);
  item->override_time = timestamp_new(arena, decision->now_us);
  item->amount_minor = amount_minor;
  item->resource = arena_strdup(arena, resource);
  *overrides = arena_append(arena, *overrides, (*count)++, item);
  return NULL;
}

const struct status *mdf_budget_take(struct arena *arena, Market__MdfBudget *budget, const char *resource,
                                     int64_t amount_minor, const struct decision *decision) {
  assert(amount_minor > 0);
  Market__MdfBudget__State state = mdf_budget_state_at(budget, decision->now_us);
  struct guards guards = {.arena = arena,
                          .resource = resource,
                          .state = state_name(&market__mdf_budget__state__descriptor, state),
                          .action = action_names[MDF_BUDGET_ALLOCATE]};
  guard(&guards, state == ACTIVE, "the budget is %s", guards.state);
  if (guards.status) {
    return guards.status;
  }
  int64_t left = budget->amount_minor + budget->overridden_minor - budget->allocated_minor;
  if (amount_minor > left) {
    if (text_empty(decision->override_reason)) {
      return balance_exceeded(arena, budget->name, "unallocated", left, amount_minor);
    }
    const struct status *status = override_note(arena, &budget->overrides, &budget->n_overrides, resource,
                                                amount_minor - left, decision);
    if (status) {
      return status;
    }
    budget->overridden_minor += amount_minor - left;
  }
  budget->allocated_minor += amount_minor;
  return NULL;
}

void mdf_budget_give_back(Market__MdfBudget *budget, int64_t amount_minor) {
  assert(amount_minor >= 0 && amount_minor <= budget->allocated_minor);
  budget->allocated_minor -= amount_minor;
}
