/* JSON's tokens (RFC 8259), one at a time, with the place of the first error. Private to runtime/message. */
#ifndef ENTENTE_MESSAGE_JSON_SCAN_H
#define ENTENTE_MESSAGE_JSON_SCAN_H

#include "runtime/base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Set arena, text, at (= text) and end; `text` need not be NUL-terminated. */
struct json_scan {
  struct arena *arena;
  const char *text;
  const char *at;
  const char *end;
  const char *error;  /* what is wrong, for a person; NULL while nothing is */
  const char *reason; /* such as JSON_MALFORMED */
  const char *error_at;
};

/* Records the first error, at `at`. Returns false, so that a reader can return its result. */
bool json_fail(struct json_scan *scan, const char *at, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool json_vfail(struct json_scan *scan, const char *at, const char *reason, const char *format,
                va_list arguments) __attribute__((format(printf, 4, 0)));

/* The first character of the next token, not taken; '\0' at the end of the text. */
char json_peek(struct json_scan *scan);
/* Takes a character if it is next. */
bool json_take(struct json_scan *scan, char character);
/* Takes a character or fails. */
bool json_expect(struct json_scan *scan, char character);
/* Takes `true`, `false` or `null` if it is next. */
bool json_take_word(struct json_scan *scan, const char *word);
/* Takes a string, decoded into the arena, NUL-terminated valid UTF-8 without NUL. */
bool json_take_string(struct json_scan *scan, char **out);
/* Takes a number: where it is in the text, and its length. */
bool json_take_number(struct json_scan *scan, const char **out, size_t *length);
/* Takes any one value; nesting is bounded. */
bool json_skip(struct json_scan *scan);

/* Line and column of a place, in characters from 1. */
void json_place(const struct json_scan *scan, const char *at, size_t *line, size_t *column);

#endif
