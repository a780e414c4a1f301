/* Every byte that is stored counts: each one flipped in turn is found by verification; and whatever was
 * flipped, the vendor is told nothing of what is the partner's alone. */
#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

static struct store_fixture fixture;

/* What only the partner reads: a resource, its place in an index, a counter, and when entries were recorded.
 */
static const char *secrets[16] = {"secretive", "hushed", "things.own|2"};
static size_t secret_count = 3;
static int leaks;

struct result {
  struct verify_sink sink;
  int findings;
  int64_t entries, resources;
  char first[512];
};

static void on_found(struct verify_sink *sink, Ledger__LedgerFinding__Kind kind, const char *resource,
                     const char *description) {
  struct result *result = (struct result *)sink;
  for (size_t i = 0; sink->reader && i < secret_count; i++) {
    if (strstr(resource, secrets[i]) || strstr(description, secrets[i])) {
      print_message("`%s` is told: %s: %s\n", secrets[i], resource, description);
      leaks++;
    }
  }
  if (!result->findings++) {
    snprintf(result->first, sizeof result->first, "%d %.200s: %.200s", (int)kind, resource, description);
  }
}

static void on_walked(struct verify_sink *sink, int64_t ledgers, int64_t entries, int64_t resources) {
  struct result *result = (struct result *)sink;
  (void)ledgers;
  result->entries = entries;
  result->resources = resources;
}

static void verify(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct test_txn t = txn_open(f, f->store);
  struct result *result = argument;
  *result = (struct result){.sink = {on_found, on_walked, result->sink.reader}};
  const struct status *status = ledger_verify(t.txn, "vendors/halden", &result->sink);
  if (status) {
    result->findings = -1;
    snprintf(result->first, sizeof result->first, "%s %s", status->reason, status->message);
  }
  txn_end(&t);
}

static struct result verified_for(Type__Party reader) {
  struct result result = {.sink = {.reader = reader}};
  store_fixture_run(&fixture, verify, &result, 1);
  return result;
}

/* To nobody's user, who is told everything; the vendor is told as much of it as is its own. */
static struct result verified(void) {
  struct result result = verified_for(TYPE__PARTY__PARTY_UNSPECIFIED);
  struct result told = verified_for(TYPE__PARTY__PARTY_VENDOR);
  if (result.findings && !told.findings) {
    print_message("the vendor is not told at all: %s\n", result.first);
    leaks++;
  }
  return result;
}

static void seed(struct store_fixture *f, void *argument, size_t number) {
  (void)argument, (void)number;
  static const char *const names[] = {"vendors/halden/partnerships/orvane",
                                      "vendors/halden/partnerships/tallis",
                                      "vendors/halden/partnerships/orvane"};
  for (size_t i = 0; i < 3; i++) {
    struct test_txn t = txn_open(f, f->store);
    Onboard__Partnership *partnership;
    txn_get(t.txn, &kind_partnership, names[i], &partnership);
    partnership = partnership ? partnership : partnership_new(t.arena, names[i], "one");
    partnership->state = ONBOARD__PARTNERSHIP__STATE__STATE_PROSPECT + (i == 2);
    txn_put(t.txn, &kind_partnership, partnership);
    struct record *record =
        txn_record(t.txn, &(struct record_facts){.type = "partnership.changed", .payload = partnership});
    txn_count(record, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED, 0, 3);
    txn_count(record, "things.own", TYPE__PARTY__PARTY_VENDOR, 0, -1);
    if (txn_commit(t.txn, NULL)) {
      abort();
    }
    txn_end(&t);
  }
  /* One that the partner keeps to itself, and changed. */
  for (int i = 0; i < 2; i++) {
    struct test_txn t = txn_open(f, f->store);
    Onboard__Partnership *secret;
    const char *name = "vendors/halden/partnerships/secretive";
    txn_get(t.txn, &kind_partnership, name, &secret);
    secret = secret ? secret : partnership_new(t.arena, name, "hushed");
    secret->state = ONBOARD__PARTNERSHIP__STATE__STATE_PROSPECT + i;
    txn_put(t.txn, &kind_partnership, secret);
    struct record *record =
        txn_record(t.txn, &(struct record_facts){.type = "partnership.changed",
                                                 .subject = "vendors/halden/partnerships/orvane",
                                                 .payload = secret,
                                                 .private_to = TYPE__PARTY__PARTY_PARTNER});
    txn_count(record, "things.own", TYPE__PARTY__PARTY_PARTNER, 0, 7);
    if (txn_commit(t.txn, NULL)) {
      abort();
    }
    txn_end(&t);
  }
  /* One that is gone again. */
  struct test_txn t = txn_open(f, f->store);
  txn_put(t.txn, &kind_partnership, partnership_new(t.arena, "vendors/halden/partnerships/gone", "gone"));
  txn_record(t.txn, &(struct record_facts){
                        .type = "partnership.created",
                        .payload = partnership_new(t.arena, "vendors/halden/partnerships/gone", "gone")});
  txn_commit(t.txn, NULL);
  txn_end(&t);
  t = txn_open(f, f->store);
  txn_delete(t.txn, &kind_partnership, "vendors/halden/partnerships/gone");
  txn_record(t.txn, &(struct record_facts){.type = "partnership.deleted",
                                           .resource = "vendors/halden/partnerships/gone"});
  txn_commit(t.txn, NULL);
  txn_end(&t);
}

