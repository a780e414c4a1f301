#include "runtime/rpc/spiffe.h"

#include <grpc/grpc_security.h>
#include <grpc/grpc_security_constants.h>
#include <string.h>

static const struct {
  const char *segment;
  enum peer_class peer;
} classes[] = {{"/service/", PEER_SERVICE}, {"/client/", PEER_CLIENT}};

/* Steps over `prefix`; false when the text does not begin with it. */
static bool skip(const char **text, size_t *size, const char *prefix) {
  size_t length = strlen(prefix);
  if (*size < length || memcmp(*text, prefix, length) != 0)
    return false;
  *text += length;
  *size -= length;
  return true;
}

enum peer_class spiffe_read(const char *id, size_t size, const char *trust_domain,
                            char name[PEER_NAME_MAX_BYTES + 1]) {
  if (!skip(&id, &size, "spiffe://") || !skip(&id, &size, trust_domain))
    return PEER_UNKNOWN;
  for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
    if (!skip(&id, &size, classes[i].segment))
      continue;
    if (size == 0 || size > PEER_NAME_MAX_BYTES || memchr(id, '/', size))
      return PEER_UNKNOWN;
    memcpy(name, id, size);
    name[size] = '\0';
    return classes[i].peer;
  }
  return PEER_UNKNOWN;
}

enum peer_class peer_of_call(grpc_call *call, const char *trust_domain, char name[PEER_NAME_MAX_BYTES + 1]) {
  enum peer_class peer = PEER_UNKNOWN;
  grpc_auth_context *context = grpc_call_auth_context(call);
  if (!context)
    return PEER_UNKNOWN;
  grpc_auth_property_iterator properties =
      grpc_auth_context_find_properties_by_name(context, GRPC_PEER_SPIFFE_ID_PROPERTY_NAME);
  const grpc_auth_property *property = grpc_auth_property_iterator_next(&properties);
  if (property && grpc_auth_context_peer_is_authenticated(context))
    peer = spiffe_read(property->value, property->value_length, trust_domain, name);
  grpc_auth_context_release(context);
  return peer;
}
