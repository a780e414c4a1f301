#include "onboard/machine.h"

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

const char *party_name(Type__Party party) {
  return state_name(&type__party__descriptor, (int)party);
}

Type__Party party_other(Type__Party party) {
  assert(party == TYPE__PARTY__PARTY_VENDOR || party == TYPE__PARTY__PARTY_PARTNER);
  return party == TYPE__PARTY__PARTY_VENDOR ? TYPE__PARTY__PARTY_PARTNER : TYPE__PARTY__PARTY_VENDOR;
}

const struct status *machine_refuse(const struct machine *machine, struct arena *arena, const char *name,
                                    int from, int action) {
  const char *state = state_name(machine->states, from), *verb = machine->actions[action];
  struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, REASON_INVALID_STATE,
                                      "%s is %s: %s is not possible", name, state, verb);
  status_add_metadata(arena, status, "state", state);
  status_add_metadata(arena, status, "action", verb);
  status_add_guard(arena, status, "STATE", name, "%s is not possible when %s", verb, state);
  return status;
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

void guard_add(struct arena *arena, struct status **refusal, const char *reason, const char *subject,
               const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *description = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  if (!*refusal)
    *refusal = status_make(arena, CODE_FAILED_PRECONDITION, reason, "%s: %s", subject, description);
  status_add_guard(arena, *refusal, "GUARD", subject, "%s", description);
}

void invalid_add(struct arena *arena, struct status **refusal, const char *field, const char *violation,
                 const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *description = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  if (!*refusal)
    *refusal = status_make(arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST, "the request is not valid");
  status_add_violation(arena, *refusal, field, violation, "%s", description);
}
