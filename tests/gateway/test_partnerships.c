/* The gateway's copy of the directory. */
#include "gateway/compose/partnerships.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void keep(struct partnerships *partnerships, const char *name, const char *organization,
                 const char *title) {
  Onboard__Partnership message = ONBOARD__PARTNERSHIP__INIT;
  message.name = (char *)name;
  message.partner_organization = (char *)organization;
  message.display_name = (char *)title;
  uint8_t bytes[512];
  size_t size = onboard__partnership__pack(&message, bytes);
  assert_true(partnerships_keep(partnerships, bytes, size));
}

static void the_latest_is_found(void **state) {
  (void)state;
  struct partnerships *partnerships = partnerships_create();
  struct arena *arena = arena_create(1 << 16, NULL, NULL);
  assert_null(partnerships_find(partnerships, arena, "vendors/a/partnerships/x"));
  keep(partnerships, "vendors/a/partnerships/x", "vendors/a/organizations/o", "old");
  keep(partnerships, "vendors/a/partnerships/x", "vendors/a/organizations/o", "new");
  assert_string_equal(partnerships_find(partnerships, arena, "vendors/a/partnerships/x")->display_name,
                      "new");
  assert_string_equal(partnerships_partner(partnerships, "vendors/a/partnerships/x"), "o");
  assert_false(partnerships_keep(partnerships, "\xff", 1));
  arena_destroy(arena);
  partnerships_destroy(partnerships);
}

/* `-` sorts before `/`, so that the rows of `a-b` lie among those of `a`. */
static void a_list_holds_one_vendor_alone(void **state) {
  (void)state;
  struct partnerships *partnerships = partnerships_create();
  keep(partnerships, "vendors/a-b/partnerships/x", "vendors/a-b/organizations/o", "");
  keep(partnerships, "vendors/a/partnerships/y", "vendors/a/organizations/o", "");
  keep(partnerships, "vendors/a/partnerships/x", "vendors/a/organizations/p", "");
  keep(partnerships, "vendors/ab/partnerships/x", "vendors/ab/organizations/o", "");
  const char *names[8];
  assert_int_equal(partnerships_list(partnerships, "vendors/a", NULL, "", 8, names), 2);
  assert_string_equal(names[0], "vendors/a/partnerships/x");
  assert_string_equal(names[1], "vendors/a/partnerships/y");
  assert_int_equal(partnerships_list(partnerships, "vendors/a", NULL, names[0], 8, names), 1);
  assert_string_equal(names[0], "vendors/a/partnerships/y");
  assert_int_equal(partnerships_list(partnerships, "vendors/a", "p", "", 8, names), 1);
  assert_string_equal(names[0], "vendors/a/partnerships/x");
  assert_int_equal(partnerships_list(partnerships, "vendors/a", NULL, "", 1, names), 1);
  assert_int_equal(partnerships_list(partnerships, "vendors/c", NULL, "", 8, names), 0);
  partnerships_destroy(partnerships);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_latest_is_found),
      cmocka_unit_test(a_list_holds_one_vendor_alone),
  };
  return cmocka_run_group_tests_name("gateway partnerships", tests, NULL, NULL);
}
