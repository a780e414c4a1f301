#include "runtime/rpc/call_state.h"

#include "runtime/base/clock.h"
#include "runtime/base/digest.h"
#include "runtime/base/limit.h"
#include "runtime/base/text.h"
#include "runtime/message/validate.h"

#include <grpc/byte_buffer_reader.h>
#include <stdlib.h>
#include <string.h>

enum { RACE_PAUSE_DOUBLINGS = 6, END_WAIT_MS = 10000 };

static const struct status no_message = {
    .code = CODE_UNIMPLEMENTED,
    .reason = "MESSAGE_MISSING",
    .message = "the call brought no request message",
};

static const struct status second_message = {
    .code = CODE_UNIMPLEMENTED,
    .reason = "MESSAGE_SURPLUS",
    .message = "the call brought more than one request message",
};

/* The request's bytes in one piece: usually the one slice that arrived, not copied. */
static const struct status *take_request(struct call *call) {
  if (!call->payload)
    return &no_message;
  grpc_slice_buffer *slices = &call->payload->data.raw.slice_buffer;
  if (call->payload->type == GRPC_BB_RAW && slices->count == 1) {
    call->request = grpc_slice_ref(slices->slices[0]);
  } else {
    grpc_byte_buffer_reader reader;
    if (!grpc_byte_buffer_reader_init(&reader, call->payload))
      return &no_message;
    call->request = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
  }
  call->has_request = true;
  call->request_bytes = GRPC_SLICE_LENGTH(call->request);
  return NULL;
}

static const struct status *parse(struct call *call, ProtobufCMessage **request) {
  return message_parse(call->arena, call->route->schema->request, GRPC_SLICE_START_PTR(call->request),
                       GRPC_SLICE_LENGTH(call->request), request);
}

static const struct status *admit(struct call *call, const ProtobufCMessage *request) {
  const struct server_options *options = &call->server->options;
  const Option__MethodPolicy *policy = call->route->policy;
  if (policy->open)
    return NULL;
  const char *resource = text_empty(policy->resource) ? NULL : message_text(request, policy->resource);
  return access_decide(call->arena, policy, call->principal, resource, options->partner_of,
                       options->partner_of_context);
}

static grpc_slice pack(const ProtobufCMessage *message) {
  grpc_slice slice = grpc_slice_malloc(protobuf_c_message_get_packed_size(message));
  protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
  return slice;
}

static grpc_slice copy(const ProtobufCBinaryData *packed) {
  return grpc_slice_from_copied_buffer((const char *)packed->data, packed->len);
}

/* Names who called what with which request id: one answer for each, however often it is sent. The vendor in
 * front puts the record into the bucket of the commit. */
static const char *idempotency_key(struct call *call, const char *request_id) {
  const struct principal *principal = call->principal;
  return arena_printf(call->arena, "vendors/%s/%s/%s%s/%s", principal->vendor ? principal->vendor : "-",
                      principal->service ? "service" : "user", principal->subject, call->route->schema->path,
                      request_id);
}

/* The stored answer of an earlier call with this request id, if there is one. */
static const struct status *find_answer(struct call *call, const ProtobufCMessage *request,
                                        const ProtobufCBinaryData **answer) {
  const ProtobufCFieldDescriptor *field = call->route->request_id;
  *answer = NULL;
  if (!field || !call->server->options.store || !call->principal)
    return NULL;
  const char *request_id = *(char *const *)((const char *)request + field->offset);
  if (text_empty(request_id))
    return NULL;
  uint8_t fingerprint[DIGEST_SIZE];
  ProtobufCBinaryData packed = message_pack(call->arena, request);
  digest_sha256(packed.data, packed.len, fingerprint);
  return txn_idempotent(call_txn(call), idempotency_key(call, request_id), fingerprint, answer);
}

static const struct status *run_unary(struct call *call, ProtobufCMessage *request, grpc_slice *message) {
  const ProtobufCMessageDescriptor *type = call->route->schema->response;
  const ProtobufCBinaryData *answer;
  call->txn = NULL;
  call->packed = NULL;
  call->runs++;
  const struct status *status = find_answer(call, request, &answer);
  if (status)
    return status;
  if (answer) {
    *message = copy(answer);
    return NULL;
  }
  ProtobufCMessage *response = arena_alloc(call->arena, type->sizeof_message);
  protobuf_c_message_init(type, response);
  status = call->route->unary(call, request, response);
  if (!status)
    *message = call->packed ? copy(call->packed) : pack(response);
  return status;
}

