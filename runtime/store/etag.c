#include "runtime/store/etag.h"

#include "runtime/base/text.h"
#include "runtime/store/store_state.h"

#include <string.h>

/* A code of name and version, then the mark of the key. */
enum { CODE_BYTES = 8, QUOTES = 2, ETAG_LENGTH = QUOTES + 2 * (CODE_BYTES + ETAG_MARK_BYTES) };

static void code_of(const struct store *store, struct arena *arena, const char *name, uint64_t version,
                    uint8_t out[DIGEST_SIZE]) {
  struct buffer buffer = {.arena = arena};
  buffer_append(&buffer, name, strlen(name) + 1);
  for (int i = 0; i < 64; i += 8) {
    const uint8_t byte = (uint8_t)(version >> i);
    buffer_append(&buffer, &byte, 1);
  }
  digest_hmac_sha256(store->etag_key, sizeof store->etag_key, buffer.data, buffer.size, out);
}

void etag_prepare(struct store *store) {
  uint8_t digest[DIGEST_SIZE];
  digest_hmac_sha256(store->token_key, sizeof store->token_key, "etag", strlen("etag"), store->etag_key);
  /* Of no name, so it is no code. */
  digest_hmac_sha256(store->etag_key, sizeof store->etag_key, "mark", strlen("mark"), digest);
  memcpy(store->etag_mark, digest, ETAG_MARK_BYTES);
}

static const char *mark_of(const struct store *store, struct arena *arena) {
  return hex_encode(arena, store->etag_mark, ETAG_MARK_BYTES);
}

char *etag_make(const struct store *store, struct arena *arena, const char *name, uint64_t version) {
  uint8_t code[DIGEST_SIZE];
  code_of(store, arena, name, version, code);
  return arena_printf(arena, "\"%s%s\"", hex_encode(arena, code, CODE_BYTES), mark_of(store, arena));
}

bool etag_fits(const struct store *store, struct arena *arena, const char *etag, const char *name,
               uint64_t version) {
  if (strcmp(etag, etag_make(store, arena, name, version)) == 0) {
    return true;
  }
  const char *mark = mark_of(store, arena);
  bool ours =
      strlen(etag) == ETAG_LENGTH && strncmp(etag + ETAG_LENGTH - 1 - strlen(mark), mark, strlen(mark)) == 0;
  return !ours;
}
