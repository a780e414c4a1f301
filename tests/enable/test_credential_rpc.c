#include "enable/academy.h"
#include "support/check.h"

#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"

#define STATE(name) ENABLE__CREDENTIAL__STATE__STATE_##name

static Enable__Credential *seen(struct pillar_fixture *f, const char *name) {
  return pillar_call(f, f->partner, CREDENTIALS "GetCredential",
                     pillar_request(f, &enable__get_credential_request__descriptor, name));
}

static int64_t day(const char *text) {
  int64_t time_us;
  assert_true(time_parse(text, &time_us));
  return time_us;
}

static void check(struct pillar_fixture *f, Type__Party party, int month, const char *instant,
                  int64_t required, int64_t certified) {
  assert_int_equal(academy_gauge(f, "coverage.required", party, month), required);
  assert_int_equal(academy_gauge(f, "coverage.certified", party, month), certified);
  for (int who = 0; who < 2; who++) { /* both parties see the same */
    const Enable__PartyCoverage *exact = academy_coverage(f, who ? f->partner : f->viewer, party, instant);
    assert_int_equal(exact->coverage->denominator, required);
    assert_int_equal(exact->coverage->numerator, certified);
  }
}

/* Counters and the exact measure agree at the end of each month, whatever happened. */
static void coverage_follows_what_happens(void **state) {
  struct pillar_fixture *f = *state;
  const char *course = academy_publish(f, "selling", SELLER, NULL, "2026-01-15")->name;
  const char *amy = academy_join(f, f->partner, "amy", SELLER, "2026-02-03")->name;
  const char *ben = academy_join(f, f->partner, "ben", SELLER, "2026-02-03")->name;
  academy_join(f, f->partner, "cy", ENGINEER, "2026-02-03");
  const char *val = academy_join(f, f->manager, "val", SELLER, "2026-02-03")->name;
  check(f, PARTNER, 202602, "2026-02-28T23:59:59Z", 2, 0);
  academy_certify(f, f->partner, "amy-1", amy, course, "2026-03-10");
  const char *bens = academy_certify(f, f->partner, "ben-1", ben, course, "2026-04-10")->name;
  academy_certify(f, f->manager, "val-1", val, course, "2026-03-12");
  check(f, PARTNER, 202602, "2026-02-28T23:59:59Z", 2, 0);
  check(f, PARTNER, 202603, "2026-03-31T23:59:59Z", 2, 1);
  check(f, PARTNER, 202604, "2026-04-30T23:59:59Z", 2, 2);
  check(f, PARTNER, 202703, "2027-03-31T23:59:59Z", 2, 1); /* amy's ends */
  check(f, PARTNER, 202704, "2027-04-30T23:59:59Z", 2, 0);
  check(f, VENDOR, 202603, "2026-03-31T23:59:59Z", 1, 1); /* never pooled */

  Enable__SuspendCredentialRequest *suspend =
      pillar_request(f, &enable__suspend_credential_request__descriptor, bens);
  suspend->reason = (char *)"exam is under inquiry";
  pillar_refused(f, f->partner, CREDENTIALS "SuspendCredential", suspend, REASON_ACCESS_DENIED);
  assert_int_equal(
      ((Enable__Credential *)pillar_call(f, f->administrator, CREDENTIALS "SuspendCredential", suspend))
          ->state,
      STATE(SUSPENDED));
  check(f, PARTNER, 202607, "2026-07-31T23:59:59Z", 2, 1);
  check(f, PARTNER, 202604, "2026-04-30T23:59:59Z", 2, 2);
  fixture_set_now(f->server, day("2026-08-20T12:00:00Z"));
  pillar_call(f, f->administrator, CREDENTIALS "ReinstateCredential",
              pillar_request(f, &enable__reinstate_credential_request__descriptor, bens));
  assert_int_equal(seen(f, bens)->state, STATE(ACTIVE));
  check(f, PARTNER, 202607, "2026-07-31T23:59:59Z", 2, 1);
  check(f, PARTNER, 202608, "2026-08-31T23:59:59Z", 2, 2);

  Enable__ReleaseRosterMemberRequest *release =
      pillar_request(f, &enable__release_roster_member_request__descriptor, amy);
  release->leave_time = pillar_time(f, "2026-08-19");
  pillar_call(f, f->partner, ROSTER "ReleaseRosterMember", release);
  check(f, PARTNER, 202608, "2026-08-31T23:59:59Z", 1, 1);
  check(f, PARTNER, 202703, "2027-03-31T23:59:59Z", 1, 1);
  const Enable__PartyCoverage *now = academy_coverage(f, f->viewer, PARTNER, "2026-08-20");
  assert_int_equal(now->peak_certified, 2);
  assert_int_equal(now->atrophy->numerator, 2 - now->coverage->numerator);

  Enable__RevokeCredentialRequest *revoke =
      pillar_request(f, &enable__revoke_credential_request__descriptor, bens);
  revoke->reason = (char *)"the exam was not his own";
  pillar_call(f, f->administrator, CREDENTIALS "RevokeCredential", revoke);
  pillar_refused(f, f->administrator, CREDENTIALS "RevokeCredential", revoke, REASON_INVALID_STATE);
  check(f, PARTNER, 202608, "2026-08-31T23:59:59Z", 1, 0);
  check(f, PARTNER, 202604, "2026-04-30T23:59:59Z", 2, 2);
  fixture_set_now(f->server, day("2026-07-15T12:00:00Z"));
}

