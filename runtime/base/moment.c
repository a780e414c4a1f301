#include "runtime/base/moment.h"

#include "runtime/base/period.h"
#include "runtime/base/refusal.h"

#define SECONDS_MAX INT64_C(253402300799) /* the last second of 9999 */
#define IN_FUTURE "must not be in the future"

int64_t moment_us(const Google__Protobuf__Timestamp *time) {
  return timestamp_us(time, 0);
}

Google__Protobuf__Timestamp *moment_or(struct arena *arena, Google__Protobuf__Timestamp *time,
                                       int64_t fallback_us) {
  return time ? time : timestamp_new(arena, fallback_us);
}

char *moment_text(struct arena *arena, int64_t time_us) {
  char *text = arena_alloc(arena, 32);
  time_format(time_us, text, 32);
  return text;
}

bool moment_is_future(int64_t time_us, int64_t now_us) {
  return time_us > now_us + MOMENT_SKEW_US;
}

bool moment_check(struct arena *arena, struct status **refusal, const char *field,
                  const Google__Protobuf__Timestamp *time) {
  if (!time)
    return true;
  bool fits =
      time->seconds >= 0 && time->seconds <= SECONDS_MAX && time->nanos >= 0 && time->nanos < 1000000000;
  if (!fits)
    invalid_add(arena, refusal, field, "VALUE_OUT_OF_RANGE", "must be a time in the years 1970 to 9999");
  return fits;
}

bool moment_check_past(struct arena *arena, struct status **refusal, const char *field,
                       const Google__Protobuf__Timestamp *time, int64_t now_us) {
  if (!moment_check(arena, refusal, field, time))
    return false;
  if (!time || !moment_is_future(moment_us(time), now_us))
    return true;
  invalid_add(arena, refusal, field, "VALUE_OUT_OF_RANGE", IN_FUTURE);
  return false;
}

const struct status *moment_past(struct arena *arena, const char *field, int64_t now_us, int64_t *time_us) {
  if (*time_us == INT64_MIN)
    *time_us = now_us;
  return moment_is_future(*time_us, now_us) ? invalid_field(arena, field, "VALUE_OUT_OF_RANGE", IN_FUTURE)
                                            : NULL;
}
