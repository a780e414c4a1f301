/* How alike the names of two companies are. */
#include "sell/company.h"
#include "sell/company_words.h"

#include <string.h>

/* What a word says about who it is. Weights by class: of a word that both names have, and of one that only
 * one has. A word that says little costs little when it is missing. */
enum word_class { WORD_OWN, WORD_TRADE, WORD_PLACE, WORD_SHAPE, WORD_LINK, WORD_CLASSES };
static const struct weight {
  int shared, missing;
} weights[WORD_CLASSES] = {
    [WORD_OWN] = {10, 10}, [WORD_TRADE] = {4, 10}, [WORD_PLACE] = {4, 3},
    [WORD_SHAPE] = {2, 1}, [WORD_LINK] = {1, 0},
};
/* Places on both sides that differ tell two companies apart, as in Bank of America and Bank of China. */
enum { PLACE_DIFFERS = 10, THOUSAND = 1000 };

/* What a company trades in. */
static const char trades[] =
    " aerospace agriculture air airlines airways alloys apparel auto automotive aviation banco bancorp "
    "bank banque beverage beverages biotech brands brewing broadcasting building cable capital care cars "
    "cement chemical chemicals coal communications computer computers construction consulting controls "
    "credit data dental design diagnostics digital distribution dynamics electric electrical electricity "
    "electronics energia energie energy engineering entertainment environmental equipment estate express "
    "farms fashion finance financial financiere fiber film food foods freight funding furniture gaming "
    "gas generation glass gold health healthcare heavy home homes hospital hospitality hotel hotels "
    "industrial industrie industries information infrastructure instruments insurance investment "
    "investments iron laboratories labs lease leasing life lighting lines logistics machine machines "
    "manufacturing marine market markets materials media medical metal metals mills mining mobile "
    "mobility motor motors mutual networks oil optical packaging paint paper parts petroleum pharma "
    "pharmaceutical pharmaceuticals pictures pipeline pipelines plastics post power precision press "
    "products properties property publishing radio rail railway railways realty reinsurance renewables "
    "research resources restaurants retail robotics rubber savings science sciences securities security "
    "semiconductor semiconductors ship shipbuilding shipping software solar sports stahl steel storage "
    "stores studios supermarkets supply surgical telecom telecommunications telefon telephone television "
    "textile therapeutics tire tires tobacco tools toys trading transport transportation travel trust "
    "utilities valley versicherung water wireless ";
static const char places[] =
    " africa america american americas argentina asia asian australia australian austria belgium brasil "
    "brazil british california canada canadian central chicago chile china chinese continental danish "
    "denmark deutsche deutschland dutch east eastern espana europe european finland first france "
    "francaise french general german germany hong iberia india indian ireland israel italia italiana "
    "italy japan japanese kong korea korean london malaysia mexico middle nacional national nationale "
    "nederland netherlands new nippon nordic north northern norway osterreich pacific poland polska "
    "portugal royal russia saudi schweiz shanghai singapore south southern spain standard suisse svenska "
    "sweden swedish swiss switzerland taiwan texas thai tokyo turkey turkiye uk union united us usa west "
    "western york zealand ";
static const char shapes[] =
    " and associates brothers com de del der di du enterprise enterprises for global group groep groupe "
    "grupo gruppe holding holdings in international la le net of organization partners partnership "
    "service services solutions system systems technologies technology the van von world worldwide ";
/* Words of `shapes` that only link others. */
static const char links[] = " and com de del der di du for in la le of the van von ";

/* One word, several spellings. */
static const char spellings[] =
    " assoc=associates bros=brothers chem=chemical comms=communications elec=electric eng=engineering "
    "fin=financial grp=group hldg=holding hldgs=holdings ind=industries indus=industries ins=insurance "
    "intl=international int=international inv=investment labs=laboratories mfg=manufacturing "
    "mgmt=management mkts=markets natl=national pharm=pharmaceuticals pharma=pharmaceuticals saint=st "
    "svc=services svcs=services sys=systems tech=technologies technology=technologies "
    "telecom=telecommunications univ=university holding=holdings service=services groupe=group "
    "grupo=group gruppe=group groep=group system=systems motor=motors ";

/* Whether a list has the word between spaces. */
static bool listed(const char *list, const char *word) {
  size_t size = strlen(word);
  for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
    if (at[-1] == ' ' && at[size] == ' ')
      return true;
  return false;
}

static enum word_class class_of(const char *word) {
  if (listed(links, word))
    return WORD_LINK;
  if (listed(shapes, word))
    return WORD_SHAPE;
  if (listed(places, word))
    return WORD_PLACE;
  return listed(trades, word) ? WORD_TRADE : WORD_OWN;
}

static char *spelling_of(struct arena *arena, char *word) {
  size_t size = strlen(word);
  for (const char *at = strstr(spellings, word); at; at = strstr(at + 1, word))
    if (at[-1] == ' ' && at[size] == '=')
      return arena_strndup(arena, at + size + 1, strcspn(at + size + 1, " "));
  return word;
}

enum { WORD_BYTES_MAX = 48, LETTERS_PER_MISTAKE = 5, MISTAKES_MAX = 2 };

