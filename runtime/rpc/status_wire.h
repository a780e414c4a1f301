/* A status as it travels: grpc-status, grpc-message and grpc-status-details-bin (google.rpc.Status),
 * bounded together to LIMIT_STATUS_BYTES. Private to this folder. */
#ifndef ENTENTE_RPC_STATUS_WIRE_H
#define ENTENTE_RPC_STATUS_WIRE_H

#include "runtime/base/status.h"

#include <grpc/grpc.h>

struct wire_status {
  grpc_slice message;
  grpc_slice details; /* packed google.rpc.Status */
};

/* Encodes with google.rpc.ErrorInfo, BadRequest, PreconditionFailure and RetryInfo as the status has
 * them. What does not fit is left out from the end, and ErrorInfo's metadata `omitted_details` says how
 * many. `scratch` is memory for the work. The caller unrefs both slices. */
void status_encode(struct arena *scratch, const struct status *status, const char *domain,
                   struct wire_status *out);
/* The bytes that they take on the wire: percent-encoded and base64. */
size_t status_wire_size(const char *message, size_t details_size);
/* A peer's status, in the arena; never NULL. Malformed details are as none; the reason is then the
 * code's name. NULL `details`: there were none. */
struct status *status_decode(struct arena *arena, grpc_status_code code, grpc_slice message,
                             const grpc_slice *details);

#endif
