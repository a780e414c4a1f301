#include "runtime/message/json_scan.h"

#include "runtime/base/limit.h"
#include "runtime/base/text.h"
#include "runtime/message/json_value.h"

#include <stdint.h>
#include <string.h>

bool json_vfail(struct json_scan *scan, const char *at, const char *reason, const char *format,
                va_list arguments) {
  if (scan->error)
    return false;
  scan->error = arena_vprintf(scan->arena, format, arguments);
  scan->reason = reason;
  scan->error_at = at;
  return false;
}

bool json_fail(struct json_scan *scan, const char *at, const char *reason, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  json_vfail(scan, at, reason, format, arguments);
  va_end(arguments);
  return false;
}

static bool malformed(struct json_scan *scan, const char *at, const char *what) {
  return json_fail(scan, at, "JSON_MALFORMED", "%s", what);
}

char json_peek(struct json_scan *scan) {
  while (scan->at < scan->end && *scan->at && strchr(" \t\r\n", *scan->at))
    scan->at++;
  return scan->at < scan->end ? *scan->at : '\0';
}

bool json_take(struct json_scan *scan, char character) {
  if (json_peek(scan) != character || scan->at == scan->end)
    return false;
  scan->at++;
  return true;
}

bool json_expect(struct json_scan *scan, char character) {
  if (json_take(scan, character))
    return true;
  return json_fail(scan, scan->at, "JSON_MALFORMED", "expected `%c`", character);
}

bool json_take_word(struct json_scan *scan, const char *word) {
  size_t length = strlen(word);
  json_peek(scan);
  if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
    return false;
  scan->at += length;
  return true;
}

/* Four hexadecimal digits; -1 when they are not there. */
static int32_t hex4(const struct json_scan *scan, const char *at) {
  int32_t value = 0;
  if (scan->end - at < 4)
    return -1;
  for (int i = 0; i < 4; i++) {
    static const char digits[] = "0123456789abcdef";
    char lower = at[i] >= 'A' && at[i] <= 'F' ? (char)(at[i] - 'A' + 'a') : at[i];
    const char *digit = lower ? strchr(digits, lower) : NULL;
    if (!digit)
      return -1;
    value = value << 4 | (int32_t)(digit - digits);
  }
  return value;
}

static void append_code_point(struct buffer *out, uint32_t code) {
  char bytes[4];
  size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = size - 1; i > 0; i--) {
    bytes[i] = (char)(0x80 | (code & 0x3F));
    code >>= 6;
  }
  bytes[0] = (char)(leads[size] | code);
  buffer_append(out, bytes, size);
}

/* `\uD83D\uDE00` from after the first `u`. */
static bool take_unicode_escape(struct json_scan *scan, struct buffer *out) {
  const char *start = scan->at - 2;
  int32_t code = hex4(scan, scan->at);
  if (code < 0)
    return malformed(scan, start, "`\\u` needs four hexadecimal digits");
  scan->at += 4;
  if (code >= 0xD800 && code <= 0xDBFF) {
    bool escaped = scan->end - scan->at >= 6 && scan->at[0] == '\\' && scan->at[1] == 'u';
    int32_t low = escaped ? hex4(scan, scan->at + 2) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
      return json_fail(scan, start, "TEXT_MALFORMED", "a surrogate stands alone");
    scan->at += 6;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code <= 0xDFFF) {
    return json_fail(scan, start, "TEXT_MALFORMED", "a surrogate stands alone");
  }
  if (!code)
    return json_fail(scan, start, "TEXT_MALFORMED", "text must not contain U+0000");
  append_code_point(out, (uint32_t)code);
  return true;
}

static bool take_escape(struct json_scan *scan, struct buffer *out) {
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  const char *start = scan->at++;
  char name = scan->at < scan->end ? *scan->at++ : '\0';
  if (name == 'u')
    return take_unicode_escape(scan, out);
  const char *found = name ? strchr(names, name) : NULL;
  if (!found)
    return malformed(scan, start, "no such escape");
  buffer_append(out, &values[found - names], 1);
  return true;
}

bool json_take_string(struct json_scan *scan, char **out) {
  struct buffer text = {.arena = scan->arena};
  if (!json_expect(scan, '"'))
    return false;
  const char *start = scan->at;
  for (;;) {
    const char *run = scan->at;
    while (scan->at < scan->end && *scan->at != '"' && *scan->at != '\\' && (unsigned char)*scan->at >= 0x20)
      scan->at++;
    size_t length = (size_t)(scan->at - run);
    if (!text_is_utf8(run, length))
      return json_fail(scan, run, "TEXT_MALFORMED", "not UTF-8");
    if (scan->at == scan->end)
      return malformed(scan, start - 1, "the string does not end");
    if (*scan->at == '"' && run == start) {
      *out = arena_strndup(scan->arena, run, length);
      scan->at++;
      return true;
    }
    buffer_append(&text, run, length);
    if (*scan->at == '"')
      break;
    if (*scan->at != '\\')
      return malformed(scan, scan->at, "a control character must be escaped");
    if (!take_escape(scan, &text))
      return false;
  }
  scan->at++;
  *out = text.data;
  return true;
}

bool json_take_number(struct json_scan *scan, const char **out, size_t *length) {
  json_peek(scan);
  *out = scan->at;
  *length = json_number_length(scan->at, (size_t)(scan->end - scan->at));
  scan->at += *length;
  return *length || malformed(scan, scan->at, "expected a number");
}

static bool skip_scalar(struct json_scan *scan) {
  char *text;
  const char *number;
  size_t length;
  if (json_peek(scan) == '"')
    return json_take_string(scan, &text);
  if (json_take_word(scan, "true") || json_take_word(scan, "false") || json_take_word(scan, "null"))
    return true;
  return json_take_number(scan, &number, &length);
}

/* Keys of an object are taken here; the value that follows is the caller's next turn. */
static bool skip_key(struct json_scan *scan, bool object) {
  char *key;
  return !object || (json_take_string(scan, &key) && json_expect(scan, ':'));
}

bool json_skip(struct json_scan *scan) {
  enum { DEPTH_MAX = 2 * LIMIT_MESSAGE_DEPTH }; /* a list in each message */
  bool object[DEPTH_MAX];
  unsigned depth = 0;
  for (;;) {
    bool opened = json_peek(scan) == '{' || json_peek(scan) == '[';
    if (opened) {
      if (depth == DEPTH_MAX)
        return json_fail(scan, scan->at, "TOO_DEEP", "nested too deeply");
      object[depth++] = *scan->at++ == '{';
    } else if (!skip_scalar(scan)) {
      return false;
    }
    while (depth && json_take(scan, object[depth - 1] ? '}' : ']')) {
      depth--;
      opened = false;
    }
    if (!depth)
      return true;
    if (!opened && !json_expect(scan, ','))
      return false;
    if (!skip_key(scan, object[depth - 1]))
      return false;
  }
}

void json_place(const struct json_scan *scan, const char *at, size_t *line, size_t *column) {
  *line = *column = 1;
  for (const char *c = scan->text; c < at; c++) {
    if (*c == '\n') {
      ++*line;
      *column = 1;
    } else {
      *column += ((unsigned char)*c & 0xC0) != 0x80;
    }
  }
}