static bool race_lost(const struct status *status) {
  return status && status->code == CODE_ABORTED && strcmp(status->reason, REASON_LOST_RACE) == 0;
}

/* What the race was about: the resource that the store names, else the method. */
static const char *race_about(const struct call *call, const struct status *status) {
  for (const struct status_metadata *row = status->metadata; row; row = row->next)
    if (strcmp(row->key, "resource") == 0)
      return row->value;
  return call->route->schema->path;
}

/* Lets those go first who lost before. Who loses again though it is its turn has a rival in another process,
 * or one that has only just come: longer and longer pauses part them. */
static bool await_turn(struct call *call, struct turn *turn, const struct status *status) {
  bool again = turn->turns != NULL;
  if (!turn_take(&call->server->turns, turn, race_about(call, status), &call->cancelled))
    return false;
  if (again)
    fiber_sleep_ms((uint32_t)random() %
                   (1U << (call->runs < RACE_PAUSE_DOUBLINGS ? call->runs : RACE_PAUSE_DOUBLINGS)));
  return !call->cancelled;
}

/* Runs the handler again after a lost race, from the request as it came: handlers may change it. */
static const struct status *serve_unary(struct call *call, ProtobufCMessage *request, grpc_slice *message) {
  struct turn turn = {0};
  const struct status *status = run_unary(call, request, message);
  while (race_lost(status) && call->runs < LIMIT_LOST_RACES && !call->cancelled) {
    if (!await_turn(call, &turn, status)) {
      status = &status_cancelled;
      break;
    }
    const struct status *again = parse(call, &request);
    if (!again)
      again = message_validate(call->arena, request);
    status = again ? again : run_unary(call, request, message);
  }
  turn_leave(&turn);
  return status;
}

/* One request message is all there may be. What else came must be known before anything is changed or
 * streamed; of a read before it is answered, and meanwhile it is served. */
static const struct status *expect_end(struct call *call) {
  const uint8_t *bytes;
  size_t size;
  const struct status *status = stream_receive(&call->stream, &bytes, &size, END_WAIT_MS);
  return status ? status : bytes ? &second_message : NULL;
}

static bool reads_unary(const struct call *call) {
  return call->route->kind == ROUTE_UNARY &&
         call->route->policy->effect != OPTION__METHOD_POLICY__EFFECT__EFFECT_WRITE;
}

static const struct status *serve_one(struct call *call, grpc_slice *message, bool *has_message) {
  ProtobufCMessage *request;
  /* First of all: no work is done for strangers. */
  const struct status *status = call_identify(call);
  if (call->route->kind == ROUTE_BIDI)
    return status ? status : call->route->bidi(call, &call->stream);
  if (!status)
    status = take_request(call);
  if (!status)
    status = parse(call, &request);
  if (!status)
    status = admit(call, request);
  if (!status)
    status = message_validate(call->arena, request);
  if (!status && reads_unary(call))
    stream_receive_ahead(&call->stream);
  else if (!status)
    status = expect_end(call);
  if (status)
    return status;
  if (call->route->kind == ROUTE_SERVER_STREAM) {
    call->runs = 1;
    return call->route->stream(call, request, &call->stream);
  }
  status = serve_unary(call, request, message);
  const struct status *end = reads_unary(call) ? expect_end(call) : NULL;
  if (end && !status)
    grpc_slice_unref(*message);
  *has_message = !end && !status;
  return end ? end : status;
}

static void abandoned(void *argument) {
  struct call *call = argument;
  call->fiber = NULL;
  call_answer(call, &status_memory_exhausted, NULL);
  call_release(call);
}

void call_serve(void *argument) {
  struct call *call = argument;
  grpc_slice message;
  bool has_message = false;
  call->fiber = fiber_current();
  fiber_set_owner(call);
  fiber_on_abandon(abandoned, call);
  const struct status *status = serve_one(call, &message, &has_message);
  /* What it still held, such as calls that it never waited for, refers to the call's memory. */
  fiber_release_held();
  call->fiber = NULL;
  call_answer(call, status, has_message ? &message : NULL);
  call_release(call);
}
