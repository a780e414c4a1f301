/* google.protobuf.Timestamp and microseconds. Pure. */
#ifndef ENTENTE_BASE_TIMESTAMP_H
#define ENTENTE_BASE_TIMESTAMP_H

#include "runtime/base/arena.h"

#include "google/protobuf/timestamp.pb-c.h"

#include <stdint.h>

/* Microseconds since 1970, fractions of one cut off; `absent` for NULL. */
int64_t timestamp_us(const Google__Protobuf__Timestamp *timestamp, int64_t absent);
/* In the arena. */
Google__Protobuf__Timestamp *timestamp_new(struct arena *arena, int64_t time_us);

#endif
