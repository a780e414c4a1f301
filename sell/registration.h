/* Rules of deal registrations. Pure.
 *
 *                          +-------------- ACTION_REQUIRED ----lapse----> WITHDRAWN
 *                   submit |   ^ ask                                          ^
 *   DRAFT --submit--> SUBMITTED --review--> IN_REVIEW ------------------------+ withdraw
 *                      ^   |  (both:)          |
 *               submit |   +---- reject -------+---- approve ---> APPROVED --> EXTENDED   (grant an
 * extension) |           v                                  |           |
 *                      +------ REJECTED --grant appeal--> IN_REVIEW   +-----------+--> CONVERTED, EXPIRED
 *                                                              ^---------- REVOKED <---+ revoke
 *
 * While it is undecided the vendor may correct its segment, in any of the three states.
 *
 * Time moves a registration: one that waits too long is escalated, an unattended request for action lapses,
 * the end of protection is reminded of, protection ends. registration_settle() makes it so at any moment, on
 * reads as when it is recorded.
 *
 * A rule that refuses may leave the registration half changed: what is refused is thrown away. */
#ifndef ENTENTE_SELL_REGISTRATION_H
#define ENTENTE_SELL_REGISTRATION_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/partnership.pb-c.h"
#include "entente/sell/v1/registration_service.pb-c.h"

enum registration_action {
  REGISTRATION_SUBMIT,
  REGISTRATION_REVIEW,
  REGISTRATION_CORRECT,
  REGISTRATION_ASK,
  REGISTRATION_APPROVE,
  REGISTRATION_REJECT,
  REGISTRATION_WITHDRAW,
  REGISTRATION_REQUEST_EXTENSION,
  REGISTRATION_GRANT_EXTENSION,
  REGISTRATION_DECLINE_EXTENSION,
  REGISTRATION_CONVERT,
  REGISTRATION_REVOKE,
  REGISTRATION_APPEAL,
  REGISTRATION_GRANT_APPEAL,
  REGISTRATION_DECLINE_APPEAL,
  REGISTRATION_ESCALATE, /* these four by time alone */
  REGISTRATION_LAPSE,
  REGISTRATION_EXPIRE,
  REGISTRATION_REMIND,
  REGISTRATION_ACTIONS,
};
extern const struct machine registration_machine;

enum { REGISTRATION_DECISIONS_MAX = 20, REGISTRATION_EXTENSIONS_MAX = 20 };

#define REASON_CUSTOMER_UNAVAILABLE "CUSTOMER_UNAVAILABLE"
#define REASON_REGISTRATION_DUPLICATE "REGISTRATION_DUPLICATE"
#define REASON_RESUBMISSION_LIMIT "RESUBMISSION_LIMIT"
#define REASON_EXTENSION_PENDING "EXTENSION_PENDING"
#define REASON_EXTENSION_LIMIT "EXTENSION_LIMIT"
#define REASON_EXTENSION_NOT_PENDING "EXTENSION_NOT_PENDING"

/* ---- what it is ---- */

/* Whether a party may know of it: a draft is the partner's alone. */
bool registration_visible(const Sell__Registration *registration, Type__Party viewer);
Type__Party registration_private_to(const Sell__Registration *registration);
/* Whether it waits for the vendor's decision, is undecided, is protected; as settled. */
bool registration_waits(const Sell__Registration *registration);
bool registration_open(const Sell__Registration *registration);
bool registration_protected(const Sell__Registration *registration);
/* First instant at which it is no longer protected, a pending extension included; INT64_MAX before approval.
 */
int64_t registration_protect_end_us(const Sell__Registration *registration);
/* The amount that a ruling by VALUE compares; NULL: none. */
const Type__Money *registration_value(const Sell__Registration *registration);
/* Lowers the submitted amount to `amount`, if that is less and in the same currency. NULL changes nothing. */
void submitted_amount_lower(struct arena *arena, Sell__Registration *registration, const Type__Money *amount);
/* Whether two registrations, as submitted, name a same solution. */
bool solutions_shared(char *const *a, size_t a_count, char *const *b, size_t b_count);

/* ---- time ---- */

/* When time next changes it; INT64_MAX: never. */
int64_t registration_next_us(const Sell__Registration *registration);
/* Makes the first change that is due by `now_us` and says which action; -1 when none is. */
int registration_settle(struct arena *arena, Sell__Registration *registration, int64_t now_us);

