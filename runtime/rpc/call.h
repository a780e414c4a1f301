/* A call as a handler sees it. Before the handler runs the runtime has unpacked and validated the
 * request, verified who calls and that they may, set the deadline and the trace; after it, the runtime
 * packs and sends the response or the status, logs one line and counts. */
#ifndef ENTENTE_RPC_CALL_H
#define ENTENTE_RPC_CALL_H

#include "runtime/base/status.h"
#include "runtime/rpc/identity.h"
#include "runtime/store/txn.h"

struct call;
struct stream;

/* Answers of a handler: NULL when `response` is filled in. LOST_RACE makes the runtime run the handler
 * again on a fresh transaction, up to LIMIT_LOST_RACES times. */
typedef const struct status *unary_fn(struct call *call, const void *request, void *response);
typedef const struct status *stream_fn(struct call *call, const void *request, struct stream *stream);

/* One row of a service's table. Exactly one of the two functions is set. The policy is in the
 * contract's options, not here. */
struct method {
  const char *name; /* as in the contract: `GetPlan` */
  unary_fn *unary;
  stream_fn *stream;
};

struct service {
  const char *name;             /* `entente.onboard.v1.PlanService` */
  const struct method *methods; /* ends with a NULL name */
};

struct arena *call_arena(struct call *call);
const struct principal *call_principal(const struct call *call);
/* UTC, microseconds: one instant for the whole call. */
int64_t call_now_us(const struct call *call);
/* Monotonic, microseconds. */
int64_t call_deadline_us(const struct call *call);
/* The caller went away or the deadline passed. Suspending functions fail by themselves then. */
bool call_cancelled(const struct call *call);
/* What main() gave to server_create() as `context`. */
void *call_context(const struct call *call);
/* The loop's store; NULL in a service without one. */
struct store *call_store(const struct call *call);
/* The caller's `authorization` header value for passing on; NULL when a service calls. */
const char *call_authorization(const struct call *call);
/* W3C trace id and span id, `00-...-...-01`. */
const char *call_traceparent(const struct call *call);

/* The organization id of the partner of a partnership, as the server's `partner_of` knows it; NULL when it
 * does not. For methods that name several partnerships. */
const struct status *call_partner_of(struct call *call, const char *partnership, const char **out);

/* The call's transaction. For a WRITE method it already holds the idempotency record of the request's
 * `request_id`. One per run of the handler. */
struct txn *call_txn(struct call *call);

/* Lets a unary handler that keeps answers answer with one that is packed already: `response` is not looked at
 * then. The bytes are copied as soon as the handler returns. */
void call_answer_packed(struct call *call, const ProtobufCBinaryData *message);

/* NOT_FOUND for a resource, the same words whether it is absent or hidden from this principal. */
const struct status *call_not_found(struct call *call, const char *resource);
/* ABORTED (ETAG_MISMATCH) unless `given` is empty or equals `current`. */
const struct status *call_check_etag(struct call *call, const char *given, const char *current);
/* status_make() in the call's arena. */
struct status *call_fail(struct call *call, enum code code, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Sends one message of a server stream; suspends while the client does not read. CANCELLED when the
 * client is gone, UNAVAILABLE while draining. The message may be changed after. */
const struct status *stream_send(struct stream *stream, const void *message);
/* The arena of the message being built: reset by each stream_send(). */
struct arena *stream_arena(struct stream *stream);
/* Suspends until fiber_resume() of this stream's fiber, `ms` passed, or the stream is to end. NULL:
 * go on; otherwise the status to return. */
const struct status *stream_wait(struct stream *stream, uint32_t ms);
struct fiber *stream_fiber(struct stream *stream);

#endif
