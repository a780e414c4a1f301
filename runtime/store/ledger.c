#include "runtime/store/ledger.h"

#include "runtime/base/limit.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/store/entries.h"
#include "runtime/store/txn_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WALKED_AT_ONCE = 128, SCRATCH_BYTES = 4 * LIMIT_CALL_ARENA_BYTES };

/* ---- entries ---- */

static void held_released(struct fiber_hold *hold) {
  arena_destroy(((struct held_arena *)hold)->arena);
}

static void held_exhausted(void *context) {
  (void)context;
  fiber_abandon();
}

struct held_arena *held_arena_open(struct arena *owner, size_t limit) {
  struct held_arena *held = arena_new(owner, struct held_arena);
  held->arena = arena_create(limit, held_exhausted, NULL);
  if (!held->arena) {
    fiber_abandon();
  }
  held->hold.release = held_released;
  fiber_hold(&held->hold);
  return held;
}

void held_arena_close(struct held_arena *held) {
  fiber_unhold(&held->hold);
  arena_destroy(held->arena);
}

struct scratch {
  struct txn txn;
  struct held_arena *held;
};

struct txn *scratch_open(struct txn *txn) {
  struct scratch *scratch = arena_new(txn->arena, struct scratch);
  scratch->held = held_arena_open(txn->arena, SCRATCH_BYTES);
  scratch->txn = *txn;
  scratch->txn.arena = scratch->txn.context.arena = scratch->held->arena;
  return &scratch->txn;
}

void scratch_close(struct txn *scratch) {
  held_arena_close(((struct scratch *)scratch)->held);
}

const struct status *status_copy(struct arena *arena, const struct status *status) {
  if (!status) {
    return NULL;
  }
  return status_make(arena, status->code, arena_strdup(arena, status->reason), "%s", status->message);
}

/* ---- asking ---- */

static void ask_sent(void *context) {
  (void)context;
}

static void ask_ended(void *context, const struct request *requests) {
  (void)context;
  (void)requests;
}

const struct status *ledger_ask(struct txn *txn, const char *subject, const struct command *command,
                                enum reply_type expected, bool or_nil, struct reply **reply) {
  const struct exchange_hooks hooks = {
      .connection = store_writer(txn->store, subject), .sent = ask_sent, .ended = ask_ended};
  const struct status *status = store_exchange(txn->store, &txn->context, command, 1, false, &hooks, reply);
  return status ? status : reply_check(txn->arena, *reply, expected, or_nil);
}

const struct status *entries_read(struct txn *txn, const char *subject, const struct entry_range *range,
                                  struct raw_entry **entries, size_t *count) {
  struct arena *arena = txn->arena;
  *count = 0;
  char *key = key_make(arena, txn->store->options.pillar, store_bucket(subject), 'l', subject);
  char *after = arena_printf(arena, "(%" PRId64 "-0", range->after_us > 0 ? range->after_us : 0);
  char *until = range->until_us == INT64_MAX ? arena_strdup(arena, "+")
                                             : arena_printf(arena, "%" PRId64 "-0", range->until_us);
  struct command *command =
      command_of(arena, range->descending ? "XREVRANGE" : "XRANGE", key, range->descending ? until : after,
                 range->descending ? after : until, "COUNT", NULL);
  command_number(command, (int64_t)range->limit);
  struct reply *reply;
  const struct status *status = ledger_ask(txn, subject, command, REPLY_ARRAY, false, &reply);
  if (status) {
    return status;
  }
  *entries = arena_calloc(arena, reply->count + 1, sizeof **entries);
  for (size_t i = 0; i < reply->count; i++) {
    status = raw_entry_of(arena, reply->elements[i], &(*entries)[i]);
    if (status) {
      return status;
    }
  }
  *count = reply->count;
  return NULL;
}

const struct status *raw_entry_of(struct arena *arena, const struct reply *item, struct raw_entry *out) {
  const struct reply *fields = item->type == REPLY_ARRAY && item->count == 2 ? item->elements[1] : NULL;
  if (!fields || fields->type != REPLY_ARRAY || fields->count != 2 || item->elements[0]->type != REPLY_TEXT ||
      fields->elements[1]->type != REPLY_TEXT) {
    return status_make(arena, CODE_DATA_LOSS, "LEDGER_ENTRY_MALFORMED", "a ledger entry is stored malformed");
  }
  out->id = item->elements[0]->text;
  out->record_us = strtoll(out->id, NULL, 10);
  out->bytes.data = (uint8_t *)fields->elements[1]->text;
  out->bytes.len = fields->elements[1]->size;
  return NULL;
}

Ledger__LedgerEntry *raw_entry_unpack(struct arena *arena, const struct raw_entry *entry) {
  return ledger__ledger_entry__unpack(arena_allocator(arena), entry->bytes.len, entry->bytes.data);
}

