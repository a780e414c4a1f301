/* The follower against a feed that is really served, from a Redis of its own. */
#include "incentivize/commission.h"
#include "incentivize/follow.h"
#include "incentivize/world.h"
#include "runtime/base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct kind kind_opportunity = {
    .name = "opportunity",
    .pattern = "vendors/*/partnerships/*/opportunities/*",
    .message = &sell__opportunity__descriptor,
};
static const struct kind *const sell_kinds[] = {&kind_opportunity, NULL};
static const struct counter_row sell_counters[] = {{0}};
static const struct service *const sell_services[] = {&feed_service, NULL};

/* Sell beside the service, and what connects the two. */
struct suite {
  struct world world;
  struct redis_fixture redis;
  struct server_fixture *sell;
  struct channel *channel;
  struct follower *follower;
  bool stopped;
};

struct telling {
  const char *type;
  int id;
  int64_t amount_minor;
};

/* What sell does when an opportunity is won or reversed: stores and records it. */
static const struct status *tell(struct txn *txn, void *context) {
  const struct telling *telling = context;
  struct arena *arena = txn_arena(txn);
  Sell__Opportunity *opportunity;
  char *name = arena_printf(arena, PARTNERSHIP "/opportunities/o%d", telling->id);
  const struct status *status = txn_get(txn, &kind_opportunity, name, &opportunity);
  if (status)
    return status;
  if (!opportunity) {
    opportunity = arena_new(arena, Sell__Opportunity);
    sell__opportunity__init(opportunity);
    opportunity->name = name;
    opportunity->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
    opportunity->amount = arena_new(arena, Type__Money);
    type__money__init(opportunity->amount);
    opportunity->amount->currency_code = arena_strdup(arena, "USD");
    opportunity->amount->amount_minor = telling->amount_minor;
    opportunity->close_time = timestamp_new(arena, instant("2026-06-06"));
  } else {
    opportunity->reverse_time = timestamp_new(arena, instant("2026-07-07"));
  }
  txn_put(txn, &kind_opportunity, opportunity);
  txn_record(txn, &(struct record_facts){.type = telling->type, .payload = opportunity});
  return txn_commit(txn, NULL);
}

static void follow_on(struct store *store, void *context) {
  struct suite *suite = context;
  struct loop *loop = fixture_server_loop(suite->world.server);
  const char *problem = NULL;
  char target[32];
  snprintf(target, sizeof target, "127.0.0.1:%d", fixture_port(suite->sell));
  if (!suite->channel)
    suite->channel = channel_create(loop, &(struct channel_options){.target = target}, &problem);
  assert_non_null(suite->channel);
  suite->follower = follow_start(loop, &(struct follow_options){.source = "sell",
                                                                .channel = suite->channel,
                                                                .store = store,
                                                                .types = sell_types,
                                                                .apply = sell_apply,
                                                                .clock = &clock_system});
}

static void follow_ended(void *argument) {
  ((struct suite *)argument)->stopped = true;
}

/* Ends the follower wherever it is. */
static void follow_off(struct store *store, void *context) {
  struct suite *suite = context;
  (void)store;
  suite->stopped = false;
  follow_stop(suite->follower, follow_ended, suite);
  while (!suite->stopped)
    fiber_sleep_ms(1);
}

static void channel_off(struct store *store, void *context) {
  struct suite *suite = context;
  (void)store;
  channel_destroy(suite->channel);
}

static int setup(void **state) {
  static struct suite suite;
  memset(&suite, 0, sizeof suite);
  world_open(&suite.world);
  redis_start(&suite.redis, "sell", NULL);
  suite.sell = fixture_start(&(struct fixture_options){.service_name = "sell",
                                                       .services = sell_services,
                                                       .kinds = sell_kinds,
                                                       .counters = sell_counters,
                                                       .redis = &suite.redis});
  fixture_as(suite.sell, fixture_service_principal(suite.sell, "incentivize"));
  *state = &suite;
  return 0;
}

static int teardown(void **state) {
  struct suite *suite = *state;
  fixture_run(suite->world.server, follow_off, suite);
  fixture_run(suite->world.server, channel_off, suite);
  fixture_stop(suite->sell);
  redis_stop(&suite->redis);
  world_close(&suite->world);
  return 0;
}

static void wait_for_base(struct world *world, int64_t base) {
  for (int i = 0; i < 1000; i++) {
    if (progress(world, "2026-07-01", 0)->base_minor == base)
      return;
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  assert_int_equal(progress(world, "2026-07-01", 0)->base_minor, base);
}

/* Wins and reversals while the follower is ended and started again at any point. */
static void test_each_change_once(void **state) {
  struct suite *suite = *state;
  struct world *world = &suite->world;
  Incentivize__CommissionPlan *plan = plan_build(world->arena, RETROACTIVE);
  plan_in_force(world, "fy26", plan);
  fixture_run(world->server, follow_on, suite);
  uint64_t seed = 11;
  int64_t amounts[150] = {0}, base = 0;
  size_t wins = 0, reversals = 0;
  for (int i = 0; i < 150; i++) {
    int earlier = (int)draw(&seed, 150);
    amounts[i] = 1 + (int64_t)draw(&seed, 1000000);
    base += amounts[i];
    wins++;
    assert_reason(fixture_txn(suite->sell, tell, &(struct telling){"opportunity.won", i, amounts[i]}), NULL);
    if (earlier < i && amounts[earlier]) {
      assert_reason(fixture_txn(suite->sell, tell, &(struct telling){"opportunity.reversed", earlier, 0}),
                    NULL);
      base -= amounts[earlier];
      amounts[earlier] = 0;
      reversals++;
    }
    if (i % 10 == 9) {
      fixture_run(world->server, follow_off, suite);
      fixture_run(world->server, follow_on, suite);
    }
  }
  wait_for_base(world, base);
  size_t count, own = 0;
  int64_t sum = 0;
  Incentivize__Earning **lines = all_lines(world, &count);
  for (size_t i = 0; i < count; i++) {
    own += lines[i]->kind != INCENTIVIZE__EARNING__KIND__KIND_TRUE_UP;
    sum += lines[i]->amount_minor;
  }
  assert_int_equal(own, wins + reversals);
  assert_int_equal(sum, commission_total(plan, base));
  assert_int_equal(counter(world, "earnings.accrued.USD", "2026-01-01", "2027-01-01"), sum);
  assert_int_equal(differences(world), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_each_change_once, setup, teardown),
  };
  return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
