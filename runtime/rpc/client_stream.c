#include "runtime/rpc/channel.h"
#include "runtime/rpc/client.h"
#include "runtime/rpc/status_wire.h"

#include "runtime/base/limit.h"

#include <stddef.h>
#include <stdlib.h>

/* Lives while its user or an operation of gRPC core refers to it. */
struct client_stream {
  struct fiber_hold hold;
  struct channel *channel;
  struct fiber *fiber; /* NULL once closed */
  struct arena *arena; /* the caller's: for statuses */
  struct arena *messages;
  const ProtobufCMessageDescriptor *response;
  const struct status *refused;
  unsigned references;
  struct tag opened_tag, received_tag, ended_tag;
  bool receiving, ended, peer_checked;
  struct outgoing out;
  grpc_metadata_array headers, trailers;
  grpc_byte_buffer *incoming;
  grpc_status_code code;
  grpc_slice message;
};

static void release(struct client_stream *stream) {
  if (--stream->references > 0)
    return;
  struct channel *channel = stream->channel;
  outgoing_free(&stream->out);
  grpc_metadata_array_destroy(&stream->headers);
  grpc_metadata_array_destroy(&stream->trailers);
  if (stream->incoming)
    grpc_byte_buffer_destroy(stream->incoming);
  grpc_slice_unref(stream->message);
  arena_destroy(stream->messages);
  free(stream);
  channel_settled(channel);
}

static void wake(struct client_stream *stream) {
  if (stream->fiber)
    fiber_resume(stream->fiber);
  release(stream);
}

static void opened(struct tag *tag) {
  release((struct client_stream *)((char *)tag - offsetof(struct client_stream, opened_tag)));
}

static void received(struct tag *tag) {
  struct client_stream *stream =
      (struct client_stream *)((char *)tag - offsetof(struct client_stream, received_tag));
  stream->receiving = false;
  wake(stream);
}

static void ended(struct tag *tag) {
  struct client_stream *stream =
      (struct client_stream *)((char *)tag - offsetof(struct client_stream, ended_tag));
  stream->ended = true;
  wake(stream);
}

static bool start(struct client_stream *stream, const grpc_op *ops, size_t count, struct tag *tag) {
  stream->references++;
  if (grpc_call_start_batch(stream->out.core, ops, count, tag, NULL) == GRPC_CALL_OK)
    return true;
  stream->references--;
  return false;
}

static bool send(struct client_stream *stream) {
  grpc_op ops[4] = {0};
  grpc_op status = {.op = GRPC_OP_RECV_STATUS_ON_CLIENT};
  outgoing_ops(&stream->out, ops);
  ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
  ops[3].data.recv_initial_metadata.recv_initial_metadata = &stream->headers;
  status.data.recv_status_on_client.trailing_metadata = &stream->trailers;
  status.data.recv_status_on_client.status = &stream->code;
  status.data.recv_status_on_client.status_details = &stream->message;
  return start(stream, ops, 4, &stream->opened_tag) && start(stream, &status, 1, &stream->ended_tag);
}

static void held_released(struct fiber_hold *hold) {
  client_stream_close((struct client_stream *)((char *)hold - offsetof(struct client_stream, hold)));
}

static void messages_exhausted(void *context) {
  (void)context;
  fiber_abandon();
}

static struct client_stream *stream_new(struct channel *channel, const struct client_call *call) {
  struct client_stream *stream = calloc(1, sizeof(*stream));
  if (stream)
    stream->messages = arena_create(LIMIT_CALL_ARENA_BYTES, messages_exhausted, NULL);
  if (!stream || !stream->messages) {
    free(stream);
    fiber_abandon();
  }
  channel->pending++;
  stream->channel = channel;
  stream->fiber = fiber_current();
  stream->arena = call->arena;
  stream->response = call->response;
  stream->references = 1;
  stream->message = grpc_empty_slice();
  grpc_metadata_array_init(&stream->headers);
  grpc_metadata_array_init(&stream->trailers);
  tag_prepare(&stream->opened_tag, channel->loop, opened);
  tag_prepare(&stream->received_tag, channel->loop, received);
  tag_prepare(&stream->ended_tag, channel->loop, ended);
  return stream;
}

struct client_stream *client_stream_open(struct channel *channel, const struct client_call *call) {
  struct client_stream *stream = stream_new(channel, call);
  stream->hold.release = held_released;
  fiber_hold(&stream->hold);
  stream->refused = outgoing_prepare(&stream->out, channel, call);
  if (!stream->refused && !send(stream))
    stream->refused = status_make(call->arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                                  "the headers of this call hold a character that no header may");
  return stream;
}

static const struct status *take_message(struct client_stream *stream, ProtobufCMessage **out) {
  if (!stream->peer_checked) {
    const struct status *status = channel_check_peer(stream->channel, stream->out.core, stream->arena);
    if (status)
      return status;
    stream->peer_checked = true;
  }
  arena_reset(stream->messages);
  const struct status *status = incoming_parse(stream->messages, stream->response, stream->incoming, out);
  grpc_byte_buffer_destroy(stream->incoming);
  stream->incoming = NULL;
  return status;
}

/* Suspends while `*busy`; the status when the served call that this belongs to ended meanwhile. */
static const struct status *wait_while(struct client_stream *stream, const bool *busy, bool value) {
  stream->fiber = fiber_current();
  while (*busy == value) {
    const struct status *status = served_call_ended();
    if (status)
      return status;
    fiber_suspend();
  }
  return NULL;
}

const struct status *client_stream_next(struct client_stream *stream, void *message) {
  ProtobufCMessage **out = message;
  *out = NULL;
  if (stream->refused)
    return stream->refused;
  if (!stream->receiving) {
    grpc_op op = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &stream->incoming};
    stream->receiving = start(stream, &op, 1, &stream->received_tag);
  }
  const struct status *status = wait_while(stream, &stream->receiving, true);
  if (status)
    return status;
  if (stream->incoming)
    return take_message(stream, out);
  status = wait_while(stream, &stream->ended, false);
  if (status || stream->code == GRPC_STATUS_OK)
    return status;
  return status_decode(stream->arena, stream->code, stream->message, trailing_details(&stream->trailers));
}

void client_stream_cancel(struct client_stream *stream) {
  if (stream->out.core)
    grpc_call_cancel(stream->out.core, NULL);
}

void client_stream_close(struct client_stream *stream) {
  fiber_unhold(&stream->hold);
  stream->fiber = NULL;
  if (!stream->ended)
    client_stream_cancel(stream);
  release(stream);
}
