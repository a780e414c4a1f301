#include "sell/company.h"
#include "sell/company_words.h"
#include "sell/tax_id.h"
#include "support/check.h"

#include "runtime/base/status.h"
#include "runtime/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static struct arena *arena;

static int setup(void **state) {
  (void)state;
  arena = arena_create((size_t)64 << 20, NULL, NULL);
  return arena ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

/* ---- names ---- */

static void forms_and_signs_do_not_count(void **state) {
  (void)state;
  static const struct {
    const char *name, *words, *key;
  } rows[] = {
      {"Procter & Gamble Co., The", "procter and gamble", "proctergamble"},
      {"J.P. Morgan", "jp morgan", "jpmorgan"},
      {"J P Morgan", "jp morgan", "jpmorgan"},
      {"América Móvil, S.A.B. de C.V.", "america movil", "americamovil"},
      {"Sp. z o.o.", "sp z oo", "spzoo"},
      {"Asseco Sp. z o.o.", "asseco", "asseco"},
      {"Henkel AG & Co. KGaA", "henkel", "henkel"},
      {"株式会社日立製作所", "日立製作所", "日立製作所"},
      {"ООО «Яндекс»", "яндекс", "яндекс"},
      {"PT Astra International Tbk", "astra international", "astrainternational"},
      {"A.P. Møller - Mærsk A/S", "ap moller maersk", "apmollermaersk"},
      {"AG", "ag", "ag"},
      {"The Limited", "limited", "limited"},
      {"L’Oréal", "loreal", "loreal"},
      {"Osborne y Cía., S.A.", "osborne", "osborne"},
      {"A. O. Smith Corporation", "ao smith", "aosmith"},
      {"The Northern Trust Company", "northern trust", "northerntrust"},
      {"DANAHER CORP /DE/", "danaher", "danaher"},
      {"AC/DC", "ac dc", "acdc"},
      {"Cellco Partnership d/b/a Verizon Wireless", "cellco partnership", "cellcopartnership"},
      {"AKA Brands", "aka brands", "akabrands"},
      {"Motel 6", "motel six", "motelsix"},
      {"3 M Company", "3 m", "3m"},
      {"5th 3rd Bancorp", "fifth third bancorp", "fifththirdbancorp"},
      {"Brown Bros. Harriman & Co.", "brown brothers harriman", "brownbrothersharriman"},
      {"Le Monde", "le monde", "lemonde"},
      {"Team Y Inc", "team y", "teamy"},
      {"㈱リコー", "リコー", "リコー"},
      {"  ", "", ""},
      {"!!!", "", ""},
      {"", "", ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_string_equal(company_words(arena, rows[i].name), rows[i].words);
    assert_string_equal(company_name_key(arena, rows[i].name), rows[i].key);
    assert_string_equal(company_words(arena, rows[i].words), rows[i].words);
  }
}

/* ---- properties ---- */

/* Names of real companies in seven scripts, each its own. */
static const char *const plain_names[] = {
    "Siemens",
    "Procter & Gamble",
    "Société Générale",
    "Łódź Fabryczna",
    "A.P. Møller",
    "Яндекс",
    "Μυτιληναίος",
    "トヨタ自動車",
    "삼성전자",
    "الاتصالات السعودية",
    "7-Eleven",
    "Four Seasons",
    "3M",
    "Deutsche Bank",
    "Wells Fargo",
    "Nestlé",
    "Bang & Olufsen",
    "St. Jude Medical",
    "Universal Robots",
    "Österreichische Post",
    "Türk Telekom",
    "PKN Orlen",
    "Ørsted",
    "Banco do Brasil",
    "La Banque Postale",
    "Harley-Davidson",
    "Moody's",
    "Dr. Oetker",
    "Compagnie de Suez",
};
enum { PLAIN_NAMES = sizeof plain_names / sizeof *plain_names };

static char *upper_ascii(const char *name) {
  char *out = arena_strdup(arena, name);
  for (char *at = out; *at; at++)
    if (*at >= 'a' && *at <= 'z')
      *at = (char)(*at - 'a' + 'A');
  return out;
}

static char *normal_form(const char *name, utf8proc_option_t form) {
  utf8proc_uint8_t *made = NULL;
  utf8proc_ssize_t size =
      utf8proc_map((const utf8proc_uint8_t *)name, 0, &made, UTF8PROC_NULLTERM | UTF8PROC_STABLE | form);
  assert_true(size >= 0);
  char *out = arena_strdup(arena, (const char *)made);
  free(made);
  return out;
}

/* Each way in which two people write one name. */
static void a_key_does_not_tell_how_a_name_is_written(void **state) {
  (void)state;
  for (size_t i = 0; i < PLAIN_NAMES; i++) {
    const char *name = plain_names[i], *key = company_name_key(arena, name);
    const char *const written[] = {
        upper_ascii(name),
        normal_form(name, UTF8PROC_COMPOSE),
        normal_form(name, UTF8PROC_DECOMPOSE),
        normal_form(name, UTF8PROC_COMPOSE | UTF8PROC_COMPAT),
        normal_form(name, UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK),
        arena_printf(arena, "  %s  ", name),
        arena_printf(arena, "\"%s\"", name),
        arena_printf(arena, "«%s»", name),
        arena_printf(arena, "%s, Inc.", name),
        arena_printf(arena, "%s GMBH", name),
        arena_printf(arena, "The %s Company", name),
        arena_printf(arena, "%s S.A. de C.V.", name),
        arena_printf(arena, "%s d/b/a Something Else", name),
        arena_printf(arena, "%s CORP /DE/", name),
    };
    assert_true(*key);
    for (size_t k = 0; k < sizeof written / sizeof *written; k++) {
      const char *other = company_name_key(arena, written[k]);
      if (strcmp(other, key) != 0)
        fail_msg("`%s` is %s, but `%s` %s", name, key, written[k], other);
    }
  }
}

static void keys_of_different_companies_differ(void **state) {
  (void)state;
  for (size_t i = 0; i < PLAIN_NAMES; i++)
    for (size_t k = 0; k < PLAIN_NAMES; k++)
      assert_int_equal(company_names_equal(arena, plain_names[i], plain_names[k]), i == k);
}

static void a_normal_form_stays(void **state) {
  (void)state;
  for (size_t i = 0; i < PLAIN_NAMES; i++) {
    const char *words = company_words(arena, plain_names[i]);
    assert_string_equal(company_words(arena, words), words);
    assert_int_equal(company_likeness(arena, plain_names[i], words), COMPANY_SAME_NAME);
  }
}

/* Every form that the tables have goes, from the end, the beginning or off the name itself; and no table has
 * one that words_read() would never leave. */
static void every_form_goes(void **state) {
  (void)state;
  size_t count, seen = 0;
  for (enum form_place place = 0; place < FORM_PLACES; place++) {
    const char *const *forms = form_table(place, &count);
    for (size_t i = 0; i < count; i++, seen++) {
      struct words words;
      const char *name = place == FORM_BEHIND   ? arena_printf(arena, "Quorum Vex %s", forms[i])
                         : place == FORM_BEFORE ? arena_printf(arena, "%s Quorum Vex", forms[i])
                                                : arena_printf(arena, "丸紅%s", forms[i]);
      const char *wanted = place == FORM_WITHIN ? "丸紅" : "quorum vex";
      if (strcmp(company_words(arena, name), wanted) != 0)
        fail_msg("`%s` is `%s`", name, company_words(arena, name));
      words_read(arena, forms[i], &words);
      const char *read = "";
      for (size_t k = 0; k < words.count; k++)
        read = arena_printf(arena, "%s%s%s", read, k ? " " : "", words.word[k]);
      assert_string_equal(read, forms[i]);
      if (i && place != FORM_WITHIN && strcmp(forms[i - 1], forms[i]) >= 0)
        fail_msg("`%s` comes after `%s`", forms[i - 1], forms[i]);
    }
  }
  assert_true(seen > 600);
}

static void words_of_the_vocabulary_are_found(void **state) {
  (void)state;
  assert_int_equal(word_class_of("accounting"), WORD_TRADE);
  assert_int_equal(word_class_of("zealand"), WORD_PLACE);
  assert_int_equal(word_class_of("worldwide"), WORD_SHAPE);
  assert_int_equal(word_class_of("siemens"), WORD_OWN);
  assert_string_equal(word_spelled_out("intl"), "international");
  assert_string_equal(word_spelled_out("system"), "system");
  assert_string_equal(word_merged("system"), "systems");
  assert_true(vocabulary_is_ordered());
}

static void letters_have_a_latin_spelling(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    bool equal;
  } rows[] = {
      {"Müller GmbH", "Mueller GmbH", true},
      {"Müller GmbH", "Muller GmbH", true},
      {"Mueller GmbH", "Muller GmbH", false},
      {"ПАО «Аэрофлот»", "Aeroflot", true},
      {"Укрзалізниця", "Ukrzaliznytsia", true},
      {"Τιτάν Α.Ε.", "Titan S.A.", true},
      {"Mærsk", "Maersk", true},
      {"Håg AS", "Haag", true},
      {"Bauer AG", "Baur GmbH", false},
      {"Яндекс", "Яндекс Такси", false},
      {"Straße", "Strasse", true},
      {"(주)카카오", "카카오", true},
      {"บริษัท ปตท จำกัด (มหาชน)", "ปตท", true},
      {"בנק הפועלים בע״מ", "בנק הפועלים", true},
      {"شركة إعمار العقارية ش.م.ع", "إعمار العقارية", true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (company_names_equal(arena, rows[i].a, rows[i].b) != rows[i].equal)
      fail_msg("`%s` and `%s` are %s", rows[i].a, rows[i].b, rows[i].equal ? "not equal" : "equal");
}

static void names_nest(void **state) {
  (void)state;
  assert_true(company_names_nest(arena, "HSBC Holdings plc", "HSBC Bank Canada"));
  assert_true(company_names_nest(arena, "Siemens Mobility GmbH", "Siemens AG"));
  assert_false(company_names_nest(arena, "Delta Air Lines", "Delta Faucet"));
  assert_false(company_names_nest(arena, "Bank of America", "Bank of China"));
  assert_false(company_names_nest(arena, "Tata Steel", "Tata Power"));
  assert_false(company_names_nest(arena, "", "Siemens"));
}

static void short_words_have_no_misspellings(void **state) {
  (void)state;
  assert_true(company_likeness(arena, "Visa", "Vista") < COMPANY_ALIKE);
  assert_true(company_likeness(arena, "Microsoft", "Microsfot") >= COMPANY_ALIKE);
  assert_int_equal(company_likeness(arena, "!", "!"), 0);
  char *tokens[COMPANY_TOKENS_MAX];
  assert_int_equal(company_tokens(arena, "Delta Air Lines, Inc.", tokens), 1);
  assert_string_equal(tokens[0], "delta");
  assert_int_equal(company_tokens(arena, "Bank of America", tokens), 1);
  assert_string_equal(tokens[0], "bank");
  assert_int_equal(company_tokens(arena, "a1b c2d e3f g4h i5j k6l m7n", tokens), COMPANY_TOKENS_MAX);
}

/* ---- domains and numbers ---- */

static void domains_are_what_a_company_registers(void **state) {
  (void)state;
  static const struct {
    const char *host, *domain;
  } rows[] = {
      {"example.com", "example.com"},
      {"WWW.Shop.Example.CO.UK.", "example.co.uk"},
      {"a.b.example", "b.example"},
      {"toyota.co.jp", "toyota.co.jp"},
      {"co.uk", NULL},
      {"com", NULL},
      {"localhost", NULL},
      {"http://example.com", NULL},
      {"example.com/path", NULL},
      {"me@example.com", NULL},
      {"-a.example.com", NULL},
      {"a-.example.com", NULL},
      {"a..example.com", NULL},
      {"192.168.0.1", NULL},
      {"münchen.de", NULL},
      {"xn--mnchen-3ya.de", "xn--mnchen-3ya.de"},
      {"", NULL},
      {".", NULL},
      {"shop.github.io", "shop.github.io"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *domain = company_domain(arena, rows[i].host);
    assert_int_equal(!domain, !rows[i].domain);
    if (domain)
      assert_string_equal(domain, rows[i].domain);
  }
  assert_true(company_domain_shared("gmail.com"));
  assert_false(company_domain_shared("example.com"));
}

struct tax_id_row {
  const char *country, *text, *number; /* NULL: none */
};

static void check_tax_ids(const struct tax_id_row *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char *number = tax_id_normalise(arena, rows[i].country, rows[i].text);
    if (!number != !rows[i].number || (number && strcmp(number, rows[i].number) != 0))
      fail_msg("%s `%s` is %s, wanted %s", rows[i].country, rows[i].text, number ? number : "none",
               rows[i].number ? rows[i].number : "none");
  }
}

/* Published by the companies themselves in their imprints. */
static void tax_ids_have_one_spelling(void **state) {
  (void)state;
  static const struct tax_id_row rows[] = {
      {"DE", "DE 811 907 980", "DE811907980"},
      {"DE", "811907980", "DE811907980"},
      {"DE", "DE811907981", NULL},
      {"FR", "FR 27 552 032 534", "FR552032534"},
      {"FR", "552 032 534", "FR552032534"},
      {"FR", "552 032 534 00646", "FR552032534"},
      {"FR", "552032535", NULL},
      {"IT", "IT00905811006", "IT00905811006"},
      {"IT", "00905811007", NULL},
      {"GB", "GB 232 4571 50", NULL},
      {"CH", "CHE-105.909.036 MWST", "CH105909036"},
      {"CH", "CHE-105.909.037", NULL},
      {"DK", "DK 24 25 67 90", "DK24256790"},
      {"DK", "24256791", NULL},
      {"FI", "FI01120389", "FI01120389"},
      {"FI", "0112038-9", "FI01120389"},
      {"FI", "0112038-8", NULL},
      {"NO", "923 609 016", "NO923609016"},
      {"NO", "923609017", NULL},
      {"SE", "556016-0680", "SE5560160680"},
      {"SE", "SE556016068001", "SE5560160680"},
      {"SE", "556016-0681", NULL},
      {"BE", "BE 0417.497.106", "BE0417497106"},
      {"BE", "0417497107", NULL},
      {"PL", "525-000-77-38", "PL5250007738"},
      {"PL", "5250007739", NULL},
      {"AU", "49 004 028 077", "AU49004028077"},
      {"AU", "49004028078", NULL},
      {"US", "94-2404110", "US942404110"},
      {"US", "000", NULL},
      {"DE", "HRB 6684", "DEHRB6684"},
      {"US", "123456789012345678901", NULL},
  };
  check_tax_ids(rows, sizeof rows / sizeof *rows);
  assert_string_equal(company_duns(arena, "31-620-1234"), "316201234");
  assert_null(company_duns(arena, "31-620-123"));
  assert_null(company_duns(arena, "31-620-12345"));
  assert_null(company_duns(arena, "000000000"));
}

static void tax_ids_of_more_countries(void **state) {
  (void)state;
  static const struct tax_id_row rows[] = {
      {"JP", "1180301018771", "JP1180301018771"},
      {"JP", "000000", NULL},
      {"AT", "ATU 33864707", "AT33864707"},
      {"AT", "U33864707", "AT33864707"},
      {"AT", "ATU33864708", NULL},
      {"BR", "33.000.167/0001-01", "BR33000167000101"},
      {"BR", "33000167000102", NULL},
      {"BR", "33000167000111", NULL},
      {"CZ", "CZ45274649", "CZ45274649"},
      {"CZ", "00177041", "CZ00177041"},
      {"CZ", "45274640", NULL},
      {"EE", "EE100931558", "EE100931558"},
      {"EE", "100931559", NULL},
      {"GR", "EL 094019245", "GR094019245"},
      {"GR", "094019245", "GR094019245"},
      {"GR", "EL094019246", NULL},
      {"HR", "HR 27759560625", "HR27759560625"},
      {"HR", "27759560626", NULL},
      {"HU", "10537914-4-44", "HU10537914"},
      {"HU", "HU10537914", "HU10537914"},
      {"HU", "HU10537915", NULL},
      {"JP", "T1180301018771", "JP1180301018771"},
      {"JP", "2180301018771", NULL},
      {"LU", "LU20260743", "LU20260743"},
      {"LU", "20260744", NULL},
      {"NL", "NL 0049.83.269.B01", "NL004983269"},
      {"NL", "004983269", "NL004983269"},
      {"PT", "PT 500697256", "PT500697256"},
      {"PT", "500697257", NULL},
      {"RU", "7707083893", "RU7707083893"},
      {"RU", "7707083894", NULL},
      {"SI", "SI82646716", "SI82646716"},
      {"SI", "82646717", NULL},
      {"SK", "SK2020372640", "SK2020372640"},
      {"SK", "2020372641", NULL},
  };
  check_tax_ids(rows, sizeof rows / sizeof *rows);
}

/* ---- companies ---- */

static Sell__Company *company(const char *name, const char *domain, const char *country, const char *tax_id) {
  Sell__Company *made = arena_new(arena, Sell__Company);
  sell__company__init(made);
  made->legal_name = (char *)name;
  made->domain = (char *)domain;
  made->country_code = (char *)country;
  made->tax_id = (char *)tax_id;
  return made;
}

static void relations(void **state) {
  (void)state;
  Sell__Company *child = company("Wren Software", "wren.example", "DE", "");
  child->parent_name = (char *)"First Harbor Bank N.A.";
  Sell__Company *child_too = company("Finch Logistics", "finch.example", "FR", "");
  child_too->parent_name = (char *)"First Harbor Bank";
  const struct {
    Sell__Company *a, *b;
    enum company_relation relation;
    size_t keys;
  } rows[] = {
      {company("First Harbor Bank", "firstharbor.example", "US", ""),
       company("First Harbor Bank, N.A.", "www.firstharbor.example", "US", ""), COMPANY_SAME, 2},
      {company("First Harbor Bank", "", "US", "94-2404110"), company("FHB", "", "US", "942404110"),
       COMPANY_SAME, 1},
      {company("First Harbor Bank", "", "US", ""), company("First Harbor Bank Ltd", "", "GB", ""),
       COMPANY_RELATED, 1},
      {company("A", "firstharbor.example", "US", ""), company("B", "firstharbor.example", "GB", ""),
       COMPANY_RELATED, 1},
      {company("First Harbor", "", "US", "94-2404110"), company("First Harbor", "", "US", "94-2404111"),
       COMPANY_RELATED, 1},
      {company("First Harbor", "a.example", "US", "94-2404110"),
       company("First Harbor", "a.example", "US", "94-2404111"), COMPANY_SAME, 2},
      {company("First Harbor Realty", "a.example", "US", "94-2404110"),
       company("First Harbor Leasing", "a.example", "US", "94-2404111"), COMPANY_RELATED, 1},
      {company("First Harbor Realty", "a.example", "US", ""),
       company("First Harbor Leasing", "a.example", "US", ""), COMPANY_SAME, 1},
      {company("Müller", "", "DE", ""), company("Mueller", "", "DE", ""), COMPANY_SAME, 1},
      {company("Harbor", "", "US", ""), company("Harbor Bank Leasing", "", "US", ""), COMPANY_NESTED, 0},
      {child, child_too, COMPANY_RELATED, 0},
      {company("First Harbor", "", "", ""), company("First Harbor Inc", "", "US", ""), COMPANY_SAME, 1},
      {company("A Corp", "gmail.com", "US", ""), company("B Corp", "gmail.com", "US", ""), COMPANY_OTHER, 0},
      {company("First Harbor Bank", "", "US", ""), child, COMPANY_RELATED, 0},
      {company("Microsfot", "", "US", ""), company("Microsoft", "", "US", ""), COMPANY_SIMILAR, 0},
      {company("Delta Air Lines", "", "US", ""), company("Delta Electronics", "", "TW", ""), COMPANY_OTHER,
       0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int turned = 0; turned < 2; turned++) {
      struct company_comparison found = turned ? company_compare(arena, rows[i].b, rows[i].a)
                                               : company_compare(arena, rows[i].a, rows[i].b);
      if (found.relation != rows[i].relation || found.key_count != rows[i].keys)
        fail_msg("row %zu: relation %d with %zu keys, wanted %d with %zu", i, (int)found.relation,
                 found.key_count, (int)rows[i].relation, rows[i].keys);
    }
}

/* Why two are related, from either side. */
static void a_comparison_says_why(void **state) {
  (void)state;
  Sell__Company *bank = company("First Harbor Bank", "firstharbor.example", "US", "94-2404110");
  Sell__Company *abroad = company("First Harbor Bank Ltd", "firstharbor.example", "GB", "");
  Sell__Company *other = company("First Harbor Bank", "", "US", "94-2404111");
  Sell__Company *child = company("Wren Software", "wren.example", "US", "");
  child->parent_domain = (char *)"www.firstharbor.example";
  struct company_comparison found = company_compare(arena, bank, abroad);
  assert_int_equal(found.relation, COMPANY_RELATED);
  assert_int_equal(found.doubts, COMPANY_DOUBT_COUNTRY);
  assert_int_equal(found.key_count, 2);
  found = company_compare(arena, bank, other);
  assert_int_equal(found.doubts, COMPANY_DOUBT_NUMBER);
  assert_int_equal(found.ties, COMPANY_TIE_NAME);
  found = company_compare(arena, child, bank);
  assert_int_equal(found.relation, COMPANY_RELATED);
  assert_int_equal(found.ties, COMPANY_TIE_PARENT);
  assert_int_equal(found.doubts, 0);
  assert_int_equal(company_compare(arena, bank, child).ties, COMPANY_TIE_SUBSIDIARY);
  found = company_compare(arena, bank, bank);
  assert_int_equal(found.relation, COMPANY_SAME);
  assert_int_equal(found.doubts, 0);
}

static int violations_in(const struct status *status) {
  int count = 0;
  for (const struct violation *violation = status->violations; violation; violation = violation->next)
    count++;
  return count;
}

static void submission_names_everything(void **state) {
  (void)state;
  struct status *refusal = NULL;
  company_check(arena, &refusal, "customer", company("", "", "", ""));
  assert_non_null(refusal);
  assert_int_equal(violations_in(refusal), 3);
  refusal = NULL;
  Sell__Company *bad = company("...", "gmail.com", "DE", "811907981");
  bad->duns = (char *)"000000000";
  bad->parent_domain = (char *)"co.uk";
  company_check(arena, &refusal, "customer", bad);
  assert_non_null(refusal);
  assert_int_equal(violations_in(refusal), 5);
  refusal = NULL;
  company_check(arena, &refusal, "customer", company("First Harbor Bank", "firstharbor.example", "US", ""));
  assert_null(refusal);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forms_and_signs_do_not_count),
      cmocka_unit_test(a_key_does_not_tell_how_a_name_is_written),
      cmocka_unit_test(keys_of_different_companies_differ),
      cmocka_unit_test(a_normal_form_stays),
      cmocka_unit_test(every_form_goes),
      cmocka_unit_test(words_of_the_vocabulary_are_found),
      cmocka_unit_test(letters_have_a_latin_spelling),
      cmocka_unit_test(names_nest),
      cmocka_unit_test(short_words_have_no_misspellings),
      cmocka_unit_test(domains_are_what_a_company_registers),
      cmocka_unit_test(tax_ids_have_one_spelling),
      cmocka_unit_test(tax_ids_of_more_countries),
      cmocka_unit_test(relations),
      cmocka_unit_test(a_comparison_says_why),
      cmocka_unit_test(submission_names_everything),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
