#include "runtime/rpc/status_wire.h"

#include "runtime/base/limit.h"
#include "runtime/base/text.h"
#include "runtime/message/validate.h"

#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"

#include <string.h>

enum {
  MESSAGE_MAX_BYTES = 1024,
  SHORT_MESSAGE_MAX_BYTES = 256,
  DETAIL_TEXT_MAX_BYTES = 512,
  DETAILS_MAX = 64, /* of each list; the least one takes 20 bytes and more */
  RETRY_INFO_MS_PER_S = 1000,
};

#define TYPE_PREFIX "type.googleapis.com/"
#define OMITTED_KEY "omitted_details"

/* How many details of each list go out. */
struct kept {
  size_t violations, guards, metadata, omitted;
  size_t message_max;
};

/* At most `max` bytes, never within a character. */
static char *cut(struct arena *arena, const char *text, size_t max) {
  if (!text)
    text = "";
  size_t size = strlen(text);
  if (size > max) {
    size = max;
    while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
      size--;
  }
  char *copy = arena_strndup(arena, text, size);
  /* A text that was itself cut out of a longer one: no client could read a status with it. */
  for (char *at = text_is_utf8(copy, size) ? copy + size : copy; *at; at++)
    if ((unsigned char)*at >= 0x80)
      *at = '?';
  return copy;
}

size_t status_wire_size(const char *message, size_t details_size) {
  size_t size = (details_size * 4 + 2) / 3;
  for (const unsigned char *c = (const unsigned char *)message; *c; c++)
    size += *c < 0x20 || *c > 0x7E || *c == '%' ? 3 : 1;
  return size;
}

static Google__Protobuf__Any *any_of(struct arena *arena, const ProtobufCMessage *message) {
  Google__Protobuf__Any *any = arena_new(arena, Google__Protobuf__Any);
  google__protobuf__any__init(any);
  any->type_url = arena_printf(arena, TYPE_PREFIX "%s", message->descriptor->name);
  any->value = message_pack(arena, message);
  return any;
}

static Google__Rpc__ErrorInfo__MetadataEntry *entry_new(struct arena *arena, const char *key,
                                                        const char *value) {
  Google__Rpc__ErrorInfo__MetadataEntry *entry = arena_new(arena, Google__Rpc__ErrorInfo__MetadataEntry);
  google__rpc__error_info__metadata_entry__init(entry);
  entry->key = cut(arena, key, DETAIL_TEXT_MAX_BYTES);
  entry->value = cut(arena, value, DETAIL_TEXT_MAX_BYTES);
  return entry;
}

static Google__Protobuf__Any *error_info(struct arena *arena, const struct status *status, const char *domain,
                                         const struct kept *kept) {
  Google__Rpc__ErrorInfo info = GOOGLE__RPC__ERROR_INFO__INIT;
  info.reason = cut(arena, status->reason, DETAIL_TEXT_MAX_BYTES);
  info.domain = cut(arena, domain, DETAIL_TEXT_MAX_BYTES);
  info.metadata = arena_calloc(arena, kept->metadata + 1, sizeof(*info.metadata));
  const struct status_metadata *from = status->metadata;
  for (; info.n_metadata < kept->metadata; from = from->next)
    info.metadata[info.n_metadata++] = entry_new(arena, from->key, from->value);
  if (kept->omitted)
    info.metadata[info.n_metadata++] =
        entry_new(arena, OMITTED_KEY, arena_printf(arena, "%zu", kept->omitted));
  return any_of(arena, &info.base);
}

static Google__Protobuf__Any *bad_request(struct arena *arena, const struct status *status,
                                          const struct kept *kept) {
  Google__Rpc__BadRequest bad = GOOGLE__RPC__BAD_REQUEST__INIT;
  bad.field_violations = arena_calloc(arena, kept->violations, sizeof(*bad.field_violations));
  const struct violation *from = status->violations;
  for (; bad.n_field_violations < kept->violations; from = from->next) {
    Google__Rpc__BadRequest__FieldViolation *to = arena_new(arena, Google__Rpc__BadRequest__FieldViolation);
    google__rpc__bad_request__field_violation__init(to);
    to->field = cut(arena, from->field, DETAIL_TEXT_MAX_BYTES);
    to->description = cut(arena, from->description, DETAIL_TEXT_MAX_BYTES);
    to->reason = cut(arena, from->reason, DETAIL_TEXT_MAX_BYTES);
    bad.field_violations[bad.n_field_violations++] = to;
  }
  return any_of(arena, &bad.base);
}

