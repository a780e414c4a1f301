/* Reads, staged changes and commits of entities against a real Redis. */
#include "store_fixture.h"

#include "runtime/base/status.h"
#include "runtime/base/timestamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ORVANE "vendors/halden/partnerships/orvane"

static struct store_fixture fixture;

/* cmocka's asserts jump: in a fiber they would jump between stacks, so fibers only note what they saw. */
static char seen[512];

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  size_t size = strlen(seen);
  vsnprintf(seen + size, sizeof seen - size, format, arguments);
  va_end(arguments);
}

static void run_and_expect(fiber_body *body, const char *expected) {
  seen[0] = '\0';
  store_fixture_run(&fixture, body, NULL, 1);
  assert_string_equal(seen, expected);
}

static void create_orvane(struct store_fixture *f, const char *display_name) {
  struct test_txn t = txn_open(f, f->store);
  Onboard__Partnership *partnership;
  txn_get(t.txn, &kind_partnership, ORVANE, &partnership);
  note("%s ", partnership ? "present" : "absent");
  txn_put(t.txn, &kind_partnership, partnership_new(t.arena, ORVANE, display_name));
  const struct status *status = txn_commit(t.txn, NULL);
  note("%s;", status ? status->reason : "committed");
  txn_end(&t);
}

static void create_and_read(struct store_fixture *f, void *argument, size_t number) {
  (void)argument, (void)number;
  create_orvane(f, "Halden x Orvane");
  f->now_us += 10;
  struct test_txn t = txn_open(f, f->store);
  Onboard__Partnership *partnership, *again;
  const struct status *status = txn_get(t.txn, &kind_partnership, ORVANE, &partnership);
  txn_get(t.txn, &kind_partnership, ORVANE, &again);
  note("%s %s etag %zu created %d same %d;", status ? status->reason : "read", partnership->display_name,
       strlen(partnership->etag), timestamp_us(partnership->create_time, 0) == f->now_us - 10,
       partnership == again);
  char before[32];
  snprintf(before, sizeof before, "%s", partnership->etag);
  partnership->display_name = (char *)"Renamed";
  txn_put(t.txn, &kind_partnership, partnership);
  status = txn_commit(t.txn, NULL);
  note("%s etag changed %d, updated %d;", status ? status->reason : "committed",
       strcmp(before, partnership->etag) != 0, timestamp_us(partnership->update_time, 0) == f->now_us);
  txn_end(&t);
}

static void create_then_change(void **state) {
  (void)state;
  run_and_expect(create_and_read, "absent committed;read Halden x Orvane etag 22 created 1 same 1;"
                                  "committed etag changed 1, updated 1;");
}

/* What anybody could compute from a name and a version. */
static bool is_guessed(const char *etag, const char *name, uint64_t version) {
  char guess[32];
  uint64_t mixed = version;
  for (; *name; name++) {
    mixed = (mixed ^ (unsigned char)*name) * UINT64_C(0x9e3779b97f4a7c15);
    mixed ^= mixed >> 29;
  }
  mixed *= UINT64_C(0xbf58476d1ce4e5b9);
  mixed ^= mixed >> 32;
  snprintf(guess, sizeof guess, "%016" PRIx64, mixed);
  return strstr(etag, guess);
}

/* Of the resource as this store would put it now; nothing is written. */
static void etag_of(struct store_fixture *f, struct store *store, const char *name, char out[64]) {
  struct test_txn t = txn_open(f, store);
  Onboard__Partnership *partnership = partnership_new(t.arena, name, "one");
  txn_put(t.txn, &kind_partnership, partnership);
  snprintf(out, 64, "%s", partnership->etag);
  txn_end(&t);
}

/* Equal for one version of one name, at every replica and after a restart; without the key it tells nothing.
 */
static void etags_are_keyed(void **state) {
  (void)state;
  char one[64], replica[64], later[64], other[64], foreign[64];
  struct store *second = store_fixture_open(&fixture);
  struct store *rekeyed = store_fixture_open_as(&fixture, "another");
  etag_of(&fixture, fixture.store, ORVANE, one);
  etag_of(&fixture, second, ORVANE, replica);
  etag_of(&fixture, fixture.store, "vendors/halden/partnerships/tallis", other);
  etag_of(&fixture, rekeyed, ORVANE, foreign);
  assert_string_equal(one, replica);
  assert_string_not_equal(one, other);
  assert_string_not_equal(one, foreign);
  for (uint64_t version = 0; version < 1000; version++) {
    assert_false(is_guessed(one, ORVANE, version));
    assert_false(is_guessed(one, ORVANE, (uint64_t)fixture.now_us - version));
  }
  fixture.now_us++;
  etag_of(&fixture, fixture.store, ORVANE, later);
  assert_string_not_equal(one, later);
  store_close(second);
  store_close(rekeyed);
}

