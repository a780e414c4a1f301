/* Market estimates: every state with every action by each party, what a proposal needs, and what holds when.
 */
#include "runtime/base/moment.h"
#include "runtime/base/period.h"
#include "sell/market_estimate.h"
#include "support/machine_check.h"

#include <string.h>

#define STATE(name) SELL__MARKET_ESTIMATE__STATE__STATE_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define NOW_US INT64_C(1782900000000000) /* 2026-07-01T10:00:00Z */
#define ORVANE "vendors/halden/partnerships/orvane"

static struct act act;
static Onboard__Partnership partnership;
static Sell__MarketEstimateBook *book;

static int setup(void **state) {
  (void)state;
  act = (struct act){arena_create(8 << 20, NULL, NULL), NOW_US, VENDOR, "dana"};
  onboard__partnership__init(&partnership);
  partnership.name = (char *)ORVANE;
  partnership.currency_code = (char *)"USD";
  book = arena_new(act.arena, Sell__MarketEstimateBook);
  sell__market_estimate_book__init(book);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(act.arena);
  return 0;
}

static int64_t at(const char *text) {
  int64_t time_us;
  assert_true(time_parse(text, &time_us));
  return time_us;
}

static Sell__MarketEstimate *written(const char *effective, int64_t amount_minor, const char *currency) {
  Sell__MarketEstimate *estimate = arena_new(act.arena, Sell__MarketEstimate);
  sell__market_estimate__init(estimate);
  estimate->name =
      arena_printf(act.arena, ORVANE "/marketEstimates/%s-%lld", effective, (long long)amount_minor);
  estimate->amount = arena_new(act.arena, Type__Money);
  type__money__init(estimate->amount);
  estimate->amount->currency_code = (char *)currency;
  estimate->amount->amount_minor = amount_minor;
  estimate->effective_time = timestamp_new(act.arena, at(effective));
  estimate->source = (char *)"Northlight Research, 2026";
  return estimate;
}

static Sell__MarketEstimate *proposed(const char *effective, int64_t amount_minor) {
  Sell__MarketEstimate *estimate = written(effective, amount_minor, "USD");
  act.party = VENDOR;
  assert_null(market_estimate_propose(&act, &partnership, book, estimate));
  return estimate;
}

static const char *agree(Sell__MarketEstimate *estimate) {
  const char *replaced = NULL;
  act.party = PARTNER;
  act.actor = "lena";
  const struct status *status = market_estimate_agree(&act, book, estimate, &replaced);
  if (status)
    fail_msg("%s", status->message);
  return replaced;
}

static void a_proposal_is_the_next_version(void **state) {
  (void)state;
  Sell__MarketEstimate *first = proposed("2026-01-01", 500), *second = proposed("2027-01-01", 600);
  assert_int_equal(first->version, 1);
  assert_int_equal(second->version, 2);
  assert_int_equal(second->state, STATE(PROPOSED));
  assert_int_equal(second->proposing_party, VENDOR);
  assert_string_equal(second->proposer, "dana");
  assert_int_equal(book->n_agreed, 0);
}

