#include "runtime/rpc/pace.h"

#include "runtime/base/clock.h"
#include "runtime/loop/loop.h"
#include "runtime/rpc/call_state.h"

static const int64_t us_per_ms = 1000;

void call_pace(struct call *call, uint32_t step_ms) {
  int64_t step_us = step_ms * us_per_ms, taken_us = clock_monotonic_us() - call->start_us;
  int64_t left_us = step_us - taken_us % step_us;
  if (!call->cancelled)
    fiber_sleep_ms((uint32_t)((left_us + us_per_ms - 1) / us_per_ms));
}
