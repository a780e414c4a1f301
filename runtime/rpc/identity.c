#include "runtime/rpc/identity.h"

#include "runtime/base/digest.h"
#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/rpc/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LEEWAY_S = 60, AGE_MAX_S = 86400, KEYS_LOOK_US = US_PER_SECOND };
enum { CACHE_SETS = 512, CACHE_WAYS = 4, SUBJECT_MAX_BYTES = 255 };

/* A verified token's user: one block, copied as a whole. `principal` points into `texts` of the block itself.
 */
struct verified {
  int64_t until_us; /* no longer good */
  size_t size;      /* of the block */
  struct principal principal;
  char texts[];
};

/* A set-associative cache: bounded, and no token can push out those of other sets. */
struct cache_slot {
  uint8_t digest[DIGEST_SIZE]; /* of the token, so that no token lies in memory */
  uint64_t used;
  struct verified *verified; /* NULL: free */
};

struct file_stamp {
  struct timespec changed;
  ino_t inode;
  off_t size;
};

struct identity {
  char *jwks_file, *issuer, *audience;
  int64_t age_max_s;
  const struct clock *clock;
  struct key_set *keys;
  struct file_stamp stamp;
  int64_t look_us; /* monotonic: when to look at the file again */
  char problem[TOKEN_PROBLEM_BYTES];
  uint64_t uses;
  struct cache_slot cache[CACHE_SETS][CACHE_WAYS];
};

/* ---- keys ---- */

static struct file_stamp file_stamp_of(const char *file) {
  struct stat found;
  if (stat(file, &found) != 0)
    return (struct file_stamp){.size = -1};
  return (struct file_stamp){found.st_mtim, found.st_ino, found.st_size};
}

static bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b) {
  return a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec &&
         a->inode == b->inode && a->size == b->size;
}

static void cache_clear(struct identity *identity) {
  for (size_t set = 0; set < CACHE_SETS; set++)
    for (size_t way = 0; way < CACHE_WAYS; way++) {
      free(identity->cache[set][way].verified);
      identity->cache[set][way].verified = NULL;
    }
}

/* Takes the file's keys when it changed. A key that is gone ends the tokens that it signed, so the cache goes
 * with the keys; a file that cannot be read changes nothing. */
static void keys_refresh(struct identity *identity) {
  int64_t now = clock_monotonic_us();
  if (now < identity->look_us)
    return;
  identity->look_us = now + KEYS_LOOK_US;
  struct file_stamp stamp = file_stamp_of(identity->jwks_file);
  if (file_stamp_equal(&stamp, &identity->stamp))
    return;
  identity->stamp = stamp;
  struct key_set *keys = key_set_read(identity->jwks_file, identity->problem);
  if (!keys)
    return;
  identity->problem[0] = '\0';
  key_set_free(identity->keys);
  identity->keys = keys;
  cache_clear(identity);
}

const char *identity_problem(struct identity *identity) {
  keys_refresh(identity);
  return identity->problem;
}

/* ---- life ---- */

struct identity *identity_create(const struct identity_options *options, const char **problem) {
  static _Thread_local char text[TOKEN_PROBLEM_BYTES];
  struct identity *identity = calloc(1, sizeof *identity);
  *problem = "out of memory for token keys";
  if (!identity)
    return NULL;
  identity->clock = options->clock;
  identity->age_max_s = options->age_max_s ? options->age_max_s : AGE_MAX_S;
  identity->jwks_file = strdup(options->jwks_file);
  identity->issuer = strdup(options->issuer);
  identity->audience = strdup(options->audience);
  if (identity->jwks_file && identity->issuer && identity->audience) {
    identity->stamp = file_stamp_of(identity->jwks_file);
    identity->keys = key_set_read(identity->jwks_file, text);
    *problem = text;
  }
  if (identity->keys)
    return identity;
  identity_destroy(identity);
  return NULL;
}

