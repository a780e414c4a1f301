#include "runtime/message/schema.h"

#include "runtime/base/arena.h"
#include "runtime/message/lookup.h"
#include "runtime/message/rule.h"

#include "google/protobuf/descriptor.pb-c.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char contract_set[];
extern const size_t contract_set_size;
extern const ProtobufCMessageDescriptor *const contract_messages[];

enum {
  OPTION_METHOD = 50101,
  OPTION_FIELD = 50102
}; /* extension numbers of entente/option/v1/option.proto */

struct file {
  const Google__Protobuf__FileDescriptorProto *proto;
  const uint8_t *bytes;
  size_t size;
};

struct service {
  const char *name;
  const struct schema_method **methods;
  size_t count;
};

/* Everything lives as long as the process; written by load() alone. */
static struct {
  struct arena *arena;
  struct lookup descriptors; /* full name -> ProtobufCMessageDescriptor */
  struct lookup rules;       /* descriptor's address -> struct message_rules */
  struct lookup methods;     /* path -> struct schema_method */
  struct lookup services;    /* full name -> struct service */
  struct lookup files;       /* name -> struct file */
  struct lookup symbols;     /* full name -> name of its file */
  struct file *file;
  size_t file_count;
  const char **service_names;
  size_t service_count;
} schema;
static pthread_once_t schema_once = PTHREAD_ONCE_INIT;

static const struct {
  const char *name;
  enum well_known kind;
} well_known_types[] = {
    {"google.protobuf.Any", WELL_KNOWN_ANY},
    {"google.protobuf.BoolValue", WELL_KNOWN_WRAPPER},
    {"google.protobuf.BytesValue", WELL_KNOWN_WRAPPER},
    {"google.protobuf.DoubleValue", WELL_KNOWN_WRAPPER},
    {"google.protobuf.Duration", WELL_KNOWN_DURATION},
    {"google.protobuf.Empty", WELL_KNOWN_EMPTY},
    {"google.protobuf.FieldMask", WELL_KNOWN_FIELD_MASK},
    {"google.protobuf.FloatValue", WELL_KNOWN_WRAPPER},
    {"google.protobuf.Int32Value", WELL_KNOWN_WRAPPER},
    {"google.protobuf.Int64Value", WELL_KNOWN_WRAPPER},
    {"google.protobuf.ListValue", WELL_KNOWN_LIST_VALUE},
    {"google.protobuf.StringValue", WELL_KNOWN_WRAPPER},
    {"google.protobuf.Struct", WELL_KNOWN_STRUCT},
    {"google.protobuf.Timestamp", WELL_KNOWN_TIMESTAMP},
    {"google.protobuf.UInt32Value", WELL_KNOWN_WRAPPER},
    {"google.protobuf.UInt64Value", WELL_KNOWN_WRAPPER},
    {"google.protobuf.Value", WELL_KNOWN_VALUE},
};

static _Noreturn void broken(const char *what, const char *name) {
  fprintf(stderr, "entente: embedded contract: %s: %s\n", what, name);
  abort();
}

/* An option that protoc knew as an extension and protobuf-c keeps as unknown fields. Several occurrences
 * merge, which for serialised messages is concatenation. NULL when there is none. */
static ProtobufCMessage *extension(const ProtobufCMessage *options, uint32_t number,
                                   const ProtobufCMessageDescriptor *descriptor) {
  size_t size = 0;
  for (unsigned i = 0; options && i < options->n_unknown_fields; i++)
    size += options->unknown_fields[i].tag == number ? options->unknown_fields[i].len : 0;
  if (!size)
    return NULL;
  uint8_t *bytes = arena_alloc(schema.arena, size);
  size_t at = 0;
  for (unsigned i = 0; i < options->n_unknown_fields; i++) {
    const ProtobufCMessageUnknownField *field = &options->unknown_fields[i];
    if (field->tag != number)
      continue;
    size_t prefix = 0; /* the length in front of the bytes */
    while (prefix < field->len && field->data[prefix] & 0x80)
      prefix++;
    prefix++;
    memcpy(bytes + at, field->data + prefix, field->len - prefix);
    at += field->len - prefix;
  }
  ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, arena_allocator(schema.arena), at, bytes);
  if (!message)
    broken("option does not parse", descriptor->name);
  return message;
}

static const char *join(const char *package, const char *name) {
  return package && *package ? arena_printf(schema.arena, "%s.%s", package, name) : name;
}

static enum well_known well_known_of(const char *name) {
  for (size_t i = 0; i < sizeof well_known_types / sizeof *well_known_types; i++)
    if (strcmp(well_known_types[i].name, name) == 0)
      return well_known_types[i].kind;
  return WELL_KNOWN_NONE;
}

static bool is_map(const Google__Protobuf__DescriptorProto *outer,
                   const Google__Protobuf__FieldDescriptorProto *field) {
  const char *name = field->type_name ? strrchr(field->type_name, '.') : NULL;
  for (size_t i = 0; name && i < outer->n_nested_type; i++) {
    const Google__Protobuf__DescriptorProto *nested = outer->nested_type[i];
    if (strcmp(nested->name, name + 1) == 0)
      return nested->options && nested->options->map_entry;
  }
  return false;
}

