/* Reading ledgers, counters and the feed. Writing them is txn_record()'s. */
#ifndef ENTENTE_STORE_LEDGER_H
#define ENTENTE_STORE_LEDGER_H

#include "runtime/base/period.h"
#include "runtime/store/txn.h"

#include "entente/ledger/v1/ledger.pb-c.h"
#include "entente/ledger/v1/ledger_service.pb-c.h"

/* Entries of a ledger recorded later than `after_us` (0: the first), oldest first, at most `limit`; recorded
 * at `as_of_us` or before (INT64_MAX: all). It goes on from the `record_time` of the last one that was read.
 * Those that are `private_to` a party are among them. */
const struct status *ledger_page(struct txn *txn, const char *subject, int64_t after_us, int64_t as_of_us,
                                 size_t limit, Ledger__LedgerEntry ***entries, size_t *count);

/* Shows such entries to `visit`, in order, until it answers false; with memory of its own: an entry lives
 * only while it is shown. */
typedef bool ledger_visit_fn(const Ledger__LedgerEntry *entry, void *context);
const struct status *ledger_walk(struct txn *txn, const char *subject, int64_t after_us, int64_t as_of_us,
                                 ledger_visit_fn *visit, void *context);

/* The entry of that name in a ledger; NULL when there is none, whoever may read it. */
const struct status *ledger_entry(struct txn *txn, const char *subject, const char *name,
                                  Ledger__LedgerEntry **out);
/* For what is known of resources as of an earlier time. Whether what was written at `write_us` about a
 * resource was recorded by `as_of_us`. The ledger decides: an entry gets its time when it is appended, which
 * is at or after the time that the resource itself tells. */
const struct status *ledger_recorded(struct txn *txn, const char *subject, const char *resource,
                                     int64_t write_us, int64_t as_of_us, bool *yes);
/* Reads the end of the ledger, behind all commits to it that were sent: what is read next holds all that was
 * recorded by `as_of_us`. */
const struct status *ledger_await(struct txn *txn, const char *subject, int64_t as_of_us);
/* The newest entry that both parties read; NULL when there is none. */
const struct status *ledger_newest(struct txn *txn, const char *subject, Ledger__LedgerEntry **out);

/* The counters of a subject over a period of whole months, as known at `as_of_us`, in one atomic
 * read. `*record_us` is when the newest entry included was recorded that `reader` may read (unspecified: of
 * all), 0 when there is none. INT64_MAX costs the same for any number of entries; an earlier time costs what
 * was recorded since, as that is taken off, and what `reader` may not read just before it. */
struct counter_sum {
  const char *counter;
  Type__Party party;
  int64_t amount;
};
const struct status *ledger_counters(struct txn *txn, const char *subject, struct period period,
                                     int64_t as_of_us, Type__Party reader, struct counter_sum **sums,
                                     size_t *count, int64_t *record_us);
/* The row of a counter as stored: money counters have their currency appended. NULL: in no row. */
const struct counter_row *counter_row_of(const struct counter_row *rows, const char *counter);
/* Whether a user of the party `reader` may see a counter that counts for `party`. */
bool counter_visible(enum counter_visibility visibility, Type__Party party, Type__Party reader);
/* Value of one counter among sums; 0 when absent. */
int64_t counter_value(const struct counter_sum *sums, size_t count, const char *counter, Type__Party party);

/* The feed of one bucket after `cursor` ("": from the first change that is kept), at most `limit` changes.
 * OUT_OF_RANGE (CURSOR_EXPIRED) when changes after it are no longer kept; INVALID_ARGUMENT when it is none.
 */
struct feed_change {
  const char *cursor;
  ProtobufCBinaryData entry; /* packed LedgerEntry */
};
const struct status *feed_read(struct txn *txn, uint32_t bucket, const char *cursor, size_t limit,
                               struct feed_change **changes, size_t *count);
/* The same for several buckets in one round trip. */
struct feed_page {
  uint32_t bucket;
  const char *cursor;
  struct feed_change *changes; /* set by feed_read_many() */
  size_t count;
};
const struct status *feed_read_many(struct txn *txn, struct feed_page *pages, size_t count, size_t limit);
/* The end of a bucket's feed: "" when it is empty. */
const struct status *feed_end(struct txn *txn, uint32_t bucket, const char **cursor);
/* Called on the loop's thread whenever a bucket of this pillar's feed may have grown, whichever
 * replica wrote it; at least once every 5 seconds for every bucket by way of a sweep (bucket =
 * STORE_BUCKETS stands for all). */
struct feed_listener {
  struct feed_listener *next;
  void (*grown)(struct feed_listener *listener, uint32_t bucket);
};
void feed_listen(struct store *store, struct feed_listener *listener);
void feed_unlisten(struct store *store, struct feed_listener *listener);

/* A follower's stored place in one bucket of another pillar's feed; "" when there is none. */
const struct status *feed_place(struct txn *txn, const char *source, uint32_t bucket, const char **cursor);
/* A follower's stored places in another pillar's feed, all buckets; absent ones are "". */
const struct status *feed_places(struct txn *txn, const char *source, const char *cursors[STORE_BUCKETS]);

/* Re-walks one vendor's ledgers. `found` is called for every difference, `walked` every 1,000
 * entries. Ids of ledgers come from the store's own list of ledgers of the vendor. */
struct verify_sink {
  void (*found)(struct verify_sink *sink, Ledger__LedgerFinding__Kind kind, const char *resource,
                const char *description);
  void (*walked)(struct verify_sink *sink, int64_t ledgers, int64_t entries, int64_t resources);
  /* Whose user is told: what it may not read is compared like the rest, but neither counted nor named.
   * Unspecified: everything is. */
  Type__Party reader;
};
const struct status *ledger_verify(struct txn *txn, const char *vendor, struct verify_sink *sink);

#endif
