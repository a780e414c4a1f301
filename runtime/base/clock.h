/* Time, injected. UTC microseconds since 1970 everywhere inside; protobuf timestamps at the edges. */
#ifndef ENTENTE_BASE_CLOCK_H
#define ENTENTE_BASE_CLOCK_H

#include <stdint.h>

/* Where the time comes from. Tests give their own. */
struct clock {
  int64_t (*now_us)(void *context); /* UTC, microseconds since 1970-01-01 */
  void *context;
};

/* The machine's clock (CLOCK_REALTIME). */
extern const struct clock clock_system;

int64_t clock_now_us(const struct clock *clock);

/* Monotonic microseconds, for deadlines and durations; never for data. */
int64_t clock_monotonic_us(void);

enum { US_PER_MS = 1000, US_PER_SECOND = 1000000 };

#endif
