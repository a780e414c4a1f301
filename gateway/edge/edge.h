/* The open edge: what browsers and portals reach by HTTP. Connect, gRPC-Web and JSON in front of the same
 * methods that the pillars and the gateway serve by gRPC; each checks identity and policy itself.
 *
 *   http.h     requests, whole and bounded            media.h     which protocol
 *   exchange.c one request: question -> call -> answer  question.h  its message, as protobuf
 *   route.h    who serves it                          ending.h    how it ended, in each protocol's words */
#ifndef ENTENTE_EDGE_EDGE_H
#define ENTENTE_EDGE_EDGE_H

#include "runtime/base/clock.h"
#include "runtime/process/setting.h"
#include "runtime/rpc/client.h"
#include "runtime/rpc/identity.h"

struct edge;
struct log;
struct metrics;

/* A document that is answered as it is. */
struct document {
  const char *path; /* `/openapi.json`; ends a table when NULL */
  const char *content_type;
  const void *bytes;
  size_t size;
};

struct edge_options {
  struct loop *loop;
  const struct settings *settings; /* of edge_settings and `in-flight-max` */
  struct identity *identity;
  const struct clock *clock;
  struct log *log;
  struct metrics *metrics;
  struct channel *const *pillars;                /* by enum pillar */
  struct channel *(*own_channel)(void *context); /* to the gateway itself, for its own methods */
  void *context;
  const struct document *documents; /* NULL: none */
};

/* Rows for the process's table of settings. */
extern const struct setting edge_settings[];

/* NULL with `*problem`, one line that says what to do; NULL without one when `http-listen` is empty. */
struct edge *edge_start(const struct edge_options *options, const char **problem);
/* Answers what runs, ends streams, then closes. In loop turns: call outside of fibers. NULL is allowed. */
void edge_stop(struct edge *edge);

#endif
