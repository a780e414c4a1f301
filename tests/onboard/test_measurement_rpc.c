/* What other pillars record, as it comes in by their feeds, and the commitments that count it. */
#include "onboard/follow.h"
#include "onboard/service_fixture.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "support/check.h"

#include "entente/enable/v1/credential.pb-c.h"
#include "entente/market/v1/settlement.pb-c.h"
#include "entente/onboard/v1/measurement_service.pb-c.h"
#include "entente/sell/v1/customer_activity.pb-c.h"
#include "entente/sell/v1/help_request.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

#include <pthread.h>
#include <string.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define START "2026-07-15T12:00:00Z"
#define FULL 10000

/* Five measured commitments of FY 2026, due 2026-09-30, a weight of 100 each. */
static const char measured_terms[] =
    "{'period': {'startTime': '2026-01-01T00:00:00Z', 'endTime': '2027-01-01T00:00:00Z'}, 'commitments': ["
    "{'id': 'revenue', 'owner': 'PARTY_PARTNER', 'kind': 'COMMITMENT_KIND_REVENUE', 'title': 'Revenue', "
    "'unit': "
    "'COMMITMENT_UNIT_MONEY', 'currencyCode': 'USD', 'target': 1000, 'weight': 100, 'dueTime': "
    "'2026-09-30T00:00:00Z', 'consequence': 'The committee decides', 'measure': "
    "'COMMITMENT_MEASURE_MEASURED'},"
    "{'id': 'certified', 'owner': 'PARTY_PARTNER', 'kind': 'COMMITMENT_KIND_CERTIFICATION', 'title': "
    "'People', "
    "'unit': 'COMMITMENT_UNIT_COUNT', 'target': 4, 'weight': 100, 'dueTime': '2026-09-30T00:00:00Z', "
    "'consequence': 'The committee decides', 'measure': 'COMMITMENT_MEASURE_MEASURED'},"
    "{'id': 'budget', 'owner': 'PARTY_VENDOR', 'kind': 'COMMITMENT_KIND_CO_MARKETING_BUDGET', 'title': "
    "'MDF', "
    "'unit': 'COMMITMENT_UNIT_MONEY', 'currencyCode': 'USD', 'target': 800, 'weight': 100, 'dueTime': "
    "'2026-09-30T00:00:00Z', 'consequence': 'The committee decides', 'measure': "
    "'COMMITMENT_MEASURE_MEASURED'},"
    "{'id': 'hours', 'owner': 'PARTY_VENDOR', 'kind': 'COMMITMENT_KIND_PRE_SALES', 'title': 'Hours', 'unit': "
    "'COMMITMENT_UNIT_HOURS', 'target': 40, 'weight': 100, 'dueTime': '2026-09-30T00:00:00Z', 'consequence': "
    "'The committee decides', 'measure': 'COMMITMENT_MEASURE_MEASURED'},"
    "{'id': 'developed', 'owner': 'PARTY_PARTNER', 'kind': 'COMMITMENT_KIND_CUSTOMER_DEVELOPMENT', 'title': "
    "'Customers', 'unit': 'COMMITMENT_UNIT_COUNT', 'target': 4, 'weight': 100, 'dueTime': "
    "'2026-09-30T00:00:00Z', 'consequence': 'The committee decides', 'measure': "
    "'COMMITMENT_MEASURE_MEASURED'}]}";

/* ---- entries of other pillars ---- */

struct telling {
  const char *name, *type, *resource;
  const ProtobufCMessage *payload;
  Type__Party private_to;
};

static const struct status *tell(struct txn *txn, void *context) {
  const struct telling *telling = context;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  uint8_t *packed = arena_calloc(txn_arena(txn), protobuf_c_message_get_packed_size(telling->payload), 1);
  entry.name = (char *)telling->name;
  entry.type = (char *)telling->type;
  entry.resource = (char *)telling->resource;
  entry.payload_type = (char *)telling->payload->descriptor->name;
  entry.payload.len = protobuf_c_message_pack(telling->payload, packed);
  entry.payload.data = packed;
  entry.private_to = telling->private_to;
  const struct status *status = pillar_apply(NULL, txn, &entry);
  return status ? status : txn_commit(txn, NULL);
}

