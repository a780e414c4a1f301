/* From staged changes to operations of the commit function. */
#include "runtime/store/commit.h"

#include "runtime/base/limit.h"

#include <inttypes.h>
#include <string.h>

ProtobufCBinaryData pack(struct arena *arena, const ProtobufCMessage *message) {
  ProtobufCBinaryData packed = {.len = protobuf_c_message_get_packed_size(message)};
  packed.data = arena_alloc(arena, packed.len);
  protobuf_c_message_pack(message, packed.data);
  return packed;
}

void plan_key(struct plan *plan, const char *key) {
  command_text(&plan->keys, key);
  command_number(&plan->operations, (int64_t)plan->keys.count);
}

void plan_operation(struct plan *plan, const char *letter, const char *key) {
  command_text(&plan->operations, letter);
  plan_key(plan, key);
}

/* ---- entities and indexes ---- */

static void plan_version(struct plan *plan, const struct entity *entity) {
  uint8_t *version = arena_alloc(plan->txn->arena, KEYS_VERSION_SIZE);
  big_endian_put(version, entity->version);
  command_bytes(&plan->operations, version, entity->version ? KEYS_VERSION_SIZE : 0);
}

static void plan_index_changes(struct plan *plan, const struct entity *entity, const char *letter,
                               const struct index_entry *entries, const struct index_entry *others) {
  struct txn *txn = plan->txn;
  for (const struct index_entry *entry = entries; entry; entry = entry->next) {
    if (!index_entry_listed(entry, others)) {
      plan_operation(plan, letter,
                     key_index(txn->arena, txn->store->options.pillar, store_bucket(entity->name),
                               entity->kind->name, entry->index, entry->partition));
      command_text(&plan->operations, entry->member);
    }
  }
}

/* Only the difference between the entries of the stored message and of the new one is written. */
static const struct status *plan_indexes(struct plan *plan, const struct entity *entity) {
  struct arena *arena = plan->txn->arena;
  const char *parent = key_parent(arena, entity->name);
  struct index_sink before = {.arena = arena, .name = entity->name};
  struct index_sink after = {.arena = arena, .name = entity->name};
  if (entity->version) {
    ProtobufCMessage *stored = protobuf_c_message_unpack(entity->kind->message, arena_allocator(arena),
                                                         entity->stored.len, entity->stored.data);
    index_collect(&before, entity->kind, parent, stored);
  }
  if (entity->change == CHANGE_PUT) {
    index_collect(&after, entity->kind, parent, entity->message);
  }
  if (after.malformed) {
    return status_make(arena, CODE_INVALID_ARGUMENT, "INDEX_ENTRY_MALFORMED",
                       "`%s` has a value that is too long to be listed by", entity->name);
  }
  plan_index_changes(plan, entity, "R", before.entries, after.entries);
  plan_index_changes(plan, entity, "A", after.entries, before.entries);
  return NULL;
}

static const struct status *plan_put(struct plan *plan, struct entity *entity) {
  struct arena *arena = plan->txn->arena;
  if (entity->new_version <= entity->version) {
    return &status_lost_race; /* put without a read, and the clock was set back since the last put */
  }
  size_t size = protobuf_c_message_get_packed_size(entity->message);
  if (size > LIMIT_ENTITY_BYTES) {
    return status_make(arena, CODE_INVALID_ARGUMENT, "RESOURCE_TOO_LARGE",
                       "`%s` would have %zu bytes; the most is %d", entity->name, size, LIMIT_ENTITY_BYTES);
  }
  uint8_t *value = arena_alloc(arena, KEYS_VERSION_SIZE + size);
  big_endian_put(value, entity->new_version);
  protobuf_c_message_pack(entity->message, value + KEYS_VERSION_SIZE);
  plan_operation(plan, "E", entity->key);
  plan_version(plan, entity);
  command_bytes(&plan->operations, value, KEYS_VERSION_SIZE + size);
  return plan_indexes(plan, entity);
}

static const struct status *plan_entity(struct plan *plan, struct entity *entity) {
  switch (entity->change) {
  case CHANGE_PUT:
    return plan_put(plan, entity);
  case CHANGE_DELETE:
    if (entity->version) {
      plan_operation(plan, "D", entity->key);
      plan_version(plan, entity);
      return plan_indexes(plan, entity);
    }
    /* Deleting what is not there: it must stay absent. */
    __attribute__((fallthrough));
  case CHANGE_NONE:
    if (entity->checked) {
      plan_operation(plan, "V", entity->key);
      plan_version(plan, entity);
    }
    return NULL;
  }
  return NULL;
}

