#include "runtime/rpc/channel.h"
#include "runtime/rpc/client.h"
#include "runtime/rpc/status_wire.h"

#include "runtime/base/limit.h"

#include <grpc/support/alloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Lives while its user or an operation of gRPC core refers to it. */
struct client_stream {
  struct fiber_hold hold;
  struct channel *channel;
  struct fiber *fiber; /* NULL once closed */
  struct arena *arena; /* the caller's: for statuses */
  struct arena *messages;
  const ProtobufCMessageDescriptor *response;
  const struct status *refused; /* what this side made of it; nothing more comes then */
  unsigned references;
  struct tag opened_tag, received_tag, ended_tag;
  bool unary, opened, receiving, ended, peer_checked;
  struct outgoing out;
  grpc_metadata_array headers, trailers;
  grpc_byte_buffer *incoming;
  grpc_slice current; /* what client_stream_bytes() gave */
  grpc_status_code code;
  grpc_slice message;
  const char *story; /* gRPC core's own words for a failure: never for callers */
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
  grpc_slice_unref(stream->current);
  grpc_slice_unref(stream->message);
  gpr_free((void *)stream->story);
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
  struct client_stream *stream =
      (struct client_stream *)((char *)tag - offsetof(struct client_stream, opened_tag));
  stream->opened = true;
  wake(stream);
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

static grpc_op message_op(struct client_stream *stream) {
  return (grpc_op){.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &stream->incoming};
}

static grpc_op status_op(struct client_stream *stream) {
  return (grpc_op){.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
                   .data.recv_status_on_client = {.trailing_metadata = &stream->trailers,
                                                  .status = &stream->code,
                                                  .status_details = &stream->message,
                                                  .error_string = &stream->story}};
}

/* Each batch is an event of its own. A stream's headers, messages and end come when they may; of a unary call
 * the message comes with the headers, and the end with what shows that no other message follows. */
static bool send(struct client_stream *stream) {
  grpc_op ops[5] = {0}, status = status_op(stream);
  outgoing_ops(&stream->out, ops);
  ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
  ops[3].data.recv_initial_metadata.recv_initial_metadata = &stream->headers;
  ops[4] = message_op(stream);
  if (stream->unary)
    return start(stream, ops, 5, &stream->opened_tag);
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
  stream->unary = call->unary;
  stream->references = 1;
  stream->message = stream->current = grpc_empty_slice();
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

static const struct status *check_peer(struct client_stream *stream) {
  if (stream->peer_checked)
    return NULL;
  const struct status *status = channel_check_peer(stream->channel, stream->out.core, stream->arena);
  stream->peer_checked = !status;
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

static const struct status *await_end(struct client_stream *stream) {
  grpc_op ops[] = {message_op(stream), status_op(stream)};
  if (stream->unary && !stream->receiving)
    stream->receiving = start(stream, ops, 2, &stream->ended_tag);
  return wait_while(stream, &stream->ended, false);
}

static const struct status *receive_next(struct client_stream *stream) {
  grpc_op op = message_op(stream);
  if (!stream->receiving)
    stream->receiving = start(stream, &op, 1, &stream->received_tag);
  return wait_while(stream, &stream->receiving, true);
}

static const struct status *receive_unary(struct client_stream *stream) {
  const struct status *status = wait_while(stream, &stream->opened, false);
  return status || stream->incoming ? status : await_end(stream);
}

/* Waits for the next message; none and no status at the end. */
static const struct status *receive(struct client_stream *stream) {
  if (stream->refused)
    return stream->refused;
  const struct status *status = stream->unary ? receive_unary(stream) : receive_next(stream);
  if (status)
    return status;
  return stream->incoming ? check_peer(stream) : await_end(stream);
}

static void forget_incoming(struct client_stream *stream) {
  grpc_byte_buffer_destroy(stream->incoming);
  stream->incoming = NULL;
}

const struct status *client_stream_next(struct client_stream *stream, void *message) {
  ProtobufCMessage **out = message;
  *out = NULL;
  const struct status *status = receive(stream);
  if (status)
    return status;
  if (stream->incoming) {
    arena_reset(stream->messages);
    status = incoming_parse(stream->messages, stream->response, stream->incoming, out);
    forget_incoming(stream);
    return status;
  }
  if (stream->code == GRPC_STATUS_OK)
    return NULL;
  return status_decode(stream->arena, stream->code, stream->message, trailing_details(&stream->trailers));
}

void client_stream_bytes(struct client_stream *stream, const uint8_t **bytes, size_t *size) {
  *bytes = NULL;
  *size = 0;
  grpc_slice_unref(stream->current);
  stream->current = grpc_empty_slice();
  if (!stream->refused)
    stream->refused = receive(stream);
  if (stream->refused || !stream->incoming)
    return;
  stream->current = incoming_slice(stream->incoming);
  forget_incoming(stream);
  *bytes = GRPC_SLICE_START_PTR(stream->current);
  *size = GRPC_SLICE_LENGTH(stream->current);
}

static char *copy_text(struct arena *arena, grpc_slice slice) {
  return arena_strndup(arena, (const char *)GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice));
}

/* Any bytes, with a NUL behind them. */
static char *copy_bytes(struct arena *arena, grpc_slice slice) {
  size_t size = GRPC_SLICE_LENGTH(slice);
  char *copy = arena_alloc(arena, size + 1);
  memcpy(copy, GRPC_SLICE_START_PTR(slice), size);
  copy[size] = '\0';
  return copy;
}

static size_t copy_headers(struct arena *arena, const grpc_metadata_array *from, const struct header **out) {
  struct header *rows = arena_calloc(arena, from->count + 1, sizeof(*rows));
  size_t count = 0;
  for (size_t i = 0; i < from->count; i++) {
    const grpc_metadata *row = &from->metadata[i];
    if (header_returned((const char *)GRPC_SLICE_START_PTR(row->key), GRPC_SLICE_LENGTH(row->key)))
      rows[count++] = (struct header){.key = copy_text(arena, row->key),
                                      .value = copy_bytes(arena, row->value),
                                      .size = GRPC_SLICE_LENGTH(row->value)};
  }
  *out = rows;
  return count;
}

size_t client_stream_headers(struct client_stream *stream, const struct header **out) {
  *out = NULL;
  if (!stream->refused)
    stream->refused = wait_while(stream, &stream->opened, false);
  if (stream->refused)
    return 0;
  return copy_headers(stream->arena, &stream->headers, out);
}

/* A failure that no peer sent. gRPC core tells most apart in its own words alone; those of its transport it
 * passes off as a peer's, but without details, which services of the suite never leave out. */
static bool failed_here(const struct client_stream *stream) {
  static const char *const of_transport[] = {"Received message larger than max",
                                             "Socket closed",
                                             "GOAWAY received",
                                             "Endpoint read failed",
                                             "Stream removed",
                                             "recvmsg:",
                                             "sendmsg:"};
  size_t size = GRPC_SLICE_LENGTH(stream->message);
  if (stream->code == GRPC_STATUS_OK || trailing_details(&stream->trailers))
    return false;
  if (stream->story && !strstr(stream->story, "received from peer"))
    return true;
  for (size_t i = 0; i < sizeof(of_transport) / sizeof(*of_transport); i++)
    if (size >= strlen(of_transport[i]) &&
        memcmp(GRPC_SLICE_START_PTR(stream->message), of_transport[i], strlen(of_transport[i])) == 0)
      return true;
  return false;
}

static const struct status *own_words(const struct client_stream *stream) {
  const char *who = stream->channel->expected_service ? stream->channel->expected_service : "the service";
  switch (stream->code) {
  case GRPC_STATUS_CANCELLED:
    return &status_cancelled;
  case GRPC_STATUS_DEADLINE_EXCEEDED:
    return &status_deadline_exceeded;
  case GRPC_STATUS_UNAVAILABLE:
    return status_make(stream->arena, CODE_UNAVAILABLE, "SERVICE_UNREACHABLE",
                       "%s cannot be reached; try again shortly", who);
  case GRPC_STATUS_RESOURCE_EXHAUSTED:
    return status_make(stream->arena, CODE_RESOURCE_EXHAUSTED, "RESPONSE_TOO_LARGE",
                       "an answer of %s is larger than a message may be; ask for less", who);
  default:
    return status_make(stream->arena, CODE_INTERNAL, "RESPONSE_MALFORMED", "%s answered what is no answer",
                       who);
  }
}

const struct client_end *client_stream_end(struct client_stream *stream, const char *domain) {
  if (!stream->refused)
    stream->refused = await_end(stream);
  if (!stream->refused && failed_here(stream))
    stream->refused = own_words(stream);
  if (stream->refused)
    return client_end_of(stream->arena, stream->refused, domain);
  struct client_end *end = arena_new(stream->arena, struct client_end);
  const grpc_slice *details = trailing_details(&stream->trailers);
  end->code = (unsigned)stream->code < CODE_COUNT ? (enum code)stream->code : CODE_UNKNOWN;
  end->message = copy_text(stream->arena, stream->message);
  if (details) {
    end->details_size = GRPC_SLICE_LENGTH(*details);
    end->details = arena_copy(stream->arena, GRPC_SLICE_START_PTR(*details), end->details_size);
  }
  end->trailer_count = copy_headers(stream->arena, &stream->trailers, &end->trailers);
  return end;
}

const struct client_end *client_end_of(struct arena *arena, const struct status *status, const char *domain) {
  struct client_end *end = arena_new(arena, struct client_end);
  struct wire_status wire;
  status_encode(arena, status, domain, &wire);
  end->code = status->code;
  end->message = copy_text(arena, wire.message);
  end->details_size = GRPC_SLICE_LENGTH(wire.details);
  end->details = arena_copy(arena, GRPC_SLICE_START_PTR(wire.details), end->details_size);
  grpc_slice_unref(wire.message);
  grpc_slice_unref(wire.details);
  return end;
}

const struct status *client_end_status(struct arena *arena, const struct client_end *end) {
  if (end->code == CODE_OK)
    return NULL;
  grpc_slice message = grpc_slice_from_static_string(end->message);
  grpc_slice details = grpc_slice_from_static_buffer(end->details, end->details_size);
  return status_decode(arena, (grpc_status_code)end->code, message, end->details ? &details : NULL);
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
