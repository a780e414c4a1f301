#include "runtime/rpc/channel.h"
#include "runtime/rpc/arguments.h"
#include "runtime/rpc/call_state.h"
#include "runtime/rpc/credentials.h"

#include "runtime/base/clock.h"
#include "runtime/base/limit.h"
#include "runtime/message/validate.h"

#include <grpc/byte_buffer_reader.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_AT_FILES_US = 10 * US_PER_SECOND, HEADER_OVERHEAD_BYTES = 32 };

static grpc_channel *core_create(const struct channel *channel) {
  static const struct argument rows[] = {
      {GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1}, /* identity only: no inflation bombs */
      {GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, LIMIT_MESSAGE_BYTES},
      {GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, LIMIT_MESSAGE_BYTES},
      {GRPC_ARG_ENABLE_CHANNELZ, 0},
      {GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1},
      {GRPC_ARG_KEEPALIVE_TIME_MS, 30000},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0},
      {GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50},
      {GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000}, /* also how long one attempt may take */
      {GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000},
      {GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 2000},
      {GRPC_ARG_ENABLE_HTTP_PROXY, 0},
  };
  grpc_arg list[ARGUMENTS_MAX];
  grpc_channel_args arguments = arguments_of(rows, sizeof(rows) / sizeof(*rows), list);
  list[arguments.num_args++] = (grpc_arg){
      .type = GRPC_ARG_STRING, .key = (char *)GRPC_ARG_LB_POLICY_NAME, .value.string = (char *)"round_robin"};
  if (channel->expected_service && channel->credentials)
    list[arguments.num_args++] = (grpc_arg){.type = GRPC_ARG_STRING,
                                            .key = (char *)GRPC_SSL_TARGET_NAME_OVERRIDE_ARG,
                                            .value.string = channel->expected_service};
  grpc_channel_credentials *credentials =
      channel->credentials
          ? credentials_for_channel(channel->credentials, channel->trust_domain, channel->expected_service)
          : grpc_insecure_credentials_create();
  grpc_channel *core = grpc_channel_create(channel->target, credentials, &arguments);
  grpc_channel_credentials_release(credentials);
  return core;
}

static char *copy(const char *text) {
  return text ? strdup(text) : NULL;
}

struct channel *channel_create(struct loop *loop, const struct channel_options *options,
                               const char **problem) {
  const struct tls_files files = {options->ca_file, options->certificate_file, options->key_file};
  struct channel *channel = calloc(1, sizeof(*channel));
  *problem = "out of memory";
  if (!channel)
    return NULL;
  channel->loop = loop;
  channel->target = copy(options->target);
  channel->expected_service = copy(options->expected_service);
  channel->trust_domain = copy(options->trust_domain);
  channel->look_us = clock_monotonic_us() + LOOK_AT_FILES_US;
  if (options->tls && !(channel->credentials = credentials_create(&files, problem))) {
    channel_destroy(channel);
    return NULL;
  }
  channel->queue = queue_acquire(loop, 1);
  if (channel->queue)
    channel->core = core_create(channel);
  if (channel->core)
    return channel;
  channel_destroy(channel);
  return NULL;
}

static void channel_free(struct channel *channel) {
  if (channel->core)
    grpc_channel_destroy(channel->core);
  queue_release(channel->queue);
  credentials_destroy(channel->credentials);
  free(channel->target);
  free(channel->expected_service);
  free(channel->trust_domain);
  free(channel);
}

void channel_settled(struct channel *channel) {
  if (--channel->pending == 0 && channel->closing)
    channel_free(channel);
}

void channel_destroy(struct channel *channel) {
  if (!channel)
    return;
  bool inside = loop_current() == channel->loop;
  /* What was given up still has to come back from gRPC core. */
  while (channel->pending && !inside)
    loop_turn(channel->loop, 100);
  channel->closing = true;
  if (channel->pending == 0)
    channel_free(channel);
}

/* Certificates are renewed while we run: a channel keeps those it began with, so take a new one. */
static void refresh(struct channel *channel) {
  int64_t now = clock_monotonic_us();
  if (!channel->credentials || now < channel->look_us)
    return;
  channel->look_us = now + LOOK_AT_FILES_US;
  if (!credentials_refresh(channel->credentials))
    return;
  grpc_channel *fresh = core_create(channel);
  if (!fresh)
    return;
  grpc_channel_destroy(channel->core); /* its calls keep what they need of it */
  channel->core = fresh;
}

enum { OWN_HEADERS = 2 }; /* authorization, traceparent */

static void add_header(struct outgoing *out, const char *key, const void *value, size_t size) {
  out->headers[out->header_count++] = (grpc_metadata){.key = grpc_slice_from_copied_string(key),
                                                      .value = grpc_slice_from_copied_buffer(value, size)};
}

static void add_headers(struct outgoing *out, const struct client_call *call) {
  out->headers = calloc(call->header_count + OWN_HEADERS, sizeof(*out->headers));
  if (!out->headers)
    fiber_abandon();
  if (call->authorization)
    add_header(out, "authorization", call->authorization, strlen(call->authorization));
  if (call->traceparent)
    add_header(out, "traceparent", call->traceparent, strlen(call->traceparent));
  for (size_t i = 0; i < call->header_count; i++)
    add_header(out, call->headers[i].key, call->headers[i].value, call->headers[i].size);
}

/* Bytes travel as base64. */
static size_t wire_bytes(const grpc_metadata *header) {
  size_t size = GRPC_SLICE_LENGTH(header->value);
  bool binary =
      header_is_binary((const char *)GRPC_SLICE_START_PTR(header->key), GRPC_SLICE_LENGTH(header->key));
  return binary ? (size * 4 + 2) / 3 : size;
}

