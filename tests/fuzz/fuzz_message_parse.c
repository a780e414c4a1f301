/* Any bytes as a request of any method: parsed, validated, packed, and to JSON and back. */
#include "tests/fuzz/fuzz.h"

#include "runtime/message/json.h"
#include "runtime/message/rule.h"
#include "runtime/message/schema.h"
#include "runtime/message/validate.h"

/* The method that the first byte picks. */
static const struct schema_method *method_of(uint8_t pick) {
  const char *const *services;
  size_t count = schema_services(&services), total = 0, index;
  const struct schema_method *const *methods;
  for (size_t i = 0; i < count; i++)
    total += schema_service_methods(services[i], &methods);
  index = pick % total;
  for (size_t i = 0; i < count; i++) {
    size_t here = schema_service_methods(services[i], &methods);
    if (index < here)
      return methods[index];
    index -= here;
  }
  abort();
}

static void packs_and_parses(struct arena *arena, const ProtobufCMessage *message) {
  ProtobufCBinaryData packed = message_pack(arena, message);
  ProtobufCMessage *again;
  fuzz_expect(!message_parse(arena, message->descriptor, packed.data, packed.len, &again), "parses again");
  fuzz_expect(message_equal(message, again), "packs to the same bytes");
}

/* A mask may hold paths that its JSON cannot spell. */
static void writes_and_reads(struct arena *arena, const ProtobufCMessage *message) {
  struct buffer text = {.arena = arena};
  ProtobufCMessage *read;
  json_write(&text, message, NULL);
  if (rules_expect(message->descriptor)->update_mask)
    return;
  fuzz_expect(!json_read(arena, message->descriptor, text.data, text.size, &read), "reads its JSON");
  fuzz_expect(message_equal(message, read), "is the same by its JSON");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (size < 1)
    return 0;
  struct arena *arena = fuzz_arena();
  const struct schema_method *method = method_of(bytes[0]);
  ProtobufCMessage *message;
  if (message_parse(arena, method->request, bytes + 1, size - 1, &message))
    return 0;
  packs_and_parses(arena, message);
  bool valid = !message_validate(arena, message);
  if (!valid)
    return 0;
  fuzz_expect(!message_validate(arena, message), "stays valid");
  packs_and_parses(arena, message);
  writes_and_reads(arena, message);
  return 0;
}
