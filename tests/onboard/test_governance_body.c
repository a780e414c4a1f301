#include "onboard/builder.h"

#define KIND(name) ONBOARD__GOVERNANCE_ALARM__KIND__KIND_##name
#define LEVEL(name) ONBOARD__SPONSOR__LEVEL__LEVEL_##name
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED

static Onboard__Sponsor *serving(struct arena *arena, const char *id, Type__Party party,
                                 Onboard__Sponsor__Level level) {
  Onboard__Sponsor *sponsor = sponsor_build(arena, id, party, level);
  struct act act = act_by(arena, party, "2026-01-05");
  assert_null(sponsor_activate(&act, sponsor));
  return sponsor;
}

/* Both sides are served from 2026-01-10 on; it is FORMED. */
static Onboard__GovernanceBody *body_build(struct arena *arena) {
  struct act act = act_by(arena, VENDOR, "2026-01-10");
  Onboard__GovernanceBody *body = arena_new(arena, Onboard__GovernanceBody);
  onboard__governance_body__init(body);
  body->name = arena_strdup(arena, PARTNERSHIP_NAME "/governanceBodies/board");
  Onboard__Sponsor *sponsors[] = {serving(arena, "ada", VENDOR, LEVEL(C_LEVEL)),
                                  serving(arena, "otto", PARTNER, LEVEL(DIRECTOR))};
  governance_start(&act, body, sponsors, 2);
  return body;
}

static Onboard__GovernanceBody *body_active(struct arena *arena) {
  struct act act = act_by(arena, VENDOR, "2026-01-31");
  Onboard__GovernanceBody *body = body_build(arena);
  assert_null(governance_apply(&act, body, GOVERNANCE_ACTIVATE));
  return body;
}

static size_t settle(struct arena *arena, Onboard__GovernanceBody *body, const char *when,
                     struct governance_due due[GOVERNANCE_DUE_MAX]) {
  return governance_settle(arena, body, at(when), due, NULL);
}

static void reviews_follow_the_cadence(void **state) {
  struct arena *arena = *state;
  struct governance_due due[GOVERNANCE_DUE_MAX];
  Onboard__GovernanceBody *body = body_build(arena);
  assert_int_equal(governance_next_us(body), INT64_MAX); /* not while the partnership is not active */
  assert_int_equal(settle(arena, body, "2030-01-01", due), 0);
  body = body_active(arena);
  assert_int_equal(settle(arena, body, "2026-01-31", due), 2);
  assert_int_equal(due[0].kind, ONBOARD__REVIEW__KIND__KIND_QUARTERLY);
  assert_int_equal(due[0].due_us, at("2026-04-30")); /* April has no 31st */
  assert_int_equal(due[1].kind, ONBOARD__REVIEW__KIND__KIND_ANNUAL);
  assert_int_equal(due[1].due_us, at("2027-01-31"));
  /* One is ahead, and no more until it is due. */
  assert_int_equal(settle(arena, body, "2026-04-29", due), 0);
  assert_int_equal(governance_next_us(body), at("2026-04-30"));
  assert_int_equal(settle(arena, body, "2026-04-30", due), 1);
  assert_int_equal(due[0].due_us, at("2026-07-30"));
  /* More often is allowed; what was slept through is made up for. */
  body->review_interval_months = 1;
  assert_int_equal(settle(arena, body, "2026-09-30", due), 3);
  assert_int_equal(due[2].due_us, at("2026-10-30"));
}

static void a_long_sleep_is_made_up_in_steps(void **state) {
  struct arena *arena = *state;
  struct governance_due due[GOVERNANCE_DUE_MAX];
  Onboard__GovernanceBody *body = body_active(arena);
  size_t total = 0, steps = 0;
  while (governance_next_us(body) <= at("2046-01-31")) {
    total += settle(arena, body, "2046-01-31", due);
    steps++;
  }
  assert_true(steps > 1);
  assert_true(total == 20 * 5 + 2 || total == 20 * 5 + 1); /* the day drifts to the 28th at most */
}

