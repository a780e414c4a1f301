#include "runtime/message/json.h"

#include "runtime/base/limit.h"
#include "runtime/message/json_value.h"
#include "runtime/message/rule.h"
#include "runtime/message/validate.h"

#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/struct.pb-c.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct writer {
  struct buffer *out;
  struct json_options options;
  unsigned depth;    /* of brackets */
  unsigned messages; /* nested, as json_read() counts them */
  bool whole;        /* false when a value had no JSON */
};

static void write_message(struct writer *writer, const ProtobufCMessage *message);

static void new_line(struct writer *writer) {
  if (!writer->options.pretty)
    return;
  buffer_text(writer->out, "\n");
  for (unsigned i = 0; i < writer->depth; i++)
    buffer_text(writer->out, "  ");
}

static void open_group(struct writer *writer, const char *bracket) {
  buffer_text(writer->out, bracket);
  writer->depth++;
}

/* Goes to the place of the next element of a group, of which `count` are written. */
static void next_element(struct writer *writer, size_t count) {
  if (count)
    buffer_text(writer->out, ",");
  new_line(writer);
}

static void close_group(struct writer *writer, const char *bracket, size_t count) {
  writer->depth--;
  if (count)
    new_line(writer);
  buffer_text(writer->out, bracket);
}

static void write_string(struct writer *writer, const char *text) {
  static const char escapes[128] = {
      ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['"'] = '"', ['\\'] = '\\'};
  buffer_text(writer->out, "\"");
  const char *run = text, *c = text;
  for (; *c; c++) {
    unsigned char byte = (unsigned char)*c;
    if (byte >= 0x20 && byte != '"' && byte != '\\')
      continue;
    buffer_append(writer->out, run, (size_t)(c - run));
    if (escapes[byte])
      buffer_append(writer->out, (const char[]){'\\', escapes[byte]}, 2);
    else
      buffer_printf(writer->out, "\\u%04x", byte);
    run = c + 1;
  }
  buffer_append(writer->out, run, (size_t)(c - run));
  buffer_text(writer->out, "\"");
}

static void write_name(struct writer *writer, const char *name) {
  write_string(writer, name);
  buffer_text(writer->out, writer->options.pretty ? ": " : ":");
}

static void write_enum(struct writer *writer, const ProtobufCEnumDescriptor *descriptor, int number) {
  if (descriptor == &google__protobuf__null_value__descriptor) {
    buffer_text(writer->out, "null");
    return;
  }
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(descriptor, number);
  if (value)
    write_string(writer, value->name);
  else
    buffer_printf(writer->out, "%d", number);
}

