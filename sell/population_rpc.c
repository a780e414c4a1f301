#include "sell/population.h"

#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/rpc/resource.h"
#include "runtime/store/token.h"
#include "sell/account.h"

#include <string.h>
#include <sys/random.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define ROWS SELL__ACCOUNT_SHARING__ACCOUNT_SHARING_ROWS

/* ---- the key ---- */

/* Never recorded: both parties and the followers of the feed read ledgers, and a secret has one place. */
static const struct status *key_renew(struct call *call, Sell__MappingKey *key) {
  uint8_t *random = arena_alloc(call_arena(call), MAPPING_KEY_SIZE);
  if (getrandom(random, MAPPING_KEY_SIZE, 0) != MAPPING_KEY_SIZE)
    return call_fail(call, CODE_UNAVAILABLE, "RANDOM_UNAVAILABLE", "the system gives no random bytes");
  key->key.data = random;
  key->key.len = MAPPING_KEY_SIZE;
  key->version++;
  txn_put(call_txn(call), &kind_mapping_key, key);
  return NULL;
}

static const struct status *key_load(struct call *call, char *name, Sell__MappingKey **out) {
  const struct status *status = txn_get(call_txn(call), &kind_mapping_key, name, out);
  if (status || *out)
    return status;
  *out = arena_new(call_arena(call), Sell__MappingKey);
  sell__mapping_key__init(*out);
  (*out)->name = name;
  return NULL;
}

static const struct status *key_answer(struct call *call, const Sell__MappingKey *key, void *out) {
  *(Sell__MappingKey *)out = *key;
  return txn_commit(call_txn(call), out);
}

const struct status *mapping_key_get(struct call *call, const void *in, void *out) {
  const Sell__GetMappingKeyRequest *request = in;
  Sell__MappingKey *key;
  const struct status *status = partnership_open(call, name_partnership(call_arena(call), request->name));
  if (!status)
    status = key_load(call, request->name, &key);
  if (status)
    return status;
  if (!key->version)
    status = key_renew(call, key);
  return status ? status : key_answer(call, key, out);
}

const struct status *mapping_key_rotate(struct call *call, const void *in, void *out) {
  const Sell__RotateMappingKeyRequest *request = in;
  Sell__MappingKey *key;
  const struct status *status = partnership_open(call, name_partnership(call_arena(call), request->name));
  if (!status)
    status = key_load(call, request->name, &key);
  if (!status)
    status = call_check_etag(call, request->etag, key->etag);
  if (!status)
    status = key_renew(call, key);
  return status ? status : key_answer(call, key, out);
}

static const struct status *key_version(struct call *call, const char *partnership, int64_t *out) {
  Sell__MappingKey *key;
  const char *name = name_child(call_arena(call), partnership, "mappingKeys", "current");
  const struct status *status = txn_get(call_txn(call), &kind_mapping_key, name, &key);
  *out = !status && key ? key->version : 0;
  return status;
}

/* ---- populations ---- */

/* An empty one where there is none yet. */
static const struct status *population_find(struct call *call, const char *name, Sell__Population **out) {
  const struct status *status = txn_get(call_txn(call), &kind_population, name, out);
  if (status || *out)
    return status;
  *out = arena_new(call_arena(call), Sell__Population);
  population_init(call_arena(call), *out, name);
  return NULL;
}

/* The caller's own population. Of the other party's not even whether it is there can be told apart. */
static const struct status *population_load(struct call *call, const char *name, Sell__Population **out) {
  struct occasion occasion;
  const struct status *status = occasion_of(call, name, &occasion);
  if (status)
    return status;
  if (population_owner(name) != occasion.party)
    return call_not_found(call, name);
  return population_find(call, name, out);
}

static const struct status *population_answer(struct call *call, const Sell__Population *population,
                                              void *out) {
  *(Sell__Population *)out = *population;
  return txn_commit(call_txn(call), out);
}

static const struct status *population_change(struct call *call, Sell__Population *population,
                                              const char *type, void *out) {
  txn_put(call_txn(call), &kind_population, population);
  const struct record_facts facts = {
      .type = type, .payload = population, .private_to = population->owner_party};
  txn_record(call_txn(call), &facts);
  return population_answer(call, population, out);
}

const struct status *population_get(struct call *call, const void *in, void *out) {
  const Sell__GetPopulationRequest *request = in;
  Sell__Population *population;
  const struct status *status = population_load(call, request->name, &population);
  if (!status)
    *(Sell__Population *)out = *population;
  return status;
}

