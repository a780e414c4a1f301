/* Changes that time makes: commitments missed, claims deemed confirmed, milestones overdue, reviews missed,
 * contracts taking effect, renewing and ending, terms starting and ending, members demoted. Reads apply them
 * on the fly; here they are recorded, once, as acts of the system. */
#ifndef ENTENTE_ONBOARD_TIMED_H
#define ENTENTE_ONBOARD_TIMED_H

#include "onboard/govern.h"

#include "entente/onboard/v1/commitment.pb-c.h"
#include "entente/onboard/v1/milestone.pb-c.h"
#include "entente/onboard/v1/review.pb-c.h"

extern const struct timed timed_commitment, timed_milestone, timed_review, timed_contract, timed_term,
    timed_member, timed_partnership;
extern const struct timed *const timed_kinds[]; /* NULL-terminated */

/* What a commitment's change adds to the counters: its points and weight before, against now. */
struct standing {
  int64_t points, weight;
};
struct standing commitment_standing(const Onboard__Commitment *commitment);
/* Puts a changed commitment, records it, and counts the difference in the month it is due. */
void commitment_change(struct txn *txn, Onboard__Commitment *commitment, const char *type, int64_t occur_us,
                       struct standing before);
/* After a commitment changed, at `occur_us`: it is missed now and may open an escalation, or no longer is and
 * ends it. */
const struct status *commitment_govern(struct txn *txn, const struct act *act,
                                       const Onboard__Commitment *commitment, Onboard__Commitment__State was,
                                       int64_t occur_us);
/* What a review that was not held may open. */
struct cause review_missed(struct arena *arena, const Onboard__Review *review);
/* The same for milestones: `was` is its state before. */
void milestone_change(struct txn *txn, Onboard__Milestone *milestone, const char *type, int64_t occur_us,
                      Onboard__Milestone__State was);

#endif
