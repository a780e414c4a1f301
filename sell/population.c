#include "sell/population.h"

#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <assert.h>
#include <string.h>

#define NONE SELL__ACCOUNT_SHARING__ACCOUNT_SHARING_NONE
#define COUNTS SELL__ACCOUNT_SHARING__ACCOUNT_SHARING_COUNTS
#define ROWS SELL__ACCOUNT_SHARING__ACCOUNT_SHARING_ROWS

static const Sell__AccountSegment segments[ACCOUNT_SEGMENTS] = {
    SELL__ACCOUNT_SEGMENT__ACCOUNT_SEGMENT_PROSPECT,
    SELL__ACCOUNT_SEGMENT__ACCOUNT_SEGMENT_OPPORTUNITY,
    SELL__ACCOUNT_SEGMENT__ACCOUNT_SEGMENT_CUSTOMER,
};

size_t segment_place(Sell__AccountSegment segment) {
  assert(segment >= segments[0] && segment <= segments[ACCOUNT_SEGMENTS - 1]);
  return (size_t)(segment - segments[0]);
}

/* ---- populations ---- */

Type__Party population_owner(const char *name) {
  const char *id = strrchr(name, '/');
  if (id && strcmp(id, "/vendor") == 0)
    return TYPE__PARTY__PARTY_VENDOR;
  if (id && strcmp(id, "/partner") == 0)
    return TYPE__PARTY__PARTY_PARTNER;
  return TYPE__PARTY__PARTY_UNSPECIFIED;
}

void population_init(struct arena *arena, Sell__Population *population, const char *name) {
  sell__population__init(population);
  population->name = arena_strdup(arena, name);
  population->owner_party = population_owner(name);
  population->n_segments = ACCOUNT_SEGMENTS;
  population->segments = arena_calloc(arena, ACCOUNT_SEGMENTS, sizeof *population->segments);
  for (size_t i = 0; i < ACCOUNT_SEGMENTS; i++) {
    Sell__PopulationSegment *segment = population->segments[i] = arena_new(arena, Sell__PopulationSegment);
    sell__population_segment__init(segment);
    segment->segment = segments[i];
    segment->sharing = NONE;
  }
}

void population_share(Sell__Population *population, const Sell__SetPopulationSharingRequest *request) {
  population->segments[0]->sharing = request->prospect;
  population->segments[1]->sharing = request->opportunity;
  population->segments[2]->sharing = request->customer;
}

void population_clear(Sell__Population *population) {
  for (size_t i = 0; i < ACCOUNT_SEGMENTS; i++) {
    population->segments[i]->sharing = NONE;
    population->segments[i]->account_count = 0;
    population->segments[i]->chunk_count = 0;
  }
  population->publish_time = NULL;
  population->key_version = 0;
  population->upload = (char *)"";
}

/* ---- uploads ---- */

void upload_init(struct arena *arena, Sell__PopulationUpload *upload, int64_t key_version) {
  upload->key_version = key_version;
  upload->n_segments = ACCOUNT_SEGMENTS;
  upload->segments = arena_calloc(arena, ACCOUNT_SEGMENTS, sizeof *upload->segments);
  for (size_t i = 0; i < ACCOUNT_SEGMENTS; i++) {
    upload->segments[i] = arena_new(arena, Sell__UploadedSegment);
    sell__uploaded_segment__init(upload->segments[i]);
    upload->segments[i]->segment = segments[i];
  }
}

const struct status *upload_check(struct arena *arena, const Sell__PopulationUpload *upload, const char *id) {
  if (upload && text_equal(upload->upload, id))
    return NULL;
  return status_make(arena, CODE_FAILED_PRECONDITION, REASON_UPLOAD_UNKNOWN,
                     "this upload is not under way: start one, or go on with the one that "
                     "GetPopulationUpload answers");
}

