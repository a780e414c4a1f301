/* The sweeper: looks through what time changes and records it, one bucket after the other. However many
 * replicas run, each change is recorded once, since it is a transaction on the entity's version. */
#ifndef ENTENTE_ONBOARD_SWEEP_H
#define ENTENTE_ONBOARD_SWEEP_H

#include "runtime/store/store.h"

struct sweep;

struct sweep_options {
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