static Google__Protobuf__Any *precondition(struct arena *arena, const struct status *status,
                                           const struct kept *kept) {
  Google__Rpc__PreconditionFailure failure = GOOGLE__RPC__PRECONDITION_FAILURE__INIT;
  failure.violations = arena_calloc(arena, kept->guards, sizeof(*failure.violations));
  const struct guard_failure *from = status->guards;
  for (; failure.n_violations < kept->guards; from = from->next) {
    Google__Rpc__PreconditionFailure__Violation *to =
        arena_new(arena, Google__Rpc__PreconditionFailure__Violation);
    google__rpc__precondition_failure__violation__init(to);
    to->type = cut(arena, from->type, DETAIL_TEXT_MAX_BYTES);
    to->subject = cut(arena, from->subject, DETAIL_TEXT_MAX_BYTES);
    to->description = cut(arena, from->description, DETAIL_TEXT_MAX_BYTES);
    failure.violations[failure.n_violations++] = to;
  }
  return any_of(arena, &failure.base);
}

static Google__Protobuf__Any *retry_info(struct arena *arena, uint32_t ms) {
  Google__Protobuf__Duration delay = GOOGLE__PROTOBUF__DURATION__INIT;
  delay.seconds = ms / RETRY_INFO_MS_PER_S;
  delay.nanos = (int32_t)(ms % RETRY_INFO_MS_PER_S) * 1000000;
  Google__Rpc__RetryInfo info = GOOGLE__RPC__RETRY_INFO__INIT;
  info.retry_delay = &delay;
  return any_of(arena, &info.base);
}

static ProtobufCBinaryData pack_kept(struct arena *arena, const struct status *status, const char *domain,
                                     const struct kept *kept, char **message) {
  Google__Protobuf__Any *details[4];
  Google__Rpc__Status wire = GOOGLE__RPC__STATUS__INIT;
  *message = cut(arena, status->message, kept->message_max);
  wire.code = (int32_t)status->code;
  wire.message = *message;
  wire.details = details;
  details[wire.n_details++] = error_info(arena, status, domain, kept);
  if (kept->violations)
    details[wire.n_details++] = bad_request(arena, status, kept);
  if (kept->guards)
    details[wire.n_details++] = precondition(arena, status, kept);
  if (status->retry_after_ms)
    details[wire.n_details++] = retry_info(arena, status->retry_after_ms);
  return message_pack(arena, &wire.base);
}

/* Leaves one more detail out; false when there is nothing left to leave out. */
static bool keep_less(struct kept *kept) {
  size_t *lists[] = {&kept->violations, &kept->guards, &kept->metadata};
  for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
    if (*lists[i] > 0) {
      --*lists[i];
      kept->omitted++;
      return true;
    }
  }
  if (kept->message_max == SHORT_MESSAGE_MAX_BYTES)
    return false;
  kept->message_max = SHORT_MESSAGE_MAX_BYTES;
  return true;
}

/* More never fits, and each one that does not fit costs another encoding. */
static void keep_one(struct kept *kept, size_t *list) {
  if (*list < DETAILS_MAX)
    ++*list;
  else
    kept->omitted++;
}

static struct kept keep_all(const struct status *status) {
  struct kept kept = {.message_max = MESSAGE_MAX_BYTES};
  for (const struct violation *v = status->violations; v; v = v->next)
    keep_one(&kept, &kept.violations);
  for (const struct guard_failure *g = status->guards; g; g = g->next)
    keep_one(&kept, &kept.guards);
  for (const struct status_metadata *m = status->metadata; m; m = m->next)
    keep_one(&kept, &kept.metadata);
  return kept;
}

