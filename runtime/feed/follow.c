#include "runtime/feed/follow.h"

#include "runtime/feed/place.h"
#include "runtime/observe/log.h"
#include "runtime/observe/metric.h"
#include "runtime/store/ledger.h"

#include "runtime/base/limit.h"
#include "runtime/base/timestamp.h"

#include "entente/feed/v1/feed_service.pb-c.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  BACKOFF_FIRST_MS = 20,    /* suites start together: the source is often a moment later than its follower */
  BACKOFF_LAST_MS = 30000,  /* of a change that fails */
  RECONNECT_LAST_MS = 2000, /* of a source that is away: soon after it is back, all is up to date */
  BACKOFF_DOUBLINGS = 11,
  PAUSE_STEP_MS = 50, /* how soon a stop is seen */
  RACES_MAX = 16,     /* in a row on one change, before the bucket waits */
  SILENCE_MS = 15000, /* the source sends at least every 5 s: longer, and the stream is opened anew */
  STREAM_ARENA_BYTES = 8 << 20,
};

/* One bucket of the source. */
struct bucket {
  char place[PLACE_BYTES]; /* of the last change that took effect; "": none */
  uint32_t failures;       /* in a row */
  bool blocked;            /* a change failed: those after it are not looked at until the stream is new */
};

struct follower {
  struct loop *loop;
  struct follow_options options;
  struct fiber *fiber;
  struct arena *stream_arena, *change_arena;
  struct client_stream *stream;
  struct loop_timer reopen;  /* a blocked bucket is due */
  struct loop_timer silence; /* nothing was heard for too long */
  struct loop_timer revive;  /* after the fiber was abandoned */
  struct bucket buckets[STORE_BUCKETS];
  uint32_t failures; /* of the stream, in a row */
  bool live, stopping;
  bool reopening; /* the stream was given up to open it anew */
  struct metric *live_now, *changes, *failed, *delay;
  void (*done)(void *argument);
  void *done_argument;
};

static void follower_run(void *argument);

static void complain(struct follower *follower, const char *message, const struct status *status,
                     const char *entry) {
  if (follower->options.log) {
    log_event(follower->options.log, LOG_WARNING, message,
              (struct log_field[]){{"source", follower->options.source, 0},
                                   {"code", code_name(status->code), 0},
                                   {"reason", status->reason, 0},
                                   {"error", status->message, 0},
                                   {"entry", entry ? entry : "", 0},
                                   {NULL, NULL, 0}});
  }
}

static void set_live(struct follower *follower, bool live) {
  if (follower->live != live) {
    follower->live = live;
    metric_set(follower->live_now, live);
    if (follower->options.live) {
      follower->options.live(follower->options.context, live);
    }
  }
}

static int64_t backoff_us(uint32_t failures, int64_t last_ms) {
  int64_t ms = (int64_t)BACKOFF_FIRST_MS << (failures < BACKOFF_DOUBLINGS ? failures : BACKOFF_DOUBLINGS);
  ms = ms > last_ms ? last_ms : ms;
  return (ms / 2 + random() % (ms / 2 + 1)) * US_PER_MS;
}

/* ---- one change ---- */

static struct txn *change_txn(struct follower *follower) {
  struct txn_context context = {
      .arena = follower->change_arena,
      .now_us = clock_now_us(follower->options.clock),
      .deadline_us = INT64_MAX,
      .actor_party = TYPE__PARTY__PARTY_SYSTEM,
      .actor = store_settings(follower->options.store)->pillar,
  };
  return txn_begin(follower->options.store, &context);
}

static const struct status *take_effect(struct follower *follower, struct bucket *bucket, uint32_t number,
                                        const Feed__Change *change) {
  arena_reset(follower->change_arena);
  struct txn *txn = change_txn(follower);
  const struct status *status = follower->options.apply(follower->options.context, txn, change->entry);
  if (!status) {
    txn_advance(txn, follower->options.source, number, bucket->place, change->position->cursor);
    status = txn_commit(txn, NULL);
  }
  return status;
}

