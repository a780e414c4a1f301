/* One request at the edge, from its arrival to its answer. Private to this folder. */
#ifndef ENTENTE_EDGE_EXCHANGE_H
#define ENTENTE_EDGE_EXCHANGE_H

#include "gateway/edge/account.h"
#include "gateway/edge/edge.h"
#include "gateway/edge/http.h"
#include "runtime/rpc/trace.h"

struct edge {
  struct edge_options options;
  struct http *http;
  struct account *account;
  struct trace_source traces;
  const char *origins;
  int64_t idle_us; /* longest silence of a stream */
  size_t in_flight_max;
  bool version_required, draining;
  struct exchange *first; /* all that run */
  size_t in_flight;
};

/* Serves a request that came whole. */
void exchange_begin(struct edge *edge, struct http_visit *visit);
/* Its client left. */
void exchange_leave(struct http_visit *visit);
/* Ends streams; what is unary goes on, unless `all`. */
void exchange_drain(struct edge *edge, bool all);

#endif
