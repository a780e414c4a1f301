/* Fibers that wait for Redis. */
#include "runtime/store/store_state.h"

#include <assert.h>
#include <stddef.h>

static void waiting_expired(struct loop_timer *timer) {
  struct waiting *waiting = (struct waiting *)((char *)timer - offsetof(struct waiting, timer));
  waiting->expired = true;
  fiber_resume(waiting->fiber);
}

void waiting_begin(struct waiting *waiting, struct store *store, const struct txn_context *context) {
  *waiting = (struct waiting){.fiber = fiber_current(), .loop = store->loop, .cancelled = context->cancelled};
  assert(waiting->fiber); /* whoever waits for the store runs in a fiber */
  int64_t due = clock_monotonic_us() + (int64_t)store->options.command_timeout_ms * US_PER_MS;
  waiting->timer.fire = waiting_expired;
  loop_arm(store->loop, &waiting->timer, due < context->deadline_us ? due : context->deadline_us);
}

bool waiting_suspend(struct waiting *waiting) {
  if (waiting->expired || (waiting->cancelled && *waiting->cancelled)) {
    return false;
  }
  fiber_suspend();
  return true;
}

void waiting_end(struct waiting *waiting) {
  loop_disarm(waiting->loop, &waiting->timer);
}

const struct status *waiting_check(const struct txn_context *context) {
  if (context->cancelled && *context->cancelled) {
    return &status_cancelled;
  }
  return clock_monotonic_us() >= context->deadline_us ? &status_deadline_exceeded : NULL;
}

struct exchange {
  struct waiting waiting;
  size_t open;
};

static void request_done(struct request *request) {
  struct exchange *exchange = request->context;
  if (--exchange->open == 0) {
    fiber_resume(exchange->waiting.fiber);
  }
}

/* Where Redis is and what it said is for the log and for readiness, not for callers. */
static const struct status *unavailable(struct arena *arena) {
  struct status *status = status_make(arena, CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE,
                                      "the store is not available; try again shortly");
  status->retry_after_ms = 200;
  return status;
}

static const struct status *unknown(struct arena *arena) {
  return status_make(arena, CODE_UNAVAILABLE, REASON_OUTCOME_UNKNOWN,
                     "the store did not answer in time: the change may or may not have been made; "
                     "repeat the request with the same request_id");
}

/* The worst that happened to any of the requests; NULL when each has its reply. */
static const struct status *outcome_of(const struct txn_context *context, bool write,
                                       const struct waiting *waiting, const struct request *requests,
                                       size_t count) {
  for (size_t i = 0; i < count; i++) {
    switch (requests[i].state) {
    case REQUEST_ANSWERED:
      break;
    case REQUEST_TOO_LARGE:
      return &status_memory_exhausted;
    case REQUEST_UNSENT:
      return unavailable(context->arena);
    case REQUEST_WAITING:
    case REQUEST_LOST:
      if (write) {
        return unknown(context->arena);
      }
      if (waiting->expired) {
        return &status_deadline_exceeded;
      }
      return context->cancelled && *context->cancelled ? &status_cancelled : unavailable(context->arena);
    }
  }
  return NULL;
}

static const struct status *refused(const struct txn_context *context, enum submit submitted) {
  if (submitted == SUBMIT_DOWN) {
    return unavailable(context->arena);
  }
  struct status *status = status_make(context->arena, CODE_RESOURCE_EXHAUSTED, REASON_OVERLOADED,
                                      "too many commands wait for the store: try again later");
  status->retry_after_ms = 100;
  return status;
}

const struct status *store_exchange(struct store *store, const struct txn_context *context,
                                    const struct command *commands, size_t count, bool write,
                                    const struct exchange_hooks *hooks, struct reply **replies) {
  const struct status *status = waiting_check(context);
  if (status || count == 0) {
    return status;
  }
  struct connection *connection = hooks && hooks->connection ? hooks->connection : store->commands;
  struct request *requests = arena_calloc(context->arena, count, sizeof *requests);
  /* No allocation between here and waiting_end(): an arena that runs dry would leave requests behind. */
  struct exchange exchange = {.open = count};
  enum submit submitted = SUBMIT_OK;
  size_t sent = 0;
  for (; sent < count && submitted == SUBMIT_OK; sent++) {
    requests[sent] = (struct request){.arena = context->arena, .done = request_done, .context = &exchange};
    submitted = connection_submit(connection, &requests[sent], &commands[sent]);
  }
  if (submitted != SUBMIT_OK) {
    for (size_t i = 0; i + 1 < sent; i++) {
      connection_forget(connection, &requests[i]);
    }
    return refused(context, submitted);
  }
  if (hooks) {
    hooks->sent(hooks->context);
  }
  waiting_begin(&exchange.waiting, store, context);
  while (exchange.open && waiting_suspend(&exchange.waiting)) {
  }
  for (size_t i = 0; i < count; i++) {
    connection_forget(connection, &requests[i]);
  }
  waiting_end(&exchange.waiting);
  if (hooks) {
    hooks->ended(hooks->context, requests);
  }
  for (size_t i = 0; i < count; i++) {
    replies[i] = requests[i].reply;
  }
  return outcome_of(context, write, &exchange.waiting, requests, count);
}

const struct status *store_ask(struct store *store, const struct txn_context *context,
                               const struct command *command, enum reply_type expected, bool or_nil,
                               struct reply **reply) {
  const struct status *status = store_exchange(store, context, command, 1, false, NULL, reply);
  return status ? status : reply_check(context->arena, *reply, expected, or_nil);
}
