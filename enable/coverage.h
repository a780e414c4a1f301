/* Coverage: who of a roster must be certified, and is. Pure.
 *
 * A member is *required* while on the roster and any course is required of their roles, and *certified*
 * while they then hold an active credential (of the course or an accepted earlier version) for every
 * course required of their roles. Both are sets of spans, so that any instant, past or future, is exact.
 *
 * The counters are gauges kept as deltas by month: summed up to a month they give the figure at the last
 * instant of that month. What begins and ends within one month does not show in them; GetCoverage, which
 * works on the spans, is the exact answer for any instant. */
#ifndef ENTENTE_ENABLE_COVERAGE_H
#define ENTENTE_ENABLE_COVERAGE_H

#include "enable/span.h"

#include "entente/enable/v1/course.pb-c.h"
#include "entente/enable/v1/coverage_service.pb-c.h"
#include "entente/enable/v1/roster_member.pb-c.h"

struct coverage {
  struct spans required;
  struct spans certified; /* within `required` */
};
struct coverage coverage_of(struct arena *arena, const Enable__RosterMember *member,
                            const Enable__Requirements *requirements);

/* What a change of a set of spans adds to a gauge, by month in ascending order, zeros left out. */
struct coverage_delta {
  int32_t month;
  int64_t amount;
};
size_t coverage_delta(struct arena *arena, struct spans before, struct spans after,
                      struct coverage_delta **deltas);

/* Measures one party's roster at an instant. Members of the other party are passed over. */
Enable__PartyCoverage *coverage_measure(struct arena *arena, Type__Party party,
                                        Enable__RosterMember *const *members, size_t count,
                                        const Enable__Requirements *requirements, int64_t time_us);

#endif
