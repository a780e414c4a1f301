/* Plans, commitments, claims and milestones by real calls: both parties, counters, time, many editors at
 * once. */
#include "onboard/service_fixture.h"
#include "runtime/base/text.h"
#include "support/check.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define COMMITMENT(name) ONBOARD__COMMITMENT__STATE__STATE_##name
#define CLAIM(name) ONBOARD__FULFILMENT_CLAIM__STATE__STATE_##name

static const char *print(struct onboard_fixture *fixture, const char *name, const char *rest) {
  return arena_printf(fixture_arena(fixture->server), "%s%s", name, rest);
}

static void a_plan_comes_into_force(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "force");
  const char *plan = plan_in_force(fixture, partnership, "fy26", "", terms_json(fixture, 1000, ""));
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.weight", VENDOR), 1000000);
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.weight", PARTNER), 1000000);
  assert_int_equal(counter(fixture, partnership, "2026-08", "milestones.due", NOBODY), 1);
  const Onboard__ListCommitmentsResponse *all =
      ask(fixture, fixture->viewer, "CommitmentService/ListCommitments", "{'parent': '%s'}", partnership);
  assert_int_equal(all->n_commitments, 2);
  all = ask(fixture, fixture->viewer, "CommitmentService/ListCommitments",
            "{'parent': '%s', 'owner': 'PARTY_PARTNER', 'state': 'STATE_AT_RISK'}", plan);
  assert_int_equal(all->n_commitments, 1); /* half of its time is over and nothing confirmed */
  assert_string_equal(
      ledger_types(fixture, fixture->partner, partnership),
      "partnership.created partnership.assessed partnership.designated plan.created plan_version.offered "
      "plan.proposed plan_version.signed plan.signed plan_version.signed plan.signed commitment.created "
      "commitment.created milestone.created partnership.plan_activated "
      "plan.activated");
}

static void only_for_the_own_party(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "parties");
  const Onboard__Plan *plan = ask(fixture, fixture->partner_manager, "PlanService/CreatePlan",
                                  "{'parent': '%s', 'plan': {'title': 'FY 26', 'terms': %s}}", partnership,
                                  terms_json(fixture, 10, ""));
  assert_int_equal(plan->author_party, PARTNER);
  refused(fixture, fixture->stranger, "PlanService/GetPlan", REASON_ACCESS_DENIED, "{'name': '%s'}",
          plan->name);
  ask(fixture, fixture->partner_manager, "PlanService/ProposePlan", "{'name': '%s'}", plan->name);
  refused(fixture, fixture->partner_manager, "PlanService/SignPlan", REASON_ACCESS_DENIED,
          "{'name': '%s', 'contentHash': '%s'}", plan->name, plan->content_hash);
  refused(fixture, fixture->partner, "PlanService/CounterPlan", "OWN_OFFER", "{'name': '%s', 'terms': %s}",
          plan->name, terms_json(fixture, 11, ""));
  refused(fixture, fixture->vendor, "PlanService/UpdatePlan", "NOT_OWN_OFFER",
          "{'plan': {'name': '%s', 'title': 'Mine'}, 'updateMask': 'title'}", plan->name);
  ask(fixture, fixture->partner, "PlanService/SignPlan", "{'name': '%s', 'contentHash': '%s'}", plan->name,
      plan->content_hash);
  const Onboard__Plan *countered =
      ask(fixture, fixture->vendor_manager, "PlanService/CounterPlan", "{'name': '%s', 'terms': %s}",
          plan->name, terms_json(fixture, 11, ""));
  assert_int_equal(countered->n_signatures, 0);
  refused(fixture, fixture->partner, "PlanService/SignPlan", "CONTENT_CHANGED",
          "{'name': '%s', 'contentHash': '%s'}", plan->name, plan->content_hash);
  const struct status *status = refused(fixture, fixture->vendor, "PlanService/ActivatePlan",
                                        REASON_INVALID_STATE, "{'name': '%s'}", plan->name);
  assert_string_equal(status_metadata_text(status, "state"), "COUNTERED");
}

