/* The partnerships that onboard has told of, in memory: for deciding on a partner's access and for listing a
 * portfolio while a pillar is away. Kept by following onboard's feed from its start; never the truth, always
 * a copy. One thread. */
#ifndef ENTENTE_COMPOSE_PARTNERSHIPS_H
#define ENTENTE_COMPOSE_PARTNERSHIPS_H

#include "runtime/base/arena.h"
#include "runtime/base/status.h"

#include "entente/onboard/v1/partnership.pb-c.h"

#include <stdbool.h>

enum { PARTNERSHIPS_MAX = 65536 };

struct partnerships;

struct partnerships *partnerships_create(void);               /* NULL without memory */
void partnerships_destroy(struct partnerships *partnerships); /* NULL is allowed */

/* Whether the feed was followed to its end at least once: before, absence means nothing. */
bool partnerships_complete(const struct partnerships *partnerships);
void partnerships_set_complete(struct partnerships *partnerships);

/* Keeps a packed Partnership under its name. False when it does not decode, or PARTNERSHIPS_MAX are kept. */
bool partnerships_keep(struct partnerships *partnerships, const void *bytes, size_t size);

/* A copy in the arena; NULL when not known. */
Onboard__Partnership *partnerships_find(const struct partnerships *partnerships, struct arena *arena,
                                        const char *name);
/* The id of its partner's organization; NULL when not known. Borrowed until the next partnerships_keep(). */
const char *partnerships_partner(const struct partnerships *partnerships, const char *name);

/* Names of the vendor's partnerships after `after` ("" from the first), in order, at most `limit`; only those
 * of `organization` unless NULL. Borrowed until the next partnerships_keep(). Returns how many. */
size_t partnerships_list(const struct partnerships *partnerships, const char *vendor,
                         const char *organization, const char *after, size_t limit, const char **names);

#endif
