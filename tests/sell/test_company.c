#include "sell/company.h"
#include "sell/tax_id.h"
#include "support/check.h"

#include "runtime/base/status.h"
#include "runtime/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void tax_ids_have_one_spelling(void **state) {
  (void)state;
  static const struct {
    const char *country, *text, *number;
  } rows[] = {
      /* published by the companies themselves in their imprints */
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
      {"JP", "1180301018771", "JP1180301018771"},
      {"JP", "000000", NULL},
      {"DE", "HRB 6684", "DEHRB6684"},
      {"US", "123456789012345678901", NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *number = tax_id_normalise(arena, rows[i].country, rows[i].text);
    if (!number != !rows[i].number || (number && strcmp(number, rows[i].number) != 0))
      fail_msg("%s `%s` is %s, wanted %s", rows[i].country, rows[i].text, number ? number : "none",
               rows[i].number ? rows[i].number : "none");
  }
  assert_string_equal(company_duns(arena, "31-620-1234"), "316201234");
  assert_null(company_duns(arena, "31-620-123"));
  assert_null(company_duns(arena, "31-620-12345"));
  assert_null(company_duns(arena, "000000000"));
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
      cmocka_unit_test(short_words_have_no_misspellings),
      cmocka_unit_test(domains_are_what_a_company_registers),
      cmocka_unit_test(tax_ids_have_one_spelling),
      cmocka_unit_test(relations),
      cmocka_unit_test(submission_names_everything),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
