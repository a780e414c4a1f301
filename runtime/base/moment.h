/* Times that callers give: when something happened, or shall. Pure. */
#ifndef ENTENTE_BASE_MOMENT_H
#define ENTENTE_BASE_MOMENT_H

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

/* Whether a time lies further ahead of us than a clock may run. */
bool moment_is_future(int64_t time_us, int64_t now_us);
/* Lists a violation (VALUE_OUT_OF_RANGE) unless the time is absent or in the years 1970 to 9999. True: fine.
 */
bool moment_check(struct arena *arena, struct status **refusal, const char *field,
                  const Google__Protobuf__Timestamp *time);
/* The same, and it must not lie in the future. */
bool moment_check_past(struct arena *arena, struct status **refusal, const char *field,
                       const Google__Protobuf__Timestamp *time, int64_t now_us);
/* The instant in `*time_us`, which becomes now when it is absent (INT64_MIN). INVALID_ARGUMENT
 * (VALUE_OUT_OF_RANGE) when it lies in the future. */
const struct status *moment_past(struct arena *arena, const char *field, int64_t now_us, int64_t *time_us);

#endif
