/* Stored ledger entries as bytes. Private to this folder. */
#ifndef ENTENTE_STORE_ENTRIES_H
#define ENTENTE_STORE_ENTRIES_H

#include "runtime/store/store_state.h"

#include "entente/ledger/v1/ledger.pb-c.h"

struct raw_entry {
  const char *id; /* of the stream */
  int64_t record_us;
  ProtobufCBinaryData bytes;
};

struct entry_range {
  int64_t after_us; /* exclusive; 0: from the first */
  int64_t until_us; /* inclusive; INT64_MAX: to the last */
  bool descending;
  size_t limit;
};
const struct status *entries_read(struct txn *txn, const char *subject, const struct entry_range *range,
                                  struct raw_entry **entries, size_t *count);
/* One element of what XRANGE answers. DATA_LOSS when it is not an entry. */
const struct status *raw_entry_of(struct arena *arena, const struct reply *item, struct raw_entry *out);
/* NULL when it does not decode. */
Ledger__LedgerEntry *raw_entry_unpack(struct arena *arena, const struct raw_entry *entry);
/* What the entry of a ledger is called that was recorded then, which no other was. */
char *ledger_entry_name(struct txn *txn, const char *subject, int64_t record_us);

/* An arena of the running fiber, freed with it should it be abandoned; running dry abandons it. The handle is
 * in `owner`. */
struct held_arena {
  struct fiber_hold hold;
  struct arena *arena;
};
struct held_arena *held_arena_open(struct arena *owner, size_t limit);
void held_arena_close(struct held_arena *held);

/* The transaction with such an arena of its own, for walks that would fill the call's: arena_reset() between
 * pages, and nothing that it reads outlives scratch_close(). */
struct txn *scratch_open(struct txn *txn);
void scratch_close(struct txn *scratch);
/* A status that outlives the scratch that it was made in; NULL for NULL. */
const struct status *status_copy(struct arena *arena, const struct status *status);

/* One command that reads a ledger, its reply checked. Over the connection that the ledger's commits take,
 * behind those that were sent before: what is read as of an instant then holds all that was recorded by it,
 * and reads the same for ever. */
const struct status *ledger_ask(struct txn *txn, const char *subject, const struct command *command,
                                enum reply_type expected, bool or_nil, struct reply **reply);
const struct status *head_read(struct txn *txn, const char *subject, struct head *head);

/* Head and stored counters of some months of a ledger in one atomic step. `months[i]` has the fields and
 * values of a hash one after the other. */
struct counter_snapshot {
  struct head head;
  struct reply **months;
};
const struct status *counter_snapshot_read(struct txn *txn, const char *subject, const int32_t *months,
                                           size_t count, struct counter_snapshot *out);
/* Splits `won.USD|1` at its end; the party is 0 when there is none. */
const char *counter_field_split(struct arena *arena, const char *field, Type__Party *party);

#endif
