/* Every state and action of every machine against what is written here a second time, by hand: a row that was
 * added to or lost from a table of the rules is seen. */
#include "onboard/builder.h"
#include "onboard/contract.h"
#include "onboard/fit_assessment.h"
#include "onboard/member.h"
#include "onboard/plan_version.h"
#include "onboard/program.h"
#include "onboard/proposition.h"
#include "onboard/term.h"
#include "onboard/validation.h"

/* `STATE: ACTION>NEXT ACTION>NEXT`, a state a line; `?` stands for a state that the amounts, the time or the
 * outcome decide. A state that is not listed allows nothing. */
struct expectation {
  const char *noun;
  const struct machine *machine;
  const char *allowed;
};
static const struct expectation expectations[] = {
    {"organization", &organization_machine,
     "ACTIVE: EDIT>ACTIVE RETIRE>HISTORICAL ENGAGE>ACTIVE RELEASE>ACTIVE\n"
     "HISTORICAL: REINSTATE>ACTIVE\n"},
    {"partnership", &partnership_machine,
     "PROSPECT: EDIT>PROSPECT ASSESS>ASSESSING END>ENDED CLASSIFY>PROSPECT "
     "COMPLETE_STAGE>PROSPECT\n"
     "ASSESSING: EDIT>ASSESSING DESIGNATE>DESIGNATED END>ENDED CLASSIFY>ASSESSING "
     "COMPLETE_STAGE>ASSESSING\n"
     "DESIGNATED: EDIT>DESIGNATED ACTIVATE>ACTIVE END>ENDED CLASSIFY>DESIGNATED "
     "COMPLETE_STAGE>DESIGNATED\n"
     "ACTIVE: EDIT>ACTIVE START_REVIEW>UNDER_REVIEW CLASSIFY>ACTIVE "
     "OFFER_END>ACTIVE "
     "AGREE_END>TRANSITIONING DECLINE_END>ACTIVE COMPLETE_STAGE>ACTIVE\n"
     "UNDER_REVIEW: EDIT>UNDER_REVIEW CONCLUDE_REVIEW>? CLASSIFY>UNDER_REVIEW "
     "OFFER_END>UNDER_REVIEW "
     "AGREE_END>TRANSITIONING DECLINE_END>UNDER_REVIEW COMPLETE_STAGE>UNDER_REVIEW\n"
     "REDESIGN: EDIT>REDESIGN RESUME>ACTIVE CLASSIFY>REDESIGN "
     "OFFER_END>REDESIGN "
     "AGREE_END>TRANSITIONING DECLINE_END>REDESIGN COMPLETE_STAGE>REDESIGN\n"
     "TRANSITIONING: EDIT>TRANSITIONING END>ENDED CLASSIFY>TRANSITIONING "
     "OFFER_END>TRANSITIONING "
     "AGREE_END>TRANSITIONING DECLINE_END>TRANSITIONING COMPLETE_STAGE>TRANSITIONING\n"},
    {"plan", &plan_machine,
     "DRAFT: EDIT>DRAFT PROPOSE>PROPOSED\n"
     "PROPOSED: EDIT>PROPOSED COUNTER>COUNTERED WITHDRAW>DRAFT SIGN>PROPOSED\n"
     "COUNTERED: EDIT>COUNTERED COUNTER>COUNTERED WITHDRAW>DRAFT SIGN>COUNTERED\n"
     "AGREED: EDIT>COUNTERED ACTIVATE>ACTIVE\n"
     "ACTIVE: CLOSE>CLOSED SUPERSEDE>SUPERSEDED\n"},
    {"plan version", &plan_version_machine,
     "OFFERED: SIGN>? REPLACE>REPLACED WITHDRAW>WITHDRAWN\n"
     "SIGNED: REPLACE>REPLACED\n"},
    {"commitment", &commitment_machine,
     "OPEN: CLAIM>? CONFIRM>? DISPUTE>? WITHDRAW>? WAIVE>WAIVED RELEASE>RELEASED\n"
     "ON_TRACK: CLAIM>? CONFIRM>? DISPUTE>? WITHDRAW>? WAIVE>WAIVED RELEASE>RELEASED\n"
     "AT_RISK: CLAIM>? CONFIRM>? DISPUTE>? WITHDRAW>? WAIVE>WAIVED RELEASE>RELEASED\n"
     "FULFILLED: CONFIRM>? DISPUTE>? WITHDRAW>? RELEASE>RELEASED\n"
     "MISSED: CLAIM>? CONFIRM>? DISPUTE>? WITHDRAW>? WAIVE>WAIVED\n"
     "DISPUTED: CLAIM>? CONFIRM>? DISPUTE>? WITHDRAW>? WAIVE>WAIVED RELEASE>RELEASED\n"
     "WAIVED: CONFIRM>? WITHDRAW>?\n"
     "RELEASED: CONFIRM>? WITHDRAW>?\n"},
    {"claim", &claim_machine,
     "CLAIMED: CONFIRM>CONFIRMED DISPUTE>DISPUTED WITHDRAW>WITHDRAWN DEEM>DEEMED_CONFIRMED\n"
     "DISPUTED: CONFIRM>CONFIRMED WITHDRAW>WITHDRAWN\n"},
    {"milestone", &milestone_machine,
     "OPEN: CLAIM>CLAIMED EXPIRE>OVERDUE RELEASE>RELEASED\n"
     "OVERDUE: CLAIM>CLAIMED\n"
     "CLAIMED: CONFIRM>ACHIEVED REJECT>OPEN DEEM>ACHIEVED\n"},
    {"sponsor", &sponsor_machine,
     "NAMED: EDIT>NAMED ACTIVATE>ACTIVE VACATE>VACANT\n"
     "ACTIVE: EDIT>ACTIVE VACATE>VACANT\n"},
    {"review", &review_machine,
     "SCHEDULED: HOLD>HELD RESCHEDULE>RESCHEDULED CANCEL>CANCELLED MISS>MISSED\n"
     "RESCHEDULED: HOLD>HELD RESCHEDULE>RESCHEDULED CANCEL>CANCELLED MISS>MISSED\n"
     "MISSED: HOLD>HELD\n"},
    {"fit assessment", &fit_assessment_machine,
     "DRAFT: SCORE>DRAFT SUBMIT>PARTLY_SUBMITTED CANCEL>CANCELLED\n"
     "PARTLY_SUBMITTED: SCORE>PARTLY_SUBMITTED SUBMIT>SUBMITTED WITHDRAW>DRAFT CANCEL>CANCELLED\n"
     "SUBMITTED: REOPEN>DRAFT RANK>SUBMITTED CONCLUDE>CONCLUDED CANCEL>CANCELLED\n"},
    {"fit scorecard", &fit_scorecard_machine,
     "DRAFT: SCORE>DRAFT SUBMIT>SUBMITTED\n"
     "SUBMITTED: RELEASE>DRAFT\n"},
    {"term", &term_machine,
     "PROPOSED: ACCEPT>SCHEDULED DECLINE>DECLINED WITHDRAW>WITHDRAWN\n"
     "SCHEDULED: END>SCHEDULED REPLACE>SCHEDULED START>IN_FORCE\n"
     "IN_FORCE: END>IN_FORCE REPLACE>IN_FORCE EXPIRE>ENDED\n"},
    {"program", &program_machine,
     "DRAFT: EDIT>DRAFT ACTIVATE>ACTIVE\n"
     "ACTIVE: EDIT>ACTIVE RETIRE>RETIRED\n"},
    {"member", &member_machine,
     "ENROLLED: EVALUATE>? SET_LEVEL>? REMOVE>REMOVED\n"
     "AT_LEVEL: EVALUATE>? SET_LEVEL>? REMOVE>REMOVED\n"
     "GRACE: EVALUATE>? SET_LEVEL>? REMOVE>REMOVED DEMOTE>?\n"
     "REMOVED: REINSTATE>ENROLLED\n"},
    {"contract", &contract_machine,
     "DRAFT: EDIT>DRAFT NEGOTIATE>IN_NEGOTIATION REQUEST_SIGNATURE>PENDING_SIGNATURE CANCEL>CANCELLED\n"
     "IN_NEGOTIATION: EDIT>IN_NEGOTIATION NEGOTIATE>IN_NEGOTIATION REQUEST_SIGNATURE>PENDING_SIGNATURE "
     "CANCEL>CANCELLED\n"
     "PENDING_SIGNATURE: EDIT>IN_NEGOTIATION NEGOTIATE>IN_NEGOTIATION SIGN>PENDING_SIGNATURE "
     "CANCEL>CANCELLED\n"
     "SIGNED: ACTIVATE>ACTIVE\n"
     "ACTIVE: DECLINE_RENEWAL>ACTIVE TERMINATE>EXPIRING RENEW>ACTIVE NEAR_END>EXPIRING "
     "SUPERSEDE>SUPERSEDED\n"
     "EXPIRING: DECLINE_RENEWAL>EXPIRING TERMINATE>EXPIRING RENEW>EXPIRING EXPIRE>EXPIRED END>TERMINATED "
     "SUPERSEDE>SUPERSEDED\n"},
    {"governance body", &governance_machine,
     "FORMED: EDIT>FORMED ACTIVATE>ACTIVE DISSOLVE>DISSOLVED\n"
     "ACTIVE: EDIT>ACTIVE WIND_DOWN>WINDING_DOWN\n"
     "WINDING_DOWN: EDIT>WINDING_DOWN DISSOLVE>DISSOLVED\n"},
    {"escalation", &escalation_machine,
     "OPEN: ADVANCE>L2 EXPIRE>L2 PROPOSE>OPEN CONFIRM>RESOLVED REJECT>OPEN SETTLE>RESOLVED\n"
     "L2: ADVANCE>L3 EXPIRE>L3 PROPOSE>L2 CONFIRM>RESOLVED REJECT>L2 SETTLE>RESOLVED\n"
     "L3: EXPIRE>L3 PROPOSE>L3 CONFIRM>RESOLVED REJECT>L3 SETTLE>RESOLVED\n"},
    {"proposition", &proposition_machine,
     "DRAFT: MAP>? RETIRE>RETIRED\n"
     "GAP_MAPPED: MAP>GAP_MAPPED ARTICULATE>GAP_MAPPED APPROVE>? RETIRE>RETIRED\n"
     "ARTICULATED: ARTICULATE>GAP_MAPPED TRANSLATE>ARTICULATED APPROVE>? RETIRE>RETIRED\n"
     "OUTCOME_TRANSLATED: ARTICULATE>GAP_MAPPED TRANSLATE>ARTICULATED START>IN_VALIDATION RETIRE>RETIRED\n"
     "IN_VALIDATION: COUNT>IN_VALIDATION CONCLUDE>? RETIRE>RETIRED\n"
     "VALIDATED: REVISE>VALIDATED RETIRE>RETIRED SUPERSEDE>RETIRED\n"
     "FAILED: REVISE>FAILED RETIRE>RETIRED\n"
     "RETIRED: REVISE>RETIRED\n"},
    {"validation entry", &validation_entry_machine, "COUNTED: WITHDRAW>WITHDRAWN\n"},
};

