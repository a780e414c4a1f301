/* Headers and trailers of a call that is carried on to the service behind: which, and how much of them. */
#ifndef ENTENTE_RPC_HEADER_H
#define ENTENTE_RPC_HEADER_H

#include <stdbool.h>
#include <stddef.h>

struct header {
  const char *key;   /* lower-case, NUL-terminated */
  const void *value; /* text; of a key that ends in `-bin` any bytes */
  size_t size;
};

/* Whether a caller's header goes on to the service behind: those that begin with `x-`, but what proxies and
 * browsers say of themselves and `x-entente-`. `authorization` and `traceparent` are sent apart. */
bool header_carried(const char *key, size_t size);
/* Whether a header or trailer of the service behind goes back: all but what a protocol says itself. */
bool header_returned(const char *key, size_t size);
/* Whether its value is bytes: its key ends in `-bin`. */
bool header_is_binary(const char *key, size_t size);

#endif
