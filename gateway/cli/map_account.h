/* A party's accounts as digests: a table of domains and segments, hashed under a partnership's key. Pure. */
#ifndef ENTENTE_CLI_MAP_ACCOUNT_H
#define ENTENTE_CLI_MAP_ACCOUNT_H

#include "runtime/base/arena.h"

#include <stdint.h>

enum { ACCOUNT_BYTES = 32, ACCOUNT_SETS = 3 };

struct account {
  uint8_t digest[ACCOUNT_BYTES];
  const char *domain;
};
/* Accounts of one segment, by digest, each once. */
struct account_set {
  struct account *accounts;
  size_t count;
};
struct account_list {
  struct account_set sets[ACCOUNT_SETS]; /* prospects, opportunities, customers */
  const char **problems;                 /* rows that were passed over, each with its line */
  size_t problem_count;
};

struct account_source {
  const char *file; /* for problems */
  const char *data;
  size_t size;
  const char *domain_column, *segment_column;
  const uint8_t *key;
  size_t key_size;
};

/* An account that comes in several segments is put in the furthest: customer before opportunity before
 * prospect. NULL with `*problem` when the table has no such columns. All lives in the arena. */
struct account_list *accounts_parse(struct arena *arena, const struct account_source *source,
                                    const char **problem);
/* The domain of one of the list's accounts; NULL when it has none with this digest. */
const char *account_domain(const struct account_list *list, const uint8_t digest[ACCOUNT_BYTES]);

/* The registrable domain: `northgate.example` of `HTTPS://care.Northgate.example:443/about`,
 * `mail@northgate.example.` and the like, `northgate.co.uk` of `www.northgate.co.uk`. In lower case, by the
 * public suffix list that libpsl has built in, as both parties must come to the same text. NULL when there is
 * no host name of letters, digits and hyphens, for an address, and for what is only a suffix, such as
 * `co.uk`. */
char *account_domain_normalise(struct arena *arena, const char *text);

#endif
