/* Account mapping over the wire: one key for two parties, uploads that go on, counts first, rows by consent.
 */
#include "sell/json_call.h"
#include "sell/population.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "entente/sell/v1/population_service.pb-c.h"
#include "runtime/base/digest.h"

#include <stdlib.h>
#include <string.h>

#define SERVICE "PopulationService/"
#define STATUS(name) TYPE__FIGURE_STATUS__FIGURE_STATUS_##name
#define SHARE                                                                                                \
  "{\"name\": \"%s/populations/%s\", \"prospect\": \"ACCOUNT_SHARING_%s\", \"opportunity\": "                \
  "\"ACCOUNT_SHARING_%s\", \"customer\": \"ACCOUNT_SHARING_%s\"}"
enum { SIZE = 32 };

static const Sell__MappingKey *key_of(struct pillar_fixture *f, const struct principal *who, const char *p) {
  return json_call(f, who, SERVICE "GetMappingKey", "{\"name\": \"%s/mappingKeys/current\"}", p);
}

static int compare(const void *a, const void *b) {
  return memcmp(a, b, SIZE);
}

/* Digests of `customer-<from>.example` up to, but not including, `to`, rising. */
static ProtobufCBinaryData hash(struct pillar_fixture *f, const Sell__MappingKey *key, int from, int to) {
  ProtobufCBinaryData out = {(size_t)(to - from) * SIZE, NULL};
  out.data = arena_alloc(pillar_arena(f), out.len);
  for (int i = from; i < to; i++) {
    const char *domain = arena_printf(pillar_arena(f), "customer-%d.example", i);
    digest_hmac_sha256(key->key.data, key->key.len, domain, strlen(domain),
                       out.data + (size_t)(i - from) * SIZE);
  }
  qsort(out.data, (size_t)(to - from), SIZE, compare);
  return out;
}

static const char *name_of(struct pillar_fixture *f, const struct principal *who, const char *p) {
  return arena_printf(pillar_arena(f), "%s/populations/%s", p,
                      who->party == TYPE__PARTY__PARTY_VENDOR ? "vendor" : "partner");
}

static const char *start(struct pillar_fixture *f, const struct principal *who, const char *p) {
  const Sell__PopulationUpload *upload =
      json_call(f, who, SERVICE "StartPopulationUpload", "{\"name\": \"%s\"}", name_of(f, who, p));
  return upload->upload;
}

static Sell__UploadPopulationChunkRequest chunk(struct pillar_fixture *f, const struct principal *who,
                                                const char *p, const char *upload, int segment, int sequence,
                                                ProtobufCBinaryData digests) {
  Sell__UploadPopulationChunkRequest request = SELL__UPLOAD_POPULATION_CHUNK_REQUEST__INIT;
  request.name = (char *)name_of(f, who, p);
  request.upload = (char *)upload;
  request.segment = (Sell__AccountSegment)segment;
  request.sequence = sequence;
  request.digests = digests;
  return request;
}

static const Sell__PopulationUpload *send(struct pillar_fixture *f, const struct principal *who,
                                          const Sell__UploadPopulationChunkRequest *request) {
  return pillar_call(f, who, "/entente.sell.v1." SERVICE "UploadPopulationChunk", request);
}

static const Sell__Population *publish(struct pillar_fixture *f, const struct principal *who, const char *p,
                                       const char *upload) {
  return json_call(f, who, SERVICE "PublishPopulation", "{\"name\": \"%s\", \"upload\": \"%s\"}",
                   name_of(f, who, p), upload);
}

/* Publishes customers `from` to `to` as one segment, in two chunks. */
static void publish_segment(struct pillar_fixture *f, const struct principal *who, const char *p, int segment,
                            int from, int to) {
  ProtobufCBinaryData all = hash(f, key_of(f, who, p), from, to);
  size_t half = (size_t)((to - from) / 2) * SIZE;
  const char *upload = start(f, who, p);
  Sell__UploadPopulationChunkRequest first =
      chunk(f, who, p, upload, segment, 0, (ProtobufCBinaryData){half, all.data});
  Sell__UploadPopulationChunkRequest second =
      chunk(f, who, p, upload, segment, 1, (ProtobufCBinaryData){all.len - half, all.data + half});
  send(f, who, &first);
  send(f, who, &second);
  publish(f, who, p, upload);
}

static const Sell__Overlap *overlap(struct pillar_fixture *f, const struct principal *who, const char *p) {
  return json_call(f, who, SERVICE "GetOverlap", "{\"name\": \"%s/overlap\"}", p);
}