static void write_real(struct writer *writer, double value, bool single) {
  if (isnan(value))
    buffer_text(writer->out, "\"NaN\"");
  else if (isinf(value))
    buffer_text(writer->out, value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
  else if (single)
    json_float_write(writer->out, (float)value);
  else
    json_double_write(writer->out, value);
}

/* The value of a map entry may be absent, which is an empty message. */
static void write_inner(struct writer *writer, const ProtobufCMessageDescriptor *descriptor,
                        const ProtobufCMessage *message) {
  if (message) {
    write_message(writer, message);
    return;
  }
  ProtobufCMessage *empty = arena_alloc(writer->out->arena, descriptor->sizeof_message);
  descriptor->message_init(empty);
  write_message(writer, empty);
}

static void write_value(struct writer *writer, const ProtobufCFieldDescriptor *field, const void *at) {
  switch (field->type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32:
    buffer_printf(writer->out, "%" PRId32, *(const int32_t *)at);
    return;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    buffer_printf(writer->out, "%" PRIu32, *(const uint32_t *)at);
    return;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    buffer_printf(writer->out, "\"%" PRId64 "\"", *(const int64_t *)at);
    return;
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    buffer_printf(writer->out, "\"%" PRIu64 "\"", *(const uint64_t *)at);
    return;
  case PROTOBUF_C_TYPE_FLOAT:
    write_real(writer, (double)*(const float *)at, true);
    return;
  case PROTOBUF_C_TYPE_DOUBLE:
    write_real(writer, *(const double *)at, false);
    return;
  case PROTOBUF_C_TYPE_BOOL:
    buffer_text(writer->out, *(const protobuf_c_boolean *)at ? "true" : "false");
    return;
  case PROTOBUF_C_TYPE_ENUM:
    write_enum(writer, field->descriptor, *(const int *)at);
    return;
  case PROTOBUF_C_TYPE_STRING:
    write_string(writer, *(char *const *)at ? *(char *const *)at : "");
    return;
  case PROTOBUF_C_TYPE_BYTES:
    buffer_text(writer->out, "\"");
    json_base64_write(writer->out, at);
    buffer_text(writer->out, "\"");
    return;
  case PROTOBUF_C_TYPE_MESSAGE:
    write_inner(writer, field->descriptor, *(ProtobufCMessage *const *)at);
    return;
  }
}

static void write_map_key(struct writer *writer, const ProtobufCMessage *entry) {
  const ProtobufCFieldDescriptor *key = &entry->descriptor->fields[0];
  const void *at = field_at(entry, key);
  bool quoted = key->type == PROTOBUF_C_TYPE_STRING || field_value_size(key->type) == sizeof(int64_t);
  if (!quoted)
    buffer_text(writer->out, "\"");
  write_value(writer, key, at);
  buffer_text(writer->out, quoted ? "" : "\"");
  buffer_text(writer->out, writer->options.pretty ? ": " : ":");
}

/* Of entries with the same key the last one counts. */
static bool map_entry_last(const struct field_rules *row, ProtobufCMessage *const *entries, size_t count,
                           size_t index) {
  for (size_t later = index + 1; later < count; later++)
    if (map_keys_equal(row->message->fields[0].field, entries[index], entries[later]))
      return false;
  return true;
}

static void write_map(struct writer *writer, const struct field_rules *row, const ProtobufCMessage *message) {
  ProtobufCMessage *const *entries = *(ProtobufCMessage * *const *)field_at(message, row->field);
  size_t count = *field_count(message, row->field), written = 0;
  bool few = count <= row->max_items; /* as json_read() takes; no more are compared with each other */
  writer->whole = writer->whole && few;
  open_group(writer, "{");
  for (size_t i = 0; i < count; i++) {
    const ProtobufCFieldDescriptor *value = &entries[i]->descriptor->fields[1];
    if (few && !map_entry_last(row, entries, count, i))
      continue;
    next_element(writer, written++);
    write_map_key(writer, entries[i]);
    write_value(writer, value, field_at(entries[i], value));
  }
  close_group(writer, "}", written);
}

static void write_list(struct writer *writer, const struct field_rules *row,
                       const ProtobufCMessage *message) {
  const char *elements = *(char *const *)field_at(message, row->field);
  size_t count = *field_count(message, row->field), size = field_value_size(row->field->type);
  open_group(writer, "[");
  for (size_t i = 0; i < count; i++) {
    next_element(writer, i);
    write_value(writer, row->field, elements + i * size);
  }
  close_group(writer, "]", count);
}

static bool field_wanted(const struct writer *writer, const struct field_rules *row,
                         const ProtobufCMessage *message) {
  if (row->repeated)
    return writer->options.defaults || *field_count(message, row->field);
  bool presence = row->oneof || row->field->type == PROTOBUF_C_TYPE_MESSAGE ||
                  row->field->label == PROTOBUF_C_LABEL_OPTIONAL;
  return (writer->options.defaults && !presence) || field_is_set(message, row->field);
}

/* Writes the fields into an open group that already has `count` elements; returns how many it has then. */
static size_t write_fields(struct writer *writer, const struct message_rules *rules,
                           const ProtobufCMessage *message, size_t count) {
  for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
    const struct field_rules *row = &rules->fields[i];
    if (!field_wanted(writer, row, message))
      continue;
    next_element(writer, count++);
    write_name(writer, row->schema.json_name);
    if (row->schema.map)
      write_map(writer, row, message);
    else if (row->repeated)
      write_list(writer, row, message);
    else
      write_value(writer, row->field, field_at(message, row->field));
  }
  return count;
}

/* The message in an Any; NULL when its type is not in the contract, its bytes are not that type, or Anys are
 * nested beyond what a reader would take. */
static const ProtobufCMessage *any_content(struct writer *writer, const Google__Protobuf__Any *any) {
  const char *slash = strrchr(any->type_url, '/');
  const ProtobufCMessageDescriptor *descriptor = schema_find_message(slash ? slash + 1 : any->type_url);
  ProtobufCMessage *content;
  if (!descriptor || writer->messages > LIMIT_MESSAGE_DEPTH ||
      message_parse(writer->out->arena, descriptor, any->value.data, any->value.len, &content))
    return NULL;
  return content;
}

