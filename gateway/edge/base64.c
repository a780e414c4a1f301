#include "gateway/edge/base64.h"

enum { GROUP = 4, GROUP_BYTES = 3, SEXTET_BITS = 6, INVALID = -1 };

char *base64_encode(struct arena *arena, const void *bytes, size_t size, bool padded) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const uint8_t *from = bytes;
  char *out = arena_alloc(arena, (size + 2) / GROUP_BYTES * GROUP + 1), *to = out;
  for (; size >= GROUP_BYTES; from += GROUP_BYTES, size -= GROUP_BYTES) {
    *to++ = alphabet[from[0] >> 2];
    *to++ = alphabet[(from[0] & 3) << 4 | from[1] >> 4];
    *to++ = alphabet[(from[1] & 15) << 2 | from[2] >> 6];
    *to++ = alphabet[from[2] & 63];
  }
  if (size) {
    uint8_t second = size > 1 ? from[1] : 0;
    *to++ = alphabet[from[0] >> 2];
    *to++ = alphabet[(from[0] & 3) << 4 | second >> 4];
    if (size > 1)
      *to++ = alphabet[(second & 15) << 2];
    for (size_t i = size; padded && i < GROUP_BYTES; i++)
      *to++ = '=';
  }
  *to = '\0';
  return out;
}

static int sextet(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : INVALID;
}

/* Decodes up to the first padding or the end; how many characters it took. SIZE_MAX when malformed. */
static size_t decode_part(const char *text, size_t size, uint8_t **to) {
  uint32_t bits = 0;
  size_t at = 0;
  for (; at < size && text[at] != '='; at++) {
    int value = sextet(text[at]);
    if (value == INVALID)
      return SIZE_MAX;
    bits = bits << SEXTET_BITS | (uint32_t)value;
    if (at % GROUP == GROUP - 1) {
      *(*to)++ = (uint8_t)(bits >> 16);
      *(*to)++ = (uint8_t)(bits >> 8);
      *(*to)++ = (uint8_t)bits;
    }
  }
  size_t rest = at % GROUP;
  if (rest == 1)
    return SIZE_MAX;
  if (rest == 2)
    *(*to)++ = (uint8_t)(bits >> 4);
  if (rest == 3) {
    *(*to)++ = (uint8_t)(bits >> 10);
    *(*to)++ = (uint8_t)(bits >> 2);
  }
  return at;
}

/* Characters of padding at `text`; SIZE_MAX when it is not what a part of `length` characters needs. */
static size_t padding(const char *text, size_t size, size_t length, bool required) {
  size_t due = (GROUP - length % GROUP) % GROUP, found = 0;
  while (found < size && found < due && text[found] == '=')
    found++;
  return found == due || (found == 0 && !required) ? found : SIZE_MAX;
}

bool base64_decode(struct arena *arena, const char *text, size_t size, uint8_t **out, size_t *out_size) {
  uint8_t *to = *out = arena_alloc(arena, size + 1);
  size_t taken = decode_part(text, size, &to);
  if (taken == SIZE_MAX)
    return false;
  size_t pad = padding(text + taken, size - taken, taken, false);
  *out_size = (size_t)(to - *out);
  return pad != SIZE_MAX && taken + pad == size;
}

bool base64_decode_parts(struct arena *arena, const char *text, size_t size, uint8_t **out,
                         size_t *out_size) {
  uint8_t *to = *out = arena_alloc(arena, size + 1);
  while (size) {
    size_t taken = decode_part(text, size, &to);
    if (taken == SIZE_MAX)
      return false;
    size_t pad = padding(text + taken, size - taken, taken, true);
    if (pad == SIZE_MAX || taken + pad == 0)
      return false;
    text += taken + pad;
    size -= taken + pad;
  }
  *out_size = (size_t)(to - *out);
  return true;
}
