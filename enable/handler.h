/* What the handlers of this pillar share. Not rules: this reads and lists. */
#ifndef ENTENTE_ENABLE_HANDLER_H
#define ENTENTE_ENABLE_HANDLER_H

#include "runtime/rpc/call.h"
#include "runtime/store/list.h"

/* Reads what a call is about; NOT_FOUND when there is none. `out` as in txn_get(). */
const struct status *handler_get(struct call *call, const struct kind *kind, const char *name, void *out);
/* The same without minding its version: for reads, and for data that only informs. */
const struct status *handler_peek(struct call *call, const struct kind *kind, const char *name, void *out);
/* `parent/collection/id`, with a fresh id when `id` is empty; ALREADY_EXISTS when it is taken. */
const struct status *handler_new_name(struct call *call, const struct kind *kind, const char *parent,
                                      const char *collection, const char *id, char **name);

/* A page of one partition of a kind's index `list`. */
struct handler_list {
  const struct kind *kind;
  const char *parent;
  const char *partition; /* holds every filter, so that the page token is bound to them */
  int32_t page_size;
  const char *page_token;
  bool (*keep)(const void *message, void *context);
  void *context;
  const char *binding; /* what `keep` depends on; NULL: nothing */
};
const struct status *handler_list(struct call *call, const struct handler_list *ask, struct list_page *page);

Type__Party handler_party(const struct call *call);

#endif
