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
struct channel;

/* Where a method that is not served here goes; NULL: nowhere, it is UNIMPLEMENTED. On the loop's thread. */
typedef struct channel *pass_fn(void *context, const char *method);

/* What is known of a call once it is answered. Texts live until `finished` returns. */
struct call_facts {
  const char *method; /* `/entente.onboard.v1.PlanService/GetPlan`; "" for a path that is not served */
  enum code code;
  const char *reason;                   /* "" when OK */
  const char *message;                  /* "" when OK: the status's text, for people; UTF-8 */
  int64_t duration_us;                  /* from arrival to answer; of a stream: to its end */
  size_t request_bytes, response_bytes; /* of messages, packed; streams: all of them together */
  const char *trace_id;                 /* 32 hex digits */
  const char *span_id;                  /* 16 hex digits, of this call */
  const char *peer_service;             /* name in the peer's certificate; "" without TLS */
  const struct principal *principal;    /* NULL when the call was refused before it was known */
  uint32_t runs;                        /* how often the handler ran: lost races run it again */
  uint32_t in_flight;                   /* calls being served, this one included */
};

/* Told of every answered call on the loop's thread; must not suspend. For log lines and metrics. */
struct call_observer {
  void (*finished)(void *context, const struct call_facts *facts);
  void *context;
};

struct server_options {
  const char *service_name; /* `onboard`: for logs, metrics, error domain `onboard.entente` */
  const char *listen;       /* `127.0.0.1:7701` */
  bool tls;                 /* false only on loopback, for tests and measurements */
  const char *ca_file, *certificate_file, *key_file; /* PEM; looked at again when they change */
  const struct service *const *services;             /* NULL-terminated */
  uint32_t in_flight_max;    /* calls being served; beyond: RESOURCE_EXHAUSTED (OVERLOADED). 0: 1,024 */
  uint32_t stream_stall_ms;  /* how long a stream's client may take no message; then it is cancelled.
                                0: 30,000 */
  uint32_t queue_threads;    /* 0: 1 */
  struct store *store;       /* may be NULL */
  struct identity *identity; /* may be NULL only without TLS */
  const char *trust_domain;  /* of peers' certificates, `entente.local`; required with TLS */
  /* Who calls when there is no token: for tests and measurements, refused with TLS or beyond
     loopback. Looked at for each call. NULL: such calls are UNAUTHENTICATED. */
  const struct principal *const *fixed_principal;
  partner_of_fn *partner_of;
  void *partner_of_context;
  /* Passes calls on unread, with the user's token, deadline, trace and headers that header_carried(). The
     service behind enforces the policy; only calls with a token go on, and never as this service. NULL: none
     are. */
  pass_fn *pass;
  const struct clock *clock;
  struct call_observer observer; /* `finished` may be NULL */
  void *context;                 /* what call_context() gives; also of `pass` */
};

/* Binds and starts. NULL with `*problem` (one line that says what to do) when the port is in use, a
 * file is missing, or a table does not fit the contract. Serves on `loop`. */
struct server *server_create(struct loop *loop, const struct server_options *options, const char **problem);
/* Raises this process's soft limit of descriptors to the hard one. False with `*problem` when fewer than
 * 4,096 can be had: gRPC core never accepts again once it has run out of them. Call before server_create().
 */
bool server_raise_descriptor_limit(const char **problem);
/* The port bound, for `listen` with port 0. */
int server_port(const struct server *server);
/* Readiness as health reports it: SERVING once called with true. */
void server_set_serving(struct server *server, bool serving);
/* Graceful end: health NOT_SERVING first; for `notice_ms` goes on answering; then late calls get
 * UNAVAILABLE; after `grace_ms` what still runs is cancelled. `done` is called on the loop's thread. */
void server_drain(struct server *server, uint32_t notice_ms, uint32_t grace_ms, void (*done)(void *argument),
                  void *argument);
/* After `done`. NULL is allowed. */
void server_destroy(struct server *server);

#endif
