#include "gateway/compose/partnerships.h"

#include <stdlib.h>
#include <string.h>

struct kept {
  char *name;
  char *partner; /* organization's id */
  uint8_t *bytes;
  size_t size;
};

/* Sorted by name. */
struct partnerships {
  struct kept *rows;
  size_t count, capacity;
  bool complete;
};

struct partnerships *partnerships_create(void) {
  return calloc(1, sizeof(struct partnerships));
}

static void kept_release(struct kept *kept) {
  free(kept->name);
  free(kept->partner);
  free(kept->bytes);
}

void partnerships_destroy(struct partnerships *partnerships) {
  if (!partnerships)
    return;
  for (size_t i = 0; i < partnerships->count; i++)
    kept_release(&partnerships->rows[i]);
  free(partnerships->rows);
  free(partnerships);
}

bool partnerships_complete(const struct partnerships *partnerships) {
  return partnerships->complete;
}

void partnerships_set_complete(struct partnerships *partnerships) {
  partnerships->complete = true;
}

/* Index of the first row whose name is not below `name`. */
static size_t place_of(const struct partnerships *partnerships, const char *name) {
  size_t low = 0, high = partnerships->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(partnerships->rows[middle].name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static const struct kept *find(const struct partnerships *partnerships, const char *name) {
  size_t place = place_of(partnerships, name);
  if (place == partnerships->count || strcmp(partnerships->rows[place].name, name) != 0)
    return NULL;
  return &partnerships->rows[place];
}

static bool make_room(struct partnerships *partnerships, size_t place) {
  if (partnerships->count == PARTNERSHIPS_MAX)
    return false;
  if (partnerships->count == partnerships->capacity) {
    size_t capacity = partnerships->capacity ? 2 * partnerships->capacity : 64;
    struct kept *rows = realloc(partnerships->rows, capacity * sizeof *rows);
    if (!rows)
      return false;
    partnerships->rows = rows;
    partnerships->capacity = capacity;
  }
  memmove(&partnerships->rows[place + 1], &partnerships->rows[place],
          (partnerships->count - place) * sizeof *partnerships->rows);
  partnerships->count++;
  return true;
}

static bool kept_fill(struct kept *kept, const Onboard__Partnership *message, const void *bytes,
                      size_t size) {
  const char *slash = strrchr(message->partner_organization, '/');
  *kept = (struct kept){.name = strdup(message->name),
                        .partner = strdup(slash ? slash + 1 : ""),
                        .bytes = malloc(size),
                        .size = size};
  if (kept->name && kept->partner && kept->bytes) {
    memcpy(kept->bytes, bytes, size);
    return true;
  }
  kept_release(kept);
  return false;
}

bool partnerships_keep(struct partnerships *partnerships, const void *bytes, size_t size) {
  Onboard__Partnership *message = onboard__partnership__unpack(NULL, size, bytes);
  if (!message)
    return false;
  struct kept kept;
  bool done = kept_fill(&kept, message, bytes, size);
  if (done) {
    size_t place = place_of(partnerships, kept.name);
    bool known = place < partnerships->count && strcmp(partnerships->rows[place].name, kept.name) == 0;
    done = known || make_room(partnerships, place);
    if (known)
      kept_release(&partnerships->rows[place]);
    if (done)
      partnerships->rows[place] = kept;
    else
      kept_release(&kept);
  }
  onboard__partnership__free_unpacked(message, NULL);
  return done;
}

Onboard__Partnership *partnerships_find(const struct partnerships *partnerships, struct arena *arena,
                                        const char *name) {
  const struct kept *kept = find(partnerships, name);
  return kept ? onboard__partnership__unpack(arena_allocator(arena), kept->size, kept->bytes) : NULL;
}

const char *partnerships_partner(const struct partnerships *partnerships, const char *name) {
  const struct kept *kept = find(partnerships, name);
  return kept ? kept->partner : NULL;
}

static bool below(const char *name, const char *vendor) {
  size_t length = strlen(vendor);
  return strncmp(name, vendor, length) == 0 && name[length] == '/';
}

size_t partnerships_list(const struct partnerships *partnerships, const char *vendor,
                         const char *organization, const char *after, size_t limit, const char **names) {
  size_t count = 0;
  /* Names of a vendor need not be adjacent ('-' sorts before '/'), so rows of others are passed over. */
  for (size_t i = place_of(partnerships, *after ? after : vendor); i < partnerships->count && count < limit;
       i++) {
    const struct kept *row = &partnerships->rows[i];
    if (strncmp(row->name, vendor, strlen(vendor)) != 0)
      break;
    if (!below(row->name, vendor) || strcmp(row->name, after) == 0)
      continue;
    if (!organization || strcmp(row->partner, organization) == 0)
      names[count++] = row->name;
  }
  return count;
}
