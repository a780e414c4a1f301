#include "onboard/builder.h"

#define STATE(name) ONBOARD__ESCALATION__STATE__STATE_##name
#define HOUR INT64_C(3600000000)

static Onboard__Escalation *escalation_build(struct arena *arena, Type__Party party) {
  static const int32_t hours[] = {72, 120, 240};
  struct act act = act_by(arena, party, "2026-03-01");
  Onboard__Escalation *escalation = arena_new(arena, Onboard__Escalation);
  onboard__escalation__init(escalation);
  escalation->name = arena_strdup(arena, PARTNERSHIP_NAME "/escalations/one");
  Onboard__EscalationLevel **levels = arena_calloc(arena, 3, sizeof(void *));
  for (size_t i = 0; i < 3; i++) {
    levels[i] = arena_new(arena, Onboard__EscalationLevel);
    onboard__escalation_level__init(levels[i]);
    levels[i]->hours = hours[i];
    levels[i]->vendor_owner = arena_printf(arena, PARTNERSHIP_NAME "/sponsors/v%zu", i + 1);
    levels[i]->partner_owner = arena_printf(arena, PARTNERSHIP_NAME "/sponsors/p%zu", i + 1);
  }
  escalation_start(&act, escalation, levels, act.now_us);
  return escalation;
}

static void it_climbs_by_itself(void **state) {
  struct arena *arena = *state;
  Onboard__Escalation *escalation = escalation_build(arena, VENDOR);
  int64_t start = at("2026-03-01"), second = start + 72 * HOUR, third = second + 120 * HOUR,
          end = third + 240 * HOUR;
  assert_int_equal(escalation_state_at(escalation, second - 1), STATE(OPEN));
  assert_int_equal(escalation_state_at(escalation, second), STATE(L2));
  assert_int_equal(escalation_state_at(escalation, third - 1), STATE(L2));
  assert_int_equal(escalation_state_at(escalation, third), STATE(L3));
  assert_int_equal(escalation_state_at(escalation, end + HOUR), STATE(L3));
  assert_int_equal(escalation_next_us(escalation), second);
  /* A step at a time, so that each is recorded by itself. */
  assert_true(escalation_settle_step(arena, escalation, end));
  assert_int_equal(escalation->state, STATE(L2));
  assert_int_equal(moment_us(escalation->steps[1]->enter_time), second);
  assert_int_equal(escalation->steps[1]->party, TYPE__PARTY__PARTY_SYSTEM);
  assert_true(escalation_settle_step(arena, escalation, end));
  assert_int_equal(moment_us(escalation->due_time), end);
  assert_false(escalation->overdue);
  assert_true(escalation_settle_step(arena, escalation, end));
  assert_true(escalation->overdue);
  assert_false(escalation_settle_step(arena, escalation, end + HOUR));
  assert_int_equal(escalation_next_us(escalation), INT64_MAX);
  assert_int_equal(escalation->n_steps, 3);
}

/* However often and whenever it is settled on the way, it ends the same. */
static void settling_often_or_once_is_the_same(void **state) {
  struct arena *arena = *state;
  for (int64_t hours = 0; hours < 500; hours += 13) {
    Onboard__Escalation *once = escalation_build(arena, VENDOR), *often = escalation_build(arena, VENDOR);
    int64_t now = at("2026-03-01") + hours * HOUR;
    assert_int_equal(escalation_state_at(once, now), (escalation_settle(arena, once, now), once->state));
    for (int64_t i = 0; i <= hours; i++)
      escalation_settle(arena, often, at("2026-03-01") + i * HOUR);
    assert_int_equal(once->state, often->state);
    assert_int_equal(once->overdue, often->overdue);
    assert_int_equal(once->n_steps, often->n_steps);
    assert_int_equal(moment_us(once->due_time), moment_us(often->due_time));
  }
}

static void somebody_owns_each_level(void **state) {
  struct arena *arena = *state;
  Onboard__Escalation *escalation = escalation_build(arena, VENDOR);
  int64_t now = at("2026-03-01"), later = now + 80 * HOUR;
  assert_true(escalation_is_owned_at(escalation, PARTNERSHIP_NAME "/sponsors/p1", now));
  assert_false(escalation_is_owned_at(escalation, PARTNERSHIP_NAME "/sponsors/p1", later));
  assert_true(escalation_is_owned_at(escalation, PARTNERSHIP_NAME "/sponsors/v2", later));
  assert_int_equal(escalation_level_at(escalation, later), 2);
}

