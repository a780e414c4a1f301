#include "onboard/builder.h"
#include "runtime/base/name.h"

#define STATE(name) ONBOARD__COMMITMENT__STATE__STATE_##name
#define CLAIM_STATE(name) ONBOARD__FULFILMENT_CLAIM__STATE__STATE_##name
#define DEEMED_US (14 * US_PER_DAY)

static void claim(struct arena *arena, Onboard__Commitment *commitment, Onboard__FulfilmentClaim *given,
                  const char *when) {
  struct act owner = act_by(arena, commitment->owner, when);
  assert_null(commitment_claim(&owner, commitment, given, DEEMED_US));
}

static void only_the_counterparty_confirms(void **state) {
  struct arena *arena = *state;
  Onboard__Commitment *commitment = commitment_build(arena, PARTNER, 100);
  struct act owner = act_by(arena, PARTNER, "2026-03-01"), other = act_by(arena, VENDOR, "2026-03-02");
  Onboard__FulfilmentClaim *given = claim_build(arena, commitment, "c1", 60, "2026-02-20");
  assert_refused(commitment_claim(&other, commitment, given, DEEMED_US), "NOT_OWN_COMMITMENT");
  claim(arena, commitment, given, "2026-03-01");
  assert_int_equal(commitment->n_pending_claims, 1);
  assert_int_equal(commitment_points(commitment), 0);
  assert_refused(claim_confirm(&owner, commitment, given, 0), "OWN_CLAIM");
  assert_refused(claim_dispute(&owner, commitment, given, (char *)"not so at all"), "OWN_CLAIM");
  assert_refused(claim_withdraw(&other, commitment, given), "NOT_OWN_CLAIM");
  assert_refused(claim_confirm(&other, commitment, given, 61), REASON_INVALID_REQUEST);
  assert_null(claim_confirm(&other, commitment, given, 40));
  assert_int_equal(commitment->confirmed, 40);
  assert_int_equal(commitment->n_pending_claims, 0);
  assert_int_equal(commitment_points(commitment), 100 * 4000);
  assert_refused(claim_confirm(&other, commitment, given, 0), REASON_INVALID_STATE);
  assert_refused(commitment_waive(&owner, commitment, (char *)"never mind it"), "OWN_COMMITMENT");
}

/* The same commitment, looked at over time, without anything being recorded. */
static void state_at_any_moment(void **state) {
  struct arena *arena = *state;
  static const struct {
    const char *when;
    Onboard__Commitment__State expected;
  } rows[] = {
      {"2025-12-01", STATE(OPEN)},    {"2026-01-02", STATE(OPEN)},
      {"2026-03-01", STATE(OPEN)},    {"2026-03-20", STATE(AT_RISK)},
      {"2026-09-29", STATE(AT_RISK)}, {"2026-09-29T23:59:59.999999Z", STATE(AT_RISK)},
      {"2026-09-30", STATE(MISSED)},  {"2030-01-01", STATE(MISSED)},
  };
  Onboard__Commitment *commitment = commitment_build(arena, VENDOR, 100);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(commitment_state_at(commitment, at(rows[i].when)), rows[i].expected);
  commitment->confirmed = 50;
  assert_int_equal(commitment_state_at(commitment, at("2026-03-20")), STATE(ON_TRACK));
  assert_int_equal(commitment_state_at(commitment, at("2026-09-29")), STATE(AT_RISK));
  commitment->confirmed = 100;
  assert_int_equal(commitment_state_at(commitment, at("2026-03-20")), STATE(FULFILLED));
  assert_int_equal(commitment_state_at(commitment, at("2030-01-01")), STATE(FULFILLED));
}

static void silence_confirms(void **state) {
  struct arena *arena = *state;
  Onboard__Commitment *commitment = commitment_build(arena, VENDOR, 100);
  Onboard__FulfilmentClaim *given = claim_build(arena, commitment, "c1", 100, "2026-09-20");
  claim(arena, commitment, given, "2026-09-25");
  /* Past due with enough waiting: at risk, not missed. Then silence confirms at the very instant. */
  assert_int_equal(commitment_state_at(commitment, at("2026-10-01")), STATE(AT_RISK));
  assert_int_equal(commitment_next_us(commitment), at("2026-10-09"));
  assert_int_equal(commitment_state_at(commitment, at("2026-10-09") - 1), STATE(AT_RISK));
  assert_int_equal(commitment_state_at(commitment, at("2026-10-09")), STATE(FULFILLED));
  assert_int_equal(commitment_confirmed_at(commitment, at("2026-10-09") - 1), 0);
  assert_int_equal(commitment_confirmed_at(commitment, at("2026-10-09")), 100);
  assert_int_equal(claim_state_at(given, at("2026-10-09") - 1), CLAIM_STATE(CLAIMED));
  assert_int_equal(claim_state_at(given, at("2026-10-09")), CLAIM_STATE(DEEMED_CONFIRMED));
  const char *deemed[COMMITMENT_PENDING_MAX];
  assert_int_equal(commitment_settle(arena, commitment, at("2026-10-08"), deemed), 0);
  assert_int_equal(commitment_settle(arena, commitment, at("2026-11-01"), deemed), 1);
  assert_string_equal(deemed[0], "c1");
  assert_int_equal(commitment->deemed, 100);
  assert_int_equal(commitment->state, STATE(FULFILLED));
  assert_int_equal(commitment_settle(arena, commitment, at("2026-11-02"), deemed), 0); /* once */
  assert_int_equal(commitment_next_us(commitment), INT64_MAX);
  claim_settle(given, at("2026-11-01"));
  assert_int_equal(given->confirmed_amount, 100);
  struct act other = act_by(arena, PARTNER, "2026-11-01");
  assert_refused(claim_dispute(&other, commitment, given, (char *)"too late for that"), REASON_INVALID_STATE);
}