/* ---- writing ---- */

/* Currency of what is written, and that nothing new begins in a partnership that has ended.
 * FAILED_PRECONDITION (CURRENCY_MISMATCH); INVALID_ARGUMENT for times and evidence that cannot be. */
const struct status *registration_check_draft(const struct act *act, const Onboard__Partnership *partnership,
                                              const Sell__Registration *registration);
/* Whether `after` may take the place of `before`. FAILED_PRECONDITION (FIELD_LOCKED) names every locked
 * field; INVALID_ARGUMENT when what was submitted would lose what it needs. */
const struct status *registration_check_update(const struct act *act, const Sell__Registration *before,
                                               const Sell__Registration *after);
/* Whether the company or the solutions differ: what conflicts are found by. */
bool registration_identity_differs(const Sell__Registration *a, const Sell__Registration *b);
bool registration_differs(const Sell__Registration *a, const Sell__Registration *b);
/* What follows from an update: one that was turned down and is about another deal now was never submitted as
 * that, so it has no place in time, and nothing to appeal. */
void registration_amended(const Sell__Registration *before, Sell__Registration *after);
/* Whether a path can be opened by a request for action. */
bool registration_field_known(const char *path);

/* ---- verbs ---- */

/* The registration under `terms` (complete). INVALID_ARGUMENT with everything that is missing. `kept`: it
 * still holds its place from an earlier submission. */
struct registration_submission {
  const Onboard__Partnership *partnership;
  const char *policy;
  Sell__RegistrationTerms *terms;
  bool kept;
};
const struct status *registration_submit(const struct act *act, Sell__Registration *registration,
                                         const struct registration_submission *submission);
/* Submitted and approved elsewhere, at these times. INVALID_ARGUMENT also unless they and now follow each
 * other. */
const struct status *registration_take_over(const struct act *act, Sell__Registration *registration,
                                            const struct registration_submission *submission,
                                            int64_t submit_us, int64_t approve_us);
const struct status *registration_review(const struct act *act, Sell__Registration *registration);
/* The vendor states the segment that counts. FAILED_PRECONDITION (GUARD_UNMET) when it is the one that it
 * has. */
const struct status *registration_correct(const struct act *act, Sell__Registration *registration,
                                          const char *segment, const char *note);
const struct status *registration_ask(const struct act *act, Sell__Registration *registration,
                                      const Sell__RequestRegistrationActionRequest *request);
const struct status *registration_approve(const struct act *act, Sell__Registration *registration,
                                          const char *note);
/* Half the uplift of its terms, from now on: what a SPLIT gives the second. */
void registration_halve(Sell__Registration *registration);
const struct status *registration_reject(const struct act *act, Sell__Registration *registration,
                                         Sell__RejectionReason reason, const char *note);
const struct status *registration_withdraw(const struct act *act, Sell__Registration *registration,
                                           const char *reason);
const struct status *registration_request_extension(const struct act *act, Sell__Registration *registration,
                                                    int32_t days, char *reason);
const struct status *registration_decide_extension(const struct act *act, Sell__Registration *registration,
                                                   bool granted, char *note);
const struct status *registration_convert(const struct act *act, Sell__Registration *registration,
                                          const char *opportunity);
const struct status *registration_revoke(const struct act *act, Sell__Registration *registration,
                                         const char *reason);
const struct status *registration_appeal(const struct act *act, Sell__Registration *registration,
                                         char *statement);
const struct status *registration_decide_appeal(const struct act *act, Sell__Registration *registration,
                                                bool granted, char *note);
/* Turned down because a ruling went to another registration: rejected, or revoked where it was approved. Says
 * nothing about why. */
const struct status *registration_yield(const struct act *act, Sell__Registration *registration);

/* ---- figures ---- */

/* What a change of a registration adds to the counters. `before` NULL: it is new. */
struct registration_tally {
  const char *counter;
  int64_t when_us, amount;
};
enum { REGISTRATION_TALLIES_MAX = 256 };
size_t registration_tally(const Sell__Registration *before, const Sell__Registration *after,
                          struct registration_tally out[REGISTRATION_TALLIES_MAX]);

#endif