void identity_destroy(struct identity *identity) {
  if (!identity)
    return;
  cache_clear(identity);
  key_set_free(identity->keys);
  free(identity->jwks_file);
  free(identity->issuer);
  free(identity->audience);
  free(identity);
}

/* ---- from claims to a principal ---- */

static const struct {
  const char *word;
  Type__Party party;
} parties[] = {{"VENDOR", TYPE__PARTY__PARTY_VENDOR}, {"PARTNER", TYPE__PARTY__PARTY_PARTNER}};

static const struct {
  const char *word;
  Option__MethodPolicy__Role role;
} roles[] = {{"VIEWER", OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER},
             {"MANAGER", OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER},
             {"ADMINISTRATOR", OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool party_parse(const char *word, Type__Party *out) {
  for (size_t i = 0; i < COUNT(parties); i++)
    if (text_equal(word, parties[i].word)) {
      *out = parties[i].party;
      return true;
    }
  return false;
}

static bool role_parse(const char *word, Option__MethodPolicy__Role *out) {
  for (size_t i = 0; i < COUNT(roles); i++)
    if (text_equal(word, roles[i].word)) {
      *out = roles[i].role;
      return true;
    }
  return false;
}

/* Printable, as it goes into logs, ledgers and idempotency keys. */
static bool subject_valid(const char *subject) {
  if (text_empty(subject) || strlen(subject) > SUBJECT_MAX_BYTES)
    return false;
  for (const unsigned char *at = (const unsigned char *)subject; *at; at++)
    if (*at < 0x20 || *at == 0x7f)
      return false;
  return true;
}

/* A claim's text; NULL when it is absent, is no text or holds a NUL. */
static const char *claim_text(const json_t *claims, const char *name) {
  const json_t *value = json_object_get(claims, name);
  const char *text = json_string_value(value);
  return text && strlen(text) == json_string_length(value) ? text : NULL;
}

/* Borrows texts from the claims. NULL or what is wrong. */
static const char *principal_read(const json_t *claims, struct principal *out) {
  out->subject = claim_text(claims, "sub");
  out->vendor = claim_text(claims, "vendor");
  out->organization = claim_text(claims, "organization");
  if (!subject_valid(out->subject))
    return "its `sub` is missing or not printable text of up to 255 bytes";
  if (text_empty(out->vendor) || !name_id_valid(out->vendor))
    return "its `vendor` is not the id of a vendor";
  if (!party_parse(claim_text(claims, "party"), &out->party))
    return "its `party` is neither VENDOR nor PARTNER";
  if (!role_parse(claim_text(claims, "role"), &out->role))
    return "its `role` is none of VIEWER, MANAGER, ADMINISTRATOR";
  bool partner = out->party == TYPE__PARTY__PARTY_PARTNER;
  if (partner && (text_empty(out->organization) || !name_id_valid(out->organization)))
    return "it lacks the `organization` of a partner's user";
  if (!partner && json_object_get(claims, "organization"))
    return "it has an `organization`, which only partners' users have";
  return NULL;
}

static size_t text_size(const char *text) {
  return text ? strlen(text) + 1 : 0;
}

static const char *text_place(char **at, const char *text) {
  if (!text)
    return NULL;
  char *start = memcpy(*at, text, strlen(text) + 1);
  *at += strlen(text) + 1;
  return start;
}

static struct verified *verified_create(const struct principal *principal, int64_t until_us) {
  size_t texts =
      text_size(principal->subject) + text_size(principal->vendor) + text_size(principal->organization);
  struct verified *verified = malloc(sizeof *verified + texts);
  if (!verified)
    return NULL;
  char *at = verified->texts;
  verified->until_us = until_us;
  verified->size = sizeof *verified + texts;
  verified->principal = *principal;
  verified->principal.subject = text_place(&at, principal->subject);
  verified->principal.vendor = text_place(&at, principal->vendor);
  verified->principal.organization = text_place(&at, principal->organization);
  verified->principal.expires_us = until_us;
  return verified;
}

static const char *text_moved(const char *text, const struct verified *from, struct verified *to) {
  return text ? (const char *)to + (text - (const char *)from) : NULL;
}

/* A copy in the call's arena, since the cache may drop its own while the call runs. */
static const struct principal *verified_lend(const struct verified *verified, struct arena *arena) {
  struct verified *copy = arena_copy(arena, verified, verified->size);
  copy->principal.subject = text_moved(verified->principal.subject, verified, copy);
  copy->principal.vendor = text_moved(verified->principal.vendor, verified, copy);
  copy->principal.organization = text_moved(verified->principal.organization, verified, copy);
  return &copy->principal;
}

/* ---- the cache ---- */

static struct cache_slot *cache_set(struct identity *identity, const uint8_t digest[DIGEST_SIZE]) {
  return identity->cache[((size_t)digest[0] << 8 | digest[1]) % CACHE_SETS];
}

static const struct verified *cache_get(struct identity *identity, const uint8_t digest[DIGEST_SIZE],
                                        int64_t now_us) {
  struct cache_slot *set = cache_set(identity, digest);
  for (size_t way = 0; way < CACHE_WAYS; way++) {
    struct verified *verified = set[way].verified;
    if (!verified || memcmp(set[way].digest, digest, DIGEST_SIZE) != 0)
      continue;
    set[way].used = ++identity->uses;
    if (now_us < verified->until_us)
      return verified;
    free(verified);
    set[way].verified = NULL;
  }
  return NULL;
}

static void cache_put(struct identity *identity, const uint8_t digest[DIGEST_SIZE],
                      struct verified *verified) {
  struct cache_slot *set = cache_set(identity, digest), *oldest = set;
  for (size_t way = 0; way < CACHE_WAYS && oldest->verified; way++)
    if (!set[way].verified || set[way].used < oldest->used)
      oldest = &set[way];
  free(oldest->verified);
  memcpy(oldest->digest, digest, DIGEST_SIZE);
  oldest->used = ++identity->uses;
  oldest->verified = verified;
}

static struct verified *token_user(struct identity *identity, const char *token, size_t size, int64_t now_us,
                                   const char **flaw) {
  struct token_rules rules = {identity->issuer, identity->audience, now_us / US_PER_SECOND, LEEWAY_S,
                              identity->age_max_s};
  struct principal principal = {0};
  int64_t until_s = 0;
  json_t *claims = token_verify(identity->keys, token, size, flaw);
  if (!claims)
    return NULL;
  *flaw = token_check_claims(claims, &rules, &until_s);
  if (!*flaw)
    *flaw = principal_read(claims, &principal);
  struct verified *verified = *flaw ? NULL : verified_create(&principal, until_s * US_PER_SECOND);
  json_decref(claims);
  return verified;
}

const struct status *identity_of_token(struct identity *identity, struct arena *arena, const char *token,
                                       size_t size, const struct principal **out) {
  uint8_t digest[DIGEST_SIZE];
  const char *flaw = "it is longer than 4,096 bytes";
  keys_refresh(identity);
  if (size > LIMIT_TOKEN_BYTES)
    return status_make(arena, CODE_UNAUTHENTICATED, REASON_UNAUTHENTICATED, "The token is refused: %s.",
                       flaw);
  digest_sha256(token, size, digest);
  int64_t now_us = clock_now_us(identity->clock);
  const struct verified *known = cache_get(identity, digest, now_us);
  if (!known) {
    struct verified *fresh = token_user(identity, token, size, now_us, &flaw);
    if (!fresh && !flaw)
      return &status_memory_exhausted;
    if (!fresh)
      return status_make(arena, CODE_UNAUTHENTICATED, REASON_UNAUTHENTICATED, "The token is refused: %s.",
                         flaw);
    cache_put(identity, digest, fresh);
    known = fresh;
  }
  *out = verified_lend(known, arena);
  return NULL;
}
