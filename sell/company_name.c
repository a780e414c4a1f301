/* Names of companies: words and keys. */
#include "runtime/base/fold.h"
#include "runtime/base/text.h"
#include "sell/company.h"
#include "sell/company_words.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- signs ---- */

/* What parts an abbreviation's letters: `S.p.A.`, `A/S`. */
static bool is_joint(char c) {
  return c == '.' || c == '/';
}

static bool is_word_byte(char c) {
  return isalnum((unsigned char)c) || ((unsigned char)c & 0x80);
}

static bool is_letter_start(char c) {
  return ((unsigned char)c & 0xC0) != 0x80;
}

static size_t sign_at(const char *at, const char *const *signs, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strncmp(at, signs[i], strlen(signs[i])) == 0)
      return strlen(signs[i]);
  return 0;
}

/* Apostrophes within a name are not heard: ASCII's and, folded, U+2019, U+02BC and Hebrew's geresh. 0: none
 * here. */
static size_t apostrophe(const char *at) {
  static const char *const marks[] = {"\xE2\x80\x99", "\xE2\x80\x98", "\xCA\xBC", "\xC2\xB4", "\xD7\xB3"};
  if (*at == '\'' || *at == '`')
    return 1;
  return (unsigned char)*at < 0x80 ? 0 : sign_at(at, marks, sizeof marks / sizeof *marks);
}

/* Signs outside ASCII that part words as well: dashes, middle dots, quotation marks, ideographic ones. */
static size_t foreign_space(const char *at) {
  static const char *const signs[] = {
      "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95",
      "\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E", "\xC2\xB7",     "\xC2\xAB",     "\xC2\xBB",
      "\xC2\xAE",     "\xC2\xA9",     "\xE3\x83\xBB", "\xE3\x80\x81", "\xE3\x80\x8C", "\xE3\x80\x8D",
      "\xD7\xB4",     "\xD7\xBE",     "\xD8\x8C",     "\xE2\x80\xA2"};
  return *at && strchr("\xC2\xD7\xD8\xE2\xE3", *at) ? sign_at(at, signs, sizeof signs / sizeof *signs) : 0;
}

/* ---- what is not the name ---- */

/* Where what the company calls itself beside its legal name begins, by marks that no words can be; NULL:
 * none.
 */
enum { MARK = 5 }; /* bytes of one */
static char *trading_mark(char *folded) {
  static const char *const marks[] = {" t/a ", " o/a "};
  char *first = NULL;
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    char *at = strstr(folded, marks[i]);
    if (at && (!first || at < first))
      first = at;
  }
  return first;
}

/* Where the state begins that the register of the United States appends, as in `Danaher Corp /DE/`; NULL: it
 * does not. */
static char *register_mark(char *folded) {
  enum { STATE = 2 };
  size_t size = strlen(folded);
  if (size && strchr("/\\", folded[size - 1]))
    size--;
  size_t end = size;
  while (size && isalpha((unsigned char)folded[size - 1]))
    size--;
  bool state = end - size == STATE || (end - size == 3 && strncmp(folded + size, "new", 3) == 0);
  while (size && folded[size - 1] == ' ')
    size--;
  return state && size > 1 && strchr("/\\", folded[size - 1]) ? folded + size - 1 : NULL;
}

/* ---- splitting ---- */

/* The folded name as words parted by spaces. A joint between single letters is left out, elsewhere it parts.
 */
static char *spell(struct arena *arena, const char *folded) {
  struct buffer out = {.arena = arena};
  buffer_text(&out, "");
  size_t letters = 0; /* of the present word, without joints */
  for (const char *at = folded; *at;) {
    size_t skip = apostrophe(at), foreign = skip ? 0 : foreign_space(at);
    if (skip) {
      at += skip;
    } else if (!foreign && is_word_byte(*at)) {
      letters += is_letter_start(*at);
      buffer_append(&out, at++, 1);
    } else if (*at == '&' || *at == '+') {
      buffer_text(&out, " and ");
      letters = 0;
      at++;
    } else {
      bool joint = is_joint(*at) && letters == 1 && is_word_byte(at[1]) && !foreign_space(at + 1);
      buffer_text(&out, joint ? "" : " ");
      letters = 0;
      at += foreign ? foreign : 1;
    }
  }
  return out.data;
}

