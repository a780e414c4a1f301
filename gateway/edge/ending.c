#include "gateway/edge/ending.h"

#include "gateway/edge/base64.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"
#include "runtime/message/validate.h"

#include "google/rpc/status.pb-c.h"

#include <string.h>

static const struct {
  const char *name;
  unsigned status;
} codes[CODE_COUNT] = {
    [CODE_OK] = {"ok", 200},
    [CODE_CANCELLED] = {"canceled", 499},
    [CODE_UNKNOWN] = {"unknown", 500},
    [CODE_INVALID_ARGUMENT] = {"invalid_argument", 400},
    [CODE_DEADLINE_EXCEEDED] = {"deadline_exceeded", 504},
    [CODE_NOT_FOUND] = {"not_found", 404},
    [CODE_ALREADY_EXISTS] = {"already_exists", 409},
    [CODE_PERMISSION_DENIED] = {"permission_denied", 403},
    [CODE_RESOURCE_EXHAUSTED] = {"resource_exhausted", 429},
    [CODE_FAILED_PRECONDITION] = {"failed_precondition", 400},
    [CODE_ABORTED] = {"aborted", 409},
    [CODE_OUT_OF_RANGE] = {"out_of_range", 400},
    [CODE_UNIMPLEMENTED] = {"unimplemented", 501},
    [CODE_INTERNAL] = {"internal", 500},
    [CODE_UNAVAILABLE] = {"unavailable", 503},
    [CODE_DATA_LOSS] = {"data_loss", 500},
    [CODE_UNAUTHENTICATED] = {"unauthenticated", 401},
};

unsigned ending_http_status(enum code code) {
  return codes[code].status;
}

const char *ending_code_name(enum code code) {
  return codes[code].name;
}

const char *ending_value(struct arena *arena, const struct header *header) {
  return header_is_binary(header->key, strlen(header->key))
             ? base64_encode(arena, header->value, header->size, false)
             : header->value;
}

/* A JSON string. Bytes that are no UTF-8 become question marks. */
static void write_text(struct buffer *out, const char *text) {
  bool good = text_is_utf8(text, strlen(text));
  buffer_text(out, "\"");
  for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
    if (*at == '"' || *at == '\\')
      buffer_printf(out, "\\%c", *at);
    else if (*at < 0x20 || *at == 0x7F)
      buffer_printf(out, "\\u%04x", *at);
    else
      buffer_append(out, *at >= 0x80 && !good ? (const unsigned char *)"?" : at, 1);
  }
  buffer_text(out, "\"");
}

static void write_detail(struct buffer *out, const Google__Protobuf__Any *any) {
  const char *slash = strrchr(any->type_url, '/'), *type = slash ? slash + 1 : any->type_url;
  const ProtobufCMessageDescriptor *descriptor = schema_find_message(type);
  ProtobufCMessage *message;
  buffer_text(out, "{\"type\":");
  write_text(out, type);
  buffer_printf(out, ",\"value\":\"%s\"", base64_encode(out->arena, any->value.data, any->value.len, false));
  if (descriptor && !message_parse(out->arena, descriptor, any->value.data, any->value.len, &message)) {
    buffer_text(out, ",\"debug\":");
    json_write(out, message, NULL);
  }
  buffer_text(out, "}");
}

static void write_details(struct buffer *out, const struct client_end *end) {
  ProtobufCMessage *parsed;
  if (!end->details ||
      message_parse(out->arena, &google__rpc__status__descriptor, end->details, end->details_size, &parsed))
    return;
  const Google__Rpc__Status *status = (const Google__Rpc__Status *)parsed;
  for (size_t i = 0; i < status->n_details; i++) {
    buffer_text(out, i ? "," : ",\"details\":[");
    write_detail(out, status->details[i]);
  }
  if (status->n_details)
    buffer_text(out, "]");
}

void ending_error(struct buffer *out, const struct client_end *end) {
  buffer_printf(out, "{\"code\":\"%s\"", ending_code_name(end->code));
  if (!text_empty(end->message)) {
    buffer_text(out, ",\"message\":");
    write_text(out, end->message);
  }
  write_details(out, end);
  buffer_text(out, "}");
}

static bool key_came_before(const struct client_end *end, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (strcmp(end->trailers[i].key, end->trailers[index].key) == 0)
      return true;
  return false;
}

static void write_values(struct buffer *out, const struct client_end *end, const char *key) {
  const char *separator = "";
  for (size_t i = 0; i < end->trailer_count; i++) {
    if (strcmp(end->trailers[i].key, key) != 0)
      continue;
    buffer_text(out, separator);
    write_text(out, ending_value(out->arena, &end->trailers[i]));
    separator = ",";
  }
}

void ending_stream(struct buffer *out, const struct client_end *end) {
  bool failed = end->code != CODE_OK;
  buffer_text(out, "{");
  if (failed) {
    buffer_text(out, "\"error\":");
    ending_error(out, end);
  }
  for (size_t i = 0; i < end->trailer_count; i++) {
    if (key_came_before(end, i))
      continue;
    buffer_text(out, i ? "," : failed ? ",\"metadata\":{" : "\"metadata\":{");
    write_text(out, end->trailers[i].key);
    buffer_text(out, ":[");
    write_values(out, end, end->trailers[i].key);
    buffer_text(out, "]");
  }
  buffer_text(out, end->trailer_count ? "}}" : "}");
}

/* Percent-encoded as gRPC has it. */
static void write_percent(struct buffer *out, const char *text) {
  for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
    if (*at < 0x20 || *at > 0x7E || *at == '%')
      buffer_printf(out, "%%%02X", *at);
    else
      buffer_append(out, at, 1);
  }
}

void ending_web(struct buffer *out, const struct client_end *end) {
  buffer_printf(out, "grpc-status: %d\r\n", (int)end->code);
  if (end->code != CODE_OK) {
    if (!text_empty(end->message)) {
      buffer_text(out, "grpc-message: ");
      write_percent(out, end->message);
      buffer_text(out, "\r\n");
    }
    if (end->details)
      buffer_printf(out, "grpc-status-details-bin: %s\r\n",
                    base64_encode(out->arena, end->details, end->details_size, false));
  }
  for (size_t i = 0; i < end->trailer_count; i++)
    buffer_printf(out, "%s: %s\r\n", end->trailers[i].key, ending_value(out->arena, &end->trailers[i]));
}
