/* Names in plain Latin letters, as their owners write them in a domain or abroad. */
#include "sell/company_words.h"

#include "runtime/base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* By code point, lower case. Umlauts as German spells them out, Nordic letters as passports do (ICAO Doc
 * 9303), Cyrillic by BGN/PCGN without its marks, Greek by ELOT 743. */
static const struct letter {
  utf8proc_int32_t code;
  const char *latin, *ukrainian; /* NULL: the same */
} letters[] = {
    {0x00E4, "ae", NULL}, {0x00E5, "aa", NULL},   {0x00E6, "ae", NULL}, {0x00F6, "oe", NULL},
    {0x00F8, "oe", NULL}, {0x00FC, "ue", NULL},   {0x03AC, "a", NULL},  {0x03AD, "e", NULL},
    {0x03AE, "i", NULL},  {0x03AF, "i", NULL},    {0x03B1, "a", NULL},  {0x03B2, "v", NULL},
    {0x03B3, "g", NULL},  {0x03B4, "d", NULL},    {0x03B5, "e", NULL},  {0x03B6, "z", NULL},
    {0x03B7, "i", NULL},  {0x03B8, "th", NULL},   {0x03B9, "i", NULL},  {0x03BA, "k", NULL},
    {0x03BB, "l", NULL},  {0x03BC, "m", NULL},    {0x03BD, "n", NULL},  {0x03BE, "x", NULL},
    {0x03BF, "o", NULL},  {0x03C0, "p", NULL},    {0x03C1, "r", NULL},  {0x03C2, "s", NULL},
    {0x03C3, "s", NULL},  {0x03C4, "t", NULL},    {0x03C5, "y", NULL},  {0x03C6, "f", NULL},
    {0x03C7, "ch", NULL}, {0x03C8, "ps", NULL},   {0x03C9, "o", NULL},  {0x03CA, "i", NULL},
    {0x03CB, "y", NULL},  {0x03CC, "o", NULL},    {0x03CD, "y", NULL},  {0x03CE, "o", NULL},
    {0x0430, "a", NULL},  {0x0431, "b", NULL},    {0x0432, "v", NULL},  {0x0433, "g", "h"},
    {0x0434, "d", NULL},  {0x0435, "e", NULL},    {0x0436, "zh", NULL}, {0x0437, "z", NULL},
    {0x0438, "i", "y"},   {0x0439, "y", "i"},     {0x043A, "k", NULL},  {0x043B, "l", NULL},
    {0x043C, "m", NULL},  {0x043D, "n", NULL},    {0x043E, "o", NULL},  {0x043F, "p", NULL},
    {0x0440, "r", NULL},  {0x0441, "s", NULL},    {0x0442, "t", NULL},  {0x0443, "u", NULL},
    {0x0444, "f", NULL},  {0x0445, "kh", NULL},   {0x0446, "ts", NULL}, {0x0447, "ch", NULL},
    {0x0448, "sh", NULL}, {0x0449, "shch", NULL}, {0x044A, "", NULL},   {0x044B, "y", NULL},
    {0x044C, "", NULL},   {0x044D, "e", NULL},    {0x044E, "yu", "iu"}, {0x044F, "ya", "ia"},
    {0x0451, "e", NULL},  {0x0452, "dj", NULL},   {0x0454, "ie", NULL}, {0x0456, "i", NULL},
    {0x0457, "i", NULL},  {0x0458, "j", NULL},    {0x0459, "lj", NULL}, {0x045A, "nj", NULL},
    {0x045B, "c", NULL},  {0x045E, "u", NULL},    {0x045F, "dz", NULL}, {0x0491, "g", NULL},
};

static int by_code(const void *key, const void *row) {
  utf8proc_int32_t code = *(const utf8proc_int32_t *)key, other = ((const struct letter *)row)->code;
  return code < other ? -1 : code > other;
}

static const struct letter *letter_of(utf8proc_int32_t code) {
  return bsearch(&code, letters, sizeof letters / sizeof *letters, sizeof *letters, by_code);
}

/* Letters that Ukrainian has and Russian has not: it is romanized by rules of its own. */
static bool is_ukrainian(const utf8proc_int32_t *codes, utf8proc_ssize_t count) {
  for (utf8proc_ssize_t i = 0; i < count; i++)
    if (codes[i] == 0x0454 || codes[i] == 0x0456 || codes[i] == 0x0457 || codes[i] == 0x0491)
      return true;
  return false;
}

static bool is_ascii(const char *text) {
  for (; *text; text++)
    if ((unsigned char)*text & 0x80)
      return false;
  return true;
}

char *latin_spelling(struct arena *arena, const char *name) {
  const utf8proc_option_t options = UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STABLE;
  if (text_empty(name) || is_ascii(name))
    return NULL;
  const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)name;
  utf8proc_ssize_t size = (utf8proc_ssize_t)strlen(name);
  utf8proc_ssize_t count = utf8proc_decompose(bytes, size, NULL, 0, options);
  assert(count >= 0);
  utf8proc_int32_t *codes = arena_calloc(arena, (size_t)count + 1, sizeof *codes);
  count = utf8proc_decompose(bytes, size, codes, count, options);
  count = utf8proc_normalize_utf32(codes, count, options);
  bool ukrainian = is_ukrainian(codes, count), spelled = false;
  struct buffer out = {.arena = arena};
  for (utf8proc_ssize_t i = 0; i < count; i++) {
    const struct letter *letter = letter_of(codes[i]);
    utf8proc_uint8_t plain[4];
    spelled = spelled || letter;
    if (letter)
      buffer_text(&out, ukrainian && letter->ukrainian ? letter->ukrainian : letter->latin);
    else
      buffer_append(&out, plain, (size_t)utf8proc_encode_char(codes[i], plain));
  }
  return spelled ? out.data : NULL;
}
