#include "runtime/base/machine.h"

#include <assert.h>
#include <string.h>

const struct transition *machine_find(const struct machine *machine, int from, int action) {
  for (size_t i = 0; i < machine->count; i++)
    if (machine->transitions[i].from == from && machine->transitions[i].action == action)
      return &machine->transitions[i];
  return NULL;
}

const char *state_name(const ProtobufCEnumDescriptor *states, int state) {
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(states, state);
  if (!value)
    return "UNKNOWN";
  /* Values are called PREFIX_NAME, and the one for 0 PREFIX_UNSPECIFIED tells the prefix. */
  const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(states, 0);
  size_t prefix = strlen(zero->name) - strlen("UNSPECIFIED");
  return value->name + prefix;
}

const struct status *machine_refuse(const struct machine *machine, struct arena *arena, const char *name,
                                    int from, int action) {
  const char *state = state_name(machine->states, from), *verb = machine->actions[action];
  struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, REASON_INVALID_STATE,
                                      "%s is %s: %s is not possible", name, state, verb);
  status_add_metadata(arena, status, "state", state);
  status_add_metadata(arena, status, "action", verb);
  status_add_metadata(arena, status, "resource", name);
  status_add_guard(arena, status, "STATE", name, "%s is not possible when %s", verb, state);
  return status;
}

const struct status *machine_next(const struct machine *machine, struct arena *arena, const char *name,
                                  int from, int action, int *to) {
  assert(action >= 0 && action < machine->action_count);
  const struct transition *transition = machine_find(machine, from, action);
  if (!transition)
    return machine_refuse(machine, arena, name, from, action);
  assert(!transition->guard);
  *to = transition->to;
  return NULL;
}

const struct status *machine_step(const struct machine *machine, const struct act *act, const char *name,
                                  int from, int action, const void *noun, const void *facts, int *to) {
  assert(action >= 0 && action < machine->action_count);
  const struct transition *transition = machine_find(machine, from, action);
  if (!transition)
    return machine_refuse(machine, act->arena, name, from, action);
  const struct status *status = transition->guard ? transition->guard(act, noun, facts) : NULL;
  if (!status)
    *to = transition->to;
  return status;
}