static void check_digests(struct arena *arena, const ProtobufCBinaryData *digests,
                          const ProtobufCBinaryData *last, struct status **invalid) {
  if (digests->len == 0 || digests->len % ACCOUNT_DIGEST_SIZE != 0 ||
      digests->len > (size_t)POPULATION_CHUNK_ACCOUNTS_MAX * ACCOUNT_DIGEST_SIZE) {
    invalid_add(arena, invalid, "digests", "LENGTH_OUT_OF_RANGE", "must be 1 to %d digests of %d bytes each",
                POPULATION_CHUNK_ACCOUNTS_MAX, ACCOUNT_DIGEST_SIZE);
    return;
  }
  const uint8_t *before = last->len ? last->data : NULL;
  for (size_t at = 0; at < digests->len; at += ACCOUNT_DIGEST_SIZE) {
    const uint8_t *digest = digests->data + at;
    if (before && memcmp(before, digest, ACCOUNT_DIGEST_SIZE) >= 0) {
      invalid_add(arena, invalid, "digests", "VALUE_OUT_OF_RANGE",
                  "digest %zu does not rise above the one before", at / ACCOUNT_DIGEST_SIZE);
      return;
    }
    before = digest;
  }
}

const struct status *upload_add(struct arena *arena, Sell__PopulationUpload *upload,
                                const Sell__UploadPopulationChunkRequest *request) {
  Sell__UploadedSegment *segment = upload->segments[segment_place(request->segment)];
  int32_t chunks = 0;
  struct status *refusal = NULL;
  for (size_t i = 0; i < ACCOUNT_SEGMENTS; i++)
    chunks += upload->segments[i]->chunk_count;
  if (request->sequence != segment->chunk_count) {
    refusal = status_make(arena, CODE_FAILED_PRECONDITION, REASON_CHUNK_OUT_OF_ORDER,
                          "the next chunk of this segment is %d", segment->chunk_count);
    status_add_metadata(arena, refusal, "expected", arena_printf(arena, "%d", segment->chunk_count));
  } else if (chunks == POPULATION_CHUNKS_MAX) {
    refusal = status_make(arena, CODE_FAILED_PRECONDITION, REASON_POPULATION_FULL,
                          "a population has at most %d chunks", POPULATION_CHUNKS_MAX);
    status_add_metadata(arena, refusal, "limit", arena_printf(arena, "%d", POPULATION_CHUNKS_MAX));
  } else {
    check_digests(arena, &request->digests, &segment->last_digest, &refusal);
  }
  if (refusal)
    return refusal;
  segment->chunk_count++;
  segment->account_count += (int64_t)(request->digests.len / ACCOUNT_DIGEST_SIZE);
  segment->last_digest.len = ACCOUNT_DIGEST_SIZE;
  segment->last_digest.data = arena_copy(
      arena, request->digests.data + request->digests.len - ACCOUNT_DIGEST_SIZE, ACCOUNT_DIGEST_SIZE);
  return NULL;
}

/* ---- sets ---- */

/* The account at a cursor's place; NULL at the end. */
static const uint8_t *account_at(const struct account_cursor *cursor) {
  return cursor->chunk < cursor->count ? cursor->chunks[cursor->chunk]->digests.data + cursor->offset : NULL;
}

static void account_next(struct account_cursor *cursor) {
  cursor->offset += ACCOUNT_DIGEST_SIZE;
  if (cursor->offset < cursor->chunks[cursor->chunk]->digests.len)
    return;
  cursor->chunk++;
  cursor->offset = 0;
}

void accounts_walk(struct account_cursor *sets, size_t count, account_visit_fn *visit, void *context) {
  assert(count <= 32);
  for (;;) {
    const uint8_t *least = NULL;
    unsigned in = 0;
    for (size_t k = 0; k < count; k++) {
      const uint8_t *digest = account_at(&sets[k]);
      int order = !digest ? 1 : !least ? -1 : memcmp(digest, least, ACCOUNT_DIGEST_SIZE);
      if (order < 0) {
        least = digest;
        in = 0;
      }
      if (order <= 0)
        in |= 1u << k;
    }
    if (!least || !visit(least, in, context))
      return;
    for (size_t k = 0; k < count; k++)
      if (in & 1u << k)
        account_next(&sets[k]);
  }
}

