/* Etags: opaque, equal for one version of one name at every replica, and of no use to who has no key: a
 * version is the time of a write, so an etag that could be recomputed would tell of writes that its reader
 * may not know. The key follows from the store's password. Private to this folder. */
#ifndef ENTENTE_STORE_ETAG_H
#define ENTENTE_STORE_ETAG_H

#include "runtime/base/arena.h"
#include "runtime/store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum { ETAG_MARK_BYTES = 2 };

/* Makes the store's `etag_key` and `etag_mark` from its `token_key`. */
void etag_prepare(struct store *store);

/* Of a name at a version; in quotes. */
char *etag_make(const struct store *store, struct arena *arena, const char *name, uint64_t version);
/* False when an etag is not of that name and version. One that another key made, before the password changed,
 * or an older version of the service, cannot be told, and fits. */
bool etag_fits(const struct store *store, struct arena *arena, const char *etag, const char *name,
               uint64_t version);

#endif
