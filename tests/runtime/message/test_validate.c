#include "tests/support/check.h"
#include "tests/support/random_message.h"

#include "runtime/base/limit.h"
#include "runtime/message/schema.h"
#include "runtime/message/validate.h"

#include "entente/feed/v1/feed_service.pb-c.h"
#include "entente/ledger/v1/ledger_service.pb-c.h"
#include "entente/onboard/v1/partnership_service.pb-c.h"
#include "entente/type/v1/value.pb-c.h"
#include "grpc/reflection/v1/reflection.pb-c.h"

#include <stdio.h>
#include <string.h>

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

static char *text(const char *literal) {
  return arena_strdup(arena, literal);
}

static char *long_text(const char *piece, size_t count) {
  char *out = text("");
  for (size_t i = 0; i < count; i++)
    out = arena_printf(arena, "%s%s", out, piece);
  return out;
}

/* `field: REASON` of every violation, one a line. */
static const char *verdict(ProtobufCMessage *message) {
  const struct status *status = message_validate(arena, message);
  char *out = text("");
  if (status) {
    assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
    assert_string_equal(status->reason, REASON_INVALID_REQUEST);
  }
  for (const struct violation *v = status ? status->violations : NULL; v; v = v->next)
    out = arena_printf(arena, "%s%s: %s\n", out, v->field, v->reason);
  return out;
}

static void required_fields(void **state) {
  (void)state;
  Ledger__BatchGetCountersRequest request = LEDGER__BATCH_GET_COUNTERS_REQUEST__INIT;
  assert_string_equal(verdict(&request.base),
                      "parent: REQUIRED_FIELD_MISSING\nperiod: REQUIRED_FIELD_MISSING\n");
  Type__Period period = TYPE__PERIOD__INIT;
  request.parent = text("vendors/acme");
  request.period = &period;
  assert_string_equal(verdict(&request.base),
                      "period.start_time: REQUIRED_FIELD_MISSING\nperiod.end_time: REQUIRED_FIELD_MISSING\n");
  Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  period.start_time = period.end_time = &time;
  assert_string_equal(verdict(&request.base), "");
}

static void resource_names(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool valid;
  } cases[] = {
      {"vendors/acme", true},       {"vendors/acme/partnerships/north-1", true},
      {"vendors/Acme", false},      {"vendors/", false},
      {"vendors/acme/", false},     {"vendors/acme/partnerships", false},
      {"vendors/a/plans/b", false}, {"partnerships/a", false},
      {"vendors/-a", false},        {"vendors/a/partnerships/b/plans/c", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
    request.parent = text(cases[i].name);
    assert_string_equal(verdict(&request.base), cases[i].valid ? "" : "parent: RESOURCE_NAME_INVALID\n");
  }
}

static void bounds_and_items(void **state) {
  (void)state;
  Ledger__ListLedgerEntriesRequest list = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  list.parent = text("vendors/a");
  list.page_size = -1;
  assert_string_equal(verdict(&list.base), "page_size: VALUE_OUT_OF_RANGE\n");
  list.page_size = INT32_MAX;
  assert_string_equal(verdict(&list.base), "");

  Feed__WatchChangesRequest watch = FEED__WATCH_CHANGES_REQUEST__INIT;
  Feed__Position good = FEED__POSITION__INIT, bad = FEED__POSITION__INIT;
  Feed__Position *positions[257];
  for (size_t i = 0; i < 257; i++)
    positions[i] = &good;
  bad.bucket = 256;
  bad.cursor = long_text("x", 65);
  positions[2] = &bad;
  watch.positions = positions;
  watch.n_positions = 256;
  assert_string_equal(verdict(&watch.base),
                      "positions[2].bucket: VALUE_OUT_OF_RANGE\npositions[2].cursor: LENGTH_OUT_OF_RANGE\n");
  watch.n_positions = 257;
  assert_string_equal(verdict(&watch.base), "positions: TOO_MANY_ELEMENTS\n");
}

/* Lengths are of characters, not bytes. */
static void lengths(void **state) {
  (void)state;
  Onboard__CreatePartnershipRequest request = ONBOARD__CREATE_PARTNERSHIP_REQUEST__INIT;
  Onboard__Partnership partnership = ONBOARD__PARTNERSHIP__INIT;
  request.parent = text("vendors/a");
  request.partnership = &partnership;
  partnership.partner_organization = text("vendors/a/organizations/b");
  partnership.currency_code = text("USD");
  partnership.display_name = long_text("é", 120);
  assert_string_equal(verdict(&request.base), "");
  partnership.display_name = long_text("é", 121);
  assert_string_equal(verdict(&request.base), "partnership.display_name: LENGTH_OUT_OF_RANGE\n");
  partnership.display_name = text("x");
  partnership.currency_code = text("usd");
  request.partnership_id = text("North");
  assert_string_equal(verdict(&request.base),
                      "partnership_id: PATTERN_MISMATCH\npartnership.currency_code: PATTERN_MISMATCH\n");
}

