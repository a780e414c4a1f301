/* What is measured: a row each. */
#ifndef ENTENTE_BENCH_SUBJECT_H
#define ENTENTE_BENCH_SUBJECT_H

#include "bench/results.h"
#include "bench/world.h"

enum phase {
  PHASE_SUITE,  /* everything runs and follows everything */
  PHASE_PILLAR, /* only Redis, onboard, sell and the echo servers run */
  PHASES
};

enum { SUITE_IN_FLIGHT = 50, PILLAR_IN_FLIGHT = 64, CONNECTIONS = 4 };

struct subject {
  const char *name;
  enum phase phase;
  bool tls;
  const char *echo;           /* the row it is compared with; NULL: none */
  enum world_service service; /* of those called */
  const char *method;         /* NULL: the commit function by redis-benchmark */
  size_t (*request)(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]);
  size_t scale;             /* of those that ask about one partnership's ledger */
  const char *content_type; /* of those that the edge answers over HTTP; NULL: native gRPC */
};

extern const struct subject subjects[]; /* ends with a NULL name */

/* One round of a subject: adds to its rows `name`, `name_p50` and `name_p99`. The load is NULL for those that
 * need none of gRPC. */
bool subject_run(const struct subject *subject, struct world *world, struct load *load, int64_t duration_us,
                 struct results *results);

/* redis_load.c: calls of the commit function a second, with the operations and sizes of the measured commit.
 * Negative with the world's `problem`. */
double redis_commits_per_second(struct world *world, unsigned in_flight, int64_t duration_us);

#endif
