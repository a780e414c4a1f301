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
 * False when something in it has no JSON that json_read() would take:
 *   an Any whose type is not in the contract      {"@type": ..., "value": base64 of its bytes}
 *   a time or duration out of range               its numbers, spelled as any other
 *   a path of a mask that has no lowerCamelCase   as it is
 *   a Value that is empty, NaN or infinite        null
 *   what is beyond json_read()'s limits of depth and of map entries */
bool json_write(struct buffer *out, const ProtobufCMessage *message, const struct json_options *options);

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

/* The same for text of a program with a newer contract: passes over fields that this contract does not have,
 * and over names that an enum does not have, as if they were not there. */
const struct status *json_read_known(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                     const char *text, size_t size, ProtobufCMessage **out);

#endif
