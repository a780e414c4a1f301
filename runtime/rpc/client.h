/* Calls to other services, in the same straight-line style: start several, wait for all.
 *
 *   struct pending *a = client_start(sell, ...), *b = client_start(onboard, ...);
 *   status = client_wait(a, &x); other = client_wait(b, &y);
 *
 * Only in fibers. Everything returned is in the call's arena. */
#ifndef ENTENTE_RPC_CLIENT_H
#define ENTENTE_RPC_CLIENT_H

#include "runtime/base/status.h"
#include "runtime/loop/loop.h"
#include "runtime/rpc/header.h"

#include <protobuf-c/protobuf-c.h>

struct channel;
struct pending;
struct client_stream;

struct channel_options {
  const char *target; /* `127.0.0.1:7701`, `dns:///sell:7704` */
  bool tls;
  const char *ca_file, *certificate_file, *key_file;
  const char *expected_service; /* name in the peer's certificate URI, `sell`; NULL: not checked */
  const char *trust_domain;
};
/* Connects when first used and again whenever lost. One per target and loop. Changed files are taken up
 * within 10 s. NULL with `*problem` (valid until the thread's next one) when a file is missing. */
struct channel *channel_create(struct loop *loop, const struct channel_options *options,
                               const char **problem);
/* No call may be pending but those given up. On the loop's thread: within the loop these may still come
 * back later, outside of it they are waited for. NULL is allowed. */
void channel_destroy(struct channel *channel);

struct client_call {
  struct arena *arena;
  const char *method;   /* `/entente.sell.v1.OpportunityService/GetOpportunity` */
  const void *request;  /* protobuf-c message; NULL: `bytes` */
  const uint8_t *bytes; /* a request that is packed already */
  size_t size;
  const ProtobufCMessageDescriptor *response; /* NULL only for client_stream_bytes() */
  const char *authorization;                  /* header value to pass on; NULL: the service itself calls */
  const char *traceparent;                    /* NULL: none */
  const struct header *headers;               /* more of them, header_count */
  size_t header_count;
  bool unary;          /* of a client_stream: one message is expected, which need not come before the end */
  int64_t deadline_us; /* monotonic; INT64_MAX only for streams; within a served call its own
                          deadline holds too */
};

/* Sends. Never fails: what goes wrong comes from client_wait(). */
struct pending *client_start(struct channel *channel, const struct client_call *call);
/* Suspends until answered or the served call that it belongs to is cancelled. `response` is the address of
 * a pointer to a message, set on success. The status has the peer's code, reason and details; UNAVAILABLE
 * when the peer is not `expected_service`. Ends the pending call. */
const struct status *client_wait(struct pending *pending, void *response);
/* Both in one. */
const struct status *client_call(struct channel *channel, const struct client_call *call, void *response);
/* Gives a pending call up, in place of client_wait(). A fiber's end does the same for what it left. */
void client_cancel(struct pending *pending);

/* Server streams. `message` is the address of a pointer to a message: NULL at a clean end; each message is
 * valid until the next call. client_stream_close() cancels what is left and must be called once; a fiber's
 * end does the same. client_stream_cancel() makes a suspended client_stream_next() answer CANCELLED; it may
 * be called from outside of the fiber, on the loop's thread. */
struct client_stream *client_stream_open(struct channel *channel, const struct client_call *call);
const struct status *client_stream_next(struct client_stream *stream, void *message);
void client_stream_cancel(struct client_stream *stream);
void client_stream_close(struct client_stream *stream);

/* The same call unread, unary or stream, for who passes it on: after client_stream_open() the headers once,
 * then the messages as the bytes that they are, then the end. */

/* How a call ended, as the peer said it or as became of it here. */
struct client_end {
  enum code code;
  const char *message;    /* UTF-8 when the peer's was; "" when OK */
  const uint8_t *details; /* packed google.rpc.Status; NULL: none */
  size_t details_size;
  const struct header *trailers;
  size_t trailer_count;
};

/* Suspends until the peer's headers or its end are here; how many there are. Only those that
 * header_returned(). */
size_t client_stream_headers(struct client_stream *stream, const struct header **out);
/* The next message, valid until the next call; `*bytes` is NULL at the end, however it came. */
void client_stream_bytes(struct client_stream *stream, const uint8_t **bytes, size_t *size);
/* Suspends until the end is known; never NULL. What the peer said, or a status of this side in the words of
 * `domain`. Words of gRPC core's own, which name addresses, are replaced. */
const struct client_end *client_stream_end(struct client_stream *stream, const char *domain);
/* A status of this side as if a peer had sent it. */
const struct client_end *client_end_of(struct arena *arena, const struct status *status, const char *domain);
/* The end as a status. In the arena. */
const struct status *client_end_status(struct arena *arena, const struct client_end *end);

#endif
