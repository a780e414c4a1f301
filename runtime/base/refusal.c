#include "runtime/base/refusal.h"

static void guard_list(struct arena *arena, struct status **refusal, const char *reason, const char *subject,
                       const char *description) {
  if (!*refusal)
    *refusal = status_make(arena, CODE_FAILED_PRECONDITION, reason, "%s: %s", subject, description);
  status_add_guard(arena, *refusal, "GUARD", subject, "%s", description);
}

void guard_add(struct arena *arena, struct status **refusal, const char *reason, const char *subject,
               const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  guard_list(arena, refusal, reason, subject, arena_vprintf(arena, format, arguments));
  va_end(arguments);
}

void guard(struct guards *guards, bool met, const char *format, ...) {
  if (met)
    return;
  bool first = !guards->status;
  va_list arguments;
  va_start(arguments, format);
  guard_list(guards->arena, &guards->status, guards->reason ? guards->reason : REASON_GUARD_UNMET,
             guards->resource, arena_vprintf(guards->arena, format, arguments));
  va_end(arguments);
  if (first) {
    status_add_metadata(guards->arena, guards->status, "state", guards->state);
    status_add_metadata(guards->arena, guards->status, "action", guards->action);
  }
}

static void invalid_list(struct arena *arena, struct status **refusal, const char *field,
                         const char *violation, const char *description) {
  if (!*refusal)
    *refusal =
        status_make(arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST, "%s: %s", field, description);
  status_add_violation(arena, *refusal, field, violation, "%s", description);
}

void invalid_add(struct arena *arena, struct status **refusal, const char *field, const char *violation,
                 const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  invalid_list(arena, refusal, field, violation, arena_vprintf(arena, format, arguments));
  va_end(arguments);
}

const struct status *invalid_field(struct arena *arena, const char *field, const char *violation,
                                   const char *format, ...) {
  struct status *refusal = NULL;
  va_list arguments;
  va_start(arguments, format);
  invalid_list(arena, &refusal, field, violation, arena_vprintf(arena, format, arguments));
  va_end(arguments);
  return refusal;
}
