#include "tests/support/check.h"
#include "tests/support/random_message.h"

#include "runtime/base/limit.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"
#include "runtime/message/validate.h"

#include "entente/ledger/v1/ledger.pb-c.h"
#include "entente/ledger/v1/ledger_service.pb-c.h"
#include "entente/onboard/v1/partnership.pb-c.h"
#include "google/protobuf/descriptor.pb-c.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/field_mask.pb-c.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include "grpc/reflection/v1/reflection.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const ProtobufCMessageDescriptor *const contract_messages[];

static struct arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = arena_create(64 << 20, NULL, NULL);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

static const char *written(const ProtobufCMessage *message, const struct json_options *options) {
  struct buffer out = {.arena = arena};
  json_write(&out, message, options);
  return out.data;
}

static const char *again(const ProtobufCMessageDescriptor *descriptor, const char *text) {
  ProtobufCMessage *message;
  const struct status *status = json_read(arena, descriptor, text, strlen(text), &message);
  return status ? arena_printf(arena, "%s: %s", status->violations->reason, status->message)
                : written(message, NULL);
}

static const struct {
  const ProtobufCMessageDescriptor *descriptor;
  const char *in, *out;
} canonical[] = {
    {&ledger__counter_delta__descriptor, "{}", "{}"},
    {&ledger__counter_delta__descriptor, " {\n\t\"counter\" : \"x\" } \r\n", "{\"counter\":\"x\"}"},
    {&ledger__counter_delta__descriptor, "{\"amount\":12}", "{\"amount\":\"12\"}"},
    {&ledger__counter_delta__descriptor, "{\"amount\":\"-12\"}", "{\"amount\":\"-12\"}"},
    {&ledger__counter_delta__descriptor, "{\"amount\":\"1e3\"}", "{\"amount\":\"1000\"}"},
    {&ledger__counter_delta__descriptor, "{\"amount\":1.50e2}", "{\"amount\":\"150\"}"},
    {&ledger__counter_delta__descriptor, "{\"amount\":1000e-3}", "{\"amount\":\"1\"}"},
    {&ledger__counter_delta__descriptor, "{\"amount\":0e999999999999}", "{}"},
    {&ledger__counter_delta__descriptor, "{\"amount\":-0}", "{}"},
    {&ledger__counter_delta__descriptor, "{\"amount\":9223372036854775807}",
     "{\"amount\":\"9223372036854775807\"}"},
    {&ledger__counter_delta__descriptor, "{\"amount\":-9223372036854775808}",
     "{\"amount\":\"-9223372036854775808\"}"},
    {&ledger__counter_delta__descriptor, "{\"month\":\"202607\"}", "{\"month\":202607}"},
    {&ledger__counter_delta__descriptor, "{\"month\":2.02607E+5}", "{\"month\":202607}"},
    {&ledger__counter_delta__descriptor, "{\"party\":\"PARTY_VENDOR\"}", "{\"party\":\"PARTY_VENDOR\"}"},
    {&ledger__counter_delta__descriptor, "{\"party\":2}", "{\"party\":\"PARTY_PARTNER\"}"},
    {&ledger__counter_delta__descriptor, "{\"party\":99}", "{\"party\":99}"},
    {&ledger__counter_delta__descriptor, "{\"party\":null,\"amount\":null}", "{}"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\\u0041\\uD83D\\uDE00\\n\\/\\u001f\"}",
     "{\"counter\":\"A\xF0\x9F\x98\x80\\n/\\u001f\"}"},
    {&ledger__ledger_entry__descriptor, "{\"actor_party\":1}", "{\"actorParty\":\"PARTY_VENDOR\"}"},
    {&ledger__ledger_entry__descriptor, "{\"payload\":\"-_8\"}", "{\"payload\":\"+/8=\"}"},
    {&ledger__ledger_entry__descriptor, "{\"payload\":\"+/8=\"}", "{\"payload\":\"+/8=\"}"},
    {&ledger__ledger_entry__descriptor, "{\"payload\":\"\"}", "{}"},
    {&ledger__ledger_entry__descriptor, "{\"occurTime\":\"2026-09-30T14:00:00+02:00\"}",
     "{\"occurTime\":\"2026-09-30T12:00:00Z\"}"},
    {&ledger__ledger_entry__descriptor, "{\"occurTime\":\"0001-01-01T00:00:00.000000001Z\"}",
     "{\"occurTime\":\"0001-01-01T00:00:00.000000001Z\"}"},
    {&ledger__ledger_entry__descriptor, "{\"occurTime\":\"1969-12-31T23:59:59.5Z\"}",
     "{\"occurTime\":\"1969-12-31T23:59:59.500Z\"}"},
    {&ledger__ledger_entry__descriptor, "{\"occurTime\":\"9999-12-31T23:59:59.00001Z\"}",
     "{\"occurTime\":\"9999-12-31T23:59:59.000010Z\"}"},
    {&ledger__ledger_entry__descriptor, "{\"deltas\":[{\"month\":1},{}]}", "{\"deltas\":[{\"month\":1},{}]}"},
    {&ledger__ledger_entry__descriptor, "{\"deltas\":[ ]}", "{}"},
    {&google__protobuf__duration__descriptor, "\"-1.5s\"", "\"-1.500s\""},
    {&google__protobuf__duration__descriptor, "\"315576000000s\"", "\"315576000000s\""},
    {&google__protobuf__duration__descriptor, "\"-0.000000001s\"", "\"-0.000000001s\""},
    {&google__protobuf__field_mask__descriptor, "\"displayName,plan.targetAmount\"",
     "\"displayName,plan.targetAmount\""},
    {&google__protobuf__field_mask__descriptor, "\"\"", "\"\""},
    {&google__protobuf__field_mask__descriptor, "\"*\"", "\"*\""},
    {&google__protobuf__field_mask__descriptor, "\"a\\\"\\n\"", "\"a\\\"\\n\""},
    {&google__protobuf__uninterpreted_option__descriptor, "{\"doubleValue\":\"NaN\"}",
     "{\"doubleValue\":\"NaN\"}"},
    {&google__protobuf__uninterpreted_option__descriptor, "{\"doubleValue\":\"-Infinity\"}",
     "{\"doubleValue\":\"-Infinity\"}"},
    {&google__protobuf__uninterpreted_option__descriptor, "{\"doubleValue\":0.1}", "{\"doubleValue\":0.1}"},
    {&google__protobuf__uninterpreted_option__descriptor, "{\"doubleValue\":\"1e-7\"}",
     "{\"doubleValue\":1e-07}"},
    {&google__protobuf__uninterpreted_option__descriptor, "{\"positiveIntValue\":\"18446744073709551615\"}",
     "{\"positiveIntValue\":\"18446744073709551615\"}"},
    {&google__protobuf__uninterpreted_option__descriptor, "{\"positiveIntValue\":0}",
     "{\"positiveIntValue\":\"0\"}"},
    {&google__rpc__error_info__descriptor, "{\"metadata\":{\"b\":\"2\",\"\":\"\"}}",
     "{\"metadata\":{\"b\":\"2\",\"\":\"\"}}"},
    {&grpc__reflection__v1__server_reflection_request__descriptor,
     "{\"fileByFilename\":null,\"listServices\":\"\"}", "{\"listServices\":\"\"}"},
    {&google__rpc__status__descriptor,
     "{\"details\":[{\"reason\":\"X\",\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\"}]}",
     "{\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"X\"}]}"},
    {&google__rpc__status__descriptor,
     "{\"details\":[{\"value\":\"1.5s\",\"@type\":\"a/google.protobuf.Duration\"},{}]}",
     "{\"details\":[{\"@type\":\"a/google.protobuf.Duration\",\"value\":\"1.500s\"},{}]}"},
};

