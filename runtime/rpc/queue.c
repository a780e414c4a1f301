#include "runtime/rpc/queue.h"

#include <grpc/support/log.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

enum { QUEUE_THREADS_MAX = 8 };

struct queue {
  struct queue *next;
  struct loop *loop;
  unsigned references;
  grpc_completion_queue *core;
  pthread_t threads[QUEUE_THREADS_MAX];
  uint32_t thread_count;
};

static pthread_mutex_t queues_lock = PTHREAD_MUTEX_INITIALIZER;
static struct queue *queues; /* one per loop */

static void run_done(struct loop_work *work) {
  struct tag *tag = (struct tag *)((char *)work - offsetof(struct tag, work));
  tag->done(tag);
}

void tag_hand_over(struct tag *tag, bool ok) {
  tag->ok = ok;
  loop_post(tag->loop, &tag->work);
}

void tag_prepare(struct tag *tag, struct loop *loop, void (*done)(struct tag *tag)) {
  tag->arrived = tag_hand_over;
  tag->loop = loop;
  tag->work.run = run_done;
  tag->done = done;
}

static void *poll_queue(void *argument) {
  struct queue *queue = argument;
  for (;;) {
    grpc_event event = grpc_completion_queue_next(queue->core, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    if (event.type == GRPC_QUEUE_SHUTDOWN)
      return NULL;
    struct tag *tag = event.tag;
    tag->arrived(tag, event.success != 0);
  }
}

/* gRPC core writes to standard error in a form of its own; what matters reaches us as a status. */
static void drop_log(gpr_log_func_args *arguments) {
  (void)arguments;
}

static struct queue *queue_create(struct loop *loop, uint32_t threads) {
  struct queue *queue = calloc(1, sizeof(*queue));
  if (!queue)
    return NULL;
  if (!getenv("GRPC_VERBOSITY"))
    gpr_set_log_function(drop_log);
  grpc_init();
  queue->loop = loop;
  queue->core = grpc_completion_queue_create_for_next(NULL);
  if (threads > QUEUE_THREADS_MAX)
    threads = QUEUE_THREADS_MAX;
  while (queue->thread_count < threads &&
         pthread_create(&queue->threads[queue->thread_count], NULL, poll_queue, queue) == 0) {
    pthread_setname_np(queue->threads[queue->thread_count], "rpc-queue");
    queue->thread_count++;
  }
  return queue;
}

static void queue_destroy(struct queue *queue) {
  grpc_completion_queue_shutdown(queue->core);
  for (uint32_t i = 0; i < queue->thread_count; i++)
    pthread_join(queue->threads[i], NULL);
  if (queue->thread_count == 0)
    grpc_completion_queue_next(queue->core, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
  grpc_completion_queue_destroy(queue->core);
  grpc_shutdown();
  free(queue);
}

struct queue *queue_acquire(struct loop *loop, uint32_t threads) {
  pthread_mutex_lock(&queues_lock);
  struct queue *queue = queues;
  while (queue && queue->loop != loop)
    queue = queue->next;
  if (!queue && (queue = queue_create(loop, threads ? threads : 1)) != NULL) {
    queue->next = queues;
    queues = queue;
  }
  if (queue && queue->thread_count == 0) {
    queues = queue->next;
    queue_destroy(queue);
    queue = NULL;
  }
  if (queue)
    queue->references++;
  pthread_mutex_unlock(&queues_lock);
  return queue;
}

void queue_release(struct queue *queue) {
  if (!queue)
    return;
  pthread_mutex_lock(&queues_lock);
  bool last = --queue->references == 0;
  if (last) {
    struct queue **place = &queues;
    while (*place != queue)
      place = &(*place)->next;
    *place = queue->next;
  }
  pthread_mutex_unlock(&queues_lock);
  if (last)
    queue_destroy(queue);
}

grpc_completion_queue *queue_core(struct queue *queue) {
  return queue->core;
}
