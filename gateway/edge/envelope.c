#include "gateway/edge/envelope.h"

void envelope_head(uint8_t out[ENVELOPE_HEAD_BYTES], uint8_t flags, size_t size) {
  out[0] = flags;
  out[1] = (uint8_t)(size >> 24);
  out[2] = (uint8_t)(size >> 16);
  out[3] = (uint8_t)(size >> 8);
  out[4] = (uint8_t)size;
}

bool envelope_take(const uint8_t **bytes, size_t *size, struct envelope *out) {
  const uint8_t *head = *bytes;
  if (*size < ENVELOPE_HEAD_BYTES)
    return false;
  size_t length = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | (size_t)head[4];
  if (*size - ENVELOPE_HEAD_BYTES < length)
    return false;
  *out = (struct envelope){.flags = head[0], .bytes = head + ENVELOPE_HEAD_BYTES, .size = length};
  *bytes += ENVELOPE_HEAD_BYTES + length;
  *size -= ENVELOPE_HEAD_BYTES + length;
  return true;
}