static void a_dispute_stops_the_clock(void **state) {
  struct arena *arena = *state;
  Onboard__Commitment *commitment = commitment_build(arena, VENDOR, 100);
  Onboard__FulfilmentClaim *given = claim_build(arena, commitment, "c1", 100, "2026-03-01");
  struct act owner = act_by(arena, VENDOR, "2026-03-05"), other = act_by(arena, PARTNER, "2026-03-03");
  claim(arena, commitment, given, "2026-03-02");
  assert_null(claim_dispute(&other, commitment, given, (char *)"only half of it"));
  assert_int_equal(commitment->state, STATE(DISPUTED));
  assert_int_equal(commitment_state_at(commitment, at("2027-01-01")), STATE(DISPUTED));
  assert_int_equal(claim_state_at(given, at("2027-01-01")), CLAIM_STATE(DISPUTED));
  assert_false(commitment_is_settled_at(commitment, at("2027-01-01")));
  assert_null(claim_confirm(&other, commitment, given, 50)); /* after all, in part */
  assert_int_equal(commitment->disputed_claim_count, 0);
  assert_int_equal(commitment->confirmed, 50);
  Onboard__FulfilmentClaim *second = claim_build(arena, commitment, "c2", 50, "2026-03-04");
  claim(arena, commitment, second, "2026-03-05");
  assert_null(claim_dispute(&other, commitment, second, (char *)"not delivered"));
  assert_null(claim_withdraw(&owner, commitment, second));
  assert_int_equal(commitment->disputed_claim_count, 0);
  assert_int_equal(commitment_state_at(commitment, at("2027-01-01")), STATE(MISSED));
}

static void late_delivery_does_not_fulfil(void **state) {
  struct arena *arena = *state;
  Onboard__Commitment *commitment = commitment_build(arena, VENDOR, 100);
  struct act owner = act_by(arena, VENDOR, "2026-11-01");
  Onboard__FulfilmentClaim *late = claim_build(arena, commitment, "c1", 100, "2026-10-15");
  assert_refused(commitment_claim(&owner, commitment, late, DEEMED_US), "DELIVERED_AFTER_DUE");
  /* What was done in time counts though it is claimed after it was missed. */
  assert_int_equal(commitment_state_at(commitment, owner.now_us), STATE(MISSED));
  claim(arena, commitment, claim_build(arena, commitment, "c2", 100, "2026-09-15"), "2026-11-01");
  assert_int_equal(commitment->state, STATE(AT_RISK));
}

static void limits(void **state) {
  struct arena *arena = *state;
  Onboard__Commitment *commitment = commitment_build(arena, VENDOR, 1000000);
  struct act owner = act_by(arena, VENDOR, "2026-03-01"), other = act_by(arena, PARTNER, "2026-03-02");
  for (int i = 0; i < COMMITMENT_PENDING_MAX; i++)
    claim(arena, commitment, claim_build(arena, commitment, arena_printf(arena, "c%d", i), 1, NULL),
          "2026-03-01");
  Onboard__FulfilmentClaim *more = claim_build(arena, commitment, "more", 1, NULL);
  assert_refused(commitment_claim(&owner, commitment, more, DEEMED_US), "TOO_MANY_CLAIMS");
  assert_refused(commitment_waive(&other, commitment, (char *)"let it go now"), REASON_GUARD_UNMET);
  /* Over-delivery is capped, however large the numbers. */
  Onboard__Commitment *large = commitment_build(arena, VENDOR, INT64_C(1000000000000000));
  large->confirmed = INT64_C(4000000000000000000);
  assert_int_equal(commitment_points(large), 100 * 10000);
  large->confirmed = INT64_C(999999999999999);
  assert_int_equal(commitment_points(large), 100 * 9999); /* a miss is never rounded away */
}

