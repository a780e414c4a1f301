/* Rules of account mapping: populations of digests, their upload in chunks, and what two of them have in
 * common. Pure.
 *
 * A digest is HMAC-SHA-256 of an account under the partnership's key. A segment is a run of chunks whose
 * digests rise from the first of the first chunk to the last of the last, so that sets are compared by
 * merging.
 *
 * What is shared decides first, and what is there second: a cell that is not shared reads NOT_SHARED whatever
 * is in it, so that neither a count nor its absence tells of what a party holds back.
 *
 * Nobody can see whether a digest is of an account that the party has or of one that it guesses the other
 * has. So what a count tells of single accounts is bounded: small counts are not told, and a population
 * changes only so often. */
#ifndef ENTENTE_SELL_POPULATION_H
#define ENTENTE_SELL_POPULATION_H

#include "runtime/base/machine.h"

#include "entente/sell/v1/population_service.pb-c.h"

enum {
  ACCOUNT_DIGEST_SIZE = 32,
  ACCOUNT_SEGMENTS = 3,
  POPULATION_CHUNKS_MAX = 32, /* of all segments together: two populations are merged in one call's memory */
  POPULATION_CHUNK_ACCOUNTS_MAX = 4096,
  MAPPING_KEY_SIZE = 32,
  OVERLAP_COUNT_FLOOR = 5,      /* fewer are not told, nor that there are none, unless both share rows */
  POPULATION_PUBLICATIONS = 40, /* at most, in any POPULATION_PUBLICATION_DAYS: nightly, and some by hand */
  POPULATION_PUBLICATION_DAYS = 30,
};

#define REASON_MAPPING_KEY_ABSENT "MAPPING_KEY_ABSENT"
#define REASON_MAPPING_KEY_ROTATED "MAPPING_KEY_ROTATED"
#define REASON_UPLOAD_UNKNOWN "UPLOAD_UNKNOWN"
#define REASON_CHUNK_OUT_OF_ORDER "CHUNK_OUT_OF_ORDER"
#define REASON_CHUNK_DIFFERS "CHUNK_DIFFERS"
#define REASON_POPULATION_FULL "POPULATION_FULL"
#define REASON_SEGMENTS_OVERLAP "SEGMENTS_OVERLAP"
#define REASON_PUBLICATIONS_SPENT "PUBLICATIONS_SPENT"

/* ---- populations ---- */

/* Whose population a name is; unspecified when it is nobody's. */
Type__Party population_owner(const char *name);
/* An empty one, which shares nothing. */
void population_init(struct arena *arena, Sell__Population *population, const char *name);
/* Place of a segment, from 0; `segment` is specified. */
size_t segment_place(Sell__AccountSegment segment);

void population_share(Sell__Population *population, const Sell__SetPopulationSharingRequest *request);
/* Takes what was published out of it, and shares nothing. That it was published stays. */
void population_clear(Sell__Population *population);

/* ---- uploads ---- */

void upload_init(struct arena *arena, Sell__PopulationUpload *upload, int64_t key_version);
/* FAILED_PRECONDITION (UPLOAD_UNKNOWN) unless `upload`, which may be NULL, is the one named. */
const struct status *upload_check(struct arena *arena, const Sell__PopulationUpload *upload, const char *id);
/* Adds the next chunk. INVALID_ARGUMENT with all that is wrong with the digests; FAILED_PRECONDITION
 * (CHUNK_OUT_OF_ORDER, POPULATION_FULL). A chunk that has arrived is not for here. */
const struct status *upload_add(struct arena *arena, Sell__PopulationUpload *upload,
                                const Sell__UploadPopulationChunkRequest *request);

/* ---- sets ---- */

/* A place in a segment. `chunks` holds no NULL. */
struct account_cursor {
  Sell__PopulationChunk *const *chunks;
  size_t count;
  size_t chunk, offset;
};

/* Shows every account that is in any of the sets, once, rising; bit k of `in` says that it is in set k. Ends
 * early when `visit` answers false. At most 32 sets. */
typedef bool account_visit_fn(const uint8_t digest[ACCOUNT_DIGEST_SIZE], unsigned in, void *context);
void accounts_walk(struct account_cursor *sets, size_t count, account_visit_fn *visit, void *context);

/* Puts what was uploaded in its place; `sets` are its three segments. FAILED_PRECONDITION
 * (MAPPING_KEY_ROTATED, PUBLICATIONS_SPENT, SEGMENTS_OVERLAP). */
const struct status *population_publish(const struct act *act, Sell__Population *population,
                                        const Sell__PopulationUpload *upload, int64_t key_version,
                                        const struct account_cursor sets[ACCOUNT_SEGMENTS]);

/* ---- overlap ---- */

/* Two populations under a key; `key_version` 0: there is none. */
struct mapping {
  const Sell__Population *vendor, *partner;
  int64_t key_version;
};
/* Whether both share so much of their segments, given by place. */
bool mapping_shared(const struct mapping *mapping, size_t vendor, size_t partner, Sell__AccountSharing least);
/* Whether both have published under the current key. */
bool mapping_has_data(const struct mapping *mapping);
/* Whether a party's segment takes part in any count that may be told. */
bool mapping_needed(const struct mapping *mapping, Type__Party party, size_t segment);
/* Fills in the matrix. `sets` are the vendor's segments, then the partner's; those not needed are empty. */
void overlap_fill(struct arena *arena, const struct mapping *mapping, Type__Party viewer,
                  const struct account_cursor sets[2 * ACCOUNT_SEGMENTS], Sell__Overlap *out);

#endif
