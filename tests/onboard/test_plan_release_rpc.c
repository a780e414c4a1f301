/* What becomes of what is owed when another plan takes over, a commitment is waived or a plan is closed:
 * nothing is given up behind a party's back, nothing is left that nobody can answer, nothing is owed twice.
 */
#include "onboard/service_fixture.h"
#include "runtime/base/text.h"
#include "support/check.h"

#include <string.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define NOW "2026-07-15T12:00:00Z"
#define COMMITMENT(name) ONBOARD__COMMITMENT__STATE__STATE_##name

static const char *below(struct onboard_fixture *fixture, const char *name, const char *rest) {
  return arena_printf(fixture_arena(fixture->server), "%s%s", name, rest);
}

/* The same terms a year later. */
static const char *next_year(struct onboard_fixture *fixture, const char *terms) {
  char *later = arena_strdup(fixture_arena(fixture->server), terms);
  for (char *at = later; (at = strstr(at, "202")); at += 4)
    at[3]++;
  return later;
}

static size_t guards_of(const struct status *status) {
  size_t count = 0;
  for (const struct guard_failure *guard = status->guards; guard; guard = guard->next)
    count++;
  return count;
}

static const Onboard__Commitment *commitment_of(struct onboard_fixture *fixture, const char *plan,
                                                const char *id) {
  return ask(fixture, fixture->viewer, "CommitmentService/GetCommitment", "{'name': '%s/commitments/%s'}",
             plan, id);
}

static const char *claim_of(struct onboard_fixture *fixture, const char *plan, int amount) {
  const Onboard__FulfilmentClaim *claim =
      ask(fixture, fixture->partner_manager, "CommitmentService/ClaimFulfilment",
          "{'parent': '%s/commitments/partner-hours', 'claim': {'amount': '%d', 'evidence': 'sheets'}}", plan,
          amount);
  return claim->name;
}

static void dispute(struct onboard_fixture *fixture, const char *claim) {
  ask(fixture, fixture->vendor, "CommitmentService/DisputeClaim",
      "{'name': '%s', 'reason': 'no sheets were sent'}", claim);
}

/* Either party brings next year's plan into force; it must not end what the other is still owed this year. */
static void next_years_plan_waits_for_this_year(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *terms = terms_json(fixture, 100, "");
  for (int is_version = 0; is_version < 2; is_version++) {
    set_now(fixture, NOW);
    const char *partnership = partnership_designated(fixture, is_version ? "years-linked" : "years");
    const char *first = plan_in_force(fixture, partnership, "fy26", "", terms);
    const char *second =
        plan_make(fixture, partnership, "fy27", is_version ? first : "", next_year(fixture, terms));
    const struct status *status = refused(fixture, fixture->vendor, "PlanService/ActivatePlan",
                                          REASON_GUARD_UNMET, "{'name': '%s'}", second);
    assert_int_equal(guards_of(status), 3); /* two commitments and the milestone */
    assert_int_equal(commitment_of(fixture, first, "vendor-hours")->state, COMMITMENT(AT_RISK));
    set_now(fixture, "2026-10-15T12:00:00Z"); /* all of it was due */
    ask(fixture, fixture->vendor, "PlanService/ActivatePlan", "{'name': '%s'}", second);
    assert_int_equal(commitment_of(fixture, first, "vendor-hours")->state, COMMITMENT(MISSED));
    assert_int_equal(counter(fixture, partnership, "2026", "fulfilment.weight", VENDOR), 1000000);
    assert_int_equal(counter(fixture, partnership, "2027", "fulfilment.weight", VENDOR), 1000000);
  }
}

/* A number alone makes no version: the plan has to come from the one in force. */
static void a_version_of_another_plan_releases_nothing(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, NOW);
  const char *partnership = partnership_designated(fixture, "lineage");
  const char *other = plan_make(fixture, partnership, "other", "", terms_json(fixture, 50, ""));
  const char *first = plan_in_force(fixture, partnership, "v1", "", terms_json(fixture, 100, ""));
  const char *stranger = plan_make(fixture, partnership, "other-v2", other, terms_json(fixture, 10, ""));
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", REASON_GUARD_UNMET, "{'name': '%s'}",
          stranger);
  const char *second = plan_make(fixture, partnership, "v2", first, terms_json(fixture, 110, ""));
  const char *third = plan_make(fixture, partnership, "v3", second, terms_json(fixture, 120, ""));
  ask(fixture, fixture->partner, "PlanService/ActivatePlan", "{'name': '%s'}", third); /* by way of v2 */
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", REASON_GUARD_UNMET, "{'name': '%s'}", second);
  assert_int_equal(commitment_of(fixture, first, "partner-hours")->state, COMMITMENT(RELEASED));
}

