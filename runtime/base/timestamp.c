#include "runtime/base/timestamp.h"

#include "runtime/base/clock.h"

int64_t timestamp_us(const Google__Protobuf__Timestamp *timestamp, int64_t absent) {
  if (!timestamp)
    return absent;
  int64_t us;
  if (__builtin_mul_overflow(timestamp->seconds, (int64_t)US_PER_SECOND, &us) ||
      __builtin_add_overflow(us, (int64_t)(timestamp->nanos / 1000), &us))
    return timestamp->seconds < 0 ? INT64_MIN : INT64_MAX;
  return us;
}

Google__Protobuf__Timestamp *timestamp_new(struct arena *arena, int64_t time_us) {
  Google__Protobuf__Timestamp *timestamp = arena_new(arena, Google__Protobuf__Timestamp);
  google__protobuf__timestamp__init(timestamp);
  int64_t us = time_us % US_PER_SECOND;
  timestamp->seconds = time_us / US_PER_SECOND - (us < 0);
  timestamp->nanos = (int32_t)(us < 0 ? us + US_PER_SECOND : us) * 1000;
  return timestamp;
}
