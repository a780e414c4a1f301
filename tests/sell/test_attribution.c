#include "sell/attribution.h"
#include "sell/builder.h"
#include "sell/customer_outcome.h"
#include "sell/opportunity_review.h"
#include "sell/tally.h"

#include "runtime/base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ATTRIBUTION(name) SELL__ATTRIBUTION__STATE__STATE_##name
#define CLASS(name) SELL__ATTRIBUTION__CLASS__CLASS_##name
#define OUTCOME(name) SELL__CUSTOMER_OUTCOME__STATE__STATE_##name
#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER

static Sell__Attribution__Share *share(const struct occasion *occasion, Type__Party party,
                                       Sell__Attribution__Class what, int32_t bps) {
  Sell__Attribution__Share *made = arena_new(occasion->arena, Sell__Attribution__Share);
  sell__attribution__share__init(made);
  made->party = party;
  made->class_ = what;
  made->basis_points = bps;
  made->reasoning = (char *)(what == CLASS(NONE) ? "" : "brought the clinic's own request");
  return made;
}

static const struct status *propose(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    int32_t vendor, int32_t partner) {
  Sell__Attribution__Share **shares = arena_calloc(occasion->arena, 2, sizeof *shares);
  shares[0] = share(occasion, PARTNER, CLASS(SOURCED), partner);
  shares[1] = share(occasion, VENDOR, CLASS(INFLUENCED), vendor);
  return attribution_propose(occasion, opportunity, shares, 2);
}

/* An opportunity whose attribution, proposed by the partner, is in this state. */
static Sell__Opportunity *attributed_in(const struct occasion *occasion, Sell__Opportunity__State state,
                                        Sell__Attribution__State attribution) {
  Sell__Opportunity *opportunity = opportunity_build_in(occasion, STATE(OPEN));
  struct occasion partners = *occasion;
  partners.party = PARTNER;
  if (attribution) {
    assert_null(propose(&partners, opportunity, 3000, 6000));
    opportunity->attribution->state = attribution;
  }
  Sell__Opportunity *closed = opportunity_build_in(occasion, state);
  closed->attribution = opportunity->attribution;
  return closed;
}

/* To what there is. */
static const struct status *agree(const struct occasion *occasion, Sell__Opportunity *opportunity) {
  const Sell__Attribution *read = opportunity->attribution;
  return attribution_agree(occasion, opportunity, read ? timestamp_us(read->propose_time, 0) : 0);
}

static const struct status *run(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                enum attribution_action action) {
  switch (action) {
  case ATTRIBUTION_PROPOSE:
    return propose(occasion, opportunity, 1000, 2000);
  case ATTRIBUTION_AGREE:
    return agree(occasion, opportunity);
  default:
    return attribution_reverse(occasion, opportunity, "the customer came by itself");
  }
}

static void every_state_and_action(void **state) {
  (void)state;
  /* From UNSPECIFIED (none) to VOID, of an open opportunity; 0 is refused. */
  static const int after[ATTRIBUTION_ACTIONS][6] = {
      [ATTRIBUTION_PROPOSE] = {ATTRIBUTION(PROPOSED), ATTRIBUTION(PROPOSED), ATTRIBUTION(PROPOSED), 0,
                               ATTRIBUTION(PROPOSED), 0},
      [ATTRIBUTION_AGREE] = {0, ATTRIBUTION(AGREED), 0, 0, 0, 0},
      [ATTRIBUTION_REVERSE] = {0, 0, 0, ATTRIBUTION(UNFROZEN), 0, 0},
  };
  for (int from = 0; from <= (int)ATTRIBUTION(VOID); from++)
    for (int action = 0; action < ATTRIBUTION_ACTIONS; action++)
      for (int in = STATE(OPEN); in <= (int)STATE(REVERSED); in++) {
        struct occasion occasion = occasion_build();
        Sell__Opportunity *opportunity =
            attributed_in(&occasion, (Sell__Opportunity__State)in, (Sell__Attribution__State)from);
        Sell__Attribution before = SELL__ATTRIBUTION__INIT;
        const Sell__Attribution *read = opportunity->attribution;
        if (read)
          before = *read;
        int to = in == (int)STATE(OPEN) || in == (int)STATE(WON) ? after[action][from] : 0;
        if (to == (int)ATTRIBUTION(AGREED) && in == (int)STATE(WON))
          to = (int)ATTRIBUTION(FROZEN);
        assert_reason(run(&occasion, opportunity, (enum attribution_action)action),
                      to ? NULL : REASON_INVALID_STATE, NULL);
        int now = opportunity->attribution ? (int)opportunity->attribution->state : 0;
        assert_int_equal(now, to ? to : from);
        if (read)
          assert_memory_equal(read, &before, sizeof before);
        occasion_release(&occasion);
      }
}