/* A course that is published after people joined: exact at once, counted after the rosters are. */
static void a_new_requirement_recounts_everybody(void **state) {
  struct pillar_fixture *f = *state;
  enum { PEOPLE = 70 }; /* more than one transaction takes */
  for (int i = 0; i < PEOPLE; i++)
    academy_join(f, f->partner, arena_printf(pillar_arena(f), "eng-%d", i), ENGINEER, "2026-02-03");
  int64_t before = academy_gauge(f, "coverage.required", PARTNER, 202612);
  const char *course = academy_publish(f, "deploying", ENGINEER, NULL, "2026-07-01")->name;
  int64_t exact = academy_coverage(f, f->viewer, PARTNER, "2026-12-31")->coverage->denominator;
  assert_true(exact >= before + PEOPLE);
  assert_int_equal(academy_gauge(f, "coverage.required", PARTNER, 202612), before);
  assert_int_equal(academy_recount(f), exact - before);
  assert_int_equal(academy_gauge(f, "coverage.required", PARTNER, 202612), exact);
  assert_int_equal(academy_recount(f), 0);
  Enable__RetireCourseRequest *retire = pillar_request(f, &enable__retire_course_request__descriptor, course);
  pillar_call(f, f->administrator, COURSES "RetireCourse", retire);
  assert_int_equal(academy_recount(f), exact - before);
  assert_int_equal(academy_gauge(f, "coverage.required", PARTNER, 202612), before);
}

static void issued_once_and_renewed(void **state) {
  struct pillar_fixture *f = *state;
  const char *course = academy_publish(f, "renewing", 0, NULL, "2025-01-01")->name;
  const char *who = academy_join(f, f->partner, "ren", SELLER, "2025-01-01")->name;
  Enable__Credential *first = academy_certify(f, f->partner, "ren-1", who, course, "2025-09-01");
  assert_int_equal(first->state, STATE(EXPIRING));
  assert_int_equal(timestamp_us(first->valid_until_time, 0), day("2026-09-01"));
  Enable__IssueCredentialRequest *again =
      pillar_request(f, &enable__issue_credential_request__descriptor, ORVANE);
  again->enrolment = first->enrolment;
  pillar_refused(f, f->manager, CREDENTIALS "IssueCredential", again, "CREDENTIAL_ISSUED");
  pillar_refused(f, f->partner, CREDENTIALS "IssueCredential", again, REASON_ACCESS_DENIED);
  Enable__Credential *second = academy_certify(f, f->partner, "ren-2", who, course, "2026-07-10");
  assert_string_equal(second->renews, first->name);
  assert_int_equal(timestamp_us(second->valid_until_time, 0), day("2027-09-01"));
  Enable__ListCredentialsRequest *list =
      pillar_request(f, &enable__list_credentials_request__descriptor, ORVANE);
  list->member = (char *)who;
  list->state = STATE(EXPIRING);
  Enable__ListCredentialsResponse *page = pillar_call(f, f->viewer, CREDENTIALS "ListCredentials", list);
  assert_int_equal(page->n_credentials, 1);
  assert_string_equal(page->credentials[0]->name, first->name);
  fixture_set_now(f->server, day("2026-09-01"));
  assert_int_equal(seen(f, first->name)->state, STATE(EXPIRED));
  fixture_set_now(f->server, day("2026-07-15T12:00:00Z"));
  pillar_refused(f, f->stranger, CREDENTIALS "ListCredentials", list, REASON_ACCESS_DENIED);
}

static void a_leavers_credential_is_refused(void **state) {
  struct pillar_fixture *f = *state;
  const char *course = academy_publish(f, "leaving", 0, NULL, "2026-01-01")->name;
  const char *who = academy_join(f, f->partner, "lea", SELLER, "2026-02-01")->name;
  Enable__Enrolment *enrolment = pillar_call(f, f->partner, ENROLMENTS "CreateEnrolment",
                                             academy_enrolment(f, "lea-1", who, course, "2026-03-01"));
  Enable__IssueCredentialRequest *issue =
      pillar_request(f, &enable__issue_credential_request__descriptor, ORVANE);
  issue->enrolment = enrolment->name;
  pillar_refused(f, f->manager, CREDENTIALS "IssueCredential", issue, REASON_GUARD_UNMET);
  Enable__IssueCredentialRequest *elsewhere =
      pillar_request(f, &enable__issue_credential_request__descriptor, CASTELLAN);
  elsewhere->enrolment = enrolment->name;
  pillar_refused(f, f->manager, CREDENTIALS "IssueCredential", elsewhere, REASON_NOT_FOUND);
  pillar_call(f, f->partner, ROSTER "ReleaseRosterMember",
              pillar_request(f, &enable__release_roster_member_request__descriptor, who));
  pillar_refused(f, f->manager, CREDENTIALS "IssueCredential", issue, REASON_INVALID_STATE);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(coverage_follows_what_happens),
      cmocka_unit_test(a_new_requirement_recounts_everybody),
      cmocka_unit_test(issued_once_and_renewed),
      cmocka_unit_test(a_leavers_credential_is_refused),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, academy_begin, academy_end);
}
