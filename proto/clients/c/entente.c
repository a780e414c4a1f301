#include "entente.h"

#include "google/rpc/status.pb-c.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/time.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_DEFAULT_MS = 10000, FILE_BYTES_MAX = 1 << 20, KEEPALIVE_MS = 30000 };

struct entente_client {
  grpc_channel *channel;
  char *authorization; /* NULL: none */
  int64_t timeout_ms;
};

/* One call while it is under way. Each has a queue of its own, so that threads do not wait for each other. */
struct exchange {
  grpc_completion_queue *queue;
  grpc_call *call;
  grpc_metadata header;
  size_t header_count;
  grpc_byte_buffer *request, *answer;
  grpc_metadata_array headers, trailers;
  grpc_status_code code;
  grpc_slice message;
};

struct entente_stream {
  struct exchange exchange;
  const ProtobufCMessageDescriptor *response;
  bool ended;
};

/* ---- refusals ---- */

static void free_message(void *message) {
  if (message)
    protobuf_c_message_free_unpacked(message, NULL);
}

void entente_refusal_clear(struct entente_refusal *refusal) {
  free(refusal->message);
  free_message(refusal->info);
  free_message(refusal->request);
  free_message(refusal->failure);
  *refusal = (struct entente_refusal){0};
}

const char *entente_refusal_reason(const struct entente_refusal *refusal) {
  return refusal->info ? refusal->info->reason : "";
}

static void refuse(struct entente_refusal *refusal, int code, const char *text, size_t size) {
  refusal->code = code;
  refusal->message = strndup(text, size);
}

static void take_detail(struct entente_refusal *refusal, const Google__Protobuf__Any *any) {
  const struct {
    const ProtobufCMessageDescriptor *descriptor;
    void **place;
  } rows[] = {{&google__rpc__error_info__descriptor, (void **)&refusal->info},
              {&google__rpc__bad_request__descriptor, (void **)&refusal->request},
              {&google__rpc__precondition_failure__descriptor, (void **)&refusal->failure}};
  const char *slash = strrchr(any->type_url, '/');
  for (size_t i = 0; slash && i < sizeof rows / sizeof *rows; i++)
    if (strcmp(slash + 1, rows[i].descriptor->name) == 0 && !*rows[i].place)
      *rows[i].place = protobuf_c_message_unpack(rows[i].descriptor, NULL, any->value.len, any->value.data);
}

static void take_refusal(struct entente_refusal *refusal, const struct exchange *exchange) {
  refuse(refusal, exchange->code, (const char *)GRPC_SLICE_START_PTR(exchange->message),
         GRPC_SLICE_LENGTH(exchange->message));
  for (size_t i = 0; i < exchange->trailers.count; i++) {
    const grpc_metadata *trailer = &exchange->trailers.metadata[i];
    if (grpc_slice_str_cmp(trailer->key, "grpc-status-details-bin") != 0)
      continue;
    Google__Rpc__Status *status = google__rpc__status__unpack(NULL, GRPC_SLICE_LENGTH(trailer->value),
                                                              GRPC_SLICE_START_PTR(trailer->value));
    for (size_t n = 0; status && n < status->n_details; n++)
      take_detail(refusal, status->details[n]);
    free_message(status);
  }
}

/* ---- the connection ---- */

static char *read_file(const char *path, struct entente_refusal *refusal) {
  char text[512], *content = calloc(1, FILE_BYTES_MAX);
  FILE *file = path && content ? fopen(path, "re") : NULL;
  size_t size = file ? fread(content, 1, FILE_BYTES_MAX - 1, file) : 0;
  if (file)
    fclose(file);
  if (size)
    return content;
  free(content);
  int length = snprintf(text, sizeof text, "%s cannot be read: name a PEM file", path ? path : "(no file)");
  refuse(refusal, GRPC_STATUS_INVALID_ARGUMENT, text, (size_t)length);
  return NULL;
}

static grpc_channel *channel_to(const struct entente_options *options, struct entente_refusal *refusal) {
  char *ca = read_file(options->ca_file, refusal), *certificate = NULL, *key = NULL;
  if (ca)
    certificate = read_file(options->certificate_file, refusal);
  if (certificate)
    key = read_file(options->key_file, refusal);
  grpc_channel *channel = NULL;
  if (key) {
    grpc_ssl_pem_key_cert_pair pair = {key, certificate};
    grpc_channel_credentials *credentials = grpc_ssl_credentials_create_ex(ca, &pair, NULL, NULL);
    /* Compressed answers are not taken: their size is known only when they fill the memory. */
    grpc_arg values[] = {
        {GRPC_ARG_INTEGER, (char *)GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, {.integer = 1}},
        {GRPC_ARG_INTEGER, (char *)GRPC_ARG_KEEPALIVE_TIME_MS, {.integer = KEEPALIVE_MS}},
        {GRPC_ARG_STRING, (char *)GRPC_ARG_PRIMARY_USER_AGENT_STRING, {.string = (char *)"entente-c"}},
    };
    grpc_channel_args arguments = {sizeof values / sizeof *values, values};
    channel = grpc_channel_create(options->address, credentials, &arguments);
    grpc_channel_credentials_release(credentials);
  }
  free(ca);
  free(certificate);
  if (key)
    explicit_bzero(key, strlen(key));
  free(key);
  return channel;
}

