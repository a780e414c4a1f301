/* The five stages: what each needs before it is left, in every state and from every stage. */
#include "onboard/builder.h"

#include "onboard/stage.h"
#include "runtime/base/text.h"

#define STATE(name) ONBOARD__PARTNERSHIP__STATE__STATE_##name
#define STAGE(name) ONBOARD__PARTNERSHIP__STAGE__STAGE_##name
#define ITEM(name) ONBOARD__ACTIVATION_ITEM__KIND__KIND_##name
#define OUTCOME(name) ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_##name
#define PROPOSITION(name) ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_##name
#define NOW "2026-02-01"

static Onboard__Partnership *staged(struct arena *arena, Onboard__Partnership__Stage stage) {
  Onboard__Partnership *partnership = partnership_build(arena, STATE(ACTIVE));
  partnership->stage = stage;
  partnership->stage_enter_time = time_at(arena, "2025-06-01");
  partnership->last_review_outcome = ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_CONTINUE;
  partnership->review_outcome_time = time_at(arena, "2025-12-02");
  for (int kind = ITEM(JOINT_CONTENT); kind <= ITEM(CASE_STUDY); kind++)
    assert_true(activation_note(arena, partnership, (Onboard__ActivationItem__Kind)kind, at("2025-07-01"),
                                PARTNERSHIP_NAME "/opportunities/x"));
  return partnership;
}

/* Everything that any stage needs. */
static struct evidence evidence_whole(struct arena *arena) {
  Onboard__Review **reviews = arena_calloc(arena, 1, sizeof *reviews);
  reviews[0] = review_build(arena, "annual", "2025-12-01");
  reviews[0]->kind = ONBOARD__REVIEW__KIND__KIND_ANNUAL;
  reviews[0]->state = ONBOARD__REVIEW__STATE__STATE_HELD;
  reviews[0]->hold_time = time_at(arena, "2025-12-01");
  return (struct evidence){
      .fit = fit_concluded_with(arena, OUTCOME(STRATEGIC_CANDIDATE)),
      .proposition = proposition_in(arena, PROPOSITION(VALIDATED)),
      .contract = contract_in_force(arena),
      .reviews = reviews,
      .review_count = 1,
  };
}

static void each_stage_leads_to_the_next(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, NOW);
  struct evidence evidence = evidence_whole(arena);
  Onboard__Partnership *partnership = staged(arena, STAGE(UNSPECIFIED)); /* older than stages: in the first */
  for (int stage = STAGE(FIT_ASSESSMENT); stage <= STAGE(REVIEW); stage++) {
    assert_int_equal(stage_of(partnership), stage);
    if (stage == STAGE(REVIEW))
      partnership->stage_enter_time = time_at(arena, "2025-11-01");
    assert_null(stage_complete(&act, partnership, (Onboard__Partnership__Stage)stage, &evidence));
    assert_int_equal(moment_us(partnership->stage_enter_time), act.now_us);
  }
  assert_int_equal(partnership->stage, STAGE(REVIEW)); /* year after year */
  assert_int_equal(partnership->stage_cycle, 1);
  /* Neither the review that ended one cycle nor what it decided ends the next. */
  const struct status *status = stage_complete(&act, partnership, STAGE(REVIEW), &evidence);
  assert_refused(status, REASON_GUARD_UNMET);
  assert_int_equal(guard_count(status), 2);
  evidence.reviews[0]->hold_time = time_at(arena, "2027-01-20");
  act = act_by(arena, VENDOR, "2027-02-01");
  status = stage_complete(&act, partnership, STAGE(REVIEW), &evidence);
  assert_refused(status, REASON_GUARD_UNMET);
  assert_int_equal(guard_count(status), 1);
  partnership->state = STATE(UNDER_REVIEW);
  assert_null(
      partnership_conclude_review(&act, partnership, ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_CONTINUE));
  assert_null(stage_complete(&act, partnership, STAGE(REVIEW), &evidence));
  assert_int_equal(partnership->stage_cycle, 2);
}

static void no_stage_is_left_with_nothing(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  struct evidence nothing = {0};
  static const struct {
    Onboard__Partnership__Stage stage;
    size_t guards;
  } cases[] = {
      {STAGE(FIT_ASSESSMENT), 1}, {STAGE(VALUE_PROPOSITION), 1},
      {STAGE(AGREEMENT), 1},      {STAGE(ACTIVATION), 7},
      {STAGE(REVIEW), 3},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Onboard__Partnership *partnership = partnership_build(arena, STATE(DESIGNATED));
    partnership->stage = cases[i].stage;
    const struct status *status = stage_complete(&act, partnership, cases[i].stage, &nothing);
    assert_refused(status, REASON_GUARD_UNMET);
    assert_int_equal(guard_count(status), cases[i].guards);
    assert_int_equal(partnership->stage, cases[i].stage);
  }
}

