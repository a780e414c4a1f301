#include "enable/academy.h"
#include "support/check.h"

#define STATE(name) ENABLE__ENROLMENT__STATE__STATE_##name

static const char *member_name(struct pillar_fixture *f, const char *id) {
  return arena_printf(pillar_arena(f), ORVANE "/rosterMembers/%s", id);
}

static void each_party_keeps_its_own_roster(void **state) {
  struct pillar_fixture *f = *state;
  Enable__RosterMember *ours = academy_join(f, f->manager, "vic", SELLER, "2026-02-01");
  Enable__RosterMember *theirs = academy_join(f, f->partner, "pat", SELLER, "2026-02-01");
  assert_int_equal(ours->party, VENDOR);
  assert_int_equal(theirs->party, PARTNER);
  Enable__ReleaseRosterMemberRequest *release =
      pillar_request(f, &enable__release_roster_member_request__descriptor, theirs->name);
  pillar_refused(f, f->manager, ROSTER "ReleaseRosterMember", release, "OTHER_PARTY");
  pillar_refused(f, f->stranger, ROSTER "ReleaseRosterMember", release, REASON_ACCESS_DENIED);
  pillar_refused(f, f->partner_viewer, ROSTER "ReleaseRosterMember", release, REASON_ACCESS_DENIED);
  Enable__ListRosterMembersRequest *list =
      pillar_request(f, &enable__list_roster_members_request__descriptor, ORVANE);
  list->party = PARTNER;
  Enable__ListRosterMembersResponse *page = pillar_call(f, f->viewer, ROSTER "ListRosterMembers", list);
  assert_int_equal(page->n_roster_members, 1);
  pillar_refused(f, f->stranger, ROSTER "ListRosterMembers", list, REASON_ACCESS_DENIED);
  pillar_refused(f, f->foreigner, ROSTER "ListRosterMembers", list, REASON_ACCESS_DENIED);
}

static void a_person_is_there_once(void **state) {
  struct pillar_fixture *f = *state;
  Enable__RosterMember *first = academy_join(f, f->partner, "rob", ENGINEER, "2026-02-01");
  Enable__CreateRosterMemberRequest *again = academy_person(f, "rob-2", ENGINEER, "2026-03-01");
  again->roster_member->person = (char *)"rob";
  const struct status *status =
      pillar_refused(f, f->partner, ROSTER "CreateRosterMember", again, "PERSON_ON_ROSTER");
  assert_int_equal(status->code, CODE_ALREADY_EXISTS);
  pillar_call(f, f->manager, ROSTER "CreateRosterMember",
              again); /* the same id in the other party is another */
  Enable__ReleaseRosterMemberRequest *release =
      pillar_request(f, &enable__release_roster_member_request__descriptor, first->name);
  release->leave_time = pillar_time(f, "2026-06-01");
  assert_int_equal(
      ((Enable__RosterMember *)pillar_call(f, f->partner, ROSTER "ReleaseRosterMember", release))->state,
      ENABLE__ROSTER_MEMBER__STATE__STATE_LEFT);
  again->roster_member_id = (char *)"rob-3";
  pillar_call(f, f->partner, ROSTER "CreateRosterMember", again);
  pillar_refused(f, f->partner, ROSTER "ReleaseRosterMember", release, REASON_INVALID_STATE);
}

static void updates_touch_the_name_alone(void **state) {
  struct pillar_fixture *f = *state;
  Enable__RosterMember *made = academy_join(f, f->partner, "una", SELLER, "2026-02-01");
  Enable__UpdateRosterMemberRequest update = ENABLE__UPDATE_ROSTER_MEMBER_REQUEST__INIT;
  Enable__RosterMember change = *made;
  Enable__RosterMember__Role role = ENGINEER;
  change.display_name = (char *)"Una Berg";
  change.person = (char *)"somebody-else";
  change.roles = &role;
  update.roster_member = &change;
  update.etag = made->etag;
  Enable__RosterMember *changed = pillar_call(f, f->partner, ROSTER "UpdateRosterMember", &update);
  assert_string_equal(changed->display_name, "Una Berg");
  assert_string_equal(changed->person, "una");
  assert_int_equal(changed->roles[0], SELLER);
  pillar_refused(f, f->partner, ROSTER "UpdateRosterMember", &update, REASON_ETAG_MISMATCH);
  update.etag = (char *)"";
  pillar_refused(f, f->manager, ROSTER "UpdateRosterMember", &update, "OTHER_PARTY");
}

