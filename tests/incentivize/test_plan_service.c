#include "incentivize/commission_plan.h"
#include "incentivize/world.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
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

static void test_a_draft_may_be_incomplete_but_not_wrong(void **state) {
  struct world *world = *state;
  Incentivize__CommissionPlan empty = INCENTIVIZE__COMMISSION_PLAN__INIT;
  Incentivize__CommissionPlan *plan = plan_draft(world, "empty", &empty);
  assert_int_equal(plan->state, PLAN_DRAFT);
  assert_int_equal(plan->version, 1);
  assert_string_equal(plan->currency_code, "USD");
  assert_true(*plan->etag);
  Incentivize__ProposeCommissionPlanRequest propose = INCENTIVIZE__PROPOSE_COMMISSION_PLAN_REQUEST__INIT;
  propose.name = plan->name;
  const struct status *status =
      call_refused(world, PLANS "ProposeCommissionPlan", &propose, "PLAN_INCOMPLETE");
  assert_non_null(status->guards);
  assert_non_null(status->guards->next);
  static const int64_t gap[][3] = {{0, 100, 100}, {200, 0, 200}};
  Incentivize__CreateCommissionPlanRequest create = INCENTIVIZE__CREATE_COMMISSION_PLAN_REQUEST__INIT;
  create.parent = arena_strdup(world->arena, PARTNERSHIP);
  create.commission_plan = plan_build(world->arena, MARGINAL);
  plan_tiers(world->arena, create.commission_plan, 2, gap);
  status = call_refused(world, PLANS "CreateCommissionPlan", &create, "TIERS_INVALID");
  assert_string_equal(status->violations->field, "commission_plan.tiers[1].from_minor");
}

static void test_update_changes_a_draft_only(void **state) {
  struct world *world = *state;
  Incentivize__CommissionPlan *plan = plan_draft(world, "fy26", plan_build(world->arena, MARGINAL));
  Incentivize__UpdateCommissionPlanRequest update = INCENTIVIZE__UPDATE_COMMISSION_PLAN_REQUEST__INIT;
  Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
  char *paths[] = {arena_strdup(world->arena, "cap_minor"), arena_strdup(world->arena, "name")};
  update.commission_plan = plan_build(world->arena, RETROACTIVE);
  update.commission_plan->cap_minor = 77;
  update.update_mask = &mask;
  mask.paths = paths;
  mask.n_paths = 1;
  Incentivize__CommissionPlan *changed = call_ok(world, PLANS "UpdateCommissionPlan", &update);
  assert_int_equal(changed->cap_minor, 77);
  assert_int_equal(changed->mode, MARGINAL);
  assert_string_not_equal(changed->etag, plan->etag);
  update.etag = plan->etag;
  call_refused(world, PLANS "UpdateCommissionPlan", &update, "ETAG_MISMATCH");
  plan_verb(world, "Propose", PLAN);
  update.etag = changed->etag;
  update.etag = (char *)protobuf_c_empty_string;
  call_refused(world, PLANS "UpdateCommissionPlan", &update, "INVALID_STATE");
  Incentivize__DeleteCommissionPlanRequest delete = INCENTIVIZE__DELETE_COMMISSION_PLAN_REQUEST__INIT;
  delete.name = plan->name;
  call_refused(world, PLANS "DeleteCommissionPlan", &delete, "INVALID_STATE");
  plan_verb(world, "Withdraw", PLAN);
  call_ok(world, PLANS "DeleteCommissionPlan", &delete);
  Incentivize__GetCommissionPlanRequest get = INCENTIVIZE__GET_COMMISSION_PLAN_REQUEST__INIT;
  get.name = plan->name;
  call_refused(world, PLANS "GetCommissionPlan", &get, "NOT_FOUND");
  assert_int_equal(differences(world), 0);
}

