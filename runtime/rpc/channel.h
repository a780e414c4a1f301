/* What client.c and client_stream.c share of a channel. Private to this folder. */
#ifndef ENTENTE_RPC_CHANNEL_H
#define ENTENTE_RPC_CHANNEL_H

#include "runtime/rpc/client.h"
#include "runtime/rpc/queue.h"

#include <stdbool.h>

struct channel {
  struct loop *loop;
  struct queue *queue;
  struct credentials *credentials; /* NULL without TLS */
  char *target, *expected_service, *trust_domain;
  grpc_channel *core;
  int64_t look_us; /* monotonic: when to look at the files again */
  size_t pending;  /* calls that gRPC core knows of */
  bool closing;    /* destroyed as soon as there are none */
};
/* One call less. The channel may be gone after. */
void channel_settled(struct channel *channel);

/* What goes out with a call. Valid until the operation that sends it has completed. */
struct outgoing {
  grpc_call *core;
  grpc_metadata *headers; /* malloc'ed */
  size_t header_count;
  grpc_byte_buffer *message;
};
/* Makes gRPC core's call, its headers and its message. Returns a status when it must not be sent. */
const struct status *outgoing_prepare(struct outgoing *out, struct channel *channel,
                                      const struct client_call *call);
/* Fills in the three operations that send it. */
void outgoing_ops(struct outgoing *out, grpc_op ops[3]);
void outgoing_free(struct outgoing *out);

/* UNAVAILABLE unless the peer is the one expected. */
const struct status *channel_check_peer(struct channel *channel, grpc_call *core, struct arena *arena);
/* Parses an answer's message. INTERNAL when it is none of its type. */
const struct status *incoming_parse(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                    grpc_byte_buffer *buffer, ProtobufCMessage **out);
/* The bytes of a message in one slice, usually the one that arrived; the caller unrefs it. */
grpc_slice incoming_slice(grpc_byte_buffer *buffer);
/* The details among a peer's trailers; NULL when there are none. */
const grpc_slice *trailing_details(const grpc_metadata_array *trailers);
/* Why the served call that this fiber belongs to needs nothing any more; NULL: it goes on. */
const struct status *served_call_ended(void);

#endif
