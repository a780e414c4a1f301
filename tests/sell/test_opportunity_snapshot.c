#include "sell/builder.h"
#include "sell/opportunity_snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEMPLATE(name) SELL__OPPORTUNITY_SNAPSHOT__TEMPLATE__TEMPLATE_##name

/* Whether a template keeps a field, by the message's own descriptor: a new field that nobody thought of
 * shows. */
static bool is_set(const Sell__Opportunity *opportunity, const ProtobufCFieldDescriptor *field) {
  const char *member = (const char *)opportunity + field->offset;
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return *(const size_t *)(const void *)((const char *)opportunity + field->quantifier_offset) > 0;
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING: {
    const char *text = *(const char *const *)(const void *)member;
    return text && *text;
  }
  case PROTOBUF_C_TYPE_MESSAGE:
    return *(const void *const *)(const void *)member;
  default:
    return *(const int *)(const void *)member != 0;
  }
}

/* Sets every field to something, whatever it is. */
static void set_all(struct arena *arena, Sell__Opportunity *opportunity) {
  for (unsigned i = 0; i < sell__opportunity__descriptor.n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &sell__opportunity__descriptor.fields[i];
    void *member = (char *)opportunity + field->offset, *value = arena_calloc(arena, 64, 1);
    memset(value, 'x', 8);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
      memcpy((char *)opportunity + field->quantifier_offset, &(size_t){1}, sizeof(size_t));
    if (field->label == PROTOBUF_C_LABEL_REPEATED || field->type == PROTOBUF_C_TYPE_STRING ||
        field->type == PROTOBUF_C_TYPE_MESSAGE)
      memcpy(member, &value, sizeof value);
    else
      memcpy(member, &(int){1}, sizeof(int));
  }
}

static void a_full_one_keeps_all_but_sides(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity all = SELL__OPPORTUNITY__INIT;
  set_all(occasion.arena, &all);
  const Sell__Opportunity *kept = snapshot_subset(occasion.arena, &all, TEMPLATE(FULL));
  for (unsigned i = 0; i < sell__opportunity__descriptor.n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &sell__opportunity__descriptor.fields[i];
    bool side = strcmp(field->name, "shared_sides") == 0;
    if (is_set(kept, field) == side)
      fail_msg("%s is %skept", field->name, side ? "" : "not ");
  }
  occasion_release(&occasion);
}

static void templates_keep_their_fields(void **state) {
  (void)state;
  static const struct {
    Sell__OpportunitySnapshot__Template template;
    const char *kept, *left;
  } cases[] = {
      {TEMPLATE(CUSTOMER), "customer", "amount"},   {TEMPLATE(CUSTOMER), "solution", "stage"},
      {TEMPLATE(COMMERCIAL), "amount", "customer"}, {TEMPLATE(COMMERCIAL), "attribution", "review"},
      {TEMPLATE(PROGRESS), "review", "amount"},     {TEMPLATE(PROGRESS), "stage_roles", "seller"},
  };
  struct occasion occasion = occasion_build();
  Sell__Opportunity all = SELL__OPPORTUNITY__INIT;
  set_all(occasion.arena, &all);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const Sell__Opportunity *subset = snapshot_subset(occasion.arena, &all, cases[i].template);
    const ProtobufCMessageDescriptor *fields = &sell__opportunity__descriptor;
    assert_true(is_set(subset, protobuf_c_message_descriptor_get_field_by_name(fields, cases[i].kept)));
    assert_false(is_set(subset, protobuf_c_message_descriptor_get_field_by_name(fields, cases[i].left)));
    assert_true(is_set(subset, protobuf_c_message_descriptor_get_field_by_name(fields, "name")));
  }
  occasion_release(&occasion);
}

static void there_is_a_last_one(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = opportunity_build(&occasion, SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED);
  Sell__OpportunitySnapshot snapshot = SELL__OPPORTUNITY_SNAPSHOT__INIT;
  assert_reason(snapshot_take(&occasion, opportunity, TEMPLATE(FULL), SNAPSHOTS_MAX - 1, &snapshot), NULL,
                NULL);
  assert_int_equal(snapshot.number, SNAPSHOTS_MAX);
  assert_reason(snapshot_take(&occasion, opportunity, TEMPLATE(FULL), SNAPSHOTS_MAX, &snapshot),
                REASON_SNAPSHOTS_FULL, NULL);
  assert_true(snapshot_visible(&snapshot, TYPE__PARTY__PARTY_PARTNER));
  opportunity->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  assert_reason(snapshot_take(&occasion, opportunity, TEMPLATE(FULL), 0, &snapshot), NULL, NULL);
  assert_string_equal(strrchr(snapshot.name, '/'), "/own-1");
  assert_false(snapshot_visible(&snapshot, TYPE__PARTY__PARTY_PARTNER));
  assert_true(snapshot_visible(&snapshot, TYPE__PARTY__PARTY_VENDOR));
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_one_keeps_all_but_sides),
      cmocka_unit_test(templates_keep_their_fields),
      cmocka_unit_test(there_is_a_last_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