/* What goes in comes out in the canonical spelling. */
static void reads_and_writes(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof canonical / sizeof *canonical; i++)
    assert_string_equal(again(canonical[i].descriptor, canonical[i].in), canonical[i].out);
}

static const struct {
  const ProtobufCMessageDescriptor *descriptor;
  const char *text, *reason, *place;
} refused[] = {
    {&ledger__counter_delta__descriptor, "", "VALUE_MALFORMED", "line 1, column 1"},
    {&ledger__counter_delta__descriptor, "\xEF\xBB\xBF{}", "VALUE_MALFORMED", "line 1, column 1"},
    {&ledger__counter_delta__descriptor, "{}x", "JSON_MALFORMED", "line 1, column 3"},
    {&ledger__counter_delta__descriptor, "{\n \"month\": 01}", "JSON_MALFORMED", "line 2, column 11: month"},
    {&ledger__counter_delta__descriptor, "{\"month\":1,}", "JSON_MALFORMED", "column 12"},
    {&ledger__counter_delta__descriptor, "{\"month\" 1}", "JSON_MALFORMED", "column 10"},
    {&ledger__counter_delta__descriptor, "{'month':1}", "JSON_MALFORMED", "column 2"},
    {&ledger__counter_delta__descriptor, "[]", "VALUE_MALFORMED", "column 1"},
    {&ledger__counter_delta__descriptor, "null", "VALUE_MALFORMED", "column 1"},
    {&ledger__counter_delta__descriptor, "{\"é\":1}", "FIELD_UNKNOWN", "column 2"},
    {&ledger__counter_delta__descriptor, "{\"months\":1}", "FIELD_UNKNOWN",
     "has no field `months`; it has counter, party, month, amount"},
    {&ledger__counter_delta__descriptor, "{\"month\":1,\"month\":2}", "FIELD_DUPLICATE", "column 12"},
    {&ledger__ledger_entry__descriptor, "{\"actorParty\":1,\"actor_party\":1}", "FIELD_DUPLICATE",
     "actor_party"},
    {&ledger__counter_delta__descriptor, "{\"month\":2147483648}", "VALUE_OUT_OF_RANGE", "month"},
    {&ledger__counter_delta__descriptor, "{\"month\":-2147483649}", "VALUE_OUT_OF_RANGE", "month"},
    {&ledger__counter_delta__descriptor, "{\"month\":0.5}", "VALUE_OUT_OF_RANGE", "month"},
    {&ledger__counter_delta__descriptor, "{\"month\":\"\"}", "VALUE_MALFORMED", "month"},
    {&ledger__counter_delta__descriptor, "{\"month\":\" 1\"}", "VALUE_MALFORMED", "month"},
    {&ledger__counter_delta__descriptor, "{\"month\":true}", "JSON_MALFORMED", "month"},
    {&ledger__counter_delta__descriptor, "{\"amount\":9223372036854775808}", "VALUE_OUT_OF_RANGE", "amount"},
    {&ledger__counter_delta__descriptor, "{\"amount\":1e19}", "VALUE_OUT_OF_RANGE", "amount"},
    {&ledger__counter_delta__descriptor, "{\"amount\":1e99999999999999999}", "VALUE_OUT_OF_RANGE", "amount"},
    {&ledger__counter_delta__descriptor, "{\"party\":\"VENDOR\"}", "ENUM_VALUE_UNKNOWN", "party"},
    {&ledger__counter_delta__descriptor, "{\"party\":\"VENDOR\"}", "ENUM_VALUE_UNKNOWN",
     "those are PARTY_VENDOR, PARTY_PARTNER"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\xFF\"}", "TEXT_MALFORMED", "counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\\ud800\"}", "TEXT_MALFORMED", "counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\\ud800\\u0041\"}", "TEXT_MALFORMED", "counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\\udc00\"}", "TEXT_MALFORMED", "counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\\udfff\"}", "TEXT_MALFORMED", "counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\\u0000\"}", "TEXT_MALFORMED", "counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\\u00g0\"}", "JSON_MALFORMED", "counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\\x\"}", "JSON_MALFORMED", "counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"\n\"}", "JSON_MALFORMED", "counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":\"abc", "JSON_MALFORMED", "column 12: counter"},
    {&ledger__counter_delta__descriptor, "{\"counter\":1}", "VALUE_MALFORMED", "counter"},
    {&ledger__ledger_entry__descriptor, "{\"payload\":\"a\"}", "VALUE_MALFORMED", "payload"},
    {&ledger__ledger_entry__descriptor, "{\"payload\":\"ab=\"}", "VALUE_MALFORMED", "payload"},
    {&ledger__ledger_entry__descriptor, "{\"payload\":\"ab!=\"}", "VALUE_MALFORMED", "payload"},
    {&ledger__ledger_entry__descriptor, "{\"deltas\":[null]}", "VALUE_MALFORMED", "deltas[0]"},
    {&ledger__ledger_entry__descriptor, "{\"deltas\":[{},{\"month\":\"x\"}]}", "VALUE_MALFORMED",
     "deltas[1].month"},
    {&ledger__ledger_entry__descriptor, "{\"deltas\":{}}", "VALUE_MALFORMED", "deltas"},
    {&ledger__ledger_entry__descriptor, "{\"deltas\":[{}", "JSON_MALFORMED", "deltas"},
    {&ledger__ledger_entry__descriptor, "{\"occurTime\":\"2026-09-30\"}", "VALUE_MALFORMED", "occur_time"},
    {&ledger__ledger_entry__descriptor, "{\"occurTime\":\"2026-09-30t12:00:00Z\"}", "VALUE_MALFORMED", ""},
    {&ledger__ledger_entry__descriptor, "{\"occurTime\":\"2026-02-29T12:00:00Z\"}", "VALUE_MALFORMED", ""},
    {&ledger__ledger_entry__descriptor, "{\"occurTime\":\"0001-01-01T00:00:00+00:01\"}", "VALUE_MALFORMED",
     ""},
    {&google__protobuf__duration__descriptor, "\"1\"", "VALUE_MALFORMED", ""},
    {&google__protobuf__duration__descriptor, "\"1.0000000001s\"", "VALUE_MALFORMED", ""},
    {&google__protobuf__duration__descriptor, "\"315576000001s\"", "VALUE_MALFORMED", ""},
    {&google__protobuf__field_mask__descriptor, "\"display_name\"", "VALUE_MALFORMED", ""},
    {&google__protobuf__field_mask__descriptor, "\"a,,b\"", "VALUE_MALFORMED", ""},
    {&google__protobuf__uninterpreted_option__descriptor, "{\"doubleValue\":1e999}", "VALUE_OUT_OF_RANGE",
     ""},
    {&google__protobuf__uninterpreted_option__descriptor, "{\"doubleValue\":NaN}", "JSON_MALFORMED", ""},
    {&google__protobuf__uninterpreted_option__descriptor, "{\"positiveIntValue\":-1}", "VALUE_OUT_OF_RANGE",
     ""},
    {&google__rpc__error_info__descriptor, "{\"metadata\":{\"a\":\"\",\"a\":\"\"}}", "FIELD_DUPLICATE",
     "metadata"},
    {&google__rpc__error_info__descriptor, "{\"metadata\":{\"a\":null}}", "VALUE_MALFORMED", "metadata"},
    {&grpc__reflection__v1__server_reflection_request__descriptor,
     "{\"fileByFilename\":\"\",\"listServices\":\"\"}", "FIELD_DUPLICATE", "list_services"},
    {&google__rpc__status__descriptor, "{\"details\":[{\"reason\":\"X\"}]}", "VALUE_MALFORMED", "details[0]"},
    {&google__rpc__status__descriptor, "{\"details\":[{\"@type\":\"x/y\"}]}", "VALUE_MALFORMED",
     "details[0]"},
    {&google__rpc__status__descriptor, "{\"details\":[{\"@type\":\"a/b\",\"@type\":\"a/b\"}]}",
     "FIELD_DUPLICATE", "details[0]"},
    {&google__rpc__status__descriptor, "{\"details\":[{\"@type\":\"a/google.protobuf.Duration\"}]}",
     "VALUE_MALFORMED", "details[0]"},
};

