/* A non-blocking byte stream to Redis: unix socket, TCP, or TLS over TCP. Private to this folder. */
#ifndef ENTENTE_STORE_TRANSPORT_H
#define ENTENTE_STORE_TRANSPORT_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum address_scheme { ADDRESS_UNIX, ADDRESS_TCP, ADDRESS_TLS };

struct address {
  enum address_scheme scheme;
  char host[256]; /* or path */
  char port[8];
};
/* `unix:/path`, `tcp:host:port`, `tls:host:port`. False with one line in `problem`. */
bool address_parse(const char *text, struct address *out, char *problem, size_t problem_size);
/* Blocks while a name is looked up; `*out` NULL on failure. For unix: nothing to do. */
void address_resolve(const struct address *address, struct addrinfo **out);
/* Whether the lookup needs no network: a numeric host or a path. */
bool address_is_numeric(const struct address *address);

struct transport {
  int fd;    /* -1: closed */
  void *tls; /* SSL */
  void *tls_context;
};
/* Begins to connect to one looked-up address. False with `problem`. Afterwards wait until writable. */
bool transport_open(struct transport *transport, const struct address *address, const struct addrinfo *where,
                    const char *tls_ca_file, char *problem, size_t problem_size);
/* 1: connected (and the TLS handshake is complete), 0: not yet, -1 with `problem`. */
int transport_establish(struct transport *transport, char *problem, size_t problem_size);
/* As read() and write(): EAGAIN when it would block. */
ssize_t transport_read(struct transport *transport, void *bytes, size_t size);
ssize_t transport_write(struct transport *transport, const void *bytes, size_t size);
void transport_close(struct transport *transport);

/* First line of a file, without its end; `size` bytes at most. False when it cannot be read or is empty. */
bool password_read(const char *file, char *out, size_t size);

#endif
