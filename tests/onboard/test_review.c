#include "onboard/builder.h"

#define STATE(name) ONBOARD__REVIEW__STATE__STATE_##name

struct meeting {
  Onboard__Attendee attendees[3];
  Onboard__Attendee *list[3];
  Onboard__Sponsor *sponsors[3];
  struct review_facts facts;
};

static void attend(struct meeting *meeting, Type__Party party, Onboard__Sponsor *sponsor) {
  size_t i = meeting->facts.attendee_count++;
  onboard__attendee__init(&meeting->attendees[i]);
  meeting->attendees[i].party = party;
  if (sponsor)
    meeting->attendees[i].sponsor = sponsor->name;
  else
    meeting->attendees[i].person_name = (char *)"Kim";
  meeting->list[i] = &meeting->attendees[i];
  meeting->sponsors[i] = sponsor;
  meeting->facts.attendees = meeting->list;
  meeting->facts.sponsors = meeting->sponsors;
}

static void missed_after_fifteen_days(void **state) {
  struct arena *arena = *state;
  Onboard__Review *review = review_build(arena, "q1", "2026-03-31");
  assert_int_equal(review_state_at(review, at("2026-04-15") - 1), STATE(SCHEDULED));
  assert_int_equal(review_state_at(review, at("2026-04-15")), STATE(MISSED));
  assert_int_equal(review_next_us(review), at("2026-04-15"));
  assert_true(review_settle(review, at("2026-04-15")));
  assert_false(review_settle(review, at("2026-04-16")));
  assert_int_equal(review_next_us(review), INT64_MAX);
}

static void held_with_sponsors(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-04-02");
  Onboard__Review *review = review_build(arena, "q1", "2026-03-31");
  struct meeting meeting = {.facts.hold_us = at("2026-04-01")};
  attend(&meeting, VENDOR, sponsor_build(arena, "ada", VENDOR, ONBOARD__SPONSOR__LEVEL__LEVEL_C_LEVEL));
  attend(&meeting, PARTNER,
         sponsor_build(arena, "max", PARTNER, ONBOARD__SPONSOR__LEVEL__LEVEL_ACCOUNT_MANAGER));
  attend(&meeting, PARTNER, NULL);
  assert_null(review_hold(&act, review, &meeting.facts));
  assert_int_equal(review->state, STATE(HELD));
  assert_int_equal(review->n_sponsored_parties, 1); /* an account manager is no executive */
  assert_int_equal(review->sponsored_parties[0], VENDOR);
}

static void sponsors_are_of_their_party(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-04-02");
  Onboard__Review *review = review_build(arena, "q1", "2026-03-31");
  Onboard__Sponsor *ada = sponsor_build(arena, "ada", VENDOR, ONBOARD__SPONSOR__LEVEL__LEVEL_C_LEVEL);
  struct meeting meeting = {.facts.hold_us = at("2026-04-01")};
  attend(&meeting, PARTNER, ada);
  attend(&meeting, VENDOR, ada);
  meeting.sponsors[1] = NULL; /* named, but not there */
  const struct status *status = review_hold(&act, review, &meeting.facts);
  assert_refused(status, "SPONSOR_UNKNOWN");
  assert_int_equal(guard_count(status), 2);
}

static void a_missed_one_can_still_be_recorded(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-06-01");
  Onboard__Review *review = review_build(arena, "q1", "2026-03-31");
  review_settle(review, act.now_us);
  assert_int_equal(review->state, STATE(MISSED));
  struct meeting meeting = {.facts.hold_us = at("2026-04-16")};
  attend(&meeting, VENDOR, NULL);
  assert_refused(review_hold(&act, review, &meeting.facts), "HELD_TOO_LATE");
  meeting.facts.hold_us = at("2026-04-10");
  assert_null(review_hold(&act, review, &meeting.facts));
  assert_int_equal(review->state, STATE(HELD));
}

static void moved_but_not_for_ever(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-04-02");
  Onboard__Review *review = review_build(arena, "q1", "2026-03-31");
  const struct status *status =
      review_reschedule(&act, review, time_at(arena, "2026-04-01"), (char *)"people are ill");
  assert_refused(status, REASON_INVALID_REQUEST);
  assert_refused(review_reschedule(&act, review, time_at(arena, "2026-07-02"), (char *)"people are ill"),
                 REASON_INVALID_REQUEST);
  assert_null(review_reschedule(&act, review, time_at(arena, "2026-07-01"), (char *)"people are ill"));
  assert_int_equal(review->state, STATE(RESCHEDULED));
  assert_int_equal(review->reschedule_count, 1);
  assert_int_equal(moment_us(review->original_due_time), at("2026-03-31"));
  assert_null(review_cancel(&act, review, (char *)"partnership ends"));
  assert_refused(review_reschedule(&act, review, time_at(arena, "2026-01-01"), (char *)"people are ill"),
                 REASON_INVALID_STATE);
  Onboard__Review *due = review_build(arena, "q2", "2026-04-01");
  assert_refused(review_cancel(&act, due, (char *)"no time for it"), "REVIEW_DUE");
}

static void attendees_are_somebody(void **state) {
  struct arena *arena = *state;
  struct meeting meeting = {0};
  attend(&meeting, TYPE__PARTY__PARTY_SYSTEM, NULL);
  attend(&meeting, VENDOR, NULL);
  meeting.attendees[1].person_name = (char *)"";
  assert_int_equal(violation_count(review_check_attendees(arena, meeting.list, 2)), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(missed_after_fifteen_days),   TEST(held_with_sponsors),
      TEST(sponsors_are_of_their_party), TEST(a_missed_one_can_still_be_recorded),
      TEST(moved_but_not_for_ever),      TEST(attendees_are_somebody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