static void refuses(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    const char *got = again(refused[i].descriptor, refused[i].text);
    if (strncmp(got, refused[i].reason, strlen(refused[i].reason)) != 0 || !strstr(got, refused[i].place))
      fail_msg("%s: expected %s at `%s`, got %s", refused[i].text, refused[i].reason, refused[i].place, got);
  }
}

/* `opening` many times, then what closes none of it. */
static void nesting_is_bounded(void **state) {
  (void)state;
  static const char *const openings[] = {"{\"nestedType\":[", "{\"nestedType\":[{\"x\":[[[[",
                                         "{\"@type\":\"a/google.protobuf.Any\",\"value\":"};
  static const ProtobufCMessageDescriptor *const descriptors[] = {
      &google__protobuf__descriptor_proto__descriptor, &google__protobuf__descriptor_proto__descriptor,
      &google__protobuf__any__descriptor};
  for (size_t i = 0; i < 3; i++) {
    struct buffer text = {.arena = arena};
    for (int n = 0; n < 1000; n++)
      buffer_text(&text, openings[i]);
    ProtobufCMessage *message;
    assert_non_null(json_read(arena, descriptors[i], text.data, text.size, &message));
  }
  struct buffer text = {.arena = arena};
  for (int n = 0; n < LIMIT_MESSAGE_DEPTH; n++)
    buffer_text(&text, n ? "{\"nestedType\":[" : "");
  buffer_text(&text, "{}");
  for (int n = 1; n < LIMIT_MESSAGE_DEPTH; n++)
    buffer_text(&text, "]}");
  ProtobufCMessage *message;
  assert_null(
      json_read(arena, &google__protobuf__descriptor_proto__descriptor, text.data, text.size, &message));
}

