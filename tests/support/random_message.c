#include "tests/support/random_message.h"

#include "runtime/base/text.h"
#include "runtime/message/rule.h"
#include "runtime/message/validate.h"

#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/field_mask.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"
#include "google/rpc/error_details.pb-c.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NESTING_MAX = 6, ELEMENTS_MAX = 3, TEXT_MAX = 40 };

struct maker {
  struct random *random;
  struct arena *arena;
  bool valid;
};

static ProtobufCMessage *make_message(const struct maker *maker, const struct message_rules *rules,
                                      unsigned nesting);

uint64_t random_next(struct random *random) {
  uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64 */
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

uint64_t random_below(struct random *random, uint64_t below) {
  return random_next(random) % below;
}

static bool one_in(const struct maker *maker, uint64_t n) {
  return random_below(maker->random, n) == 0;
}

/* Numbers near the edges are as frequent as all others. */
static int64_t any_integer(const struct maker *maker) {
  static const int64_t edges[] = {1, -1, INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN, 1000, 127};
  if (one_in(maker, 2))
    return edges[random_below(maker->random, sizeof edges / sizeof *edges)];
  return (int64_t)(random_next(maker->random) >> random_below(maker->random, 64));
}

static int64_t make_integer(const struct maker *maker, const struct field_rules *row) {
  if (!maker->valid || !row->bounded)
    return any_integer(maker);
  uint64_t span = (uint64_t)row->max - (uint64_t)row->min;
  int64_t value = row->min + (int64_t)(span == UINT64_MAX ? 0 : random_below(maker->random, span + 1));
  return value ? value : row->max;
}

static double make_real(const struct maker *maker) {
  static const double edges[] = {0.1, -1.5, 1e300, 5e-324, INFINITY, -INFINITY, 3.4028234663852886e38};
  if (one_in(maker, 3))
    return edges[random_below(maker->random, sizeof edges / sizeof *edges)];
  return (double)any_integer(maker) / 1024;
}

static char *any_text(const struct maker *maker, size_t min, size_t max) {
  static const char *const pieces[] = {"a",
                                       "Z",
                                       "7",
                                       " ",
                                       "\"",
                                       "\\",
                                       "/",
                                       "\n",
                                       "\t",
                                       "<",
                                       "é",
                                       "€",
                                       "\x01",
                                       "\x7f",
                                       "_",
                                       "ß",
                                       "\xF0\x9F\x98\x80"};
  struct buffer out = {.arena = maker->arena};
  size_t length = min + random_below(maker->random, max - min + 1);
  buffer_text(&out, "");
  for (size_t i = 0; i < length; i++)
    buffer_text(&out, pieces[random_below(maker->random, sizeof pieces / sizeof *pieces)]);
  return out.data;
}

/* Texts for the patterns of the contract; a pattern that none matches needs a row here. */
static char *patterned_text(const struct maker *maker, const struct field_rules *row) {
  static const char *const candidates[] = {
      "USD",
      "DE",
      "north-1",
      "a",
      "lena@a.org",
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "2026",
      "vendors/acme/partnerships/north/pipeline",
      "2026-07",
      "won_amount.joint",
      "202607",
      "/x",
      "https://a",
      "A1",
      "north.example",
      "12-345-6789",
      "vendors/acme/partnerships/north/lift",
      "vendors/acme/partnerships/north/marketShare",
      "vendors/acme/partnerships/north/overlap",
      "vendors/acme/partnerships/north/mappingKeys/current",
  };
  enum { COUNT = sizeof candidates / sizeof *candidates };
  size_t first = random_below(maker->random, COUNT);
  for (size_t i = 0; i < COUNT; i++) {
    const char *text = candidates[(first + i) % COUNT];
    if (pattern_matches(row->pattern, text) && strlen(text) >= row->min_length &&
        strlen(text) <= row->max_length)
      return arena_strdup(maker->arena, text);
  }
  fprintf(stderr, "random_message: no text for the pattern %s\n", row->schema.rule->pattern);
  abort();
}

static char *resource_text(const struct maker *maker, const char *const *patterns) {
  size_t count = 0;
  while (patterns[count])
    count++;
  struct buffer out = {.arena = maker->arena};
  for (const char *c = patterns[random_below(maker->random, count)]; *c; c++) {
    if (*c == '*')
      buffer_printf(&out, "id-%u", (unsigned)random_below(maker->random, 1000));
    else
      buffer_append(&out, c, 1);
  }
  return out.data;
}

static char *make_text(const struct maker *maker, const struct field_rules *row) {
  if (maker->valid && row->resources)
    return resource_text(maker, row->resources);
  if (maker->valid && row->pattern)
    return patterned_text(maker, row);
  size_t min = row->min_length ? row->min_length : 1;
  return any_text(maker, maker->valid ? min : 0,
                  row->max_length < min + TEXT_MAX ? row->max_length : min + TEXT_MAX);
}

static ProtobufCBinaryData make_bytes(const struct maker *maker, const struct field_rules *row) {
  size_t least = row->min_length ? row->min_length : 1;
  ProtobufCBinaryData bytes = {.len = maker->valid ? least : random_below(maker->random, 20)};
  bytes.data = arena_alloc(maker->arena, bytes.len);
  for (size_t i = 0; i < bytes.len; i++)
    bytes.data[i] = (uint8_t)random_next(maker->random);
  return bytes;
}

static int make_enum(const struct maker *maker, const ProtobufCEnumDescriptor *descriptor) {
  unsigned count = descriptor->n_values;
  return descriptor->values[count == 1 ? 0 : 1 + random_below(maker->random, count - 1)].value;
}

static void make_value(const struct maker *maker, const struct field_rules *row, unsigned nesting, void *at) {
  switch (row->field->type) {
  case PROTOBUF_C_TYPE_STRING:
    *(char **)at = make_text(maker, row);
    return;
  case PROTOBUF_C_TYPE_BYTES:
    *(ProtobufCBinaryData *)at = make_bytes(maker, row);
    return;
  case PROTOBUF_C_TYPE_MESSAGE:
    *(ProtobufCMessage **)at = make_message(maker, row->message, nesting + 1);
    return;
  case PROTOBUF_C_TYPE_ENUM:
    *(int *)at = make_enum(maker, row->field->descriptor);
    return;
  case PROTOBUF_C_TYPE_BOOL:
    *(protobuf_c_boolean *)at = 1;
    return;
  case PROTOBUF_C_TYPE_DOUBLE:
    *(double *)at = make_real(maker);
    return;
  case PROTOBUF_C_TYPE_FLOAT:
    *(float *)at = (float)make_real(maker);
    return;
  default:
    if (field_value_size(row->field->type) == sizeof(int64_t))
      *(int64_t *)at = make_integer(maker, row);
    else
      *(int32_t *)at = (int32_t)make_integer(maker, row);
  }
}

/* Keys must differ; the generator only has text keys to make so. */
static void make_map_key(const struct maker *maker, size_t index, ProtobufCMessage *entry) {
  const ProtobufCFieldDescriptor *key = &entry->descriptor->fields[0];
  if (key->type == PROTOBUF_C_TYPE_STRING)
    *(char **)field_at(entry, key) = arena_printf(maker->arena, "key %zu", index);
}

static void make_list(const struct maker *maker, const struct field_rules *row, unsigned nesting,
                      ProtobufCMessage *message) {
  size_t size = field_value_size(row->field->type);
  size_t least = maker->valid ? (row->min_items > row->required ? row->min_items : row->required) : 0;
  size_t most = least + ELEMENTS_MAX > row->max_items ? row->max_items : least + ELEMENTS_MAX;
  size_t count = least + random_below(maker->random, most - least + 1);
  char *elements = arena_calloc(maker->arena, count, size);
  for (size_t i = 0; i < count; i++) {
    make_value(maker, row, nesting, elements + i * size);
    if (row->schema.map)
      make_map_key(maker, i, *(ProtobufCMessage **)(elements + i * size));
  }
  *(void **)field_at(message, row->field) = count ? elements : NULL;
  *field_count(message, row->field) = count;
}

static void make_field(const struct maker *maker, const struct field_rules *row, unsigned nesting,
                       ProtobufCMessage *message) {
  bool needed = maker->valid && (row->required || row->bounded || row->min_items);
  bool deep = nesting >= NESTING_MAX && row->field->type == PROTOBUF_C_TYPE_MESSAGE;
  if ((maker->valid && row->output_only) || (!needed && (deep || one_in(maker, 3))))
    return;
  if (row->repeated) {
    make_list(maker, row, nesting, message);
    return;
  }
  if (row->oneof && *field_case(message, row->field))
    return;
  make_value(maker, row, nesting, field_at(message, row->field));
  if (row->oneof)
    *field_case(message, row->field) = row->field->id;
  else if (row->field->label == PROTOBUF_C_LABEL_OPTIONAL && row->field->type != PROTOBUF_C_TYPE_STRING &&
           row->field->type != PROTOBUF_C_TYPE_MESSAGE)
    *field_case(message, row->field) = 1;
}

static void make_any(const struct maker *maker, Google__Protobuf__Any *any) {
  struct maker free = {maker->random, maker->arena, false};
  const ProtobufCMessage *content =
      make_message(&free, rules_expect(&google__rpc__error_info__descriptor), NESTING_MAX);
  any->type_url = arena_strdup(maker->arena, "type.googleapis.com/google.rpc.ErrorInfo");
  any->value = message_pack(maker->arena, content);
}

static void make_mask(const struct maker *maker, Google__Protobuf__FieldMask *mask) {
  static const char *const paths[] = {"name", "display_name", "plan.target_amount", "a.b_c.d"};
  mask->n_paths = random_below(maker->random, 4);
  mask->paths = arena_copy(maker->arena, paths, sizeof paths);
}

/* An update names its resource though the name is output-only. */
static void name_resource(const struct maker *maker, const struct message_rules *rules,
                          ProtobufCMessage *request) {
  for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
    const struct field_rules *row = &rules->fields[i];
    if (row->repeated || !row->message || !field_is_set(request, row->field))
      continue;
    ProtobufCMessage *resource = *(ProtobufCMessage **)field_at(request, row->field);
    const struct field_rules *name = rules_field(row->message, "name");
    if (name && name->field->type == PROTOBUF_C_TYPE_STRING)
      *(char **)field_at(resource, name->field) =
          name->resources ? resource_text(maker, name->resources) : arena_strdup(maker->arena, "vendors/a");
  }
}