static bool is_plain(const char *text) {
  for (; *text; text++)
    if ((unsigned char)*text & 0x80)
      return false;
  return true;
}

static bool is_letter(const char *word) {
  return isalpha((unsigned char)word[0]) && !word[1];
}

/* A word without the forms that are written onto it; a word that is a form stays. */
static char *word_bare(struct arena *arena, char *word) {
  for (;;) {
    char *rest = form_within(arena, word);
    if (rest == word || !*rest)
      return word;
    word = rest;
  }
}

/* Letters that stand alone one after the other are one abbreviation: `J. P. Morgan`. */
static void words_cut(struct arena *arena, char *spelled, struct words *out) {
  char *rest = NULL, *end = NULL;
  bool letters = false; /* the last word is made of single letters, and ends here */
  out->count = 0;
  for (char *word = strtok_r(spelled, " ", &rest); word && out->count < WORDS_MAX;
       word = strtok_r(NULL, " ", &rest)) {
    word = is_plain(word) ? word : word_bare(arena, word);
    if (letters && is_letter(word)) {
      *end++ = *word; /* where a space was, or a letter that has moved */
      *end = '\0';
      continue;
    }
    letters = is_letter(word);
    end = word + 1;
    out->word[out->count++] = word;
  }
}

/* How many words stand in front of what the company calls itself beside its legal name, or was called; all
 * when it says nothing of the kind. `*mark`: how many say so. */
static size_t legal_words(const struct words *words, size_t *mark) {
  static const struct {
    size_t count;
    const char *word[3];
  } marks[] = {
      {1, {"dba"}},
      {1, {"aka"}},
      {1, {"fka"}},
      {1, {"nka"}},
      {3, {"doing", "business", "as"}},
      {3, {"also", "known", "as"}},
      {3, {"formerly", "known", "as"}},
      {3, {"previously", "known", "as"}},
      {2, {"trading", "as"}},
      {2, {"operating", "as"}},
      {1, {"formerly"}},
  };
  for (size_t at = 1; at < words->count; at++)
    for (size_t i = 0; strchr("adfnopt", words->word[at][0]) && i < sizeof marks / sizeof *marks; i++) {
      size_t count = 0;
      while (count < marks[i].count && at + count < words->count &&
             strcmp(words->word[at + count], marks[i].word[count]) == 0)
        count++;
      *mark = count;
      if (count == marks[i].count && at + count < words->count)
        return at;
    }
  *mark = 0;
  return words->count;
}

/* ---- one spelling ---- */

/* A number below a hundred in words, `ordinal` as in `21st`; NULL: it has none. */
static char *number_words(struct arena *arena, int number, bool ordinal) {
  enum { TEN = 10, TWENTY = 20, HUNDRED = 100 };
  static const char *const ones[][2] = {
      {"zero", "zeroth"},         {"one", "first"},           {"two", "second"},
      {"three", "third"},         {"four", "fourth"},         {"five", "fifth"},
      {"six", "sixth"},           {"seven", "seventh"},       {"eight", "eighth"},
      {"nine", "ninth"},          {"ten", "tenth"},           {"eleven", "eleventh"},
      {"twelve", "twelfth"},      {"thirteen", "thirteenth"}, {"fourteen", "fourteenth"},
      {"fifteen", "fifteenth"},   {"sixteen", "sixteenth"},   {"seventeen", "seventeenth"},
      {"eighteen", "eighteenth"}, {"nineteen", "nineteenth"},
  };
  static const char *const tens[][2] = {
      {"", ""},
      {"", ""},
      {"twenty", "twentieth"},
      {"thirty", "thirtieth"},
      {"forty", "fortieth"},
      {"fifty", "fiftieth"},
      {"sixty", "sixtieth"},
      {"seventy", "seventieth"},
      {"eighty", "eightieth"},
      {"ninety", "ninetieth"},
  };
  if (number < 0 || number >= HUNDRED)
    return NULL;
  if (number < TWENTY)
    return arena_strdup(arena, ones[number][ordinal]);
  if (number % TEN == 0)
    return arena_strdup(arena, tens[number / TEN][ordinal]);
  return arena_printf(arena, "%s%s", tens[number / TEN][0], ones[number % TEN][ordinal]);
}