static int least(int a, int b) {
  return a < b ? a : b;
}

/* Letters to change, add, leave out or swap with their neighbour to make one word the other (optimal string
 * alignment), of words up to WORD_BYTES_MAX bytes. */
static int mistakes(const char *a, size_t a_size, const char *b, size_t b_size) {
  int rows[3][WORD_BYTES_MAX + 1];
  for (size_t k = 0; k <= b_size; k++)
    rows[0][k] = (int)k;
  for (size_t i = 1; i <= a_size; i++) {
    int *row = rows[i % 3], *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
    row[0] = (int)i;
    for (size_t k = 1; k <= b_size; k++) {
      row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + (a[i - 1] != b[k - 1]));
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
        row[k] = least(row[k], higher[k - 2] + 1);
    }
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

static void add_missing(struct sum *sum, const struct words *words, const bool *taken, int side) {
  for (size_t i = 0; i < words->count; i++) {
    enum word_class class = class_of(words->word[i]);
    if (taken[i])
      continue;
    if (class == WORD_PLACE)
      sum->places[side]++;
    else
      sum->missing += weights[class].missing * THOUSAND;
  }
}

/* Pairs each word with the most alike one that is left, equal ones first, so that the order does not matter.
 */
static void add_shared(struct sum *sum, const struct words *a, const struct words *b, bool *a_taken,
                       bool *b_taken) {
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < a->count; i++) {
      size_t best = b->count;
      int most = pass ? 0 : THOUSAND - 1;
      for (size_t k = 0; !a_taken[i] && k < b->count; k++) {
        int alike = b_taken[k] ? 0 : word_likeness(a->word[i], b->word[k]);
        if (alike > most) {
          most = alike;
          best = k;
        }
      }
      if (best == b->count)
        continue;
      int weight = weights[class_of(a->word[i])].shared;
      sum->shared += weight * most;
      sum->missing += 2 * weight * (THOUSAND - most) / 2;
      a_taken[i] = b_taken[best] = true;
    }
}

static int words_likeness(const struct words *a, const struct words *b) {
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

/* Whether a name of one short word is made of the first letters of the other's, as BMW is: of its own words,
 * with or without the links between them, or of some of its legal form's words as well, as TSMC is. */
static bool is_acronym(const struct words *one, const struct words *own, const struct words *whole) {
  enum { LETTERS_MIN = 3 };
  char all[WORDS_MAX + 1], some[WORDS_MAX + 1];
  size_t some_size = 0, size = one->count == 1 ? strlen(one->word[0]) : 0;
  if (size < LETTERS_MIN || own->count < LETTERS_MIN || size > whole->count)
    return false;
  for (size_t i = 0; i < whole->count; i++)
    all[i] = whole->word[i][0];
  for (size_t i = 0; i < own->count; i++)
    if (class_of(own->word[i]) != WORD_LINK)
      some[some_size++] = own->word[i][0];
  bool of_all = size >= own->count && strncmp(one->word[0], all, size) == 0;
  return of_all || (size == some_size && strncmp(one->word[0], some, size) == 0);
}

static void words_spelled(struct arena *arena, const char *name, struct words *out) {
  words_split(arena, name, out);
  for (size_t i = 0; i < out->count; i++)
    out->word[i] = spelling_of(arena, out->word[i]);
}

/* A name in the two forms that likeness looks at. */
struct reading {
  struct words own, whole; /* without and with legal forms */
};

static void read_name(struct arena *arena, const char *name, struct reading *out) {
  words_spelled(arena, name, &out->own);
  words_read(arena, name, &out->whole);
}

int company_likeness(struct arena *arena, const char *a, const char *b) {
  enum { ACRONYM = 850 };
  struct reading left, right;
  const char *left_key = company_name_key(arena, a), *right_key = company_name_key(arena, b);
  int order = strcmp(left_key, right_key);
  if (!*left_key || !*right_key)
    return 0;
  if (order == 0)
    return COMPANY_SAME_NAME;
  read_name(arena, order < 0 ? a : b, &left); /* words are paired in the order of the first */
  read_name(arena, order < 0 ? b : a, &right);
  int likeness = words_likeness(&left.own, &right.own), joined = word_likeness(left_key, right_key);
  if (joined > likeness)
    likeness = joined;
  bool acronym =
      is_acronym(&left.own, &right.own, &right.whole) || is_acronym(&right.own, &left.own, &left.whole);
  if (acronym && likeness < ACRONYM)
    likeness = ACRONYM;
  return least(likeness, COMPANY_SAME_NAME - 1);
}

size_t company_tokens(struct arena *arena, const char *name, char *out[COMPANY_TOKENS_MAX]) {
  struct words words;
  size_t count = 0;
  words_spelled(arena, name, &words);
  for (enum word_class class = WORD_OWN; class <= WORD_SHAPE && (count == 0 || class == WORD_OWN); class ++)
    for (size_t i = 0; i < words.count && count < COMPANY_TOKENS_MAX; i++)
      if (class_of(words.word[i]) == class)
        out[count++] = words.word[i];
  return count;
}
