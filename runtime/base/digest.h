/* SHA-256 (FIPS 180-4) by libcrypto. */
#ifndef ENTENTE_BASE_DIGEST_H
#define ENTENTE_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { DIGEST_SIZE = 32 };
void digest_sha256(const void *bytes, size_t size, uint8_t out[DIGEST_SIZE]);
void digest_hmac_sha256(const void *key, size_t key_size, const void *bytes, size_t size,
                        uint8_t out[DIGEST_SIZE]);

#endif
