/* Names of companies: words, legal forms, keys. */
#include "runtime/base/fold.h"
#include "runtime/base/text.h"
#include "sell/company.h"
#include "sell/company_words.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- legal forms ---- */

/* At the end of a name, folded, as words_split() leaves them: dots within an abbreviation are gone. The
 * longest that fits is taken away, again and again. */
static const char forms_behind[] =
    "inc|incorporated|corp|corporation|co|company|companies|llc|llp|lp|ltd|limited|plc|pllc|"
    "public limited company|public company limited|pcl|unlimited|pty|proprietary|pte|private|pvt|berhad|"
    "bhd|sdn|tbk|persero|wll|jsc|pjsc|ojsc|cjsc|psc|qsc|qpsc|saog|saoc|ksc|kscp|fze|fzco|fzc|dmcc|"
    "joint stock company|public joint stock company|na|national association|gmbh|mbh|ag|"
    "aktiengesellschaft|kg|kgaa|ohg|ug|haftungsbeschrankt|ev|eg|se|gesellschaft mit beschrankter haftung|"
    "ggmbh|partg|partg mbb|sa|sas|sasu|sarl|srl|srls|spa|sapa|societa per azioni|societe anonyme|"
    "sociedad anonima|sociedade anonima|sl|slu|sau|snc|scs|sca|sapi|sab|sa de cv|sab de cv|sapi de cv|"
    "s de rl|s de rl de cv|srl de cv|de cv|cv|ltda|limitada|eireli|eirl|sac|saa|saca|sacif|cia|sgps|"
    "scarl|soc coop|sagl|sociedad limitada|oyj abp|nv|bv|vof|cvba|bvba|sprl|asbl|vzw|"
    "naamloze vennootschap|ab|publ|aktiebolag|as|asa|aps|ks|oy|oyj|abp|hf|ehf|aktieselskab|amba|sp zoo|"
    "sp z oo|spolka akcyjna|sp k|sro|spol sro|spol s ro|akciova spolecnost|doo|dd|ad|ead|ood|eood|kft|"
    "zrt|nyrt|uab|sia|ou|ooo|oao|pao|zao|ao|ооо|оао|пао|зао|ао|anonim sirketi|limited sirketi|ltd sti|"
    "sti|tas|ae|epe|ike|sae|kk|kabushiki kaisha|kabushiki gaisha|gk|godo "
    "kaisha|yk|株式会社|(株)|有限会社|合同会社|"
    "有限公司|股份有限公司|有限责任公司|股份公司|주식회사|";

/* In front of a name. */
static const char forms_before[] = "ab|ooo|oao|pao|zao|ao|pt|tov|firma|kk|kabushiki "
                                   "kaisha|uab|sia|as|ооо|оао|пао|зао|ао|株式会社|(株)|有限会社|"
                                   "주식회사|the|";

/* ---- splitting ---- */

/* What parts an abbreviation's letters: `S.p.A.`, `A/S`. */
static bool is_joint(char c) {
  return c == '.' || c == '/';
}

static bool is_word_byte(char c) {
  return isalnum((unsigned char)c) || ((unsigned char)c & 0x80);
}

/* Apostrophes within a name are not heard: ASCII's and, folded, U+2019 and U+02BC. 0: none here. */
static size_t apostrophe(const char *at) {
  static const char *const marks[] = {"'", "`", "\xE2\x80\x99", "\xE2\x80\x98", "\xCA\xBC", "\xC2\xB4"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (strncmp(at, marks[i], strlen(marks[i])) == 0)
      return strlen(marks[i]);
  return 0;
}

/* Signs outside ASCII that part words as well: dashes, middle dots, quotation marks, ideographic ones. */
static size_t foreign_space(const char *at) {
  static const char *const signs[] = {"\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92", "\xE2\x80\x93",
                                      "\xE2\x80\x94", "\xE2\x80\x95", "\xE2\x80\x9C", "\xE2\x80\x9D",
                                      "\xE2\x80\x9E", "\xC2\xB7",     "\xC2\xAB",     "\xC2\xBB",
                                      "\xC2\xAE",     "\xC2\xA9",     "\xE3\x83\xBB", "\xE3\x80\x81"};
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (strncmp(at, signs[i], strlen(signs[i])) == 0)
      return strlen(signs[i]);
  return 0;
}

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
      buffer_append(&out, at++, 1);
      letters++;
    } else if (*at == '&' || *at == '+') {
      buffer_text(&out, " and ");
      letters = 0;
      at++;
    } else {
      bool joint = is_joint(*at) && letters == 1 && is_word_byte(at[1]);
      buffer_text(&out, joint ? "" : " ");
      letters = 0;
      at += foreign ? foreign : 1;
    }
  }
  return out.data;
}

