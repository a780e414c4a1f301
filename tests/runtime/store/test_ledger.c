/* Ledgers, counters, idempotency: one writer, many fibers, two stores. */
#include "store_fixture.h"

#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <string.h>

#define ORVANE "vendors/halden/partnerships/orvane"
#define TALLIS "vendors/halden/partnerships/tallis"

static struct store_fixture fixture;
static const struct period year = {INT64_C(1767225600000000), INT64_C(1798761600000000)}; /* 2026 */

/* One more thing done at a partnership: reads, changes, records and counts. */
static const struct status *do_thing(struct txn *txn, const char *name, const char *text, bool *existed) {
  Onboard__Partnership *partnership;
  const struct status *status = txn_get(txn, &kind_partnership, name, &partnership);
  if (status) {
    return status;
  }
  *existed = partnership != NULL;
  if (!partnership) {
    partnership = partnership_new(txn_arena(txn), name, text);
  }
  partnership->display_name = arena_strdup(txn_arena(txn), text);
  txn_put(txn, &kind_partnership, partnership);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = "partnership.touched", .payload = partnership});
  txn_count(record, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED, 0, 1);
  txn_count_money(record, "value", TYPE__PARTY__PARTY_VENDOR, 0, "USD", 250);
  return txn_commit(txn, partnership);
}

struct tally {
  struct store *stores[2];
  const char *name;
  bool own_subject; /* every fiber writes an entity of its own, all in one ledger */
  int rounds, done, races, failures;
};

static void writer(struct store_fixture *f, void *argument, size_t number) {
  struct tally *tally = argument;
  char text[32], name[128];
  snprintf(name, sizeof name, "%s", tally->name);
  for (int round = 0; round < tally->rounds;) {
    struct test_txn t = txn_open(f, tally->stores[tally->stores[1] ? number % 2 : 0]);
    snprintf(text, sizeof text, "%zu-%d", number, round);
    bool existed;
    const struct status *status = do_thing(t.txn, name, text, &existed);
    if (!status) {
      tally->done++;
      round++;
    } else if (strcmp(status->reason, REASON_LOST_RACE) == 0) {
      tally->races++;
    } else {
      fprintf(stderr, "writer: %s %s\n", status->reason, status->message);
      tally->failures++;
      round++;
    }
    txn_end(&t);
  }
}

/* Records only: nothing but the ledger is contended for. */
static void recorder(struct store_fixture *f, void *argument, size_t number) {
  struct tally *tally = argument;
  for (int round = 0; round < tally->rounds; round++) {
    struct test_txn t = txn_open(f, tally->stores[tally->stores[1] ? number % 2 : 0]);
    struct record *record =
        txn_record(t.txn, &(struct record_facts){
                              .type = "thing.noted",
                              .payload = partnership_new(
                                  t.arena, arena_printf(t.arena, "%s/notes/n%zu", tally->name, number), "")});
    txn_count(record, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED, 0, 1);
    const struct status *status = txn_commit(t.txn, NULL);
    tally->done += !status;
    tally->races += status && strcmp(status->reason, REASON_LOST_RACE) == 0;
    tally->failures += status && strcmp(status->reason, REASON_LOST_RACE) != 0;
    txn_end(&t);
  }
}

struct question {
  const char *subject;
  int64_t as_of_us, sum, record_us;
  size_t entries;
  bool in_order;
  int findings;
  char finding[256];
};

static void ask(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct question *question = argument;
  struct test_txn t = txn_open(f, f->store);
  struct counter_sum *sums;
  size_t count;
  const struct status *status =
      ledger_counters(t.txn, question->subject, year, question->as_of_us, TYPE__PARTY__PARTY_UNSPECIFIED,
                      &sums, &count, &question->record_us);
  question->sum = status ? -1 : counter_value(sums, count, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED);
  Ledger__LedgerEntry **entries;
  question->in_order = true;
  question->entries = 0;
  int64_t last_us = 0;
  do {
    status = ledger_page(t.txn, question->subject, last_us, question->as_of_us, 100, &entries, &count);
    for (size_t i = 0; !status && i < count; i++) {
      int64_t record_us = timestamp_us(entries[i]->record_time, 0);
      question->in_order &= entries[i]->sequence == (int64_t)++question->entries && record_us > last_us;
      last_us = record_us;
    }
  } while (!status && count);
  if (status) {
    fprintf(stderr, "ask: %s %s\n", status->reason, status->message);
  }
  txn_end(&t);
}

static struct question asked(const char *subject, int64_t as_of_us) {
  struct question question = {.subject = subject, .as_of_us = as_of_us};
  store_fixture_run(&fixture, ask, &question, 1);
  return question;
}

struct checking {
  struct verify_sink sink;
  struct question *question;
};

