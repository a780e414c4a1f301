/* Lift over the wire: each party compares with its own, and neither learns of the other's. */
#include "sell/follow.h"
#include "sell/json_call.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "entente/onboard/v1/contract.pb-c.h"
#include "entente/onboard/v1/joint_value_proposition.pb-c.h"
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

/* ---- what sell follows of onboard's ---- */

/* An entry of onboard's feed about a resource; `message` NULL: it was deleted. */
struct news {
  const char *type, *resource;
  const ProtobufCMessage *message;
};

static const struct status *hear(struct txn *txn, void *context) {
  const struct news *news = context;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  entry.name = (char *)"vendors/halden/ledgerEntries/1";
  entry.type = (char *)news->type;
  entry.resource = (char *)news->resource;
  if (news->message) {
    entry.payload_type = (char *)news->message->descriptor->name;
    entry.payload.len = protobuf_c_message_get_packed_size(news->message);
    entry.payload.data = arena_alloc(txn_arena(txn), entry.payload.len);
    protobuf_c_message_pack(news->message, entry.payload.data);
  }
  const struct status *status = onboard_apply(NULL, txn, &entry);
  return status ? status : txn_commit(txn, NULL);
}

/* A copy is put without being read, so its time has to be later than that of the one before. */
static void follow(struct pillar_fixture *f, struct news *news) {
  fixture_set_now(f->server, fixture_now(f->server) + 1);
  const struct status *status = fixture_txn(f->server, hear, news);
  if (status)
    fail_msg("%s: %s", news->type, status->message);
}

static void proposition_is(struct pillar_fixture *f, const char *p, const char *segment,
                           Onboard__JointValueProposition__State in) {
  Onboard__JointValueProposition proposition = ONBOARD__JOINT_VALUE_PROPOSITION__INIT;
  Onboard__OutcomeSlots outcome = ONBOARD__OUTCOME_SLOTS__INIT;
  proposition.name = arena_printf(pillar_arena(f), "%s/jointValuePropositions/core", p);
  proposition.state = in;
  proposition.outcome = &outcome;
  outcome.segment = (char *)segment;
  struct news news = {"proposition.validated", proposition.name, &proposition.base};
  follow(f, &news);
}

/* A contract about banking that is active from 2026 to 2028. */
static void contract_is(struct pillar_fixture *f, const char *p, Onboard__Contract__State in) {
  static char *segments[] = {(char *)"bank"};
  Onboard__Contract contract = ONBOARD__CONTRACT__INIT;
  Onboard__ContractTerms terms = ONBOARD__CONTRACT_TERMS__INIT;
  Onboard__AgreementElements elements = ONBOARD__AGREEMENT_ELEMENTS__INIT;
  Onboard__MarketScopeTerms market = ONBOARD__MARKET_SCOPE_TERMS__INIT;
  contract.name = arena_printf(pillar_arena(f), "%s/contracts/master", p);
  contract.state = in;
  contract.activate_time = pillar_time(f, "2026-01-01");
  contract.term_end_time = pillar_time(f, "2028-01-01");
  contract.terms = &terms;
  terms.elements = &elements;
  elements.market_scope = &market;
  market.segments = segments;
  market.n_segments = 1;
  struct news news = {"contract.activated", contract.name, &contract.base};
  follow(f, &news);
}

/* Joint deals against an incumbent, won and lost, of two segments. */
static void close_against_incumbents(struct pillar_fixture *f, const char *p) {
  static const struct {
    const char *segment;
    bool lost;
  } deals[] = {{"Bank", false}, {"BANK", false}, {"Bank", true}, {"Retail", false}, {"Retail", true}};
  for (size_t i = 0; i < sizeof deals / sizeof *deals; i++) {
    const Sell__ImportOpportunitiesResponse *answer = json_call(
        f, f->manager, "OpportunityService/ImportOpportunities",
        "{\"parent\": \"%s\", \"rows\": [{\"externalId\": \"d-%zu\", \"engagement\": \"ENGAGEMENT_JOINT\", "
        "\"customer\": {\"account\": \"customer %zu\"}, \"segment\": \"%s\", \"solution\": \"Platform\", "
        "\"amount\": {\"currencyCode\": \"USD\", \"amountMinor\": \"500\"}, \"incumbentCompetitor\": "
        "\"Kestrel\", \"state\": \"STATE_%s\", \"stage\": \"STAGE_COMMITTED\", \"openTime\": "
        "\"2026-03-01T00:00:00Z\", \"closeTime\": "
        "\"2026-05-01T00:00:00Z\"%s}]}",
        p, i, i, deals[i].segment, deals[i].lost ? "LOST" : "WON",
        deals[i].lost ? ", \"lossReason\": \"LOSS_REASON_PRICE\"" : "");
    assert_int_equal(answer->results[0]->outcome, SELL__ROW_RESULT__OUTCOME__OUTCOME_CREATED);
  }
}