/* As a follower does: a lost race is run again. */
static void hear(struct onboard_fixture *fixture, struct telling *telling) {
  const struct status *status;
  do
    status = fixture_txn(fixture->server, tell, telling);
  while (status && status->code == CODE_ABORTED);
  if (status)
    fail_msg("%s: %s %s", telling->type, status->reason, status->message);
}

static const char *below(struct onboard_fixture *fixture, const char *partnership, const char *collection,
                         int number) {
  return arena_printf(fixture_arena(fixture->server), "%s/%s/n%d", partnership, collection, number);
}

static void hear_opportunity(struct onboard_fixture *fixture, const char *partnership, int number,
                             const char *type, const char *currency, int64_t amount, const char *closed) {
  Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT;
  Type__Money money = TYPE__MONEY__INIT;
  int64_t close_us;
  assert_true(time_parse(closed, &close_us));
  money.currency_code = (char *)currency;
  money.amount_minor = amount;
  opportunity.name = (char *)below(fixture, partnership, "opportunities", number);
  opportunity.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  opportunity.amount = &money;
  opportunity.close_time = timestamp_new(fixture_arena(fixture->server), close_us);
  hear(fixture, &(struct telling){below(fixture, partnership, "ledger", number), type, opportunity.name,
                                  &opportunity.base, NOBODY});
}

static const Onboard__Commitment *commitment_of(struct onboard_fixture *fixture, const char *plan,
                                                const char *id) {
  return ask(fixture, fixture->partner_manager, "CommitmentService/GetCommitment",
             "{'name': '%s/commitments/%s'}", plan, id);
}

static const char *measured(struct onboard_fixture *fixture, const char *id, const char **plan) {
  set_now(fixture, START);
  const char *partnership = partnership_designated(fixture, id);
  *plan = plan_in_force(fixture, partnership, "fy26", "", measured_terms);
  return partnership;
}

/* ---- tests ---- */

static void wins_count_and_reversals_take_back(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *plan, *partnership = measured(fixture, "wins", &plan);
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.weight", PARTNER), 300 * FULL);
  hear_opportunity(fixture, partnership, 1, "opportunity.won", "USD", 600, "2026-07-01");
  assert_int_equal(commitment_of(fixture, plan, "revenue")->confirmed, 600);
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.achieved", PARTNER), 60 * 100 * 100);
  hear_opportunity(fixture, partnership, 1, "opportunity.won", "USD", 600, "2026-07-01"); /* once more */
  hear_opportunity(fixture, partnership, 2, "opportunity.won", "EUR", 600,
                   "2026-07-01"); /* not that currency */
  hear_opportunity(fixture, partnership, 3, "opportunity.won", "USD", 600,
                   "2025-12-31"); /* before it starts */
  assert_int_equal(commitment_of(fixture, plan, "revenue")->confirmed, 600);
  hear_opportunity(fixture, partnership, 4, "opportunity.won", "USD", 400, "2026-07-02");
  assert_int_equal(commitment_of(fixture, plan, "revenue")->state,
                   ONBOARD__COMMITMENT__STATE__STATE_FULFILLED);
  hear_opportunity(fixture, partnership, 1, "opportunity.reversed", "USD", 600, "2026-07-01");
  hear_opportunity(fixture, partnership, 1, "opportunity.reversed", "USD", 600, "2026-07-01");
  assert_int_equal(commitment_of(fixture, plan, "revenue")->confirmed, 400);
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.achieved", PARTNER), 40 * 100 * 100);
  /* The evidence, in the order it happened; what was taken back is there as such. */
  const Onboard__ListMeasurementsResponse *list =
      ask(fixture, fixture->partner_manager, "MeasurementService/ListMeasurements",
          "{'parent': '%s/commitments/revenue'}", plan);
  assert_int_equal(list->n_measurements, 2);
  assert_int_equal(list->measurements[0]->state, ONBOARD__MEASUREMENT__STATE__STATE_TAKEN_BACK);
  assert_string_equal(list->measurements[1]->source_entry, below(fixture, partnership, "ledger", 4));
  list = ask(fixture, fixture->viewer, "MeasurementService/ListMeasurements",
             "{'parent': '%s', 'pageSize': 3}", partnership);
  assert_int_equal(list->n_measurements, 3);
  assert_true(*list->next_page_token);
  ask(fixture, fixture->viewer, "MeasurementService/GetMeasurement", "{'name': '%s'}",
      list->measurements[0]->name);
  refused(fixture, fixture->stranger, "MeasurementService/GetMeasurement", REASON_ACCESS_DENIED,
          "{'name': '%s'}", list->measurements[0]->name);
  refused(fixture, fixture->viewer, "MeasurementService/ListMeasurements", REASON_NOT_FOUND,
          "{'parent': '%s/commitments/nothing'}", plan);
  const char *types = ledger_types(fixture, fixture->partner, partnership);
  assert_non_null(strstr(types, "measurement.counted commitment.measured"));
  assert_non_null(strstr(types, "measurement.taken_back commitment.measured"));
}