static void test_both_parties_have_to_agree(void **state) {
  struct world *world = *state;
  plan_draft(world, "fy26", plan_build(world->arena, MARGINAL));
  plan_verb(world, "Propose", PLAN);
  Incentivize__ApproveCommissionPlanRequest approve = INCENTIVIZE__APPROVE_COMMISSION_PLAN_REQUEST__INIT;
  approve.name = arena_strdup(world->arena, PLAN);
  call_refused(world, PLANS "ApproveCommissionPlan", &approve, "OWN_PROPOSAL");
  as_partner(world);
  Incentivize__ReturnCommissionPlanRequest back = INCENTIVIZE__RETURN_COMMISSION_PLAN_REQUEST__INIT;
  back.name = approve.name;
  back.reason = arena_strdup(world->arena, "the top rate is too low for us");
  Incentivize__CommissionPlan *plan = call_ok(world, PLANS "ReturnCommissionPlan", &back);
  assert_int_equal(plan->state, PLAN_DRAFT);
  assert_string_equal(plan->return_reason, back.reason);
  plan_verb(world, "Propose", PLAN);
  call_refused(world, PLANS "ApproveCommissionPlan", &approve, "OWN_PROPOSAL");
  as_vendor(world);
  approve.request_id = arena_strdup(world->arena, "once-1");
  plan = call_ok(world, PLANS "ApproveCommissionPlan", &approve);
  assert_int_equal(plan->state, PLAN_APPROVED);
  assert_string_equal(plan->approver, "ann@halden");
  plan = call_ok(world, PLANS "ApproveCommissionPlan", &approve);
  assert_int_equal(plan->state, PLAN_APPROVED);
  approve.request_id = arena_strdup(world->arena, "once-2");
  call_refused(world, PLANS "ApproveCommissionPlan", &approve, "INVALID_STATE");
}

static void test_one_plan_at_an_instant(void **state) {
  struct world *world = *state;
  plan_in_force(world, "fy26", plan_build(world->arena, MARGINAL));
  Incentivize__CommissionPlan *second = plan_build(world->arena, RETROACTIVE);
  second->effective_period = period_build(world->arena, "2026-09-01", "2027-09-01");
  plan_draft(world, "second", second);
  plan_verb(world, "Propose", PARTNERSHIP "/commissionPlans/second");
  as_partner(world);
  plan_verb(world, "Approve", PARTNERSHIP "/commissionPlans/second");
  Incentivize__ActivateCommissionPlanRequest activate = INCENTIVIZE__ACTIVATE_COMMISSION_PLAN_REQUEST__INIT;
  activate.name = arena_strdup(world->arena, PARTNERSHIP "/commissionPlans/second");
  const struct status *status =
      call_refused(world, PLANS "ActivateCommissionPlan", &activate, "PLAN_OVERLAP");
  assert_string_equal(status->metadata->value, PLAN);
  second->supersedes = arena_strdup(world->arena, PLAN);
  Incentivize__CommissionPlan *third = plan_in_force(world, "third", second);
  assert_int_equal(third->version, 2);
  Incentivize__GetCommissionPlanRequest get = INCENTIVIZE__GET_COMMISSION_PLAN_REQUEST__INIT;
  get.name = arena_strdup(world->arena, PLAN);
  Incentivize__CommissionPlan *old = call_ok(world, PLANS "GetCommissionPlan", &get);
  assert_int_equal(old->state, PLAN_SUPERSEDED);
  assert_string_equal(old->superseded_by, third->name);
  assert_int_equal(plan_period(old).end_us, instant("2026-09-01"));
  Incentivize__EndCommissionPlanRequest end = INCENTIVIZE__END_COMMISSION_PLAN_REQUEST__INIT;
  end.name = third->name;
  end.end_time = timestamp_new(world->arena, instant("2026-10-15"));
  call_refused(world, PLANS "EndCommissionPlan", &end, "END_TIME_INVALID");
  end.end_time = timestamp_new(world->arena, instant("2026-11-01"));
  Incentivize__CommissionPlan *ended = call_ok(world, PLANS "EndCommissionPlan", &end);
  assert_int_equal(ended->state, PLAN_ENDED);
  assert_int_equal(differences(world), 0);
}

