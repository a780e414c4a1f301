/* Which companies are one. Pure: no I/O, no clock; what is returned lives in the arena given.
 *
 *   exact keys     name without legal form, registrable domain, tax id, D-U-N-S number: the same key is the
 *                  same company, unless countries or numbers speak against it (company_relate())
 *   likeness       of two names, 0 to 1000: for a reviewer, never decided upon
 *
 * Texts are valid UTF-8. Nothing here is floating point. */
#ifndef ENTENTE_SELL_COMPANY_H
#define ENTENTE_SELL_COMPANY_H

#include "runtime/base/status.h"

#include "entente/sell/v1/company.pb-c.h"

/* Thousandths from which names are alike enough to show to a reviewer: measured by tests/sell/test_company.c.
 */
enum { COMPANY_ALIKE = 700, COMPANY_SAME_NAME = 1000 };

/* ---- names ---- */

/* A name as its words: folded, without legal forms, articles and punctuation; `and` in one spelling. Joined
 * by a space. `Procter & Gamble Co., The` is `procter and gamble`. When nothing else would be left the legal
 * form stays. "" when the name has no letter or digit. */
char *company_words(struct arena *arena, const char *name);
/* The same as one exact key: without spaces and `and`, so that `J.P. Morgan` is `JPMorgan`. "" when the name
 * has no letter or digit. */
char *company_name_key(struct arena *arena, const char *name);
/* All keys of a name, different ones: that one, and that of the name in plain Latin letters, so that `Müller`
 * meets `Mueller` as well as `Muller`, and `Аэрофлот` `Aeroflot`. Returns how many; 0 when it has none. */
enum { COMPANY_NAME_KEYS_MAX = 2 };
size_t company_name_keys(struct arena *arena, const char *name, char *out[COMPANY_NAME_KEYS_MAX]);
/* Whether two names share a key. Symmetric; false for a name without one. */
bool company_names_equal(struct arena *arena, const char *a, const char *b);
/* Whether all that one name tells of who and what it is stands in the other, as in `HSBC Holdings` and `HSBC
 * Bank Canada`: a group, or a namesake. Symmetric. */
bool company_names_nest(struct arena *arena, const char *a, const char *b);
/* How alike two names are; COMPANY_SAME_NAME exactly where they share a key. Symmetric. */
int company_likeness(struct arena *arena, const char *a, const char *b);

/* Words of a name that stand for it in an index: the rarest kind it has, at most COMPANY_TOKENS_MAX, and
 * of its trading name. Two
 * names that are alike by more than a misspelling of every word share one. */
enum { COMPANY_TOKENS_MAX = 6 };
size_t company_tokens(struct arena *arena, const char *name, char *out[COMPANY_TOKENS_MAX]);

/* ---- domains and numbers ---- */

/* The registrable domain of a host name, such as `example.co.uk` of `www.shop.example.co.uk.`; NULL when the
 * text is no host name in ASCII, or lies directly under a public suffix. */
char *company_domain(struct arena *arena, const char *host);
/* Whether a registrable domain is one where anybody gets a mail box, and so identifies nobody. */
bool company_domain_shared(const char *domain);
/* Nine digits; NULL when it is none. */
char *company_duns(struct arena *arena, const char *duns);

/* ---- companies ---- */

struct company_key {
  Sell__MatchKeyKind kind;
  char *text; /* such as `name:procterandgamble`, `domain:example.com`, `tax:DE811907980`, `duns:001234567` */
};
enum { COMPANY_KEYS_MAX = COMPANY_NAME_KEYS_MAX + 3 };
/* All exact keys of a company, in the order of MatchKeyKind. What does not make a key is passed over. */
size_t company_keys(struct arena *arena, const Sell__Company *company,
                    struct company_key out[COMPANY_KEYS_MAX]);

/* A key as the last segment of a name: 40 hexadecimal digits of its digest. */
char *company_key_id(struct arena *arena, const struct company_key *key);

/* Keys of the company that it says owns it; 0 when it names none. */
size_t company_owner_keys(struct arena *arena, const Sell__Company *company,
                          struct company_key out[COMPANY_KEYS_MAX]);

enum company_relation { COMPANY_OTHER, COMPANY_NESTED, COMPANY_SIMILAR, COMPANY_RELATED, COMPANY_SAME };
/* What else ties the second company to the first. */
enum company_tie {
  COMPANY_TIE_PARENT = 1,     /* the first one says that the second owns it */
  COMPANY_TIE_SUBSIDIARY = 2, /* the second one says that the first owns it */
  COMPANY_TIE_SIBLING = 4,    /* both say that one company owns them */
  COMPANY_TIE_NAME = 8,       /* company_names_nest() */
};
/* What keeps an equal key from being certain. */
enum company_doubt {
  COMPANY_DOUBT_COUNTRY = 1,
  COMPANY_DOUBT_NUMBER = 2,
};
struct company_comparison {
  enum company_relation relation;
  int likeness;                              /* of the names */
  Sell__MatchKeyKind keys[COMPANY_KEYS_MAX]; /* equal ones, each kind once */
  size_t key_count;
  unsigned ties;   /* of enum company_tie */
  unsigned doubts; /* of enum company_doubt; none without an equal key, or when another key is certain */
};
/* SAME: an equal number; or an equal name in countries that do not differ, without numbers that differ; or an
 * equal domain there, without numbers and names that both differ. RELATED: an equal key otherwise, or a tie
 * by who owns them. SIMILAR: names alike. NESTED: the tie of names alone. Symmetric, with parent and
 * subsidiary exchanged. */
struct company_comparison company_compare(struct arena *arena, const Sell__Company *a,
                                          const Sell__Company *b);

/* Lists everything that keeps a company from being matched in `*refusal`, paths under `path`. */
void company_check(struct arena *arena, struct status **refusal, const char *path,
                   const Sell__Company *company);

#endif
