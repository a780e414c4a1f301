#include "gateway/edge/question.h"

#include "gateway/edge/base64.h"
#include "gateway/edge/compress.h"
#include "gateway/edge/envelope.h"
#include "gateway/edge/query.h"
#include "gateway/edge/timeout.h"
#include "runtime/base/limit.h"
#include "runtime/base/text.h"
#include "runtime/message/json.h"
#include "runtime/message/validate.h"

#include <string.h>

/* ---- what goes along ---- */

static bool is_web(const struct media *media) {
  return media->protocol == PROTOCOL_GRPC_WEB || media->protocol == PROTOCOL_GRPC_WEB_TEXT;
}

static const struct status *read_timeout(struct arena *arena, const struct http_request *request,
                                         const struct media *media, int64_t *out_us) {
  const char *key = is_web(media) ? "grpc-timeout" : "connect-timeout-ms";
  const char *text = http_header(request, key);
  *out_us = INT64_MAX;
  if (!text || (is_web(media) ? timeout_grpc : timeout_connect)(text, out_us))
    return NULL;
  return status_make(arena, CODE_INVALID_ARGUMENT, "TIMEOUT_MALFORMED", "`%s` must be %s", key,
                     is_web(media) ? "1 to 8 digits and one of H M S m u n"
                                   : "a number of milliseconds, 1 to 10 digits");
}

static const struct status *read_version(struct arena *arena, const struct http_request *request,
                                         const struct media *media, bool required) {
  const char *version = http_header(request, "connect-protocol-version");
  if (is_web(media) || (version ? strcmp(version, "1") == 0 : !required))
    return NULL;
  return status_make(arena, CODE_INVALID_ARGUMENT, "PROTOCOL_VERSION",
                     "send `Connect-Protocol-Version: 1`: it is the one that is spoken here");
}

static bool is_header_text(const char *text) {
  for (; *text; text++)
    if (*text < 0x20 || *text > 0x7E)
      return false;
  return true;
}

struct carrying {
  struct arena *arena;
  struct header *rows;
  size_t count;
};

/* Several values of bytes stand in one header, with commas between. */
static bool carry_binary(struct carrying *to, const struct header *from) {
  const char *text = from->value;
  for (;;) {
    uint8_t *bytes;
    size_t size, length;
    text += strspn(text, " \t");
    length = strcspn(text, ", \t");
    if (!base64_decode(to->arena, text, length, &bytes, &size))
      return false;
    to->rows[to->count++] = (struct header){from->key, bytes, size};
    text += length;
    text += strspn(text, " \t");
    if (!*text)
      return true;
    if (*text++ != ',')
      return false;
  }
}

static size_t most_values(const struct http_request *request) {
  size_t count = 1;
  for (size_t i = 0; i < request->header_count; i++) {
    count++;
    for (const char *at = request->headers[i].value; *at; at++)
      count += *at == ',';
  }
  return count;
}

static const struct status *read_carried(struct arena *arena, const struct http_request *request,
                                         struct question *out) {
  struct carrying to = {arena, arena_calloc(arena, most_values(request), sizeof(struct header)), 0};
  for (size_t i = 0; i < request->header_count; i++) {
    const struct header *from = &request->headers[i];
    size_t length = strlen(from->key);
    bool good = true;
    if (!header_carried(from->key, length))
      continue;
    if (header_is_binary(from->key, length))
      good = carry_binary(&to, from);
    else if ((good = is_header_text(from->value)))
      to.rows[to.count++] = *from;
    if (!good)
      return status_make(arena, CODE_INVALID_ARGUMENT, "HEADER_MALFORMED", "the header `%s` is not %s",
                         from->key, header_is_binary(from->key, length) ? "base64" : "printable ASCII");
  }
  out->carried = to.rows;
  out->carried_count = to.count;
  return NULL;
}

