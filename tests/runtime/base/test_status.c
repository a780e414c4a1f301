#include "tests/support/check.h"

#include "runtime/base/status.h"

static void details_keep_their_order(void **state) {
  (void)state;
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  char reason[] = "GUARD_UNMET";
  struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, reason, "%d guards", 2);
  reason[0] = 'X';
  assert_int_equal(status->code, CODE_FAILED_PRECONDITION);
  assert_string_equal(status->reason, "GUARD_UNMET");
  assert_string_equal(status->message, "2 guards");
  assert_null(status->violations);
  status_add_violation(arena, status, "a", "REQUIRED_FIELD_MISSING", "must be %s", "set");
  status_add_violation(arena, status, "b.c[1]", "X", "y");
  status_add_guard(arena, status, "GUARD", "vendors/a", "no %s", "sponsor");
  status_add_guard(arena, status, "STATE", "vendors/b", "draft");
  status_add_metadata(arena, status, "state", "DRAFT");
  status_add_metadata(arena, status, "action", "sign");
  assert_string_equal(status->violations->field, "a");
  assert_string_equal(status->violations->description, "must be set");
  assert_string_equal(status->violations->next->field, "b.c[1]");
  assert_null(status->violations->next->next);
  assert_string_equal(status->guards->description, "no sponsor");
  assert_string_equal(status->guards->next->type, "STATE");
  assert_string_equal(status->metadata->key, "state");
  assert_string_equal(status->metadata->next->value, "sign");
  arena_destroy(arena);
}

static void codes_have_grpc_names(void **state) {
  (void)state;
  assert_string_equal(code_name(CODE_OK), "OK");
  assert_string_equal(code_name(CODE_INVALID_ARGUMENT), "INVALID_ARGUMENT");
  assert_string_equal(code_name(CODE_UNAUTHENTICATED), "UNAUTHENTICATED");
  assert_string_equal(code_name((enum code)17), "UNKNOWN");
  assert_string_equal(code_name((enum code) - 1), "UNKNOWN");
  for (int code = 0; code < CODE_COUNT; code++)
    assert_non_null(code_name((enum code)code));
}

static void fixed_statuses_are_complete(void **state) {
  (void)state;
  static const struct {
    const struct status *status;
    enum code code;
  } cases[] = {{&status_cancelled, CODE_CANCELLED},
               {&status_deadline_exceeded, CODE_DEADLINE_EXCEEDED},
               {&status_memory_exhausted, CODE_RESOURCE_EXHAUSTED},
               {&status_lost_race, CODE_ABORTED}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(cases[i].status->code, cases[i].code);
    assert_true(*cases[i].status->reason && *cases[i].status->message);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(details_keep_their_order),
      cmocka_unit_test(codes_have_grpc_names),
      cmocka_unit_test(fixed_statuses_are_complete),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
