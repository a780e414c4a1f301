#include "gateway/edge/cors.h"

#include "runtime/base/text.h"

#include <string.h>

#define PREFLIGHT_AGE_S "7200"
#define HEADERS_ALLOWED                                                                                      \
  "Authorization, Content-Type, Content-Encoding, Connect-Protocol-Version, Connect-Timeout-Ms, "            \
  "Connect-Content-Encoding, Connect-Accept-Encoding, Grpc-Timeout, Grpc-Encoding, Grpc-Accept-Encoding, "   \
  "X-Grpc-Web, X-User-Agent, Traceparent"
#define HEADERS_EXPOSED "Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin"

void head_add(struct head *head, const char *key, const char *value) {
  if (head->count == head->capacity) {
    size_t capacity = head->capacity ? head->capacity * 2 : 16;
    struct header *rows = arena_calloc(head->arena, capacity, sizeof(*rows));
    if (head->count)
      memcpy(rows, head->rows, head->count * sizeof(*rows));
    head->rows = rows;
    head->capacity = capacity;
  }
  head->rows[head->count++] = (struct header){key, value, strlen(value)};
}

bool cors_allowed(const char *origins, const char *origin) {
  size_t length = origin ? strlen(origin) : 0;
  while (length && *origins) {
    origins += strspn(origins, " ,\t");
    size_t size = strcspn(origins, " ,\t");
    if (size == length && memcmp(origins, origin, size) == 0)
      return true;
    origins += size;
  }
  return false;
}

void cors_answer(struct head *head, const char *origins, const struct http_request *request) {
  const char *origin = http_header(request, "origin");
  size_t count = head->count;
  head_add(head, "vary", "Origin");
  if (!cors_allowed(origins, origin))
    return;
  struct buffer exposed = {.arena = head->arena};
  buffer_text(&exposed, HEADERS_EXPOSED);
  for (size_t i = 0; i < count; i++)
    buffer_printf(&exposed, ", %s", head->rows[i].key);
  head_add(head, "access-control-allow-origin", origin);
  head_add(head, "access-control-expose-headers", exposed.data);
}

/* Custom headers are allowed by name: only those that are carried on. */
static const char *allowed_headers(struct arena *arena, const char *asked) {
  struct buffer out = {.arena = arena};
  buffer_text(&out, HEADERS_ALLOWED);
  while (asked && *asked) {
    asked += strspn(asked, " ,\t");
    size_t size = strcspn(asked, " ,\t");
    if (header_carried(asked, size))
      buffer_printf(&out, ", %.*s", (int)size, asked);
    asked += size;
  }
  return out.data;
}

bool cors_preflight(struct head *head, const char *origins, const struct http_request *request,
                    unsigned *status) {
  const char *origin = http_header(request, "origin");
  if (strcmp(request->verb, "OPTIONS") != 0 || !origin ||
      !http_header(request, "access-control-request-method"))
    return false;
  head_add(head, "vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  *status = 403;
  if (!cors_allowed(origins, origin))
    return true;
  *status = 204;
  head_add(head, "access-control-allow-origin", origin);
  head_add(head, "access-control-allow-methods", "POST, GET");
  head_add(head, "access-control-allow-headers",
           allowed_headers(head->arena, http_header(request, "access-control-request-headers")));
  head_add(head, "access-control-max-age", PREFLIGHT_AGE_S);
  return true;
}
