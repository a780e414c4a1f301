#include "runtime/message/json_value.h"

#include "runtime/base/clock.h"
#include "runtime/base/period.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NANOS_PER_SECOND = 1000000000, FRACTION_DIGITS = 9, EXPONENT_MAX = 100000 };
#define DURATION_SECONDS_MAX INT64_C(315576000000)  /* 10,000 years of 365.25 days */
#define TIMESTAMP_SECONDS_MIN INT64_C(-62135596800) /* 0001-01-01 */
#define TIMESTAMP_SECONDS_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59 */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static size_t digits_length(const char *text, size_t size) {
  size_t i = 0;
  while (i < size && is_digit(text[i]))
    i++;
  return i;
}

size_t json_number_length(const char *text, size_t size) {
  size_t at = size && text[0] == '-';
  size_t whole = digits_length(text + at, size - at);
  if (!whole || (whole > 1 && text[at] == '0'))
    return 0;
  at += whole;
  if (at < size && text[at] == '.') {
    size_t fraction = digits_length(text + at + 1, size - at - 1);
    if (!fraction)
      return 0;
    at += 1 + fraction;
  }
  if (at < size && (text[at] == 'e' || text[at] == 'E')) {
    at++;
    at += at < size && (text[at] == '+' || text[at] == '-');
    size_t exponent = digits_length(text + at, size - at);
    if (!exponent)
      return 0;
    at += exponent;
  }
  return at;
}

/* `e-12` at the end of a number; beyond EXPONENT_MAX it is cut there, which is as unfit for any integer. */
static int32_t exponent_parse(const char *text, size_t size) {
  if (size < 2)
    return 0;
  size_t at = 1;
  bool negative = text[at] == '-';
  at += text[at] == '-' || text[at] == '+';
  int32_t exponent = 0;
  for (; at < size; at++)
    if (exponent < EXPONENT_MAX)
      exponent = exponent * 10 + (text[at] - '0');
  return negative ? -exponent : exponent;
}

