#include "incentivize/account.h"
#include "incentivize/builder.h"
#include "incentivize/commission_plan.h"
#include "runtime/base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
  (void)state;
  arena = arena_create(64 << 20, NULL, NULL);
  return arena ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

static const struct act *by_vendor(void) {
  static struct act act = {
      .party = TYPE__PARTY__PARTY_VENDOR, .actor = "ann", .now_us = INT64_C(1782900000000000)};
  act.arena = arena;
  return &act;
}

static const struct act *by_partner(void) {
  static struct act act = {
      .party = TYPE__PARTY__PARTY_PARTNER, .actor = "per", .now_us = INT64_C(1782900000000000)};
  act.arena = arena;
  return &act;
}

/* Every state and action; what is not in the table is refused. */
static void test_every_state_and_action(void **state) {
  (void)state;
  static const struct {
    enum plan_action action;
    int from, to;
  } legal[] = {
      {PLAN_UPDATE, PLAN_DRAFT, PLAN_DRAFT},       {PLAN_DELETE, PLAN_DRAFT, PLAN_DRAFT},
      {PLAN_PROPOSE, PLAN_DRAFT, PLAN_PROPOSED},   {PLAN_WITHDRAW, PLAN_PROPOSED, PLAN_DRAFT},
      {PLAN_RETURN, PLAN_PROPOSED, PLAN_DRAFT},    {PLAN_APPROVE, PLAN_PROPOSED, PLAN_APPROVED},
      {PLAN_ACTIVATE, PLAN_APPROVED, PLAN_ACTIVE}, {PLAN_SUPERSEDE, PLAN_ACTIVE, PLAN_SUPERSEDED},
      {PLAN_END, PLAN_ACTIVE, PLAN_ENDED},
  };
  for (int from = PLAN_DRAFT; from <= PLAN_ENDED; from++)
    for (int action = 0; action < PLAN_ACTIONS; action++) {
      Incentivize__CommissionPlan *plan = plan_build(arena, MARGINAL);
      plan->state = (Incentivize__CommissionPlan__State)from;
      plan->proposing_party = TYPE__PARTY__PARTY_VENDOR;
      int to = 0;
      for (size_t i = 0; i < sizeof legal / sizeof *legal; i++)
        if ((int)legal[i].action == action && legal[i].from == from)
          to = legal[i].to;
      const struct act *act = action == PLAN_WITHDRAW ? by_vendor() : by_partner();
      const struct status *status = plan_take(act, plan, (enum plan_action)action);
      assert_reason(status, to ? NULL : "INVALID_STATE");
      assert_int_equal(plan->state, to ? to : from);
    }
}

static void test_a_party_cannot_approve_or_return_its_own_proposal(void **state) {
  (void)state;
  Incentivize__CommissionPlan *plan = plan_build(arena, MARGINAL);
  assert_reason(plan_take(by_partner(), plan, PLAN_PROPOSE), NULL);
  assert_string_equal(plan->proposer, "per");
  assert_reason(plan_take(by_partner(), plan, PLAN_APPROVE), "OWN_PROPOSAL");
  assert_reason(plan_take(by_partner(), plan, PLAN_RETURN), "OWN_PROPOSAL");
  assert_reason(plan_take(by_vendor(), plan, PLAN_WITHDRAW), "COUNTERPARTY_PROPOSAL");
  assert_reason(plan_take(by_vendor(), plan, PLAN_APPROVE), NULL);
  assert_string_equal(plan->approver, "ann");
}

static void check_tiers(size_t count, const int64_t (*rows)[3], size_t violations, const char *first) {
  Incentivize__CommissionPlan *plan = plan_build(arena, MARGINAL);
  plan_tiers(arena, plan, count, rows);
  const struct status *status = plan_check_tiers(arena, plan);
  assert_reason(status, violations ? "TIERS_INVALID" : NULL);
  size_t found = 0;
  for (const struct violation *v = status ? status->violations : NULL; v; v = v->next)
    found++;
  assert_int_equal(found, violations);
  if (first)
    assert_string_equal(status->violations->reason, first);
}

static void test_gaps_and_overlaps_are_named_each(void **state) {
  (void)state;
  check_tiers(0, NULL, 0, NULL);
  check_tiers(2, (const int64_t[][3]){{0, 10, 1}, {10, 0, 2}}, 0, NULL);
  check_tiers(2, (const int64_t[][3]){{0, 10, 1}, {10, 20, 2}}, 0, NULL);
  check_tiers(1, (const int64_t[][3]){{5, 0, 1}}, 1, "TIER_GAP");
  check_tiers(3, (const int64_t[][3]){{0, 10, 1}, {12, 20, 2}, {18, 0, 3}}, 2, "TIER_GAP");
  check_tiers(2, (const int64_t[][3]){{0, 10, 1}, {9, 0, 2}}, 1, "TIER_OVERLAP");
  check_tiers(2, (const int64_t[][3]){{0, 0, 1}, {10, 0, 2}}, 1, "TIER_OPEN");
  check_tiers(2, (const int64_t[][3]){{0, 10, 1}, {10, 10, 2}}, 1, "TIER_EMPTY");
}

