/* From records to ledger entries in their places. */
#include "runtime/store/commit.h"

#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "runtime/store/entries.h"

#include <assert.h>
#include <string.h>

static ProtobufCBinaryData payload_of(struct txn *txn, const struct record *record) {
  return record->facts.payload ? pack(txn->arena, record->facts.payload) : (ProtobufCBinaryData){0};
}

static void add_deltas(struct arena *arena, const struct record *record, Ledger__LedgerEntry *entry) {
  entry->deltas = arena_calloc(arena, record->delta_count + 1, sizeof *entry->deltas);
  for (struct record_delta *delta = record->deltas; delta; delta = delta->next) {
    Ledger__CounterDelta *message = arena_new(arena, Ledger__CounterDelta);
    ledger__counter_delta__init(message);
    message->counter = (char *)delta->counter;
    message->party = delta->party;
    message->month = delta->month;
    message->amount = delta->amount;
    entry->deltas[entry->n_deltas++] = message;
  }
}

static Ledger__LedgerEntry *entry_of(struct txn *txn, const struct record *record) {
  struct arena *arena = txn->arena;
  const ProtobufCMessage *payload = record->facts.payload;
  Ledger__LedgerEntry *entry = arena_new(arena, Ledger__LedgerEntry);
  ledger__ledger_entry__init(entry);
  entry->subject = (char *)record->subject;
  entry->type = arena_strdup(arena, record->facts.type);
  entry->occur_time = timestamp_new(arena, record->occur_us);
  entry->actor_party = txn->context.actor_party;
  entry->actor = (char *)(txn->context.actor ? txn->context.actor : "");
  entry->resource = (char *)record->resource;
  entry->payload_type = payload ? (char *)payload->descriptor->name : (char *)"";
  entry->payload = payload_of(txn, record);
  entry->supersedes = record->facts.supersedes ? (char *)record->facts.supersedes : (char *)"";
  entry->private_to = record->facts.private_to;
  add_deltas(arena, record, entry);
  return entry;
}

static struct append *append_of(struct txn *txn, struct append **appends, const char *subject) {
  struct append **link = appends;
  for (; *link; link = &(*link)->next) {
    if (strcmp((*link)->subject, subject) == 0) {
      return *link;
    }
  }
  const char *pillar = txn->store->options.pillar;
  uint32_t bucket = store_bucket(subject);
  struct append *append = *link = arena_new(txn->arena, struct append);
  append->subject = subject;
  append->vendor = name_vendor(txn->arena, subject);
  append->ledger_key = key_make(txn->arena, pillar, bucket, 'l', subject);
  append->head_key = key_make(txn->arena, pillar, bucket, 'h', subject);
  append->set_key = key_make(txn->arena, pillar, bucket, 's', append->vendor ? append->vendor : "");
  append->feed_key = key_make(txn->arena, pillar, bucket, 'f', "");
  append->records = arena_calloc(txn->arena, txn->record_count, sizeof *append->records);
  append->entries = arena_calloc(txn->arena, txn->record_count, sizeof *append->entries);
  return append;
}

struct append *appends_make(struct txn *txn) {
  struct append *appends = NULL;
  for (struct record *record = txn->records; record; record = record->next) {
    struct append *append = append_of(txn, &appends, record->subject);
    append->records[append->count] = record;
    append->entries[append->count++] = entry_of(txn, record);
  }
  return appends;
}

static ProtobufCBinaryData place_entry(struct txn *txn, struct append *append, Ledger__LedgerEntry *entry,
                                       int64_t now_us) {
  assert((size_t)entry->private_to < READERS);
  struct chain_end *end = &append->head.ends[entry->private_to];
  int64_t last_us = head_record_us(&append->head, TYPE__PARTY__PARTY_UNSPECIFIED);
  end->sequence++;
  end->record_us = now_us > last_us ? now_us : last_us + 1;
  entry->sequence = (int64_t)end->sequence;
  entry->name = ledger_entry_name(txn, append->subject, end->record_us);
  entry->record_time = timestamp_new(txn->arena, end->record_us);
  entry->previous_hash.data = arena_copy(txn->arena, end->hash, DIGEST_SIZE);
  entry->previous_hash.len = DIGEST_SIZE;
  ProtobufCBinaryData packed = pack(txn->arena, &entry->base);
  digest_sha256(packed.data, packed.len, end->hash);
  return packed;
}

static void plan_head(struct plan *plan, const struct head *head) {
  uint8_t *bytes = arena_alloc(plan->txn->arena, KEYS_HEAD_SIZE);
  head_encode(head, bytes);
  command_bytes(&plan->operations, bytes, head_begun(head) ? KEYS_HEAD_SIZE : 0);
}

void append_plan(struct append *append, struct plan *plan, int64_t now_us) {
  struct txn *txn = plan->txn;
  struct command entries = {.arena = txn->arena};
  append->head = append->chain->predicted;
  for (size_t i = 0; i < append->count; i++) {
    ProtobufCBinaryData packed = place_entry(txn, append, append->entries[i], now_us);
    command_number(&entries, head_record_us(&append->head, TYPE__PARTY__PARTY_UNSPECIFIED));
    command_bytes(&entries, packed.data, packed.len);
  }
  plan_operation(plan, "L", append->ledger_key);
  plan_key(plan, append->head_key);
  plan_key(plan, append->feed_key);
  plan_key(plan, append->set_key);
  command_text(&plan->operations, append->subject);
  plan_head(plan, &append->chain->predicted);
  plan_head(plan, &append->head);
  command_number(&plan->operations, (int64_t)append->count);
  command_append(&plan->operations, &entries);
}
