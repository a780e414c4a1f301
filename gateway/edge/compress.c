#include "gateway/edge/compress.h"

#include <string.h>
#include <strings.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8, FIRST_GUESS = 4, LEAST_BYTES = 1024 };

static voidpf take(voidpf arena, uInt items, uInt size) {
  return arena_calloc(arena, items, size);
}

static void give(voidpf arena, voidpf memory) {
  (void)arena;
  (void)memory; /* the arena's */
}

/* Twice as much, up to `max` and one byte more, which tells that there is too much. */
static uint8_t *grown(struct arena *arena, uint8_t *old, size_t used, size_t *capacity, size_t max) {
  size_t wanted = *capacity * 2 < max + 1 ? *capacity * 2 : max + 1;
  uint8_t *fresh = arena_alloc(arena, wanted);
  memcpy(fresh, old, used);
  *capacity = wanted;
  return fresh;
}

enum inflated gzip_inflate(struct arena *arena, const uint8_t *bytes, size_t size, size_t max, uint8_t **out,
                           size_t *out_size) {
  z_stream stream = {.zalloc = take, .zfree = give, .opaque = arena};
  size_t capacity = size * FIRST_GUESS < LEAST_BYTES ? LEAST_BYTES : size * FIRST_GUESS;
  if (capacity > max + 1)
    capacity = max + 1;
  *out = arena_alloc(arena, capacity);
  *out_size = 0;
  if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
    return INFLATE_MALFORMED;
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = (uInt)size;
  int outcome = Z_OK;
  while (outcome == Z_OK && *out_size <= max) {
    if (*out_size == capacity)
      *out = grown(arena, *out, *out_size, &capacity, max);
    stream.next_out = *out + *out_size;
    stream.avail_out = (uInt)(capacity - *out_size);
    outcome = inflate(&stream, Z_NO_FLUSH);
    *out_size = capacity - stream.avail_out;
    if (outcome == Z_BUF_ERROR && stream.avail_out == 0)
      outcome = Z_OK;
  }
  bool whole = outcome == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (*out_size > max)
    return INFLATE_TOO_LARGE;
  return whole ? INFLATE_DONE : INFLATE_MALFORMED;
}

bool gzip_deflate(struct arena *arena, const uint8_t *bytes, size_t size, uint8_t **out, size_t *out_size) {
  z_stream stream = {.zalloc = take, .zfree = give, .opaque = arena};
  if (size < LEAST_BYTES ||
      deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
    return false;
  *out = arena_alloc(arena, size);
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = (uInt)size;
  stream.next_out = *out;
  stream.avail_out = (uInt)size;
  bool smaller = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  *out_size = size - stream.avail_out;
  deflateEnd(&stream);
  return smaller;
}

/* A weight of zero refuses. */
static bool refused(const char *parameters, size_t size) {
  const char *weight = memmem(parameters, size, "q=", 2);
  return weight && strspn(weight + 2, "0.") == (size_t)(parameters + size - weight - 2);
}

bool gzip_accepted(const char *encodings) {
  while (encodings && *encodings) {
    encodings += strspn(encodings, " \t,");
    size_t item = strcspn(encodings, ","), name = strcspn(encodings, " \t,;");
    if (name == strlen("gzip") && strncasecmp(encodings, "gzip", name) == 0) {
      while (item > name && (encodings[item - 1] == ' ' || encodings[item - 1] == '\t'))
        item--;
      return !refused(encodings + name, item - name);
    }
    encodings += item;
  }
  return false;
}