static const char *only_value(const struct http_request *request, const char *key) {
  const char *found = NULL;
  for (size_t i = 0; i < request->header_count; i++)
    if (strcmp(request->headers[i].key, key) == 0) {
      if (found)
        return NULL;
      found = request->headers[i].value;
    }
  return found;
}

static const char *accept_key(const struct media *media) {
  return is_web(media)                                ? "grpc-accept-encoding"
         : media->protocol == PROTOCOL_CONNECT_STREAM ? "connect-accept-encoding"
                                                      : "accept-encoding";
}

const struct status *question_read_head(struct arena *arena, const struct http_request *request,
                                        const struct media *media, bool version_required,
                                        struct question *out) {
  const struct status *status = read_timeout(arena, request, media, &out->timeout_us);
  if (!status)
    status = read_version(arena, request, media, version_required);
  if (!status)
    status = read_carried(arena, request, out);
  out->gzip = gzip_accepted(http_header(request, accept_key(media)));
  out->authorization = only_value(request, "authorization");
  out->traceparent = only_value(request, "traceparent");
  return status;
}

/* ---- the message ---- */

/* A message as it came. */
struct raw {
  const uint8_t *bytes;
  size_t size;
};

static const struct status *too_large(struct arena *arena) {
  return status_make(arena, CODE_RESOURCE_EXHAUSTED, "MESSAGE_TOO_LARGE",
                     "the request takes more than %d bytes", LIMIT_MESSAGE_BYTES);
}

static const struct status *malformed(struct arena *arena, const char *what) {
  return status_make(arena, CODE_INVALID_ARGUMENT, "BODY_MALFORMED", "%s", what);
}

static const struct status *read_encoding(struct arena *arena, const char *encoding, bool *gzip) {
  *gzip = text_equal(encoding, "gzip");
  if (*gzip || text_empty(encoding) || text_equal(encoding, "identity"))
    return NULL;
  return status_make(arena, CODE_UNIMPLEMENTED, "ENCODING_UNKNOWN",
                     "unknown compression \"%.64s\": supported are gzip, identity", encoding);
}

/* Nothing is inflated that is empty: there is no gzip of it. */
static const struct status *inflate(struct arena *arena, struct raw *raw) {
  uint8_t *out;
  size_t size;
  if (!raw->size)
    return NULL;
  switch (gzip_inflate(arena, raw->bytes, raw->size, LIMIT_MESSAGE_BYTES, &out, &size)) {
  case INFLATE_TOO_LARGE:
    return too_large(arena);
  case INFLATE_MALFORMED:
    return malformed(arena, "the message is no gzip");
  case INFLATE_DONE:
    break;
  }
  *raw = (struct raw){out, size};
  return NULL;
}

static const struct status *take_bare(struct arena *arena, const struct http_request *request,
                                      struct raw *out) {
  bool gzip;
  *out = (struct raw){request->body, request->size};
  const struct status *status = read_encoding(arena, http_header(request, "content-encoding"), &gzip);
  return status || !gzip ? status : inflate(arena, out);
}

static const struct status *open_envelope(struct arena *arena, const struct envelope *envelope, bool gzip,
                                          struct raw *out) {
  *out = (struct raw){envelope->bytes, envelope->size};
  if (envelope->flags & ~ENVELOPE_COMPRESSED)
    return malformed(arena, "a frame of the request has flags that only answers have");
  if (!(envelope->flags & ENVELOPE_COMPRESSED))
    return NULL;
  if (!gzip)
    return status_make(arena, CODE_INTERNAL, "ENCODING_MISSING",
                       "the message is marked as compressed, but no header says how");
  return inflate(arena, out);
}

