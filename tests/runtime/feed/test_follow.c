/* A follower that is killed again and again: each change of the feed takes effect exactly once.
 * The follower runs in a process of its own, which is this program started with arguments. */
#include "support/server_fixture.h"

#include "runtime/feed/directory.h"
#include "runtime/observe/metric.h"
#include "runtime/store/ledger.h"

#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"

#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { CHANGES = 1500, PER_BATCH = 50, KILLS = 15, VENDORS = 5 };

extern char **environ;

static const struct kind *const kinds[] = {&kind_directory, NULL};
static const struct counter_row counters[] = {{"things.done", "count", COUNTER_SHARED, "Done."},
                                              {"things.own", "count", COUNTER_OWN, "Of one party."},
                                              {NULL, NULL, 0, NULL}};
static const struct service *const services[] = {&feed_service, &ledger_service, NULL};
static const struct period year = {INT64_C(1767225600000000), INT64_C(1798761600000000)}; /* 2026 */

/* ---- the follower's process ---- */

static const struct status *note(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  (void)context;
  const char *subject = entry->subject;
  const char *change = arena_printf(txn_arena(txn), "%s/changes/n-%lld", subject, (long long)entry->sequence);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = "change.seen", .subject = subject, .resource = change});
  txn_count(record, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED, timestamp_us(entry->occur_time, 0), 1);
  return directory_apply(NULL, txn, entry);
}

static void lived(void *context, bool live) {
  *(bool *)context |= live;
}

static void stopped(void *argument) {
  *(bool *)argument = true;
}

/* Follows until killed, or, with `until_caught_up`, until everything has taken effect. */
static int follower_process(const char *target, const char *address, const char *password_file,
                            bool until_caught_up) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const char *problem;
  bool live = false, ended = false;
  struct loop *loop = loop_create(NULL);
  struct store *store = store_open(loop,
                                   &(struct store_options){.pillar = "sell",
                                                           .address = address,
                                                           .password_file = password_file,
                                                           .kinds = kinds,
                                                           .counters = counters,
                                                           .clock = &clock_system},
                                   &problem);
  struct channel *channel = channel_create(loop, &(struct channel_options){.target = target}, &problem);
  struct metrics *metrics = metrics_create();
  struct follower *follower = follow_start(loop, &(struct follow_options){.source = "onboard",
                                                                          .metrics = metrics,
                                                                          .channel = channel,
                                                                          .store = store,
                                                                          .apply = note,
                                                                          .context = &live,
                                                                          .clock = &clock_system,
                                                                          .live = lived});
  while (!until_caught_up || !live) {
    loop_turn(loop, 10);
  }
  size_t size;
  char *text = metrics_render(metrics, &size);
  bool told = strstr(text, "entente_feed_live{source=\"onboard\"} 1") != NULL;
  free(text);
  follow_stop(follower, stopped, &ended);
  while (!ended) {
    loop_turn(loop, 10);
  }
  channel_destroy(channel);
  store_close(store);
  loop_destroy(loop);
  metrics_destroy(metrics);
  return told ? 0 : 1;
}

/* ---- the source ---- */

static struct redis_fixture redis;
static struct server_fixture *server;
static int made;

static void make_changes(struct store *store, void *context) {
  (void)context;
  for (int i = 0; i < PER_BATCH; i++, made++) {
    struct arena *arena = arena_create(1 << 20, NULL, NULL);
    struct txn *txn = txn_begin(store, &(struct txn_context){.arena = arena,
                                                             .now_us = INT64_C(1790000000000000) + made,
                                                             .deadline_us = INT64_MAX,
                                                             .actor = "test"});
    Onboard__Partnership *partnership = arena_new(arena, Onboard__Partnership);
    onboard__partnership__init(partnership);
    partnership->name = arena_printf(arena, "vendors/v%d/partnerships/p%d", made % VENDORS, made % 37);
    partnership->partner_organization =
        arena_printf(arena, "vendors/v%d/organizations/o%d", made % VENDORS, made % 37);
    Onboard__Partnership *old;
    txn_get(txn, &kind_directory, partnership->name, &old);
    txn_put(txn, &kind_directory, partnership);
    struct record *record =
        txn_record(txn, &(struct record_facts){.type = "partnership.changed", .payload = partnership});
    txn_count(record, "things.own", TYPE__PARTY__PARTY_VENDOR, 0, 1);
    const struct status *status = txn_commit(txn, NULL);
    if (status) {
      fprintf(stderr, "%s %s\n", status->reason, status->message);
      abort();
    }
    arena_destroy(arena);
  }
}

