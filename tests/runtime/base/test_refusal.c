#include "tests/support/check.h"

#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"

#include <string.h>

#define NOW_US INT64_C(1782900000000000)

static int setup(void **state) {
  *state = arena_create(1 << 20, NULL, NULL);
  return *state ? 0 : -1;
}

static int teardown(void **state) {
  arena_destroy(*state);
  return 0;
}

static void every_unmet_guard_is_listed(void **state) {
  struct arena *arena = *state;
  struct status *refusal = NULL;
  guard_add(arena, &refusal, "TOO_EARLY", "a/b", "%d days", 3);
  guard_add(arena, &refusal, "IGNORED", "a/c", "not %s", "yet");
  assert_int_equal(refusal->code, CODE_FAILED_PRECONDITION);
  assert_string_equal(refusal->reason, "TOO_EARLY");
  assert_string_equal(refusal->guards->type, "GUARD");
  assert_string_equal(refusal->guards->subject, "a/b");
  assert_string_equal(refusal->guards->description, "3 days");
  assert_string_equal(refusal->guards->next->subject, "a/c");
  assert_string_equal(refusal->guards->next->description, "not yet");
  assert_null(refusal->guards->next->next);
}

static void guards_of_an_action_say_state_and_action(void **state) {
  struct guards guards = {.arena = *state, .resource = "a/b", .state = "DRAFT", .action = "PUBLISH"};
  guard(&guards, true, "fine");
  assert_null(guards.status);
  guard(&guards, false, "one");
  guard(&guards, false, "two");
  assert_string_equal(guards.status->reason, REASON_GUARD_UNMET);
  assert_string_equal(guards.status->guards->description, "one");
  assert_string_equal(guards.status->guards->next->description, "two");
  assert_string_equal(guards.status->metadata->key, "state");
  assert_string_equal(guards.status->metadata->value, "DRAFT");
  assert_string_equal(guards.status->metadata->next->value, "PUBLISH");
  assert_null(guards.status->metadata->next->next);
  struct guards precise = {
      .arena = *state, .resource = "a/b", .reason = "INCOMPLETE", .state = "", .action = ""};
  guard(&precise, false, "three");
  assert_string_equal(precise.status->reason, "INCOMPLETE");
}

static void every_violation_is_listed(void **state) {
  struct arena *arena = *state;
  struct status *refusal = NULL;
  invalid_add(arena, &refusal, "plan.title", "REQUIRED_FIELD_MISSING", "is required");
  invalid_add(arena, &refusal, "plan.weight", "VALUE_OUT_OF_RANGE", "at most %d", 100);
  assert_int_equal(refusal->code, CODE_INVALID_ARGUMENT);
  assert_string_equal(refusal->reason, REASON_INVALID_REQUEST);
  assert_string_equal(refusal->violations->field, "plan.title");
  assert_string_equal(refusal->violations->reason, "REQUIRED_FIELD_MISSING");
  assert_string_equal(refusal->violations->next->description, "at most 100");
  const struct status *one = invalid_field(arena, "member", "DUPLICATE_VALUE", "is named %s", "twice");
  assert_string_equal(one->violations->description, "is named twice");
  assert_null(one->violations->next);
}

static void a_clock_may_run_five_minutes_ahead(void **state) {
  struct arena *arena = *state;
  struct status *refusal = NULL;
  int64_t given = INT64_MIN;
  assert_null(moment_past(arena, "hold_time", NOW_US, &given));
  assert_int_equal(given, NOW_US);
  given = NOW_US + INT64_C(300000000);
  assert_null(moment_past(arena, "hold_time", NOW_US, &given));
  assert_int_equal(given, NOW_US + INT64_C(300000000));
  assert_true(moment_check_past(arena, &refusal, "hold_time", timestamp_new(arena, given), NOW_US));
  given++;
  const struct status *status = moment_past(arena, "hold_time", NOW_US, &given);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  assert_string_equal(status->violations->field, "hold_time");
  assert_string_equal(status->violations->reason, "VALUE_OUT_OF_RANGE");
  assert_false(moment_check_past(arena, &refusal, "hold_time", timestamp_new(arena, given), NOW_US));
  assert_string_equal(refusal->violations->field, "hold_time");
  assert_null(refusal->violations->next);
}

static void a_moment_lies_in_four_digit_years(void **state) {
  struct arena *arena = *state;
  struct status *refusal = NULL;
  Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  assert_true(moment_check(arena, &refusal, "due_time", NULL));
  assert_true(moment_check(arena, &refusal, "due_time", &time));
  time.seconds = INT64_C(253402300799);
  assert_true(moment_check(arena, &refusal, "due_time", &time));
  assert_null(refusal);
  time.seconds++;
  assert_false(moment_check(arena, &refusal, "due_time", &time));
  time.seconds = 0;
  time.nanos = -1;
  assert_false(moment_check(arena, &refusal, "due_time", &time));
  assert_string_equal(refusal->violations->next->reason, "VALUE_OUT_OF_RANGE");
  assert_string_equal(moment_text(arena, 0), "1970-01-01T00:00:00Z");
  assert_int_equal(moment_us(NULL), 0);
  assert_int_equal(moment_us(moment_or(arena, NULL, 1234000)), 1234000);
}

static void append_copies(void **state) {
  struct arena *arena = *state;
  const char *one = "1", *two = "2";
  const char **first = arena_append(arena, NULL, 0, (void *)one);
  const char **second = arena_append(arena, first, 1, (void *)two);
  assert_ptr_not_equal(first, second);
  assert_ptr_equal(first[0], one);
  assert_ptr_equal(second[0], one);
  assert_ptr_equal(second[1], two);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_unmet_guard_is_listed, setup, teardown),
      cmocka_unit_test_setup_teardown(guards_of_an_action_say_state_and_action, setup, teardown),
      cmocka_unit_test_setup_teardown(every_violation_is_listed, setup, teardown),
      cmocka_unit_test_setup_teardown(a_clock_may_run_five_minutes_ahead, setup, teardown),
      cmocka_unit_test_setup_teardown(a_moment_lies_in_four_digit_years, setup, teardown),
      cmocka_unit_test_setup_teardown(append_copies, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
