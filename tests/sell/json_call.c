#include "sell/json_call.h"

#include "runtime/base/text.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"
#include "support/check.h"

#include <string.h>

__attribute__((format(printf, 3, 0))) static ProtobufCMessage *
request_of(struct pillar_fixture *fixture, const char *path, const char *format, va_list arguments) {
  struct arena *arena = pillar_arena(fixture);
  const struct schema_method *method = schema_find_method(path);
  char *text = arena_vprintf(arena, format, arguments);
  ProtobufCMessage *request;
  if (!method)
    fail_msg("the contract has no method %s", path);
  const struct status *status = json_read(arena, method->request, text, strlen(text), &request);
  if (status)
    fail_msg("%s: %s", text, status->message);
  return request;
}

const void *json_call(struct pillar_fixture *fixture, const struct principal *who, const char *method,
                      const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *path = arena_printf(pillar_arena(fixture), "/entente.sell.v1.%s", method);
  const ProtobufCMessage *request = request_of(fixture, path, format, arguments);
  va_end(arguments);
  return pillar_call(fixture, who, path, request);
}

const struct status *json_refused(struct pillar_fixture *fixture, const struct principal *who,
                                  const char *reason, const char *method, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *path = arena_printf(pillar_arena(fixture), "/entente.sell.v1.%s", method);
  const ProtobufCMessage *request = request_of(fixture, path, format, arguments);
  va_end(arguments);
  return pillar_refused(fixture, who, path, request, reason);
}

const char *json_text(struct pillar_fixture *fixture, const char *text) {
  struct buffer out = {.arena = pillar_arena(fixture)};
  buffer_text(&out, "\"");
  for (; *text; text++)
    buffer_printf(&out, "%s%c", strchr("\"\\", *text) ? "\\" : "", *text);
  buffer_text(&out, "\"");
  return out.data;
}