static void nobody_claims_what_is_measured(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *plan, *partnership = measured(fixture, "claims", &plan);
  (void)partnership;
  const struct status *status = refused(
      fixture, fixture->partner, "CommitmentService/ClaimFulfilment", "MEASURED_COMMITMENT",
      "{'parent': '%s/commitments/revenue', 'claim': {'amount': 10, 'evidence': 'a contract'}}", plan);
  assert_non_null(strstr(status_metadata_text(status, "commitment"), "/commitments/revenue"));
  refused(fixture, fixture->vendor, "PlanService/CreatePlan", REASON_INVALID_REQUEST,
          "{'parent': '%s', 'plan': {'title': 'x', 'terms': {'commitments': [{'id': 'a', 'owner': "
          "'PARTY_PARTNER', 'kind': 'COMMITMENT_KIND_CO_MARKETING_BUDGET', 'title': 'a', 'unit': "
          "'COMMITMENT_UNIT_MONEY', 'currencyCode': 'USD', 'target': 1, 'weight': 1, 'dueTime': "
          "'2026-09-30T00:00:00Z', 'measure': 'COMMITMENT_MEASURE_MEASURED'}]}}}",
          partnership);
}

static void each_pillar_measures_its_own(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *plan, *partnership = measured(fixture, "pillars", &plan);
  const char *entry = below(fixture, partnership, "ledger", 9);
  Enable__Credential credential = ENABLE__CREDENTIAL__INIT;
  credential.party = PARTNER;
  for (int i = 0; i < 3; i++) {
    credential.name = (char *)below(fixture, partnership, "credentials", i);
    credential.renews = i == 2 ? (char *)below(fixture, partnership, "credentials", 0) : (char *)"";
    hear(fixture, &(struct telling){entry, "credential.issued", credential.name, &credential.base, NOBODY});
  }
  assert_int_equal(commitment_of(fixture, plan, "certified")->confirmed, 2); /* the third renews the first */
  credential.name = (char *)below(fixture, partnership, "credentials", 1);
  credential.renews = (char *)"";
  hear(fixture, &(struct telling){entry, "credential.revoked", credential.name, &credential.base, NOBODY});
  assert_int_equal(commitment_of(fixture, plan, "certified")->confirmed, 1);
  Market__Settlement settlement = MARKET__SETTLEMENT__INIT;
  settlement.currency_code = (char *)"USD";
  settlement.amount_minor = 300;
  const char *paid =
      arena_printf(fixture_arena(fixture->server), "%s/fundRequests/a/claims/b/settlements/c", partnership);
  hear(fixture, &(struct telling){entry, "settlement.paid", paid, &settlement.base, NOBODY});
  assert_int_equal(commitment_of(fixture, plan, "budget")->confirmed, 300);
  Sell__HelpRequest help = SELL__HELP_REQUEST__INIT;
  help.owner = VENDOR;
  help.delivered_hours = 12;
  help.acknowledged_hours = 10;
  const char *helped = below(fixture, partnership, "helpRequests", 1);
  hear(fixture, &(struct telling){entry, "help_request.acknowledged", helped, &help.base, NOBODY});
  assert_int_equal(commitment_of(fixture, plan, "hours")->confirmed, 10);
  help.owner = PARTNER; /* the other side's hours are not the vendor's */
  helped = below(fixture, partnership, "helpRequests", 2);
  hear(fixture, &(struct telling){entry, "help_request.acknowledged", helped, &help.base, NOBODY});
  assert_int_equal(commitment_of(fixture, plan, "hours")->confirmed, 10);
}

