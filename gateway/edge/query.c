#include "gateway/edge/query.h"

#include <string.h>

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char *decode(struct arena *arena, const char *text, size_t size, size_t *out_size, bool *bad) {
  char *out = arena_alloc(arena, size + 1), *to = out;
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '%') {
      int high = i + 1 < size ? hex_digit(text[i + 1]) : -1;
      int low = i + 2 < size ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        *bad = true;
        break;
      }
      *to++ = (char)(high << 4 | low);
      i += 2;
    } else {
      *to++ = text[i] == '+' ? ' ' : text[i];
    }
  }
  *to = '\0';
  *out_size = (size_t)(to - out);
  return out;
}

const char *query_value(struct arena *arena, const char *query, const char *key, size_t *size, bool *bad) {
  size_t length = strlen(key);
  while (query && *query) {
    size_t pair = strcspn(query, "&"), name = strcspn(query, "=&");
    if (name == length && memcmp(query, key, length) == 0)
      return decode(arena, query + name + (name < pair), pair - name - (name < pair), size, bad);
    query += pair + (query[pair] == '&');
  }
  *size = 0;
  return NULL;
}
