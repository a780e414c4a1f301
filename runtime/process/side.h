/* The side port: `/metrics`, `/livez` (opens a new connection to the gRPC port and completes a handshake:
 * a listener that no longer accepts is not alive), `/readyz` (why not, in a sentence). HTTP by libmicrohttpd.
 */
#ifndef ENTENTE_PROCESS_SIDE_H
#define ENTENTE_PROCESS_SIDE_H

#include <stdbool.h>
#include <stddef.h>

struct side;
struct metrics;

struct side_options {
  const char *listen; /* `127.0.0.1:9701` */
  struct metrics *metrics;
  /* Any thread. Writes a sentence of up to `size` bytes when not. */
  bool (*alive)(void *context, char *why, size_t size);
  bool (*ready)(void *context, char *why, size_t size);
  void *context;
};
/* NULL with `*problem`, one line that says what to do. */
struct side *side_start(const struct side_options *options, const char **problem);
int side_port(const struct side *side); /* the port bound, for `listen` with port 0 */
void side_stop(struct side *side);      /* NULL is allowed */

#endif