static void waived_and_released_do_not_count(void **state) {
  struct arena *arena = *state;
  Onboard__Commitment *commitment = commitment_build(arena, VENDOR, 100);
  struct act other = act_by(arena, PARTNER, "2026-03-02"), system = act_by(arena, VENDOR, "2026-03-02");
  assert_int_equal(commitment_weight(commitment), 100 * 10000);
  assert_null(commitment_waive(&other, commitment, (char *)"market has changed"));
  assert_int_equal(commitment_weight(commitment), 0);
  assert_int_equal(commitment_next_us(commitment), INT64_MAX);
  Onboard__Commitment *second = commitment_build(arena, PARTNER, 100);
  assert_true(commitment_is_released_at(second, system.now_us));
  assert_false(commitment_is_released_at(second, at("2026-09-30")));
  assert_null(commitment_release(&system, second));
  assert_int_equal(commitment_weight(second), 0);
}

/* ---- the label-swap property ---- */

static Type__Party swapped(Type__Party party, bool swap) {
  return swap ? party_other(party) : party;
}

/* Plays one random scenario; `swap` gives every act of one party to the other. */
static void play(struct arena *arena, unsigned seed, bool swap, Onboard__Commitment *commitments[2],
                 const char **log) {
  struct act owners[2], others[2];
  Onboard__FulfilmentClaim *claims[64];
  int owner_of[64];
  size_t count = 0;
  for (int i = 0; i < 2; i++) {
    Type__Party owner = swapped(i == 0 ? VENDOR : PARTNER, swap);
    commitments[i] = commitment_build(arena, owner, 40 + 30 * i);
    owners[i] = act_by(arena, owner, "2026-01-10");
    others[i] = act_by(arena, party_other(owner), "2026-01-10");
  }
  *log = "";
  for (int step = 0; step < 60; step++) {
    int i = rand_r(&seed) % 2, action = rand_r(&seed) % 5, pick = rand_r(&seed);
    int64_t now = at("2026-01-10") + step * 4 * US_PER_DAY + rand_r(&seed) % 1000;
    owners[i].now_us = others[i].now_us = now;
    const struct status *status;
    const char *deemed[COMMITMENT_PENDING_MAX];
    if (action == 0) {
      Onboard__FulfilmentClaim *given =
          claim_build(arena, commitments[i], arena_printf(arena, "c%d", step), 1 + pick % 20, NULL);
      commitment_settle(arena, commitments[i], now, deemed);
      /* Sometimes the wrong party tries. */
      status = commitment_claim(pick % 7 ? &owners[i] : &others[i], commitments[i], given, DEEMED_US);
      if (!status) {
        owner_of[count] = i;
        claims[count++] = given;
      }
    } else if (count) {
      size_t k = (size_t)pick % count;
      i = owner_of[k];
      owners[i].now_us = others[i].now_us = now;
      commitment_settle(arena, commitments[i], now, deemed);
      claim_settle(claims[k], now);
      status = action == 1   ? claim_confirm(&others[i], commitments[i], claims[k], 0)
               : action == 2 ? claim_dispute(&others[i], commitments[i], claims[k], (char *)"not delivered")
               : action == 3 ? claim_withdraw(&owners[i], commitments[i], claims[k])
                             : claim_confirm(&owners[i], commitments[i], claims[k], 0);
    } else {
      continue;
    }
    *log = arena_printf(arena, "%s%d:%s ", *log, action, status ? status->reason : "ok");
  }
}

static void swapping_the_labels_swaps_the_results(void **state) {
  for (unsigned seed = 1; seed <= 50; seed++) {
    struct arena *arena = *state;
    Onboard__Commitment *plain[2], *swap[2];
    const char *plain_log, *swap_log;
    play(arena, seed, false, plain, &plain_log);
    play(arena, seed, true, swap, &swap_log);
    assert_string_equal(plain_log, swap_log);
    for (int i = 0; i < 2; i++) {
      assert_int_equal(plain[i]->owner, party_other(swap[i]->owner));
      assert_int_equal(commitment_points(plain[i]), commitment_points(swap[i]));
      assert_int_equal(plain[i]->confirmed, swap[i]->confirmed);
      assert_int_equal(plain[i]->deemed, swap[i]->deemed);
      for (int month = 1; month <= 12; month++) {
        int64_t when = at(arena_printf(arena, "2026-%02d-15", month));
        assert_int_equal(commitment_state_at(plain[i], when), commitment_state_at(swap[i], when));
      }
    }
    arena_reset(arena);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(only_the_counterparty_confirms),
      TEST(state_at_any_moment),
      TEST(silence_confirms),
      TEST(a_dispute_stops_the_clock),
      TEST(late_delivery_does_not_fulfil),
      TEST(limits),
      TEST(waived_and_released_do_not_count),
      TEST(swapping_the_labels_swaps_the_results),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
