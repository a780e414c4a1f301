/* What the edge reads of strangers: frames, base64, gzip, queries, timeouts, content types. The first byte
 * picks. */
#include "tests/fuzz/fuzz.h"

#include "gateway/edge/base64.h"
#include "gateway/edge/compress.h"
#include "gateway/edge/envelope.h"
#include "gateway/edge/media.h"
#include "gateway/edge/query.h"
#include "gateway/edge/timeout.h"

#include <string.h>

enum { INFLATED_MAX = 1 << 16 };

static void frames(const uint8_t *bytes, size_t size) {
  const uint8_t *end = bytes + size;
  struct envelope envelope;
  while (envelope_take(&bytes, &size, &envelope)) {
    fuzz_expect(envelope.bytes + envelope.size == bytes, "a frame ends where the next begins");
    fuzz_expect(bytes + size == end, "what is left ends where all ends");
  }
}

static void base64(const uint8_t *bytes, size_t size) {
  struct arena *arena = fuzz_arena();
  uint8_t *out, *again;
  size_t out_size, again_size;
  if (base64_decode_parts(arena, (const char *)bytes, size, &out, &out_size))
    fuzz_expect(out_size <= size, "no more comes out than went in");
  if (!base64_decode(arena, (const char *)bytes, size, &out, &out_size))
    return;
  const char *text = base64_encode(arena, out, out_size, false);
  fuzz_expect(base64_decode(arena, text, strlen(text), &again, &again_size), "reads what it wrote");
  fuzz_expect(again_size == out_size && memcmp(again, out, out_size) == 0, "the same bytes");
}

static void gzip(const uint8_t *bytes, size_t size) {
  struct arena *arena = fuzz_arena();
  uint8_t *out;
  size_t out_size;
  enum inflated outcome = gzip_inflate(arena, bytes, size, INFLATED_MAX, &out, &out_size);
  fuzz_expect(outcome != INFLATE_DONE || out_size <= INFLATED_MAX, "within the bound");
  fuzz_expect(arena_used(arena) < ((size_t)4 << 20), "little memory");
}

static void words(const uint8_t *bytes, size_t size) {
  struct arena *arena = fuzz_arena();
  const char *text = arena_strndup(arena, (const char *)bytes, size);
  size_t value_size;
  bool bad = false;
  int64_t us;
  const char *value = query_value(arena, text, "message", &value_size, &bad);
  fuzz_expect(!value || value_size <= size, "no longer than the query");
  fuzz_expect(!timeout_connect(text, &us) || us >= 0, "no negative time");
  fuzz_expect(!timeout_grpc(text, &us) || us >= 0, "no negative time");
  media_of(text);
  gzip_accepted(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static void (*const parts[])(const uint8_t *, size_t) = {frames, base64, gzip, words};
  if (size)
    parts[bytes[0] % 4](bytes + 1, size - 1);
  return 0;
}