static void share(struct pillar_fixture *f, const struct principal *who, const char *p, const char *prospect,
                  const char *opportunity, const char *customer) {
  json_call(f, who, SERVICE "SetPopulationSharing", SHARE, p,
            who->party == TYPE__PARTY__PARTY_VENDOR ? "vendor" : "partner", prospect, opportunity, customer);
}

static void counts_first_and_rows_by_consent(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "map-life", "orvane-global");
  publish_segment(f, f->administrator, p, 3, 0, 60); /* the vendor's customers 0 to 59 */
  publish_segment(f, f->partner, p, 1, 40, 100);     /* the partner's prospects 40 to 99 */
  for (int who = 0; who < 2; who++)
    for (size_t i = 0; i < 9; i++)
      assert_int_equal(overlap(f, who ? f->partner : f->viewer, p)->cells[i]->status, STATUS(NOT_SHARED));
  share(f, f->administrator, p, "NONE", "NONE", "COUNTS");
  assert_int_equal(overlap(f, f->viewer, p)->cells[6]->status, STATUS(NOT_SHARED)); /* takes two */
  share(f, f->partner, p, "ROWS", "NONE", "NONE");
  for (int who = 0; who < 2; who++) {
    const Sell__Overlap *both = overlap(f, who ? f->partner_viewer : f->viewer, p);
    for (size_t i = 0; i < 9; i++)
      assert_int_equal(both->cells[i]->status, i == 6 ? STATUS(OK) : STATUS(NOT_SHARED));
    assert_int_equal(both->cells[6]->count, 20);
    assert_false(both->cells[6]->rows_shared);
    assert_int_equal(both->vendor_edition, 1);
    assert_int_equal(both->partner_edition, 1);
    const Sell__ListOverlapRowsResponse *rows =
        json_call(f, who ? f->partner : f->viewer, SERVICE "ListOverlapRows",
                  "{\"parent\": \"%s\", \"vendorSegment\": 3, \"partnerSegment\": 1}", p);
    assert_int_equal(rows->status, STATUS(NOT_SHARED));
    assert_int_equal(rows->n_digests, 0);
  }
  share(f, f->administrator, p, "NONE", "NONE", "ROWS");
  ProtobufCBinaryData expected = hash(f, key_of(f, f->partner, p), 40, 60);
  size_t found = 0;
  const char *token = "";
  do { /* pages of 7 */
    const Sell__ListOverlapRowsResponse *page =
        json_call(f, f->partner_viewer, SERVICE "ListOverlapRows",
                  "{\"parent\": \"%s\", \"vendorSegment\": 3, \"partnerSegment\": 1, \"pageSize\": 7, "
                  "\"pageToken\": \"%s\"}",
                  p, token);
    assert_int_equal(page->status, STATUS(OK));
    for (size_t i = 0; i < page->n_digests; i++, found++)
      assert_memory_equal(page->digests[i].data, expected.data + found * SIZE, SIZE);
    token = page->next_page_token;
    if (*token)
      json_refused(f, f->viewer, REASON_PAGE_TOKEN_INVALID, SERVICE "ListOverlapRows",
                   "{\"parent\": \"%s\", \"vendorSegment\": 3, \"partnerSegment\": 1, \"pageToken\": \"%s\"}",
                   p, token);
  } while (*token);
  assert_int_equal(found, 20);
}

/* One guess among digests of nothing: the answer is the same, byte by byte, whether it is right or wrong; and
 * nobody asks for long, as neither clearing nor a new key gives publications back. */
