/* Any bytes as a token; and, from inputs that begin with '=', a good token with other bytes written over its
 * header or claims, which must never be taken. */
#include "tests/fuzz/fuzz.h"

#include "runtime/rpc/token.h"

#include <cjose/cjose.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { SPLICE_BYTES = 24 };

static struct key_set *keys;
static const char *good; /* a token that the keys accept */
static size_t signed_size;

/* A key of this run: its public half goes the way of every key set, through a file. */
static cjose_jwk_t *key_make(void) {
  cjose_err err;
  cjose_jwk_t *key = cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &err);
  fuzz_expect(key && cjose_jwk_set_kid(key, "k", 1, &err), "a key is made");
  char path[] = "/tmp/entente-fuzz-XXXXXX", problem[TOKEN_PROBLEM_BYTES];
  int fd = mkstemp(path);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
  fuzz_expect(file != NULL, "a file is made");
  char *record = cjose_jwk_to_json(key, false, &err);
  fprintf(file, "{\"keys\": [%s]}", record);
  fclose(file);
  free(record);
  keys = key_set_read(path, problem);
  unlink(path);
  fuzz_expect(keys != NULL, "a key set is read");
  return key;
}

static void good_make(void) {
  static const char claims[] = "{\"iss\":\"https://issuer\",\"aud\":\"entente\",\"sub\":\"ada\",\"iat\":1000,"
                               "\"exp\":2000,\"vendor\":\"halden\",\"role\":\"ADMINISTRATOR\"}";
  cjose_err err;
  cjose_jwk_t *key = key_make();
  cjose_header_t *header = cjose_header_new(&err);
  fuzz_expect(header && cjose_header_set(header, "alg", "ES256", &err) &&
                  cjose_header_set(header, "kid", "k", &err),
              "a header is made");
  cjose_jws_t *jws = cjose_jws_sign(key, header, (const uint8_t *)claims, sizeof claims - 1, &err);
  fuzz_expect(jws && cjose_jws_export(jws, &good, &err), "a token is signed");
  good = strdup(good);
  signed_size = (size_t)(strrchr(good, '.') - good);
  cjose_jws_release(jws);
  cjose_header_release(header);
  cjose_jwk_release(key);
  const char *flaw;
  json_t *said = token_verify(keys, good, strlen(good), &flaw);
  fuzz_expect(said != NULL, "a good token is taken");
  json_decref(said);
}

static void try(const char *token, size_t size, bool must_be_refused) {
  const char *flaw = NULL;
  json_t *claims = token_verify(keys, token, size, &flaw);
  fuzz_expect(!claims || !must_be_refused, "what is not signed is refused");
  fuzz_expect(claims || (flaw && *flaw), "a refusal says why");
  json_decref(claims);
}

/* Claims as they come after a good signature: any JSON. */
static void check(const uint8_t *bytes, size_t size) {
  const struct token_rules rules = {"https://issuer", "entente", 1500, 60, 86400};
  json_t *claims = json_loadb((const char *)bytes, size, JSON_DECODE_ANY, NULL);
  int64_t until_s;
  if (claims && !token_check_claims(claims, &rules, &until_s))
    fuzz_expect(until_s > rules.now_s - rules.leeway_s, "what is taken is still good");
  json_decref(claims);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (!keys)
    good_make();
  if (!size || *bytes != '=') {
    try((const char *)bytes, size, true);
    check(bytes, size);
    return 0;
  }
  if (size < 3)
    return 0;
  char token[4096];
  size_t length = strlen(good), at = ((size_t)bytes[1] << 8 | bytes[2]) % signed_size, count = size - 3;
  memcpy(token, good, length);
  for (size_t i = 0; i < count && i < SPLICE_BYTES && at + i < signed_size; i++)
    token[at + i] = (char)bytes[3 + i];
  try(token, length, memcmp(token, good, length) != 0);
  return 0;
}