static void what_falls_short_is_named(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  for (int outcome = OUTCOME(PREMIER_TIER); outcome <= OUTCOME(DECLINE); outcome++) {
    struct evidence evidence = {.fit = fit_concluded_with(arena, (Onboard__FitAssessment__Outcome)outcome)};
    assert_refused(
        stage_complete(&act, staged(arena, STAGE(FIT_ASSESSMENT)), STAGE(FIT_ASSESSMENT), &evidence),
        REASON_GUARD_UNMET);
  }
  for (int proposed = PROPOSITION(DRAFT); proposed <= PROPOSITION(RETIRED); proposed++) {
    struct evidence evidence = {.proposition =
                                    proposition_in(arena, (Onboard__JointValueProposition__State)proposed)};
    const struct status *status =
        stage_complete(&act, staged(arena, STAGE(VALUE_PROPOSITION)), STAGE(VALUE_PROPOSITION), &evidence);
    assert_int_equal(!status, proposed == PROPOSITION(VALIDATED));
  }
  for (int kind = ITEM(JOINT_CONTENT); kind <= ITEM(CASE_STUDY); kind++) {
    struct evidence evidence = evidence_whole(arena);
    Onboard__Partnership *partnership = staged(arena, STAGE(ACTIVATION));
    partnership->activation->items[kind - 1]->kind = ITEM(UNSPECIFIED);
    const struct status *status = stage_complete(&act, partnership, STAGE(ACTIVATION), &evidence);
    assert_int_equal(guard_count(status), 1);
  }
}

static void only_the_stage_it_is_in_and_never_once_it_ended(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  struct evidence evidence = evidence_whole(arena);
  for (int in = STAGE(FIT_ASSESSMENT); in <= STAGE(REVIEW); in++) {
    for (int meant = STAGE(FIT_ASSESSMENT); meant <= STAGE(REVIEW); meant++) {
      Onboard__Partnership *partnership = staged(arena, (Onboard__Partnership__Stage)in);
      const struct status *status =
          stage_complete(&act, partnership, (Onboard__Partnership__Stage)meant, &evidence);
      assert_int_equal(!status, in == meant);
      if (in != meant)
        assert_refused(status, "STAGE_CHANGED");
    }
  }
  Onboard__Partnership *ended = staged(arena, STAGE(FIT_ASSESSMENT));
  ended->state = STATE(ENDED);
  assert_refused(stage_complete(&act, ended, STAGE(FIT_ASSESSMENT), &evidence), REASON_INVALID_STATE);
}

static void the_window_follows_the_industry_and_items_are_noted_once(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  struct evidence evidence = evidence_whole(arena);
  static const struct {
    Onboard__Partnership__Preset preset;
    int days;
  } cases[] = {
      {ONBOARD__PARTNERSHIP__PRESET__PRESET_UNSPECIFIED, 180},
      {ONBOARD__PARTNERSHIP__PRESET__PRESET_CLOUD, 180},
      {ONBOARD__PARTNERSHIP__PRESET__PRESET_HEALTHCARE, 365},
      {ONBOARD__PARTNERSHIP__PRESET__PRESET_INDUSTRIAL, 270},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Onboard__Partnership *partnership = staged(arena, STAGE(AGREEMENT));
    partnership->preset = cases[i].preset;
    assert_null(stage_complete(&act, partnership, STAGE(AGREEMENT), &evidence));
    assert_int_equal(moment_us(partnership->activation->start_time), act.now_us);
    assert_int_equal(moment_us(partnership->activation->due_time), act.now_us + cases[i].days * US_PER_DAY);
    assert_int_equal(partnership->activation->n_items, 6); /* what was done before is done */
    assert_false(activation_note(arena, partnership, ITEM(JOINT_WIN), at("2026-01-01"), "another"));
    assert_int_equal(partnership->activation->n_items, 6);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(each_stage_leads_to_the_next),
      TEST(no_stage_is_left_with_nothing),
      TEST(what_falls_short_is_named),
      TEST(only_the_stage_it_is_in_and_never_once_it_ended),
      TEST(the_window_follows_the_industry_and_items_are_noted_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
