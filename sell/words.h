/* Free text compared by its words: what names a segment, a solution or a country here and in an agreement.
 * Pure.
 *
 * Two texts are the same when they are so without case, accents, width and punctuation: `Public sector`,
 * `public-sector` and `PUBLIC / SECTOR` are one. */
#ifndef ENTENTE_SELL_WORDS_H
#define ENTENTE_SELL_WORDS_H

#include "runtime/base/arena.h"

/* The words of a text, folded, with one hyphen between two: `public-sector`. "" when it has none. */
char *words_of(struct arena *arena, const char *text);

/* Words of texts that come again and again, each kept once as long as its place is not taken: some 250 texts,
 * so what callers send cannot make it grow. */
struct worded {
  const char *text; /* a copy of the text */
  const char *words;
};
struct word_cache;
struct word_cache *word_cache_new(struct arena *arena);
struct worded word_cache_find(struct word_cache *cache, const char *text);

#endif