/* Agreed once, and forgotten: nobody is made to miss it all at once. */
static void a_plan_of_the_past_stays_past(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, NOW);
  const char *partnership = partnership_designated(fixture, "past");
  const char *plan = plan_make(fixture, partnership, "fy26", "", terms_json(fixture, 100, ""));
  set_now(fixture, "2027-01-01T00:00:00Z");
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", REASON_GUARD_UNMET, "{'name': '%s'}", plan);
  assert_int_equal(counter(fixture, partnership, "2026", "fulfilment.weight", PARTNER), 0);
}

/* A milestone that is claimed early would be open again once the claim is rejected. */
static void a_claimed_milestone_is_answered_first(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, NOW);
  const char *partnership = partnership_designated(fixture, "claimed");
  const char *first = plan_in_force(fixture, partnership, "v1", "", terms_json(fixture, 100, ""));
  const char *second = plan_make(fixture, partnership, "v2", first, terms_json(fixture, 200, ""));
  const char *launch = below(fixture, first, "/milestones/launch");
  ask(fixture, fixture->partner_manager, "MilestoneService/ClaimMilestone",
      "{'name': '%s', 'evidence': 'press release'}", launch);
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", REASON_GUARD_UNMET, "{'name': '%s'}", second);
  ask(fixture, fixture->vendor, "MilestoneService/RejectMilestone",
      "{'name': '%s', 'reason': 'nothing launched'}", launch);
  ask(fixture, fixture->vendor, "PlanService/ActivatePlan", "{'name': '%s'}", second);
  assert_int_equal(counter(fixture, partnership, "2026", "milestones.due", NOBODY), 1);
}

/* What silence has confirmed by now needs no answer, recorded or not. */
static void silence_needs_no_answer(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, NOW);
  const char *partnership = partnership_designated(fixture, "silent");
  const char *first = plan_in_force(fixture, partnership, "v1", "", terms_json(fixture, 100, ""));
  const char *second = plan_make(fixture, partnership, "v2", first, terms_json(fixture, 200, ""));
  const char *claim = claim_of(fixture, first, 10);
  set_now(fixture, "2026-07-29T12:00:00Z");
  ask(fixture, fixture->vendor, "PlanService/ActivatePlan", "{'name': '%s'}", second);
  const Onboard__FulfilmentClaim *deemed =
      ask(fixture, fixture->viewer, "CommitmentService/GetFulfilmentClaim", "{'name': '%s'}", claim);
  assert_int_equal(deemed->state, ONBOARD__FULFILMENT_CLAIM__STATE__STATE_DEEMED_CONFIRMED);
  assert_non_null(strstr(ledger_types(fixture, fixture->partner, partnership), "claim.deemed_confirmed"));
}

/* Disputed claims can be decided though what they were for is no longer owed: nothing counts for it. */
static void a_dispute_outlives_what_is_owed(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, NOW);
  const char *partnership = partnership_designated(fixture, "disputes");
  const char *first = plan_in_force(fixture, partnership, "v1", "", terms_json(fixture, 100, ""));
  const char *confirmed = claim_of(fixture, first, 10), *withdrawn = claim_of(fixture, first, 20);
  dispute(fixture, confirmed);
  dispute(fixture, withdrawn);
  plan_in_force(fixture, partnership, "v2", first, terms_json(fixture, 200, ""));
  assert_int_equal(commitment_of(fixture, first, "partner-hours")->state, COMMITMENT(RELEASED));
  ask(fixture, fixture->vendor, "CommitmentService/ConfirmClaim", "{'name': '%s'}", confirmed);
  ask(fixture, fixture->partner, "CommitmentService/WithdrawClaim", "{'name': '%s'}", withdrawn);
  const Onboard__Commitment *released = commitment_of(fixture, first, "partner-hours");
  assert_int_equal(released->state, COMMITMENT(RELEASED));
  assert_int_equal(released->disputed_claim_count, 0);
  assert_int_equal(released->confirmed, 10);
  assert_int_equal(counter(fixture, partnership, "2026", "fulfilment.achieved", PARTNER), 0);
  assert_int_equal(counter(fixture, partnership, "2026", "fulfilment.weight", PARTNER), 1000000);
}