static void race(struct store_fixture *f, void *argument, size_t number) {
  (void)argument, (void)number;
  struct test_txn a = txn_open(f, f->store), b = txn_open(f, f->store);
  Onboard__Partnership *first, *second;
  txn_get(a.txn, &kind_partnership, ORVANE, &first);
  txn_get(b.txn, &kind_partnership, ORVANE, &second);
  txn_put(a.txn, &kind_partnership, first);
  txn_put(b.txn, &kind_partnership, second);
  const struct status *status = txn_commit(a.txn, NULL);
  note("%s ", status ? status->reason : "committed");
  status = txn_commit(b.txn, NULL);
  note("%s;", status ? status->reason : "committed");
  txn_end(&a);
  txn_end(&b);
}

static void second_writer_loses(void **state) {
  (void)state;
  run_and_expect(race, "committed LOST_RACE;");
}

static void vanish(struct store_fixture *f, void *argument, size_t number) {
  (void)argument, (void)number;
  struct test_txn watcher = txn_open(f, f->store);
  void *absent;
  txn_get(watcher.txn, &kind_partnership, "vendors/halden/partnerships/tallis", &absent);
  txn_put(watcher.txn, &kind_partnership, partnership_new(watcher.arena, ORVANE, "x"));

  struct test_txn creator = txn_open(f, f->store);
  txn_put(creator.txn, &kind_partnership,
          partnership_new(creator.arena, "vendors/halden/partnerships/tallis", "Tallis"));
  note("%s ", txn_commit(creator.txn, NULL) ? "refused" : "created");
  const struct status *status = txn_commit(watcher.txn, NULL);
  note("%s;", status ? status->reason : "committed");
  txn_end(&watcher);
  txn_end(&creator);

  struct test_txn t = txn_open(f, f->store);
  Onboard__Partnership *partnership;
  txn_get(t.txn, &kind_partnership, ORVANE, &partnership);
  txn_delete(t.txn, &kind_partnership, ORVANE);
  txn_get(t.txn, &kind_partnership, ORVANE, &partnership);
  note("staged %s ", partnership ? "present" : "absent");
  status = txn_commit(t.txn, NULL);
  note("%s;", status ? status->reason : "deleted");
  txn_end(&t);
}

static void absence_is_remembered_and_delete_works(void **state) {
  (void)state;
  run_and_expect(vanish, "created LOST_RACE;staged absent deleted;");
  assert_int_equal(redis_number(&fixture.redis, "EXISTS onboard:{b%03u}:e:%s", store_bucket(ORVANE), ORVANE),
                   0);
  assert_int_equal(redis_number(&fixture.redis, "ZCARD onboard:{b%03u}:x:partnership:all:vendors/halden",
                                store_bucket(ORVANE)),
                   1);
}

static void wrong_names(struct store_fixture *f, void *argument, size_t number) {
  (void)argument, (void)number;
  struct test_txn t = txn_open(f, f->store);
  void *message;
  const struct status *status = txn_get(t.txn, &kind_partnership, "vendors/halden/../x", &message);
  note("%s %s;", status ? status->reason : "ok", message ? "present" : "absent");
  txn_get(t.txn, &kind_partnership, ORVANE, &message);
  status = txn_get(t.txn, &kind_partnership, "vendors/other/partnerships/orvane", &message);
  note("%s;", status ? status->reason : "ok");
  txn_put(t.txn, &kind_partnership, partnership_new(t.arena, "vendors/Halden/partnerships/A B", ""));
  status = txn_commit(t.txn, NULL);
  note("%s;", status ? status->reason : "ok");
  txn_end(&t);
}

static void names_are_checked(void **state) {
  (void)state;
  run_and_expect(wrong_names, "ok absent;INVALID_REQUEST;INVALID_REQUEST;");
}

static int start(void **state) {
  (void)state;
  store_fixture_start(&fixture, true, NULL);
  return 0;
}

static int stop(void **state) {
  (void)state;
  store_fixture_stop(&fixture);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(create_then_change),  cmocka_unit_test(etags_are_keyed),
      cmocka_unit_test(second_writer_loses), cmocka_unit_test(absence_is_remembered_and_delete_works),
      cmocka_unit_test(names_are_checked),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
