/* HTTP/1.1 on the loop's thread, by libmicrohttpd: bounded requests in, answers out, whole or piece by piece.
 *
 *   connection -> request line, headers, body (all within `arrival_ms`) -> arrived()
 *   fiber: http_answer(), or http_begin() http_send()... http_end(); then http_release()
 *
 * A client that leaves while its request is served is told by gone(). All on the loop's thread. */
#ifndef ENTENTE_EDGE_HTTP_H
#define ENTENTE_EDGE_HTTP_H

#include "runtime/base/arena.h"
#include "runtime/loop/loop.h"
#include "runtime/rpc/header.h"

struct http;

struct http_request {
  const char *verb;  /* `POST` */
  const char *path;  /* decoded, without the query */
  const char *query; /* raw, behind the `?`; NULL: none */
  const struct header *headers;
  size_t header_count;
  const uint8_t *body;
  size_t size;
  bool too_large; /* the body was over the limit and is not there */
};

/* One request, and its answer. */
struct http_visit {
  struct arena *arena; /* lives until both sides are done with it */
  struct http_request request;
  void *owner; /* of whoever serves it */
  bool gone;   /* the client left: what is sent goes nowhere */
};

struct http_options {
  struct loop *loop;
  const char *listen;                      /* `127.0.0.1:7780` */
  const char *certificate_file, *key_file; /* PEM; NULL: without TLS */
  unsigned connections_max, address_connections_max;
  uint32_t arrival_ms; /* from a connection's start, or the answer before, to the end of a request */
  uint32_t stall_ms;   /* how long a client may take nothing of an answer */
  size_t body_max;
  /* A request is here, whole. The arena may be used; fibers may be started. Exactly one http_release(). */
  void (*arrived)(void *context, struct http_visit *visit);
  void (*gone)(void *context, struct http_visit *visit); /* once at most, before http_release() */
  void *context;
};
/* NULL with `*problem`, one line that says what to do. */
struct http *http_start(const struct http_options *options, const char **problem);
int http_port(const struct http *http); /* the port bound */
size_t http_visits(const struct http *http);
size_t http_connections(const struct http *http);
/* Takes no more connections, and no more requests on those that are. */
void http_quiesce(struct http *http);
/* When there are no visits any more. NULL is allowed. */
void http_stop(struct http *http);

/* The first value of a header by its lower-case name; NULL: it is not there. */
const char *http_header(const struct http_request *request, const char *key);

/* Answers with a whole body, which stays valid until http_release() and beyond in the arena. */
void http_answer(struct http_visit *visit, unsigned status, const struct header *headers, size_t count,
                 const void *body, size_t size);
/* Answers piece by piece. http_send() suspends the fiber until the bytes are taken; false: nobody takes
 * them any more. */
void http_begin(struct http_visit *visit, unsigned status, const struct header *headers, size_t count);
bool http_send(struct http_visit *visit, const void *bytes, size_t size);
void http_end(struct http_visit *visit);
/* Cuts the connection: the answer cannot be ended well. */
void http_abort(struct http_visit *visit);
/* Nobody but HTTP itself needs the visit now. */
void http_release(struct http_visit *visit);

#endif