static redisReply *run(int count, const char **arguments, const size_t *sizes) {
  redisReply *reply = redisCommandArgv(fixture.redis.admin, count, arguments, sizes);
  assert_non_null(reply);
  if (reply->type == REDIS_REPLY_ERROR) {
    fail_msg("%s", reply->str);
  }
  return reply;
}

/* Flips each byte of a string key in turn. */
static int flip_string(const char *key) {
  redisReply *value = redisCommand(fixture.redis.admin, "GET %s", key);
  int missed = 0;
  for (size_t i = 0; i < (size_t)value->len; i++) {
    char *changed = malloc((size_t)value->len);
    memcpy(changed, value->str, (size_t)value->len);
    changed[i] = (char)(changed[i] ^ 0x11);
    freeReplyObject(redisCommand(fixture.redis.admin, "SET %s %b", key, changed, (size_t)value->len));
    struct result result = verified();
    if (result.findings < 1) {
      print_message("byte %zu of %s: %d findings %s\n", i, key, result.findings, result.first);
      missed++;
    }
    free(changed);
  }
  freeReplyObject(redisCommand(fixture.redis.admin, "SET %s %b", key, value->str, (size_t)value->len));
  freeReplyObject(value);
  return missed;
}

/* Writes a stream anew from what XRANGE answered, with one byte of one entry changed. */
static void write_stream(const char *key, const redisReply *entries, size_t which, int byte, int mask) {
  freeReplyObject(redisCommand(fixture.redis.admin, "DEL %s", key));
  for (size_t i = 0; i < entries->elements; i++) {
    const redisReply *id = entries->element[i]->element[0], *fields = entries->element[i]->element[1];
    char *bytes = malloc((size_t)fields->element[1]->len);
    memcpy(bytes, fields->element[1]->str, (size_t)fields->element[1]->len);
    if (i == which) {
      bytes[byte] = (char)(bytes[byte] ^ mask);
    }
    const char *arguments[] = {"XADD", key, id->str, "e", bytes};
    const size_t sizes[] = {4, strlen(key), strlen(id->str), 1, (size_t)fields->element[1]->len};
    freeReplyObject(run(5, arguments, sizes));
    free(bytes);
  }
}

/* The last two masks turn what the partner alone reads into what both read, and what the vendor does. */
static int flip_stream(const char *key) {
  static const int masks[] = {0x11, 0x02, 0x03};
  redisReply *entries = redisCommand(fixture.redis.admin, "XRANGE %s - +", key);
  int missed = 0;
  for (size_t i = 0; i < entries->elements; i++) {
    int size = (int)entries->element[i]->element[1]->element[1]->len;
    for (int at = 0; at < size * (int)(sizeof masks / sizeof *masks); at++) {
      write_stream(key, entries, i, at % size, masks[at / size]);
      struct result result = verified();
      if (result.findings < 1) {
        print_message("byte %d of entry %zu of %s: %d %s\n", at % size, i, key, result.findings,
                      result.first);
        missed++;
      }
    }
  }
  write_stream(key, entries, entries->elements, 0, 0);
  freeReplyObject(entries);
  return missed;
}