static void hear_activity(struct onboard_fixture *fixture, const char *partnership, int number,
                          const char *type, Type__Party owner, const char *held) {
  Sell__CustomerActivity activity = SELL__CUSTOMER_ACTIVITY__INIT;
  int64_t hold_us;
  assert_true(time_parse(held, &hold_us));
  activity.name = (char *)below(fixture, partnership, "customerActivities", number);
  activity.owner = owner;
  activity.hold_time = timestamp_new(fixture_arena(fixture->server), hold_us);
  hear(fixture, &(struct telling){below(fixture, partnership, "ledger", number), type, activity.name,
                                  &activity.base, NOBODY});
}

static void activities_count_while_they_are_acknowledged(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *plan, *partnership = measured(fixture, "activities", &plan);
  static const char acknowledged[] = "customer_activity.acknowledged";
  hear_activity(fixture, partnership, 1, acknowledged, PARTNER, "2026-07-01");
  hear_activity(fixture, partnership, 2, acknowledged, PARTNER, "2026-02-01");
  hear_activity(fixture, partnership, 2, acknowledged, PARTNER, "2026-02-01"); /* once more */
  hear_activity(fixture, partnership, 3, acknowledged, VENDOR, "2026-07-01");  /* not the owner's */
  hear_activity(fixture, partnership, 4, acknowledged, PARTNER, "2025-12-31"); /* before it starts */
  hear_activity(fixture, partnership, 5, "customer_activity.held", PARTNER, "2026-07-01"); /* on its word */
  assert_int_equal(commitment_of(fixture, plan, "developed")->confirmed, 2);
  const Onboard__ListMeasurementsResponse *list =
      ask(fixture, fixture->partner_manager, "MeasurementService/ListMeasurements",
          "{'parent': '%s/commitments/developed'}", plan);
  assert_int_equal(list->n_measurements, 2);
  assert_string_equal(list->measurements[1]->source, below(fixture, partnership, "customerActivities", 1));
  assert_string_equal(list->measurements[1]->source_entry, below(fixture, partnership, "ledger", 1));
  assert_int_equal(list->measurements[1]->amount, 1);
  hear_activity(fixture, partnership, 1, "customer_activity.reversed", PARTNER, "2026-07-01");
  assert_int_equal(commitment_of(fixture, plan, "developed")->confirmed, 1);
}

