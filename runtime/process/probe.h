/* Whether a gRPC port still takes new connections: gRPC core 1.51 never accepts again once accept() has
 * failed for want of a descriptor, and a connection kept from before does not show it. */
#ifndef ENTENTE_PROCESS_PROBE_H
#define ENTENTE_PROCESS_PROBE_H

#include <stdbool.h>
#include <stddef.h>

struct probe_options {
  const char *host; /* a wildcard address stands for loopback */
  int port;
  bool tls;
  const char *ca_file, *certificate_file, *key_file; /* with TLS; read at each probe */
  int timeout_ms;
};

/* Opens a connection and completes the handshake (without TLS: exchanges the first HTTP/2 frames). Blocks up
 * to the timeout for each step. Any thread. On false `why` holds a sentence of up to `size` bytes. */
bool probe_port(const struct probe_options *options, char *why, size_t size);

#endif
