#include "runtime/store/keys.h"

#include "runtime/base/digest.h"
#include "runtime/base/text.h"
#include "runtime/store/store.h"

#include <string.h>

char *key_make(struct arena *arena, const char *pillar, uint32_t bucket, char letter, const char *rest) {
  return arena_printf(arena, "%s:{b%03u}:%c%s%s", pillar, bucket, letter, *rest ? ":" : "", rest);
}

char *key_entity(struct arena *arena, const char *pillar, const char *name) {
  return key_make(arena, pillar, store_bucket(name), 'e', name);
}

char *key_index(struct arena *arena, const char *pillar, uint32_t bucket, const char *kind, const char *index,
                const char *partition) {
  return arena_printf(arena, "%s:{b%03u}:x:%s:%s:%s", pillar, bucket, kind, index, partition);
}

char *key_counters(struct arena *arena, const char *pillar, const char *subject, int32_t month) {
  return arena_printf(arena, "%s:{b%03u}:r:%s:%06d", pillar, store_bucket(subject), subject, month);
}

void key_counters_turn(char *key, int32_t month) {
  char *digit = key + strlen(key);
  for (int i = 0; i < 6; i++, month /= 10) {
    *--digit = (char)('0' + month % 10);
  }
}

char *key_idempotency(struct arena *arena, const char *pillar, uint32_t bucket, const char *key) {
  uint8_t digest[DIGEST_SIZE];
  digest_sha256(key, strlen(key), digest);
  return key_make(arena, pillar, bucket, 'i', hex_encode(arena, digest, sizeof digest));
}

char *key_parent(struct arena *arena, const char *name) {
  const char *end = strrchr(name, '/');
  if (end) {
    end = memrchr(name, '/', (size_t)(end - name));
  }
  return arena_strndup(arena, name, end ? (size_t)(end - name) : 0);
}

void big_endian_put(uint8_t out[8], uint64_t number) {
  for (int i = 7; i >= 0; i--, number >>= 8) {
    out[i] = (uint8_t)number;
  }
}

uint64_t big_endian_get(const uint8_t in[8]) {
  uint64_t number = 0;
  for (int i = 0; i < 8; i++) {
    number = number << 8 | in[i];
  }
  return number;
}
