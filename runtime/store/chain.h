/* The heads of ledgers as this process predicts them, so that commits to one ledger are pipelined: each is
 * built on the head that the one before will leave. When one does not go through, those built on it are
 * refused by the commit function, and the chain starts again from the head that is stored. Pure but for the
 * fibers that it resumes. Private to this folder.
 *
 *   head known ---chain_extend()---> predicted, in_flight + 1 ---chain_settle()---> in_flight - 1
 *                                         a failure: broken until in_flight is 0, then as confirmed */
#ifndef ENTENTE_STORE_CHAIN_H
#define ENTENTE_STORE_CHAIN_H

#include "runtime/base/digest.h"
#include "runtime/store/keys.h"

#include "entente/type/v1/party.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fiber;

/* A ledger is as many chains as there are circles of readers, so that what one party may not read leaves no
 * gap in what it does: what both read, what the vendor alone reads, what the partner alone reads. In the
 * order of `private_to`. */
enum { READERS = 3 };

/* The last entry of one of them. */
struct chain_end {
  uint64_t sequence; /* 0: no entry yet */
  int64_t record_us;
  uint8_t hash[DIGEST_SIZE];
};
struct head {
  struct chain_end ends[READERS];
};
/* As stored; an empty ledger has no bytes. False when malformed. */
bool head_decode(const void *bytes, size_t size, struct head *out);
void head_encode(const struct head *head, uint8_t out[KEYS_HEAD_SIZE]);
/* When the newest entry was recorded that `reader` may read, or of all when it is unspecified; 0 when there
 * is none. */
int64_t head_record_us(const struct head *head, Type__Party reader);
/* Whether the ledger has an entry. */
bool head_begun(const struct head *head);
/* Both are the same place. */
bool head_equal(const struct head *a, const struct head *b);

struct chain_wait {
  struct chain_wait *next;
  struct fiber *fiber;
};

struct chain {
  struct chain *next; /* same place of the table */
  struct head predicted, confirmed;
  bool known;                /* `predicted` may be built on */
  bool certain;              /* `confirmed` is what was stored when last heard */
  uint32_t in_flight, users; /* users: fibers that hold this chain */
  struct chain_wait *waits;
  char subject[];
};

struct chains {
  struct chain **table;
  size_t size, count;
};

enum { CHAINS_MAX = 65536 };

/* NULL when out of memory. Hold it while suspended; release it after. Idle chains are dropped when there are
 * CHAINS_MAX. */
struct chain *chain_hold(struct chains *chains, const char *subject);
void chain_release(struct chain *chain);
void chains_free(struct chains *chains);

/* A commit that will leave `head` was sent. */
void chain_extend(struct chain *chain, const struct head *head);
enum chain_outcome {
  CHAIN_DONE,    /* committed: `head` is stored */
  CHAIN_REFUSED, /* nothing was written; `head` NULL, or what the function says is stored */
  CHAIN_UNKNOWN, /* the head has to be read again */
};
void chain_settle(struct chain *chain, enum chain_outcome outcome, const struct head *head);
/* The head was read. Ignored when the chain became known meanwhile. */
void chain_loaded(struct chain *chain, const struct head *head);
/* For waiting until the chain may have become known. */
void chain_join(struct chain *chain, struct chain_wait *wait);
void chain_leave(struct chain *chain, struct chain_wait *wait);

#endif
