/* Rules of budgets of marketing development funds. Pure. Amounts in minor units. */
#ifndef ENTENTE_MARKET_MDF_BUDGET_H
#define ENTENTE_MARKET_MDF_BUDGET_H

#include "runtime/base/machine.h"

#include "entente/market/v1/mdf_budget.pb-c.h"

enum mdf_budget_action {
  MDF_BUDGET_UPDATE,
  MDF_BUDGET_ACTIVATE,
  MDF_BUDGET_ALLOCATE,
  MDF_BUDGET_CLOSE,
  MDF_BUDGET_ACTIONS
};
extern const struct machine mdf_budget_machine;

enum { OVERRIDES_MAX = 100 };

/* Who decides, and whether they let a limit be exceeded. */
struct decision {
  const char *actor;
  const char *override_reason; /* "" or NULL: limits hold */
  int64_t now_us;
};

Market__MdfBudget__State mdf_budget_state_at(const Market__MdfBudget *budget, int64_t time_us);
/* INVALID_ARGUMENT: an unknown currency, or a period that ends before it begins. */
const struct status *mdf_budget_check(struct arena *arena, const Market__MdfBudget *budget);
const struct status *mdf_budget_apply_create(struct arena *arena, Market__MdfBudget *budget);
/* INVALID_STATE. */
const struct status *mdf_budget_apply_update(struct arena *arena, Market__MdfBudget *budget, int64_t now_us);
/* INVALID_STATE, GUARD_UNMET. */
const struct status *mdf_budget_apply_activate(struct arena *arena, Market__MdfBudget *budget,
                                               int64_t now_us);
const struct status *mdf_budget_apply_close(struct arena *arena, Market__MdfBudget *budget, int64_t now_us);

/* Takes `amount` > 0 for `resource`. GUARD_UNMET (not active), BALANCE_EXCEEDED, LIMIT_REACHED. */
const struct status *mdf_budget_take(struct arena *arena, Market__MdfBudget *budget, const char *resource,
                                     int64_t amount_minor, const struct decision *decision);
/* Gives back what was taken. */
void mdf_budget_give_back(Market__MdfBudget *budget, int64_t amount_minor);

/* FAILED_PRECONDITION (CURRENCY_MISMATCH) unless the codes are equal. */
const struct status *currency_check(struct arena *arena, const char *given, const char *expected);
/* FAILED_PRECONDITION (BALANCE_EXCEEDED). */
const struct status *balance_exceeded(struct arena *arena, const char *resource, const char *balance,
                                      int64_t has_minor, int64_t needs_minor);
/* Adds an override to a list. RESOURCE_EXHAUSTED (LIMIT_REACHED). */
const struct status *override_note(struct arena *arena, Market__LimitOverride ***overrides, size_t *count,
                                   const char *resource, int64_t amount_minor,
                                   const struct decision *decision);

#endif
