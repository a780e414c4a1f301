#include "runtime/rpc/call_state.h"
#include "runtime/rpc/status_wire.h"

#include "runtime/base/clock.h"
#include "runtime/base/limit.h"

#include <assert.h>

static const struct status response_too_large = {
    .code = CODE_RESOURCE_EXHAUSTED,
    .reason = "RESPONSE_TOO_LARGE",
    .message = "the answer is larger than a message may be; ask for less, such as a smaller page",
};

void call_hold(struct call *call) {
  call->references++;
}

static void unlink_live(struct call *call) {
  struct server *server = call->server;
  if (call->previous)
    call->previous->next = call->next;
  else
    server->live = call->next;
  if (call->next)
    call->next->previous = call->previous;
  server->live_count--;
}

static void forget_buffers(struct call *call) {
  if (call->payload)
    grpc_byte_buffer_destroy(call->payload);
  if (call->response)
    grpc_byte_buffer_destroy(call->response);
  if (call->has_request)
    grpc_slice_unref(call->request);
  call->payload = call->response = NULL;
  call->has_request = false;
  call->metadata.count = 0;
}

void call_release(struct call *call) {
  assert(call->references > 0);
  if (--call->references > 0)
    return;
  struct server *server = call->server;
  loop_disarm(server->loop, &call->deadline_timer);
  stream_finish(&call->stream);
  forget_buffers(call);
  grpc_call_unref(call->core);
  call->core = NULL;
  unlink_live(call);
  if (server->pooled_count < CALLS_POOLED_MAX) {
    arena_reset(call->arena);
    call->next = server->pooled;
    server->pooled = call;
    server->pooled_count++;
  } else {
    call_free(call);
  }
  server_check_drained(server);
}

static void observe(struct call *call, const struct status *status) {
  const struct call_observer *observer = &call->server->options.observer;
  if (!observer->finished)
    return;
  observer->finished(observer->context, &(struct call_facts){
                                            .method = call_method(call) ? call_method(call)->path : "",
                                            .code = status ? status->code : CODE_OK,
                                            .reason = status ? status->reason : "",
                                            .message = status ? status->message : "",
                                            .duration_us = clock_monotonic_us() - call->start_us,
                                            .request_bytes = call->request_bytes,
                                            .response_bytes = call->response_bytes,
                                            .trace_id = call->trace.trace_id,
                                            .span_id = call->trace.span_id,
                                            .peer_service = call->peer_name,
                                            .principal = call->principal,
                                            .runs = call->runs,
                                            .in_flight = (uint32_t)call->server->live_count,
                                        });
}

static void answer_sent(struct tag *tag) {
  call_release((struct call *)((char *)tag - offsetof(struct call, answer_tag)));
}

void call_headers_op(struct call *call, grpc_op *op) {
  op->op = GRPC_OP_SEND_INITIAL_METADATA;
  op->data.send_initial_metadata.count = call->passing.header_count;
  op->data.send_initial_metadata.metadata = call->passing.headers;
}

/* What a call ends with. Slices are owned; trailers are in the call's arena. */
struct ending {
  grpc_slice message;
  grpc_slice details;
  grpc_metadata *trailers;
  size_t trailer_count;
};

static void end_with(struct call *call, const struct status *status, struct ending *ending) {
  const struct client_end *end = call->passing.end;
  struct wire_status wire;
  size_t passed = end ? end->trailer_count : 0;
  ending->message = ending->details = grpc_empty_slice();
  if (!status && !passed)
    return;
  ending->trailers = arena_calloc(call->server->scratch, passed + 1, sizeof(grpc_metadata));
  if (passed)
    ending->trailer_count = call_metadata(ending->trailers, end->trailers, passed);
  if (!status)
    return;
  if (end) {
    wire.message = grpc_slice_from_copied_string(end->message);
    wire.details = grpc_slice_from_copied_buffer((const char *)end->details, end->details_size);
  } else {
    status_encode(call->server->scratch, status, call->server->domain, &wire);
  }
  ending->message = wire.message;
  ending->details = wire.details;
  if (!end || end->details)
    ending->trailers[ending->trailer_count++] = (grpc_metadata){
        .key = grpc_slice_from_static_string("grpc-status-details-bin"), .value = wire.details};
}

/* One batch: headers, message and status leave in one write. */
static void send_answer(struct call *call, const struct status *status, const grpc_slice *message) {
  grpc_op ops[3] = {0};
  size_t count = 0;
  struct ending ending = {0};
  end_with(call, status, &ending);
  if (!call->headers_sent)
    call_headers_op(call, &ops[count++]);
  if (!status && message) {
    call->response = grpc_raw_byte_buffer_create((grpc_slice *)message, 1);
    ops[count].op = GRPC_OP_SEND_MESSAGE;
    ops[count++].data.send_message.send_message = call->response;
  }
  grpc_op *last = &ops[count++];
  last->op = GRPC_OP_SEND_STATUS_FROM_SERVER;
  last->data.send_status_from_server.trailing_metadata_count = ending.trailer_count;
  last->data.send_status_from_server.trailing_metadata = ending.trailers;
  if (status) {
    last->data.send_status_from_server.status = (grpc_status_code)status->code;
    last->data.send_status_from_server.status_details = &ending.message;
  }
  call->headers_sent = true;
  tag_prepare(&call->answer_tag, call->server->loop, answer_sent);
  call_hold(call);
  if (grpc_call_start_batch(call->core, ops, count, &call->answer_tag, NULL) != GRPC_CALL_OK) {
    grpc_call_cancel(call->core, NULL);
    call->references--; /* no event comes; the caller holds the call too */
  }
  grpc_slice_unref(ending.message);
  grpc_slice_unref(ending.details);
  if (ending.trailers)
    arena_reset(call->server->scratch);
}

void call_answer(struct call *call, const struct status *status, const grpc_slice *message) {
  if (!call->answered) {
    call->answered = true;
    loop_disarm(call->server->loop, &call->deadline_timer);
    if (!status && message && GRPC_SLICE_LENGTH(*message) > LIMIT_MESSAGE_BYTES)
      status = &response_too_large;
    if (!status && message)
      call->response_bytes += GRPC_SLICE_LENGTH(*message);
    if (!call->gone)
      send_answer(call, status, message);
    observe(call, status);
  }
  if (message)
    grpc_slice_unref(*message);
}
