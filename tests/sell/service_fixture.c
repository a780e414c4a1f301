#include "sell/service_fixture.h"

#include "sell/service.h"
#include "sell/timed.h"
#include "support/check.h"

int sell_setup(void **state) {
  *state = pillar_start(&(struct pillar){
      .name = "sell", .services = sell_services, .kinds = sell_kinds, .counters = sell_counters});
  return 0;
}

int sell_teardown(void **state) {
  pillar_stop(*state);
  return 0;
}

Type__Money *usd(struct pillar_fixture *fixture, int64_t amount_minor) {
  Type__Money *money = arena_new(fixture_arena(fixture->server), Type__Money);
  type__money__init(money);
  money->currency_code = (char *)"USD";
  money->amount_minor = amount_minor;
  return money;
}

Sell__Customer *customer(struct pillar_fixture *fixture, const char *account) {
  Sell__Customer *made = arena_new(fixture_arena(fixture->server), Sell__Customer);
  sell__customer__init(made);
  made->account = arena_strdup(fixture_arena(fixture->server), account);
  return made;
}

const Sell__Opportunity *sell_open(struct pillar_fixture *fixture, const struct principal *who,
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
  opportunity.open_time = pillar_time(fixture, "2026-03-05");
  opportunity.expected_close_time = pillar_time(fixture, "2026-09-30");
  return pillar_call(fixture, who, OPPORTUNITIES "CreateOpportunity", &request);
}

const Sell__Opportunity *sell_get(struct pillar_fixture *fixture, const struct principal *who,
                                  const char *name) {
  Sell__GetOpportunityRequest request = SELL__GET_OPPORTUNITY_REQUEST__INIT;
  request.name = (char *)name;
  return pillar_call(fixture, who, OPPORTUNITIES "GetOpportunity", &request);
}

const Sell__Pipeline *sell_pipeline(struct pillar_fixture *fixture, const struct principal *who,
                                    const char *partnership) {
  Sell__GetPipelineRequest request = SELL__GET_PIPELINE_REQUEST__INIT;
  request.name = arena_printf(fixture_arena(fixture->server), "%s/pipeline", partnership);
  return pillar_call(fixture, who, "/entente.sell.v1.PipelineService/GetPipeline", &request);
}

struct sweeping {
  struct pillar_fixture *fixture;
  size_t recorded;
  const char *why;
};

static int64_t clock_of_fixture(void *context) {
  return fixture_now(context);
}

static void run_sweep(struct store *store, void *context) {
  struct sweeping *sweeping = context;
  const struct clock clock = {clock_of_fixture, sweeping->fixture->server};
  struct sweep *sweep = sweep_create(&(struct sweep_options){
      .kinds = timed_kinds,
      .loop = fixture_server_loop(sweeping->fixture->server),
      .store = store,
      .clock = &clock,
      .interval_ms = 1000,
  });
  sweeping->recorded = sweep_round(sweep, &sweeping->why);
  sweep_destroy(sweep);
}

size_t sell_sweep(struct pillar_fixture *fixture) {
  struct sweeping sweeping = {.fixture = fixture};
  fixture_run(fixture->server, run_sweep, &sweeping);
  if (sweeping.why)
    fail_msg("sweep: %s", sweeping.why);
  return sweeping.recorded;
}
