/* What the handlers of onboard have in common: who acts, loading, naming, recording, listing. */
#ifndef ENTENTE_ONBOARD_HANDLER_H
#define ENTENTE_ONBOARD_HANDLER_H

#include "onboard/machine.h"
#include "onboard/partnership.h"
#include "onboard/service.h"
#include "runtime/store/list.h"

/* The caller as rules see it. */
struct act act_of(struct call *call);

/* Reads an entity for a change: NOT_FOUND, ABORTED (ETAG_MISMATCH), and as txn_get(). */
const struct status *entity_load(struct call *call, const struct kind *kind, const char *name,
                                 const char *etag, void *out);
/* Reads an entity for an answer. */
const struct status *entity_read(struct call *call, const struct kind *kind, const char *name, void *out);
/* The name of a new entity: `parent/collection/id`, a fresh id when `id` is empty. ALREADY_EXISTS. */
const struct status *entity_name(struct call *call, const struct kind *kind, const char *parent,
                                 const char *collection, const char *id, char **out);
/* Puts what a handler changed and records it. */
struct record *entity_change(struct txn *txn, const struct kind *kind, void *message, const char *type);

/* The partnership that `name` lies in, remembered by the transaction. NOT_FOUND; FAILED_PRECONDITION
 * (INVALID_STATE) naming `action` when it has ended. */
const struct status *partnership_open(struct call *call, const char *name, const char *action,
                                      Onboard__Partnership **out);

/* A page for the caller: `filters` is every filter of the request as text, to which the token is bound. */
const struct status *list_for(struct call *call, struct list_query query, const char *filters,
                              struct list_page *page);
/* All entities of a partition, at most LIMIT_PAGE_SIZE of them. */
const struct status *list_whole(struct txn *txn, const struct kind *kind, const char *index, char *partition,
                                struct list_page *page);

/* Everything that guards and classes look at. */
const struct status *evidence_load(struct txn *txn, const struct act *act,
                                   const Onboard__Partnership *partnership, struct evidence *out);

#endif
