/* An answer as its protocol writes it: whole for unary methods, piece by piece for streams. Private to this
 * folder; used in the exchange's fiber. */
#ifndef ENTENTE_EDGE_REPLY_H
#define ENTENTE_EDGE_REPLY_H

#include "gateway/edge/cors.h"
#include "gateway/edge/http.h"
#include "gateway/edge/media.h"
#include "runtime/base/text.h"
#include "runtime/message/schema.h"
#include "runtime/rpc/client.h"

/* Fill in the first part. */
struct reply {
  struct http_visit *visit;
  const struct media *media;
  const struct schema_method *method; /* NULL: only an end will come */
  const char *origins;                /* see cors.h */
  bool gzip;                          /* the caller takes it */
  bool get;                           /* of Connect's GET: may be kept by the browser, asked about again */

  struct arena *pieces; /* of the piece being written */
  struct header *headers;
  size_t header_count;
  struct buffer whole; /* what is answered at once */
  size_t messages;     /* so far */
  bool begun;
  unsigned http_status;
  size_t bytes; /* of the body, so far */
};

/* The service's headers, before the first message. Texts must live as long as the visit. */
void reply_headers(struct reply *reply, const struct header *headers, size_t count);
/* A message as protobuf. False: the client is gone, or it is none of its type (`*status`). */
bool reply_message(struct reply *reply, const uint8_t *bytes, size_t size, const struct status **status);
/* The end, once. */
void reply_end(struct reply *reply, const struct client_end *end);
/* A refusal of HTTP's own, with Connect's error as its body; `allow`: more of a header, or NULL. */
void reply_refuse(struct reply *reply, unsigned http_status, const struct client_end *end,
                  const struct header *extra);

#endif
