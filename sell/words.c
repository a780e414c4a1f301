#include "sell/words.h"

#include "runtime/base/fold.h"
#include "runtime/base/text.h"

#include <ctype.h>
#include <string.h>

enum { SLOTS = 256 };

struct word_cache {
  struct arena *arena;
  struct worded slots[SLOTS];
};

/* Beyond ASCII everything belongs to a word: what separates words there is rare in what people type. */
static bool in_word(char c) {
  unsigned char byte = (unsigned char)c;
  return byte > 0x7F || isalnum(byte);
}

char *words_of(struct arena *arena, const char *text) {
  char *words = text_fold(arena, text);
  size_t size = 0;
  for (const char *from = words; *from; from++) {
    if (in_word(*from))
      words[size++] = *from;
    else if (size && words[size - 1] != '-')
      words[size++] = '-';
  }
  if (size && words[size - 1] == '-')
    size--;
  words[size] = '\0';
  return words;
}

struct word_cache *word_cache_new(struct arena *arena) {
  struct word_cache *cache = arena_new(arena, struct word_cache);
  *cache = (struct word_cache){.arena = arena};
  return cache;
}

struct worded word_cache_find(struct word_cache *cache, const char *text) {
  struct worded *slot = &cache->slots[text_hash(text) % SLOTS];
  if (!slot->text || strcmp(slot->text, text) != 0)
    *slot = (struct worded){arena_strdup(cache->arena, text), words_of(cache->arena, text)};
  return *slot;
}
