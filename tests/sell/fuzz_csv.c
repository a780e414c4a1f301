/* Any bytes as a CSV text: every record comes out or is refused, fields are UTF-8 and bounded, lines never go
 * back, and the end comes. */
#include "tests/fuzz/fuzz.h"

#include "gateway/cli/csv.h"
#include "runtime/base/text.h"

#include <string.h>

static void expect_record(const struct csv_record *record, enum csv_result got) {
  fuzz_expect((got == CSV_BAD) == (record->problem != NULL), "what is refused has a reason");
  fuzz_expect(got == CSV_BAD ? record->count == 0 : record->count >= 1, "a record has fields");
  fuzz_expect(record->count <= CSV_FIELDS_MAX, "fields are bounded in number");
  for (size_t i = 0; i < record->count; i++) {
    size_t length = strlen(record->fields[i]);
    fuzz_expect(text_is_utf8(record->fields[i], length), "a field is UTF-8");
    fuzz_expect(length <= CSV_FIELD_BYTES, "a field is bounded in length");
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct arena *arena = fuzz_arena();
  struct csv csv;
  struct csv_record record;
  int64_t line = 1;
  size_t place = 0;
  csv_init(&csv, (const char *)bytes, size);
  for (enum csv_result got; (got = csv_next(&csv, arena, &record)) != CSV_END;) {
    expect_record(&record, got);
    fuzz_expect(record.line >= line && csv.line >= record.line, "lines go forward");
    fuzz_expect(csv.place > place && csv.place <= size, "every record takes something");
    line = record.line;
    place = csv.place;
  }
  fuzz_expect(csv.place == size, "all is read");
  return 0;
}
