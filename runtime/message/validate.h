/* Is a message well formed, before anyone looks at it. */
#ifndef ENTENTE_MESSAGE_VALIDATE_H
#define ENTENTE_MESSAGE_VALIDATE_H

#include "runtime/base/status.h"

#include <protobuf-c/protobuf-c.h>

/* Parses untrusted bytes into the arena: nesting checked before parsing (LIMIT_MESSAGE_DEPTH), then
 * unpacked; unknown fields of a newer client are dropped. INVALID_ARGUMENT (INVALID_REQUEST). */
const struct status *message_parse(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                   const uint8_t *bytes, size_t size, ProtobufCMessage **out);

/* Checks every field against the contract's rules and the defaults stated at FieldRule, and clears what
 * is OUTPUT_ONLY. Every violation is listed (up to LIMIT_VIOLATIONS, the last says how many more):
 * INVALID_ARGUMENT (INVALID_REQUEST).
 * Reasons of violations: REQUIRED_FIELD_MISSING, VALUE_OUT_OF_RANGE, LENGTH_OUT_OF_RANGE,
 * PATTERN_MISMATCH, RESOURCE_NAME_INVALID, ENUM_VALUE_UNKNOWN, TEXT_MALFORMED, TOO_MANY_ELEMENTS. */
const struct status *message_validate(struct arena *arena, ProtobufCMessage *message);

/* Packs into the arena. */
ProtobufCBinaryData message_pack(struct arena *arena, const ProtobufCMessage *message);
/* A deep copy in the arena. */
ProtobufCMessage *message_copy(struct arena *arena, const ProtobufCMessage *message);
bool message_equal(const ProtobufCMessage *a, const ProtobufCMessage *b); /* same packed bytes */

/* Value of a text field by path such as `plan.name`; "" where a message on the way is absent; NULL when
 * the path does not lead to a string. Checked for every policy at start-up by message_path_valid(). */
const char *message_text(const ProtobufCMessage *message, const char *path);
bool message_path_valid(const ProtobufCMessageDescriptor *descriptor, const char *path);

#endif
