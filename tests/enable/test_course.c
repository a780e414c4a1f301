#include "enable/course.h"
#include "enable/span.h"
#include "support/machine_check.h"

#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#define PUBLISHED ENABLE__COURSE__STATE__STATE_PUBLISHED
#define DRAFT ENABLE__COURSE__STATE__STATE_DRAFT
#define EXPIRED ENABLE__COURSE__STATE__STATE_EXPIRED

static struct arena *arena;

static Enable__Course *course(const char *id, const char *const *prerequisites, size_t count) {
  Enable__Course *made = arena_new(arena, Enable__Course);
  enable__course__init(made);
  made->name = arena_printf(arena, "vendors/v/courses/%s", id);
  made->version = 1;
  made->state = DRAFT;
  made->n_prerequisites = count;
  made->prerequisites = arena_calloc(arena, count, sizeof(char *));
  for (size_t i = 0; i < count; i++)
    made->prerequisites[i] = arena_printf(arena, "vendors/v/courses/%s", prerequisites[i]);
  return made;
}

static void every_state_and_action(void **state) {
  static const char *const moves[] = {"DRAFT UPDATE DRAFT", "DRAFT PUBLISH PUBLISHED",
                                      "PUBLISHED REVISE PUBLISHED", "PUBLISHED RETIRE RETIRED"};
  (void)state;
  machine_check(&course_machine, COURSE_ACTIONS, moves, sizeof moves / sizeof *moves);
}

static void circles_and_strangers_are_refused(void **state) {
  (void)state;
  Enable__Course *a = course("a", (const char *[]){"b"}, 1);
  Enable__Course *b = course("b", (const char *[]){"c", "d"}, 2);
  Enable__Course *c = course("c", NULL, 0);
  Enable__Course *d = course("d", (const char *[]){"c"}, 1);
  Enable__Course *const known[] = {b, c, d};
  assert_null(course_check_prerequisites(arena, a, known, 3));
  d->prerequisites[0] = a->name;
  const struct status *status = refused(course_check_prerequisites(arena, a, known, 3), "PREREQUISITE_CYCLE");
  assert_string_equal(status->metadata->value, d->name);
  Enable__Course *self = course("s", (const char *[]){"s"}, 1);
  refused(course_check_prerequisites(arena, self, NULL, 0), "PREREQUISITE_CYCLE");
  refused(course_check_prerequisites(arena, a, known, 0), "PREREQUISITE_UNKNOWN");
  /* A circle among others is theirs, and the walk ends. */
  Enable__Course *e = course("e", (const char *[]){"f"}, 1), *f = course("f", (const char *[]){"e"}, 1);
  Enable__Course *top = course("t", (const char *[]){"e"}, 1);
  Enable__Course *const circle[] = {e, f};
  assert_null(course_check_prerequisites(arena, top, circle, 2));
}

static void a_draft_lists_all_that_is_wrong(void **state) {
  (void)state;
  Enable__Course *bad = course("a", (const char *[]){"b", "b", "c"}, 3);
  bad->prerequisites[2] = (char *)"vendors/other/courses/c";
  Enable__RosterMember__Role roles[] = {ENABLE__ROSTER_MEMBER__ROLE__ROLE_SELLER,
                                        ENABLE__ROSTER_MEMBER__ROLE__ROLE_UNSPECIFIED,
                                        ENABLE__ROSTER_MEMBER__ROLE__ROLE_SELLER};
  bad->required_roles = roles;
  bad->n_required_roles = 3;
  const struct status *status = refused(course_check(arena, bad), REASON_INVALID_REQUEST);
  size_t violations = 0;
  for (struct violation *item = status->violations; item; item = item->next)
    violations++;
  assert_int_equal(violations, 4);
}

static void publishing_needs_its_guards(void **state) {
  (void)state;
  Enable__Course *a = course("a", (const char *[]){"b"}, 1), *b = course("b", NULL, 0);
  Enable__Course *old = course("old", NULL, 0);
  a->expire_time = timestamp_new(arena, 500);
  const struct status *status = refused(course_apply_publish(arena, a, &b, 1, old, 1000), REASON_GUARD_UNMET);
  assert_int_equal(guard_count(status), 3);
  assert_int_equal(a->state, DRAFT);
  a->expire_time = timestamp_new(arena, 5000);
  b->state = old->state = PUBLISHED;
  assert_null(course_apply_publish(arena, a, &b, 1, old, 1000));
  assert_int_equal(a->state, PUBLISHED);
  assert_int_equal(old->state, ENABLE__COURSE__STATE__STATE_RETIRED);
  assert_string_equal(old->superseded_by, a->name);
  assert_int_equal(course_state_at(a, 4999), PUBLISHED);
  assert_int_equal(course_state_at(a, 5000), EXPIRED);
  refused(course_apply_retire(arena, a, 5000), REASON_INVALID_STATE);
  refused(course_apply_retire(arena, a, 999), REASON_INVALID_REQUEST);
  assert_null(course_apply_retire(arena, a, 1000));
}

static void a_revision_accepts_or_recertifies(void **state) {
  (void)state;
  Enable__Course *old = course("old", NULL, 0), *next, *third;
  old->state = PUBLISHED;
  assert_null(course_apply_revise(arena, old, "vendors/v/courses/new", false, 1, &next));
  assert_int_equal(next->version, 2);
  assert_int_equal(next->state, DRAFT);
  assert_string_equal(next->revises, old->name);
  assert_int_equal(next->n_accepted_courses, 1);
  next->state = PUBLISHED;
  assert_null(course_apply_revise(arena, next, "vendors/v/courses/third", false, 1, &third));
  assert_int_equal(third->n_accepted_courses, 2);
  assert_null(course_apply_revise(arena, next, "vendors/v/courses/third", true, 1, &third));
  assert_int_equal(third->n_accepted_courses, 0);
  assert_true(third->recertify);
}

static void requirements_begin_and_end(void **state) {
  (void)state;
  Enable__Requirements requirements = ENABLE__REQUIREMENTS__INIT;
  Enable__Course *a = course("a", NULL, 0);
  assert_null(requirements_open(arena, &requirements, a, 100));
  assert_int_equal(requirements.n_requirements, 0);
  Enable__RosterMember__Role role = ENABLE__ROSTER_MEMBER__ROLE__ROLE_SELLER;
  a->required_roles = &role;
  a->n_required_roles = 1;
  a->expire_time = timestamp_new(arena, 900);
  assert_null(requirements_open(arena, &requirements, a, 100));
  assert_int_equal(requirements.n_requirements, 1);
  assert_int_equal(span_end(requirements.requirements[0]->span), 900);
  requirements_close(arena, &requirements, a->name, 400);
  assert_int_equal(span_end(requirements.requirements[0]->span), 400);
  requirements_close(arena, &requirements, a->name, 600);
  assert_int_equal(span_end(requirements.requirements[0]->span), 400);
  for (size_t i = 1; i < REQUIREMENTS_MAX; i++)
    assert_null(requirements_open(arena, &requirements, a, 100));
  refused(requirements_open(arena, &requirements, a, 100), "LIMIT_REACHED");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_and_action),
      cmocka_unit_test(circles_and_strangers_are_refused),
      cmocka_unit_test(a_draft_lists_all_that_is_wrong),
      cmocka_unit_test(publishing_needs_its_guards),
      cmocka_unit_test(a_revision_accepts_or_recertifies),
      cmocka_unit_test(requirements_begin_and_end),
  };
  arena = arena_create(16 << 20, NULL, NULL);
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  arena_destroy(arena);
  return failures;
}