/* What the expectation says of a state and action: the next state's name, NULL when it is refused. */
static char *expected_next(struct arena *arena, const char *allowed, const char *state, const char *action) {
  char *head = arena_printf(arena, "\n%s:", state), *text = arena_printf(arena, "\n%s", allowed);
  char *line = strstr(text, head);
  if (!line)
    return NULL;
  line = arena_strndup(arena, line + 1, strcspn(line + 1, "\n"));
  char *row = strstr(line, arena_printf(arena, " %s>", action));
  if (!row)
    return NULL;
  row = strchr(row, '>') + 1;
  return arena_strndup(arena, row, strcspn(row, " "));
}

static void check_pair(struct arena *arena, const struct expectation *expectation, int state, int action) {
  const struct machine *machine = expectation->machine;
  const char *from = state_name(machine->states, state), *verb = machine->actions[action];
  const char *next = expected_next(arena, expectation->allowed, from, verb);
  const struct transition *transition = machine_find(machine, state, action);
  if (!next) {
    if (transition)
      fail_msg("%s: %s is possible when %s", expectation->noun, verb, from);
    struct act act = act_by(arena, VENDOR, "2026-01-05");
    int to = 12345;
    const struct status *status = machine_step(machine, &act, "vendors/a", state, action, NULL, NULL, &to);
    assert_refused(status, REASON_INVALID_STATE);
    assert_int_equal(status->code, CODE_FAILED_PRECONDITION);
    assert_string_equal(metadata_of(status, "state"), from);
    assert_string_equal(metadata_of(status, "action"), verb);
    assert_int_equal(to, 12345);
    return;
  }
  if (!transition) {
    fail_msg("%s: %s is not possible when %s", expectation->noun, verb, from);
    return;
  }
  const char *to = transition->to < 0 ? "?" : state_name(machine->states, transition->to);
  if (strcmp(to, next) != 0)
    fail_msg("%s: %s leads from %s to %s, not to %s", expectation->noun, verb, from, to, next);
}

