/* Texts that are one by their words. */
#include "sell/words.h"
#include "support/check.h"

#include <string.h>

static const struct {
  const char *text, *words;
} cases[] = {
    {"public-sector", "public-sector"},
    {"Public sector", "public-sector"},
    {" PUBLIC / Sector. ", "public-sector"},
    {"Banks & insurers", "banks-insurers"},
    {"Énergie", "energie"},
    {"ＦＩＮＴＥＣＨ", "fintech"},
    {"Straße 5", "strasse-5"},
    {"публичный сектор", "публичныи-сектор"},
    {"--", ""},
    {"", ""},
};

static void texts_are_compared_by_words(void **state) {
  (void)state;
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_string_equal(words_of(arena, cases[i].text), cases[i].words);
    assert_string_equal(words_of(arena, cases[i].words), cases[i].words); /* words of words are the same */
  }
  arena_destroy(arena);
}

/* More texts than the cache has places for: what it answers is right all the same, and a text that stays in
 * its place costs nothing again. */
static void a_cache_answers_as_the_text_does(void **state) {
  (void)state;
  struct arena *arena = arena_create(8 << 20, NULL, NULL);
  struct word_cache *cache = word_cache_new(arena);
  for (int i = 0; i < 2000; i++) {
    const char *text = arena_printf(arena, "Segment %d", i % 700);
    const struct worded found = word_cache_find(cache, text);
    assert_string_equal(found.text, text);
    assert_string_equal(found.words, arena_printf(arena, "segment-%d", i % 700));
  }
  const struct worded first = word_cache_find(cache, "Bank");
  size_t used = arena_used(arena);
  for (int i = 0; i < 1000; i++)
    assert_ptr_equal(word_cache_find(cache, "Bank").words, first.words);
  assert_int_equal(arena_used(arena), used);
  arena_destroy(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_are_compared_by_words),
      cmocka_unit_test(a_cache_answers_as_the_text_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