static int for_each_key(const char *pattern, int (*flip)(const char *key)) {
  redisReply *keys = redisCommand(fixture.redis.admin, "KEYS %s", pattern);
  int missed = 0;
  assert_true(keys->elements > 0);
  for (size_t i = 0; i < keys->elements; i++) {
    missed += flip(keys->element[i]->str);
  }
  freeReplyObject(keys);
  return missed;
}

static int entries = 7, resources = 4; /* in all ledgers */

static void expect_clean(void) {
  struct result result = verified();
  assert_int_equal(leaks, 0);
  if (result.findings) {
    fail_msg("%d findings: %s", result.findings, result.first);
  }
  assert_int_equal(result.entries, entries);
  assert_int_equal(result.resources, resources);
}

static void sound_data_have_no_finding(void **state) {
  (void)state;
  expect_clean();
}

static void each_byte_of_entities_counts(void **state) {
  (void)state;
  assert_int_equal(for_each_key("onboard:*:e:*", flip_string), 0);
  expect_clean();
}

static void each_byte_of_heads_counts(void **state) {
  (void)state;
  assert_int_equal(for_each_key("onboard:*:h:*", flip_string), 0);
  expect_clean();
}

static void each_byte_of_entries_counts(void **state) {
  (void)state;
  assert_int_equal(for_each_key("onboard:*:l:*", flip_stream), 0);
  expect_clean();
}

static void changed(const char *change, const char *undo, const char *expected) {
  redis_number(&fixture.redis, change);
  struct result result = verified();
  assert_int_equal(result.findings, 1);
  if (strncmp(result.first, expected, strlen(expected)) != 0) {
    fail_msg("found: %s", result.first);
  }
  redis_number(&fixture.redis, undo);
  expect_clean();
}

static void counters_and_indexes_count_both_ways(void **state) {
  (void)state;
  char key[256], change[512], undo[512];
  redisReply *keys = redisCommand(fixture.redis.admin, "KEYS onboard:*:r:*orvane*");
  snprintf(key, sizeof key, "%s", keys->element[0]->str);
  freeReplyObject(keys);
  snprintf(change, sizeof change, "HINCRBY %s things.done|0 1", key);
  snprintf(undo, sizeof undo, "HINCRBY %s things.done|0 -1", key);
  changed(change, undo, "2 ");
  snprintf(change, sizeof change, "HSET %s things.other|1 4", key);
  snprintf(undo, sizeof undo, "HDEL %s things.other|1", key);
  changed(change, undo, "2 ");
  snprintf(change, sizeof change, "HDEL %s things.own|1", key);
  snprintf(undo, sizeof undo, "HSET %s things.own|1 -2", key);
  changed(change, undo, "2 ");
  uint32_t bucket = store_bucket("vendors/halden");
  const char *member = "one\nvendors/halden/partnerships/orvane";
  snprintf(key, sizeof key, "onboard:{b%03u}:x:partnership:state:vendors/halden|1", bucket);
  assert_int_equal(redis_number(&fixture.redis, "ZADD %s 0 %s", key, member), 1); /* where it was before */
  assert_int_equal(verified().findings, 1);
  redis_number(&fixture.redis, "ZREM %s %s", key, member);
  expect_clean();
  snprintf(key, sizeof key, "onboard:{b%03u}:x:partnership:state:vendors/halden|2", bucket);
  assert_int_equal(redis_number(&fixture.redis, "ZREM %s %s", key, member), 1);
  assert_int_equal(verified().findings, 1);
  redis_number(&fixture.redis, "ZADD %s 0 %s", key, member);
  expect_clean();
}

