#include "runtime/base/text.h"

#include <stdio.h>
#include <string.h>

/* Bytes of the sequence that starts at `text`, 0 when it is malformed (RFC 3629 section 4). */
static size_t utf8_sequence(const unsigned char *text, size_t size) {
  unsigned char lead = text[0];
  if (lead < 0x80)
    return lead ? 1 : 0;
  size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || size < length)
    return 0;
  for (size_t i = 1; i < length; i++)
    if ((text[i] & 0xC0) != 0x80)
      return 0;
  bool overlong = (lead == 0xE0 && text[1] < 0xA0) || (lead == 0xF0 && text[1] < 0x90);
  bool surrogate = lead == 0xED && text[1] > 0x9F;
  bool too_large = lead == 0xF4 && text[1] > 0x8F;
  return overlong || surrogate || too_large ? 0 : length;
}

/* Whether all 8 bytes are ASCII and none is NUL. */
static bool ascii8(const unsigned char *text) {
  const uint64_t high = UINT64_C(0x8080808080808080), ones = UINT64_C(0x0101010101010101);
  uint64_t word;
  memcpy(&word, text, sizeof word);
  return ((word | (word - ones)) & high) == 0;
}

bool text_is_utf8(const void *bytes, size_t size) {
  const unsigned char *text = bytes;
  size_t i = 0;
  while (i < size) {
    if (size - i >= 8 && ascii8(text + i)) {
      i += 8;
      continue;
    }
    size_t length = utf8_sequence(text + i, size - i);
    if (!length)
      return false;
    i += length;
  }
  return true;
}

size_t text_length(const char *text) {
  size_t length = 0;
  for (; *text; text++)
    length += ((unsigned char)*text & 0xC0) != 0x80;
  return length;
}

int text_cut(const char *text, size_t max) {
  size_t size = strnlen(text, max);
  while (size && ((unsigned char)text[size] & 0xC0) == 0x80)
    size--;
  return (int)size;
}

bool text_empty(const char *text) {
  return !text || !*text;
}

uint64_t text_hash(const char *text) {
  uint64_t hash = UINT64_C(0xCBF29CE484222325);
  for (; *text; text++)
    hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
  return hash;
}

bool text_equal(const char *a, const char *b) {
  return strcmp(a ? a : "", b ? b : "") == 0;
}

static void buffer_reserve(struct buffer *buffer, size_t size) {
  size_t needed = buffer->size + size + 1;
  if (needed <= buffer->capacity)
    return;
  size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
  if (capacity < needed)
    capacity = needed;
  char *data = arena_alloc(buffer->arena, capacity);
  if (buffer->size)
    memcpy(data, buffer->data, buffer->size);
  buffer->data = data;
  buffer->capacity = capacity;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t size) {
  buffer_reserve(buffer, size);
  if (size)
    memcpy(buffer->data + buffer->size, bytes, size);
  buffer->size += size;
  buffer->data[buffer->size] = '\0';
}

void buffer_text(struct buffer *buffer, const char *text) {
  buffer_append(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...) {
  char local[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(local, sizeof local, format, arguments);
  va_end(arguments);
  if ((size_t)length < sizeof local) {
    buffer_append(buffer, local, (size_t)length);
    return;
  }
  buffer_reserve(buffer, (size_t)length);
  va_start(arguments, format);
  vsnprintf(buffer->data + buffer->size, (size_t)length + 1, format, arguments);
  va_end(arguments);
  buffer->size += (size_t)length;
}

char *hex_encode(struct arena *arena, const void *bytes, size_t size) {
  static const char digits[] = "0123456789abcdef";
  const uint8_t *from = bytes;
  char *text = arena_alloc(arena, size * 2 + 1);
  for (size_t i = 0; i < size; i++) {
    text[2 * i] = digits[from[i] >> 4];
    text[2 * i + 1] = digits[from[i] & 15];
  }
  text[size * 2] = '\0';
  return text;
}

static const char base64url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *base64url_encode(struct arena *arena, const void *bytes, size_t size) {
  const uint8_t *from = bytes;
  char *text = arena_alloc(arena, (size + 2) / 3 * 4 + 1), *to = text;
  for (size_t i = 0; i < size; i += 3) {
    size_t left = size - i;
    uint32_t group = (uint32_t)from[i] << 16;
    group |= left > 1 ? (uint32_t)from[i + 1] << 8 : 0;
    group |= left > 2 ? from[i + 2] : 0;
    size_t digits = left > 2 ? 4 : left + 1;
    for (size_t d = 0; d < digits; d++)
      *to++ = base64url_alphabet[(group >> (18 - 6 * d)) & 63];
  }
  *to = '\0';
  return text;
}

static int base64url_digit(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool base64url_decode(struct arena *arena, const char *text, void **out, size_t *out_size) {
  size_t length = strlen(text);
  if (length % 4 == 1)
    return false;
  uint8_t *bytes = arena_alloc(arena, length / 4 * 3 + 3);
  size_t size = 0;
  uint32_t group = 0;
  unsigned bits = 0;
  for (size_t i = 0; i < length; i++) {
    int digit = base64url_digit(text[i]);
    if (digit < 0)
      return false;
    group = group << 6 | (uint32_t)digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[size++] = (uint8_t)(group >> bits);
    }
  }
  /* Left-over bits must be zero, so that each value has one spelling. */
  if (group & ((1u << bits) - 1))
    return false;
  *out = bytes;
  *out_size = size;
  return true;
}