static pid_t spawn_follower(bool until_caught_up) {
  static char target[64];
  snprintf(target, sizeof target, "127.0.0.1:%d", fixture_port(server));
  char *arguments[] = {(char *)"test_follow",
                       (char *)"follow",
                       target,
                       redis.address,
                       redis.password_file,
                       (char *)(until_caught_up ? "end" : "go on"),
                       NULL};
  pid_t pid;
  assert_int_equal(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ), 0);
  return pid;
}

/* What the follower's pillar has recorded: every entry of the source, each once. */
struct effects {
  size_t total, doubled;
  int64_t counted;
  int directory_missing;
};

static void check_partnership(struct store *store, const char *name, struct effects *effects) {
  struct arena *arena = arena_create(32 << 20, NULL, NULL);
  struct txn *txn = txn_begin(store, &(struct txn_context){.arena = arena, .deadline_us = INT64_MAX});
  Ledger__LedgerEntry **entries;
  size_t count, sum_count;
  struct counter_sum *sums;
  int64_t record_us;
  void *partnership;
  if (ledger_page(txn, name, 0, INT64_MAX, 1000, &entries, &count) ||
      ledger_counters(txn, name, year, INT64_MAX, TYPE__PARTY__PARTY_UNSPECIFIED, &sums, &sum_count,
                      &record_us) ||
      txn_get(txn, &kind_directory, name, &partnership)) {
    abort();
  }
  for (size_t i = 0; i < count; i++) {
    effects->doubled += i && strcmp(entries[i]->resource, entries[i - 1]->resource) == 0;
    effects->doubled += atoll(strrchr(entries[i]->resource, '-') + 1) != (long long)i + 1; /* in order */
  }
  effects->total += count;
  effects->counted += counter_value(sums, sum_count, "things.done", TYPE__PARTY__PARTY_UNSPECIFIED);
  effects->directory_missing += !partnership;
  arena_destroy(arena);
}

struct check {
  struct loop *loop;
  struct effects effects;
  bool done;
};

static struct store *sell_store;

static void check_run(void *argument) {
  struct check *check = argument;
  for (int v = 0; v < VENDORS; v++) {
    for (int p = 0; p < 37; p++) {
      char name[64];
      snprintf(name, sizeof name, "vendors/v%d/partnerships/p%d", v, p);
      check_partnership(sell_store, name, &check->effects);
    }
  }
  check->done = true;
}

static struct effects effects_of_follower(void) {
  const char *problem;
  struct check check = {.loop = loop_create(NULL)};
  sell_store = store_open(check.loop,
                          &(struct store_options){.pillar = "sell",
                                                  .address = redis.address,
                                                  .password_file = redis.password_file,
                                                  .kinds = kinds,
                                                  .counters = counters,
                                                  .clock = &clock_system},
                          &problem);
  while (!store_ready(sell_store, NULL)) {
    loop_turn(check.loop, 10);
  }
  fiber_start(check.loop, check_run, &check);
  while (!check.done) {
    loop_turn(check.loop, 10);
  }
  store_close(sell_store);
  loop_destroy(check.loop);
  return check.effects;
}