static void number_of_values_is_bounded(void **state) {
  (void)state;
  struct buffer text = {.arena = arena};
  buffer_text(&text, "{\"deltas\":[{}");
  for (int n = 0; n < LIMIT_MESSAGE_FIELDS; n++)
    buffer_text(&text, ",{}");
  buffer_text(&text, "]}");
  ProtobufCMessage *message;
  const struct status *status =
      json_read(arena, &ledger__ledger_entry__descriptor, text.data, text.size, &message);
  assert_non_null(status);
  assert_string_equal(status->violations->reason, "TOO_MANY_ELEMENTS");
}

static void number_of_map_entries_is_bounded(void **state) {
  (void)state;
  struct buffer text = {.arena = arena};
  buffer_text(&text, "{\"metadata\":{\"k\":\"\"");
  for (int n = 1; n < 1000; n++)
    buffer_printf(&text, ",\"%d\":\"\"", n);
  assert_string_equal(again(&google__rpc__error_info__descriptor, arena_printf(arena, "%s}}", text.data)),
                      arena_printf(arena, "%s}}", text.data));
  buffer_text(&text, ",\"last\":\"\"}}");
  assert_non_null(strstr(again(&google__rpc__error_info__descriptor, text.data), "TOO_MANY_ELEMENTS: "));
}