static void fulfilment_is_claimed_and_confirmed(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "fulfil");
  const char *plan = plan_in_force(fixture, partnership, "fy26", "", terms_json(fixture, 1000, ""));
  const char *own = print(fixture, plan, "/commitments/vendor-hours");
  static const char claim_json[] =
      "{'parent': '%s', 'claim': {'amount': '%d', 'evidence': 'time sheets', 'occurTime': "
      "'2026-06-30T00:00:00Z'}, 'requestId': '%s'}";
  const char *claim_method = "CommitmentService/ClaimFulfilment";
  refused(fixture, fixture->partner, claim_method, "NOT_OWN_COMMITMENT", claim_json, own, 600, "");
  const Onboard__FulfilmentClaim *claim =
      ask(fixture, fixture->vendor_manager, claim_method, claim_json, own, 600, "claim-1");
  const Onboard__FulfilmentClaim *again =
      ask(fixture, fixture->vendor_manager, claim_method, claim_json, own, 600, "claim-1");
  assert_string_equal(claim->name, again->name);
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.achieved", VENDOR), 0);
  refused(fixture, fixture->vendor, "CommitmentService/ConfirmClaim", "OWN_CLAIM", "{'name': '%s'}",
          claim->name);
  refused(fixture, fixture->partner, "CommitmentService/ConfirmClaim", REASON_INVALID_REQUEST,
          "{'name': '%s', 'amount': '601'}", claim->name);
  const Onboard__FulfilmentClaim *confirmed = ask(fixture, fixture->partner, "CommitmentService/ConfirmClaim",
                                                  "{'name': '%s', 'amount': '500'}", claim->name);
  assert_int_equal(confirmed->state, CLAIM(CONFIRMED));
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.achieved", VENDOR), 500000);
  /* A second one is disputed, then confirmed after all: over-delivery is capped. */
  claim = ask(fixture, fixture->vendor_manager, claim_method, claim_json, own, 900, "claim-2");
  ask(fixture, fixture->partner, "CommitmentService/DisputeClaim",
      "{'name': '%s', 'reason': 'no time sheets'}", claim->name);
  const Onboard__Commitment *commitment =
      ask(fixture, fixture->viewer, "CommitmentService/GetCommitment", "{'name': '%s'}", own);
  assert_int_equal(commitment->state, COMMITMENT(DISPUTED));
  ask(fixture, fixture->partner, "CommitmentService/ConfirmClaim", "{'name': '%s'}", claim->name);
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.achieved", VENDOR), 1000000);
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.achieved", PARTNER), 0);
  refused(fixture, fixture->vendor, claim_method, REASON_INVALID_STATE, claim_json, own, 1, "");
  refused(fixture, fixture->vendor, claim_method, REASON_INVALID_REQUEST,
          "{'parent': '%s', 'claim': {'amount': '1', 'evidence': 'none yet', 'occurTime': "
          "'2026-09-01T00:00:00Z'}}",
          own);
  /* The counterparty waives the other one, and it no longer counts. */
  refused(fixture, fixture->partner, "CommitmentService/WaiveCommitment", "OWN_COMMITMENT",
          "{'name': '%s/commitments/partner-hours', 'reason': 'we do not need it'}", plan);
  ask(fixture, fixture->vendor, "CommitmentService/WaiveCommitment",
      "{'name': '%s/commitments/partner-hours', 'reason': 'we do not need it'}", plan);
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.weight", PARTNER), 0);
  const Onboard__ListFulfilmentClaimsResponse *claims = ask(
      fixture, fixture->viewer, "CommitmentService/ListFulfilmentClaims", "{'parent': '%s'}", partnership);
  assert_int_equal(claims->n_claims, 2);
}

