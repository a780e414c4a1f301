#include "runtime/rpc/call_state.h"

#include <string.h>
#include <strings.h>

static bool key_is(const grpc_metadata *metadata, const char *key, size_t size) {
  return GRPC_SLICE_LENGTH(metadata->key) == size &&
         memcmp(GRPC_SLICE_START_PTR(metadata->key), key, size) == 0;
}

void call_read_metadata(struct call *call) {
  static const char authorization[] = "authorization", traceparent[] = "traceparent";
  const char *parent = NULL;
  size_t parent_size = 0;
  for (size_t i = 0; i < call->metadata.count; i++) {
    const grpc_metadata *metadata = &call->metadata.metadata[i];
    if (key_is(metadata, authorization, sizeof(authorization) - 1)) {
      /* Two of them are as none that can be right: the empty one is refused below. */
      call->authorization_size = call->authorization ? 0 : GRPC_SLICE_LENGTH(metadata->value);
      call->authorization = (const char *)GRPC_SLICE_START_PTR(metadata->value);
    } else if (key_is(metadata, traceparent, sizeof(traceparent) - 1)) {
      parent = (const char *)GRPC_SLICE_START_PTR(metadata->value);
      parent_size = GRPC_SLICE_LENGTH(metadata->value);
    }
  }
  trace_begin(&call->trace, &call->server->traces, parent, parent_size);
}

void call_read_peer(struct call *call) {
  const struct server_options *options = &call->server->options;
  if (options->tls)
    call->peer = peer_of_call(call->core, options->trust_domain, call->peer_name);
}

static const struct status *identify_by_token(struct call *call) {
  static const char scheme[] = "Bearer ";
  size_t scheme_size = sizeof(scheme) - 1;
  struct identity *identity = call->server->options.identity;
  if (!identity)
    return call_fail(call, CODE_UNAUTHENTICATED, REASON_UNAUTHENTICATED, "this server takes no tokens");
  if (call->authorization_size <= scheme_size || strncasecmp(call->authorization, scheme, scheme_size) != 0)
    return call_fail(call, CODE_UNAUTHENTICATED, REASON_UNAUTHENTICATED,
                     "the `authorization` header must be one `Bearer` and a token");
  return identity_of_token(identity, call->arena, call->authorization + scheme_size,
                           call->authorization_size - scheme_size, &call->principal);
}

static const struct principal *service_principal(struct call *call) {
  struct principal *principal = arena_new(call->arena, struct principal);
  principal->subject = principal->service = call->peer_name;
  principal->party = TYPE__PARTY__PARTY_SYSTEM;
  principal->expires_us = INT64_MAX;
  return principal;
}

const struct status *call_identify(struct call *call) {
  const struct server_options *options = &call->server->options;
  call_read_peer(call);
  if (call->route->policy && call->route->policy->open)
    return NULL;
  if (options->tls && call->peer == PEER_UNKNOWN)
    return call_fail(call, CODE_UNAUTHENTICATED, REASON_UNAUTHENTICATED,
                     "the certificate names no service or client of `%s`", options->trust_domain);
  if (call->authorization)
    return identify_by_token(call);
  if (call->peer == PEER_SERVICE)
    call->principal = service_principal(call);
  else if (options->fixed_principal)
    call->principal = *options->fixed_principal;
  if (!call->principal)
    return call_fail(call, CODE_UNAUTHENTICATED, REASON_UNAUTHENTICATED,
                     "this call needs a token: send `authorization: Bearer <token>`");
  return NULL;
}