static bool covered(const ProtobufCMessageDescriptor *descriptor) {
  return strncmp(descriptor->name, "google.protobuf.", 16) != 0 ||
         descriptor == &google__protobuf__uninterpreted_option__descriptor;
}

/* Binary -> JSON -> binary, for every message of the contract, in every style. */
static void every_message_round_trips(void **state) {
  (void)state;
  enum { ROUNDS = 40 };
  static const struct json_options styles[] = {{0}, {.pretty = true}, {.defaults = true}, {true, true}};
  for (size_t m = 0; contract_messages[m]; m++) {
    for (unsigned round = 0; covered(contract_messages[m]) && round < ROUNDS; round++) {
      struct random random = {m * 1000 + round};
      arena_reset(arena);
      ProtobufCMessage *message = random_message(&random, arena, contract_messages[m]), *copy, *read;
      ProtobufCBinaryData packed = message_pack(arena, message);
      assert_null(message_parse(arena, contract_messages[m], packed.data, packed.len, &copy));
      const char *text = written(copy, &styles[round % 4]);
      const struct status *status = json_read(arena, contract_messages[m], text, strlen(text), &read);
      if (status || !message_equal(message, read))
        fail_msg("%s, seed %zu: %s\n%s", contract_messages[m]->name, m * 1000 + round,
                 status ? status->message : "differs", text);
      assert_string_equal(text, written(read, &styles[round % 4]));
    }
  }
}