static void a_proposal_names_all_that_is_wrong(void **state) {
  (void)state;
  static const struct {
    const char *effective;
    int64_t amount;
    const char *fields[2];
  } cases[] = {
      {"2026-01-01", 0, {"market_estimate.amount.amount_minor"}},
      {"2026-01-01", -5, {"market_estimate.amount.amount_minor"}},
      {"2026-01-02", 5, {"market_estimate.effective_time"}},
      {"2026-01-01T00:00:00.000001Z", 5, {"market_estimate.effective_time"}},
      {"2025-12-31T23:59:59Z", 0, {"market_estimate.amount.amount_minor", "market_estimate.effective_time"}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct status *status = market_estimate_propose(
        &act, &partnership, book, written(cases[i].effective, cases[i].amount, "EUR"));
    assert_non_null(status);
    assert_string_equal(status->reason, REASON_INVALID_REQUEST);
    const struct violation *violation = status->violations;
    for (size_t k = 0; k < 2 && cases[i].fields[k]; k++, violation = violation->next)
      assert_string_equal(violation->field, cases[i].fields[k]);
    assert_null(violation);
  }
  Sell__MarketEstimate *nanos = written("2026-01-01", 5, "USD");
  nanos->effective_time->nanos = 1;
  assert_non_null(market_estimate_propose(&act, &partnership, book, nanos));
  const struct status *status =
      market_estimate_propose(&act, &partnership, book, written("2026-01-01", 5, "EUR"));
  assert_string_equal(status->reason, REASON_CURRENCY_MISMATCH);
  assert_int_equal(book->last_version, 0); /* what is refused takes no number */
}

static void every_state_and_action(void **state) {
  (void)state;
  static const char *const moves[] = {"PROPOSED agree AGREED", "PROPOSED reject REJECTED",
                                      "PROPOSED withdraw WITHDRAWN", "AGREED supersede SUPERSEDED"};
  machine_check(&market_estimate_machine, MARKET_ESTIMATE_ACTIONS, moves, sizeof moves / sizeof *moves);
}

/* From every state, every verb by every party: where it leads, or why it is refused. */
static void every_state_action_and_party(void **state) {
  (void)state;
  static const struct {
    enum market_estimate_action action;
    Type__Party whose; /* the vendor proposed */
    Sell__MarketEstimate__State to;
  } verbs[] = {
      {MARKET_ESTIMATE_AGREE, PARTNER, STATE(AGREED)},
      {MARKET_ESTIMATE_REJECT, PARTNER, STATE(REJECTED)},
      {MARKET_ESTIMATE_WITHDRAW, VENDOR, STATE(WITHDRAWN)},
  };
  for (int from = STATE(PROPOSED); from <= (int)STATE(SUPERSEDED); from++) {
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
      for (Type__Party party = VENDOR; party <= PARTNER; party++) {
        Sell__MarketEstimate *estimate = proposed("2026-01-01", 5);
        const char *replaced, *reason = NULL;
        estimate->state = (Sell__MarketEstimate__State)from;
        act.party = party;
        const struct status *status =
            verbs[i].action == MARKET_ESTIMATE_AGREE ? market_estimate_agree(&act, book, estimate, &replaced)
            : verbs[i].action == MARKET_ESTIMATE_REJECT
                ? market_estimate_reject(&act, estimate, (char *)"not the market that we meant")
                : market_estimate_withdraw(&act, estimate);
        if (party != verbs[i].whose)
          reason = REASON_OTHER_PARTY;
        else if (from != STATE(PROPOSED))
          reason = REASON_INVALID_STATE;
        if (reason)
          assert_string_equal(status->reason, reason);
        else
          assert_null(status);
        assert_int_equal(estimate->state, reason ? from : (int)verbs[i].to);
      }
    }
    Sell__MarketEstimate *estimate = proposed("2026-01-01", 5);
    estimate->state = (Sell__MarketEstimate__State)from;
    const struct status *status = market_estimate_supersede(&act, estimate, estimate);
    assert_int_equal(status == NULL, from == STATE(AGREED));
  }
}

static void a_decision_says_who_and_why(void **state) {
  (void)state;
  Sell__MarketEstimate *estimate = proposed("2026-01-01", 5);
  act.party = PARTNER;
  act.actor = "lena";
  assert_null(market_estimate_reject(&act, estimate, (char *)"counts public tenders too"));
  assert_string_equal(estimate->reject_reason, "counts public tenders too");
  assert_string_equal(estimate->decider, "lena");
  assert_int_equal(moment_us(estimate->decide_time), NOW_US);
}

/* A later version takes the place of an earlier one for the same time, and never the other way. */
static void a_later_version_takes_the_place(void **state) {
  (void)state;
  Sell__MarketEstimate *first = proposed("2026-01-01", 1), *stale = proposed("2026-01-01", 2),
                       *third = proposed("2026-01-01", 3), *other = proposed("2026-02-01", 4);
  assert_null(agree(first));
  assert_null(agree(other));
  assert_string_equal(agree(third), first->name);
  assert_null(market_estimate_supersede(&act, first, third));
  assert_string_equal(first->superseded_by, third->name);
  assert_int_equal(moment_us(first->supersede_time), NOW_US);
  assert_int_equal(book->n_agreed, 2);
  const char *replaced;
  const struct status *status = market_estimate_agree(&act, book, stale, &replaced);
  assert_string_equal(status->reason, REASON_GUARD_UNMET);
  assert_non_null(strstr(status->guards->description, third->name));
  assert_int_equal(book->n_agreed, 2);
  assert_string_equal(book->agreed[0]->estimate, third->name);
}

