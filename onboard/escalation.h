/* Rules of escalations: a dispute climbs three levels by itself until both parties agree. Pure.
 *
 *   OPEN --hours--> L2 --hours--> L3 --hours--> overdue
 *     \______________\_____________\___ proposed by one, confirmed by the other ___> RESOLVED
 *
 * Where it stands is a function of what is recorded and of the moment it is looked at. A proposal that waits
 * for an answer does not stop the time, or proposing would be a way to stall. */
#ifndef ENTENTE_ONBOARD_ESCALATION_H
#define ENTENTE_ONBOARD_ESCALATION_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/escalation.pb-c.h"

enum { ESCALATION_LEVELS = 3 };

enum escalation_action {
  ESCALATION_ADVANCE, /* by hand */
  ESCALATION_EXPIRE,  /* its time at a level is up */
  ESCALATION_PROPOSE,
  ESCALATION_CONFIRM,
  ESCALATION_REJECT,
  ESCALATION_SETTLE, /* its cause is gone */
  ESCALATION_ACTIONS
};
extern const struct machine escalation_machine;

/* INVALID_ARGUMENT for an id of what opens by itself: its name follows from its cause, so whoever had it
 * first would keep it from opening. */
const struct status *escalation_check_id(struct arena *arena, const char *id);
/* INVALID_ARGUMENT unless its subject is empty or lies in the partnership. */
const struct status *escalation_check(struct arena *arena, const Onboard__Escalation *escalation,
                                      const char *partnership);
/* A new one of `act->party` at the first of three levels, raised at a moment. */
void escalation_start(const struct act *act, Onboard__Escalation *escalation,
                      Onboard__EscalationLevel **levels, int64_t raise_us);
/* The name of the one that opens by itself about a subject: the same cause always gives the same name. */
char *escalation_automatic_name(struct arena *arena, const char *partnership,
                                Onboard__EscalationTrigger trigger, const char *subject);

/* Where it stands at a moment, and the same written into it, at most one level further (`steps` of it) so
 * that each level is recorded by itself. False: nothing has changed. */
Onboard__Escalation__State escalation_state_at(const Onboard__Escalation *escalation, int64_t now_us);
bool escalation_settle_step(struct arena *arena, Onboard__Escalation *escalation, int64_t now_us);
/* All of it, for an answer. */
void escalation_settle(struct arena *arena, Onboard__Escalation *escalation, int64_t now_us);
/* When the sweeper has to look again; INT64_MAX: never. */
int64_t escalation_next_us(const Onboard__Escalation *escalation);

/* 1 to 3 at a moment; 0 when it is resolved. */
int escalation_level_at(const Onboard__Escalation *escalation, int64_t now_us);
/* Whether a sponsor owns it at its level at a moment. */
bool escalation_is_owned_at(const Onboard__Escalation *escalation, const char *sponsor, int64_t now_us);

/* Each changes the escalation, or refuses. It must be settled to `act->now_us`. */
const struct status *escalation_advance(const struct act *act, Onboard__Escalation *escalation, char *reason);
const struct status *escalation_propose(const struct act *act, Onboard__Escalation *escalation, char *text);
/* `as_read`: the caller said what was read. Else RESOLUTION_REPLACED when the proposal took the place of one
 * that was not answered. */
const struct status *escalation_confirm(const struct act *act, Onboard__Escalation *escalation, bool as_read);
const struct status *escalation_reject(const struct act *act, Onboard__Escalation *escalation, char *reason);
const struct status *escalation_end(const struct act *act, Onboard__Escalation *escalation, const char *text);

#endif
