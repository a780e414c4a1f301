/* What a store is made of. Private to this folder. */
#ifndef ENTENTE_STORE_STORE_STATE_H
#define ENTENTE_STORE_STORE_STATE_H

#include "runtime/base/digest.h"
#include "runtime/store/chain.h"
#include "runtime/store/connection.h"
#include "runtime/store/etag.h"
#include "runtime/store/ledger.h"
#include "runtime/store/store.h"
#include "runtime/store/txn.h"

/* Where the fields that the store sets lie in a kind's message; 0: it has no such field. */
struct kind_layout {
  const struct kind *kind;
  size_t name, etag, create_time, update_time;
};

/* Redis takes only so many bytes of a connection before it syncs what it has done to disk: several
 * connections share one sync. A ledger's commits keep to one of them, so that they arrive in the order of its
 * chain. */
enum { STORE_WRITERS = 4 };

struct store {
  struct loop *loop;
  struct store_options options;
  char *texts[5]; /* owned copies behind `options` */
  char *client_name, *channel;
  struct connection *commands, *writers[STORE_WRITERS], *news;
  struct kind_layout *layouts;
  size_t layout_count;
  struct chains chains;
  uint8_t token_key[DIGEST_SIZE], etag_key[DIGEST_SIZE], etag_mark[ETAG_MARK_BYTES];
  struct feed_listener *listeners;
  struct loop_timer sweep;
  struct store_attachment attachment;
};

const struct kind_layout *store_layout(const struct store *store, const struct kind *kind);
/* The kind whose names have this form, or NULL. */
const struct kind *store_kind_of(const struct store *store, const char *name);

/* A fiber that waits for something until a deadline or until its caller is gone. On the fiber's stack. */
struct waiting {
  struct fiber *fiber;
  struct loop *loop;
  const bool *cancelled;
  struct loop_timer timer;
  bool expired;
};
void waiting_begin(struct waiting *waiting, struct store *store, const struct txn_context *context);
/* Suspends once; false when it is of no use to go on waiting. */
bool waiting_suspend(struct waiting *waiting);
void waiting_end(struct waiting *waiting);
/* CANCELLED or DEADLINE_EXCEEDED before a step is taken; NULL: go on. */
const struct status *waiting_check(const struct txn_context *context);

/* What has to happen at an exact moment of an exchange, without allocation: an arena that runs dry ends the
 * fiber, and what was half done would stay so. */
struct exchange_hooks {
  struct connection *connection; /* over which; NULL: the one for reads */
  void (*sent)(void *context);   /* all commands are queued; the fiber has not been suspended since */
  void (*ended)(void *context, const struct request *requests); /* only after sent() */
  void *context;
};

/* Sends commands in one go and waits for all replies, in a fiber. Error replies of Redis count as replies:
 * see reply_check(). STORE_UNAVAILABLE, OVERLOADED, DEADLINE_EXCEEDED, CANCELLED; for a write that was sent
 * OUTCOME_UNKNOWN instead of the last two. `hooks` may be NULL. */
const struct status *store_exchange(struct store *store, const struct txn_context *context,
                                    const struct command *commands, size_t count, bool write,
                                    const struct exchange_hooks *hooks, struct reply **replies);
/* The connection for commits to a ledger; NULL: to none. */
struct connection *store_writer(const struct store *store, const char *subject);
/* One command that reads, its reply checked. */
const struct status *store_ask(struct store *store, const struct txn_context *context,
                               const struct command *command, enum reply_type expected, bool or_nil,
                               struct reply **reply);

#endif