static void time_is_right_on_read_and_recorded_once(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "timed");
  const char *plan = plan_in_force(fixture, partnership, "fy26", "", terms_json(fixture, 100, ""));
  const char *own = print(fixture, plan, "/commitments/partner-hours");
  const Onboard__FulfilmentClaim *claim =
      ask(fixture, fixture->partner, "CommitmentService/ClaimFulfilment",
          "{'parent': '%s', 'claim': {'amount': '100', 'evidence': 'sheets'}}", own);
  sweep_now(fixture);
  assert_int_equal(sweep_now(fixture), 0);
  set_now(fixture, "2026-07-29T12:00:00Z"); /* 14 days to the second */
  const Onboard__Commitment *commitment =
      ask(fixture, fixture->viewer, "CommitmentService/GetCommitment", "{'name': '%s'}", own);
  assert_int_equal(commitment->state, COMMITMENT(FULFILLED));
  assert_int_equal(commitment->deemed, 100);
  const Onboard__FulfilmentClaim *deemed =
      ask(fixture, fixture->viewer, "CommitmentService/GetFulfilmentClaim", "{'name': '%s'}", claim->name);
  assert_int_equal(deemed->state, CLAIM(DEEMED_CONFIRMED));
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.achieved", PARTNER), 0);
  refused(fixture, fixture->vendor, "CommitmentService/DisputeClaim", REASON_INVALID_STATE,
          "{'name': '%s', 'reason': 'too late for it'}", claim->name);
  /* That call has recorded it, as an act of the system; the sweeper finds nothing more. */
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.achieved", PARTNER), 1000000);
  assert_int_equal(sweep_now(fixture), 0);
  set_now(fixture, "2026-10-02T00:00:00Z");
  const Onboard__ListCommitmentsResponse *missed =
      ask(fixture, fixture->viewer, "CommitmentService/ListCommitments",
          "{'parent': '%s', 'state': 'STATE_MISSED'}", partnership);
  assert_int_equal(missed->n_commitments, 1);
  sweep_now(fixture);
  assert_int_equal(sweep_now(fixture), 0);
  const char *types = ledger_types(fixture, fixture->vendor, partnership);
  assert_non_null(strstr(types, "claim.deemed_confirmed commitment.deemed_confirmed"));
  assert_non_null(strstr(types, "commitment.missed"));
  assert_non_null(strstr(types, "milestone.overdue"));
  assert_null(strstr(strstr(types, "commitment.missed") + 1, "commitment.missed"));
  set_now(fixture, "2026-07-15T12:00:00Z");
}

/* ---- replicas ---- */

enum { REPLICAS = 4 };
struct replica {
  pthread_t thread;
  struct onboard_fixture fixture; /* the same Redis, another process's loop and connection */
  size_t recorded;
};

static void *sweep_replica(void *argument) {
  struct replica *replica = argument;
  replica->recorded = sweep_now(&replica->fixture);
  return NULL;
}

static void many_replicas_record_once(void **state) {
  struct onboard_fixture *fixture = *state;
  struct replica replicas[REPLICAS];
  const char *partnerships[8];
  size_t recorded = 0;
  sweep_now(fixture);
  for (int i = 0; i < 8; i++) {
    partnerships[i] =
        partnership_designated(fixture, arena_printf(fixture_arena(fixture->server), "swept-%d", i));
    plan_in_force(fixture, partnerships[i], "fy26", "", terms_json(fixture, 100, ""));
  }
  for (int i = 0; i < REPLICAS; i++) {
    replicas[i].fixture = *fixture;
    replicas[i].fixture.server = onboard_server(fixture);
    set_now(&replicas[i].fixture, "2026-10-02T00:00:00Z");
  }
  for (int i = 0; i < REPLICAS; i++)
    assert_int_equal(pthread_create(&replicas[i].thread, NULL, sweep_replica, &replicas[i]), 0);
  for (int i = 0; i < REPLICAS; i++) {
    pthread_join(replicas[i].thread, NULL);
    recorded += replicas[i].recorded;
    fixture_stop(replicas[i].fixture.server);
  }
  assert_true(recorded >= 8 * 3); /* two commitments and a milestone each, and what tests before left */
  for (int i = 0; i < 8; i++) {
    const char *types = ledger_types(fixture, fixture->vendor, partnerships[i]);
    size_t missed = 0, overdue = 0;
    for (const char *at = types; (at = strstr(at, "commitment.missed")); at++)
      missed++;
    for (const char *at = types; (at = strstr(at, "milestone.overdue")); at++)
      overdue++;
    assert_int_equal(missed, 2);
    assert_int_equal(overdue, 1);
  }
}

