#include "runtime/store/etag.h"
#include "runtime/store/txn_state.h"

#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"

#include <assert.h>
#include <string.h>

struct txn *txn_begin(struct store *store, const struct txn_context *context) {
  struct txn *txn = arena_new(context->arena, struct txn);
  txn->store = store;
  txn->arena = context->arena;
  txn->context = *context;
  txn->entities_end = &txn->entities;
  txn->records_end = &txn->records;
  return txn;
}

struct arena *txn_arena(struct txn *txn) {
  return txn->arena;
}

int64_t txn_now_us(const struct txn *txn) {
  return txn->context.now_us;
}

void txn_problem(struct txn *txn, const struct status *status) {
  if (!txn->problem) {
    txn->problem = status;
  }
}

/* ---- entities touched ---- */

static size_t table_place(const char *name) {
  uint32_t hash = 2166136261u;
  for (; *name; name++) {
    hash = (hash ^ (unsigned char)*name) * 16777619u;
  }
  return hash % TXN_TABLE_SIZE;
}

struct entity *txn_find(struct txn *txn, const char *name) {
  struct entity *entity = txn->table[table_place(name)];
  while (entity && strcmp(entity->name, name) != 0) {
    entity = entity->chained;
  }
  return entity;
}

static struct entity *touch(struct txn *txn, const struct kind *kind, const char *name) {
  struct entity *entity = txn_find(txn, name);
  if (!entity) {
    struct entity **place = &txn->table[table_place(name)];
    entity = arena_new(txn->arena, struct entity);
    entity->kind = kind;
    entity->name = arena_strdup(txn->arena, name);
    entity->key = key_entity(txn->arena, txn->store->options.pillar, name);
    entity->chained = *place;
    *place = entity;
    *txn->entities_end = entity;
    txn->entities_end = &entity->next;
  }
  assert(entity->kind == kind); /* one name, one kind */
  return entity;
}

const struct status *txn_bind_vendor(struct txn *txn, const char *name) {
  size_t size = strncmp(name, "vendors/", 8) == 0 ? 8 + strcspn(name + 8, "/") : 0;
  if (!txn->vendor) {
    txn->vendor = arena_strndup(txn->arena, name, size);
    txn->vendor_size = size;
  }
  if (size == txn->vendor_size && memcmp(name, txn->vendor, size) == 0) {
    return NULL;
  }
  return status_make(txn->arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                     "`%.200s` is not of `%s`: one request is about one vendor", name, txn->vendor);
}

/* ---- reading ---- */

const struct status *entity_decode(struct arena *arena, const struct kind *kind, const char *name,
                                   const struct reply *value, uint64_t *version, ProtobufCBinaryData *stored,
                                   ProtobufCMessage **message) {
  *version = 0;
  *stored = (ProtobufCBinaryData){0};
  *message = NULL;
  if (value->type == REPLY_NIL) {
    return NULL;
  }
  if (value->size >= KEYS_VERSION_SIZE) {
    *version = big_endian_get((const uint8_t *)value->text);
    stored->data = (uint8_t *)value->text + KEYS_VERSION_SIZE;
    stored->len = value->size - KEYS_VERSION_SIZE;
    *message = protobuf_c_message_unpack(kind->message, arena_allocator(arena), stored->len, stored->data);
  }
  if (*message && *version) {
    return NULL;
  }
  return status_make(arena, CODE_DATA_LOSS, "STORED_RESOURCE_MALFORMED", "`%s` is stored malformed", name);
}

static const struct status *load_reply(struct txn *txn, struct entity *const *entities, size_t count,
                                       const struct reply *reply) {
  for (size_t i = 0; i < count; i++) {
    struct entity *entity = entities[i];
    ProtobufCMessage *message;
    const struct status *status = entity_decode(txn->arena, entity->kind, entity->name, reply->elements[i],
                                                &entity->version, &entity->stored, &message);
    if (status) {
      return status;
    }
    entity->read = true;
    if (entity->change == CHANGE_NONE) {
      entity->message = message;
    }
  }
  return NULL;
}

const struct status *txn_load(struct txn *txn, struct entity *const *entities, size_t count) {
  struct entity **missing = arena_calloc(txn->arena, count + 1, sizeof *missing);
  struct command command = {.arena = txn->arena};
  command_text(&command, "MGET");
  size_t missed = 0;
  for (size_t i = 0; i < count; i++) {
    if (!entities[i]->read) {
      entities[i]->read = true; /* the same name twice is asked for once */
      missing[missed++] = entities[i];
      command_text(&command, entities[i]->key);
    }
  }
  if (!missed) {
    return NULL;
  }
  struct reply *reply;
  const struct status *status = store_ask(txn->store, &txn->context, &command, REPLY_ARRAY, false, &reply);
  for (size_t i = 0; status && i < missed; i++) {
    missing[i]->read = false;
  }
  return status ? status : load_reply(txn, missing, missed, reply);
}