static void every_state_and_action(void **state) {
  struct arena *arena = *state;
  for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
    const struct machine *machine = expectations[i].machine;
    for (unsigned s = 0; s < machine->states->n_values; s++)
      for (int action = 0; action < machine->action_count; action++)
        check_pair(arena, &expectations[i], machine->states->values[s].value, action);
  }
}

static void no_pair_twice(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
    const struct machine *machine = expectations[i].machine;
    for (size_t k = 0; k < machine->count; k++)
      assert_ptr_equal(machine_find(machine, machine->transitions[k].from, machine->transitions[k].action),
                       &machine->transitions[k]);
  }
}

static void organization_rules(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-01-05");
  Onboard__Organization organization = ONBOARD__ORGANIZATION__INIT;
  Onboard__Organization__Role roles[] = {ONBOARD__ORGANIZATION__ROLE__ROLE_PARTNER,
                                         ONBOARD__ORGANIZATION__ROLE__ROLE_PARTNER};
  organization.name = (char *)"vendors/halden/organizations/orvane";
  organization.state = ONBOARD__ORGANIZATION__STATE__STATE_ACTIVE;
  organization.country_code = (char *)"DE";
  organization.roles = roles;
  organization.n_roles = 1;
  assert_null(organization_check(arena, &organization));
  organization.n_roles = 2;
  organization.country_code = (char *)"XX";
  assert_int_equal(violation_count(organization_check(arena, &organization)), 2);
  organization.country_code = (char *)"EA"; /* spans AE and AF in the list */
  organization.n_roles = 1;
  assert_refused(organization_check(arena, &organization), REASON_INVALID_REQUEST);

  assert_null(organization_apply(&act, &organization, ORGANIZATION_ENGAGE));
  assert_refused(organization_apply(&act, &organization, ORGANIZATION_RETIRE), "ORGANIZATION_IN_USE");
  assert_null(organization_apply(&act, &organization, ORGANIZATION_RELEASE));
  assert_refused(organization_apply(&act, &organization, ORGANIZATION_RELEASE), REASON_GUARD_UNMET);
  assert_null(organization_apply(&act, &organization, ORGANIZATION_RETIRE));
  assert_refused(organization_apply(&act, &organization, ORGANIZATION_ENGAGE), REASON_INVALID_STATE);
}

