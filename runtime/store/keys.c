#include "runtime/store/keys.h"

#include "runtime/base/digest.h"
#include "runtime/base/text.h"
#include "runtime/store/store.h"

#include <string.h>

/* `<pillar>:{bNNN}:<letter>`, then each part behind a colon. By hand, as a commit has a few dozen keys. */
static char *key_join(struct arena *arena, const char *pillar, uint32_t bucket, char letter,
                      const char *const *parts, size_t count) {
  char number[] = ":{b000}:?";
  size_t size = strlen(pillar) + sizeof number;
  for (size_t i = 0; i < count; i++) {
    size += 1 + strlen(parts[i]);
  }
  for (size_t i = 0; i < 3; i++, bucket /= 10) {
    number[5 - i] = (char)('0' + bucket % 10);
  }
  number[8] = letter;
  char *key = arena_alloc(arena, size), *at = stpcpy(stpcpy(key, pillar), number);
  for (size_t i = 0; i < count; i++) {
    *at++ = ':';
    at = stpcpy(at, parts[i]);
  }
  return key;
}

char *key_make(struct arena *arena, const char *pillar, uint32_t bucket, char letter, const char *rest) {
  return key_join(arena, pillar, bucket, letter, &rest, *rest ? 1 : 0);
}

char *key_entity(struct arena *arena, const char *pillar, const char *name) {
  return key_make(arena, pillar, store_bucket(name), 'e', name);
}

char *key_index(struct arena *arena, const char *pillar, uint32_t bucket, const char *kind, const char *index,
                const char *partition) {
  return key_join(arena, pillar, bucket, 'x', (const char *const[]){kind, index, partition}, 3);
}

char *key_counters(struct arena *arena, const char *pillar, const char *subject, int32_t month) {
  char *key =
      key_join(arena, pillar, store_bucket(subject), 'r', (const char *const[]){subject, "yyyymm"}, 2);
  key_counters_turn(key, month);
  return key;
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
