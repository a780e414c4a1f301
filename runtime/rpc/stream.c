#include "runtime/rpc/call_state.h"

#include "runtime/base/clock.h"
#include "runtime/base/limit.h"

#include <grpc/byte_buffer_reader.h>
#include <stdlib.h>

static const struct status stream_draining = {
    .code = CODE_UNAVAILABLE,
    .reason = "DRAINING",
    .message = "this process is ending; open the stream again to reach another",
    .retry_after_ms = DRAIN_RETRY_MS,
};
static const struct status identity_expired = {
    .code = CODE_UNAUTHENTICATED,
    .reason = REASON_UNAUTHENTICATED,
    .message = "the token expired; open the stream again with a fresh one",
};
static const struct status message_too_large = {
    .code = CODE_RESOURCE_EXHAUSTED,
    .reason = "RESPONSE_TOO_LARGE",
    .message = "a message of this stream is larger than a message may be",
};
static const struct status stream_stalled = {
    .code = CODE_RESOURCE_EXHAUSTED,
    .reason = "STREAM_STALLED",
    .message = "the client took no message of the stream for too long",
};
static const struct status stream_idle = {
    .code = CODE_DEADLINE_EXCEEDED,
    .reason = "STREAM_IDLE",
    .message = "nothing was asked for too long",
};

static struct call *call_of(struct stream *stream) {
  return (struct call *)((char *)stream - offsetof(struct call, stream));
}

static void message_sent(struct tag *tag) {
  struct stream *stream = (struct stream *)((char *)tag - offsetof(struct stream, sent));
  struct call *call = call_of(stream);
  stream->sending = false;
  stream->send_failed |= !tag->ok;
  grpc_byte_buffer_destroy(stream->outgoing);
  stream->outgoing = NULL;
  if (call->fiber)
    fiber_resume(call->fiber);
  call_release(call);
}

static void message_received(struct tag *tag) {
  struct stream *stream = (struct stream *)((char *)tag - offsetof(struct stream, received));
  struct call *call = call_of(stream);
  stream->receiving = false;
  if (call->fiber && stream->waiting)
    fiber_resume(call->fiber);
  call_release(call);
}

static void wait_over(struct loop_timer *timer) {
  struct stream *stream = (struct stream *)((char *)timer - offsetof(struct stream, wait_timer));
  struct call *call = call_of(stream);
  if (call->fiber)
    fiber_resume(call->fiber);
}

void stream_prepare(struct stream *stream, struct call *call) {
  tag_prepare(&stream->sent, call->server->loop, message_sent);
  tag_prepare(&stream->received, call->server->loop, message_received);
  stream->wait_timer.fire = wait_over;
  stream->sending = stream->receiving = stream->send_failed = stream->waiting = stream->ahead = false;
}

void stream_finish(struct stream *stream) {
  struct call *call = call_of(stream);
  loop_disarm(call->server->loop, &stream->wait_timer);
  if (stream->arena)
    arena_reset(stream->arena);
  if (stream->has_message)
    grpc_slice_unref(stream->message);
  if (stream->incoming)
    grpc_byte_buffer_destroy(stream->incoming);
  stream->has_message = false;
  stream->incoming = NULL;
}

const struct status *stream_ended(struct call *call) {
  if (call->deadline_passed)
    return &status_deadline_exceeded;
  if (call->cancelled || call->stream.send_failed)
    return &status_cancelled;
  if (call->server->phase >= SERVER_LATE)
    return &stream_draining;
  if (call->principal && clock_now_us(call->server->options.clock) >= call->principal->expires_us)
    return &identity_expired;
  return NULL;
}

static void start_sending(struct call *call, grpc_slice slice) {
  struct stream *stream = &call->stream;
  grpc_op ops[2] = {0};
  size_t count = 0;
  if (!call->headers_sent)
    call_headers_op(call, &ops[count++]);
  call->headers_sent = true;
  stream->outgoing = grpc_raw_byte_buffer_create(&slice, 1);
  ops[count].op = GRPC_OP_SEND_MESSAGE;
  ops[count++].data.send_message.send_message = stream->outgoing;
  stream->sending = true;
  call_hold(call);
  if (grpc_call_start_batch(call->core, ops, count, &stream->sent, NULL) == GRPC_CALL_OK)
    return;
  stream->sending = false;
  stream->send_failed = true;
  grpc_byte_buffer_destroy(stream->outgoing);
  stream->outgoing = NULL;
  call->references--;
}

/* A client that opens streams and never reads would hold their places for ever. A status cannot pass the
 * message that waits, so such a call is cut off. */
