#include "incentivize/commission.h"
#include "incentivize/sale.h"
#include "incentivize/world.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state) {
  static struct world world;
  world_open(&world);
  *state = &world;
  return 0;
}

static int teardown(void **state) {
  world_close(*state);
  return 0;
}

/* The lines of the partnership, checked against the books: they add up to what the plan pays on the base that
 * is left, each says what was before and after it, and the counters say the same. */
static void check_books(struct world *world, const Incentivize__CommissionPlan *plan, int64_t base,
                        size_t lines_expected) {
  size_t count;
  Incentivize__Earning **lines = all_lines(world, &count);
  int64_t amount = 0, counted_base = 0, reversed = 0;
  if (lines_expected)
    assert_int_equal(count, lines_expected);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(lines[i]->sequence, i + 1);
    assert_int_equal(lines[i]->accrued_before_minor, amount);
    assert_int_equal(lines[i]->base_before_minor, counted_base);
    amount += lines[i]->amount_minor;
    counted_base += lines[i]->base_minor;
    if (lines[i]->kind == INCENTIVIZE__EARNING__KIND__KIND_REVERSAL)
      reversed -= lines[i]->amount_minor;
    assert_int_equal(lines[i]->accrued_after_minor, amount);
  }
  assert_int_equal(counted_base, base);
  assert_int_equal(amount, commission_total(plan, base));
  assert_int_equal(counter(world, "earnings.base.USD", "2026-01-01", "2027-01-01"), base);
  assert_int_equal(counter(world, "earnings.accrued.USD", "2026-01-01", "2027-01-01"), amount);
  assert_int_equal(counter(world, "earnings.reversed.USD", "2026-01-01", "2027-01-01"), reversed);
  Incentivize__TierProgress *now = progress(world, "2026-07-20", 0);
  assert_int_equal(now->base_minor, base);
  assert_int_equal(now->accrued_minor, amount);
}

static void test_wins_and_reversals_make_lines(void **state) {
  struct world *world = *state;
  Incentivize__CommissionPlan *plan = plan_build(world->arena, RETROACTIVE);
  plan_in_force(world, "fy26", plan);
  sell_tells(world, "opportunity.won", 1, 20000000, "2026-03-10");
  check_books(world, plan, 20000000, 1);
  sell_tells(world, "opportunity.won", 2, 10000000, "2026-06-10");
  check_books(world, plan, 30000000, 3);
  sell_tells(world, "opportunity.reversed", 1, 20000000, "2026-07-19");
  check_books(world, plan, 10000000, 5);
  assert_int_equal(counter(world, "earnings.base.USD", "2026-03-01", "2026-04-01"), 0);
  Incentivize__ListEarningsRequest list = INCENTIVIZE__LIST_EARNINGS_REQUEST__INIT;
  list.parent = arena_strdup(world->arena, PARTNERSHIP);
  list.opportunity = arena_strdup(world->arena, PARTNERSHIP "/opportunities/o1");
  Incentivize__ListEarningsResponse *own = call_ok(world, EARNINGS "ListEarnings", &list);
  int64_t sum = 0;
  for (size_t i = 0; i < own->n_earnings; i++)
    if (own->earnings[i]->kind != INCENTIVIZE__EARNING__KIND__KIND_TRUE_UP)
      sum += own->earnings[i]->amount_minor;
  assert_int_equal(sum, 0);
  list.opportunity = arena_strdup(world->arena, "vendors/halden/partnerships/orvane-two/opportunities/o1");
  call_refused(world, EARNINGS "ListEarnings", &list, "NOT_FOUND");
  list.opportunity = (char *)protobuf_c_empty_string;
  list.kind = INCENTIVIZE__EARNING__KIND__KIND_REVERSAL;
  assert_int_equal(
      ((Incentivize__ListEarningsResponse *)call_ok(world, EARNINGS "ListEarnings", &list))->n_earnings, 1);
  assert_int_equal(differences(world), 0);
}