static void a_guess_is_not_answered(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "map-guess", "orvane-global");
  uint8_t *answers[2];
  size_t sizes[2];
  publish_segment(f, f->administrator, p, 3, 0, 60);
  share(f, f->administrator, p, "COUNTS", "COUNTS", "COUNTS");
  share(f, f->partner, p, "COUNTS", "COUNTS", "COUNTS");
  for (int right = 0; right < 2; right++) {
    publish_segment(f, f->partner, p, 1, 60 - right, 100);
    Sell__Overlap answer = *overlap(f, f->partner, p);
    assert_int_equal(answer.cells[6]->status, STATUS(BELOW_FLOOR));
    answer.partner_edition = 0; /* one's own */
    sizes[right] = sell__overlap__get_packed_size(&answer);
    answers[right] = arena_alloc(pillar_arena(f), sizes[right]);
    sell__overlap__pack(&answer, answers[right]);
  }
  assert_int_equal(sizes[0], sizes[1]);
  assert_memory_equal(answers[0], answers[1], sizes[0]);
  for (int i = 2; i < POPULATION_PUBLICATIONS; i++) {
    publish_segment(f, f->partner, p, 1, 56 - i % 20, 100);
    if (i % 5)
      continue;
    json_call(f, f->partner, SERVICE "ClearPopulation", "{\"name\": \"%s/populations/partner\"}", p);
    json_call(f, f->partner, SERVICE "RotateMappingKey", "{\"name\": \"%s/mappingKeys/current\"}", p);
  }
  const char *upload = start(f, f->partner, p);
  const struct status *spent =
      json_refused(f, f->partner, "PUBLICATIONS_SPENT", SERVICE "PublishPopulation",
                   "{\"name\": \"%s/populations/partner\", \"upload\": \"%s\"}", p, upload);
  assert_string_equal(spent->metadata->value, "40");
  json_call(f, f->partner, SERVICE "ClearPopulation", "{\"name\": \"%s/populations/partner\"}", p);
  assert_int_equal(overlap(f, f->administrator, p)->partner_edition, 0); /* nothing is shared */
  share(f, f->partner, p, "COUNTS", "NONE", "NONE");
  assert_int_equal(overlap(f, f->administrator, p)->partner_edition, 40); /* the vendor sees how often */
}

#define ROWS_PAGE                                                                                            \
  "{\"parent\": \"%s\", \"vendorSegment\": 3, \"partnerSegment\": 3, \"pageSize\": 7, \"pageToken\": "       \
  "\"%s\"}"
/* Consent that is taken back between two pages ends the list. */
static void consent_ends_in_the_middle_of_a_list(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "map-page", "orvane-global");
  publish_segment(f, f->administrator, p, 3, 0, 60);
  publish_segment(f, f->partner, p, 3, 0, 60);
  share(f, f->administrator, p, "NONE", "NONE", "ROWS");
  share(f, f->partner, p, "NONE", "NONE", "ROWS");

  const Sell__ListOverlapRowsResponse *page =
      json_call(f, f->partner, SERVICE "ListOverlapRows", ROWS_PAGE, p, "");
  assert_int_equal(page->n_digests, 7);
  const char *token = page->next_page_token;
  share(f, f->administrator, p, "NONE", "NONE", "COUNTS");
  page = json_call(f, f->partner, SERVICE "ListOverlapRows", ROWS_PAGE, p, token);
  assert_int_equal(page->status, STATUS(NOT_SHARED));
  assert_int_equal(page->n_digests, 0);
  assert_string_equal(page->next_page_token, "");
}

/* The other party sees neither a population nor its ledger entries, in the words for what is not there. */
static void a_population_is_its_partys_own(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "map-own", "orvane-global");
  publish_segment(f, f->administrator, p, 3, 0, 10);
  share(f, f->administrator, p, "NONE", "NONE", "COUNTS");
  Ledger__LedgerEntry **entries;
  assert_int_equal(pillar_entries(f, f->manager, p, &entries), 2);
  assert_string_equal(entries[0]->type, "population.published");
  assert_int_equal(entries[0]->private_to, TYPE__PARTY__PARTY_VENDOR);
  assert_int_equal(pillar_entries(f, f->partner, p, &entries), 0);
  static const char *const methods[] = {"GetPopulation", "StartPopulationUpload", "GetPopulationUpload",
                                        "ClearPopulation"};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    const char *method = arena_printf(pillar_arena(f), SERVICE "%s", methods[i]);
    const char *there =
        json_refused(f, f->partner, REASON_NOT_FOUND, method, "{\"name\": \"%s/populations/vendor\"}", p)
            ->message;
    const char *absent =
        json_refused(f, f->partner, REASON_NOT_FOUND, method, "{\"name\": \"%s/populations/nobody\"}", p)
            ->message;
    assert_int_equal(strlen(there), strlen(absent)); /* two names of 6 letters */
    json_refused(f, f->stranger, REASON_ACCESS_DENIED, method, "{\"name\": \"%s/populations/vendor\"}", p);
  }
  json_refused(f, f->partner, REASON_NOT_FOUND, SERVICE "SetPopulationSharing", SHARE, p, "vendor", "ROWS",
               "ROWS", "ROWS");
  json_refused(f, f->stranger, REASON_ACCESS_DENIED, SERVICE "GetMappingKey",
               "{\"name\": \"%s/mappingKeys/current\"}", p);
  json_refused(f, f->viewer, REASON_ACCESS_DENIED, SERVICE "GetMappingKey",
               "{\"name\": \"%s/mappingKeys/current\"}", p);
}