/* Whether a commit that did not go through, or may have, did after all: the stored place tells. */
static const struct status *reread_place(struct follower *follower, struct bucket *bucket, uint32_t number,
                                         bool *moved) {
  const char *place;
  const struct status *status = feed_place(change_txn(follower), follower->options.source, number, &place);
  *moved = !status && strcmp(place, bucket->place) != 0;
  if (*moved) {
    snprintf(bucket->place, sizeof bucket->place, "%s", place);
  }
  return status;
}

/* Another replica may follow the same feed: whoever moves the place first has made the effect. */
static const struct status *apply_stored(struct follower *follower, struct bucket *bucket, uint32_t number,
                                         const Feed__Change *change) {
  const char *cursor = change->position->cursor;
  for (int race = 0;; race++) {
    if (place_compare(bucket->place, cursor) >= 0) {
      return NULL; /* has taken effect */
    }
    const struct status *status = take_effect(follower, bucket, number, change);
    if (!status) {
      snprintf(bucket->place, sizeof bucket->place, "%s", cursor);
      return NULL;
    }
    bool uncertain =
        strcmp(status->reason, REASON_LOST_RACE) == 0 || strcmp(status->reason, REASON_OUTCOME_UNKNOWN) == 0;
    bool moved;
    if (!uncertain || race >= RACES_MAX) {
      return status;
    }
    const struct status *unread = reread_place(follower, bucket, number, &moved);
    if (unread) {
      return unread;
    }
  }
}

static const struct status *apply_change(struct follower *follower, struct bucket *bucket, uint32_t number,
                                         const Feed__Change *change) {
  if (follower->options.store) {
    return apply_stored(follower, bucket, number, change);
  }
  const struct status *status = follower->options.apply(follower->options.context, NULL, change->entry);
  if (!status) {
    snprintf(bucket->place, sizeof bucket->place, "%s", change->position->cursor);
  }
  return status;
}

static void block(struct follower *follower, struct bucket *bucket) {
  bucket->blocked = true;
  int64_t due = clock_monotonic_us() + backoff_us(bucket->failures++, BACKOFF_LAST_MS);
  if (!follower->reopen.place || due < follower->reopen.due_us) {
    loop_arm(follower->loop, &follower->reopen, due);
  }
}

static void follow_change(struct follower *follower, const Feed__Change *change) {
  if (!change->position || !change->entry || change->position->bucket >= STORE_BUCKETS ||
      strlen(change->position->cursor) >= PLACE_BYTES) {
    return; /* not of our feed's form: the source's contract forbids it */
  }
  struct bucket *bucket = &follower->buckets[change->position->bucket];
  if (bucket->blocked) {
    return;
  }
  const struct status *status = apply_change(follower, bucket, change->position->bucket, change);
  if (status) {
    complain(follower, "a change of a feed could not be applied; it will be tried again", status,
             change->entry->name);
    metric_add(follower->failed, 1);
    block(follower, bucket);
    return;
  }
  bucket->failures = 0;
  int64_t now_us = clock_now_us(follower->options.clock);
  metric_add(follower->changes, 1);
  metric_observe_us(follower->delay, now_us - timestamp_us(change->entry->record_time, now_us));
}

/* ---- the stream ---- */

static const struct status *load_places(struct follower *follower) {
  const char *places[STORE_BUCKETS];
  arena_reset(follower->change_arena);
  const struct status *status =
      follower->options.store ? feed_places(change_txn(follower), follower->options.source, places) : NULL;
  for (size_t i = 0; i < STORE_BUCKETS && !status; i++) {
    follower->buckets[i].blocked = false;
    if (follower->options.store) {
      snprintf(follower->buckets[i].place, sizeof follower->buckets[i].place, "%s", places[i]);
    }
  }
  return status;
}