const struct status *population_set_sharing(struct call *call, const void *in, void *out) {
  const Sell__SetPopulationSharingRequest *request = in;
  struct arena *arena = call_arena(call);
  Sell__Population *population;
  const struct status *status = population_load(call, request->name, &population);
  if (!status)
    status = partnership_open(call, name_partnership(arena, request->name));
  if (!status)
    status = call_check_etag(call, request->etag, population->etag);
  if (status)
    return status;
  population_share(population, request);
  return population_change(call, population, "population.sharing_changed", out);
}

/* ---- chunks ---- */

static char *chunk_name(struct arena *arena, const char *population, const char *upload, size_t segment,
                        int32_t sequence) {
  return arena_printf(arena, "%s/chunks/%s-%zu-%d", population, upload, segment, sequence);
}

/* The chunks of one segment as a set. */
static const struct status *chunks_load(struct call *call, const char *population, const char *upload,
                                        size_t segment, int32_t count, struct account_cursor *out) {
  struct arena *arena = call_arena(call);
  const char **names = arena_calloc(arena, (size_t)count, sizeof *names);
  Sell__PopulationChunk **chunks = arena_calloc(arena, (size_t)count, sizeof *chunks);
  for (int32_t i = 0; i < count; i++)
    names[i] = chunk_name(arena, population, upload, segment, i);
  *out = (struct account_cursor){.chunks = chunks, .count = (size_t)count};
  const struct status *status =
      count ? txn_get_many(call_txn(call), &kind_population_chunk, names, (size_t)count, chunks) : NULL;
  for (int32_t i = 0; !status && i < count; i++)
    if (!chunks[i])
      status = &status_lost_race; /* what was published has been replaced since: look again */
  return status;
}

static void chunks_delete(struct call *call, const char *population, const char *upload, size_t segment,
                          int32_t count) {
  for (int32_t i = 0; i < count; i++)
    txn_delete(call_txn(call), &kind_population_chunk,
               chunk_name(call_arena(call), population, upload, segment, i));
}

static void published_delete(struct call *call, const Sell__Population *population) {
  for (size_t i = 0; i < ACCOUNT_SEGMENTS; i++)
    chunks_delete(call, population->name, population->upload, i, population->segments[i]->chunk_count);
}

static const char *upload_name(struct call *call, const char *population) {
  return name_child(call_arena(call), population, "uploads", "current");
}

/* Deletes an upload and, unless they were published, its chunks. */
static void upload_delete(struct call *call, const char *population, const Sell__PopulationUpload *upload,
                          bool chunks) {
  txn_delete(call_txn(call), &kind_population_upload, upload->name);
  for (size_t i = 0; chunks && i < ACCOUNT_SEGMENTS; i++)
    chunks_delete(call, population, upload->upload, i, upload->segments[i]->chunk_count);
}

/* ---- uploads ---- */

static const struct status *upload_find(struct call *call, const char *population,
                                        Sell__PopulationUpload **out) {
  return txn_get(call_txn(call), &kind_population_upload, upload_name(call, population), out);
}

static const struct status *upload_answer(struct call *call, const Sell__PopulationUpload *upload,
                                          void *out) {
  *(Sell__PopulationUpload *)out = *upload;
  return txn_commit(call_txn(call), out);
}

const struct status *population_upload_start(struct call *call, const void *in, void *out) {
  const Sell__StartPopulationUploadRequest *request = in;
  struct arena *arena = call_arena(call);
  const char *partnership = name_partnership(arena, request->name);
  Sell__Population *population;
  Sell__PopulationUpload *before, *upload = arena_new(arena, Sell__PopulationUpload);
  int64_t version;
  const struct status *status = population_load(call, request->name, &population);
  if (!status)
    status = partnership_open(call, partnership);
  if (!status)
    status = key_version(call, partnership, &version);
  if (!status)
    status = upload_find(call, request->name, &before);
  if (status)
    return status;
  if (!version)
    return call_fail(call, CODE_FAILED_PRECONDITION, REASON_MAPPING_KEY_ABSENT,
                     "there is no key to hash accounts under yet: GetMappingKey makes it");
  if (before)
    upload_delete(call, request->name, before, true);
  sell__population_upload__init(upload);
  upload->name = (char *)upload_name(call, request->name);
  upload->upload = name_new_id(arena);
  upload_init(arena, upload, version);
  txn_put(call_txn(call), &kind_population_upload, upload);
  return upload_answer(call, upload, out);
}

const struct status *population_upload_get(struct call *call, const void *in, void *out) {
  const Sell__GetPopulationUploadRequest *request = in;
  Sell__Population *population;
  Sell__PopulationUpload *upload;
  const struct status *status = population_load(call, request->name, &population);
  if (!status)
    status = upload_find(call, request->name, &upload);
  if (status)
    return status;
  if (!upload)
    return call_not_found(call, upload_name(call, request->name));
  *(Sell__PopulationUpload *)out = *upload;
  return NULL;
}

