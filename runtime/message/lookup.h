/* A table from text or address to a value, built once and then only read. Open addressing, at most half full.
 */
#ifndef ENTENTE_MESSAGE_LOOKUP_H
#define ENTENTE_MESSAGE_LOOKUP_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct lookup_slot {
  const void *key;
  const void *value;
};

/* Zero-initialise, then set `arena` and `by_text`. Memory is the arena's. */
struct lookup {
  struct arena *arena;
  bool by_text; /* keys are NUL-terminated text, else addresses */
  struct lookup_slot *slots;
  size_t capacity; /* a power of two */
  size_t count;
};

/* Adds a key, which must outlive the table. A key that is already there keeps its first value. */
void lookup_add(struct lookup *lookup, const void *key, const void *value);
/* NULL when the key is not there. */
const void *lookup_find(const struct lookup *lookup, const void *key);

#endif