static void test_every_line_can_be_explained_by_either_party(void **state) {
  struct world *world = *state;
  plan_in_force(world, "fy26", plan_build(world->arena, RETROACTIVE));
  sell_tells(world, "opportunity.won", 1, 20000000, "2026-03-10");
  sell_tells(world, "opportunity.won", 2, 10000001, "2026-06-10");
  sell_tells(world, "opportunity.reversed", 1, 20000000, "2026-07-19");
  size_t count;
  Incentivize__Earning **lines = all_lines(world, &count);
  as_partner(world);
  for (size_t i = 0; i < count; i++) {
    Incentivize__ExplainEarningRequest explain = INCENTIVIZE__EXPLAIN_EARNING_REQUEST__INIT;
    explain.name = lines[i]->name;
    Incentivize__EarningExplanation *answer = call_ok(world, EARNINGS "ExplainEarning", &explain);
    assert_true(answer->agrees);
    assert_int_equal(answer->recomputed_minor, lines[i]->amount_minor);
    assert_string_equal(answer->commission_plan->name, PLAN);
    assert_non_null(strstr(answer->steps[0]->description, "ledger/sell-"));
  }
  fixture_as(world->server, world->stranger);
  Incentivize__GetEarningRequest get = INCENTIVIZE__GET_EARNING_REQUEST__INIT;
  get.name = lines[0]->name;
  call_refused(world, EARNINGS "GetEarning", &get, "ACCESS_DENIED");
}

static void test_what_does_not_earn(void **state) {
  struct world *world = *state;
  size_t count;
  Incentivize__CommissionPlan *plan = plan_build(world->arena, MARGINAL);
  plan_in_force(world, "fy26", plan);
  sell_tells_of(world, "opportunity.won", PARTNERSHIP, 1, 500, "USD",
                SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT, "2026-03-10");
  sell_tells(world, "opportunity.won", 2, 500, "2025-12-31T23:59:59.999999Z");
  sell_tells_of(world, "opportunity.won", PARTNERSHIP, 3, 500, "EUR",
                SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT, "2026-03-10");
  all_lines(world, &count);
  assert_int_equal(count, 0);
  Incentivize__ListSalesRequest list = INCENTIVIZE__LIST_SALES_REQUEST__INIT;
  list.parent = arena_strdup(world->arena, PARTNERSHIP);
  Incentivize__ListSalesResponse *sales = call_ok(world, EARNINGS "ListSales", &list);
  assert_int_equal(sales->n_sales, 2);
  assert_int_equal(sales->sales[0]->state, SALE_UNPLANNED);
  assert_int_equal(sales->sales[1]->state, SALE_EXCLUDED);
  assert_true(*sales->sales[1]->exclusion);
  sell_tells(world, "opportunity.reversed", 2, 500, "2026-07-01");
  sell_tells(world, "opportunity.reversed", 9, 500, "2026-07-01");
  all_lines(world, &count);
  assert_int_equal(count, 0);
  list.state = INCENTIVIZE__SALE__STATE__STATE_REVERSED;
  sales = call_ok(world, EARNINGS "ListSales", &list);
  assert_int_equal(sales->n_sales, 2);
  sell_tells(world, "opportunity.won", 9, 500, "2026-07-01");
  check_books(world, plan, 0, 0);
}

/* Whatever is replayed, and however often Redis is killed: each change takes effect once. */
static void test_replays_and_crashes_change_nothing(void **state) {
  struct world *world = *state;
  Incentivize__CommissionPlan *plan = plan_build(world->arena, RETROACTIVE);
  plan_in_force(world, "fy26", plan);
  uint64_t seed = 99;
  int64_t base = 0, amounts[60];
  bool won[60] = {false};
  for (int step = 0; step < 90; step++) {
    int id = (int)draw(&seed, 60);
    const char *type = "opportunity.won";
    if (won[id]) {
      type = "opportunity.reversed";
      base -= amounts[id];
      amounts[id] = 0;
    } else {
      amounts[id] = (int64_t)draw(&seed, 2000000);
      base += amounts[id];
      won[id] = true;
    }
    sell_tells(world, type, id, amounts[id], "2026-05-05");
    if (draw(&seed, 3) == 0)
      sell_replays(world, type, id, amounts[id], "2026-05-05");
    if (step % 30 == 29)
      world_crash(world);
    amounts[id] = type[12] == 'r' ? 0 : amounts[id];
  }
  check_books(world, plan, base, 0);
  assert_int_equal(differences(world), 0);
}

