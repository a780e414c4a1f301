#include "sell/service_fixture.h"

#include "runtime/base/clock.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/message/validate.h"
#include "sell/service.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static const struct status *directory_seed(struct txn *txn, void *context) {
  const struct status *status = directory_apply(NULL, txn, context);
  return status ? status : txn_commit(txn, NULL);
}

const char *sell_partnership(struct sell_fixture *fixture, const char *id, const char *organization) {
  struct arena *arena = fixture_arena(fixture->server);
  Onboard__Partnership partnership = ONBOARD__PARTNERSHIP__INIT;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  char *name = arena_printf(arena, "vendors/halden/partnerships/%s", id);
  partnership.name = name;
  partnership.etag = (char *)"1";
  partnership.display_name = name;
  partnership.partner_organization = arena_printf(arena, "vendors/halden/organizations/%s", organization);
  partnership.currency_code = (char *)"USD";
  partnership.state = ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE;
  entry.name = arena_printf(arena, "%s/ledger/onboard-1", name);
  entry.sequence = 1;
  entry.subject = entry.resource = name;
  entry.type = (char *)"partnership.created";
  entry.payload_type = (char *)"entente.onboard.v1.Partnership";
  entry.payload = message_pack(arena, &partnership.base);
  assert_null(fixture_txn(fixture->server, directory_seed, &entry));
  return name;
}

int sell_setup(void **state) {
  struct sell_fixture *fixture = calloc(1, sizeof *fixture);
  redis_start(&fixture->redis, "sell", NULL);
  fixture->server = fixture_start(&(struct fixture_options){
      .service_name = "sell",
      .services = sell_services,
      .kinds = sell_kinds,
      .counters = sell_counters,
      .redis = &fixture->redis,
      .partner_of = directory_partner_of,
  });
  fixture->vendor =
      fixture_principal(fixture->server, TYPE__PARTY__PARTY_VENDOR, OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER,
                        "halden", NULL, "dana.reyes");
  fixture->viewer = fixture_principal(fixture->server, TYPE__PARTY__PARTY_VENDOR,
                                      OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER, "halden", NULL, "vera.lind");
  fixture->administrator =
      fixture_principal(fixture->server, TYPE__PARTY__PARTY_VENDOR,
                        OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "halden", NULL, "ann.okafor");
  fixture->partner =
      fixture_principal(fixture->server, TYPE__PARTY__PARTY_PARTNER,
                        OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER, "halden", "orvane-global", "piet.jansen");
  fixture->stranger =
      fixture_principal(fixture->server, TYPE__PARTY__PARTY_PARTNER,
                        OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER, "halden", "castellan-soc", "cas.tell");
  sell_partnership(fixture, "orvane", "orvane-global");
  sell_partnership(fixture, "castellan", "castellan-soc");
  *state = fixture;
  return 0;
}

int sell_teardown(void **state) {
  struct sell_fixture *fixture = *state;
  fixture_stop(fixture->server);
  redis_stop(&fixture->redis);
  free(fixture);
  return 0;
}

static const struct status *call_as(struct sell_fixture *fixture, const struct principal *who,
                                    const char *method, const void *request, const void **answer) {
  fixture_as(fixture->server, who);
  return fixture_call(fixture->server, method, request, answer);
}

const void *sell_call(struct sell_fixture *fixture, const struct principal *who, const char *method,
                      const void *request) {
  const void *answer;
  const struct status *status = call_as(fixture, who, method, request, &answer);
  if (status)
    fail_msg("%s: %s %s", method, status->reason, status->message);
  return answer;
}

const struct status *sell_refused(struct sell_fixture *fixture, const struct principal *who,
                                  const char *method, const void *request, const char *reason) {
  const void *answer;
  const struct status *status = call_as(fixture, who, method, request, &answer);
  if (!status)
    fail_msg("%s succeeded where %s was due", method, reason);
  assert_string_equal(status->reason, reason);
  return status;
}

Google__Protobuf__Timestamp *at(struct sell_fixture *fixture, const char *time) {
  int64_t time_us;
  assert_true(time_parse(time, &time_us));
  return timestamp_new(fixture_arena(fixture->server), time_us);
}

Type__Money *usd(struct sell_fixture *fixture, int64_t amount_minor) {
  Type__Money *money = arena_new(fixture_arena(fixture->server), Type__Money);
  type__money__init(money);
  money->currency_code = (char *)"USD";
  money->amount_minor = amount_minor;
  return money;
}

Sell__Customer *customer(struct sell_fixture *fixture, const char *account) {
  Sell__Customer *made = arena_new(fixture_arena(fixture->server), Sell__Customer);
  sell__customer__init(made);
  made->account = arena_strdup(fixture_arena(fixture->server), account);
  return made;
}

