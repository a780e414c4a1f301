#include "sell/company.h"

#include "runtime/base/digest.h"
#include "runtime/base/fold.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "sell/tax_id.h"

#include <assert.h>
#include <ctype.h>
#include <libpsl.h>
#include <string.h>

enum { HOST_MAX = 253, LABEL_MAX = 63 };

/* ---- domains ---- */

/* Lower case, without a dot at the end; NULL unless it is two or more labels of letters, digits and hyphens,
 * the last one not a number. */
static char *host_of(struct arena *arena, const char *text) {
  char *host = arena_strdup(arena, text);
  size_t size = strlen(host), label = 0, labels = 1;
  bool letters = false; /* in the label */
  if (size && host[size - 1] == '.')
    host[--size] = '\0';
  if (size == 0 || size > HOST_MAX)
    return NULL;
  for (char *at = host; *at; at++) {
    *at = (char)tolower((unsigned char)*at);
    if (*at == '.') {
      if (label == 0 || at[-1] == '-')
        return NULL;
      label = 0;
      letters = false;
      labels++;
      continue;
    }
    if (!isalnum((unsigned char)*at) && (*at != '-' || label == 0))
      return NULL;
    letters = letters || !isdigit((unsigned char)*at);
    if (++label > LABEL_MAX)
      return NULL;
  }
  return label && letters && labels > 1 && host[size - 1] != '-' ? host : NULL;
}

char *company_domain(struct arena *arena, const char *text) {
  const char *host = text_empty(text) ? NULL : host_of(arena, text);
  const char *registrable = host ? psl_registrable_domain(psl_builtin(), host) : NULL;
  return registrable ? arena_strdup(arena, registrable) : NULL;
}

bool company_domain_shared(const char *domain) {
  /* The largest by accounts; a partner that types one means its contact's mail box. */
  static const char *const shared[] = {
      "126.com",       "163.com",      "aol.com",        "fastmail.com", "free.fr",        "gmail.com",
      "gmx.at",        "gmx.ch",       "gmx.com",        "gmx.de",       "gmx.net",        "googlemail.com",
      "hotmail.co.uk", "hotmail.com",  "hotmail.fr",     "hotmail.it",   "icloud.com",     "inbox.ru",
      "laposte.net",   "libero.it",    "live.com",       "mac.com",      "mail.com",       "mail.ru",
      "me.com",        "msn.com",      "naver.com",      "orange.fr",    "outlook.com",    "outlook.de",
      "pm.me",         "proton.me",    "protonmail.com", "qq.com",       "rediffmail.com", "sina.com",
      "t-online.de",   "tutanota.com", "uol.com.br",     "wanadoo.fr",   "web.de",         "yahoo.co.jp",
      "yahoo.co.uk",   "yahoo.com",    "yahoo.de",       "yahoo.fr",     "yandex.ru",      "zoho.com",
  };
  for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
    if (strcmp(shared[i], domain) == 0)
      return true;
  return false;
}

/* ---- numbers ---- */

char *company_duns(struct arena *arena, const char *duns) {
  enum { DIGITS = 9 };
  char digits[DIGITS + 1];
  size_t count = 0;
  for (const char *at = duns; *at; at++) {
    if (*at == '-')
      continue;
    if (!isdigit((unsigned char)*at) || count == DIGITS)
      return NULL;
    digits[count++] = *at;
  }
  if (count != DIGITS)
    return NULL;
  digits[count] = '\0';
  return strspn(digits, "0") == DIGITS ? NULL : arena_strdup(arena, digits);
}

/* ---- keys ---- */

/* What a company can be found by; NULL where it has none. */
struct identity_of {
  char *names[COMPANY_NAME_KEYS_MAX];
  size_t name_count;
  const char *domain, *tax_id, *duns;
};

static struct identity_of identify(struct arena *arena, const Sell__Company *company) {
  struct identity_of out = {
      .domain = company_domain(arena, company->domain),
      .duns = text_empty(company->duns) ? NULL : company_duns(arena, company->duns),
  };
  out.name_count = company_name_keys(arena, company->legal_name, out.names);
  if (out.domain && company_domain_shared(out.domain))
    out.domain = NULL;
  if (!text_empty(company->tax_id) && !text_empty(company->country_code))
    out.tax_id = tax_id_normalise(arena, company->country_code, company->tax_id);
  return out;
}

