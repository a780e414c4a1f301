#include "gateway/compose/follow.h"

#include "runtime/feed/directory.h"

#include <stdlib.h>

struct pillar_feed {
  struct gateway_feeds *feeds;
  enum pillar pillar;
  struct follower *follower;
};

enum { END_TURN_MS = 10 };

struct gateway_feeds {
  struct loop *loop;
  struct composer *composer;
  struct pillar_feed pillars[PILLAR_COUNT];
  struct follower *directory;
  size_t running;
};

static const struct status *keep_partnership(void *context, struct txn *txn,
                                             const Ledger__LedgerEntry *entry) {
  (void)txn;
  struct gateway_feeds *feeds = context;
  /* One that does not decode or does not fit is left out of the copy: the feed must not stop for it. */
  if (entry->payload.len > 0)
    (void)partnerships_keep(feeds->composer->partnerships, entry->payload.data, entry->payload.len);
  return NULL;
}

static void directory_live(void *context, bool live) {
  struct gateway_feeds *feeds = context;
  if (live)
    partnerships_set_complete(feeds->composer->partnerships);
}

static const struct status *note_change(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  (void)txn;
  struct pillar_feed *feed = context;
  memory_changed(feed->feeds->composer->memory, entry->subject);
  return NULL;
}

static void pillar_live(void *context, bool live) {
  struct pillar_feed *feed = context;
  memory_feed_live(feed->feeds->composer->memory, feed->pillar, live);
}

struct gateway_feeds *feeds_start(struct loop *loop, struct composer *composer, const struct clock *clock,
                                  struct log *log, struct metrics *metrics) {
  struct gateway_feeds *feeds = calloc(1, sizeof *feeds);
  if (!feeds)
    return NULL;
  feeds->loop = loop;
  feeds->composer = composer;
  feeds->directory =
      follow_start(loop, &(struct follow_options){.source = pillar_names[PILLAR_ONBOARD],
                                                  .channel = composer->channels[PILLAR_ONBOARD],
                                                  .from_start = true,
                                                  .types = directory_types,
                                                  .apply = keep_partnership,
                                                  .context = feeds,
                                                  .clock = clock,
                                                  .live = directory_live,
                                                  .log = log});
  feeds->running = feeds->directory ? 1 : 0;
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++) {
    struct pillar_feed *feed = &feeds->pillars[pillar];
    *feed = (struct pillar_feed){.feeds = feeds, .pillar = pillar};
    feed->follower = follow_start(loop, &(struct follow_options){.source = pillar_names[pillar],
                                                                 .channel = composer->channels[pillar],
                                                                 .apply = note_change,
                                                                 .context = feed,
                                                                 .clock = clock,
                                                                 .live = pillar_live,
                                                                 .log = log,
                                                                 .metrics = metrics});
    feeds->running += feed->follower ? 1 : 0;
  }
  if (feeds->running == FOLLOWERS_COUNT)
    return feeds;
  feeds_stop(feeds);
  return NULL;
}

static void follower_ended(void *argument) {
  ((struct gateway_feeds *)argument)->running--;
}

void feeds_stop(struct gateway_feeds *feeds) {
  if (!feeds)
    return;
  struct follower *followers[FOLLOWERS_COUNT] = {feeds->directory};
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++)
    followers[pillar + 1] = feeds->pillars[pillar].follower;
  for (size_t i = 0; i < FOLLOWERS_COUNT; i++)
    if (followers[i])
      follow_stop(followers[i], follower_ended, feeds);
  while (feeds->running > 0)
    loop_turn(feeds->loop, END_TURN_MS);
  free(feeds);
}
