/* What every list method of this service does: a page of a kind, bound to who asks and what for. */
#ifndef ENTENTE_INCENTIVIZE_LISTING_H
#define ENTENTE_INCENTIVIZE_LISTING_H

#include "runtime/rpc/call.h"
#include "runtime/store/list.h"

/* The names and values of a request; `index` NULL lists everything below `partition` by name. */
struct listing {
  const struct kind *kind;
  const char *index;
  const char *partition;
  const char *scope; /* the request's parent */
  int32_t page_size;
  const char *page_token;
};

/* Lists; statuses as list_entities(). A page token is of use only to the same party with the same filter. */
const struct status *listing_read(struct call *call, const struct listing *listing, struct list_page *out);

#endif
