/* Figures of lift by cases computed by hand. */
#include "runtime/base/limit.h"
#include "runtime/base/timestamp.h"
#include "sell/lift.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

#define OK TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
#define NO_DATA TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA
#define LOW_SAMPLE TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE
#define DIMENSION(name) SELL__LIFT_DIMENSION__LIFT_DIMENSION_##name

static struct arena *arena;
static struct lift *lift;
static Sell__GetLiftRequest request;
static Type__Period period;
static int deals;

static int64_t at(const char *text) {
  int64_t time_us;
  assert_true(time_parse(text, &time_us));
  return time_us;
}

static int setup(void **state) {
  (void)state;
  arena = arena_create(64 << 20, NULL, NULL);
  deals = 0;
  sell__get_lift_request__init(&request);
  type__period__init(&period);
  period.start_time = timestamp_new(arena, at("2026-07-01"));
  period.end_time = timestamp_new(arena, at("2026-10-01"));
  request.name = (char *)"vendors/halden/partnerships/orvane/lift";
  request.period = &period;
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

static void begin(void) {
  const struct status *status =
      lift_begin(arena, &request, (struct lift_facts){"USD", at("2026-11-01")}, &lift);
  if (status)
    fail_msg("refused: %s", status->message);
}

static const Sell__Lift *finish(void) {
  Sell__Lift *out = arena_new(arena, Sell__Lift);
  sell__lift__init(out);
  lift_finish(lift, out);
  return out;
}

/* A deal in words: what is not said is the same for all. */
struct said {
  const char *segment, *solution, *customer, *close, *incumbent, *country, *proposition;
  int64_t amount; /* whole units; 0: none */
  bool own, lost;
};

static void deal(struct said said) {
  Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT;
  Sell__Customer customer = SELL__CUSTOMER__INIT;
  Type__Money money = TYPE__MONEY__INIT;
  customer.account = (char *)(said.customer ? said.customer : arena_printf(arena, "customer %d", deals));
  customer.country = (char *)(said.country ? said.country : "");
  money.amount_minor = said.amount * 100;
  opportunity.proposition = (char *)(said.proposition ? said.proposition : "");
  opportunity.name = arena_printf(arena, "deal-%03d", deals++);
  opportunity.segment = (char *)(said.segment ? said.segment : "");
  opportunity.solution = (char *)(said.solution ? said.solution : "");
  opportunity.customer = &customer;
  opportunity.amount = said.amount ? &money : NULL;
  opportunity.engagement = said.own ? SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
                                    : SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  opportunity.state = said.lost ? SELL__OPPORTUNITY__STATE__STATE_LOST : SELL__OPPORTUNITY__STATE__STATE_WON;
  opportunity.incumbent_competitor = (char *)(said.incumbent ? said.incumbent : "");
  opportunity.close_time = timestamp_new(arena, at(said.close ? said.close : "2026-08-01"));
  lift_add(lift, &opportunity);
}

/* `won` and `lost` deals like this one. */
static void like(struct said said, int won, int lost) {
  for (int i = 0; i < won + lost; i++) {
    said.lost = i >= won;
    deal(said);
  }
}

/* The crude rates say -4.4 points; like against like is +20 (Simpson's paradox, by hand):
 *   Bank     joint 24 of 40 (60 %)   own  4 of 10 (40 %)   +20 points, 40 joint deals
 *   Retail   joint  3 of 10 (30 %)   own  5 of 50 (10 %)   +20 points, 10 joint deals */
static void like_is_compared_with_like(void **state) {
  (void)state;
  begin();
  like((struct said){.segment = "Bank", .solution = "Platform", .amount = 50000}, 24, 16);
  like((struct said){.segment = "Bank", .solution = "Platform", .amount = 60000, .own = true}, 4, 6);
  like((struct said){.segment = "Retail", .solution = "Platform", .amount = 50000}, 3, 7);
  like((struct said){.segment = "Retail", .solution = "Platform", .amount = 70000, .own = true}, 5, 45);
  const Sell__Lift *out = finish();
  assert_int_equal(out->joint_win_rate->basis_points, 5400);
  assert_int_equal(out->independent_win_rate->basis_points, 1500);
  const Sell__WinRateLift *lifted = out->win_rate_lift;
  assert_int_equal(lifted->status, OK);
  assert_int_equal(lifted->difference_bps, 2000);
  assert_true(lifted->lower_bps < 2000 && lifted->upper_bps > 2000);
  assert_int_equal(lifted->coverage->basis_points, 10000);
  assert_int_equal(lifted->n_dimensions, 3);
  assert_int_equal(lifted->n_strata, 2);
  assert_string_equal(lifted->strata[0]->segment, "Bank");
  assert_int_equal(lifted->strata[0]->weight_bps, 8000);
  assert_int_equal(lifted->strata[0]->size_band, 1);
  assert_int_equal(lifted->strata[1]->weight_bps, 2000);
  assert_int_equal(lifted->strata[1]->joint->status, OK);
}

static void strata_need_enough_on_each_side(void **state) {
  (void)state;
  begin();
  like((struct said){.segment = "Bank", .amount = 1, .solution = "x"}, 6, 4);
  like((struct said){.segment = "Bank", .amount = 1, .solution = "x", .own = true}, 5,
       4); /* 9: one too few */
  like((struct said){.segment = "Retail", .amount = 1, .solution = "x"}, 5, 25);
  like((struct said){.segment = "Retail", .amount = 1, .solution = "x", .own = true}, 1, 9);
  const Sell__WinRateLift *lifted = finish()->win_rate_lift;
  assert_int_equal(lifted->status, OK);
  assert_int_equal(lifted->difference_bps, 667); /* 5 of 30 less 1 of 10 */
  assert_int_equal(lifted->coverage->numerator, 30);
  assert_int_equal(lifted->coverage->basis_points, 7500);
  assert_false(lifted->strata[1]->included);
  assert_int_equal(lifted->strata[1]->weight_bps, 0);
  assert_int_equal(lifted->strata[1]->independent->status, LOW_SAMPLE);
  request.sample_min = 11;
  begin();
  like((struct said){.segment = "Bank", .amount = 1, .solution = "x"}, 6, 4);
  like((struct said){.segment = "Bank", .amount = 1, .solution = "x", .own = true}, 5, 5);
  const Sell__Lift *few = finish();
  assert_int_equal(few->win_rate_lift->status, LOW_SAMPLE);
  assert_int_equal(few->win_rate_lift->coverage->basis_points, 0);
  assert_int_equal(few->joint_win_rate->status, LOW_SAMPLE);
  assert_int_equal(few->sample_min, 11);
}

static void nothing_is_not_zero(void **state) {
  (void)state;
  begin();
  const Sell__Lift *none = finish();
  assert_int_equal(none->joint_win_rate->status, NO_DATA);
  assert_int_equal(none->win_rate_lift->status, NO_DATA);
  assert_int_equal(none->deal_size->mean_ratio->status, NO_DATA);
  assert_int_equal(none->displacement->status, NO_DATA);
  assert_int_equal(none->n_new_customers, 1);
  assert_int_equal(none->new_customers[0]->joint_share->status, NO_DATA);
  begin();
  like((struct said){.amount = 5}, 20, 20);
  const Sell__Lift *alone = finish();
  assert_int_equal(alone->joint_win_rate->basis_points, 5000);
  assert_int_equal(alone->win_rate_lift->status, NO_DATA);
}

/* What many deals do not say is no dimension: here lost deals have no amount, as in many exports. By size
 * every stratum would be all won or all lost. */
static void what_many_do_not_say_is_left_out(void **state) {
  (void)state;
  begin();
  like((struct said){.segment = "Bank", .solution = "x", .amount = 9}, 12, 0);
  like((struct said){.segment = "Bank", .solution = "x"}, 0, 8);
  like((struct said){.segment = "Bank", .solution = "x", .amount = 9, .own = true}, 4, 0);
  like((struct said){.segment = "Bank", .solution = "x", .own = true}, 0, 16);
  const Sell__WinRateLift *lifted = finish()->win_rate_lift;
  assert_int_equal(lifted->n_dropped_dimensions, 1);
  assert_int_equal(lifted->dropped_dimensions[0], DIMENSION(SIZE));
  assert_int_equal(lifted->difference_bps, 4000); /* 12 of 20 less 4 of 20 */
  /* One in ten may lack it: those are a stratum of their own. */
  begin();
  like((struct said){.segment = "Bank", .solution = "x", .amount = 9}, 9, 9);
  like((struct said){.segment = "Bank", .solution = "x"}, 1, 1);
  like((struct said){.segment = "Bank", .solution = "x", .amount = 9, .own = true}, 9, 9);
  lifted = finish()->win_rate_lift;
  assert_int_equal(lifted->n_dropped_dimensions, 0);
  assert_int_equal(lifted->n_strata, 2);
  assert_int_equal(lifted->coverage->basis_points, 9000);
}

static void bands_begin_at_their_bound(void **state) {
  (void)state;
  int64_t bounds[] = {10000, 20000}; /* 100 and 200 whole units */
  request.size_bounds_minor = bounds;
  request.n_size_bounds_minor = 2;
  Sell__LiftDimension size[] = {DIMENSION(SIZE)};
  request.dimensions = size;
  request.n_dimensions = 1;
  begin();
  like((struct said){.amount = 99, .segment = "a"}, 3, 0);
  like((struct said){.amount = 100, .segment = "b"}, 2, 0);
  like((struct said){.amount = 200, .segment = "c"}, 1, 0);
  const Sell__WinRateLift *lifted = finish()->win_rate_lift;
  assert_int_equal(lifted->stratum_count, 3);
  for (int32_t band = 1; band <= 3; band++) {
    assert_int_equal(lifted->strata[band - 1]->size_band, band);
    assert_int_equal(lifted->strata[band - 1]->joint->denominator, 4 - band);
    assert_string_equal(lifted->strata[band - 1]->segment, "");
  }
}

static void deal_sizes(void **state) {
  (void)state;
  static const int64_t joint[] = {100, 200, 900, 1200}, own[] = {10, 40, 100};
  request.sample_min = 3;
  begin();
  for (size_t i = 0; i < sizeof joint / sizeof *joint; i++)
    deal((struct said){.amount = joint[i]});
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    deal((struct said){.amount = own[i], .own = true});
  deal((struct said){.amount = 100000, .lost = true});          /* not won */
  deal((struct said){.amount = 100000, .close = "2026-10-01"}); /* not in the window */
  const Sell__DealSize *size = finish()->deal_size;
  assert_int_equal(size->joint_count, 4);
  assert_int_equal(size->joint_mean_minor, 60000);
  assert_int_equal(size->joint_median_minor, 55000);
  assert_int_equal(size->independent_mean_minor, 5000);
  assert_int_equal(size->independent_median_minor, 4000);
  assert_int_equal(size->mean_ratio->basis_points, 120000);
  assert_int_equal(size->median_ratio->basis_points, 137500);
  assert_int_equal(size->mean_ratio->status, OK);
  request.sample_min = 4;
  begin();
  like((struct said){.amount = INT64_C(10000000000000)}, 20, 0); /* the sum is far beyond 64 bits of cents */
  like((struct said){.amount = 1, .own = true}, 3, 0);
  size = finish()->deal_size;
  assert_int_equal(size->joint_mean_minor, INT64_C(1000000000000000));
  assert_int_equal(size->mean_ratio->status, LOW_SAMPLE);
}

/* By hand: Bank 12 joint of mean 500, 10 own of mean 200; Retail 10 of 90 against 20 of 100; weights 12/22
 * and 10/22: 313.636 / 154.545 = 2.0294. The crude means say 2.35. */
static void sizes_are_compared_like_with_like(void **state) {
  (void)state;
  begin();
  like((struct said){.segment = "Bank", .solution = "Platform", .amount = 600}, 6, 0);
  like((struct said){.segment = "Bank", .solution = "Platform", .amount = 400}, 6, 0);
  like((struct said){.segment = "Bank", .solution = "Platform", .amount = 250, .own = true}, 5, 0);
  like((struct said){.segment = "Bank", .solution = "Platform", .amount = 150, .own = true}, 5, 0);
  like((struct said){.segment = "Retail", .solution = "Platform", .amount = 90}, 10, 0);
  like((struct said){.segment = "Retail", .solution = "Platform", .amount = 100, .own = true}, 20, 0);
  like((struct said){.segment = "Few", .solution = "Platform", .amount = 900}, 9, 0);
  like((struct said){.segment = "Few", .solution = "Platform", .amount = 1, .own = true}, 10, 0);
  like((struct said){.segment = "Bank", .solution = "Platform", .amount = 99999}, 0, 2); /* lost */
  const Sell__DealSizeLift *lifted = finish()->deal_size_lift;
  assert_int_equal(lifted->status, OK);
  assert_int_equal(lifted->ratio_bps, 20294);
  assert_int_equal(lifted->lower_bps, 17390);
  assert_int_equal(lifted->upper_bps, 23684);
  assert_int_equal(lifted->coverage->numerator, 22);
  assert_int_equal(lifted->coverage->denominator, 31);
  assert_int_equal(lifted->n_strata, 3);
  assert_string_equal(lifted->strata[0]->segment, "Bank");
  assert_int_equal(lifted->strata[0]->joint_mean_minor, 50000);
  assert_int_equal(lifted->strata[0]->independent_mean_minor, 20000);
  assert_int_equal(lifted->strata[0]->weight_bps, 5455);
  assert_int_equal(lifted->strata[1]->weight_bps, 4545);
  assert_false(lifted->strata[2]->included);
}

static void sizes_without_a_comparison_say_why(void **state) {
  (void)state;
  begin();
  like((struct said){.segment = "Bank", .amount = 600}, 20, 0);
  assert_int_equal(finish()->deal_size_lift->status, NO_DATA);
  begin();
  like((struct said){.segment = "Bank", .amount = 600}, 20, 0);
  like((struct said){.segment = "Bank", .amount = 600, .own = true}, 9, 40); /* lost ones are no sizes */
  const Sell__DealSizeLift *lifted = finish()->deal_size_lift;
  assert_int_equal(lifted->status, LOW_SAMPLE);
  assert_int_equal(lifted->coverage->numerator, 0);
  request.sample_min = 1; /* a spread needs two */
  begin();
  like((struct said){.segment = "Bank", .amount = 600}, 1, 0);
  like((struct said){.segment = "Bank", .amount = 600, .own = true}, 5, 0);
  assert_int_equal(finish()->deal_size_lift->status, LOW_SAMPLE);
}

static void displacement_counts_named_incumbents(void **state) {
  (void)state;
  request.sample_min = 3;
  begin();
  deal((struct said){.incumbent = "Kestrel", .close = "2026-09-02"});
  deal((struct said){.incumbent = "Kestrel", .close = "2026-08-02"});
  deal((struct said){.incumbent = "Kestrel", .lost = true});
  deal((struct said){.incumbent = "Kestrel", .own = true});
  deal((struct said){.close = "2026-08-03"});
  const Sell__Lift *out = finish();
  assert_int_equal(out->displacement->numerator, 2);
  assert_int_equal(out->displacement->denominator, 3);
  assert_int_equal(out->displacement->status, OK);
  assert_int_equal(out->n_displacement_evidence, 2);
  assert_string_equal(out->displacement_evidence[0], "deal-001"); /* the earlier one */
}

static void new_segments_were_quiet_for_two_years(void **state) {
  (void)state;
  begin();
  deal((struct said){.segment = "Fresh", .close = "2026-08-05"});
  deal((struct said){.segment = "Fresh", .close = "2026-08-04"});
  deal((struct said){.segment = "Own before", .close = "2026-08-05"});
  deal((struct said){.segment = "Own before", .close = "2025-01-05", .own = true});
  deal((struct said){.segment = "Own long before", .close = "2026-08-05"});
  deal((struct said){.segment = "Own long before", .close = "2024-08-04", .own = true});
  deal((struct said){.segment = "Joint before", .close = "2026-08-05"});
  deal((struct said){.segment = "Joint before", .close = "2019-08-05"});
  deal((struct said){.segment = "Own only", .close = "2026-08-05", .own = true});
  deal((struct said){.segment = "", .close = "2026-08-05"});
  const Sell__Lift *out = finish();
  assert_int_equal(out->n_new_segments, 2);
  assert_string_equal(out->new_segments[0]->segment, "Fresh");
  assert_string_equal(out->new_segments[0]->opportunity, "deal-001");
  assert_string_equal(out->new_segments[1]->segment, "Own long before");
}

/* Two years of the calendar, leap days and all: a win on the very day two years earlier is one within them.
 */
static void two_years_are_of_the_calendar(void **state) {
  (void)state;
  static const struct {
    const char *first, *before;
    bool opens;
  } cases[] = {
      {"2025-08-05", "2023-08-05", false}, /* 731 days, as 2024 had 366 */
      {"2025-08-05", "2023-08-04T23:59:59Z", true}, {"2026-08-05", "2024-08-05", false},
      {"2026-08-05", "2024-08-04", true},           {"2024-02-29", "2022-03-01", false},
      {"2024-02-29", "2022-02-28T23:59:59Z", true}, /* 2022 has no 29 February: its month ends before it */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    period.start_time = timestamp_new(arena, at("2024-01-01"));
    begin();
    deal((struct said){.segment = "Fresh", .close = cases[i].first});
    deal((struct said){.segment = "Fresh", .close = cases[i].before, .own = true});
    assert_int_equal(finish()->n_new_segments, cases[i].opens);
  }
}

static void new_customers_by_quarter(void **state) {
  (void)state;
  period.start_time = timestamp_new(arena, at("2026-05-01"));
  begin();
  deal((struct said){.customer = "Acme", .close = "2026-05-05"});
  deal((struct said){.customer = "ACME ", .close = "2026-08-05"}); /* the same one */
  deal((struct said){.customer = "Old", .close = "2026-08-05"});
  deal((struct said){.customer = "Old", .close = "2020-08-05", .own = true});
  deal((struct said){.customer = "Alone", .close = "2026-08-05", .own = true});
  deal((struct said){.customer = "Third", .close = "2026-08-06"});
  deal((struct said){.customer = "April", .close = "2026-04-06"});
  const Sell__Lift *out = finish();
  assert_int_equal(out->n_new_customers, 2);
  assert_int_equal(timestamp_us(out->new_customers[0]->start_time, 0), at("2026-04-01"));
  assert_int_equal(out->new_customers[0]->joint_share->numerator, 1);
  assert_int_equal(out->new_customers[0]->joint_share->denominator, 1);
  assert_int_equal(out->new_customers[1]->joint_share->numerator, 1);
  assert_int_equal(out->new_customers[1]->joint_share->denominator, 2);
  assert_string_equal(out->new_customers[1]->evidence[0], "deal-005");
}

static void scope_is_by_segment(void **state) {
  (void)state;
  char *scope[] = {(char *)"Bank"};
  request.segments = scope;
  request.n_segments = 1;
  begin();
  like((struct said){.segment = "Bank", .customer = "Known"}, 1, 2);
  like((struct said){.segment = "Retail"}, 5, 5);
  deal((struct said){.segment = "Retail", .customer = "Known", .close = "2020-01-01"});
  const Sell__Lift *out = finish();
  assert_int_equal(out->joint_win_rate->numerator, 1);
  assert_int_equal(out->joint_win_rate->denominator, 3);
  assert_int_equal(out->new_customers[0]->joint_share->denominator, 0); /* known from out of scope */
  assert_int_equal(out->n_new_segments, 1);
}

/* ---- the scope of an agreement, and validated propositions ---- */

/* A contract that binds, for banking in the United States. */
static void agree(void) {
  static char *segments[] = {(char *)"banking"}, *countries[] = {(char *)"US"};
  Onboard__Contract contract = ONBOARD__CONTRACT__INIT;
  Onboard__ContractTerms terms = ONBOARD__CONTRACT_TERMS__INIT;
  Onboard__AgreementElements elements = ONBOARD__AGREEMENT_ELEMENTS__INIT;
  Onboard__MarketScopeTerms market = ONBOARD__MARKET_SCOPE_TERMS__INIT;
  contract.name = (char *)"vendors/halden/partnerships/orvane/contracts/master";
  contract.state = ONBOARD__CONTRACT__STATE__STATE_ACTIVE;
  contract.activate_time = timestamp_new(arena, at("2026-01-01"));
  contract.term_end_time = timestamp_new(arena, at("2028-01-01"));
  contract.terms = &terms;
  terms.elements = &elements;
  elements.market_scope = &market;
  market.segments = segments;
  market.country_codes = countries;
  market.n_segments = market.n_country_codes = 1;
  lift_add_contract(lift, &contract);
  assert_null(lift_check_scope(lift));
}

static void validate(const char *id, const char *segment, bool retired) {
  Onboard__JointValueProposition proposition = ONBOARD__JOINT_VALUE_PROPOSITION__INIT;
  Onboard__OutcomeSlots outcome = ONBOARD__OUTCOME_SLOTS__INIT;
  proposition.name = (char *)id;
  proposition.state = retired ? ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_RETIRED
                              : ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_VALIDATED;
  proposition.outcome = &outcome;
  outcome.segment = (char *)segment;
  lift_add_proposition(lift, &proposition);
}

/* By hand, of what closed in the window: in scope are the deals about banks in the US, four of them joint.
 *   win rate        won 3 of 4 joint, 1 of 2 own
 *   displacement    won 1 of 2
 *   new customers   Able, Baker (joint), Own (own): 2 of 3; Elsewhere was won first in Canada, so is no news
 */
static void scope_is_what_the_agreement_says(void **state) {
  (void)state;
  request.scope = SELL__LIFT_SCOPE_SOURCE__LIFT_SCOPE_SOURCE_AGREEMENT;
  begin();
  agree();
  deal((struct said){.segment = "Banking", .country = "US", .customer = "Able", .incumbent = "Kestrel"});
  deal((struct said){.segment = "banking ", .country = "us", .customer = "Baker"});
  deal((struct said){
      .segment = "Banking", .country = "US", .customer = "Cole", .incumbent = "K", .lost = true});
  deal((struct said){.segment = "Banking", .country = "US", .customer = "Elsewhere", .close = "2026-09-01"});
  deal((struct said){.segment = "Banking", .country = "CA", .customer = "Elsewhere", .close = "2026-08-01"});
  deal((struct said){.segment = "Retail", .country = "US", .incumbent = "Kestrel"});
  deal((struct said){.segment = "Banking", .customer = "No country", .incumbent = "Kestrel"});
  deal((struct said){
      .segment = "Banking", .customer = "Nor this", .close = "2026-06-30"}); /* not in the window */
  deal((struct said){.segment = "Banking", .country = "US", .customer = "Own", .own = true});
  deal((struct said){.segment = "Banking", .country = "US", .customer = "Own", .own = true, .lost = true});
  const Sell__Lift *out = finish();
  assert_int_equal(out->joint_win_rate->numerator, 3);
  assert_int_equal(out->joint_win_rate->denominator, 4);
  assert_int_equal(out->independent_win_rate->denominator, 2);
  assert_int_equal(out->displacement->numerator, 1);
  assert_int_equal(out->displacement->denominator, 2);
  assert_int_equal(out->new_customers[0]->joint_share->numerator, 2);
  assert_int_equal(out->new_customers[0]->joint_share->denominator, 3);
  assert_int_equal(out->scope->source, SELL__LIFT_SCOPE_SOURCE__LIFT_SCOPE_SOURCE_AGREEMENT);
  assert_int_equal(out->scope->unplaced_count, 1); /* the one without a country */
  assert_int_equal(out->scope->n_contracts, 1);
  assert_string_equal(out->scope->contracts[0]->segments[0], "banking");
}

/* A segment opens with the first joint win in scope, and any win there in two years keeps it from being new.
 */
static void new_segments_open_in_scope(void **state) {
  (void)state;
  request.scope = SELL__LIFT_SCOPE_SOURCE__LIFT_SCOPE_SOURCE_AGREEMENT;
  begin();
  agree();
  deal((struct said){.segment = "Banking", .country = "US", .close = "2026-08-05"});
  deal((struct said){.segment = "BANKING", .country = "CA", .close = "2023-08-05"});
  deal((struct said){.segment = "Retail", .country = "US", .close = "2026-08-05"});
  const Sell__Lift *out = finish();
  assert_int_equal(out->n_new_segments, 1);
  assert_string_equal(out->new_segments[0]->segment, "Banking");
  assert_string_equal(out->new_segments[0]->opportunity, "deal-000");
  begin();
  agree();
  deal((struct said){.segment = "Banking", .country = "US", .close = "2026-08-05"});
  deal((struct said){.segment = "BANKING", .country = "CA", .close = "2025-08-05"});
  assert_int_equal(finish()->n_new_segments, 0);
}

static void a_scope_needs_an_agreement_and_no_other(void **state) {
  (void)state;
  request.scope = SELL__LIFT_SCOPE_SOURCE__LIFT_SCOPE_SOURCE_AGREEMENT;
  begin();
  const struct status *status = lift_check_scope(lift);
  assert_non_null(status);
  assert_string_equal(status->reason, REASON_MARKET_SCOPE_ABSENT);
  char *segments[] = {(char *)"Bank"};
  request.segments = segments;
  request.n_segments = 1;
  status = lift_begin(arena, &request, (struct lift_facts){"USD", at("2026-11-01")}, &lift);
  assert_non_null(status);
  assert_string_equal(status->violations->field, "segments");
  request.scope = SELL__LIFT_SCOPE_SOURCE__LIFT_SCOPE_SOURCE_UNSPECIFIED;
  begin();
  assert_null(lift_check_scope(lift)); /* asks for no agreement */
  assert_string_equal(finish()->scope->segments[0], "Bank");
}

/* Of six joint deals against a named incumbent four stand behind a validated proposition, three of them won.
 */
static void displacement_where_a_proposition_is_validated(void **state) {
  (void)state;
  request.sample_min = 4;
  begin();
  validate("core", "Regional banks", false);
  validate("old", "Retail", true);
  deal((struct said){.segment = "regional-banks", .incumbent = "Kestrel", .close = "2026-09-01"});
  deal((struct said){.segment = "Regional Banks", .incumbent = "Kestrel", .close = "2026-08-01"});
  deal((struct said){.segment = "Regional banks", .incumbent = "Kestrel", .lost = true});
  deal((struct said){.segment = "Media", .incumbent = "Kestrel", .proposition = "core"});
  deal((struct said){.segment = "Retail", .incumbent = "Kestrel", .proposition = "old"});
  deal((struct said){.segment = "Media", .incumbent = "Kestrel"});
  deal((struct said){.segment = "Regional banks"}); /* nobody was there */
  deal((struct said){.segment = "Regional banks", .incumbent = "Kestrel", .own = true}); /* not joint */
  const Sell__Lift *out = finish();
  assert_int_equal(out->displacement->denominator, 6);
  const Sell__ValidatedDisplacement *cut = out->displacement_validated;
  assert_int_equal(cut->rate->numerator, 3);
  assert_int_equal(cut->rate->denominator, 4);
  assert_int_equal(cut->rate->basis_points, 7500);
  assert_int_equal(cut->rate->status, OK);
  assert_int_equal(cut->n_evidence, 3);
  assert_string_equal(cut->evidence[0], "deal-001");
  assert_int_equal(cut->n_propositions, 1);
  assert_string_equal(cut->propositions[0], "core");
  assert_string_equal(cut->segments[0], "Regional banks");
  request.sample_min = 5;
  begin();
  validate("core", "Regional banks", false);
  like((struct said){.segment = "Regional banks", .incumbent = "Kestrel"}, 2, 2);
  assert_int_equal(finish()->displacement_validated->rate->status, LOW_SAMPLE);
  begin();
  like((struct said){.segment = "Regional banks", .incumbent = "Kestrel"}, 10, 2);
  out = finish();
  assert_int_equal(out->displacement->status, OK);
  assert_int_equal(out->displacement_validated->rate->status, NO_DATA);
  assert_int_equal(out->displacement_validated->n_evidence, 0);
}

/* Three strata by segment alone, as sizes are dropped; by hand:
 *   Bank    joint 12 of 20 (60 %)   own  8 of 20 (40 %)   +20 points   20 joint deals, weight 20/30
 *   Retail  joint  3 of 10 (30 %)   own  6 of 12 (50 %)   -20 points   10 joint deals, weight 10/30
 *   Media   joint  9 of  9          own 30 of 30          too few joint deals: left out
 * so +20 * 2/3 - 20 * 1/3 = +6.67 points, over 30 of 39 joint deals. The limits are those of MOVER, computed
 * apart from Wilson's: joint [.3866, .7812] and [.1078, .6032], own [.2188, .6134] and [.2538, .7462]. */
static void strata_weigh_by_joint_deals(void **state) {
  (void)state;
  begin();
  like((struct said){.segment = "Bank", .solution = "x"}, 12, 8);
  like((struct said){.segment = "BANK", .solution = "x", .own = true}, 8, 12);
  like((struct said){.segment = "Retail", .solution = "x"}, 3, 7);
  like((struct said){.segment = "Retail", .solution = "x", .own = true}, 6, 6);
  like((struct said){.segment = "Media", .solution = "x"}, 9, 0);
  like((struct said){.segment = "Media", .solution = "x", .own = true}, 30, 0);
  const Sell__WinRateLift *lifted = finish()->win_rate_lift;
  assert_int_equal(lifted->n_dropped_dimensions, 1);
  assert_int_equal(lifted->dropped_dimensions[0], DIMENSION(SIZE));
  assert_int_equal(lifted->stratum_count, 3);
  assert_int_equal(lifted->status, OK);
  assert_int_equal(lifted->difference_bps, 667);
  assert_int_equal(lifted->lower_bps, -1599);
  assert_int_equal(lifted->upper_bps, 2815);
  assert_int_equal(lifted->coverage->numerator, 30);
  assert_int_equal(lifted->coverage->denominator, 39);
  assert_int_equal(lifted->coverage->basis_points, 7692);
  assert_int_equal(lifted->strata[0]->weight_bps, 6667);
  assert_int_equal(lifted->strata[1]->weight_bps, 3333);
  assert_int_equal(lifted->strata[2]->weight_bps, 0);
  assert_string_equal(lifted->strata[2]->segment, "Media");
  assert_int_equal(lifted->strata[2]->joint->status, LOW_SAMPLE);
}

/* A win that names no customer makes nobody new, and hides nobody. */
static void a_customer_has_a_name(void **state) {
  (void)state;
  begin();
  deal((struct said){.customer = "", .close = "2026-07-02"});
  deal((struct said){.customer = "", .close = "2026-07-03", .own = true});
  deal((struct said){.customer = "Able", .close = "2026-07-04"});
  const Sell__Lift *out = finish();
  assert_int_equal(out->new_customers[0]->joint_share->numerator, 1);
  assert_int_equal(out->new_customers[0]->joint_share->denominator, 1);
  assert_int_equal(out->joint_win_rate->denominator, 2);
}

static void every_violation_is_named(void **state) {
  (void)state;
  int64_t bounds[] = {500, 500};
  Sell__LiftDimension odd[] = {(Sell__LiftDimension)0};
  period.end_time = timestamp_new(arena, at("2026-09-15"));
  request.size_bounds_minor = bounds;
  request.n_size_bounds_minor = 2;
  request.dimensions = odd;
  request.n_dimensions = 1;
  const struct status *status =
      lift_begin(arena, &request, (struct lift_facts){"USD", at("2026-11-01")}, &lift);
  assert_non_null(status);
  assert_string_equal(status->reason, REASON_INVALID_REQUEST);
  static const char *const fields[] = {"period", "size_bounds_minor", "dimensions"};
  const struct violation *violation = status->violations;
  for (size_t i = 0; i < 3; i++, violation = violation->next)
    assert_string_equal(violation->field, fields[i]);
  assert_null(violation);
}

/* As many closed deals as are promised, with names as imports give them, fit the memory of one call. */
static void eighty_thousand_fit_one_call(void **state) {
  (void)state;
  enum { DEALS = 80000 };
  static const char *const segments[] = {"Healthcare", "Manufacturing", "Public sector", "Retail", "Banking"};
  char name[128], account[64];
  Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT;
  Sell__Customer customer = SELL__CUSTOMER__INIT;
  Type__Money money = TYPE__MONEY__INIT;
  opportunity.close_time = timestamp_new(arena, at("2026-08-01"));
  opportunity.customer = &customer;
  opportunity.amount = &money;
  opportunity.name = name;
  opportunity.solution = (char *)"Platform";
  customer.account = account;
  size_t before = arena_used(arena);
  begin();
  for (int i = 0; i < DEALS; i++) {
    snprintf(name, sizeof name, "vendors/halden/partnerships/northgate/opportunities/x-%040d", i);
    snprintf(account, sizeof account, "Northgate Hospital Trust %d", i % 20000);
    opportunity.segment = (char *)segments[i % 5];
    opportunity.engagement = i % 3 ? SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
                                   : SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
    opportunity.state = i % 2 ? SELL__OPPORTUNITY__STATE__STATE_WON : SELL__OPPORTUNITY__STATE__STATE_LOST;
    money.amount_minor = 1000 + i;
    lift_add(lift, &opportunity);
  }
  assert_int_equal(finish()->joint_win_rate->denominator, DEALS / 3 + 1);
  assert_in_range(arena_used(arena) - before, 0,
                  LIMIT_CALL_ARENA_BYTES * 7 / 8); /* the rest is for reading */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(like_is_compared_with_like),
      TEST(strata_need_enough_on_each_side),
      TEST(nothing_is_not_zero),
      TEST(what_many_do_not_say_is_left_out),
      TEST(bands_begin_at_their_bound),
      TEST(deal_sizes),
      TEST(sizes_are_compared_like_with_like),
      TEST(sizes_without_a_comparison_say_why),
      TEST(displacement_counts_named_incumbents),
      TEST(new_segments_were_quiet_for_two_years),
      TEST(two_years_are_of_the_calendar),
      TEST(new_customers_by_quarter),
      TEST(scope_is_by_segment),
      TEST(scope_is_what_the_agreement_says),
      TEST(new_segments_open_in_scope),
      TEST(a_scope_needs_an_agreement_and_no_other),
      TEST(displacement_where_a_proposition_is_validated),
      TEST(strata_weigh_by_joint_deals),
      TEST(a_customer_has_a_name),
      TEST(every_violation_is_named),
      TEST(eighty_thousand_fit_one_call),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
