#include "tests/support/check.h"
#include "tests/support/random_message.h"

#include "runtime/message/pattern.h"

#include <regex.h>
#include <string.h>

static struct arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = arena_create(64 << 20, NULL, NULL);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

static void matches_whole_text(void **state) {
  (void)state;
  static const struct {
    const char *expression, *text;
    bool direct, matches;
  } cases[] = {
      {"[A-Z]{3}", "USD", true, true},
      {"[A-Z]{3}", "US", true, false},
      {"[A-Z]{3}", "USDX", true, false},
      {"[A-Z]{3}", "usd", true, false},
      {"[A-Z]{3}", "", true, false},
      {"[A-Za-z0-9._-]{1,64}", "a.B_9-", true, true},
      {"[A-Za-z0-9._-]{1,64}", "a b", true, false},
      {"[A-Za-z0-9._-]{1,2}", "abc", true, false},
      {"[a-z]+@[a-z]+", "a@b", true, true},
      {"[a-z]+@[a-z]+", "a@", true, false},
      {"[]x]+", "x]", true, true},
      {"a?b", "b", true, true},
      {"a?b", "ab", true, true},
      {"a?b", "aab", true, false},
      {"", "", true, true},
      {"", "a", true, false},
      {"[a-z]*[a-z]", "abc", false, true},
      {"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "north-1", false, true},
      {"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "north-", false, false},
      {"cat|dog", "dog", false, true},
      {"cat|dog", "catdog", false, false},
      {"[^@ ]+@[^@ ]+", "lena@a.org", false, true},
      {"[[:digit:]]+", "42", false, true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct pattern *pattern = pattern_compile(arena, cases[i].expression);
    assert_non_null(pattern);
    if (pattern_is_direct(pattern) != cases[i].direct ||
        pattern_matches(pattern, cases[i].text) != cases[i].matches)
      fail_msg("%s on `%s`", cases[i].expression, cases[i].text);
    pattern_release(pattern);
  }
  assert_null(pattern_compile(arena, "("));
  assert_null(pattern_compile(arena, "[a"));
}

/* What is matched directly says what regexec() says. */
static void direct_agrees_with_regexec(void **state) {
  (void)state;
  static const char *const expressions[] = {"[a-c]{2}",    "[ab]*c",   "a?b?c?",         "a{0,2}b{1,3}c",
                                            "[ab]{1,3}c+", "a*c?b{2}", "[a-b]{2,}c[ab]", "ab?c*"};
  struct random random = {7};
  for (size_t e = 0; e < sizeof expressions / sizeof *expressions; e++) {
    const struct pattern *pattern = pattern_compile(arena, expressions[e]);
    regex_t regex;
    assert_true(pattern_is_direct(pattern));
    assert_int_equal(regcomp(&regex, arena_printf(arena, "^(%s)$", expressions[e]), REG_EXTENDED), 0);
    for (int round = 0; round < 2000; round++) {
      char text[8] = "";
      for (size_t i = 0, length = random_below(&random, sizeof text); i < length; i++)
        text[i] = (char)('a' + random_below(&random, 3));
      if (pattern_matches(pattern, text) != (regexec(&regex, text, 0, NULL, 0) == 0))
        fail_msg("%s on `%s`", expressions[e], text);
    }
    regfree(&regex);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(matches_whole_text, set_up, tear_down),
      cmocka_unit_test_setup_teardown(direct_agrees_with_regexec, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
