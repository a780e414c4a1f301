#include "gateway/cli/authority.h"

#include "runtime/base/arena.h"
#include "runtime/base/digest.h"
#include "runtime/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { AUTHORITY_DAYS = 3650, CERTIFICATE_DAYS = 397, RENEW_DAYS = 30, DAY_S = 86400, BACKDATE_S = 3600 };
enum { PATH_BYTES = 4096, PROBLEM_BYTES = 512, COORDINATE_BYTES = 32, TOKEN_ARENA_BYTES = 1 << 20 };

/* One problem at a time is told; the text stays valid until the next. */
static bool refuse(const char **problem, const char *what, const char *file) {
  static char text[PATH_BYTES + PROBLEM_BYTES];
  snprintf(text, sizeof text, "%s %s: %s", what, file, errno ? strerror(errno) : "OpenSSL refuses");
  *problem = text;
  return false;
}

static void path_of(char out[PATH_BYTES], const char *folder, const char *name, const char *ending) {
  snprintf(out, PATH_BYTES, "%s/%s%s", folder, name, ending);
}

static bool exists(const char *folder, const char *name, const char *ending) {
  char path[PATH_BYTES];
  path_of(path, folder, name, ending);
  return access(path, R_OK) == 0;
}

/* ---- files: written beside their place and moved in, so that a reader never sees half of one ---- */

static FILE *file_begin(const char *path, mode_t mode) {
  char beside[PATH_BYTES + 8];
  snprintf(beside, sizeof beside, "%s.new", path);
  unlink(beside);
  errno = 0;
  int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  return fd < 0 ? NULL : fdopen(fd, "w");
}

static bool file_end(FILE *file, const char *path, bool good) {
  char beside[PATH_BYTES + 8];
  snprintf(beside, sizeof beside, "%s.new", path);
  good = fflush(file) == 0 && fsync(fileno(file)) == 0 && good;
  good = fclose(file) == 0 && good;
  if (good && rename(beside, path) == 0)
    return true;
  unlink(beside);
  return false;
}

static bool key_write(const char *path, EVP_PKEY *key) {
  FILE *file = file_begin(path, 0400);
  return file && file_end(file, path, PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1);
}

static bool certificate_write(const char *path, X509 *certificate) {
  FILE *file = file_begin(path, 0444);
  return file && file_end(file, path, PEM_write_X509(file, certificate) == 1);
}

static EVP_PKEY *key_read(const char *folder, const char *name) {
  char path[PATH_BYTES];
  path_of(path, folder, name, ".key");
  FILE *file = fopen(path, "re");
  EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
  if (file)
    fclose(file);
  return key;
}

static X509 *certificate_read(const char *folder, const char *name) {
  char path[PATH_BYTES];
  path_of(path, folder, name, ".pem");
  FILE *file = fopen(path, "re");
  X509 *certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
  if (file)
    fclose(file);
  return certificate;
}

/* ---- certificates ---- */

static bool extension_add(X509 *certificate, X509 *issuer, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  bool good = extension && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return good;
}

static bool serial_set(X509 *certificate) {
  enum { SERIAL_BYTES = 16 };
  unsigned char bytes[SERIAL_BYTES];
  if (RAND_bytes(bytes, sizeof bytes) != 1)
    return false;
  bytes[0] &= 0x7f; /* positive */
  BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
  bool good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return good;
}

/* A certificate for `key` without extensions and signature. */
static X509 *certificate_begin(const char *common_name, EVP_PKEY *key, const X509_NAME *issuer, int days) {
  X509 *certificate = X509_new();
  X509_NAME *subject = X509_NAME_new();
  bool good = certificate && subject && X509_set_version(certificate, X509_VERSION_3) == 1 &&
              serial_set(certificate) && X509_gmtime_adj(X509_getm_notBefore(certificate), -BACKDATE_S) &&
              X509_gmtime_adj(X509_getm_notAfter(certificate), (long)days * DAY_S) &&
              X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)"Entente", -1,
                                         -1, 0) == 1 &&
              X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1,
                                         -1, 0) == 1 &&
              X509_set_subject_name(certificate, subject) == 1 &&
              X509_set_issuer_name(certificate, issuer ? issuer : subject) == 1 &&
              X509_set_pubkey(certificate, key) == 1;
  X509_NAME_free(subject);
  if (good)
    return certificate;
  X509_free(certificate);
  return NULL;
}

