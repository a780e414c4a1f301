#include "tests/support/check.h"
#include "tests/support/random_message.h"

#include "runtime/message/json.h"
#include "runtime/message/mask.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"
#include "entente/onboard/v1/partnership.pb-c.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include "grpc/reflection/v1/reflection.pb-c.h"

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

static ProtobufCMessage *message_of(const ProtobufCMessageDescriptor *descriptor, const char *json) {
  ProtobufCMessage *message;
  const struct status *status = json_read(arena, descriptor, json, strlen(json), &message);
  if (status)
    fail_msg("%s: %s", json, status->message);
  return message;
}

/* `to` after the paths (separated by spaces) were applied, or the violations. */
static const char *applied(const ProtobufCMessageDescriptor *descriptor, const char *paths, const char *from,
                           const char *to) {
  char *list[8], *rest = NULL;
  size_t count = 0;
  for (char *path = strtok_r(arena_strdup(arena, paths), " ", &rest); path; path = strtok_r(NULL, " ", &rest))
    list[count++] = path;
  ProtobufCMessage *target = message_of(descriptor, to);
  const struct status *status = mask_apply(arena, list, count, message_of(descriptor, from), target);
  struct buffer out = {.arena = arena};
  json_write(&out, target, NULL);
  if (!status)
    return out.data;
  assert_string_equal(out.data, to);
  char *text = arena_strdup(arena, "refused");
  for (const struct violation *v = status->violations; v; v = v->next)
    text = arena_printf(arena, "%s; %s %s: %s", text, v->field, v->reason, v->description);
  return text;
}

