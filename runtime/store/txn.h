/* A transaction: read, decide, stage, commit in one atomic step in Redis.
 *
 *   txn = txn_begin(...)              (call_txn() in a handler)
 *   txn_get(txn, &kind_plan, name)    remembers the version that was read
 *   rules                             pure functions
 *   txn_put / txn_delete              staged
 *   txn_record + txn_count            ledger entries with what they add to counters
 *   txn_commit                        checks every version read, then writes everything or nothing
 *
 * A resource is recorded in one ledger only, so that the last entry about it there tells what is stored.
 *
 * The commit writes versions, blobs, the indexes declared for the kind, ledger entries (which are the
 * feed too), counters and the idempotency record by one Redis function call on one hash tag. All
 * names in a transaction must belong to one vendor.
 *
 * Everything here runs in a fiber and may suspend it, except the staging functions. What is returned
 * lives in the transaction's arena. */
#ifndef ENTENTE_STORE_TXN_H
#define ENTENTE_STORE_TXN_H

#include "runtime/base/status.h"
#include "runtime/store/kind.h"
#include "runtime/store/store.h"

#include "entente/type/v1/party.pb-c.h"

struct txn;
struct record;

/* On whose behalf, and until when. */
struct txn_context {
  struct arena *arena;
  int64_t now_us;      /* UTC: `create_time`, `update_time`, earliest `record_time` */
  int64_t deadline_us; /* monotonic; INT64_MAX: the store's own limits only */
  Type__Party actor_party;
  const char *actor;     /* `sub` of the user, or the service's name */
  const bool *cancelled; /* looked at before each step; may be NULL */
};

/* A transaction with the store. Never fails; does no I/O. Nothing to release. */
struct txn *txn_begin(struct store *store, const struct txn_context *context);
struct arena *txn_arena(struct txn *txn);
int64_t txn_now_us(const struct txn *txn);

/* Makes the transaction idempotent. `key` names the caller, method and request id, and begins with the
 * name of a resource of the vendor that the request is about (its bucket holds the record); `fingerprint`
 * is the SHA-256 of the request. If a commit was already made under `key` its response bytes are
 * answered in `*response` (NULL when there was none). With another fingerprint: INVALID_ARGUMENT
 * (REQUEST_ID_REUSED). Records are kept 24 hours. */
const struct status *txn_idempotent(struct txn *txn, const char *key, const uint8_t fingerprint[32],
                                    const ProtobufCBinaryData **response);

/* Reads an entity; `*out` is NULL when there is none (which is remembered as well: a commit fails
 * if it was created since). Reads what the transaction itself staged. Reading the same name twice
 * gives the same message. The message may be changed and put back.
 * UNAVAILABLE (STORE_UNAVAILABLE), DEADLINE_EXCEEDED, CANCELLED, DATA_LOSS (does not decode). */
const struct status *txn_get(struct txn *txn, const struct kind *kind, const char *name, void *out);
/* The same for many names in one round trip; `out` is an array of `count` message pointers. */
const struct status *txn_get_many(struct txn *txn, const struct kind *kind, const char *const *names,
                                  size_t count, void *out);
/* As txn_get(), but the entity's version does not matter to the commit: for data that only informs. */
const struct status *txn_peek(struct txn *txn, const struct kind *kind, const char *name, void *out);

/* Stages an entity: its `name` says where. Sets its `etag`, `update_time` and, when new,
 * `create_time`. The message must stay unchanged until the commit. */
void txn_put(struct txn *txn, const struct kind *kind, void *message);
void txn_delete(struct txn *txn, const struct kind *kind, const char *name);

/* What happened, for the ledger. `payload` NULL: the resource was deleted. */
struct record_facts {
  const char *type;       /* `plan.signed` */
  const char *subject;    /* partnership or vendor; NULL: the partnership (else vendor) in `resource` */
  const char *resource;   /* NULL: the `name` of `payload` */
  const void *payload;    /* the resource after the change; packed at commit */
  int64_t occur_us;       /* 0: now */
  const char *supersedes; /* NULL or the name of a ledger entry */
  Type__Party private_to; /* unspecified: both parties may read it */
};
struct record *txn_record(struct txn *txn, const struct record_facts *facts);
/* How many more entries the transaction takes, of LIMIT_TXN_ENTRIES. */
size_t txn_entry_room(const struct txn *txn);

/* What the entry adds to a counter in the month that holds `when_us` (0: the entry's occur time).
 * `counter` must be a row of the pillar's counter table; an amount of 0 adds nothing. Party
 * unspecified: the partnership's. */
void txn_count(struct record *record, const char *counter, Type__Party party, int64_t when_us,
               int64_t amount);
/* The same for money: the counter's name is `counter`.`currency`. */
void txn_count_money(struct record *record, const char *counter, Type__Party party, int64_t when_us,
                     const char *currency, int64_t amount_minor);

/* A follower's place in another pillar's feed, moved in the same step as its effects. Fails the
 * commit with ABORTED (LOST_RACE) when it is no longer at `from` ("" at the start). */
void txn_advance(struct txn *txn, const char *source, uint32_t bucket, const char *from, const char *to);

/* Commits. `response` is packed into the idempotency record; NULL when there is none.
 * On success `*response` may be answered. A transaction without a change commits nothing and
 * succeeds, but keeps its idempotency record.
 * ABORTED (LOST_RACE): a version moved; run the handler again. UNAVAILABLE (STORE_UNAVAILABLE):
 * nothing was written. UNAVAILABLE (OUTCOME_UNKNOWN): it may have been. RESOURCE_EXHAUSTED
 * (STORE_FULL), OUT_OF_RANGE (a counter would overflow), DEADLINE_EXCEEDED before it was sent,
 * INVALID_ARGUMENT (what was staged is malformed, too large, or of several vendors). */
const struct status *txn_commit(struct txn *txn, const void *response);

#endif
