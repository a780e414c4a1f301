/* What the edge tells of its calls: a log line each, and metrics by protocol and code. */
#ifndef ENTENTE_EDGE_ACCOUNT_H
#define ENTENTE_EDGE_ACCOUNT_H

#include "runtime/base/status.h"
#include "runtime/rpc/identity.h"

struct account;
struct log;
struct metrics;

/* An answered request. */
struct account_line {
  const char *protocol; /* `connect`, `grpc-web`, `http` for what is none of them */
  const char *method;   /* path of the contract; "" when there is none */
  enum code code;
  const char *reason, *message; /* "" when OK */
  unsigned http_status;
  int64_t duration_us;
  size_t request_bytes, response_bytes; /* bodies */
  const char *trace_id;
  const struct principal *principal; /* NULL: not known */
};

/* NULL when out of memory. */
struct account *account_create(struct log *log, struct metrics *metrics);
void account_destroy(struct account *account);
void account_tell(struct account *account, const struct account_line *line);
/* Of now. */
/* `held`: requests that are arriving, served, or whose answer is on its way. */
void account_load(struct account *account, size_t connections, size_t held, size_t in_flight);

#endif
