#include "runtime/store/kind.h"

#include "runtime/store/index.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

void index_emit(struct index_sink *sink, const char *partition, const char *order) {
  if (strlen(partition) > INDEX_PARTITION_MAX_BYTES || strlen(order) > INDEX_ORDER_MAX_BYTES ||
      strchr(partition, '\n') || strchr(order, '\n')) {
    sink->malformed = true;
    return;
  }
  struct index_entry *entry = arena_new(sink->arena, struct index_entry);
  entry->index = sink->index;
  entry->partition = arena_strdup(sink->arena, partition);
  entry->member = arena_printf(sink->arena, "%s\n%s", order, sink->name);
  entry->next = sink->entries;
  sink->entries = entry;
}

void index_emitf(struct index_sink *sink, const char *order, const char *partition_format, ...) {
  va_list arguments;
  va_start(arguments, partition_format);
  index_emit(sink, arena_vprintf(sink->arena, partition_format, arguments), order);
  va_end(arguments);
}

struct arena *index_arena(struct index_sink *sink) {
  return sink->arena;
}

char *index_order_number(struct arena *arena, int64_t number) {
  /* The sign bit flipped, so that negative numbers sort before positive ones. */
  return arena_printf(arena, "%016" PRIx64, (uint64_t)number ^ UINT64_C(1) << 63);
}

void index_collect(struct index_sink *sink, const struct kind *kind, const char *parent,
                   const ProtobufCMessage *message) {
  sink->index = INDEX_ALL;
  index_emit(sink, parent, "");
  for (const struct index *index = kind->indexes; index && index->name; index++) {
    sink->index = index->name;
    index->entries(message, sink);
  }
}

bool index_entry_listed(const struct index_entry *entry, const struct index_entry *list) {
  for (; list; list = list->next) {
    if (strcmp(entry->index, list->index) == 0 && strcmp(entry->partition, list->partition) == 0 &&
        strcmp(entry->member, list->member) == 0) {
      return true;
    }
  }
  return false;
}
