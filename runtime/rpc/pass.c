/* Native calls of services behind this one: bytes in, bytes out. What the contract says of the method is
 * enforced there; here it is only known who calls, how long it may take, and that one message came. */
#include "runtime/rpc/call_state.h"

#include "runtime/base/limit.h"
#include "runtime/base/text.h"

#include <string.h>

static const struct status message_missing = {
    .code = CODE_UNIMPLEMENTED,
    .reason = "MESSAGE_MISSING",
    .message = "the call brought no request message",
};
static const struct status message_surplus = {
    .code = CODE_UNIMPLEMENTED,
    .reason = "MESSAGE_SURPLUS",
    .message = "the call brought more than one request message",
};
static const struct status answer_surplus = {
    .code = CODE_UNIMPLEMENTED,
    .reason = "RESPONSE_MISSING",
    .message = "the service answered with several messages where one belongs",
};
static const struct status token_missing = {
    .code = CODE_UNAUTHENTICATED,
    .reason = REASON_UNAUTHENTICATED,
    .message = "this call is passed on only with a token: send `authorization: Bearer <token>`",
};

enum { REQUEST_WAIT_MS = 10000 };

void call_find_pass(struct call *call, const grpc_call_details *details) {
  const struct server_options *options = &call->server->options;
  if (!options->pass)
    return;
  const char *path = arena_strndup(call->arena, (const char *)GRPC_SLICE_START_PTR(details->method),
                                   GRPC_SLICE_LENGTH(details->method));
  const struct schema_method *method = schema_find_method(path);
  if (!method || method->client_streaming)
    return;
  call->passing.channel = options->pass(options->context, path);
  if (call->passing.channel)
    call->passing.method = method;
}

/* As it came, but with our own span and without what a hop says to a hop. */
static size_t carried_headers(struct call *call, const struct header **out) {
  struct header *rows = arena_calloc(call->arena, call->metadata.count + 1, sizeof(*rows));
  size_t count = 0;
  for (size_t i = 0; i < call->metadata.count; i++) {
    const grpc_metadata *from = &call->metadata.metadata[i];
    const char *key = (const char *)GRPC_SLICE_START_PTR(from->key);
    if (header_carried(key, GRPC_SLICE_LENGTH(from->key)))
      rows[count++] = (struct header){.key = arena_strndup(call->arena, key, GRPC_SLICE_LENGTH(from->key)),
                                      .value = GRPC_SLICE_START_PTR(from->value),
                                      .size = GRPC_SLICE_LENGTH(from->value)};
  }
  *out = rows;
  return count;
}

size_t call_metadata(grpc_metadata *out, const struct header *rows, size_t count) {
  for (size_t i = 0; i < count; i++)
    out[i] = (grpc_metadata){.key = grpc_slice_from_static_string(rows[i].key),
                             .value = grpc_slice_from_static_buffer(rows[i].value, rows[i].size)};
  return count;
}

/* The one request message, copied: the stream's place is needed to see that none follows. */
static const struct status *take_message(struct call *call, const uint8_t **out, size_t *out_size) {
  const uint8_t *bytes;
  size_t size;
  const struct status *status = stream_receive(&call->stream, &bytes, &size, REQUEST_WAIT_MS);
  if (status || !bytes)
    return status ? status : &message_missing;
  *out = arena_copy(call->arena, bytes, size);
  *out_size = size;
  status = stream_receive(&call->stream, &bytes, &size, REQUEST_WAIT_MS);
  return status ? status : bytes ? &message_surplus : NULL;
}

/* The one message of a unary call is kept back: it leaves with the end, in one write. */
static const struct status *pass_message(struct call *call, const uint8_t *bytes, size_t size) {
  if (call->passing.method->server_streaming)
    return stream_send_slice(&call->stream, grpc_slice_from_copied_buffer((const char *)bytes, size));
  if (call->packed)
    return &answer_surplus;
  ProtobufCBinaryData *kept = arena_new(call->arena, ProtobufCBinaryData);
  *kept = (ProtobufCBinaryData){.len = size, .data = arena_copy(call->arena, bytes, size)};
  call->packed = kept;
  return NULL;
}

static const struct status *pass_messages(struct call *call, struct client_stream *onward) {
  const struct header *headers;
  const uint8_t *bytes;
  size_t size, count = client_stream_headers(onward, &headers);
  call->passing.headers = arena_calloc(call->arena, count + 1, sizeof(grpc_metadata));
  call->passing.header_count = call_metadata(call->passing.headers, headers, count);
  for (;;) {
    client_stream_bytes(onward, &bytes, &size);
    if (!bytes)
      break;
    const struct status *status = pass_message(call, bytes, size);
    if (status)
      return status;
  }
  call->passing.end = client_stream_end(onward, call->server->domain);
  return client_end_status(call->arena, call->passing.end);
}

static const struct status *pass(struct call *call) {
  struct client_call request = {.arena = call->arena,
                                .method = call->passing.method->path,
                                .traceparent = call->trace.parent,
                                .unary = !call->passing.method->server_streaming,
                                .deadline_us = call->deadline_us};
  const struct status *status = call_identify(call);
  /* Without a user's token the service behind would take the call for this service's own. */
  if (!status && !call->authorization)
    status = &token_missing;
  if (!status)
    status = take_message(call, &request.bytes, &request.size);
  if (status)
    return status;
  call->runs = 1;
  request.authorization = call_authorization(call);
  request.header_count = carried_headers(call, &request.headers);
  struct client_stream *onward = client_stream_open(call->passing.channel, &request);
  status = pass_messages(call, onward);
  client_stream_close(onward);
  return status;
}

static void abandoned(void *argument) {
  struct call *call = argument;
  call->fiber = NULL;
  call_answer(call, &status_memory_exhausted, NULL);
  call_release(call);
}

void call_pass(void *argument) {
  struct call *call = argument;
  call->fiber = fiber_current();
  fiber_set_owner(call);
  fiber_on_abandon(abandoned, call);
  const struct status *status = pass(call);
  grpc_slice message;
  bool has_message = !status && call->packed;
  if (has_message)
    message = grpc_slice_from_copied_buffer((const char *)call->packed->data, call->packed->len);
  fiber_release_held();
  call->fiber = NULL;
  call_answer(call, status, has_message ? &message : NULL);
  call_release(call);
}