static void what_was_not_read_is_not_agreed_to(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = attributed_in(&occasion, STATE(OPEN), ATTRIBUTION(PROPOSED));
  struct occasion later = occasion;
  later.party = PARTNER;
  later.now_us += 1;
  assert_null(propose(&later, opportunity, 1000, 9000)); /* other shares, while the vendor reads */
  occasion.party = VENDOR;
  assert_reason(attribution_agree(&occasion, opportunity, later.now_us - 1), REASON_PROPOSAL_CHANGED, NULL);
  assert_int_equal(opportunity->attribution->state, ATTRIBUTION(PROPOSED));
  assert_null(attribution_agree(&occasion, opportunity, later.now_us));
  occasion_release(&occasion);
}

static void nobody_agrees_with_themselves(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = attributed_in(&occasion, STATE(OPEN), ATTRIBUTION(PROPOSED));
  occasion.party = PARTNER;
  assert_reason(agree(&occasion, opportunity), REASON_OTHER_PARTY, NULL);
  occasion.party = VENDOR;
  assert_null(propose(&occasion, opportunity, 5000, 5000)); /* a proposal of one's own takes its place */
  assert_reason(agree(&occasion, opportunity), REASON_OTHER_PARTY, NULL);
  occasion.party = PARTNER;
  assert_reason(agree(&occasion, opportunity), NULL, NULL);
  assert_int_equal(opportunity->attribution->shares[0]->party, VENDOR);
  opportunity->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  for (int action = 0; action < ATTRIBUTION_ACTIONS; action++)
    assert_reason(run(&occasion, opportunity, (enum attribution_action)action), REASON_NOT_JOINT, NULL);
  occasion_release(&occasion);
}

static void shares_are_refused_whole(void **state) {
  (void)state;
  static const struct {
    Type__Party parties[2];
    Sell__Attribution__Class classes[2];
    int32_t bps[2];
    const char *field; /* NULL: fine */
  } cases[] = {
      {{VENDOR, PARTNER}, {CLASS(SOURCED), CLASS(INFLUENCED)}, {4000, 6000}, NULL},
      {{VENDOR, PARTNER}, {CLASS(NONE), CLASS(SOURCED)}, {0, 10000}, NULL},
      {{VENDOR, PARTNER}, {CLASS(NONE), CLASS(NONE)}, {0, 0}, NULL},
      {{VENDOR, PARTNER}, {CLASS(INFLUENCED), CLASS(INFLUENCED)}, {1, 1}, NULL},
      {{VENDOR, PARTNER}, {CLASS(SOURCED), CLASS(INFLUENCED)}, {4001, 6000}, "shares"},
      {{VENDOR, PARTNER}, {CLASS(SOURCED), CLASS(SOURCED)}, {1, 1}, "shares"},
      {{VENDOR, VENDOR}, {CLASS(SOURCED), CLASS(INFLUENCED)}, {1, 1}, "shares"},
      {{PARTNER, PARTNER}, {CLASS(SOURCED), CLASS(INFLUENCED)}, {1, 1}, "shares"},
      {{VENDOR, PARTNER}, {CLASS(NONE), CLASS(SOURCED)}, {1, 1}, "shares[0].basis_points"},
      {{VENDOR, PARTNER}, {CLASS(NONE), CLASS(INFLUENCED)}, {0, 0}, "shares[1].basis_points"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct occasion occasion = occasion_build();
    Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(QUALIFIED));
    Sell__Attribution__Share *shares[2];
    for (size_t j = 0; j < 2; j++)
      shares[j] = share(&occasion, cases[i].parties[j], cases[i].classes[j], cases[i].bps[j]);
    assert_reason(attribution_propose(&occasion, opportunity, shares, 2),
                  cases[i].field ? REASON_INVALID_REQUEST : NULL, cases[i].field);
    assert_int_equal(opportunity->attribution != NULL, !cases[i].field);
    shares[1]->reasoning = (char *)"short";
    if (shares[1]->class_ != CLASS(NONE))
      assert_reason(attribution_propose(&occasion, opportunity, shares, 2), REASON_INVALID_REQUEST,
                    "shares[1].reasoning");
    occasion_release(&occasion);
  }
}

