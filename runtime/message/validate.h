/* Is a message well formed, before anyone looks at it. */
#ifndef ENTENTE_MESSAGE_VALIDATE_H
#define ENTENTE_MESSAGE_VALIDATE_H

#include "runtime/base/status.h"

#include <protobuf-c/protobuf-c.h>

/* Parses untrusted bytes into the arena: nesting (LIMIT_MESSAGE_DEPTH), the number of fields
 * (LIMIT_MESSAGE_FIELDS) and text checked before parsing, then unpacked; unknown fields of a newer client are
 * dropped. INVALID_ARGUMENT (INVALID_REQUEST).
 * Reasons of violations: TEXT_MALFORMED, VALUE_MALFORMED (not the wire format, or not the field's),
 * TOO_DEEP, TOO_MANY_ELEMENTS. */
const struct status *message_parse(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                   const uint8_t *bytes, size_t size, ProtobufCMessage **out);

/* The same, but keeps unknown fields: for messages that are passed on, so that what a newer program said is
 * not lost on the way. */
const struct status *message_parse_whole(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                         const uint8_t *bytes, size_t size, ProtobufCMessage **out);

/* Checks every field against the contract's rules and the defaults stated at FieldRule, and clears what
 * is OUTPUT_ONLY. Every violation is listed (up to LIMIT_VIOLATIONS, the last says how many more):
 * INVALID_ARGUMENT (INVALID_REQUEST).
 * Reasons of violations: REQUIRED_FIELD_MISSING, VALUE_OUT_OF_RANGE, LENGTH_OUT_OF_RANGE,
 * PATTERN_MISMATCH, RESOURCE_NAME_INVALID, ENUM_VALUE_UNKNOWN, TOO_MANY_ELEMENTS.
 *
 * Timestamps lie in the years 1970 to 9999, durations within 10,000 years.
 *
 * A request with a field `update_mask` is an update (AIP-134): of the resource beside it only what the mask
 * names must satisfy REQUIRED and bounds that a zero breaks, all of it when the mask is `*`, none when it is
 * empty (then only set fields count). The resource's `name` must be set, and its `name` and `etag` are kept
 * though they are OUTPUT_ONLY: they say which resource, and which version of it. */
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
