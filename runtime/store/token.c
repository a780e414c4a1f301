#include "runtime/store/token.h"

#include "runtime/base/text.h"
#include "runtime/store/store_state.h"

#include <openssl/crypto.h>
#include <string.h>

enum { SIGNATURE_BYTES = 16 };

static void sign(const struct store *store, struct arena *arena, const char *binding, const char *place,
                 size_t place_size, uint8_t out[DIGEST_SIZE]) {
  struct buffer buffer = {.arena = arena};
  buffer_append(&buffer, binding, strlen(binding) + 1);
  buffer_append(&buffer, place, place_size);
  digest_hmac_sha256(store->token_key, sizeof store->token_key, buffer.data, buffer.size, out);
}

char *token_make(const struct store *store, struct arena *arena, const char *binding, const char *place) {
  uint8_t signature[DIGEST_SIZE];
  sign(store, arena, binding, place, strlen(place), signature);
  struct buffer buffer = {.arena = arena};
  buffer_append(&buffer, signature, SIGNATURE_BYTES);
  buffer_append(&buffer, place, strlen(place));
  return base64url_encode(arena, buffer.data, buffer.size);
}

const struct status *token_read(const struct store *store, struct arena *arena, const char *binding,
                                const char *token, const char **place) {
  *place = NULL;
  if (text_empty(token)) {
    return NULL;
  }
  void *bytes;
  size_t size;
  uint8_t signature[DIGEST_SIZE];
  if (base64url_decode(arena, token, &bytes, &size) && size >= SIGNATURE_BYTES) {
    const char *text = (const char *)bytes + SIGNATURE_BYTES;
    sign(store, arena, binding, text, size - SIGNATURE_BYTES, signature);
    if (CRYPTO_memcmp(signature, bytes, SIGNATURE_BYTES) == 0) {
      *place = arena_strndup(arena, text, size - SIGNATURE_BYTES);
      return NULL;
    }
  }
  return status_make(arena, CODE_INVALID_ARGUMENT, REASON_PAGE_TOKEN_INVALID,
                     "the page_token was not given for this request: leave it empty to start again");
}