/* Sent again: the same digests change nothing. */
static const struct status *chunk_compare(struct call *call, const char *name,
                                          const ProtobufCBinaryData *digests) {
  Sell__PopulationChunk *chunk;
  const struct status *status = txn_get(call_txn(call), &kind_population_chunk, name, &chunk);
  if (status)
    return status;
  if (chunk && chunk->digests.len == digests->len &&
      memcmp(chunk->digests.data, digests->data, digests->len) == 0)
    return NULL;
  return call_fail(call, CODE_ALREADY_EXISTS, REASON_CHUNK_DIFFERS,
                   "this chunk has arrived with other digests: start another upload");
}

const struct status *population_chunk_upload(struct call *call, const void *in, void *out) {
  const Sell__UploadPopulationChunkRequest *request = in;
  struct arena *arena = call_arena(call);
  Sell__Population *population;
  Sell__PopulationUpload *upload;
  const struct status *status = population_load(call, request->name, &population);
  if (!status)
    status = upload_find(call, request->name, &upload);
  if (!status)
    status = upload_check(arena, upload, request->upload);
  if (status)
    return status;
  size_t segment = segment_place(request->segment);
  char *name = chunk_name(arena, request->name, request->upload, segment, request->sequence);
  if (request->sequence < upload->segments[segment]->chunk_count) {
    status = chunk_compare(call, name, &request->digests);
    return status ? status : upload_answer(call, upload, out);
  }
  status = upload_add(arena, upload, request);
  if (status)
    return status;
  Sell__PopulationChunk *chunk = arena_new(arena, Sell__PopulationChunk);
  sell__population_chunk__init(chunk);
  chunk->name = name;
  chunk->digests = request->digests;
  txn_put(call_txn(call), &kind_population_chunk, chunk);
  txn_put(call_txn(call), &kind_population_upload, upload);
  return upload_answer(call, upload, out);
}

static const struct status *uploaded_load(struct call *call, const char *population,
                                          const Sell__PopulationUpload *upload,
                                          struct account_cursor sets[ACCOUNT_SEGMENTS]) {
  const struct status *status = NULL;
  for (size_t i = 0; !status && i < ACCOUNT_SEGMENTS; i++)
    status = chunks_load(call, population, upload->upload, i, upload->segments[i]->chunk_count, &sets[i]);
  return status;
}

const struct status *population_make_public(struct call *call, const void *in, void *out) {
  const Sell__PublishPopulationRequest *request = in;
  struct act act = act_of(call);
  const char *partnership = name_partnership(act.arena, request->name);
  Sell__Population *population;
  Sell__PopulationUpload *upload;
  struct account_cursor sets[ACCOUNT_SEGMENTS];
  int64_t version;
  const struct status *status = population_load(call, request->name, &population);
  if (!status)
    status = partnership_open(call, partnership);
  if (!status)
    status = upload_find(call, request->name, &upload);
  if (!status)
    status = upload_check(act.arena, upload, request->upload);
  if (!status)
    status = key_version(call, partnership, &version);
  if (!status)
    status = uploaded_load(call, request->name, upload, sets);
  if (status)
    return status;
  published_delete(call, population);
  status = population_publish(&act, population, upload, version, sets);
  if (status)
    return status;
  upload_delete(call, request->name, upload, false);
  return population_change(call, population, "population.published", out);
}

const struct status *population_wipe(struct call *call, const void *in, void *out) {
  const Sell__ClearPopulationRequest *request = in;
  Sell__Population *population;
  Sell__PopulationUpload *upload;
  const struct status *status = population_load(call, request->name, &population);
  if (!status)
    status = call_check_etag(call, request->etag, population->etag);
  if (!status)
    status = upload_find(call, request->name, &upload);
  if (status)
    return status;
  if (upload)
    upload_delete(call, request->name, upload, true);
  published_delete(call, population);
  population_clear(population);
  return population_change(call, population, "population.cleared", out);
}

/* ---- overlap ---- */

static const struct status *mapping_load(struct call *call, const char *partnership, struct mapping *out) {
  struct arena *arena = call_arena(call);
  Sell__Population *vendor, *partner;
  const struct status *status = partnership_open(call, partnership);
  if (!status)
    status = population_find(call, name_child(arena, partnership, "populations", "vendor"), &vendor);
  if (!status)
    status = population_find(call, name_child(arena, partnership, "populations", "partner"), &partner);
  if (!status)
    status = key_version(call, partnership, &out->key_version);
  if (status)
    return status;
  out->vendor = vendor;
  out->partner = partner;
  return NULL;
}

/* One segment as published. */
static const struct status *segment_load(struct call *call, const Sell__Population *population,
                                         size_t segment, struct account_cursor *out) {
  return chunks_load(call, population->name, population->upload, segment,
                     population->segments[segment]->chunk_count, out);
}

