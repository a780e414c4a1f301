/* Courses, people and enrolments for tests of the service: each answers what the call answered. */
#ifndef ENTENTE_TESTS_ACADEMY_H
#define ENTENTE_TESTS_ACADEMY_H

#include "enable/follow.h"
#include "support/pillar_fixture.h"

#include "entente/enable/v1/course_service.pb-c.h"
#include "entente/enable/v1/coverage_service.pb-c.h"
#include "entente/enable/v1/credential_service.pb-c.h"
#include "entente/enable/v1/enrolment_service.pb-c.h"
#include "entente/enable/v1/roster_member_service.pb-c.h"

#define COURSES "/entente.enable.v1.CourseService/"
#define ROSTER "/entente.enable.v1.RosterMemberService/"
#define ENROLMENTS "/entente.enable.v1.EnrolmentService/"
#define CREDENTIALS "/entente.enable.v1.CredentialService/"
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define SELLER ENABLE__ROSTER_MEMBER__ROLE__ROLE_SELLER
#define ENGINEER ENABLE__ROSTER_MEMBER__ROLE__ROLE_ENGINEER

/* A request to draft a course that is passed at 80 %, valid for 12 months; `role` 0: required of nobody. */
Enable__CreateCourseRequest *academy_course(struct pillar_fixture *f, const char *id, int role,
                                            const char *prerequisite);
/* Drafted and published since `since`. */
Enable__Course *academy_publish(struct pillar_fixture *f, const char *id, int role, const char *prerequisite,
                                const char *since);
/* Added by `who` to its party's roster, since `since`. */
Enable__CreateRosterMemberRequest *academy_person(struct pillar_fixture *f, const char *id, int role,
                                                  const char *since);
Enable__RosterMember *academy_join(struct pillar_fixture *f, const struct principal *who, const char *id,
                                   int role, const char *since);
Enable__CreateEnrolmentRequest *academy_enrolment(struct pillar_fixture *f, const char *id,
                                                  const char *member, const char *course, const char *when);
Enable__RecordStatementRequest *academy_statement(struct pillar_fixture *f, const char *enrolment,
                                                  Enable__Verb verb, int32_t score_bps, const char *when);
/* Assigned, initialized and passed on `when` (a day), certified: the credential `id`. */
Enable__Credential *academy_certify(struct pillar_fixture *f, const struct principal *who, const char *id,
                                    const char *member, const char *course, const char *when);
const Enable__PartyCoverage *academy_coverage(struct pillar_fixture *f, const struct principal *who,
                                              Type__Party party, const char *at);
/* A gauge at the end of a month, summed from its deltas. */
int64_t academy_gauge(struct pillar_fixture *f, const char *counter, Type__Party party, int month);
/* Counts the rosters of vendors/halden anew; how many members changed. */
size_t academy_recount(struct pillar_fixture *f);

int academy_begin(void **state);
int academy_end(void **state);

#endif
