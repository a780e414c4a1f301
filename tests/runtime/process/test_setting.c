#include "runtime/process/setting.h"
#include "runtime/process/standard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct setting rows[] = {
    {"limit", SETTING_NUMBER, "10", 1, 100, "calls", "How many."},
    {"mode", SETTING_SWITCH, "off", .text = "Whether."},
    {"address", SETTING_ADDRESS, "127.0.0.1:1", .text = "Where."},
    {"words", SETTING_TEXT, "", .text = "What."},
    {"keys", SETTING_FILE, "", .text = "Which."},
    {0},
};
static const struct setting required_rows[] = {{"needed", SETTING_TEXT, NULL, .text = "Must be."}, {0}};

static const struct setting *const tables[] = {rows, NULL};
static const struct setting *const strict_tables[] = {rows, required_rows, NULL};

static struct settings *read_one(const char *flag, const char *value, char **problems) {
  char *argv[] = {(char *)"program", (char *)flag, (char *)value, NULL};
  return settings_read(tables, value ? 3 : flag ? 2 : 1, argv, problems);
}

static void defaults_hold_without_flags(void **state) {
  (void)state;
  char *problems = NULL;
  struct settings *settings = read_one(NULL, NULL, &problems);
  assert_non_null(settings);
  assert_null(problems);
  assert_int_equal(setting_number(settings, "limit"), 10);
  assert_false(setting_on(settings, "mode"));
  assert_string_equal(setting_text(settings, "address"), "127.0.0.1:1");
  assert_string_equal(setting_text(settings, "words"), "");
  settings_free(settings);
}

static void flag_wins_over_environment_over_default(void **state) {
  (void)state;
  char *problems = NULL;
  setenv("ENTENTE_LIMIT", "20", 1);
  struct settings *settings = read_one(NULL, NULL, &problems);
  assert_int_equal(setting_number(settings, "limit"), 20);
  settings_free(settings);
  settings = read_one("--limit", "30", &problems);
  assert_int_equal(setting_number(settings, "limit"), 30);
  settings_free(settings);
  settings = read_one("--limit=40", NULL, &problems);
  assert_int_equal(setting_number(settings, "limit"), 40);
  settings_free(settings);
  unsetenv("ENTENTE_LIMIT");
}

static void good_values_are_taken(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"--limit", "1"},           {"--limit", "100"},          {"--mode", "on"},
      {"--mode", "false"},        {"--address", "host:65535"}, {"--address", "[::1]:80"},
      {"--address", "unix:/a/b"}, {"--address", "tls:h:1"},    {"--address", "dns:///sell:7704"},
      {"--words", "any = text"},  {"--keys", "/dev/null"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char *problems = NULL;
    struct settings *settings = read_one(cases[i][0], cases[i][1], &problems);
    if (!settings)
      fail_msg("%s %s: %s", cases[i][0], cases[i][1], problems);
    settings_free(settings);
  }
}

