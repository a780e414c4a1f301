/* Rules of credentials: status follows from dates. Pure. */
#ifndef ENTENTE_ENABLE_CREDENTIAL_H
#define ENTENTE_ENABLE_CREDENTIAL_H

#include "enable/span.h"
#include "runtime/base/machine.h"

#include "entente/enable/v1/course.pb-c.h"
#include "entente/enable/v1/credential.pb-c.h"
#include "entente/enable/v1/enrolment.pb-c.h"

enum credential_action { CREDENTIAL_SUSPEND, CREDENTIAL_REINSTATE, CREDENTIAL_REVOKE, CREDENTIAL_ACTIONS };
extern const struct machine credential_machine;

enum { EXPIRING_DAYS = 90, SUSPENSIONS_MAX = 50 };

/* The status at an instant: revoked, past its validity, suspended, expiring soon, active; the first
 * that holds. */
Enable__Credential__State credential_state_at(const Enable__Credential *credential, int64_t time_us);
/* When it counts: validity less suspensions, until revoked. */
struct spans credential_spans(struct arena *arena, const Enable__Credential *credential);
/* The same day and time of day `months` later, or the last day of that month when it is shorter. */
int64_t months_after(int64_t time_us, int months);

/* Fills in a new credential. `renewed` is the holder's credential for the course that ends last and is
 * not revoked, or NULL. INVALID_STATE of the enrolment as GUARD_UNMET, CREDENTIAL_ISSUED. */
const struct status *credential_apply_issue(struct arena *arena, Enable__Credential *credential,
                                            const Enable__Enrolment *enrolment, const Enable__Course *course,
                                            const Enable__Credential *renewed);
/* INVALID_STATE; LIMIT_REACHED. */
const struct status *credential_apply_suspend(struct arena *arena, Enable__Credential *credential,
                                              const char *actor, const char *reason, int64_t now_us);
const struct status *credential_apply_reinstate(struct arena *arena, Enable__Credential *credential,
                                                int64_t now_us);
const struct status *credential_apply_revoke(struct arena *arena, Enable__Credential *credential,
                                             const char *actor, const char *reason, int64_t now_us);

#endif
