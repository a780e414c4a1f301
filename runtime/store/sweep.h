/* What time changes: an entity whose moment has come is shown changed by every read, and is recorded changed
 * once, by the sweeper or by the next caller who changes it, as an act of the system.
 *
 * A pillar says in a table which kinds time changes; each of them has an index `sweep` whose entries are
 * emit_sweep()'s. The sweeper looks through it, one bucket after the other. However many replicas run, each
 * change is recorded once, since it is a transaction on the entity's version. */
#ifndef ENTENTE_STORE_SWEEP_H
#define ENTENTE_STORE_SWEEP_H

#include "runtime/base/machine.h"
#include "runtime/store/txn.h"

/* A kind that time changes. */
struct timed {
  const struct kind *kind;
  /* When time next changes it; INT64_MAX: never. Pure. */
  int64_t (*next_us)(const ProtobufCMessage *message);
  /* Stages what time has changed by `act->now_us`, at least one change of those that are due. */
  const struct status *(*stage)(struct txn *txn, const struct act *act, ProtobufCMessage *message);
};

/* The entry of an index `sweep`: one partition a bucket, all vendors, by when the next change is due. None
 * for INT64_MAX. */
void emit_sweep(struct index_sink *sink, int64_t next_us);

/* Records what time has changed in one entity, in a transaction of its own. `*changed` tells whether there
 * was anything. ABORTED (LOST_RACE) when another replica or a caller was first. In a fiber; memory from the
 * arena. */
const struct status *timed_record(struct store *store, const struct timed *timed, struct arena *arena,
                                  const char *name, int64_t now_us, int64_t deadline_us, bool *changed);

struct sweep;

struct sweep_options {
  const struct timed *const *kinds; /* NULL-terminated; must outlive the sweeper */
  struct loop *loop;
  struct store *store;
  const struct clock *clock;
  uint32_t interval_ms; /* from the end of a round to the start of the next */
  /* Told of each round that recorded something or was refused; `why` as of sweep_round(). May be NULL. */
  void (*swept)(void *context, size_t recorded, const char *why);
  void *context;
};

/* Makes a sweeper that does nothing yet. NULL when out of memory. */
struct sweep *sweep_create(const struct sweep_options *options);
/* Rounds from now on, on the loop's thread. */
void sweep_start(struct sweep *sweep);
/* Lets a round that is under way come to its next step, for 5 s at most. On the loop's thread, outside of
 * fibers. NULL is allowed. */
void sweep_destroy(struct sweep *sweep);

/* One round over all buckets, in a fiber: how many changes it recorded. Ends at the first refusal of the
 * store: its reason is then in `*why`, otherwise NULL. */
size_t sweep_round(struct sweep *sweep, const char **why);

#endif
