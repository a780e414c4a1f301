#include "onboard/moment.h"

#include "onboard/machine.h"
#include "runtime/base/period.h"

#define SECONDS_MAX INT64_C(253402300799) /* the last second of 9999 */

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
  if (!time || moment_us(time) <= now_us + MOMENT_SKEW_US)
    return true;
  invalid_add(arena, refusal, field, "VALUE_OUT_OF_RANGE", "must not be in the future");
  return false;
}
