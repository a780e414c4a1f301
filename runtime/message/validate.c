#include "runtime/message/validate.h"

#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/path.h"
#include "runtime/message/rule.h"

#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/field_mask.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NANOS_MAX = 999999999 };
#define TIMESTAMP_SECONDS_MAX INT64_C(253402300799) /* the end of 9999 */
#define DURATION_SECONDS_MAX INT64_C(315576000000)  /* 10,000 years */

/* What an update says of the resource beside its mask. NULL: the message must be complete. */
struct partial {
  const Google__Protobuf__FieldMask *mask; /* NULL or without paths: every field that is set */
  const char *prefix;                      /* path of the message from the resource, "" for the resource */
};

static void check_message(struct violations *violations, const struct message_rules *rules,
                          ProtobufCMessage *message, const struct path *parent,
                          const struct partial *partial);

/* ---- one value ---- */

static void check_length(struct violations *violations, const struct field_rules *rules, const char *text,
                         const struct path *path) {
  size_t bytes = strlen(text);
  if (bytes <= rules->max_length && bytes < rules->min_length) {
    violation_add(violations, path, "LENGTH_OUT_OF_RANGE", "must have at least %u characters",
                  rules->min_length);
    return;
  }
  if (bytes <= rules->max_length && rules->min_length <= 1)
    return;
  size_t length = text_length(text);
  if (length > rules->max_length)
    violation_add(violations, path, "LENGTH_OUT_OF_RANGE", "must have at most %u characters, not %zu",
                  rules->max_length, length);
  else if (length < rules->min_length)
    violation_add(violations, path, "LENGTH_OUT_OF_RANGE", "must have at least %u characters",
                  rules->min_length);
}

static bool resource_valid(const char *const *patterns, const char *name) {
  for (; *patterns; patterns++)
    if (name_matches(name, *patterns))
      return true;
  return false;
}

static void check_text(struct violations *violations, const struct field_rules *rules, const char *text,
                       const struct path *path) {
  size_t before = violations->count;
  check_length(violations, rules, text, path);
  if (violations->count != before)
    return;
  if (rules->pattern && !pattern_matches(rules->pattern, text))
    violation_add(violations, path, "PATTERN_MISMATCH", "must match %s", rules->schema.rule->pattern);
  if (rules->resources && !resource_valid(rules->resources, text))
    violation_add(violations, path, "RESOURCE_NAME_INVALID", "must be a name of the form %s",
                  rules->schema.rule->resource);
}

static void check_bytes(struct violations *violations, const struct field_rules *rules,
                        const ProtobufCBinaryData *bytes, const struct path *path) {
  if (bytes->len > rules->max_length || bytes->len < rules->min_length)
    violation_add(violations, path, "LENGTH_OUT_OF_RANGE", "must have %u to %u bytes, not %zu",
                  rules->min_length, rules->max_length, bytes->len);
}

static void check_integer(struct violations *violations, const struct field_rules *rules, int64_t value,
                          const struct path *path) {
  if (rules->bounded && (value < rules->min || value > rules->max))
    violation_add(violations, path, "VALUE_OUT_OF_RANGE",
                  "must be between %" PRId64 " and %" PRId64 ", not %" PRId64, rules->min, rules->max, value);
}

static void check_unsigned(struct violations *violations, const struct field_rules *rules, uint64_t value,
                           const struct path *path) {
  check_integer(violations, rules, value > INT64_MAX ? INT64_MAX : (int64_t)value, path);
}

static void check_real(struct violations *violations, const struct field_rules *rules, double value,
                       const struct path *path) {
  /* Written so that NaN is outside of all bounds. */
  if (rules->bounded && !(value >= (double)rules->min && value <= (double)rules->max))
    violation_add(violations, path, "VALUE_OUT_OF_RANGE", "must be between %" PRId64 " and %" PRId64,
                  rules->min, rules->max);
}

