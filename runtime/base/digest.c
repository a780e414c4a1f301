#include "runtime/base/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

/* Fetched once: OpenSSL 3 otherwise looks the algorithm up, under a lock, for every digest. */
static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void sha256_fetch(void) {
  sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  assert(sha256);
}

void digest_sha256(const void *bytes, size_t size, uint8_t out[DIGEST_SIZE]) {
  pthread_once(&sha256_once, sha256_fetch);
  int done = EVP_Digest(bytes, size, out, NULL, sha256, NULL);
  assert(done == 1);
  (void)done;
}

void digest_hmac_sha256(const void *key, size_t key_size, const void *bytes, size_t size,
                        uint8_t out[DIGEST_SIZE]) {
  pthread_once(&sha256_once, sha256_fetch);
  const uint8_t *done = HMAC(sha256, key, (int)key_size, bytes, size, out, NULL);
  assert(done);
  (void)done;
}
