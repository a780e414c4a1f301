#include "gateway/compose/memory.h"

#include "runtime/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024 };

/* Packed, as it is asked for far more often than it changes. */
struct view {
  struct view *next; /* of the partnership */
  struct period period;
  Type__Party party;
  ProtobufCBinaryData packed; /* its bytes lie behind it */
};

struct remembered {
  struct remembered *next;          /* in the bucket */
  struct remembered *newer, *older; /* by use */
  char *partnership;
  uint64_t changes;
  int64_t last_known_us[PILLAR_COUNT];
  struct view *views;
};

struct memory {
  struct remembered *buckets[BUCKETS];
  struct remembered *newest, *oldest;
  size_t partnerships, views;
  uint64_t epoch;
  uint64_t forgotten_changes; /* so that a partnership that was forgotten never fits an old ticket */
  bool live[PILLAR_COUNT];
};

struct memory *memory_create(void) {
  return calloc(1, sizeof(struct memory));
}

static size_t bucket_of(const char *text) {
  return text_hash(text) % BUCKETS;
}

static void drop_views(struct memory *memory, struct remembered *row) {
  while (row->views) {
    struct view *view = row->views;
    row->views = view->next;
    free(view);
    memory->views--;
  }
}

static void unlink_use(struct memory *memory, struct remembered *row) {
  *(row->newer ? &row->newer->older : &memory->newest) = row->older;
  *(row->older ? &row->older->newer : &memory->oldest) = row->newer;
  row->newer = row->older = NULL;
}

static void link_newest(struct memory *memory, struct remembered *row) {
  row->older = memory->newest;
  *(memory->newest ? &memory->newest->newer : &memory->oldest) = row;
  memory->newest = row;
}

static void forget(struct memory *memory, struct remembered *row) {
  struct remembered **link = &memory->buckets[bucket_of(row->partnership)];
  while (*link != row)
    link = &(*link)->next;
  *link = row->next;
  unlink_use(memory, row);
  drop_views(memory, row);
  if (row->changes >= memory->forgotten_changes)
    memory->forgotten_changes = row->changes + 1;
  free(row->partnership);
  free(row);
  memory->partnerships--;
}

void memory_destroy(struct memory *memory) {
  if (!memory)
    return;
  while (memory->oldest)
    forget(memory, memory->oldest);
  free(memory);
}

static struct remembered *find(struct memory *memory, const char *partnership) {
  struct remembered *row = memory->buckets[bucket_of(partnership)];
  while (row && strcmp(row->partnership, partnership) != 0)
    row = row->next;
  return row;
}

/* NULL without memory: then nothing is remembered, which is allowed. */
static struct remembered *find_or_add(struct memory *memory, const char *partnership) {
  struct remembered *row = find(memory, partnership);
  if (row) {
    unlink_use(memory, row);
    link_newest(memory, row);
    return row;
  }
  if (memory->partnerships == MEMORY_PARTNERSHIPS_MAX)
    forget(memory, memory->oldest);
  row = calloc(1, sizeof *row);
  if (!row || !(row->partnership = strdup(partnership))) {
    free(row);
    return NULL;
  }
  row->changes = memory->forgotten_changes;
  size_t bucket = bucket_of(partnership);
  row->next = memory->buckets[bucket];
  memory->buckets[bucket] = row;
  link_newest(memory, row);
  memory->partnerships++;
  return row;
}

static bool all_live(const struct memory *memory) {
  for (size_t i = 0; i < PILLAR_COUNT; i++)
    if (!memory->live[i])
      return false;
  return true;
}

static bool view_fits(const struct view *view, const struct view_key *key) {
  return view->party == key->party && view->period.start_us == key->period.start_us &&
         view->period.end_us == key->period.end_us;
}

const ProtobufCBinaryData *memory_view(struct memory *memory, const struct view_key *key) {
  struct remembered *row = all_live(memory) ? find(memory, key->partnership) : NULL;
  for (struct view *view = row ? row->views : NULL; view; view = view->next)
    if (view_fits(view, key))
      return &view->packed;
  return NULL;
}

struct view_ticket memory_ticket(struct memory *memory, const char *partnership) {
  struct remembered *row = find_or_add(memory, partnership);
  return (struct view_ticket){.changes = row ? row->changes : UINT64_MAX, .epoch = memory->epoch};
}

static void make_room_for_view(struct memory *memory, struct remembered *keep) {
  for (struct remembered *row = memory->oldest; row && memory->views >= MEMORY_VIEWS_MAX; row = row->newer)
    if (row != keep)
      drop_views(memory, row);
  if (memory->views >= MEMORY_VIEWS_MAX)
    drop_views(memory, keep);
}

void memory_keep_view(struct memory *memory, const struct view_key *key, struct view_ticket ticket,
                      const Gateway__PartnershipPerformance *view) {
  struct remembered *row = find(memory, key->partnership);
  if (!row || !all_live(memory) || ticket.epoch != memory->epoch || ticket.changes != row->changes ||
      memory_view(memory, key))
    return;
  make_room_for_view(memory, row);
  size_t size = protobuf_c_message_get_packed_size(&view->base);
  struct view *kept = malloc(sizeof *kept + size);
  if (!kept)
    return;
  *kept = (struct view){.next = row->views,
                        .period = key->period,
                        .party = key->party,
                        .packed = {.len = size, .data = (uint8_t *)(kept + 1)}};
  protobuf_c_message_pack(&view->base, kept->packed.data);
  row->views = kept;
  memory->views++;
}

static bool is_below(const char *name, const char *subject) {
  size_t length = strlen(subject);
  return strncmp(name, subject, length) == 0 && (name[length] == '\0' || name[length] == '/');
}

void memory_changed(struct memory *memory, const char *subject) {
  struct remembered *row = find(memory, subject);
  if (row) {
    row->changes++;
    drop_views(memory, row);
    return;
  }
  if (strstr(subject, "/partnerships/"))
    return;
  for (row = memory->newest; row; row = row->older) {
    if (!is_below(row->partnership, subject))
      continue;
    row->changes++;
    drop_views(memory, row);
  }
}

void memory_feed_live(struct memory *memory, enum pillar pillar, bool live) {
  if (memory->live[pillar] == live)
    return;
  memory->live[pillar] = live;
  memory->epoch++;
  for (struct remembered *row = memory->newest; row; row = row->older)
    drop_views(memory, row);
}

int64_t memory_last_known(struct memory *memory, const char *partnership, enum pillar pillar) {
  struct remembered *row = find(memory, partnership);
  return row ? row->last_known_us[pillar] : 0;
}

void memory_answered(struct memory *memory, const char *partnership, enum pillar pillar, int64_t now_us) {
  struct remembered *row = find_or_add(memory, partnership);
  if (row && row->last_known_us[pillar] < now_us)
    row->last_known_us[pillar] = now_us;
}
