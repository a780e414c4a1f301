#include "runtime/base/clock.h"

#include <time.h>

static int64_t clock_read_us(clockid_t id) {
  struct timespec now;
  clock_gettime(id, &now);
  return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

static int64_t system_now_us(void *context) {
  (void)context;
  return clock_read_us(CLOCK_REALTIME);
}

const struct clock clock_system = {.now_us = system_now_us};

int64_t clock_now_us(const struct clock *clock) {
  return clock->now_us(clock->context);
}

int64_t clock_monotonic_us(void) {
  return clock_read_us(CLOCK_MONOTONIC);
}