static void displacement_is_cut_by_validated_propositions(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "lift-validated", "orvane-global");
  close_against_incumbents(f, p);
  assert_int_equal(lift(f, f->viewer, p)->displacement_validated->rate->status, NO_DATA);
  proposition_is(f, p, "bank", ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_IN_VALIDATION);
  assert_int_equal(lift(f, f->viewer, p)->displacement_validated->rate->status, NO_DATA);
  proposition_is(f, p, "bank", ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_VALIDATED);
  const struct principal *const both[] = {f->viewer, f->partner_viewer};
  for (size_t i = 0; i < 2; i++) {
    const Sell__Lift *found = lift(f, both[i], p);
    const Sell__ValidatedDisplacement *cut = found->displacement_validated;
    assert_int_equal(found->displacement->denominator, 5);
    assert_int_equal(cut->rate->numerator, 2);
    assert_int_equal(cut->rate->denominator, 3);
    assert_int_equal(cut->n_evidence, 2);
    assert_string_equal(cut->propositions[0],
                        arena_printf(pillar_arena(f), "%s/jointValuePropositions/core", p));
    assert_string_equal(cut->segments[0], "bank");
  }
  proposition_is(f, p, "bank", ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_RETIRED);
  assert_int_equal(lift(f, f->viewer, p)->displacement_validated->rate->status, NO_DATA);
  /* Another partnership's proposition stands behind nothing here, and a deleted one behind nothing at all. */
  proposition_is(f, CASTELLAN, "bank", ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_VALIDATED);
  assert_int_equal(lift(f, f->viewer, p)->displacement_validated->n_propositions, 0);
  proposition_is(f, p, "bank", ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_VALIDATED);
  struct news gone = {"proposition.deleted",
                      arena_printf(pillar_arena(f), "%s/jointValuePropositions/core", p), NULL};
  follow(f, &gone);
  assert_int_equal(lift(f, f->viewer, p)->displacement_validated->rate->status, NO_DATA);
}

#define ASK_AGREEMENT                                                                                        \
  "{\"name\": \"%s/lift\", \"scope\": \"LIFT_SCOPE_SOURCE_AGREEMENT\", \"period\": {\"startTime\": "         \
  "\"2026-04-01T00:00:00Z\", \"endTime\": \"2026-07-01T00:00:00Z\"}%s}"

static void scope_follows_the_agreement(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "lift-scope", "orvane-global");
  close_against_incumbents(f, p);
  const struct status *status =
      json_refused(f, f->partner, "MARKET_SCOPE_ABSENT", "LiftService/GetLift", ASK_AGREEMENT, p, "");
  assert_string_equal(status->metadata->value, p);
  contract_is(f, p, ONBOARD__CONTRACT__STATE__STATE_DRAFT);
  json_refused(f, f->partner, "MARKET_SCOPE_ABSENT", "LiftService/GetLift", ASK_AGREEMENT, p, "");
  contract_is(f, p, ONBOARD__CONTRACT__STATE__STATE_ACTIVE);
  const struct principal *const both[] = {f->viewer, f->partner_viewer};
  for (size_t i = 0; i < 2; i++) {
    const Sell__Lift *found = json_call(f, both[i], "LiftService/GetLift", ASK_AGREEMENT, p, "");
    assert_int_equal(found->displacement->denominator, 3);
    assert_int_equal(found->new_customers[0]->joint_share->denominator, 2);
    assert_int_equal(found->n_new_segments, 1);
    assert_int_equal(found->scope->n_contracts, 1);
    assert_string_equal(found->scope->contracts[0]->segments[0], "bank");
  }
  assert_int_equal(lift(f, f->viewer, p)->displacement->denominator, 5); /* as before, when nothing is said */
  json_refused(f, f->viewer, REASON_INVALID_REQUEST, "LiftService/GetLift", ASK_AGREEMENT, p,
               ", \"segments\": [\"Bank\"]");
  contract_is(f, p, ONBOARD__CONTRACT__STATE__STATE_TERMINATED);
  json_refused(f, f->partner, "MARKET_SCOPE_ABSENT", "LiftService/GetLift", ASK_AGREEMENT, p, "");
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
      cmocka_unit_test(displacement_is_cut_by_validated_propositions),
      cmocka_unit_test(scope_follows_the_agreement),
      cmocka_unit_test(every_deal_counts),
      cmocka_unit_test(refusals),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
