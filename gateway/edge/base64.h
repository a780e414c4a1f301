/* Base64 as the wire protocols have it (RFC 4648 sections 4 and 5). Pure. */
#ifndef ENTENTE_EDGE_BASE64_H
#define ENTENTE_EDGE_BASE64_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Standard alphabet; NUL-terminated, in the arena. */
char *base64_encode(struct arena *arena, const void *bytes, size_t size, bool padded);

/* Takes both alphabets, with or without padding. False when it is malformed. `*out` is in the arena. */
bool base64_decode(struct arena *arena, const char *text, size_t size, uint8_t **out, size_t *out_size);

/* Several padded texts behind each other, as gRPC-Web's text form has them: one for each flush. */
bool base64_decode_parts(struct arena *arena, const char *text, size_t size, uint8_t **out, size_t *out_size);

#endif
