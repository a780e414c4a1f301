/* Every name that the store uses in Redis. Private to this folder and to tests.
 *
 *   <pillar>:{bNNN}:e:<name>                            string  entity: 8-byte version, packed message
 *   <pillar>:{bNNN}:x:<kind>:<index>:<partition>        zset    index: scores 0, member `<order>\n<name>`
 *   <pillar>:{bNNN}:l:<subject>                         stream  ledger: id `<record_us>-0`, field `e`
 *   <pillar>:{bNNN}:h:<subject>                         string  head: sequence, record_us, SHA-256 of each
 * chain <pillar>:{bNNN}:s:<vendor>                          set     subjects that have a ledger
 *   <pillar>:{bNNN}:r:<subject>:<yyyymm>                hash    counters: `<counter>|<party>` -> int64
 *   <pillar>:{bNNN}:i:<SHA-256 of the key, hex>         string  idempotency: fingerprint, response; a day
 *   <pillar>:{bNNN}:f                                   stream  feed of the bucket: id by Redis, field `e`
 *   <pillar>:{bNNN}:p:<source>                          string  a follower's place in another feed
 *
 *   <pillar>:feed                                       channel payload: number of the bucket that grew
 *
 * Versions, sequences and times in values are 8 bytes, big-endian. The part in braces is the hash tag
 * of Redis Cluster: all keys of a commit lie in one slot. */
#ifndef ENTENTE_STORE_KEYS_H
#define ENTENTE_STORE_KEYS_H

#include "runtime/base/arena.h"

#include <stdint.h>

#define KEYS_LIBRARY_VERSION "1" /* what entente_version answers */
#define KEYS_FUNCTION_VERSION "entente_version_v1"
#define KEYS_FUNCTION_COMMIT "entente_commit_v1"
#define KEYS_FUNCTION_COUNTERS "entente_counters_v1"
#define KEYS_STREAM_FIELD "e"
#define KEYS_ENTITY "}:e:" /* what stands before the name in the key of an entity */

enum { KEYS_VERSION_SIZE = 8, KEYS_HEAD_SIZE = 144, KEYS_IDEMPOTENCY_SECONDS = 86400 };

/* Key of letter `kind` in a bucket: `rest` may be "". */
char *key_make(struct arena *arena, const char *pillar, uint32_t bucket, char letter, const char *rest);
char *key_entity(struct arena *arena, const char *pillar, const char *name);
char *key_index(struct arena *arena, const char *pillar, uint32_t bucket, const char *kind, const char *index,
                const char *partition);
char *key_counters(struct arena *arena, const char *pillar, const char *subject, int32_t month);
/* Makes it the key of another month, in place. */
void key_counters_turn(char *key, int32_t month);
char *key_idempotency(struct arena *arena, const char *pillar, uint32_t bucket, const char *key);

/* `vendors/a/partnerships/b` of `vendors/a/partnerships/b/plans/c`; "" for a single pair. */
char *key_parent(struct arena *arena, const char *name);

void big_endian_put(uint8_t out[8], uint64_t number);
uint64_t big_endian_get(const uint8_t in[8]);

#endif