static void test_a_proposal_lists_all_that_is_missing(void **state) {
  (void)state;
  Incentivize__CommissionPlan *plan = plan_build(arena, RETROACTIVE);
  assert_reason(plan_check_complete(arena, plan, "USD"), NULL);
  assert_reason(plan_check_complete(arena, plan, "EUR"), "PLAN_INCOMPLETE");
  static const int64_t falling[][3] = {{0, 10, 500}, {10, 0, 400}};
  plan_tiers(arena, plan, 2, falling);
  assert_reason(plan_check_complete(arena, plan, "USD"), "PLAN_INCOMPLETE");
  assert_reason(plan_check_computable(arena, plan), NULL);
  plan->mode = MARGINAL;
  assert_reason(plan_check_complete(arena, plan, "USD"), NULL);
  plan->supersedes = arena_strdup(arena, "vendors/halden/partnerships/orvanex/commissionPlans/fy25");
  assert_reason(plan_check_complete(arena, plan, "USD"), "PLAN_INCOMPLETE");
  plan->supersedes = arena_strdup(arena, PLAN);
  assert_reason(plan_check_complete(arena, plan, "USD"), "PLAN_INCOMPLETE");
  plan->supersedes = arena_strdup(arena, PARTNERSHIP "/commissionPlans/fy25");
  assert_reason(plan_check_complete(arena, plan, "USD"), NULL);
  Incentivize__CommissionPlan empty;
  incentivize__commission_plan__init(&empty);
  empty.name = arena_strdup(arena, PLAN);
  const struct status *status = plan_check_complete(arena, &empty, "USD");
  size_t guards = 0;
  for (const struct guard_failure *guard = status->guards; guard; guard = guard->next)
    guards++;
  assert_int_equal(guards, 7);
}

static void test_supersede_and_end_rules(void **state) {
  (void)state;
  Incentivize__CommissionPlan *old = plan_build(arena, MARGINAL), *plan = plan_build(arena, MARGINAL);
  plan->effective_period = period_build(arena, "2026-07-01", "2027-07-01");
  assert_reason(plan_check_supersedes(arena, plan, old), "SUPERSEDED_PLAN");
  old->state = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_ACTIVE;
  assert_reason(plan_check_supersedes(arena, plan, old), NULL);
  plan->effective_period = period_build(arena, "2026-01-01", "2027-01-01");
  assert_reason(plan_check_supersedes(arena, plan, old), "SUPERSEDED_PLAN");
  int64_t now = instant("2026-07-15");
  assert_reason(plan_check_end(arena, plan, instant("2026-08-01"), now), NULL);
  assert_reason(plan_check_end(arena, plan, instant("2026-08-02"), now), "END_TIME_INVALID");
  assert_reason(plan_check_end(arena, plan, instant("2026-07-01"), now), "END_TIME_INVALID");
  assert_reason(plan_check_end(arena, plan, instant("2027-01-01"), now), "END_TIME_INVALID");
  plan_cut(arena, plan, instant("2026-08-01"));
  assert_int_equal(plan_period(plan).end_us, instant("2026-08-01"));
}

static void test_spans_never_overlap_and_remember_cuts(void **state) {
  (void)state;
  Incentivize__Account *account = account_new(arena, PARTNERSHIP);
  struct period year = {instant("2026-01-01"), instant("2027-01-01")};
  struct period late = {instant("2026-12-01"), instant("2027-12-01")};
  assert_reason(account_add_span(arena, account, "a", year, 1000), NULL);
  assert_reason(account_add_span(arena, account, "b", late, 2000), "PLAN_OVERLAP");
  account_cut_span(arena, account, "a", instant("2026-12-01"), 2000);
  assert_reason(account_add_span(arena, account, "b", late, 2000), NULL);
  int64_t december = instant("2026-12-24");
  assert_string_equal(account_cover(account, december, INT64_MAX)->commission_plan, "b");
  assert_string_equal(account_cover(account, december, 1999)->commission_plan, "a");
  assert_null(account_cover(account, december, 999));
  assert_null(account_cover(account, instant("2028-01-01"), INT64_MAX));
  assert_string_equal(account_cover(account, year.start_us, INT64_MAX)->commission_plan, "a");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_state_and_action),
      cmocka_unit_test(test_a_party_cannot_approve_or_return_its_own_proposal),
      cmocka_unit_test(test_gaps_and_overlaps_are_named_each),
      cmocka_unit_test(test_a_proposal_lists_all_that_is_missing),
      cmocka_unit_test(test_supersede_and_end_rules),
      cmocka_unit_test(test_spans_never_overlap_and_remember_cuts),
  };
  return cmocka_run_group_tests_name("commission_plan", tests, setup, teardown);
}