static bool count_shared(const uint8_t *digest, unsigned in, void *context) {
  (void)digest;
  *(int64_t *)context += (in & (in - 1)) != 0; /* more than one bit */
  return true;
}

/* Those of the last days; this one is added by who publishes. */
static size_t recent_publications(const struct act *act, const Sell__Population *population,
                                  Google__Protobuf__Timestamp *recent[POPULATION_PUBLICATIONS + 1]) {
  int64_t since_us = act->now_us - POPULATION_PUBLICATION_DAYS * US_PER_DAY;
  size_t count = 0;
  for (size_t i = 0; i < population->n_recent_publish_times && count < POPULATION_PUBLICATIONS; i++)
    if (timestamp_us(population->recent_publish_times[i], 0) > since_us)
      recent[count++] = population->recent_publish_times[i];
  return count;
}

static const struct status *check_publications(const struct act *act,
                                               Google__Protobuf__Timestamp *const *recent, size_t count) {
  if (count < POPULATION_PUBLICATIONS)
    return NULL;
  const char *next =
      moment_text(act->arena, timestamp_us(recent[0], 0) + POPULATION_PUBLICATION_DAYS * US_PER_DAY);
  struct status *spent =
      status_make(act->arena, CODE_FAILED_PRECONDITION, REASON_PUBLICATIONS_SPENT,
                  "a population is published at most %d times in %d days; the next one may be from %s on",
                  POPULATION_PUBLICATIONS, POPULATION_PUBLICATION_DAYS, next);
  status_add_metadata(act->arena, spent, "limit", arena_printf(act->arena, "%d", POPULATION_PUBLICATIONS));
  status_add_metadata(act->arena, spent, "next_time", next);
  return spent;
}

const struct status *population_publish(const struct act *act, Sell__Population *population,
                                        const Sell__PopulationUpload *upload, int64_t key_version,
                                        const struct account_cursor sets[ACCOUNT_SEGMENTS]) {
  struct arena *arena = act->arena;
  if (upload->key_version != key_version) {
    struct status *rotated = status_make(arena, CODE_FAILED_PRECONDITION, REASON_MAPPING_KEY_ROTATED,
                                         "the key was rotated since: hash again under version %lld and start "
                                         "another upload",
                                         (long long)key_version);
    status_add_metadata(arena, rotated, "version", arena_printf(arena, "%lld", (long long)key_version));
    return rotated;
  }
  Google__Protobuf__Timestamp **recent =
      arena_calloc(arena, POPULATION_PUBLICATIONS + 1, sizeof(Google__Protobuf__Timestamp *));
  size_t publications = recent_publications(act, population, recent);
  const struct status *spent = check_publications(act, recent, publications);
  if (spent)
    return spent;
  struct account_cursor cursors[ACCOUNT_SEGMENTS];
  int64_t twice = 0;
  memcpy(cursors, sets, sizeof cursors);
  accounts_walk(cursors, ACCOUNT_SEGMENTS, count_shared, &twice);
  if (twice) {
    struct status *overlap = status_make(arena, CODE_FAILED_PRECONDITION, REASON_SEGMENTS_OVERLAP,
                                         "%lld accounts are in more than one segment: leave each in the "
                                         "furthest alone",
                                         (long long)twice);
    status_add_metadata(arena, overlap, "accounts", arena_printf(arena, "%lld", (long long)twice));
    return overlap;
  }
  for (size_t i = 0; i < ACCOUNT_SEGMENTS; i++) {
    population->segments[i]->account_count = upload->segments[i]->account_count;
    population->segments[i]->chunk_count = upload->segments[i]->chunk_count;
  }
  population->edition++;
  population->publish_time = timestamp_new(arena, act->now_us);
  recent[publications] = population->publish_time;
  population->recent_publish_times = recent;
  population->n_recent_publish_times = publications + 1;
  population->key_version = key_version;
  population->upload = upload->upload;
  return NULL;
}

/* ---- overlap ---- */

