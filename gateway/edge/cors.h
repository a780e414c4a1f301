/* Which pages of other origins may call from a browser (fetch.spec.whatwg.org, CORS). Pure. */
#ifndef ENTENTE_EDGE_CORS_H
#define ENTENTE_EDGE_CORS_H

#include "gateway/edge/http.h"

/* Headers of an answer as they gather. */
struct head {
  struct arena *arena;
  struct header *rows;
  size_t count, capacity;
};
void head_add(struct head *head, const char *key, const char *value);

/* Whether an origin is one of the list, exactly; origins are separated by spaces or commas. NULL: it is not.
 */
bool cors_allowed(const char *origins, const char *origin);
/* Adds what a browser must see to hand the answer to the page; the head's own headers are exposed. Call last.
 */
void cors_answer(struct head *head, const char *origins, const struct http_request *request);
/* Whether it is a preflight; then adds its answer, for status 204, or 403 when the origin is not allowed. */
bool cors_preflight(struct head *head, const char *origins, const struct http_request *request,
                    unsigned *status);

#endif
