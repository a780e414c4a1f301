/* Single values of proto3's JSON as text. Private to runtime/message. Pure. */
#ifndef ENTENTE_MESSAGE_JSON_VALUE_H
#define ENTENTE_MESSAGE_JSON_VALUE_H

#include "runtime/base/text.h"

#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/field_mask.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether `text` is a number by JSON's grammar; how long the number at its start is, 0 for none. */
size_t json_number_length(const char *text, size_t size);
/* A number by JSON's grammar that is integral, however it is spelled (`100`, `1e2`, `10.0e1`). False when it
 * is not integral or its magnitude does not fit. */
bool json_integer_parse(const char *text, size_t size, bool *negative, uint64_t *magnitude);

/* Fraction of 0, 3, 6 or 9 digits. Writing answers whether the value is one that JSON has: years 1 to 9999,
 * 10,000 years either way with seconds and nanoseconds of one sign, paths of lower-case words. */
bool json_timestamp_write(struct buffer *out, const Google__Protobuf__Timestamp *timestamp);
bool json_timestamp_parse(const char *text, Google__Protobuf__Timestamp *out);
bool json_duration_write(struct buffer *out, const Google__Protobuf__Duration *duration);
bool json_duration_parse(const char *text, Google__Protobuf__Duration *out);

/* `display_name,plan.target` as `displayName,plan.target`. */
bool json_mask_write(struct buffer *out, const Google__Protobuf__FieldMask *mask);
bool json_mask_parse(struct arena *arena, const char *text, Google__Protobuf__FieldMask *out);

/* Padded base64; parse also takes the URL alphabet, no padding, and bits at the end that belong to no byte.
 */
void json_base64_write(struct buffer *out, const ProtobufCBinaryData *bytes);
bool json_base64_parse(struct arena *arena, const char *text, ProtobufCBinaryData *out);

/* Shortest decimal that reads back as the same number; not for NaN and the infinities. */
void json_double_write(struct buffer *out, double value);
void json_float_write(struct buffer *out, float value);

#endif
