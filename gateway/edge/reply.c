#include "gateway/edge/reply.h"

#include "gateway/edge/base64.h"
#include "gateway/edge/compress.h"
#include "gateway/edge/ending.h"
#include "gateway/edge/envelope.h"
#include "runtime/message/json.h"
#include "runtime/message/validate.h"

#include <string.h>

static bool is_connect_unary(const struct reply *reply) {
  return reply->media->protocol == PROTOCOL_CONNECT;
}

void reply_headers(struct reply *reply, const struct header *headers, size_t count) {
  struct arena *arena = reply->visit->arena;
  reply->headers = arena_calloc(arena, count + 1, sizeof(*headers));
  for (size_t i = 0; i < count; i++)
    reply->headers[i] = (struct header){headers[i].key, ending_value(arena, &headers[i]), 0};
  reply->header_count = count;
}

static struct head head_of(struct reply *reply, const char *content_type) {
  struct head head = {.arena = reply->visit->arena};
  head_add(&head, "content-type", content_type);
  head_add(&head, "x-content-type-options", "nosniff");
  for (size_t i = 0; i < reply->header_count; i++)
    head_add(&head, reply->headers[i].key, reply->headers[i].value);
  return head;
}

static void answer(struct reply *reply, unsigned status, struct head *head, const void *body, size_t size) {
  cors_answer(head, reply->origins, &reply->visit->request);
  reply->http_status = status;
  reply->bytes += size;
  http_answer(reply->visit, status, head->rows, head->count, body, size);
}

/* ---- messages ---- */

static const struct status *transcode(struct reply *reply, const uint8_t **bytes, size_t *size) {
  ProtobufCMessage *message;
  if (reply->media->codec == CODEC_PROTO)
    return NULL;
  if (message_parse(reply->pieces, reply->method->response, *bytes, *size, &message))
    return status_make(reply->visit->arena, CODE_INTERNAL, "RESPONSE_MALFORMED", "the answer is no `%s`",
                       reply->method->response->name);
  struct buffer json = {.arena = reply->pieces};
  json_write(&json, message, NULL);
  *bytes = (const uint8_t *)json.data;
  *size = json.size;
  return NULL;
}

static bool write_piece(struct reply *reply, const void *bytes, size_t size) {
  reply->bytes += size;
  if (reply->begun)
    return http_send(reply->visit, bytes, size);
  buffer_append(&reply->whole, bytes, size);
  return true;
}

static bool write_frame(struct reply *reply, uint8_t flags, const uint8_t *bytes, size_t size) {
  uint8_t *frame = arena_alloc(reply->pieces, ENVELOPE_HEAD_BYTES + size);
  envelope_head(frame, flags, size);
  if (size)
    memcpy(frame + ENVELOPE_HEAD_BYTES, bytes, size);
  size += ENVELOPE_HEAD_BYTES;
  if (reply->media->protocol != PROTOCOL_GRPC_WEB_TEXT)
    return write_piece(reply, frame, size);
  const char *text = base64_encode(reply->pieces, frame, size, true);
  return write_piece(reply, text, strlen(text));
}

static const char *encoding_key(const struct reply *reply) {
  return reply->media->protocol == PROTOCOL_CONNECT_STREAM ? "connect-content-encoding" : "grpc-encoding";
}

static void begin(struct reply *reply) {
  if (reply->begun || is_connect_unary(reply) || !reply->method || !reply->method->server_streaming)
    return;
  struct head head = head_of(reply, reply->media->type);
  if (reply->gzip)
    head_add(&head, encoding_key(reply), "gzip");
  head_add(&head, "x-accel-buffering", "no"); /* proxies hand each message on at once */
  cors_answer(&head, reply->origins, &reply->visit->request);
  reply->begun = true;
  reply->http_status = 200;
  http_begin(reply->visit, 200, head.rows, head.count);
}

bool reply_message(struct reply *reply, const uint8_t *bytes, size_t size, const struct status **status) {
  uint8_t *smaller, flags = 0;
  size_t smaller_size;
  arena_reset(reply->pieces);
  *status = transcode(reply, &bytes, &size);
  if (*status)
    return false;
  reply->messages++;
  begin(reply);
  if (is_connect_unary(reply))
    return write_piece(reply, bytes, size);
  if (reply->gzip && gzip_deflate(reply->pieces, bytes, size, &smaller, &smaller_size)) {
    bytes = smaller;
    size = smaller_size;
    flags = ENVELOPE_COMPRESSED;
  }
  return write_frame(reply, flags, bytes, size);
}

/* ---- the end ---- */

static void add_trailers(struct reply *reply, struct head *head, const struct client_end *end) {
  struct arena *arena = reply->visit->arena;
  for (size_t i = 0; i < end->trailer_count; i++)
    head_add(head, arena_printf(arena, "trailer-%s", end->trailers[i].key),
             ending_value(arena, &end->trailers[i]));
}

static void end_connect(struct reply *reply, const struct client_end *end) {
  bool failed = end->code != CODE_OK;
  struct head head = head_of(reply, failed ? "application/json" : reply->media->type);
  struct buffer error = {.arena = reply->visit->arena};
  const void *body = reply->whole.data;
  size_t size = reply->whole.size, smaller_size;
  uint8_t *smaller;
  add_trailers(reply, &head, end);
  reply->bytes = 0;
  if (failed) {
    ending_error(&error, end);
    body = error.data;
    size = error.size;
  } else if (reply->gzip && gzip_deflate(reply->visit->arena, body, size, &smaller, &smaller_size)) {
    body = smaller;
    size = smaller_size;
    head_add(&head, "content-encoding", "gzip");
  }
  head_add(&head, "vary", "Accept-Encoding");
  if (reply->get) {
    head_add(&head, "vary", "Authorization");
    head_add(&head, "cache-control", "private, no-cache");
  }
  answer(reply, ending_http_status(end->code), &head, size ? body : "", size);
}

static void end_framed(struct reply *reply, const struct client_end *end) {
  bool web = reply->media->protocol != PROTOCOL_CONNECT_STREAM;
  struct buffer text = {.arena = reply->pieces};
  arena_reset(reply->pieces);
  begin(reply);
  (web ? ending_web : ending_stream)(&text, end);
  write_frame(reply, web ? ENVELOPE_WEB_TRAILERS : ENVELOPE_CONNECT_END, (const uint8_t *)text.data,
              text.size);
  if (reply->begun) {
    http_end(reply->visit);
    return;
  }
  struct head head = head_of(reply, reply->media->type);
  if (reply->gzip)
    head_add(&head, encoding_key(reply), "gzip");
  reply->bytes = 0;
  answer(reply, 200, &head, reply->whole.data, reply->whole.size);
}

void reply_end(struct reply *reply, const struct client_end *end) {
  if (is_connect_unary(reply))
    end_connect(reply, end);
  else
    end_framed(reply, end);
}

void reply_refuse(struct reply *reply, unsigned http_status, const struct client_end *end,
                  const struct header *extra) {
  struct head head = head_of(reply, "application/json");
  struct buffer error = {.arena = reply->visit->arena};
  if (extra)
    head_add(&head, extra->key, extra->value);
  ending_error(&error, end);
  answer(reply, http_status, &head, error.data, error.size);
}
