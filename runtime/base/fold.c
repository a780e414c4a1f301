#include "runtime/base/fold.h"

#include "runtime/base/text.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

/* Lower-case letters that Unicode does not decompose, as the Latin-ASCII transform of CLDR spells them. */
static const struct {
  utf8proc_int32_t letter;
  const char *spelled;
} letters[] = {
    {0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"}, {0x0111, "d"},  {0x0127, "h"},
    {0x0131, "i"},  {0x0138, "q"}, {0x0142, "l"}, {0x014B, "n"},  {0x0153, "oe"}, {0x0167, "t"},
    {0x0180, "b"},  {0x0192, "f"}, {0x01E5, "g"}, {0x0237, "j"},  {0x0247, "e"},  {0x1D79, "g"},
};

static bool is_space(utf8proc_int32_t code) {
  return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85 || code == 0x2028 || code == 0x2029;
}

static void append_code(struct buffer *out, utf8proc_int32_t code) {
  for (size_t i = 0; code > 0x7F && i < sizeof letters / sizeof *letters; i++) {
    if (letters[i].letter == code) {
      buffer_text(out, letters[i].spelled);
      return;
    }
  }
  utf8proc_uint8_t bytes[4];
  buffer_append(out, bytes, (size_t)utf8proc_encode_char(code, bytes));
}

static bool is_plain(const char *text) {
  for (; *text; text++)
    if ((unsigned char)*text > 0x7F)
      return false;
  return true;
}

/* NFKD_Casefold without marks, in the arena. */
static utf8proc_ssize_t decompose(struct arena *arena, const char *text, utf8proc_int32_t **out) {
  const utf8proc_option_t options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                                    UTF8PROC_IGNORE | UTF8PROC_STRIPMARK | UTF8PROC_STABLE;
  const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
  utf8proc_ssize_t size = (utf8proc_ssize_t)strlen(text);
  utf8proc_ssize_t count = utf8proc_decompose(bytes, size, NULL, 0, options);
  assert(count >= 0);
  *out = arena_calloc(arena, (size_t)count + 1, sizeof **out);
  return utf8proc_decompose(bytes, size, *out, count, options);
}

static void append_folded(struct buffer *out, bool *gap, utf8proc_int32_t code) {
  if (is_space(code)) {
    *gap = true;
    return;
  }
  if (*gap && out->size)
    buffer_text(out, " ");
  *gap = false;
  if (code >= 'A' && code <= 'Z')
    code += 'a' - 'A';
  append_code(out, code);
}

char *text_fold(struct arena *arena, const char *text) {
  if (!text)
    return arena_strdup(arena, "");
  /* Plain text never grows: many small ones are kept, so each takes what it needs. */
  size_t capacity = strlen(text) + 1;
  struct buffer out = {.arena = arena, .data = arena_alloc(arena, capacity), .capacity = capacity};
  buffer_text(&out, "");
  bool gap = false;
  if (is_plain(text)) {
    for (; *text; text++)
      append_folded(&out, &gap, (unsigned char)*text);
    return out.data;
  }
  utf8proc_int32_t *codes;
  utf8proc_ssize_t count = decompose(arena, text, &codes);
  for (utf8proc_ssize_t i = 0; i < count; i++)
    append_folded(&out, &gap, codes[i]);
  return out.data;
}

bool text_folded_contains(struct arena *arena, const char *text, const char *folded_part) {
  return text_empty(folded_part) || strstr(text_fold(arena, text), folded_part);
}
