#include "runtime/rpc/credentials.h"
#include "runtime/rpc/call_state.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PEM_MAX_BYTES = 1 << 20, FILE_COUNT = 3 };
enum file { FILE_CA, FILE_CERTIFICATE, FILE_KEY };

struct stamp {
  struct timespec modified;
  off_t size;
};

struct credentials {
  pthread_mutex_t lock; /* the fetcher runs on gRPC core's threads */
  char *paths[FILE_COUNT];
  char *texts[FILE_COUNT];
  struct stamp stamps[FILE_COUNT];
  bool served; /* gRPC core has the texts as they are */
};

static bool read_text(const char *path, char **text, struct stamp *stamp) {
  struct stat facts;
  FILE *file = fopen(path, "re");
  *text = NULL;
  if (!file)
    return false;
  if (fstat(fileno(file), &facts) == 0 && facts.st_size > 0 && facts.st_size <= PEM_MAX_BYTES) {
    *text = calloc(1, (size_t)facts.st_size + 1);
    if (*text && fread(*text, 1, (size_t)facts.st_size, file) != (size_t)facts.st_size) {
      free(*text);
      *text = NULL;
    }
    *stamp = (struct stamp){.modified = facts.st_mtim, .size = facts.st_size};
  } else {
    errno = EINVAL;
  }
  fclose(file);
  return *text != NULL;
}

static X509 *certificate_of(const char *text) {
  BIO *bio = BIO_new_mem_buf(text, -1);
  X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
  BIO_free(bio);
  return certificate;
}

static EVP_PKEY *key_of(const char *text) {
  BIO *bio = BIO_new_mem_buf(text, -1);
  EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
  BIO_free(bio);
  return key;
}

/* Which file is wrong and how; NULL when they fit together. */
static const char *find_fault(char *const texts[FILE_COUNT], enum file *file) {
  X509 *authority = certificate_of(texts[FILE_CA]), *certificate = certificate_of(texts[FILE_CERTIFICATE]);
  EVP_PKEY *key = key_of(texts[FILE_KEY]);
  const char *fault = NULL;
  *file = !authority ? FILE_CA : !certificate ? FILE_CERTIFICATE : FILE_KEY;
  if (!authority || !certificate)
    fault = "holds no PEM certificate";
  else if (!key)
    fault = "holds no PEM private key";
  else if (X509_check_private_key(certificate, key) != 1)
    fault = "is not the key of the certificate";
  X509_free(authority);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return fault;
}

static void free_texts(char *texts[FILE_COUNT]) {
  for (size_t i = 0; i < FILE_COUNT; i++) {
    if (texts[i])
      explicit_bzero(texts[i], strlen(texts[i]));
    free(texts[i]);
    texts[i] = NULL;
  }
}

static bool load(struct credentials *credentials, const char **problem) {
  char *texts[FILE_COUNT] = {0};
  struct stamp stamps[FILE_COUNT];
  enum file file;
  for (size_t i = 0; i < FILE_COUNT; i++) {
    if (!read_text(credentials->paths[i], &texts[i], &stamps[i])) {
      *problem =
          problem_format("`%s` cannot be read (%s): name a PEM file", credentials->paths[i], strerror(errno));
      free_texts(texts);
      return false;
    }
  }
  const char *fault = find_fault(texts, &file);
  if (fault) {
    *problem = problem_format("`%s` %s", credentials->paths[file], fault);
    free_texts(texts);
    return false;
  }
  free_texts(credentials->texts);
  memcpy(credentials->texts, texts, sizeof(texts));
  memcpy(credentials->stamps, stamps, sizeof(stamps));
  credentials->served = false;
  return true;
}

struct credentials *credentials_create(const struct tls_files *files, const char **problem) {
  const char *paths[FILE_COUNT] = {files->ca, files->certificate, files->key};
  static const char *const kinds[FILE_COUNT] = {"authority", "certificate", "key"};
  struct credentials *credentials = calloc(1, sizeof(*credentials));
  if (!credentials) {
    *problem = problem_format("out of memory");
    return NULL;
  }
  pthread_mutex_init(&credentials->lock, NULL);
  for (size_t i = 0; i < FILE_COUNT; i++) {
    if (!paths[i]) {
      *problem = problem_format("TLS needs a file for the %s: none is named", kinds[i]);
      credentials_destroy(credentials);
      return NULL;
    }
    credentials->paths[i] = strdup(paths[i]);
  }
  if (load(credentials, problem))
    return credentials;
  credentials_destroy(credentials);
  return NULL;
}

