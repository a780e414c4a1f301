/* Pages of entities: complete, in order, stable beside writers, bound to their request. */
#include "store_fixture.h"

#include "runtime/base/limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTITIES = 230 };

static struct store_fixture fixture;

static void put(struct store_fixture *f, const char *name, const char *display_name, int state) {
  struct test_txn t = txn_open(f, f->store);
  Onboard__Partnership *partnership = partnership_new(t.arena, name, display_name);
  partnership->state = state;
  txn_put(t.txn, &kind_partnership, partnership);
  if (txn_commit(t.txn, NULL)) {
    abort();
  }
  txn_end(&t);
}

static void put_numbered(struct store_fixture *f, int number, int state) {
  char name[64], display_name[32];
  snprintf(name, sizeof name, "vendors/halden/partnerships/p%d", number);
  snprintf(display_name, sizeof display_name, "d%04d", (number * 7919) % 10000);
  put(f, name, display_name, state);
}

static void seed(struct store_fixture *f, void *argument, size_t number) {
  (void)argument, (void)number;
  for (int i = 0; i < ENTITIES; i++) {
    put_numbered(f, i, 1 + i % 2);
  }
}

struct listing {
  const char *index, *partition, *token, *binding;
  bool descending, write_between;
  int32_t page_size;
  bool (*keep)(const void *message, void *context);
  size_t pages, count, seen[ENTITIES];
  bool in_order;
  char reason[64], last[64], kept_token[512];
};

static void look(struct listing *listing, const Onboard__Partnership *partnership) {
  int number = atoi(strrchr(partnership->name, 'p') + 1);
  if (number < ENTITIES) {
    listing->seen[number]++;
    listing->count++;
  }
  const char *order = listing->index ? partnership->display_name : "";
  int compared = strcmp(listing->last, order);
  listing->in_order &= listing->descending ? !*listing->last || compared >= 0 : compared <= 0;
  snprintf(listing->last, sizeof listing->last, "%s", order);
}

static void list(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct listing *listing = argument;
  char token[512] = "";
  snprintf(token, sizeof token, "%s", listing->token ? listing->token : "");
  listing->in_order = true;
  do {
    struct test_txn t = txn_open(f, f->store);
    struct list_page page = {0};
    struct list_query query = {.kind = &kind_partnership,
                               .index = listing->index,
                               .partition = listing->partition,
                               .descending = listing->descending,
                               .page_size = listing->page_size,
                               .page_token = token,
                               .binding = listing->binding,
                               .keep = listing->keep};
    const struct status *status = list_entities(t.txn, &query, &page);
    for (size_t i = 0; !status && i < page.count; i++) {
      look(listing, page.messages[i]);
    }
    listing->pages++;
    snprintf(listing->reason, sizeof listing->reason, "%s", status ? status->reason : "");
    snprintf(token, sizeof token, "%s", status ? "" : page.next_page_token);
    if (*token) {
      snprintf(listing->kept_token, sizeof listing->kept_token, "%s", token);
    }
    txn_end(&t);
    if (listing->write_between && *token) {
      put_numbered(f, ENTITIES + (int)listing->pages, 1);
      put_numbered(f, (int)listing->pages * 3, 3); /* moves out of the partition */
    }
  } while (*token);
}

static void every_entity_is_listed_once_in_order(void **state) {
  (void)state;
  for (int descending = 0; descending < 2; descending++) {
    for (int32_t size = 1; size <= 120; size += 17) {
      struct listing listing = {
          .index = "state", .partition = "vendors/halden|1", .descending = descending, .page_size = size};
      store_fixture_run(&fixture, list, &listing, 1);
      assert_string_equal(listing.reason, "");
      assert_int_equal(listing.count, ENTITIES / 2);
      assert_true(listing.in_order);
      assert_int_equal(listing.pages, (ENTITIES / 2 + size - 1) / size);
    }
  }
  struct listing all = {.partition = "vendors/halden", .page_size = 1000};
  store_fixture_run(&fixture, list, &all, 1);
  assert_int_equal(all.count, ENTITIES);
}

static bool keep_few(const void *message, void *context) {
  (void)context;
  return ((const Onboard__Partnership *)message)->display_name[4] == '3';
}

static void a_filter_keeps_pages_complete(void **state) {
  (void)state;
  struct listing listing = {.partition = "vendors/halden", .page_size = 5, .keep = keep_few};
  store_fixture_run(&fixture, list, &listing, 1);
  size_t expected = 0;
  for (int i = 0; i < ENTITIES; i++) {
    expected += (i * 7919) % 10 == 3;
  }
  assert_int_equal(listing.count, expected);
}