static ProtobufCMessage *make_message(const struct maker *maker, const struct message_rules *rules,
                                      unsigned nesting) {
  ProtobufCMessage *message = arena_alloc(maker->arena, rules->descriptor->sizeof_message);
  rules->descriptor->message_init(message);
  switch (rules->well_known) {
  case WELL_KNOWN_TIMESTAMP: {
    Google__Protobuf__Timestamp *timestamp = (Google__Protobuf__Timestamp *)message;
    timestamp->seconds = (int64_t)random_below(maker->random, UINT64_C(253402300800));
    timestamp->nanos = one_in(maker, 2) ? 0 : (int32_t)random_below(maker->random, 1000000000);
    return message;
  }
  case WELL_KNOWN_DURATION: {
    Google__Protobuf__Duration *duration = (Google__Protobuf__Duration *)message;
    duration->seconds = (int64_t)random_below(maker->random, 1000000);
    duration->nanos = (int32_t)random_below(maker->random, 1000) * 1000000;
    if (one_in(maker, 2)) {
      duration->seconds = -duration->seconds;
      duration->nanos = -duration->nanos;
    }
    return message;
  }
  case WELL_KNOWN_ANY:
    make_any(maker, (Google__Protobuf__Any *)message);
    return message;
  case WELL_KNOWN_FIELD_MASK:
    make_mask(maker, (Google__Protobuf__FieldMask *)message);
    return message;
  default:
    for (unsigned i = 0; i < rules->descriptor->n_fields; i++)
      make_field(maker, &rules->fields[i], nesting, message);
    if (maker->valid && rules->update_mask)
      name_resource(maker, rules, message);
    return message;
  }
}

ProtobufCMessage *random_message(struct random *random, struct arena *arena,
                                 const ProtobufCMessageDescriptor *descriptor) {
  struct maker maker = {random, arena, false};
  return make_message(&maker, rules_expect(descriptor), 0);
}

ProtobufCMessage *random_valid_message(struct random *random, struct arena *arena,
                                       const ProtobufCMessageDescriptor *descriptor) {
  struct maker maker = {random, arena, true};
  return make_message(&maker, rules_expect(descriptor), 0);
}
