/* What goes wrong between a pillar and its Redis, and what must still hold. */
#include "store_fixture.h"

#include "runtime/base/timestamp.h"
#include "runtime/store/connection.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORVANE "vendors/halden/partnerships/orvane"

static struct store_fixture fixture;

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

/* ---- the nth command fails ---- */

struct outcome {
  const char *reason; /* NULL: done */
  char text[64];
};

/* One request as the runtime runs it: replay, reads, a changed and a new entity, two entries, counters. */
static const struct status *request(struct txn *txn) {
  const ProtobufCBinaryData *response;
  uint8_t fingerprint[32] = {1};
  Onboard__Partnership *orvane, *other;
  const struct status *status = txn_idempotent(txn, "vendors/halden request 1", fingerprint, &response);
  if (status || response) {
    return status;
  }
  status = txn_get(txn, &kind_partnership, ORVANE, &orvane);
  if (!status) {
    status = txn_get(txn, &kind_partnership, "vendors/halden/partnerships/other", &other);
  }
  if (status) {
    return status;
  }
  orvane->state = ONBOARD__PARTNERSHIP__STATE__STATE_PROSPECT + 1;
  other = partnership_new(txn_arena(txn), "vendors/halden/partnerships/other", "other");
  txn_put(txn, &kind_partnership, orvane);
  txn_put(txn, &kind_partnership, other);
  struct record *record = txn_record(txn, &(struct record_facts){.type = "a", .payload = orvane});
  txn_count(record, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED, 0, 1);
  txn_record(txn, &(struct record_facts){.type = "b", .payload = other});
  return txn_commit(txn, orvane);
}

static void run_request(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct outcome *outcome = argument;
  struct test_txn t = txn_open(f, f->store);
  const struct status *status = request(t.txn);
  outcome->reason = status ? outcome->text : NULL;
  snprintf(outcome->text, sizeof outcome->text, "%s", status ? status->reason : "");
  txn_end(&t);
}

static void seed(struct store_fixture *f, void *argument, size_t number) {
  (void)argument, (void)number;
  struct test_txn t = txn_open(f, f->store);
  Onboard__Partnership *orvane = partnership_new(t.arena, ORVANE, "orvane");
  txn_put(t.txn, &kind_partnership, orvane);
  txn_record(t.txn, &(struct record_facts){.type = "seed", .payload = orvane});
  if (txn_commit(t.txn, NULL)) {
    abort();
  }
  txn_end(&t);
}

static uint64_t commands, cut_at;
static bool cut_after;

static bool fault(uint64_t command, bool *after) {
  (void)command;
  *after = cut_after;
  return ++commands == cut_at;
}

/* The ids of the feed are Redis's own times. */
static uint64_t digest(void) {
  char feed[64];
  snprintf(feed, sizeof feed, "onboard:{b%03u}:f", store_bucket(ORVANE));
  return redis_digest(&fixture.redis, feed);
}

static uint64_t seeded(void) {
  connection_fault = NULL;
  redis_text(&fixture.redis, NULL, "FLUSHALL");
  store_fixture_await_ready(&fixture, fixture.store, true);
  store_fixture_run(&fixture, seed, NULL, 1);
  return digest();
}

static void cut_and_check(uint64_t before, uint64_t after) {
  struct outcome outcome;
  assert_true(seeded() == before);
  commands = 0;
  connection_fault = fault;
  store_fixture_run(&fixture, run_request, &outcome, 1);
  connection_fault = NULL;
  store_fixture_await_ready(&fixture, fixture.store, true);
  uint64_t found = digest();
  const char *reason = outcome.reason ? outcome.reason : "done";
  bool whole = found == after, none = found == before;
  bool fits = strcmp(reason, "done") == 0 ? whole
              : strcmp(reason, REASON_STORE_UNAVAILABLE) == 0
                  ? none
                  : strcmp(reason, REASON_OUTCOME_UNKNOWN) == 0 && (whole || none);
  if (!fits) {
    fail_msg("cut %s command %d: %s, %s", cut_after ? "after" : "before", (int)cut_at, reason,
             whole  ? "all written"
             : none ? "nothing written"
                    : "half written");
  }
  do { /* the caller tries again; what was sent before the cut may still be on its way */
    store_fixture_run(&fixture, run_request, &outcome, 1);
  } while (outcome.reason && strcmp(outcome.reason, REASON_LOST_RACE) == 0);
  if (outcome.reason) {
    fail_msg("tried again: %s", outcome.reason);
  }
  assert_true(digest() == after);
}

