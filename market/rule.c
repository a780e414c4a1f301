#include "market/rule.h"

#include "runtime/base/clock.h"

#include <string.h>

const char *state_name(const ProtobufCEnumDescriptor *states, int state) {
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(states, state);
  const char *name = value ? value->name : "UNKNOWN";
  return strncmp(name, "STATE_", 6) == 0 ? name + 6 : name;
}

const struct status *machine_step(struct arena *arena, const struct machine *machine, const char *resource,
                                  int state, int action, int *to) {
  for (size_t i = 0; i < machine->count; i++) {
    const struct transition *move = &machine->transitions[i];
    if (move->from == state && move->action == action) {
      *to = move->to;
      return NULL;
    }
  }
  const char *from = state_name(machine->states, state);
  struct status *status =
      status_make(arena, CODE_FAILED_PRECONDITION, REASON_INVALID_STATE, "%s is %s, which does not allow %s",
                  resource, from, machine->actions[action]);
  status_add_metadata(arena, status, "state", from);
  status_add_metadata(arena, status, "action", machine->actions[action]);
  status_add_guard(arena, status, "STATE", resource, "state is %s", from);
  return status;
}

void guard(struct guards *guards, bool met, const char *format, ...) {
  if (met) {
    return;
  }
  va_list arguments;
  va_start(arguments, format);
  const char *text = arena_vprintf(guards->arena, format, arguments);
  va_end(arguments);
  if (!guards->status) {
    guards->status = status_make(guards->arena, CODE_FAILED_PRECONDITION,
                                 guards->reason ? guards->reason : REASON_GUARD_UNMET,
                                 "%s of %s is not possible yet: %s", guards->action, guards->resource, text);
    status_add_metadata(guards->arena, guards->status, "state", guards->state);
    status_add_metadata(guards->arena, guards->status, "action", guards->action);
  }
  status_add_guard(guards->arena, guards->status, "GUARD", guards->resource, "%s", text);
}

const struct status *rule_violation(struct arena *arena, const char *field, const char *reason,
                                    const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *text = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  struct status *status =
      status_make(arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST, "%s: %s", field, text);
  status_add_violation(arena, status, field, reason, "%s", text);
  return status;
}

const struct status *rule_owner(struct arena *arena, const char *resource, Type__Party owner,
                                Type__Party actor) {
  if (owner == actor) {
    return NULL;
  }
  const char *party = owner == TYPE__PARTY__PARTY_VENDOR ? "VENDOR" : "PARTNER";
  struct status *status = status_make(arena, CODE_PERMISSION_DENIED, "OTHER_PARTY",
                                      "%s belongs to the other party and is changed by it alone", resource);
  status_add_metadata(arena, status, "party", party);
  return status;
}

const struct status *rule_past(struct arena *arena, const char *field, int64_t now_us, int64_t *time_us) {
  if (*time_us == INT64_MIN) {
    *time_us = now_us;
    return NULL;
  }
  if (*time_us > now_us + (int64_t)CLOCK_SKEW_MAX_S * US_PER_SECOND) {
    return rule_violation(arena, field, "TIME_IN_FUTURE", "must not lie in the future");
  }
  return NULL;
}

void *rule_append(struct arena *arena, void *items, size_t count, void *item) {
  void **copy = arena_calloc(arena, count + 1, sizeof(void *));
  if (count) {
    memcpy(copy, items, count * sizeof(void *));
  }
  copy[count] = item;
  return copy;
}