static bool wait_until_sent(struct call *call) {
  struct stream *stream = &call->stream;
  int64_t until = clock_monotonic_us() + (int64_t)call->server->options.stream_stall_ms * US_PER_MS;
  while (stream->sending && !call->cancelled) {
    if (clock_monotonic_us() >= until) {
      call->cancelled = true;
      grpc_call_cancel(call->core, NULL);
      return false;
    }
    loop_arm(call->server->loop, &stream->wait_timer, until);
    fiber_suspend();
  }
  loop_disarm(call->server->loop, &stream->wait_timer);
  return true;
}

const struct status *stream_send_slice(struct stream *stream, grpc_slice slice) {
  struct call *call = call_of(stream);
  const struct status *ended = stream_ended(call);
  if (!ended) {
    call->response_bytes += GRPC_SLICE_LENGTH(slice);
    start_sending(call, slice);
  }
  grpc_slice_unref(slice);
  if (ended)
    return ended;
  if (!wait_until_sent(call))
    return &stream_stalled;
  if (call->cancelled || stream->send_failed)
    return stream_ended(call);
  return NULL;
}

const struct status *stream_send(struct stream *stream, const void *message) {
  size_t size = protobuf_c_message_get_packed_size(message);
  if (size > LIMIT_MESSAGE_BYTES)
    return &message_too_large;
  grpc_slice slice = grpc_slice_malloc(size);
  protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
  if (stream->arena)
    arena_reset(stream->arena);
  return stream_send_slice(stream, slice);
}

static void stream_arena_exhausted(void *context) {
  struct call *call = context;
  if (!call->fiber || fiber_current() != call->fiber)
    abort();
  fiber_abandon();
}

struct arena *stream_arena(struct stream *stream) {
  struct call *call = call_of(stream);
  if (!stream->arena)
    stream->arena = arena_create(LIMIT_CALL_ARENA_BYTES, stream_arena_exhausted, call);
  if (!stream->arena)
    fiber_abandon();
  return stream->arena;
}

const struct status *stream_wait(struct stream *stream, uint32_t ms) {
  struct call *call = call_of(stream);
  const struct status *ended = stream_ended(call);
  if (ended)
    return ended;
  int64_t due = clock_monotonic_us() + (int64_t)ms * US_PER_MS;
  if (call->principal && call->principal->expires_us != INT64_MAX) {
    int64_t rest = call->principal->expires_us - clock_now_us(call->server->options.clock);
    int64_t expires = clock_monotonic_us() + rest;
    due = expires < due ? expires : due;
  }
  loop_arm(call->server->loop, &stream->wait_timer, due);
  stream->waiting = true;
  fiber_suspend();
  stream->waiting = false;
  loop_disarm(call->server->loop, &stream->wait_timer);
  return stream_ended(call);
}

struct fiber *stream_fiber(struct stream *stream) {
  return call_of(stream)->fiber;
}

static bool start_receiving(struct call *call) {
  struct stream *stream = &call->stream;
  grpc_op op = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &stream->incoming};
  stream->receiving = true;
  call_hold(call);
  if (grpc_call_start_batch(call->core, &op, 1, &stream->received, NULL) == GRPC_CALL_OK)
    return true;
  stream->receiving = false;
  call->references--;
  return false;
}

static bool take_message(struct stream *stream) {
  grpc_byte_buffer_reader reader;
  if (!grpc_byte_buffer_reader_init(&reader, stream->incoming))
    return false;
  stream->message = grpc_byte_buffer_reader_readall(&reader);
  stream->has_message = true;
  grpc_byte_buffer_reader_destroy(&reader);
  grpc_byte_buffer_destroy(stream->incoming);
  stream->incoming = NULL;
  return true;
}

void stream_receive_ahead(struct stream *stream) {
  stream->ahead = start_receiving(call_of(stream));
}

const struct status *stream_receive(struct stream *stream, const uint8_t **bytes, size_t *size,
                                    uint32_t idle_ms) {
  struct call *call = call_of(stream);
  *bytes = NULL;
  if (stream->has_message)
    grpc_slice_unref(stream->message);
  stream->has_message = false;
  if (!stream->ahead && !start_receiving(call))
    return &status_cancelled;
  stream->ahead = false;
  int64_t until = clock_monotonic_us() + (int64_t)idle_ms * US_PER_MS;
  while (stream->receiving) {
    if (clock_monotonic_us() >= until)
      return &stream_idle;
    const struct status *ended = stream_ended(call);
    if (ended)
      return ended;
    loop_arm(call->server->loop, &stream->wait_timer, until);
    stream->waiting = true;
    fiber_suspend();
    stream->waiting = false;
  }
  loop_disarm(call->server->loop, &stream->wait_timer);
  if (stream->incoming && take_message(stream)) {
    *bytes = GRPC_SLICE_START_PTR(stream->message);
    *size = GRPC_SLICE_LENGTH(stream->message);
    call->request_bytes += *size;
  }
  return NULL;
}
