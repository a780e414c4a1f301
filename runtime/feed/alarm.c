#include "runtime/feed/alarm.h"

#include "runtime/loop/loop.h"
#include "runtime/store/ledger.h"

struct alarm {
  struct feed_listener listener;
  struct fiber_hold hold;
  struct store *store;
  struct stream *stream;
  uint32_t bucket;
  bool rung;
};

static void ring(struct feed_listener *listener, uint32_t bucket) {
  struct alarm *alarm = (struct alarm *)((char *)listener - offsetof(struct alarm, listener));
  if (bucket != alarm->bucket && bucket < STORE_BUCKETS) {
    return;
  }
  alarm->rung = true;
  fiber_resume(stream_fiber(alarm->stream));
}

static void release(struct fiber_hold *hold) {
  struct alarm *alarm = (struct alarm *)((char *)hold - offsetof(struct alarm, hold));
  feed_unlisten(alarm->store, &alarm->listener);
}

struct alarm *alarm_set(struct call *call, struct stream *stream, const char *name) {
  struct alarm *alarm = arena_new(call_arena(call), struct alarm);
  alarm->store = call_store(call);
  alarm->stream = stream;
  alarm->bucket = store_bucket(name);
  alarm->listener.grown = ring;
  alarm->hold.release = release;
  feed_listen(alarm->store, &alarm->listener);
  fiber_hold(&alarm->hold);
  return alarm;
}

void alarm_clear(struct alarm *alarm) {
  fiber_unhold(&alarm->hold);
  feed_unlisten(alarm->store, &alarm->listener);
}

const struct status *alarm_wait(struct alarm *alarm, uint32_t ms) {
  const struct status *status = alarm->rung ? NULL : stream_wait(alarm->stream, ms);
  alarm->rung = false;
  return status;
}
