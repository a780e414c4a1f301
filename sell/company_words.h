/* A company's name as words: what keys and likeness are made of. Pure; private to company*.c. */
#ifndef ENTENTE_SELL_COMPANY_WORDS_H
#define ENTENTE_SELL_COMPANY_WORDS_H

#include "runtime/base/arena.h"

enum { WORDS_MAX = 40 }; /* later words of a name are left out */

struct words {
  char *word[WORDS_MAX];
  size_t count;
};

/* All words of a name, folded; letters that stand alone in a row are one. */
void words_read(struct arena *arena, const char *name, struct words *out);
/* Those that are left without legal forms and articles; one at least, of a name that has any. */
void words_split(struct arena *arena, const char *name, struct words *out);

#endif
