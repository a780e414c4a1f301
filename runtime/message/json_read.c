#include "runtime/base/limit.h"
#include "runtime/message/json.h"
#include "runtime/message/json_scan.h"
#include "runtime/message/json_value.h"
#include "runtime/message/path.h"
#include "runtime/message/rule.h"
#include "runtime/message/validate.h"

#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/struct.pb-c.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader {
  struct json_scan scan;
  const char *error_path; /* of the first error */
  size_t values;          /* read so far */
  unsigned depth;         /* of messages */
  bool known_only;        /* what the contract does not have is passed over */
  bool passed_over;       /* the value read last is not one of its enum */
};

static bool read_message(struct reader *reader, const struct message_rules *rules, const struct path *path,
                         ProtobufCMessage **out);

static void mark_path(struct reader *reader, const struct path *path) {
  if (!reader->error_path)
    reader->error_path = path_text(reader->scan.arena, path);
}

/* Fails at the place `at` of the text, in the field `path`. */
__attribute__((format(printf, 5, 6))) static bool fail_at(struct reader *reader, const struct path *path,
                                                          const char *at, const char *reason,
                                                          const char *format, ...) {
  va_list arguments;
  mark_path(reader, path);
  va_start(arguments, format);
  json_vfail(&reader->scan, at, reason, format, arguments);
  va_end(arguments);
  return false;
}

/* Gives an error of the scanner its path. */
static bool in_path(struct reader *reader, const struct path *path, bool taken) {
  if (!taken)
    mark_path(reader, path);
  return taken;
}

static bool count_value(struct reader *reader, const struct path *path) {
  if (++reader->values <= LIMIT_MESSAGE_FIELDS)
    return true;
  return fail_at(reader, path, reader->scan.at, "TOO_MANY_ELEMENTS",
                 "the message has more fields than one may have");
}

/* ---- what would have been right ---- */

enum { HINT_BYTES = 400 }; /* what an error lists is cut here */

/* Adds a name to a list, `...` for the first that has no room; false from then on. */
static bool hint_add(struct buffer *hint, const char *name) {
  bool fits = hint->size + strlen(name) < HINT_BYTES;
  buffer_printf(hint, "%s%s", hint->size ? ", " : "", fits ? name : "...");
  return fits;
}

/* The fields that a client sets. */
static const char *fields_text(struct arena *arena, const struct message_rules *rules) {
  struct buffer hint = {.arena = arena};
  bool more = true;
  for (unsigned i = 0; i < rules->descriptor->n_fields && more; i++)
    if (!rules->fields[i].output_only)
      more = hint_add(&hint, rules->fields[i].schema.json_name);
  return hint.size ? hint.data : "none to be set";
}

static const char *values_text(struct arena *arena, const ProtobufCEnumDescriptor *descriptor) {
  struct buffer hint = {.arena = arena};
  bool more = true;
  for (unsigned i = 0; i < descriptor->n_values && more; i++)
    if (descriptor->values[i].value)
      more = hint_add(&hint, descriptor->values[i].name);
  return hint.size ? hint.data : "none";
}

/* ---- numbers ---- */

/* A number, or a string that holds one. */
static bool take_numeric(struct reader *reader, const struct path *path, const char **text, size_t *size) {
  if (json_peek(&reader->scan) == '"') {
    char *string;
    if (!in_path(reader, path, json_take_string(&reader->scan, &string)))
      return false;
    *text = string;
    *size = strlen(string);
    return true;
  }
  return in_path(reader, path, json_take_number(&reader->scan, text, size));
}

struct integer_range {
  uint64_t below; /* greatest magnitude of a negative value */
  uint64_t above; /* greatest value */
};

