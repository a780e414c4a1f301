#include "runtime/message/mask.h"

#include "runtime/base/arena.h"
#include "runtime/base/text.h"
#include "runtime/message/path.h"
#include "runtime/message/rule.h"
#include "runtime/message/validate.h"

#include <string.h>

static bool is_protected(const struct field_rules *row) {
  return row->output_only || row->immutable;
}

static ProtobufCMessage *inner_message(const struct field_rules *row, const ProtobufCMessage *message) {
  if (row->repeated || !row->message || !field_is_set(message, row->field))
    return NULL;
  return *(ProtobufCMessage **)field_at(message, row->field);
}

/* The value with what says that it is there: a count, a case, a presence. */
static void copy_value(const struct field_rules *row, const ProtobufCMessage *from, ProtobufCMessage *to) {
  const ProtobufCFieldDescriptor *field = row->field;
  if (row->oneof) {
    if (*field_case(from, field) != field->id) {
      if (*field_case(to, field) == field->id)
        *field_case(to, field) = 0;
      return;
    }
    *field_case(to, field) = field->id;
  } else if (row->repeated) {
    *field_count(to, field) = *field_count(from, field);
  } else if (field->label == PROTOBUF_C_LABEL_OPTIONAL && field->quantifier_offset) {
    *field_case(to, field) = *field_case(from, field);
  }
  size_t size = row->repeated ? sizeof(void *) : field_value_size(field->type);
  memcpy(field_at(to, field), field_at(from, field), size);
}

/* A copy of `from` in which what is protected is as in `to`. */
static ProtobufCMessage *message_over(struct arena *arena, const struct message_rules *rules,
                                      const ProtobufCMessage *from, const ProtobufCMessage *to) {
  ProtobufCMessage *copy = arena_copy(arena, from, rules->descriptor->sizeof_message);
  for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
    const struct field_rules *row = &rules->fields[i];
    if (is_protected(row)) {
      copy_value(row, to, copy);
      continue;
    }
    const ProtobufCMessage *inner_from = inner_message(row, from), *inner_to = inner_message(row, to);
    if (inner_from && inner_to)
      *(ProtobufCMessage **)field_at(copy, row->field) =
          message_over(arena, row->message, inner_from, inner_to);
  }
  return copy;
}

static void copy_field(struct arena *arena, const struct field_rules *row, const ProtobufCMessage *from,
                       ProtobufCMessage *to) {
  if (is_protected(row))
    return;
  const ProtobufCMessage *inner_from = inner_message(row, from), *inner_to = inner_message(row, to);
  copy_value(row, from, to);
  if (inner_from && inner_to)
    *(ProtobufCMessage **)field_at(to, row->field) = message_over(arena, row->message, inner_from, inner_to);
}

static void copy_all(struct arena *arena, const struct message_rules *rules, bool only_set,
                     const ProtobufCMessage *from, ProtobufCMessage *to) {
  for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
    const struct field_rules *row = &rules->fields[i];
    bool set = row->repeated ? *field_count(from, row->field) > 0 : field_is_set(from, row->field);
    if (set || !only_set)
      copy_field(arena, row, from, to);
  }
}

/* The field that the first segment of a path names; advances *path to the next segment, "" at the end. */
static const struct field_rules *path_step(struct arena *arena, const struct message_rules *rules,
                                           const char **path) {
  size_t length = strcspn(*path, ".");
  const char *name = arena_strndup(arena, *path, length);
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(rules->descriptor, name);
  if (!field)
    return NULL;
  bool last = !(*path)[length];
  *path += length + !last;
  return !last && !**path ? NULL : &rules->fields[field - rules->descriptor->fields];
}

/* NULL, or what is wrong with a path. */
static const char *path_fault(struct arena *arena, const struct message_rules *rules, const char *path) {
  for (;;) {
    const struct field_rules *row = path_step(arena, rules, &path);
    if (!row)
      return "is not a field";
    if (!*path)
      return NULL;
    if (row->repeated)
      return "goes through a repeated field; name the whole field";
    if (!row->message)
      return "goes into a field that is not a message";
    rules = row->message;
  }
}

static void copy_path(struct arena *arena, const struct message_rules *rules, const char *path,
                      const ProtobufCMessage *from, ProtobufCMessage *to) {
  for (;;) {
    const struct field_rules *row = path_step(arena, rules, &path);
    if (!*path) {
      copy_field(arena, row, from, to);
      return;
    }
    if (is_protected(row))
      return;
    const ProtobufCMessage *inner_from = inner_message(row, from);
    ProtobufCMessage *inner_to = inner_message(row, to);
    if (!inner_from && !inner_to)
      return;
    ProtobufCMessage *empty = arena_alloc(arena, row->message->descriptor->sizeof_message);
    row->message->descriptor->message_init(empty);
    if (!inner_to) {
      inner_to = empty;
      *(ProtobufCMessage **)field_at(to, row->field) = inner_to;
      if (row->oneof)
        *field_case(to, row->field) = row->field->id;
    }
    from = inner_from ? inner_from : empty;
    to = inner_to;
    rules = row->message;
  }
}

static bool value_same(struct arena *arena, const struct field_rules *row, const ProtobufCMessage *from,
                       const ProtobufCMessage *to) {
  if (row->repeated)
    return *field_count(from, row->field) == 0 && *field_count(to, row->field) == 0;
  const ProtobufCMessage *inner_from = inner_message(row, from), *inner_to = inner_message(row, to);
  if (row->message && inner_from && inner_to) {
    ProtobufCBinaryData a = message_pack(arena, inner_from), b = message_pack(arena, inner_to);
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
  }
  if (row->message)
    return !inner_from && !inner_to;
  if (row->field->type == PROTOBUF_C_TYPE_STRING)
    return text_equal(*(char **)field_at(from, row->field), *(char **)field_at(to, row->field));
  return memcmp(field_at(from, row->field), field_at(to, row->field), field_value_size(row->field->type)) ==
         0;
}

/* A path that names a field which never changes, with another value: to drop it would look like success. */
static bool changes_immutable(struct arena *arena, const struct message_rules *rules, const char *path,
                              const ProtobufCMessage *from, const ProtobufCMessage *to) {
  const struct field_rules *row = path_step(arena, rules, &path);
  return row && !*path && row->immutable && !value_same(arena, row, from, to);
}

const struct status *mask_apply(struct arena *arena, char *const *paths, size_t count,
                                const ProtobufCMessage *from, ProtobufCMessage *to) {
  const struct message_rules *rules = rules_expect(from->descriptor);
  if (count == 0 || (count == 1 && strcmp(paths[0], "*") == 0)) {
    copy_all(arena, rules, count == 0, from, to);
    return NULL;
  }
  struct violations violations = {.arena = arena};
  for (size_t i = 0; i < count; i++) {
    const char *fault = path_fault(arena, rules, paths[i]);
    struct path field = {NULL, "update_mask", PATH_NO_INDEX};
    if (fault)
      violation_add(&violations, &field, "FIELD_PATH_INVALID", "`%.*s` %s", text_cut(paths[i], 128), paths[i],
                    fault);
    else if (changes_immutable(arena, rules, paths[i], from, to))
      violation_add(&violations, &field, "FIELD_IMMUTABLE", "`%s` never changes after creation", paths[i]);
  }
  const struct status *status = violations_status(&violations);
  for (size_t i = 0; i < count && !status; i++)
    copy_path(arena, rules, paths[i], from, to);
  return status;
}