static void check_enum(struct violations *violations, const struct field_rules *rules, int number,
                       const struct path *path) {
  if (number && !protobuf_c_enum_descriptor_get_value(rules->field->descriptor, number))
    violation_add(violations, path, "ENUM_VALUE_UNKNOWN", "%d is not a value of %s", number,
                  ((const ProtobufCEnumDescriptor *)rules->field->descriptor)->name);
}

static void check_time(struct violations *violations, int64_t seconds, int64_t min, int64_t max,
                       int32_t nanos, const struct path *path) {
  bool opposed = min < 0 && ((seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0));
  int32_t nanos_min = min < 0 ? -NANOS_MAX : 0;
  if (seconds < min || seconds > max || nanos < nanos_min || nanos > NANOS_MAX || opposed)
    violation_add(violations, path, "VALUE_OUT_OF_RANGE",
                  min < 0 ? "must be a duration of at most 10,000 years, seconds and nanos of one sign"
                          : "must be a time of the years 1970 to 9999 with nanos from 0 to 999,999,999");
}

static void check_mask(struct violations *violations, const Google__Protobuf__FieldMask *mask,
                       const struct path *path) {
  if (mask->n_paths > RULE_MAX_ITEMS)
    violation_add(violations, path, "TOO_MANY_ELEMENTS", "must have at most %d paths", RULE_MAX_ITEMS);
}

static void check_inner(struct violations *violations, const struct field_rules *rules,
                        ProtobufCMessage *message, const struct path *path, const struct partial *partial) {
  switch (rules->message->well_known) {
  case WELL_KNOWN_TIMESTAMP: {
    const Google__Protobuf__Timestamp *time = (const Google__Protobuf__Timestamp *)message;
    check_time(violations, time->seconds, 0, TIMESTAMP_SECONDS_MAX, time->nanos, path);
    return;
  }
  case WELL_KNOWN_DURATION: {
    const Google__Protobuf__Duration *duration = (const Google__Protobuf__Duration *)message;
    check_time(violations, duration->seconds, -DURATION_SECONDS_MAX, DURATION_SECONDS_MAX, duration->nanos,
               path);
    return;
  }
  case WELL_KNOWN_FIELD_MASK:
    check_mask(violations, (const Google__Protobuf__FieldMask *)message, path);
    return;
  case WELL_KNOWN_ANY:
  case WELL_KNOWN_EMPTY:
    return;
  case WELL_KNOWN_LIST_VALUE:
  case WELL_KNOWN_STRUCT:
  case WELL_KNOWN_VALUE:
  case WELL_KNOWN_WRAPPER:
  case WELL_KNOWN_NONE:
    check_message(violations, rules->message, message, path, partial);
    return;
  }
}

static void check_value(struct violations *violations, const struct field_rules *rules, void *at,
                        const struct path *path, const struct partial *partial) {
  switch (rules->field->type) {
  case PROTOBUF_C_TYPE_STRING:
    check_text(violations, rules, *(char **)at, path);
    return;
  case PROTOBUF_C_TYPE_BYTES:
    check_bytes(violations, rules, at, path);
    return;
  case PROTOBUF_C_TYPE_MESSAGE:
    check_inner(violations, rules, *(ProtobufCMessage **)at, path, partial);
    return;
  case PROTOBUF_C_TYPE_ENUM:
    check_enum(violations, rules, *(int *)at, path);
    return;
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32:
    check_integer(violations, rules, *(int32_t *)at, path);
    return;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    check_integer(violations, rules, *(int64_t *)at, path);
    return;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    check_integer(violations, rules, *(uint32_t *)at, path);
    return;
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    check_unsigned(violations, rules, *(uint64_t *)at, path);
    return;
  case PROTOBUF_C_TYPE_FLOAT:
    check_real(violations, rules, *(float *)at, path);
    return;
  case PROTOBUF_C_TYPE_DOUBLE:
    check_real(violations, rules, *(double *)at, path);
    return;
  case PROTOBUF_C_TYPE_BOOL:
    return;
  }
}

