/* Pages of entities by an index. Stable under concurrent writes: an entity that stays in the
 * partition is listed once, whatever is inserted or removed around it. */
#ifndef ENTENTE_STORE_LIST_H
#define ENTENTE_STORE_LIST_H

#include "runtime/store/txn.h"

struct list_query {
  const struct kind *kind;
  const char *index;     /* name of the kind's index; NULL: every entity below `parent`, by name */
  const char *partition; /* with an index; otherwise the parent's name */
  const char *scope;     /* any name of the vendor, for the bucket; NULL: `partition` is one */
  bool descending;
  int32_t page_size;      /* as the request has it: 0 for 50, more than 500 is 500 */
  const char *page_token; /* as the request has it */
  const char *binding;    /* what else the token is bound to: principal and filters, any text */
  /* Keeps an entity; NULL keeps all. At most 2,000 entities are looked at for one page, so a page
   * can be short, even empty, and still have a successor. */
  bool (*keep)(const void *message, void *context);
  void *context;
};

struct list_page {
  void **messages;
  size_t count;
  const char *next_page_token; /* "" at the end */
};

/* Fails with INVALID_ARGUMENT (PAGE_TOKEN_INVALID) and as txn_get() does. The entities are peeked. */
const struct status *list_entities(struct txn *txn, const struct list_query *query, struct list_page *out);

/* Shows every entity of a partition to `visit`, in order, with memory of its own: a message lives only while
 * it is shown. For figures over more than a page; an entity written meanwhile is shown as it is when its turn
 * comes. `page_size` and `page_token` are ignored. Costs two round trips for 500 entities. As
 * list_entities(). */
typedef void list_visit_fn(const void *message, void *context);
const struct status *list_walk(struct txn *txn, const struct list_query *query, list_visit_fn *visit,
                               void *context);

#endif
