/* Rules of testing a joint value proposition: entries, tallies and the verdict, in whole numbers. Pure. */
#ifndef ENTENTE_ONBOARD_VALIDATION_H
#define ENTENTE_ONBOARD_VALIDATION_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/joint_value_proposition.pb-c.h"

enum { VALIDATION_ARMS = 3, VALIDATION_SAMPLE_MIN = 10, VALIDATION_LIFT_BPS = 1000 };
/* Conversations of an arm: products of two tallies and 10,000 fit into 63 bits. */
#define VALIDATION_CONVERSATIONS_MAX INT64_C(1000000)

enum entry_action { ENTRY_WITHDRAW, ENTRY_ACTIONS };
extern const struct machine validation_entry_machine;

/* INVALID_ARGUMENT when there are more positive responses than conversations. */
const struct status *validation_check(struct arena *arena, const Onboard__ValidationEntry *entry);
/* A new entry of `act->party`, COUNTED. */
void validation_record(const struct act *act, Onboard__ValidationEntry *entry);
/* FAILED_PRECONDITION (NOT_OWN_ENTRY) unless it is of `act->party`. */
const struct status *validation_withdraw(const struct act *act, Onboard__ValidationEntry *entry,
                                         char *reason);

/* FAILED_PRECONDITION (SAMPLE_TOO_SMALL) with every arm that has too few conversations. `arms` are all three
 * in the order of their numbers. */
const struct status *validation_check_sample(struct arena *arena, const char *subject,
                                             Onboard__ArmTally *const *arms);
/* What the arms say; each must have a conversation. */
void validation_judge(Onboard__ArmTally *const *arms, Onboard__ValidationVerdict *verdict);

#endif
