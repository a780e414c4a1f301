/* What the files of the server share: the server, its routes and the call. Private to this folder.
 *
 *   slot    a request posted to gRPC core, for one route; posted again as soon as it is taken
 *   call    one call being served; pooled with its arena and arrays
 *
 * A call lives while anyone refers to it: its fiber, and each operation given to gRPC core. */
#ifndef ENTENTE_RPC_CALL_STATE_H
#define ENTENTE_RPC_CALL_STATE_H

#include "runtime/base/arena.h"
#include "runtime/message/schema.h"
#include "runtime/rpc/client.h"
#include "runtime/rpc/queue.h"
#include "runtime/rpc/server.h"
#include "runtime/rpc/spiffe.h"
#include "runtime/rpc/trace.h"
#include "runtime/rpc/turn.h"

#include <stdatomic.h>

enum {
  SLOTS_PER_ROUTE_MAX = 32,
  CALLS_POOLED_MAX = 1024,
  IN_FLIGHT_DEFAULT = 1024,
  DEADLINE_DEFAULT_MS = 10000,
  OVERLOAD_RETRY_MS = 200,
  DRAIN_RETRY_MS = 100,
  STREAM_STALL_DEFAULT_MS = 30000,
  LATE_WINDOW_MS = 100, /* how long late calls are answered before the port closes */
};

enum route_kind { ROUTE_UNARY, ROUTE_SERVER_STREAM, ROUTE_BIDI, ROUTE_UNKNOWN };

typedef const struct status *bidi_fn(struct call *call, struct stream *stream);

struct route {
  enum route_kind kind;
  const struct schema_method *schema; /* NULL for ROUTE_UNKNOWN */
  const Option__MethodPolicy *policy;
  unary_fn *unary;
  stream_fn *stream;
  bidi_fn *bidi;
  const ProtobufCFieldDescriptor *request_id; /* of a write; NULL otherwise */
  struct server *server;
  void *registered; /* gRPC core's handle */
  struct slot *slots;
  unsigned slot_count;
  atomic_uint waiting; /* slots that gRPC core has and has not taken for a call */
};

struct slot {
  struct tag tag;
  struct slot *next; /* of the route */
  struct route *route;
  bool last; /* it was taken while no other was waiting; written by the queue's thread before `tag` arrives */
  grpc_call *core;
  gpr_timespec deadline;
  grpc_metadata_array metadata;
  grpc_byte_buffer *payload;
  grpc_call_details details; /* of ROUTE_UNKNOWN */
};

struct stream {
  struct arena *arena; /* made when first asked for */
  struct tag sent, received;
  bool sending, receiving, send_failed;
  grpc_byte_buffer *outgoing, *incoming;
  grpc_slice message; /* last received */
  bool has_message;
  bool waiting; /* its fiber is in stream_wait() or stream_receive() */
  bool ahead;   /* the next message is already being received */
  struct loop_timer wait_timer;
};

/* Of a call that is passed on: pass.c. */
struct passing {
  const struct schema_method *method; /* NULL: it is not passed on */
  struct channel *channel;
  grpc_metadata *headers; /* of the service behind, for its answer; in the arena, values unowned */
  size_t header_count;
  const struct client_end *end; /* as the service behind said it */
};

struct call {
  struct call *previous, *next; /* in the server's list of live calls; `next` also in the pool */
  struct server *server;
  const struct route *route;
  grpc_call *core;
  unsigned references;
  struct fiber *fiber; /* NULL before and after it runs */
  struct arena *arena;

  grpc_metadata_array metadata;
  grpc_byte_buffer *payload, *response;
  grpc_slice request; /* the request's bytes, held until the end: a lost race parses them again */
  bool has_request;
  bool headers_sent, answered, cancelled, deadline_passed;
  bool gone; /* gRPC core said so: nothing can be sent any more */
  struct tag closed_tag, answer_tag;
  int core_cancelled; /* written by gRPC core's threads until closed_tag arrives */

  int64_t start_us, deadline_us; /* monotonic */
  int64_t now_us;                /* UTC */
  struct loop_timer deadline_timer;

