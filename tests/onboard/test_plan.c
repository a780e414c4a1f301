#include "onboard/builder.h"

#define STATE(name) ONBOARD__PLAN__STATE__STATE_##name

static void both_sign_the_same(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-01-06"), partner = act_by(arena, PARTNER, "2026-01-07");
  Onboard__Plan *plan = plan_build(arena, terms_build(arena));
  assert_refused(plan_sign(&vendor, plan, plan->content_hash), REASON_INVALID_STATE);
  assert_null(plan_propose(&vendor, plan));
  assert_int_equal(plan->offer_party, VENDOR);
  assert_null(plan_sign(&vendor, plan, plan->content_hash));
  assert_int_equal(plan->state, STATE(PROPOSED)); /* nobody accepts the own offer alone */
  assert_refused(plan_sign(&vendor, plan, plan->content_hash), "ALREADY_SIGNED");
  assert_refused(plan_sign(&partner, plan, plan_content_hash(arena, NULL)), "CONTENT_CHANGED");
  assert_int_equal(plan->n_signatures, 1);
  assert_null(plan_sign(&partner, plan, plan->content_hash));
  assert_int_equal(plan->state, STATE(AGREED));
  assert_string_equal(plan->signatures[0]->content_hash, plan->signatures[1]->content_hash);
}

/* A copy of the terms with another target. */
static Onboard__PlanTerms *other_terms(struct arena *arena, int64_t target) {
  Onboard__PlanTerms *terms = terms_build(arena);
  terms->commitments[0]->target = target;
  return terms;
}

static void an_edit_voids_signatures(void **state) {
  struct arena *arena = *state;
  struct act partner = act_by(arena, PARTNER, "2026-01-08");
  Onboard__Plan *plan = plan_agreed(arena, terms_build(arena));
  /* A new title is not a new content. */
  assert_null(plan_edit(&partner, plan, (char *)"FY 26", terms_build(arena)));
  assert_int_equal(plan->state, STATE(AGREED));
  assert_int_equal(plan->n_signatures, 2);
  char *signed_hash = plan->content_hash;
  assert_null(plan_edit(&partner, plan, plan->title, other_terms(arena, 1001)));
  assert_int_equal(plan->state, STATE(COUNTERED));
  assert_int_equal(plan->n_signatures, 0);
  assert_int_equal(plan->offer_party, PARTNER);
  assert_string_not_equal(plan->content_hash, signed_hash);
  assert_refused(plan_sign(&partner, plan, signed_hash), "CONTENT_CHANGED");
}

/* Whatever single field of the terms changes, the hash does too. */
static void the_hash_covers_every_field(void **state) {
  struct arena *arena = *state;
  char *plain = plan_content_hash(arena, terms_build(arena));
  assert_string_equal(plain, plan_content_hash(arena, terms_build(arena)));
  enum { FIELDS = 10 };
  for (int i = 0; i < FIELDS; i++) {
    Onboard__PlanTerms *terms = terms_build(arena);
    Onboard__CommitmentTerm *term = terms->commitments[1];
    switch (i) {
    case 0:
      term->weight++;
      break;
    case 1:
      term->target++;
      break;
    case 2:
      term->owner = VENDOR;
      break;
    case 3:
      term->due_time->nanos = 1000;
      break;
    case 4:
      term->consequence = (char *)"None";
      break;
    case 5:
      term->kind++;
      break;
    case 6:
      terms->deemed_confirmation_days = 30;
      break;
    case 7:
      terms->n_milestones = 0;
      break;
    case 8:
      terms->milestones[0]->n_owners = 1;
      break;
    default:
      terms->period->end_time->seconds++;
    }
    assert_string_not_equal(plain, plan_content_hash(arena, terms));
  }
}

