/* State machines as tables: what may be done in which state, by whom, and where it leads. What is not in a
 * table is refused. Pure. */
#ifndef ENTENTE_ONBOARD_MACHINE_H
#define ENTENTE_ONBOARD_MACHINE_H

#include "runtime/base/status.h"

#include "entente/type/v1/party.pb-c.h"

/* Who acts, and when. */
struct act {
  struct arena *arena;
  int64_t now_us;
  Type__Party party; /* SYSTEM for timers and consequences */
  const char *actor; /* the user, or the service */
};

/* Whether a transition may be taken: NULL, or FAILED_PRECONDITION with every reason. `facts` is what the
 * action needs to know besides, as its noun's header says. */
typedef const struct status *guard_fn(const struct act *act, const void *noun, const void *facts);

struct transition {
  int from, action, to;
  guard_fn *guard; /* NULL: none */
};

struct machine {
  const ProtobufCEnumDescriptor *states;
  const char *const *actions; /* names, by number */
  int action_count;
  const struct transition *transitions;
  size_t count;
};

/* The row for an action in a state; NULL when there is none. */
const struct transition *machine_find(const struct machine *machine, int from, int action);

/* Looks up, runs the guard, and gives the next state. FAILED_PRECONDITION (INVALID_STATE) naming resource,
 * state and action when there is no row; otherwise the guard's refusal. */
const struct status *machine_step(const struct machine *machine, const struct act *act, const char *name,
                                  int from, int action, const void *noun, const void *facts, int *to);

/* FAILED_PRECONDITION (INVALID_STATE), as machine_step() gives it. */
const struct status *machine_refuse(const struct machine *machine, struct arena *arena, const char *name,
                                    int from, int action);

/* `DRAFT` for STATE_DRAFT and the like; "UNKNOWN" for a number without a name. */
const char *state_name(const ProtobufCEnumDescriptor *states, int state);
/* `VENDOR`, `PARTNER`, `SYSTEM`. */
const char *party_name(Type__Party party);
/* The other side; only for VENDOR and PARTNER. */
Type__Party party_other(Type__Party party);

/* Lists one more unmet guard in `*refusal`, which is made when it is NULL: FAILED_PRECONDITION with `reason`.
 */
void guard_add(struct arena *arena, struct status **refusal, const char *reason, const char *subject,
               const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Lists one more violation in `*refusal`, which is made when it is NULL: INVALID_ARGUMENT
 * (INVALID_REQUEST). `violation` is the machine's reason, such as VALUE_OUT_OF_RANGE. */
void invalid_add(struct arena *arena, struct status **refusal, const char *field, const char *violation,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