static void each_change_takes_effect_once_though_the_follower_is_killed(void **state) {
  (void)state;
  srandom(7);
  for (int kill_count = 0; kill_count < KILLS; kill_count++) {
    pid_t pid = spawn_follower(false);
    fixture_run(server, make_changes, NULL);
    fixture_run(server, make_changes, NULL);
    usleep(60000 + (useconds_t)random() % 150000);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
  }
  assert_int_equal(made, CHANGES);
  int status;
  waitpid(spawn_follower(true), &status, 0);
  assert_int_equal(status, 0);
  struct effects effects = effects_of_follower();
  assert_int_equal(effects.total, CHANGES);
  assert_int_equal(effects.doubled, 0);
  assert_int_equal(effects.counted, CHANGES);
  assert_int_equal(effects.directory_missing, 0);
}

/* ---- the ledger service ---- */

static void ledgers_are_listed_in_pages(void **state) {
  (void)state;
  Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  request.parent = (char *)"vendors/v1/partnerships/p1";
  request.page_size = 3;
  size_t count = 0;
  do {
    Ledger__ListLedgerEntriesResponse *response;
    const struct status *status =
        fixture_call(server, "/entente.ledger.v1.LedgerService/ListLedgerEntries", &request, &response);
    if (status) {
      fail_msg("%s %s", status->reason, status->message);
    }
    for (size_t i = 0; i < response->n_entries; i++) {
      assert_int_equal(response->entries[i]->sequence, ++count);
    }
    request.page_token = response->next_page_token;
  } while (*request.page_token);
  assert_int_equal(count, CHANGES / (VENDORS * 37) + 1);
  Ledger__ListLedgerEntriesResponse *response;
  request.page_token = (char *)"AAAAAAAAAAAAAAAAAAAAAAAA";
  const struct status *status =
      fixture_call(server, "/entente.ledger.v1.LedgerService/ListLedgerEntries", &request, &response);
  assert_string_equal(status->reason, REASON_PAGE_TOKEN_INVALID);
}

static Ledger__BatchGetCountersResponse *counters_asked(char **ids, size_t count, char *parent,
                                                        const char **reason) {
  Google__Protobuf__Timestamp from = GOOGLE__PROTOBUF__TIMESTAMP__INIT,
                              to = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  from.seconds = year.start_us / US_PER_SECOND;
  to.seconds = year.end_us / US_PER_SECOND;
  Type__Period period = TYPE__PERIOD__INIT;
  period.start_time = &from;
  period.end_time = &to;
  Ledger__BatchGetCountersRequest request = LEDGER__BATCH_GET_COUNTERS_REQUEST__INIT;
  request.parent = parent;
  request.partnerships = ids;
  request.n_partnerships = count;
  request.period = &period;
  Ledger__BatchGetCountersResponse *response = NULL;
  const struct status *status =
      fixture_call(server, "/entente.ledger.v1.LedgerService/BatchGetCounters", &request, &response);
  *reason = status ? status->reason : "";
  return response;
}

static Type__Period *period_asked(struct period period) {
  static Google__Protobuf__Timestamp times[8];
  static Type__Period messages[4];
  static size_t used;
  size_t i = used++ % 4;
  google__protobuf__timestamp__init(&times[2 * i]);
  google__protobuf__timestamp__init(&times[2 * i + 1]);
  type__period__init(&messages[i]);
  times[2 * i].seconds = period.start_us / US_PER_SECOND;
  times[2 * i + 1].seconds = period.end_us / US_PER_SECOND;
  messages[i].start_time = &times[2 * i];
  messages[i].end_time = &times[2 * i + 1];
  return &messages[i];
}

static int64_t total(const Ledger__PartnershipCounters *row) {
  int64_t sum = 0;
  for (size_t i = 0; i < row->n_counters; i++)
    sum += row->counters[i]->amount;
  return sum;
}