static void field_load(struct message_rules *rules, const Google__Protobuf__DescriptorProto *outer,
                       const Google__Protobuf__FieldDescriptorProto *proto) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field(rules->descriptor, (unsigned)proto->number);
  if (!field)
    broken("field is not in the generated code", proto->name);
  struct field_rules *row = &rules->fields[field - rules->descriptor->fields];
  row->field = field;
  row->schema.json_name = proto->json_name;
  row->schema.map = is_map(outer, proto);
  row->schema.rule = (const Option__FieldRule *)extension(proto->options ? &proto->options->base : NULL,
                                                          OPTION_FIELD, &option__field_rule__descriptor);
  if (field->type == PROTOBUF_C_TYPE_MESSAGE && strcmp(field->name, "update_mask") == 0)
    rules->update_mask = row;
  rules_compile(schema.arena, row);
}

static void message_load(const char *file, const char *package,
                         const Google__Protobuf__DescriptorProto *proto) {
  const char *name = join(package, proto->name);
  const ProtobufCMessageDescriptor *descriptor = lookup_find(&schema.descriptors, name);
  if (!descriptor)
    broken("message is not in the generated code", name);
  struct message_rules *rules = arena_new(schema.arena, struct message_rules);
  rules->descriptor = descriptor;
  rules->well_known = well_known_of(name);
  rules->fields = arena_calloc(schema.arena, descriptor->n_fields, sizeof *rules->fields);
  for (size_t i = 0; i < proto->n_field; i++)
    field_load(rules, proto, proto->field[i]);
  lookup_add(&schema.rules, descriptor, rules);
  lookup_add(&schema.symbols, name, file);
  for (size_t i = 0; i < proto->n_nested_type; i++)
    message_load(file, name, proto->nested_type[i]);
  for (size_t i = 0; i < proto->n_enum_type; i++)
    lookup_add(&schema.symbols, join(name, proto->enum_type[i]->name), file);
}

static const ProtobufCMessageDescriptor *method_type(const char *dotted_name) {
  const ProtobufCMessageDescriptor *descriptor = lookup_find(&schema.descriptors, dotted_name + 1);
  if (!descriptor)
    broken("message is not in the generated code", dotted_name);
  return descriptor;
}

static const struct schema_method *method_load(const char *file, const char *service,
                                               const Google__Protobuf__MethodDescriptorProto *proto) {
  struct schema_method *method = arena_new(schema.arena, struct schema_method);
  method->path = arena_printf(schema.arena, "/%s/%s", service, proto->name);
  method->name = proto->name;
  method->service = service;
  method->request = method_type(proto->input_type);
  method->response = method_type(proto->output_type);
  method->client_streaming = proto->client_streaming;
  method->server_streaming = proto->server_streaming;
  method->policy = (const Option__MethodPolicy *)extension(proto->options ? &proto->options->base : NULL,
                                                           OPTION_METHOD, &option__method_policy__descriptor);
  lookup_add(&schema.methods, method->path, method);
  lookup_add(&schema.symbols, join(service, proto->name), file);
  return method;
}

static void service_load(const char *file, const char *package,
                         const Google__Protobuf__ServiceDescriptorProto *proto) {
  struct service *service = arena_new(schema.arena, struct service);
  service->name = join(package, proto->name);
  service->count = proto->n_method;
  service->methods = arena_calloc(schema.arena, proto->n_method, sizeof *service->methods);
  for (size_t i = 0; i < proto->n_method; i++)
    service->methods[i] = method_load(file, service->name, proto->method[i]);
  lookup_add(&schema.services, service->name, service);
  lookup_add(&schema.symbols, service->name, file);
  schema.service_names[schema.service_count++] = service->name;
}

static void file_load(const struct file *file) {
  const Google__Protobuf__FileDescriptorProto *proto = file->proto;
  lookup_add(&schema.files, proto->name, file);
  for (size_t i = 0; i < proto->n_message_type; i++)
    message_load(proto->name, proto->package, proto->message_type[i]);
  for (size_t i = 0; i < proto->n_enum_type; i++)
    lookup_add(&schema.symbols, join(proto->package, proto->enum_type[i]->name), proto->name);
  for (size_t i = 0; i < proto->n_extension; i++)
    lookup_add(&schema.symbols, join(proto->package, proto->extension[i]->name), proto->name);
  for (size_t i = 0; i < proto->n_service; i++)
    service_load(proto->name, proto->package, proto->service[i]);
}

