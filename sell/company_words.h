/* A company's name as words: what keys and likeness are made of. Pure; private to company*.c. */
#ifndef ENTENTE_SELL_COMPANY_WORDS_H
#define ENTENTE_SELL_COMPANY_WORDS_H

#include "runtime/base/arena.h"

#include <stdbool.h>

enum { WORDS_MAX = 40 }; /* later words of a name are left out */

struct words {
  char *word[WORDS_MAX];
  size_t count;
};

/* All words of a name, folded; letters that stand alone in a row are one; what abbreviates, numbers below a
 * hundred and `and` in one spelling. A trading name (`d/b/a`) and what a register appends (`/DE/`) is left
 * out. */
void words_read(struct arena *arena, const char *name, struct words *out);
/* Those that are left without legal forms and articles; one at least, of a name that has any. */
void words_split(struct arena *arena, const char *name, struct words *out);

/* What the company calls itself beside its legal name, folded, as in `Cellco Partnership d/b/a Verizon
 * Wireless`; NULL: its name says nothing of the kind. */
char *trading_name(struct arena *arena, const char *name);

/* ---- legal forms (company_forms.c) ---- */

/* How many words at the end, or at the beginning, are one legal form; the longest counts. 0: none. Never all
 * words of a name. */
size_t form_behind(const struct words *words);
size_t form_before(const struct words *words);
/* The word without the form that a script without spaces writes onto either end of it; the word itself when
 * it has none. */
char *form_within(struct arena *arena, char *word);
/* A table as it is looked up: each form once, as words_read() leaves it; in strcmp()'s order but
 * FORM_WITHIN's. */
enum form_place { FORM_BEHIND, FORM_BEFORE, FORM_WITHIN, FORM_PLACES };
const char *const *form_table(enum form_place place, size_t *count);

/* ---- vocabulary (company_vocabulary.c) ---- */

/* What a word says about who it is. */
enum word_class { WORD_OWN, WORD_TRADE, WORD_PLACE, WORD_SHAPE, WORD_LINK, WORD_CLASSES };
enum word_class word_class_of(const char *word);
/* The one spelling of what an abbreviation stands for beyond doubt, such as `international` for `intl`; the
 * word itself for any other. Keys are made of it. */
const char *word_spelled_out(const char *word);
/* The one spelling of what is most likely the same word, such as `systems` for `system`. For likeness alone.
 */
const char *word_merged(const char *word);
/* Whether all of its tables are in the order that they are looked up in. */
bool vocabulary_is_ordered(void);

/* ---- other spellings (company_latin.c) ---- */

/* The name as it is written where only plain Latin letters are: `ue` for an umlaut, Cyrillic and Greek by the
 * letters that they are romanized with. NULL when it has nothing of the kind. */
char *latin_spelling(struct arena *arena, const char *name);

#endif
