/* Canonical proto3 JSON (protobuf.dev/programming-guides/json), both ways, by descriptor. */
#ifndef ENTENTE_MESSAGE_JSON_H
#define ENTENTE_MESSAGE_JSON_H

#include "runtime/base/status.h"
#include "runtime/base/text.h"

#include <protobuf-c/protobuf-c.h>

struct json_options {
  bool pretty;   /* two-space indent, a newline at the end */
  bool defaults; /* also write fields that are zero or empty */
};

/* Appends the message; NULL options: compact, without defaults. Values are assumed valid UTF-8. */
void json_write(struct buffer *out, const ProtobufCMessage *message, const struct json_options *options);
/* Parses into the arena. Unknown fields, duplicate keys, invalid UTF-8, lone surrogates, depth over
 * LIMIT_MESSAGE_DEPTH, numbers out of range: INVALID_ARGUMENT (INVALID_REQUEST) with the line and column. */
const struct status *json_read(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                               const char *text, size_t size, ProtobufCMessage **out);

#endif
