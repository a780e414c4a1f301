#include "enable/roster_member.h"
#include "support/machine_check.h"

#include "runtime/base/timestamp.h"

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define SECOND INT64_C(1000000)

static struct arena *arena;

static Enable__RosterMember *member(void) {
  static Enable__RosterMember__Role roles[] = {ENABLE__ROSTER_MEMBER__ROLE__ROLE_SELLER};
  Enable__RosterMember *made = arena_new(arena, Enable__RosterMember);
  enable__roster_member__init(made);
  made->name = (char *)"vendors/v/partnerships/p/rosterMembers/m";
  made->roles = roles;
  made->n_roles = 1;
  return made;
}

static void every_state_and_action(void **state) {
  static const char *const moves[] = {"ACTIVE UPDATE ACTIVE", "ACTIVE RELEASE LEFT", "ACTIVE ENROL ACTIVE",
                                      "ACTIVE CERTIFY ACTIVE"};
  (void)state;
  machine_check(&roster_member_machine, ROSTER_MEMBER_ACTIONS, moves, sizeof moves / sizeof *moves);
}

static void joins_and_leaves(void **state) {
  (void)state;
  Enable__RosterMember *m = member();
  m->join_time = timestamp_new(arena, 1000 * SECOND);
  refused(roster_member_apply_create(arena, m, VENDOR, 600 * SECOND), REASON_INVALID_REQUEST);
  assert_null(roster_member_apply_create(arena, m, VENDOR, 701 * SECOND)); /* within the skew of clocks */
  assert_int_equal(m->party, VENDOR);
  refused(roster_member_apply_release(arena, m, PARTNER, INT64_MIN, 2000 * SECOND), "OTHER_PARTY");
  refused(roster_member_apply_release(arena, m, VENDOR, 999 * SECOND, 2000 * SECOND), REASON_INVALID_REQUEST);
  refused(roster_member_apply_release(arena, m, VENDOR, 9999 * SECOND, 2000 * SECOND),
          REASON_INVALID_REQUEST);
  assert_null(roster_member_apply_release(arena, m, VENDOR, 1500 * SECOND, 2000 * SECOND));
  assert_int_equal(timestamp_us(m->leave_time, 0), 1500 * SECOND);
  refused(roster_member_apply_release(arena, m, VENDOR, INT64_MIN, 2000 * SECOND), REASON_INVALID_STATE);
}

static void roles_are_said_once(void **state) {
  (void)state;
  Enable__RosterMember *m = member();
  Enable__RosterMember__Role twice[] = {ENABLE__ROSTER_MEMBER__ROLE__ROLE_SELLER,
                                        ENABLE__ROSTER_MEMBER__ROLE__ROLE_SELLER};
  m->roles = twice;
  m->n_roles = 2;
  refused(roster_member_apply_create(arena, m, VENDOR, 1), REASON_INVALID_REQUEST);
}

static void one_open_enrolment_a_course(void **state) {
  (void)state;
  Enable__RosterMember *m = member();
  Enable__Enrolment first = ENABLE__ENROLMENT__INIT, second = ENABLE__ENROLMENT__INIT;
  first.name = (char *)"e1";
  second.name = (char *)"e2";
  first.course = second.course = (char *)"c";
  first.state = second.state = ENABLE__ENROLMENT__STATE__STATE_ASSIGNED;
  assert_null(roster_member_note_enrolment(arena, m, &first));
  refused(roster_member_note_enrolment(arena, m, &second), "ENROLMENT_OPEN");
  first.state = ENABLE__ENROLMENT__STATE__STATE_SATISFIED;
  first.satisfy_time = timestamp_new(arena, 5);
  assert_null(roster_member_note_enrolment(arena, m, &first));
  assert_int_equal(timestamp_us(roster_member_progress(m, "c")->satisfy_time, 0), 5);
  assert_null(roster_member_note_enrolment(arena, m, &second));
  assert_int_equal(m->n_progress, 1);
  assert_null(roster_member_progress(m, "d"));
}

static void bounded_lists_fill_up(void **state) {
  (void)state;
  Enable__RosterMember *m = member();
  for (int i = 0; i <= HOLDINGS_MAX; i++) {
    Enable__Credential credential = ENABLE__CREDENTIAL__INIT;
    Enable__Enrolment enrolment = ENABLE__ENROLMENT__INIT;
    credential.name = credential.course = arena_printf(arena, "c%d", i);
    credential.valid_from_time = timestamp_new(arena, 1);
    enrolment.name = enrolment.course = credential.name;
    const struct status *noted = roster_member_note_credential(arena, m, &credential);
    const struct status *enrolled = roster_member_note_enrolment(arena, m, &enrolment);
    if (i < HOLDINGS_MAX) {
      allowed(noted);
      allowed(enrolled);
    } else {
      refused(noted, "LIMIT_REACHED");
      refused(enrolled, "LIMIT_REACHED");
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_and_action), cmocka_unit_test(joins_and_leaves),
      cmocka_unit_test(roles_are_said_once),    cmocka_unit_test(one_open_enrolment_a_course),
      cmocka_unit_test(bounded_lists_fill_up),
  };
  arena = arena_create(16 << 20, NULL, NULL);
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  arena_destroy(arena);
  return failures;
}
