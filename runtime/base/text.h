/* Text: UTF-8 checks and a growing buffer in an arena. Pure. */
#ifndef ENTENTE_BASE_TEXT_H
#define ENTENTE_BASE_TEXT_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without NUL. */
bool text_is_utf8(const void *bytes, size_t size);
/* Number of code points in valid UTF-8. */
size_t text_length(const char *text);
/* Bytes of the longest start of valid UTF-8 that has at most `max` bytes and ends between characters; for
 * `%.*s`. */
int text_cut(const char *text, size_t max);
/* Whether `text` is NULL or "". protobuf-c has "" where proto3 has no value. */
bool text_empty(const char *text);
bool text_equal(const char *a, const char *b); /* NULL equals "" */

/* A hash of text for tables in memory (64-bit FNV-1a, draft-eastlake-fnv): not keyed, so never for a table
 * that a caller could fill at will. */
uint64_t text_hash(const char *text);

/* A growing buffer. Zero-initialise, then set `arena`; always NUL-terminated after an append. */
struct buffer {
  struct arena *arena;
  char *data;
  size_t size;
  size_t capacity;
};
void buffer_append(struct buffer *buffer, const void *bytes, size_t size);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lower-case hexadecimal, and unpadded base64url (RFC 4648 section 5). decode returns false on
 * malformed input; `*out` is in the arena. */
char *hex_encode(struct arena *arena, const void *bytes, size_t size);
char *base64url_encode(struct arena *arena, const void *bytes, size_t size);
bool base64url_decode(struct arena *arena, const char *text, void **out, size_t *out_size);

#endif