/* A month of `year` that counts one, in a ledger of its own. */
static void count_in(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct test_txn t = txn_open(f, f->store);
  const char *name = "vendors/halden/partnerships/old";
  Onboard__Partnership *partnership = partnership_new(t.arena, name, "old");
  txn_get(t.txn, &kind_partnership, name, &partnership);
  partnership = partnership ? partnership : partnership_new(t.arena, name, "old");
  txn_put(t.txn, &kind_partnership, partnership);
  struct record *record =
      txn_record(t.txn, &(struct record_facts){.type = "partnership.changed", .payload = partnership});
  txn_count(record, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED, month_start_us(*(int *)argument * 100 + 7),
            1);
  assert_null(txn_commit(t.txn, NULL));
  txn_end(&t);
}

/* However far apart the months are that a ledger counts in. */
static void half_a_century_verifies(void **state) {
  (void)state;
  resources++;
  for (int year = 1975; year <= 2031; year++) {
    store_fixture_run(&fixture, count_in, &year, 1);
    entries++;
  }
  expect_clean();
  char key[256], change[512], undo[512];
  static const int years[] = {1975, 1999, 2031};
  for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
    snprintf(key, sizeof key, "onboard:{b%03u}:r:vendors/halden/partnerships/old:%d07",
             store_bucket("vendors/halden"), years[i]);
    snprintf(change, sizeof change, "HINCRBY %s things.done|0 1", key);
    snprintf(undo, sizeof undo, "HINCRBY %s things.done|0 -1", key);
    changed(change, undo, "2 ");
    snprintf(change, sizeof change, "HDEL %s things.done|0", key);
    snprintf(undo, sizeof undo, "HSET %s things.done|0 1", key);
    changed(change, undo, "2 ");
  }
}

static void write_as(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct test_txn t = txn_open(f, argument);
  const char *name = "vendors/halden/partnerships/rekeyed";
  Onboard__Partnership *partnership = partnership_new(t.arena, name, "rekeyed");
  txn_put(t.txn, &kind_partnership, partnership);
  txn_record(t.txn, &(struct record_facts){.type = "partnership.changed", .payload = partnership});
  assert_null(txn_commit(t.txn, NULL));
  txn_end(&t);
}

/* What was written under the password before is sound; what is written under the new one counts to the byte.
 */
static void a_changed_password_is_no_damage(void **state) {
  (void)state;
  struct store *before = fixture.store;
  fixture.store = store_fixture_open_as(&fixture, "another");
  expect_clean();
  store_fixture_run(&fixture, write_as, fixture.store, 1);
  entries++;
  resources++;
  expect_clean();
  assert_int_equal(for_each_key("onboard:*:e:*rekeyed*", flip_string), 0);
  store_close(fixture.store);
  fixture.store = before;
  expect_clean();
}

/* Times of the entries that only the partner reads. */
static void note_secret_times(void) {
  redisReply *items =
      redisCommand(fixture.redis.admin, "XRANGE onboard:{b%03u}:l:vendors/halden/partnerships/orvane - +",
                   store_bucket("vendors/halden"));
  for (size_t i = 0; i < items->elements; i++) {
    const redisReply *id = items->element[i]->element[0], *bytes = items->element[i]->element[1]->element[1];
    if (memmem(bytes->str, (size_t)bytes->len, "hushed", strlen("hushed"))) {
      secrets[secret_count++] = strndup(id->str, strcspn(id->str, "-"));
    }
  }
  freeReplyObject(items);
  assert_int_equal(secret_count, 5);
}

static int start(void **state) {
  (void)state;
  store_fixture_start(&fixture, false, "appendfsync no\n");
  store_fixture_run(&fixture, seed, NULL, 1);
  note_secret_times();
  return 0;
}

static int stop(void **state) {
  (void)state;
  for (size_t i = 3; i < secret_count; i++) {
    free((char *)secrets[i]);
  }
  store_fixture_stop(&fixture);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sound_data_have_no_finding),
      cmocka_unit_test(each_byte_of_entities_counts),
      cmocka_unit_test(each_byte_of_heads_counts),
      cmocka_unit_test(each_byte_of_entries_counts),
      cmocka_unit_test(counters_and_indexes_count_both_ways),
      cmocka_unit_test(half_a_century_verifies),
      cmocka_unit_test(a_changed_password_is_no_damage),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
