#include "runtime/message/rule.h"

#include "runtime/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words separated by spaces, ended by NULL. */
static const char *const *split_words(struct arena *arena, const char *text) {
  const char **words = arena_calloc(arena, strlen(text) / 2 + 2, sizeof *words);
  char *copy = arena_strdup(arena, text), *rest = NULL;
  size_t count = 0;
  for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
    words[count++] = word;
  return words;
}

static void defaults(struct field_rules *rules) {
  const ProtobufCFieldDescriptor *field = rules->field;
  rules->repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
  rules->oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
  rules->max_items = RULE_MAX_ITEMS;
  rules->max_length = field->type == PROTOBUF_C_TYPE_BYTES ? RULE_BYTES_MAX_LENGTH : RULE_STRING_MAX_LENGTH;
}

void rules_compile(struct arena *arena, struct field_rules *rules) {
  defaults(rules);
  const Option__FieldRule *rule = rules->schema.rule;
  if (!rule)
    return;
  Option__FieldRule__Behavior behavior = rule->behavior;
  rules->required = behavior == OPTION__FIELD_RULE__BEHAVIOR__BEHAVIOR_REQUIRED ||
                    behavior == OPTION__FIELD_RULE__BEHAVIOR__BEHAVIOR_REQUIRED_IMMUTABLE;
  rules->immutable = behavior == OPTION__FIELD_RULE__BEHAVIOR__BEHAVIOR_IMMUTABLE ||
                     behavior == OPTION__FIELD_RULE__BEHAVIOR__BEHAVIOR_REQUIRED_IMMUTABLE;
  rules->output_only = behavior == OPTION__FIELD_RULE__BEHAVIOR__BEHAVIOR_OUTPUT_ONLY;
  rules->bounded = rule->bounded;
  rules->min = rule->min;
  rules->max = rule->max;
  rules->min_length = rule->min_length;
  rules->min_items = rule->min_items;
  if (rule->max_length)
    rules->max_length = rule->max_length;
  if (rule->max_items)
    rules->max_items = rule->max_items;
  if (!text_empty(rule->resource))
    rules->resources = split_words(arena, rule->resource);
  if (text_empty(rule->pattern))
    return;
  rules->pattern = pattern_compile(arena, rule->pattern);
  if (!rules->pattern) {
    fprintf(stderr, "entente: contract: field %s: `%s` is not a regular expression\n", rules->field->name,
            rule->pattern);
    abort();
  }
}

const struct message_rules *rules_expect(const ProtobufCMessageDescriptor *descriptor) {
  const struct message_rules *rules = rules_of(descriptor);
  if (!rules) {
    fprintf(stderr, "entente: message %s is not in the contract\n", descriptor->name);
    abort();
  }
  return rules;
}

const struct field_rules *rules_field(const struct message_rules *rules, const char *name) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(rules->descriptor, name);
  if (field)
    return &rules->fields[field - rules->descriptor->fields];
  for (unsigned i = 0; i < rules->descriptor->n_fields; i++)
    if (strcmp(rules->fields[i].schema.json_name, name) == 0)
      return &rules->fields[i];
  return NULL;
}

size_t field_value_size(ProtobufCType type) {
  switch (type) {
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_MESSAGE:
    return sizeof(void *);
  case PROTOBUF_C_TYPE_BYTES:
    return sizeof(ProtobufCBinaryData);
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_DOUBLE:
    return sizeof(int64_t);
  default:
    return sizeof(int32_t);
  }
}

bool map_keys_equal(const ProtobufCFieldDescriptor *key, const ProtobufCMessage *a,
                    const ProtobufCMessage *b) {
  const void *at_a = field_at(a, key), *at_b = field_at(b, key);
  if (key->type == PROTOBUF_C_TYPE_STRING)
    return text_equal(*(char *const *)at_a, *(char *const *)at_b);
  return memcmp(at_a, at_b, field_value_size(key->type)) == 0;
}

static bool number_is_set(const void *at, ProtobufCType type) {
  /* As protobuf-c packs: a negative zero is no value. */
  if (type == PROTOBUF_C_TYPE_DOUBLE)
    return *(const double *)at != 0;
  if (type == PROTOBUF_C_TYPE_FLOAT)
    return *(const float *)at != 0;
  return field_value_size(type) == sizeof(int64_t) ? *(const int64_t *)at != 0 : *(const int32_t *)at != 0;
}

bool field_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
  const void *at = field_at(message, field);
  if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
    return *field_case(message, field) == field->id;
  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    return *(ProtobufCMessage *const *)at != NULL;
  if (field->type == PROTOBUF_C_TYPE_STRING && field->label == PROTOBUF_C_LABEL_NONE)
    return !text_empty(*(char *const *)at);
  if (field->type == PROTOBUF_C_TYPE_STRING)
    return *(char *const *)at && *(char *const *)at != field->default_value;
  if (field->label == PROTOBUF_C_LABEL_OPTIONAL)
    return *field_case(message, field) != 0;
  if (field->label == PROTOBUF_C_LABEL_REQUIRED)
    return true;
  if (field->type == PROTOBUF_C_TYPE_BYTES)
    return ((const ProtobufCBinaryData *)at)->len > 0;
  return number_is_set(at, field->type);
}
