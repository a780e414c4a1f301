/* Changes that time makes: commitments missed, claims deemed confirmed, milestones overdue, reviews missed.
 * Reads apply them on the fly; here they are recorded, once, as acts of the system. */
#ifndef ENTENTE_ONBOARD_TIMED_H
#define ENTENTE_ONBOARD_TIMED_H

#include "runtime/base/machine.h"
#include "runtime/store/txn.h"

#include "entente/onboard/v1/commitment.pb-c.h"
#include "entente/onboard/v1/milestone.pb-c.h"
#include "entente/onboard/v1/review.pb-c.h"

/* Partition of every timed kind's index `sweep`: one a bucket, all vendors, by when the next change is due.
 */
#define TIMED_PARTITION "timed"

/* A kind that time changes. */
struct timed {
  const struct kind *kind;
  /* When time next changes it; INT64_MAX: never. Pure. */
  int64_t (*next_us)(const ProtobufCMessage *message);
  /* Stages everything that time has changed by `act->now_us`. */
  const struct status *(*stage)(struct txn *txn, const struct act *act, ProtobufCMessage *message);
};
extern const struct timed timed_commitment, timed_milestone, timed_review;
extern const struct timed *const timed_kinds[]; /* NULL-terminated */

/* Records what time has changed in one entity, in a transaction of its own. `*changed` tells whether there
 * was anything. ABORTED (LOST_RACE) when another replica or a caller was first. In a fiber; memory from the
 * arena. */
const struct status *timed_record(struct store *store, const struct timed *timed, struct arena *arena,
                                  const char *name, int64_t now_us, int64_t deadline_us, bool *changed);

/* What a commitment's change adds to the counters: its points and weight before, against now. */
struct standing {
  int64_t points, weight;
};
struct standing commitment_standing(const Onboard__Commitment *commitment);
/* Puts a changed commitment, records it, and counts the difference in the month it is due. */
void commitment_change(struct txn *txn, Onboard__Commitment *commitment, const char *type, int64_t occur_us,
                       struct standing before);
/* The same for milestones: `was` is its state before. */
void milestone_change(struct txn *txn, Onboard__Milestone *milestone, const char *type, int64_t occur_us,
                      Onboard__Milestone__State was);

#endif
