/* The contract's field rules, compiled: what validation and JSON walk instead of descriptors.
 * One array per message type, in the order of protobuf-c's fields. Immutable after schema_load(). Private to
 * runtime/message. */
#ifndef ENTENTE_MESSAGE_RULE_H
#define ENTENTE_MESSAGE_RULE_H

#include "runtime/message/pattern.h"
#include "runtime/message/schema.h"

enum {
  RULE_STRING_MAX_LENGTH = 1024, /* in code points, where the contract says nothing */
  RULE_BYTES_MAX_LENGTH = 65536, /* in bytes */
  RULE_MAX_ITEMS = 1000,
};

/* Messages that validation or JSON treat in their own way. */
enum well_known {
  WELL_KNOWN_NONE,
  WELL_KNOWN_ANY,
  WELL_KNOWN_DURATION,
  WELL_KNOWN_EMPTY,
  WELL_KNOWN_FIELD_MASK,
  WELL_KNOWN_LIST_VALUE,
  WELL_KNOWN_STRUCT,
  WELL_KNOWN_TIMESTAMP,
  WELL_KNOWN_VALUE,
  WELL_KNOWN_WRAPPER, /* BoolValue and its like: a scalar that may be absent */
};

struct message_rules;

struct field_rules {
  const ProtobufCFieldDescriptor *field;
  struct schema_field schema;
  const struct message_rules *message; /* of a message field */
  bool required;
  bool output_only;
  bool immutable;
  bool bounded;
  bool repeated;
  bool oneof; /* set only when the case at field->quantifier_offset is field->id */
  uint32_t min_length;
  uint32_t max_length; /* never 0 */
  uint32_t min_items;
  uint32_t max_items; /* never 0 */
  int64_t min;
  int64_t max;
  const struct pattern *pattern;
  const char *const *resources; /* name patterns, ended by NULL; NULL when there is no rule */
};

struct message_rules {
  const ProtobufCMessageDescriptor *descriptor;
  struct field_rules *fields;            /* as many as descriptor->n_fields, in that order */
  const struct field_rules *update_mask; /* its FieldMask field of that name; NULL when there is none */
  enum well_known well_known;
};

/* NULL when the type is not in the contract. */
const struct message_rules *rules_of(const ProtobufCMessageDescriptor *descriptor);
/* As above, but a type that is not in the contract aborts: only we can pass one. */
const struct message_rules *rules_expect(const ProtobufCMessageDescriptor *descriptor);
/* The field by its name in the contract or in JSON; NULL when there is none. */
const struct field_rules *rules_field(const struct message_rules *rules, const char *name);

/* Fills in what the contract's rule says, over the defaults of FieldRule. Aborts on a rule that cannot be
 * compiled, naming the field. */
void rules_compile(struct arena *arena, struct field_rules *rules);

/* Whether a singular field has a value: a selected case, a message, anything but zero or "". */
bool field_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* Whether two entries of a map have the same key, of which `key` is the field. */
bool map_keys_equal(const ProtobufCFieldDescriptor *key, const ProtobufCMessage *a,
                    const ProtobufCMessage *b);
/* Size in memory of one value of a type. */
size_t field_value_size(ProtobufCType type);

/* Where the value of a field is in a message. */
static inline void *field_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
  return (char *)(uintptr_t)message + field->offset;
}
static inline size_t *field_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
  return (size_t *)(void *)((char *)(uintptr_t)message + field->quantifier_offset);
}
/* Of an oneof: the number of the field that is set, 0 for none. Of an optional field: whether it is set. */
static inline uint32_t *field_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
  return (uint32_t *)(void *)((char *)(uintptr_t)message + field->quantifier_offset);
}

#endif