/* Exactly one frame: requests do not stream here. */
static const struct status *take_enveloped(struct arena *arena, const struct http_request *request,
                                           const char *encoding_key, const struct raw *body,
                                           struct raw *out) {
  struct envelope envelope;
  const uint8_t *bytes = body->bytes;
  size_t size = body->size;
  bool gzip;
  const struct status *status = read_encoding(arena, http_header(request, encoding_key), &gzip);
  if (status)
    return status;
  if (!size)
    return status_make(arena, CODE_UNIMPLEMENTED, "MESSAGE_MISSING", "the call brought no request message");
  if (!envelope_take(&bytes, &size, &envelope))
    return malformed(arena, "the request ends within a frame");
  if (size)
    return status_make(arena, CODE_UNIMPLEMENTED, "MESSAGE_SURPLUS",
                       "the call brought more than one request message");
  return open_envelope(arena, &envelope, gzip, out);
}

static const struct status *take_text(struct arena *arena, const struct http_request *request,
                                      struct raw *out) {
  uint8_t *bytes;
  size_t size;
  if (!base64_decode_parts(arena, (const char *)request->body, request->size, &bytes, &size))
    return malformed(arena, "the body is no base64");
  return take_enveloped(arena, request, "grpc-encoding", &(struct raw){bytes, size}, out);
}

/* JSON becomes protobuf; protobuf stays as it is, unread. */
static const struct status *transcode(struct arena *arena, const struct media *media,
                                      const struct schema_method *method, const struct raw *raw,
                                      struct question *out) {
  ProtobufCMessage *message;
  if (raw->size > LIMIT_MESSAGE_BYTES)
    return too_large(arena);
  out->bytes = raw->bytes;
  out->size = raw->size;
  if (media->codec == CODEC_PROTO)
    return NULL;
  const struct status *status =
      json_read(arena, method->request, (const char *)raw->bytes, raw->size, &message);
  if (status)
    return status;
  ProtobufCBinaryData packed = message_pack(arena, message);
  out->bytes = packed.data;
  out->size = packed.len;
  return packed.len > LIMIT_MESSAGE_BYTES ? too_large(arena) : NULL;
}

const struct status *question_read_body(struct arena *arena, const struct http_request *request,
                                        const struct media *media, const struct schema_method *method,
                                        struct question *out) {
  struct raw raw = {0}, body = {request->body, request->size};
  const struct status *status = NULL;
  if (request->too_large)
    return too_large(arena);
  switch (media->protocol) {
  case PROTOCOL_CONNECT:
    status = take_bare(arena, request, &raw);
    break;
  case PROTOCOL_CONNECT_STREAM:
    status = take_enveloped(arena, request, "connect-content-encoding", &body, &raw);
    break;
  case PROTOCOL_GRPC_WEB:
    status = take_enveloped(arena, request, "grpc-encoding", &body, &raw);
    break;
  case PROTOCOL_GRPC_WEB_TEXT:
    status = take_text(arena, request, &raw);
    break;
  }
  return status ? status : transcode(arena, media, method, &raw, out);
}

const struct status *question_read_query(struct arena *arena, const struct http_request *request,
                                         const struct media *media, const struct schema_method *method,
                                         struct question *out) {
  size_t size, ignored;
  bool bad = false, gzip;
  const char *text = query_value(arena, request->query, "message", &size, &bad);
  const char *base64 = query_value(arena, request->query, "base64", &ignored, &bad);
  const char *compression = query_value(arena, request->query, "compression", &ignored, &bad);
  struct raw raw = {(const uint8_t *)text, size};
  if (text && base64 && strcmp(base64, "1") == 0) {
    uint8_t *bytes;
    bad |= !base64_decode(arena, text, size, &bytes, &raw.size);
    raw.bytes = bytes;
  }
  if (bad || !text)
    return status_make(arena, CODE_INVALID_ARGUMENT, "QUERY_MALFORMED",
                       text ? "the query is not well formed" : "the query has no `message`");
  const struct status *status = read_encoding(arena, compression, &gzip);
  if (!status && gzip)
    status = inflate(arena, &raw);
  return status ? status : transcode(arena, media, method, &raw, out);
}
