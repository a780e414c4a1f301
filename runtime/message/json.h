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

/* Appends the message; NULL options: compact, without defaults. Values are assumed valid UTF-8.
 * An Any whose type is not in the contract is written as {"@type": ..., "value": base64 of its bytes}, which
 * json_read() does not take. */
void json_write(struct buffer *out, const ProtobufCMessage *message, const struct json_options *options);

/* Parses into the arena. INVALID_ARGUMENT (INVALID_REQUEST) with one violation, the first: its field is the
 * path, its description begins with line and column (in characters, from 1), its reason is one of
 *   JSON_MALFORMED      not JSON (RFC 8259), or more text after it
 *   TEXT_MALFORMED      invalid UTF-8, a lone surrogate, U+0000
 *   FIELD_UNKNOWN       not in the contract (names of the contract and lowerCamel names are both taken)
 *   FIELD_DUPLICATE     a field or map key twice, or two fields of one oneof
 *   VALUE_MALFORMED     not the field's type
 *   VALUE_OUT_OF_RANGE  a number that the field cannot hold
 *   ENUM_VALUE_UNKNOWN  a name that the enum does not have (unknown numbers are left to message_validate())
 *   TOO_DEEP            messages nested over LIMIT_MESSAGE_DEPTH
 *   TOO_MANY_ELEMENTS   more than LIMIT_MESSAGE_FIELDS values in all, or map entries than the field may have
 */
const struct status *json_read(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                               const char *text, size_t size, ProtobufCMessage **out);

#endif