static void several_periods_come_one_after_the_other(void **state) {
  (void)state;
  char *ids[] = {(char *)"p1", (char *)"p2"};
  struct period before = {month_start_us(month_add(month_of(year.start_us), -12)), year.start_us};
  Type__Period *further[] = {period_asked(before), period_asked(year)};
  Ledger__BatchGetCountersRequest request = LEDGER__BATCH_GET_COUNTERS_REQUEST__INIT;
  Ledger__BatchGetCountersResponse *response;
  fixture_as(server, fixture_principal(server, TYPE__PARTY__PARTY_VENDOR,
                                       OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER, "v1", NULL, "a"));
  request.parent = (char *)"vendors/v1";
  request.partnerships = ids;
  request.n_partnerships = 2;
  request.period = period_asked(year);
  request.further_periods = further;
  request.n_further_periods = 2;
  assert_null(fixture_call(server, "/entente.ledger.v1.LedgerService/BatchGetCounters", &request, &response));
  assert_int_equal(response->n_partnerships, 6);
  for (size_t i = 0; i < 6; i++) {
    const Ledger__PartnershipCounters *row = response->partnerships[i];
    assert_string_equal(row->partnership,
                        i % 2 ? "vendors/v1/partnerships/p2" : "vendors/v1/partnerships/p1");
    assert_int_equal(total(row) > 0, i / 2 != 1); /* nothing was counted in the year before */
    if (i / 2 == 2)
      assert_int_equal(total(row), total(response->partnerships[i - 4]));
  }
  further[1] = period_asked((struct period){year.start_us, year.end_us - US_PER_SECOND});
  const struct status *status =
      fixture_call(server, "/entente.ledger.v1.LedgerService/BatchGetCounters", &request, &response);
  assert_string_equal(status->violations->field, "further_periods[1]");
  assert_string_equal(status->violations->reason, "PERIOD_NOT_WHOLE_MONTHS");
}

static void a_partner_sees_its_own_counters_only(void **state) {
  (void)state;
  const char *reason;
  char *own[] = {(char *)"p1"}, *two[] = {(char *)"p1", (char *)"p2"};
  fixture_as(server, fixture_principal(server, TYPE__PARTY__PARTY_VENDOR,
                                       OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER, "v1", NULL, "a"));
  Ledger__BatchGetCountersResponse *response = counters_asked(two, 2, (char *)"vendors/v1", &reason);
  assert_string_equal(reason, "");
  assert_int_equal(response->n_partnerships, 2);
  assert_string_equal(response->partnerships[0]->counters[0]->counter, "things.own");
  assert_true(response->partnerships[0]->counters[0]->amount > 0);
  fixture_as(server, fixture_principal(server, TYPE__PARTY__PARTY_PARTNER,
                                       OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER, "v1", "o1", "b"));
  response = counters_asked(NULL, 0, (char *)"vendors/v1/partnerships/p1", &reason);
  assert_string_equal(reason, "");
  assert_true(response->partnerships[0]->counters[0]->hidden);
  assert_int_equal(response->partnerships[0]->counters[0]->amount, 0);
  counters_asked(two, 2, (char *)"vendors/v1", &reason);
  assert_string_equal(reason, REASON_ACCESS_DENIED);
  (void)own;
}

static int start(void **state) {
  (void)state;
  redis_start(&redis, "onboard sell", "appendfsync no\n");
  server = fixture_start(&(struct fixture_options){.service_name = "onboard",
                                                   .services = services,
                                                   .kinds = kinds,
                                                   .counters = counters,
                                                   .redis = &redis,
                                                   .partner_of = directory_partner_of});
  fixture_as(server, fixture_service_principal(server, "sell"));
  return 0;
}

static int stop(void **state) {
  (void)state;
  fixture_stop(server);
  redis_stop(&redis);
  return 0;
}

static int as_administrator(void **state) {
  (void)state;
  fixture_as(server, fixture_principal(server, TYPE__PARTY__PARTY_VENDOR,
                                       OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "v1", NULL, "admin"));
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 6 && strcmp(argv[1], "follow") == 0) {
    return follower_process(argv[2], argv[3], argv[4], strcmp(argv[5], "end") == 0);
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_change_takes_effect_once_though_the_follower_is_killed),
      cmocka_unit_test_setup(ledgers_are_listed_in_pages, as_administrator),
      cmocka_unit_test(a_partner_sees_its_own_counters_only),
      cmocka_unit_test(several_periods_come_one_after_the_other),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
