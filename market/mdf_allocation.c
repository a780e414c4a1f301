#include "market/mdf_allocation.h"

#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <assert.h>

#define ACTIVE MARKET__MDF_ALLOCATION__STATE__STATE_ACTIVE
#define CLOSED MARKET__MDF_ALLOCATION__STATE__STATE_CLOSED

static const char *const action_names[MDF_ALLOCATION_ACTIONS] = {"ADJUST", "CLOSE"};
static const struct transition transitions[] = {
    {ACTIVE, MDF_ALLOCATION_ADJUST, ACTIVE},
    {ACTIVE, MDF_ALLOCATION_CLOSE, CLOSED},
};
const struct machine mdf_allocation_machine = {
    .states = &market__mdf_allocation__state__descriptor,
    .actions = action_names,
    .action_count = MDF_ALLOCATION_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

/* After every change: the sum rule, and that nothing is negative. */
static void balance(Market__MdfAllocation *allocation) {
  allocation->available_minor = allocation->allocated_minor + allocation->overridden_minor -
                                allocation->reserved_minor - allocation->claimed_minor -
                                allocation->paid_minor;
  assert(allocation->available_minor >= 0 && allocation->reserved_minor >= 0);
  assert(allocation->claimed_minor >= 0 && allocation->paid_minor >= 0);
}

const struct status *mdf_allocation_apply_create(struct arena *arena, Market__MdfAllocation *allocation,
                                                 Market__MdfBudget *budget, const char *currency,
                                                 const struct decision *decision) {
  const struct status *status = currency_check(arena, allocation->currency_code, currency);
  if (!status) {
    status = currency_check(arena, allocation->currency_code, budget->currency_code);
  }
  if (!status) {
    status = mdf_budget_take(arena, budget, allocation->name, allocation->allocated_minor, decision);
  }
  if (status) {
    return status;
  }
  allocation->claim_days = allocation->claim_days ? allocation->claim_days : CLAIM_DAYS_DEFAULT;
  allocation->state = ACTIVE;
  balance(allocation);
  return NULL;
}

static const struct status *allocation_step(struct arena *arena, Market__MdfAllocation *allocation,
                                            enum mdf_allocation_action action) {
  int to;
  const struct status *status =
      machine_next(&mdf_allocation_machine, arena, allocation->name, allocation->state, action, &to);
  if (!status) {
    allocation->state = (Market__MdfAllocation__State)to;
  }
  return status;
}

const struct status *mdf_allocation_apply_adjust(struct arena *arena, Market__MdfAllocation *allocation,
                                                 Market__MdfBudget *budget, int64_t delta_minor,
                                                 const struct decision *decision) {
  const struct status *status = allocation_step(arena, allocation, MDF_ALLOCATION_ADJUST);
  if (status) {
    return status;
  }
  if (delta_minor > 0) {
    status = mdf_budget_take(arena, budget, allocation->name, delta_minor, decision);
    if (status) {
      return status;
    }
  } else {
    int64_t free_minor = allocation->available_minor < allocation->allocated_minor
                             ? allocation->available_minor
                             : allocation->allocated_minor;
    if (-delta_minor > free_minor) {
      return balance_exceeded(arena, allocation->name, "available", free_minor, -delta_minor);
    }
    mdf_budget_give_back(budget, -delta_minor);
  }
  allocation->allocated_minor += delta_minor;
  balance(allocation);
  return NULL;
}

const struct status *mdf_allocation_apply_close(struct arena *arena, Market__MdfAllocation *allocation,
                                                Market__MdfBudget *budget, int64_t *forfeited_minor) {
  struct guards guards = {.arena = arena, .resource = allocation->name, .state = "ACTIVE", .action = "CLOSE"};
  const struct status *status = allocation_step(arena, allocation, MDF_ALLOCATION_CLOSE);
  if (status) {
    return status;
  }
  guard(&guards, allocation->reserved_minor == 0, "approved requests are not closed");
  guard(&guards, allocation->claimed_minor == 0, "approved claims are not paid");
  if (guards.status) {
    return guards.status;
  }
  /* What overrides let in was never the budget's. */
  int64_t given = allocation->available_minor < allocation->allocated_minor ? allocation->available_minor
                                                                            : allocation->allocated_minor;
  allocation->overridden_minor -= allocation->available_minor - given;
  allocation->allocated_minor -= given;
  mdf_budget_give_back(budget, given);
  *forfeited_minor = given;
  balance(allocation);
  return NULL;
}

const struct status *mdf_allocation_reserve(struct arena *arena, Market__MdfAllocation *allocation,
                                            const char *resource, int64_t amount_minor,
                                            const struct decision *decision) {
  assert(amount_minor > 0);
  int64_t short_of = amount_minor - allocation->available_minor;
  if (short_of > 0) {
    if (text_empty(decision->override_reason)) {
      return balance_exceeded(arena, allocation->name, "available", allocation->available_minor,
                              amount_minor);
    }
    const struct status *status =
        override_note(arena, &allocation->overrides, &allocation->n_overrides, resource, short_of, decision);
    if (status) {
      return status;
    }
    allocation->overridden_minor += short_of;
  }
  allocation->reserved_minor += amount_minor;
  balance(allocation);
  return NULL;
}

void mdf_allocation_release(Market__MdfAllocation *allocation, int64_t amount_minor) {
  allocation->reserved_minor -= amount_minor;
  balance(allocation);
}

void mdf_allocation_claim(Market__MdfAllocation *allocation, int64_t amount_minor) {
  allocation->reserved_minor -= amount_minor;
  allocation->claimed_minor += amount_minor;
  balance(allocation);
}

void mdf_allocation_pay(Market__MdfAllocation *allocation, int64_t amount_minor) {
  allocation->claimed_minor -= amount_minor;
  allocation->paid_minor += amount_minor;
  balance(allocation);
}