static void it_freezes_when_the_sale_is_committed_or_won(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  int64_t occur_us;
  Sell__AdvanceOpportunityRequest commit = SELL__ADVANCE_OPPORTUNITY_REQUEST__INIT;
  Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  commit.stage = STAGE(COMMITTED);
  Sell__Opportunity *agreed = attributed_in(&occasion, STATE(OPEN), ATTRIBUTION(AGREED));
  assert_null(opportunity_advance(&occasion, agreed, &commit, &occur_us));
  assert_int_equal(agreed->attribution->state, ATTRIBUTION(FROZEN));
  assert_int_equal(timestamp_us(agreed->attribution->freeze_time, 0), NOW_US);
  agreed = attributed_in(&occasion, STATE(OPEN), ATTRIBUTION(AGREED));
  assert_null(opportunity_win(&occasion, agreed, &win, &occur_us));
  assert_int_equal(agreed->attribution->state, ATTRIBUTION(FROZEN));
  /* What the other party has not agreed to does not freeze; agreeing later does it at once. */
  Sell__Opportunity *proposed = attributed_in(&occasion, STATE(OPEN), ATTRIBUTION(PROPOSED));
  assert_null(opportunity_win(&occasion, proposed, &win, &occur_us));
  assert_int_equal(proposed->attribution->state, ATTRIBUTION(PROPOSED));
  assert_null(agree(&occasion, proposed));
  assert_int_equal(proposed->attribution->state, ATTRIBUTION(FROZEN));
  /* A sale taken back takes everything with it, for good. */
  assert_null(opportunity_reverse(&occasion, proposed, "customer cancelled"));
  assert_int_equal(proposed->attribution->state, ATTRIBUTION(VOID));
  assert_reason(propose(&occasion, proposed, 1, 1), REASON_INVALID_STATE, NULL);
  occasion_release(&occasion);
}

/* Shares of any amount never come to more than it, and exactly to it where they are the whole. */
static void rounding_never_makes_money(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = attributed_in(&occasion, STATE(WON), ATTRIBUTION(FROZEN));
  for (int64_t amount = 1; amount < 400; amount++)
    for (int32_t bps = 1; bps < 10000; bps += 37) {
      struct attributed parts[ATTRIBUTED_MAX];
      opportunity->amount->amount_minor = amount;
      opportunity->attribution->shares[0]->basis_points = bps;
      opportunity->attribution->shares[1]->basis_points = 10000 - bps;
      assert_int_equal(attribution_amounts(opportunity, parts), 2);
      assert_int_equal(parts[0].amount_minor + parts[1].amount_minor, amount);
      opportunity->attribution->shares[1]->basis_points = (10000 - bps) / 2;
      assert_int_equal(attribution_amounts(opportunity, parts), 2);
      assert_true(parts[0].amount_minor + parts[1].amount_minor <= amount);
    }
  occasion_release(&occasion);
}

static int64_t tallied(const Sell__Opportunity *before, const Sell__Opportunity *after, const char *counter,
                       Type__Party party) {
  struct tally rows[TALLIES_MAX];
  size_t count = tally_change(before, after, rows);
  int64_t sum = 0;
  for (size_t i = 0; i < count; i++)
    if (strcmp(rows[i].counter, counter) == 0 && rows[i].party == party)
      sum += rows[i].amount;
  return sum;
}

