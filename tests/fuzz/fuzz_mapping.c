/* Any bytes, after one that says which form, as a message that has every type of field: maps, oneofs,
 * wrappers, Any, Struct, recursion. What is read packs and parses the same, and what has JSON is read from
 * its JSON the same. */
#include "tests/fuzz/fuzz.h"

#include "runtime/base/text.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"
#include "runtime/message/validate.h"

#include <string.h>

static const struct status *take(struct arena *arena, const ProtobufCMessageDescriptor *type, uint8_t form,
                                 const uint8_t *bytes, size_t size, ProtobufCMessage **out) {
  if (form % 4 == 0)
    return message_parse_whole(arena, type, bytes, size, out);
  if (form % 4 == 1)
    return message_parse(arena, type, bytes, size, out);
  if (form % 4 == 2)
    return json_read(arena, type, (const char *)bytes, size, out);
  return json_read_known(arena, type, (const char *)bytes, size, out);
}

static void packs_and_parses(struct arena *arena, const ProtobufCMessage *message) {
  ProtobufCBinaryData packed = message_pack(arena, message);
  ProtobufCMessage *again;
  fuzz_expect(!message_parse_whole(arena, message->descriptor, packed.data, packed.len, &again),
              "parses again");
  fuzz_expect(message_equal(message, again), "packs to the same bytes");
}

static void writes_and_reads(struct arena *arena, const ProtobufCMessage *message) {
  struct buffer first = {.arena = arena}, second = {.arena = arena};
  ProtobufCMessage *read;
  if (!json_write(&first, message, NULL))
    return;
  fuzz_expect(!json_read(arena, message->descriptor, first.data, first.size, &read), "reads its JSON");
  fuzz_expect(json_write(&second, read, NULL), "has JSON again");
  fuzz_expect(first.size == second.size && memcmp(first.data, second.data, first.size) == 0,
              "writes the same JSON");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const ProtobufCMessageDescriptor *type;
  if (!type)
    type = schema_find_message("protobuf_test_messages.proto3.TestAllTypesProto3");
  fuzz_expect(type != NULL, "the messages of the conformance runner are there");
  if (size < 1)
    return 0;
  struct arena *arena = fuzz_arena();
  ProtobufCMessage *message;
  if (take(arena, type, bytes[0], bytes + 1, size - 1, &message))
    return 0;
  packs_and_parses(arena, message);
  writes_and_reads(arena, message);
  return 0;
}
