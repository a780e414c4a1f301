#include "gateway/cli/import_seen.h"

#include "runtime/base/digest.h"

#include <assert.h>
#include <string.h>

/* A file is somebody else's: so that it cannot choose what collides, places come of a digest. */
struct slot {
  uint8_t digest[DIGEST_SIZE];
  int64_t line; /* 0: free */
};

struct seen {
  struct slot *slots;
  size_t capacity, count; /* capacity is a power of two, at most half full */
};

struct seen *seen_new(struct arena *arena, int64_t rows) {
  enum { LEAST = 16 };
  struct seen *seen = arena_new(arena, struct seen);
  seen->capacity = LEAST;
  while (seen->capacity < (size_t)rows * 2)
    seen->capacity *= 2;
  seen->slots = arena_calloc(arena, seen->capacity, sizeof *seen->slots);
  return seen;
}

int64_t seen_before(struct seen *seen, const char *external_id, int64_t line) {
  uint8_t digest[DIGEST_SIZE];
  size_t place;
  assert(line > 0 && seen->count * 2 <= seen->capacity);
  digest_sha256(external_id, strlen(external_id), digest);
  memcpy(&place, digest, sizeof place);
  for (place &= seen->capacity - 1; seen->slots[place].line; place = (place + 1) & (seen->capacity - 1))
    if (memcmp(seen->slots[place].digest, digest, DIGEST_SIZE) == 0)
      return seen->slots[place].line;
  seen->slots[place].line = line;
  memcpy(seen->slots[place].digest, digest, DIGEST_SIZE);
  seen->count++;
  return 0;
}