static void one_key_for_both_and_another_elsewhere(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "map-key", "orvane-global");
  const Sell__MappingKey *vendor = key_of(f, f->manager, p), *partner = key_of(f, f->partner, p);
  assert_int_equal(vendor->key.len, SIZE);
  assert_memory_equal(vendor->key.data, partner->key.data, SIZE);
  assert_int_equal(partner->version, 1);
  assert_memory_not_equal(vendor->key.data, key_of(f, f->manager, ORVANE)->key.data, SIZE);
  Ledger__LedgerEntry **entries;
  assert_int_equal(pillar_entries(f, f->manager, p, &entries), 0); /* a secret has one place */
}

static void a_new_key_makes_all_stale(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "map-rotate", "orvane-global");
  publish_segment(f, f->administrator, p, 3, 0, 10);
  publish_segment(f, f->partner, p, 3, 0, 10);
  share(f, f->administrator, p, "NONE", "NONE", "ROWS");
  share(f, f->partner, p, "NONE", "NONE", "ROWS");
  assert_int_equal(overlap(f, f->viewer, p)->cells[8]->count, 10);
  const char *upload = start(f, f->partner, p);
  json_refused(f, f->manager, REASON_ACCESS_DENIED, SERVICE "RotateMappingKey",
               "{\"name\": \"%s/mappingKeys/current\"}", p);
  const Sell__MappingKey *key =
      json_call(f, f->partner, SERVICE "RotateMappingKey", "{\"name\": \"%s/mappingKeys/current\"}", p);
  assert_int_equal(key->version, 2);
  assert_int_equal(overlap(f, f->viewer, p)->cells[8]->status, STATUS(NO_DATA));
  const Sell__ListOverlapRowsResponse *rows =
      json_call(f, f->viewer, SERVICE "ListOverlapRows",
                "{\"parent\": \"%s\", \"vendorSegment\": 3, \"partnerSegment\": 3}", p);
  assert_int_equal(rows->status, STATUS(NO_DATA));
  assert_int_equal(rows->n_digests, 0);
  json_refused(f, f->partner, "MAPPING_KEY_ROTATED", SERVICE "PublishPopulation",
               "{\"name\": \"%s/populations/partner\", \"upload\": \"%s\"}", p, upload);
  publish_segment(f, f->partner, p, 3, 0, 10);
  assert_int_equal(overlap(f, f->viewer, p)->cells[8]->status, STATUS(NO_DATA));
  publish_segment(f, f->administrator, p, 3, 5, 15);
  assert_int_equal(overlap(f, f->viewer, p)->cells[8]->count, 5);
}

static void an_upload_goes_on_where_it_stopped(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "map-upload", "orvane-global");
  const struct principal *who = f->manager;
  json_refused(f, who, "MAPPING_KEY_ABSENT", SERVICE "StartPopulationUpload",
               "{\"name\": \"%s/populations/vendor\"}", p);
  ProtobufCBinaryData digests = hash(f, key_of(f, who, p), 0, 30);
  json_refused(f, who, REASON_NOT_FOUND, SERVICE "GetPopulationUpload",
               "{\"name\": \"%s/populations/vendor\"}", p);
  const char *upload = start(f, who, p);
  Sell__UploadPopulationChunkRequest request =
      chunk(f, who, p, upload, 2, 0, (ProtobufCBinaryData){10 * SIZE, digests.data});
  send(f, who, &request);
  const Sell__PopulationUpload *again = send(f, who, &request); /* the answer was lost: sent again */
  assert_int_equal(again->segments[1]->chunk_count, 1);
  const Sell__PopulationUpload *known =
      json_call(f, who, SERVICE "GetPopulationUpload", "{\"name\": \"%s/populations/vendor\"}", p);
  assert_string_equal(known->upload, upload);
  assert_int_equal(known->segments[1]->account_count, 10);
  assert_memory_equal(known->segments[1]->last_digest.data, digests.data + 9 * SIZE, SIZE);
  request.digests = (ProtobufCBinaryData){11 * SIZE, digests.data};
  pillar_refused(f, who, "/entente.sell.v1." SERVICE "UploadPopulationChunk", &request, "CHUNK_DIFFERS");
  request.sequence = 2;
  pillar_refused(f, who, "/entente.sell.v1." SERVICE "UploadPopulationChunk", &request, "CHUNK_OUT_OF_ORDER");
  request.sequence = 1;
  pillar_refused(f, who, "/entente.sell.v1." SERVICE "UploadPopulationChunk", &request,
                 REASON_INVALID_REQUEST); /* does not rise above what has arrived */
  const Sell__Population *nothing =
      json_call(f, who, SERVICE "GetPopulation", "{\"name\": \"%s/populations/vendor\"}", p);
  assert_int_equal(nothing->edition, 0); /* nobody sees it before it is published */
  const char *second = start(f, who, p); /* drops the first */
  pillar_refused(f, who, "/entente.sell.v1." SERVICE "UploadPopulationChunk", &request, "UPLOAD_UNKNOWN");
  request = chunk(f, who, p, second, 2, 0, digests);
  send(f, who, &request);
  assert_int_equal(publish(f, who, p, second)->segments[1]->account_count, 30);
  json_refused(f, who, "UPLOAD_UNKNOWN", SERVICE "PublishPopulation",
               "{\"name\": \"%s/populations/vendor\", \"upload\": \"%s\"}", p, second);
}