static bool is_letter(const char *word) {
  return isalpha((unsigned char)word[0]) && !word[1];
}

/* Letters that stand alone one after the other are one abbreviation: `J. P. Morgan`. */
static void words_cut(struct arena *arena, const char *spelled, struct words *out) {
  char *rest = NULL;
  bool letters = false; /* the last word is made of single letters */
  out->count = 0;
  for (char *word = strtok_r(arena_strdup(arena, spelled), " ", &rest); word && out->count < WORDS_MAX;
       word = strtok_r(NULL, " ", &rest)) {
    if (letters && is_letter(word)) {
      char **last = &out->word[out->count - 1];
      *last = arena_printf(arena, "%s%s", *last, word);
      continue;
    }
    letters = is_letter(word);
    if (strcmp(word, "und") == 0 || strcmp(word, "et") == 0)
      word = arena_strdup(arena, "and");
    out->word[out->count++] = word;
  }
}

/* How many words of `form`, which ends with a bar, stand at this place; 0 when others do. */
static size_t form_at(const struct words *words, size_t at, const char *form) {
  size_t count = 0;
  for (const char *part = form; *part != '|'; count++) {
    size_t size = strcspn(part, " |");
    if (at + count >= words->count || strlen(words->word[at + count]) != size ||
        strncmp(words->word[at + count], part, size) != 0)
      return 0;
    part += size + (part[size] == ' ');
  }
  return count;
}

static size_t form_words(const char *form) {
  size_t count = 1;
  for (; *form != '|'; form++)
    count += *form == ' ';
  return count;
}

static const char *form_next(const char *form) {
  return strchr(form, '|') + 1;
}

static bool drop_behind(struct words *words) {
  size_t most = 0;
  for (const char *form = forms_behind; *form; form = form_next(form)) {
    size_t count = form_words(form);
    if (count < words->count && count > most && form_at(words, words->count - count, form))
      most = count;
  }
  const char *last = words->count > 1 ? words->word[words->count - 1] : "";
  if (!most && (strcmp(last, "and") == 0 || strcmp(last, "the") == 0))
    most = 1;
  words->count -= most;
  return most;
}

static bool drop_before(struct words *words) {
  size_t most = 0;
  for (const char *form = forms_before; *form; form = form_next(form)) {
    size_t count = form_at(words, 0, form);
    if (count < words->count && count > most)
      most = count;
  }
  memmove(words->word, words->word + most, (words->count - most) * sizeof *words->word);
  words->count -= most;
  return most;
}

/* Scripts that write without spaces carry their form at either end of the word. */
static char *word_without(struct arena *arena, char *word, const char *form) {
  size_t size = strlen(form), length = strlen(word);
  if (length < size)
    return word;
  if (strncmp(word, form, size) == 0)
    return word + size;
  return strcmp(word + length - size, form) == 0 ? arena_strndup(arena, word, length - size) : word;
}

static void drop_within(struct arena *arena, struct words *words) {
  static const char *const forms[] = {"股份有限公司", "有限责任公司", "株式会社", "有限公司",
                                      "有限会社",     "合同会社",     "股份公司", "주식회사"};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    const char *form = text_fold(arena, forms[i]);
    size_t kept = 0;
    for (size_t k = 0; k < words->count; k++) {
      char *rest = word_without(arena, words->word[k], form);
      bool only = kept == 0 && k + 1 == words->count; /* nothing else would be left */
      if (*rest || only)
        words->word[kept++] = *rest ? rest : words->word[k];
    }
    words->count = kept;
  }
}

void words_read(struct arena *arena, const char *name, struct words *out) {
  words_cut(arena, spell(arena, text_fold(arena, name)), out);
}

void words_split(struct arena *arena, const char *name, struct words *out) {
  words_read(arena, name, out);
  drop_within(arena, out);
  bool dropped = true;
  while (dropped) {
    dropped = drop_before(out);
    dropped = drop_behind(out) || dropped;
  }
}

static char *words_join(struct arena *arena, const struct words *words, const char *between, bool with_and) {
  struct buffer out = {.arena = arena};
  buffer_text(&out, "");
  for (size_t i = 0; i < words->count; i++) {
    if (!with_and && words->count > 1 && strcmp(words->word[i], "and") == 0)
      continue;
    buffer_printf(&out, "%s%s", out.size ? between : "", words->word[i]);
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
