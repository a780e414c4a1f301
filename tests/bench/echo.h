/* The bare server that everything is compared with: gRPC core and nothing else. One completion queue (NEXT),
 * one thread, one registered method whose payload is read with the request, 64 requests posted; it sends back
 * what came. */
#ifndef ENTENTE_BENCH_ECHO_H
#define ENTENTE_BENCH_ECHO_H

#include "bench/load.h"

#define ECHO_METHOD "/entente.bench.Echo/Echo"

struct echo_options {
  const char *listen;
  bool tls; /* mutual, with these files */
  const char *ca_file, *certificate_file, *key_file;
};

/* Serves until the process is ended. Returns an exit status when it cannot begin, and says why on standard
 * error.
 */
int echo_serve(const struct echo_options *options);

#endif
