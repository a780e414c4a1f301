#include "runtime/loop/loop_state.h"

#include "runtime/base/clock.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static _Thread_local struct loop *current;

struct loop *loop_current(void) {
  return current;
}

struct loop *loop_enter(struct loop *loop) {
  struct loop *before = current;
  current = loop;
  return before;
}

static bool open_descriptors(struct loop *loop) {
  loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (loop->epoll_fd < 0 || loop->wake_fd < 0)
    return false;
  /* Edge triggered: each write wakes anew, so nobody has to read it. */
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
  return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &event) == 0;
}

struct loop *loop_create(const struct loop_options *options) {
  struct loop *loop = calloc(1, sizeof(*loop));
  if (!loop)
    return NULL;
  loop->stack_bytes = options && options->stack_bytes ? options->stack_bytes : 256u << 10;
  loop->fibers_max = options && options->fibers_max ? options->fibers_max : 4096;
  loop->flushes_end = &loop->flushes;
  loop->epoll_fd = loop->wake_fd = -1;
  if (open_descriptors(loop))
    return loop;
  int error = errno;
  loop_destroy(loop);
  errno = error;
  return NULL;
}

void loop_destroy(struct loop *loop) {
  if (!loop)
    return;
  assert(loop->alive == 0);
  fibers_free_pooled(loop);
  if (loop->epoll_fd >= 0)
    close(loop->epoll_fd);
  if (loop->wake_fd >= 0)
    close(loop->wake_fd);
  free(loop->timers.timers);
  free(loop);
}

static void wake(struct loop *loop) {
  uint64_t one = 1;
  while (write(loop->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR) {
  }
}

void loop_post(struct loop *loop, struct loop_work *work) {
  struct loop_work *head = atomic_load_explicit(&loop->posted, memory_order_relaxed);
  do
    work->next = head;
  while (!atomic_compare_exchange_weak(&loop->posted, &head, work));
  /* Only the post that finds the loop asleep pays for a system call. */
  if (atomic_load(&loop->sleeping) && atomic_exchange(&loop->sleeping, false))
    wake(loop);
}

void loop_stop(struct loop *loop) {
  atomic_store(&loop->stopping, true);
  atomic_store(&loop->sleeping, false);
  wake(loop);
}

static void run_posted(struct loop *loop) {
  if (!atomic_load_explicit(&loop->posted, memory_order_relaxed))
    return;
  struct loop_work *newest = atomic_exchange(&loop->posted, NULL), *oldest = NULL;
  while (newest) {
    struct loop_work *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest) {
    struct loop_work *next = oldest->next; /* `run` may free the work */
    oldest->run(oldest);
    oldest = next;
  }
}

void loop_arm(struct loop *loop, struct loop_timer *timer, int64_t due_monotonic_us) {
  loop_disarm(loop, timer);
  timer->due_us = due_monotonic_us;
  timer_heap_add(&loop->timers, timer);
}

void loop_disarm(struct loop *loop, struct loop_timer *timer) {
  if (timer->place)
    timer_heap_remove(&loop->timers, timer);
}

static void run_timers(struct loop *loop) {
  if (!loop->timers.count)
    return;
  int64_t now = clock_monotonic_us();
  while (loop->timers.count && loop->timers.timers[0]->due_us <= now) {
    struct loop_timer *timer = loop->timers.timers[0];
    timer_heap_remove(&loop->timers, timer);
    timer->fire(timer);
  }
}

static int epoll_change(struct loop *loop, int operation, struct loop_watch *watch) {
  struct epoll_event event = {.events = watch->events, .data.ptr = watch};
  return epoll_ctl(loop->epoll_fd, operation, watch->fd, &event);
}

int loop_watch(struct loop *loop, struct loop_watch *watch) {
  return epoll_change(loop, EPOLL_CTL_ADD, watch);
}

int loop_rewatch(struct loop *loop, struct loop_watch *watch) {
  return epoll_change(loop, EPOLL_CTL_MOD, watch);
}

void loop_unwatch(struct loop *loop, struct loop_watch *watch) {
  epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
  /* Its events of the batch being dispatched must not reach it any more. */
  for (int i = loop->event_next; i < loop->event_count; i++)
    if (loop->events[i].data.ptr == watch)
      loop->events[i].data.ptr = NULL;
}

void loop_flush_later(struct loop *loop, struct loop_flush *flush) {
  if (flush->queued)
    return;
  flush->queued = true;
  flush->next = NULL;
  *loop->flushes_end = flush;
  loop->flushes_end = &flush->next;
}

static void run_flushes(struct loop *loop) {
  struct loop_flush *flush = loop->flushes;
  loop->flushes = NULL;
  loop->flushes_end = &loop->flushes;
  while (flush) {
    struct loop_flush *next = flush->next;
    flush->queued = false;
    flush->run(flush);
    flush = next;
  }
}

static bool work_waits(struct loop *loop) {
  return loop->due.first || loop->flushes || atomic_load(&loop->posted) || atomic_load(&loop->stopping);
}

/* Milliseconds until the next timer, rounded up so that a turn never comes just too early. */
static int timer_timeout(struct loop *loop, int limit_ms) {
  if (!loop->timers.count)
    return limit_ms;
  int64_t us = loop->timers.timers[0]->due_us - clock_monotonic_us();
  int64_t ms = us <= 0 ? 0 : (us + US_PER_MS - 1) / US_PER_MS;
  if (ms > INT_MAX)
    ms = INT_MAX;
  return limit_ms >= 0 && limit_ms < ms ? limit_ms : (int)ms;
}

static void wait_for_events(struct loop *loop, int limit_ms) {
  int timeout = 0;
  if (!work_waits(loop))
    timeout = timer_timeout(loop, limit_ms);
  if (timeout != 0) {
    atomic_store(&loop->sleeping, true);
    /* What was posted before the mark was seen woke nobody. */
    if (work_waits(loop))
      timeout = 0;
  }
  int count = epoll_wait(loop->epoll_fd, loop->events, LOOP_EVENTS_MAX, timeout);
  atomic_store(&loop->sleeping, false);
  loop->event_count = count > 0 ? count : 0;
  for (loop->event_next = 0; loop->event_next < loop->event_count;) {
    struct epoll_event *event = &loop->events[loop->event_next++];
    struct loop_watch *watch = event->data.ptr;
    if (watch)
      watch->ready(watch, event->events);
  }
  loop->event_count = loop->event_next = 0;
}

static void run_ready(struct loop *loop) {
  run_posted(loop);
  run_timers(loop);
  fibers_run_due(loop);
  run_flushes(loop);
}

void loop_turn(struct loop *loop, int timeout_ms) {
  struct loop *before = loop_enter(loop);
  run_ready(loop);
  wait_for_events(loop, timeout_ms);
  run_ready(loop);
  loop_enter(before);
}

void loop_run(struct loop *loop) {
  struct loop *before = loop_enter(loop);
  while (!atomic_load(&loop->stopping)) {
    run_ready(loop);
    wait_for_events(loop, -1);
  }
  run_ready(loop);
  atomic_store(&loop->stopping, false);
  loop_enter(before);
}
