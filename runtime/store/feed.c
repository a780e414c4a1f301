/* The feed of a bucket, and a follower's places in another pillar's. */
#include "runtime/store/entries.h"
#include "runtime/store/txn_state.h"

#include <string.h>

static bool cursor_valid(const char *cursor) {
  size_t first = strspn(cursor, "0123456789");
  size_t second = cursor[first] == '-' ? strspn(cursor + first + 1, "0123456789") : 0;
  return first >= 1 && first <= 20 && second >= 1 && second <= 20 && cursor[first + 1 + second] == '\0';
}

static char *feed_key(struct txn *txn, uint32_t bucket) {
  return key_make(txn->arena, txn->store->options.pillar, bucket, 'f', "");
}

const struct status *feed_end(struct txn *txn, uint32_t bucket, const char **cursor) {
  struct reply *reply;
  struct raw_entry entry;
  *cursor = "";
  const struct status *status =
      store_ask(txn->store, &txn->context,
                command_of(txn->arena, "XREVRANGE", feed_key(txn, bucket), "+", "-", "COUNT", "1", NULL),
                REPLY_ARRAY, false, &reply);
  if (status || !reply->count) {
    return status;
  }
  status = raw_entry_of(txn->arena, reply->elements[0], &entry);
  *cursor = status ? "" : entry.id;
  return status;
}

/* The entry at the cursor is read again: when it is not there any more, others after it may be gone too. */
static const struct status *page_of(struct txn *txn, const struct reply *reply, struct feed_page *page) {
  const struct status *status = reply_check(txn->arena, reply, REPLY_ARRAY, false);
  page->changes = status ? NULL : arena_calloc(txn->arena, reply->count + 1, sizeof *page->changes);
  page->count = 0;
  bool found = !*page->cursor;
  for (size_t i = 0; !status && i < reply->count; i++) {
    struct raw_entry entry;
    status = raw_entry_of(txn->arena, reply->elements[i], &entry);
    if (!status && i == 0 && !found && strcmp(entry.id, page->cursor) == 0) {
      found = true;
    } else if (!status) {
      page->changes[page->count++] = (struct feed_change){.cursor = entry.id, .entry = entry.bytes};
    }
  }
  if (status || found) {
    return status;
  }
  page->count = 0;
  return status_make(txn->arena, CODE_OUT_OF_RANGE, REASON_CURSOR_EXPIRED,
                     "changes after %s of bucket %u are no longer kept: start again from the first",
                     page->cursor, page->bucket);
}

const struct status *feed_read_many(struct txn *txn, struct feed_page *pages, size_t count, size_t limit) {
  struct arena *arena = txn->arena;
  struct command *commands = arena_calloc(arena, count + 1, sizeof *commands);
  struct reply **replies = arena_calloc(arena, count + 1, sizeof *replies);
  for (size_t i = 0; i < count; i++) {
    const char *cursor = pages[i].cursor;
    if (*cursor && !cursor_valid(cursor)) {
      return status_make(arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST, "`%.64s` is not a cursor",
                         cursor);
    }
    commands[i] = *command_of(arena, "XRANGE", feed_key(txn, pages[i].bucket), *cursor ? cursor : "-", "+",
                              "COUNT", NULL);
    command_number(&commands[i], (int64_t)limit + (*cursor ? 1 : 0));
  }
  const struct status *status =
      store_exchange(txn->store, &txn->context, commands, count, false, NULL, replies);
  for (size_t i = 0; !status && i < count; i++) {
    status = page_of(txn, replies[i], &pages[i]);
  }
  return status;
}

const struct status *feed_read(struct txn *txn, uint32_t bucket, const char *cursor, size_t limit,
                               struct feed_change **changes, size_t *count) {
  struct feed_page page = {.bucket = bucket, .cursor = cursor};
  const struct status *status = feed_read_many(txn, &page, 1, limit);
  *changes = page.changes;
  *count = status ? 0 : page.count;
  return status;
}

const struct status *feed_place(struct txn *txn, const char *source, uint32_t bucket, const char **cursor) {
  struct reply *reply;
  char *key = key_make(txn->arena, txn->store->options.pillar, bucket, 'p', source);
  const struct status *status = store_ask(txn->store, &txn->context, command_of(txn->arena, "GET", key, NULL),
                                          REPLY_TEXT, true, &reply);
  *cursor = !status && reply->type == REPLY_TEXT ? reply->text : "";
  return status;
}

const struct status *feed_places(struct txn *txn, const char *source, const char *cursors[STORE_BUCKETS]) {
  struct command *commands = arena_calloc(txn->arena, STORE_BUCKETS, sizeof *commands);
  struct reply **replies = arena_calloc(txn->arena, STORE_BUCKETS, sizeof *replies);
  for (uint32_t bucket = 0; bucket < STORE_BUCKETS; bucket++) {
    commands[bucket] = *command_of(
        txn->arena, "GET", key_make(txn->arena, txn->store->options.pillar, bucket, 'p', source), NULL);
  }
  const struct status *status =
      store_exchange(txn->store, &txn->context, commands, STORE_BUCKETS, false, NULL, replies);
  for (uint32_t bucket = 0; !status && bucket < STORE_BUCKETS; bucket++) {
    status = reply_check(txn->arena, replies[bucket], REPLY_TEXT, true);
    cursors[bucket] = !status && replies[bucket]->type == REPLY_TEXT ? replies[bucket]->text : "";
  }
  return status;
}
