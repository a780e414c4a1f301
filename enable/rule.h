/* What the rules of this pillar share: state machines as tables, guards, ownership, times. Pure.
 * A rule that refuses may leave the message half changed: what is refused is thrown away, never put. */
#ifndef ENTENTE_ENABLE_RULE_H
#define ENTENTE_ENABLE_RULE_H

#include "runtime/base/status.h"

#include "entente/type/v1/party.pb-c.h"

/* One legal move. What is not in a table is refused. */
struct transition {
  int from;
  int action;
  int to;
};

struct machine {
  const ProtobufCEnumDescriptor *states; /* of the resource's State enum */
  const char *const *actions;            /* names by action number */
  const struct transition *transitions;
  size_t count;
};

/* The state after an action. FAILED_PRECONDITION (INVALID_STATE) when there is no such move; then
 * `*to` is not touched. */
const struct status *machine_step(struct arena *arena, const struct machine *machine, const char *resource,
                                  int state, int action, int *to);
/* `DRAFT` of STATE_DRAFT. */
const char *state_name(const ProtobufCEnumDescriptor *states, int state);

/* Collects every unmet guard of an action into one FAILED_PRECONDITION. */
struct guards {
  struct arena *arena;
  const char *resource;
  const char *state;     /* metadata */
  const char *action;    /* metadata */
  const char *reason;    /* NULL: GUARD_UNMET */
  struct status *status; /* NULL: all met so far */
};
void guard(struct guards *guards, bool met, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* INVALID_ARGUMENT (INVALID_REQUEST) with one violation. */
const struct status *rule_violation(struct arena *arena, const char *field, const char *reason,
                                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* PERMISSION_DENIED (OTHER_PARTY) unless `actor` is `owner`. */
const struct status *rule_owner(struct arena *arena, const char *resource, Type__Party owner,
                                Type__Party actor);

/* How far ahead of our clock a caller's may run. */
enum { CLOCK_SKEW_MAX_S = 300 };
/* The instant in `*time_us` when given (not INT64_MIN), else now. INVALID_ARGUMENT when it lies in the
 * future (violation TIME_IN_FUTURE). */
const struct status *rule_past(struct arena *arena, const char *field, int64_t now_us, int64_t *time_us);

/* A copy of an array of pointers with one more. */
void *rule_append(struct arena *arena, void *items, size_t count, void *item);

#endif
