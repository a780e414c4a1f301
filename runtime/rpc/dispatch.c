#include "runtime/rpc/call_state.h"

#include "runtime/base/clock.h"
#include "runtime/base/limit.h"

#include <stdlib.h>

static const struct status overloaded = {
    .code = CODE_RESOURCE_EXHAUSTED,
    .reason = REASON_OVERLOADED,
    .message = "the service serves as many calls as it can; try again later",
    .retry_after_ms = OVERLOAD_RETRY_MS,
};
static const struct status draining = {
    .code = CODE_UNAVAILABLE,
    .reason = "DRAINING",
    .message = "this process is ending; call again to reach another",
    .retry_after_ms = DRAIN_RETRY_MS,
};
static const struct status method_unknown = {
    .code = CODE_UNIMPLEMENTED,
    .reason = "METHOD_UNKNOWN",
    .message = "this server has no such method; reflection lists those it has",
};

/* A handler asked for more memory than one call may have. */
static void arena_is_exhausted(void *context) {
  struct call *call = context;
  if (!call->fiber || fiber_current() != call->fiber)
    abort();
  fiber_abandon();
}

static void call_closed(struct tag *tag);
static void call_deadline(struct loop_timer *timer);

static struct call *call_new(struct server *server) {
  struct call *call = calloc(1, sizeof(*call));
  if (!call)
    return NULL;
  call->arena = arena_create(LIMIT_CALL_ARENA_BYTES, arena_is_exhausted, call);
  if (!call->arena) {
    free(call);
    return NULL;
  }
  call->server = server;
  call->deadline_timer.fire = call_deadline;
  grpc_metadata_array_init(&call->metadata);
  return call;
}

void call_free(struct call *call) {
  grpc_metadata_array_destroy(&call->metadata);
  arena_destroy(call->stream.arena);
  arena_destroy(call->arena);
  free(call);
}

static void call_reset(struct call *call) {
  call->fiber = NULL;
  call->headers_sent = call->answered = call->gone = call->cancelled = call->deadline_passed = false;
  call->core_cancelled = 0;
  call->peer = PEER_UNKNOWN;
  call->peer_name[0] = '\0';
  call->principal = NULL;
  call->authorization = NULL;
  call->authorization_size = 0;
  call->txn = NULL;
  call->packed = NULL;
  call->passing = (struct passing){0};
  call->runs = 0;
  call->request_bytes = call->response_bytes = 0;
}

static struct call *call_take(struct server *server) {
  struct call *call = server->pooled;
  if (call) {
    server->pooled = call->next;
    server->pooled_count--;
  } else if (!(call = call_new(server))) {
    return NULL;
  }
  call_reset(call);
  call->previous = NULL;
  call->next = server->live;
  if (server->live)
    server->live->previous = call;
  server->live = call;
  server->live_count++;
  return call;
}

/* The caller went away, or all was answered. */
static void call_closed(struct tag *tag) {
  struct call *call = (struct call *)((char *)tag - offsetof(struct call, closed_tag));
  if (call->core_cancelled) {
    call->gone = call->cancelled = true;
    if (call->fiber)
      fiber_resume(call->fiber);
  }
  call_release(call);
}

static void call_deadline(struct loop_timer *timer) {
  struct call *call = (struct call *)((char *)timer - offsetof(struct call, deadline_timer));
  call->cancelled = call->deadline_passed = true;
  /* A message that waits for a slow reader would hold the status up. */
  bool blocked = call->stream.sending;
  call_hold(call);
  call_answer(call, &status_deadline_exceeded, NULL);
  if (blocked)
    grpc_call_cancel(call->core, NULL);
  if (call->fiber)
    fiber_resume(call->fiber);
  call_release(call);
}

static void watch_close(struct call *call) {
  grpc_op op = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER,
                .data.recv_close_on_server.cancelled = &call->core_cancelled};
  tag_prepare(&call->closed_tag, call->server->loop, call_closed);
  call_hold(call);
  if (grpc_call_start_batch(call->core, &op, 1, &call->closed_tag, NULL) != GRPC_CALL_OK)
    call->references--;
}

static int64_t monotonic_us(gpr_timespec time) {
  if (gpr_time_cmp(time, gpr_inf_future(time.clock_type)) == 0)
    return INT64_MAX;
  return time.tv_sec * US_PER_SECOND + time.tv_nsec / 1000;
}

static void set_deadline(struct call *call, gpr_timespec client) {
  const struct schema_method *method = call_method(call);
  const Option__MethodPolicy *policy = method && method->policy ? method->policy : call->route->policy;
  bool streams = method && method->server_streaming;
  int64_t own_ms = policy && policy->deadline_ms > 0 ? policy->deadline_ms
                   : streams                         ? 0
                                                     : DEADLINE_DEFAULT_MS;
  call->start_us = clock_monotonic_us();
  call->deadline_us = own_ms ? call->start_us + own_ms * US_PER_MS : INT64_MAX;
  int64_t client_us = monotonic_us(client);
  if (client_us < call->deadline_us)
    call->deadline_us = client_us;
}

