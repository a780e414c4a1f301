/* Rules of members of programs: judged by criteria, promoted at once, demoted after a grace. Pure. */
#ifndef ENTENTE_ONBOARD_MEMBER_H
#define ENTENTE_ONBOARD_MEMBER_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/member.pb-c.h"
#include "entente/onboard/v1/member_service.pb-c.h"
#include "entente/onboard/v1/program.pb-c.h"

enum { MEMBER_HISTORY_MAX = 100, MEMBER_READING_DAYS = 366, MEMBER_WINDOW_MONTHS = 12 };

enum member_action {
  MEMBER_EVALUATE,
  MEMBER_SET_LEVEL,
  MEMBER_REMOVE,
  MEMBER_REINSTATE,
  MEMBER_DEMOTE, /* time's own */
  MEMBER_ACTIONS
};
extern const struct machine member_machine;
/* `to` where the level decides: ENROLLED without one, AT_LEVEL or GRACE with one. */
enum { MEMBER_BY_LEVEL = -1 };

/* What is known of the metrics that onboard computes: two sums of which a share is made. */
struct member_facts {
  const Onboard__Program *program;
  struct {
    int64_t numerator, denominator;
  } computed[ONBOARD__CRITERION_METRIC__CRITERION_METRIC_REVIEWS_BPS + 1]; /* by metric */
};
/* Whether onboard computes a metric itself. */
bool metric_is_computed(Onboard__CriterionMetric metric);

/* When the grace ends; INT64_MAX: there is none. Then the member falls. */
int64_t member_next_us(const Onboard__Member *member);
void member_demote(struct arena *arena, Onboard__Member *member);
void member_settle(struct arena *arena, Onboard__Member *member, int64_t now_us);

/* INVALID_ARGUMENT for readings of what is computed, of one metric twice, or of the future. */
const struct status *readings_check(const struct act *act, Onboard__MetricReading *const *readings,
                                    size_t count);

/* A new member, ENROLLED. */
void member_start(const struct act *act, Onboard__Member *member, const Onboard__Program *program);
/* Each changes the member, which is settled to `act->now_us`, or refuses and leaves it as it was. */
const struct status *member_evaluate(const struct act *act, Onboard__Member *member,
                                     const struct member_facts *facts,
                                     Onboard__MetricReading *const *readings, size_t count,
                                     Onboard__EvaluateMemberResponse *out);
/* LEVEL_UNKNOWN. */
const struct status *member_set_level(const struct act *act, Onboard__Member *member,
                                      const Onboard__Program *program, char *level, char *reason);
const struct status *member_remove(const struct act *act, Onboard__Member *member, char *reason);
/* PROGRAM_NOT_ACTIVE. */
const struct status *member_reinstate(const struct act *act, Onboard__Member *member,
                                      const Onboard__Program *program);
/* FAILED_PRECONDITION (PROGRAM_NOT_ACTIVE) unless partners are enrolled in the program. */
const struct status *program_check_active(struct arena *arena, const Onboard__Program *program);

#endif
