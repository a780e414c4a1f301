#include "bench/subject.h"

#include "bench/echo.h"
#include "bench/http_load.h"
#include "runtime/base/clock.h"

#include "entente/gateway/v1/performance_service.pb-c.h"
#include "entente/sell/v1/opportunity_service.pb-c.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READ "/entente.sell.v1.OpportunityService/GetOpportunity"
#define CREATE "/entente.sell.v1.OpportunityService/CreateOpportunity"
#define VIEW "/entente.gateway.v1.PerformanceService/GetPartnershipPerformance"

/* As many bytes as the read's request has. */
static size_t echo_request(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  (void)context, (void)serial;
  memset(out, 'e', 64);
  return 64;
}

static size_t read_request(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  (void)context;
  char name[128];
  Sell__GetOpportunityRequest request = SELL__GET_OPPORTUNITY_REQUEST__INIT;
  snprintf(name, sizeof name, "%s/opportunities/first", world_partnership(serial % WORLD_PARTNERSHIPS));
  request.name = name;
  return sell__get_opportunity_request__pack(&request, out);
}

static size_t read_json_request(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  (void)context;
  return (size_t)snprintf((char *)out, LOAD_REQUEST_BYTES, "{\"name\":\"%s/opportunities/first\"}",
                          world_partnership(serial % WORLD_PARTNERSHIPS));
}

static size_t create(const char *partnership, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  char id[64];
  Type__Money amount = TYPE__MONEY__INIT;
  amount.currency_code = (char *)"USD";
  amount.amount_minor = 1250000;
  Sell__Customer customer = SELL__CUSTOMER__INIT;
  customer.account = (char *)"Harrow Precision Works";
  customer.country = (char *)"US";
  Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT;
  opportunity.display_name = (char *)"Regional roll-out";
  opportunity.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  opportunity.customer = &customer;
  opportunity.solution = (char *)"Platform";
  opportunity.amount = &amount;
  Sell__CreateOpportunityRequest request = SELL__CREATE_OPPORTUNITY_REQUEST__INIT;
  /* The process and the instant make it unique among the loads that share a pillar. */
  snprintf(id, sizeof id, "%d.%llx.%llu", (int)getpid(), (unsigned long long)clock_monotonic_us(),
           (unsigned long long)serial);
  request.parent = (char *)partnership;
  request.request_id = id;
  request.opportunity = &opportunity;
  return sell__create_opportunity_request__pack(&request, out);
}

static size_t commit_request(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  (void)context;
  return create(world_partnership(serial % WORLD_PARTNERSHIPS), serial, out);
}

static size_t commit_one_request(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  (void)context;
  return create(world_partnership(0), serial, out);
}

static size_t view(size_t scale, int64_t as_of_us, uint8_t out[LOAD_REQUEST_BYTES]) {
  Google__Protobuf__Timestamp as_of = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  Gateway__GetPartnershipPerformanceRequest request = GATEWAY__GET_PARTNERSHIP_PERFORMANCE_REQUEST__INIT;
  as_of.seconds = as_of_us / US_PER_SECOND;
  as_of.nanos = (int32_t)(as_of_us % US_PER_SECOND) * 1000;
  request.name = (char *)world_scale(scale);
  request.as_of = as_of_us ? &as_of : NULL;
  return gateway__get_partnership_performance_request__pack(&request, out);
}

static size_t remembered_request(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  (void)context, (void)serial;
  return view(0, 0, out);
}

/* Each asks as of another instant, so none can be remembered. */
static size_t composed_request(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  const struct subject *subject = context;
  return view(subject->scale, clock_now_us(&clock_system) - 1000 - (int64_t)(serial % 1000), out);
}

#define PLAIN false
#define TLS true