static void one_proposes_the_other_answers(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-03-02"), partner = act_by(arena, PARTNER, "2026-03-02");
  Onboard__Escalation *escalation = escalation_build(arena, VENDOR);
  assert_refused(escalation_confirm(&partner, escalation, false), "NO_RESOLUTION_PROPOSED");
  assert_null(escalation_propose(&vendor, escalation, (char *)"pay half of it"));
  assert_refused(escalation_confirm(&vendor, escalation, false), "OWN_RESOLUTION");
  assert_refused(escalation_reject(&vendor, escalation, (char *)"not enough"), "OWN_RESOLUTION");
  assert_null(escalation_reject(&partner, escalation, (char *)"not enough"));
  assert_refused(escalation_confirm(&partner, escalation, false), "NO_RESOLUTION_PROPOSED");
  assert_int_equal(escalation->state, STATE(OPEN));
  /* Waiting for an answer does not stop the time. */
  assert_null(escalation_propose(&partner, escalation, (char *)"pay all of it"));
  escalation_settle(arena, escalation, at("2026-03-05"));
  assert_int_equal(escalation->state, STATE(L2));
  assert_null(escalation_confirm(&vendor, escalation, false));
  assert_int_equal(escalation->state, STATE(RESOLVED));
  assert_null(escalation->due_time);
  assert_int_equal(escalation_next_us(escalation), INT64_MAX);
  assert_refused(escalation_propose(&vendor, escalation, (char *)"once more"), REASON_INVALID_STATE);
  assert_refused(escalation_advance(&vendor, escalation, (char *)"once more"), REASON_INVALID_STATE);
}

static void the_last_level_is_the_last(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-03-02");
  Onboard__Escalation *escalation = escalation_build(arena, VENDOR);
  assert_null(escalation_advance(&act, escalation, (char *)"cannot wait"));
  assert_null(escalation_advance(&act, escalation, (char *)"cannot wait"));
  assert_int_equal(moment_us(escalation->due_time), act.now_us + 240 * HOUR);
  assert_refused(escalation_advance(&act, escalation, (char *)"cannot wait"), REASON_INVALID_STATE);
  assert_null(escalation_end(&act, escalation, "the cause is gone"));
  assert_int_equal(escalation->resolution->propose_party, TYPE__PARTY__PARTY_SYSTEM);
}

static void a_cause_has_one_name(void **state) {
  struct arena *arena = *state;
  const Onboard__EscalationTrigger missed = ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_MISSED_REVIEW;
  const char *one = escalation_automatic_name(arena, PARTNERSHIP_NAME, missed, "a");
  assert_string_equal(one, escalation_automatic_name(arena, PARTNERSHIP_NAME, missed, "a"));
  assert_string_not_equal(one, escalation_automatic_name(arena, PARTNERSHIP_NAME, missed, "b"));
  assert_string_not_equal(one, escalation_automatic_name(arena, PARTNERSHIP_NAME, missed + 1, "a"));
  assert_true(name_matches(one, "vendors/*/partnerships/*/escalations/*"));
  Onboard__Escalation *escalation = escalation_build(arena, VENDOR);
  escalation->subject = (char *)"vendors/halden/partnerships/other/reviews/q1";
  assert_refused(escalation_check(arena, escalation, PARTNERSHIP_NAME), REASON_INVALID_REQUEST);
  escalation->subject = (char *)"anything";
  assert_refused(escalation_check(arena, escalation, PARTNERSHIP_NAME), REASON_INVALID_REQUEST);
  escalation->subject = (char *)PARTNERSHIP_NAME "/opportunities/one";
  assert_null(escalation_check(arena, escalation, PARTNERSHIP_NAME));
}

/* What one party may do the other may do: swapping them changes nothing but the names. */
static void both_parties_alike(void **state) {
  struct arena *arena = *state;
  for (int action = 0; action < ESCALATION_ACTIONS; action++)
    for (Type__Party party = VENDOR; party <= PARTNER; party++) {
      Onboard__Escalation *mine = escalation_build(arena, VENDOR), *theirs = escalation_build(arena, PARTNER);
      struct act proposer = act_by(arena, VENDOR, "2026-03-02"),
                 swapped = act_by(arena, PARTNER, "2026-03-02");
      assert_null(escalation_propose(&proposer, mine, (char *)"pay half of it"));
      assert_null(escalation_propose(&swapped, theirs, (char *)"pay half of it"));
      struct act a = act_by(arena, party, "2026-03-02"), b = act_by(arena, party_other(party), "2026-03-02");
      int to_a = 0, to_b = 0;
      const struct status *of_a =
          machine_step(&escalation_machine, &a, mine->name, (int)mine->state, action, mine, NULL, &to_a);
      const struct status *of_b = machine_step(&escalation_machine, &b, theirs->name, (int)theirs->state,
                                               action, theirs, NULL, &to_b);
      assert_int_equal(to_a, to_b);
      assert_string_equal(of_a ? of_a->reason : "", of_b ? of_b->reason : "");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(it_climbs_by_itself),        TEST(settling_often_or_once_is_the_same),
      TEST(somebody_owns_each_level),   TEST(one_proposes_the_other_answers),
      TEST(the_last_level_is_the_last), TEST(a_cause_has_one_name),
      TEST(both_parties_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