/* Why a call is turned away before anything of it is read; NULL: it is not. */
static const struct status *turned_away(const struct call *call) {
  const struct server *server = call->server;
  if (server->phase >= SERVER_LATE)
    return &draining;
  if (call->route->kind == ROUTE_UNKNOWN && !call->passing.channel)
    return &method_unknown;
  if (server->live_count > server->options.in_flight_max)
    return &overloaded;
  return NULL;
}

static void dispatch(struct call *call) {
  call->now_us = clock_now_us(call->server->options.clock);
  call_read_metadata(call);
  watch_close(call);
  const struct status *status = turned_away(call);
  if (!status && call->deadline_us != INT64_MAX)
    loop_arm(call->server->loop, &call->deadline_timer, call->deadline_us);
  call_hold(call); /* the fiber's */
  if (!status && fiber_start(call->server->loop, call->passing.channel ? call_pass : call_serve, call))
    return;
  call_answer(call, status ? status : &overloaded, NULL);
  call_release(call);
}

static void give_up(grpc_call *core, grpc_byte_buffer *payload) {
  if (payload)
    grpc_byte_buffer_destroy(payload);
  grpc_call_cancel(core, NULL);
  grpc_call_unref(core);
}

/* The call that took a route's last slot shows that calls come faster than slots are posted again: one more.
 * Not all from the start, as gRPC core of this build looks through all that is pending at each completion. */
static void post_again(struct slot *slot) {
  struct slot *more = slot->last ? slot_add(slot->route) : NULL;
  slot_post(slot);
  if (more)
    slot_post(more);
}

static void slot_arrived(struct tag *tag) {
  struct slot *slot = (struct slot *)tag;
  struct server *server = slot->route->server;
  server->slots_posted--;
  if (!tag->ok) { /* the server is shutting down */
    server_check_drained(server);
    return;
  }
  struct call *call = call_take(server);
  grpc_call *core = slot->core;
  grpc_byte_buffer *payload = slot->payload;
  if (call) {
    grpc_metadata_array spare = call->metadata;
    call->metadata = slot->metadata;
    slot->metadata = spare;
    call->route = slot->route;
    call->core = core;
    call->payload = payload;
    call->references = 1; /* ours, until it is on its way */
    bool unknown = slot->route->kind == ROUTE_UNKNOWN;
    if (unknown)
      call_find_pass(call, &slot->details);
    set_deadline(call, unknown ? slot->details.deadline : slot->deadline);
  }
  if (slot->route->kind == ROUTE_UNKNOWN) {
    grpc_call_details_destroy(&slot->details);
    grpc_call_details_init(&slot->details);
  }
  slot->payload = NULL;
  post_again(slot);
  if (!call) {
    give_up(core, payload);
    return;
  }
  stream_prepare(&call->stream, call);
  dispatch(call);
  call_release(call);
}

/* On the queue's thread. */
static void slot_taken(struct tag *tag, bool ok) {
  struct slot *slot = (struct slot *)tag;
  slot->last = atomic_fetch_sub(&slot->route->waiting, 1) == 1;
  tag_hand_over(tag, ok);
}

struct slot *slot_add(struct route *route) {
  struct slot *slot = route->slot_count < SLOTS_PER_ROUTE_MAX ? calloc(1, sizeof(*slot)) : NULL;
  if (!slot)
    return NULL;
  slot->route = route;
  grpc_metadata_array_init(&slot->metadata);
  grpc_call_details_init(&slot->details);
  tag_prepare(&slot->tag, route->server->loop, slot_arrived);
  slot->tag.arrived = slot_taken;
  slot->next = route->slots;
  route->slots = slot;
  route->slot_count++;
  return slot;
}

/* Always posted again before the call is looked at: what waits for a posted request waits in gRPC
 * core without a bound. */
void slot_post(struct slot *slot) {
  struct route *route = slot->route;
  struct server *server = route->server;
  grpc_completion_queue *queue = queue_core(server->queue);
  grpc_call_error error;
  if (server->phase >= SERVER_CLOSING)
    return;
  slot->metadata.count = 0;
  atomic_fetch_add(&route->waiting, 1);
  if (route->kind == ROUTE_UNKNOWN)
    error = grpc_server_request_call(server->core, &slot->core, &slot->details, &slot->metadata, queue, queue,
                                     &slot->tag);
  else
    error = grpc_server_request_registered_call(
        server->core, route->registered, &slot->core, &slot->deadline, &slot->metadata,
        route->kind == ROUTE_BIDI ? NULL : &slot->payload, queue, queue, &slot->tag);
  if (error != GRPC_CALL_OK)
    abort(); /* only a mistake of ours can cause it, and a route without slots would hang */
  server->slots_posted++;
}
