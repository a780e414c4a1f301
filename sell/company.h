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
/* The same as one exact key: without spaces and `and`, so that `J.P. Morgan` is `JPMorgan`. */
char *company_name_key(struct arena *arena, const char *name);
/* How alike two names are; COMPANY_SAME_NAME exactly where the keys are equal. Symmetric. */
int company_likeness(struct arena *arena, const char *a, const char *b);

/* Words of a name that stand for it in an index: the rarest kind it has, at most COMPANY_TOKENS_MAX. Two
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
enum { COMPANY_KEYS_MAX = 4 };
/* All exact keys of a company, in the order of MatchKeyKind. What does not make a key is passed over. */
size_t company_keys(struct arena *arena, const Sell__Company *company,
                    struct company_key out[COMPANY_KEYS_MAX]);

enum company_relation { COMPANY_OTHER, COMPANY_SIMILAR, COMPANY_RELATED, COMPANY_SAME };
struct company_comparison {
  enum company_relation relation;
  int likeness;                              /* of the names */
  Sell__MatchKeyKind keys[COMPANY_KEYS_MAX]; /* equal ones */
  size_t key_count;
};
/* SAME: an equal number; or an equal domain or name, in countries that do not differ, and for the name
 * without numbers that differ. RELATED: an equal key otherwise, or one is the other's parent by name or
 * domain. SIMILAR: names alike. Symmetric. */
struct company_comparison company_compare(struct arena *arena, const Sell__Company *a,
                                          const Sell__Company *b);

/* Lists everything that keeps a company from being matched in `*refusal`, paths under `path`. */
void company_check(struct arena *arena, struct status **refusal, const char *path,
                   const Sell__Company *company);

#endif
