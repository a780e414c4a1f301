/* Any bytes as a CSV text: every record comes out or is refused, fields are UTF-8 without NUL, lines never go
 * back, and the end comes. */
#include "gateway/cli/csv.h"
#include "runtime/base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held) {
  if (!held)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { ARENA_BYTES = 64 << 20 };
  struct arena *arena = arena_create(ARENA_BYTES, NULL, NULL);
  struct csv csv;
  struct csv_record record;
  int64_t line = 1;
  size_t place = 0, records = 0;
  csv_init(&csv, (const char *)data, size);
  for (enum csv_result got; (got = csv_next(&csv, arena, &record)) != CSV_END; records++) {
    require(record.line >= line && csv.line >= record.line);
    require(csv.place > place && csv.place <= size);
    require((got == CSV_BAD) == (record.problem != NULL));
    require(got == CSV_BAD ? record.count == 0 : record.count >= 1 && record.count <= CSV_FIELDS_MAX);
    for (size_t i = 0; i < record.count; i++)
      require(text_is_utf8(record.fields[i], strlen(record.fields[i])) &&
              strlen(record.fields[i]) <= CSV_FIELD_BYTES);
    line = record.line;
    place = csv.place;
    arena_reset(arena);
  }
  require(csv.place == size);
  arena_destroy(arena);
  return 0;
}