static void names_and_neighbours_of_a_review(void **state) {
  struct arena *arena = *state;
  Onboard__GovernanceBody *body = body_active(arena);
  struct governance_due due = {ONBOARD__REVIEW__KIND__KIND_QUARTERLY, at("2026-04-30")};
  assert_string_equal(governance_review(arena, body, &due)->name,
                      PARTNERSHIP_NAME "/reviews/quarterly-20260430");
  Onboard__Review *by_hand = review_build(arena, "by-hand", "2026-04-02");
  assert_true(governance_kept_by(body, &due, by_hand));
  by_hand->due_time = time_at(arena, "2026-06-14");
  assert_false(governance_kept_by(body, &due, by_hand)); /* 45 days: half an interval */
  by_hand->due_time = time_at(arena, "2026-06-13");
  assert_true(governance_kept_by(body, &due, by_hand));
  by_hand->kind = ONBOARD__REVIEW__KIND__KIND_ANNUAL;
  assert_false(governance_kept_by(body, &due, by_hand));
  by_hand->kind = due.kind;
  by_hand->state = ONBOARD__REVIEW__STATE__STATE_CANCELLED;
  assert_false(governance_kept_by(body, &due, by_hand));
  by_hand->state = ONBOARD__REVIEW__STATE__STATE_SCHEDULED;
  assert_true(governance_kept_by(body, &due, by_hand));
  by_hand->governance_body = body->name; /* stands for another one already */
  assert_false(governance_kept_by(body, &due, by_hand));
}

static void a_vacant_side_raises_an_alarm(void **state) {
  struct arena *arena = *state;
  struct governance_due due[GOVERNANCE_DUE_MAX];
  bool raised[GOVERNANCE_ALARMS_MAX];
  struct act act = act_by(arena, PARTNER, "2026-02-10");
  Onboard__GovernanceBody *body = body_build(arena);
  Onboard__Sponsor *otto = serving(arena, "otto", PARTNER, LEVEL(DIRECTOR));
  Onboard__Sponsor *olga = serving(arena, "olga", PARTNER, LEVEL(VICE_PRESIDENT));
  Onboard__Sponsor *max = serving(arena, "max", PARTNER, LEVEL(ACCOUNT_MANAGER));
  assert_int_equal(body->n_alarms, 0);
  assert_int_equal(governance_seat(&act, body, otto), SEAT_SAME);
  assert_int_equal(governance_seat(&act, body, max), SEAT_SAME);
  assert_int_equal(governance_seat(&act, body, olga), SEAT_CHANGED);
  assert_null(sponsor_vacate(&act, otto, (char *)"left the company", NULL));
  assert_int_equal(governance_seat(&act, body, otto), SEAT_CHANGED);
  assert_int_equal(body->n_alarms, 0);
  olga->level = LEVEL(ACCOUNT_MANAGER); /* is still there, but no executive any more */
  assert_int_equal(governance_seat(&act, body, olga), SEAT_VACATED);
  const Onboard__GovernanceAlarm *alarm = governance_alarm(body, KIND(VACANCY), PARTNER);
  assert_non_null(alarm);
  assert_null(governance_alarm(body, KIND(VACANCY), VENDOR));
  assert_int_equal(governance_next_us(body), at("2026-03-12")); /* 30 days */
  governance_settle(arena, body, at("2026-03-12") - 1, due, raised);
  assert_false(alarm->raised);
  governance_settle(arena, body, at("2026-03-12"), due, raised);
  assert_true(alarm->raised && raised[0]);
  governance_settle(arena, body, at("2026-03-13"), due, raised);
  assert_true(alarm->raised && !raised[0]); /* once */
  assert_int_equal(governance_next_us(body), INT64_MAX);
  olga->level = LEVEL(C_LEVEL);
  assert_int_equal(governance_seat(&act, body, olga), SEAT_FILLED);
  assert_int_equal(body->n_alarms, 0);
}

