/* Any text as a name, a period, a time, base64, a pattern's text and a field path. */
#include "tests/fuzz/fuzz.h"

#include "runtime/base/fold.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "runtime/message/json_value.h"
#include "runtime/message/mask.h"
#include "runtime/message/pattern.h"
#include "runtime/message/validate.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"

#include <regex.h>
#include <string.h>

static void names(struct arena *arena, const char *text) {
  char *vendor = name_vendor(arena, text), *partnership = name_partnership(arena, text);
  fuzz_expect(!partnership || vendor, "a partnership has a vendor");
  if (name_matches(text, "vendors/*/partnerships/*")) {
    fuzz_expect(partnership && strcmp(partnership, text) == 0, "a partnership's name is its own");
    fuzz_expect(name_id_valid(name_id(arena, text, 0)) && name_id_valid(name_last_id(arena, text)),
                "a name's ids are valid");
    fuzz_expect(strcmp(name_child(arena, vendor, "partnerships", name_id(arena, text, 1)), text) == 0,
                "a name is made of its parts");
  }
  for (size_t i = 0; i < 4; i++) {
    char *prefix = name_prefix(arena, text, i), *id = name_id(arena, text, i);
    fuzz_expect(!prefix || strncmp(prefix, text, strlen(prefix)) == 0, "a prefix is one");
    fuzz_expect(!id || !strchr(id, '/'), "an id is one segment");
  }
}

static void times(const char *text) {
  struct period period, again;
  char out[32];
  int64_t time_us, same_us;
  if (period_parse(text, &period)) {
    fuzz_expect(period_is_whole_months(period), "a period is of whole months");
    period_format(period, out, sizeof out);
    fuzz_expect(period_parse(out, &again) && again.start_us == period.start_us &&
                    again.end_us == period.end_us,
                "a period is written as it is read");
  }
  if (time_parse(text, &time_us)) {
    time_format(time_us, out, sizeof out);
    fuzz_expect(time_parse(out, &same_us) && same_us == time_us, "a time is written as it is read");
  }
}

static void json_values(struct arena *arena, const char *text) {
  Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT, time2 = time;
  Google__Protobuf__Duration duration = GOOGLE__PROTOBUF__DURATION__INIT, duration2 = duration;
  struct buffer out = {.arena = arena};
  if (json_timestamp_parse(text, &time)) {
    json_timestamp_write(&out, &time);
    fuzz_expect(json_timestamp_parse(out.data, &time2) && message_equal(&time.base, &time2.base),
                "timestamp");
  }
  out.size = 0;
  if (json_duration_parse(text, &duration)) {
    json_duration_write(&out, &duration);
    fuzz_expect(json_duration_parse(out.data, &duration2) && message_equal(&duration.base, &duration2.base),
                "duration");
  }
  bool negative;
  uint64_t magnitude, again;
  if (json_integer_parse(text, strlen(text), &negative, &magnitude)) {
    out.size = 0;
    buffer_printf(&out, "%llue0", (unsigned long long)magnitude);
    fuzz_expect(json_integer_parse(out.data, out.size, &negative, &again) && again == magnitude, "integer");
  }
}

static void base64(struct arena *arena, const char *text) {
  void *bytes;
  size_t size;
  ProtobufCBinaryData data;
  if (base64url_decode(arena, text, &bytes, &size))
    fuzz_expect(strcmp(base64url_encode(arena, bytes, size), text) == 0, "base64url has one spelling");
  if (json_base64_parse(arena, text, &data)) {
    struct buffer out = {.arena = arena};
    ProtobufCBinaryData again;
    json_base64_write(&out, &data);
    fuzz_expect(json_base64_parse(arena, out.data, &again) && again.len == data.len &&
                    memcmp(again.data, data.data, data.len) == 0,
                "base64 is written as it is read");
  }
}

/* What is matched directly agrees with regexec(). */
static void patterns(struct arena *arena, const char *text) {
  static const char *const expressions[] = {"[A-Z]{3}", "[A-Za-z0-9._-]{1,64}", "[a-z]+@[0-9]*",
                                            "a?[b-d]{2,}e"};
  enum { COUNT = sizeof expressions / sizeof *expressions };
  static regex_t regexes[COUNT];
  static bool compiled;
  for (size_t i = 0; i < COUNT; i++) {
    if (!compiled)
      fuzz_expect(!regcomp(&regexes[i], arena_printf(arena, "^(%s)$", expressions[i]), REG_EXTENDED),
                  "regcomp");
    const struct pattern *pattern = pattern_compile(arena, expressions[i]);
    fuzz_expect(pattern_matches(pattern, text) == !regexec(&regexes[i], text, 0, NULL, 0), "pattern");
  }
  compiled = true;
}

static void folding(struct arena *arena, const char *text) {
  const char *folded = text_fold(arena, text);
  fuzz_expect(text_is_utf8(folded, strlen(folded)), "what is folded is UTF-8");
  fuzz_expect(strcmp(text_fold(arena, folded), folded) == 0, "folding twice changes nothing");
  fuzz_expect(text_folded_contains(arena, text, folded), "a text holds itself");
}

static void masks(struct arena *arena, const char *text) {
  char *paths[16], *rest = NULL;
  size_t count = 0;
  for (char *path = strtok_r(arena_strdup(arena, text), "\n", &rest); path && count < 16;
       path = strtok_r(NULL, "\n", &rest))
    paths[count++] = path;
  Ledger__BatchGetCountersRequest from = LEDGER__BATCH_GET_COUNTERS_REQUEST__INIT, to = from;
  Type__Period period = TYPE__PERIOD__INIT;
  from.period = &period;
  from.parent = arena_strdup(arena, "vendors/a");
  const struct status *status = mask_apply(arena, paths, count, &from.base, &to.base);
  fuzz_expect(!status || (!to.period && !*to.parent), "a refused mask changes nothing");
  message_pack(arena, &to.base);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct arena *arena = fuzz_arena();
  char *text = arena_strndup(arena, (const char *)bytes, strnlen((const char *)bytes, size));
  if (text_is_utf8(text, strlen(text)))
    folding(arena, text);
  text_length(text);
  currency_decimals(text);
  names(arena, text);
  times(text);
  json_values(arena, text);
  base64(arena, text);
  patterns(arena, text);
  masks(arena, text);
  message_path_valid(&ledger__batch_get_counters_request__descriptor, text);
  return 0;
}
