#include "onboard/plan_compare.h"

#include "onboard/plan.h"
#include "runtime/base/machine.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/text.h"

#include <assert.h>
#include <string.h>

#define ADDED ONBOARD__PLAN_DIFFERENCE__KIND__KIND_ADDED
#define REMOVED ONBOARD__PLAN_DIFFERENCE__KIND__KIND_REMOVED
#define CHANGED ONBOARD__PLAN_DIFFERENCE__KIND__KIND_CHANGED

struct comparison {
  struct arena *arena;
  Onboard__PlanDifference **differences;
  size_t count, capacity;
};

/* What is being compared, and whose it is. */
struct place {
  const char *path;
  const char *title;
  Type__Party party;
};

/* ---- fields by their descriptors ---- */

typedef const ProtobufCFieldDescriptor field_t;

static const void *at(const ProtobufCMessage *message, field_t *field) {
  return (const char *)message + field->offset;
}

static field_t *field_named(const ProtobufCMessage *message, const char *name) {
  return protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
}

static const ProtobufCMessage *message_at(const ProtobufCMessage *message, field_t *field) {
  const ProtobufCMessage *inner = NULL;
  if (message)
    memcpy(&inner, at(message, field), sizeof inner);
  return inner;
}

/* The elements of a repeated field, each `size` bytes; none of NULL. */
static const char *elements(const ProtobufCMessage *message, field_t *field, size_t *count) {
  const char *first = NULL;
  *count = 0;
  if (!message)
    return NULL;
  memcpy(count, (const char *)message + field->quantifier_offset, sizeof *count);
  memcpy(&first, at(message, field), sizeof first);
  return first;
}

static const ProtobufCMessage *element_at(const char *first, size_t index) {
  const ProtobufCMessage *message;
  memcpy(&message, first + index * sizeof message, sizeof message);
  return message;
}

static const char *text_field(const ProtobufCMessage *message, const char *name) {
  field_t *field = field_named(message, name);
  const char *text = "";
  if (field && field->type == PROTOBUF_C_TYPE_STRING)
    memcpy(&text, at(message, field), sizeof text);
  return text;
}

/* ---- values for a person ---- */

static const char *value_text(struct arena *arena, field_t *field, const void *value) {
  int64_t number = 0;
  int32_t small = 0;
  const char *text = "";
  switch (field->type) {
  case PROTOBUF_C_TYPE_ENUM:
    memcpy(&small, value, sizeof small);
    return small ? state_name(field->descriptor, small) : "";
  case PROTOBUF_C_TYPE_STRING:
    memcpy(&text, value, sizeof text);
    return text;
  case PROTOBUF_C_TYPE_BOOL:
    memcpy(&small, value, sizeof(protobuf_c_boolean));
    return small ? "yes" : "no";
  case PROTOBUF_C_TYPE_INT64:
    memcpy(&number, value, sizeof number);
    return arena_printf(arena, "%lld", (long long)number);
  default:
    assert(field->type == PROTOBUF_C_TYPE_INT32); /* terms hold nothing else */
    memcpy(&small, value, sizeof small);
    return small ? arena_printf(arena, "%d", small) : ""; /* 0 is the default, which nobody said */
  }
}

static size_t value_size(field_t *field) {
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING:
    return sizeof(char *);
  case PROTOBUF_C_TYPE_INT64:
    return sizeof(int64_t);
  case PROTOBUF_C_TYPE_BOOL:
    return sizeof(protobuf_c_boolean);
  default:
    return sizeof(int32_t);
  }
}

static const char *joined_text(struct arena *arena, const ProtobufCMessage *message, field_t *field) {
  struct buffer text = {.arena = arena};
  size_t count;
  const char *first = elements(message, field, &count);
  buffer_text(&text, "");
  for (size_t i = 0; i < count; i++)
    buffer_printf(&text, "%s%s", i ? ", " : "", value_text(arena, field, first + i * value_size(field)));
  return text.data;
}

static const char *money_text(struct arena *arena, int64_t minor, const char *currency) {
  int decimals = currency_decimals(currency);
  int64_t unit = 1;
  for (int i = 0; i < decimals; i++)
    unit *= 10;
  if (decimals <= 0)
    return arena_printf(arena, "%lld %s", (long long)minor, currency);
  return arena_printf(arena, "%lld.%0*lld %s", (long long)(minor / unit), decimals, (long long)(minor % unit),
                      currency);
}