static void milestones_in_time_and_late(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "milestones");
  const char *plan = plan_in_force(fixture, partnership, "fy26", "", terms_json(fixture, 100, ""));
  const char *launch = print(fixture, plan, "/milestones/launch");
  const char *claim = "MilestoneService/ClaimMilestone";
  ask(fixture, fixture->partner_manager, claim, "{'name': '%s', 'evidence': 'press release'}", launch);
  refused(fixture, fixture->partner, "MilestoneService/ConfirmMilestone", "OWN_CLAIM", "{'name': '%s'}",
          launch);
  ask(fixture, fixture->vendor, "MilestoneService/RejectMilestone",
      "{'name': '%s', 'reason': 'nothing launched'}", launch);
  set_now(fixture, "2026-09-10T00:00:00Z");
  ask(fixture, fixture->vendor_manager, claim,
      "{'name': '%s', 'evidence': 'press release', 'achieveTime': '2026-09-05T00:00:00Z'}", launch);
  const Onboard__Milestone *late =
      ask(fixture, fixture->partner, "MilestoneService/ConfirmMilestone", "{'name': '%s'}", launch);
  assert_int_equal(late->slip_days, 5);
  assert_int_equal(counter(fixture, partnership, "2026-08", "milestones.late", NOBODY), 1);
  assert_int_equal(counter(fixture, partnership, "2026-08", "milestones.achieved", NOBODY), 0);
  assert_int_equal(counter(fixture, partnership, "2026-08", "milestones.due", NOBODY), 1);
  set_now(fixture, "2026-07-15T12:00:00Z");
}

static void a_later_version_takes_over(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "versions");
  const char *first = plan_in_force(fixture, partnership, "v1", "", terms_json(fixture, 100, ""));
  ask(fixture, fixture->vendor, "CommitmentService/ClaimFulfilment",
      "{'parent': '%s/commitments/vendor-hours', 'claimId': 'c1', 'claim': {'amount': '50', 'evidence': "
      "'sheets'}}",
      first);
  const char *second = plan_make(fixture, partnership, "v2", first, terms_json(fixture, 200, ""));
  /* An unanswered claim is answered first. */
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", REASON_GUARD_UNMET, "{'name': '%s'}", second);
  ask(fixture, fixture->partner, "CommitmentService/ConfirmClaim",
      "{'name': '%s/commitments/vendor-hours/claims/c1'}", first);
  assert_int_equal(counter(fixture, partnership, "2026", "fulfilment.achieved", VENDOR), 500000);
  const Onboard__Plan *active =
      ask(fixture, fixture->vendor, "PlanService/ActivatePlan", "{'name': '%s'}", second);
  assert_int_equal(active->version, 2);
  const Onboard__Plan *old = ask(fixture, fixture->viewer, "PlanService/GetPlan", "{'name': '%s'}", first);
  assert_int_equal(old->state, ONBOARD__PLAN__STATE__STATE_SUPERSEDED);
  assert_string_equal(old->superseded_by, second);
  assert_int_equal(counter(fixture, partnership, "2026", "fulfilment.achieved", VENDOR), 0);
  assert_int_equal(counter(fixture, partnership, "2026", "fulfilment.weight", VENDOR), 1000000);
  assert_int_equal(counter(fixture, partnership, "2026", "milestones.due", NOBODY), 1);
  const Onboard__ListPlansResponse *plans = ask(fixture, fixture->viewer, "PlanService/ListPlans",
                                                "{'parent': '%s', 'state': 'STATE_ACTIVE'}", partnership);
  assert_int_equal(plans->n_plans, 1);
  refused(fixture, fixture->vendor, "PlanService/ClosePlan", REASON_GUARD_UNMET, "{'name': '%s'}", second);
  refused(fixture, fixture->vendor, "PlanService/CreatePlan", "PARENT_PLAN_UNKNOWN",
          "{'parent': '%s', 'plan': {'title': 'X', 'parentPlan': '%s/plans/none'}}", partnership,
          partnership);
}

