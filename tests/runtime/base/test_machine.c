#include "tests/support/check.h"

#include "runtime/base/machine.h"
#include "runtime/base/refusal.h"

#include <string.h>

static int setup(void **state) {
  *state = arena_create(1 << 20, NULL, NULL);
  return *state ? 0 : -1;
}

static int teardown(void **state) {
  arena_destroy(*state);
  return 0;
}

/* A machine over the parties: what matters is the walk, not the states. */
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
enum { SWAP, LEAVE, ACTIONS };

static const struct status *not_by_system(const struct act *act, const void *noun, const void *facts) {
  struct status *refusal = NULL;
  if (act->party == TYPE__PARTY__PARTY_SYSTEM)
    guard_add(act->arena, &refusal, "NOT_BY_SYSTEM", noun, "%s", (const char *)facts);
  return refusal;
}

static const struct transition transitions[] = {
    {VENDOR, SWAP, PARTNER},
    {PARTNER, SWAP, VENDOR},
    {PARTNER, LEAVE, TYPE__PARTY__PARTY_SYSTEM, not_by_system},
};
static const char *const actions[ACTIONS] = {"SWAP", "LEAVE"};
static const struct machine machine = {
    .states = &type__party__descriptor,
    .actions = actions,
    .action_count = ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const char *metadata(const struct status *status, const char *key) {
  for (const struct status_metadata *item = status->metadata; item; item = item->next)
    if (strcmp(item->key, key) == 0)
      return item->value;
  return "";
}

static void what_is_in_the_table_leads_on(void **state) {
  struct arena *arena = *state;
  int to = -1;
  assert_ptr_equal(machine_find(&machine, PARTNER, SWAP), &transitions[1]);
  assert_null(machine_find(&machine, VENDOR, LEAVE));
  assert_null(machine_next(&machine, arena, "a/b", VENDOR, SWAP, &to));
  assert_int_equal(to, PARTNER);
  struct act act = {.arena = arena, .party = VENDOR, .actor = "ada"};
  assert_null(machine_step(&machine, &act, "a/b", PARTNER, LEAVE, "a/b", "why", &to));
  assert_int_equal(to, TYPE__PARTY__PARTY_SYSTEM);
}

static void what_is_not_in_the_table_is_refused(void **state) {
  struct arena *arena = *state;
  struct act act = {.arena = arena, .party = VENDOR, .actor = "ada"};
  int to = 12345;
  const struct status *status = machine_next(&machine, arena, "a/b", VENDOR, LEAVE, &to);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(status->code, CODE_FAILED_PRECONDITION);
    assert_string_equal(status->reason, REASON_INVALID_STATE);
    assert_string_equal(metadata(status, "state"), "VENDOR");
    assert_string_equal(metadata(status, "action"), "LEAVE");
    assert_string_equal(metadata(status, "resource"), "a/b");
    assert_string_equal(status->guards->type, "STATE");
    assert_string_equal(status->guards->subject, "a/b");
    assert_int_equal(to, 12345);
    status = machine_step(&machine, &act, "a/b", VENDOR, LEAVE, NULL, NULL, &to);
  }
}

static void a_guard_sees_who_acts_and_refuses(void **state) {
  struct act act = {.arena = *state, .party = TYPE__PARTY__PARTY_SYSTEM, .actor = "timer"};
  int to = 12345;
  const struct status *status = machine_step(&machine, &act, "a/b", PARTNER, LEAVE, "a/b", "why", &to);
  assert_string_equal(status->reason, "NOT_BY_SYSTEM");
  assert_string_equal(status->guards->description, "why");
  assert_int_equal(to, 12345);
}

static void names_are_without_prefix(void **state) {
  (void)state;
  assert_string_equal(state_name(&type__party__descriptor, 0), "UNSPECIFIED");
  assert_string_equal(state_name(&type__party__descriptor, PARTNER), "PARTNER");
  assert_string_equal(state_name(&type__party__descriptor, 99), "UNKNOWN");
  assert_string_equal(party_name(VENDOR), "VENDOR");
  assert_string_equal(party_name(TYPE__PARTY__PARTY_SYSTEM), "SYSTEM");
  assert_int_equal(party_other(VENDOR), PARTNER);
  assert_int_equal(party_other(PARTNER), VENDOR);
}

static void only_the_owner_passes(void **state) {
  struct arena *arena = *state;
  assert_null(party_check_owner(arena, "a/b", PARTNER, PARTNER));
  const struct status *status = party_check_owner(arena, "a/b", PARTNER, VENDOR);
  assert_int_equal(status->code, CODE_PERMISSION_DENIED);
  assert_string_equal(status->reason, REASON_OTHER_PARTY);
  assert_string_equal(metadata(status, "party"), "PARTNER");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_in_the_table_leads_on, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_not_in_the_table_is_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(a_guard_sees_who_acts_and_refuses, setup, teardown),
      cmocka_unit_test(names_are_without_prefix),
      cmocka_unit_test_setup_teardown(only_the_owner_passes, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