const struct subject subjects[] = {
    {"echo_suite_plain", PHASE_SUITE, PLAIN, NULL, WORLD_ECHO, ECHO_METHOD, echo_request},
    {"echo_suite_tls", PHASE_SUITE, TLS, NULL, WORLD_ECHO, ECHO_METHOD, echo_request},
    {"view_remembered_tls", PHASE_SUITE, TLS, "echo_suite_tls", WORLD_GATEWAY, VIEW, remembered_request},
    {"view_composed_plain", PHASE_SUITE, PLAIN, "echo_suite_plain", WORLD_GATEWAY, VIEW, composed_request},
    {"view_composed_tls", PHASE_SUITE, TLS, "echo_suite_tls", WORLD_GATEWAY, VIEW, composed_request},
    {"view_entries_100", PHASE_SUITE, TLS, "echo_suite_tls", WORLD_GATEWAY, VIEW, composed_request, 0},
    {"view_entries_1000", PHASE_SUITE, TLS, "echo_suite_tls", WORLD_GATEWAY, VIEW, composed_request, 1},
    {"view_entries_10000", PHASE_SUITE, TLS, "echo_suite_tls", WORLD_GATEWAY, VIEW, composed_request, 2},
    {"view_entries_100000", PHASE_SUITE, TLS, "echo_suite_tls", WORLD_GATEWAY, VIEW, composed_request, 3},
    {"read_suite_tls", PHASE_SUITE, TLS, "echo_suite_tls", WORLD_SELL, READ, read_request},
    {"read_gateway_tls", PHASE_SUITE, TLS, "echo_suite_tls", WORLD_GATEWAY, READ, read_request},
    {"read_edge_proto", PHASE_SUITE, PLAIN, "echo_suite_plain", WORLD_GATEWAY, READ, read_request, 0,
     "application/proto"},
    {"read_edge_json", PHASE_SUITE, PLAIN, "echo_suite_plain", WORLD_GATEWAY, READ, read_json_request, 0,
     "application/json"},
    {"commit_suite_tls", PHASE_SUITE, TLS, "echo_suite_tls", WORLD_SELL, CREATE, commit_request},
    {"echo_plain", PHASE_PILLAR, PLAIN, NULL, WORLD_ECHO, ECHO_METHOD, echo_request},
    {"echo_tls", PHASE_PILLAR, TLS, NULL, WORLD_ECHO, ECHO_METHOD, echo_request},
    {"read_plain", PHASE_PILLAR, PLAIN, "echo_plain", WORLD_SELL, READ, read_request},
    {"read_tls", PHASE_PILLAR, TLS, "echo_tls", WORLD_SELL, READ, read_request},
    {"commit_plain", PHASE_PILLAR, PLAIN, "echo_plain", WORLD_SELL, CREATE, commit_request},
    {"commit_tls", PHASE_PILLAR, TLS, "echo_tls", WORLD_SELL, CREATE, commit_request},
    {"commit_one_partnership_plain", PHASE_PILLAR, PLAIN, "echo_plain", WORLD_SELL, CREATE,
     commit_one_request},
    {"commit_one_partnership_tls", PHASE_PILLAR, TLS, "echo_tls", WORLD_SELL, CREATE, commit_one_request},
    {"redis_commit", PHASE_PILLAR, PLAIN, NULL, WORLD_SELL, NULL, NULL},
    {0},
};

static void latency_add(struct results *results, const struct subject *subject, const char *suffix,
                        uint32_t latency_us) {
  char name[RESULTS_NAME_BYTES];
  snprintf(name, sizeof name, "%s_%s", subject->name, suffix);
  row_add(results_row(results, name, "us"), latency_us);
}

bool subject_run(const struct subject *subject, struct world *world, struct load *load, int64_t duration_us,
                 struct results *results) {
  unsigned in_flight = subject->phase == PHASE_SUITE ? SUITE_IN_FLIGHT : PILLAR_IN_FLIGHT;
  if (!subject->method) {
    double rate = redis_commits_per_second(world, in_flight, duration_us);
    if (rate > 0)
      row_add(results_row(results, subject->name, "calls/s"), rate);
    return rate > 0;
  }
  struct load_plan plan = {.method = subject->method,
                           .in_flight = in_flight,
                           .duration_us = duration_us,
                           .request = subject->request,
                           .context = (void *)subject};
  struct load_result result;
  struct http_load_target edge = {world_edge_port(world), subject->content_type, world->authorization};
  if (!(subject->content_type ? http_load_run(&edge, &plan, &result, world->problem)
                              : load_run(load, &plan, &result, world->problem)))
    return false;
  row_add(results_row(results, subject->name, "calls/s"),
          (double)result.calls * US_PER_SECOND / (double)result.elapsed_us);
  latency_add(results, subject, "p50", load_percentile(&result, 50));
  latency_add(results, subject, "p99", load_percentile(&result, 99));
  return true;
}
