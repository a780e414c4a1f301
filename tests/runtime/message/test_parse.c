#include "tests/support/check.h"
#include "tests/support/random_message.h"

#include "runtime/base/limit.h"
#include "runtime/base/text.h"
#include "runtime/message/validate.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"
#include "entente/onboard/v1/plan_service.pb-c.h"
#include "google/protobuf/descriptor.pb-c.h"

#include <string.h>
#include <time.h>

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

static void append_varint(struct buffer *out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    buffer_append(out, &(uint8_t){(uint8_t)(value | 0x80)}, 1);
  buffer_append(out, &(uint8_t){(uint8_t)value}, 1);
}

static void append_bytes(struct buffer *out, unsigned field, const void *bytes, size_t size) {
  append_varint(out, field << 3 | 2);
  append_varint(out, size);
  buffer_append(out, bytes, size);
}

static const struct status *parse(const ProtobufCMessageDescriptor *descriptor, const struct buffer *bytes,
                                  ProtobufCMessage **out) {
  return message_parse(arena, descriptor, (const uint8_t *)bytes->data, bytes->size, out);
}

static void expect(const struct status *status, const char *field, const char *reason) {
  assert_non_null(status);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  assert_string_equal(status->reason, REASON_INVALID_REQUEST);
  assert_string_equal(status->violations->field, field);
  assert_string_equal(status->violations->reason, reason);
}

static void empty_bytes_are_an_empty_message(void **state) {
  (void)state;
  ProtobufCMessage *message;
  assert_null(message_parse(arena, &ledger__counter__descriptor, NULL, 0, &message));
  assert_string_equal(((Ledger__Counter *)message)->counter, "");
}

static void refuses_malformed_text_with_its_path(void **state) {
  (void)state;
  static const char *const texts[] = {"\xFF\xFE", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct buffer delta = {.arena = arena}, entry = {.arena = arena};
    append_bytes(&delta, 1, texts[i], strlen(texts[i]));
    append_bytes(&entry, 1, "good", 4);
    append_bytes(&entry, 14, "", 0);
    append_bytes(&entry, 14, delta.data, delta.size);
    ProtobufCMessage *message;
    expect(parse(&ledger__ledger_entry__descriptor, &entry, &message), "deltas[1].counter", "TEXT_MALFORMED");
  }
  struct buffer nul = {.arena = arena};
  append_bytes(&nul, 1, "a\0b", 3);
  ProtobufCMessage *message;
  expect(parse(&ledger__counter__descriptor, &nul, &message), "counter", "TEXT_MALFORMED");
}

static void lists_every_malformed_text(void **state) {
  (void)state;
  struct buffer request = {.arena = arena};
  for (int i = 0; i < LIMIT_VIOLATIONS + 8; i++)
    append_bytes(&request, 2, "\xFF", 1);
  ProtobufCMessage *message;
  const struct status *status = parse(&ledger__batch_get_counters_request__descriptor, &request, &message);
  expect(status, "partnerships[0]", "TEXT_MALFORMED");
  size_t count = 0;
  const struct violation *last = NULL;
  for (const struct violation *v = status->violations; v; v = v->next, count++)
    last = v;
  assert_int_equal(count, LIMIT_VIOLATIONS);
  assert_string_equal(last->field, "partnerships[31]");
  assert_non_null(strstr(last->description, "8 more violations"));
}

/* A message of malformed texts alone, which anyone can send, must not keep the loop busy. */
static void many_malformed_texts_are_refused_quickly(void **state) {
  (void)state;
  static const uint8_t malformed[] = {0x12, 0x01, 0xff};
  static uint8_t bytes[sizeof malformed * LIMIT_MESSAGE_FIELDS];
  for (size_t i = 0; i < sizeof bytes; i += sizeof malformed)
    memcpy(bytes + i, malformed, sizeof malformed);
  ProtobufCMessage *message;
  clock_t before = clock();
  expect(message_parse(arena, &ledger__batch_get_counters_request__descriptor, bytes, sizeof bytes, &message),
         "partnerships[0]", "TEXT_MALFORMED");
  assert_in_range(clock() - before, 0, 2 * CLOCKS_PER_SEC);
}

