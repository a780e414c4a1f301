#include "runtime/rpc/client.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/status_wire.h"

#include <stddef.h>
#include <stdlib.h>

/* Outside of any arena: gRPC core writes into it after the fiber that started it may be gone. */
struct pending {
  struct fiber_hold hold;
  struct tag tag;
  struct channel *channel;
  struct fiber *fiber;
  struct arena *arena;
  const ProtobufCMessageDescriptor *response;
  const struct status *refused; /* was never sent */
  bool done, given_up;
  struct outgoing out;
  grpc_metadata_array headers, trailers;
  grpc_byte_buffer *payload;
  grpc_status_code code;
  grpc_slice message;
};

static void pending_free(struct pending *pending) {
  struct channel *channel = pending->channel;
  outgoing_free(&pending->out);
  grpc_metadata_array_destroy(&pending->headers);
  grpc_metadata_array_destroy(&pending->trailers);
  if (pending->payload)
    grpc_byte_buffer_destroy(pending->payload);
  grpc_slice_unref(pending->message);
  free(pending);
  channel_settled(channel);
}

static void pending_answered(struct tag *tag) {
  struct pending *pending = (struct pending *)((char *)tag - offsetof(struct pending, tag));
  pending->done = true;
  if (pending->given_up)
    pending_free(pending);
  else
    fiber_resume(pending->fiber);
}

static void give_up(struct pending *pending) {
  if (pending->done) {
    pending_free(pending);
    return;
  }
  pending->given_up = true;
  grpc_call_cancel(pending->out.core, NULL);
}

static void held_released(struct fiber_hold *hold) {
  give_up((struct pending *)((char *)hold - offsetof(struct pending, hold)));
}

static void send(struct pending *pending) {
  grpc_op ops[6] = {0};
  outgoing_ops(&pending->out, ops);
  ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
  ops[3].data.recv_initial_metadata.recv_initial_metadata = &pending->headers;
  ops[4].op = GRPC_OP_RECV_MESSAGE;
  ops[4].data.recv_message.recv_message = &pending->payload;
  ops[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
  ops[5].data.recv_status_on_client.trailing_metadata = &pending->trailers;
  ops[5].data.recv_status_on_client.status = &pending->code;
  ops[5].data.recv_status_on_client.status_details = &pending->message;
  if (grpc_call_start_batch(pending->out.core, ops, 6, &pending->tag, NULL) == GRPC_CALL_OK)
    return;
  pending->done = true;
  pending->refused = status_make(pending->arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                                 "the headers of this call hold a character that no header may");
}

struct pending *client_start(struct channel *channel, const struct client_call *call) {
  struct pending *pending = calloc(1, sizeof(*pending));
  if (!pending)
    fiber_abandon();
  channel->pending++;
  pending->channel = channel;
  pending->fiber = fiber_current();
  pending->arena = call->arena;
  pending->response = call->response;
  pending->message = grpc_empty_slice();
  grpc_metadata_array_init(&pending->headers);
  grpc_metadata_array_init(&pending->trailers);
  tag_prepare(&pending->tag, channel->loop, pending_answered);
  pending->hold.release = held_released;
  fiber_hold(&pending->hold);
  pending->refused = outgoing_prepare(&pending->out, channel, call);
  if (pending->refused)
    pending->done = true;
  else
    send(pending);
  return pending;
}

static const struct status *read_answer(struct pending *pending, void *response) {
  ProtobufCMessage *message;
  if (pending->refused)
    return pending->refused;
  if (pending->code != GRPC_STATUS_OK)
    return status_decode(pending->arena, pending->code, pending->message,
                         trailing_details(&pending->trailers));
  const struct status *status = channel_check_peer(pending->channel, pending->out.core, pending->arena);
  if (!status)
    status = incoming_parse(pending->arena, pending->response, pending->payload, &message);
  if (!status)
    *(ProtobufCMessage **)response = message;
  return status;
}

const struct status *client_wait(struct pending *pending, void *response) {
  const struct status *ended = NULL;
  pending->fiber = fiber_current();
  while (!pending->done && !(ended = served_call_ended()))
    fiber_suspend();
  fiber_unhold(&pending->hold);
  if (!pending->done) {
    give_up(pending);
    return ended;
  }
  const struct status *status = read_answer(pending, response);
  pending_free(pending);
  return status;
}

const struct status *client_call(struct channel *channel, const struct client_call *call, void *response) {
  return client_wait(client_start(channel, call), response);
}

void client_cancel(struct pending *pending) {
  fiber_unhold(&pending->hold);
  give_up(pending);
}
