/* How alike the names of two companies are. */
#include "sell/company.h"
#include "sell/company_words.h"

#include <string.h>

/* Weights by class: of a word that both names have, and of one that only one has. A word that says little
 * costs little when it is missing. */
static const struct weight {
  int shared, missing;
} weights[WORD_CLASSES] = {
    [WORD_OWN] = {10, 10}, [WORD_TRADE] = {4, 10}, [WORD_PLACE] = {4, 3},
    [WORD_SHAPE] = {2, 1}, [WORD_LINK] = {1, 0},
};
/* Places on both sides that differ tell two companies apart, as in Bank of America and Bank of China. */
enum { PLACE_DIFFERS = 10, THOUSAND = 1000 };

/* The words of a name, each with its class. */
struct classed {
  struct words words;
  enum word_class class[WORDS_MAX];
};

enum { WORD_BYTES_MAX = 48, LETTERS_PER_MISTAKE = 5, MISTAKES_MAX = 2 };

static int least(int a, int b) {
  return a < b ? a : b;
}

/* Letters to change, add, leave out or swap with their neighbour to make one word the other (optimal string
 * alignment), of words up to WORD_BYTES_MAX bytes; when it is more than MISTAKES_MAX, any such number. */
static int mistakes(const char *a, size_t a_size, const char *b, size_t b_size) {
  int rows[3][WORD_BYTES_MAX + 1], fewest = 0;
  for (size_t k = 0; k <= b_size; k++)
    rows[0][k] = (int)k;
  for (size_t i = 1; i <= a_size; i++) {
    int *row = rows[i % 3], *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3], before = fewest;
    row[0] = fewest = (int)i;
    for (size_t k = 1; k <= b_size; k++) {
      row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + (a[i - 1] != b[k - 1]));
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
        row[k] = least(row[k], higher[k - 2] + 1);
      fewest = least(fewest, row[k]);
    }
    if (fewest > MISTAKES_MAX && before > MISTAKES_MAX)
      return fewest; /* no row below can have fewer */
  }
  return rows[a_size % 3][b_size];
}

/* How alike two words are: 1000 for one word. A mistake counts double, and short words have none: there, one
 * letter makes another company. */
static int word_likeness(const char *a, const char *b) {
  size_t a_size = strlen(a), b_size = strlen(b);
  size_t shorter = a_size < b_size ? a_size : b_size, longer = a_size < b_size ? b_size : a_size;
  if (strcmp(a, b) == 0)
    return THOUSAND;
  if (longer > WORD_BYTES_MAX || shorter < LETTERS_PER_MISTAKE || longer - shorter > MISTAKES_MAX)
    return 0;
  int count = mistakes(a, a_size, b, b_size);
  if (count > MISTAKES_MAX || (size_t)count * LETTERS_PER_MISTAKE > shorter)
    return 0;
  return THOUSAND - 2 * count * THOUSAND / (int)longer;
}

/* What is being added up over the words of two names, in thousandths of weight. */
struct sum {
  int shared, missing;
  int places[2]; /* missing of either side */
};

static void add_missing(struct sum *sum, const struct classed *name, const bool *taken, int side) {
  for (size_t i = 0; i < name->words.count; i++) {
    if (taken[i])
      continue;
    if (name->class[i] == WORD_PLACE)
      sum->places[side]++;
    else
      sum->missing += weights[name->class[i]].missing * THOUSAND;
  }
}

/* The most alike word of `b` that is left, if it is more alike than `most`; how many words `b` has otherwise.
 */
static size_t find_alike(const char *word, const struct words *b, const bool *taken, int *most) {
  size_t best = b->count;
  for (size_t k = 0; k < b->count; k++) {
    int alike = taken[k] ? 0 : word_likeness(word, b->word[k]);
    if (alike > *most) {
      *most = alike;
      best = k;
    }
  }
  return best;
}

static size_t find_equal(const char *word, const struct words *b, const bool *taken) {
  size_t k = 0;
  while (k < b->count && (taken[k] || strcmp(word, b->word[k]) != 0))
    k++;
  return k;
}

/* Pairs each word with the most alike one that is left, equal ones first, so that the order does not matter.
 */
static void add_shared(struct sum *sum, const struct classed *a, const struct classed *b, bool *a_taken,
                       bool *b_taken) {
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < a->words.count; i++) {
      int most = pass ? 0 : THOUSAND, weight = weights[a->class[i]].shared;
      if (a_taken[i])
        continue;
      size_t best = pass ? find_alike(a->words.word[i], &b->words, b_taken, &most)
                         : find_equal(a->words.word[i], &b->words, b_taken);
      if (best == b->words.count)
        continue;
      sum->shared += weight * most;
      sum->missing += weight * (THOUSAND - most);
      a_taken[i] = b_taken[best] = true;
    }
}

static int words_likeness(const struct classed *a, const struct classed *b) {
  bool a_taken[WORDS_MAX] = {false}, b_taken[WORDS_MAX] = {false};
  struct sum sum = {0};
  add_shared(&sum, a, b, a_taken, b_taken);
  add_missing(&sum, a, a_taken, 0);
  add_missing(&sum, b, b_taken, 1);
  int place = sum.places[0] && sum.places[1] ? PLACE_DIFFERS : weights[WORD_PLACE].missing;
  int missing = sum.missing + (sum.places[0] + sum.places[1]) * place * THOUSAND;
  int total = 2 * sum.shared + missing;
  return total ? (int)(2 * (int64_t)sum.shared * THOUSAND / total) : 0;
}

