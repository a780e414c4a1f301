/* What is measured: a suite as `entente up` starts it, beside it the same six programs without TLS on the
 * same Redis, and two bare echo servers. All of it in a folder that is removed again. */
#ifndef ENTENTE_BENCH_WORLD_H
#define ENTENTE_BENCH_WORLD_H

#include "bench/load.h"

#include <limits.h>

enum world_service {
  WORLD_GATEWAY,
  WORLD_ONBOARD,
  WORLD_ENABLE,
  WORLD_MARKET,
  WORLD_SELL,
  WORLD_INCENTIVIZE,
  WORLD_ECHO,
  WORLD_SERVICES
};

enum { WORLD_PARTNERSHIPS = 64, WORLD_SCALES = 4 };

struct world {
  char bin[PATH_MAX]; /* where the programs are */
  char var[PATH_MAX]; /* absolute */
  int port_base;
  size_t scale_count;  /* partnerships with 10^2, 10^3 ... ledger entries */
  char *authorization; /* of the vendor's administrator */
  bool (*progress)(const char *format, ...);
  char problem[LOAD_PROBLEM_BYTES];
};

/* Starts everything and loads the data. False with `problem`; world_end() is needed all the same. */
bool world_begin(struct world *world);
/* Ends what no pillar's own figure needs: all but Redis, onboard, sell and the echo servers. */
bool world_thin_out(struct world *world);
void world_end(struct world *world);

/* Opens the load on a service with or without TLS. NULL with `problem`. */
struct load *world_load(struct world *world, enum world_service service, bool tls, unsigned connections);

/* Where the suite's edge listens for HTTP, without TLS. */
int world_edge_port(const struct world *world);

/* Name of a partnership with 10^(2+scale) entries, or of the i-th one for writes. Valid until the next call.
 */
const char *world_scale(size_t scale);
const char *world_partnership(size_t i);

#endif