static void an_enrolment_from_start_to_end(void **state) {
  struct pillar_fixture *f = *state;
  Enable__Course *base = academy_publish(f, "intro", 0, NULL, "2026-01-01");
  Enable__Course *next = academy_publish(f, "expert", 0, base->name, "2026-01-01");
  const char *who = academy_join(f, f->partner, "eve", SELLER, "2026-02-01")->name;
  Enable__CreateEnrolmentRequest *assign = academy_enrolment(f, "eve-1", who, base->name, "2026-03-02");
  pillar_refused(f, f->manager, ENROLMENTS "CreateEnrolment", assign, "OTHER_PARTY");
  Enable__Enrolment *first = pillar_call(f, f->partner, ENROLMENTS "CreateEnrolment", assign);
  assert_int_equal(first->state, STATE(ASSIGNED));
  assert_int_equal(first->party, PARTNER);
  pillar_refused(f, f->partner, ENROLMENTS "CreateEnrolment",
                 academy_enrolment(f, "eve-2", who, base->name, "2026-03-02"), "ENROLMENT_OPEN");
  Enable__Enrolment *second = pillar_call(f, f->partner, ENROLMENTS "CreateEnrolment",
                                          academy_enrolment(f, "eve-3", who, next->name, "2026-03-02"));
  pillar_refused(f, f->partner, ENROLMENTS "RecordStatement",
                 academy_statement(f, second->name, ENABLE__VERB__VERB_INITIALIZED, -1, "2026-03-03"),
                 "PREREQUISITE_UNMET");
  pillar_call(f, f->partner, ENROLMENTS "RecordStatement",
              academy_statement(f, first->name, ENABLE__VERB__VERB_INITIALIZED, -1, "2026-03-03"));
  Enable__RecordStatementRequest *pass =
      academy_statement(f, first->name, ENABLE__VERB__VERB_PASSED, 8500, "2026-04-03");
  pass->request_id = (char *)"pass-eve";
  Enable__Enrolment *passed = pillar_call(f, f->manager, ENROLMENTS "RecordStatement", pass);
  assert_int_equal(passed->state, STATE(SATISFIED));
  passed = pillar_call(f, f->manager, ENROLMENTS "RecordStatement", pass); /* counted once */
  assert_int_equal(passed->n_sessions, 1);
  pillar_call(f, f->partner, ENROLMENTS "RecordStatement",
              academy_statement(f, first->name, ENABLE__VERB__VERB_TERMINATED, -1, "2026-04-03T01:00:00Z"));
  pillar_call(f, f->partner, ENROLMENTS "RecordStatement",
              academy_statement(f, second->name, ENABLE__VERB__VERB_INITIALIZED, -1, "2026-04-04"));
  Enable__WaiveEnrolmentRequest *waive =
      pillar_request(f, &enable__waive_enrolment_request__descriptor, second->name);
  waive->reason = (char *)"wrote the course herself";
  pillar_refused(f, f->partner, ENROLMENTS "WaiveEnrolment", waive, REASON_ACCESS_DENIED);
  assert_int_equal(
      ((Enable__Enrolment *)pillar_call(f, f->administrator, ENROLMENTS "WaiveEnrolment", waive))->state,
      STATE(WAIVED));
  for (int seer = 0; seer < 2; seer++) { /* both parties see the same */
    const struct principal *as = seer ? f->partner : f->viewer;
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026-03", "training.assigned", PARTNER), 2);
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026-04", "training.completed", PARTNER), 1);
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026-07", "training.completed", PARTNER), 1);
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026", "training.assigned", VENDOR), 0);
  }
  Enable__ListEnrolmentsRequest *list =
      pillar_request(f, &enable__list_enrolments_request__descriptor, ORVANE);
  list->member = (char *)who;
  list->state = STATE(WAIVED);
  Enable__ListEnrolmentsResponse *page = pillar_call(f, f->viewer, ENROLMENTS "ListEnrolments", list);
  assert_int_equal(page->n_enrolments, 1);
  list->party = PARTNER;
  pillar_refused(f, f->viewer, ENROLMENTS "ListEnrolments", list, REASON_INVALID_REQUEST);
}

static void bad_statements_list_every_violation(void **state) {
  struct pillar_fixture *f = *state;
  Enable__RecordStatementRequest *request = academy_statement(f, ORVANE "/enrolments/any", 0, 10001, NULL);
  request->session = (char *)"";
  const struct status *status =
      pillar_refused(f, f->partner, ENROLMENTS "RecordStatement", request, REASON_INVALID_REQUEST);
  assert_int_equal(violation_count(status), 3);
}

static void lists_page_to_the_end(void **state) {
  struct pillar_fixture *f = *state;
  Enable__ListRosterMembersRequest *list =
      pillar_request(f, &enable__list_roster_members_request__descriptor, ORVANE);
  size_t before =
      ((Enable__ListRosterMembersResponse *)pillar_call(f, f->viewer, ROSTER "ListRosterMembers", list))
          ->n_roster_members;
  for (int i = 0; i < 7; i++)
    academy_join(f, f->partner, arena_printf(pillar_arena(f), "page-%d", i), SELLER, "2026-02-01");
  size_t count = 0;
  list->page_size = 3;
  do {
    Enable__ListRosterMembersResponse *page = pillar_call(f, f->viewer, ROSTER "ListRosterMembers", list);
    assert_true(page->n_roster_members <= 3);
    count += page->n_roster_members;
    list->page_token = page->next_page_token;
  } while (*list->page_token);
  assert_int_equal(count, before + 7);
  Enable__GetRosterMemberRequest *get =
      pillar_request(f, &enable__get_roster_member_request__descriptor, member_name(f, "page-6"));
  pillar_call(f, f->partner_viewer, ROSTER "GetRosterMember", get);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_party_keeps_its_own_roster),
      cmocka_unit_test(a_person_is_there_once),
      cmocka_unit_test(updates_touch_the_name_alone),
      cmocka_unit_test(an_enrolment_from_start_to_end),
      cmocka_unit_test(bad_statements_list_every_violation),
      cmocka_unit_test(lists_page_to_the_end),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, academy_begin, academy_end);
}