/* Whatever the order in which they are agreed, the book rises by time and answers what holds. */
static void the_book_answers_what_holds(void **state) {
  (void)state;
  static const char *const times[] = {"2026-01-01", "2023-07-01", "2028-01-01", "2024-01-01", "2020-02-01"};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++)
    agree(proposed(times[i], (int64_t)i + 1));
  for (size_t i = 1; i < book->n_agreed; i++)
    assert_true(moment_us(book->agreed[i - 1]->effective_time) < moment_us(book->agreed[i]->effective_time));
  static const struct {
    const char *time;
    int version; /* 0: none */
  } cases[] = {{"2020-01-31", 0}, {"2020-02-01", 5}, {"2023-06-30", 5}, {"2023-07-01", 2}, {"2023-12-31", 2},
               {"2024-01-01", 4}, {"2025-12-31", 4}, {"2026-01-01", 1}, {"2027-12-31", 1}, {"2030-01-01", 3}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const Sell__AgreedEstimate *found = market_estimate_at(book, at(cases[i].time));
    assert_int_equal(found ? found->version : 0, cases[i].version);
  }
}

/* What was answered from the book after each step is found again once all of them are taken. */
static void an_earlier_time_answers_as_the_book_did(void **state) {
  (void)state;
  static const char *const times[] = {"2024-01-01", "2026-01-01", "2024-01-01",
                                      "2020-02-01", "2026-01-01", "2024-01-01"};
  static const char *const asked[] = {"2020-01-31", "2020-02-01", "2024-01-01",
                                      "2025-12-31", "2026-01-01", "2030-01-01"};
  enum { STEPS = sizeof times / sizeof *times, ASKED = sizeof asked / sizeof *asked };
  const Sell__MarketEstimate *all[STEPS];
  int answers[STEPS][ASKED];
  for (size_t i = 0; i < STEPS; i++) {
    Sell__MarketEstimate *estimate = proposed(times[i], (int64_t)i + 1);
    act.now_us++;
    agree(estimate);
    all[i] = estimate;
    for (size_t k = 0; k < ASKED; k++) {
      const Sell__AgreedEstimate *held = market_estimate_at(book, at(asked[k]));
      answers[i][k] = held ? held->version : 0;
    }
  }
  const struct estimates estimates = {all, STEPS};
  for (size_t i = 0; i < STEPS; i++)
    for (size_t k = 0; k < ASKED; k++) {
      const Sell__MarketEstimate *known =
          market_estimate_known(&estimates, at(asked[k]), moment_us(all[i]->decide_time));
      assert_int_equal(known ? known->version : 0, answers[i][k]);
    }
  assert_null(market_estimate_known(&estimates, at("2030-01-01"), moment_us(all[0]->decide_time) - 1));
}

static void the_book_has_an_end(void **state) {
  (void)state;
  for (int i = 0; i < MARKET_ESTIMATES_MAX; i++)
    agree(proposed(arena_printf(act.arena, "%d-%02d-01", 2000 + i / 12, i % 12 + 1), 5));
  const char *replaced;
  Sell__MarketEstimate *more = proposed("2030-01-01", 5);
  act.party = PARTNER;
  const struct status *status = market_estimate_agree(&act, book, more, &replaced);
  assert_string_equal(status->reason, REASON_MARKET_ESTIMATES_FULL);
  assert_string_equal(status->metadata->value, "240");
  assert_non_null(agree(proposed("2000-01-01", 6))); /* one that takes a place needs no other */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_proposal_is_the_next_version),
      TEST(a_proposal_names_all_that_is_wrong),
      TEST(every_state_and_action),
      TEST(every_state_action_and_party),
      TEST(a_decision_says_who_and_why),
      TEST(a_later_version_takes_the_place),
      TEST(the_book_answers_what_holds),
      TEST(an_earlier_time_answers_as_the_book_did),
      TEST(the_book_has_an_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
