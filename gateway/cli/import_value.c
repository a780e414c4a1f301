#include "gateway/cli/import_value.h"

#include "runtime/base/money.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool import_file(struct arena *arena, const char *path, bool required, char **data, size_t *size,
                 const char **problem) {
  FILE *file = fopen(path, "re");
  *data = NULL;
  *size = 0;
  if (!file) {
    if (errno == ENOENT && !required)
      return true;
    *problem = arena_printf(arena, "%s: %s", path, strerror(errno));
    return false;
  }
  struct buffer buffer = {.arena = arena};
  buffer_append(&buffer, "", 0);
  char chunk[16384];
  for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) && buffer.size <= IMPORT_FILE_BYTES;)
    buffer_append(&buffer, chunk, got);
  bool failed = ferror(file);
  fclose(file);
  if (failed || buffer.size > IMPORT_FILE_BYTES) {
    *problem = arena_printf(arena, failed ? "%s: it cannot be read" : "%s: it is larger than 64 MiB", path);
    return false;
  }
  *data = buffer.data;
  *size = buffer.size;
  return true;
}

const char *import_amount(struct arena *arena, const char *text, const char *currency, int64_t *minor) {
  int decimals = currency_decimals(currency), seen = -1;
  int64_t value = 0;
  for (const char *c = text; *c; c++) {
    if (*c == '.' && seen < 0 && c != text) {
      seen = 0;
      continue;
    }
    if (*c < '0' || *c > '9' || seen == decimals)
      return arena_printf(arena, "`%s` is no amount of %s", text, currency);
    if (value > MONEY_MAX / 10)
      return arena_printf(arena, "`%s` is too much", text);
    value = value * 10 + (*c - '0');
    seen += seen >= 0;
  }
  for (int i = seen < 0 ? 0 : seen; i < decimals; i++) {
    if (value > MONEY_MAX / 10)
      return arena_printf(arena, "`%s` is too much", text);
    value *= 10;
  }
  *minor = value;
  return NULL;
}

const char *import_time(struct arena *arena, const char *text, Google__Protobuf__Timestamp **out) {
  int64_t time_us;
  *out = NULL;
  if (!*text)
    return NULL;
  if (!time_parse(text, &time_us))
    return arena_printf(arena, "`%s` is no date", text);
  *out = timestamp_new(arena, time_us);
  return NULL;
}
