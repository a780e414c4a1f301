/* Rules of courses and of what they require of rosters. Pure. */
#ifndef ENTENTE_ENABLE_COURSE_H
#define ENTENTE_ENABLE_COURSE_H

#include "runtime/base/machine.h"

#include "entente/enable/v1/course.pb-c.h"

enum course_action { COURSE_UPDATE, COURSE_PUBLISH, COURSE_REVISE, COURSE_RETIRE, COURSE_ACTIONS };
extern const struct machine course_machine;

enum {
  COURSE_GRAPH_MAX = 200, /* courses that one may require, directly or not */
  REQUIREMENTS_MAX = 500, /* of one vendor, ended ones included */
};

/* The state at an instant: published courses expire by themselves. */
Enable__Course__State course_state_at(const Enable__Course *course, int64_t time_us);

/* Checks what a draft says of itself. INVALID_ARGUMENT with every violation: prerequisites of another
 * vendor or named twice, roles unspecified or named twice. */
const struct status *course_check(struct arena *arena, const Enable__Course *course);

/* Whether a course's prerequisites exist and never lead back to it. `known` holds every course that can
 * be reached (without the course itself), in any order. INVALID_ARGUMENT (PREREQUISITE_UNKNOWN,
 * PREREQUISITE_CYCLE). */
const struct status *course_check_prerequisites(struct arena *arena, const Enable__Course *course,
                                                Enable__Course *const *known, size_t count);

/* Allowed to change the draft. INVALID_STATE. */
const struct status *course_apply_update(struct arena *arena, Enable__Course *course, int64_t now_us);

/* DRAFT to PUBLISHED. `prerequisites` are the courses of those names; `revised` is the course that it
 * revises, retired by this, or NULL. INVALID_STATE, GUARD_UNMET. */
const struct status *course_apply_publish(struct arena *arena, Enable__Course *course,
                                          Enable__Course *const *prerequisites, size_t count,
                                          Enable__Course *revised, int64_t now_us);
const struct status *course_apply_retire(struct arena *arena, Enable__Course *course, int64_t now_us);

/* A draft of the next version. INVALID_STATE unless the course is published. */
const struct status *course_apply_revise(struct arena *arena, const Enable__Course *course, const char *name,
                                         bool recertify, int64_t now_us, Enable__Course **draft);

/* Notes that a course is required from now until it expires; nothing when it is required of no role.
 * RESOURCE_EXHAUSTED (LIMIT_REACHED). */
const struct status *requirements_open(struct arena *arena, Enable__Requirements *requirements,
                                       const Enable__Course *course, int64_t now_us);
/* Ends what is noted of a course. */
void requirements_close(struct arena *arena, Enable__Requirements *requirements, const char *course,
                        int64_t now_us);

#endif
