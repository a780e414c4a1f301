/* Rules of commercial terms: what they are worth, that no two of a kind hold at once, and when they do. Pure.
 */
#ifndef ENTENTE_ONBOARD_TERM_H
#define ENTENTE_ONBOARD_TERM_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/term.pb-c.h"

enum { TERM_SPANS_MAX = 100 };

enum term_action {
  TERM_ACCEPT,
  TERM_DECLINE,
  TERM_WITHDRAW,
  TERM_END,
  TERM_REPLACE, /* another takes its place */
  TERM_START,   /* from here on: time's own */
  TERM_EXPIRE,
  TERM_ACTIONS
};
extern const struct machine term_machine;

/* Lists a violation for each field that does not belong to the value's kind, is missing, or out of range.
 * `path` is the field that holds the value. */
void term_value_check(struct arena *arena, struct status **refusal, const Onboard__TermValue *value,
                      const char *path);
/* The same for values of which each kind may occur once. */
void term_values_check(struct arena *arena, struct status **refusal, Onboard__TermValue *const *values,
                       size_t count, const char *path);
/* INVALID_ARGUMENT with every violation of a term to be created. */
const struct status *term_check(const struct act *act, const Onboard__Term *term, const char *path);

/* What time changes next, and when: INT64_MAX, nothing. Makes that change: the type of its entry. */
int64_t term_next_us(const Onboard__Term *term);
const char *term_advance(Onboard__Term *term);
/* Makes every change that is due. */
void term_settle(Onboard__Term *term, int64_t now_us);

/* `commission` for COMMISSION: the id of the kind's schedule. */
char *term_schedule_id(struct arena *arena, Onboard__TermKind kind);

/* A new term of `act->party`, PROPOSED; what is granted still has to be bound. */
void term_start(const struct act *act, Onboard__Term *term);

/* What binding needs besides the term. */
struct term_facts {
  Onboard__TermSchedule *schedule; /* of the kind */
  Onboard__Term *replaced;         /* settled; NULL when the term replaces none, or one that is not there */
  bool accept_gap;
};
/* Each changes the term, which is settled to `act->now_us`, or refuses and leaves it and the schedule as they
 * were. Binding puts its span into the schedule and ends the replaced term at its start; accepting binds. */
const struct status *term_bind(const struct act *act, Onboard__Term *term, const struct term_facts *facts);
const struct status *term_accept(const struct act *act, Onboard__Term *term, const struct term_facts *facts);
const struct status *term_decline(const struct act *act, Onboard__Term *term, char *reason);
const struct status *term_withdraw(const struct act *act, Onboard__Term *term, char *reason);
/* INVALID_ARGUMENT unless the time is to come, before its end, and fits the kind. */
const struct status *term_end(const struct act *act, Onboard__Term *term, Onboard__TermSchedule *schedule,
                              int64_t end_us, char *reason);

#endif