static Feed__WatchChangesRequest *request_of(struct follower *follower) {
  struct arena *arena = follower->stream_arena;
  Feed__WatchChangesRequest *request = arena_new(arena, Feed__WatchChangesRequest);
  feed__watch_changes_request__init(request);
  request->positions = arena_calloc(arena, STORE_BUCKETS, sizeof *request->positions);
  for (uint32_t i = 0; i < STORE_BUCKETS; i++) {
    if (follower->buckets[i].place[0]) {
      Feed__Position *position = arena_new(arena, Feed__Position);
      feed__position__init(position);
      position->bucket = i;
      position->cursor = arena_strdup(arena, follower->buckets[i].place);
      request->positions[request->n_positions++] = position;
    }
  }
  request->types = (char **)follower->options.types;
  while (request->types && request->types[request->n_types]) {
    request->n_types++;
  }
  request->from_now = !follower->options.store && !follower->options.from_start;
  return request;
}

static void follow_response(struct follower *follower, const Feed__WatchChangesResponse *response) {
  follower->failures = 0;
  for (size_t i = 0; i < response->n_changes && !follower->stopping; i++) {
    follow_change(follower, response->changes[i]);
  }
  if (response->caught_up) {
    set_live(follower, true);
  }
}

static void hear(struct follower *follower) {
  loop_arm(follower->loop, &follower->silence, clock_monotonic_us() + (int64_t)SILENCE_MS * US_PER_MS);
}

/* Follows one stream until it ends, is silent, or a blocked bucket is due. */
static const struct status *follow_stream(struct follower *follower) {
  struct client_call call = {
      .arena = follower->stream_arena,
      .method = "/entente.feed.v1.FeedService/WatchChanges",
      .request = request_of(follower),
      .response = &feed__watch_changes_response__descriptor,
      .deadline_us = INT64_MAX,
  };
  hear(follower);
  follower->stream = client_stream_open(follower->options.channel, &call);
  const struct status *status = NULL;
  Feed__WatchChangesResponse *response = NULL;
  while (!follower->stopping && !(status = client_stream_next(follower->stream, &response)) && response) {
    hear(follower);
    follow_response(follower, response);
  }
  struct client_stream *stream = follower->stream;
  follower->stream = NULL;
  client_stream_close(stream);
  loop_disarm(follower->loop, &follower->silence);
  return status;
}

static void cancel_stream(struct follower *follower) {
  follower->reopening = true;
  if (follower->stream) {
    client_stream_cancel(follower->stream);
  } else if (follower->fiber) {
    fiber_resume(follower->fiber);
  }
}

static void reopen_due(struct loop_timer *timer) {
  cancel_stream((struct follower *)((char *)timer - offsetof(struct follower, reopen)));
}

static void silence_due(struct loop_timer *timer) {
  cancel_stream((struct follower *)((char *)timer - offsetof(struct follower, silence)));
}

/* ---- the fiber ---- */

/* Sleeps, but a stop wakes it. */
static void pause_for(struct follower *follower, int64_t duration_us) {
  int64_t until = clock_monotonic_us() + duration_us, left;
  while (!follower->stopping && (left = until - clock_monotonic_us()) > 0) {
    fiber_sleep_ms(left < PAUSE_STEP_MS * US_PER_MS ? (uint32_t)(left / US_PER_MS) + 1 : PAUSE_STEP_MS);
  }
}

static void follower_free(struct follower *follower) {
  loop_disarm(follower->loop, &follower->reopen);
  loop_disarm(follower->loop, &follower->silence);
  loop_disarm(follower->loop, &follower->revive);
  arena_destroy(follower->stream_arena);
  arena_destroy(follower->change_arena);
  void (*done)(void *) = follower->done;
  void *argument = follower->done_argument;
  free(follower);
  if (done) {
    done(argument);
  }
}

/* Without a store a place that the source no longer keeps is of no use: start as at first. */
static void forget_places(struct follower *follower) {
  for (size_t i = 0; i < STORE_BUCKETS; i++) {
    follower->buckets[i].place[0] = '\0';
  }
}

