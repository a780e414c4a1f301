#include "enable/credential.h"
#include "support/machine_check.h"

#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"

#define STATE(name) ENABLE__CREDENTIAL__STATE__STATE_##name

static struct arena *arena;

static int64_t day(const char *text) {
  int64_t time_us;
  assert_true(time_parse(text, &time_us));
  return time_us;
}

static Enable__Credential *issued(const char *satisfied, int months, const Enable__Credential *renewed) {
  Enable__Enrolment enrolment = ENABLE__ENROLMENT__INIT;
  Enable__Course course = ENABLE__COURSE__INIT;
  Enable__Credential *made = arena_new(arena, Enable__Credential);
  enable__credential__init(made);
  made->name = (char *)"c";
  enrolment.state = ENABLE__ENROLMENT__STATE__STATE_SATISFIED;
  enrolment.satisfy_time = timestamp_new(arena, day(satisfied));
  course.validity_months = months;
  allowed(credential_apply_issue(arena, made, &enrolment, &course, renewed));
  return made;
}

static void every_state_and_action(void **state) {
  static const char *const moves[] = {"ACTIVE SUSPEND SUSPENDED",   "EXPIRING SUSPEND SUSPENDED",
                                      "SUSPENDED REINSTATE ACTIVE", "ACTIVE REVOKE REVOKED",
                                      "EXPIRING REVOKE REVOKED",    "SUSPENDED REVOKE REVOKED"};
  (void)state;
  machine_check(&credential_machine, CREDENTIAL_ACTIONS, moves, sizeof moves / sizeof *moves);
}

static void months_end_where_the_month_does(void **state) {
  (void)state;
  static const struct {
    const char *from;
    int months;
    const char *to;
  } cases[] = {
      {"2026-01-31", 1, "2026-02-28"},
      {"2024-01-31", 1, "2024-02-29"},
      {"2026-03-15T10:30:00Z", 12, "2027-03-15T10:30:00Z"},
      {"2024-02-29", 12, "2025-02-28"},
      {"2026-12-31T23:59:59Z", 2, "2027-02-28T23:59:59Z"},
      {"2026-05-31", 24, "2028-05-31"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(months_after(day(cases[i].from), cases[i].months), day(cases[i].to));
}

static void status_follows_from_dates(void **state) {
  (void)state;
  Enable__Credential *c = issued("2026-01-10", 12, NULL);
  assert_int_equal(credential_state_at(c, day("2026-01-10")), STATE(ACTIVE));
  assert_int_equal(credential_state_at(c, day("2026-10-11")), STATE(ACTIVE));
  assert_int_equal(credential_state_at(c, day("2026-10-12")), STATE(EXPIRING)); /* 90 days before */
  assert_int_equal(credential_state_at(c, day("2027-01-09")), STATE(EXPIRING));
  assert_int_equal(credential_state_at(c, day("2027-01-10")), STATE(EXPIRED));
  refused(credential_apply_suspend(arena, c, "a", "r", day("2027-01-10")), REASON_INVALID_STATE);
  assert_null(issued("2026-01-10", 0, NULL)->valid_until_time);
}

static void renewal_extends_or_starts_anew(void **state) {
  (void)state;
  Enable__Credential *old = issued("2025-03-01", 12, NULL);
  Enable__Credential *early = issued("2026-02-10", 12, old);
  assert_int_equal(timestamp_us(early->valid_from_time, 0), day("2026-02-10"));
  assert_int_equal(timestamp_us(early->valid_until_time, 0), day("2027-03-01"));
  assert_string_equal(early->renews, old->name);
  Enable__Credential *late = issued("2026-03-02", 12, old);
  assert_int_equal(timestamp_us(late->valid_until_time, 0), day("2027-03-02"));
  Enable__Credential *at_the_end = issued("2026-03-01", 12, old);
  assert_int_equal(timestamp_us(at_the_end->valid_until_time, 0), day("2027-03-01"));
}

static void suspensions_are_gaps_and_revocation_is_final(void **state) {
  (void)state;
  Enable__Credential *c = issued("2026-01-01", 12, NULL);
  allowed(credential_apply_suspend(arena, c, "ann", "under inquiry", day("2026-03-01")));
  assert_int_equal(credential_state_at(c, day("2026-03-01")), STATE(SUSPENDED));
  assert_int_equal(credential_state_at(c, day("2026-02-28")), STATE(ACTIVE));
  refused(credential_apply_suspend(arena, c, "ann", "again", day("2026-03-02")), REASON_INVALID_STATE);
  allowed(credential_apply_reinstate(arena, c, day("2026-04-01")));
  refused(credential_apply_reinstate(arena, c, day("2026-04-02")), REASON_INVALID_STATE);
  struct spans spans = credential_spans(arena, c);
  assert_int_equal(spans.count, 2);
  assert_int_equal(spans.items[0].end_us, day("2026-03-01"));
  assert_int_equal(spans.items[1].start_us, day("2026-04-01"));
  assert_int_equal(spans.items[1].end_us, day("2027-01-01"));
  allowed(credential_apply_revoke(arena, c, "ann", "fraud found", day("2026-06-01")));
  spans = credential_spans(arena, c);
  assert_int_equal(spans.items[1].end_us, day("2026-06-01"));
  assert_int_equal(credential_state_at(c, day("2026-05-31")), STATE(ACTIVE));
  assert_int_equal(credential_state_at(c, day("2028-01-01")), STATE(REVOKED));
  refused(credential_apply_reinstate(arena, c, day("2026-07-01")), REASON_INVALID_STATE);
  refused(credential_apply_revoke(arena, c, "ann", "twice", day("2026-07-01")), REASON_INVALID_STATE);
}

static void issued_once_from_what_was_satisfied(void **state) {
  (void)state;
  Enable__Enrolment enrolment = ENABLE__ENROLMENT__INIT;
  Enable__Course course = ENABLE__COURSE__INIT;
  Enable__Credential credential = ENABLE__CREDENTIAL__INIT;
  for (int s = ENABLE__ENROLMENT__STATE__STATE_ASSIGNED; s <= ENABLE__ENROLMENT__STATE__STATE_WAIVED; s++) {
    enrolment.state = (Enable__Enrolment__State)s;
    enrolment.satisfy_time = timestamp_new(arena, 1);
    const struct status *status = credential_apply_issue(arena, &credential, &enrolment, &course, NULL);
    if (s == ENABLE__ENROLMENT__STATE__STATE_SATISFIED || s == ENABLE__ENROLMENT__STATE__STATE_WAIVED)
      allowed(status);
    else
      refused(status, REASON_GUARD_UNMET);
  }
  enrolment.credential = (char *)"c0";
  refused(credential_apply_issue(arena, &credential, &enrolment, &course, NULL), "CREDENTIAL_ISSUED");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_and_action),
      cmocka_unit_test(months_end_where_the_month_does),
      cmocka_unit_test(status_follows_from_dates),
      cmocka_unit_test(renewal_extends_or_starts_anew),
      cmocka_unit_test(suspensions_are_gaps_and_revocation_is_final),
      cmocka_unit_test(issued_once_from_what_was_satisfied),
  };
  arena = arena_create(16 << 20, NULL, NULL);
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  arena_destroy(arena);
  return failures;
}