/* As large a plan as is allowed takes over from as large a one, in one commit. */
static void the_largest_plans_fit(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "large");
  struct buffer text = {.arena = fixture_arena(fixture->server)};
  buffer_text(&text, "{'period': {'startTime': '2026-01-01T00:00:00Z', 'endTime': '2027-01-01T00:00:00Z'}, "
                     "'deemedConfirmationDays': %, 'commitments': [");
  size_t days = (size_t)(strchr(text.data, '%') - text.data);
  for (int i = 0; i < 30; i++)
    buffer_printf(
        &text,
        "%s{'id': 'c%d', 'owner': 'PARTY_%s', 'kind': 'COMMITMENT_KIND_REVENUE', 'title': 'R', 'unit': "
        "'COMMITMENT_UNIT_MONEY', 'currencyCode': 'USD', 'target': '100', 'weight': 1, 'dueTime': "
        "'2026-12-31T00:00:00Z', 'consequence': 'Review'}",
        i ? ", " : "", i, i % 2 ? "VENDOR" : "PARTNER");
  buffer_text(&text, "]}");
  text.data[days] = '7';
  const char *first = plan_in_force(fixture, partnership, "v1", "", text.data);
  text.data[days] = '8';
  plan_in_force(fixture, partnership, "v2", first, text.data);
  assert_int_equal(counter(fixture, partnership, "2026-12", "fulfilment.weight", VENDOR), 150000);
  const char *too_many = arena_printf(fixture_arena(fixture->server),
                                      "%.*s, 'milestones': [{'id': 'm', 'owners': "
                                      "['PARTY_VENDOR'], 'title': 'M', 'dueTime': '2026-05-01T00:00:00Z'}]}",
                                      (int)text.size - 1, text.data);
  refused(fixture, fixture->vendor, "PlanService/CreatePlan", REASON_INVALID_REQUEST,
          "{'parent': '%s', 'plan': {'title': 'X', 'terms': %s}}", partnership, too_many);
}

/* ---- many at once ---- */

enum { EDITORS = 200 };
struct contest {
  const char *method;
  const void *requests[EDITORS];
  const struct status *answers[EDITORS];
};

static void edit(struct server_fixture *server, size_t index, void *context) {
  struct contest *contest = context;
  Onboard__Plan *plan;
  struct client_call call =
      fixture_client_call(server, fixture_arena(server), contest->method, contest->requests[index]);
  call.response = &onboard__plan__descriptor;
  contest->answers[index] = client_call(fixture_channel(server), &call, &plan);
}

static void many_editors_one_history(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "editors");
  const Onboard__Plan *plan = ask(fixture, fixture->vendor, "PlanService/CreatePlan",
                                  "{'parent': '%s', 'plan': {'title': 'start', 'terms': %s}}", partnership,
                                  terms_json(fixture, 1, ""));
  struct contest contest = {.method = "/entente.onboard.v1.PlanService/UpdatePlan"};
  for (int i = 0; i < EDITORS; i++)
    contest.requests[i] =
        request_of(fixture, "PlanService/UpdatePlan",
                   "{'plan': {'name': '%s', 'title': 'edit %d', 'terms': %s}, 'requestId': 'edit-%d'}",
                   plan->name, i, terms_json(fixture, 100 + i, ""), i);
  fixture_as(fixture->server, fixture->vendor_manager);
  fixture_fibers(fixture->server, EDITORS, edit, &contest);
  for (int i = 0; i < EDITORS; i++)
    if (contest.answers[i])
      fail_msg("edit %d: %s %s", i, contest.answers[i]->reason, contest.answers[i]->message);
  /* Every edit is an entry, in one chain; the last is what is stored. */
  size_t entries = 0;
  const char *types = ledger_types(fixture, fixture->vendor, partnership);
  for (const char *at = types; (at = strstr(at, "plan.updated")); at++)
    entries++;
  assert_int_equal(entries, EDITORS);
  const Onboard__Plan *end =
      ask(fixture, fixture->viewer, "PlanService/GetPlan", "{'name': '%s'}", plan->name);
  int winner;
  assert_int_equal(sscanf(end->title, "edit %d", &winner), 1);
  assert_int_equal(end->terms->commitments[0]->target, 100 + winner); /* title and terms of the same edit */
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plan_comes_into_force),
      cmocka_unit_test(only_for_the_own_party),
      cmocka_unit_test(fulfilment_is_claimed_and_confirmed),
      cmocka_unit_test(time_is_right_on_read_and_recorded_once),
      cmocka_unit_test(many_replicas_record_once),
      cmocka_unit_test(milestones_in_time_and_late),
      cmocka_unit_test(a_later_version_takes_over),
      cmocka_unit_test(the_largest_plans_fit),
      cmocka_unit_test(many_editors_one_history),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