struct entente_client *entente_open(const struct entente_options *options, struct entente_refusal *refusal) {
  static const char scheme[] = "Bearer ";
  entente_refusal_clear(refusal);
  struct entente_client *client = calloc(1, sizeof *client);
  if (!client) {
    refuse(refusal, GRPC_STATUS_RESOURCE_EXHAUSTED, "out of memory", sizeof "out of memory" - 1);
    return NULL;
  }
  grpc_init();
  client->timeout_ms = options->timeout_ms;
  client->channel = channel_to(options, refusal);
  if (client->channel && options->token) {
    size_t size = sizeof scheme + strlen(options->token);
    client->authorization = malloc(size);
    if (client->authorization)
      snprintf(client->authorization, size, "%s%s", scheme, options->token);
  }
  if (client->channel && (client->authorization || !options->token))
    return client;
  entente_close(client);
  return NULL;
}

void entente_close(struct entente_client *client) {
  if (!client)
    return;
  if (client->channel)
    grpc_channel_destroy(client->channel);
  free(client->authorization);
  free(client);
  grpc_shutdown();
}

/* ---- one call ---- */

static gpr_timespec deadline_of(const struct entente_client *client, int64_t timeout_ms) {
  int64_t wanted = client->timeout_ms ? client->timeout_ms : timeout_ms;
  return wanted ? gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(wanted, GPR_TIMESPAN))
                : gpr_inf_future(GPR_CLOCK_MONOTONIC);
}

static grpc_byte_buffer *packed(const ProtobufCMessage *message) {
  grpc_slice slice = grpc_slice_malloc(protobuf_c_message_get_packed_size(message));
  protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
  grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_slice_unref(slice);
  return buffer;
}

/* Fills in the first four operations: what is sent, and the headers of the answer. */
static void exchange_begin(struct exchange *exchange, struct entente_client *client, const char *method,
                           const ProtobufCMessage *request, int64_t timeout_ms, grpc_op *ops) {
  *exchange = (struct exchange){.message = grpc_empty_slice(), .request = packed(request)};
  grpc_metadata_array_init(&exchange->headers);
  grpc_metadata_array_init(&exchange->trailers);
  exchange->queue = grpc_completion_queue_create_for_pluck(NULL);
  grpc_slice path = grpc_slice_from_copied_string(method);
  exchange->call = grpc_channel_create_call(client->channel, NULL, GRPC_PROPAGATE_DEFAULTS, exchange->queue,
                                            path, NULL, deadline_of(client, timeout_ms), NULL);
  grpc_slice_unref(path);
  if (client->authorization) {
    exchange->header.key = grpc_slice_from_static_string("authorization");
    exchange->header.value = grpc_slice_from_copied_string(client->authorization);
    exchange->header_count = 1;
  }
  ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  ops[0].data.send_initial_metadata.metadata = &exchange->header;
  ops[0].data.send_initial_metadata.count = exchange->header_count;
  ops[1].op = GRPC_OP_SEND_MESSAGE;
  ops[1].data.send_message.send_message = exchange->request;
  ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
  ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
  ops[3].data.recv_initial_metadata.recv_initial_metadata = &exchange->headers;
}

static grpc_op receive_message(struct exchange *exchange) {
  grpc_op op = {.op = GRPC_OP_RECV_MESSAGE};
  op.data.recv_message.recv_message = &exchange->answer;
  return op;
}

static grpc_op receive_status(struct exchange *exchange) {
  grpc_op op = {.op = GRPC_OP_RECV_STATUS_ON_CLIENT};
  op.data.recv_status_on_client.trailing_metadata = &exchange->trailers;
  op.data.recv_status_on_client.status = &exchange->code;
  op.data.recv_status_on_client.status_details = &exchange->message;
  return op;
}

static bool start(struct exchange *exchange, const grpc_op *ops, size_t count, void *tag) {
  return grpc_call_start_batch(exchange->call, ops, count, tag, NULL) == GRPC_CALL_OK;
}

