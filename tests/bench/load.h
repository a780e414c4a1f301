/* A closed loop of calls on gRPC core: so many in flight on a few connections, each answer begets the next
 * call. One thread. Every answer must be OK. */
#ifndef ENTENTE_BENCH_LOAD_H
#define ENTENTE_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOAD_REQUEST_BYTES = 32 << 10, LOAD_PROBLEM_BYTES = 512, LOAD_IN_FLIGHT_MAX = 256 };

struct load_target {
  const char *address; /* `127.0.0.1:9501` */
  bool tls;
  const char *ca_file, *certificate_file, *key_file; /* with TLS */
  const char *authorization;                         /* value of the header; NULL: none */
};

struct load_plan {
  const char *method; /* path */
  unsigned in_flight;
  int64_t duration_us; /* no call is begun later; 0: no bound */
  uint64_t calls;      /* no more are begun; 0: no bound */
  /* Writes the request of the serial-th call of this target and returns its size. */
  size_t (*request)(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]);
  /* Looks at an answer; false fails the run. NULL: not looked at. */
  bool (*response)(void *context, const uint8_t *bytes, size_t size);
  void *context;
};

struct load_result {
  uint64_t calls;
  int64_t elapsed_us;
  const uint32_t *latencies_us; /* ascending; valid until the load's next run */
};

struct load;

/* Channels for `connections` connections of their own; they connect when first used. NULL with `problem` when
 * a file cannot be read. grpc_init() comes before. */
struct load *load_open(const struct load_target *target, unsigned connections,
                       char problem[LOAD_PROBLEM_BYTES]);
void load_close(struct load *load); /* NULL is allowed */

/* Runs and waits for every answer. False with `problem`: the first status that was not OK. */
bool load_run(struct load *load, const struct load_plan *plan, struct load_result *result,
              char problem[LOAD_PROBLEM_BYTES]);
/* The latency that this share of calls (in percent) did not exceed, microseconds. */
uint32_t load_percentile(const struct load_result *result, double percent);

/* A file as text, malloc'ed; NULL with `problem`. */
char *load_read_file(const char *path, char problem[LOAD_PROBLEM_BYTES]);

#endif
