/* Tables of other systems as rows: amounts, dates, encodings, separators, partners, mappings with faults.
 * What could be read in two ways is refused, never guessed. */
#include "gateway/cli/import_amount.h"
#include "gateway/cli/import_date.h"
#include "gateway/cli/import_encoding.h"
#include "gateway/cli/import_seen.h"
#include "gateway/cli/import_table.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct place {
  struct arena *arena;
  char folder[64], file[96];
};

static int setup(void **state) {
  struct place *place = calloc(1, sizeof *place);
  place->arena = arena_create(64 << 20, NULL, NULL);
  strcpy(place->folder, "/tmp/entente-table-XXXXXX");
  assert_non_null(mkdtemp(place->folder));
  snprintf(place->file, sizeof place->file, "%s/t.csv", place->folder);
  *state = place;
  return 0;
}

static int teardown(void **state) {
  struct place *place = *state;
  remove(place->file);
  rmdir(place->folder);
  arena_destroy(place->arena);
  free(place);
  return 0;
}

static const char *put(const struct place *place, const char *text, size_t size) {
  FILE *out = fopen(place->file, "we");
  assert_non_null(out);
  assert_int_equal(fwrite(text, 1, size, out), size);
  assert_int_equal(fclose(out), 0);
  return place->file;
}

/* ---- values ---- */

static const struct {
  const char *text;
  char mark;
  const char *column, *usual;
  int64_t minor; /* -1: no amount */
  const char *currency;
} amounts[] = {
    {"1054", '.', "", "USD", 105400, "USD"},
    {"1054.5", '.', "", "USD", 105450, "USD"},
    {"5000.0000", '.', "", "USD", 500000, "USD"},
    {"1,234.50", '.', "", "USD", 123450, "USD"},
    {"12,345,678.90", '.', "", "USD", 1234567890, "USD"},
    {"1.234,50", ',', "", "EUR", 123450, "EUR"},
    {"1 234,50", ',', "", "EUR", 123450, "EUR"},
    {"1\xC2\xA0"
     "234,50",
     ',', "", "EUR", 123450, "EUR"},
    {"1\xE2\x80\xAF"
     "234,50 \xE2\x82\xAC",
     ',', "", "EUR", 123450, "EUR"},
    {"1'234.50", '.', "", "CHF", 123450, "CHF"},
    {"1\xE2\x80\x99"
     "234.50",
     '.', "", "CHF", 123450, "CHF"},
    {"USD 1,234.50", '.', "", "EUR", 123450, "USD"},
    {"USD1,234.50", '.', "USD", "EUR", 123450, "USD"},
    {"1,234.50 USD", '.', "", "EUR", 123450, "USD"},
    {"$12,500.50", '.', "", "USD", 1250050, "USD"},
    {"$ 12,500.50", '.', "CAD", "USD", 1250050, "CAD"},
    {"12.500 \xE2\x82\xAC", ',', "", "EUR", 1250000, "EUR"},
    {"1500", '.', "", "JPY", 1500, "JPY"},
    {"1.234", '.', "", "BHD", 1234, "BHD"},
    {"0.00", '.', "", "USD", 0, NULL},
    /* the other mark would be a factor of a hundred, or of ten */
    {"1234,50", '.', "", "USD", -1, NULL},
    {"1234.50", ',', "", "EUR", -1, NULL},
    {"1234,5", '.', "", "USD", -1, NULL},
    {"1.234,50", '.', "", "USD", -1, NULL},
    {"1,234.50", ',', "", "EUR", -1, NULL},
    {"1.234", '.', "", "USD", -1, NULL},
    {"1,23,4", '.', "", "USD", -1, NULL},
    {"1234,567", '.', "", "USD", -1, NULL},
    {"1,234 567", '.', "", "USD", -1, NULL},
    {"1,,234", '.', "", "USD", -1, NULL},
    {"1,234,", '.', "", "USD", -1, NULL},
    {"12.345", '.', "", "USD", -1, NULL},
    {"1500.5", '.', "", "JPY", -1, NULL},
    /* units that contradict each other */
    {"USD 5", '.', "EUR", "EUR", -1, NULL},
    {"\xE2\x82\xAC"
     "5",
     '.', "", "USD", -1, NULL},
    {"$5", '.', "EUR", "USD", -1, NULL},
    {"USD 5 USD", '.', "", "USD", -1, NULL},
    {"$5 USD", '.', "", "USD", -1, NULL},
    {"-5", '.', "", "USD", -1, NULL},
    {"(5)", '.', "", "USD", -1, NULL},
    {"5e3", '.', "", "USD", -1, NULL},
    {"USD", '.', "", "USD", -1, NULL},
    {"$", '.', "", "USD", -1, NULL},
    {"$$", '.', "", "USD", -1, NULL},
    {".", '.', "", "USD", -1, NULL},
    {"5.", '.', "", "USD", -1, NULL},
    {".5", '.', "", "USD", -1, NULL},
    {"many", '.', "", "USD", -1, NULL},
    {"99999999999999999999", '.', "", "USD", -1, NULL},
};

