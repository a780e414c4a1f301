/* What loop.c, timer.c and fiber.c share. Private to this folder. */
#ifndef ENTENTE_LOOP_LOOP_STATE_H
#define ENTENTE_LOOP_LOOP_STATE_H

#include "runtime/loop/loop.h"

#include <setjmp.h>
#include <stdatomic.h>
#include <sys/epoll.h>

enum { LOOP_EVENTS_MAX = 128, LOOP_POOLED_FIBERS_MAX = 512 };

/* A binary heap of armed timers by due time. `place` of a timer is its index plus one. */
struct timer_heap {
  struct loop_timer **timers;
  size_t count, capacity;
};
void timer_heap_add(struct timer_heap *heap, struct loop_timer *timer);
void timer_heap_remove(struct timer_heap *heap, struct loop_timer *timer);

/* First in, first out. */
struct fiber_list {
  struct fiber *first, *last;
};

struct loop {
  int epoll_fd, wake_fd;
  _Atomic(struct loop_work *) posted; /* newest first */
  atomic_bool sleeping;
  atomic_bool stopping;
  struct timer_heap timers;
  struct loop_flush *flushes, **flushes_end;
  struct epoll_event events[LOOP_EVENTS_MAX];
  int event_count, event_next; /* of the batch being dispatched */
  struct fiber_list due;
  struct fiber *running;
  struct fiber *pooled;
  size_t pooled_count, alive, fibers_max, stack_bytes;
  jmp_buf scheduler; /* where a fiber switches back to */
  const void *scheduler_stack;
  size_t scheduler_stack_bytes;
};

/* Makes `loop` the calling thread's and returns the one that was before. */
struct loop *loop_enter(struct loop *loop);

/* fiber.c */
void fibers_run_due(struct loop *loop);
void fibers_free_pooled(struct loop *loop);

#endif