bool json_integer_parse(const char *text, size_t size, bool *negative, uint64_t *magnitude) {
  if (!size || json_number_length(text, size) != size)
    return false;
  size_t mantissa = 0;
  while (mantissa < size && text[mantissa] != 'e' && text[mantissa] != 'E')
    mantissa++;
  int64_t exponent = exponent_parse(text + mantissa, size - mantissa);
  /* Zeros are held back until a digit follows, so that those at the end never multiply. */
  uint64_t value = 0;
  int64_t held = 0;
  bool fraction = false;
  for (size_t i = text[0] == '-'; i < mantissa; i++) {
    if (text[i] == '.') {
      fraction = true;
      continue;
    }
    exponent -= fraction;
    held++;
    if (text[i] == '0')
      continue;
    for (; value && held > 0; held--)
      if (__builtin_mul_overflow(value, (uint64_t)10, &value))
        return false;
    held = 0;
    if (__builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
      return false;
  }
  exponent += held;
  if (value && exponent < 0)
    return false;
  for (; value && exponent > 0; exponent--)
    if (__builtin_mul_overflow(value, (uint64_t)10, &value))
      return false;
  *negative = text[0] == '-' && value;
  *magnitude = value;
  return true;
}

/* `.500`, in groups of three digits; nothing for 0. */
static void fraction_write(struct buffer *out, int32_t nanos) {
  if (nanos % 1000)
    buffer_printf(out, ".%09d", nanos);
  else if (nanos % 1000000)
    buffer_printf(out, ".%06d", nanos / 1000);
  else if (nanos)
    buffer_printf(out, ".%03d", nanos / 1000000);
}

bool json_timestamp_write(struct buffer *out, const Google__Protobuf__Timestamp *timestamp) {
  char text[64];
  int64_t us;
  if (__builtin_mul_overflow(timestamp->seconds, (int64_t)US_PER_SECOND, &us))
    us = 0;
  time_format(us, text, sizeof text);
  buffer_append(out, text, strlen(text) - 1);
  fraction_write(out, timestamp->nanos);
  buffer_text(out, "Z");
  return timestamp->seconds >= TIMESTAMP_SECONDS_MIN && timestamp->seconds <= TIMESTAMP_SECONDS_MAX &&
         timestamp->nanos >= 0 && timestamp->nanos < NANOS_PER_SECOND;
}

bool json_timestamp_parse(const char *text, Google__Protobuf__Timestamp *out) {
  /* RFC 3339 would have lower case too, proto3's JSON does not; nor has it bare dates. */
  if (strnlen(text, 11) < 11 || text[10] != 'T' || strchr(text, 'z'))
    return false;
  return time_parse_nanos(text, &out->seconds, &out->nanos);
}

bool json_duration_write(struct buffer *out, const Google__Protobuf__Duration *duration) {
  bool negative = duration->seconds < 0 || duration->nanos < 0;
  uint64_t seconds = duration->seconds < 0 ? -(uint64_t)duration->seconds : (uint64_t)duration->seconds;
  buffer_printf(out, "%s%" PRIu64, negative ? "-" : "", seconds);
  fraction_write(out, duration->nanos < 0 ? -duration->nanos : duration->nanos);
  buffer_text(out, "s");
  bool one_sign =
      !(duration->seconds < 0 && duration->nanos > 0) && !(duration->seconds > 0 && duration->nanos < 0);
  return one_sign && seconds <= DURATION_SECONDS_MAX && duration->nanos > -NANOS_PER_SECOND &&
         duration->nanos < NANOS_PER_SECOND;
}

bool json_duration_parse(const char *text, Google__Protobuf__Duration *out) {
  bool negative = *text == '-';
  text += negative;
  size_t whole = digits_length(text, strnlen(text, 16));
  if (whole < 1 || whole > 12)
    return false;
  int64_t seconds = strtoll(text, NULL, 10);
  int32_t nanos = 0;
  text += whole;
  if (*text == '.') {
    size_t fraction = digits_length(text + 1, strnlen(text + 1, FRACTION_DIGITS + 1));
    if (fraction < 1 || fraction > FRACTION_DIGITS)
      return false;
    for (size_t i = 0; i < FRACTION_DIGITS; i++)
      nanos = nanos * 10 + (i < fraction ? text[1 + i] - '0' : 0);
    text += 1 + fraction;
  }
  if (strcmp(text, "s") != 0 || seconds > DURATION_SECONDS_MAX)
    return false;
  out->seconds = negative ? -seconds : seconds;
  out->nanos = negative ? -nanos : nanos;
  return true;
}

bool json_mask_write(struct buffer *out, const Google__Protobuf__FieldMask *mask) {
  bool spelled = true;
  for (size_t i = 0; i < mask->n_paths; i++) {
    if (i)
      buffer_text(out, ",");
    spelled = spelled && *mask->paths[i] && !strchr(mask->paths[i], ',');
    for (const char *c = mask->paths[i]; *c; c++) {
      bool joined = *c == '_' && c[1] >= 'a' && c[1] <= 'z';
      spelled = spelled && (*c != '_' || joined) && !(*c >= 'A' && *c <= 'Z');
      c += joined;
      buffer_append(out, joined ? &(char){(char)(*c - 'a' + 'A')} : c, 1);
    }
  }
  return spelled;
}

bool json_mask_parse(struct arena *arena, const char *text, Google__Protobuf__FieldMask *out) {
  size_t count = *text ? 1 : 0;
  for (const char *c = text; *c; c++)
    count += *c == ',';
  out->paths = arena_calloc(arena, count, sizeof *out->paths);
  out->n_paths = count;
  for (size_t i = 0; i < count; i++) {
    size_t length = strcspn(text, ",");
    struct buffer path = {.arena = arena};
    buffer_append(&path, "", 0);
    for (const char *c = text; c < text + length; c++) {
      bool upper = *c >= 'A' && *c <= 'Z';
      if (*c == '_')
        return false;
      if (upper)
        buffer_text(&path, "_");
      buffer_append(&path, upper ? &(char){(char)(*c - 'A' + 'a')} : c, 1);
    }
    if (!length)
      return false;
    out->paths[i] = path.data;
    text += length + 1;
  }
  return true;
}

void json_base64_write(struct buffer *out, const ProtobufCBinaryData *bytes) {
  char *text = base64url_encode(out->arena, bytes->data, bytes->len);
  size_t length = strlen(text);
  for (char *c = text; *c; c++)
    *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
  buffer_append(out, text, length);
  buffer_append(out, "==", (4 - length % 4) % 4);
}

/* Clears the bits of the last character that belong to no byte: proto3's JSON has them ignored. */
static void clear_spare_bits(char *text, size_t length) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const char *found = length % 4 > 1 ? strchr(alphabet, text[length - 1]) : NULL;
  if (found)
    text[length - 1] = alphabet[(found - alphabet) & (length % 4 == 2 ? 0x30 : 0x3C)];
}

bool json_base64_parse(struct arena *arena, const char *text, ProtobufCBinaryData *out) {
  char *copy = arena_strdup(arena, text);
  size_t length = strlen(copy), padding = 0;
  while (padding < 2 && padding < length && copy[length - 1 - padding] == '=')
    padding++;
  if (padding && length % 4)
    return false;
  copy[length - padding] = '\0';
  for (char *c = copy; *c; c++)
    *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
  clear_spare_bits(copy, length - padding);
  void *bytes;
  if (!base64url_decode(arena, copy, &bytes, &out->len))
    return false;
  out->data = bytes;
  return true;
}

void json_double_write(struct buffer *out, double value) {
  char text[32];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value)
      break;
  }
  buffer_text(out, text);
}

void json_float_write(struct buffer *out, float value) {
  char text[32];
  for (int digits = 6; digits <= 9; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, (double)value);
    if (strtof(text, NULL) == value)
      break;
  }
  buffer_text(out, text);
}
