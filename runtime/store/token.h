/* Page tokens: opaque, URL-safe, signed with a key that all replicas of a pillar share, and good only for the
 * request that they were made for. Not an authorization. */
#ifndef ENTENTE_STORE_TOKEN_H
#define ENTENTE_STORE_TOKEN_H

#include "runtime/store/store.h"

/* A token for going on at `place` (any text) of the request described by `binding`. */
char *token_make(const struct store *store, struct arena *arena, const char *binding, const char *place);
/* The place in a token; NULL for an empty token. INVALID_ARGUMENT (PAGE_TOKEN_INVALID) when it was not made
 * for this binding. */
const struct status *token_read(const struct store *store, struct arena *arena, const char *binding,
                                const char *token, const char **place);

#endif