static void wait_for(struct exchange *exchange, void *tag) {
  grpc_completion_queue_pluck(exchange->queue, tag, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
}

static void drop_answer(struct exchange *exchange) {
  if (exchange->answer)
    grpc_byte_buffer_destroy(exchange->answer);
  exchange->answer = NULL;
}

static void exchange_end(struct exchange *exchange) {
  grpc_call_unref(exchange->call);
  grpc_byte_buffer_destroy(exchange->request);
  drop_answer(exchange);
  grpc_metadata_array_destroy(&exchange->headers);
  grpc_metadata_array_destroy(&exchange->trailers);
  grpc_slice_unref(exchange->message);
  if (exchange->header_count)
    grpc_slice_unref(exchange->header.value);
  grpc_completion_queue_shutdown(exchange->queue);
  grpc_completion_queue_destroy(exchange->queue);
}

static ProtobufCMessage *take_answer(struct exchange *exchange, const ProtobufCMessageDescriptor *response,
                                     struct entente_refusal *refusal) {
  static const char words[] = "the answer is not the message that the contract says";
  grpc_byte_buffer_reader reader;
  ProtobufCMessage *message = NULL;
  if (exchange->answer && grpc_byte_buffer_reader_init(&reader, exchange->answer)) {
    grpc_slice slice = grpc_byte_buffer_reader_readall(&reader);
    message =
        protobuf_c_message_unpack(response, NULL, GRPC_SLICE_LENGTH(slice), GRPC_SLICE_START_PTR(slice));
    grpc_slice_unref(slice);
    grpc_byte_buffer_reader_destroy(&reader);
  }
  if (!message)
    refuse(refusal, GRPC_STATUS_INTERNAL, words, sizeof words - 1);
  drop_answer(exchange);
  return message;
}

static void refuse_headers(struct entente_refusal *refusal) {
  static const char words[] = "the token holds a character that no header may";
  refuse(refusal, GRPC_STATUS_INVALID_ARGUMENT, words, sizeof words - 1);
}

ProtobufCMessage *entente_call(struct entente_client *client, const char *method,
                               const ProtobufCMessage *request, const ProtobufCMessageDescriptor *response,
                               struct entente_refusal *refusal) {
  struct exchange exchange;
  grpc_op ops[6] = {0};
  ProtobufCMessage *answer = NULL;
  entente_refusal_clear(refusal);
  exchange_begin(&exchange, client, method, request, TIMEOUT_DEFAULT_MS, ops);
  ops[4] = receive_message(&exchange);
  ops[5] = receive_status(&exchange);
  if (!start(&exchange, ops, 6, &exchange)) {
    refuse_headers(refusal);
  } else {
    wait_for(&exchange, &exchange);
    if (exchange.code == GRPC_STATUS_OK)
      answer = take_answer(&exchange, response, refusal);
    else
      take_refusal(refusal, &exchange);
  }
  exchange_end(&exchange);
  return answer;
}

/* ---- streams ---- */

struct entente_stream *entente_stream_open(struct entente_client *client, const char *method,
                                           const ProtobufCMessage *request,
                                           const ProtobufCMessageDescriptor *response,
                                           struct entente_refusal *refusal) {
  grpc_op ops[4] = {0};
  entente_refusal_clear(refusal);
  struct entente_stream *stream = calloc(1, sizeof *stream);
  if (!stream)
    return NULL;
  stream->response = response;
  exchange_begin(&stream->exchange, client, method, request, 0, ops);
  grpc_op status = receive_status(&stream->exchange);
  if (!start(&stream->exchange, ops, 4, &stream->exchange) || !start(&stream->exchange, &status, 1, stream)) {
    refuse_headers(refusal);
    exchange_end(&stream->exchange);
    free(stream);
    return NULL;
  }
  wait_for(&stream->exchange, &stream->exchange);
  return stream;
}

ProtobufCMessage *entente_stream_next(struct entente_stream *stream, struct entente_refusal *refusal) {
  struct exchange *exchange = &stream->exchange;
  grpc_op op = receive_message(exchange);
  entente_refusal_clear(refusal);
  if (stream->ended)
    return NULL;
  if (start(exchange, &op, 1, &exchange->answer))
    wait_for(exchange, &exchange->answer);
  if (exchange->answer)
    return take_answer(exchange, stream->response, refusal);
  stream->ended = true;
  wait_for(exchange, stream);
  if (exchange->code != GRPC_STATUS_OK)
    take_refusal(refusal, exchange);
  return NULL;
}

void entente_stream_cancel(struct entente_stream *stream) {
  grpc_call_cancel(stream->exchange.call, NULL);
}

void entente_stream_close(struct entente_stream *stream) {
  if (!stream)
    return;
  if (!stream->ended) {
    grpc_call_cancel(stream->exchange.call, NULL);
    wait_for(&stream->exchange, stream);
  }
  exchange_end(&stream->exchange);
  free(stream);
}
