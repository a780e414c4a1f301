/* Untrusted bytes to a message. protobuf-c neither bounds nesting nor checks text nor forgets unknown fields,
 * so the wire format is walked once before it gets the bytes. */
#include "runtime/base/limit.h"
#include "runtime/base/text.h"
#include "runtime/message/path.h"
#include "runtime/message/rule.h"
#include "runtime/message/validate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };
enum { FIELD_NUMBER_MAX = (1 << 29) - 1, VARINT_BYTES_MAX = 10 };

struct scan {
  struct violations violations;
  size_t fields; /* on the wire so far, at any depth */
  bool unknown;  /* whether one of them is not in the descriptor */
  bool again;    /* whether a message that is not repeated may be there in several pieces */
};

/* One message on the wire. */
struct frame {
  const struct frame *parent;
  const ProtobufCFieldDescriptor *field; /* of the parent that holds it */
  const ProtobufCMessageDescriptor *descriptor;
  const uint8_t *start; /* where it begins, and where the field that is looked at begins */
  const uint8_t *at;
  const uint8_t *end;
  unsigned depth;
  uint64_t seen; /* messages of it that are not repeated, by the low bits of their place in the descriptor */
};

/* One field on the wire. */
struct token {
  uint32_t number;
  enum wire wire;
  const uint8_t *data; /* of WIRE_BYTES: after the length */
  size_t size;
};

static bool varint_read(const uint8_t **at, const uint8_t *end, uint64_t *out) {
  uint64_t value = 0;
  for (unsigned i = 0; i < VARINT_BYTES_MAX && *at < end; i++) {
    uint8_t byte = *(*at)++;
    value |= (uint64_t)(byte & 0x7F) << (7 * i);
    if (!(byte & 0x80)) {
      *out = value;
      return true;
    }
  }
  return false;
}

/* Advances *at past one field. */
static bool token_read(const uint8_t **at, const uint8_t *end, struct token *token) {
  uint64_t tag, value;
  if (!varint_read(at, end, &tag) || tag >> 3 == 0 || tag >> 3 > FIELD_NUMBER_MAX)
    return false;
  token->number = (uint32_t)(tag >> 3);
  token->wire = (enum wire)(tag & 7);
  token->data = *at;
  switch (token->wire) {
  case WIRE_VARINT:
    if (!varint_read(at, end, &value))
      return false;
    token->size = (size_t)(*at - token->data);
    return true;
  case WIRE_FIXED32:
  case WIRE_FIXED64:
    token->size = token->wire == WIRE_FIXED32 ? 4 : 8;
    break;
  case WIRE_BYTES:
    if (!varint_read(at, end, &value) || value > (uint64_t)(end - *at))
      return false;
    token->data = *at;
    token->size = (size_t)value;
    break;
  default: /* groups are refused: nothing of ours has any */
    return false;
  }
  if (token->size > (size_t)(end - *at))
    return false;
  *at += token->size;
  return true;
}

static enum wire wire_of(ProtobufCType type) {
  switch (type) {
  case PROTOBUF_C_TYPE_SFIXED32:
  case PROTOBUF_C_TYPE_FIXED32:
  case PROTOBUF_C_TYPE_FLOAT:
    return WIRE_FIXED32;
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_DOUBLE:
    return WIRE_FIXED64;
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_BYTES:
  case PROTOBUF_C_TYPE_MESSAGE:
    return WIRE_BYTES;
  default:
    return WIRE_VARINT;
  }
}

/* Elements of packed numbers; false when their bytes do not divide into elements. */
static bool packed_valid(const struct token *token, enum wire element) {
  if (element == WIRE_FIXED32 || element == WIRE_FIXED64)
    return token->size % (element == WIRE_FIXED32 ? 4 : 8) == 0;
  const uint8_t *at = token->data, *end = token->data + token->size;
  uint64_t value;
  while (at < end)
    if (!varint_read(&at, end, &value))
      return false;
  return true;
}

/* How many elements of the field came before the one that the frame looks at. */
static long element_index(const struct frame *frame, const ProtobufCFieldDescriptor *field) {
  long index = 0;
  struct token token;
  for (const uint8_t *at = frame->start; at < frame->at && token_read(&at, frame->end, &token);)
    index += token.number == field->id;
  return index;
}

