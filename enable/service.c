#include "enable/service.h"

#include "runtime/feed/follow.h"

static const struct method course_methods[] = {
    {"GetCourse", .unary = course_get},         {"ListCourses", .unary = course_list},
    {"CreateCourse", .unary = course_create},   {"UpdateCourse", .unary = course_update},
    {"PublishCourse", .unary = course_publish}, {"ReviseCourse", .unary = course_revise},
    {"RetireCourse", .unary = course_retire},   {0},
};
static const struct method roster_member_methods[] = {
    {"GetRosterMember", .unary = roster_member_get},
    {"ListRosterMembers", .unary = roster_member_list},
    {"CreateRosterMember", .unary = roster_member_create},
    {"UpdateRosterMember", .unary = roster_member_update},
    {"ReleaseRosterMember", .unary = roster_member_release},
    {0},
};
static const struct method enrolment_methods[] = {
    {"GetEnrolment", .unary = enrolment_get},       {"ListEnrolments", .unary = enrolment_list},
    {"CreateEnrolment", .unary = enrolment_create}, {"RecordStatement", .unary = enrolment_record_statement},
    {"WaiveEnrolment", .unary = enrolment_waive},   {0},
};
static const struct method credential_methods[] = {
    {"GetCredential", .unary = credential_get},
    {"ListCredentials", .unary = credential_list},
    {"IssueCredential", .unary = credential_issue},
    {"SuspendCredential", .unary = credential_suspend},
    {"ReinstateCredential", .unary = credential_reinstate},
    {"RevokeCredential", .unary = credential_revoke},
    {0},
};
static const struct method coverage_methods[] = {
    {"GetCoverage", .unary = coverage_get},
    {0},
};

static const struct service course_service = {"entente.enable.v1.CourseService", course_methods};
static const struct service roster_member_service = {"entente.enable.v1.RosterMemberService",
                                                     roster_member_methods};
static const struct service enrolment_service = {"entente.enable.v1.EnrolmentService", enrolment_methods};
static const struct service credential_service = {"entente.enable.v1.CredentialService", credential_methods};
static const struct service coverage_service = {"entente.enable.v1.CoverageService", coverage_methods};

const struct service *const enable_services[] = {
    &course_service,   &roster_member_service, &enrolment_service, &credential_service,
    &coverage_service, &feed_service,          &ledger_service,    NULL};
