/* The handshake that ends a partnership: every state of the offer x every act, by each party, and label swap.
 */
#include "onboard/builder.h"

#include "onboard/ending.h"

#define STATE(name) ONBOARD__PARTNERSHIP__STATE__STATE_##name
#define OFFER(name) ONBOARD__END_OFFER__STATE__STATE_##name
#define NOW "2026-07-01"

static Onboard__Partnership *offered(struct arena *arena, Type__Party party, Onboard__EndOffer__State state) {
  Onboard__Partnership *partnership = partnership_build(arena, STATE(ACTIVE));
  struct act act = act_by(arena, party, NOW);
  assert_null(end_offer_make(&act, partnership, (char *)"we go apart ways"));
  partnership->end_offer->state = state;
  return partnership;
}

enum deed { MAKE, ACCEPT, REJECT, WITHDRAW, DEEDS };

static const struct status *do_deed(const struct act *act, Onboard__Partnership *partnership,
                                    enum deed deed) {
  switch (deed) {
  case MAKE:
    return end_offer_make(act, partnership, (char *)"once more, with reason");
  case ACCEPT:
    return end_offer_accept(act, partnership);
  case REJECT:
    return end_offer_reject(act, partnership, (char *)"not while it pays");
  default:
    return end_offer_withdraw(act, partnership);
  }
}

/* What each deed comes to while an offer is in a state: by the party that offered, by the other. */
static void every_state_and_deed_for_both_parties(void **state) {
  struct arena *arena = *state;
  static const struct {
    Onboard__EndOffer__State state;
    const char *own[DEEDS], *other[DEEDS]; /* reasons; NULL: it is done */
  } cases[] = {
      {OFFER(PENDING),
       {"END_OFFERED", "OWN_OFFER", "OWN_OFFER", NULL},
       {"END_OFFERED", NULL, NULL, "NOT_OWN_OFFER"}},
      {OFFER(ACCEPTED),
       {"END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED"},
       {"END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED"}},
      {OFFER(REJECTED),
       {NULL, "NO_END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED"},
       {NULL, "NO_END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED"}},
      {OFFER(CANCELLED),
       {NULL, "NO_END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED"},
       {NULL, "NO_END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED"}},
      {OFFER(EXPIRED),
       {NULL, "NO_END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED"},
       {NULL, "NO_END_OFFERED", "NO_END_OFFERED", "NO_END_OFFERED"}},
  };
  static const Onboard__EndOffer__State after[DEEDS] = {OFFER(PENDING), OFFER(ACCEPTED), OFFER(REJECTED),
                                                        OFFER(CANCELLED)};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (enum deed deed = MAKE; deed < DEEDS; deed++) {
      for (Type__Party offeror = VENDOR; offeror <= PARTNER; offeror++) {
        for (Type__Party actor = VENDOR; actor <= PARTNER; actor++) {
          Onboard__Partnership *partnership = offered(arena, offeror, cases[i].state);
          struct act act = act_by(arena, actor, NOW);
          const char *reason = actor == offeror ? cases[i].own[deed] : cases[i].other[deed];
          const struct status *status = do_deed(&act, partnership, deed);
          if (reason)
            assert_refused(status, reason);
          else
            assert_null(status);
          assert_int_equal(partnership->end_offer->state, reason ? cases[i].state : after[deed]);
          assert_int_equal(end_is_agreed(partnership), partnership->end_offer->state == OFFER(ACCEPTED));
          assert_int_equal(partnership->state,
                           !reason && deed == ACCEPT ? STATE(TRANSITIONING) : STATE(ACTIVE));
        }
      }
    }
  }
}

static void only_what_has_been_active_ends_this_way(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, NOW);
  for (int in = STATE(PROSPECT); in <= STATE(ENDED); in++) {
    Onboard__Partnership *partnership = partnership_build(arena, (Onboard__Partnership__State)in);
    bool possible = in >= STATE(ACTIVE) && in <= STATE(TRANSITIONING);
    const struct status *status = end_offer_make(&act, partnership, (char *)"we go apart ways");
    assert_int_equal(!status, possible);
    if (!possible)
      assert_refused(status, REASON_INVALID_STATE);
  }
  struct act vendor = act_by(arena, VENDOR, NOW);
  assert_refused(end_offer_accept(&vendor, partnership_build(arena, STATE(ACTIVE))), "NO_END_OFFERED");
}

static void silence_for_thirty_days_expires_it(void **state) {
  struct arena *arena = *state;
  Onboard__Partnership *partnership = offered(arena, VENDOR, OFFER(PENDING));
  int64_t due = end_offer_next_us(partnership);
  assert_int_equal(due, at("2026-07-31"));
  assert_false(end_offer_settle(arena, partnership, due - 1));
  assert_true(end_offer_settle(arena, partnership, due));
  assert_int_equal(partnership->end_offer->state, OFFER(EXPIRED));
  assert_int_equal(moment_us(partnership->end_offer->settle_time), due);
  assert_false(end_offer_settle(arena, partnership, due));
  assert_int_equal(end_offer_next_us(partnership), INT64_MAX);
  assert_int_equal(partnership->state, STATE(ACTIVE));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_state_and_deed_for_both_parties),
      TEST(only_what_has_been_active_ends_this_way),
      TEST(silence_for_thirty_days_expires_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