static void scan_violation(struct scan *scan, const struct frame *frame,
                           const ProtobufCFieldDescriptor *field, const char *reason, const char *text) {
  /* Counted only: to find the place of each of many would take the square of their number. */
  if (scan->violations.count >= LIMIT_VIOLATIONS) {
    violation_add(&scan->violations, NULL, reason, "%s", text);
    return;
  }
  struct path steps[LIMIT_MESSAGE_DEPTH + 1];
  size_t i = LIMIT_MESSAGE_DEPTH + 1;
  const struct path *first = NULL;
  for (; frame && field; field = frame->field, frame = frame->parent) {
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    steps[--i] = (struct path){NULL, field->name, repeated ? element_index(frame, field) : PATH_NO_INDEX};
    if (first)
      steps[i + 1].parent = &steps[i];
    else
      first = &steps[i];
  }
  violation_add(&scan->violations, first, reason, "%s", text);
}

static bool scan_message(struct scan *scan, struct frame *frame);

static bool scan_field(struct scan *scan, struct frame *frame, const struct token *token) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field(frame->descriptor, token->number);
  if (!field) {
    scan->unknown = true;
    return true;
  }
  enum wire expected = wire_of(field->type);
  bool packed =
      field->label == PROTOBUF_C_LABEL_REPEATED && expected != WIRE_BYTES && token->wire == WIRE_BYTES;
  if (packed ? !packed_valid(token, expected) : token->wire != expected) {
    scan_violation(scan, frame, field, "VALUE_MALFORMED", "is not encoded as the contract says");
    return false;
  }
  if (field->type == PROTOBUF_C_TYPE_STRING && !text_is_utf8(token->data, token->size))
    scan_violation(scan, frame, field, "TEXT_MALFORMED", "must be UTF-8 without NUL");
  if (field->type != PROTOBUF_C_TYPE_MESSAGE)
    return true;
  if (field->label != PROTOBUF_C_LABEL_REPEATED) {
    uint64_t bit = UINT64_C(1) << ((size_t)(field - frame->descriptor->fields) % 64);
    scan->again = scan->again || frame->seen & bit;
    frame->seen |= bit;
  }
  if (frame->depth == LIMIT_MESSAGE_DEPTH) {
    scan_violation(scan, frame, field, "TOO_DEEP", "is nested too deeply");
    return false;
  }
  struct frame inner = {.parent = frame,
                        .field = field,
                        .descriptor = field->descriptor,
                        .start = token->data,
                        .end = token->data + token->size,
                        .depth = frame->depth + 1};
  return scan_message(scan, &inner);
}

/* False when the bytes cannot be given to protobuf-c; a violation then says why. */
static bool scan_message(struct scan *scan, struct frame *frame) {
  struct token token;
  for (const uint8_t *next = frame->start; next < frame->end;) {
    frame->at = next;
    if (!token_read(&next, frame->end, &token)) {
      scan_violation(scan, frame->parent, frame->field, "VALUE_MALFORMED", "is not a protobuf message");
      return false;
    }
    if (++scan->fields > LIMIT_MESSAGE_FIELDS) {
      scan_violation(scan, frame->parent, frame->field, "TOO_MANY_ELEMENTS",
                     "the message has more fields than one may have");
      return false;
    }
    if (!scan_field(scan, frame, &token))
      return false;
  }
  return true;
}

/* ---- messages in several pieces ---- */

/* protobuf says that the pieces of a message that is not repeated are merged, which is the same as joining
 * their bytes. protobuf-c's own merging loses fields, so it is given bytes where nothing is left to merge.
 * Only for what scan_message() has passed, so that nothing here can fail and nesting is bounded. */
static ProtobufCBinaryData joined(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                  ProtobufCBinaryData bytes);

static void append_message(struct buffer *out, uint32_t number, ProtobufCBinaryData bytes) {
  uint8_t prefix[2 * VARINT_BYTES_MAX];
  size_t size = 0;
  uint64_t values[] = {(uint64_t)number << 3 | WIRE_BYTES, bytes.len};
  for (size_t i = 0; i < 2; i++) {
    for (; values[i] >= 0x80; values[i] >>= 7)
      prefix[size++] = (uint8_t)(values[i] | 0x80);
    prefix[size++] = (uint8_t)values[i];
  }
  buffer_append(out, prefix, size);
  buffer_append(out, bytes.data, bytes.len);
}

