/* The index entries of an entity, computed. Private to this folder. */
#ifndef ENTENTE_STORE_INDEX_H
#define ENTENTE_STORE_INDEX_H

#include "runtime/store/kind.h"

#include <stdbool.h>

enum { INDEX_PARTITION_MAX_BYTES = 640, INDEX_ORDER_MAX_BYTES = 128 };
#define INDEX_ALL "all" /* implicit index of every kind: partition = parent, order "" */

struct index_entry {
  struct index_entry *next;
  const char *index, *partition;
  const char *member; /* `<order>\n<name>` */
};

struct index_sink {
  struct arena *arena;
  const char *name; /* of the entity */
  const char *index;
  struct index_entry *entries;
  bool malformed; /* an entry broke the limits of index_emit() */
};

/* All entries of a message, the implicit one included. */
void index_collect(struct index_sink *sink, const struct kind *kind, const char *parent,
                   const ProtobufCMessage *message);
bool index_entry_listed(const struct index_entry *entry, const struct index_entry *list);

#endif