static void sponsor_rules(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-02-01"), partner = act_by(arena, PARTNER, "2026-02-01");
  Onboard__Sponsor *sponsor = sponsor_build(arena, "ada", VENDOR, ONBOARD__SPONSOR__LEVEL__LEVEL_DIRECTOR);
  assert_true(sponsor_is_executive(sponsor));
  assert_refused(sponsor_activate(&partner, sponsor), "NOT_OWN_SPONSOR");
  assert_refused(sponsor_edit(&partner, sponsor), "NOT_OWN_SPONSOR");
  assert_null(sponsor_activate(&vendor, sponsor));
  assert_refused(sponsor_vacate(&partner, sponsor, (char *)"left the company", NULL), "NOT_OWN_SPONSOR");
  assert_null(sponsor_vacate(&vendor, sponsor, (char *)"left the company", NULL));
  assert_false(sponsor_is_executive(sponsor));
  assert_true(sponsor_was_executive(sponsor, at("2026-01-20")));
  assert_false(sponsor_was_executive(sponsor, at("2026-02-20")));
  Onboard__Sponsor *manager =
      sponsor_build(arena, "max", VENDOR, ONBOARD__SPONSOR__LEVEL__LEVEL_ACCOUNT_MANAGER);
  assert_false(sponsor_is_executive(manager));
  assert_false(sponsor_was_executive(manager, at("2026-01-20")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_state_and_action, arena_setup, arena_teardown),
      cmocka_unit_test_setup_teardown(no_pair_twice, arena_setup, arena_teardown),
      cmocka_unit_test_setup_teardown(organization_rules, arena_setup, arena_teardown),
      cmocka_unit_test_setup_teardown(sponsor_rules, arena_setup, arena_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