/* What has accrued keeps its plan: a successor cannot start before it. */
static void test_a_successor_cannot_take_what_has_accrued(void **state) {
  struct world *world = *state;
  plan_in_force(world, "fy26", plan_build(world->arena, MARGINAL));
  sell_tells(world, "opportunity.won", 1, 100000, "2026-07-10");
  Incentivize__CommissionPlan *next = plan_build(world->arena, RETROACTIVE);
  next->effective_period = period_build(world->arena, "2026-07-01", "2027-07-01");
  next->supersedes = arena_strdup(world->arena, PLAN);
  plan_draft(world, "next", next);
  plan_verb(world, "Propose", PARTNERSHIP "/commissionPlans/next");
  as_partner(world);
  plan_verb(world, "Approve", PARTNERSHIP "/commissionPlans/next");
  Incentivize__ActivateCommissionPlanRequest activate = INCENTIVIZE__ACTIVATE_COMMISSION_PLAN_REQUEST__INIT;
  activate.name = arena_strdup(world->arena, PARTNERSHIP "/commissionPlans/next");
  call_refused(world, PLANS "ActivateCommissionPlan", &activate, "SUPERSEDED_PLAN");
}

static void test_lists_and_strangers(void **state) {
  struct world *world = *state;
  plan_in_force(world, "fy26", plan_build(world->arena, MARGINAL));
  plan_draft(world, "one", plan_build(world->arena, MARGINAL));
  plan_draft(world, "two", plan_build(world->arena, MARGINAL));
  Incentivize__ListCommissionPlansRequest list = INCENTIVIZE__LIST_COMMISSION_PLANS_REQUEST__INIT;
  list.parent = arena_strdup(world->arena, PARTNERSHIP);
  list.page_size = 2;
  Incentivize__ListCommissionPlansResponse *page = call_ok(world, PLANS "ListCommissionPlans", &list);
  assert_int_equal(page->n_commission_plans, 2);
  char *token = list.page_token = page->next_page_token;
  page = call_ok(world, PLANS "ListCommissionPlans", &list);
  assert_int_equal(page->n_commission_plans, 1);
  assert_string_equal(page->next_page_token, "");
  list.state = INCENTIVIZE__COMMISSION_PLAN__STATE__STATE_DRAFT;
  call_refused(world, PLANS "ListCommissionPlans", &list, "PAGE_TOKEN_INVALID");
  list.page_token = (char *)protobuf_c_empty_string;
  page = call_ok(world, PLANS "ListCommissionPlans", &list);
  assert_int_equal(page->n_commission_plans, 2);
  fixture_as(world->server, world->stranger);
  list.page_token = token;
  call_refused(world, PLANS "ListCommissionPlans", &list, "ACCESS_DENIED");
  Incentivize__GetCommissionPlanRequest get = INCENTIVIZE__GET_COMMISSION_PLAN_REQUEST__INIT;
  get.name = arena_strdup(world->arena, PLAN);
  call_refused(world, PLANS "GetCommissionPlan", &get, "ACCESS_DENIED");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_draft_may_be_incomplete_but_not_wrong, setup, teardown),
      cmocka_unit_test_setup_teardown(test_update_changes_a_draft_only, setup, teardown),
      cmocka_unit_test_setup_teardown(test_both_parties_have_to_agree, setup, teardown),
      cmocka_unit_test_setup_teardown(test_one_plan_at_an_instant, setup, teardown),
      cmocka_unit_test_setup_teardown(test_a_successor_cannot_take_what_has_accrued, setup, teardown),
      cmocka_unit_test_setup_teardown(test_lists_and_strangers, setup, teardown),
  };
  return cmocka_run_group_tests_name("commission_plan_rpc", tests, NULL, NULL);
}
