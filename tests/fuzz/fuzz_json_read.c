/* Any text as the JSON of any message: what is read is written and read the same. */
#include "tests/fuzz/fuzz.h"

#include "runtime/message/json.h"
#include "runtime/message/rule.h"
#include "runtime/message/validate.h"

#include <string.h>

extern const ProtobufCMessageDescriptor *const contract_messages[];

/* The type that the first two bytes pick. */
static const ProtobufCMessageDescriptor *type_of(const uint8_t *pick) {
  size_t count = 0;
  while (contract_messages[count])
    count++;
  size_t first = ((size_t)pick[0] << 8 | pick[1]) % count;
  while (!rules_of(contract_messages[first]))
    first = (first + 1) % count;
  return contract_messages[first];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (size < 2)
    return 0;
  struct arena *arena = fuzz_arena();
  const ProtobufCMessageDescriptor *type = type_of(bytes);
  ProtobufCMessage *message, *again;
  const struct status *status = json_read(arena, type, (const char *)bytes + 2, size - 2, &message);
  if (status) {
    fuzz_expect(status->violations && text_is_utf8(status->message, strlen(status->message)),
                "says what is wrong, in UTF-8");
    return 0;
  }
  static const struct json_options styles[] = {{0}, {.pretty = true}, {.defaults = true}};
  for (size_t i = 0; i < 3; i++) {
    struct buffer text = {.arena = arena};
    json_write(&text, message, &styles[i]);
    fuzz_expect(!json_read(arena, type, text.data, text.size, &again), "reads what it wrote");
    fuzz_expect(message_equal(message, again), "reads the same");
  }
  return 0;
}
