#include "gateway/cli/map_account.h"

#include "gateway/cli/csv.h"
#include "gateway/cli/map_host.h"
#include "runtime/base/digest.h"
#include "runtime/base/text.h"

#include <ctype.h>
#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DOMAIN_BYTES_MAX = 253 };

/* ---- domains ---- */

/* The last label of a name has a letter; that of an address has none. */
static bool is_host(const char *text) {
  size_t label = 0, dots = 0;
  bool letters = false;
  for (const char *c = text;; c++) {
    if (*c == '.' || !*c) {
      if (!label || c[-1] == '-')
        return false;
      label = 0;
      dots += *c == '.';
      if (!*c)
        return dots && letters;
      letters = false;
    } else if (!isalnum((unsigned char)*c) && (*c != '-' || !label)) {
      return false;
    } else {
      label++;
      letters = letters || isalpha((unsigned char)*c);
    }
  }
}

char *account_domain_normalise(struct arena *arena, const char *text) {
  text += strspn(text, " \t");
  const char *scheme = strstr(text, "://");
  if (scheme)
    text = scheme + 3;
  size_t length = strcspn(text, "/?#: \t");
  const char *user = memchr(text, '@', length);
  if (user) {
    length -= (size_t)(user + 1 - text);
    text = user + 1;
  }
  if (length && text[length - 1] == '.')
    length--;
  if (!length || length > DOMAIN_BYTES_MAX)
    return NULL;
  char *domain = host_to_ascii(arena, arena_strndup(arena, text, length));
  const char *registrable = domain && is_host(domain) ? psl_registrable_domain(psl_builtin(), domain) : NULL;
  return registrable ? arena_strdup(arena, registrable) : NULL;
}

/* ---- the table ---- */

struct entry {
  struct account account;
  size_t segment;
};

struct parsing {
  struct arena *arena;
  const struct account_source *source;
  struct buffer entries, problems;
};

/* Digest first; of one account the furthest segment first. */
static int entry_compare(const void *left, const void *right) {
  const struct entry *a = left, *b = right;
  int order = memcmp(a->account.digest, b->account.digest, ACCOUNT_BYTES);
  return order ? order : (a->segment < b->segment) - (a->segment > b->segment);
}

static bool column_find(const struct csv_record *header, const char *name, size_t *column) {
  for (*column = 0; *column < header->count; (*column)++)
    if (strcmp(header->fields[*column], name) == 0)
      return true;
  return false;
}

static void pass_over(struct parsing *parsing, int64_t line, const char *why, const char *value) {
  const char *text = arena_printf(parsing->arena, "%s:%lld: passed over: %s%s%s%s", parsing->source->file,
                                  (long long)line, why, *value ? " `" : "", value, *value ? "`" : "");
  buffer_append(&parsing->problems, &text, sizeof text);
}

static void row_take(struct parsing *parsing, int64_t line, const char *domain_text, const char *segment) {
  static const char *const words[ACCOUNT_SETS] = {"prospect", "opportunity", "customer"};
  struct entry entry = {.account.domain = account_domain_normalise(parsing->arena, domain_text)};
  while (entry.segment < ACCOUNT_SETS && strcasecmp(words[entry.segment], segment) != 0)
    entry.segment++;
  if (!entry.account.domain) {
    pass_over(parsing, line, "there is no domain in", domain_text);
  } else if (entry.segment == ACCOUNT_SETS) {
    pass_over(parsing, line, "neither prospect, opportunity nor customer is", segment);
  } else {
    digest_hmac_sha256(parsing->source->key, parsing->source->key_size, entry.account.domain,
                       strlen(entry.account.domain), entry.account.digest);
    buffer_append(&parsing->entries, &entry, sizeof entry);
  }
}

static void sets_make(struct parsing *parsing, struct account_list *list) {
  struct entry *entries = (struct entry *)(void *)parsing->entries.data;
  size_t count = parsing->entries.size / sizeof *entries;
  if (count)
    qsort(entries, count, sizeof *entries, entry_compare);
  for (size_t s = 0; s < ACCOUNT_SETS; s++)
    list->sets[s].accounts = arena_calloc(parsing->arena, count, sizeof *list->sets[s].accounts);
  for (size_t i = 0; i < count; i++) {
    if (i && memcmp(entries[i].account.digest, entries[i - 1].account.digest, ACCOUNT_BYTES) == 0)
      continue;
    struct account_set *set = &list->sets[entries[i].segment];
    set->accounts[set->count++] = entries[i].account;
  }
}

struct account_list *accounts_parse(struct arena *arena, const struct account_source *source,
                                    const char **problem) {
  struct parsing parsing = {
      .arena = arena, .source = source, .entries = {.arena = arena}, .problems = {.arena = arena}};
  struct csv csv;
  struct csv_record record;
  size_t domain, segment;
  csv_init(&csv, source->data, source->size);
  if (csv_next(&csv, arena, &record) != CSV_RECORD || !column_find(&record, source->domain_column, &domain) ||
      !column_find(&record, source->segment_column, &segment)) {
    *problem = arena_printf(arena, "%s: its header needs the columns `%s` and `%s`", source->file,
                            source->domain_column, source->segment_column);
    return NULL;
  }
  size_t width = record.count;
  for (enum csv_result got; (got = csv_next(&csv, arena, &record)) != CSV_END;) {
    if (got == CSV_BAD || record.count != width)
      pass_over(&parsing, record.line,
                got == CSV_BAD ? record.problem : "it has not as many fields as the header", "");
    else
      row_take(&parsing, record.line, record.fields[domain], record.fields[segment]);
  }
  struct account_list *list = arena_new(arena, struct account_list);
  sets_make(&parsing, list);
  list->problems = (const char **)(void *)parsing.problems.data;
  list->problem_count = parsing.problems.size / sizeof(char *);
  return list;
}

static int account_compare(const void *left, const void *right) {
  return memcmp(((const struct account *)left)->digest, ((const struct account *)right)->digest,
                ACCOUNT_BYTES);
}

const char *account_domain(const struct account_list *list, const uint8_t digest[ACCOUNT_BYTES]) {
  struct account wanted;
  memcpy(wanted.digest, digest, ACCOUNT_BYTES);
  for (size_t s = 0; s < ACCOUNT_SETS; s++) {
    const struct account *found =
        list->sets[s].count
            ? bsearch(&wanted, list->sets[s].accounts, list->sets[s].count, sizeof wanted, account_compare)
            : NULL;
    if (found)
      return found->domain;
  }
  return NULL;
}