static size_t header_bytes(const struct outgoing *out, const char *method) {
  size_t bytes = strlen(method) + HEADER_OVERHEAD_BYTES;
  for (size_t i = 0; i < out->header_count; i++)
    bytes += GRPC_SLICE_LENGTH(out->headers[i].key) + wire_bytes(&out->headers[i]) + HEADER_OVERHEAD_BYTES;
  return bytes;
}

static gpr_timespec core_deadline(int64_t deadline_us) {
  const struct call *served = fiber_owner();
  if (served && served->deadline_us < deadline_us)
    deadline_us = served->deadline_us;
  return deadline_us == INT64_MAX ? gpr_inf_future(GPR_CLOCK_MONOTONIC)
                                  : gpr_time_from_micros(deadline_us, GPR_CLOCK_MONOTONIC);
}

static grpc_byte_buffer *pack(const struct client_call *call, size_t size) {
  grpc_slice slice = grpc_slice_malloc(size);
  if (call->request)
    protobuf_c_message_pack(call->request, GRPC_SLICE_START_PTR(slice));
  else if (size)
    memcpy(GRPC_SLICE_START_PTR(slice), call->bytes, size);
  grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_slice_unref(slice);
  return buffer;
}

const struct status *outgoing_prepare(struct outgoing *out, struct channel *channel,
                                      const struct client_call *call) {
  refresh(channel);
  add_headers(out, call);
  /* A peer closes the whole connection on headers that are too long, with everybody's calls on it. */
  if (header_bytes(out, call->method) > LIMIT_METADATA_BYTES)
    return status_make(call->arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                       "the headers of this call take more than %d bytes: send fewer, or a shorter token",
                       LIMIT_METADATA_BYTES);
  size_t size = call->request ? protobuf_c_message_get_packed_size(call->request) : call->size;
  if (size > LIMIT_MESSAGE_BYTES)
    return status_make(call->arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                       "the request takes more than %d bytes", LIMIT_MESSAGE_BYTES);
  out->message = pack(call, size);
  grpc_slice method = grpc_slice_from_copied_string(call->method);
  out->core = grpc_channel_create_call(channel->core, NULL, 0, queue_core(channel->queue), method, NULL,
                                       core_deadline(call->deadline_us), NULL);
  grpc_slice_unref(method);
  return NULL;
}

void outgoing_ops(struct outgoing *out, grpc_op ops[3]) {
  ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  ops[0].data.send_initial_metadata.count = out->header_count;
  ops[0].data.send_initial_metadata.metadata = out->headers;
  ops[1].op = GRPC_OP_SEND_MESSAGE;
  ops[1].data.send_message.send_message = out->message;
  ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
}

void outgoing_free(struct outgoing *out) {
  for (size_t i = 0; i < out->header_count; i++) {
    grpc_slice_unref(out->headers[i].key);
    grpc_slice_unref(out->headers[i].value);
  }
  free(out->headers);
  if (out->message)
    grpc_byte_buffer_destroy(out->message);
  if (out->core)
    grpc_call_unref(out->core);
  *out = (struct outgoing){0};
}

const struct status *channel_check_peer(struct channel *channel, grpc_call *core, struct arena *arena) {
  char name[PEER_NAME_MAX_BYTES + 1] = "";
  if (!channel->credentials || !channel->expected_service)
    return NULL;
  if (peer_of_call(core, channel->trust_domain, name) == PEER_SERVICE &&
      strcmp(name, channel->expected_service) == 0)
    return NULL;
  return status_make(arena, CODE_UNAVAILABLE, "PEER_UNEXPECTED", "%s is not the service `%s` of `%s`%s%s",
                     channel->target, channel->expected_service, channel->trust_domain, *name ? ", but " : "",
                     name);
}

grpc_slice incoming_slice(grpc_byte_buffer *buffer) {
  grpc_byte_buffer_reader reader;
  grpc_slice_buffer *slices = &buffer->data.raw.slice_buffer;
  if (buffer->type == GRPC_BB_RAW && slices->count == 1)
    return grpc_slice_ref(slices->slices[0]);
  if (!grpc_byte_buffer_reader_init(&reader, buffer))
    return grpc_empty_slice();
  grpc_slice slice = grpc_byte_buffer_reader_readall(&reader);
  grpc_byte_buffer_reader_destroy(&reader);
  return slice;
}

const struct status *incoming_parse(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                    grpc_byte_buffer *buffer, ProtobufCMessage **out) {
  const struct status *status = NULL;
  *out = NULL;
  if (!buffer)
    return status_make(arena, CODE_INTERNAL, "RESPONSE_MALFORMED", "the peer answered without a message");
  grpc_slice slice = incoming_slice(buffer);
  if (message_parse(arena, descriptor, GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice), out))
    status = status_make(arena, CODE_INTERNAL, "RESPONSE_MALFORMED", "the peer's answer is no `%s`",
                         descriptor->name);
  grpc_slice_unref(slice);
  return status;
}

const grpc_slice *trailing_details(const grpc_metadata_array *trailers) {
  static const char key[] = "grpc-status-details-bin";
  for (size_t i = 0; i < trailers->count; i++) {
    const grpc_metadata *trailer = &trailers->metadata[i];
    if (GRPC_SLICE_LENGTH(trailer->key) == sizeof(key) - 1 &&
        memcmp(GRPC_SLICE_START_PTR(trailer->key), key, sizeof(key) - 1) == 0)
      return &trailer->value;
  }
  return NULL;
}

const struct status *served_call_ended(void) {
  const struct call *served = fiber_owner();
  if (!served || !served->cancelled)
    return NULL;
  return served->deadline_passed ? &status_deadline_exceeded : &status_cancelled;
}
