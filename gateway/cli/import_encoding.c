#include "gateway/cli/import_encoding.h"

#include "runtime/base/text.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

enum encoding { UTF_8, UTF_16, WINDOWS_1252, ENCODINGS };
enum { HIGH_SURROGATE = 0xD800, LOW_SURROGATE = 0xDC00, SURROGATE_END = 0xE000, SUPPLEMENT = 0x10000 };

static enum encoding encoding_of(const char *name) {
  static const struct {
    const char *name;
    enum encoding encoding;
  } names[] = {
      {"UTF-8", UTF_8}, {"UTF-16", UTF_16}, {"WINDOWS-1252", WINDOWS_1252}, {"ISO-8859-1", WINDOWS_1252}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcasecmp(names[i].name, name) == 0)
      return names[i].encoding;
  return ENCODINGS;
}

bool encoding_known(const char *encoding) {
  return encoding_of(encoding) != ENCODINGS;
}

/* Bytes 0x80 to 0x9F; 0: not assigned. */
static const uint16_t windows_high[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static const char *windows_decode(struct arena *arena, char **data, size_t *size) {
  enum { GROWTH_MAX = 3 };
  char *out = arena_alloc(arena, *size * GROWTH_MAX + 1);
  size_t length = 0;
  for (size_t i = 0; i < *size; i++) {
    uint8_t byte = (uint8_t)(*data)[i];
    uint32_t c = byte >= 0x80 && byte < 0xA0 ? windows_high[byte - 0x80] : byte;
    if (byte && !c)
      return arena_printf(arena, "byte %zu is no text of WINDOWS-1252", i);
    length += (size_t)utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)out + length);
  }
  *data = out;
  *size = length;
  return NULL;
}

static uint32_t unit_at(const char *data, size_t at, bool big) {
  uint32_t first = (uint8_t)data[at], second = (uint8_t)data[at + 1];
  return big ? first << 8 | second : second << 8 | first;
}

/* Little-endian without a mark, as spreadsheets write it. */
static const char *utf16_decode(struct arena *arena, char **data, size_t *size) {
  enum { GROWTH_MAX = 3 }; /* of two bytes */
  const char *in = *data;
  bool big = *size >= 2 && unit_at(in, 0, true) == 0xFEFF;
  bool marked = big || (*size >= 2 && unit_at(in, 0, false) == 0xFEFF);
  if (*size % 2)
    return "it ends within a character of UTF-16";
  char *out = arena_alloc(arena, *size / 2 * GROWTH_MAX + 1);
  size_t length = 0;
  for (size_t at = marked ? 2 : 0; at < *size; at += 2) {
    uint32_t c = unit_at(in, at, big);
    if (c >= HIGH_SURROGATE && c < SURROGATE_END) {
      uint32_t low = at + 2 < *size ? unit_at(in, at + 2, big) : 0;
      if (c >= LOW_SURROGATE || low < LOW_SURROGATE || low >= SURROGATE_END)
        return arena_printf(arena, "byte %zu is no text of UTF-16", at);
      c = SUPPLEMENT + ((c - HIGH_SURROGATE) << 10) + (low - LOW_SURROGATE);
      at += 2;
    }
    length += (size_t)utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)out + length);
  }
  *data = out;
  *size = length;
  return NULL;
}

const char *encoding_decode(struct arena *arena, const char *encoding, char **data, size_t *size) {
  bool marked = *size >= 2 && (unit_at(*data, 0, true) == 0xFEFF || unit_at(*data, 0, false) == 0xFEFF);
  enum encoding from = encoding ? encoding_of(encoding) : marked ? UTF_16 : UTF_8;
  if (from == UTF_16)
    return utf16_decode(arena, data, size);
  return from == WINDOWS_1252 ? windows_decode(arena, data, size) : NULL;
}