void status_encode(struct arena *scratch, const struct status *status, const char *domain,
                   struct wire_status *out) {
  struct kept kept = keep_all(status);
  char *message;
  ProtobufCBinaryData details = pack_kept(scratch, status, domain, &kept, &message);
  while (status_wire_size(message, details.len) > LIMIT_STATUS_BYTES && keep_less(&kept))
    details = pack_kept(scratch, status, domain, &kept, &message);
  out->message = grpc_slice_from_copied_string(message);
  out->details = grpc_slice_from_copied_buffer((const char *)details.data, details.len);
}

static void take_error_info(struct arena *arena, struct status *status, const ProtobufCMessage *message) {
  const Google__Rpc__ErrorInfo *info = (const Google__Rpc__ErrorInfo *)message;
  if (!text_empty(info->reason))
    status->reason = info->reason;
  for (size_t i = 0; i < info->n_metadata; i++)
    status_add_metadata(arena, status, info->metadata[i]->key, info->metadata[i]->value);
}

static void take_bad_request(struct arena *arena, struct status *status, const ProtobufCMessage *message) {
  const Google__Rpc__BadRequest *bad = (const Google__Rpc__BadRequest *)message;
  for (size_t i = 0; i < bad->n_field_violations; i++) {
    const Google__Rpc__BadRequest__FieldViolation *v = bad->field_violations[i];
    status_add_violation(arena, status, v->field, v->reason, "%s", v->description);
  }
}

static void take_precondition(struct arena *arena, struct status *status, const ProtobufCMessage *message) {
  const Google__Rpc__PreconditionFailure *failure = (const Google__Rpc__PreconditionFailure *)message;
  for (size_t i = 0; i < failure->n_violations; i++) {
    const Google__Rpc__PreconditionFailure__Violation *v = failure->violations[i];
    status_add_guard(arena, status, v->type, v->subject, "%s", v->description);
  }
}

static void take_retry_info(struct arena *arena, struct status *status, const ProtobufCMessage *message) {
  const Google__Protobuf__Duration *delay = ((const Google__Rpc__RetryInfo *)message)->retry_delay;
  (void)arena;
  if (delay && delay->seconds >= 0 && delay->seconds < 3600 && delay->nanos >= 0)
    status->retry_after_ms = (uint32_t)(delay->seconds * RETRY_INFO_MS_PER_S + delay->nanos / 1000000);
}

static const struct detail_row {
  const ProtobufCMessageDescriptor *descriptor;
  void (*take)(struct arena *arena, struct status *status, const ProtobufCMessage *message);
} detail_rows[] = {
    {&google__rpc__error_info__descriptor, take_error_info},
    {&google__rpc__bad_request__descriptor, take_bad_request},
    {&google__rpc__precondition_failure__descriptor, take_precondition},
    {&google__rpc__retry_info__descriptor, take_retry_info},
};

static void take_detail(struct arena *arena, struct status *status, const Google__Protobuf__Any *any) {
  const char *slash = strrchr(any->type_url, '/');
  for (size_t i = 0; slash && i < sizeof(detail_rows) / sizeof(*detail_rows); i++) {
    const struct detail_row *row = &detail_rows[i];
    ProtobufCMessage *message;
    if (strcmp(slash + 1, row->descriptor->name) != 0)
      continue;
    if (!message_parse(arena, row->descriptor, any->value.data, any->value.len, &message))
      row->take(arena, status, message);
    return;
  }
}

struct status *status_decode(struct arena *arena, grpc_status_code code, grpc_slice message,
                             const grpc_slice *details) {
  enum code known = (unsigned)code < CODE_COUNT ? (enum code)code : CODE_UNKNOWN;
  struct status *status = status_make(arena, known, code_name(known), "%.*s", (int)GRPC_SLICE_LENGTH(message),
                                      (const char *)GRPC_SLICE_START_PTR(message));
  ProtobufCMessage *parsed;
  if (!details || message_parse(arena, &google__rpc__status__descriptor, GRPC_SLICE_START_PTR(*details),
                                GRPC_SLICE_LENGTH(*details), &parsed))
    return status;
  const Google__Rpc__Status *wire = (const Google__Rpc__Status *)parsed;
  for (size_t i = 0; i < wire->n_details; i++)
    take_detail(arena, status, wire->details[i]);
  return status;
}