const Sell__Opportunity *sell_open(struct sell_fixture *fixture, const struct principal *who,
                                   const char *partnership, Sell__Opportunity__Engagement engagement,
                                   const char *id) {
  Sell__CreateOpportunityRequest request = SELL__CREATE_OPPORTUNITY_REQUEST__INIT;
  Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT;
  request.parent = (char *)partnership;
  request.opportunity_id = (char *)id;
  request.opportunity = &opportunity;
  opportunity.engagement = engagement;
  opportunity.customer = customer(fixture, "Northgate Hospital");
  opportunity.amount = usd(fixture, 50000);
  opportunity.open_time = at(fixture, "2026-03-05");
  opportunity.expected_close_time = at(fixture, "2026-09-30");
  return sell_call(fixture, who, OPPORTUNITIES "CreateOpportunity", &request);
}

const Sell__Opportunity *sell_get(struct sell_fixture *fixture, const struct principal *who,
                                  const char *name) {
  Sell__GetOpportunityRequest request = SELL__GET_OPPORTUNITY_REQUEST__INIT;
  request.name = (char *)name;
  return sell_call(fixture, who, OPPORTUNITIES "GetOpportunity", &request);
}

const Sell__Pipeline *sell_pipeline(struct sell_fixture *fixture, const struct principal *who,
                                    const char *partnership) {
  Sell__GetPipelineRequest request = SELL__GET_PIPELINE_REQUEST__INIT;
  request.name = arena_printf(fixture_arena(fixture->server), "%s/pipeline", partnership);
  return sell_call(fixture, who, "/entente.sell.v1.PipelineService/GetPipeline", &request);
}

int64_t sell_counter(struct sell_fixture *fixture, const struct principal *who, const char *partnership,
                     const char *period, const char *counter, Type__Party party) {
  Ledger__BatchGetCountersRequest request = LEDGER__BATCH_GET_COUNTERS_REQUEST__INIT;
  Type__Period wire = TYPE__PERIOD__INIT;
  struct period months;
  assert_true(period_parse(period, &months));
  request.parent = (char *)partnership;
  request.period = &wire;
  wire.start_time = timestamp_new(fixture_arena(fixture->server), months.start_us);
  wire.end_time = timestamp_new(fixture_arena(fixture->server), months.end_us);
  const Ledger__BatchGetCountersResponse *response =
      sell_call(fixture, who, "/entente.ledger.v1.LedgerService/BatchGetCounters", &request);
  assert_int_equal(response->n_partnerships, 1);
  const Ledger__PartnershipCounters *counters = response->partnerships[0];
  for (size_t i = 0; i < counters->n_counters; i++)
    if (strcmp(counters->counters[i]->counter, counter) == 0 && counters->counters[i]->party == party)
      return counters->counters[i]->amount;
  return 0;
}

size_t sell_entries(struct sell_fixture *fixture, const struct principal *who, const char *partnership,
                    Ledger__LedgerEntry ***entries) {
  enum { ENTRIES_MAX = 4096 };
  Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  size_t count = 0;
  *entries = arena_calloc(fixture_arena(fixture->server), ENTRIES_MAX, sizeof **entries);
  request.parent = (char *)partnership;
  request.page_size = 500;
  do {
    const Ledger__ListLedgerEntriesResponse *page =
        sell_call(fixture, who, "/entente.ledger.v1.LedgerService/ListLedgerEntries", &request);
    for (size_t i = 0; i < page->n_entries && count < ENTRIES_MAX; i++)
      (*entries)[count++] = page->entries[i];
    request.page_token = page->next_page_token;
  } while (*request.page_token);
  return count;
}

struct verification {
  size_t findings;
  bool complete;
  const char *problem;
};

/* A walk may take longer than a call: it has a deadline of its own. */
static void verify_in_fiber(struct server_fixture *server, size_t index, void *context) {
  enum { DEADLINE_US = 120 * 1000000 };
  struct verification *verification = context;
  struct arena *arena = fixture_arena(server);
  Ledger__VerifyLedgerRequest request = LEDGER__VERIFY_LEDGER_REQUEST__INIT;
  (void)index;
  request.parent = (char *)"vendors/halden";
  struct client_call call =
      fixture_client_call(server, arena, "/entente.ledger.v1.LedgerService/VerifyLedger", &request);
  call.deadline_us = clock_monotonic_us() + DEADLINE_US;
  struct client_stream *stream = client_stream_open(fixture_channel(server), &call);
  const Ledger__VerifyLedgerResponse *response;
  const struct status *status;
  while (!(status = client_stream_next(stream, &response)) && response) {
    for (size_t i = 0; i < response->n_findings; i++)
      print_error("%s: %s\n", response->findings[i]->resource, response->findings[i]->description);
    verification->findings += response->n_findings;
    verification->complete = response->complete;
  }
  verification->problem = status ? status->message : NULL;
  client_stream_close(stream);
}

void sell_verify(struct sell_fixture *fixture) {
  struct verification verification = {0};
  fixture_as(fixture->server, fixture->administrator);
  fixture_fibers(fixture->server, 1, verify_in_fiber, &verification);
  if (verification.problem)
    fail_msg("verify: %s", verification.problem);
  assert_int_equal(verification.findings, 0);
  assert_true(verification.complete);
}