/* ---- names ---- */

static void read_own(struct arena *arena, const char *name, struct classed *out) {
  words_split(arena, name, &out->words);
  for (size_t i = 0; i < out->words.count; i++) {
    out->words.word[i] = (char *)word_merged(out->words.word[i]);
    out->class[i] = word_class_of(out->words.word[i]);
  }
}

/* A name in the two forms that likeness looks at. */
struct reading {
  struct classed own;
  struct words whole; /* with legal forms */
};

static void read_name(struct arena *arena, const char *name, struct reading *out) {
  read_own(arena, name, &out->own);
  words_read(arena, name, &out->whole);
}

/* Whether a name of one short word is made of the first letters of the other's, as BMW is: of its own words,
 * with or without the links between them, or of some of its legal form's words as well, as TSMC is. */
static bool is_acronym(const struct classed *one, const struct reading *long_name) {
  enum { LETTERS_MIN = 3 };
  char all[WORDS_MAX + 1], some[WORDS_MAX + 1];
  const struct classed *own = &long_name->own;
  const struct words *whole = &long_name->whole;
  const char *word = one->words.count == 1 ? one->words.word[0] : "";
  size_t some_size = 0, size = strlen(word);
  if (size < LETTERS_MIN || own->words.count < LETTERS_MIN || size > whole->count)
    return false;
  for (size_t i = 0; i < whole->count; i++)
    all[i] = whole->word[i][0];
  for (size_t i = 0; i < own->words.count; i++)
    if (own->class[i] != WORD_LINK)
      some[some_size++] = own->words.word[i][0];
  bool of_all = size >= own->words.count && strncmp(word, all, size) == 0;
  return of_all || (size == some_size && strncmp(word, some, size) == 0);
}

static int likeness_of(struct arena *arena, const char *a, const char *b) {
  enum { ACRONYM = 850 };
  struct reading left, right;
  char *left_keys[COMPANY_NAME_KEYS_MAX], *right_keys[COMPANY_NAME_KEYS_MAX];
  size_t left_count = company_name_keys(arena, a, left_keys);
  size_t right_count = company_name_keys(arena, b, right_keys);
  if (!left_count || !right_count)
    return 0;
  for (size_t i = 0; i < left_count; i++)
    for (size_t k = 0; k < right_count; k++)
      if (strcmp(left_keys[i], right_keys[k]) == 0)
        return COMPANY_SAME_NAME;
  int order = strcmp(left_keys[0], right_keys[0]);
  read_name(arena, order < 0 ? a : b, &left); /* words are paired in the order of the first */
  read_name(arena, order < 0 ? b : a, &right);
  int likeness = words_likeness(&left.own, &right.own), joined = word_likeness(left_keys[0], right_keys[0]);
  if (joined > likeness)
    likeness = joined;
  bool acronym = is_acronym(&left.own, &right) || is_acronym(&right.own, &left);
  if (acronym && likeness < ACRONYM)
    likeness = ACRONYM;
  return least(likeness, COMPANY_SAME_NAME - 1);
}

int company_likeness(struct arena *arena, const char *a, const char *b) {
  const char *left = trading_name(arena, a), *right = trading_name(arena, b);
  int likeness = likeness_of(arena, a, b);
  if (likeness == COMPANY_SAME_NAME || (!left && !right))
    return likeness;
  int other = left ? likeness_of(arena, left, b) : 0;
  int another = right ? likeness_of(arena, a, right) : 0;
  int both = left && right ? likeness_of(arena, left, right) : 0;
  other = other > another ? other : another;
  other = other > both ? other : both;
  return likeness > other ? likeness : least(other, COMPANY_SAME_NAME - 1);
}

/* Whether every word of `part` that tells who or what it is stands in `whole`; one at least tells who. */
static bool is_part(const struct classed *part, const struct classed *whole) {
  bool own = false, taken[WORDS_MAX] = {false};
  for (size_t i = 0; i < part->words.count; i++) {
    if (part->class[i] != WORD_OWN && part->class[i] != WORD_TRADE)
      continue;
    size_t found = find_equal(part->words.word[i], &whole->words, taken);
    if (found == whole->words.count)
      return false;
    taken[found] = true;
    own = own || part->class[i] == WORD_OWN;
  }
  return own;
}

bool company_names_nest(struct arena *arena, const char *a, const char *b) {
  struct classed left, right;
  read_own(arena, a, &left);
  read_own(arena, b, &right);
  return is_part(&left, &right) || is_part(&right, &left);
}

static size_t tokens_add(struct arena *arena, const char *name, char *out[COMPANY_TOKENS_MAX], size_t count) {
  struct classed own;
  size_t before = count;
  read_own(arena, name, &own);
  for (enum word_class class = WORD_OWN; class <= WORD_SHAPE && (count == before || class == WORD_OWN);
       class ++)
    for (size_t i = 0; i < own.words.count && count < COMPANY_TOKENS_MAX; i++)
      if (own.class[i] == class)
        out[count++] = own.words.word[i];
  return count;
}

size_t company_tokens(struct arena *arena, const char *name, char *out[COMPANY_TOKENS_MAX]) {
  const char *trading = trading_name(arena, name);
  size_t count = tokens_add(arena, name, out, 0);
  return trading ? tokens_add(arena, trading, out, count) : count;
}
