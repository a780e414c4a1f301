/* The frames of Connect's streams and of gRPC-Web: a byte of flags, the size as 4 bytes (big-endian), the
 * bytes. Pure. */
#ifndef ENTENTE_EDGE_ENVELOPE_H
#define ENTENTE_EDGE_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  ENVELOPE_HEAD_BYTES = 5,
  ENVELOPE_COMPRESSED = 0x01,
  ENVELOPE_CONNECT_END = 0x02, /* EndStreamResponse, JSON */
  ENVELOPE_WEB_TRAILERS = 0x80 /* trailers as header lines */
};

struct envelope {
  uint8_t flags;
  const uint8_t *bytes;
  size_t size;
};

void envelope_head(uint8_t out[ENVELOPE_HEAD_BYTES], uint8_t flags, size_t size);
/* Takes the first frame off `*bytes`. False when it is not whole. */
bool envelope_take(const uint8_t **bytes, size_t *size, struct envelope *out);

#endif