/* What is shown of a kind is the part of fulfilment that is of that kind, over-delivery capped in both. */
static void attainment_is_fulfilment_of_one_kind(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *plan, *partnership = measured(fixture, "attained", &plan);
  static const struct {
    const char *kind;
    int64_t achieved;
  } expected[] = {{"revenue", 60 * 100 * 100}, {"certification", 0}, {"customer_development", 100 * FULL}};
  hear_opportunity(fixture, partnership, 1, "opportunity.won", "USD", 600, "2026-07-01");
  for (int i = 2; i < 8; i++) /* two more than the target */
    hear_activity(fixture, partnership, i, "customer_activity.acknowledged", PARTNER, "2026-07-01");
  int64_t achieved = 0;
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    struct arena *arena = fixture_arena(fixture->server);
    const char *name = arena_printf(arena, "attainment.%s.achieved", expected[i].kind);
    int64_t found = counter(fixture, partnership, "2026-09", name, PARTNER);
    assert_int_equal(found, expected[i].achieved);
    achieved += found;
    name = arena_printf(arena, "attainment.%s.weight", expected[i].kind);
    assert_int_equal(counter(fixture, partnership, "2026-09", name, PARTNER), 100 * FULL);
    assert_int_equal(counter(fixture, partnership, "2026-09", name, VENDOR), 0);
  }
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.achieved", PARTNER), achieved);
  ask(fixture, fixture->vendor, "CommitmentService/WaiveCommitment",
      "{'name': '%s/commitments/certified', 'reason': 'the course was called off'}", plan);
  assert_int_equal(counter(fixture, partnership, "2026", "attainment.certification.weight", PARTNER), 0);
}

static void what_one_party_alone_sees_measures_nothing(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *plan, *partnership = measured(fixture, "private", &plan);
  Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT;
  Type__Money money = TYPE__MONEY__INIT;
  money.currency_code = (char *)"USD";
  money.amount_minor = 500;
  opportunity.amount = &money;
  opportunity.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  const char *entry = below(fixture, partnership, "ledger", 1),
             *name = below(fixture, partnership, "opportunities", 1);
  hear(fixture, &(struct telling){entry, "opportunity.won", name, &opportunity.base, PARTNER});
  opportunity.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  hear(fixture, &(struct telling){entry, "opportunity.won", name, &opportunity.base, NOBODY});
  assert_int_equal(commitment_of(fixture, plan, "revenue")->confirmed, 0);
  const Onboard__ListMeasurementsResponse *list =
      ask(fixture, fixture->viewer, "MeasurementService/ListMeasurements", "{'parent': '%s'}", partnership);
  assert_int_equal(list->n_measurements, 0);
  struct telling wrong = {entry, "opportunity.won", name, &money.base, NOBODY};
  const struct status *status = fixture_txn(fixture->server, tell, &wrong);
  assert_string_equal(status->reason, "PAYLOAD_MALFORMED");
  const char *unknown = HALDEN "/partnerships/never-was/opportunities/o";
  opportunity.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  hear(fixture, &(struct telling){entry, "opportunity.won", unknown, &opportunity.base, NOBODY});
}

static void a_later_version_counts_what_was_there(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *plan, *partnership = measured(fixture, "versions", &plan);
  hear_opportunity(fixture, partnership, 1, "opportunity.won", "USD", 250, "2026-03-01");
  hear_opportunity(fixture, partnership, 2, "opportunity.won", "USD", 150, "2026-05-01");
  const char *next = plan_in_force(fixture, partnership, "fy26b", plan, measured_terms);
  assert_int_equal(commitment_of(fixture, next, "revenue")->confirmed, 400);
  assert_int_equal(commitment_of(fixture, plan, "revenue")->state,
                   ONBOARD__COMMITMENT__STATE__STATE_RELEASED);
  hear_opportunity(fixture, partnership, 2, "opportunity.reversed", "USD", 150, "2026-05-01");
  assert_int_equal(commitment_of(fixture, next, "revenue")->confirmed, 250);
  assert_int_equal(commitment_of(fixture, plan, "revenue")->confirmed, 400); /* released: stands as it was */
  /* What was missed is made up for by what happened in time and is heard of later. */
  set_now(fixture, "2026-10-05T00:00:00Z");
  sweep_now(fixture);
  assert_int_equal(commitment_of(fixture, next, "revenue")->state, ONBOARD__COMMITMENT__STATE__STATE_MISSED);
  hear_opportunity(fixture, partnership, 5, "opportunity.won", "USD", 900, "2026-09-29");
  assert_int_equal(commitment_of(fixture, next, "revenue")->state,
                   ONBOARD__COMMITMENT__STATE__STATE_FULFILLED);
  /* A plan that is closed stays as it is. */
  ask(fixture, fixture->vendor, "PlanService/ClosePlan", "{'name': '%s'}", next);
  hear_opportunity(fixture, partnership, 5, "opportunity.reversed", "USD", 900, "2026-09-29");
  assert_int_equal(commitment_of(fixture, next, "revenue")->confirmed, 1150);
}

