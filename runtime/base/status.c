#include "runtime/base/status.h"

static const char *const code_names[CODE_COUNT] = {
    [CODE_OK] = "OK",
    [CODE_CANCELLED] = "CANCELLED",
    [CODE_UNKNOWN] = "UNKNOWN",
    [CODE_INVALID_ARGUMENT] = "INVALID_ARGUMENT",
    [CODE_DEADLINE_EXCEEDED] = "DEADLINE_EXCEEDED",
    [CODE_NOT_FOUND] = "NOT_FOUND",
    [CODE_ALREADY_EXISTS] = "ALREADY_EXISTS",
    [CODE_PERMISSION_DENIED] = "PERMISSION_DENIED",
    [CODE_RESOURCE_EXHAUSTED] = "RESOURCE_EXHAUSTED",
    [CODE_FAILED_PRECONDITION] = "FAILED_PRECONDITION",
    [CODE_ABORTED] = "ABORTED",
    [CODE_OUT_OF_RANGE] = "OUT_OF_RANGE",
    [CODE_UNIMPLEMENTED] = "UNIMPLEMENTED",
    [CODE_INTERNAL] = "INTERNAL",
    [CODE_UNAVAILABLE] = "UNAVAILABLE",
    [CODE_DATA_LOSS] = "DATA_LOSS",
    [CODE_UNAUTHENTICATED] = "UNAUTHENTICATED",
};

const struct status status_cancelled = {
    .code = CODE_CANCELLED, .reason = "CANCELLED", .message = "the caller gave up the call"};
const struct status status_deadline_exceeded = {.code = CODE_DEADLINE_EXCEEDED,
                                                .reason = "DEADLINE_EXCEEDED",
                                                .message = "the call's deadline passed before it was done"};
const struct status status_memory_exhausted = {
    .code = CODE_RESOURCE_EXHAUSTED,
    .reason = "CALL_MEMORY_EXHAUSTED",
    .message = "the call needs more memory than one call may use; ask for less at once"};
const struct status status_lost_race = {
    .code = CODE_ABORTED,
    .reason = REASON_LOST_RACE,
    .message = "another writer changed the same resources first; read them again and retry"};

const char *code_name(enum code code) {
  if ((unsigned)code >= CODE_COUNT)
    return code_names[CODE_UNKNOWN];
  return code_names[code];
}

struct status *status_make(struct arena *arena, enum code code, const char *reason, const char *format, ...) {
  struct status *status = arena_new(arena, struct status);
  va_list arguments;
  va_start(arguments, format);
  status->code = code;
  status->reason = arena_strdup(arena, reason);
  status->message = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  return status;
}

void status_add_violation(struct arena *arena, struct status *status, const char *field, const char *reason,
                          const char *format, ...) {
  struct violation *violation = arena_new(arena, struct violation);
  va_list arguments;
  va_start(arguments, format);
  violation->field = arena_strdup(arena, field);
  violation->reason = arena_strdup(arena, reason);
  violation->description = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  struct violation **last = &status->violations;
  while (*last)
    last = &(*last)->next;
  *last = violation;
}

void status_add_guard(struct arena *arena, struct status *status, const char *type, const char *subject,
                      const char *format, ...) {
  struct guard_failure *guard = arena_new(arena, struct guard_failure);
  va_list arguments;
  va_start(arguments, format);
  guard->type = arena_strdup(arena, type);
  guard->subject = arena_strdup(arena, subject);
  guard->description = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  struct guard_failure **last = &status->guards;
  while (*last)
    last = &(*last)->next;
  *last = guard;
}

void status_add_metadata(struct arena *arena, struct status *status, const char *key, const char *value) {
  struct status_metadata *metadata = arena_new(arena, struct status_metadata);
  metadata->key = arena_strdup(arena, key);
  metadata->value = arena_strdup(arena, value);
  struct status_metadata **last = &status->metadata;
  while (*last)
    last = &(*last)->next;
  *last = metadata;
}
