#include "tests/support/check.h"

#include "runtime/base/name.h"

#include <stdlib.h>
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

static void ids(void **state) {
  (void)state;
  static const char *const valid[] = {"a", "7", "a-b", "a--b", "2026", "0a9"};
  static const char *const wrong[] = {"", "-a", "a-", "A", "a_b", "a.b", "a/b", "é", "a b", "*"};
  for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
    assert_true(name_id_valid(valid[i]));
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_false(name_id_valid(wrong[i]));
  char id[80];
  memset(id, 'a', sizeof id);
  id[63] = '\0';
  assert_true(name_id_valid(id));
  id[63] = 'a';
  id[64] = '\0';
  assert_false(name_id_valid(id));
}

static void patterns(void **state) {
  (void)state;
  static const struct {
    const char *name, *pattern;
    bool matches;
  } cases[] = {
      {"vendors/a", "vendors/*", true},
      {"vendors/a/partnerships/b", "vendors/*/partnerships/*", true},
      {"vendors/a/partnerships/b", "vendors/*", false},
      {"vendors/a", "vendors/*/partnerships/*", false},
      {"vendors/a/", "vendors/*", false},
      {"/vendors/a", "vendors/*", false},
      {"vendors//a", "vendors/*", false},
      {"vendors/", "vendors/*", false},
      {"vendors", "vendors/*", false},
      {"", "vendors/*", false},
      {"vendors/*", "vendors/*", false},
      {"vendor/a", "vendors/*", false},
      {"vendorsx/a", "vendors/*", false},
      {"vendors/a/pipeline", "vendors/*/pipeline", true},
      {"vendors/a/pipelines", "vendors/*/pipeline", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (name_matches(cases[i].name, cases[i].pattern) != cases[i].matches)
      fail_msg("%s against %s", cases[i].name, cases[i].pattern);
  char *longest = arena_strdup(arena, "vendors/a");
  char *pattern = arena_strdup(arena, "vendors/*");
  while (strlen(longest) + 4 <= RESOURCE_NAME_MAX_BYTES) {
    longest = arena_printf(arena, "%s/c/d", longest);
    pattern = arena_printf(arena, "%s/c/*", pattern);
  }
  assert_true(name_matches(longest, pattern));
  assert_false(name_matches(arena_printf(arena, "%s/c/d", longest), arena_printf(arena, "%s/c/*", pattern)));
}

static void parts(void **state) {
  (void)state;
  const char *name = "vendors/a/partnerships/b/plans/2026";
  assert_string_equal(name_id(arena, name, 0), "a");
  assert_string_equal(name_id(arena, name, 1), "b");
  assert_string_equal(name_id(arena, name, 2), "2026");
  assert_null(name_id(arena, name, 3));
  assert_null(name_id(arena, "vendors/", 0));
  assert_null(name_id(arena, "", 0));
  assert_string_equal(name_prefix(arena, name, 1), "vendors/a");
  assert_string_equal(name_prefix(arena, name, 2), "vendors/a/partnerships/b");
  assert_string_equal(name_prefix(arena, name, 3), name);
  assert_null(name_prefix(arena, name, 4));
  assert_string_equal(name_vendor(arena, name), "vendors/a");
  assert_string_equal(name_vendor(arena, "vendors/a"), "vendors/a");
  assert_null(name_vendor(arena, "vendors"));
  assert_null(name_vendor(arena, "vendorsx/a"));
  assert_null(name_vendor(arena, "other/a"));
  assert_string_equal(name_partnership(arena, name), "vendors/a/partnerships/b");
  assert_null(name_partnership(arena, "vendors/a/organizations/b"));
  assert_null(name_partnership(arena, "vendors/a"));
  assert_string_equal(name_last_id(arena, name), "2026");
  assert_null(name_last_id(arena, "vendors"));
  assert_null(name_last_id(arena, ""));
  assert_string_equal(name_child(arena, "vendors/a", "partnerships", "b"), "vendors/a/partnerships/b");
}

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void new_ids_are_valid_and_distinct(void **state) {
  (void)state;
  enum { COUNT = 10000 };
  static char *ids_made[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    ids_made[i] = name_new_id(arena);
    assert_true(name_id_valid(ids_made[i]));
    assert_int_equal(strlen(ids_made[i]), 20);
    assert_true(ids_made[i][0] >= 'a' && ids_made[i][0] <= 'z');
  }
  qsort(ids_made, COUNT, sizeof *ids_made, compare);
  for (size_t i = 1; i < COUNT; i++)
    assert_true(strcmp(ids_made[i - 1], ids_made[i]) != 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(ids, set_up, tear_down),
      cmocka_unit_test_setup_teardown(patterns, set_up, tear_down),
      cmocka_unit_test_setup_teardown(parts, set_up, tear_down),
      cmocka_unit_test_setup_teardown(new_ids_are_valid_and_distinct, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
