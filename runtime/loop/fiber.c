#undef _FORTIFY_SOURCE /* it takes a jump to another stack for an error */

#include "runtime/loop/loop_state.h"

#include "runtime/base/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define FIBER_ASAN 1
#else
#define FIBER_ASAN 0
#endif

enum fiber_state { FIBER_IDLE, FIBER_DUE, FIBER_RUNNING, FIBER_SUSPENDED, FIBER_ABANDONED };

struct fiber {
  struct fiber *next; /* in the due list or the pool */
  struct loop *loop;
  enum fiber_state state;
  bool fresh; /* it starts at `entry`, not at `place` */
  void (*run)(void *argument);
  void *argument;
  void (*abandoned)(void *argument);
  void *abandoned_argument;
  struct fiber_hold *held;
  void *owner;
  void *mapping; /* guard page, then the stack */
  size_t mapping_bytes;
  void *fake_stack; /* AddressSanitizer's, while switched away */
  ucontext_t entry; /* of fiber_main() on its stack */
  jmp_buf place;    /* where it was switched away from */
};

static size_t page_bytes(void) {
  return (size_t)sysconf(_SC_PAGESIZE);
}

static void *stack_bottom(const struct fiber *fiber) {
  return (char *)fiber->mapping + page_bytes();
}

static size_t stack_size(const struct fiber *fiber) {
  return fiber->mapping_bytes - page_bytes();
}

/* The two halves of a switch: what AddressSanitizer must know of stacks. */
static void switch_begins(void **save, const void *bottom, size_t size) {
#if FIBER_ASAN
  __sanitizer_start_switch_fiber(save, bottom, size);
#else
  (void)save, (void)bottom, (void)size;
#endif
}

static void switch_ends(void *saved, const void **bottom, size_t *size) {
#if FIBER_ASAN
  __sanitizer_finish_switch_fiber(saved, bottom, size);
#else
  (void)saved, (void)bottom, (void)size;
#endif
}

static void fiber_free(struct fiber *fiber) {
  munmap(fiber->mapping, fiber->mapping_bytes);
  free(fiber);
}

void fibers_free_pooled(struct loop *loop) {
  while (loop->pooled) {
    struct fiber *next = loop->pooled->next;
    fiber_free(loop->pooled);
    loop->pooled = next;
  }
}

/* A context is only entered by setcontext(): each swapcontext() is a system call, for the signal mask, which
 * no fiber changes. */
static void switch_to_fiber(struct fiber *fiber) {
  struct loop *loop = fiber->loop;
  if (_setjmp(loop->scheduler))
    return;
  if (!fiber->fresh)
    _longjmp(fiber->place, 1);
  fiber->fresh = false;
  setcontext(&fiber->entry);
  abort(); /* it returns only on an error, and there is none that it could meet */
}

static void switch_to_scheduler(struct fiber *fiber, bool for_ever) {
  struct loop *loop = fiber->loop;
  switch_begins(for_ever ? NULL : &fiber->fake_stack, loop->scheduler_stack, loop->scheduler_stack_bytes);
  if (!_setjmp(fiber->place))
    _longjmp(loop->scheduler, 1);
  switch_ends(fiber->fake_stack, &loop->scheduler_stack, &loop->scheduler_stack_bytes);
}

/* Every fiber's outermost function. It serves one start after another, so that a pooled stack is
 * prepared once. */
static void fiber_main(void) {
  struct loop *loop = loop_current();
  switch_ends(NULL, &loop->scheduler_stack, &loop->scheduler_stack_bytes);
  for (;;) {
    struct fiber *fiber = loop->running;
    fiber->run(fiber->argument);
    fiber_release_held();
    fiber->state = FIBER_IDLE;
    switch_to_scheduler(fiber, false);
  }
}

static void prepare_stack(struct fiber *fiber) {
  getcontext(&fiber->entry);
  fiber->entry.uc_stack.ss_sp = stack_bottom(fiber);
  fiber->entry.uc_stack.ss_size = stack_size(fiber);
  fiber->entry.uc_link = NULL;
  makecontext(&fiber->entry, fiber_main, 0);
  fiber->fresh = true;
#if FIBER_ASAN
  /* What an abandoned run left poisoned is not the next one's. */
  __asan_unpoison_memory_region(stack_bottom(fiber), stack_size(fiber));
#endif
}

