#include "runtime/store/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const struct {
  const char *prefix;
  enum address_scheme scheme;
} schemes[] = {{"unix:", ADDRESS_UNIX}, {"tcp:", ADDRESS_TCP}, {"tls:", ADDRESS_TLS}};

static bool parse_host_port(const char *text, struct address *out) {
  const char *colon = strrchr(text, ':');
  if (!colon || colon == text || strlen(colon + 1) >= sizeof out->port || !colon[1] ||
      strspn(colon + 1, "0123456789") != strlen(colon + 1)) {
    return false;
  }
  size_t size = (size_t)(colon - text);
  if (text[0] == '[' && text[size - 1] == ']') { /* IPv6 */
    text++;
    size -= 2;
  }
  if (size >= sizeof out->host) {
    return false;
  }
  memcpy(out->host, text, size);
  out->host[size] = '\0';
  snprintf(out->port, sizeof out->port, "%s", colon + 1);
  return true;
}

bool address_parse(const char *text, struct address *out, char *problem, size_t problem_size) {
  *out = (struct address){0};
  for (size_t i = 0; text && i < sizeof schemes / sizeof schemes[0]; i++) {
    size_t prefix = strlen(schemes[i].prefix);
    if (strncmp(text, schemes[i].prefix, prefix) != 0) {
      continue;
    }
    out->scheme = schemes[i].scheme;
    if (out->scheme != ADDRESS_UNIX && parse_host_port(text + prefix, out)) {
      return true;
    }
    if (out->scheme == ADDRESS_UNIX && text[prefix] &&
        strlen(text + prefix) < sizeof((struct sockaddr_un *)0)->sun_path) {
      snprintf(out->host, sizeof out->host, "%s", text + prefix);
      return true;
    }
    break;
  }
  snprintf(
      problem, problem_size,
      "the Redis address `%.200s` is malformed: write unix:/path/redis.sock, tcp:host:port or tls:host:port",
      text ? text : "");
  return false;
}

bool address_is_numeric(const struct address *address) {
  unsigned char bytes[sizeof(struct in6_addr)];
  return address->scheme == ADDRESS_UNIX || inet_pton(AF_INET, address->host, bytes) == 1 ||
         inet_pton(AF_INET6, address->host, bytes) == 1;
}

void address_resolve(const struct address *address, struct addrinfo **out) {
  *out = NULL;
  if (address->scheme != ADDRESS_UNIX) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    if (getaddrinfo(address->host, address->port, &hints, out) != 0) {
      *out = NULL;
    }
  }
}

static int connect_socket(const struct address *address, const struct addrinfo *where) {
  int fd, result;
  if (address->scheme == ADDRESS_UNIX) {
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    memcpy(path.sun_path, address->host, sizeof path.sun_path - 1); /* address_parse() saw that it fits */
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    result = fd < 0 ? -1 : connect(fd, (struct sockaddr *)&path, sizeof path);
  } else {
    fd = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
      int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    result = fd < 0 ? -1 : connect(fd, where->ai_addr, where->ai_addrlen);
  }
  if (result < 0 && errno != EINPROGRESS) {
    if (fd >= 0) {
      int saved = errno;
      close(fd);
      errno = saved;
    }
    return -1;
  }
  return fd;
}

/* The server's certificate must be of the CA and name the host. */
static bool begin_tls(struct transport *transport, const struct address *address, const char *ca_file) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (!context) {
    return false;
  }
  transport->tls_context = context;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  int trusted = ca_file ? SSL_CTX_load_verify_locations(context, ca_file, NULL)
                        : SSL_CTX_set_default_verify_paths(context);
  SSL *tls = trusted == 1 ? SSL_new(context) : NULL;
  transport->tls = tls;
  if (!tls || SSL_set_fd(tls, transport->fd) != 1) {
    return false;
  }
  X509_VERIFY_PARAM *verify = SSL_get0_param(tls);
  if (address_is_numeric(address)) {
    return X509_VERIFY_PARAM_set1_ip_asc(verify, address->host) == 1;
  }
  return SSL_set_tlsext_host_name(tls, address->host) == 1 && SSL_set1_host(tls, address->host) == 1;
}

bool transport_open(struct transport *transport, const struct address *address, const struct addrinfo *where,
                    const char *tls_ca_file, char *problem, size_t problem_size) {
  *transport = (struct transport){.fd = -1};
  if (address->scheme != ADDRESS_UNIX && !where) {
    snprintf(problem, problem_size, "the host `%s` of the Redis address is not known", address->host);
    return false;
  }
  transport->fd = connect_socket(address, where);
  if (transport->fd < 0) {
    snprintf(problem, problem_size, "cannot connect to Redis at %s%s%s: %s", address->host,
             address->port[0] ? ":" : "", address->port, strerror(errno));
    return false;
  }
  if (address->scheme == ADDRESS_TLS && !begin_tls(transport, address, tls_ca_file)) {
    snprintf(problem, problem_size, "cannot set up TLS to Redis: check the CA file `%s`",
             tls_ca_file ? tls_ca_file : "(system)");
    transport_close(transport);
    return false;
  }
  return true;
}

static int establish_tls(struct transport *transport, char *problem, size_t problem_size) {
  ERR_clear_error();
  int result = SSL_connect(transport->tls);
  if (result == 1) {
    return 1;
  }
  int error = SSL_get_error(transport->tls, result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    return 0;
  }
  const char *reason = ERR_reason_error_string(ERR_peek_last_error());
  snprintf(problem, problem_size, "TLS to Redis failed: %s",
           reason ? reason : "the peer closed the connection");
  return -1;
}

int transport_establish(struct transport *transport, char *problem, size_t problem_size) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(transport->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) {
    error = errno;
  }
  if (error) {
    snprintf(problem, problem_size, "cannot connect to Redis: %s", strerror(error));
    return -1;
  }
  return transport->tls ? establish_tls(transport, problem, problem_size) : 1;
}

static ssize_t tls_result(struct transport *transport, int result) {
  if (result > 0) {
    return result;
  }
  int error = SSL_get_error(transport->tls, result);
  if (error == SSL_ERROR_ZERO_RETURN) {
    return 0;
  }
  errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
  return -1;
}

ssize_t transport_read(struct transport *transport, void *bytes, size_t size) {
  if (transport->tls) {
    ERR_clear_error();
    return tls_result(transport, SSL_read(transport->tls, bytes, size > INT32_MAX ? INT32_MAX : (int)size));
  }
  return read(transport->fd, bytes, size);
}

ssize_t transport_write(struct transport *transport, const void *bytes, size_t size) {
  if (transport->tls) {
    ERR_clear_error();
    return tls_result(transport, SSL_write(transport->tls, bytes, size > INT32_MAX ? INT32_MAX : (int)size));
  }
  return send(transport->fd, bytes, size, MSG_NOSIGNAL);
}

void transport_close(struct transport *transport) {
  SSL_free(transport->tls);
  SSL_CTX_free(transport->tls_context);
  if (transport->fd >= 0) {
    close(transport->fd);
  }
  *transport = (struct transport){.fd = -1};
}

bool password_read(const char *file, char *out, size_t size) {
  FILE *stream = fopen(file, "re");
  if (!stream) {
    return false;
  }
  bool read_line = fgets(out, (int)size, stream) != NULL;
  fclose(stream);
  if (read_line) {
    out[strcspn(out, "\r\n")] = '\0';
  }
  return read_line && out[0];
}
