/* A growing hash table from text to a zeroed value of fixed size, in an arena. Items keep their order and
 * their addresses. Zero-initialise, then set `arena` and `value_size`. For the store
 * and the feed. */
#ifndef ENTENTE_STORE_TABLE_H
#define ENTENTE_STORE_TABLE_H

#include "runtime/base/arena.h"

struct table_item {
  struct table_item *next;    /* in the order of insertion */
  struct table_item *chained; /* same place */
  const char *key;
  void *value;
};

struct table {
  struct arena *arena;
  size_t value_size;
  struct table_item **places;
  size_t size, count;
  struct table_item *first, *last;
};

void *table_find(const struct table *table, const char *key); /* NULL: absent */
/* Adds it, with a copy of the key, when it is absent. */
void *table_at(struct table *table, const char *key);

#endif
