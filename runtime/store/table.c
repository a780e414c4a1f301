#include "runtime/store/table.h"

#include "runtime/base/text.h"

#include <stdint.h>
#include <string.h>

static size_t hash_of(const char *key) {
  uint64_t hash = text_hash(key);
  return (size_t)(hash ^ hash >> 29);
}

static struct table_item *item_of(const struct table *table, const char *key) {
  struct table_item *item = table->size ? table->places[hash_of(key) & (table->size - 1)] : NULL;
  while (item && strcmp(item->key, key) != 0) {
    item = item->chained;
  }
  return item;
}

void *table_find(const struct table *table, const char *key) {
  struct table_item *item = item_of(table, key);
  return item ? item->value : NULL;
}

static void grow(struct table *table) {
  table->size = table->size ? 2 * table->size : 64;
  table->places = arena_calloc(table->arena, table->size, sizeof *table->places);
  for (struct table_item *item = table->first; item; item = item->next) {
    struct table_item **place = &table->places[hash_of(item->key) & (table->size - 1)];
    item->chained = *place;
    *place = item;
  }
}

void *table_at(struct table *table, const char *key) {
  struct table_item *item = item_of(table, key);
  if (item) {
    return item->value;
  }
  if (table->count == table->size) {
    grow(table);
  }
  item = arena_new(table->arena, struct table_item);
  item->key = arena_strdup(table->arena, key);
  item->value = arena_calloc(table->arena, 1, table->value_size);
  struct table_item **place = &table->places[hash_of(key) & (table->size - 1)];
  item->chained = *place;
  *place = item;
  *(table->last ? &table->last->next : &table->first) = item;
  table->last = item;
  table->count++;
  return item->value;
}