/* Whatever sequence of comings and goings: a side has an alarm just when nobody serves. */
static void alarms_follow_seats(void **state) {
  struct arena *arena = *state;
  Onboard__GovernanceBody *body = body_build(arena);
  struct act act = act_by(arena, VENDOR, "2026-03-01");
  Onboard__Sponsor *people[6];
  unsigned seed = 7;
  for (int i = 0; i < 6; i++)
    people[i] = serving(arena, arena_printf(arena, "p%d", i), i % 2 ? VENDOR : PARTNER, LEVEL(DIRECTOR));
  for (int round = 0; round < 2000; round++) {
    seed = seed * 1103515245u + 12345u;
    Onboard__Sponsor *one = people[(seed >> 16) % 6];
    one->level = (seed >> 20) % 2 ? LEVEL(ACCOUNT_MANAGER) : LEVEL(DIRECTOR);
    governance_seat(&act, body, one);
    for (size_t i = 0; i < 2; i++)
      assert_int_equal(governance_alarm(body, KIND(VACANCY), body->sides[i]->party) != NULL,
                       body->sides[i]->n_executives == 0);
    assert_true(body->n_alarms <= GOVERNANCE_ALARMS_MAX);
  }
}

static void a_revision_is_asked_for_and_done(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-02-10");
  Onboard__GovernanceBody *body = body_active(arena);
  assert_false(governance_end_revision(body));
  governance_ask_revision(&act, body);
  assert_true(governance_asks_revision(body));
  assert_int_equal(moment_us(governance_alarm(body, KIND(PLAN_REVISION), NOBODY)->raise_time),
                   at("2026-05-11")); /* 90 days */
  governance_ask_revision(&act, body);
  assert_int_equal(body->n_alarms, 1);
  assert_true(governance_end_revision(body));
  governance_ask_revision(&act, body);
  assert_null(governance_apply(&act, body, GOVERNANCE_WIND_DOWN));
  assert_false(governance_asks_revision(body));
  assert_int_equal(governance_next_us(body), INT64_MAX);
}

static void a_deep_plan_needs_a_committee(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-02-10");
  Onboard__GovernanceBody *body = body_build(arena);
  Onboard__Partnership *partnership = partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE);
  Onboard__PlanTerms *terms = terms_build(arena);
  assert_null(governance_check_depth(&act, body, partnership, NULL));
  assert_null(governance_check_depth(&act, body, partnership, terms));
  assert_false(body->committee_required);
  terms->commitments[0]->unit = ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_MONEY;
  terms->commitments[0]->currency_code = (char *)"EUR"; /* another currency is not added up */
  terms->commitments[0]->target = 100000000;
  assert_null(governance_check_depth(&act, body, partnership, terms));
  terms->commitments[0]->currency_code = (char *)"USD";
  const struct status *status = governance_check_depth(&act, body, partnership, terms);
  assert_refused(status, "COMMITTEE_REQUIRED");
  assert_string_equal(metadata_of(status, "amount_minor"), "100000000");
  terms->commitments[0]->kind = ONBOARD__COMMITMENT_KIND__COMMITMENT_KIND_REVENUE; /* earned, not invested */
  assert_null(governance_check_depth(&act, body, partnership, terms));
  terms->commitments[0]->kind = ONBOARD__COMMITMENT_KIND__COMMITMENT_KIND_CO_MARKETING_BUDGET;
  terms->commitments[0]->target--;
  assert_null(governance_check_depth(&act, body, partnership, terms));
  partnership->currency_code = (char *)"JPY"; /* has no minor unit: a million yen are 1,000,000 */
  terms->commitments[0]->currency_code = (char *)"JPY";
  assert_true(governance_depth_of(body, partnership, terms).committee_required);
  /* Two active executives of each side make one. */
  Onboard__GovernanceMember members[4], *list[4];
  static const struct {
    const char *id;
    Type__Party party;
  } people[] = {{"ada", VENDOR}, {"otto", PARTNER}, {"ben", VENDOR}, {"olga", PARTNER}};
  for (size_t i = 0; i < 4; i++) {
    onboard__governance_member__init(&members[i]);
    members[i].sponsor = name_child(arena, PARTNERSHIP_NAME, "sponsors", people[i].id);
    list[i] = &members[i];
    governance_seat(&act, body, serving(arena, people[i].id, people[i].party, LEVEL(DIRECTOR)));
  }
  body->members = list;
  body->n_members = 3;
  assert_refused(governance_check_depth(&act, body, partnership, terms), "COMMITTEE_REQUIRED");
  body->n_members = 4;
  assert_null(governance_check_depth(&act, body, partnership, terms));
  assert_true(body->committee_required && body->committee);
}

