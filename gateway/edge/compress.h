/* gzip of messages, with a bound on what comes out. Pure. */
#ifndef ENTENTE_EDGE_COMPRESS_H
#define ENTENTE_EDGE_COMPRESS_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum inflated { INFLATE_DONE, INFLATE_MALFORMED, INFLATE_TOO_LARGE };

/* Inflates into the arena, never more than `max` bytes: a small request cannot take much memory. */
enum inflated gzip_inflate(struct arena *arena, const uint8_t *bytes, size_t size, size_t max, uint8_t **out,
                           size_t *out_size);
/* Into the arena. False when it would not become smaller: send it as it is. */
bool gzip_deflate(struct arena *arena, const uint8_t *bytes, size_t size, uint8_t **out, size_t *out_size);

/* Whether a list such as `gzip;q=1.0, deflate` takes gzip. NULL: it does not. */
bool gzip_accepted(const char *encodings);

#endif