static void bad_values_say_what_to_give(void **state) {
  (void)state;
  static const struct {
    const char *flag, *value, *problem;
  } cases[] = {
      {"--limit", "0", "whole number from 1 to 100 calls"},
      {"--limit", "101", "whole number"},
      {"--limit", "1.5", "whole number"},
      {"--limit", "", "whole number"},
      {"--limit", " 5", "whole number"},
      {"--limit", "5x", "whole number"},
      {"--limit", "99999999999999999999", "whole number"},
      {"--mode", "maybe", "on or off"},
      {"--address", "nohost", "host:port"},
      {"--address", ":80", "host:port"},
      {"--address", "h:65536", "host:port"},
      {"--address", "h:-1", "host:port"},
      {"--address", "unix:relative", "unix:/path"},
      {"--keys", "/no/such/file", "No such file"},
      {"--words", "\xff", "UTF-8"},
      {"--limits", "5", "no setting --limits"},
      {"--lim", "5", "no setting --lim"},
      {"--limit", NULL, "lacks its value"},
      {"limit", NULL, "not understood"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char *problems = NULL;
    assert_null(read_one(cases[i].flag, cases[i].value, &problems));
    if (!strstr(problems, cases[i].problem))
      fail_msg("case %zu: expected '%s', got '%s'", i, cases[i].problem, problems);
    free(problems);
  }
}

static void all_problems_are_told_at_once(void **state) {
  (void)state;
  char *problems = NULL;
  char *argv[] = {(char *)"program", (char *)"--limit=0", (char *)"--mode=x",
                  (char *)"--nope",  (char *)"1",         NULL};
  assert_null(settings_read(strict_tables, 5, argv, &problems));
  size_t lines = 0;
  for (const char *at = problems; (at = strchr(at, '\n')); at++)
    lines++;
  assert_int_equal(lines, 4);
  assert_non_null(strstr(problems, "--needed is required (or ENTENTE_NEEDED): Must be."));
  free(problems);
}

static void help_has_every_row(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  settings_print_help(strict_tables, "program", out);
  fclose(out);
  static const char *const wanted[] = {"--limit",     "ENTENTE_LIMIT", "1 to 100 calls, default 10",
                                       "How many.",   "--needed",      "required",
                                       "default none"};
  for (size_t i = 0; i < COUNT(wanted); i++)
    assert_non_null(strstr(text, wanted[i]));
  free(text);
}

/* The rows that every service has: the defaults themselves must pass their own checks. */
static void standard_rows_are_sound(void **state) {
  (void)state;
  static struct standard_settings standard;
  char *problems = NULL;
  standard_settings_fill(&standard, 7701, true);
  const struct setting *const both[] = {standard.rows, NULL};
  char *argv[] = {(char *)"program", (char *)"--jwks-file=/dev/null", NULL};
  struct settings *settings = settings_read(both, 2, argv, &problems);
  if (!settings)
    fail_msg("%s", problems);
  assert_string_equal(setting_text(settings, "listen"), "127.0.0.1:7701");
  assert_string_equal(setting_text(settings, "side-listen"), "127.0.0.1:9701");
  settings_free(settings);
  for (const struct setting *row = standard.rows; row->name; row++) {
    assert_non_null(row->text);
    assert_true(strlen(row->text) > 10 && row->text[strlen(row->text) - 1] == '.');
    for (const struct setting *other = standard.rows; other != row; other++)
      assert_string_not_equal(row->name, other->name);
  }
}

static void tls_off_beyond_loopback_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *listen, *tls;
    bool good;
  } cases[] = {{"--listen=127.0.0.1:1", "--tls=off", true}, {"--listen=localhost:1", "--tls=off", true},
               {"--listen=[::1]:1", "--tls=off", true},     {"--listen=0.0.0.0:1", "--tls=off", false},
               {"--listen=10.0.0.1:1", "--tls=off", false}, {"--listen=127.0.0.1:1", "--tls=on", false}};
  static struct standard_settings standard;
  standard_settings_fill(&standard, 7701, false);
  const struct setting *const both[] = {standard.rows, NULL};
  for (size_t i = 0; i < COUNT(cases); i++) {
    char *problems = NULL, *argv[] = {(char *)"program", (char *)"--jwks-file=/dev/null",
                                      (char *)cases[i].listen, (char *)cases[i].tls, NULL};
    struct settings *settings = settings_read(both, 4, argv, &problems);
    assert_non_null(settings);
    FILE *sink = fopen("/dev/null", "w");
    assert_int_equal(standard_settings_check(settings, sink), cases[i].good);
    fclose(sink);
    settings_free(settings);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_hold_without_flags),
      cmocka_unit_test(flag_wins_over_environment_over_default),
      cmocka_unit_test(good_values_are_taken),
      cmocka_unit_test(bad_values_say_what_to_give),
      cmocka_unit_test(all_problems_are_told_at_once),
      cmocka_unit_test(help_has_every_row),
      cmocka_unit_test(standard_rows_are_sound),
      cmocka_unit_test(tls_off_beyond_loopback_is_refused),
  };
  cmocka_set_message_output(CM_OUTPUT_STDOUT);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
