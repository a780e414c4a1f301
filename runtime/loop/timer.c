#include "runtime/loop/loop_state.h"

#include <assert.h>
#include <stdlib.h>

static void place(struct timer_heap *heap, struct loop_timer *timer, size_t index) {
  heap->timers[index] = timer;
  timer->place = index + 1;
}

static void rise(struct timer_heap *heap, struct loop_timer *timer, size_t index) {
  while (index > 0) {
    size_t parent = (index - 1) / 2;
    if (heap->timers[parent]->due_us <= timer->due_us)
      break;
    place(heap, heap->timers[parent], index);
    index = parent;
  }
  place(heap, timer, index);
}

static void sink(struct timer_heap *heap, struct loop_timer *timer, size_t index) {
  for (;;) {
    size_t child = index * 2 + 1;
    if (child >= heap->count)
      break;
    if (child + 1 < heap->count && heap->timers[child + 1]->due_us < heap->timers[child]->due_us)
      child++;
    if (timer->due_us <= heap->timers[child]->due_us)
      break;
    place(heap, heap->timers[child], index);
    index = child;
  }
  place(heap, timer, index);
}

void timer_heap_add(struct timer_heap *heap, struct loop_timer *timer) {
  if (heap->count == heap->capacity) {
    size_t capacity = heap->capacity ? heap->capacity * 2 : 64;
    struct loop_timer **timers = realloc(heap->timers, capacity * sizeof(*timers));
    /* A timer that silently never fires would hang a call for ever: end the process instead. */
    if (!timers)
      abort();
    heap->timers = timers;
    heap->capacity = capacity;
  }
  rise(heap, timer, heap->count++);
}

void timer_heap_remove(struct timer_heap *heap, struct loop_timer *timer) {
  size_t index = timer->place - 1;
  assert(index < heap->count && heap->timers[index] == timer);
  struct loop_timer *last = heap->timers[--heap->count];
  timer->place = 0;
  if (last == timer)
    return;
  if (last->due_us < timer->due_us)
    rise(heap, last, index);
  else
    sink(heap, last, index);
}