static struct integer_range integer_range_of(ProtobufCType type) {
  switch (type) {
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    return (struct integer_range){0, UINT32_MAX};
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    return (struct integer_range){0, UINT64_MAX};
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    return (struct integer_range){(uint64_t)INT64_MAX + 1, INT64_MAX};
  default:
    return (struct integer_range){(uint64_t)INT32_MAX + 1, INT32_MAX};
  }
}

/* Stores the low 32 or 64 bits, which two's complement makes right for every integer type. */
static bool store_integer(struct reader *reader, const struct path *path, const char *at, ProtobufCType type,
                          const char *text, size_t size, void *out) {
  bool negative;
  uint64_t magnitude;
  struct integer_range range = integer_range_of(type);
  if (!size || json_number_length(text, size) != size)
    return fail_at(reader, path, at, "VALUE_MALFORMED", "expected an integer");
  if (!json_integer_parse(text, size, &negative, &magnitude) ||
      magnitude > (negative ? range.below : range.above))
    return fail_at(reader, path, at, "VALUE_OUT_OF_RANGE", "not an integer that the field can hold");
  uint64_t value = negative ? -magnitude : magnitude;
  if (field_value_size(type) == sizeof value)
    memcpy(out, &value, sizeof value);
  else
    memcpy(out, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
  return true;
}

static bool read_integer(struct reader *reader, const struct path *path, ProtobufCType type, void *out) {
  const char *text;
  size_t size;
  json_peek(&reader->scan);
  const char *at = reader->scan.at;
  return take_numeric(reader, path, &text, &size) && store_integer(reader, path, at, type, text, size, out);
}

static const struct {
  const char *name;
  double value;
} named_reals[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};

static bool read_real(struct reader *reader, const struct path *path, double max, double *out) {
  const char *text;
  size_t size;
  bool quoted = json_peek(&reader->scan) == '"';
  const char *at = reader->scan.at;
  if (!take_numeric(reader, path, &text, &size))
    return false;
  for (size_t i = 0; quoted && i < sizeof named_reals / sizeof *named_reals; i++)
    if (strcmp(text, named_reals[i].name) == 0) {
      *out = named_reals[i].value;
      return true;
    }
  if (!size || json_number_length(text, size) != size)
    return fail_at(reader, path, at, "VALUE_MALFORMED", "expected a number");
  *out = strtod(arena_strndup(reader->scan.arena, text, size), NULL);
  if (!(fabs(*out) <= max))
    return fail_at(reader, path, at, "VALUE_OUT_OF_RANGE", "the number is too large");
  return true;
}

/* ---- other scalars ---- */

static bool read_enum(struct reader *reader, const struct path *path,
                      const ProtobufCEnumDescriptor *descriptor, int32_t *out) {
  if (descriptor == &google__protobuf__null_value__descriptor && json_take_word(&reader->scan, "null")) {
    *out = GOOGLE__PROTOBUF__NULL_VALUE__NULL_VALUE;
    return true;
  }
  if (json_peek(&reader->scan) != '"')
    return read_integer(reader, path, PROTOBUF_C_TYPE_INT32, out);
  const char *at = reader->scan.at;
  char *name;
  if (!in_path(reader, path, json_take_string(&reader->scan, &name)))
    return false;
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(descriptor, name);
  if (!value && reader->known_only) {
    reader->passed_over = true;
    return true;
  }
  if (!value)
    return fail_at(reader, path, at, "ENUM_VALUE_UNKNOWN", "`%.*s` is not a value of %s; those are %s",
                   text_cut(name, 64), name, descriptor->name, values_text(reader->scan.arena, descriptor));
  *out = value->value;
  return true;
}

static bool read_bool(struct reader *reader, const struct path *path, protobuf_c_boolean *out) {
  *out = json_take_word(&reader->scan, "true");
  if (*out || json_take_word(&reader->scan, "false"))
    return true;
  return fail_at(reader, path, reader->scan.at, "VALUE_MALFORMED", "expected true or false");
}

static bool read_string(struct reader *reader, const struct path *path, char **out) {
  if (json_peek(&reader->scan) != '"')
    return fail_at(reader, path, reader->scan.at, "VALUE_MALFORMED", "expected a string");
  return in_path(reader, path, json_take_string(&reader->scan, out));
}

static bool read_bytes(struct reader *reader, const struct path *path, ProtobufCBinaryData *out) {
  char *text;
  json_peek(&reader->scan);
  const char *at = reader->scan.at;
  if (!read_string(reader, path, &text))
    return false;
  if (!json_base64_parse(reader->scan.arena, text, out))
    return fail_at(reader, path, at, "VALUE_MALFORMED", "expected base64");
  return true;
}

static bool read_value(struct reader *reader, const struct field_rules *row, const struct path *path,
                       void *out) {
  double real;
  if (!count_value(reader, path))
    return false;
  switch (row->field->type) {
  case PROTOBUF_C_TYPE_STRING:
    return read_string(reader, path, out);
  case PROTOBUF_C_TYPE_BYTES:
    return read_bytes(reader, path, out);
  case PROTOBUF_C_TYPE_BOOL:
    return read_bool(reader, path, out);
  case PROTOBUF_C_TYPE_ENUM:
    return read_enum(reader, path, row->field->descriptor, out);
  case PROTOBUF_C_TYPE_MESSAGE:
    return read_message(reader, row->message, path, out);
  case PROTOBUF_C_TYPE_DOUBLE:
    return read_real(reader, path, DBL_MAX, out);
  case PROTOBUF_C_TYPE_FLOAT:
    if (!read_real(reader, path, FLT_MAX, &real))
      return false;
    *(float *)out = (float)real;
    return true;
  default:
    return read_integer(reader, path, row->field->type, out);
  }
}

/* ---- fields ---- */

/* Whether the value read last was passed over, which is asked once. */
static bool take_passed_over(struct reader *reader) {
  bool passed = reader->passed_over;
  reader->passed_over = false;
  return passed;
}

/* Room for one more element of a repeated field that has `count`; returns where it goes. */
static void *grow_list(struct arena *arena, void **elements, size_t *capacity, size_t count, size_t size) {
  if (count == *capacity) {
    size_t larger = *capacity ? *capacity * 2 : 4;
    char *moved = arena_calloc(arena, larger, size);
    if (count)
      memcpy(moved, *elements, count * size);
    *elements = moved;
    *capacity = larger;
  }
  return (char *)*elements + count * size;
}

static bool read_list(struct reader *reader, const struct field_rules *row, struct path *path,
                      ProtobufCMessage *message) {
  void **elements = field_at(message, row->field);
  size_t *count = field_count(message, row->field), capacity = 0;
  size_t size = field_value_size(row->field->type);
  if (!json_take(&reader->scan, '['))
    return fail_at(reader, path, reader->scan.at, "VALUE_MALFORMED", "expected a list");
  if (json_take(&reader->scan, ']'))
    return true;
  do {
    path->index = (long)*count;
    void *element = grow_list(reader->scan.arena, elements, &capacity, *count, size);
    if (!read_value(reader, row, path, element))
      return false;
    *count += !take_passed_over(reader);
  } while (json_take(&reader->scan, ','));
  path->index = PATH_NO_INDEX;
  return in_path(reader, path, json_expect(&reader->scan, ']'));
}

static ProtobufCMessage *message_new(struct arena *arena, const ProtobufCMessageDescriptor *descriptor) {
  ProtobufCMessage *message = arena_alloc(arena, descriptor->sizeof_message);
  descriptor->message_init(message);
  return message;
}

static bool read_map_key(struct reader *reader, const struct field_rules *row, const struct path *path,
                         void *out) {
  char *text;
  const char *at = reader->scan.at;
  if (!in_path(reader, path, json_take_string(&reader->scan, &text)))
    return false;
  if (row->field->type == PROTOBUF_C_TYPE_STRING) {
    *(char **)out = text;
    return true;
  }
  if (row->field->type != PROTOBUF_C_TYPE_BOOL)
    return store_integer(reader, path, at, row->field->type, text, strlen(text), out);
  *(protobuf_c_boolean *)out = strcmp(text, "true") == 0;
  if (*(protobuf_c_boolean *)out || strcmp(text, "false") == 0)
    return true;
  return fail_at(reader, path, at, "VALUE_MALFORMED", "expected \"true\" or \"false\"");
}

/* Map entries are few (row->max_items), so they are compared with each other. */
static bool read_map_entry(struct reader *reader, const struct field_rules *row, const struct path *path,
                           ProtobufCMessage **entries, size_t count, ProtobufCMessage *entry) {
  const struct field_rules *key = &row->message->fields[0], *value = &row->message->fields[1];
  json_peek(&reader->scan);
  const char *at = reader->scan.at;
  if (count == row->max_items)
    return fail_at(reader, path, at, "TOO_MANY_ELEMENTS", "must have at most %u entries", row->max_items);
  if (!read_map_key(reader, key, path, field_at(entry, key->field)))
    return false;
  for (size_t i = 0; i < count; i++)
    if (map_keys_equal(key->field, entries[i], entry))
      return fail_at(reader, path, at, "FIELD_DUPLICATE", "the key is given twice");
  return in_path(reader, path, json_expect(&reader->scan, ':')) &&
         read_value(reader, value, path, field_at(entry, value->field));
}

static bool read_map(struct reader *reader, const struct field_rules *row, struct path *path,
                     ProtobufCMessage *message) {
  void **entries = field_at(message, row->field);
  size_t *count = field_count(message, row->field), capacity = 0;
  if (!json_take(&reader->scan, '{'))
    return fail_at(reader, path, reader->scan.at, "VALUE_MALFORMED", "expected an object");
  if (json_take(&reader->scan, '}'))
    return true;
  do {
    ProtobufCMessage **slot = grow_list(reader->scan.arena, entries, &capacity, *count, sizeof *slot);
    *slot = message_new(reader->scan.arena, row->message->descriptor);
    if (!read_map_entry(reader, row, path, *entries, *count, *slot))
      return false;
    *count += !take_passed_over(reader);
  } while (json_take(&reader->scan, ','));
  return in_path(reader, path, json_expect(&reader->scan, '}'));
}

/* Whether `null` is a value of the field's type rather than no value. */
static bool takes_null(const struct field_rules *row) {
  if (row->repeated)
    return false;
  if (row->field->type == PROTOBUF_C_TYPE_ENUM)
    return row->field->descriptor == &google__protobuf__null_value__descriptor;
  return row->message && row->message->well_known == WELL_KNOWN_VALUE;
}

static bool read_field(struct reader *reader, const struct field_rules *row, struct path *path,
                       ProtobufCMessage *message, const char *at) {
  if (!takes_null(row) && json_take_word(&reader->scan, "null"))
    return true;
  if (row->schema.map)
    return read_map(reader, row, path, message);
  if (row->repeated)
    return read_list(reader, row, path, message);
  if (row->oneof) {
    if (*field_case(message, row->field))
      return fail_at(reader, path, at, "FIELD_DUPLICATE", "another field of the same oneof is set");
    memset(field_at(message, row->field), 0, field_value_size(row->field->type));
  }
  if (!read_value(reader, row, path, field_at(message, row->field)))
    return false;
  if (take_passed_over(reader))
    return true;
  bool pointer = row->field->type == PROTOBUF_C_TYPE_STRING || row->field->type == PROTOBUF_C_TYPE_MESSAGE;
  if (row->oneof)
    *field_case(message, row->field) = row->field->id;
  else if (row->field->label == PROTOBUF_C_LABEL_OPTIONAL && !pointer)
    *field_case(message, row->field) = 1;
  return true;
}

/* ---- messages ---- */

/* Takes `"key":`, of an object that is open. */
static bool take_key(struct reader *reader, const struct path *path, char **key, const char **at) {
  json_peek(&reader->scan);
  *at = reader->scan.at;
  return in_path(reader, path, json_take_string(&reader->scan, key)) &&
         in_path(reader, path, json_expect(&reader->scan, ':'));
}

/* What proto2 requires must be there: protobuf-c would not read it back. */
static bool check_required(struct reader *reader, const struct message_rules *rules, const struct path *path,
                           const bool *seen) {
  for (unsigned i = 0; i < rules->descriptor->n_fields; i++)
    if (rules->fields[i].field->label == PROTOBUF_C_LABEL_REQUIRED && !seen[i])
      return fail_at(reader, path, reader->scan.at, "VALUE_MALFORMED", "`%s` is missing",
                     rules->fields[i].field->name);
  return true;
}

/* The object's fields into the message. `skip` is a key that is passed over, or NULL. */
static bool read_fields(struct reader *reader, const struct message_rules *rules, const struct path *parent,
                        const char *skip, ProtobufCMessage *message) {
  bool *seen = arena_calloc(reader->scan.arena, rules->descriptor->n_fields, sizeof *seen);
  if (!json_take(&reader->scan, '{'))
    return fail_at(reader, parent, reader->scan.at, "VALUE_MALFORMED", "expected an object");
  if (json_take(&reader->scan, '}'))
    return check_required(reader, rules, parent, seen);
  do {
    char *key;
    const char *at;
    if (!take_key(reader, parent, &key, &at))
      return false;
    if (skip && strcmp(key, skip) == 0) {
      if (!in_path(reader, parent, json_skip(&reader->scan)))
        return false;
      continue;
    }
    const struct field_rules *row = rules_field(rules, key);
    if (!row && reader->known_only) {
      if (!in_path(reader, parent, json_skip(&reader->scan)))
        return false;
      continue;
    }
    if (!row)
      return fail_at(reader, parent, at, "FIELD_UNKNOWN", "%s has no field `%.*s`; it has %s",
                     rules->descriptor->name, text_cut(key, 64), key, fields_text(reader->scan.arena, rules));
    struct path path = {parent, row->field->name, PATH_NO_INDEX};
    if (seen[row - rules->fields])
      return fail_at(reader, &path, at, "FIELD_DUPLICATE", "the field is given twice");
    seen[row - rules->fields] = true;
    if (!read_field(reader, row, &path, message, at))
      return false;
  } while (json_take(&reader->scan, ','));
  return in_path(reader, parent, json_expect(&reader->scan, '}')) &&
         check_required(reader, rules, parent, seen);
}

/* Looks ahead through an object for a key's value; leaves the scanner where it was. `*found` is where the
 * value begins, NULL when the object has no such key. A key given twice fails. */
static bool find_key(struct reader *reader, const struct path *path, const char *wanted, const char **found) {
  const char *start = reader->scan.at;
  *found = NULL;
  if (!json_take(&reader->scan, '{'))
    return fail_at(reader, path, reader->scan.at, "VALUE_MALFORMED", "expected an object");
  if (!json_take(&reader->scan, '}')) {
    do {
      char *key;
      const char *at;
      if (!take_key(reader, path, &key, &at))
        return false;
      json_peek(&reader->scan);
      bool match = strcmp(key, wanted) == 0;
      if (match && *found)
        return fail_at(reader, path, at, "FIELD_DUPLICATE", "`%s` is given twice", wanted);
      *found = match ? reader->scan.at : *found;
      if (!in_path(reader, path, json_skip(&reader->scan)))
        return false;
    } while (json_take(&reader->scan, ','));
    if (!in_path(reader, path, json_expect(&reader->scan, '}')))
      return false;
  }
  reader->scan.at = start;
  return true;
}

/* {"@type": ..., "value": ...}, of a type that is not an object of its fields in JSON. */
static bool read_any_value(struct reader *reader, const struct message_rules *rules, const struct path *path,
                           ProtobufCMessage **out) {
  bool read = false;
  if (!in_path(reader, path, json_expect(&reader->scan, '{')))
    return false;
  do {
    char *key;
    const char *at;
    if (!take_key(reader, path, &key, &at))
      return false;
    bool value = strcmp(key, "value") == 0;
    if (!value && strcmp(key, "@type") != 0)
      return fail_at(reader, path, at, "FIELD_UNKNOWN", "expected `value`");
    if (value && read)
      return fail_at(reader, path, at, "FIELD_DUPLICATE", "`value` is given twice");
    read = read || value;
    if (!(value ? read_message(reader, rules, path, out) : in_path(reader, path, json_skip(&reader->scan))))
      return false;
  } while (json_take(&reader->scan, ','));
  if (!read)
    return fail_at(reader, path, reader->scan.at, "VALUE_MALFORMED", "`value` is missing");
  return in_path(reader, path, json_expect(&reader->scan, '}'));
}

static bool read_any(struct reader *reader, const struct path *path, Google__Protobuf__Any *any) {
  const char *start, *type_at;
  char *url;
  ProtobufCMessage *content;
  json_peek(&reader->scan);
  start = reader->scan.at;
  if (!find_key(reader, path, "@type", &type_at))
    return false;
  if (!type_at) {
    if (json_take(&reader->scan, '{') && json_take(&reader->scan, '}'))
      return true;
    return fail_at(reader, path, start, "VALUE_MALFORMED", "`@type` is missing");
  }
  reader->scan.at = type_at;
  if (!read_string(reader, path, &url))
    return false;
  reader->scan.at = start;
  const char *slash = strrchr(url, '/');
  const ProtobufCMessageDescriptor *descriptor = slash ? schema_find_message(slash + 1) : NULL;
  if (!descriptor)
    return fail_at(reader, path, type_at, "VALUE_MALFORMED", "`%.*s` is not a type of the contract",
                   text_cut(url, 128), url);
  const struct message_rules *rules = rules_expect(descriptor);
  if (rules->well_known != WELL_KNOWN_NONE) {
    if (!read_any_value(reader, rules, path, &content))
      return false;
  } else {
    content = message_new(reader->scan.arena, descriptor);
    if (!read_fields(reader, rules, path, "@type", content))
      return false;
  }
  any->type_url = url;
  any->value = message_pack(reader->scan.arena, content);
  return true;
}

/* Messages that are a string in JSON. */
static bool read_text_message(struct reader *reader, enum well_known kind, const struct path *path,
                              ProtobufCMessage *message) {
  char *text;
  json_peek(&reader->scan);
  const char *at = reader->scan.at;
  if (!read_string(reader, path, &text))
    return false;
  if (kind == WELL_KNOWN_TIMESTAMP)
    return json_timestamp_parse(text, (Google__Protobuf__Timestamp *)message) ||
           fail_at(reader, path, at, "VALUE_MALFORMED", "expected a time such as 2026-09-30T12:00:00Z");
  if (kind == WELL_KNOWN_DURATION)
    return json_duration_parse(text, (Google__Protobuf__Duration *)message) ||
           fail_at(reader, path, at, "VALUE_MALFORMED", "expected a duration such as 1.5s");
  return json_mask_parse(reader->scan.arena, text, (Google__Protobuf__FieldMask *)message) ||
         fail_at(reader, path, at, "VALUE_MALFORMED", "expected field paths such as displayName,plan.target");
}

/* One of the messages that are any JSON value. What is read is told by how the text begins. */
static bool read_dynamic(struct reader *reader, const struct message_rules *rules, const struct path *parent,
                         ProtobufCMessage *message) {
  static const struct {
    const char *begins;
    const char *field;
  } kinds[] = {{"\"", "string_value"}, {"{", "struct_value"}, {"[", "list_value"},
               {"tf", "bool_value"},   {"n", "null_value"},   {"-0123456789", "number_value"}};
  char first = json_peek(&reader->scan);
  const char *at = reader->scan.at;
  for (size_t i = 0; first && i < sizeof kinds / sizeof *kinds; i++) {
    const struct field_rules *row = rules_field(rules, kinds[i].field);
    struct path path = {parent, row->field->name, PATH_NO_INDEX};
    if (strchr(kinds[i].begins, first))
      return read_field(reader, row, &path, message, at);
  }
  return fail_at(reader, parent, at, "JSON_MALFORMED", "expected a value");
}

/* Messages whose JSON is that of their one field. */
static bool read_bare(struct reader *reader, const struct message_rules *rules, const struct path *parent,
                      ProtobufCMessage *message) {
  const struct field_rules *row = &rules->fields[0];
  struct path path = {parent, row->field->name, PATH_NO_INDEX};
  if (row->schema.map)
    return read_map(reader, row, &path, message);
  if (row->repeated)
    return read_list(reader, row, &path, message);
  return read_value(reader, row, &path, field_at(message, row->field));
}

static bool read_message(struct reader *reader, const struct message_rules *rules, const struct path *path,
                         ProtobufCMessage **out) {
  if (reader->depth == LIMIT_MESSAGE_DEPTH)
    return fail_at(reader, path, reader->scan.at, "TOO_DEEP", "nested too deeply");
  reader->depth++;
  bool read;
  ProtobufCMessage *message = message_new(reader->scan.arena, rules->descriptor);
  switch (rules->well_known) {
  case WELL_KNOWN_ANY:
    read = read_any(reader, path, (Google__Protobuf__Any *)message);
    break;
  case WELL_KNOWN_TIMESTAMP:
  case WELL_KNOWN_DURATION:
  case WELL_KNOWN_FIELD_MASK:
    read = read_text_message(reader, rules->well_known, path, message);
    break;
  case WELL_KNOWN_VALUE:
    read = read_dynamic(reader, rules, path, message);
    break;
  case WELL_KNOWN_STRUCT:
  case WELL_KNOWN_LIST_VALUE:
  case WELL_KNOWN_WRAPPER:
    read = read_bare(reader, rules, path, message);
    break;
  default:
    read = read_fields(reader, rules, path, NULL, message);
  }
  reader->depth--;
  *out = message;
  return read;
}

static const struct status *read_text(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                      const char *text, size_t size, bool known_only,
                                      ProtobufCMessage **out) {
  static const char nothing[1];
  const char *start = size ? text : nothing;
  struct reader reader = {.scan = {.arena = arena, .text = start, .at = start, .end = start + size},
                          .known_only = known_only};
  struct json_scan *scan = &reader.scan;
  if (read_message(&reader, rules_expect(descriptor), NULL, out)) {
    json_peek(scan);
    if (scan->at == scan->end)
      return NULL;
    json_fail(scan, scan->at, "JSON_MALFORMED", "expected nothing more");
  }
  size_t line, column;
  json_place(scan, scan->error_at, &line, &column);
  const char *path = reader.error_path ? reader.error_path : "";
  struct status *status =
      status_make(arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST, "line %zu, column %zu: %s%s%s", line,
                  column, path, *path ? ": " : "", scan->error);
  status_add_violation(arena, status, path, scan->reason, "line %zu, column %zu: %s", line, column,
                       scan->error);
  return status;
}

const struct status *json_read(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                               const char *text, size_t size, ProtobufCMessage **out) {
  return read_text(arena, descriptor, text, size, false, out);
}

const struct status *json_read_known(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                     const char *text, size_t size, ProtobufCMessage **out) {
  return read_text(arena, descriptor, text, size, true, out);
}
