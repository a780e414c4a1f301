#include "onboard/builder.h"

#define STATE(name) ONBOARD__MILESTONE__STATE__STATE_##name

static Onboard__Milestone *build(struct arena *arena, size_t owners) {
  Onboard__Plan *plan = plan_build(arena, terms_build(arena));
  plan->terms->milestones[0]->n_owners = owners; /* 1: the vendor's */
  return plan_milestone(arena, plan, plan->terms->milestones[0], at("2026-01-08"));
}

static const struct status *claim(struct arena *arena, Onboard__Milestone *milestone, Type__Party party,
                                  const char *when, const char *achieved) {
  struct act act = act_by(arena, party, when);
  milestone_settle(milestone, act.now_us);
  return milestone_claim(&act, milestone, (char *)"press release", time_at(arena, achieved), 14 * US_PER_DAY);
}

static void claimed_by_one_confirmed_by_the_other(void **state) {
  struct arena *arena = *state;
  Onboard__Milestone *milestone = build(arena, 2);
  struct act vendor = act_by(arena, VENDOR, "2026-06-02"), partner = act_by(arena, PARTNER, "2026-06-02");
  assert_refused(milestone_confirm(&vendor, milestone), REASON_INVALID_STATE);
  assert_null(claim(arena, milestone, PARTNER, "2026-06-01", "2026-05-30"));
  assert_refused(milestone_confirm(&partner, milestone), "OWN_CLAIM");
  assert_null(milestone_confirm(&vendor, milestone));
  assert_int_equal(milestone->state, STATE(ACHIEVED));
  assert_true(milestone_in_time(milestone));
  Onboard__Milestone *own = build(arena, 1);
  assert_refused(claim(arena, own, PARTNER, "2026-06-01", "2026-05-30"), "NOT_OWN_MILESTONE");
}

static void late_with_its_slip(void **state) {
  struct arena *arena = *state;
  Onboard__Milestone *milestone = build(arena, 2);
  struct act vendor = act_by(arena, VENDOR, "2026-07-12");
  assert_int_equal(milestone_state_at(milestone, at("2026-06-30") - 1), STATE(OPEN));
  assert_int_equal(milestone_state_at(milestone, at("2026-06-30")), STATE(OVERDUE));
  assert_null(claim(arena, milestone, PARTNER, "2026-07-11", "2026-07-10T12:00:00Z"));
  assert_null(milestone_confirm(&vendor, milestone));
  assert_false(milestone_in_time(milestone));
  assert_int_equal(milestone->slip_days, 11);
}

static void a_rejected_one_goes_on(void **state) {
  struct arena *arena = *state;
  Onboard__Milestone *milestone = build(arena, 2);
  struct act vendor = act_by(arena, VENDOR, "2026-07-02");
  assert_null(claim(arena, milestone, PARTNER, "2026-06-25", "2026-06-24"));
  assert_null(milestone_reject(&vendor, milestone, (char *)"not yet launched"));
  assert_int_equal(milestone->state, STATE(OVERDUE));
  assert_null(claim(arena, milestone, VENDOR, "2026-07-03", "2026-07-03"));
  struct act partner = act_by(arena, PARTNER, "2026-07-04");
  assert_null(milestone_confirm(&partner, milestone));
  assert_int_equal(milestone->slip_days, 3);
}

static void silence_confirms(void **state) {
  struct arena *arena = *state;
  Onboard__Milestone *milestone = build(arena, 2);
  assert_null(claim(arena, milestone, PARTNER, "2026-06-25", "2026-06-24"));
  assert_int_equal(milestone_next_us(milestone), at("2026-07-09"));
  assert_int_equal(milestone_state_at(milestone, at("2026-07-09") - 1), STATE(CLAIMED));
  assert_true(milestone_settle(milestone, at("2026-07-09")));
  assert_int_equal(milestone->state, STATE(ACHIEVED));
  assert_true(milestone->deemed);
  assert_true(milestone_in_time(milestone));
  assert_false(milestone_settle(milestone, at("2026-08-01")));
  assert_int_equal(milestone_next_us(milestone), INT64_MAX);
}

static void released_only_when_nothing_happened(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-03-01");
  Onboard__Milestone *milestone = build(arena, 2);
  assert_true(milestone_is_released_at(milestone, act.now_us));
  assert_false(milestone_is_released_at(milestone, at("2026-07-01")));
  assert_null(milestone_release(&act, milestone));
  assert_refused(claim(arena, milestone, VENDOR, "2026-03-02", "2026-03-01"), REASON_INVALID_STATE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(claimed_by_one_confirmed_by_the_other),
      TEST(late_with_its_slip),
      TEST(a_rejected_one_goes_on),
      TEST(silence_confirms),
      TEST(released_only_when_nothing_happened),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
