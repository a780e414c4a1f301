/* Lift over the wire: each party compares with its own, and neither learns of the other's. */
#include "sell/json_call.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "entente/sell/v1/lift_service.pb-c.h"

#include <string.h>

#define OK TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
#define NO_DATA TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA
#define ASK                                                                                                  \
  "{\"name\": \"%s/lift\", \"period\": {\"startTime\": \"2026-04-01T00:00:00Z\", \"endTime\": "              \
  "\"2026-07-01T00:00:00Z\"}}"

/* Rows as an import brings them: `won` and `lost` of them, of one segment and solution. */
static void import(struct pillar_fixture *f, const struct principal *who, const char *p, const char *prefix,
                   bool joint, int won, int lost) {
  struct arena *arena = pillar_arena(f);
  for (int first = 0; first < won + lost; first += 32) {
    const char *rows = "";
    for (int i = first; i < won + lost && i < first + 32; i++)
      rows = arena_printf(
          arena,
          "%s%s{\"externalId\": \"%s-%d\", \"engagement\": \"ENGAGEMENT_%s\", \"customer\": {\"account\": "
          "\"%s customer %d\"}, \"segment\": \"Bank\", \"solution\": \"Platform\", \"amount\": "
          "{\"currencyCode\": \"USD\", \"amountMinor\": \"%d\"}, \"state\": \"STATE_%s\", \"stage\": "
          "\"STAGE_COMMITTED\", \"openTime\": \"2026-03-01T00:00:00Z\", \"closeTime\": "
          "\"2026-05-01T00:00:00Z\"%s}",
          rows, *rows ? ", " : "", prefix, i, joint ? "JOINT" : "INDEPENDENT", prefix, i,
          joint ? 62000 : 34000, i < won ? "WON" : "LOST",
          i < won ? "" : ", \"lossReason\": \"LOSS_REASON_PRICE\"");
    const Sell__ImportOpportunitiesResponse *answer = json_call(
        f, who, "OpportunityService/ImportOpportunities", "{\"parent\": \"%s\", \"rows\": [%s]}", p, rows);
    for (size_t i = 0; i < answer->n_results; i++)
      assert_int_equal(answer->results[i]->outcome, SELL__ROW_RESULT__OUTCOME__OUTCOME_CREATED);
  }
}

static const Sell__Lift *lift(struct pillar_fixture *f, const struct principal *who, const char *p) {
  return json_call(f, who, "LiftService/GetLift", ASK, p);
}

static void each_party_compares_with_its_own(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "lift", "orvane-global");
  import(f, f->manager, p, "j", true, 30, 20);
  import(f, f->manager, p, "v", false, 30, 90);
  const Sell__Lift *vendor = lift(f, f->viewer, p), *partner = lift(f, f->partner_viewer, p);
  assert_int_equal(vendor->win_rate_lift->status, OK);
  assert_int_equal(vendor->win_rate_lift->difference_bps, 3500);
  assert_int_equal(vendor->win_rate_lift->coverage->basis_points, 10000);
  assert_int_equal(vendor->deal_size->mean_ratio->numerator, 62000);
  assert_int_equal(vendor->deal_size->mean_ratio->denominator, 34000);
  assert_string_equal(vendor->currency_code, "USD");
  assert_int_equal(vendor->n_new_segments, 1);
  assert_int_equal(vendor->new_customers[0]->joint_share->denominator, 60);
  /* The partner sells nothing alone: it sees nothing of the vendor's own. */
  assert_int_equal(partner->joint_win_rate->numerator, 30);
  assert_int_equal(partner->independent_win_rate->denominator, 0);
  assert_int_equal(partner->win_rate_lift->status, NO_DATA);
  assert_int_equal(partner->deal_size->independent_count, 0);
  assert_int_equal(partner->new_customers[0]->joint_share->denominator, 30);
  import(f, f->partner, p, "p", false, 20, 20);
  assert_int_equal(lift(f, f->partner, p)->win_rate_lift->difference_bps, 1000);
  assert_int_equal(lift(f, f->manager, p)->win_rate_lift->difference_bps, 3500);
}

/* More than a page of each state. */
static void every_deal_counts(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "lift-many", "orvane-global");
  import(f, f->manager, p, "j", true, 620, 540);
  const Sell__Lift *found = lift(f, f->partner, p);
  assert_int_equal(found->joint_win_rate->numerator, 620);
  assert_int_equal(found->joint_win_rate->denominator, 1160);
  assert_int_equal(found->new_customers[0]->joint_share->numerator, 620);
  assert_int_equal(found->new_customers[0]->n_evidence, 100);
}

static void refusals(void **state) {
  struct pillar_fixture *f = *state;
  json_refused(f, f->stranger, REASON_ACCESS_DENIED, "LiftService/GetLift", ASK, ORVANE);
  json_refused(f, f->manager, REASON_PARTNERSHIP_UNKNOWN, "LiftService/GetLift", ASK,
               "vendors/halden/partnerships/unheard-of");
  json_refused(f, f->manager, REASON_INVALID_REQUEST, "LiftService/GetLift",
               "{\"name\": \"" ORVANE "/lift\"}");
  const struct status *status =
      json_refused(f, f->manager, REASON_INVALID_REQUEST, "LiftService/GetLift",
                   "{\"name\": \"" ORVANE "/lift\", \"sizeBoundsMinor\": [\"9\", \"8\"], \"period\": "
                   "{\"startTime\": \"2026-04-02T00:00:00Z\", \"endTime\": \"2026-07-01T00:00:00Z\"}}");
  assert_int_equal(violation_count(status), 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_party_compares_with_its_own),
      cmocka_unit_test(every_deal_counts),
      cmocka_unit_test(refusals),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