/* ---- counters ---- */

struct tally {
  struct tally *next;
  const char *subject, *field;
  int32_t month;
  int64_t amount;
  bool planned;
};

static struct tally *tally_of(struct txn *txn, struct tally **tallies, const char *subject,
                              const struct record_delta *delta) {
  const char *field = arena_printf(txn->arena, "%s|%d", delta->counter, (int)delta->party);
  struct tally **link = tallies;
  for (; *link; link = &(*link)->next) {
    if ((*link)->month == delta->month && strcmp((*link)->field, field) == 0 &&
        strcmp((*link)->subject, subject) == 0) {
      return *link;
    }
  }
  *link = arena_new(txn->arena, struct tally);
  **link = (struct tally){.subject = subject, .field = field, .month = delta->month};
  return *link;
}

static void plan_month(struct plan *plan, struct tally *first) {
  size_t count = 0;
  for (struct tally *tally = first; tally; tally = tally->next) {
    tally->planned |= tally->month == first->month && strcmp(tally->subject, first->subject) == 0;
    count += tally->planned && tally->month == first->month && strcmp(tally->subject, first->subject) == 0;
  }
  struct txn *txn = plan->txn;
  plan_operation(plan, "C",
                 key_counters(txn->arena, txn->store->options.pillar, first->subject, first->month));
  command_number(&plan->operations, (int64_t)count);
  for (struct tally *tally = first; tally; tally = tally->next) {
    if (tally->month == first->month && strcmp(tally->subject, first->subject) == 0) {
      command_text(&plan->operations, tally->field);
      command_number(&plan->operations, tally->amount);
    }
  }
}

static const struct status *plan_counters(struct plan *plan) {
  struct tally *tallies = NULL;
  for (struct record *record = plan->txn->records; record; record = record->next) {
    for (struct record_delta *delta = record->deltas; delta; delta = delta->next) {
      struct tally *tally = tally_of(plan->txn, &tallies, record->subject, delta);
      if (__builtin_add_overflow(tally->amount, delta->amount, &tally->amount)) {
        return status_make(plan->txn->arena, CODE_OUT_OF_RANGE, "COUNTER_OVERFLOW",
                           "the counter %s would overflow", delta->counter);
      }
    }
  }
  for (struct tally *tally = tallies; tally; tally = tally->next) {
    if (!tally->planned) {
      plan_month(plan, tally);
    }
  }
  return NULL;
}

/* ---- the rest ---- */

static const struct status *plan_idempotency(struct plan *plan, const void *response) {
  const struct idempotency *idempotency = plan->txn->idempotency;
  if (!idempotency) {
    return NULL;
  }
  ProtobufCBinaryData packed = {.data = (uint8_t *)"", .len = 0};
  if (response) {
    packed = pack(plan->txn->arena, response);
  }
  if (packed.len > LIMIT_MESSAGE_BYTES) {
    return status_make(plan->txn->arena, CODE_RESOURCE_EXHAUSTED, "RESPONSE_TOO_LARGE",
                       "the response would have %zu bytes; the most is %d", packed.len, LIMIT_MESSAGE_BYTES);
  }
  plan_operation(plan, "I", idempotency->key);
  command_bytes(&plan->operations, idempotency->fingerprint, DIGEST_SIZE);
  command_bytes(&plan->operations, packed.data, packed.len);
  command_number(&plan->operations, KEYS_IDEMPOTENCY_SECONDS);
  return NULL;
}

const struct status *plan_effects(struct plan *plan, const void *response) {
  struct txn *txn = plan->txn;
  const struct status *status = plan_idempotency(plan, response);
  size_t count = 0;
  for (struct entity *entity = txn->entities; entity && !status; entity = entity->next) {
    count += entity->checked;
    status = plan_entity(plan, entity);
  }
  if (!status && count > LIMIT_TXN_ENTITIES) {
    status = status_make(txn->arena, CODE_INVALID_ARGUMENT, "TRANSACTION_TOO_LARGE",
                         "the request touches more than %d resources: split it", LIMIT_TXN_ENTITIES);
  }
  for (struct place_move *move = txn->moves; move && !status; move = move->next) {
    plan_operation(plan, "P",
                   key_make(txn->arena, txn->store->options.pillar, move->bucket, 'p', move->source));
    command_text(&plan->operations, move->from);
    command_text(&plan->operations, move->to);
  }
  return status ? status : plan_counters(plan);
}