static void offers_go_back_and_forth(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-01-06"), partner = act_by(arena, PARTNER, "2026-01-07");
  Onboard__Plan *plan = plan_build(arena, terms_build(arena));
  assert_null(plan_propose(&vendor, plan));
  assert_refused(plan_counter(&vendor, plan, other_terms(arena, 2)), "OWN_OFFER");
  assert_refused(plan_counter(&partner, plan, terms_build(arena)), "TERMS_UNCHANGED");
  assert_refused(plan_edit(&partner, plan, plan->title, other_terms(arena, 2)), "NOT_OWN_OFFER");
  assert_refused(plan_withdraw(&partner, plan), "NOT_OWN_OFFER");
  assert_null(plan_sign(&vendor, plan, plan->content_hash));
  assert_null(plan_counter(&partner, plan, other_terms(arena, 2)));
  assert_int_equal(plan->state, STATE(COUNTERED));
  assert_int_equal(plan->n_signatures, 0);
  assert_refused(plan_counter(&partner, plan, other_terms(arena, 3)), "OWN_OFFER");
  assert_null(plan_counter(&vendor, plan, other_terms(arena, 3)));
  assert_int_equal(plan->offer_party, VENDOR);
  assert_null(plan_withdraw(&vendor, plan));
  assert_int_equal(plan->state, STATE(DRAFT));
  assert_int_equal(plan->offer_party, TYPE__PARTY__PARTY_UNSPECIFIED);
}

static void incomplete_terms_are_not_offered(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-01-06");
  Onboard__PlanTerms *terms = terms_build(arena);
  terms->period = NULL;
  terms->n_commitments = 1;
  terms->commitments[0]->consequence = (char *)"";
  Onboard__Plan *plan = plan_build(arena, terms);
  const struct status *status = plan_propose(&vendor, plan);
  assert_refused(status, "TERMS_INCOMPLETE");
  assert_int_equal(guard_count(status), 3); /* period, consequence, nothing of the partner */
  assert_int_equal(plan->state, STATE(DRAFT));
  Onboard__Plan *empty = plan_build(arena, NULL);
  assert_int_equal(guard_count(plan_propose(&vendor, empty)), 3);
}

static void contradictory_terms_are_named(void **state) {
  struct arena *arena = *state;
  Onboard__PlanTerms *terms = terms_build(arena);
  assert_null(plan_terms_check(arena, terms, "plan.terms"));
  terms->commitments[1]->id = terms->commitments[0]->id;
  terms->commitments[0]->owner = TYPE__PARTY__PARTY_SYSTEM;
  terms->commitments[0]->unit = ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_MONEY;
  terms->commitments[1]->currency_code = (char *)"USD";
  terms->commitments[1]->due_time = time_at(arena, "2027-06-01");
  terms->commitments[0]->start_time = time_at(arena, "2026-10-01");
  terms->milestones[0]->owners[1] = VENDOR;
  terms->milestones[0]->due_time = time_at(arena, "2025-06-01");
  const struct status *status = plan_terms_check(arena, terms, "plan.terms");
  assert_refused(status, REASON_INVALID_REQUEST);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  assert_int_equal(violation_count(status), 8);
  assert_string_equal(status->violations->field, "plan.terms.commitments[0].owner");
  terms = terms_build(arena);
  terms->period->end_time = time_at(arena, "2025-01-01");
  assert_refused(plan_terms_check(arena, terms, "terms"), REASON_INVALID_REQUEST);
  terms->period->end_time->seconds = INT64_MAX;
  assert_refused(plan_terms_check(arena, terms, "terms"), REASON_INVALID_REQUEST);
}

static void activation_guards(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-07-01");
  Onboard__Plan *plan = plan_agreed(arena, terms_build(arena));
  Onboard__Plan *in_force = plan_agreed(arena, terms_build(arena));
  in_force->name = (char *)PARTNERSHIP_NAME "/plans/fy26-first";
  Onboard__Commitment *waiting = commitment_build(arena, VENDOR, 1000);
  struct act vendor = act_by(arena, VENDOR, "2026-06-30");
  assert_null(commitment_claim(&vendor, waiting, claim_build(arena, waiting, "c1", 5, "2026-06-01"),
                               plan_deemed_us(plan)));
  struct plan_facts facts = {
      .partnership = partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_PROSPECT),
      .in_force = in_force,
      .commitments = &waiting,
      .commitment_count = 1,
  };
  /* Wrong stage, not a version of the plan in force. */
  const struct status *status = plan_activate(&act, plan, &facts);
  assert_refused(status, REASON_GUARD_UNMET);
  assert_int_equal(guard_count(status), 2);
  plan->version = 2;
  assert_int_equal(guard_count(plan_activate(&act, plan, &facts)), 2); /* a number makes no version */
  facts.is_version = true;
  facts.partnership = partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE);
  assert_int_equal(guard_count(plan_activate(&act, plan, &facts)), 1); /* a claim unanswered */
  facts.commitment_count = 0;
  assert_null(plan_activate(&act, plan, &facts));
  assert_int_equal(plan->state, STATE(ACTIVE));
}

