/* One thread's event loop: sockets, timers, work handed over from other threads, and the fibers that
 * run handlers as straight-line code.
 *
 *   gRPC queue thread --loop_post()--> | loop thread: epoll, timers, fibers |
 *                                      |   fiber: handler ... txn_get() ----+--> suspended
 *                                      |   Redis reply ... fiber_resume() <-+
 *
 * A fiber never moves between threads: everything of a loop is touched by its thread alone, so that
 * handlers need no locks. Only loop_post() and loop_stop() may be called from elsewhere. */
#ifndef ENTENTE_LOOP_LOOP_H
#define ENTENTE_LOOP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct fiber;

struct loop_options {
  size_t stack_bytes; /* of a fiber; 0: 256 KiB. A guard page lies below. */
  size_t fibers_max;  /* fibers alive at once; 0: 4,096 */
};

/* Returns NULL with errno set when the system refuses a descriptor or memory. */
struct loop *loop_create(const struct loop_options *options);
/* No fiber may be alive. NULL is allowed. */
void loop_destroy(struct loop *loop);
/* Runs until loop_stop(). The calling thread becomes the loop's thread. */
void loop_run(struct loop *loop);
/* Runs what is ready, waits up to `timeout_ms` for something to become so. For tests and the CLI. */
void loop_turn(struct loop *loop, int timeout_ms);
void loop_stop(struct loop *loop); /* any thread */
/* The loop of the calling thread; NULL outside of one. */
struct loop *loop_current(void);

/* Work for the loop, from any thread. Intrusive: `work` belongs to the caller until `run` is called
 * on the loop's thread, in the order posted by each thread. Never blocks, never fails. */
struct loop_work {
  struct loop_work *next;
  void (*run)(struct loop_work *work);
};
void loop_post(struct loop *loop, struct loop_work *work);

/* Timers. Intrusive; zero-initialise. Armed once; may be armed again. Resolution 1 ms. */
struct loop_timer {
  int64_t due_us; /* monotonic */
  size_t place;   /* owned by the loop */
  void (*fire)(struct loop_timer *timer);
};
void loop_arm(struct loop *loop, struct loop_timer *timer, int64_t due_monotonic_us);
void loop_disarm(struct loop *loop, struct loop_timer *timer); /* harmless when not armed */

/* Sockets. `ready` gets EPOLL* bits. The watch must stay valid until loop_unwatch(). */
struct loop_watch {
  int fd;
  uint32_t events;
  void (*ready)(struct loop_watch *watch, uint32_t events);
};
/* Return 0, or -1 with errno. */
int loop_watch(struct loop *loop, struct loop_watch *watch);
int loop_rewatch(struct loop *loop, struct loop_watch *watch); /* after `events` changed */
void loop_unwatch(struct loop *loop, struct loop_watch *watch);

/* Runs once at the end of the current turn, before the loop sleeps: to write in one go what the
 * turn's fibers produced. Intrusive; harmless when already queued. */
struct loop_flush {
  struct loop_flush *next;
  bool queued;
  void (*run)(struct loop_flush *flush);
};
void loop_flush_later(struct loop *loop, struct loop_flush *flush);

/* ---- fibers ---- */

/* Starts a fiber and runs it until it first suspends; when called within a fiber, that comes in this turn
 * or the next. Returns false when `fibers_max` are alive or no stack can be had: shed the work. Only on
 * the loop's thread. */
bool fiber_start(struct loop *loop, void (*run)(void *argument), void *argument);
/* The running fiber; NULL outside of one. */
struct fiber *fiber_current(void);
/* Suspends the running fiber until fiber_resume(). A resume that came while it ran is not remembered:
 * test the condition, suspend, test again. */
void fiber_suspend(void);
/* Makes a suspended fiber run, in this turn or the next. Harmless when it is already due. Only on
 * the loop's thread. */
void fiber_resume(struct fiber *fiber);
/* Suspends for a time. */
void fiber_sleep_ms(uint32_t ms);
/* Ends the running fiber at once: nothing below it on its stack is run. What its code held must be
 * in an arena or be released by `fiber_on_abandon`. */
_Noreturn void fiber_abandon(void);
/* Called, on the loop's stack, when the running fiber is abandoned. */
void fiber_on_abandon(void (*abandoned)(void *argument), void *argument);

/* What a fiber must give back however it ends: by return (after `run`), abandoned (before
 * `fiber_on_abandon`), or earlier by fiber_release_held(). Intrusive; `release` runs once, on the loop's
 * thread, newest first. fiber_hold() is for the running fiber. */
struct fiber_hold {
  struct fiber_hold *previous, *next;
  struct fiber *fiber; /* NULL while it is not held */
  void (*release)(struct fiber_hold *hold);
};
void fiber_hold(struct fiber_hold *hold);
/* Takes it back without releasing; harmless when it is not held. */
void fiber_unhold(struct fiber_hold *hold);
void fiber_release_held(void);

/* One pointer that belongs to the fiber's starter, NULL at first. NULL outside of a fiber. */
void fiber_set_owner(void *owner);
void *fiber_owner(void);

#endif
