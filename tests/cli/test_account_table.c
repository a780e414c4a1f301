/* Domains as both parties must come to them, accounts of a table, and fields of CSV that are read back as
 * written. */
#include "gateway/cli/csv.h"
#include "gateway/cli/csv_write.h"
#include "gateway/cli/map_account.h"
#include "runtime/base/digest.h"
#include "support/check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state) {
  *state = arena_create(16 << 20, NULL, NULL);
  return 0;
}

static int teardown(void **state) {
  arena_destroy(*state);
  return 0;
}

static void domains(void **state) {
  static const struct {
    const char *text, *domain;
  } cases[] = {
      {"northgate.example", "northgate.example"},
      {"  NorthGate.Example ", "northgate.example"},
      {"https://www.northgate.example/about?x=1#y", "northgate.example"},
      {"http://northgate.example:8443", "northgate.example"},
      {"ada@northgate.example", "northgate.example"},
      {"northgate.example.", "northgate.example"},
      {"WWW.northgate.example", "northgate.example"},
      {"www.example", "www.example"}, /* the name itself */
      {"www.co.uk", "www.co.uk"},
      {"care.northgate.example", "northgate.example"},
      {"https://eu.care.northgate.example/", "northgate.example"},
      {"care.northgate.co.uk", "northgate.co.uk"}, /* the suffix has two labels */
      {"shop.northgate.github.io", "northgate.github.io"},
      {"co.uk", NULL}, /* a suffix alone is nobody's */
      {"192.0.2.7", NULL},
      {"xn--mller-kva.example", "xn--mller-kva.example"},
      {"northgate", NULL},
      {"", NULL},
      {".", NULL},
      {"north gate.example", NULL},
      {"-north.example", NULL},
      {"north-.example", NULL},
      {"north..example", NULL},
      /* the vectors are those of RFC 3492 and of what registries show */
      {"https://www.M\xC3\x9CLLER.example/x", "xn--mller-kva.example"},
      {"mu\xCC\x88ller.example", "xn--mller-kva.example"}, /* u and a mark for its dots */
      {"b\xC3\xBC"
       "cher.example",
       "xn--bcher-kva.example"},
      {"stra\xC3\x9F"
       "e.example",
       "xn--strae-oqa.example"},
      {"\xE4\xBE\x8B\xE3\x81\x88.example", "xn--r8jz45g.example"},
      {"\xD0\xBF\xD0\xBE\xD1\x87\xD0\xB5\xD0\xBC\xD1\x83\xD0\xB6\xD0\xB5\xD0\xBE\xD0\xBD\xD0\xB8\xD0\xBD\xD0"
       "\xB5"
       "\xD0\xB3\xD0\xBE\xD0\xB2\xD0\xBE\xD1\x80\xD1\x8F\xD1\x82\xD0\xBF\xD0\xBE\xD1\x80\xD1\x83\xD1\x81\xD1"
       "\x81\xD0\xBA"
       "\xD0\xB8.example",
       "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l.example"},
      {"\xEF\xBD\x81\xEF\xBD\x83me.example", "acme.example"}, /* wide letters */
      {"n\xC3.example", NULL},
      {"north_gate.example", NULL},
      {"https://", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *found = account_domain_normalise(*state, cases[i].text);
    if (!cases[i].domain)
      assert_null(found);
    else
      assert_string_equal(found ? found : "(none)", cases[i].domain);
  }
}

static void an_account_is_in_the_furthest_segment_once(void **state) {
  static const char text[] = "site,kind,more\n"
                             "a.example,prospect,\n"
                             "b.example,Customer,\n"
                             "https://A.example,opportunity,\n"
                             "care.b.example,prospect,\n"
                             "nothing,prospect,\n"
                             "c.example,friend,\n"
                             "d.example\n";
  static const uint8_t key[32] = {1, 2, 3};
  struct account_source source = {"f.csv", text, sizeof text - 1, "site", "kind", key, sizeof key};
  const char *problem;
  uint8_t digest[DIGEST_SIZE];
  struct account_list *list = accounts_parse(*state, &source, &problem);
  assert_non_null(list);
  assert_int_equal(list->sets[0].count, 0);
  assert_int_equal(list->sets[1].count, 1);
  assert_int_equal(list->sets[2].count, 1);
  digest_hmac_sha256(key, sizeof key, "a.example", 9, digest);
  assert_memory_equal(list->sets[1].accounts[0].digest, digest, DIGEST_SIZE);
  assert_string_equal(account_domain(list, digest), "a.example");
  digest[0] ^= 1;
  assert_null(account_domain(list, digest));
  assert_int_equal(list->problem_count, 3);
  assert_non_null(strstr(list->problems[0], "f.csv:6"));
  assert_non_null(strstr(list->problems[1], "`friend`"));
  source.domain_column = "domain";
  assert_null(accounts_parse(*state, &source, &problem));
  assert_non_null(strstr(problem, "`domain`"));
}

/* Any text is read back as it was written, with at most an apostrophe before what would be a formula. */
static void what_is_written_is_read_back(void **state) {
  static const char *const letters[] = {"a",  ",",  ";",  "\"",           "'", "=", "+", "-", "@", " ",
                                        "\t", "\r", "\n", "\xEF\xBC\x9D", "z"};
  struct arena *arena = *state;
  srandom(3);
  for (int i = 0; i < 20000; i++) {
    char text[40] = "", *data;
    size_t length = (size_t)random() % 12, size;
    for (size_t c = 0; c < length; c++)
      strcat(text, letters[(size_t)random() % (sizeof letters / sizeof *letters)]);
    FILE *out = open_memstream(&data, &size);
    fputs("x,", out);
    csv_write(out, text);
    fputs(",y\r\n", out);
    fclose(out);
    struct csv csv;
    struct csv_record record;
    csv_init(&csv, data, size);
    assert_int_equal(csv_next(&csv, arena, &record), CSV_RECORD);
    assert_int_equal(record.count, 3);
    const char *found = record.fields[1];
    if (*found)
      assert_null(strchr("=+-@\t\r\n\xEF", *found)); /* no spreadsheet runs it */
    const char *behind = text + strspn(text, "'");
    bool guarded = *behind && strchr("=+-@\t\r\n\xEF", *behind);
    assert_string_equal(found + guarded, text);
    assert_int_equal(csv_next(&csv, arena, &record), CSV_END);
    free(data);
    arena_reset(arena);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(domains),
      TEST(an_account_is_in_the_furthest_segment_once),
      TEST(what_is_written_is_read_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
