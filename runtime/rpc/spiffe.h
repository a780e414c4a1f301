/* Whose certificate is at the other end of a connection. Private to this folder. */
#ifndef ENTENTE_RPC_SPIFFE_H
#define ENTENTE_RPC_SPIFFE_H

#include <grpc/grpc.h>
#include <stdbool.h>

enum { PEER_NAME_MAX_BYTES = 63 };
enum peer_class { PEER_UNKNOWN, PEER_SERVICE, PEER_CLIENT };

/* Reads `spiffe://<trust domain>/<class>/<name>`, exactly that. Pure. `name` is set unless the answer is
 * PEER_UNKNOWN. */
enum peer_class spiffe_read(const char *id, size_t size, const char *trust_domain,
                            char name[PEER_NAME_MAX_BYTES + 1]);
/* The same of a call's authenticated peer. */
enum peer_class peer_of_call(grpc_call *call, const char *trust_domain, char name[PEER_NAME_MAX_BYTES + 1]);

#endif
