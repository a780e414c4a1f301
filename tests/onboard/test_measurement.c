#include "onboard/builder.h"
#include "onboard/measurement.h"

#define KIND(name) ONBOARD__COMMITMENT_KIND__COMMITMENT_KIND_##name
#define UNIT(name) ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_##name
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define MEASURED ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_MEASURED

static struct fact win(int64_t amount, const char *when) {
  return (struct fact){
      .kind = KIND(REVENUE),
      .unit = UNIT(MONEY),
      .amount = amount,
      .currency_code = "USD",
      .occur_us = at(when),
      .source = PARTNERSHIP_NAME "/opportunities/one",
      .source_entry = PARTNERSHIP_NAME "/ledger/sell-1",
  };
}

/* Owed by the partner, in USD, from 2026-01-01 to 2026-09-30. */
static Onboard__Commitment *revenue(struct arena *arena, int64_t target) {
  Onboard__Commitment *commitment = commitment_build(arena, PARTNER, target);
  commitment->kind = KIND(REVENUE);
  commitment->unit = UNIT(MONEY);
  commitment->currency_code = (char *)"USD";
  commitment->measure = MEASURED;
  return commitment;
}

static void what_can_be_measured(void **state) {
  (void)state;
  for (int kind = 1; kind <= (int)KIND(OTHER); kind++)
    for (int unit = 1; unit <= (int)UNIT(COUNT); unit++)
      for (Type__Party owner = VENDOR; owner <= PARTNER; owner++) {
        bool expected =
            (kind == (int)KIND(REVENUE) && unit == (int)UNIT(MONEY)) ||
            (kind == (int)KIND(CERTIFICATION) && unit == (int)UNIT(COUNT)) ||
            (kind == (int)KIND(PRE_SALES) && unit == (int)UNIT(HOURS)) ||
            (kind == (int)KIND(CUSTOMER_DEVELOPMENT) && unit == (int)UNIT(COUNT)) ||
            (kind == (int)KIND(CO_MARKETING_BUDGET) && unit == (int)UNIT(MONEY) && owner == VENDOR);
        assert_int_equal(
            measurement_supports(owner, (Onboard__CommitmentKind)kind, (Onboard__CommitmentUnit)unit),
            expected);
      }
}

static void terms_say_what_is_measured(void **state) {
  struct arena *arena = *state;
  Onboard__PlanTerms *terms = terms_build(arena);
  terms->commitments[0]->measure = MEASURED;
  terms->commitments[0]->kind = KIND(PRE_SALES);
  assert_null(plan_terms_check(arena, terms, "terms"));
  terms->commitments[0]->kind = KIND(ENGINEERING);
  assert_int_equal(violation_count(plan_terms_check(arena, terms, "terms")), 1);
}

static void a_source_counts_once(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, TYPE__PARTY__PARTY_SYSTEM, "2026-05-01");
  Onboard__Measurement measurement = ONBOARD__MEASUREMENT__INIT;
  struct fact won = win(500, "2026-04-01"), reversed = won;
  reversed.taken_back = true;
  assert_int_equal(measurement_amount(&measurement), 0);
  assert_true(measurement_note(&act, &measurement, &won));
  assert_int_equal(measurement_amount(&measurement), 500);
  assert_false(measurement_note(&act, &measurement, &won));
  assert_true(measurement_note(&act, &measurement, &reversed));
  assert_int_equal(measurement_amount(&measurement), 0);
  assert_int_equal(measurement.amount, 500);
  assert_false(measurement_note(&act, &measurement, &reversed));
  assert_false(measurement_note(&act, &measurement, &won)); /* an old entry again */
  Onboard__Measurement late = ONBOARD__MEASUREMENT__INIT;
  assert_true(measurement_note(&act, &late, &reversed)); /* the win was never seen */
  assert_int_equal(measurement_amount(&late), 0);
}