/* A win that a later version counts again counts there alone. */
static void a_win_counts_once_for_a_party(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *plan, *partnership = measured(fixture, "once", &plan);
  hear_opportunity(fixture, partnership, 1, "opportunity.won", "USD", 1000, "2026-03-01");
  assert_int_equal(commitment_of(fixture, plan, "revenue")->state,
                   ONBOARD__COMMITMENT__STATE__STATE_FULFILLED);
  const char *next = plan_in_force(fixture, partnership, "fy26b", plan, measured_terms);
  assert_int_equal(commitment_of(fixture, plan, "revenue")->state,
                   ONBOARD__COMMITMENT__STATE__STATE_RELEASED);
  assert_int_equal(commitment_of(fixture, next, "revenue")->confirmed, 1000);
  assert_int_equal(counter(fixture, partnership, "2026-09", "attainment.revenue.weight", PARTNER),
                   100 * FULL);
  assert_int_equal(counter(fixture, partnership, "2026-09", "attainment.revenue.achieved", PARTNER),
                   100 * FULL);
  assert_int_equal(counter(fixture, partnership, "2026-09", "fulfilment.weight", PARTNER), 300 * FULL);
}

/* What was fulfilled ahead of time when a later version came, and is taken back, is not owed a second time.
 */
static void what_is_taken_back_after_a_version_is_not_owed_twice(void **state) {
  struct onboard_fixture *fixture = *state;
  for (int late = 0; late < 2; late++) {
    const char *plan, *partnership = measured(fixture, late ? "fall-late" : "fall", &plan);
    hear_opportunity(fixture, partnership, 1, "opportunity.won", "USD", 1000, "2026-03-01");
    plan_in_force(fixture, partnership, "fy26b", plan, terms_json(fixture, 100, ""));
    assert_int_equal(
        commitment_of(fixture, plan, "revenue")->state,
        ONBOARD__COMMITMENT__STATE__STATE_FULFILLED); /* the version has no revenue: it is earned */
    if (late)
      set_now(fixture, "2026-10-05T00:00:00Z");
    hear_opportunity(fixture, partnership, 1, "opportunity.reversed", "USD", 1000, "2026-03-01");
    assert_int_equal(commitment_of(fixture, plan, "revenue")->state,
                     ONBOARD__COMMITMENT__STATE__STATE_RELEASED);
    assert_int_equal(counter(fixture, partnership, "2026-09", "attainment.revenue.weight", PARTNER), 0);
    assert_int_equal(counter(fixture, partnership, "2026-09", "attainment.revenue.achieved", PARTNER), 0);
  }
  set_now(fixture, START);
}

