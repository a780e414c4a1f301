#include "runtime/process/probe.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

static bool failed(char *why, size_t size, const char *what, const char *detail) {
  snprintf(why, size, "the gRPC port %s: %s", what, detail);
  return false;
}

static int address_connect(const struct addrinfo *address, int timeout_ms) {
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  struct timeval wait = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait); /* also bounds connect() */
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
    return fd;
  int error = errno == EINPROGRESS ? ETIMEDOUT : errno;
  close(fd);
  errno = error;
  return -1;
}

static int port_connect(const struct probe_options *options) {
  bool wildcard = strcmp(options->host, "0.0.0.0") == 0 || strcmp(options->host, "::") == 0;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *addresses = NULL;
  char port[16];
  snprintf(port, sizeof port, "%d", options->port);
  if (getaddrinfo(wildcard ? NULL : options->host, port, &hints, &addresses) != 0) {
    errno = EHOSTUNREACH;
    return -1;
  }
  int fd = -1;
  for (const struct addrinfo *at = addresses; at && fd < 0; at = at->ai_next)
    fd = address_connect(at, options->timeout_ms);
  int error = errno;
  freeaddrinfo(addresses);
  errno = error;
  return fd;
}

static bool plain_exchange(int fd, char *why, size_t size) {
  char answer;
  if (send(fd, preface, sizeof preface - 1, MSG_NOSIGNAL) < 0)
    return failed(why, size, "closed a new connection", strerror(errno));
  ssize_t got = recv(fd, &answer, 1, 0);
  if (got > 0)
    return true;
  return failed(why, size, "does not answer a new connection", got == 0 ? "it was closed" : strerror(errno));
}

static SSL_CTX *context_create(const struct probe_options *options) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (!context)
    return NULL;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\2h2", 3);
  if (SSL_CTX_load_verify_locations(context, options->ca_file, NULL) == 1 &&
      SSL_CTX_use_certificate_chain_file(context, options->certificate_file) == 1 &&
      SSL_CTX_use_PrivateKey_file(context, options->key_file, SSL_FILETYPE_PEM) == 1)
    return context;
  SSL_CTX_free(context);
  return NULL;
}

static bool tls_handshake(const struct probe_options *options, int fd, char *why, size_t size) {
  char detail[160] = "";
  ERR_clear_error();
  SSL_CTX *context = context_create(options);
  SSL *session = context ? SSL_new(context) : NULL;
  bool good = session && SSL_set_fd(session, fd) == 1 && SSL_connect(session) == 1;
  int error = errno;
  if (!good && ERR_peek_error())
    ERR_error_string_n(ERR_peek_error(), detail, sizeof detail);
  else if (!good)
    snprintf(detail, sizeof detail, "%s", error == EAGAIN ? "it does not answer" : "it was closed");
  SSL_free(session);
  SSL_CTX_free(context);
  ERR_clear_error();
  return good || failed(why, size, "does not complete a new TLS handshake", detail);
}

bool probe_port(const struct probe_options *options, char *why, size_t size) {
  int fd = port_connect(options);
  if (fd < 0)
    return failed(why, size, "does not accept a new connection", strerror(errno));
  bool good = options->tls ? tls_handshake(options, fd, why, size) : plain_exchange(fd, why, size);
  close(fd);
  return good;
}