static const struct status *unpack_all(struct txn *txn, const char *subject, const struct raw_entry *raw,
                                       size_t count, Ledger__LedgerEntry ***entries) {
  *entries = arena_calloc(txn->arena, count + 1, sizeof **entries);
  for (size_t i = 0; i < count; i++) {
    (*entries)[i] = raw_entry_unpack(txn->arena, &raw[i]);
    if (!(*entries)[i]) {
      return status_make(txn->arena, CODE_DATA_LOSS, "LEDGER_ENTRY_MALFORMED",
                         "an entry in the ledger of `%s` does not decode: run `entente verify`", subject);
    }
  }
  return NULL;
}

const struct status *ledger_page(struct txn *txn, const char *subject, int64_t after_us, int64_t as_of_us,
                                 size_t limit, Ledger__LedgerEntry ***entries, size_t *count) {
  struct raw_entry *raw = NULL;
  struct entry_range range = {.after_us = after_us, .until_us = as_of_us, .limit = limit};
  *entries = NULL;
  const struct status *status = entries_read(txn, subject, &range, &raw, count);
  return status ? status : unpack_all(txn, subject, raw, *count, entries);
}

const struct status *head_read(struct txn *txn, const char *subject, struct head *head) {
  struct reply *reply;
  char *key = key_make(txn->arena, txn->store->options.pillar, store_bucket(subject), 'h', subject);
  const struct status *status =
      ledger_ask(txn, subject, command_of(txn->arena, "GET", key, NULL), REPLY_TEXT, true, &reply);
  *head = (struct head){0};
  if (!status && reply->type == REPLY_TEXT && !head_decode(reply->text, reply->size, head)) {
    status = status_make(txn->arena, CODE_DATA_LOSS, "LEDGER_HEAD_MALFORMED",
                         "the head of the ledger of `%s` is stored malformed", subject);
  }
  return status;
}

const struct status *ledger_walk(struct txn *txn, const char *subject, int64_t after_us, int64_t as_of_us,
                                 ledger_visit_fn *visit, void *context) {
  struct txn *scratch = scratch_open(txn);
  const struct status *status = NULL;
  size_t count = WALKED_AT_ONCE;
  bool going = true;
  while (!status && going && count == WALKED_AT_ONCE) {
    Ledger__LedgerEntry **entries;
    arena_reset(scratch->arena);
    status = ledger_page(scratch, subject, after_us, as_of_us, WALKED_AT_ONCE, &entries, &count);
    for (size_t i = 0; !status && going && i < count; i++) {
      after_us = timestamp_us(entries[i]->record_time, 0);
      going = visit(entries[i], context);
    }
  }
  status = status_copy(txn->arena, status);
  scratch_close(scratch);
  return status;
}

char *ledger_entry_name(struct txn *txn, const char *subject, int64_t record_us) {
  return arena_printf(txn->arena, "%s/ledger/%s-%" PRId64, subject, txn->store->options.pillar, record_us);
}

/* The entry recorded at that time; NULL when none was. */
static const struct status *entry_at(struct txn *txn, const char *subject, int64_t record_us,
                                     Ledger__LedgerEntry **out) {
  Ledger__LedgerEntry **entries;
  size_t count;
  *out = NULL;
  if (record_us <= 0) {
    return NULL;
  }
  const struct status *status = ledger_page(txn, subject, record_us - 1, record_us, 1, &entries, &count);
  *out = !status && count ? entries[0] : NULL;
  return status;
}

const struct status *ledger_entry(struct txn *txn, const char *subject, const char *name,
                                  Ledger__LedgerEntry **out) {
  const char *digits = strrchr(name, '-');
  const struct status *status = entry_at(txn, subject, digits ? strtoll(digits + 1, NULL, 10) : 0, out);
  if (!status && *out && strcmp((*out)->name, name) != 0) {
    *out = NULL;
  }
  return status;
}

const struct status *ledger_newest(struct txn *txn, const char *subject, Ledger__LedgerEntry **out) {
  struct head head;
  *out = NULL;
  const struct status *status = head_read(txn, subject, &head);
  return status ? status : entry_at(txn, subject, head.ends[TYPE__PARTY__PARTY_UNSPECIFIED].record_us, out);
}

const struct status *ledger_recorded(struct txn *txn, const char *subject, const char *resource,
                                     int64_t write_us, int64_t as_of_us, bool *yes) {
  enum { ENTRIES_AT_ONCE = 8 };
  int64_t after_us = write_us - 1;
  size_t count = ENTRIES_AT_ONCE;
  *yes = false;
  while (write_us <= as_of_us && count == ENTRIES_AT_ONCE) {
    Ledger__LedgerEntry **entries;
    const struct status *status =
        ledger_page(txn, subject, after_us, as_of_us, ENTRIES_AT_ONCE, &entries, &count);
    if (status) {
      return status;
    }
    for (size_t i = 0; i < count; i++) {
      *yes |= text_equal(entries[i]->resource, resource);
    }
    if (*yes) {
      return NULL;
    }
    if (count) {
      after_us = timestamp_us(entries[count - 1]->record_time, 0);
    }
  }
  return NULL;
}

const struct status *ledger_await(struct txn *txn, const char *subject, int64_t as_of_us) {
  Ledger__LedgerEntry **entries;
  size_t count;
  return ledger_page(txn, subject, as_of_us - 1, as_of_us, 1, &entries, &count);
}
