/* Rules of enrolments: cmi5 statements, satisfaction, waiver. Pure. */
#ifndef ENTENTE_ENABLE_ENROLMENT_H
#define ENTENTE_ENABLE_ENROLMENT_H

#include "runtime/base/machine.h"

#include "entente/enable/v1/course.pb-c.h"
#include "entente/enable/v1/enrolment.pb-c.h"
#include "entente/enable/v1/enrolment_service.pb-c.h"
#include "entente/enable/v1/roster_member.pb-c.h"

enum enrolment_action { ENROLMENT_INITIALIZE, ENROLMENT_RECORD, ENROLMENT_WAIVE, ENROLMENT_ACTIONS };
extern const struct machine enrolment_machine;

enum { SESSIONS_MAX = 50 };

/* What an enrolment's statements are judged by. */
struct enrolment_terms {
  const Enable__Course *course;
  const Enable__RosterMember *member;
  /* By prerequisite: the names of courses of which one must be satisfied, NULL-terminated. */
  const char *const *const *prerequisites;
  size_t count;
};

/* Assigns: the member must be there and the course published. INVALID_STATE of the member as
 * GUARD_UNMET, GUARD_UNMET, INVALID_ARGUMENT. Satisfied at once under NOT_APPLICABLE. */
const struct status *enrolment_apply_create(struct arena *arena, Enable__Enrolment *enrolment,
                                            const Enable__Course *course, const Enable__RosterMember *member,
                                            int64_t now_us);

struct statement {
  const char *session;
  Enable__Verb verb;
  const Enable__Score *score; /* NULL: none given */
  int64_t occur_us;           /* INT64_MIN: now */
};
/* Records a statement, in the order of checks: state, time, prerequisites (of Initialized), session,
 * repetition, score. Errors as at RecordStatement. */
const struct status *enrolment_apply_statement(struct arena *arena, Enable__Enrolment *enrolment,
                                               const struct enrolment_terms *terms,
                                               const struct statement *statement, int64_t now_us);
/* INVALID_STATE, INVALID_ARGUMENT. `waive_us` INT64_MIN: now. */
const struct status *enrolment_apply_waive(struct arena *arena, Enable__Enrolment *enrolment,
                                           const char *actor, const char *reason, int64_t waive_us,
                                           int64_t now_us);
bool enrolment_is_done(const Enable__Enrolment *enrolment);

#endif
