/* Rules of governance bodies: the cadence of reviews, who has to serve, what raises an alarm. Pure.
 *
 * A body's alarms are a function of what is recorded and of the moment it is looked at:
 *
 *   condition begins --(vacancy_days, plan_revision_days)--> alarm raised
 *          \------------------- cleared when the condition ends ------/
 *
 * The cadence keeps one review of each kind ahead: when the latest is due, the next one is scheduled. A
 * change of the body's version decides who schedules it, however many replicas try. */
#ifndef ENTENTE_ONBOARD_GOVERNANCE_BODY_H
#define ENTENTE_ONBOARD_GOVERNANCE_BODY_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/escalation.pb-c.h"
#include "entente/onboard/v1/governance_body.pb-c.h"
#include "entente/onboard/v1/partnership.pb-c.h"
#include "entente/onboard/v1/plan.pb-c.h"
#include "entente/onboard/v1/review.pb-c.h"
#include "entente/onboard/v1/sponsor.pb-c.h"

enum {
  GOVERNANCE_INTERVAL_MONTHS = 3, /* the quarterly floor: of a body that says nothing */
  GOVERNANCE_ANNUAL_MONTHS = 12,
  GOVERNANCE_VACANCY_DAYS = 30,
  GOVERNANCE_PLAN_REVISION_DAYS = 90,
  GOVERNANCE_COMMITMENTS = 10,         /* from which on a committee is required */
  GOVERNANCE_AMOUNT_WHOLE = 1000000,   /* the same, in whole units of the currency */
  GOVERNANCE_COMMITTEE_EXECUTIVES = 2, /* of each side */
  GOVERNANCE_LEVELS = 3,
  GOVERNANCE_DUE_MAX = 16, /* reviews scheduled in one step; what is still behind comes in the next */
};

enum governance_action {
  GOVERNANCE_EDIT,
  GOVERNANCE_ACTIVATE,  /* with its partnership */
  GOVERNANCE_WIND_DOWN, /* an annual review decided to move on or to end */
  GOVERNANCE_DISSOLVE,  /* the partnership ended */
  GOVERNANCE_ACTIONS
};
extern const struct machine governance_machine;

/* A review that the cadence asks for. */
struct governance_due {
  Onboard__Review__Kind kind;
  int64_t due_us;
};

/* INVALID_ARGUMENT with every contradiction of what a caller set; `path` is the field that holds the body. */
const struct status *governance_check(struct arena *arena, const Onboard__GovernanceBody *body,
                                      const Onboard__Partnership *partnership, const char *path);
/* SPONSOR_UNKNOWN for every member or owner that is no sponsor of the partnership, or of the wrong side.
 * `named` are the sponsors by governance_named_sponsors(), NULL where there is none such. */
const struct status *governance_check_sponsors(const struct act *act, const Onboard__GovernanceBody *body,
                                               Onboard__Sponsor *const *named);
/* Every sponsor that the body names: members in order, then each level's vendor and partner owner ("" where
 * none is). In the arena. */
const char *const *governance_named_sponsors(struct arena *arena, const Onboard__GovernanceBody *body,
                                             size_t *count);

/* A new body, FORMED. `sponsors` are those who are not vacant. Sets every output field. */
void governance_start(const struct act *act, Onboard__GovernanceBody *body, Onboard__Sponsor *const *sponsors,
                      size_t count);
/* Gives a body whose interval of reviews is not said the default of its partnership's preset. */
void governance_default(Onboard__GovernanceBody *body, const Onboard__Partnership *partnership);
/* Moves it on with its partnership, or refuses. ACTIVATE starts the cadence now; DISSOLVE ends every alarm.
 */
const struct status *governance_apply(const struct act *act, Onboard__GovernanceBody *body,
                                      enum governance_action action);

/* How deep a plan is, and whether that needs a committee by the body's policy; NULL terms need none. */
struct governance_depth {
  int64_t amount_minor; /* in the partnership's currency */
  int64_t commitment_count;
  bool committee_required;
};
struct governance_depth governance_depth_of(const Onboard__GovernanceBody *body,
                                            const Onboard__Partnership *partnership,
                                            const Onboard__PlanTerms *terms);
/* Writes `committee_required` and `committee`; COMMITTEE_REQUIRED when the plan needs one that is not there.
 */
const struct status *governance_check_depth(const struct act *act, Onboard__GovernanceBody *body,
                                            const Onboard__Partnership *partnership,
                                            const Onboard__PlanTerms *terms);
/* Whether two active executives of each side are members. */
bool governance_is_committee(const Onboard__GovernanceBody *body);

/* What a sponsor's change did to a side. */
enum governance_seat { SEAT_SAME, SEAT_CHANGED, SEAT_VACATED, SEAT_FILLED };
/* Takes note of how a sponsor stands now. */
enum governance_seat governance_seat(const struct act *act, Onboard__GovernanceBody *body,
                                     const Onboard__Sponsor *sponsor);

/* An annual review decided on a change of the plan; and a new version came into force. False: nothing was
 * open. */
void governance_ask_revision(const struct act *act, Onboard__GovernanceBody *body);
bool governance_end_revision(Onboard__GovernanceBody *body);
/* Whether a new version of the plan is still asked for. */
bool governance_asks_revision(const Onboard__GovernanceBody *body);

/* The alarm of a side or, with party unspecified, of the plan; NULL when there is none. */
Onboard__GovernanceAlarm *governance_alarm(const Onboard__GovernanceBody *body,
                                           Onboard__GovernanceAlarm__Kind kind, Type__Party party);

/* Applies what time has done: alarms are raised, reviews become due. Answers how many reviews the cadence
 * asks for, at most GOVERNANCE_DUE_MAX; `raised` tells for each alarm, in order, whether it was raised just
 * now (room for GOVERNANCE_ALARMS_MAX; may be NULL). */
enum { GOVERNANCE_ALARMS_MAX = 3 };
size_t governance_settle(struct arena *arena, Onboard__GovernanceBody *body, int64_t now_us,
                         struct governance_due due[GOVERNANCE_DUE_MAX], bool raised[GOVERNANCE_ALARMS_MAX]);
/* When the sweeper has to look again; INT64_MAX: never. */
int64_t governance_next_us(const Onboard__GovernanceBody *body);

/* A review that the cadence schedules: `quarterly-20260930` below the partnership. In the arena. */
Onboard__Review *governance_review(struct arena *arena, const Onboard__GovernanceBody *body,
                                   const struct governance_due *due);
/* Whether a review that is there keeps the cadence in place of one that is due: of the same kind, not called
 * off, due less than half an interval apart, and of no cadence yet: one review stands for one that is due. */
bool governance_kept_by(const Onboard__GovernanceBody *body, const struct governance_due *due,
                        const Onboard__Review *review);

/* The three levels of the ladder, with defaults where none are set. In the arena. */
Onboard__EscalationLevel **governance_levels(struct arena *arena, const Onboard__GovernanceBody *body);
/* Whether something opens an escalation by itself. */
bool governance_opens(const Onboard__GovernanceBody *body, Onboard__EscalationTrigger trigger);

#endif
