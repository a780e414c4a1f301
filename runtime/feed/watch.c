/* FeedService: the changes of this pillar, from a place on. */
#include "runtime/feed/follow.h"
#include "runtime/feed/types.h"
#include "runtime/rpc/call.h"
#include "runtime/store/ledger.h"

#include "entente/feed/v1/feed_service.pb-c.h"

#include <stdio.h>
#include <string.h>

enum {
  CURSOR_BYTES = 48,
  CHANGES_AT_ONCE = 256,
  BUCKETS_AT_ONCE = 32,
  LIMIT_OF_MANY = CHANGES_AT_ONCE / BUCKETS_AT_ONCE,
  HEARTBEAT_MS = 4000,
};

/* One stream: how far it has come in each bucket, and which buckets may have grown. */
struct watch {
  struct feed_listener listener;
  struct fiber_hold hold;
  struct store *store;
  struct stream *stream;
  const Feed__WatchChangesRequest *request;
  int64_t told_us; /* when it was last said that all has been sent; 0: not yet */
  bool grown[STORE_BUCKETS];
  char cursors[STORE_BUCKETS][CURSOR_BYTES];
};

static void watch_grown(struct feed_listener *listener, uint32_t bucket) {
  struct watch *watch = (struct watch *)((char *)listener - offsetof(struct watch, listener));
  if (bucket < STORE_BUCKETS) {
    watch->grown[bucket] = true;
  } else {
    memset(watch->grown, true, sizeof watch->grown);
  }
  fiber_resume(stream_fiber(watch->stream));
}

static void watch_release(struct fiber_hold *hold) {
  struct watch *watch = (struct watch *)((char *)hold - offsetof(struct watch, hold));
  feed_unlisten(watch->store, &watch->listener);
}

static struct txn *watch_txn(struct watch *watch) {
  struct txn_context context = {.arena = stream_arena(watch->stream), .deadline_us = INT64_MAX};
  return txn_begin(watch->store, &context);
}

/* The next buckets that may have grown. */
static size_t take_grown(struct watch *watch, struct feed_page *pages, size_t max) {
  size_t count = 0;
  for (uint32_t bucket = 0; bucket < STORE_BUCKETS && count < max; bucket++) {
    if (watch->grown[bucket]) {
      watch->grown[bucket] = false;
      pages[count++] = (struct feed_page){.bucket = bucket, .cursor = watch->cursors[bucket]};
    }
  }
  return count;
}

static const struct status *add_change(struct watch *watch, uint32_t bucket, const struct feed_change *change,
                                       Feed__WatchChangesResponse *response) {
  struct arena *arena = stream_arena(watch->stream);
  snprintf(watch->cursors[bucket], CURSOR_BYTES, "%s", change->cursor);
  Ledger__LedgerEntry *entry =
      ledger__ledger_entry__unpack(arena_allocator(arena), change->entry.len, change->entry.data);
  if (!entry) {
    return status_make(arena, CODE_DATA_LOSS, "LEDGER_ENTRY_MALFORMED",
                       "the change %s of bucket %u does not decode: run `entente verify`", change->cursor,
                       bucket);
  }
  if (!type_wanted(entry->type, watch->request->types, watch->request->n_types)) {
    return NULL;
  }
  Feed__Change *message = arena_new(arena, Feed__Change);
  feed__change__init(message);
  message->position = arena_new(arena, Feed__Position);
  feed__position__init(message->position);
  message->position->bucket = bucket;
  message->position->cursor = arena_strdup(arena, change->cursor);
  message->entry = entry;
  response->changes[response->n_changes++] = message;
  return NULL;
}

/* Reads some buckets and sends what is of interest. `*sent`: a message went out. */
static const struct status *send_changes(struct watch *watch, const struct feed_page *pages, size_t count,
                                         bool *sent) {
  struct arena *arena = stream_arena(watch->stream);
  Feed__WatchChangesResponse response = FEED__WATCH_CHANGES_RESPONSE__INIT;
  response.changes = arena_calloc(arena, CHANGES_AT_ONCE, sizeof *response.changes);
  const struct status *status = NULL;
  for (size_t i = 0; i < count && !status; i++) {
    for (size_t j = 0; j < pages[i].count && !status; j++) {
      status = add_change(watch, pages[i].bucket, &pages[i].changes[j], &response);
    }
  }
  *sent = response.n_changes > 0;
  return status || !*sent ? status : stream_send(watch->stream, &response);
}