/* What was won before the plan accrues when it is activated, in batches, once. */
static void test_activation_accrues_what_was_won_before(void **state) {
  struct world *world = *state;
  Incentivize__CommissionPlan *plan = plan_build(world->arena, MARGINAL);
  int64_t base = 0;
  size_t count;
  for (int i = 0; i < 70; i++) {
    int64_t amount = 100000 + i * 7001;
    char when[16];
    snprintf(when, sizeof when, "2026-%02d-%02d", 1 + i % 7, 1 + i % 15);
    sell_tells(world, "opportunity.won", i, amount, when);
    base += amount;
  }
  sell_tells(world, "opportunity.won", 100, 5, "2025-11-11");
  Incentivize__CommissionPlan *active = plan_in_force(world, "fy26", plan);
  assert_int_equal(active->backfill_month, 202601);
  all_lines(world, &count);
  assert_int_equal(count, 0);
  sell_tells(world, "opportunity.won", 200, 1000, "2026-02-02");
  assert_true(pump(world) >= 3);
  check_books(world, plan, base + 1000, 71);
  world->pumped = 0;
  pump(world);
  check_books(world, plan, base + 1000, 71);
  Incentivize__GetCommissionPlanRequest get = INCENTIVIZE__GET_COMMISSION_PLAN_REQUEST__INIT;
  get.name = active->name;
  active = call_ok(world, PLANS "GetCommissionPlan", &get);
  assert_int_equal(active->backfill_month, 0);
  assert_int_equal(differences(world), 0);
}

static void test_progress_and_the_cliff(void **state) {
  struct world *world = *state;
  plan_in_force(world, "fy26", plan_build(world->arena, RETROACTIVE));
  Incentivize__GetTierProgressRequest get = INCENTIVIZE__GET_TIER_PROGRESS_REQUEST__INIT;
  get.parent = arena_strdup(world->arena, PARTNERSHIP);
  get.at_time = timestamp_new(world->arena, instant("2028-01-01"));
  call_refused(world, EARNINGS "GetTierProgress", &get, "NO_PLAN_IN_FORCE");
  sell_tells(world, "opportunity.won", 1, 24860000, "2026-03-10");
  int64_t before = fixture_now(world->server);
  Incentivize__TierProgress *now = progress(world, "2026-07-20", 0);
  assert_int_equal(now->tier, 2);
  assert_int_equal(now->rate_bps, 400);
  assert_true(now->higher_tier);
  assert_int_equal(now->cliff_distance_minor, 140000);
  assert_int_equal(now->cliff_gain_minor, 1500000 - 994400);
  assert_int_equal(now->next_rate_bps, 600);
  fixture_set_now(world->server, before + 60 * INT64_C(1000000));
  sell_tells(world, "opportunity.won", 2, 200000, "2026-04-10");
  sell_tells(world, "opportunity.reversed", 1, 24860000, "2026-07-20");
  assert_int_equal(progress(world, "2026-07-20", 0)->base_minor, 200000);
  Incentivize__TierProgress *then = progress(world, "2026-07-20", before + 1000000);
  assert_int_equal(then->base_minor, 24860000);
  assert_int_equal(then->accrued_minor, 994400);
  assert_int_equal(then->cliff_distance_minor, 140000);
}