static void next_years_plan_follows(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-12-15");
  Onboard__PlanTerms *terms = terms_build(arena);
  terms->period->start_time = time_at(arena, "2027-01-01");
  terms->period->end_time = time_at(arena, "2028-01-01");
  Onboard__Plan *next = plan_agreed(arena, terms);
  struct plan_facts facts = {
      .partnership = partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE),
      .in_force = plan_agreed(arena, terms_build(arena)),
  };
  Onboard__Commitment *owed = commitment_build(arena, VENDOR, 1000);
  owed->due_time = time_at(arena, "2026-12-31");
  facts.commitments = &owed;
  facts.commitment_count = 1;
  assert_int_equal(guard_count(plan_activate(&act, next, &facts)), 1);
  facts.is_version = true; /* its period has not begun */
  assert_int_equal(guard_count(plan_activate(&act, next, &facts)), 1);
  owed->confirmed = owed->target;
  assert_null(plan_activate(&act, next, &facts));
}

static void a_period_that_is_over_is_over(void **state) {
  struct arena *arena = *state;
  Onboard__Plan *plan = plan_agreed(arena, terms_build(arena));
  struct act last = {arena, moment_us(plan->terms->period->end_time), PARTNER, "p"};
  const struct plan_facts facts = {.partnership =
                                       partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE)};
  assert_int_equal(guard_count(plan_activate(&last, plan, &facts)), 1);
  last.now_us--;
  assert_null(plan_activate(&last, plan, &facts));
}

static void closing_needs_everything_settled(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-08-01");
  Onboard__Plan *plan = plan_agreed(arena, terms_build(arena));
  struct plan_facts facts = {.partnership =
                                 partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE)};
  assert_null(plan_activate(&act, plan, &facts));
  Onboard__Commitment *commitments[] = {
      plan_commitment(arena, plan, plan->terms->commitments[0], act.now_us),
      plan_commitment(arena, plan, plan->terms->commitments[1], act.now_us)};
  Onboard__CommitmentTerm monthly = *plan->terms->commitments[0];
  monthly.cadence_days = 30;
  assert_int_equal(plan_commitment(arena, plan, &monthly, act.now_us)->cadence_days, 30);
  Onboard__Milestone *milestones[] = {plan_milestone(arena, plan, plan->terms->milestones[0], act.now_us)};
  facts.commitments = commitments;
  facts.commitment_count = 2;
  facts.milestones = milestones;
  facts.milestone_count = 1;
  const struct status *status = plan_close(&act, plan, &facts);
  assert_refused(status, REASON_GUARD_UNMET);
  assert_int_equal(guard_count(status), 2); /* the milestone is overdue, which is settled */
  /* Both are missed. The vendor may close over its own; the partner has as long to claim as silence takes. */
  act = act_by(arena, VENDOR, "2026-10-01");
  assert_int_equal(guard_count(plan_close(&act, plan, &facts)), 1);
  commitments[1]->measure = ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_MEASURED; /* nobody claims it */
  assert_null(plan_close(&act, plan, &facts));
  plan->state = STATE(ACTIVE);
  commitments[1]->measure = ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_UNSPECIFIED;
  act = act_by(arena, VENDOR, "2026-10-14");
  assert_null(plan_close(&act, plan, &facts));
  assert_refused(plan_supersede(&act, plan, "x"), REASON_INVALID_STATE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(both_sign_the_same),
      TEST(an_edit_voids_signatures),
      TEST(the_hash_covers_every_field),
      TEST(offers_go_back_and_forth),
      TEST(incomplete_terms_are_not_offered),
      TEST(contradictory_terms_are_named),
      TEST(activation_guards),
      TEST(next_years_plan_follows),
      TEST(a_period_that_is_over_is_over),
      TEST(closing_needs_everything_settled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
