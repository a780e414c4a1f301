/* State machines as tables: what may be done in which state, by whom, and where it leads. What is not in a
 * table is refused. Pure; what is returned lives in the arena given.
 *
 * A rule that refuses may leave the message half changed: what is refused is thrown away, never put. */
#ifndef ENTENTE_BASE_MACHINE_H
#define ENTENTE_BASE_MACHINE_H

#include "runtime/base/party.h"
#include "runtime/base/status.h"

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
  const ProtobufCEnumDescriptor *states; /* of the resource's State enum */
  const char *const *actions;            /* names, by number */
  int action_count;
  const struct transition *transitions;
  size_t count;
};

/* The row for an action in a state; NULL when there is none. */
const struct transition *machine_find(const struct machine *machine, int from, int action);

/* The next state, in `*to`. FAILED_PRECONDITION (INVALID_STATE) when there is no row; `*to` is not touched
 * then. For an action whose rows have no guard. */
const struct status *machine_next(const struct machine *machine, struct arena *arena, const char *name,
                                  int from, int action, int *to);
/* The same for any action: the guard's refusal comes after INVALID_STATE. */
const struct status *machine_step(const struct machine *machine, const struct act *act, const char *name,
                                  int from, int action, const void *noun, const void *facts, int *to);

/* FAILED_PRECONDITION (INVALID_STATE) with metadata `state`, `action` and `resource`, and one guard of type
 * STATE. */
const struct status *machine_refuse(const struct machine *machine, struct arena *arena, const char *name,
                                    int from, int action);

/* `DRAFT` for STATE_DRAFT, `WEBINAR` for ACTIVITY_WEBINAR and the like: what the names of all values of an
 * enum begin with is left out. "UNKNOWN" for a number without a name. Needs a value 0 ..._UNSPECIFIED. */
const char *state_name(const ProtobufCEnumDescriptor *states, int state);

#endif
