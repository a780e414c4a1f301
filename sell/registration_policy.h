/* Rules of registration policies: which one fits, and what its limits come to. Pure. */
#ifndef ENTENTE_SELL_REGISTRATION_POLICY_H
#define ENTENTE_SELL_REGISTRATION_POLICY_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/member.pb-c.h"
#include "entente/sell/v1/registration.pb-c.h"
#include "entente/sell/v1/registration_policy.pb-c.h"

enum { REGISTRATION_POLICIES_MAX = 50 }; /* in use, of one vendor */

enum registration_policy_action {
  REGISTRATION_POLICY_CHANGE,
  REGISTRATION_POLICY_RETIRE,
  REGISTRATION_POLICY_ACTIONS
};
extern const struct machine registration_policy_machine;

/* What a policy is chosen by. */
struct policy_subject {
  Onboard__Partnership__PartnerType partner_type;
  const char *segment;
  Onboard__Member *const *members; /* of the partnership, in whatever state */
  size_t member_count;
  int64_t now_us;
};
/* The policy among `count` that a registration is submitted under; NULL: none fits. One that says the level
 * in a program goes before one that says the program, that before all others; then one that says the segment
 * goes first, then one that says the kind; ties go to the earlier name. */
const Sell__RegistrationPolicy *registration_policy_choose(Sell__RegistrationPolicy *const *policies,
                                                           size_t count,
                                                           const struct policy_subject *subject);
/* The limits of a policy, or without one, with nothing left to be looked up: 0 is the standard, -1 is 0. */
Sell__RegistrationTerms *registration_terms_of(struct arena *arena, const Sell__RegistrationPolicy *policy);
/* INVALID_ARGUMENT with everything that a policy of this vendor must not lack or have. */
const struct status *registration_policy_check(struct arena *arena, const char *vendor,
                                               const Sell__RegistrationPolicy *policy);
/* FAILED_PRECONDITION (INVALID_STATE). */
const struct status *registration_policy_step(const struct act *act, Sell__RegistrationPolicy *policy,
                                              enum registration_policy_action action);

#endif