/* Who a company says that owns it. */
static struct identity_of identify_owner(struct arena *arena, const Sell__Company *company) {
  Sell__Company owner = SELL__COMPANY__INIT;
  if (text_empty(company->parent_name) && text_empty(company->parent_domain))
    return (struct identity_of){0};
  owner.legal_name = company->parent_name;
  owner.domain = company->parent_domain;
  return identify(arena, &owner);
}

static size_t keys_of(struct arena *arena, const struct identity_of *own,
                      struct company_key out[COMPANY_KEYS_MAX]) {
  const struct {
    Sell__MatchKeyKind kind;
    const char *prefix, *text;
  } rows[COMPANY_KEYS_MAX] = {
      {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_NAME, "name", own->name_count > 0 ? own->names[0] : NULL},
      {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_NAME, "name", own->name_count > 1 ? own->names[1] : NULL},
      {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_DOMAIN, "domain", own->domain},
      {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_TAX_ID, "tax", own->tax_id},
      {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_DUNS, "duns", own->duns},
  };
  size_t count = 0;
  for (size_t i = 0; i < COMPANY_KEYS_MAX; i++)
    if (rows[i].text)
      out[count++] =
          (struct company_key){rows[i].kind, arena_printf(arena, "%s:%s", rows[i].prefix, rows[i].text)};
  return count;
}

char *company_key_id(struct arena *arena, const struct company_key *key) {
  enum { ID_BYTES = 20 };
  uint8_t digest[DIGEST_SIZE];
  digest_sha256(key->text, strlen(key->text), digest);
  return hex_encode(arena, digest, ID_BYTES);
}

size_t company_keys(struct arena *arena, const Sell__Company *company,
                    struct company_key out[COMPANY_KEYS_MAX]) {
  struct identity_of own = identify(arena, company);
  return keys_of(arena, &own, out);
}

size_t company_owner_keys(struct arena *arena, const Sell__Company *company,
                          struct company_key out[COMPANY_KEYS_MAX]) {
  struct identity_of owner = identify_owner(arena, company);
  return keys_of(arena, &owner, out);
}

/* ---- comparing ---- */

static bool both_equal(const char *a, const char *b) {
  return !text_empty(a) && text_equal(a, b);
}

static bool both_differ(const char *a, const char *b) {
  return !text_empty(a) && !text_empty(b) && strcmp(a, b) != 0;
}

static bool names_meet(const struct identity_of *a, const struct identity_of *b) {
  for (size_t i = 0; i < a->name_count; i++)
    for (size_t k = 0; k < b->name_count; k++)
      if (strcmp(a->names[i], b->names[k]) == 0)
        return true;
  return false;
}

static bool owners_meet(const struct identity_of *owner, const struct identity_of *other) {
  return names_meet(owner, other) || both_equal(owner->domain, other->domain);
}

/* What tells that two companies belong together, other than an equal key. */
static unsigned ties_of(struct arena *arena, const Sell__Company *a, const struct identity_of *left,
                        const Sell__Company *b, const struct identity_of *right) {
  struct identity_of left_owner = identify_owner(arena, a), right_owner = identify_owner(arena, b);
  unsigned ties = 0;
  if (owners_meet(&left_owner, right))
    ties |= COMPANY_TIE_PARENT;
  if (owners_meet(&right_owner, left))
    ties |= COMPANY_TIE_SUBSIDIARY;
  if (owners_meet(&left_owner, &right_owner))
    ties |= COMPANY_TIE_SIBLING;
  if (company_names_nest(arena, a->legal_name, b->legal_name))
    ties |= COMPANY_TIE_NAME;
  return ties;
}

