/* A request of any of the protocols, read: the one message as protobuf, how long the caller waits, what goes
 * along. Pure. */
#ifndef ENTENTE_EDGE_QUESTION_H
#define ENTENTE_EDGE_QUESTION_H

#include "gateway/edge/http.h"
#include "gateway/edge/media.h"
#include "runtime/base/status.h"
#include "runtime/message/schema.h"

struct question {
  const uint8_t *bytes;
  size_t size;
  int64_t timeout_us;           /* INT64_MAX: the caller said none */
  bool gzip;                    /* the caller takes gzip */
  const char *authorization;    /* NULL: none, or more than one */
  const char *traceparent;      /* NULL: none */
  const struct header *carried; /* custom headers, values decoded */
  size_t carried_count;
};

/* What goes along: everything but the message. INVALID_ARGUMENT: TIMEOUT_MALFORMED, HEADER_MALFORMED,
 * PROTOCOL_VERSION. */
const struct status *question_read_head(struct arena *arena, const struct http_request *request,
                                        const struct media *media, bool version_required,
                                        struct question *out);
/* The message of a POST. UNIMPLEMENTED: ENCODING_UNKNOWN, MESSAGE_MISSING, MESSAGE_SURPLUS. INTERNAL:
 * ENCODING_MISSING. RESOURCE_EXHAUSTED: MESSAGE_TOO_LARGE. INVALID_ARGUMENT: BODY_MALFORMED, or as
 * json_read(). */
const struct status *question_read_body(struct arena *arena, const struct http_request *request,
                                        const struct media *media, const struct schema_method *method,
                                        struct question *out);
/* The message of Connect's GET. The same, and QUERY_MALFORMED. */
const struct status *question_read_query(struct arena *arena, const struct http_request *request,
                                         const struct media *media, const struct schema_method *method,
                                         struct question *out);

#endif
