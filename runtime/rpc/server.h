/* The gRPC server of a process: the only way in. gRPC core is used in this folder alone.
 *
 *   queue threads: grpc_completion_queue_next -> loop_post()
 *   loop threads:  unpack, identity, access, validation, deadline, idempotency -> fiber -> handler
 *
 * Every server also answers grpc.health.v1, grpc.reflection.v1 and v1alpha, and UNIMPLEMENTED for the
 * rest. Start-up refuses a table that differs from the contract in either direction, and a method
 * without an access policy. */
#ifndef ENTENTE_RPC_SERVER_H
#define ENTENTE_RPC_SERVER_H

#include "runtime/rpc/call.h"

struct server;
struct log;
struct metrics;

struct server_options {
  const char *service_name;       /* `onboard`: for logs, metrics, error domain `onboard.entente` */
  const char *listen;             /* `127.0.0.1:7701` */
  bool tls;                       /* false only on loopback, for tests and measurements */
  const char *ca_file, *certificate_file, *key_file; /* PEM; looked at again when they change */
  const struct service *const *services; /* NULL-terminated */
  uint32_t in_flight_max;         /* calls being served; beyond: RESOURCE_EXHAUSTED (OVERLOADED). 0: 1,024 */
  uint32_t queue_threads;         /* 0: 1 */
  struct store *store;            /* may be NULL */
  struct identity *identity;      /* may be NULL only without TLS: then every call is an administrator
                                     of no vendor and only open methods answer */
  partner_of_fn *partner_of;
  void *partner_of_context;
  const struct clock *clock;
  struct log *log;                /* one line a call; NULL: none */
  struct metrics *metrics;        /* NULL: none */
  void *context;
};

/* Binds and starts. NULL with `*problem` (one line that says what to do) when the port is in use, a
 * file is missing, or a table does not fit the contract. Serves on `loop`. */
struct server *server_create(struct loop *loop, const struct server_options *options,
                             const char **problem);
/* The port bound, for `listen` with port 0. */
int server_port(const struct server *server);
/* Readiness as health reports it: SERVING once called with true. */
void server_set_serving(struct server *server, bool serving);
/* Graceful end: health NOT_SERVING first; for `notice_ms` goes on answering; then late calls get
 * UNAVAILABLE; after `grace_ms` what still runs is cancelled. `done` is called on the loop's thread. */
void server_drain(struct server *server, uint32_t notice_ms, uint32_t grace_ms,
                  void (*done)(void *argument), void *argument);
/* After `done`. NULL is allowed. */
void server_destroy(struct server *server);

#endif
