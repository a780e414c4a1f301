/* Times that callers give. Pure. */
#ifndef ENTENTE_ONBOARD_MOMENT_H
#define ENTENTE_ONBOARD_MOMENT_H

#include "runtime/base/status.h"
#include "runtime/base/timestamp.h"

#define US_PER_DAY INT64_C(86400000000)
/* How far a caller's clock may run ahead of ours. */
#define MOMENT_SKEW_US INT64_C(300000000)

/* Microseconds; 0 when absent. */
int64_t moment_us(const Google__Protobuf__Timestamp *time);
/* The time, or `fallback_us` when absent, as a message. */
Google__Protobuf__Timestamp *moment_or(struct arena *arena, Google__Protobuf__Timestamp *time,
                                       int64_t fallback_us);
/* RFC 3339. */
char *moment_text(struct arena *arena, int64_t time_us);

/* Lists a violation (VALUE_OUT_OF_RANGE) unless the time is absent or in the years 1970 to 9999. True: fine.
 */
bool moment_check(struct arena *arena, struct status **refusal, const char *field,
                  const Google__Protobuf__Timestamp *time);
/* The same, and it must not lie in the future. */
bool moment_check_past(struct arena *arena, struct status **refusal, const char *field,
                       const Google__Protobuf__Timestamp *time, int64_t now_us);

#endif