static void every_contradiction_is_listed(void **state) {
  struct arena *arena = *state;
  Onboard__GovernanceBody *body = body_build(arena);
  Onboard__Partnership *partnership = partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE);
  assert_null(governance_check(arena, body, partnership, "governance_body"));
  Onboard__EscalationLevel level = ONBOARD__ESCALATION_LEVEL__INIT, *levels[2] = {&level, &level};
  Onboard__EscalationTrigger triggers[] = {ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_OTHER,
                                           ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_VACANCY,
                                           ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_VACANCY};
  Onboard__GovernanceMember member = ONBOARD__GOVERNANCE_MEMBER__INIT, *members[2] = {&member, &member};
  Type__Party deciders[] = {VENDOR, VENDOR}, system = TYPE__PARTY__PARTY_SYSTEM;
  Onboard__DecisionRight twice = ONBOARD__DECISION_RIGHT__INIT, other = ONBOARD__DECISION_RIGHT__INIT;
  Onboard__DecisionRight *rights[2] = {&twice, &other};
  Onboard__CommitteePolicy policy = ONBOARD__COMMITTEE_POLICY__INIT;
  Type__Money amount = TYPE__MONEY__INIT;
  member.sponsor = (char *)PARTNERSHIP_NAME "/sponsors/ada";
  twice.deciders = deciders;
  twice.n_deciders = 2;
  other.deciders = &system;
  other.n_deciders = 1;
  amount.currency_code = (char *)"EUR";
  policy.amount = &amount;
  body->escalation_levels = levels;
  body->n_escalation_levels = 2;
  body->automatic_triggers = triggers;
  body->n_automatic_triggers = 3;
  body->members = members;
  body->n_members = 2;
  body->decision_rights = rights;
  body->n_decision_rights = 2;
  body->committee_policy = &policy;
  assert_int_equal(violation_count(governance_check(arena, body, partnership, "governance_body")), 8);
}

static void owners_are_of_their_side(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-02-10");
  Onboard__GovernanceBody *body = body_build(arena);
  Onboard__Sponsor *ada = serving(arena, "ada", VENDOR, LEVEL(C_LEVEL));
  Onboard__Sponsor *otto = serving(arena, "otto", PARTNER, LEVEL(C_LEVEL));
  Onboard__EscalationLevel level = ONBOARD__ESCALATION_LEVEL__INIT, *levels[3] = {&level, &level, &level};
  size_t count;
  level.vendor_owner = ada->name;
  body->escalation_levels = levels;
  body->n_escalation_levels = 3;
  governance_named_sponsors(arena, body, &count);
  assert_int_equal(count, 6);
  Onboard__Sponsor *right[6] = {ada, NULL, ada, NULL, ada, NULL};
  assert_null(governance_check_sponsors(&act, body, right));
  Onboard__Sponsor *wrong[6] = {otto, NULL, NULL, NULL, ada, NULL};
  const struct status *status = governance_check_sponsors(&act, body, wrong);
  assert_refused(status, "SPONSOR_UNKNOWN");
  assert_int_equal(guard_count(status), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(reviews_follow_the_cadence),
      TEST(a_long_sleep_is_made_up_in_steps),
      TEST(names_and_neighbours_of_a_review),
      TEST(a_vacant_side_raises_an_alarm),
      TEST(alarms_follow_seats),
      TEST(a_revision_is_asked_for_and_done),
      TEST(a_deep_plan_needs_a_committee),
      TEST(every_contradiction_is_listed),
      TEST(owners_are_of_their_side),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
