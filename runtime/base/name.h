/* Resource names: `vendors/halden/partnerships/orvane/plans/2026`. Pure.
 * An id is lower-case letters, digits and hyphens, begins with a letter or digit, ends with a letter
 * or digit, 1 to 63 characters (AIP-122). */
#ifndef ENTENTE_BASE_NAME_H
#define ENTENTE_BASE_NAME_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { RESOURCE_NAME_MAX_BYTES = 512, RESOURCE_ID_MAX_BYTES = 63 };

bool name_id_valid(const char *id);
/* Whether `name` has exactly the segments of `pattern`, `*` standing for one valid id. */
bool name_matches(const char *name, const char *pattern);
/* The id after the `index`-th collection, from 0; NULL when there is none.
 * name_id("vendors/a/partnerships/b", 1) is "b". Copied into the arena. */
char *name_id(struct arena *arena, const char *name, size_t index);
/* The first `segments` pairs of collection and id: name_prefix(n, 1) is `vendors/a`; NULL when the
 * name is shorter. */
char *name_prefix(struct arena *arena, const char *name, size_t pairs);
/* `vendors/a` and `vendors/a/partnerships/b` of any name below; NULL when it has none. */
char *name_vendor(struct arena *arena, const char *name);
char *name_partnership(struct arena *arena, const char *name);
/* The last id. NULL when the name has none. */
char *name_last_id(struct arena *arena, const char *name);
/* `parent/collection/id`. */
char *name_child(struct arena *arena, const char *parent, const char *collection, const char *id);
/* A fresh random id: 20 characters, the first a letter; 96 bits from the kernel. */
char *name_new_id(struct arena *arena);

#endif