/* ---- one field ---- */

static void check_elements(struct violations *violations, const struct field_rules *rules,
                           ProtobufCMessage *message, const struct path *parent, bool required) {
  size_t count = *field_count(message, rules->field);
  struct path path = {parent, rules->field->name, PATH_NO_INDEX};
  if (count == 0 && required)
    violation_add(violations, &path, "REQUIRED_FIELD_MISSING", "must not be empty");
  else if (count > rules->max_items)
    violation_add(violations, &path, "TOO_MANY_ELEMENTS", "must have at most %u elements, not %zu",
                  rules->max_items, count);
  else if (count < rules->min_items)
    violation_add(violations, &path, "LENGTH_OUT_OF_RANGE", "must have at least %u elements, not %zu",
                  rules->min_items, count);
  if (count > rules->max_items)
    return;
  char *elements = *(char **)field_at(message, rules->field);
  size_t size = field_value_size(rules->field->type);
  for (size_t i = 0; i < count; i++) {
    path.index = (long)i;
    check_value(violations, rules, elements + i * size, &path, NULL);
  }
}

static void clear_field(const struct field_rules *rules, ProtobufCMessage *message) {
  const ProtobufCFieldDescriptor *field = rules->field;
  if (rules->repeated)
    *field_count(message, field) = 0;
  if (rules->oneof) {
    if (*field_case(message, field) == field->id)
      *field_case(message, field) = 0;
    return;
  }
  if (rules->repeated || field->type == PROTOBUF_C_TYPE_MESSAGE)
    *(void **)field_at(message, field) = NULL;
  else if (field->type == PROTOBUF_C_TYPE_STRING)
    *(const char **)field_at(message, field) = protobuf_c_empty_string;
  else
    memset(field_at(message, field), 0, field_value_size(field->type));
}

/* ---- updates (AIP-134) ---- */

/* How a mask meets a field: 0 it does not, 1 it names something in it, 2 it names the field or all. */
enum cover { COVER_NONE, COVER_PART, COVER_WHOLE };

static enum cover mask_covers(const struct partial *partial, const char *field) {
  const Google__Protobuf__FieldMask *mask = partial->mask;
  enum cover best = COVER_NONE;
  size_t prefix = strlen(partial->prefix), length = strlen(field);
  for (size_t i = 0; i < mask->n_paths && best != COVER_WHOLE; i++) {
    const char *path = mask->paths[i];
    if (strcmp(path, "*") == 0)
      return COVER_WHOLE;
    if (strncmp(path, partial->prefix, prefix) != 0 || strncmp(path + prefix, field, length) != 0)
      continue;
    char next = path[prefix + length];
    if (next == '\0')
      best = COVER_WHOLE;
    else if (next == '.')
      best = COVER_PART;
  }
  return best;
}

static bool mask_empty(const struct partial *partial) {
  return !partial->mask || partial->mask->n_paths == 0;
}

static bool update_names(const struct partial *partial, const struct field_rules *rules) {
  return !mask_empty(partial) && mask_covers(partial, rules->field->name) == COVER_WHOLE;
}

/* Whether a field of a resource under update must be set. */
static bool update_requires(const struct partial *partial, const struct field_rules *rules) {
  if (!*partial->prefix && strcmp(rules->field->name, "name") == 0)
    return true;
  return rules->required && !rules->immutable && update_names(partial, rules);
}

/* `name` says which resource and `etag` which version of it; neither is a change. */
static bool update_keeps(const struct partial *partial, const struct field_rules *rules) {
  return !*partial->prefix &&
         (strcmp(rules->field->name, "name") == 0 || strcmp(rules->field->name, "etag") == 0);
}