/* Messages refer to each other in any order, so their fields are joined when all are there. */
static void messages_join(void) {
  for (size_t m = 0; contract_messages[m]; m++) {
    const struct message_rules *rules = lookup_find(&schema.rules, contract_messages[m]);
    for (unsigned i = 0; rules && i < rules->descriptor->n_fields; i++) {
      struct field_rules *row = &rules->fields[i];
      if (!row->field)
        broken("field is not in the descriptor set", rules->descriptor->fields[i].name);
      if (row->field->type == PROTOBUF_C_TYPE_MESSAGE)
        row->message = lookup_find(&schema.rules, row->field->descriptor);
    }
  }
}

/* A FileDescriptorSet is nothing but tag, length, bytes for each file; reflection serves these very bytes. */
static const uint8_t *file_bytes(const uint8_t *at, const uint8_t **bytes, size_t *size) {
  size_t length = 0;
  unsigned shift = 0;
  if (*at++ != 0x0A)
    broken("not a FileDescriptorSet", "contract_set");
  do {
    length |= (size_t)(*at & 0x7F) << shift;
    shift += 7;
  } while (*at++ & 0x80);
  *bytes = at;
  *size = length;
  return at + length;
}

static size_t count_services(const Google__Protobuf__FileDescriptorSet *set) {
  size_t count = 0;
  for (size_t i = 0; i < set->n_file; i++)
    count += set->file[i]->n_service;
  return count;
}

static void load(void) {
  schema.arena = arena_create(SIZE_MAX, NULL, NULL);
  if (!schema.arena)
    broken("no memory", "contract_set");
  struct lookup *texts[] = {&schema.descriptors, &schema.methods, &schema.services, &schema.files,
                            &schema.symbols};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    *texts[i] = (struct lookup){.arena = schema.arena, .by_text = true};
  schema.rules = (struct lookup){.arena = schema.arena};
  for (size_t i = 0; contract_messages[i]; i++)
    lookup_add(&schema.descriptors, contract_messages[i]->name, contract_messages[i]);

  Google__Protobuf__FileDescriptorSet *set = google__protobuf__file_descriptor_set__unpack(
      arena_allocator(schema.arena), contract_set_size, contract_set);
  if (!set)
    broken("does not parse", "contract_set");
  schema.file_count = set->n_file;
  schema.file = arena_calloc(schema.arena, set->n_file, sizeof *schema.file);
  schema.service_names = arena_calloc(schema.arena, count_services(set), sizeof *schema.service_names);
  const uint8_t *at = contract_set;
  for (size_t i = 0; i < set->n_file; i++) {
    schema.file[i].proto = set->file[i];
    at = file_bytes(at, &schema.file[i].bytes, &schema.file[i].size);
    file_load(&schema.file[i]);
  }
  messages_join();
}

void schema_load(void) {
  pthread_once(&schema_once, load);
}

const struct schema_method *schema_find_method(const char *path) {
  schema_load();
  return lookup_find(&schema.methods, path);
}

size_t schema_service_methods(const char *service, const struct schema_method *const **out) {
  schema_load();
  const struct service *found = lookup_find(&schema.services, service);
  *out = found ? found->methods : NULL;
  return found ? found->count : 0;
}

const ProtobufCMessageDescriptor *schema_find_message(const char *full_name) {
  schema_load();
  const ProtobufCMessageDescriptor *descriptor = lookup_find(&schema.descriptors, full_name);
  /* Code is generated for a few standard messages that no contract uses. */
  return descriptor && rules_of(descriptor) ? descriptor : NULL;
}

const struct message_rules *rules_of(const ProtobufCMessageDescriptor *descriptor) {
  schema_load();
  return lookup_find(&schema.rules, descriptor);
}

const struct schema_field *schema_field_of(const ProtobufCMessageDescriptor *message, unsigned index) {
  return &rules_expect(message)->fields[index].schema;
}

bool schema_file_by_name(const char *file, const uint8_t **bytes, size_t *size) {
  schema_load();
  const struct file *found = lookup_find(&schema.files, file);
  if (!found)
    return false;
  *bytes = found->bytes;
  *size = found->size;
  return true;
}

bool schema_file_with_symbol(const char *symbol, const char **file) {
  schema_load();
  const char *found = lookup_find(&schema.symbols, symbol);
  if (!found)
    return false;
  *file = found;
  return true;
}

size_t schema_file_closure(const char *file, const char **files, size_t max) {
  schema_load();
  size_t count = 0;
  const struct file *first = lookup_find(&schema.files, file);
  if (first && max)
    files[count++] = first->proto->name;
  for (size_t done = 0; done < count; done++) {
    const struct file *next = lookup_find(&schema.files, files[done]);
    for (size_t i = 0; i < next->proto->n_dependency; i++) {
      const char *import = next->proto->dependency[i];
      bool known = false;
      for (size_t j = 0; j < count && !known; j++)
        known = strcmp(files[j], import) == 0;
      if (!known && count < max)
        files[count++] = import;
    }
  }
  return count;
}

size_t schema_services(const char *const **out) {
  schema_load();
  *out = schema.service_names;
  return schema.service_count;
}

const uint8_t *schema_set(size_t *size) {
  *size = contract_set_size;
  return contract_set;
}
