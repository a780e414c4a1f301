#include "enable/academy.h"

#include "enable/kinds.h"
#include "enable/service.h"
#include "support/check.h"

#include <stdio.h>

#define HALDEN "vendors/halden"

Enable__CreateCourseRequest *academy_course(struct pillar_fixture *f, const char *id, int role,
                                            const char *prerequisite) {
  struct arena *arena = pillar_arena(f);
  Enable__CreateCourseRequest *request =
      pillar_request(f, &enable__create_course_request__descriptor, HALDEN);
  Enable__Course *course = arena_new(arena, Enable__Course);
  enable__course__init(course);
  course->title = arena_printf(arena, "Course %s", id);
  course->move_on = ENABLE__COURSE__MOVE_ON__MOVE_ON_PASSED;
  course->mastery_score_bps = 8000;
  course->validity_months = 12;
  if (role) {
    course->required_roles = arena_new(arena, Enable__RosterMember__Role);
    course->required_roles[0] = (Enable__RosterMember__Role)role;
    course->n_required_roles = 1;
  }
  if (prerequisite) {
    course->prerequisites = arena_new(arena, char *);
    course->prerequisites[0] = (char *)prerequisite;
    course->n_prerequisites = 1;
  }
  request->course_id = (char *)id;
  request->course = course;
  return request;
}

Enable__Course *academy_publish(struct pillar_fixture *f, const char *id, int role, const char *prerequisite,
                                const char *since) {
  Enable__Course *draft =
      pillar_call(f, f->manager, COURSES "CreateCourse", academy_course(f, id, role, prerequisite));
  Enable__PublishCourseRequest *publish =
      pillar_request(f, &enable__publish_course_request__descriptor, draft->name);
  publish->publish_time = pillar_time(f, since);
  return pillar_call(f, f->administrator, COURSES "PublishCourse", publish);
}

Enable__CreateRosterMemberRequest *academy_person(struct pillar_fixture *f, const char *id, int role,
                                                  const char *since) {
  struct arena *arena = pillar_arena(f);
  Enable__CreateRosterMemberRequest *request =
      pillar_request(f, &enable__create_roster_member_request__descriptor, ORVANE);
  Enable__RosterMember *member = arena_new(arena, Enable__RosterMember);
  enable__roster_member__init(member);
  member->person = member->display_name = (char *)id;
  member->roles = arena_new(arena, Enable__RosterMember__Role);
  member->roles[0] = (Enable__RosterMember__Role)role;
  member->n_roles = 1;
  member->join_time = pillar_time(f, since);
  request->roster_member_id = (char *)id;
  request->roster_member = member;
  return request;
}

Enable__RosterMember *academy_join(struct pillar_fixture *f, const struct principal *who, const char *id,
                                   int role, const char *since) {
  return pillar_call(f, who, ROSTER "CreateRosterMember", academy_person(f, id, role, since));
}

Enable__CreateEnrolmentRequest *academy_enrolment(struct pillar_fixture *f, const char *id,
                                                  const char *member, const char *course, const char *when) {
  Enable__CreateEnrolmentRequest *request =
      pillar_request(f, &enable__create_enrolment_request__descriptor, ORVANE);
  Enable__Enrolment *enrolment = arena_new(pillar_arena(f), Enable__Enrolment);
  enable__enrolment__init(enrolment);
  enrolment->member = (char *)member;
  enrolment->course = (char *)course;
  enrolment->assign_time = pillar_time(f, when);
  request->enrolment_id = (char *)id;
  request->enrolment = enrolment;
  return request;
}

Enable__RecordStatementRequest *academy_statement(struct pillar_fixture *f, const char *enrolment,
                                                  Enable__Verb verb, int32_t score_bps, const char *when) {
  Enable__RecordStatementRequest *request =
      pillar_request(f, &enable__record_statement_request__descriptor, enrolment);
  request->session = (char *)"s1";
  request->verb = verb;
  request->occur_time = when ? pillar_time(f, when) : NULL;
  if (score_bps >= 0) {
    request->score = arena_new(pillar_arena(f), Enable__Score);
    enable__score__init(request->score);
    request->score->scaled_bps = score_bps;
  }
  return request;
}

Enable__Credential *academy_certify(struct pillar_fixture *f, const struct principal *who, const char *id,
                                    const char *member, const char *course, const char *when) {
  Enable__Enrolment *enrolment =
      pillar_call(f, who, ENROLMENTS "CreateEnrolment", academy_enrolment(f, id, member, course, when));
  pillar_call(f, who, ENROLMENTS "RecordStatement",
              academy_statement(f, enrolment->name, ENABLE__VERB__VERB_INITIALIZED, -1, when));
  pillar_call(f, who, ENROLMENTS "RecordStatement",
              academy_statement(f, enrolment->name, ENABLE__VERB__VERB_PASSED, 9000, when));
  Enable__IssueCredentialRequest *issue =
      pillar_request(f, &enable__issue_credential_request__descriptor, ORVANE);
  issue->credential_id = (char *)id;
  issue->enrolment = enrolment->name;
  return pillar_call(f, f->manager, CREDENTIALS "IssueCredential", issue);
}

const Enable__PartyCoverage *academy_coverage(struct pillar_fixture *f, const struct principal *who,
                                              Type__Party party, const char *at) {
  Enable__GetCoverageRequest *request = pillar_request(f, &enable__get_coverage_request__descriptor, ORVANE);
  request->at_time = pillar_time(f, at);
  Enable__Coverage *coverage = pillar_call(f, who, "/entente.enable.v1.CoverageService/GetCoverage", request);
  assert_int_equal(coverage->n_parties, 2);
  assert_int_equal(coverage->parties[0]->party, VENDOR);
  return coverage->parties[party == PARTNER];
}

int64_t academy_gauge(struct pillar_fixture *f, const char *counter, Type__Party party, int month) {
  int64_t sum = 0;
  for (int year = month / 100 - 1; year <= month / 100; year++)
    for (int m = 1; m <= 12 && year * 100 + m <= month; m++) {
      char period[16];
      snprintf(period, sizeof period, "%04d-%02d", year, m);
      sum += pillar_counter(f, f->viewer, ORVANE, period, counter, party);
    }
  return sum;
}

struct recounting {
  struct pillar_fixture *fixture;
  size_t changed;
  const struct status *status;
};

static int64_t frozen_now(void *context) {
  return fixture_now(context);
}

static void run_recount(struct store *store, void *context) {
  struct recounting *recounting = context;
  const struct clock clock = {frozen_now, recounting->fixture->server};
  const struct recount recount = {.store = store, .clock = &clock};
  recounting->status =
      recount_vendor(&recount, pillar_arena(recounting->fixture), HALDEN, &recounting->changed);
}

size_t academy_recount(struct pillar_fixture *f) {
  struct recounting recounting = {.fixture = f};
  fixture_run(f->server, run_recount, &recounting);
  if (recounting.status)
    fail_msg("%s %s", recounting.status->reason, recounting.status->message);
  return recounting.changed;
}

int academy_begin(void **state) {
  *state = pillar_start(&(struct pillar){"enable", enable_services, enable_kinds, enable_counters});
  return 0;
}

int academy_end(void **state) {
  pillar_stop(*state);
  return 0;
}