static void check_partial(struct violations *violations, const struct field_rules *rules,
                          ProtobufCMessage *message, const struct path *path, const struct partial *partial) {
  void *at = field_at(message, rules->field);
  if (rules->field->type != PROTOBUF_C_TYPE_MESSAGE || mask_empty(partial) ||
      mask_covers(partial, rules->field->name) != COVER_PART) {
    check_value(violations, rules, at, path, NULL);
    return;
  }
  struct partial inner = {partial->mask,
                          arena_printf(violations->arena, "%s%s.", partial->prefix, rules->field->name)};
  check_value(violations, rules, at, path, &inner);
}

/* ---- one message ---- */

static void check_singular(struct violations *violations, const struct field_rules *rules,
                           ProtobufCMessage *message, const struct path *parent, bool required,
                           const struct partial *partial) {
  struct path path = {parent, rules->field->name, PATH_NO_INDEX};
  if (!field_is_set(message, rules->field)) {
    if (required)
      violation_add(violations, &path, "REQUIRED_FIELD_MISSING", "must be set");
    else if (rules->bounded && !rules->oneof && (!partial || update_names(partial, rules)))
      check_value(violations, rules, field_at(message, rules->field), &path, NULL);
    return;
  }
  if (partial)
    check_partial(violations, rules, message, &path, partial);
  else
    check_value(violations, rules, field_at(message, rules->field), &path, NULL);
}

static void check_message(struct violations *violations, const struct message_rules *rules,
                          ProtobufCMessage *message, const struct path *parent,
                          const struct partial *partial) {
  struct partial update = {.prefix = ""};
  if (rules->update_mask)
    update.mask = *(Google__Protobuf__FieldMask **)field_at(message, rules->update_mask->field);
  for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
    const struct field_rules *row = &rules->fields[i];
    if (row->output_only && !(partial && update_keeps(partial, row))) {
      clear_field(row, message);
      continue;
    }
    bool required = partial ? update_requires(partial, row) : row->required;
    if (row->repeated) {
      check_elements(violations, row, message, parent, required);
      continue;
    }
    bool resource = rules->update_mask && row->message && row->message->well_known == WELL_KNOWN_NONE;
    if (resource && field_is_set(message, row->field)) {
      struct path path = {parent, row->field->name, PATH_NO_INDEX};
      check_value(violations, row, field_at(message, row->field), &path, &update);
    } else {
      check_singular(violations, row, message, parent, required, partial);
    }
  }
}

const struct status *message_validate(struct arena *arena, ProtobufCMessage *message) {
  struct violations violations = {.arena = arena};
  check_message(&violations, rules_expect(message->descriptor), message, NULL, NULL);
  return violations_status(&violations);
}

/* ---- text by path ---- */

static const ProtobufCFieldDescriptor *path_step(const ProtobufCMessageDescriptor *descriptor,
                                                 const char **path) {
  char name[128];
  size_t length = strcspn(*path, ".");
  if (length >= sizeof name)
    return NULL;
  memcpy(name, *path, length);
  name[length] = '\0';
  const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(descriptor, name);
  if (!field || field->label == PROTOBUF_C_LABEL_REPEATED)
    return NULL;
  *path += length;
  bool last = !**path;
  *path += !last;
  if (!last && !**path)
    return NULL;
  return field->type == (last ? PROTOBUF_C_TYPE_STRING : PROTOBUF_C_TYPE_MESSAGE) ? field : NULL;
}

bool message_path_valid(const ProtobufCMessageDescriptor *descriptor, const char *path) {
  do {
    const ProtobufCFieldDescriptor *field = path_step(descriptor, &path);
    if (!field)
      return false;
    descriptor = field->descriptor;
  } while (*path);
  return true;
}

const char *message_text(const ProtobufCMessage *message, const char *path) {
  if (!message_path_valid(message->descriptor, path))
    return NULL;
  for (;;) {
    const ProtobufCFieldDescriptor *field = path_step(message->descriptor, &path);
    bool absent = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) && *field_case(message, field) != field->id;
    void *value = absent ? NULL : *(void **)field_at(message, field);
    if (!value)
      return "";
    if (!*path)
      return value;
    message = value;
  }
}
