/* Sets of accounts against a plain count of them, uploads chunk by chunk, and what may be told of an overlap.
 */
#include "sell/population.h"
#include "support/machine_check.h"

#include <stdlib.h>

#define SEGMENT(name) SELL__ACCOUNT_SEGMENT__ACCOUNT_SEGMENT_##name
#define NONE SELL__ACCOUNT_SHARING__ACCOUNT_SHARING_NONE
#define COUNTS SELL__ACCOUNT_SHARING__ACCOUNT_SHARING_COUNTS
#define ROWS SELL__ACCOUNT_SHARING__ACCOUNT_SHARING_ROWS
#define STATUS(name) TYPE__FIGURE_STATUS__FIGURE_STATUS_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define P "vendors/halden/partnerships/orvane/populations/"

static struct arena *arena;

static int setup(void **state) {
  (void)state;
  arena = arena_create(64 << 20, NULL, NULL);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

/* Account `number` as a digest: rises with the number. */
static void digest_put(uint8_t *out, int number) {
  memset(out, 0, ACCOUNT_DIGEST_SIZE);
  out[0] = (uint8_t)(number >> 8);
  out[1] = (uint8_t)number;
}

/* The accounts whose bit is set in `bits`, in chunks of `size`. */
static struct account_cursor set_build(const bool *members, int count, size_t size) {
  Sell__PopulationChunk **chunks = arena_calloc(arena, (size_t)count + 1, sizeof *chunks);
  struct account_cursor set = {.chunks = chunks};
  size_t held = size;
  for (int i = 0; i < count; i++) {
    if (!members[i])
      continue;
    if (held == size) {
      Sell__PopulationChunk *chunk = chunks[set.count++] = arena_new(arena, Sell__PopulationChunk);
      sell__population_chunk__init(chunk);
      chunk->digests.data = arena_alloc(arena, size * ACCOUNT_DIGEST_SIZE);
      held = 0;
    }
    Sell__PopulationChunk *chunk = chunks[set.count - 1];
    digest_put(chunk->digests.data + chunk->digests.len, i);
    chunk->digests.len += ACCOUNT_DIGEST_SIZE;
    held++;
  }
  return set;
}

struct seen {
  unsigned in[300];
  int count, last;
};

static bool see(const uint8_t *digest, unsigned in, void *context) {
  struct seen *seen = context;
  int number = digest[0] << 8 | digest[1];
  assert_true(number > seen->last); /* once each, rising */
  seen->last = number;
  seen->in[number] = in;
  seen->count++;
  return true;
}

static void a_walk_shows_each_account_and_where_it_is(void **state) {
  (void)state;
  enum { ACCOUNTS = 300, SETS = 6 };
  srandom(7);
  for (int round = 0; round < 200; round++) {
    bool members[SETS][ACCOUNTS];
    unsigned expected[ACCOUNTS] = {0};
    struct account_cursor sets[SETS];
    struct seen seen = {.last = -1};
    for (int s = 0; s < SETS; s++) {
      for (int i = 0; i < ACCOUNTS; i++) {
        members[s][i] = random() % 6 < round % 7;
        expected[i] |= (unsigned)members[s][i] << s;
      }
      sets[s] = set_build(members[s], ACCOUNTS, 1 + (size_t)random() % 40);
    }
    accounts_walk(sets, SETS, see, &seen);
    assert_memory_equal(seen.in, expected, sizeof expected);
  }
}

static Sell__Population *population_build(const char *party, const Sell__AccountSharing sharing[3]) {
  Sell__Population *population = arena_new(arena, Sell__Population);
  population_init(arena, population, arena_printf(arena, P "%s", party));
  for (int i = 0; i < 3; i++)
    population->segments[i]->sharing = sharing[i];
  population->edition = 4;
  population->key_version = 2;
  population->publish_time = arena_new(arena, Google__Protobuf__Timestamp);
  return population;
}

static const Sell__Overlap *overlap(const struct mapping *mapping, Type__Party viewer,
                                    const struct account_cursor *sets) {
  Sell__Overlap *out = arena_new(arena, Sell__Overlap);
  sell__overlap__init(out);
  overlap_fill(arena, mapping, viewer, sets, out);
  return out;
}

/* Every pair of sharing levels, with data and without: not shared never reads as none, and says no more. */
static void not_shared_is_not_none(void **state) {
  (void)state;
  bool all[20];
  memset(all, true, sizeof all);
  for (int v = NONE; v <= ROWS; v++) {
    for (int p = NONE; p <= ROWS; p++) {
      for (int published = 0; published < 2; published++) {
        const Sell__AccountSharing vendor[3] = {v, NONE, NONE}, partner[3] = {p, NONE, NONE};
        struct mapping mapping = {population_build("vendor", vendor), population_build("partner", partner),
                                  2};
        struct account_cursor sets[6] = {{0}};
        ((Sell__Population *)mapping.partner)->key_version = published ? 2 : 0;
        for (size_t i = 0; i < 6; i++)
          if (mapping_needed(&mapping, i < 3 ? VENDOR : PARTNER, i % 3))
            sets[i] = set_build(all, 20, 7);
        const Sell__Overlap *out = overlap(&mapping, VENDOR, sets);
        const Sell__OverlapCell *cell = out->cells[0];
        bool shared = v >= COUNTS && p >= COUNTS;
        assert_int_equal(cell->status, !shared     ? STATUS(NOT_SHARED)
                                       : published ? STATUS(OK)
                                                   : STATUS(NO_DATA));
        assert_int_equal(cell->count, shared && published ? 20 : 0);
        assert_int_equal(cell->rows_shared, v == ROWS && p == ROWS);
        assert_int_equal(out->partner_edition, p >= COUNTS ? 4 : 0);
        assert_int_equal(out->vendor_edition, 4);
        for (size_t i = 1; i < 9; i++) {
          assert_int_equal(out->cells[i]->status, STATUS(NOT_SHARED));
          assert_int_equal(out->cells[i]->count, 0);
        }
      }
    }
  }
}

/* What a party does not share changes nothing of what the other is answered: not a byte. */
static void what_is_held_back_leaves_no_trace(void **state) {
  (void)state;
  const Sell__AccountSharing vendor[3] = {COUNTS, COUNTS, COUNTS}, partner[3] = {NONE, COUNTS, NONE};
  bool members[40];
  for (int i = 0; i < 40; i++)
    members[i] = i % 3 == 0;
  uint8_t *answers[2];
  size_t sizes[2];
  for (int full = 0; full < 2; full++) {
    struct mapping mapping = {population_build("vendor", vendor), population_build("partner", partner), 2};
    struct account_cursor sets[6] = {{0}};
    for (size_t i = 0; i < 6; i++)
      if (i != 3 && i != 5)
        sets[i] = set_build(members, 40, 5);
    for (size_t i = 3; i < 6; i += 2) {
      assert_false(mapping_needed(&mapping, PARTNER, i - 3));
      mapping.partner->segments[i - 3]->account_count = full ? 1000 : 0;
      if (full)
        sets[i] = set_build(members, 40, 3);
    }
    const Sell__Overlap *out = overlap(&mapping, VENDOR, sets);
    sizes[full] = sell__overlap__get_packed_size(out);
    answers[full] = arena_alloc(arena, sizes[full]);
    sell__overlap__pack(out, answers[full]);
  }
  assert_int_equal(sizes[0], sizes[1]);
  assert_memory_equal(answers[0], answers[1], sizes[0]);
}

/* Whoever looks from either side sees the same, transposed. */
static void neither_side_is_preferred(void **state) {
  (void)state;
  enum { ACCOUNTS = 120 };
  srandom(11);
  for (int round = 0; round < 100; round++) {
    Sell__AccountSharing levels[6];
    bool members[6][ACCOUNTS] = {{false}};
    struct account_cursor sets[6], swapped[6];
    for (int i = 0; i < 6; i++)
      levels[i] = NONE + (Sell__AccountSharing)(random() % 3);
    for (int i = 0; i < ACCOUNTS; i++) {
      members[random() % 3][i] = true;
      members[3 + random() % 3][i] = random() % 2;
    }
    for (int i = 0; i < 6; i++) {
      sets[i] = set_build(members[i], ACCOUNTS, 9);
      swapped[(i + 3) % 6] = sets[i];
    }
    struct mapping mapping = {population_build("vendor", levels), population_build("partner", levels + 3), 2};
    struct mapping mirror = {population_build("vendor", levels + 3), population_build("partner", levels), 2};
    const Sell__Overlap *a = overlap(&mapping, VENDOR, sets), *b = overlap(&mirror, PARTNER, swapped);
    for (size_t v = 0; v < 3; v++) {
      for (size_t p = 0; p < 3; p++) {
        assert_int_equal(a->cells[v * 3 + p]->count, b->cells[p * 3 + v]->count);
        assert_int_equal(a->cells[v * 3 + p]->status, b->cells[p * 3 + v]->status);
      }
    }
  }
}

/* ---- uploads ---- */

static Sell__PopulationUpload *upload_build(void) {
  Sell__PopulationUpload *upload = arena_new(arena, Sell__PopulationUpload);
  sell__population_upload__init(upload);
  upload->upload = (char *)"u1";
  upload_init(arena, upload, 2);
  return upload;
}

/* A chunk of accounts `from` up to, but not including, `to`. */
static const struct status *add(Sell__PopulationUpload *upload, Sell__AccountSegment segment, int sequence,
                                int from, int to) {
  Sell__UploadPopulationChunkRequest request = SELL__UPLOAD_POPULATION_CHUNK_REQUEST__INIT;
  request.segment = segment;
  request.sequence = sequence;
  request.digests.len = (size_t)(to - from) * ACCOUNT_DIGEST_SIZE;
  request.digests.data = arena_alloc(arena, request.digests.len + 1);
  for (int i = from; i < to; i++)
    digest_put(request.digests.data + (size_t)(i - from) * ACCOUNT_DIGEST_SIZE, i);
  return upload_add(arena, upload, &request);
}

static void chunks_come_in_order(void **state) {
  (void)state;
  Sell__PopulationUpload *upload = upload_build();
  const struct status *status = refused(add(upload, SEGMENT(CUSTOMER), 1, 0, 5), REASON_CHUNK_OUT_OF_ORDER);
  assert_string_equal(status->metadata->value, "0");
  allowed(add(upload, SEGMENT(CUSTOMER), 0, 0, 5));
  refused(add(upload, SEGMENT(CUSTOMER), 1, 4, 9), REASON_INVALID_REQUEST); /* 4 was the last before */
  refused(add(upload, SEGMENT(CUSTOMER), 1, 3, 4), REASON_INVALID_REQUEST);
  allowed(add(upload, SEGMENT(CUSTOMER), 1, 5, 9));
  allowed(add(upload, SEGMENT(PROSPECT), 0, 0, 5));
  assert_int_equal(upload->segments[2]->chunk_count, 2);
  assert_int_equal(upload->segments[2]->account_count, 9);
  assert_int_equal(upload->segments[0]->account_count, 5);
  refused(add(upload, SEGMENT(CUSTOMER), 2, 20, 20), REASON_INVALID_REQUEST); /* nothing */
  refused(add(upload, SEGMENT(CUSTOMER), 2, 20, 20 + POPULATION_CHUNK_ACCOUNTS_MAX + 1),
          REASON_INVALID_REQUEST);
  Sell__UploadPopulationChunkRequest half = SELL__UPLOAD_POPULATION_CHUNK_REQUEST__INIT;
  half.segment = SEGMENT(OPPORTUNITY);
  half.digests = (ProtobufCBinaryData){ACCOUNT_DIGEST_SIZE - 1, (uint8_t *)arena_calloc(arena, 1, 64)};
  refused(upload_add(arena, upload, &half), REASON_INVALID_REQUEST);
  assert_int_equal(upload->segments[2]->chunk_count, 2);
}

static void a_population_is_bounded(void **state) {
  (void)state;
  Sell__PopulationUpload *upload = upload_build();
  for (int i = 0; i < POPULATION_CHUNKS_MAX; i++)
    allowed(add(upload, i % 2 ? SEGMENT(CUSTOMER) : SEGMENT(PROSPECT), i / 2, i, i + 1));
  const struct status *status = refused(add(upload, SEGMENT(OPPORTUNITY), 0, 1, 2), REASON_POPULATION_FULL);
  assert_string_equal(status->metadata->value, "32");
}

static void published_as_a_whole(void **state) {
  (void)state;
  struct act act = {arena, INT64_C(1782900000000000), VENDOR, "dana"};
  const Sell__AccountSharing sharing[3] = {NONE, COUNTS, ROWS};
  Sell__Population *population = population_build("vendor", sharing);
  Sell__PopulationUpload *upload = upload_build();
  bool low[20] = {false}, high[20] = {false};
  for (int i = 0; i < 20; i++)
    (i < 12 ? low : high)[i] = true;
  struct account_cursor sets[3] = {set_build(low, 20, 4), {0}, set_build(high, 20, 4)};
  allowed(add(upload, SEGMENT(PROSPECT), 0, 0, 12));
  allowed(add(upload, SEGMENT(CUSTOMER), 0, 12, 20));
  const struct status *status =
      refused(population_publish(&act, population, upload, 3, sets), REASON_MAPPING_KEY_ROTATED);
  assert_string_equal(status->metadata->value, "3");
  high[11] = high[10] = true;
  struct account_cursor doubled[3] = {sets[0], {0}, set_build(high, 20, 4)};
  status = refused(population_publish(&act, population, upload, 2, doubled), REASON_SEGMENTS_OVERLAP);
  assert_string_equal(status->metadata->value, "2");
  assert_int_equal(population->edition, 4);
  allowed(population_publish(&act, population, upload, 2, sets));
  assert_int_equal(population->edition, 5);
  assert_int_equal(population->segments[0]->account_count, 12);
  assert_int_equal(population->segments[2]->account_count, 8);
  assert_int_equal(population->segments[2]->sharing, ROWS); /* sharing stays as it was */
  population_clear(population);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(population->segments[i]->sharing, NONE);
    assert_int_equal(population->segments[i]->account_count, 0);
  }
  assert_null(population->publish_time);
  assert_int_equal(population->edition, 5);
}

