#include "support/check.h"

#include "gateway/cli/csv.h"
#include "runtime/base/text.h"

#include <stdlib.h>
#include <string.h>

/* Reads everything as `[line:a|b][line!problem]`. */
static char *dump(struct arena *arena, const char *text, size_t size) {
  /* A copy without a byte behind it, so that a sanitizer sees every overrun. */
  char *exact = malloc(size ? size : 1);
  memcpy(exact, text, size);
  struct buffer out = {.arena = arena};
  struct csv csv;
  struct csv_record record;
  buffer_append(&out, "", 0);
  csv_init(&csv, exact, size);
  for (enum csv_result got; (got = csv_next(&csv, arena, &record)) != CSV_END;) {
    buffer_printf(&out, "[%lld", (long long)record.line);
    if (got == CSV_BAD)
      buffer_printf(&out, "!%s", record.problem);
    for (size_t i = 0; i < record.count; i++)
      buffer_printf(&out, "%s%s", i ? "|" : ":", record.fields[i]);
    buffer_text(&out, "]");
  }
  free(exact);
  return out.data;
}

static void reads_what_the_rfc_allows(void **state) {
  (void)state;
  static const struct {
    const char *text, *expected;
  } cases[] = {
      {"", ""},
      {"\n\r\n\n", ""},
      {"a,b\n1,2\n", "[1:a|b][2:1|2]"},
      {"a,b\r\n1,2", "[1:a|b][2:1|2]"},
      {"a\n\n\nb", "[1:a][4:b]"},
      {",\n", "[1:|]"},
      {"\"\"\n", "[1:]"},
      {"\"a,b\",\"c\"\"d\"\"\",e\n", "[1:a,b|c\"d\"|e]"},
      {"\"two\nlines\r\nhere\",x\ny\n", "[1:two\nlines\r\nhere|x][4:y]"},
      {"\xEF\xBB\xBFid,n\n", "[1:id|n]"},
      {" a , b \n", "[1: a | b ]"},
      {"caf\xC3\xA9,\xE2\x82\xAC\n", "[1:caf\xC3\xA9|\xE2\x82\xAC]"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena = arena_create(1 << 20, NULL, NULL);
    assert_string_equal(dump(arena, cases[i].text, strlen(cases[i].text)), cases[i].expected);
    arena_destroy(arena);
  }
}

static void refuses_what_it_forbids_and_goes_on(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t size;
    const char *expected;
  } cases[] = {
#define TEXT(literal) (literal), sizeof(literal) - 1
      {TEXT("a\"b,c\nok\n"), "[1!a quote stands within a field that is not quoted][2:ok]"},
      {TEXT("\"a\"b,c\nok\n"), "[1!text stands behind a closing quote][2:ok]"},
      {TEXT("\"a\" ,c\nok"), "[1!text stands behind a closing quote][2:ok]"},
      {TEXT("a,\"open\nok\nmore\n"), "[1!a quoted field is not closed][2:ok][3:more]"},
      {TEXT("a\rb\nok\n"), "[1!a carriage return stands alone][2:ok]"},
      {TEXT("a\r"), "[1!a carriage return stands alone]"},
      {TEXT("\"a\"\r"), "[1!text stands behind a closing quote]"},
      {TEXT("\"\n\nx\"y\nok\n"), "[1!text stands behind a closing quote][4:ok]"},
      {TEXT("\xFF,b\nok\n"), "[1!a field is not UTF-8 text][2:ok]"},
      {TEXT("a\0b\nok\n"), "[1!a field is not UTF-8 text][2:ok]"},
      {TEXT("\""), "[1!a quoted field is not closed]"},
#undef TEXT
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena = arena_create(1 << 20, NULL, NULL);
    assert_string_equal(dump(arena, cases[i].text, cases[i].size), cases[i].expected);
    arena_destroy(arena);
  }
}

static void bounds_fields_and_records(void **state) {
  (void)state;
  struct arena *arena = arena_create(64 << 20, NULL, NULL);
  struct buffer text = {.arena = arena};
  for (int i = 0; i < CSV_FIELDS_MAX; i++)
    buffer_text(&text, i ? ",x" : "x");
  struct csv csv;
  struct csv_record record;
  csv_init(&csv, text.data, text.size);
  assert_int_equal(csv_next(&csv, arena, &record), CSV_RECORD);
  assert_int_equal(record.count, CSV_FIELDS_MAX);
  buffer_text(&text, ",x\nok");
  csv_init(&csv, text.data, text.size);
  assert_int_equal(csv_next(&csv, arena, &record), CSV_BAD);
  assert_int_equal(csv_next(&csv, arena, &record), CSV_RECORD);
  for (int quoted = 0; quoted < 2; quoted++) {
    for (int over = 0; over < 2; over++) {
      struct buffer field = {.arena = arena};
      buffer_text(&field, quoted ? "\"" : "");
      for (int i = 0; i < CSV_FIELD_BYTES + over; i++)
        buffer_text(&field, "y");
      buffer_text(&field, quoted ? "\"\nok" : "\nok");
      csv_init(&csv, field.data, field.size);
      assert_int_equal(csv_next(&csv, arena, &record), over ? CSV_BAD : CSV_RECORD);
      assert_int_equal(csv_next(&csv, arena, &record), CSV_RECORD);
      assert_string_equal(record.fields[0], "ok");
    }
  }
  arena_destroy(arena);
}

/* Any fields, written as the RFC says, are read back. */
static void reads_back_what_is_written(void **state) {
  (void)state;
  static const char *const pieces[] = {"",     "a",    ",",        "\"", "\n",
                                       "\r\n", "\"\"", "\xC3\xA9", " ",  "x,\"y\"\n"};
  enum { PIECES = sizeof pieces / sizeof *pieces, FIELDS = 3 };
  unsigned seed = 42;
  for (int round = 0; round < 2000; round++) {
    struct arena *arena = arena_create(1 << 20, NULL, NULL);
    struct buffer text = {.arena = arena};
    char *fields[FIELDS];
    for (int f = 0; f < FIELDS; f++) {
      struct buffer field = {.arena = arena};
      for (int n = 0; n < 4; n++)
        buffer_text(&field, pieces[(seed = seed * 1103515245u + 12345u) / 65536u % PIECES]);
      fields[f] = field.data;
      buffer_text(&text, f ? ",\"" : "\"");
      for (const char *c = field.data; *c; c++)
        buffer_append(&text, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
      buffer_text(&text, "\"");
    }
    buffer_text(&text, round % 2 ? "\r\n" : "");
    struct csv csv;
    struct csv_record record;
    csv_init(&csv, text.data, text.size);
    assert_int_equal(csv_next(&csv, arena, &record), CSV_RECORD);
    assert_int_equal(record.count, FIELDS);
    for (int f = 0; f < FIELDS; f++)
      assert_string_equal(record.fields[f], fields[f]);
    assert_int_equal(csv_next(&csv, arena, &record), CSV_END);
    arena_destroy(arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_the_rfc_allows),
      cmocka_unit_test(refuses_what_it_forbids_and_goes_on),
      cmocka_unit_test(bounds_fields_and_records),
      cmocka_unit_test(reads_back_what_is_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
