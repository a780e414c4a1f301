#include "runtime/rpc/identity.h"

#include "gateway/cli/authority.h"
#include "runtime/base/text.h"

#include <jansson.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ISSUER "https://entente.local"

enum { NOW_S = 1800000000 };

struct world {
  char folder[64];
  char jwks[96];
  int64_t now_us;
  struct clock clock;
  struct identity *identity;
  struct arena *arena;
  EVP_PKEY *key;
  char kid[64];
};

static int64_t world_now(void *context) {
  return ((struct world *)context)->now_us;
}

static struct identity *identity_open(struct world *world) {
  const char *problem = NULL;
  struct identity_options options = {.jwks_file = world->jwks,
                                     .issuer = ISSUER,
                                     .audience = "entente",
                                     .trust_domain = "entente.local",
                                     .clock = &world->clock};
  struct identity *identity = identity_create(&options, &problem);
  if (!identity)
    print_error("%s\n", problem);
  return identity;
}

static void kid_read(struct world *world) {
  json_t *set = json_load_file(world->jwks, 0, NULL);
  const json_t *key = json_array_get(json_object_get(set, "keys"), 0);
  snprintf(world->kid, sizeof world->kid, "%s", json_string_value(json_object_get(key, "kid")));
  json_decref(set);
}

static int world_up(void **state) {
  static struct world world;
  const char *problem = NULL;
  char path[128];
  memset(&world, 0, sizeof world);
  strcpy(world.folder, "/tmp/entente-identity-XXXXXX");
  assert_non_null(mkdtemp(world.folder));
  assert_true(authority_create(world.folder, "entente.local", &problem));
  snprintf(world.jwks, sizeof world.jwks, "%s/jwks.json", world.folder);
  snprintf(path, sizeof path, "%s/token.key", world.folder);
  FILE *file = fopen(path, "r");
  world.key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
  fclose(file);
  kid_read(&world);
  world.now_us = (int64_t)NOW_S * US_PER_SECOND;
  world.clock = (struct clock){world_now, &world};
  world.arena = arena_create(8 << 20, NULL, NULL);
  world.identity = identity_open(&world);
  *state = &world;
  return world.identity ? 0 : -1;
}

static int world_down(void **state) {
  struct world *world = *state;
  char command[128];
  identity_destroy(world->identity);
  arena_destroy(world->arena);
  EVP_PKEY_free(world->key);
  snprintf(command, sizeof command, "rm -rf %s", world->folder);
  return system(command) == 0 ? 0 : -1;
}

/* ---- forging ---- */

static size_t ecdsa_sign(EVP_PKEY *key, const char *text, unsigned char *out) {
  unsigned char der[128];
  size_t size = sizeof der;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
  assert_int_equal(EVP_DigestSign(context, der, &size, (const unsigned char *)text, strlen(text)), 1);
  EVP_MD_CTX_free(context);
  const unsigned char *at = der;
  ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)size);
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32);
  ECDSA_SIG_free(signature);
  return 64;
}

static size_t rsa_sign(EVP_PKEY *key, int padding, const char *text, unsigned char *out) {
  size_t size = 512;
  EVP_PKEY_CTX *inner = NULL;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  assert_int_equal(EVP_DigestSignInit(context, &inner, EVP_sha256(), NULL, key), 1);
  EVP_PKEY_CTX_set_rsa_padding(inner, padding);
  if (padding == RSA_PKCS1_PSS_PADDING)
    EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, RSA_PSS_SALTLEN_DIGEST);
  assert_int_equal(EVP_DigestSign(context, out, &size, (const unsigned char *)text, strlen(text)), 1);
  EVP_MD_CTX_free(context);
  return size;
}

static char *joined(struct world *world, const char *header, const char *claims) {
  return arena_printf(world->arena, "%s.%s", base64url_encode(world->arena, header, strlen(header)),
                      base64url_encode(world->arena, claims, strlen(claims)));
}

static char *with_signature(struct world *world, const char *text, const unsigned char *bytes, size_t size) {
  return arena_printf(world->arena, "%s.%s", text, base64url_encode(world->arena, bytes, size));
}

static char *forge(struct world *world, const char *header, const char *claims) {
  unsigned char signature[64];
  char *text = joined(world, header, claims);
  return with_signature(world, text, signature, ecdsa_sign(world->key, text, signature));
}