/* Everything in one microsecond of the clock: the ledger alone tells what came before what. */
static void test_progress_is_as_the_ledger_tells(void **state) {
  struct world *world = *state;
  plan_in_force(world, "fy26", plan_build(world->arena, RETROACTIVE));
  for (int id = 1; id <= 12; id++)
    sell_tells(world, "opportunity.won", id, 3000000 * id, "2026-03-10");
  sell_tells(world, "opportunity.reversed", 3, 9000000, "2026-07-20");
  Ledger__ListLedgerEntriesRequest list = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  list.parent = arena_strdup(world->arena, PARTNERSHIP);
  list.page_size = 500;
  Ledger__ListLedgerEntriesResponse *ledger =
      call_ok(world, "/entente.ledger.v1.LedgerService/ListLedgerEntries", &list);
  int64_t base = 0, accrued = 0;
  bool active = false;
  for (size_t i = 0; i < ledger->n_entries; i++) {
    const Ledger__LedgerEntry *entry = ledger->entries[i];
    int64_t record_us = timestamp_us(entry->record_time, 0);
    if (active) { /* just before it */
      assert_int_equal(progress(world, "2026-07-20", record_us - 1)->base_minor, base);
    }
    active |= text_equal(entry->type, "commission_plan.activated");
    if (text_equal(entry->payload_type, "entente.incentivize.v1.Earning")) {
      const Incentivize__Earning *line = (const Incentivize__Earning *)protobuf_c_message_unpack(
          &incentivize__earning__descriptor, arena_allocator(world->arena), entry->payload.len,
          entry->payload.data);
      base = line->base_after_minor;
      accrued = line->accrued_after_minor;
    }
    if (!active)
      continue;
    const Incentivize__TierProgress *then = progress(world, "2026-07-20", record_us);
    assert_int_equal(then->base_minor, base);
    assert_int_equal(then->accrued_minor, accrued);
  }
  assert_int_equal(base, 3000000 * (12 * 13 / 2) - 9000000);
}

static void test_simulation_equals_what_then_happens(void **state) {
  struct world *world = *state;
  Incentivize__CommissionPlan *plan = plan_build(world->arena, RETROACTIVE);
  plan_in_force(world, "fy26", plan);
  sell_tells(world, "opportunity.won", 1, 20000000, "2026-03-10");
  Incentivize__SimulateEarningsRequest simulate = INCENTIVIZE__SIMULATE_EARNINGS_REQUEST__INIT;
  Incentivize__SimulatedSale sales[2] = {INCENTIVIZE__SIMULATED_SALE__INIT,
                                         INCENTIVIZE__SIMULATED_SALE__INIT};
  Incentivize__SimulatedSale *places[] = {&sales[0], &sales[1]};
  sales[0].amount_minor = 10000000;
  sales[0].close_time = timestamp_new(world->arena, instant("2026-06-10"));
  sales[1].amount_minor = 1;
  sales[1].close_time = timestamp_new(world->arena, instant("2027-06-10"));
  simulate.parent = arena_strdup(world->arena, PARTNERSHIP);
  simulate.commission_plan = arena_strdup(world->arena, PLAN);
  simulate.sales = places;
  simulate.n_sales = 2;
  simulate.from_current = true;
  as_partner(world);
  Incentivize__SimulateEarningsResponse *answer = call_ok(world, EARNINGS "SimulateEarnings", &simulate);
  assert_int_equal(answer->uncovered, 1);
  assert_int_equal(answer->n_earnings, 2);
  assert_int_equal(answer->amount_minor, 1800000 - 800000);
  simulate.draft = plan;
  call_refused(world, EARNINGS "SimulateEarnings", &simulate, "INVALID_REQUEST");
  simulate.commission_plan = (char *)protobuf_c_empty_string;
  simulate.from_current = false;
  answer = call_ok(world, EARNINGS "SimulateEarnings", &simulate);
  assert_int_equal(answer->amount_minor, 400000);
  sell_tells(world, "opportunity.won", 2, 10000000, "2026-06-10");
  check_books(world, plan, 30000000, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_wins_and_reversals_make_lines, setup, teardown),
      cmocka_unit_test_setup_teardown(test_every_line_can_be_explained_by_either_party, setup, teardown),
      cmocka_unit_test_setup_teardown(test_what_does_not_earn, setup, teardown),
      cmocka_unit_test_setup_teardown(test_replays_and_crashes_change_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(test_activation_accrues_what_was_won_before, setup, teardown),
      cmocka_unit_test_setup_teardown(test_progress_and_the_cliff, setup, teardown),
      cmocka_unit_test_setup_teardown(test_progress_is_as_the_ledger_tells, setup, teardown),
      cmocka_unit_test_setup_teardown(test_simulation_equals_what_then_happens, setup, teardown),
  };
  return cmocka_run_group_tests_name("earning_rpc", tests, NULL, NULL);
}