/* A member of an oneof replaces whichever was there before. */
static void forget_others(const ProtobufCMessageDescriptor *descriptor, const ProtobufCFieldDescriptor *field,
                          struct buffer *pieces) {
  if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
    return;
  for (unsigned i = 0; i < descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *other = &descriptor->fields[i];
    if (other != field && (other->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
        other->quantifier_offset == field->quantifier_offset)
      pieces[i] = (struct buffer){.arena = pieces[i].arena};
  }
}

static ProtobufCBinaryData joined(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                  ProtobufCBinaryData bytes) {
  struct buffer out = {.arena = arena};
  struct buffer *pieces = arena_calloc(arena, descriptor->n_fields, sizeof *pieces);
  struct token token;
  buffer_append(&out, "", 0);
  const uint8_t *at = bytes.data, *end = at + bytes.len;
  for (const uint8_t *start = at; at < end && token_read(&at, end, &token); start = at) {
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(descriptor, token.number);
    if (field)
      forget_others(descriptor, field, pieces);
    if (!field || field->type != PROTOBUF_C_TYPE_MESSAGE) {
      buffer_append(&out, start, (size_t)(at - start));
      continue;
    }
    ProtobufCBinaryData piece = {token.size, (uint8_t *)(uintptr_t)token.data};
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      append_message(&out, token.number, joined(arena, field->descriptor, piece));
      continue;
    }
    pieces[field - descriptor->fields].arena = arena;
    buffer_append(&pieces[field - descriptor->fields], piece.data, piece.len);
  }
  for (unsigned i = 0; i < descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
    ProtobufCBinaryData whole = {pieces[i].size, (uint8_t *)pieces[i].data};
    if (whole.data)
      append_message(&out, field->id, joined(arena, field->descriptor, whole));
  }
  return (ProtobufCBinaryData){out.size, (uint8_t *)out.data};
}

static void drop_unknown(ProtobufCMessage *message) {
  message->n_unknown_fields = 0;
  message->unknown_fields = NULL;
  for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
      continue;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      ProtobufCMessage **elements = *(ProtobufCMessage ***)field_at(message, field);
      for (size_t n = 0; n < *field_count(message, field); n++)
        drop_unknown(elements[n]);
      continue;
    }
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) && *field_case(message, field) != field->id)
      continue;
    ProtobufCMessage *inner = *(ProtobufCMessage **)field_at(message, field);
    if (inner)
      drop_unknown(inner);
  }
}

static const struct status *parse(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                  const uint8_t *bytes, size_t size, bool keep_unknown,
                                  ProtobufCMessage **out) {
  static const uint8_t nothing[1];
  struct scan scan = {.violations.arena = arena};
  const uint8_t *start = size ? bytes : nothing;
  struct frame root = {.descriptor = descriptor, .start = start, .end = start + size, .depth = 1};
  bool whole = scan_message(&scan, &root);
  const struct status *status = violations_status(&scan.violations);
  if (status)
    return status;
  assert(whole);
  (void)whole;
  ProtobufCBinaryData wire = {size, (uint8_t *)(uintptr_t)start};
  if (scan.again)
    wire = joined(arena, descriptor, wire);
  ProtobufCMessage *message =
      protobuf_c_message_unpack(descriptor, arena_allocator(arena), wire.len, wire.data);
  if (!message)
    return status_make(arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST, "not a valid %s",
                       descriptor->name);
  if (scan.unknown && !keep_unknown)
    drop_unknown(message);
  *out = message;
  return NULL;
}

const struct status *message_parse(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                   const uint8_t *bytes, size_t size, ProtobufCMessage **out) {
  return parse(arena, descriptor, bytes, size, false, out);
}

const struct status *message_parse_whole(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                         const uint8_t *bytes, size_t size, ProtobufCMessage **out) {
  return parse(arena, descriptor, bytes, size, true, out);
}

ProtobufCBinaryData message_pack(struct arena *arena, const ProtobufCMessage *message) {
  ProtobufCBinaryData packed = {.len = protobuf_c_message_get_packed_size(message)};
  packed.data = arena_alloc(arena, packed.len);
  protobuf_c_message_pack(message, packed.data);
  return packed;
}

ProtobufCMessage *message_copy(struct arena *arena, const ProtobufCMessage *message) {
  ProtobufCBinaryData packed = message_pack(arena, message);
  ProtobufCMessage *copy =
      protobuf_c_message_unpack(message->descriptor, arena_allocator(arena), packed.len, packed.data);
  assert(copy);
  return copy;
}

bool message_equal(const ProtobufCMessage *a, const ProtobufCMessage *b) {
  size_t size = protobuf_c_message_get_packed_size(a);
  if (a->descriptor != b->descriptor || size != protobuf_c_message_get_packed_size(b))
    return false;
  uint8_t *packed = malloc(2 * size + 1);
  if (!packed)
    abort();
  protobuf_c_message_pack(a, packed);
  protobuf_c_message_pack(b, packed + size);
  bool equal = memcmp(packed, packed + size, size) == 0;
  free(packed);
  return equal;
}
