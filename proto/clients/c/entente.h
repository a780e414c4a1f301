/* Entente's services from C: a connection over mutual TLS, calls that block, and what a refusal says. The
 * calls themselves are in one header a service, entente/onboard/v1/plan_service.client.h and so on, the
 * messages in protobuf-c's headers beside them.
 *
 * A client may be used by many threads at once, a stream by one. Everything returned is the caller's to free.
 */
#ifndef ENTENTE_H
#define ENTENTE_H

#include "google/rpc/error_details.pb-c.h"

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

struct entente_client;
struct entente_stream;

struct entente_options {
  const char *address;                               /* `127.0.0.1:7700`, of the gateway or of a pillar */
  const char *ca_file, *certificate_file, *key_file; /* PEM: the suite's authority, and who the program is */
  const char *token;                                 /* a user's; NULL: the program calls as itself */
  int64_t timeout_ms;                                /* of each call; 0: 10 seconds, for streams none */
};

/* Why a call failed. Zero-initialise; every call that takes it clears it first. */
struct entente_refusal {
  int code;                                  /* gRPC's; 0: nothing failed */
  char *message;                             /* for people; NULL when `code` is 0 */
  Google__Rpc__ErrorInfo *info;              /* the reason, for programs; NULL: none was told */
  Google__Rpc__BadRequest *request;          /* everything that is wrong with the request; NULL: nothing */
  Google__Rpc__PreconditionFailure *failure; /* what has to hold first; NULL: nothing */
};
/* Frees what it holds. */
void entente_refusal_clear(struct entente_refusal *refusal);
/* `INVALID_STATE`; "" when none was told. Valid until it is cleared. */
const char *entente_refusal_reason(const struct entente_refusal *refusal);

/* NULL with the refusal when a file cannot be read or is no PEM. Connects with the first call, and again
 * whenever the connection is lost. */
struct entente_client *entente_open(const struct entente_options *options, struct entente_refusal *refusal);
/* No call may be under way. NULL is allowed. */
void entente_close(struct entente_client *client);

/* What the headers of the services are made of. `method` is a path,
 * `/entente.onboard.v1.PlanService/GetPlan`; an answer is freed with protobuf_c_message_free_unpacked(answer,
 * NULL). NULL with the refusal. */
ProtobufCMessage *entente_call(struct entente_client *client, const char *method,
                               const ProtobufCMessage *request, const ProtobufCMessageDescriptor *response,
                               struct entente_refusal *refusal);

/* A server stream: open, take messages until NULL, close. The end was clean when the refusal's code is 0. */
struct entente_stream *entente_stream_open(struct entente_client *client, const char *method,
                                           const ProtobufCMessage *request,
                                           const ProtobufCMessageDescriptor *response,
                                           struct entente_refusal *refusal);
ProtobufCMessage *entente_stream_next(struct entente_stream *stream, struct entente_refusal *refusal);
/* Ends it early: a waiting entente_stream_next() answers CANCELLED. From any thread, before the stream is
 * closed. */
void entente_stream_cancel(struct entente_stream *stream);
/* Cancels what is left. NULL is allowed. */
void entente_stream_close(struct entente_stream *stream);

#endif