static void defaults_hold_without_a_rule(void **state) {
  (void)state;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  uint8_t *bytes = arena_calloc(arena, 65537, 1);
  entry.payload = (ProtobufCBinaryData){65536, bytes};
  entry.actor = long_text("x", 1024);
  entry.actor_party = TYPE__PARTY__PARTY_SYSTEM;
  assert_string_equal(verdict(&entry.base), "");
  entry.payload.len = 65537;
  entry.actor = long_text("x", 1025);
  entry.actor_party = (Type__Party)99;
  Ledger__CounterDelta **deltas = arena_calloc(arena, 1001, sizeof *deltas);
  Ledger__CounterDelta delta = LEDGER__COUNTER_DELTA__INIT;
  for (size_t i = 0; i < 1001; i++)
    deltas[i] = &delta;
  entry.deltas = deltas;
  entry.n_deltas = 1001;
  assert_string_equal(verdict(&entry.base), "actor_party: ENUM_VALUE_UNKNOWN\nactor: LENGTH_OUT_OF_RANGE\n"
                                            "payload: LENGTH_OUT_OF_RANGE\ndeltas: TOO_MANY_ELEMENTS\n");
}

static void times_are_in_range(void **state) {
  (void)state;
  static const struct {
    int64_t seconds;
    int32_t nanos;
    bool valid;
  } cases[] = {
      {0, 0, true},   {253402300799, 999999999, true}, {-1, 0, false},        {253402300800, 0, false},
      {0, -1, false}, {0, 1000000000, false},          {INT64_MIN, 0, false}, {INT64_MAX, 0, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
    Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    time.seconds = cases[i].seconds;
    time.nanos = cases[i].nanos;
    request.parent = text("vendors/a");
    request.as_of = &time;
    assert_string_equal(verdict(&request.base), cases[i].valid ? "" : "as_of: VALUE_OUT_OF_RANGE\n");
  }
}

static void output_only_is_cleared(void **state) {
  (void)state;
  Onboard__CreatePartnershipRequest request = ONBOARD__CREATE_PARTNERSHIP_REQUEST__INIT;
  Onboard__Partnership partnership = ONBOARD__PARTNERSHIP__INIT;
  Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  request.parent = text("vendors/a");
  request.partnership = &partnership;
  partnership.partner_organization = text("vendors/a/organizations/b");
  partnership.currency_code = text("USD");
  partnership.display_name = text("x");
  partnership.etag = text("e");
  partnership.create_time = &time;
  partnership.state = ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE;
  assert_string_equal(verdict(&request.base), "");
  assert_string_equal(partnership.etag, "");
  assert_null(partnership.create_time);
  assert_int_equal(partnership.state, 0);
  assert_string_equal(partnership.display_name, "x");
}

/* AIP-134: what the mask does not name need not be there; name and etag say what is updated. */
static void update_is_partial(void **state) {
  (void)state;
  static const struct {
    const char *mask, *display_name, *verdict;
  } cases[] = {
      {NULL, "", ""},
      {"", "", ""},
      {"partner_type", "", ""},
      {"display_name", "x", ""},
      {"display_name", "", "partnership.display_name: REQUIRED_FIELD_MISSING\n"},
      {"*", "", "partnership.display_name: REQUIRED_FIELD_MISSING\n"},
      {"display_names", "", ""},
      {"*", "x", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Onboard__UpdatePartnershipRequest request = ONBOARD__UPDATE_PARTNERSHIP_REQUEST__INIT;
    Onboard__Partnership partnership = ONBOARD__PARTNERSHIP__INIT;
    Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
    char *path = cases[i].mask ? text(cases[i].mask) : NULL;
    mask.paths = &path;
    mask.n_paths = path && *path;
    request.partnership = &partnership;
    request.update_mask = path ? &mask : NULL;
    partnership.name = text("vendors/a/partnerships/b");
    partnership.etag = text("e");
    partnership.display_name = text(cases[i].display_name);
    partnership.state = ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE;
    assert_string_equal(verdict(&request.base), cases[i].verdict);
    assert_string_equal(partnership.name, "vendors/a/partnerships/b");
    assert_string_equal(partnership.etag, "e");
    assert_int_equal(partnership.state, 0);
  }
  Onboard__UpdatePartnershipRequest request = ONBOARD__UPDATE_PARTNERSHIP_REQUEST__INIT;
  assert_string_equal(verdict(&request.base), "partnership: REQUIRED_FIELD_MISSING\n");
  Onboard__Partnership partnership = ONBOARD__PARTNERSHIP__INIT;
  request.partnership = &partnership;
  assert_string_equal(verdict(&request.base), "partnership.name: REQUIRED_FIELD_MISSING\n");
}

static void violations_are_capped(void **state) {
  (void)state;
  Feed__WatchChangesRequest watch = FEED__WATCH_CHANGES_REQUEST__INIT;
  Feed__Position bad = FEED__POSITION__INIT, *positions[40];
  bad.bucket = 300;
  for (size_t i = 0; i < 40; i++)
    positions[i] = &bad;
  watch.positions = positions;
  for (size_t count = LIMIT_VIOLATIONS; count <= LIMIT_VIOLATIONS + 5; count += 5) {
    watch.n_positions = count;
    const struct status *status = message_validate(arena, &watch.base);
    size_t listed = 0;
    const struct violation *last = NULL;
    for (const struct violation *v = status->violations; v; v = v->next, listed++)
      last = v;
    assert_int_equal(listed, LIMIT_VIOLATIONS);
    assert_int_equal(strstr(last->description, "5 more violations") != NULL, count > LIMIT_VIOLATIONS);
  }
}

static void every_valid_request_passes(void **state) {
  (void)state;
  const char *const *services;
  size_t service_count = schema_services(&services);
  for (size_t s = 0; s < service_count; s++) {
    const struct schema_method *const *methods;
    size_t count = schema_service_methods(services[s], &methods);
    for (size_t m = 0; m < count; m++)
      for (uint64_t seed = 0; seed < 20; seed++) {
        struct random random = {seed};
        arena_reset(arena);
        ProtobufCMessage *request = random_valid_message(&random, arena, methods[m]->request);
        ProtobufCMessage *before = message_copy(arena, request);
        const struct status *status = message_validate(arena, request);
        if (status)
          fail_msg("%s, seed %zu: %s", methods[m]->path, (size_t)seed, status->message);
        assert_true(message_equal(before, request));
      }
  }
}

static void text_by_path(void **state) {
  (void)state;
  Onboard__UpdatePartnershipRequest request = ONBOARD__UPDATE_PARTNERSHIP_REQUEST__INIT;
  Onboard__Partnership partnership = ONBOARD__PARTNERSHIP__INIT;
  partnership.name = text("vendors/a");
  assert_string_equal(message_text(&request.base, "partnership.name"), "");
  request.partnership = &partnership;
  assert_string_equal(message_text(&request.base, "partnership.name"), "vendors/a");
  assert_string_equal(message_text(&request.base, "request_id"), "");
  static const char *const wrong[] = {
      "",      "partnership", "partnership.",       "partnership.state", "nothing",
      ".name", "name",        "partnership.name.x", "update_mask.paths"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_null(message_text(&request.base, wrong[i]));
    assert_false(message_path_valid(request.base.descriptor, wrong[i]));
  }
  Grpc__Reflection__V1__ServerReflectionRequest info = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
  info.message_request_case = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES;
  info.list_services = text("*");
  assert_string_equal(message_text(&info.base, "list_services"), "*");
  assert_string_equal(message_text(&info.base, "file_by_filename"), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(required_fields, set_up, tear_down),
      cmocka_unit_test_setup_teardown(resource_names, set_up, tear_down),
      cmocka_unit_test_setup_teardown(bounds_and_items, set_up, tear_down),
      cmocka_unit_test_setup_teardown(lengths, set_up, tear_down),
      cmocka_unit_test_setup_teardown(defaults_hold_without_a_rule, set_up, tear_down),
      cmocka_unit_test_setup_teardown(times_are_in_range, set_up, tear_down),
      cmocka_unit_test_setup_teardown(output_only_is_cleared, set_up, tear_down),
      cmocka_unit_test_setup_teardown(update_is_partial, set_up, tear_down),
      cmocka_unit_test_setup_teardown(violations_are_capped, set_up, tear_down),
      cmocka_unit_test_setup_teardown(every_valid_request_passes, set_up, tear_down),
      cmocka_unit_test_setup_teardown(text_by_path, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