static void write_any(struct writer *writer, const Google__Protobuf__Any *any) {
  size_t count = 0;
  const ProtobufCMessage *content = any_content(writer, any);
  writer->whole = writer->whole && (content ? strchr(any->type_url, '/') != NULL
                                            : text_empty(any->type_url) && !any->value.len);
  open_group(writer, "{");
  if (!text_empty(any->type_url)) {
    next_element(writer, count++);
    write_name(writer, "@type");
    write_string(writer, any->type_url);
  }
  if (content && rules_expect(content->descriptor)->well_known == WELL_KNOWN_NONE) {
    count = write_fields(writer, rules_expect(content->descriptor), content, count);
  } else if (content || any->value.len) {
    next_element(writer, count++);
    write_name(writer, "value");
    if (content)
      write_message(writer, content);
    else
      write_value(writer, &any->base.descriptor->fields[1], &any->value);
  }
  close_group(writer, "}", count);
}

/* Messages that are a string in JSON. A path of a mask may hold any character, so it is escaped like any
 * text. */
static void write_text_message(struct writer *writer, enum well_known kind, const ProtobufCMessage *message) {
  struct buffer text = {.arena = writer->out->arena};
  buffer_text(&text, "");
  bool whole;
  if (kind == WELL_KNOWN_TIMESTAMP)
    whole = json_timestamp_write(&text, (const Google__Protobuf__Timestamp *)message);
  else if (kind == WELL_KNOWN_DURATION)
    whole = json_duration_write(&text, (const Google__Protobuf__Duration *)message);
  else
    whole = json_mask_write(&text, (const Google__Protobuf__FieldMask *)message);
  writer->whole = writer->whole && whole;
  write_string(writer, text.data);
}

/* What google.protobuf.Value holds; nothing, NaN and the infinities have no JSON, `null` stands for them. */
static void write_dynamic(struct writer *writer, const Google__Protobuf__Value *value) {
  const struct message_rules *rules = rules_expect(value->base.descriptor);
  bool written = value->kind_case != GOOGLE__PROTOBUF__VALUE__KIND__NOT_SET;
  if (value->kind_case == GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE)
    written = isfinite(value->number_value);
  if (!written) {
    writer->whole = false;
    buffer_text(writer->out, "null");
    return;
  }
  for (unsigned i = 0; i < rules->descriptor->n_fields; i++)
    if (field_is_set(&value->base, rules->fields[i].field))
      write_value(writer, rules->fields[i].field, field_at(&value->base, rules->fields[i].field));
}

static void write_object(struct writer *writer, const ProtobufCMessage *message) {
  const struct message_rules *rules = rules_expect(message->descriptor);
  const ProtobufCFieldDescriptor *first = message->descriptor->fields;
  switch (rules->well_known) {
  case WELL_KNOWN_ANY:
    write_any(writer, (const Google__Protobuf__Any *)message);
    return;
  case WELL_KNOWN_TIMESTAMP:
  case WELL_KNOWN_DURATION:
  case WELL_KNOWN_FIELD_MASK:
    write_text_message(writer, rules->well_known, message);
    return;
  case WELL_KNOWN_WRAPPER:
    write_value(writer, first, field_at(message, first));
    return;
  case WELL_KNOWN_STRUCT:
    write_map(writer, &rules->fields[0], message);
    return;
  case WELL_KNOWN_LIST_VALUE:
    write_list(writer, &rules->fields[0], message);
    return;
  case WELL_KNOWN_VALUE:
    write_dynamic(writer, (const Google__Protobuf__Value *)message);
    return;
  case WELL_KNOWN_EMPTY:
  case WELL_KNOWN_NONE:
    open_group(writer, "{");
    close_group(writer, "}", write_fields(writer, rules, message, 0));
    return;
  }
}

static void write_message(struct writer *writer, const ProtobufCMessage *message) {
  writer->whole = ++writer->messages <= LIMIT_MESSAGE_DEPTH && writer->whole;
  write_object(writer, message);
  writer->messages--;
}

bool json_write(struct buffer *out, const ProtobufCMessage *message, const struct json_options *options) {
  struct writer writer = {
      .out = out, .options = options ? *options : (struct json_options){0}, .whole = true};
  write_message(&writer, message);
  if (writer.options.pretty)
    buffer_text(out, "\n");
  return writer.whole;
}
