#include "runtime/rpc/token.h"

#include "runtime/base/limit.h"
#include "runtime/base/text.h"

#include <cjose/base64.h>
#include <cjose/cjose.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RSA_BITS_MIN = 2048, KEY_FILE_BYTES = 256 << 10, KID_BYTES = 256 };

struct key {
  char kid[KID_BYTES]; /* "" when the record has none */
  const char *algorithm;
  cjose_jwk_t *jwk;
};

struct key_set {
  size_t count;
  struct key keys[TOKEN_KEYS_MAX];
};

/* What a record may be: type and curve decide the algorithm, or `alg` says it. The first row of a type is
 * what a record without `alg` means. */
static const struct {
  const char *type, *curve, *algorithm;
} algorithms[] = {{"EC", "P-256", "ES256"}, {"RSA", NULL, "RS256"}, {"RSA", NULL, "PS256"}};

/* Header members that would let a token choose how it is checked. */
static const char *const refused_members[] = {"crit", "jku", "jwk", "x5u", "x5c", "b64", "zip"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *json_text(const json_t *object, const char *member) {
  return json_string_value(json_object_get(object, member));
}

/* ---- key records ---- */

static const char *record_algorithm(const json_t *record) {
  const char *type = json_text(record, "kty"), *curve = json_text(record, "crv");
  const char *said = json_text(record, "alg");
  for (size_t i = 0; i < COUNT(algorithms); i++)
    if (type && strcmp(type, algorithms[i].type) == 0 &&
        (!algorithms[i].curve || text_equal(curve, algorithms[i].curve)) &&
        (!said || strcmp(said, algorithms[i].algorithm) == 0))
      return algorithms[i].algorithm;
  return NULL;
}

static size_t decoded_size(const char *base64url) {
  return base64url ? strlen(base64url) * 3 / 4 : 0;
}

/* NULL when the record may be used; sets `*usable` to false for one that is merely not for us. */
static const char *record_flaw(const json_t *record, bool *usable) {
  const char *use = json_text(record, "use"), *type = json_text(record, "kty");
  *usable = record_algorithm(record) && (!use || strcmp(use, "sig") == 0);
  if (!json_is_object(record) || !type)
    return "has an element that is no key";
  if (json_object_get(record, "d") || strcmp(type, "oct") == 0)
    return "holds a private or symmetric key; publish public keys only";
  if (strcmp(type, "RSA") == 0 && decoded_size(json_text(record, "n")) * 8 < RSA_BITS_MIN)
    return "has an RSA key of fewer than 2,048 bits; make a longer one";
  const char *kid = json_text(record, "kid");
  if (kid && strlen(kid) >= KID_BYTES)
    return "has a key id of 256 characters or more; use a shorter one";
  return NULL;
}

static const char *key_read(struct key_set *keys, const json_t *record) {
  bool usable;
  const char *flaw = record_flaw(record, &usable);
  if (flaw || !usable)
    return flaw;
  if (keys->count == TOKEN_KEYS_MAX)
    return "has more than 64 usable keys; take old ones out";
  char *text = json_dumps(record, JSON_COMPACT);
  cjose_jwk_t *jwk = text ? cjose_jwk_import(text, strlen(text), NULL) : NULL;
  free(text);
  if (!jwk)
    return "has a key that cannot be read";
  struct key *key = &keys->keys[keys->count++];
  const char *kid = json_text(record, "kid");
  snprintf(key->kid, sizeof key->kid, "%s", kid ? kid : "");
  key->algorithm = record_algorithm(record);
  key->jwk = jwk;
  return NULL;
}

static json_t *key_file_load(const char *file, char problem[TOKEN_PROBLEM_BYTES]) {
  json_error_t error;
  FILE *in = fopen(file, "re");
  if (!in) {
    snprintf(problem, TOKEN_PROBLEM_BYTES, "cannot read token keys %s: %s; set --jwks-file", file,
             strerror(errno));
    return NULL;
  }
  char *text = malloc(KEY_FILE_BYTES);
  size_t size = text ? fread(text, 1, KEY_FILE_BYTES, in) : 0;
  fclose(in);
  json_t *set = text && size < KEY_FILE_BYTES ? json_loadb(text, size, JSON_REJECT_DUPLICATES, &error) : NULL;
  if (!set)
    snprintf(problem, TOKEN_PROBLEM_BYTES, "token keys %s: %s; write a JWK set as of RFC 7517", file,
             size < KEY_FILE_BYTES ? error.text : "the file is larger than 256 KiB");
  free(text);
  return set;
}

struct key_set *key_set_read(const char *file, char problem[TOKEN_PROBLEM_BYTES]) {
  json_t *set = key_file_load(file, problem);
  if (!set)
    return NULL;
  struct key_set *keys = calloc(1, sizeof *keys);
  const json_t *records = json_object_get(set, "keys");
  const char *flaw = keys ? NULL : "cannot be read for want of memory";
  for (size_t i = 0; !flaw && i < json_array_size(records); i++)
    flaw = key_read(keys, json_array_get(records, i));
  if (!flaw && keys->count == 0)
    flaw = "has no key for ES256, RS256 or PS256";
  json_decref(set);
  if (!flaw)
    return keys;
  snprintf(problem, TOKEN_PROBLEM_BYTES, "the token key set %s %s", file, flaw);
  key_set_free(keys);
  return NULL;
}

void key_set_free(struct key_set *keys) {
  if (!keys)
    return;
  for (size_t i = 0; i < keys->count; i++)
    cjose_jwk_release(keys->keys[i].jwk);
  free(keys);
}

/* By key id; a token without one is taken only where there is no choice. */
static const struct key *key_find(const struct key_set *keys, const char *kid) {
  if (!kid)
    return keys->count == 1 ? &keys->keys[0] : NULL;
  for (size_t i = 0; i < keys->count; i++)
    if (strcmp(keys->keys[i].kid, kid) == 0)
      return &keys->keys[i];
  return NULL;
}

/* ---- tokens ---- */

/* One part between dots, decoded, as a JSON object; NULL when it is none. */
static json_t *part_object(const char *part, size_t size) {
  uint8_t *bytes = NULL;
  size_t bytes_size = 0;
  if (size == 0 || !cjose_base64url_decode(part, size, &bytes, &bytes_size, NULL))
    return NULL;
  json_t *object = json_loadb((const char *)bytes, bytes_size, JSON_REJECT_DUPLICATES, NULL);
  free(bytes);
  if (json_is_object(object))
    return object;
  json_decref(object);
  return NULL;
}

static const char *header_flaw(const json_t *header, const struct key_set *keys, const struct key **key) {
  const json_t *type = json_object_get(header, "typ"), *kid = json_object_get(header, "kid");
  const char *algorithm = json_text(header, "alg");
  for (size_t i = 0; i < COUNT(refused_members); i++)
    if (json_object_get(header, refused_members[i]))
      return "its header has a member that is not allowed";
  if (type && (!json_is_string(type) || strcasecmp(json_string_value(type), "JWT") != 0))
    return "its type is not JWT";
  if (kid && !json_is_string(kid))
    return "its key id is not text";
  *key = key_find(keys, json_string_value(kid));
  if (!*key)
    return "its key is not one of ours";
  if (!algorithm || strcmp(algorithm, (*key)->algorithm) != 0)
    return "its algorithm is not that of its key";
  return NULL;
}

static bool signature_good(const struct key *key, const char *token, size_t size) {
  cjose_jws_t *jws = cjose_jws_import(token, size, NULL);
  bool good = jws && cjose_jws_verify(jws, key->jwk, NULL);
  cjose_jws_release(jws);
  return good;
}

static bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Finds the two dots; false when there are more or fewer, or a character that has no place in a token. */
static bool token_split(const char *token, size_t size, size_t dots[2]) {
  size_t count = 0;
  for (size_t i = 0; i < size; i++) {
    if (token[i] != '.' && !is_base64url(token[i]))
      return false;
    if (token[i] == '.' && count < 2)
      dots[count] = i;
    count += token[i] == '.';
  }
  return count == 2;
}

json_t *token_verify(const struct key_set *keys, const char *token, size_t size, const char **flaw) {
  size_t dots[2];
  *flaw = "it is not a signed token in compact form";
  if (size == 0 || size > LIMIT_TOKEN_BYTES || !token_split(token, size, dots))
    return NULL;
  json_t *header = part_object(token, dots[0]);
  if (!header)
    return NULL;
  const struct key *key = NULL;
  *flaw = header_flaw(header, keys, &key);
  json_decref(header);
  if (*flaw)
    return NULL;
  *flaw = "its signature does not fit";
  if (!signature_good(key, token, size))
    return NULL;
  json_t *claims = part_object(token + dots[0] + 1, dots[1] - dots[0] - 1);
  *flaw = claims ? NULL : "its claims are not a JSON object";
  return claims;
}

/* ---- claims ---- */

static bool audience_has(const json_t *audience, const char *wanted) {
  if (json_is_string(audience))
    return strcmp(json_string_value(audience), wanted) == 0;
  for (size_t i = 0; i < json_array_size(audience); i++) {
    const char *one = json_string_value(json_array_get(audience, i));
    if (one && strcmp(one, wanted) == 0)
      return true;
  }
  return false;
}

/* Whole seconds within a range that cannot overflow. */
static bool time_claim(const json_t *claims, const char *name, int64_t *out) {
  const json_t *value = json_object_get(claims, name);
  *out = (int64_t)json_integer_value(value);
  return json_is_integer(value) && *out >= 0 && *out < INT64_C(1) << 40;
}

const char *token_check_claims(const json_t *claims, const struct token_rules *rules, int64_t *until_s) {
  int64_t expires, issued, not_before = 0;
  if (!text_equal(json_text(claims, "iss"), rules->issuer))
    return "its issuer is not the one that is trusted";
  if (!audience_has(json_object_get(claims, "aud"), rules->audience))
    return "it is not meant for this audience";
  if (!time_claim(claims, "exp", &expires))
    return "it lacks a whole `exp`";
  if (!time_claim(claims, "iat", &issued))
    return "it lacks a whole `iat`";
  if (json_object_get(claims, "nbf") && !time_claim(claims, "nbf", &not_before))
    return "its `nbf` is not whole seconds";
  if (not_before > rules->now_s + rules->leeway_s)
    return "it is not valid yet";
  if (issued > rules->now_s + rules->leeway_s)
    return "it was issued in the future";
  int64_t oldest = issued + rules->age_max_s;
  *until_s = (expires < oldest ? expires : oldest) + rules->leeway_s;
  if (rules->now_s >= expires + rules->leeway_s)
    return "it has expired; get a new one";
  if (rules->now_s >= oldest + rules->leeway_s)
    return "it was issued too long ago; get a new one";
  return NULL;
}