/* One letter beside a number makes it a designation, as in `3 M`; `e` and `y` may be links. */
static bool is_designation(const char *word) {
  return is_letter(word) && *word != 'e' && *word != 'y';
}

/* `4` and `4th` in words; a word that is no such number, or part of a designation, stays. */
static char *number_spelled(struct arena *arena, const struct words *words, size_t at) {
  enum { DIGITS_MAX = 2, TEN = 10 };
  char *word = words->word[at];
  size_t digits = strspn(word, "0123456789");
  const char *rest = word + digits;
  bool ordinal = *rest != '\0';
  if (!digits || digits > DIGITS_MAX || (*word == '0' && digits > 1))
    return word;
  if (ordinal && strcmp(rest, "st") != 0 && strcmp(rest, "nd") != 0 && strcmp(rest, "rd") != 0 &&
      strcmp(rest, "th") != 0)
    return word;
  if ((at && is_designation(words->word[at - 1])) ||
      (at + 1 < words->count && is_designation(words->word[at + 1])))
    return word;
  int number = word[0] - '0';
  if (digits == DIGITS_MAX)
    number = number * TEN + word[1] - '0';
  char *spelled = number_words(arena, number, ordinal);
  return spelled ? spelled : word;
}

static bool is_and(const char *word) {
  return strcmp(word, "and") == 0 || strcmp(word, "und") == 0 || strcmp(word, "et") == 0;
}

static void words_spell(struct arena *arena, struct words *words) {
  char *spelled[WORDS_MAX];
  for (size_t i = 0; i < words->count; i++) {
    if (is_and(words->word[i]))
      spelled[i] = arena_strdup(arena, "and");
    else if (isdigit((unsigned char)words->word[i][0]))
      spelled[i] = number_spelled(arena, words, i);
    else
      spelled[i] = (char *)word_spelled_out(words->word[i]);
  }
  memcpy(words->word, spelled, words->count * sizeof *spelled);
}

/* `and` in the languages where it means that only between two names, and elsewhere something else. */
static void words_link(struct arena *arena, struct words *words) {
  static const char *const spellings[] = {"och",     "og", "en", "ve", "e", "y", "\xCE\xBA\xCE\xB1\xCE\xB9",
                                          "\xD0\xB8"};
  for (size_t at = 1; at + 1 < words->count; at++)
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
      if (strcmp(words->word[at], spellings[i]) == 0)
        words->word[at] = arena_strdup(arena, "and");
}

/* ---- forms and articles ---- */

static void words_drop(struct words *words, size_t front, size_t end) {
  words->count -= end;
  memmove(words->word, words->word + front, (words->count - front) * sizeof *words->word);
  words->count -= front;
}

static bool is_article(const char *word) {
  static const char *const articles[] = {"das", "der", "die", "el", "il", "la", "las", "le", "les", "los"};
  for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
    if (strcmp(word, articles[i]) == 0)
      return true;
  return false;
}

/* Articles other than English ones are often all that tells a name from a common word: `Le Monde`. They go
 * only in front of two words. */