static void on_found(struct verify_sink *sink, Ledger__LedgerFinding__Kind kind, const char *resource,
                     const char *description) {
  struct question *question = ((struct checking *)sink)->question;
  question->findings++;
  snprintf(question->finding, sizeof question->finding, "%d %.100s: %.140s", (int)kind, resource,
           description);
}

static void on_walked(struct verify_sink *sink, int64_t ledgers, int64_t entries, int64_t resources) {
  (void)sink, (void)ledgers, (void)entries, (void)resources;
}

static void verify(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct test_txn t = txn_open(f, f->store);
  struct checking checking = {{on_found, on_walked}, argument};
  const struct status *status = ledger_verify(t.txn, "vendors/halden", &checking.sink);
  if (status) {
    fprintf(stderr, "verify: %s %s\n", status->reason, status->message);
    checking.question->findings = -1;
  }
  txn_end(&t);
}

static void expect_verified(void) {
  struct question question = {0};
  store_fixture_run(&fixture, verify, &question, 1);
  if (question.findings) {
    fail_msg("%d findings, the last: %s", question.findings, question.finding);
  }
}

static void increments_of_many_fibers_are_all_there(void **state) {
  (void)state;
  struct tally tally = {.stores = {fixture.store}, .name = ORVANE, .rounds = 10};
  store_fixture_run(&fixture, writer, &tally, 30);
  assert_int_equal(tally.failures, 0);
  assert_int_equal(tally.done, 300);
  assert_true(tally.races > 0); /* or nothing was contended */
  struct question question = asked(ORVANE, INT64_MAX);
  assert_int_equal(question.sum, 300);
  assert_int_equal(question.entries, 300);
  assert_true(question.in_order);
  expect_verified();
}

static void increments_of_two_stores_are_all_there(void **state) {
  (void)state;
  struct store *second = store_fixture_open(&fixture);
  struct tally tally = {.stores = {fixture.store, second}, .name = TALLIS, .rounds = 10};
  store_fixture_run(&fixture, writer, &tally, 20);
  assert_int_equal(tally.failures, 0);
  struct question question = asked(TALLIS, INT64_MAX);
  assert_int_equal(question.sum, 200);
  assert_int_equal(question.entries, 200);
  assert_true(question.in_order);
  store_close(second);
  expect_verified();
}

static void records_on_one_ledger_are_pipelined(void **state) {
  (void)state;
  struct tally tally = {
      .stores = {fixture.store}, .name = "vendors/halden/partnerships/castellan", .rounds = 20};
  store_fixture_run(&fixture, recorder, &tally, 100);
  assert_int_equal(tally.failures, 0);
  assert_int_equal(tally.races, 0); /* one process never races with itself for a head */
  struct question question = asked(tally.name, INT64_MAX);
  assert_int_equal(question.sum, 2000);
  assert_int_equal(question.entries, 2000);
  assert_true(question.in_order);
}

static void an_earlier_time_reads_the_same_for_ever(void **state) {
  (void)state;
  struct question before = asked(ORVANE, INT64_MAX);
  int64_t then = before.record_us;
  struct tally tally = {.stores = {fixture.store}, .name = ORVANE, .rounds = 700};
  store_fixture_run(&fixture, recorder, &tally, 2);
  struct question now = asked(ORVANE, INT64_MAX), again = asked(ORVANE, then), none = asked(ORVANE, 1);
  assert_int_equal(now.sum, before.sum + 1400);
  assert_int_equal(again.sum, before.sum);
  assert_int_equal(again.entries, before.entries);
  assert_int_equal(again.record_us, then);
  assert_int_equal(none.sum, 0);
  assert_int_equal(none.record_us, 0);
}

/* Asks as of the very instant, while others write, and remembers what it was told. */
enum { LOOKS = 60 };
struct looking {
  struct tally *tally;
  int64_t as_of_us[LOOKS], sums[LOOKS];
  int changed;
};

static int64_t sum_as_of(struct store_fixture *f, const char *subject, int64_t as_of_us) {
  struct test_txn t = txn_open(f, f->store);
  struct counter_sum *sums;
  size_t count;
  int64_t record_us, sum = -1;
  if (!ledger_counters(t.txn, subject, year, as_of_us, TYPE__PARTY__PARTY_UNSPECIFIED, &sums, &count,
                       &record_us))
    sum = counter_value(sums, count, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED);
  txn_end(&t);
  return sum;
}

static void look_or_write(struct store_fixture *f, void *argument, size_t number) {
  struct looking *looking = argument;
  if (number > 0) {
    recorder(f, looking->tally, number);
    return;
  }
  for (int i = 0; i < LOOKS; i++) {
    looking->as_of_us[i] = clock_now_us(&clock_system);
    looking->sums[i] = sum_as_of(f, looking->tally->name, looking->as_of_us[i]);
    fiber_sleep_ms(1);
  }
}