static void a_cut_at_any_command_leaves_all_or_nothing(void **state) {
  (void)state;
  struct outcome outcome;
  uint64_t before = seeded();
  commands = cut_at = 0;
  connection_fault = fault;
  store_fixture_run(&fixture, run_request, &outcome, 1);
  connection_fault = NULL;
  uint64_t count = commands, after = digest();
  assert_null(outcome.reason);
  assert_true(count >= 4 && before != after);
  for (cut_at = 1; cut_at <= count; cut_at++) {
    for (int i = 0; i < 2; i++) {
      cut_after = i;
      cut_and_check(before, after);
    }
  }
}

/* ---- kill -9 under load ---- */

enum { WRITERS = 40, ROUNDS_MAX = 4000 };

struct load {
  bool acknowledged[WRITERS][ROUNDS_MAX];
  int attempted[WRITERS];
  bool ending;
  size_t missing, entries, acknowledgements;
};

static void load_writer(struct store_fixture *f, void *argument, size_t number) {
  struct load *load = argument;
  for (int round = 0; round < ROUNDS_MAX && !load->ending; round++) {
    struct test_txn t = txn_open(f, f->store);
    char *name = arena_printf(t.arena, ORVANE "/notes/n%zu-%d", number, round);
    struct record *record = txn_record(
        t.txn, &(struct record_facts){.type = "note", .payload = partnership_new(t.arena, name, "note")});
    txn_count(record, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED, 0, 1);
    const struct status *status = txn_commit(t.txn, NULL);
    load->acknowledged[number][round] = !status;
    load->acknowledgements += !status;
    load->attempted[number] = round + 1;
    bool down = status != NULL;
    txn_end(&t);
    if (down) {
      fiber_sleep_ms(20);
    }
  }
}

static void load_check(struct store_fixture *f, void *argument, size_t number) {
  (void)number;
  struct load *load = argument;
  static unsigned char present[WRITERS][ROUNDS_MAX];
  memset(present, 0, sizeof present);
  size_t count;
  int64_t after = 0;
  do {
    struct test_txn t = txn_open(f, f->store);
    Ledger__LedgerEntry **entries;
    if (ledger_page(t.txn, ORVANE, after, INT64_MAX, 400, &entries, &count)) {
      abort();
    }
    for (size_t i = 0; i < count; i++) {
      unsigned writer, round;
      if (sscanf(entries[i]->resource, ORVANE "/notes/n%u-%u", &writer, &round) == 2) {
        present[writer][round]++;
      }
      load->entries++;
      after = timestamp_us(entries[i]->record_time, 0);
    }
    txn_end(&t);
  } while (count);
  for (size_t w = 0; w < WRITERS; w++) {
    for (int r = 0; r < load->attempted[w]; r++) {
      load->missing += load->acknowledged[w][r] ? present[w][r] != 1 : present[w][r] > 1;
    }
  }
}

static int findings;

static void on_found(struct verify_sink *sink, Ledger__LedgerFinding__Kind kind, const char *resource,
                     const char *description) {
  (void)sink;
  fprintf(stderr, "found %d %s: %s\n", (int)kind, resource, description);
  findings++;
}

static void on_walked(struct verify_sink *sink, int64_t ledgers, int64_t entries, int64_t resources) {
  (void)sink, (void)ledgers, (void)entries, (void)resources;
}

static void verify(struct store_fixture *f, void *argument, size_t number) {
  (void)argument, (void)number;
  struct test_txn t = txn_open(f, f->store);
  struct verify_sink sink = {on_found, on_walked};
  findings = ledger_verify(t.txn, "vendors/halden", &sink) ? 1 : 0;
  txn_end(&t);
}

static void turn_for(int64_t us) {
  int64_t until = clock_monotonic_us() + us;
  while (clock_monotonic_us() < until) {
    loop_turn(fixture.loop, 5);
  }
}

static void acknowledged_writes_survive_kill_9(void **state) {
  (void)state;
  static struct load load;
  size_t open = 0;
  redis_text(&fixture.redis, NULL, "FLUSHALL");
  store_fixture_launch(&fixture, load_writer, &load, WRITERS, &open);
  for (int i = 0; i < 5; i++) {
    size_t before = load.acknowledgements;
    turn_for(150 * US_PER_MS + random() % 150000);
    assert_true(load.acknowledgements > before + 100); /* or nothing was at stake */
    redis_kill(&fixture.redis);
    turn_for(30 * US_PER_MS);
    redis_restart(&fixture.redis);
    store_fixture_await_ready(&fixture, fixture.store, true);
  }
  load.ending = true;
  while (open) {
    loop_turn(fixture.loop, 50);
  }
  store_fixture_run(&fixture, load_check, &load, 1);
  if (load.missing) {
    fail_msg("%zu of %zu are missing or doubled; the ledger has %zu entries", load.missing,
             load.acknowledgements, load.entries);
  }
  assert_true(load.entries >= load.acknowledgements);
  store_fixture_run(&fixture, verify, NULL, 1);
  assert_int_equal(findings, 0);
}