static bool drop_before(struct words *words) {
  enum { WORDS_LEFT = 2 };
  size_t count = form_before(words);
  if (!count && words->count > WORDS_LEFT && is_article(words->word[0]))
    count = 1;
  words_drop(words, count, 0);
  return count;
}

static bool drop_behind(struct words *words) {
  size_t count = form_behind(words);
  const char *last = words->count > 1 ? words->word[words->count - 1] : "";
  if (!count && (strcmp(last, "and") == 0 || strcmp(last, "the") == 0))
    count = 1;
  words_drop(words, 0, count);
  return count;
}

static void words_of(struct arena *arena, const char *folded, struct words *out) {
  size_t mark;
  words_cut(arena, spell(arena, folded), out);
  out->count = legal_words(out, &mark);
  words_spell(arena, out);
}

static void read_registered(struct arena *arena, char *folded, struct words *out) {
  char *mark = register_mark(folded);
  if (mark) {
    *mark = '\0';
    words_of(arena, folded, out);
    if (form_behind(out))
      return; /* a legal form comes before it: it was the register's */
    *mark = '/';
  }
  words_of(arena, folded, out);
}

void words_read(struct arena *arena, const char *name, struct words *out) {
  char *folded = text_fold(arena, name), *trading = trading_mark(folded);
  if (trading) {
    *trading = '\0';
    read_registered(arena, folded, out);
    if (out->count)
      return;
    *trading = ' ';
  }
  read_registered(arena, folded, out);
}

void words_split(struct arena *arena, const char *name, struct words *out) {
  words_read(arena, name, out);
  bool dropped = true;
  while (dropped) {
    dropped = drop_before(out);
    dropped = drop_behind(out) || dropped;
  }
  words_link(arena, out);
}

char *trading_name(struct arena *arena, const char *name) {
  struct words words;
  struct buffer out = {.arena = arena};
  size_t mark;
  char *folded = text_fold(arena, name), *trading = trading_mark(folded);
  if (trading)
    return trading + MARK;
  words_cut(arena, spell(arena, folded), &words);
  for (size_t i = legal_words(&words, &mark) + mark; i < words.count; i++) {
    buffer_text(&out, out.size ? " " : "");
    buffer_text(&out, words.word[i]);
  }
  return out.data;
}

/* ---- keys ---- */

static char *words_join(struct arena *arena, const struct words *words, const char *between, bool with_and) {
  struct buffer out = {.arena = arena};
  buffer_text(&out, "");
  for (size_t i = 0; i < words->count; i++) {
    if (!with_and && words->count > 1 && strcmp(words->word[i], "and") == 0)
      continue;
    if (out.size)
      buffer_text(&out, between);
    buffer_text(&out, words->word[i]);
  }
  return out.data;
}

char *company_words(struct arena *arena, const char *name) {
  struct words words;
  words_split(arena, name, &words);
  return words_join(arena, &words, " ", true);
}

char *company_name_key(struct arena *arena, const char *name) {
  struct words words;
  words_split(arena, name, &words);
  return words_join(arena, &words, "", false);
}

size_t company_name_keys(struct arena *arena, const char *name, char *out[COMPANY_NAME_KEYS_MAX]) {
  const char *latin = latin_spelling(arena, name);
  out[0] = company_name_key(arena, name);
  if (!*out[0])
    return 0;
  out[1] = latin ? company_name_key(arena, latin) : out[0];
  return *out[1] && strcmp(out[0], out[1]) != 0 ? 2 : 1;
}

bool company_names_equal(struct arena *arena, const char *a, const char *b) {
  char *left[COMPANY_NAME_KEYS_MAX], *right[COMPANY_NAME_KEYS_MAX];
  size_t left_count = company_name_keys(arena, a, left), right_count = company_name_keys(arena, b, right);
  for (size_t i = 0; i < left_count; i++)
    for (size_t k = 0; k < right_count; k++)
      if (strcmp(left[i], right[k]) == 0)
        return true;
  return false;
}