static struct fiber *fiber_new(struct loop *loop) {
  struct fiber *fiber = calloc(1, sizeof(*fiber));
  if (!fiber)
    return NULL;
  size_t page = page_bytes();
  fiber->loop = loop;
  fiber->mapping_bytes = (loop->stack_bytes + page - 1) / page * page + page;
  fiber->mapping = mmap(NULL, fiber->mapping_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (fiber->mapping == MAP_FAILED) {
    free(fiber);
    return NULL;
  }
  if (mprotect(fiber->mapping, page, PROT_NONE) != 0) {
    fiber_free(fiber);
    return NULL;
  }
  prepare_stack(fiber);
  return fiber;
}

static void fiber_give_back(struct fiber *fiber) {
  struct loop *loop = fiber->loop;
  loop->alive--;
  if (loop->pooled_count >= LOOP_POOLED_FIBERS_MAX) {
    fiber_free(fiber);
    return;
  }
  fiber->next = loop->pooled;
  loop->pooled = fiber;
  loop->pooled_count++;
}

static struct fiber *fiber_take(struct loop *loop) {
  struct fiber *fiber = loop->pooled;
  if (fiber) {
    loop->pooled = fiber->next;
    loop->pooled_count--;
  } else {
    fiber = fiber_new(loop);
  }
  return fiber;
}

static void release_held(struct fiber *fiber) {
  while (fiber->held) {
    struct fiber_hold *hold = fiber->held;
    fiber_unhold(hold);
    hold->release(hold);
  }
}

static void finish_abandoned(struct fiber *fiber) {
  release_held(fiber);
  if (fiber->abandoned)
    fiber->abandoned(fiber->abandoned_argument);
  prepare_stack(fiber);
}

static void fiber_enter(struct fiber *fiber) {
  struct loop *loop = fiber->loop;
  struct loop *before = loop_enter(loop);
  void *fake_stack = NULL;
  assert(!loop->running);
  loop->running = fiber;
  fiber->state = FIBER_RUNNING;
  if (fiber->fresh)
    fiber->fake_stack = NULL;
  switch_begins(&fake_stack, stack_bottom(fiber), stack_size(fiber));
  switch_to_fiber(fiber);
  switch_ends(fake_stack, NULL, NULL);
  loop->running = NULL;
  if (fiber->state == FIBER_ABANDONED) {
    finish_abandoned(fiber);
    fiber->state = FIBER_IDLE;
  }
  if (fiber->state == FIBER_IDLE)
    fiber_give_back(fiber);
  loop_enter(before);
}

static void make_due(struct fiber *fiber) {
  struct fiber_list *due = &fiber->loop->due;
  fiber->state = FIBER_DUE;
  fiber->next = NULL;
  if (due->last)
    due->last->next = fiber;
  else
    due->first = fiber;
  due->last = fiber;
}

void fibers_run_due(struct loop *loop) {
  /* Those made due meanwhile wait for the next turn: a fiber that resumes itself starves nobody. */
  struct fiber *fiber = loop->due.first;
  loop->due = (struct fiber_list){0};
  while (fiber) {
    struct fiber *next = fiber->next;
    fiber_enter(fiber);
    fiber = next;
  }
}

bool fiber_start(struct loop *loop, void (*run)(void *argument), void *argument) {
  if (loop->alive >= loop->fibers_max)
    return false;
  struct fiber *fiber = fiber_take(loop);
  if (!fiber)
    return false;
  loop->alive++;
  fiber->run = run;
  fiber->argument = argument;
  fiber->abandoned = NULL;
  fiber->held = NULL;
  fiber->owner = NULL;
  if (loop->running)
    make_due(fiber);
  else
    fiber_enter(fiber);
  return true;
}

struct fiber *fiber_current(void) {
  struct loop *loop = loop_current();
  return loop ? loop->running : NULL;
}

void fiber_suspend(void) {
  struct fiber *fiber = fiber_current();
  assert(fiber);
  fiber->state = FIBER_SUSPENDED;
  switch_to_scheduler(fiber, false);
}

void fiber_resume(struct fiber *fiber) {
  if (fiber->state == FIBER_SUSPENDED)
    make_due(fiber);
}

struct sleeper {
  struct loop_timer timer;
  struct fiber *fiber;
  bool over;
};

static void sleep_over(struct loop_timer *timer) {
  struct sleeper *sleeper = (struct sleeper *)timer;
  sleeper->over = true;
  fiber_resume(sleeper->fiber);
}

void fiber_sleep_ms(uint32_t ms) {
  struct sleeper sleeper = {.timer.fire = sleep_over, .fiber = fiber_current()};
  loop_arm(sleeper.fiber->loop, &sleeper.timer, clock_monotonic_us() + (int64_t)ms * US_PER_MS);
  while (!sleeper.over)
    fiber_suspend();
}

_Noreturn void fiber_abandon(void) {
  struct fiber *fiber = fiber_current();
  assert(fiber);
  fiber->state = FIBER_ABANDONED;
  switch_to_scheduler(fiber, true);
  abort(); /* an abandoned context is never switched to again */
}

void fiber_on_abandon(void (*abandoned)(void *argument), void *argument) {
  struct fiber *fiber = fiber_current();
  fiber->abandoned = abandoned;
  fiber->abandoned_argument = argument;
}

void fiber_hold(struct fiber_hold *hold) {
  struct fiber *fiber = fiber_current();
  assert(fiber);
  hold->fiber = fiber;
  hold->previous = NULL;
  hold->next = fiber->held;
  if (fiber->held)
    fiber->held->previous = hold;
  fiber->held = hold;
}

void fiber_unhold(struct fiber_hold *hold) {
  if (!hold->fiber)
    return;
  if (hold->previous)
    hold->previous->next = hold->next;
  else
    hold->fiber->held = hold->next;
  if (hold->next)
    hold->next->previous = hold->previous;
  hold->previous = hold->next = NULL;
  hold->fiber = NULL;
}

void fiber_release_held(void) {
  release_held(fiber_current());
}

void fiber_set_owner(void *owner) {
  fiber_current()->owner = owner;
}

void *fiber_owner(void) {
  struct fiber *fiber = fiber_current();
  return fiber ? fiber->owner : NULL;
}