static void look_again(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct looking *looking = argument;
  for (int i = 0; i < LOOKS; i++)
    looking->changed += sum_as_of(f, looking->tally->name, looking->as_of_us[i]) != looking->sums[i];
}

static void now_reads_the_same_for_ever_while_others_write(void **state) {
  (void)state;
  struct tally tally = {
      .stores = {fixture.store}, .name = "vendors/halden/partnerships/meridian", .rounds = 40};
  struct looking looking = {.tally = &tally};
  store_fixture_run(&fixture, look_or_write, &looking, 30);
  assert_int_equal(tally.failures, 0);
  store_fixture_run(&fixture, look_again, &looking, 1);
  assert_true(looking.sums[LOOKS - 1] > looking.sums[0]);
  assert_int_equal(looking.changed, 0);
}

struct attempt {
  const char *key;
  uint8_t fingerprint[32];
  char result[64];
};

static void attempt(struct store_fixture *f, void *argument, size_t number) {
  struct attempt *attempt = &((struct attempt *)argument)[number];
  for (int run = 0; run < 8; run++) {
    struct test_txn t = txn_open(f, f->store);
    const ProtobufCBinaryData *response;
    bool existed;
    const struct status *status = txn_idempotent(t.txn, attempt->key, attempt->fingerprint, &response);
    if (!status && response) {
      Onboard__Partnership *partnership = onboard__partnership__unpack(NULL, response->len, response->data);
      snprintf(attempt->result, sizeof attempt->result, "replayed %s", partnership->display_name);
      onboard__partnership__free_unpacked(partnership, NULL);
      txn_end(&t);
      return;
    }
    if (!status) {
      status = do_thing(t.txn, "vendors/halden/partnerships/nordlicht", "first", &existed);
    }
    snprintf(attempt->result, sizeof attempt->result, "%s", status ? status->reason : "done");
    txn_end(&t);
    if (strcmp(attempt->result, REASON_LOST_RACE) != 0) {
      return;
    }
  }
}

static void a_request_takes_effect_once(void **state) {
  (void)state;
  struct attempt attempts[20];
  for (size_t i = 0; i < 20; i++) {
    attempts[i] = (struct attempt){.key = "vendors/halden user POST 1", .fingerprint = {7}};
  }
  store_fixture_run(&fixture, attempt, attempts, 20);
  int done = 0, replayed = 0;
  for (size_t i = 0; i < 20; i++) {
    done += strcmp(attempts[i].result, "done") == 0;
    replayed += strcmp(attempts[i].result, "replayed first") == 0;
  }
  assert_int_equal(done, 1);
  assert_int_equal(replayed, 19);
  assert_int_equal(asked("vendors/halden/partnerships/nordlicht", INT64_MAX).sum, 1);
  struct attempt other = {.key = "vendors/halden user POST 1", .fingerprint = {8}};
  store_fixture_run(&fixture, attempt, &other, 1);
  assert_string_equal(other.result, REASON_REQUEST_ID_REUSED);
}

static void overflow(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  char *result = argument;
  struct test_txn t = txn_open(f, f->store);
  struct record *record = txn_record(
      t.txn, &(struct record_facts){.type = "x", .payload = partnership_new(t.arena, TALLIS "/x/x", "")});
  txn_count(record, "things.own", TYPE__PARTY__PARTY_VENDOR, 0, INT64_C(8000000000000000000));
  const struct status *status = txn_commit(t.txn, NULL);
  snprintf(result, 64, "%s", status ? status->reason : "done");
  txn_end(&t);
}

static void counters_do_not_overflow(void **state) {
  (void)state;
  char result[64];
  store_fixture_run(&fixture, overflow, result, 1);
  assert_string_equal(result, "done");
  uint64_t before = redis_digest(&fixture.redis, NULL);
  store_fixture_run(&fixture, overflow, result, 1);
  assert_string_equal(result, "COUNTER_OVERFLOW");
  assert_true(redis_digest(&fixture.redis, NULL) == before);
}

static int start(void **state) {
  (void)state;
  store_fixture_start(&fixture, false, NULL);
  return 0;
}

static int stop(void **state) {
  (void)state;
  store_fixture_stop(&fixture);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(increments_of_many_fibers_are_all_there),
      cmocka_unit_test(increments_of_two_stores_are_all_there),
      cmocka_unit_test(records_on_one_ledger_are_pipelined),
      cmocka_unit_test(an_earlier_time_reads_the_same_for_ever),
      cmocka_unit_test(now_reads_the_same_for_ever_while_others_write),
      cmocka_unit_test(a_request_takes_effect_once),
      cmocka_unit_test(counters_do_not_overflow),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
