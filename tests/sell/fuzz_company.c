/* Any text as the name, domain and numbers of a company: normal forms are stable, likeness is symmetric and
 * in bounds, a company is the same as itself, and what is certain shares a key. */
#include "tests/fuzz/fuzz.h"

#include "runtime/base/text.h"
#include "sell/company.h"
#include "sell/tax_id.h"

#include <string.h>

enum { FIELDS = 4, TEXT_BYTES_MAX = 800 };

static Sell__Company company_of(struct arena *arena, char *text) {
  Sell__Company company = SELL__COMPANY__INIT;
  char *fields[FIELDS] = {(char *)"", (char *)"", (char *)"", (char *)""};
  char *rest = NULL, *field = strtok_r(arena_strdup(arena, text), "\n", &rest);
  for (size_t i = 0; i < FIELDS && field; i++, field = strtok_r(NULL, "\n", &rest))
    fields[i] = field;
  company.legal_name = fields[0];
  company.domain = fields[1];
  company.tax_id = fields[2];
  company.country_code = (char *)(strlen(fields[3]) % 2 ? "DE" : "US");
  return company;
}

static void names(struct arena *arena, const char *name) {
  const char *words = company_words(arena, name), *key = company_name_key(arena, name);
  fuzz_expect(text_is_utf8(words, strlen(words)) && text_is_utf8(key, strlen(key)), "words are UTF-8");
  fuzz_expect(!strchr(key, ' '), "a key has no space");
  fuzz_expect(strcmp(company_words(arena, words), words) == 0, "words stay");
  fuzz_expect(strcmp(company_name_key(arena, words), key) == 0, "words have the key of their name");
  char *keys[COMPANY_NAME_KEYS_MAX];
  size_t key_count = company_name_keys(arena, name, keys);
  fuzz_expect(!key_count == !*key && (!key_count || strcmp(keys[0], key) == 0), "the key comes first");
  fuzz_expect(key_count < 2 || (*keys[1] && strcmp(keys[0], keys[1]) != 0), "keys differ");
  fuzz_expect(company_names_equal(arena, name, name) == (key_count > 0), "a name equals itself");
  fuzz_expect(company_likeness(arena, name, name) == (*key ? COMPANY_SAME_NAME : 0), "a name is itself");
  char *tokens[COMPANY_TOKENS_MAX];
  size_t count = company_tokens(arena, name, tokens);
  fuzz_expect(count <= COMPANY_TOKENS_MAX, "tokens are bounded");
  for (size_t i = 0; i < count; i++)
    fuzz_expect(*tokens[i] && !strchr(tokens[i], ' '), "a token is a word");
}

static void numbers(struct arena *arena, const char *text) {
  static const char *const countries[] = {"AT", "AU", "BE", "BR", "CH", "CZ", "DE", "DK", "EE",
                                          "FI", "FR", "GB", "GR", "HR", "HU", "IT", "JP", "LU",
                                          "NL", "NO", "PL", "PT", "RU", "SE", "SI", "SK", "US"};
  for (size_t i = 0; i < sizeof countries / sizeof *countries; i++) {
    const char *number = tax_id_normalise(arena, countries[i], text);
    fuzz_expect(!number || strncmp(number, countries[i], 2) == 0, "a number says its country");
  }
  const char *duns = company_duns(arena, text), *domain = company_domain(arena, text);
  fuzz_expect(!duns || strcmp(company_duns(arena, duns), duns) == 0, "nine digits stay");
  fuzz_expect(!domain || strcmp(company_domain(arena, domain), domain) == 0, "a registrable domain stays");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct arena *arena = fuzz_arena();
  if (size > TEXT_BYTES_MAX)
    return 0;
  char *text = arena_strndup(arena, (const char *)bytes, strnlen((const char *)bytes, size));
  if (!text_is_utf8(text, strlen(text)))
    return 0;
  names(arena, text);
  numbers(arena, text);
  char *half = strchr(text, '|');
  Sell__Company left = company_of(arena, text), right = company_of(arena, half ? half + 1 : text);
  struct company_comparison there = company_compare(arena, &left, &right);
  struct company_comparison back = company_compare(arena, &right, &left);
  fuzz_expect(there.relation == back.relation && there.likeness == back.likeness &&
                  there.key_count == back.key_count && there.doubts == back.doubts,
              "comparing is symmetric");
  fuzz_expect(there.likeness >= 0 && there.likeness <= COMPANY_SAME_NAME, "likeness is in bounds");
  fuzz_expect(!there.doubts || there.relation == COMPANY_RELATED, "doubts are about an equal key");
  fuzz_expect(there.relation != COMPANY_SAME || there.key_count > 0, "what is certain shares a key");
  return 0;
}