static void it_counts_for_what_it_fits(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, TYPE__PARTY__PARTY_SYSTEM, "2026-05-01");
  Onboard__Commitment *commitment = revenue(arena, 1000);
  Onboard__Measurement measurement = ONBOARD__MEASUREMENT__INIT;
  struct fact fact = win(500, "2026-04-01");
  measurement_note(&act, &measurement, &fact);
  assert_true(measurement_is_of(&measurement, commitment));
  measurement.party = VENDOR;
  assert_false(measurement_is_of(&measurement, commitment));
  measurement.party = PARTNER;
  assert_true(measurement_is_of(&measurement, commitment));
  measurement.currency_code = (char *)"EUR";
  assert_false(measurement_is_of(&measurement, commitment));
  measurement.currency_code = (char *)"USD";
  measurement.occur_time = commitment->due_time;
  assert_true(measurement_is_of(&measurement, commitment));
  measurement.occur_time = timestamp_new(arena, moment_us(commitment->due_time) + 1);
  assert_false(measurement_is_of(&measurement, commitment));
  measurement.occur_time = commitment->start_time;
  assert_true(measurement_is_of(&measurement, commitment));
  measurement.occur_time = timestamp_new(arena, moment_us(commitment->start_time) - 1);
  assert_false(measurement_is_of(&measurement, commitment));
  measurement.occur_time = commitment->start_time;
  commitment->measure = ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_UNSPECIFIED;
  assert_false(measurement_is_of(&measurement, commitment));
}

static void a_measured_commitment_moves_both_ways(void **state) {
  struct arena *arena = *state;
  Onboard__Commitment *commitment = revenue(arena, 1000);
  assert_true(commitment_measure(commitment, 1000, at("2026-08-01")));
  assert_int_equal(commitment->state, ONBOARD__COMMITMENT__STATE__STATE_FULFILLED);
  assert_true(commitment_measure(commitment, -600, at("2026-08-01")));
  assert_int_equal(commitment->state, ONBOARD__COMMITMENT__STATE__STATE_AT_RISK);
  assert_int_equal(commitment->confirmed, 400);
  assert_true(commitment_measure(commitment, -400, at("2026-10-01")));
  assert_int_equal(commitment->state, ONBOARD__COMMITMENT__STATE__STATE_MISSED);
  assert_true(commitment_measure(commitment, 1000, at("2026-10-02")));
  assert_int_equal(commitment->state, ONBOARD__COMMITMENT__STATE__STATE_FULFILLED);
  struct act counterparty = act_by(arena, VENDOR, "2026-08-01"), owner = act_by(arena, PARTNER, "2026-08-01");
  Onboard__Commitment *waived = revenue(arena, 1000);
  assert_null(commitment_waive(&counterparty, waived, (char *)"no longer needed"));
  assert_false(commitment_measure(waived, 10, at("2026-08-02")));
  Onboard__Commitment *other = revenue(arena, 1000);
  assert_refused(commitment_claim(&owner, other, claim_build(arena, other, "c1", 10, NULL), 1),
                 "MEASURED_COMMITMENT");
}

/* Any order of wins and reversals ends at what is won and not reversed. */
static void any_order_ends_the_same(void **state) {
  struct arena *arena = *state;
  enum { SOURCES = 20 };
  struct act act = act_by(arena, TYPE__PARTY__PARTY_SYSTEM, "2026-05-01");
  unsigned seed = 3;
  for (int round = 0; round < 50; round++) {
    Onboard__Measurement measurements[SOURCES];
    Onboard__Commitment *commitment = revenue(arena, 1000);
    int64_t expected = 0;
    for (int i = 0; i < SOURCES; i++)
      onboard__measurement__init(&measurements[i]);
    for (int step = 0; step < 200; step++) {
      seed = seed * 1103515245u + 12345u;
      int i = (int)((seed >> 16) % SOURCES);
      struct fact fact = win(100 + i, "2026-04-01");
      fact.taken_back = (seed >> 24) % 4 == 0;
      int64_t before = measurement_amount(&measurements[i]);
      if (measurement_note(&act, &measurements[i], &fact))
        commitment_measure(commitment, measurement_amount(&measurements[i]) - before, at("2026-05-01"));
    }
    for (int i = 0; i < SOURCES; i++)
      expected += measurement_amount(&measurements[i]);
    assert_int_equal(commitment->confirmed, expected);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(what_can_be_measured),
      TEST(terms_say_what_is_measured),
      TEST(a_source_counts_once),
      TEST(it_counts_for_what_it_fits),
      TEST(a_measured_commitment_moves_both_ways),
      TEST(any_order_ends_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
