/* Rules of roster members: who is there, and what they hold. Pure. */
#ifndef ENTENTE_ENABLE_ROSTER_MEMBER_H
#define ENTENTE_ENABLE_ROSTER_MEMBER_H

#include "runtime/base/machine.h"

#include "entente/enable/v1/credential.pb-c.h"
#include "entente/enable/v1/enrolment.pb-c.h"
#include "entente/enable/v1/roster_member.pb-c.h"

enum roster_member_action {
  ROSTER_MEMBER_UPDATE,
  ROSTER_MEMBER_RELEASE,
  ROSTER_MEMBER_ENROL,
  ROSTER_MEMBER_CERTIFY,
  ROSTER_MEMBER_ACTIONS
};
extern const struct machine roster_member_machine;

enum { PROGRESS_MAX = 200, HOLDINGS_MAX = 200 };

/* Makes a new member of `party` active. INVALID_ARGUMENT: no or repeated roles, joins in the future. */
const struct status *roster_member_apply_create(struct arena *arena, Enable__RosterMember *member,
                                                Type__Party party, int64_t now_us);
/* ACTIVE to LEFT at `leave_us` (INT64_MIN: now). OTHER_PARTY, INVALID_STATE, INVALID_ARGUMENT. */
const struct status *roster_member_apply_release(struct arena *arena, Enable__RosterMember *member,
                                                 Type__Party actor, int64_t leave_us, int64_t now_us);
/* That the member is of the actor's party and still there. OTHER_PARTY, INVALID_STATE. */
const struct status *roster_member_check(struct arena *arena, const Enable__RosterMember *member,
                                         Type__Party actor, enum roster_member_action action);

/* Where the member stands in a course; NULL when never enrolled. */
Enable__CourseProgress *roster_member_progress(const Enable__RosterMember *member, const char *course);
/* Brings progress up to an enrolment's state: open until it is satisfied or waived.
 * RESOURCE_EXHAUSTED (LIMIT_REACHED), ALREADY_EXISTS (ENROLMENT_OPEN: another one is open). */
const struct status *roster_member_note_enrolment(struct arena *arena, Enable__RosterMember *member,
                                                  const Enable__Enrolment *enrolment);
/* Adds or replaces what the member holds by a credential. RESOURCE_EXHAUSTED (LIMIT_REACHED). */
const struct status *roster_member_note_credential(struct arena *arena, Enable__RosterMember *member,
                                                   const Enable__Credential *credential);

#endif
