/* Following another pillar's feed: each change takes effect exactly once, though the process is killed
 * at any point, because the place in the feed moves in the same commit as the effect. */
#ifndef ENTENTE_FEED_FOLLOW_H
#define ENTENTE_FEED_FOLLOW_H

#include "runtime/rpc/client.h"
#include "runtime/store/txn.h"

#include "entente/ledger/v1/ledger.pb-c.h"

struct follower;
struct log;
struct metrics;

/* Applies one change: stages its effects in `txn` and returns NULL; the follower moves the place and
 * commits. A change that means nothing here stages nothing. Run again from the start when the commit
 * lost a race. Any other status stops the bucket, is logged and counted, and is tried again with
 * backoff (20 ms to 30 s): nothing is skipped. */
typedef const struct status *apply_fn(void *context, struct txn *txn, const Ledger__LedgerEntry *entry);

struct follow_options {
  const char *source; /* pillar followed: `sell` */
  struct channel *channel;
  struct store *store;      /* where places and effects go; NULL: effects are in memory only,
                               each start follows from now (gateway caches) and apply() gets no transaction */
  bool from_start;          /* without a store: follow from the first change instead of from now */
  const char *const *types; /* entry types of interest, NULL-terminated; trailing `*` allowed */
  apply_fn *apply;
  void *context;
  const struct clock *clock;
  /* Called when the stream is caught up (true) or lost (false). May be NULL. */
  void (*live)(void *context, bool live);
  struct log *log;
  /* `entente_feed_live`, `entente_feed_changes_total`, `entente_feed_failures_total` and
   * `entente_feed_delay_seconds` by source; NULL: none. */
  struct metrics *metrics;
};
struct follower *follow_start(struct loop *loop, const struct follow_options *options);
/* Stops; `done` is called on the loop's thread when its fiber has ended. */
void follow_stop(struct follower *follower, void (*done)(void *argument), void *argument);

/* FeedService and LedgerService, which every pillar serves: add to the table of services. */
extern const struct service feed_service;
extern const struct service ledger_service;

#endif
