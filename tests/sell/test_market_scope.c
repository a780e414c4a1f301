/* Which deals lie in the market that contracts are for, and which propositions stand behind them. */
#include "runtime/base/timestamp.h"
#include "sell/coverage.h"
#include "sell/market_scope.h"
#include "sell/proposition.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

#define CONTRACT(name) ONBOARD__CONTRACT__STATE__STATE_##name
#define PROPOSITION(name) ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_##name
#define P "vendors/halden/partnerships/orvane"

static const int64_t now_us = INT64_C(1782900000000000); /* 2026-07-01T10:00:00Z */

static struct arena *arena;
static struct market_scope *scope;
static struct word_cache *cache;

static int setup(void **state) {
  (void)state;
  arena = arena_create(8 << 20, NULL, NULL);
  scope = market_scope_new(arena);
  cache = word_cache_new(arena);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

/* Lists of one element each; "" leaves a list empty. */
struct limits {
  const char *segment, *country, *solution;
};

static char **one(const char *text, size_t *count) {
  char **list = arena_calloc(arena, 1, sizeof *list);
  list[0] = arena_strdup(arena, text);
  *count = *text ? 1 : 0;
  return list;
}

static Onboard__Contract *contract(const char *id, struct limits limits) {
  Onboard__Contract *made = arena_new(arena, Onboard__Contract);
  onboard__contract__init(made);
  made->name = arena_printf(arena, P "/contracts/%s", id);
  made->state = CONTRACT(ACTIVE);
  made->activate_time = timestamp_new(arena, now_us - 10);
  made->term_end_time = timestamp_new(arena, now_us + 10);
  made->terms = arena_new(arena, Onboard__ContractTerms);
  onboard__contract_terms__init(made->terms);
  made->terms->elements = arena_new(arena, Onboard__AgreementElements);
  onboard__agreement_elements__init(made->terms->elements);
  Onboard__MarketScopeTerms *market = made->terms->elements->market_scope =
      arena_new(arena, Onboard__MarketScopeTerms);
  onboard__market_scope_terms__init(market);
  market->segments = one(limits.segment, &market->n_segments);
  market->country_codes = one(limits.country, &market->n_country_codes);
  market->solutions = one(limits.solution, &market->n_solutions);
  return made;
}

static enum scope_place place(struct limits said, const char *more_solution) {
  Sell__Opportunity deal = SELL__OPPORTUNITY__INIT;
  Sell__Customer customer = SELL__CUSTOMER__INIT;
  char *more[] = {(char *)more_solution};
  deal.segment = (char *)said.segment;
  deal.solution = (char *)said.solution;
  deal.more_solutions = more;
  deal.n_more_solutions = more_solution ? 1 : 0;
  customer.country = (char *)said.country;
  deal.customer = &customer;
  return market_scope_place(scope, cache, &deal);
}

#define IN SCOPE_INSIDE
#define OUT SCOPE_OUTSIDE
#define UNSAID SCOPE_UNSAID

/* Every list says its part: what it does not say is unsaid, what contradicts it is outside. */
static void a_contract_limits_by_all_that_it_lists(void **state) {
  (void)state;
  static const struct {
    struct limits limits, said;
    const char *more;
    enum scope_place place;
  } cases[] = {
      {{"banking", "", ""}, {"Banking", "", ""}, NULL, IN},
      {{"banking", "", ""}, {"Retail", "", ""}, NULL, OUT},
      {{"banking", "", ""}, {"", "US", "x"}, NULL, UNSAID},
      {{"", "US", ""}, {"anything", "us", ""}, NULL, IN},
      {{"", "US", ""}, {"anything", "CA", ""}, NULL, OUT},
      {{"", "US", ""}, {"anything", "", ""}, NULL, UNSAID},
      {{"", "", "data-platform"}, {"", "", "Data platform"}, NULL, IN},
      {{"", "", "data-platform"}, {"", "", "Training"}, NULL, OUT},
      {{"", "", "data-platform"}, {"", "", "Training"}, "Data Platform", IN},
      {{"", "", "data-platform"}, {"", "", ""}, "Data Platform", IN},
      {{"", "", "data-platform"}, {"", "", ""}, "Training", OUT},
      {{"", "", "data-platform"}, {"", "", ""}, NULL, UNSAID},
      {{"banking", "US", "x"}, {"banking", "US", "x"}, NULL, IN},
      {{"banking", "US", "x"}, {"banking", "US", "y"}, NULL, OUT},
      {{"banking", "US", "x"}, {"banking", "", "x"}, NULL, UNSAID},
      {{"banking", "US", "x"}, {"banking", "", "y"}, NULL, OUT}, /* whatever its country is */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    scope = market_scope_new(arena);
    market_scope_add(scope, contract("c", cases[i].limits), now_us);
    if (place(cases[i].said, cases[i].more) != cases[i].place)
      fail_msg("case %zu is not placed as it should be", i);
  }
}

/* In one contract is in scope; the parts of two do not make a third. */
static void contracts_add_up_each_for_itself(void **state) {
  (void)state;
  market_scope_add(scope, contract("a", (struct limits){"banking", "US", ""}), now_us);
  market_scope_add(scope, contract("b", (struct limits){"retail", "DE", ""}), now_us);
  assert_int_equal(place((struct limits){"banking", "US", ""}, NULL), IN);
  assert_int_equal(place((struct limits){"retail", "DE", ""}, NULL), IN);
  assert_int_equal(place((struct limits){"banking", "DE", ""}, NULL), OUT);
  assert_int_equal(place((struct limits){"banking", "", ""}, NULL), UNSAID);
  Sell__LiftScope shown = SELL__LIFT_SCOPE__INIT;
  market_scope_show(scope, &shown);
  assert_int_equal(shown.n_contracts, 2);
  assert_string_equal(shown.contracts[0]->contract, P "/contracts/a");
  assert_string_equal(shown.contracts[0]->country_codes[0], "US");
  assert_string_equal(shown.contracts[1]->segments[0], "retail");
  assert_int_equal(shown.contracts[1]->n_solutions, 0);
}

static void only_contracts_that_bind_now_count(void **state) {
  (void)state;
  const struct limits limits = {"banking", "", ""};
  for (int i = CONTRACT(DRAFT); i <= (int)CONTRACT(CANCELLED); i++) {
    Onboard__Contract *made = contract("c", limits);
    made->state = (Onboard__Contract__State)i;
    scope = market_scope_new(arena);
    market_scope_add(scope, made, now_us);
    bool binds = made->state == CONTRACT(SIGNED) || made->state == CONTRACT(ACTIVE) ||
                 made->state == CONTRACT(EXPIRING);
    assert_int_equal(market_scope_is_empty(scope), !binds);
  }
  scope = market_scope_new(arena);
  Onboard__Contract *later = contract("later", limits), *over = contract("over", limits);
  later->activate_time = timestamp_new(arena, now_us + 1);
  over->term_end_time = timestamp_new(arena, now_us);
  Onboard__Contract *anything = contract("anything", (struct limits){"", "", ""});
  Onboard__Contract *silent = contract("silent", limits);
  silent->terms->elements->market_scope = NULL;
  Onboard__Contract *const passed[] = {later, over, anything, silent};
  for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
    market_scope_add(scope, passed[i], now_us);
  assert_true(market_scope_is_empty(scope));
}

static void an_answer_lists_so_many_contracts(void **state) {
  (void)state;
  for (int i = 0; i < SCOPE_CONTRACTS_MAX + 5; i++)
    market_scope_add(scope, contract("c", (struct limits){arena_printf(arena, "s%d", i), "", ""}), now_us);
  Sell__LiftScope shown = SELL__LIFT_SCOPE__INIT;
  market_scope_show(scope, &shown);
  assert_int_equal(shown.n_contracts, SCOPE_CONTRACTS_MAX);
  assert_int_equal(place((struct limits){"s24", "", ""}, NULL), IN); /* all of them count */
}

/* ---- propositions ---- */

static void propose(struct propositions *into, const char *id, const char *segment,
                    Onboard__JointValueProposition__State in) {
  Onboard__JointValueProposition made = ONBOARD__JOINT_VALUE_PROPOSITION__INIT;
  Onboard__OutcomeSlots outcome = ONBOARD__OUTCOME_SLOTS__INIT;
  made.name = arena_printf(arena, P "/jointValuePropositions/%s", id);
  made.state = in;
  outcome.segment = (char *)segment;
  made.outcome = segment ? &outcome : NULL;
  propositions_add(into, &made);
}

static bool have(const struct propositions *propositions, const char *segment, const char *named) {
  Sell__Opportunity deal = SELL__OPPORTUNITY__INIT;
  deal.segment = (char *)segment;
  deal.proposition = arena_printf(arena, P "/jointValuePropositions/%s", named);
  return propositions_have(propositions, cache, &deal);
}

static void only_validated_propositions_stand_behind_deals(void **state) {
  (void)state;
  for (int i = 0; i <= (int)PROPOSITION(RETIRED); i++) {
    struct propositions *propositions = propositions_new(arena);
    propose(propositions, "core", "Tier-one suppliers", (Onboard__JointValueProposition__State)i);
    bool counts = (Onboard__JointValueProposition__State)i == PROPOSITION(VALIDATED);
    assert_int_equal(have(propositions, "tier one suppliers", "other"), counts);
    assert_int_equal(have(propositions, "Retail", "core"), counts);
    assert_false(have(propositions, "Retail", "other"));
  }
}

static void segments_are_listed_once(void **state) {
  (void)state;
  struct propositions *propositions = propositions_new(arena);
  Sell__ValidatedDisplacement out = SELL__VALIDATED_DISPLACEMENT__INIT;
  propose(propositions, "b", "Retail", PROPOSITION(VALIDATED));
  propose(propositions, "a", "Banks", PROPOSITION(VALIDATED));
  propose(propositions, "c", "BANKS", PROPOSITION(VALIDATED));
  propose(propositions, "d", NULL, PROPOSITION(VALIDATED));
  propositions_show(propositions, &out);
  assert_int_equal(out.n_propositions, 4);
  assert_string_equal(out.propositions[0], P "/jointValuePropositions/a");
  assert_string_equal(out.propositions[3], P "/jointValuePropositions/d");
  assert_int_equal(out.n_segments, 2);
  assert_string_equal(words_of(arena, out.segments[0]), "banks");
  assert_string_equal(out.segments[1], "Retail");
  /* A proposition without a segment is not that of deals without one. */
  assert_false(have(propositions, "", "other"));
  for (int i = 0; i < PROPOSITIONS_MAX; i++)
    propose(propositions, arena_printf(arena, "n%d", i), arena_printf(arena, "s%d", i),
            PROPOSITION(VALIDATED));
  Sell__ValidatedDisplacement many = SELL__VALIDATED_DISPLACEMENT__INIT;
  propositions_show(propositions, &many);
  assert_int_equal(many.n_propositions, PROPOSITIONS_MAX);
  assert_int_equal(many.n_segments, PROPOSITIONS_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_contract_limits_by_all_that_it_lists),
      TEST(contracts_add_up_each_for_itself),
      TEST(only_contracts_that_bind_now_count),
      TEST(an_answer_lists_so_many_contracts),
      TEST(only_validated_propositions_stand_behind_deals),
      TEST(segments_are_listed_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
