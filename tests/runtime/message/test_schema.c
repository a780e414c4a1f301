#include "tests/support/check.h"

#include "runtime/message/rule.h"
#include "runtime/message/schema.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"
#include "google/protobuf/descriptor.pb-c.h"
#include "google/rpc/error_details.pb-c.h"

#include <string.h>

extern const ProtobufCMessageDescriptor *const contract_messages[];

static void method_has_types_streaming_and_policy(void **state) {
  (void)state;
  const struct schema_method *list = schema_find_method("/entente.ledger.v1.LedgerService/ListLedgerEntries");
  assert_non_null(list);
  assert_string_equal(list->name, "ListLedgerEntries");
  assert_string_equal(list->service, "entente.ledger.v1.LedgerService");
  assert_ptr_equal(list->request, &ledger__list_ledger_entries_request__descriptor);
  assert_ptr_equal(list->response, &ledger__list_ledger_entries_response__descriptor);
  assert_false(list->client_streaming || list->server_streaming);
  assert_non_null(list->policy);
  assert_int_equal(list->policy->n_parties, 2);
  assert_int_equal(list->policy->role, OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER);
  assert_string_equal(list->policy->resource, "parent");
  assert_int_equal(list->policy->deadline_ms, 5000);

  const struct schema_method *watch = schema_find_method("/entente.feed.v1.FeedService/WatchChanges");
  assert_true(watch->server_streaming);
  assert_false(watch->client_streaming);
  assert_int_equal(watch->policy->n_services, 6);
  assert_string_equal(watch->policy->services[5], "gateway");

  const struct schema_method *info =
      schema_find_method("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
  assert_true(info->client_streaming && info->server_streaming);
  assert_null(info->policy);
  assert_null(schema_find_method("/entente.ledger.v1.LedgerService/Nothing"));
}

static void service_lists_methods_in_order(void **state) {
  (void)state;
  const struct schema_method *const *methods;
  assert_int_equal(schema_service_methods("entente.ledger.v1.LedgerService", &methods), 3);
  assert_string_equal(methods[0]->name, "ListLedgerEntries");
  assert_string_equal(methods[1]->name, "BatchGetCounters");
  assert_string_equal(methods[2]->name, "VerifyLedger");
  assert_int_equal(schema_service_methods("nothing.Here", &methods), 0);
  const char *const *services;
  size_t count = schema_services(&services), found = 0;
  for (size_t i = 0; i < count; i++)
    found += strcmp(services[i], "entente.ledger.v1.LedgerService") == 0 ||
             strcmp(services[i], "grpc.health.v1.Health") == 0;
  assert_int_equal(found, 2);
}

static void every_generated_message_is_known(void **state) {
  (void)state;
  for (size_t i = 0; contract_messages[i]; i++) {
    const ProtobufCMessageDescriptor *descriptor = contract_messages[i];
    const struct message_rules *rules = rules_of(descriptor);
    if (!rules) { /* standard, and used by no contract */
      assert_int_equal(strncmp(descriptor->name, "google.protobuf.", 16), 0);
      assert_null(schema_find_message(descriptor->name));
      continue;
    }
    assert_ptr_equal(schema_find_message(descriptor->name), descriptor);
    for (unsigned f = 0; f < descriptor->n_fields; f++) {
      assert_ptr_equal(rules->fields[f].field, &descriptor->fields[f]);
      assert_true(*schema_field_of(descriptor, f)->json_name);
      if (descriptor->fields[f].type == PROTOBUF_C_TYPE_MESSAGE)
        assert_ptr_equal(rules->fields[f].message->descriptor, descriptor->fields[f].descriptor);
    }
  }
  assert_null(schema_find_message("entente.ledger.v1.Nothing"));
}

static void field_has_name_rule_and_map(void **state) {
  (void)state;
  const struct field_rules *row =
      rules_field(rules_expect(&ledger__list_ledger_entries_request__descriptor), "pageSize");
  assert_string_equal(row->field->name, "page_size");
  assert_true(row->bounded);
  assert_int_equal(row->max, INT32_MAX);
  row = rules_field(rules_expect(&ledger__list_ledger_entries_request__descriptor), "parent");
  assert_true(row->required);
  assert_string_equal(row->resources[0], "vendors/*/partnerships/*");
  assert_string_equal(row->resources[1], "vendors/*");
  assert_null(row->resources[2]);
  row = rules_field(rules_expect(&google__rpc__error_info__descriptor), "metadata");
  assert_true(row->schema.map);
  assert_false(rules_field(rules_expect(&google__rpc__error_info__descriptor), "reason")->schema.map);
  assert_null(rules_field(rules_expect(&google__rpc__error_info__descriptor), "nothing"));
}

static void files_are_served_as_they_are(void **state) {
  (void)state;
  const char *file;
  assert_true(schema_file_with_symbol("entente.ledger.v1.LedgerService", &file));
  assert_string_equal(file, "entente/ledger/v1/ledger_service.proto");
  static const char *const symbols[] = {
      "entente.ledger.v1.LedgerService.VerifyLedger", "entente.ledger.v1.LedgerFinding",
      "entente.ledger.v1.LedgerFinding.Kind", "entente.ledger.v1.ListLedgerEntriesRequest"};
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    assert_true(schema_file_with_symbol(symbols[i], &file));
    assert_string_equal(file, "entente/ledger/v1/ledger_service.proto");
  }
  assert_true(schema_file_with_symbol("entente.option.v1.field", &file));
  assert_string_equal(file, "entente/option/v1/option.proto");
  assert_false(schema_file_with_symbol("entente.ledger", &file));

  const uint8_t *bytes;
  size_t size;
  assert_true(schema_file_by_name("entente/ledger/v1/ledger_service.proto", &bytes, &size));
  Google__Protobuf__FileDescriptorProto *proto =
      google__protobuf__file_descriptor_proto__unpack(NULL, size, bytes);
  assert_non_null(proto);
  assert_string_equal(proto->name, "entente/ledger/v1/ledger_service.proto");
  google__protobuf__file_descriptor_proto__free_unpacked(proto, NULL);
  assert_false(schema_file_by_name("nothing.proto", &bytes, &size));
}

static void closure_has_every_import_once(void **state) {
  (void)state;
  const char *files[64];
  size_t count = schema_file_closure("entente/ledger/v1/ledger_service.proto", files, 64);
  static const char *const expected[] = {"entente/ledger/v1/ledger_service.proto",
                                         "entente/ledger/v1/ledger.proto",
                                         "entente/option/v1/option.proto",
                                         "entente/type/v1/value.proto",
                                         "entente/type/v1/party.proto",
                                         "google/protobuf/timestamp.proto",
                                         "google/protobuf/descriptor.proto"};
  assert_int_equal(count, sizeof expected / sizeof *expected);
  assert_string_equal(files[0], expected[0]);
  for (size_t i = 0; i < count; i++) {
    size_t times = 0;
    for (size_t j = 0; j < count; j++)
      times += strcmp(files[j], expected[i]) == 0;
    assert_int_equal(times, 1);
  }
  assert_int_equal(schema_file_closure("entente/ledger/v1/ledger_service.proto", files, 2), 2);
  assert_int_equal(schema_file_closure("nothing.proto", files, 64), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(method_has_types_streaming_and_policy),
      cmocka_unit_test(service_lists_methods_in_order),
      cmocka_unit_test(every_generated_message_is_known),
      cmocka_unit_test(field_has_name_rule_and_map),
      cmocka_unit_test(files_are_served_as_they_are),
      cmocka_unit_test(closure_has_every_import_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
