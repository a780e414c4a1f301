#include "runtime/message/lookup.h"

#include "runtime/base/text.h"

#include <stdint.h>
#include <string.h>

static uint64_t key_hash(const struct lookup *lookup, const void *key) {
  if (!lookup->by_text)
    return ((uintptr_t)key >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 20;
  return text_hash(key);
}

static bool key_equal(const struct lookup *lookup, const void *a, const void *b) {
  return lookup->by_text ? strcmp(a, b) == 0 : a == b;
}

/* The slot of the key, or the free one where it belongs. */
static struct lookup_slot *slot_of(const struct lookup *lookup, const void *key) {
  size_t mask = lookup->capacity - 1;
  size_t i = key_hash(lookup, key) & mask;
  while (lookup->slots[i].key && !key_equal(lookup, lookup->slots[i].key, key))
    i = (i + 1) & mask;
  return &lookup->slots[i];
}

static void grow(struct lookup *lookup) {
  struct lookup old = *lookup;
  lookup->capacity = old.capacity ? old.capacity * 2 : 64;
  lookup->slots = arena_calloc(lookup->arena, lookup->capacity, sizeof *lookup->slots);
  for (size_t i = 0; i < old.capacity; i++)
    if (old.slots[i].key)
      *slot_of(lookup, old.slots[i].key) = old.slots[i];
}

void lookup_add(struct lookup *lookup, const void *key, const void *value) {
  if (2 * (lookup->count + 1) > lookup->capacity)
    grow(lookup);
  struct lookup_slot *slot = slot_of(lookup, key);
  if (slot->key)
    return;
  *slot = (struct lookup_slot){key, value};
  lookup->count++;
}

const void *lookup_find(const struct lookup *lookup, const void *key) {
  return lookup->count ? slot_of(lookup, key)->value : NULL;
}
