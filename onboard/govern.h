/* What happens in a partnership, as its governance body sees it: seats are vacated and filled, reviews become
 * due, disputes start up the ladder and end. Staged in the transaction of what happened, so that neither is
 * ever there without the other. All run in a fiber and may suspend; a partnership without a governance body
 * is left alone. Statuses are txn_get()'s. */
#ifndef ENTENTE_ONBOARD_GOVERN_H
#define ENTENTE_ONBOARD_GOVERN_H

#include "onboard/governance_body.h"
#include "runtime/rpc/call.h"
#include "runtime/store/sweep.h"

extern const struct timed timed_governance_body, timed_escalation;

/* The body of a partnership, remembered by the call's transaction; NULL when there is none. What time has
 * changed in it is recorded first: then LOST_RACE, and the handler runs again. */
const struct status *govern_hold(struct call *call, const Onboard__Partnership *partnership,
                                 Onboard__GovernanceBody **out);
/* Puts a changed body and records it. */
void govern_change(struct txn *txn, Onboard__GovernanceBody *body, const char *type);

/* After a sponsor changed, by a sponsor's name: its side is vacated or filled. */
const struct status *govern_sponsor(struct call *call, const Onboard__Sponsor *sponsor);
/* After a partnership came to another state: the body follows it. */
const struct status *govern_partnership(struct call *call, const Onboard__Partnership *partnership,
                                        Onboard__Partnership__State was);
/* Before a plan comes into force: COMMITTEE_REQUIRED unless the body is deep enough for it. After: what a
 * review asked for is there. */
const struct status *govern_plan(struct call *call, const Onboard__Partnership *partnership,
                                 const Onboard__Plan *plan);
/* The cadence starts, or goes on: stages the reviews that are due to be scheduled. */
const struct status *govern_schedule(struct txn *txn, const struct act *act,
                                     const Onboard__GovernanceBody *body, const struct governance_due *due,
                                     size_t count);
/* Puts a new review, records and counts it. */
void review_schedule(struct txn *txn, Onboard__Review *review);

/* A cause of an escalation. */
struct cause {
  Onboard__EscalationTrigger trigger;
  const char *subject; /* resource that it is about; it lies in the partnership */
  const char *key;     /* what tells this cause from others of its kind; NULL: the subject */
  const char *title;
};
/* Opens an escalation by itself when the partnership's body says so. A cause opens one once. */
const struct status *govern_open(struct txn *txn, const struct act *act, const struct cause *cause,
                                 int64_t occur_us);
/* The cause is gone: what it opened is resolved, with this text. */
const struct status *govern_close(struct txn *txn, const struct act *act, const struct cause *cause,
                                  const char *text);

/* Puts a changed escalation, records and counts it; `was` is its state before, unspecified for a new one. */
void escalation_change(struct txn *txn, Onboard__Escalation *escalation, const char *type, int64_t occur_us,
                       Onboard__Escalation__State was);

#endif