static void an_amount_is_never_guessed(void **state) {
  struct place *place = *state;
  for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
    const struct amount_rules rules = {amounts[i].mark, amounts[i].column, amounts[i].usual};
    Type__Money *money;
    const char *why = amount_read(place->arena, amounts[i].text, &rules, &money);
    if ((why != NULL) != (amounts[i].minor < 0))
      fail_msg("`%s`: %s", amounts[i].text, why ? why : "is taken");
    if (why)
      assert_non_null(strstr(why, amounts[i].text));
    assert_int_equal(money != NULL, amounts[i].minor > 0);
    if (!money)
      continue;
    if (money->amount_minor != amounts[i].minor)
      fail_msg("`%s` is %lld", amounts[i].text, (long long)money->amount_minor);
    assert_string_equal(money->currency_code, amounts[i].currency);
  }
}

static void a_date_has_one_form(void **state) {
  struct place *place = *state;
  static const struct {
    const char *form, *text, *iso; /* iso NULL: none */
  } cases[] = {
      {"MM/DD/YYYY", "1/5/2026", "2026-01-05T00:00:00Z"},
      {"MM/DD/YYYY", "01/05/2026 14:30", "2026-01-05T14:30:00Z"},
      {"MM/DD/YYYY", "1/5/2026 2:30 PM", "2026-01-05T14:30:00Z"},
      {"MM/DD/YYYY", "1/5/2026, 12:05:09 AM", "2026-01-05T00:05:09Z"},
      {"MM/DD/YYYY", "1/5/2026 12:00pm", "2026-01-05T12:00:00Z"},
      {"DD.MM.YYYY", "05.01.2026", "2026-01-05T00:00:00Z"},
      {"ISO", "2024-01-05T14:30:00.000Z", "2024-01-05T14:30:00Z"},
      {"ISO", "2024-02-29", "2024-02-29T00:00:00Z"},
      {"ISO", "2023-02-29", NULL},
      {"MM/DD/YYYY", "31/12/2026", NULL},
      {"MM/DD/YYYY", "1/5/26", NULL},
      {"MM/DD/YYYY", "1/5/2026 25:00", NULL},
      {"MM/DD/YYYY", "1/5/2026 13:00 PM", NULL},
      {"MM/DD/YYYY", "1/5/2026 -1:30", NULL},
      {"MM/DD/YYYY", "1/5/2026 2:30 XM", NULL},
      {"MM/DD/YYYY", "1//2026", NULL},
      {"MM/DD/YYYY", "", NULL},
      {"YYYY-MM-DD", "99999999999999999999-01-01", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Google__Protobuf__Timestamp *time = date_read(place->arena, cases[i].form, cases[i].text);
    Google__Protobuf__Timestamp *due = cases[i].iso ? date_read(place->arena, "ISO", cases[i].iso) : NULL;
    if ((time != NULL) != (due != NULL) || (time && timestamp_us(time, 0) != timestamp_us(due, 0)))
      fail_msg("`%s` as %s", cases[i].text, cases[i].form);
  }
}

/* What is taken of any text is what its digits say: never more of them, never another power of ten. */
static void an_amount_is_its_digits(void **state) {
  struct place *place = *state;
  static const char *const letters[] = {"0", "1", "2", "3", "4",   "5",        ",",
                                        ".", " ", "'", "$", "USD", "\xC2\xA0", "-"};
  srandom(5);
  for (int i = 0; i < 200000; i++) {
    char text[64] = "", digits[64], exact[64];
    size_t kept = 0;
    for (long n = random() % 12; n > 0; n--)
      strcat(text, letters[(size_t)random() % (sizeof letters / sizeof *letters)]);
    const char mark = random() % 2 ? '.' : ',';
    const struct amount_rules rules = {mark, "", "USD"};
    Type__Money *money;
    char *bounded = strcpy(malloc(strlen(text) + 1), text); /* so that a sanitizer sees every overrun */
    const char *why = amount_read(place->arena, bounded, &rules, &money);
    free(bounded);
    if (!why && money) {
      const char *decimals = strrchr(text, mark);
      int64_t value = 0;
      for (const char *c = text; *c && c != decimals; c++)
        if (*c >= '0' && *c <= '9')
          digits[kept++] = *c;
      for (int d = 1; d <= 2; d++)
        digits[kept++] = decimals && strspn(decimals + 1, "0123456789") >= (size_t)d ? decimals[d] : '0';
      digits[kept] = '\0';
      value = strtoll(digits, NULL, 10);
      snprintf(exact, sizeof exact, "%lld", (long long)money->amount_minor);
      if (value != money->amount_minor)
        fail_msg("`%s` with `%c` is %s", text, mark, exact);
    }
    if (i % 1000 == 0)
      arena_reset(place->arena);
  }
}

static void encodings_become_utf8(void **state) {
  struct place *place = *state;
  static const struct {
    const char *encoding, *bytes;
    size_t size;
    const char *text; /* NULL: refused */
  } cases[] = {
      {NULL, "M\xC3\xBCller", 7, "M\xC3\xBCller"},
      {NULL, "\xFF\xFEM\0\xFC\0\xAC\x20\x3D\xD8\x00\xDE", 12, "M\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {NULL, "\xFE\xFF\0M\0\xFC", 6, "M\xC3\xBC"},
      {"utf-16", "M\0\xFC\0", 4, "M\xC3\xBC"},
      {"UTF-16", "M\0\xFC", 3, NULL},
      {"UTF-16", "\x3D\xD8M\0", 4, NULL},
      {"UTF-16", "\x00\xDE", 2, NULL},
      {"UTF-16", "\x3D\xD8", 2, NULL},
      {"ISO-8859-1", "M\xFCller", 6, "M\xC3\xBCller"},
      {"WINDOWS-1252", "\x80 5 \x96 6", 7, "\xE2\x82\xAC 5 \xE2\x80\x93 6"},
      {"WINDOWS-1252", "\x81", 1, NULL},
      {"UTF-16", "", 0, ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *data = arena_copy(place->arena, cases[i].bytes, cases[i].size + 1);
    size_t size = cases[i].size;
    const char *why = encoding_decode(place->arena, cases[i].encoding, &data, &size);
    assert_int_equal(why != NULL, cases[i].text == NULL);
    if (why)
      continue;
    assert_int_equal(size, strlen(cases[i].text));
    assert_memory_equal(data, cases[i].text, size);
  }
  assert_false(encoding_known("EBCDIC"));
}

static void the_second_of_an_id_is_known(void **state) {
  struct place *place = *state;
  struct seen *seen = seen_new(place->arena, 5000);
  for (int round = 0; round < 2; round++)
    for (int i = 1; i <= 5000; i++)
      assert_int_equal(seen_before(seen, arena_printf(place->arena, "id-%d", i), i + round * 7),
                       round ? i : 0);
}

/* ---- tables ---- */

struct opened {
  struct import_mapping *mapping;
  struct table_options options;
  struct table *table;
  const char *problem;
};

static struct opened open_table(const struct place *place, const char *mapping, const char *partner,
                                const char *text, size_t size) {
  static struct table_options options;
  static const char *partners[2];
  struct opened opened = {0};
  opened.mapping = mapping_open(place->arena, mapping, &opened.problem);
  assert_non_null(opened.mapping);
  partners[0] = partner;
  options = (struct table_options){
      .file = put(place, text, size), .mapping = opened.mapping, .currency = "USD", .partners = partners};
  opened.table = table_open(place->arena, &options, &opened.problem);
  return opened;
}

#define HEADER "Opportunity ID,Account Name,Stage,Close Date,Created Date,Amount,Primary Partner\n"
#define OPEN(partner, text) open_table(place, "salesforce", partner, text, strlen(text))

static Sell__OpportunityRow *next(const struct place *place, struct opened *opened, const char **problem) {
  Sell__OpportunityRow *row;
  int64_t line;
  *problem = NULL;
  return table_next(opened->table, place->arena, &row, &line, problem) ? row : NULL;
}

static Sell__OpportunityRow *taken(const struct place *place, struct opened *opened) {
  const char *problem;
  if (!opened->table)
    fail_msg("%s", opened->problem);
  Sell__OpportunityRow *row = next(place, opened, &problem);
  if (problem)
    fail_msg("%s", problem);
  assert_non_null(row);
  return row;
}

static void assert_holds(const char *text, const char *part) {
  if (!text || !strstr(text, part))
    fail_msg("`%s` is not in: %s", part, text ? text : "nothing");
}

/* A report over all partners must not give one of them the others' deals. */
static void another_partners_deal_is_not_taken(void **state) {
  struct place *place = *state;
  static const char text[] = HEADER "006000000000001,Acme,Closed Won,3/31/2026,1/5/2026,10,Orvane Global\n"
                                    "006000000000002,Acme,Closed Won,3/31/2026,1/5/2026,10,Tallis VAR\n"
                                    "006000000000003,Acme,Closed Won,3/31/2026,1/5/2026,10,\n"
                                    "006000000000004,Acme,Closed Won,3/31/2026,1/5/2026,10,@partner\n"
                                    "006000000000005,Acme,Closed Won,3/31/2026,1/5/2026,10,*\n";
  struct opened opened = OPEN(NULL, text);
  assert_null(opened.table);
  assert_holds(opened.problem, "--partner");
  opened = OPEN("orvane global", text);
  const char *problem;
  assert_int_equal(taken(place, &opened)->engagement, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT);
  next(place, &opened, &problem);
  assert_holds(problem, "`Tallis VAR` is not the partner");
  assert_int_equal(taken(place, &opened)->engagement, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT);
  for (int i = 0; i < 2; i++) {
    next(place, &opened, &problem);
    assert_holds(problem, "is not the partner");
  }
}

static void both_exports_of_one_system_are_one_deal(void **state) {
  struct place *place = *state;
  static const char report[] = HEADER "006A000001XyZab,Acme,Closed Won,3/31/2026,1/5/2026,10,\n";
  static const char loader[] = "Id,Account.Name,StageName,CloseDate,CreatedDate,Amount\n"
                               "006A000001XyZabIAF,Acme,Closed Won,2026-03-31,2026-01-05T14:30:00.000Z,10\n";
  struct opened opened = OPEN("Orvane", report);
  const Sell__OpportunityRow *a = taken(place, &opened);
  struct table_options options = {.file = put(place, loader, sizeof loader - 1),
                                  .mapping = opened.mapping,
                                  .currency = "USD",
                                  .engagement = "JOINT"};
  opened.table = table_open(place->arena, &options, &opened.problem);
  const Sell__OpportunityRow *b = taken(place, &opened);
  assert_string_equal(b->external_id, "006A000001XyZabIAF");
  assert_int_equal(strlen(a->external_id), 18);
  assert_memory_equal(a->external_id, b->external_id, 15);
  /* 006A0: A is the fourth: 8, I; 00001: 0, A; XyZab: X and Z: 1 + 4, F */
  assert_string_equal(a->external_id, b->external_id);
  assert_int_equal(timestamp_us(a->close_time, 0), timestamp_us(b->close_time, 0));
}

/* Days first in one row: then also in those where it does not show. */
static void dates_the_other_way_round_stop_it(void **state) {
  struct place *place = *state;
  struct opened opened = OPEN("x", HEADER "1,Acme,Closed Won,5/4/2026,1/5/2026,10,\n"
                                          "2,Acme,Closed Won,31/12/2026,1/5/2026,10,\n");
  assert_null(opened.table);
  assert_holds(opened.problem, "line 3: expectedCloseTime `31/12/2026` is of the form DD/MM/YYYY");
  assert_holds(opened.problem, "--date-format");
  opened = OPEN("x", HEADER "1,Acme,Closed Won,5/4/2026,soon,10,\n"); /* that is no date in any form */
  assert_non_null(opened.table);
  assert_int_equal(table_rows(opened.table), 1);
}

static void spreadsheets_of_other_countries(void **state) {
  struct place *place = *state;
  static const char semicolons[] =
      "\xEF\xBB\xBF opportunity id ;Account Name;STAGE;Close Date;Created Date;Amount\r\n"
      "1;\"Acme; Inc, Ltd\";Closed Won;3/31/2026;1/5/2026;\"1,234.50\"\r\n";
  struct opened opened = {.mapping = mapping_open(place->arena, "salesforce", &opened.problem)};
  struct table_options options = {.file = put(place, semicolons, sizeof semicolons - 1),
                                  .mapping = opened.mapping,
                                  .currency = "USD",
                                  .engagement = "INDEPENDENT"};
  opened.table = table_open(place->arena, &options, &opened.problem);
  const Sell__OpportunityRow *row = taken(place, &opened);
  assert_string_equal(row->customer->account, "Acme; Inc, Ltd");
  assert_int_equal(row->amount->amount_minor, 123450);
  static const char twice[] = "Id,Stage,Amount,amount\n1,Closed Won,1,2\n";
  options.file = put(place, twice, sizeof twice - 1);
  assert_null(table_open(place->arena, &options, &opened.problem));
  assert_holds(opened.problem, "two columns are called `Amount`");
  static const char latin[] =
      "Id,Stage,Close Date,Created Date,Account Name\n1,Closed Won,3/31/2026,1/5/2026,M\xFCller\n";
  opened.mapping->encoding = "ISO-8859-1";
  options.file = put(place, latin, sizeof latin - 1);
  opened.table = table_open(place->arena, &options, &opened.problem);
  assert_string_equal(taken(place, &opened)->customer->account, "M\xC3\xBCller");
}

/* What reports write below the table is no row, and is told; what is cut off within a row is one. */
static void below_the_table(void **state) {
  struct place *place = *state;
  const struct crm_note *notes;
  const char *problem;
  struct opened opened = OPEN("x", HEADER "1,Acme,Closed Won,3/31/2026,1/5/2026,10,\n\n\n"
                                          "\"Copyright (c), all rights reserved.\"\nConfidential\n");
  taken(place, &opened);
  for (int i = 0; i < 3; i++) /* the end stays the end */
    assert_null(next(place, &opened, &problem));
  size_t count = table_notes(opened.table, &notes);
  assert_string_equal(notes[count - 1].text, "a line of one cell below the table is passed over");
  assert_int_equal(notes[count - 1].rows, 2);
  assert_int_equal(table_rows(opened.table), 1);
  opened = OPEN("x", HEADER "1,Acme,Closed Won,3/31/2026,1/5/2026,10,\n2\n");
  taken(place, &opened);
  assert_non_null(next(place, &opened, &problem));
  assert_holds(problem, "1 fields where the header has 7");
}

/* ---- mappings ---- */

static void all_that_is_wrong_with_a_mapping_is_said(void **state) {
  struct place *place = *state;
  static const char text[] =
      "{\"fields\": {\"externalId\": 3, \"stagee\": \"S\", \"amount\": [], \"seller\": \"\"}, \"stages\": "
      "{\"A\": "
      "\"XX\", \"B\": 4}, \"engagements\": 7, \"dateFormat\": [\"DMY\", \"MM/DD/YYYY\", \"DD/MM/YYYY\"], "
      "\"decimalMark\": \";\", \"encoding\": \"EBCDIC\", \"formulaGuard\": \"yes\", \"bar\": 1}";
  static const char *const parts[] = {"fields.externalId must be a text",
                                      "no field `stagee`",
                                      "fields.amount must not be an empty list",
                                      "fields.seller must be a text",
                                      "fields.externalId and fields.stage are needed",
                                      "stages: `XX`",
                                      "stages: `B`",
                                      "`engagements` must be an object",
                                      "dateFormat: `DMY`",
                                      "MM/DD/YYYY and DD/MM/YYYY cannot be told apart",
                                      "decimalMark must be",
                                      "encoding must be",
                                      "formulaGuard must be true or false",
                                      "there is no `bar`"};
  const char *problem = NULL;
  assert_null(mapping_open(place->arena, put(place, text, sizeof text - 1), &problem));
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    assert_holds(problem, parts[i]);
  static const char *const built_in[] = {"salesforce", "hubspot", "crm", "entente"};
  for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
    if (!mapping_open(place->arena, built_in[i], &problem))
      fail_msg("%s", problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_amount_is_never_guessed, setup, teardown),
      cmocka_unit_test_setup_teardown(an_amount_is_its_digits, setup, teardown),
      cmocka_unit_test_setup_teardown(a_date_has_one_form, setup, teardown),
      cmocka_unit_test_setup_teardown(encodings_become_utf8, setup, teardown),
      cmocka_unit_test_setup_teardown(the_second_of_an_id_is_known, setup, teardown),
      cmocka_unit_test_setup_teardown(another_partners_deal_is_not_taken, setup, teardown),
      cmocka_unit_test_setup_teardown(both_exports_of_one_system_are_one_deal, setup, teardown),
      cmocka_unit_test_setup_teardown(dates_the_other_way_round_stop_it, setup, teardown),
      cmocka_unit_test_setup_teardown(spreadsheets_of_other_countries, setup, teardown),
      cmocka_unit_test_setup_teardown(below_the_table, setup, teardown),
      cmocka_unit_test_setup_teardown(all_that_is_wrong_with_a_mapping_is_said, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
