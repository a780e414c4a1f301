#include "enable/enrolment.h"
#include "support/machine_check.h"

#include "runtime/base/timestamp.h"

#define STATE(name) ENABLE__ENROLMENT__STATE__STATE_##name
#define MOVE_ON(name) ENABLE__COURSE__MOVE_ON__MOVE_ON_##name
#define NOW INT64_C(1000000000000)

static struct arena *arena;

/* A course, a member and an enrolment of the one in the other. */
struct scene {
  Enable__Course course;
  Enable__RosterMember member;
  Enable__Enrolment enrolment;
  struct enrolment_terms terms;
  int64_t time_us;
};

static struct scene *scene(Enable__Course__MoveOn move_on) {
  struct scene *s = arena_new(arena, struct scene);
  enable__course__init(&s->course);
  enable__roster_member__init(&s->member);
  enable__enrolment__init(&s->enrolment);
  s->course.name = (char *)"vendors/v/courses/c";
  s->course.state = ENABLE__COURSE__STATE__STATE_PUBLISHED;
  s->course.move_on = move_on;
  s->course.mastery_score_bps = 8000;
  s->member.name = (char *)"vendors/v/partnerships/p/rosterMembers/m";
  s->member.state = ENABLE__ROSTER_MEMBER__STATE__STATE_ACTIVE;
  s->member.party = TYPE__PARTY__PARTY_PARTNER;
  s->enrolment.name = (char *)"vendors/v/partnerships/p/enrolments/e";
  s->enrolment.member = s->member.name;
  s->enrolment.course = s->course.name;
  s->enrolment.assign_time = timestamp_new(arena, 1);
  s->time_us = 10;
  s->terms = (struct enrolment_terms){.course = &s->course, .member = &s->member};
  allowed(enrolment_apply_create(arena, &s->enrolment, &s->course, &s->member, NOW));
  return s;
}

/* `score` -1: none. Time goes on by itself. */
static const struct status *say_in(struct scene *s, const char *session, Enable__Verb verb, int score) {
  Enable__Score given = ENABLE__SCORE__INIT;
  given.scaled_bps = score;
  struct statement statement = {
      .session = session, .verb = verb, .score = score < 0 ? NULL : &given, .occur_us = s->time_us++};
  return enrolment_apply_statement(arena, &s->enrolment, &s->terms, &statement, NOW);
}

#define SAY(scene, verb, score) say_in(scene, "s1", ENABLE__VERB__VERB_##verb, score)

static void every_state_and_action(void **state) {
  static const char *const moves[] = {"ASSIGNED INITIALIZE IN_PROGRESS",
                                      "IN_PROGRESS INITIALIZE IN_PROGRESS",
                                      "FAILED INITIALIZE IN_PROGRESS",
                                      "ABANDONED INITIALIZE IN_PROGRESS",
                                      "SATISFIED INITIALIZE SATISFIED",
                                      "IN_PROGRESS RECORD IN_PROGRESS",
                                      "FAILED RECORD FAILED",
                                      "SATISFIED RECORD SATISFIED",
                                      "ASSIGNED WAIVE WAIVED",
                                      "IN_PROGRESS WAIVE WAIVED",
                                      "FAILED WAIVE WAIVED",
                                      "ABANDONED WAIVE WAIVED"};
  (void)state;
  machine_check(&enrolment_machine, ENROLMENT_ACTIONS, moves, sizeof moves / sizeof *moves);
}