/* `count` measured revenues due at a time. */
static const char *many_revenues(struct onboard_fixture *fixture, int count, const char *due) {
  struct buffer text = {.arena = fixture_arena(fixture->server)};
  buffer_text(&text, "{'period': {'startTime': '2026-01-01T00:00:00Z', 'endTime': '2027-01-01T00:00:00Z'}, "
                     "'commitments': [");
  for (int i = 0; i < count; i++)
    buffer_printf(
        &text,
        "%s{'id': 'c%d', 'owner': 'PARTY_%s', 'kind': 'COMMITMENT_KIND_REVENUE', 'title': 'R', 'unit': "
        "'COMMITMENT_UNIT_MONEY', 'currencyCode': 'USD', 'target': '100', 'weight': 1, 'dueTime': "
        "'%sT00:00:00Z', 'consequence': 'Review'%s}",
        i ? ", " : "", i, i % 2 ? "VENDOR" : "PARTNER", due,
        i == 1 && count == 2 ? "" : ", 'measure': 'COMMITMENT_MEASURE_MEASURED'");
  buffer_text(&text, "]}");
  return text.data;
}

/* One measurement never changes more than one commit takes: the feed would stand still for it. */
static void what_counts_a_measurement_fits_a_commit(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, START);
  const char *partnership = partnership_designated(fixture, "crowd");
  const char *first = plan_in_force(fixture, partnership, "v1", "", many_revenues(fixture, 30, "2026-07-20"));
  ask(fixture, fixture->vendor, "GovernanceBodyService/CreateGovernanceBody",
      "{'parent': '%s', 'governanceBody': {'displayName': 'Board', 'committeePolicy': {'commitmentCount': "
      "1000}, 'automaticTriggers': "
      "['ESCALATION_TRIGGER_MISSED_COMMITMENT']}}",
      partnership);
  set_now(fixture, "2026-07-21T00:00:00Z");
  sweep_now(fixture); /* all are missed, and escalated */
  const char *second = plan_make(fixture, partnership, "v2", first, many_revenues(fixture, 4, "2026-09-30"));
  const struct status *status = refused(fixture, fixture->vendor, "PlanService/ActivatePlan",
                                        REASON_GUARD_UNMET, "{'name': '%s'}", second);
  assert_non_null(strstr(status->guards->description, "34 commitments"));
  second = plan_in_force(fixture, partnership, "v3", first, many_revenues(fixture, 2, "2026-09-30"));
  hear_opportunity(fixture, partnership, 1, "opportunity.won", "USD", 100, "2026-07-10");
  assert_int_equal(commitment_of(fixture, first, "c0")->state, ONBOARD__COMMITMENT__STATE__STATE_FULFILLED);
  assert_int_equal(commitment_of(fixture, first, "c29")->confirmed, 100);
  assert_int_equal(commitment_of(fixture, second, "c0")->confirmed, 100);
  const char *types = ledger_types(fixture, fixture->vendor, partnership);
  size_t resolved = 0;
  for (const char *at = types; (at = strstr(at, "escalation.resolved")); at++)
    resolved++;
  assert_int_equal(resolved, 30);
  set_now(fixture, START);
}

/* ---- at the same moment ---- */

enum { FACTS = 30, PARTNERSHIPS = 4 };
struct hearing {
  pthread_t thread;
  struct onboard_fixture fixture; /* a replica */
  const char *const *partnerships;
};

static void *hear_many(void *argument) {
  struct hearing *hearing = argument;
  for (int i = 0; i < FACTS; i++)
    for (int k = 0; k < PARTNERSHIPS; k++)
      hear_opportunity(&hearing->fixture, hearing->partnerships[k], i, "opportunity.won", "USD", 10,
                       "2026-06-01");
  return NULL;
}

/* However measurements and versions of a plan come together, each win is counted once by the plan in force.
 */