static void follow_once(struct follower *follower) {
  arena_reset(follower->stream_arena);
  follower->reopening = false;
  const struct status *status = load_places(follower);
  if (!status) {
    status = follow_stream(follower);
  }
  set_live(follower, false);
  if (follower->reopening || follower->stopping) {
    return;
  }
  if (status) {
    complain(follower, "the feed was lost; it will be followed again", status, NULL);
    if (!follower->options.store && strcmp(status->reason, REASON_CURSOR_EXPIRED) == 0) {
      forget_places(follower);
    }
  }
  pause_for(follower, backoff_us(follower->failures++, RECONNECT_LAST_MS));
}

/* A change that takes more memory than there is ends the fiber; another one tries again later. */
static void follower_abandoned(void *argument) {
  struct follower *follower = argument;
  follower->fiber = NULL;
  follower->stream = NULL;
  complain(follower, "a change of a feed takes too much memory; it will be tried again",
           &status_memory_exhausted, NULL);
  set_live(follower, false);
  loop_disarm(follower->loop, &follower->silence);
  loop_arm(follower->loop, &follower->revive,
           clock_monotonic_us() + backoff_us(follower->failures++, BACKOFF_LAST_MS));
}

static void revive_due(struct loop_timer *timer) {
  struct follower *follower = (struct follower *)((char *)timer - offsetof(struct follower, revive));
  if (follower->stopping) {
    follower_free(follower);
  } else if (!fiber_start(follower->loop, follower_run, follower)) {
    loop_arm(follower->loop, &follower->revive,
             clock_monotonic_us() + backoff_us(follower->failures++, BACKOFF_LAST_MS));
  }
}

static void follower_run(void *argument) {
  struct follower *follower = argument;
  follower->fiber = fiber_current();
  fiber_on_abandon(follower_abandoned, follower);
  while (!follower->stopping) {
    follow_once(follower);
  }
  follower->fiber = NULL;
  /* Freed from the loop's stack: `done` may destroy what the fiber stands on. */
  loop_arm(follower->loop, &follower->revive, clock_monotonic_us());
}

static void memory_exhausted(void *context) {
  (void)context;
  fiber_abandon();
}

static void register_metrics(struct follower *follower) {
  struct metrics *metrics = follower->options.metrics;
  char labels[80];
  snprintf(labels, sizeof labels, "source=\"%.60s\"", follower->options.source);
  follower->live_now = metric_gauge(metrics, "entente_feed_live", labels,
                                    "Whether the feed of the source is followed and caught up: 1 or 0.");
  follower->changes = metric_counter(metrics, "entente_feed_changes_total", labels,
                                     "Changes of the source that took effect.");
  follower->failed = metric_counter(metrics, "entente_feed_failures_total", labels,
                                    "Changes that could not be applied and are tried again.");
  follower->delay = metric_histogram(metrics, "entente_feed_delay_seconds", labels,
                                     "From when a change was recorded at the source to its effect here.");
}

struct follower *follow_start(struct loop *loop, const struct follow_options *options) {
  struct follower *follower = calloc(1, sizeof *follower);
  if (!follower) {
    return NULL;
  }
  follower->loop = loop;
  follower->options = *options;
  follower->stream_arena = arena_create(STREAM_ARENA_BYTES, memory_exhausted, NULL);
  follower->change_arena = arena_create(LIMIT_CALL_ARENA_BYTES, memory_exhausted, NULL);
  follower->reopen.fire = reopen_due;
  follower->silence.fire = silence_due;
  follower->revive.fire = revive_due;
  if (!follower->stream_arena || !follower->change_arena) {
    arena_destroy(follower->stream_arena);
    arena_destroy(follower->change_arena);
    free(follower);
    return NULL;
  }
  register_metrics(follower);
  loop_arm(loop, &follower->revive, clock_monotonic_us());
  return follower;
}

void follow_stop(struct follower *follower, void (*done)(void *argument), void *argument) {
  follower->stopping = true;
  follower->done = done;
  follower->done_argument = argument;
  cancel_stream(follower);
}