/* Few are not told, nor that there are none, unless both show which they are. */
static void few_tell_of_single_accounts(void **state) {
  (void)state;
  for (int v = COUNTS; v <= ROWS; v++) {
    for (int p = COUNTS; p <= ROWS; p++) {
      for (int both = 0; both <= 10; both++) {
        const Sell__AccountSharing vendor[3] = {NONE, v, NONE}, partner[3] = {NONE, NONE, p};
        struct mapping mapping = {population_build("vendor", vendor), population_build("partner", partner),
                                  2};
        bool own[40], other[40];
        struct account_cursor sets[6] = {{0}};
        for (int i = 0; i < 40; i++) {
          own[i] = i < 20;
          other[i] = i < both || i >= 20;
        }
        sets[1] = set_build(own, 40, 7);
        sets[5] = set_build(other, 40, 7);
        const Sell__OverlapCell *cell = overlap(&mapping, PARTNER, sets)->cells[5];
        bool told = both >= 5 || (v == ROWS && p == ROWS);
        assert_int_equal(cell->status, told ? STATUS(OK) : STATUS(BELOW_FLOOR));
        assert_int_equal(cell->count, told ? both : 0);
      }
    }
  }
}

/* Each publication tells something of what it differs by: there are so many in any 30 days. */
static void published_only_so_often(void **state) {
  (void)state;
  const int64_t day_us = INT64_C(86400000000), step_us = day_us / 2, start_us = INT64_C(1782900000000000);
  struct act act = {arena, start_us, VENDOR, "dana"};
  const Sell__AccountSharing sharing[3] = {NONE, COUNTS, ROWS};
  Sell__Population *population = population_build("vendor", sharing);
  struct account_cursor sets[3] = {{0}};
  for (int i = 0; i < POPULATION_PUBLICATIONS; i++, act.now_us += step_us) {
    allowed(population_publish(&act, population, upload_build(), 2, sets));
    if (i % 3 == 0)
      population_clear(population); /* gives nothing back */
  }
  const struct status *status =
      refused(population_publish(&act, population, upload_build(), 2, sets), REASON_PUBLICATIONS_SPENT);
  assert_string_equal(status->metadata->next->value, "2026-07-31T10:00:00Z");
  assert_int_equal(population->edition, 4 + POPULATION_PUBLICATIONS);
  act.now_us = start_us + 30 * day_us - 1;
  refused(population_publish(&act, population, upload_build(), 2, sets), REASON_PUBLICATIONS_SPENT);
  for (int i = 0; i < 2; i++) { /* one comes free with each that is 30 days old */
    act.now_us = start_us + 30 * day_us + i * step_us;
    allowed(population_publish(&act, population, upload_build(), 2, sets));
    refused(population_publish(&act, population, upload_build(), 2, sets), REASON_PUBLICATIONS_SPENT);
  }
  assert_int_equal(population->n_recent_publish_times, POPULATION_PUBLICATIONS);
}

static void whose_a_population_is(void **state) {
  (void)state;
  assert_int_equal(population_owner(P "vendor"), VENDOR);
  assert_int_equal(population_owner(P "partner"), PARTNER);
  assert_int_equal(population_owner(P "vendors"), TYPE__PARTY__PARTY_UNSPECIFIED);
  assert_int_equal(population_owner(P "x-vendor"), TYPE__PARTY__PARTY_UNSPECIFIED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_walk_shows_each_account_and_where_it_is),
      TEST(not_shared_is_not_none),
      TEST(what_is_held_back_leaves_no_trace),
      TEST(neither_side_is_preferred),
      TEST(chunks_come_in_order),
      TEST(a_population_is_bounded),
      TEST(published_as_a_whole),
      TEST(few_tell_of_single_accounts),
      TEST(published_only_so_often),
      TEST(whose_a_population_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
