/* A pillar's data in Redis: one pipelined connection per loop, bounded and timed.
 *
 * Above this folder nobody knows Redis. Below it: redisReader and redisFormatCommandArgv of hiredis
 * for the protocol, our own socket (reliability.md, section 2), one Redis function library that holds
 * every multi-key step (`functions.lua`).
 *
 * Keys: `<pillar>:{b<000-255>}:<kind letter>:...`; the bucket is chosen from the vendor (CRC-16 of
 * its id modulo 256), so that a commit stays in one slot of Redis Cluster. All names of keys, the
 * version byte and the function names are in `keys.h`. */
#ifndef ENTENTE_STORE_STORE_H
#define ENTENTE_STORE_STORE_H

#include "runtime/base/clock.h"
#include "runtime/base/status.h"
#include "runtime/loop/loop.h"
#include "runtime/store/kind.h"

struct store;

struct store_options {
  const char *pillar;                 /* key prefix and ACL user */
  const char *address;                /* `unix:/path/redis.sock` or `tcp:host:port` or `tls:host:port` */
  const char *user;                   /* ACL user; NULL: the pillar */
  const char *password_file;          /* first line; NULL: no AUTH */
  const char *tls_ca_file;            /* for `tls:`; NULL: the system's */
  uint32_t command_timeout_ms;        /* 0: 2,000. A caller's deadline can be earlier. */
  uint32_t in_flight_max;             /* commands awaiting a reply; 0: 4,096 */
  const struct kind *const *kinds;    /* NULL-terminated: the entity kinds of the pillar */
  const struct counter_row *counters; /* ends with a NULL name: the counters of the pillar */
  const struct clock *clock;
};

/* Opens the store on a loop and begins to connect; reconnects by itself, 50 ms to 2 s with jitter.
 * Options are copied except kinds, counters and clock, which must outlive the store. NULL when out
 * of memory or an option is malformed (`*problem` then says which and what to write instead). */
struct store *store_open(struct loop *loop, const struct store_options *options, const char **problem);
void store_close(struct store *store);
/* Whether the connection is up, is a primary, has the functions, and answered within 3 s. `*why` is
 * a sentence when not. */
bool store_ready(const struct store *store, const char **why);
const struct store_options *store_settings(const struct store *store);

/* One pointer that the layer above keeps with the store; `release` is called by store_close(). */
struct store_attachment {
  void *data; /* NULL at first */
  void (*release)(void *data);
};
struct store_attachment *store_attachment(struct store *store);

/* How many buckets a pillar's keys are spread over, and the bucket of a resource name (by its
 * vendor). */
enum { STORE_BUCKETS = 256 };
uint32_t store_bucket(const char *name);

#endif