/* ---- full, slow, forbidden ---- */

static void a_full_store_refuses_and_writes_nothing(void **state) {
  (void)state;
  struct outcome outcome;
  uint64_t before = seeded();
  redis_text(&fixture.redis, NULL, "CONFIG SET maxmemory 1");
  store_fixture_run(&fixture, run_request, &outcome, 1);
  assert_string_equal(outcome.reason, REASON_STORE_FULL);
  assert_true(digest() == before);
  redis_text(&fixture.redis, NULL, "CONFIG SET maxmemory 0");
  store_fixture_run(&fixture, run_request, &outcome, 1);
  assert_null(outcome.reason);
}

static void impatient_read(struct store_fixture *f, void *argument, size_t number) {
  struct outcome *outcome = argument;
  int64_t began = clock_monotonic_us();
  struct test_txn t = txn_open(f, f->store);
  struct txn_context context = {
      .arena = t.arena, .now_us = f->now_us, .deadline_us = began + 300 * US_PER_MS};
  struct txn *txn = txn_begin(f->store, &context);
  void *message;
  const struct status *status = NULL;
  if (number == 0) {
    status = txn_get(txn, &kind_partnership, ORVANE, &message);
  } else {
    txn_record(txn, &(struct record_facts){.type = "x", .payload = partnership_new(t.arena, ORVANE, "")});
    status = txn_commit(txn, NULL);
  }
  int64_t took_ms = (clock_monotonic_us() - began) / US_PER_MS;
  snprintf(outcome[number].text, sizeof outcome->text, "%s %s", status ? status->reason : "done",
           took_ms < 550 ? "in time" : "late");
  txn_end(&t);
}

static void a_silent_store_does_not_outlast_deadlines(void **state) {
  (void)state;
  struct outcome outcomes[2];
  seeded();
  redis_pause(&fixture.redis);
  store_fixture_run(&fixture, impatient_read, outcomes, 2);
  assert_string_equal(outcomes[0].text, "DEADLINE_EXCEEDED in time");
  assert_string_equal(outcomes[1].text, "OUTCOME_UNKNOWN in time");
  store_fixture_await_ready(&fixture, fixture.store, false); /* it notices within 3 s */
  redis_resume(&fixture.redis);
  store_fixture_await_ready(&fixture, fixture.store, true);
  store_fixture_run(&fixture, run_request, outcomes, 1);
  assert_null(outcomes[0].reason);
}

static void refused_to(const char *user, const char *command) {
  redisContext *context = redisConnectUnix(fixture.redis.address + strlen("unix:"));
  freeReplyObject(redisCommand(context, "AUTH %s fixture-password", user));
  redisReply *reply = redisCommand(context, command);
  if (!reply || reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "NOPERM", 6) != 0) {
    fail_msg("%s may do: %s", user, command);
  }
  freeReplyObject(reply);
  redisFree(context);
}

static void users_can_do_no_more_than_they_must(void **state) {
  (void)state;
  seeded();
  static const char *const sell[] = {"GET onboard:{b000}:e:x",
                                     "SET onboard:x y",
                                     "CONFIG GET *",
                                     "FUNCTION LIST",
                                     "KEYS *",
                                     "FLUSHALL",
                                     "SUBSCRIBE onboard:feed",
                                     "PUBLISH onboard:feed 1",
                                     "EVAL return 0",
                                     "ACL LIST",
                                     "SCAN 0",
                                     "DEBUG SLEEP 0"};
  for (size_t i = 0; i < sizeof sell / sizeof sell[0]; i++) {
    refused_to("sell", sell[i]);
  }
  refused_to("deploy", "GET onboard:{b000}:e:x");
  refused_to("deploy", "FCALL entente_version_v1 0");
  refused_to("onboard", "FCALL entente_counters_v1 1 sell:{b000}:h:x");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_cut_at_any_command_leaves_all_or_nothing),
      cmocka_unit_test(acknowledged_writes_survive_kill_9),
      cmocka_unit_test(a_full_store_refuses_and_writes_nothing),
      cmocka_unit_test(a_silent_store_does_not_outlast_deadlines),
      cmocka_unit_test(users_can_do_no_more_than_they_must),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