static void measured_while_plans_come_into_force(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnerships[PARTNERSHIPS], *plans[PARTNERSHIPS];
  struct hearing hearings[2];
  for (int i = 0; i < PARTNERSHIPS; i++)
    partnerships[i] =
        measured(fixture, arena_printf(fixture_arena(fixture->server), "race-%d", i), &plans[i]);
  for (int i = 0; i < 2; i++) { /* two replicas that follow the same feed */
    hearings[i].fixture = *fixture;
    hearings[i].fixture.server = onboard_server(fixture);
    hearings[i].partnerships = partnerships;
    set_now(&hearings[i].fixture, START);
    assert_int_equal(pthread_create(&hearings[i].thread, NULL, hear_many, &hearings[i]), 0);
  }
  for (int version = 0; version < 3; version++)
    for (int i = 0; i < PARTNERSHIPS; i++)
      plans[i] = plan_in_force(fixture, partnerships[i],
                               arena_printf(fixture_arena(fixture->server), "v%d", version), plans[i],
                               measured_terms);
  for (int i = 0; i < 2; i++) {
    pthread_join(hearings[i].thread, NULL);
    fixture_stop(hearings[i].fixture.server);
  }
  for (int i = 0; i < PARTNERSHIPS; i++) {
    assert_int_equal(commitment_of(fixture, plans[i], "revenue")->confirmed, FACTS * 10);
    const char *types = ledger_types(fixture, fixture->vendor, partnerships[i]);
    size_t counted = 0;
    for (const char *at = types; (at = strstr(at, "measurement.counted")); at++)
      counted++;
    assert_int_equal(counted, FACTS);
  }
}

static void going_to_market_is_noted_once(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *plan, *partnership = measured(fixture, "to-market", &plan);
  static const Onboard__ActivationItem__Kind first[] = {ONBOARD__ACTIVATION_ITEM__KIND__KIND_CO_SELL,
                                                        ONBOARD__ACTIVATION_ITEM__KIND__KIND_JOINT_WIN};
  hear_opportunity(fixture, partnership, 1, "opportunity.opened", "USD", 600, "2026-07-01");
  hear_opportunity(fixture, partnership, 2, "opportunity.opened", "USD", 600, "2026-07-01");
  hear_opportunity(fixture, partnership, 1, "opportunity.advanced", "USD", 600,
                   "2026-07-01"); /* a prospect */
  hear_opportunity(fixture, partnership, 1, "opportunity.won", "USD", 600, "2026-07-01");
  hear_opportunity(fixture, partnership, 2, "opportunity.won", "USD", 600, "2026-07-01");
  Sell__Opportunity hidden = SELL__OPPORTUNITY__INIT;
  hidden.name = (char *)below(fixture, partnership, "opportunities", 3);
  hidden.stage = SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED;
  hidden.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  hear(fixture, &(struct telling){below(fixture, partnership, "ledger", 9), "opportunity.advanced",
                                  hidden.name, &hidden.base, VENDOR});
  const Onboard__Partnership *noted =
      ask(fixture, fixture->partner, "PartnershipService/GetPartnership", "{'name': '%s'}", partnership);
  assert_int_equal(noted->activation->n_items, 2);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(noted->activation->items[i]->kind, first[i]);
    assert_string_equal(noted->activation->items[i]->evidence,
                        below(fixture, partnership, "opportunities", 1));
  }
  assert_null(noted->activation->start_time); /* the stage has not begun */
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wins_count_and_reversals_take_back),
      cmocka_unit_test(nobody_claims_what_is_measured),
      cmocka_unit_test(each_pillar_measures_its_own),
      cmocka_unit_test(activities_count_while_they_are_acknowledged),
      cmocka_unit_test(attainment_is_fulfilment_of_one_kind),
      cmocka_unit_test(what_one_party_alone_sees_measures_nothing),
      cmocka_unit_test(a_later_version_counts_what_was_there),
      cmocka_unit_test(a_win_counts_once_for_a_party),
      cmocka_unit_test(what_is_taken_back_after_a_version_is_not_owed_twice),
      cmocka_unit_test(what_counts_a_measurement_fits_a_commit),
      cmocka_unit_test(measured_while_plans_come_into_force),
      cmocka_unit_test(going_to_market_is_noted_once),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