  enum peer_class peer;
  char peer_name[PEER_NAME_MAX_BYTES + 1];
  const struct principal *principal;
  const char *authorization;
  size_t authorization_size;
  struct trace trace;
  struct passing passing;
  struct txn *txn;
  const ProtobufCBinaryData *packed; /* the answer, when it is not in `response` */
  uint32_t runs;
  size_t request_bytes, response_bytes;
  struct stream stream;
};

enum server_phase { SERVER_RUNNING, SERVER_NOTICE, SERVER_LATE, SERVER_CLOSING, SERVER_CLOSED };

struct server {
  struct server_options options;
  char *domain; /* `onboard.entente` */
  struct loop *loop;
  struct queue *queue;
  grpc_server *core;
  struct credentials *credentials;
  int port;
  bool started;

  struct route *routes; /* the last one is ROUTE_UNKNOWN */
  size_t route_count;
  size_t slots_posted;

  struct call *live, *pooled;
  size_t live_count, pooled_count;
  struct arena *scratch; /* for encoding statuses */
  struct trace_source traces;
  struct turns turns;

  bool serving;
  enum server_phase phase;
  bool shut;
  struct tag shutdown_tag;
  struct loop_timer drain_timer;
  uint32_t grace_ms;
  void (*drained)(void *argument);
  void *drained_argument;
};

/* dispatch.c: from a posted request to an answer. */
void slot_post(struct slot *slot);
/* One slot more for a route, to be posted. NULL when it has as many as it may have, or no memory is left. */
struct slot *slot_add(struct route *route);
void call_free(struct call *call);

/* answer.c */
/* Sends the status (NULL: OK, with `message`) unless the call was answered before, and tells the
 * observer. Takes over `message`; NULL: none. */
void call_answer(struct call *call, const struct status *status, const grpc_slice *message);
void call_hold(struct call *call);
/* The operation that sends the headers, once. */
void call_headers_op(struct call *call, grpc_op *op);
void call_release(struct call *call);

/* serve.c: what runs in a call's fiber. */
void call_serve(void *call);

/* pass.c: what runs in the fiber of a call that is passed on. */
void call_pass(void *call);
/* Rows for gRPC core, which refer to what they are of; how many. */
size_t call_metadata(grpc_metadata *out, const struct header *rows, size_t count);
/* Finds out where a call of an unknown path goes. */
void call_find_pass(struct call *call, const grpc_call_details *details);

/* The contract's method, served here or behind; NULL: none. */
static inline const struct schema_method *call_method(const struct call *call) {
  return call->route->schema ? call->route->schema : call->passing.method;
}

/* peer.c */
void call_read_peer(struct call *call);
void call_read_metadata(struct call *call);
/* Fills in the principal, or says why not. */
const struct status *call_identify(struct call *call);

/* stream.c */
void stream_prepare(struct stream *stream, struct call *call);
void stream_finish(struct stream *stream);
/* Why the stream must end now; NULL: it need not. */
const struct status *stream_ended(struct call *call);
/* The next message of a bidirectional call, valid until the next one; `*bytes` is NULL at the end. */
/* Sends bytes as the next message, as stream_send() does; takes `slice` over. */
const struct status *stream_send_slice(struct stream *stream, grpc_slice slice);
const struct status *stream_receive(struct stream *stream, const uint8_t **bytes, size_t *size,
                                    uint32_t idle_ms);
/* Begins to receive the next message while the fiber does something else; stream_receive() then takes it. */
void stream_receive_ahead(struct stream *stream);

/* table.c: the routes of the given services and of health and reflection, checked against the
 * contract. False with `*problem`. */
bool server_make_routes(struct server *server, const char **problem);

/* health.c, reflection.c: the built-in services. */
struct builtin_method {
  const char *path;
  unary_fn *unary;
  stream_fn *stream;
  bidi_fn *bidi;
};
extern const struct builtin_method health_methods[];     /* end with a NULL path */
extern const struct builtin_method reflection_methods[]; /* the same */
/* Whether a service is one of the server's. */
bool server_has_service(const struct server *server, const char *name);
/* Names of the services served, each once; `*out` in the arena. */
size_t server_service_names(const struct server *server, struct arena *arena, const char ***out);

/* server.c */
void server_check_drained(struct server *server);

/* A problem in one line, valid until the thread's next one. */
const char *problem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