static enum company_relation relation_of(const struct company_comparison *found, bool same) {
  if (same)
    return COMPANY_SAME;
  if (found->key_count || (found->ties & ~(unsigned)COMPANY_TIE_NAME))
    return COMPANY_RELATED;
  if (found->likeness >= COMPANY_ALIKE)
    return COMPANY_SIMILAR;
  return found->ties ? COMPANY_NESTED : COMPANY_OTHER;
}

struct company_comparison company_compare(struct arena *arena, const Sell__Company *a,
                                          const Sell__Company *b) {
  struct identity_of left = identify(arena, a), right = identify(arena, b);
  struct company_comparison out = {.likeness = company_likeness(arena, a->legal_name, b->legal_name),
                                   .ties = ties_of(arena, a, &left, b, &right)};
  bool abroad = both_differ(a->country_code, b->country_code), named = names_meet(&left, &right);
  bool numbers_differ =
      both_differ(left.duns, right.duns) || (!abroad && both_differ(left.tax_id, right.tax_id));
  const struct {
    Sell__MatchKeyKind kind;
    bool equal, certain;
  } rows[] = {
      {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_NAME, named, !abroad && !numbers_differ},
      {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_DOMAIN, both_equal(left.domain, right.domain),
       !abroad && (named || !numbers_differ)},
      {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_TAX_ID, both_equal(left.tax_id, right.tax_id), true},
      {SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_DUNS, both_equal(left.duns, right.duns), true},
  };
  bool same = false;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (!rows[i].equal)
      continue;
    out.keys[out.key_count++] = rows[i].kind;
    same = same || rows[i].certain;
  }
  if (out.key_count && !same)
    out.doubts = (abroad ? COMPANY_DOUBT_COUNTRY : 0u) | (numbers_differ ? COMPANY_DOUBT_NUMBER : 0u);
  out.relation = relation_of(&out, same);
  return out;
}

/* ---- submission ---- */

static void check_domain(struct arena *arena, struct status **refusal, const char *field, const char *text) {
  const char *domain = company_domain(arena, text);
  if (text_empty(text))
    return;
  if (!domain)
    invalid_add(
        arena, refusal, field, "PATTERN_MISMATCH",
        "must be a domain that a company can register, such as example.com; write others than ASCII as "
        "xn--...");
  else if (company_domain_shared(domain))
    invalid_add(arena, refusal, field, "VALUE_OUT_OF_RANGE",
                "is one of a public mail provider, and says nothing about the customer");
}

void company_check(struct arena *arena, struct status **refusal, const char *path,
                   const Sell__Company *company) {
  const char *name = arena_printf(arena, "%s.legal_name", path), *country = company->country_code;
  if (text_empty(company->legal_name))
    invalid_add(arena, refusal, name, "REQUIRED_FIELD_MISSING", "is required");
  else if (!*company_name_key(arena, company->legal_name))
    invalid_add(arena, refusal, name, "PATTERN_MISMATCH", "has no letter or digit");
  if (text_empty(country))
    invalid_add(arena, refusal, arena_printf(arena, "%s.country_code", path), "REQUIRED_FIELD_MISSING",
                "is required");
  if (text_empty(company->domain) && text_empty(company->tax_id) && text_empty(company->duns))
    invalid_add(arena, refusal, arena_printf(arena, "%s.domain", path), "REQUIRED_FIELD_MISSING",
                "or tax_id or duns is required: a name alone does not tell two companies apart");
  check_domain(arena, refusal, arena_printf(arena, "%s.domain", path), company->domain);
  check_domain(arena, refusal, arena_printf(arena, "%s.parent_domain", path), company->parent_domain);
  if (!text_empty(company->tax_id) && !text_empty(country) &&
      !tax_id_normalise(arena, country, company->tax_id))
    invalid_add(
        arena, refusal, arena_printf(arena, "%s.tax_id", path), "PATTERN_MISMATCH",
        "is no number of %s: 4 to 20 letters and digits, with right check digits where they are known",
        country);
  if (!text_empty(company->duns) && !company_duns(arena, company->duns))
    invalid_add(arena, refusal, arena_printf(arena, "%s.duns", path), "PATTERN_MISMATCH",
                "must be nine digits");
}
