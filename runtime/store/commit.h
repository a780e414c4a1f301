/* The arguments of the commit function, built from a transaction. Private to this folder. */
#ifndef ENTENTE_STORE_COMMIT_H
#define ENTENTE_STORE_COMMIT_H

#include "runtime/store/txn_state.h"

/* KEYS and operations of a call; functions.lua says what each operation is. */
struct plan {
  struct txn *txn;
  struct command keys, operations;
};
/* Adds an operation's letter, and a key with its position. */
void plan_operation(struct plan *plan, const char *letter, const char *key);
void plan_key(struct plan *plan, const char *key);

/* Entities, indexes, counters, places and the idempotency record. OUT_OF_RANGE when a sum of deltas
 * overflows, INVALID_ARGUMENT when something is too large. */
const struct status *plan_effects(struct plan *plan, const void *response);

/* The records of one transaction that go to one ledger. */
struct append {
  struct append *next;
  const char *subject, *ledger_key, *head_key, *set_key, *feed_key, *vendor;
  struct record **records;
  Ledger__LedgerEntry **entries;
  size_t count;
  struct chain *chain;
  struct head head; /* that the entries leave */
};
/* One for each ledger that the transaction writes, with entries complete but for their place. */
struct append *appends_make(struct txn *txn);
/* Gives the entries their places after the chain's predicted head, and adds the operation. */
void append_plan(struct append *append, struct plan *plan, int64_t now_us);

ProtobufCBinaryData pack(struct arena *arena, const ProtobufCMessage *message);

#endif
