/* The closed loop of load.h over HTTP/1.1: a connection for each call in flight, kept open over the run. One
 * thread. Every answer must be 200 with its length in front. */
#ifndef ENTENTE_BENCH_HTTP_LOAD_H
#define ENTENTE_BENCH_HTTP_LOAD_H

#include "bench/load.h"

struct http_load_target {
  int port; /* of 127.0.0.1 */
  const char *content_type, *authorization;
};

/* Connects, runs and waits for every answer; the time to connect is not counted. `plan->calls` and
 * `plan->response` are not looked at. The result's latencies are valid until the next run. False with
 * `problem`. */
bool http_load_run(const struct http_load_target *target, const struct load_plan *plan,
                   struct load_result *result, char problem[LOAD_PROBLEM_BYTES]);

#endif