static void cleared_at_any_time(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "map-clear", "orvane-global");
  publish_segment(f, f->administrator, p, 3, 0, 10);
  publish_segment(f, f->partner, p, 3, 0, 10);
  share(f, f->administrator, p, "NONE", "NONE", "ROWS");
  share(f, f->partner, p, "NONE", "NONE", "ROWS");
  start(f, f->partner, p);
  const Sell__Population *gone =
      json_call(f, f->partner, SERVICE "ClearPopulation", "{\"name\": \"%s/populations/partner\"}", p);
  assert_int_equal(gone->segments[2]->account_count, 0);
  json_refused(f, f->partner, REASON_NOT_FOUND, SERVICE "GetPopulationUpload",
               "{\"name\": \"%s/populations/partner\"}", p);
  const Sell__Overlap *left = overlap(f, f->viewer, p);
  assert_int_equal(left->cells[8]->status, STATUS(NOT_SHARED));
  assert_int_equal(left->partner_edition, 0);
}

/* The largest population there may be, on both sides. */
static void the_largest_populations(void **state) {
  struct pillar_fixture *f = *state;
  enum { CHUNKS = 32, ACCOUNTS = 4096 };
  const char *p = pillar_partnership(f, "map-large", "orvane-global");
  const struct principal *const both[] = {f->administrator, f->partner};
  for (int who = 0; who < 2; who++) {
    ProtobufCBinaryData all =
        hash(f, key_of(f, both[who], p), who * ACCOUNTS, who * ACCOUNTS + CHUNKS * ACCOUNTS);
    for (int edition = 0; edition < 2; edition++) { /* the second replaces the first: the most to delete */
      const char *upload = start(f, both[who], p);
      for (int i = 0; i < CHUNKS; i++) {
        ProtobufCBinaryData part = {ACCOUNTS * SIZE, all.data + (size_t)i * ACCOUNTS * SIZE};
        Sell__UploadPopulationChunkRequest request = chunk(f, both[who], p, upload, 1, i, part);
        send(f, both[who], &request);
      }
      assert_int_equal(publish(f, both[who], p, upload)->segments[0]->account_count, CHUNKS * ACCOUNTS);
    }
    share(f, both[who], p, "ROWS", "NONE", "NONE");
  }
  assert_int_equal(overlap(f, f->viewer, p)->cells[0]->count, (CHUNKS - 1) * ACCOUNTS);
  const Sell__ListOverlapRowsResponse *page =
      json_call(f, f->viewer, SERVICE "ListOverlapRows",
                "{\"parent\": \"%s\", \"vendorSegment\": 1, \"partnerSegment\": 1, \"pageSize\": 500}", p);
  assert_int_equal(page->n_digests, 500);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_first_and_rows_by_consent),
      cmocka_unit_test(a_guess_is_not_answered),
      cmocka_unit_test(consent_ends_in_the_middle_of_a_list),
      cmocka_unit_test(a_population_is_its_partys_own),
      cmocka_unit_test(one_key_for_both_and_another_elsewhere),
      cmocka_unit_test(a_new_key_makes_all_stale),
      cmocka_unit_test(an_upload_goes_on_where_it_stopped),
      cmocka_unit_test(cleared_at_any_time),
      cmocka_unit_test(the_largest_populations),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