/* Target, unit and currency make one amount. */
static const char *target_text(struct arena *arena, const Onboard__CommitmentTerm *term) {
  switch (term->unit) {
  case ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_MONEY:
    return money_text(arena, term->target, term->currency_code);
  case ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_HOURS:
    return arena_printf(arena, "%lld hours", (long long)term->target);
  default:
    return arena_printf(arena, "%lld", (long long)term->target);
  }
}

static bool is_part_of_target(const ProtobufCMessageDescriptor *of, field_t *field) {
  return of == &onboard__commitment_term__descriptor &&
         (strcmp(field->name, "unit") == 0 || strcmp(field->name, "currency_code") == 0);
}

static bool is_time(field_t *field) {
  return field->type == PROTOBUF_C_TYPE_MESSAGE &&
         field->descriptor == &google__protobuf__timestamp__descriptor;
}

/* What a field of a message says; "" when it says nothing. */
static const char *field_text(struct arena *arena, const ProtobufCMessage *message, field_t *field) {
  if (!message)
    return "";
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return joined_text(arena, message, field);
  if (is_time(field)) {
    const ProtobufCMessage *time = message_at(message, field);
    return time ? moment_text(arena, moment_us((const Google__Protobuf__Timestamp *)time)) : "";
  }
  if (message->descriptor == &onboard__commitment_term__descriptor && strcmp(field->name, "target") == 0)
    return target_text(arena, (const Onboard__CommitmentTerm *)message);
  if (message->descriptor == &onboard__plan_terms__descriptor &&
      strcmp(field->name, "deemed_confirmation_days") == 0) {
    int32_t days = ((const Onboard__PlanTerms *)message)->deemed_confirmation_days;
    return arena_printf(arena, "%d days", days ? days : PLAN_DEEMED_DAYS);
  }
  return value_text(arena, field, at(message, field));
}

/* ---- differences ---- */

static void add(struct comparison *comparison, Onboard__PlanDifference__Kind kind, struct place place,
                const char *before, const char *after) {
  struct arena *arena = comparison->arena;
  if (comparison->count == comparison->capacity) {
    size_t capacity = comparison->capacity ? comparison->capacity * 2 : 32;
    Onboard__PlanDifference **grown = arena_calloc(arena, capacity, sizeof(void *));
    for (size_t i = 0; i < comparison->count; i++)
      grown[i] = comparison->differences[i];
    comparison->differences = grown;
    comparison->capacity = capacity;
  }
  Onboard__PlanDifference *difference = arena_new(arena, Onboard__PlanDifference);
  onboard__plan_difference__init(difference);
  difference->kind = kind;
  difference->path = (char *)place.path;
  difference->title = (char *)place.title;
  difference->party = place.party;
  difference->before = (char *)before;
  difference->after = (char *)after;
  comparison->differences[comparison->count++] = difference;
}

/* The one party that owes an element; unspecified when it binds both. */
static Type__Party owner_of(const ProtobufCMessage *element) {
  if (element->descriptor == &onboard__commitment_term__descriptor)
    return ((const Onboard__CommitmentTerm *)element)->owner;
  const Onboard__MilestoneTerm *milestone = (const Onboard__MilestoneTerm *)element;
  bool one = element->descriptor == &onboard__milestone_term__descriptor && milestone->n_owners == 1;
  return one ? milestone->owners[0] : TYPE__PARTY__PARTY_UNSPECIFIED;
}

static struct place place_of(struct comparison *comparison, field_t *section,
                             const ProtobufCMessage *element) {
  return (struct place){
      .path = arena_printf(comparison->arena, "%s.%s", section->name, text_field(element, "id")),
      .title = text_field(element, "title"),
      .party = owner_of(element),
  };
}