static void writes_defaults_and_indents(void **state) {
  (void)state;
  Ledger__CounterDelta delta = LEDGER__COUNTER_DELTA__INIT;
  delta.counter = (char[]){"a"};
  const struct json_options both = {.pretty = true, .defaults = true};
  assert_string_equal(written(&delta.base, &both),
                      "{\n  \"counter\": \"a\",\n  \"party\": \"PARTY_UNSPECIFIED\",\n  \"month\": 0,\n"
                      "  \"amount\": \"0\"\n}\n");
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  Ledger__CounterDelta *deltas[] = {&delta};
  entry.n_deltas = 1;
  entry.deltas = deltas;
  const struct json_options pretty = {.pretty = true};
  assert_string_equal(written(&entry.base, &pretty),
                      "{\n  \"deltas\": [\n    {\n      \"counter\": \"a\"\n    }\n  ]\n}\n");
}

/* An Any that a peer sent and that we cannot read is shown, not followed. */
static void unreadable_any_is_shown_as_bytes(void **state) {
  (void)state;
  Google__Protobuf__Any any = GOOGLE__PROTOBUF__ANY__INIT;
  any.type_url = (char[]){"a/unknown.Type"};
  any.value = (ProtobufCBinaryData){2, (uint8_t[]){1, 2}};
  assert_string_equal(written(&any.base, NULL), "{\"@type\":\"a/unknown.Type\",\"value\":\"AQI=\"}");
  ProtobufCMessage *outer = &any.base;
  for (int n = 0; n < 500; n++) {
    Google__Protobuf__Any *next = arena_new(arena, Google__Protobuf__Any);
    google__protobuf__any__init(next);
    next->type_url = arena_strdup(arena, "a/google.protobuf.Any");
    next->value = message_pack(arena, outer);
    outer = &next->base;
  }
  assert_non_null(
      strstr(written(outer, NULL), "\"value\":{\"@type\":\"a/google.protobuf.Any\",\"value\":\""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(reads_and_writes, set_up, tear_down),
      cmocka_unit_test_setup_teardown(refuses, set_up, tear_down),
      cmocka_unit_test_setup_teardown(nesting_is_bounded, set_up, tear_down),
      cmocka_unit_test_setup_teardown(number_of_values_is_bounded, set_up, tear_down),
      cmocka_unit_test_setup_teardown(number_of_map_entries_is_bounded, set_up, tear_down),
      cmocka_unit_test_setup_teardown(every_message_round_trips, set_up, tear_down),
      cmocka_unit_test_setup_teardown(writes_defaults_and_indents, set_up, tear_down),
      cmocka_unit_test_setup_teardown(unreadable_any_is_shown_as_bytes, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
