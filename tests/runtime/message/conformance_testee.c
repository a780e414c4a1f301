/* What protobuf's conformance runner talks to: requests on stdin, answers on stdout, each after its length as
 * four bytes, little end first. Its contracts are ours and the runner's test messages together. */
#include "runtime/base/limit.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"
#include "runtime/message/validate.h"

#include "conformance/conformance.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_BYTES_MAX = 64 << 20 };

/* False at the end of the input. A message that breaks off ends the program: the runner is gone. */
static bool read_exactly(void *out, size_t size) {
  size_t got = fread(out, 1, size, stdin);
  if (got && got != size)
    exit(EXIT_FAILURE);
  return got == size;
}

static Conformance__ConformanceResponse refused(Conformance__ConformanceResponse__ResultCase result,
                                                const char *why) {
  Conformance__ConformanceResponse response = CONFORMANCE__CONFORMANCE_RESPONSE__INIT;
  response.result_case = result;
  response.parse_error = (char *)(uintptr_t)why; /* the texts of a union are all at one place */
  return response;
}

static const struct status *take_payload(struct arena *arena, const Conformance__ConformanceRequest *request,
                                         ProtobufCMessage **out) {
  const ProtobufCMessageDescriptor *descriptor = schema_find_message(request->message_type);
  if (request->payload_case == CONFORMANCE__CONFORMANCE_REQUEST__PAYLOAD_PROTOBUF_PAYLOAD)
    return message_parse_whole(arena, descriptor, request->protobuf_payload.data,
                               request->protobuf_payload.len, out);
  const char *text = request->json_payload;
  bool lenient = request->test_category == CONFORMANCE__TEST_CATEGORY__JSON_IGNORE_UNKNOWN_PARSING_TEST;
  return lenient ? json_read_known(arena, descriptor, text, strlen(text), out)
                 : json_read(arena, descriptor, text, strlen(text), out);
}

static Conformance__ConformanceResponse answer(struct arena *arena,
                                               const Conformance__ConformanceRequest *request) {
  Conformance__ConformanceResponse response = CONFORMANCE__CONFORMANCE_RESPONSE__INIT;
  bool text_format = request->payload_case == CONFORMANCE__CONFORMANCE_REQUEST__PAYLOAD_TEXT_PAYLOAD ||
                     request->requested_output_format == CONFORMANCE__WIRE_FORMAT__TEXT_FORMAT;
  if (text_format || !schema_find_message(request->message_type))
    return refused(CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_SKIPPED, "neither proto2 nor the text format");
  ProtobufCMessage *message;
  const struct status *status = take_payload(arena, request, &message);
  if (status)
    return refused(CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_PARSE_ERROR, status->message);
  if (request->requested_output_format == CONFORMANCE__WIRE_FORMAT__PROTOBUF) {
    response.result_case = CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_PROTOBUF_PAYLOAD;
    response.protobuf_payload = message_pack(arena, message);
    return response;
  }
  struct buffer text = {.arena = arena};
  if (!json_write(&text, message, NULL))
    return refused(CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_SERIALIZE_ERROR, "a value has no JSON");
  response.result_case = CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_JSON_PAYLOAD;
  response.json_payload = text.data;
  return response;
}

/* The first request asks for failures that are expected, of which there are none. */
static ProtobufCBinaryData answer_bytes(struct arena *arena, const uint8_t *bytes, size_t size) {
  Conformance__ConformanceRequest *request =
      conformance__conformance_request__unpack(arena_allocator(arena), size, bytes);
  if (!request)
    exit(EXIT_FAILURE);
  Conformance__ConformanceResponse response = CONFORMANCE__CONFORMANCE_RESPONSE__INIT;
  if (strcmp(request->message_type, "conformance.FailureSet") == 0)
    response.result_case = CONFORMANCE__CONFORMANCE_RESPONSE__RESULT_PROTOBUF_PAYLOAD;
  else
    response = answer(arena, request);
  return message_pack(arena, &response.base);
}

int main(void) {
  uint8_t prefix[4];
  while (read_exactly(prefix, sizeof prefix)) {
    size_t size =
        (size_t)prefix[0] | (size_t)prefix[1] << 8 | (size_t)prefix[2] << 16 | (size_t)prefix[3] << 24;
    struct arena *arena = arena_create(SIZE_MAX, NULL, NULL);
    if (!arena || size > REQUEST_BYTES_MAX)
      return EXIT_FAILURE;
    uint8_t *bytes = arena_alloc(arena, size + 1);
    if (size && !read_exactly(bytes, size))
      return EXIT_FAILURE;
    ProtobufCBinaryData out = answer_bytes(arena, bytes, size);
    for (size_t i = 0; i < sizeof prefix; i++)
      prefix[i] = (uint8_t)(out.len >> (8 * i));
    if (fwrite(prefix, 1, sizeof prefix, stdout) != sizeof prefix ||
        fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout) != 0)
      return EXIT_FAILURE;
    arena_destroy(arena);
  }
  return EXIT_SUCCESS;
}