bool mapping_shared(const struct mapping *mapping, size_t vendor, size_t partner,
                    Sell__AccountSharing least) {
  return mapping->vendor->segments[vendor]->sharing >= least &&
         mapping->partner->segments[partner]->sharing >= least;
}

static bool is_current(const struct mapping *mapping, const Sell__Population *population) {
  return population->publish_time && population->key_version == mapping->key_version;
}

bool mapping_has_data(const struct mapping *mapping) {
  return mapping->key_version && is_current(mapping, mapping->vendor) &&
         is_current(mapping, mapping->partner);
}

static bool shares_any(const Sell__Population *population) {
  for (size_t i = 0; i < ACCOUNT_SEGMENTS; i++)
    if (population->segments[i]->sharing >= COUNTS)
      return true;
  return false;
}

bool mapping_needed(const struct mapping *mapping, Type__Party party, size_t segment) {
  bool vendor = party == TYPE__PARTY__PARTY_VENDOR;
  const Sell__Population *own = vendor ? mapping->vendor : mapping->partner;
  const Sell__Population *other = vendor ? mapping->partner : mapping->vendor;
  return mapping_has_data(mapping) && own->segments[segment]->sharing >= COUNTS && shares_any(other);
}

/* What a cell says of so many accounts. */
static Type__FigureStatus cell_status(const struct mapping *mapping, size_t vendor, size_t partner,
                                      int64_t count) {
  if (!mapping_shared(mapping, vendor, partner, COUNTS))
    return TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED;
  if (!mapping_has_data(mapping))
    return TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA;
  return count < OVERLAP_COUNT_FLOOR && !mapping_shared(mapping, vendor, partner, ROWS)
             ? TYPE__FIGURE_STATUS__FIGURE_STATUS_BELOW_FLOOR
             : TYPE__FIGURE_STATUS__FIGURE_STATUS_OK;
}

static bool count_cell(const uint8_t *digest, unsigned in, void *context) {
  int64_t(*counts)[ACCOUNT_SEGMENTS] = context;
  (void)digest;
  for (size_t vendor = 0; vendor < ACCOUNT_SEGMENTS; vendor++)
    for (size_t partner = 0; partner < ACCOUNT_SEGMENTS; partner++)
      counts[vendor][partner] += (in >> vendor & 1) && (in >> (ACCOUNT_SEGMENTS + partner) & 1);
  return true;
}

void overlap_fill(struct arena *arena, const struct mapping *mapping, Type__Party viewer,
                  const struct account_cursor sets[2 * ACCOUNT_SEGMENTS], Sell__Overlap *out) {
  struct account_cursor cursors[2 * ACCOUNT_SEGMENTS];
  int64_t counts[ACCOUNT_SEGMENTS][ACCOUNT_SEGMENTS] = {0};
  memcpy(cursors, sets, sizeof cursors);
  accounts_walk(cursors, 2 * ACCOUNT_SEGMENTS, count_cell, counts);
  out->n_cells = ACCOUNT_SEGMENTS * ACCOUNT_SEGMENTS;
  out->cells = arena_calloc(arena, out->n_cells, sizeof *out->cells);
  for (size_t i = 0; i < out->n_cells; i++) {
    size_t vendor = i / ACCOUNT_SEGMENTS, partner = i % ACCOUNT_SEGMENTS;
    Sell__OverlapCell *cell = out->cells[i] = arena_new(arena, Sell__OverlapCell);
    sell__overlap_cell__init(cell);
    cell->vendor_segment = segments[vendor];
    cell->partner_segment = segments[partner];
    cell->status = cell_status(mapping, vendor, partner, counts[vendor][partner]);
    cell->count = cell->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_OK ? counts[vendor][partner] : 0;
    cell->rows_shared = mapping_shared(mapping, vendor, partner, ROWS);
  }
  if (viewer == TYPE__PARTY__PARTY_VENDOR || shares_any(mapping->vendor))
    out->vendor_edition = mapping->vendor->edition;
  if (viewer == TYPE__PARTY__PARTY_PARTNER || shares_any(mapping->partner))
    out->partner_edition = mapping->partner->edition;
}