/* Large entries can fill the arena: then one bucket at a time, and few entries. */
static const struct status *read_pages(struct watch *watch, struct feed_page *pages, size_t *count,
                                       size_t *limit) {
  *limit = *count == 1 ? CHANGES_AT_ONCE / 4 : LIMIT_OF_MANY;
  const struct status *status = feed_read_many(watch_txn(watch), pages, *count, *limit);
  if (status && status->code == CODE_RESOURCE_EXHAUSTED) {
    for (size_t i = 1; i < *count; i++) {
      watch->grown[pages[i].bucket] = true;
    }
    *count = 1;
    *limit = 4;
    status = feed_read_many(watch_txn(watch), pages, *count, *limit);
  }
  return status;
}

/* Sends until nothing is left. `*anything`: a message went out. */
static const struct status *catch_up(struct watch *watch, bool *anything) {
  struct feed_page pages[BUCKETS_AT_ONCE];
  size_t count;
  while ((count = take_grown(watch, pages, BUCKETS_AT_ONCE)) > 0) {
    size_t limit;
    bool sent = false;
    const struct status *status = read_pages(watch, pages, &count, &limit);
    for (size_t i = 0; !status && i < count; i++) {
      watch->grown[pages[i].bucket] |= pages[i].count == limit;
    }
    if (!status) {
      status = send_changes(watch, pages, count, &sent);
    }
    *anything |= sent;
    if (status) {
      return status;
    }
  }
  return NULL;
}

static const struct status *send_caught_up(struct watch *watch) {
  Feed__WatchChangesResponse response = FEED__WATCH_CHANGES_RESPONSE__INIT;
  response.caught_up = true;
  watch->told_us = clock_monotonic_us();
  return stream_send(watch->stream, &response);
}

static const struct status *go_to_positions(struct watch *watch) {
  const Feed__WatchChangesRequest *request = watch->request;
  bool placed[STORE_BUCKETS] = {false};
  for (size_t i = 0; i < request->n_positions; i++) {
    const Feed__Position *position = request->positions[i];
    if (position->bucket >= STORE_BUCKETS || strlen(position->cursor) >= CURSOR_BYTES) {
      return status_make(stream_arena(watch->stream), CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                         "there is no position `%.64s` of bucket %u", position->cursor, position->bucket);
    }
    placed[position->bucket] = true;
    snprintf(watch->cursors[position->bucket], CURSOR_BYTES, "%s", position->cursor);
  }
  for (uint32_t bucket = 0; request->from_now && bucket < STORE_BUCKETS; bucket++) {
    const char *end;
    const struct status *status = placed[bucket] ? NULL : feed_end(watch_txn(watch), bucket, &end);
    if (status) {
      return status;
    }
    if (!placed[bucket]) {
      snprintf(watch->cursors[bucket], CURSOR_BYTES, "%s", end);
    }
  }
  return NULL;
}

static const struct status *watch_run(struct watch *watch) {
  const struct status *status = go_to_positions(watch);
  while (!status) {
    bool anything = false;
    status = catch_up(watch, &anything);
    int64_t silent_us = clock_monotonic_us() - watch->told_us;
    if (!status && (anything || !watch->told_us || silent_us >= (int64_t)HEARTBEAT_MS * US_PER_MS)) {
      status = send_caught_up(watch);
      silent_us = 0;
    }
    if (!status && !memchr(watch->grown, true, sizeof watch->grown)) {
      status = stream_wait(watch->stream, HEARTBEAT_MS - (uint32_t)(silent_us / US_PER_MS));
    }
  }
  return status;
}

static const struct status *watch_changes(struct call *call, const void *request, struct stream *stream) {
  struct watch *watch = arena_new(call_arena(call), struct watch);
  watch->store = call_store(call);
  watch->stream = stream;
  watch->request = request;
  watch->listener.grown = watch_grown;
  watch->hold.release = watch_release;
  memset(watch->grown, true, sizeof watch->grown);
  feed_listen(watch->store, &watch->listener);
  fiber_hold(&watch->hold);
  const struct status *status = watch_run(watch);
  fiber_unhold(&watch->hold);
  feed_unlisten(watch->store, &watch->listener);
  return status;
}

static const struct method methods[] = {
    {.name = "WatchChanges", .stream = watch_changes},
    {.name = NULL},
};
const struct service feed_service = {.name = "entente.feed.v1.FeedService", .methods = methods};