static char *good_header(struct world *world) {
  return arena_printf(world->arena, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", world->kid);
}

#define TIMES "\"iat\":1800000000,\"nbf\":1800000000,\"exp\":1800003600"
#define WHO "\"sub\":\"dana.reyes\",\"vendor\":\"halden\",\"party\":\"VENDOR\",\"role\":\"ADMINISTRATOR\""
#define FROM "\"iss\":\"" ISSUER "\",\"aud\":\"entente\""
#define GOOD "{" FROM "," WHO "," TIMES "}"

static const struct status *ask(struct world *world, const char *token, const struct principal **out) {
  *out = NULL;
  return identity_of_token(world->identity, world->arena, token, strlen(token), out);
}

static void assert_refused(struct world *world, const char *token, const char *why) {
  const struct principal *who;
  const struct status *status = ask(world, token, &who);
  if (!status || !strstr(status->message, why))
    fail_msg("expected '%s', got '%s'", why, status ? status->message : "a principal");
  assert_int_equal(status->code, CODE_UNAUTHENTICATED);
  assert_string_equal(status->reason, REASON_UNAUTHENTICATED);
  assert_null(who);
}

static void assert_taken(struct world *world, const char *token) {
  const struct principal *who;
  const struct status *status = ask(world, token, &who);
  if (status)
    fail_msg("refused: %s", status->message);
  assert_string_equal(who->subject, "dana.reyes");
}

/* ---- cases ---- */

static void authority_tokens_name_their_user(void **state) {
  struct world *world = *state;
  const char *problem = NULL;
  const struct principal *who;
  struct token_claims claims = {.subject = "lee",
                                .vendor = "halden",
                                .party = "PARTNER",
                                .organization = "orvane-global",
                                .role = "MANAGER",
                                .not_before = NOW_S,
                                .expires = NOW_S + 600};
  char *token = authority_token(world->folder, ISSUER, "entente", &claims, &problem);
  assert_non_null(token);
  for (int again = 0; again < 2; again++) { /* the second time from the cache */
    assert_null(ask(world, token, &who));
    assert_string_equal(who->subject, "lee");
    assert_string_equal(who->vendor, "halden");
    assert_string_equal(who->organization, "orvane-global");
    assert_int_equal(who->party, TYPE__PARTY__PARTY_PARTNER);
    assert_int_equal(who->role, OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER);
    assert_null(who->service);
    assert_true(who->expires_us >= (int64_t)(NOW_S + 600) * US_PER_SECOND);
  }
  free(token);
}

static void good_claims_in_other_shapes_are_taken(void **state) {
  struct world *world = *state;
  assert_taken(world, forge(world, good_header(world), GOOD));
  assert_taken(world, forge(world, "{\"alg\":\"ES256\"}", GOOD)); /* one key: no choice to make */
  assert_taken(world, forge(world, good_header(world),
                            "{\"iss\":\"" ISSUER "\",\"aud\":[\"other\",\"entente\"]," WHO "," TIMES "}"));
  assert_taken(world,
               forge(world, good_header(world),
                     "{" FROM "," WHO ",\"iat\":1800000059,\"exp\":1800003600,\"extra\":{\"a\":[1]}}"));
}

static void bad_headers_are_refused(void **state) {
  struct world *world = *state;
  static const struct {
    const char *header, *why;
  } cases[] = {
      {"{\"alg\":\"none\"}", "algorithm"},
      {"{\"alg\":\"HS256\"}", "algorithm"},
      {"{\"alg\":\"RS256\"}", "algorithm"},
      {"{\"alg\":\"es256\"}", "algorithm"},
      {"{}", "algorithm"},
      {"{\"alg\":[\"ES256\"]}", "algorithm"},
      {"{\"alg\":\"ES256\",\"alg\":\"ES256\"}", "compact form"},
      {"{\"alg\":\"ES256\",\"kid\":\"nobody\"}", "key is not one of ours"},
      {"{\"alg\":\"ES256\",\"kid\":7}", "key id is not text"},
      {"{\"alg\":\"ES256\",\"typ\":\"JOSE\"}", "type is not JWT"},
      {"{\"alg\":\"ES256\",\"crit\":[\"exp\"]}", "not allowed"},
      {"{\"alg\":\"ES256\",\"jku\":\"https://evil.example/keys\"}", "not allowed"},
      {"{\"alg\":\"ES256\",\"x5u\":\"https://evil.example/c\"}", "not allowed"},
      {"{\"alg\":\"ES256\",\"x5c\":[]}", "not allowed"},
      {"{\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\"}}", "not allowed"},
      {"{\"alg\":\"ES256\",\"b64\":false}", "not allowed"},
      {"[\"ES256\"]", "compact form"},
      {"{\"alg\":\"ES256\"", "compact form"},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    assert_refused(world, forge(world, cases[i].header, GOOD), cases[i].why);
}

static void bad_claims_are_refused(void **state) {
  struct world *world = *state;
  static const struct {
    const char *claims, *why;
  } cases[] = {
      {"{\"iss\":\"https://other\",\"aud\":\"entente\"," WHO "," TIMES "}", "issuer"},
      {"{\"aud\":\"entente\"," WHO "," TIMES "}", "issuer"},
      {"{\"iss\":\"" ISSUER "\",\"aud\":\"entente2\"," WHO "," TIMES "}", "audience"},
      {"{\"iss\":\"" ISSUER "\",\"aud\":[]," WHO "," TIMES "}", "audience"},
      {"{\"iss\":\"" ISSUER "\"," WHO "," TIMES "}", "audience"},
      {"{" FROM "," WHO ",\"iat\":1800000000}", "exp"},
      {"{" FROM "," WHO ",\"iat\":1800000000,\"exp\":1800003600.5}", "exp"},
      {"{" FROM "," WHO ",\"iat\":1800000000,\"exp\":\"1800003600\"}", "exp"},
      {"{" FROM "," WHO ",\"iat\":1800000000,\"exp\":9223372036854775807}", "exp"},
      {"{" FROM "," WHO ",\"exp\":1800003600}", "iat"},
      {"{" FROM "," WHO ",\"iat\":1799990000,\"exp\":1799999940}", "expired"},
      {"{" FROM "," WHO ",\"iat\":1799913540,\"exp\":1800003600}", "too long ago"},
      {"{" FROM "," WHO ",\"iat\":1800000061,\"exp\":1800003600}", "future"},
      {"{" FROM "," WHO ",\"iat\":1800000000,\"nbf\":1800000061,\"exp\":1800003600}", "not valid yet"},
      {"{" FROM "," WHO ",\"iat\":1800000000,\"nbf\":\"x\",\"exp\":1800003600}", "nbf"},
      {"{" FROM "," TIMES "}", "sub"},
      {"{" FROM ",\"sub\":\"\",\"vendor\":\"halden\"," TIMES "}", "sub"},
      {"{" FROM ",\"sub\":\"a\\nb\",\"vendor\":\"halden\"," TIMES "}", "sub"},
      {"{" FROM ",\"sub\":\"a\\u0000b\",\"vendor\":\"halden\"," TIMES "}", "compact form|claims|sub"},
      {"{" FROM ",\"sub\":\"a\",\"vendor\":\"Halden\"," TIMES "}", "vendor"},
      {"{" FROM ",\"sub\":\"a\",\"vendor\":\"halden/partnerships\"," TIMES "}", "vendor"},
      {"{" FROM ",\"sub\":\"a\",\"vendor\":\"halden\",\"party\":\"SYSTEM\"," TIMES "}", "party"},
      {"{" FROM ",\"sub\":\"a\",\"vendor\":\"halden\",\"party\":\"VENDOR\",\"role\":\"OWNER\"," TIMES "}",
       "role"},
      {"{" FROM ",\"sub\":\"a\",\"vendor\":\"halden\",\"party\":\"PARTNER\",\"role\":\"VIEWER\"," TIMES "}",
       "organization"},
      {"{" FROM "," WHO ",\"organization\":\"orvane-global\"," TIMES "}", "organization"},
      {"{" FROM "," WHO ",\"role\":\"VIEWER\"," TIMES "}", "claims"}, /* a duplicate member */
      {"[]", "claims"},
      {"{", "claims"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    const struct principal *who;
    const struct status *status = ask(world, forge(world, good_header(world), cases[i].claims), &who);
    assert_non_null(status);
    char whys[64];
    bool found = false;
    snprintf(whys, sizeof whys, "%s", cases[i].why);
    for (char *rest = whys, *why; (why = strsep(&rest, "|"));)
      found |= strstr(status->message, why) != NULL;
    if (!found)
      fail_msg("case %zu: expected '%s', got '%s'", i, cases[i].why, status->message);
    assert_null(strstr(status->message, "halden"));
  }
}

static void bad_signatures_are_refused(void **state) {
  struct world *world = *state;
  char *good = forge(world, good_header(world), GOOD);
  char *changed = arena_strdup(world->arena, good);
  char *last = changed + strlen(changed) - 10;
  *last = *last == 'A' ? 'B' : 'A';
  assert_refused(world, changed, "signature");
  char *other = forge(world, good_header(world), "{" FROM "," WHO ",\"iat\":1800000000,\"exp\":1800003601}");
  assert_refused(
      world,
      arena_printf(world->arena, "%.*s%s", (int)(strrchr(other, '.') - other), other, strrchr(good, '.')),
      "signature");
  assert_refused(world, arena_printf(world->arena, "%.*s.", (int)(strrchr(good, '.') - good), good),
                 "signature");
  assert_refused(world, joined(world, good_header(world), GOOD), "compact form");
  assert_refused(world, arena_printf(world->arena, "%s.", good), "compact form");
  assert_refused(world, arena_printf(world->arena, "%s ", good), "compact form");
  assert_refused(world, arena_printf(world->arena, "Bearer %s", good), "compact form");
  assert_refused(world, "", "compact form");
  assert_refused(world, "..", "compact form");
  char *large = arena_alloc(world->arena, 5000);
  memset(large, 'a', 4999);
  large[4999] = '\0';
  assert_refused(world, large, "4,096");
}

/* The public key used as an HMAC secret: the classic confusion of algorithms. */
static void public_key_as_secret_is_refused(void **state) {
  struct world *world = *state;
  char *secret = NULL;
  size_t secret_size = 0;
  FILE *memory = open_memstream(&secret, &secret_size);
  PEM_write_PUBKEY(memory, world->key);
  fclose(memory);
  unsigned char code[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  char *text =
      joined(world, arena_printf(world->arena, "{\"alg\":\"HS256\",\"kid\":\"%s\"}", world->kid), GOOD);
  HMAC(EVP_sha256(), secret, (int)secret_size, (const unsigned char *)text, strlen(text), code, &size);
  assert_refused(world, with_signature(world, text, code, size), "algorithm");
  free(secret);
}

static void cached_tokens_expire(void **state) {
  struct world *world = *state;
  char *token = forge(world, good_header(world), GOOD);
  assert_taken(world, token);
  world->now_us += (int64_t)(3600 + 59) * US_PER_SECOND;
  assert_taken(world, token);
  world->now_us += 1 * US_PER_SECOND;
  assert_refused(world, token, "expired");
}

static void principals_outlive_the_cache(void **state) {
  struct world *world = *state;
  const struct principal *first, *other;
  assert_null(ask(world, forge(world, good_header(world), GOOD), &first));
  for (int i = 0; i < 4000; i++) { /* more than the cache holds */
    char *claims =
        arena_printf(world->arena, "{" FROM "," WHO ",\"iat\":1800000000,\"exp\":1800003600,\"n\":%d}", i);
    assert_null(ask(world, forge(world, good_header(world), claims), &other));
    if (i % 500 == 0 && i > 0)
      assert_string_equal(first->subject, "dana.reyes");
  }
  assert_string_equal(first->vendor, "halden");
}

/* ---- the key file ---- */

static void jwks_replace(struct world *world, const char *text) {
  char beside[128];
  snprintf(beside, sizeof beside, "%s.new", world->jwks);
  FILE *file = fopen(beside, "w");
  fputs(text, file);
  fclose(file);
  assert_int_equal(rename(beside, world->jwks), 0);
  usleep(1100 * 1000); /* the file is looked at once a second */
}

static char *rsa_jwks(struct world *world, const EVP_PKEY *key, const char *more) {
  BIGNUM *n = NULL;
  unsigned char bytes[512];
  assert_int_equal(EVP_PKEY_get_bn_param(key, "n", &n), 1);
  int size = BN_bn2bin(n, bytes);
  BN_free(n);
  return arena_printf(world->arena,
                      "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"e\":\"AQAB\",\"n\":\"%s\"%s}]}",
                      base64url_encode(world->arena, bytes, (size_t)size), more);
}

static void rotated_keys_end_old_tokens(void **state) {
  struct world *world = *state;
  EVP_PKEY *rsa = EVP_RSA_gen(2048);
  unsigned char bytes[512];
  char *old = forge(world, good_header(world), GOOD);
  assert_taken(world, old);
  char *rs = joined(world, "{\"alg\":\"RS256\",\"kid\":\"r\"}", GOOD);
  char *ps = joined(world, "{\"alg\":\"PS256\",\"kid\":\"r\"}", GOOD);
  rs = with_signature(world, rs, bytes, rsa_sign(rsa, RSA_PKCS1_PADDING, rs, bytes));
  ps = with_signature(world, ps, bytes, rsa_sign(rsa, RSA_PKCS1_PSS_PADDING, ps, bytes));
  jwks_replace(world, rsa_jwks(world, rsa, ""));
  assert_refused(world, old, "key is not one of ours");
  assert_taken(world, rs);
  assert_refused(world, ps, "algorithm"); /* a record without `alg` means RS256 */
  jwks_replace(world, rsa_jwks(world, rsa, ",\"alg\":\"PS256\""));
  assert_taken(world, ps);
  assert_refused(world, rs, "algorithm");
  EVP_PKEY_free(rsa);
}

static void broken_key_file_changes_nothing(void **state) {
  struct world *world = *state;
  char *token = forge(world, good_header(world), GOOD);
  assert_string_equal(identity_problem(world->identity), "");
  jwks_replace(world, "{\"keys\":[");
  assert_taken(world, token);
  assert_non_null(strstr(identity_problem(world->identity), world->jwks));
  unlink(world->jwks);
  usleep(1100 * 1000);
  assert_taken(world, token);
}

static void unusable_key_files_are_named(void **state) {
  struct world *world = *state;
  EVP_PKEY *small = EVP_RSA_gen(1024);
  const struct {
    const char *text, *why;
  } cases[] = {
      {"", "RFC 7517"},
      {"{}", "no key"},
      {"{\"keys\":[]}", "no key"},
      {"{\"keys\":[7]}", "no key|is no key"},
      {"{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}", "private or symmetric"},
      {"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"d\":\"AA\"}]}",
       "private or symmetric"},
      {"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}", "cannot be read"},
      {"{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}", "no key"},
      {rsa_jwks(world, small, ""), "2,048"},
  };
  struct identity_options options = {.jwks_file = world->jwks,
                                     .issuer = ISSUER,
                                     .audience = "entente",
                                     .trust_domain = "entente.local",
                                     .clock = &world->clock};
  EVP_PKEY_free(small);
  for (size_t i = 0; i < COUNT(cases); i++) {
    const char *problem = "";
    FILE *file = fopen(world->jwks, "w");
    if (!file) { /* the authority writes it read-only */
      unlink(world->jwks);
      file = fopen(world->jwks, "w");
    }
    fputs(cases[i].text, file);
    fclose(file);
    assert_null(identity_create(&options, &problem));
    char first[32];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(cases[i].why, "|"), cases[i].why);
    const char *second = strchr(cases[i].why, '|');
    if (!strstr(problem, first) && !(second && strstr(problem, second + 1)))
      fail_msg("case %zu: expected '%s', got '%s'", i, cases[i].why, problem);
    assert_non_null(strstr(problem, world->jwks));
  }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_up, world_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(authority_tokens_name_their_user),
      CASE(good_claims_in_other_shapes_are_taken),
      CASE(bad_headers_are_refused),
      CASE(bad_claims_are_refused),
      CASE(bad_signatures_are_refused),
      CASE(public_key_as_secret_is_refused),
      CASE(cached_tokens_expire),
      CASE(principals_outlive_the_cache),
      CASE(rotated_keys_end_old_tokens),
      CASE(broken_key_file_changes_nothing),
      CASE(unusable_key_files_are_named),
  };
  cmocka_set_message_output(CM_OUTPUT_STDOUT);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
