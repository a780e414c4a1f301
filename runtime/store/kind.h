/* Entity kinds and counters: the tables from which the store knows what a pillar keeps. Adding a
 * noun to a pillar is a row here, its rules and its handlers. */
#ifndef ENTENTE_STORE_KIND_H
#define ENTENTE_STORE_KIND_H

#include "runtime/base/arena.h"

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

struct index_sink;

/* Adds one member to an index under which an entity is found: `partition` is what a list asks for
 * (a list reads exactly one partition), `order` sorts within it (bytes ascending; ties by name).
 * Text without NUL or newline, `partition` up to 640 bytes, `order` up to 128. */
void index_emit(struct index_sink *sink, const char *partition, const char *order);
void index_emitf(struct index_sink *sink, const char *order, const char *partition_format, ...)
    __attribute__((format(printf, 3, 4)));
/* The arena for what a row's function builds. */
struct arena *index_arena(struct index_sink *sink);

/* `order` for numbers and times: fixed-width text that sorts as the number does. */
char *index_order_number(struct arena *arena, int64_t number);

struct index {
  const char *name; /* short, in the key: `state`, `due` */
  /* Emits every (partition, order) of the entity; none when it is not in this index. Pure. */
  void (*entries)(const ProtobufCMessage *message, struct index_sink *sink);
};

/* A kind's message has these fields, by name: `string name` (required), and where present
 * `string etag`, `google.protobuf.Timestamp create_time`, `update_time`: the store sets them. */
struct kind {
  const char *name;    /* in keys: `plan` */
  const char *pattern; /* `vendors/{}/partnerships/{}/plans/{}` with `*` for ids: name_matches() */
  const ProtobufCMessageDescriptor *message;
  const struct index *indexes; /* ends with a NULL name; may be NULL */
};

/* Who may see a counter. */
enum counter_visibility {
  COUNTER_SHARED, /* both parties */
  COUNTER_OWN,    /* counted for a party: only that party */
  COUNTER_VENDOR, /* only the vendor */
};

struct counter_row {
  const char *name; /* `won_amount.joint`; money counters get `.USD` appended by txn_count_money() */
  const char *unit; /* `count`, `minor`, `bps`, `hours`, ... for people */
  enum counter_visibility visibility;
  const char *meaning; /* one sentence */
};

#endif