static X509 *authority_certificate(EVP_PKEY *key) {
  X509 *certificate = certificate_begin("Entente local authority", key, NULL, AUTHORITY_DAYS);
  bool good = certificate &&
              extension_add(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
              extension_add(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
              extension_add(certificate, certificate, NID_subject_key_identifier, "hash") &&
              X509_sign(certificate, key, EVP_sha256()) > 0;
  if (good)
    return certificate;
  X509_free(certificate);
  return NULL;
}

static X509 *leaf_certificate(const char *trust_domain, const char *class, const char *name, EVP_PKEY *key,
                              X509 *authority, EVP_PKEY *authority_key) {
  char names[PATH_BYTES];
  snprintf(names, sizeof names, "URI:spiffe://%s/%s/%s,DNS:localhost,DNS:%s,IP:127.0.0.1", trust_domain,
           class, name, name);
  X509 *certificate = certificate_begin(name, key, X509_get_subject_name(authority), CERTIFICATE_DAYS);
  bool good = certificate &&
              extension_add(certificate, authority, NID_basic_constraints, "critical,CA:FALSE") &&
              extension_add(certificate, authority, NID_key_usage, "critical,digitalSignature") &&
              extension_add(certificate, authority, NID_ext_key_usage, "serverAuth,clientAuth") &&
              extension_add(certificate, authority, NID_subject_alt_name, names) &&
              extension_add(certificate, authority, NID_subject_key_identifier, "hash") &&
              extension_add(certificate, authority, NID_authority_key_identifier, "keyid:always") &&
              X509_sign(certificate, authority_key, EVP_sha256()) > 0;
  if (good)
    return certificate;
  X509_free(certificate);
  return NULL;
}

/* Whether a certificate is signed by the authority, belongs to the key on file and lasts a while yet. */
static bool certificate_fits(const char *folder, const char *name, X509 *authority) {
  X509 *certificate = certificate_read(folder, name);
  EVP_PKEY *key = key_read(folder, name);
  time_t renew = time(NULL) + (time_t)RENEW_DAYS * DAY_S;
  bool fits = certificate && key && X509_check_private_key(certificate, key) == 1 &&
              X509_verify(certificate, X509_get0_pubkey(authority)) == 1 &&
              X509_cmp_time(X509_get0_notAfter(certificate), &renew) > 0;
  X509_free(certificate);
  EVP_PKEY_free(key);
  return fits;
}

/* Whether it says the URI that it should: a folder may have been made with another trust domain. */
static bool certificate_names(const char *folder, const char *name, const char *uri) {
  X509 *certificate = certificate_read(folder, name);
  GENERAL_NAMES *names = certificate ? X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL) : NULL;
  bool found = false;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
    const GENERAL_NAME *one = sk_GENERAL_NAME_value(names, i);
    if (one->type == GEN_URI)
      found |= strcmp((const char *)ASN1_STRING_get0_data(one->d.uniformResourceIdentifier), uri) == 0;
  }
  GENERAL_NAMES_free(names);
  X509_free(certificate);
  return found;
}

static bool pair_write(const char *folder, const char *name, EVP_PKEY *key, X509 *certificate,
                       const char **problem) {
  char key_path[PATH_BYTES], certificate_path[PATH_BYTES];
  path_of(key_path, folder, name, ".key");
  path_of(certificate_path, folder, name, ".pem");
  if (!key || !certificate)
    return refuse(problem, "cannot make the certificate", certificate_path);
  if (!key_write(key_path, key))
    return refuse(problem, "cannot write", key_path);
  if (!certificate_write(certificate_path, certificate))
    return refuse(problem, "cannot write", certificate_path);
  return true;
}

bool authority_issue(const char *folder, const char *trust_domain, const char *class, const char *name,
                     const char **problem) {
  char uri[PATH_BYTES];
  snprintf(uri, sizeof uri, "spiffe://%s/%s/%s", trust_domain, class, name);
  X509 *authority = certificate_read(folder, "ca");
  EVP_PKEY *authority_key = key_read(folder, "ca");
  bool good = authority && authority_key;
  if (!good)
    refuse(problem, "cannot read the authority's ca.pem and ca.key in", folder);
  if (good && !(certificate_fits(folder, name, authority) && certificate_names(folder, name, uri))) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = leaf_certificate(trust_domain, class, name, key, authority, authority_key);
    good = pair_write(folder, name, key, certificate, problem);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  EVP_PKEY_free(authority_key);
  X509_free(authority);
  return good;
}

/* ---- the token key ---- */

static bool coordinate(const EVP_PKEY *key, const char *which, unsigned char out[COORDINATE_BYTES]) {
  BIGNUM *number = NULL;
  bool good = EVP_PKEY_get_bn_param(key, which, &number) == 1 &&
              BN_bn2binpad(number, out, COORDINATE_BYTES) == COORDINATE_BYTES;
  BN_free(number);
  return good;
}

/* The key's id: its RFC 7638 thumbprint. */
static char *thumbprint(struct arena *arena, const char *x, const char *y) {
  uint8_t digest[DIGEST_SIZE];
  char *members = arena_printf(arena, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", x, y);
  digest_sha256(members, strlen(members), digest);
  return base64url_encode(arena, digest, sizeof digest);
}

/* The public key as a JWK. NULL when OpenSSL refuses. */
static json_t *public_jwk(struct arena *arena, const EVP_PKEY *key) {
  unsigned char x[COORDINATE_BYTES], y[COORDINATE_BYTES];
  if (!coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, x) || !coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, y))
    return NULL;
  char *x_text = base64url_encode(arena, x, sizeof x), *y_text = base64url_encode(arena, y, sizeof y);
  return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "kty", "EC", "crv", "P-256", "x", x_text, "y", y_text,
                   "use", "sig", "alg", "ES256", "kid", thumbprint(arena, x_text, y_text));
}