static void move_on_decides(void **state) {
  (void)state;
  static const struct {
    Enable__Course__MoveOn move_on;
    bool by_pass, by_completion, by_both;
  } cases[] = {
      {MOVE_ON(PASSED), true, false, true},
      {MOVE_ON(COMPLETED), false, true, true},
      {MOVE_ON(COMPLETED_AND_PASSED), false, false, true},
      {MOVE_ON(COMPLETED_OR_PASSED), true, true, true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (int what = 1; what <= 3; what++) {
      struct scene *s = scene(cases[i].move_on);
      allowed(SAY(s, INITIALIZED, -1));
      if (what & 1)
        allowed(SAY(s, PASSED, 9000));
      if (what & 2)
        allowed(SAY(s, COMPLETED, -1));
      bool expected = what == 1 ? cases[i].by_pass : what == 2 ? cases[i].by_completion : cases[i].by_both;
      assert_int_equal(s->enrolment.state == STATE(SATISFIED), expected);
      allowed(SAY(s, TERMINATED, -1));
      assert_int_equal(s->enrolment.state == STATE(SATISFIED), expected);
    }
  }
  assert_int_equal(scene(MOVE_ON(NOT_APPLICABLE))->enrolment.state, STATE(SATISFIED));
}

static void completed_and_passed_in_different_sessions(void **state) {
  (void)state;
  struct scene *s = scene(MOVE_ON(COMPLETED_AND_PASSED));
  allowed(say_in(s, "a", ENABLE__VERB__VERB_INITIALIZED, -1));
  allowed(say_in(s, "a", ENABLE__VERB__VERB_COMPLETED, -1));
  allowed(say_in(s, "a", ENABLE__VERB__VERB_TERMINATED, -1));
  assert_int_equal(s->enrolment.state, STATE(IN_PROGRESS));
  allowed(say_in(s, "b", ENABLE__VERB__VERB_INITIALIZED, -1));
  allowed(say_in(s, "b", ENABLE__VERB__VERB_PASSED, 8000));
  assert_int_equal(s->enrolment.state, STATE(SATISFIED));
  assert_int_equal(timestamp_us(s->enrolment.satisfy_time, 0), s->time_us - 1);
}

static void a_session_says_each_thing_once(void **state) {
  (void)state;
  struct scene *s = scene(MOVE_ON(COMPLETED_AND_PASSED));
  refused(SAY(s, COMPLETED, -1), REASON_INVALID_STATE); /* not begun */
  allowed(SAY(s, INITIALIZED, -1));
  refused(SAY(s, INITIALIZED, -1), "STATEMENT_REPEATED");
  refused(say_in(s, "other", ENABLE__VERB__VERB_COMPLETED, -1), "SESSION_UNKNOWN");
  allowed(SAY(s, COMPLETED, -1));
  refused(SAY(s, COMPLETED, -1), "STATEMENT_REPEATED");
  allowed(SAY(s, FAILED, 100));
  refused(SAY(s, FAILED, 100), "STATEMENT_REPEATED");
  refused(SAY(s, PASSED, 9000), "STATEMENT_REPEATED");
  assert_int_equal(s->enrolment.state, STATE(FAILED));
  allowed(SAY(s, TERMINATED, -1));
  refused(SAY(s, TERMINATED, -1), "SESSION_ENDED");
  allowed(say_in(s, "s2", ENABLE__VERB__VERB_INITIALIZED, -1));
  allowed(say_in(s, "s2", ENABLE__VERB__VERB_PASSED, 10000));
  assert_int_equal(s->enrolment.state, STATE(SATISFIED));
  allowed(say_in(s, "s3", ENABLE__VERB__VERB_INITIALIZED, -1));
  allowed(say_in(s, "s3", ENABLE__VERB__VERB_FAILED, 0));
  assert_int_equal(s->enrolment.state, STATE(SATISFIED)); /* once met, it stays */
}

static void scores_fit_the_verdict(void **state) {
  (void)state;
  struct scene *s = scene(MOVE_ON(PASSED));
  allowed(SAY(s, INITIALIZED, -1));
  refused(SAY(s, PASSED, 7999), "SCORE_CONTRADICTS");
  refused(SAY(s, FAILED, 8000), "SCORE_CONTRADICTS");
  refused(SAY(s, PASSED, -1), "SCORE_CONTRADICTS");
  allowed(SAY(s, PASSED, 8000));
  assert_int_equal(s->enrolment.sessions[0]->score->scaled_bps, 8000);
  struct scene *unscored = scene(MOVE_ON(PASSED));
  unscored->course.mastery_score_bps = 0;
  allowed(SAY(unscored, INITIALIZED, -1));
  allowed(SAY(unscored, PASSED, -1));
}

static void what_is_left_open_is_abandoned(void **state) {
  (void)state;
  struct scene *s = scene(MOVE_ON(PASSED));
  allowed(say_in(s, "a", ENABLE__VERB__VERB_INITIALIZED, -1));
  allowed(say_in(s, "b", ENABLE__VERB__VERB_INITIALIZED, -1));
  assert_non_null(s->enrolment.sessions[0]->abandon_time);
  refused(say_in(s, "a", ENABLE__VERB__VERB_PASSED, 9000), "SESSION_ENDED");
  allowed(say_in(s, "b", ENABLE__VERB__VERB_ABANDONED, -1));
  assert_int_equal(s->enrolment.state, STATE(ABANDONED));
  allowed(say_in(s, "c", ENABLE__VERB__VERB_INITIALIZED, -1));
  assert_int_equal(s->enrolment.state, STATE(IN_PROGRESS));
}

static void time_goes_forward(void **state) {
  (void)state;
  struct scene *s = scene(MOVE_ON(PASSED));
  s->time_us = 0;
  refused(SAY(s, INITIALIZED, -1), "STATEMENT_OUT_OF_ORDER"); /* before it was assigned */
  s->time_us = 50;
  allowed(SAY(s, INITIALIZED, -1));
  s->time_us = 49;
  refused(SAY(s, COMPLETED, -1), "STATEMENT_OUT_OF_ORDER");
  s->time_us = NOW + INT64_C(301000000);
  refused(SAY(s, COMPLETED, -1), REASON_INVALID_REQUEST);
}

static void prerequisites_come_first(void **state) {
  (void)state;
  struct scene *s = scene(MOVE_ON(PASSED));
  const char *const first[] = {"c1", "c1-v2", NULL}, *const second[] = {"c2", NULL};
  const char *const *const prerequisites[] = {first, second};
  s->terms.prerequisites = prerequisites;
  s->terms.count = 2;
  assert_int_equal(guard_count(refused(SAY(s, INITIALIZED, -1), "PREREQUISITE_UNMET")), 2);
  Enable__CourseProgress progress = ENABLE__COURSE_PROGRESS__INIT, *list[] = {&progress};
  progress.course = (char *)"c1-v2";
  s->member.progress = list;
  s->member.n_progress = 1;
  assert_int_equal(guard_count(refused(SAY(s, INITIALIZED, -1), "PREREQUISITE_UNMET")), 2);
  progress.satisfy_time = timestamp_new(arena, 1);
  assert_int_equal(guard_count(refused(SAY(s, INITIALIZED, -1), "PREREQUISITE_UNMET")), 1);
  s->terms.count = 1;
  allowed(SAY(s, INITIALIZED, -1));
}

static void waiving_satisfies_and_is_kept(void **state) {
  (void)state;
  struct scene *s = scene(MOVE_ON(PASSED));
  refused(enrolment_apply_waive(arena, &s->enrolment, "ann", "known expert", 0, NOW), REASON_INVALID_REQUEST);
  allowed(enrolment_apply_waive(arena, &s->enrolment, "ann", "known expert", 20, NOW));
  assert_true(enrolment_is_done(&s->enrolment));
  assert_string_equal(s->enrolment.waiver->actor, "ann");
  assert_int_equal(timestamp_us(s->enrolment.satisfy_time, 0), 20);
  refused(SAY(s, INITIALIZED, -1), REASON_INVALID_STATE);
}

static void assigning_needs_member_and_course(void **state) {
  (void)state;
  struct scene *s = scene(MOVE_ON(PASSED));
  s->member.state = ENABLE__ROSTER_MEMBER__STATE__STATE_LEFT;
  s->course.state = ENABLE__COURSE__STATE__STATE_RETIRED;
  const struct status *status = enrolment_apply_create(arena, &s->enrolment, &s->course, &s->member, NOW);
  assert_int_equal(guard_count(refused(status, REASON_GUARD_UNMET)), 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_and_action),
      cmocka_unit_test(move_on_decides),
      cmocka_unit_test(completed_and_passed_in_different_sessions),
      cmocka_unit_test(a_session_says_each_thing_once),
      cmocka_unit_test(scores_fit_the_verdict),
      cmocka_unit_test(what_is_left_open_is_abandoned),
      cmocka_unit_test(time_goes_forward),
      cmocka_unit_test(prerequisites_come_first),
      cmocka_unit_test(waiving_satisfies_and_is_kept),
      cmocka_unit_test(assigning_needs_member_and_course),
  };
  arena = arena_create(16 << 20, NULL, NULL);
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  arena_destroy(arena);
  return failures;
}