static void nesting_is_bounded(void **state) {
  (void)state;
  for (int depth = LIMIT_MESSAGE_DEPTH - 1; depth <= 10000; depth += depth < 40 ? 1 : 9960) {
    struct buffer bytes = {.arena = arena};
    append_bytes(&bytes, 1, "x", 1);
    for (int i = 1; i < depth; i++) {
      struct buffer outer = {.arena = arena};
      append_bytes(&outer, 3, bytes.data, bytes.size); /* nested_type */
      bytes = outer;
      if (depth > 1000 && i % 100 == 0) { /* keep the arena small */
        struct arena *next = arena_create(64 << 20, NULL, NULL);
        struct buffer moved = {.arena = next};
        buffer_append(&moved, bytes.data, bytes.size);
        arena_destroy(arena);
        arena = next;
        bytes = moved;
      }
    }
    ProtobufCMessage *message;
    const struct status *status = parse(&google__protobuf__descriptor_proto__descriptor, &bytes, &message);
    if (depth <= LIMIT_MESSAGE_DEPTH) {
      assert_null(status);
      continue;
    }
    assert_non_null(status);
    assert_string_equal(status->violations->reason, "TOO_DEEP");
  }
}

static void number_of_fields_is_bounded(void **state) {
  (void)state;
  struct buffer bytes = {.arena = arena};
  for (int i = 0; i < LIMIT_MESSAGE_FIELDS; i++)
    append_bytes(&bytes, 14, "", 0);
  ProtobufCMessage *message;
  assert_null(parse(&ledger__ledger_entry__descriptor, &bytes, &message));
  append_bytes(&bytes, 14, "", 0);
  expect(parse(&ledger__ledger_entry__descriptor, &bytes, &message), "", "TOO_MANY_ELEMENTS");
}

static void unknown_fields_are_dropped(void **state) {
  (void)state;
  struct buffer delta = {.arena = arena}, entry = {.arena = arena};
  append_bytes(&delta, 99, "\xFF\x00", 2);
  append_varint(&delta, 98 << 3);
  append_varint(&delta, 7);
  append_bytes(&delta, 1, "c", 1);
  append_bytes(&entry, 99, "new", 3);
  append_bytes(&entry, 14, delta.data, delta.size);
  ProtobufCMessage *message;
  assert_null(parse(&ledger__ledger_entry__descriptor, &entry, &message));
  Ledger__CounterDelta one = LEDGER__COUNTER_DELTA__INIT, *deltas[] = {&one};
  Ledger__LedgerEntry expected = LEDGER__LEDGER_ENTRY__INIT;
  one.counter = (char[]){"c"};
  expected.n_deltas = 1;
  expected.deltas = deltas;
  assert_true(message_equal(message, &expected.base));
  assert_int_equal(message->n_unknown_fields, 0);
}

static void unknown_fields_are_kept_where_asked(void **state) {
  (void)state;
  struct buffer delta = {.arena = arena}, entry = {.arena = arena};
  append_bytes(&delta, 99, "\xFF\x00", 2);
  append_bytes(&entry, 14, delta.data, delta.size);
  append_bytes(&entry, 99, "new", 3);
  ProtobufCMessage *message;
  assert_null(message_parse_whole(arena, &ledger__ledger_entry__descriptor, (const uint8_t *)entry.data,
                                  entry.size, &message));
  ProtobufCBinaryData packed = message_pack(arena, message);
  assert_int_equal(packed.len, entry.size);
  assert_memory_equal(packed.data, entry.data, entry.size);
}