/* A whole element, for when only one side has it: `owner VENDOR; target 1000 hours; ...`. */
static const char *summary(struct arena *arena, const ProtobufCMessage *element) {
  struct buffer text = {.arena = arena};
  buffer_text(&text, "");
  for (unsigned i = 0; i < element->descriptor->n_fields; i++) {
    field_t *field = &element->descriptor->fields[i];
    if (strcmp(field->name, "id") == 0 || is_part_of_target(element->descriptor, field) ||
        (field->type == PROTOBUF_C_TYPE_MESSAGE && !is_time(field)))
      continue;
    const char *value = field_text(arena, element, field);
    if (*value)
      buffer_printf(&text, "%s%s %s", text.size ? "; " : "", field->name, value);
  }
  return text.data;
}

static const ProtobufCMessage *find_id(const char *first, size_t count, const char *id) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(text_field(element_at(first, i), "id"), id) == 0)
      return element_at(first, i);
  return NULL;
}

static void compare_fields(struct comparison *comparison, struct place place,
                           const ProtobufCMessageDescriptor *descriptor, const ProtobufCMessage *before,
                           const ProtobufCMessage *after);

static void compare_section(struct comparison *comparison, field_t *section, const ProtobufCMessage *before,
                            const ProtobufCMessage *after) {
  size_t before_count, after_count;
  const char *olds = elements(before, section, &before_count);
  const char *news = elements(after, section, &after_count);
  for (size_t i = 0; i < before_count; i++) {
    const ProtobufCMessage *old = element_at(olds, i);
    const ProtobufCMessage *now = find_id(news, after_count, text_field(old, "id"));
    if (now)
      compare_fields(comparison, place_of(comparison, section, now), now->descriptor, old, now);
    else
      add(comparison, REMOVED, place_of(comparison, section, old), summary(comparison->arena, old), "");
  }
  for (size_t i = 0; i < after_count; i++) {
    const ProtobufCMessage *now = element_at(news, i);
    if (!find_id(olds, before_count, text_field(now, "id")))
      add(comparison, ADDED, place_of(comparison, section, now), "", summary(comparison->arena, now));
  }
}

static void compare_field(struct comparison *comparison, struct place place, field_t *field,
                          const ProtobufCMessage *before, const ProtobufCMessage *after) {
  place.path = *place.path ? arena_printf(comparison->arena, "%s.%s", place.path, field->name) : field->name;
  bool inner = field->type == PROTOBUF_C_TYPE_MESSAGE && !is_time(field);
  if (inner && field->label == PROTOBUF_C_LABEL_REPEATED) {
    compare_section(comparison, field, before, after);
    return;
  }
  if (inner) {
    compare_fields(comparison, place, field->descriptor, message_at(before, field), message_at(after, field));
    return;
  }
  const char *old = field_text(comparison->arena, before, field);
  const char *now = field_text(comparison->arena, after, field);
  if (strcmp(old, now) != 0)
    add(comparison, !*old ? ADDED : !*now ? REMOVED : CHANGED, place, old, now);
}

static void compare_fields(struct comparison *comparison, struct place place,
                           const ProtobufCMessageDescriptor *descriptor, const ProtobufCMessage *before,
                           const ProtobufCMessage *after) {
  for (unsigned i = 0; i < descriptor->n_fields; i++)
    if (!is_part_of_target(descriptor, &descriptor->fields[i]))
      compare_field(comparison, place, &descriptor->fields[i], before, after);
}

/* What binds both comes before what is in lists. */
static void compare_terms(struct comparison *comparison, const ProtobufCMessage *before,
                          const ProtobufCMessage *after, bool lists) {
  const ProtobufCMessageDescriptor *descriptor = &onboard__plan_terms__descriptor;
  const struct place whole = {"", "", TYPE__PARTY__PARTY_UNSPECIFIED};
  for (unsigned i = 0; i < descriptor->n_fields; i++)
    if ((descriptor->fields[i].label == PROTOBUF_C_LABEL_REPEATED) == lists)
      compare_field(comparison, whole, &descriptor->fields[i], before, after);
}

Onboard__PlanDifference **plan_compare(struct arena *arena, const Onboard__PlanTerms *before,
                                       const Onboard__PlanTerms *after, size_t *count) {
  static const Onboard__PlanTerms none = ONBOARD__PLAN_TERMS__INIT;
  struct comparison comparison = {.arena = arena};
  before = before ? before : &none;
  after = after ? after : &none;
  compare_terms(&comparison, &before->base, &after->base, false);
  compare_terms(&comparison, &before->base, &after->base, true);
  *count = comparison.count;
  return comparison.differences;
}