static bool jwks_write(const char *path, const EVP_PKEY *key) {
  struct arena *arena = arena_create(TOKEN_ARENA_BYTES, NULL, NULL);
  json_t *jwk = arena ? public_jwk(arena, key) : NULL;
  json_t *set = jwk ? json_pack("{s:[o]}", "keys", jwk) : NULL;
  FILE *file = set ? file_begin(path, 0444) : NULL;
  bool good = file && file_end(file, path, json_dumpf(set, file, JSON_INDENT(2)) == 0);
  json_decref(set);
  arena_destroy(arena);
  return good;
}

static bool token_key_create(const char *folder, const char **problem) {
  char path[PATH_BYTES], jwks[PATH_BYTES];
  path_of(path, folder, "token", ".key");
  path_of(jwks, folder, "jwks", ".json");
  EVP_PKEY *key = key_read(folder, "token");
  bool good = key != NULL;
  if (!key) {
    key = EVP_EC_gen("P-256");
    good = (key && key_write(path, key)) || refuse(problem, "cannot write", path);
    unlink(jwks);
  }
  if (good && access(jwks, R_OK) != 0)
    good = jwks_write(jwks, key) || refuse(problem, "cannot write", jwks);
  EVP_PKEY_free(key);
  return good;
}

bool authority_create(const char *folder, const char *trust_domain, const char **problem) {
  (void)trust_domain; /* the authority signs for any; each certificate says its own */
  errno = 0;
  if (mkdir(folder, 0700) != 0 && errno != EEXIST)
    return refuse(problem, "cannot make the folder", folder);
  X509 *certificate = exists(folder, "ca", ".key") ? certificate_read(folder, "ca") : NULL;
  bool good = certificate && certificate_fits(folder, "ca", certificate);
  X509_free(certificate);
  if (!good) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    certificate = key ? authority_certificate(key) : NULL;
    good = pair_write(folder, "ca", key, certificate, problem);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  return good && token_key_create(folder, problem);
}

/* ---- tokens ---- */

/* ECDSA over `text`, as the two fixed-width numbers that JWS wants instead of DER. */
static bool signature_make(EVP_PKEY *key, const char *text, unsigned char out[2 * COORDINATE_BYTES]) {
  unsigned char der[128];
  size_t size = sizeof der;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool good = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(context, der, &size, (const unsigned char *)text, strlen(text)) == 1;
  EVP_MD_CTX_free(context);
  const unsigned char *at = der;
  ECDSA_SIG *signature = good ? d2i_ECDSA_SIG(NULL, &at, (long)size) : NULL;
  good =
      signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, COORDINATE_BYTES) == COORDINATE_BYTES &&
      BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + COORDINATE_BYTES, COORDINATE_BYTES) == COORDINATE_BYTES;
  ECDSA_SIG_free(signature);
  return good;
}

static char *object_part(struct arena *arena, json_t *object) {
  char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
  char *part = text ? base64url_encode(arena, text, strlen(text)) : NULL;
  free(text);
  json_decref(object);
  return part;
}

static json_t *claims_object(const char *issuer, const char *audience, const struct token_claims *claims) {
  json_t *object = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "iss", issuer, "aud", audience, "sub",
                             claims->subject, "vendor", claims->vendor, "party", claims->party, "role",
                             claims->role, "iat", (json_int_t)claims->not_before, "nbf",
                             (json_int_t)claims->not_before, "exp", (json_int_t)claims->expires);
  if (object && claims->organization)
    json_object_set_new(object, "organization", json_string(claims->organization));
  return object;
}

static char *token_sign(struct arena *arena, EVP_PKEY *key, json_t *claims) {
  json_t *jwk = public_jwk(arena, key);
  const char *kid = json_string_value(json_object_get(jwk, "kid"));
  unsigned char signature[2 * COORDINATE_BYTES];
  char *header = object_part(arena, json_pack("{s:s,s:s,s:s}", "alg", "ES256", "typ", "JWT", "kid", kid));
  char *body = object_part(arena, claims);
  json_decref(jwk);
  if (!header || !body)
    return NULL;
  char *signed_text = arena_printf(arena, "%s.%s", header, body);
  if (!signature_make(key, signed_text, signature))
    return NULL;
  return strdup(
      arena_printf(arena, "%s.%s", signed_text, base64url_encode(arena, signature, sizeof signature)));
}

char *authority_token(const char *folder, const char *issuer, const char *audience,
                      const struct token_claims *claims, const char **problem) {
  errno = 0;
  EVP_PKEY *key = key_read(folder, "token");
  if (!key) {
    refuse(problem, "cannot read token.key in", folder);
    return NULL;
  }
  struct arena *arena = arena_create(TOKEN_ARENA_BYTES, NULL, NULL);
  char *token = arena ? token_sign(arena, key, claims_object(issuer, audience, claims)) : NULL;
  if (!token)
    refuse(problem, "cannot sign a token with token.key in", folder);
  arena_destroy(arena);
  EVP_PKEY_free(key);
  return token;
}
