#include "runtime/message/path.h"

#include "runtime/base/limit.h"
#include "runtime/base/text.h"

static void path_write(struct buffer *out, const struct path *path) {
  if (path->parent) {
    path_write(out, path->parent);
    buffer_text(out, ".");
  }
  buffer_text(out, path->field);
  if (path->index != PATH_NO_INDEX)
    buffer_printf(out, "[%ld]", path->index);
}

const char *path_text(struct arena *arena, const struct path *path) {
  if (!path)
    return "";
  struct buffer out = {.arena = arena};
  path_write(&out, path);
  return out.data;
}

void violation_add(struct violations *violations, const struct path *path, const char *reason,
                   const char *format, ...) {
  struct arena *arena = violations->arena;
  if (!violations->status)
    violations->status = status_make(arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST, "%s", "");
  violations->count++;
  if (violations->count > LIMIT_VIOLATIONS)
    return;
  struct violation *violation = arena_new(arena, struct violation);
  va_list arguments;
  va_start(arguments, format);
  violation->field = path_text(arena, path);
  violation->reason = reason;
  violation->description = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  if (violations->last)
    violations->last->next = violation;
  else
    violations->status->violations = violation;
  violations->last = violation;
}

const struct status *violations_status(struct violations *violations) {
  struct status *status = violations->status;
  if (!status)
    return NULL;
  struct arena *arena = violations->arena;
  if (violations->count > LIMIT_VIOLATIONS)
    violations->last->description =
        arena_printf(arena, "%s (and %zu more violations that are not listed)", violations->last->description,
                     violations->count - LIMIT_VIOLATIONS);
  const struct violation *first = status->violations;
  const char *colon = *first->field ? ": " : "";
  if (violations->count == 1)
    status->message = arena_printf(arena, "%s%s%s", first->field, colon, first->description);
  else
    status->message = arena_printf(arena, "%s%s%s, and %zu more violations", first->field, colon,
                                   first->description, violations->count - 1);
  return status;
}
