/* Rules of target accounts: identified, approached, engaged, then won or given up. Pure.
 *
 *                  approach              engage
 *   IDENTIFIED ------------> APPROACHED --------> ENGAGED
 *       |                        |                   |
 *       +---- win, drop ---------+-------------------+----> WON, DROPPED (both terminal)
 *
 * A rule that refuses leaves the account as it was. */
#ifndef ENTENTE_SELL_TARGET_ACCOUNT_H
#define ENTENTE_SELL_TARGET_ACCOUNT_H

#include "runtime/base/machine.h"

#include "entente/sell/v1/customer_activity.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"
#include "entente/sell/v1/target_account.pb-c.h"

enum target_account_action {
  TARGET_ACCOUNT_UPDATE,
  TARGET_ACCOUNT_APPROACH,
  TARGET_ACCOUNT_ENGAGE,
  TARGET_ACCOUNT_WIN,
  TARGET_ACCOUNT_DROP,
  TARGET_ACCOUNT_ACTIONS,
};
extern const struct machine target_account_machine;

/* A new account, IDENTIFIED by the acting party. INVALID_ARGUMENT when the leading party is neither of the
 * two. */
const struct status *target_account_identify(const struct act *act, Sell__TargetAccount *account);
/* Whether `after`, a changed copy of `before`, may take its place. FAILED_PRECONDITION (INVALID_STATE),
 * INVALID_ARGUMENT. */
const struct status *target_account_update(const struct act *act, const Sell__TargetAccount *before,
                                           const Sell__TargetAccount *after);
bool target_account_differs(const Sell__TargetAccount *a, const Sell__TargetAccount *b);

/* Each changes the account. `*when_us` says when, INT64_MIN for now, and becomes that instant.
 * FAILED_PRECONDITION (INVALID_STATE); INVALID_ARGUMENT when it lies in the future or before the step before.
 */
const struct status *target_account_approach(const struct act *act, Sell__TargetAccount *account,
                                             int64_t *when_us);
/* Approached by what an activity shows, which the caller found under the name given; NULL: there is none.
 * `*when_us` becomes the time that it was held, and must not be said beside it. FAILED_PRECONDITION
 * (INVALID_STATE; GUARD_UNMET unless it is about this account and was held). */
const struct status *target_account_approach_shown(const struct act *act, Sell__TargetAccount *account,
                                                   const Sell__CustomerActivity *activity, int64_t *when_us);
const struct status *target_account_engage(const struct act *act, Sell__TargetAccount *account,
                                           int64_t *when_us);

/* Won with `opportunity`, which the caller found under the name given; NULL: there is none that both parties
 * see. FAILED_PRECONDITION (INVALID_STATE; GUARD_UNMET unless it is joint, of the same partnership and WON).
 */
const struct status *target_account_win(const struct act *act, Sell__TargetAccount *account,
                                        const Sell__Opportunity *opportunity);
const struct status *target_account_drop(const struct act *act, Sell__TargetAccount *account, char *reason);

/* Whether an opportunity is one that both parties see, of the partnership that `name` lies in, and WON. */
bool is_joint_win_of(struct arena *arena, const char *name, const Sell__Opportunity *opportunity);

#endif
