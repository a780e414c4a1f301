/* Rules of joint value propositions: gaps mapped by each party, a wording that both approve, a test with
 * customers, versions. Pure. */
#ifndef ENTENTE_ONBOARD_PROPOSITION_H
#define ENTENTE_ONBOARD_PROPOSITION_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/joint_value_proposition.pb-c.h"

enum proposition_action {
  PROPOSITION_MAP,
  PROPOSITION_ARTICULATE,
  PROPOSITION_TRANSLATE,
  PROPOSITION_APPROVE,
  PROPOSITION_START,
  PROPOSITION_COUNT,
  PROPOSITION_CONCLUDE,
  PROPOSITION_REVISE,
  PROPOSITION_RETIRE,
  PROPOSITION_SUPERSEDE,
  PROPOSITION_ACTIONS
};
extern const struct machine proposition_machine;

/* A first version of `act->party`, DRAFT. */
void proposition_start(const struct act *act, Onboard__JointValueProposition *proposition);

/* Each changes the proposition, or refuses and leaves it as it was. What the caller gives becomes part of it.
 * `*changed` is false when the wording was the same already. */
const struct status *proposition_map(const struct act *act, Onboard__JointValueProposition *proposition,
                                     Onboard__GapMap *map);
const struct status *proposition_articulate(const struct act *act,
                                            Onboard__JointValueProposition *proposition, char *articulation,
                                            bool *changed);
const struct status *proposition_translate(const struct act *act, Onboard__JointValueProposition *proposition,
                                           Onboard__OutcomeSlots *outcome, bool *changed);
const struct status *proposition_approve(const struct act *act, Onboard__JointValueProposition *proposition,
                                         const char *content_hash);
const struct status *proposition_test(const struct act *act, Onboard__JointValueProposition *proposition);
/* Adds an entry to its arm, or with `sign` -1 takes it back. RESOURCE_EXHAUSTED (TOO_MANY_CONVERSATIONS). */
const struct status *proposition_count(const struct act *act, Onboard__JointValueProposition *proposition,
                                       const Onboard__ValidationEntry *entry, int sign);
/* VALIDATED or FAILED, with the verdict. */
const struct status *proposition_conclude(const struct act *act, Onboard__JointValueProposition *proposition);
/* Makes `next`, which has its name, the version after. */
const struct status *proposition_revise(const struct act *act, Onboard__JointValueProposition *proposition,
                                        Onboard__JointValueProposition *next);
const struct status *proposition_retire(const struct act *act, Onboard__JointValueProposition *proposition,
                                        char *reason);
/* A later version was validated. */
const struct status *proposition_supersede(const struct act *act, Onboard__JointValueProposition *proposition,
                                           const char *successor);

bool proposition_is_validated(const Onboard__JointValueProposition *proposition);

#endif