static void applies(void **state) {
  (void)state;
  static const struct {
    const ProtobufCMessageDescriptor *descriptor;
    const char *paths, *from, *to, *result;
  } cases[] = {
      /* No paths: what is set; `*`: all. */
      {&onboard__partnership__descriptor, "", "{\"displayName\":\"b\"}",
       "{\"displayName\":\"a\",\"preset\":\"PRESET_CLOUD\"}",
       "{\"displayName\":\"b\",\"preset\":\"PRESET_CLOUD\"}"},
      {&onboard__partnership__descriptor, "*", "{\"displayName\":\"b\"}",
       "{\"displayName\":\"a\",\"preset\":\"PRESET_CLOUD\"}", "{\"displayName\":\"b\"}"},
      {&onboard__partnership__descriptor, "preset", "{\"displayName\":\"b\"}",
       "{\"displayName\":\"a\",\"preset\":\"PRESET_CLOUD\"}", "{\"displayName\":\"a\"}"},
      /* Output-only and immutable fields stay. */
      {&onboard__partnership__descriptor, "*", "{\"state\":\"STATE_ENDED\",\"currencyCode\":\"EUR\"}",
       "{\"state\":\"STATE_ACTIVE\",\"currencyCode\":\"USD\"}",
       "{\"state\":\"STATE_ACTIVE\",\"currencyCode\":\"USD\"}"},
      {&onboard__partnership__descriptor, "etag currency_code state",
       "{\"etag\":\"x\",\"state\":\"STATE_ENDED\",\"currencyCode\":\"EUR\"}",
       "{\"etag\":\"a\",\"currencyCode\":\"EUR\"}", "{\"etag\":\"a\",\"currencyCode\":\"EUR\"}"},
      /* But to ask for a change of what never changes is refused. */
      {&onboard__partnership__descriptor, "display_name currency_code",
       "{\"displayName\":\"b\",\"currencyCode\":\"EUR\"}", "{\"displayName\":\"a\",\"currencyCode\":\"USD\"}",
       "refused; update_mask FIELD_IMMUTABLE: `currency_code` never changes after creation"},
      /* Below a message. */
      {&ledger__batch_get_counters_request__descriptor, "period.end_time",
       "{\"period\":{\"startTime\":\"2020-01-01T00:00:00Z\",\"endTime\":\"2021-01-01T00:00:00Z\"}}",
       "{\"parent\":\"p\",\"period\":{\"startTime\":\"2010-01-01T00:00:00Z\"}}",
       "{\"parent\":\"p\",\"period\":{\"startTime\":\"2010-01-01T00:00:00Z\","
       "\"endTime\":\"2021-01-01T00:00:00Z\"}}"},
      {&ledger__batch_get_counters_request__descriptor, "period.end_time",
       "{\"period\":{\"endTime\":\"2021-01-01T00:00:00Z\"}}", "{}",
       "{\"period\":{\"endTime\":\"2021-01-01T00:00:00Z\"}}"},
      {&ledger__batch_get_counters_request__descriptor, "period.end_time", "{}",
       "{\"period\":{\"startTime\":\"2010-01-01T00:00:00Z\",\"endTime\":\"2021-01-01T00:00:00Z\"}}",
       "{\"period\":{\"startTime\":\"2010-01-01T00:00:00Z\"}}"},
      {&ledger__batch_get_counters_request__descriptor, "period.end_time", "{}", "{}", "{}"},
      {&ledger__batch_get_counters_request__descriptor, "period", "{}",
       "{\"period\":{\"startTime\":\"2010-01-01T00:00:00Z\"}}", "{}"},
      /* Lists and maps are replaced as a whole. */
      {&google__rpc__error_info__descriptor, "metadata", "{\"metadata\":{\"b\":\"2\"}}",
       "{\"reason\":\"R\",\"metadata\":{\"a\":\"1\",\"c\":\"3\"}}",
       "{\"reason\":\"R\",\"metadata\":{\"b\":\"2\"}}"},
      {&ledger__batch_get_counters_request__descriptor, "partnerships", "{}", "{\"partnerships\":[\"a\"]}",
       "{}"},
      /* One field of a oneof takes the place of another. */
      {&grpc__reflection__v1__server_reflection_request__descriptor, "*", "{\"fileByFilename\":\"f\"}",
       "{\"listServices\":\"l\"}", "{\"fileByFilename\":\"f\"}"},
      {&grpc__reflection__v1__server_reflection_request__descriptor, "*", "{\"listServices\":\"l\"}",
       "{\"fileByFilename\":\"f\"}", "{\"listServices\":\"l\"}"},
      {&grpc__reflection__v1__server_reflection_request__descriptor, "list_services", "{}",
       "{\"fileByFilename\":\"f\"}", "{\"fileByFilename\":\"f\"}"},
      {&grpc__reflection__v1__server_reflection_request__descriptor,
       "file_containing_extension.containing_type",
       "{\"fileContainingExtension\":{\"containingType\":\"t\"}}", "{\"listServices\":\"l\"}",
       "{\"fileContainingExtension\":{\"containingType\":\"t\"}}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal(applied(cases[i].descriptor, cases[i].paths, cases[i].from, cases[i].to),
                        cases[i].result);
}

static void refuses_all_wrong_paths_at_once(void **state) {
  (void)state;
  assert_string_equal(
      applied(&ledger__batch_get_counters_request__descriptor,
              "parent nothing period. partnerships.x parent.x period.nothing", "{\"parent\":\"b\"}",
              "{\"parent\":\"a\"}"),
      "refused; update_mask FIELD_PATH_INVALID: `nothing` is not a field"
      "; update_mask FIELD_PATH_INVALID: `period.` is not a field"
      "; update_mask FIELD_PATH_INVALID: `partnerships.x` goes through a repeated field; name the whole field"
      "; update_mask FIELD_PATH_INVALID: `parent.x` goes into a field that is not a message"
      "; update_mask FIELD_PATH_INVALID: `period.nothing` is not a field");
  assert_string_equal(applied(&onboard__partnership__descriptor, "* preset", "{}", "{}"),
                      "refused; update_mask FIELD_PATH_INVALID: `*` is not a field");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(applies, set_up, tear_down),
      cmocka_unit_test_setup_teardown(refuses_all_wrong_paths_at_once, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
