/* Refusals that list everything at once: unmet guards and violations are gathered in a status that is made
 * when the first comes. Pure. */
#ifndef ENTENTE_BASE_REFUSAL_H
#define ENTENTE_BASE_REFUSAL_H

#include "runtime/base/status.h"

#include <stdarg.h>

/* Lists one more unmet guard of `subject` in `*refusal`, which is made when it is NULL: FAILED_PRECONDITION
 * with `reason`. */
void guard_add(struct arena *arena, struct status **refusal, const char *reason, const char *subject,
               const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The guards of one action on one resource. */
struct guards {
  struct arena *arena;
  const char *resource;
  const char *state;     /* metadata */
  const char *action;    /* metadata */
  const char *reason;    /* NULL: GUARD_UNMET */
  struct status *status; /* NULL: all met so far */
};
/* guard_add() unless `met`; the refusal has metadata `state` and `action`. */
void guard(struct guards *guards, bool met, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Lists one more violation in `*refusal`, which is made when it is NULL: INVALID_ARGUMENT (INVALID_REQUEST).
 * `violation` is the machine's reason, such as VALUE_OUT_OF_RANGE. */
void invalid_add(struct arena *arena, struct status **refusal, const char *field, const char *violation,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* INVALID_ARGUMENT (INVALID_REQUEST) with one violation. */
const struct status *invalid_field(struct arena *arena, const char *field, const char *violation,
                                   const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