const struct status *overlap_get(struct call *call, const void *in, void *out) {
  const Sell__GetOverlapRequest *request = in;
  struct arena *arena = call_arena(call);
  struct mapping mapping;
  struct account_cursor sets[2 * ACCOUNT_SEGMENTS] = {0};
  const struct status *status = mapping_load(call, name_partnership(arena, request->name), &mapping);
  for (size_t i = 0; !status && i < 2 * ACCOUNT_SEGMENTS; i++) {
    bool vendor = i < ACCOUNT_SEGMENTS;
    if (mapping_needed(&mapping, vendor ? VENDOR : TYPE__PARTY__PARTY_PARTNER, i % ACCOUNT_SEGMENTS))
      status = segment_load(call, vendor ? mapping.vendor : mapping.partner, i % ACCOUNT_SEGMENTS, &sets[i]);
  }
  if (status)
    return status;
  ((Sell__Overlap *)out)->name = request->name;
  overlap_fill(arena, &mapping, call_party(call), sets, out);
  return NULL;
}

struct rows {
  struct arena *arena;
  Sell__ListOverlapRowsResponse *response;
  const uint8_t *after; /* a digest; NULL: from the first */
  size_t wanted;
  bool more;
};

static bool add_row(const uint8_t *digest, unsigned in, void *context) {
  struct rows *rows = context;
  if (in != 3)
    return true;
  if (rows->after && memcmp(digest, rows->after, ACCOUNT_DIGEST_SIZE) <= 0)
    return true;
  rows->more = rows->response->n_digests == rows->wanted;
  if (rows->more)
    return false;
  ProtobufCBinaryData *row = &rows->response->digests[rows->response->n_digests++];
  row->len = ACCOUNT_DIGEST_SIZE;
  row->data = arena_copy(rows->arena, digest, ACCOUNT_DIGEST_SIZE);
  return true;
}

static size_t rows_wanted(int32_t page_size) {
  if (page_size <= 0)
    return LIMIT_PAGE_SIZE_DEFAULT;
  return page_size < LIMIT_PAGE_SIZE ? (size_t)page_size : LIMIT_PAGE_SIZE;
}

static const struct status *rows_list(struct call *call, const Sell__ListOverlapRowsRequest *request,
                                      const struct mapping *mapping,
                                      Sell__ListOverlapRowsResponse *response) {
  struct arena *arena = call_arena(call);
  const struct principal *principal = call_principal(call);
  struct rows rows = {.arena = arena, .response = response, .wanted = rows_wanted(request->page_size)};
  const char *after;
  void *place = NULL;
  size_t place_size;
  const char *binding =
      arena_printf(arena, "overlap rows\n%s\n%d\n%s\n%d\n%d", principal->subject, (int)principal->party,
                   request->parent, (int)request->vendor_segment, (int)request->partner_segment);
  struct account_cursor sets[2];
  const struct status *status = token_read(call_store(call), arena, binding, request->page_token, &after);
  if (!status)
    status = segment_load(call, mapping->vendor, segment_place(request->vendor_segment), &sets[0]);
  if (!status)
    status = segment_load(call, mapping->partner, segment_place(request->partner_segment), &sets[1]);
  if (status)
    return status;
  if (after && (!base64url_decode(arena, after, &place, &place_size) || place_size != ACCOUNT_DIGEST_SIZE))
    return call_fail(call, CODE_INVALID_ARGUMENT, REASON_PAGE_TOKEN_INVALID,
                     "the page token is none of ours");
  rows.after = place;
  response->digests = arena_calloc(arena, rows.wanted, sizeof *response->digests);
  accounts_walk(sets, 2, add_row, &rows);
  if (rows.more)
    response->next_page_token =
        token_make(call_store(call), arena, binding,
                   base64url_encode(arena, response->digests[rows.wanted - 1].data, ACCOUNT_DIGEST_SIZE));
  return NULL;
}

const struct status *overlap_rows_list(struct call *call, const void *in, void *out) {
  const Sell__ListOverlapRowsRequest *request = in;
  Sell__ListOverlapRowsResponse *response = out;
  struct mapping mapping;
  const struct status *status = mapping_load(call, request->parent, &mapping);
  if (status)
    return status;
  bool shared = mapping_shared(&mapping, segment_place(request->vendor_segment),
                               segment_place(request->partner_segment), ROWS);
  bool data = shared && mapping_has_data(&mapping);
  response->status = !shared ? TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED
                     : !data ? TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA
                             : TYPE__FIGURE_STATUS__FIGURE_STATUS_OK;
  return data ? rows_list(call, request, &mapping, response) : NULL;
}