/* The plan of a request in three pieces, whose terms each hold a piece of their period. */
static void pieces_of_a_message_are_merged(void **state) {
  (void)state;
  enum { PERIOD = 1, TITLE = 5, TERMS = 6, PLAN = 3 };
  static const char *const periods[] = {"\x0A\x02\x08\x05", "\x12\x02\x08\x09", "\x0A\x02\x10\x07"};
  static const char *const titles[] = {"first", "second", NULL};
  struct buffer request = {.arena = arena};
  for (size_t i = 0; i < 3; i++) {
    struct buffer plan = {.arena = arena}, terms = {.arena = arena};
    append_bytes(&terms, PERIOD, periods[i], 4);
    append_bytes(&plan, TERMS, terms.data, terms.size);
    if (titles[i])
      append_bytes(&plan, TITLE, titles[i], strlen(titles[i]));
    append_bytes(&request, PLAN, plan.data, plan.size);
  }
  ProtobufCMessage *message;
  assert_null(parse(&onboard__create_plan_request__descriptor, &request, &message));
  const Onboard__Plan *plan = ((Onboard__CreatePlanRequest *)message)->plan;
  assert_string_equal(plan->title, "second");
  assert_int_equal(plan->terms->period->start_time->seconds, 5);
  assert_int_equal(plan->terms->period->start_time->nanos, 7);
  assert_int_equal(plan->terms->period->end_time->seconds, 9);
}

static void refuses_what_is_not_the_wire_format(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t size;
    const char *field;
  } cases[] = {
      {"\x0A", 1, ""},                                              /* no length */
      {"\x0A\x05", 2, ""},                                          /* length beyond the end */
      {"\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11, ""},     /* 2^64 - 1 bytes */
      {"\x10\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 12, ""}, /* 11 bytes of varint */
      {"\x00\x00", 2, ""},                                          /* field 0 */
      {"\x0B\x0C", 2, ""},                                          /* a group */
      {"\x0E", 1, ""},                                              /* no such wire type */
      {"\xF8\xFF\xFF\xFF\xFF\x01\x01", 7, ""},                      /* field number over 2^29 - 1 */
      {"\x25\x00", 2, ""},                                          /* half a fixed32 */
      {"\x08\x01", 2, "name"},                                      /* a varint where text goes */
      {"\x12\x01\x01", 3, "sequence"},                              /* bytes where a number goes */
      {"\x2A\x02\x0A\x00", 4, "occur_time.seconds"},                /* in a message within */
      {"\x72\x01\x0A", 3, "deltas[0]"},                             /* cut short within */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ProtobufCMessage *message;
    expect(message_parse(arena, &ledger__ledger_entry__descriptor, (const uint8_t *)cases[i].bytes,
                         cases[i].size, &message),
           cases[i].field, "VALUE_MALFORMED");
  }
}

static void every_message_round_trips(void **state) {
  (void)state;
  for (size_t m = 0; contract_messages[m]; m++) {
    if (strncmp(contract_messages[m]->name, "google.protobuf.", 16) == 0)
      continue;
    for (unsigned round = 0; round < 20; round++) {
      struct random random = {m * 1000 + round};
      arena_reset(arena);
      ProtobufCMessage *message = random_message(&random, arena, contract_messages[m]), *parsed;
      ProtobufCBinaryData packed = message_pack(arena, message);
      assert_null(message_parse(arena, contract_messages[m], packed.data, packed.len, &parsed));
      assert_true(message_equal(message, parsed));
      assert_true(message_equal(message, message_copy(arena, message)));
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(empty_bytes_are_an_empty_message, set_up, tear_down),
      cmocka_unit_test_setup_teardown(refuses_malformed_text_with_its_path, set_up, tear_down),
      cmocka_unit_test_setup_teardown(lists_every_malformed_text, set_up, tear_down),
      cmocka_unit_test_setup_teardown(many_malformed_texts_are_refused_quickly, set_up, tear_down),
      cmocka_unit_test_setup_teardown(nesting_is_bounded, set_up, tear_down),
      cmocka_unit_test_setup_teardown(number_of_fields_is_bounded, set_up, tear_down),
      cmocka_unit_test_setup_teardown(unknown_fields_are_dropped, set_up, tear_down),
      cmocka_unit_test_setup_teardown(unknown_fields_are_kept_where_asked, set_up, tear_down),
      cmocka_unit_test_setup_teardown(pieces_of_a_message_are_merged, set_up, tear_down),
      cmocka_unit_test_setup_teardown(refuses_what_is_not_the_wire_format, set_up, tear_down),
      cmocka_unit_test_setup_teardown(every_message_round_trips, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
