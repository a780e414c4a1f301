/* One completion queue per loop, shared by its server and its channels, and the threads that poll it.
 * They do nothing but take an event and hand it to the loop: everything else is the loop thread's.
 * Private to this folder. */
#ifndef ENTENTE_RPC_QUEUE_H
#define ENTENTE_RPC_QUEUE_H

#include "runtime/loop/loop.h"

#include <grpc/grpc.h>

/* One operation of gRPC core. The first member makes the queue thread's work the same for all. Not to
 * be used again before `done` was called. */
struct tag {
  void (*arrived)(struct tag *tag, bool ok); /* the queue's; set by tag_prepare() */
  struct loop *loop;
  struct loop_work work;
  bool ok;
  void (*done)(struct tag *tag); /* on the loop's thread; looks at `ok` */
};
void tag_prepare(struct tag *tag, struct loop *loop, void (*done)(struct tag *tag));
/* What `arrived` does unless it is set to another function, which ends with this. */
void tag_hand_over(struct tag *tag, bool ok);

struct queue;
/* The loop's queue, made with `threads` threads when there is none yet. NULL when the system refuses. */
struct queue *queue_acquire(struct loop *loop, uint32_t threads);
/* The last release ends the threads: no operation may be pending. NULL is allowed. */
void queue_release(struct queue *queue);
grpc_completion_queue *queue_core(struct queue *queue);

#endif
