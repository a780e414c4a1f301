/* How calls end on the wire: codes, errors and trailers as each protocol writes them. Pure. */
#ifndef ENTENTE_EDGE_ENDING_H
#define ENTENTE_EDGE_ENDING_H

#include "runtime/base/text.h"
#include "runtime/rpc/client.h"

/* Connect's HTTP status and name of a code. */
unsigned ending_http_status(enum code code);
const char *ending_code_name(enum code code);

/* Connect's error object: code, message, details (each with `debug`, its JSON, when its type is known). */
void ending_error(struct buffer *out, const struct client_end *end);
/* Connect's EndStreamResponse: error and metadata. */
void ending_stream(struct buffer *out, const struct client_end *end);
/* gRPC-Web's trailers as header lines. */
void ending_web(struct buffer *out, const struct client_end *end);

/* A header's value as text: of a key in `-bin` unpadded base64. */
const char *ending_value(struct arena *arena, const struct header *header);

#endif
