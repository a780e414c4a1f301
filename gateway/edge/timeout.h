/* How long a caller waits, as the protocols write it. Pure. */
#ifndef ENTENTE_EDGE_TIMEOUT_H
#define ENTENTE_EDGE_TIMEOUT_H

#include <stdbool.h>
#include <stdint.h>

/* `Connect-Timeout-Ms`: 1 to 10 digits. In microseconds; false when it is malformed. */
bool timeout_connect(const char *text, int64_t *out_us);
/* `grpc-timeout`: 1 to 8 digits and a unit of H M S m u n. Rounded up to a microsecond. */
bool timeout_grpc(const char *text, int64_t *out_us);

#endif