void credentials_destroy(struct credentials *credentials) {
  if (!credentials)
    return;
  for (size_t i = 0; i < FILE_COUNT; i++)
    free(credentials->paths[i]);
  free_texts(credentials->texts);
  pthread_mutex_destroy(&credentials->lock);
  free(credentials);
}

static bool changed(const struct credentials *credentials) {
  for (size_t i = 0; i < FILE_COUNT; i++) {
    struct stat facts;
    const struct stamp *stamp = &credentials->stamps[i];
    if (stat(credentials->paths[i], &facts) == 0 &&
        (facts.st_size != stamp->size || facts.st_mtim.tv_sec != stamp->modified.tv_sec ||
         facts.st_mtim.tv_nsec != stamp->modified.tv_nsec))
      return true;
  }
  return false;
}

static bool refresh_locked(struct credentials *credentials) {
  const char *problem;
  return changed(credentials) && load(credentials, &problem);
}

bool credentials_refresh(struct credentials *credentials) {
  pthread_mutex_lock(&credentials->lock);
  bool fresh = refresh_locked(credentials);
  pthread_mutex_unlock(&credentials->lock);
  return fresh;
}

/* Called by gRPC core at each handshake: quick when nothing changed. */
static grpc_ssl_certificate_config_reload_status fetch(void *context,
                                                       grpc_ssl_server_certificate_config **config) {
  struct credentials *credentials = context;
  grpc_ssl_certificate_config_reload_status answer = GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  pthread_mutex_lock(&credentials->lock);
  refresh_locked(credentials);
  if (!credentials->served) {
    grpc_ssl_pem_key_cert_pair pair = {credentials->texts[FILE_KEY], credentials->texts[FILE_CERTIFICATE]};
    *config = grpc_ssl_server_certificate_config_create(credentials->texts[FILE_CA], &pair, 1);
    credentials->served = true;
    answer = GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }
  pthread_mutex_unlock(&credentials->lock);
  return answer;
}

grpc_server_credentials *credentials_for_server(struct credentials *credentials) {
  return grpc_ssl_server_credentials_create_with_options(
      grpc_ssl_server_credentials_create_options_using_config_fetcher(
          GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, fetch, credentials));
}

struct expected_peer {
  char *trust_domain, *service;
};

static void expected_free(void *context) {
  struct expected_peer *expected = context;
  free(expected->trust_domain);
  free(expected->service);
  free(expected);
}

/* gRPC core asks at each handshake, after the authority and the name were found right. 0: go on. */
static int verify_peer(const char *target, const char *pem, void *context) {
  const struct expected_peer *expected = context;
  char name[PEER_NAME_MAX_BYTES + 1] = "";
  bool good = false;
  (void)target;
  X509 *certificate = certificate_of(pem);
  GENERAL_NAMES *names = certificate ? X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL) : NULL;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
    const GENERAL_NAME *one = sk_GENERAL_NAME_value(names, i);
    if (one->type != GEN_URI)
      continue;
    const ASN1_IA5STRING *uri = one->d.uniformResourceIdentifier;
    good |= spiffe_read((const char *)ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri),
                        expected->trust_domain, name) == PEER_SERVICE &&
            strcmp(name, expected->service) == 0;
  }
  GENERAL_NAMES_free(names);
  X509_free(certificate);
  return good ? 0 : 1;
}

grpc_channel_credentials *credentials_for_channel(struct credentials *credentials, const char *trust_domain,
                                                  const char *service) {
  grpc_ssl_verify_peer_options options = {.verify_peer_callback = verify_peer,
                                          .verify_peer_destruct = expected_free};
  grpc_ssl_pem_key_cert_pair pair = {credentials->texts[FILE_KEY], credentials->texts[FILE_CERTIFICATE]};
  if (!service)
    return grpc_ssl_credentials_create_ex(credentials->texts[FILE_CA], &pair, NULL, NULL);
  struct expected_peer *expected = calloc(1, sizeof(*expected));
  if (!expected)
    abort(); /* a channel that trusts more than it should is worse than none */
  expected->trust_domain = strdup(trust_domain);
  expected->service = strdup(service);
  options.verify_peer_callback_userdata = expected;
  return grpc_ssl_credentials_create_ex(credentials->texts[FILE_CA], &pair, &options, NULL);
}
