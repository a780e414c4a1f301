/* What handlers do with the resources that a call is about: load, read, name, change, list. All run in the
 * call's fiber and may suspend; what is returned lives in the call's arena. Statuses beside those named are
 * txn_get()'s and list_entities()'s. */
#ifndef ENTENTE_RPC_RESOURCE_H
#define ENTENTE_RPC_RESOURCE_H

#include "runtime/base/machine.h"
#include "runtime/rpc/call.h"
#include "runtime/store/list.h"
#include "runtime/store/sweep.h"

/* The caller as rules see it, now. */
struct act act_of(struct call *call);
Type__Party call_party(const struct call *call);

/* Reads an entity for a change; `out` as in txn_get(). NOT_FOUND; ABORTED (ETAG_MISMATCH) unless `etag` is
 * empty or NULL or that of the entity. */
const struct status *resource_load(struct call *call, const struct kind *kind, const char *name,
                                   const char *etag, void *out);
/* Records what time has changed in an entity that was read for a change, as acts of the system, until nothing
 * more is due. ABORTED (LOST_RACE) when anything was: the handler then runs again, on what was recorded. */
const struct status *resource_settle(struct call *call, const struct timed *timed, const void *message);
/* resource_load() of an entity that time changes, then resource_settle(). */
const struct status *resource_open(struct call *call, const struct timed *timed, const char *name,
                                   const char *etag, void *out);
/* Reads an entity for an answer, or for what only informs: its version does not matter to the commit.
 * NOT_FOUND. */
const struct status *resource_read(struct call *call, const struct kind *kind, const char *name, void *out);
/* The same as the whole answer: `out` is a message of the kind. */
const struct status *resource_get(struct call *call, const struct kind *kind, const char *name, void *out);
/* The name of a new entity: `parent/collection/id`, with a fresh id when `id` is empty. ALREADY_EXISTS when
 * it is taken, with metadata `resource`. */
const struct status *resource_name(struct call *call, const struct kind *kind, const char *parent,
                                   const char *collection, const char *id, char **out);

/* Stages a changed entity and records it as `type`. */
struct record *resource_change(struct txn *txn, const struct kind *kind, void *message, const char *type);
/* resource_change(), then the commit, whose answer is the resource: what most verbs end with. `out` is the
 * call's response, of the kind's type; it borrows from the message. */
const struct status *resource_answer(struct call *call, const struct kind *kind, void *message,
                                     const char *type, void *out);

/* A page for the caller. Its token is of use only to the same user and party, for the same index, partition
 * and `filters`: what `query.keep` depends on and the partition does not say, as text; "" for nothing.
 * `query.binding` is ignored. */
const struct status *resource_list(struct call *call, struct list_query query, const char *filters,
                                   struct list_page *page);
/* Answers a list with a page: `response` has the resources as its first field, and `next_page_token`. It
 * borrows from the page. */
void resource_page(void *response, const struct list_page *page);
/* All entities of a partition, at most LIMIT_PAGE_SIZE of them: for rules that look at several. */
const struct status *resource_all(struct txn *txn, const struct kind *kind, const char *index,
                                  const char *partition, struct list_page *page);

#endif
