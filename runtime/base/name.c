#include "runtime/base/name.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static bool id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool id_valid(const char *id, size_t length) {
  if (length < 1 || length > RESOURCE_ID_MAX_BYTES)
    return false;
  if (!id_character(id[0]) || !id_character(id[length - 1]))
    return false;
  for (size_t i = 0; i < length; i++)
    if (!id_character(id[i]) && id[i] != '-')
      return false;
  return true;
}

static size_t segment_length(const char *text) {
  return strcspn(text, "/");
}

bool name_id_valid(const char *id) {
  return id_valid(id, strnlen(id, RESOURCE_ID_MAX_BYTES + 1));
}

bool name_matches(const char *name, const char *pattern) {
  if (strnlen(name, RESOURCE_NAME_MAX_BYTES + 1) > RESOURCE_NAME_MAX_BYTES)
    return false;
  for (;;) {
    size_t have = segment_length(name), want = segment_length(pattern);
    bool any = want == 1 && pattern[0] == '*';
    if (any ? !id_valid(name, have) : have != want || memcmp(name, pattern, want) != 0)
      return false;
    name += have;
    pattern += want;
    if (!*name || !*pattern)
      return *name == *pattern;
    name++;
    pattern++;
  }
}

/* Start of the `index`-th segment, NULL when there are not as many. */
static const char *segment(const char *name, size_t index) {
  for (; index; index--) {
    name = strchr(name, '/');
    if (!name)
      return NULL;
    name++;
  }
  return *name ? name : NULL;
}

char *name_id(struct arena *arena, const char *name, size_t index) {
  const char *id = segment(name, 2 * index + 1);
  return id ? arena_strndup(arena, id, segment_length(id)) : NULL;
}

char *name_prefix(struct arena *arena, const char *name, size_t pairs) {
  if (!pairs)
    return arena_strdup(arena, "");
  const char *id = segment(name, 2 * pairs - 1);
  if (!id)
    return NULL;
  return arena_strndup(arena, name, (size_t)(id - name) + segment_length(id));
}

static bool collection_is(const char *name, size_t pair, const char *collection) {
  const char *start = segment(name, 2 * pair);
  size_t length = strlen(collection);
  return start && segment_length(start) == length && memcmp(start, collection, length) == 0;
}

char *name_vendor(struct arena *arena, const char *name) {
  return collection_is(name, 0, "vendors") ? name_prefix(arena, name, 1) : NULL;
}

char *name_partnership(struct arena *arena, const char *name) {
  if (!collection_is(name, 0, "vendors") || !collection_is(name, 1, "partnerships"))
    return NULL;
  return name_prefix(arena, name, 2);
}

char *name_last_id(struct arena *arena, const char *name) {
  char *last = NULL;
  size_t pairs = 1;
  for (const char *c = name; *c; c++)
    pairs += *c == '/';
  pairs /= 2;
  if (pairs)
    last = name_id(arena, name, pairs - 1);
  return last;
}

char *name_child(struct arena *arena, const char *parent, const char *collection, const char *id) {
  return arena_printf(arena, "%s/%s/%s", parent, collection, id);
}

char *name_new_id(struct arena *arena) {
  enum { LENGTH = 20 };
  static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* no i, l, o, u: read aloud safely */
  uint8_t random[LENGTH];
  for (size_t have = 0; have < sizeof random;) {
    ssize_t got = getrandom(random + have, sizeof random - have, 0);
    if (got < 0 && errno != EINTR) {
      perror("entente: getrandom");
      abort();
    }
    have += got > 0 ? (size_t)got : 0;
  }
  /* 4 bits in the first letter, 5 in each of the others: 99 in all. */
  char *id = arena_alloc(arena, LENGTH + 1);
  id[0] = (char)('a' + (random[0] & 15));
  for (size_t i = 1; i < LENGTH; i++)
    id[i] = alphabet[random[i] & 31];
  id[LENGTH] = '\0';
  return id;
}