static void a_token_is_good_for_its_request_only(void **state) {
  (void)state;
  struct listing first = {.partition = "vendors/halden", .page_size = 200, .binding = "vendor"};
  store_fixture_run(&fixture, list, &first, 1);
  struct listing other = {
      .partition = "vendors/halden", .page_size = 200, .binding = "partner", .token = first.kept_token};
  store_fixture_run(&fixture, list, &other, 1);
  assert_string_equal(other.reason, REASON_PAGE_TOKEN_INVALID);
  other =
      (struct listing){.partition = "vendors/halden", .page_size = 200, .binding = "vendor", .token = "AAAA"};
  store_fixture_run(&fixture, list, &other, 1);
  assert_string_equal(other.reason, REASON_PAGE_TOKEN_INVALID);
  other = (struct listing){
      .partition = "vendors/halden", .page_size = 10, .binding = "vendor", .token = first.kept_token};
  store_fixture_run(&fixture, list, &other, 1);
  assert_string_equal(other.reason, "");
  assert_int_equal(other.count, ENTITIES - 200);
}

static void pages_are_stable_beside_writers(void **state) {
  (void)state;
  struct listing listing = {
      .index = "state", .partition = "vendors/halden|1", .page_size = 7, .write_between = true};
  store_fixture_run(&fixture, list, &listing, 1);
  assert_string_equal(listing.reason, "");
  for (int i = 0; i < ENTITIES; i++) {
    bool stayed = i % 2 == 0 && (i % 3 != 0 || i / 3 >= (int)listing.pages);
    if (stayed && listing.seen[i] != 1) {
      fail_msg("entity %d was listed %zu times", i, listing.seen[i]);
    }
    assert_true(listing.seen[i] <= 1);
  }
}

/* A walk through a partition: every entity once, in order, however many pages that takes. */
static void look_walking(const void *message, void *context) {
  look(context, message);
}

static void walk(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct listing *listing = argument;
  struct test_txn t = txn_open(f, f->store);
  listing->in_order = true;
  struct list_query query = {.kind = &kind_partnership,
                             .index = listing->index,
                             .partition = listing->partition,
                             .page_size = 3, /* ignored */
                             .page_token = "AAAA",
                             .descending = listing->descending};
  const struct status *status = list_walk(t.txn, &query, look_walking, listing);
  snprintf(listing->reason, sizeof listing->reason, "%s", status ? status->reason : "");
  txn_end(&t);
}

static void put_many(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  for (int i = 0; i < *(int *)argument; i++) {
    char name[64], display_name[32];
    snprintf(name, sizeof name, "vendors/tallis/partnerships/x%dp%d", i / ENTITIES, i % ENTITIES);
    snprintf(display_name, sizeof display_name, "d%04d", i);
    put(f, name, display_name, 1);
  }
}

static void a_walk_shows_every_entity_once(void **state) {
  (void)state;
  for (int descending = 0; descending < 2; descending++) {
    struct listing listing = {.index = "state", .partition = "vendors/halden|1", .descending = descending};
    store_fixture_run(&fixture, walk, &listing, 1);
    assert_string_equal(listing.reason, "");
    assert_int_equal(listing.count, ENTITIES / 2);
    assert_true(listing.in_order);
  }
  int many = LIMIT_PAGE_SIZE * 2 + 1;
  store_fixture_run(&fixture, put_many, &many, 1);
  struct listing all = {.index = "state", .partition = "vendors/tallis|1"};
  store_fixture_run(&fixture, walk, &all, 1);
  assert_int_equal(all.count, many);
  assert_true(all.in_order);
  struct listing none = {.index = "state", .partition = "vendors/tallis|7"};
  store_fixture_run(&fixture, walk, &none, 1);
  assert_int_equal(none.count, 0);
}

static int start(void **state) {
  (void)state;
  store_fixture_start(&fixture, false, "appendfsync no\n");
  store_fixture_run(&fixture, seed, NULL, 1);
  return 0;
}

static int stop(void **state) {
  (void)state;
  store_fixture_stop(&fixture);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_entity_is_listed_once_in_order),
      cmocka_unit_test(a_filter_keeps_pages_complete),
      cmocka_unit_test(a_token_is_good_for_its_request_only),
      cmocka_unit_test(a_walk_shows_every_entity_once),
      cmocka_unit_test(pages_are_stable_beside_writers),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