static const struct status *get(struct txn *txn, const struct kind *kind, const char *const *names,
                                size_t count, bool checked, void **out) {
  struct entity **entities = arena_calloc(txn->arena, count + 1, sizeof *entities);
  struct entity **known = arena_calloc(txn->arena, count + 1, sizeof *known);
  size_t known_count = 0;
  for (size_t i = 0; i < count; i++) {
    out[i] = NULL;
    /* A name of another form names nothing. */
    if (!name_matches(names[i], kind->pattern)) {
      continue;
    }
    const struct status *status = checked ? txn_bind_vendor(txn, names[i]) : NULL;
    if (status) {
      return status;
    }
    entities[i] = known[known_count++] = touch(txn, kind, names[i]);
    entities[i]->checked |= checked;
  }
  /* What is staged need not be read for its own sake: the commit reads it when it must. */
  size_t wanted = 0;
  for (size_t i = 0; i < known_count; i++) {
    if (known[i]->change == CHANGE_NONE) {
      known[wanted++] = known[i];
    }
  }
  const struct status *status = txn_load(txn, known, wanted);
  for (size_t i = 0; !status && i < count; i++) {
    out[i] = entities[i] && entities[i]->change != CHANGE_DELETE ? entities[i]->message : NULL;
  }
  return status;
}

const struct status *txn_get(struct txn *txn, const struct kind *kind, const char *name, void *out) {
  void *message = NULL;
  const struct status *status = get(txn, kind, &name, 1, true, &message);
  *(void **)out = message;
  return status;
}

const struct status *txn_get_many(struct txn *txn, const struct kind *kind, const char *const *names,
                                  size_t count, void *out) {
  return get(txn, kind, names, count, true, out);
}

const struct status *txn_peek(struct txn *txn, const struct kind *kind, const char *name, void *out) {
  void *message = NULL;
  const struct status *status = get(txn, kind, &name, 1, false, &message);
  *(void **)out = message;
  return status;
}

/* ---- staging ---- */

static void *field_at(void *message, size_t offset) {
  return (char *)message + offset;
}

static void stamp(struct txn *txn, struct entity *entity) {
  const struct kind_layout *layout = store_layout(txn->store, entity->kind);
  int64_t now = txn->context.now_us;
  if (layout->etag) {
    *(char **)field_at(entity->message, layout->etag) =
        etag_make(txn->store, txn->arena, entity->name, entity->new_version);
  }
  if (layout->update_time) {
    *(Google__Protobuf__Timestamp **)field_at(entity->message, layout->update_time) =
        timestamp_new(txn->arena, now);
  }
  Google__Protobuf__Timestamp **create_time =
      layout->create_time ? field_at(entity->message, layout->create_time) : NULL;
  if (create_time && !*create_time) {
    *create_time = timestamp_new(txn->arena, now);
  }
}

static struct entity *stage(struct txn *txn, const struct kind *kind, const char *name) {
  if (!name_matches(name, kind->pattern)) {
    txn_problem(txn, status_make(txn->arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                                 "`%.200s` is not a name of the form `%s`", name, kind->pattern));
    return NULL;
  }
  const struct status *status = txn_bind_vendor(txn, name);
  if (status) {
    txn_problem(txn, status);
    return NULL;
  }
  struct entity *entity = touch(txn, kind, name);
  entity->checked = true;
  return entity;
}

void txn_put(struct txn *txn, const struct kind *kind, void *message) {
  const char *name = *(char **)field_at(message, store_layout(txn->store, kind)->name);
  assert(((ProtobufCMessage *)message)->descriptor == kind->message);
  struct entity *entity = stage(txn, kind, name);
  if (!entity) {
    return;
  }
  entity->change = CHANGE_PUT;
  entity->message = message;
  /* Microseconds, so that a resource made again under an old name never has an old version. */
  uint64_t now = (uint64_t)(txn->context.now_us > 0 ? txn->context.now_us : 1);
  entity->new_version = entity->version + 1 > now ? entity->version + 1 : now;
  stamp(txn, entity);
}

void txn_delete(struct txn *txn, const struct kind *kind, const char *name) {
  struct entity *entity = stage(txn, kind, name);
  if (entity) {
    entity->change = CHANGE_DELETE;
    entity->message = NULL;
  }
}

void txn_advance(struct txn *txn, const char *source, uint32_t bucket, const char *from, const char *to) {
  struct place_move *move = arena_new(txn->arena, struct place_move);
  *move = (struct place_move){.source = arena_strdup(txn->arena, source),
                              .bucket = bucket,
                              .from = arena_strdup(txn->arena, from),
                              .to = arena_strdup(txn->arena, to)};
  move->next = txn->moves;
  txn->moves = move;
}

/* ---- idempotency ---- */

const struct status *txn_idempotent(struct txn *txn, const char *key, const uint8_t fingerprint[32],
                                    const ProtobufCBinaryData **response) {
  *response = NULL;
  struct idempotency *idempotency = arena_new(txn->arena, struct idempotency);
  idempotency->bucket = store_bucket(key);
  idempotency->key = key_idempotency(txn->arena, txn->store->options.pillar, idempotency->bucket, key);
  memcpy(idempotency->fingerprint, fingerprint, DIGEST_SIZE);
  txn->idempotency = idempotency;
  struct reply *reply;
  const struct status *status =
      store_ask(txn->store, &txn->context, command_of(txn->arena, "GET", idempotency->key, NULL), REPLY_TEXT,
                true, &reply);
  if (status || reply->type == REPLY_NIL) {
    return status;
  }
  if (reply->size < DIGEST_SIZE || memcmp(reply->text, fingerprint, DIGEST_SIZE) != 0) {
    return status_make(
        txn->arena, CODE_INVALID_ARGUMENT, REASON_REQUEST_ID_REUSED,
        "this request_id was used within the last 24 hours with another request: use a new one");
  }
  ProtobufCBinaryData *answer = arena_new(txn->arena, ProtobufCBinaryData);
  answer->data = (uint8_t *)reply->text + DIGEST_SIZE;
  answer->len = reply->size - DIGEST_SIZE;
  *response = answer;
  return NULL;
}
