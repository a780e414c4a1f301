#include "enable/academy.h"
#include "support/check.h"

#define STATE(name) ENABLE__COURSE__STATE__STATE_##name

static Enable__GetCourseRequest *get(struct pillar_fixture *f, const char *name) {
  return pillar_request(f, &enable__get_course_request__descriptor, name);
}

static void partners_read_what_is_published(void **state) {
  struct pillar_fixture *f = *state;
  Enable__Course *draft =
      pillar_call(f, f->manager, COURSES "CreateCourse", academy_course(f, "basics", 0, NULL));
  assert_int_equal(draft->state, STATE(DRAFT));
  assert_int_equal(draft->version, 1);
  pillar_refused(f, f->partner, COURSES "GetCourse", get(f, draft->name), REASON_NOT_FOUND);
  pillar_refused(f, f->foreigner, COURSES "GetCourse", get(f, draft->name), REASON_ACCESS_DENIED);
  pillar_refused(f, f->partner, COURSES "CreateCourse", academy_course(f, "mine", 0, NULL),
                 REASON_ACCESS_DENIED);
  pillar_refused(f, f->manager, COURSES "PublishCourse",
                 pillar_request(f, &enable__publish_course_request__descriptor, draft->name),
                 REASON_ACCESS_DENIED);
  Enable__ListCoursesRequest *list =
      pillar_request(f, &enable__list_courses_request__descriptor, "vendors/halden");
  assert_int_equal(
      ((Enable__ListCoursesResponse *)pillar_call(f, f->partner, COURSES "ListCourses", list))->n_courses, 0);
  assert_int_equal(
      ((Enable__ListCoursesResponse *)pillar_call(f, f->viewer, COURSES "ListCourses", list))->n_courses, 1);
  Ledger__LedgerEntry **entries;
  pillar_call(f, f->administrator, COURSES "PublishCourse",
              pillar_request(f, &enable__publish_course_request__descriptor, draft->name));
  Enable__Course *seen = pillar_call(f, f->partner, COURSES "GetCourse", get(f, draft->name));
  assert_int_equal(seen->state, STATE(PUBLISHED));
  assert_int_equal(pillar_entries(f, f->viewer, "vendors/halden", &entries), 3);
  assert_string_equal(entries[0]->type, "course.drafted");
  assert_string_equal(entries[1]->type, "course.published");
  assert_string_equal(entries[2]->type, "requirements.changed");
}

static void circles_are_refused_at_write(void **state) {
  struct pillar_fixture *f = *state;
  Enable__Course *a = pillar_call(f, f->manager, COURSES "CreateCourse", academy_course(f, "a", 0, NULL));
  Enable__Course *b = pillar_call(f, f->manager, COURSES "CreateCourse", academy_course(f, "b", 0, a->name));
  Enable__Course *c = pillar_call(f, f->manager, COURSES "CreateCourse", academy_course(f, "c", 0, b->name));
  Enable__UpdateCourseRequest update = ENABLE__UPDATE_COURSE_REQUEST__INIT;
  Enable__Course change = *a;
  change.prerequisites = &c->name;
  change.n_prerequisites = 1;
  update.course = &change;
  const struct status *status =
      pillar_refused(f, f->manager, COURSES "UpdateCourse", &update, "PREREQUISITE_CYCLE");
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  pillar_refused(f, f->manager, COURSES "CreateCourse",
                 academy_course(f, "d", 0, "vendors/halden/courses/absent"), "PREREQUISITE_UNKNOWN");
  pillar_refused(f, f->administrator, COURSES "PublishCourse",
                 pillar_request(f, &enable__publish_course_request__descriptor, c->name), REASON_GUARD_UNMET);
}

static void bad_input_lists_every_violation(void **state) {
  struct pillar_fixture *f = *state;
  Enable__CreateCourseRequest *request = academy_course(f, "No Id", 0, "somewhere/else");
  request->course->title = (char *)"";
  request->course->mastery_score_bps = 10001;
  request->course->move_on = 0;
  request->course->validity_months = -1;
  const struct status *status =
      pillar_refused(f, f->manager, COURSES "CreateCourse", request, REASON_INVALID_REQUEST);
  assert_int_equal(violation_count(status), 6);
}

static void a_revision_takes_the_place(void **state) {
  struct pillar_fixture *f = *state;
  Enable__Course *old = academy_publish(f, "safety", 0, NULL, "2026-01-01");
  Enable__ReviseCourseRequest *revise =
      pillar_request(f, &enable__revise_course_request__descriptor, old->name);
  revise->course_id = (char *)"safety-2";
  revise->request_id = (char *)"revise-1";
  Enable__Course *next = pillar_call(f, f->manager, COURSES "ReviseCourse", revise);
  Enable__Course *again = pillar_call(f, f->manager, COURSES "ReviseCourse", revise);
  assert_string_equal(next->etag, again->etag);
  assert_int_equal(next->version, 2);
  Enable__PublishCourseRequest *publish =
      pillar_request(f, &enable__publish_course_request__descriptor, next->name);
  publish->etag = (char *)"stale";
  pillar_refused(f, f->administrator, COURSES "PublishCourse", publish, REASON_ETAG_MISMATCH);
  publish->etag = next->etag;
  pillar_call(f, f->administrator, COURSES "PublishCourse", publish);
  old = pillar_call(f, f->partner, COURSES "GetCourse", get(f, old->name));
  assert_int_equal(old->state, STATE(RETIRED));
  assert_string_equal(old->superseded_by, next->name);
  revise->request_id = (char *)"revise-2";
  revise->course_id = (char *)"safety-3";
  pillar_refused(f, f->manager, COURSES "ReviseCourse", revise, REASON_INVALID_STATE);
}

static void lists_filter_by_state_and_date(void **state) {
  struct pillar_fixture *f = *state;
  Enable__CreateCourseRequest *create = academy_course(f, "brief", 0, NULL);
  create->course->expire_time = pillar_time(f, "2026-08-01");
  Enable__Course *brief = pillar_call(f, f->manager, COURSES "CreateCourse", create);
  pillar_call(f, f->administrator, COURSES "PublishCourse",
              pillar_request(f, &enable__publish_course_request__descriptor, brief->name));
  Enable__ListCoursesRequest *list =
      pillar_request(f, &enable__list_courses_request__descriptor, "vendors/halden");
  list->state = STATE(EXPIRED);
  assert_int_equal(
      ((Enable__ListCoursesResponse *)pillar_call(f, f->partner, COURSES "ListCourses", list))->n_courses, 0);
  int64_t now = fixture_now(f->server);
  fixture_set_now(f->server, now + INT64_C(30) * 86400 * 1000000);
  Enable__ListCoursesResponse *page = pillar_call(f, f->partner, COURSES "ListCourses", list);
  assert_int_equal(page->n_courses, 1);
  assert_int_equal(page->courses[0]->state, STATE(EXPIRED));
  pillar_refused(f, f->administrator, COURSES "RetireCourse",
                 pillar_request(f, &enable__retire_course_request__descriptor, brief->name),
                 REASON_INVALID_STATE);
  fixture_set_now(f->server, now);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(partners_read_what_is_published), cmocka_unit_test(circles_are_refused_at_write),
      cmocka_unit_test(bad_input_lists_every_violation), cmocka_unit_test(a_revision_takes_the_place),
      cmocka_unit_test(lists_filter_by_state_and_date),  cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, academy_begin, academy_end);
}