static void revenue_counts_while_it_is_frozen_and_won(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *won = attributed_in(&occasion, STATE(WON), ATTRIBUTION(AGREED)), agreed = *won;
  won->amount = money_build(&occasion, "USD", 1000000);
  agreed.amount = won->amount;
  attribution_follow(&occasion, won);
  assert_int_equal(tallied(&agreed, won, "attributed.influenced", VENDOR), 300000);
  assert_int_equal(tallied(&agreed, won, "attributed.sourced", PARTNER), 600000);
  assert_int_equal(tallied(&agreed, won, "attributed.sourced", VENDOR), 0);
  Sell__Opportunity frozen = *won;
  assert_null(attribution_reverse(&occasion, won, "the customer came by itself"));
  assert_int_equal(tallied(&frozen, won, "attributed.sourced", PARTNER), -600000);
  assert_int_equal(tallied(&frozen, won, "won_amount.joint", TYPE__PARTY__PARTY_UNSPECIFIED), 0);
  *won = frozen;
  assert_null(opportunity_reverse(&occasion, won, "customer cancelled"));
  assert_int_equal(tallied(&frozen, won, "attributed.influenced", VENDOR), -300000);
  occasion_release(&occasion);
}

static void outcomes_are_promised_then_recorded(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__SetCustomerOutcomeRequest promise = SELL__SET_CUSTOMER_OUTCOME_REQUEST__INIT;
  Sell__RecordCustomerOutcomeRequest end = SELL__RECORD_CUSTOMER_OUTCOME_REQUEST__INIT;
  promise.statement = (char *)"waits of less than 20 minutes";
  promise.due_time = time_build(&occasion, -60);
  end.state = OUTCOME(MET);
  end.evidence = (char *)"report of the hospital";
  for (int in = STATE(OPEN); in <= (int)STATE(REVERSED); in++) {
    Sell__Opportunity *opportunity = opportunity_build_in(&occasion, (Sell__Opportunity__State)in);
    bool going = in == (int)STATE(OPEN) || in == (int)STATE(WON), won = in == (int)STATE(WON);
    assert_reason(outcome_record(&occasion, opportunity, &end), REASON_INVALID_STATE, NULL);
    assert_reason(outcome_set(&occasion, opportunity, &promise), going ? NULL : REASON_INVALID_STATE, NULL);
    assert_reason(outcome_record(&occasion, opportunity, &end), won ? NULL : REASON_INVALID_STATE, NULL);
    if (won) {
      assert_reason(outcome_set(&occasion, opportunity, &promise), REASON_INVALID_STATE, "ended");
      assert_reason(outcome_record(&occasion, opportunity, &end), REASON_INVALID_STATE, NULL);
      Sell__Opportunity without = *opportunity;
      without.outcome = NULL;
      assert_int_equal(tallied(&without, opportunity, "outcomes.due", TYPE__PARTY__PARTY_UNSPECIFIED), 1);
      assert_int_equal(tallied(&without, opportunity, "outcomes.met", TYPE__PARTY__PARTY_UNSPECIFIED), 1);
    }
  }
  Sell__Opportunity *won = opportunity_build_in(&occasion, STATE(WON));
  promise.due_time = time_build(&occasion, 101);
  assert_reason(outcome_set(&occasion, won, &promise), REASON_INVALID_REQUEST, "due_time");
  promise.due_time = time_build(&occasion, 1);
  assert_null(outcome_set(&occasion, won, &promise));
  end.state = OUTCOME(DUE);
  assert_reason(outcome_record(&occasion, won, &end), REASON_INVALID_REQUEST, "state");
  won->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  assert_reason(outcome_set(&occasion, won, &promise), REASON_NOT_JOINT, NULL);
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_and_action),
      cmocka_unit_test(what_was_not_read_is_not_agreed_to),
      cmocka_unit_test(nobody_agrees_with_themselves),
      cmocka_unit_test(shares_are_refused_whole),
      cmocka_unit_test(it_freezes_when_the_sale_is_committed_or_won),
      cmocka_unit_test(rounding_never_makes_money),
      cmocka_unit_test(revenue_counts_while_it_is_frozen_and_won),
      cmocka_unit_test(outcomes_are_promised_then_recorded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
