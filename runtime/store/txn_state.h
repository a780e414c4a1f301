/* What a transaction is made of. Private to this folder. */
#ifndef ENTENTE_STORE_TXN_STATE_H
#define ENTENTE_STORE_TXN_STATE_H

#include "runtime/store/index.h"
#include "runtime/store/store_state.h"

#include "entente/ledger/v1/ledger.pb-c.h"

enum change { CHANGE_NONE, CHANGE_PUT, CHANGE_DELETE };

/* An entity that the transaction has touched. */
struct entity {
  struct entity *next;    /* in the order of first touch */
  struct entity *chained; /* same place of the table */
  const struct kind *kind;
  const char *name, *key;
  bool read;    /* `version`, `stored` and `message` say what the store has */
  bool checked; /* the version matters to the commit */
  enum change change;
  uint64_t version; /* as read; 0: absent */
  uint64_t new_version;
  ProtobufCBinaryData stored; /* packed, as read */
  ProtobufCMessage *message;  /* as read or staged */
};

struct record_delta {
  struct record_delta *next;
  const char *counter;
  Type__Party party;
  int32_t month;
  int64_t amount;
};

struct record {
  struct record *next;
  struct txn *txn;
  struct record_facts facts;
  const char *subject, *resource;
  int64_t occur_us;
  struct record_delta *deltas, **deltas_end;
  size_t delta_count;
};

struct place_move {
  struct place_move *next;
  const char *source, *from, *to;
  uint32_t bucket;
};

struct idempotency {
  const char *key;
  uint32_t bucket;
  uint8_t fingerprint[DIGEST_SIZE];
};

enum { TXN_TABLE_SIZE = 64 };

struct txn {
  struct store *store;
  struct arena *arena;
  struct txn_context context;
  struct entity *entities, **entities_end;
  struct entity *table[TXN_TABLE_SIZE];
  struct record *records, **records_end;
  size_t record_count;
  struct place_move *moves;
  struct idempotency *idempotency;
  const char *vendor; /* of the first name whose version matters; NULL: none yet */
  size_t vendor_size;
  const struct status *problem; /* what a staging function found wrong: the commit's answer */
};

/* The entity if the transaction has touched it; else NULL. */
struct entity *txn_find(struct txn *txn, const char *name);
/* Names of one transaction are of one vendor: INVALID_ARGUMENT otherwise. */
const struct status *txn_bind_vendor(struct txn *txn, const char *name);
/* Reads what has not been read yet of `count` entities, in one round trip. */
const struct status *txn_load(struct txn *txn, struct entity *const *entities, size_t count);
/* Splits a stored value into version and message. DATA_LOSS when it is not one. */
const struct status *entity_decode(struct arena *arena, const struct kind *kind, const char *name,
                                   const struct reply *value, uint64_t *version, ProtobufCBinaryData *stored,
                                   ProtobufCMessage **message);
/* Keeps the first problem of staging. */
void txn_problem(struct txn *txn, const struct status *status);

#endif