/* A plan is not closed over a dispute, whether its commitment is fulfilled otherwise or waived. */
static void no_plan_is_closed_over_a_dispute(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, NOW);
  const char *partnership = partnership_designated(fixture, "closing");
  const char *plan = plan_in_force(fixture, partnership, "fy26", "", terms_json(fixture, 100, ""));
  const char *contested = claim_of(fixture, plan, 10), *whole = claim_of(fixture, plan, 100);
  dispute(fixture, contested);
  ask(fixture, fixture->vendor, "CommitmentService/ConfirmClaim", "{'name': '%s'}", whole);
  assert_int_equal(commitment_of(fixture, plan, "partner-hours")->state, COMMITMENT(FULFILLED));
  ask(fixture, fixture->partner, "CommitmentService/WaiveCommitment",
      "{'name': '%s/commitments/vendor-hours', 'reason': 'not needed any more'}", plan);
  set_now(fixture, "2026-09-15T00:00:00Z"); /* the milestone is overdue, and nobody claims it any more */
  const struct status *status =
      refused(fixture, fixture->partner, "PlanService/ClosePlan", REASON_GUARD_UNMET, "{'name': '%s'}", plan);
  assert_int_equal(guards_of(status), 1);
  ask(fixture, fixture->partner, "CommitmentService/WithdrawClaim", "{'name': '%s'}", contested);
  ask(fixture, fixture->partner, "PlanService/ClosePlan", "{'name': '%s'}", plan);
}

/* What was done in time counts whenever it is claimed: the other party does not shut it out. */
static void what_was_done_in_time_is_not_shut_out(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, NOW);
  const char *partnership = partnership_designated(fixture, "shut");
  const char *plan = plan_in_force(fixture, partnership, "fy26", "", terms_json(fixture, 100, ""));
  set_now(fixture, "2026-09-30T00:00:01Z"); /* both have missed theirs */
  const struct status *status =
      refused(fixture, fixture->vendor, "PlanService/ClosePlan", REASON_GUARD_UNMET, "{'name': '%s'}", plan);
  assert_int_equal(guards_of(status), 1);
  ask(fixture, fixture->partner_manager, "CommitmentService/ClaimFulfilment",
      "{'parent': '%s/commitments/partner-hours', 'claim': {'amount': '100', 'evidence': 'sheets', "
      "'occurTime': '2026-09-29T00:00:00Z'}}",
      plan);
  set_now(fixture, "2026-10-14T00:00:01Z");
  ask(fixture, fixture->vendor, "PlanService/ClosePlan", "{'name': '%s'}", plan);
  assert_int_equal(commitment_of(fixture, plan, "partner-hours")->state, COMMITMENT(FULFILLED));
  assert_int_equal(commitment_of(fixture, plan, "vendor-hours")->state, COMMITMENT(MISSED));
}

/* What both replaced does not come back when the version that replaced it is closed. */
static void what_a_version_replaced_stays_replaced(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, NOW);
  const char *partnership = partnership_designated(fixture, "replaced");
  const char *first = plan_make(fixture, partnership, "v1", "", terms_json(fixture, 1000, ""));
  const char *second = plan_make(fixture, partnership, "v2", first, terms_json(fixture, 100, ""));
  const char *third = plan_in_force(fixture, partnership, "v3", second, terms_json(fixture, 10, ""));
  const char *owed[] = {"vendor-hours", "partner-hours"};
  const struct principal *owed_to[] = {fixture->partner, fixture->vendor};
  for (int i = 0; i < 2; i++)
    ask(fixture, owed_to[i], "CommitmentService/WaiveCommitment",
        "{'name': '%s/commitments/%s', 'reason': 'not needed any more'}", third, owed[i]);
  set_now(fixture, "2026-09-15T00:00:00Z");
  ask(fixture, fixture->vendor, "PlanService/ClosePlan", "{'name': '%s'}", third);
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", REASON_GUARD_UNMET, "{'name': '%s'}", first);
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", REASON_GUARD_UNMET, "{'name': '%s'}", second);
  plan_in_force(fixture, partnership, "v4", third, terms_json(fixture, 20, ""));
  assert_int_equal(counter(fixture, partnership, "2026", "fulfilment.weight", PARTNER), 1000000);
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(next_years_plan_waits_for_this_year),
      cmocka_unit_test(a_version_of_another_plan_releases_nothing),
      cmocka_unit_test(a_plan_of_the_past_stays_past),
      cmocka_unit_test(a_claimed_milestone_is_answered_first),
      cmocka_unit_test(silence_needs_no_answer),
      cmocka_unit_test(a_dispute_outlives_what_is_owed),
      cmocka_unit_test(no_plan_is_closed_over_a_dispute),
      cmocka_unit_test(what_was_done_in_time_is_not_shut_out),
      cmocka_unit_test(what_a_version_replaced_stays_replaced),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
