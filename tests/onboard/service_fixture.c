#include "onboard/service_fixture.h"

#include "onboard/service.h"
#include "onboard/timed.h"
#include "runtime/base/period.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static const struct principal *somebody(struct onboard_fixture *fixture, Type__Party party,
                                        Option__MethodPolicy__Role role, const char *organization,
                                        const char *subject) {
  return fixture_principal(fixture->server, party, role, "halden", organization, subject);
}

struct server_fixture *onboard_server(struct onboard_fixture *fixture) {
  return fixture_start(&(struct fixture_options){
      .service_name = "onboard",
      .services = onboard_services,
      .kinds = onboard_kinds,
      .counters = onboard_counters,
      .redis = &fixture->redis,
      .partner_of = partnership_partner_of,
  });
}

int onboard_setup(void **state) {
  struct onboard_fixture *fixture = calloc(1, sizeof *fixture);
  const Type__Party vendor = TYPE__PARTY__PARTY_VENDOR, partner = TYPE__PARTY__PARTY_PARTNER;
  redis_start(&fixture->redis, "onboard", NULL);
  fixture->server = onboard_server(fixture);
  fixture->vendor = somebody(fixture, vendor, OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, NULL, "ada");
  fixture->vendor_manager = somebody(fixture, vendor, OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER, NULL, "max");
  fixture->viewer = somebody(fixture, vendor, OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER, NULL, "vera");
  fixture->partner =
      somebody(fixture, partner, OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "orvane-global", "otto");
  fixture->partner_manager =
      somebody(fixture, partner, OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER, "orvane-global", "olga");
  fixture->stranger =
      somebody(fixture, partner, OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "castellan-soc", "carl");
  fixture->other = fixture_principal(fixture->server, vendor, OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR,
                                     "tessel", NULL, "tom");
  static const char *const organizations[] = {"orvane-global", "castellan-soc"};
  for (size_t i = 0; i < 2; i++)
    ask(fixture, fixture->vendor, "OrganizationService/CreateOrganization",
        "{'parent': '" HALDEN "', 'organizationId': '%s', 'organization': {'legalName': '%s', "
        "'countryCode': 'DE', 'roles': ['ROLE_PARTNER']}}",
        organizations[i], organizations[i]);
  *state = fixture;
  return 0;
}

int onboard_teardown(void **state) {
  struct onboard_fixture *fixture = *state;
  fixture_stop(fixture->server);
  redis_stop(&fixture->redis);
  free(fixture);
  return 0;
}

/* ---- calls ---- */

static const char *path_of(struct onboard_fixture *fixture, const char *method) {
  return *method == '/' ? method
                        : arena_printf(fixture_arena(fixture->server), "/entente.onboard.v1.%s", method);
}

static const void *read_request(struct onboard_fixture *fixture, const char *method, const char *format,
                                va_list arguments) __attribute__((format(printf, 3, 0)));

static const void *read_request(struct onboard_fixture *fixture, const char *method, const char *format,
                                va_list arguments) {
  struct arena *arena = fixture_arena(fixture->server);
  char *json = arena_vprintf(arena, format, arguments);
  ProtobufCMessage *request;
  for (char *at = json; *at; at++)
    if (*at == '\'')
      *at = '"';
  const struct schema_method *found = schema_find_method(path_of(fixture, method));
  if (!found) {
    fail_msg("no method %s", method);
    return NULL;
  }
  const struct status *status = json_read(arena, found->request, json, strlen(json), &request);
  if (status)
    fail_msg("%s: %s: %s", method, status->message, json);
  return request;
}

const void *request_of(struct onboard_fixture *fixture, const char *method, const char *json, ...) {
  va_list arguments;
  va_start(arguments, json);
  const void *request = read_request(fixture, method, json, arguments);
  va_end(arguments);
  return request;
}

const void *ask(struct onboard_fixture *fixture, const struct principal *who, const char *method,
                const char *json, ...) {
  va_list arguments;
  const void *answer;
  va_start(arguments, json);
  const void *request = read_request(fixture, method, json, arguments);
  va_end(arguments);
  fixture_as(fixture->server, who);
  const struct status *status = fixture_call(fixture->server, path_of(fixture, method), request, &answer);
  if (status) {
    for (struct violation *violation = status->violations; violation; violation = violation->next)
      print_error("%s: %s\n", violation->field, violation->description);
    for (struct guard_failure *guard = status->guards; guard; guard = guard->next)
      print_error("%s: %s\n", guard->subject, guard->description);
    fail_msg("%s: %s %s", method, status->reason, status->message);
  }
  return answer;
}

const struct status *refused(struct onboard_fixture *fixture, const struct principal *who, const char *method,
                             const char *reason, const char *json, ...) {
  va_list arguments;
  const void *answer;
  va_start(arguments, json);
  const void *request = read_request(fixture, method, json, arguments);
  va_end(arguments);
  fixture_as(fixture->server, who);
  const struct status *status = fixture_call(fixture->server, path_of(fixture, method), request, &answer);
  if (!status) {
    fail_msg("%s succeeded, %s was expected", method, reason);
    return NULL;
  }
  if (strcmp(status->reason, reason) != 0)
    fail_msg("%s: %s %s, %s was expected", method, status->reason, status->message, reason);
  return status;
}

/* ---- scenes ---- */

void set_now(struct onboard_fixture *fixture, const char *time) {
  int64_t now;
  assert_true(time_parse(time, &now));
  fixture_set_now(fixture->server, now);
}

const char *partnership_make(struct onboard_fixture *fixture, const char *id) {
  const Onboard__Partnership *made =
      ask(fixture, fixture->vendor, "PartnershipService/CreatePartnership",
          "{'parent': '" HALDEN "', 'partnershipId': '%s', 'partnership': {'displayName': 'Halden x %s', "
          "'partnerOrganization': '" HALDEN "/organizations/orvane-global', 'currencyCode': 'USD'}}",
          id, id);
  return made->name;
}

const char *partnership_designated(struct onboard_fixture *fixture, const char *id) {
  const char *name = partnership_make(fixture, id);
  ask(fixture, fixture->vendor, "PartnershipService/AssessPartnership", "{'name': '%s'}", name);
  ask(fixture, fixture->vendor, "PartnershipService/DesignatePartnership",
      "{'name': '%s', 'overrideReason': 'as many as a test needs'}", name);
  return name;
}

const char *terms_json(struct onboard_fixture *fixture, int64_t target, const char *more) {
  static const char commitment[] =
      "{'id': '%s-hours', 'owner': 'PARTY_%s', 'kind': 'COMMITMENT_KIND_PRE_SALES', 'title': 'Hours', "
      "'unit': 'COMMITMENT_UNIT_HOURS', 'target': '%lld', 'weight': 100, 'dueTime': '2026-09-30T00:00:00Z', "
      "'consequence': 'The committee decides'}";
  struct arena *arena = fixture_arena(fixture->server);
  struct buffer text = {.arena = arena};
  buffer_text(&text, "{'period': {'startTime': '2026-01-01T00:00:00Z', 'endTime': '2027-01-01T00:00:00Z'}, "
                     "'commitments': [");
  buffer_printf(&text, commitment, "vendor", "VENDOR", (long long)target);
  buffer_text(&text, ", ");
  buffer_printf(&text, commitment, "partner", "PARTNER", (long long)target);
  buffer_printf(&text,
                "], 'milestones': [{'id': 'launch', 'owners': ['PARTY_VENDOR', 'PARTY_PARTNER'], "
                "'title': 'Launch', 'dueTime': '2026-08-31T00:00:00Z'}]%s}",
                more);
  return text.data;
}

const char *plan_make(struct onboard_fixture *fixture, const char *partnership, const char *id,
                      const char *parent, const char *terms) {
  const Onboard__Plan *plan = ask(fixture, fixture->vendor, "PlanService/CreatePlan",
                                  "{'parent': '%s', 'planId': '%s', 'plan': {'title': 'FY 26', "
                                  "'parentPlan': '%s', 'terms': %s}}",
                                  partnership, id, parent, terms);
  const char *name = plan->name, *hash = plan->content_hash;
  ask(fixture, fixture->vendor_manager, "PlanService/ProposePlan", "{'name': '%s'}", name);
  ask(fixture, fixture->vendor, "PlanService/SignPlan", "{'name': '%s', 'contentHash': '%s'}", name, hash);
  plan = ask(fixture, fixture->partner, "PlanService/SignPlan", "{'name': '%s', 'contentHash': '%s'}", name,
             hash);
  assert_int_equal(plan->state, ONBOARD__PLAN__STATE__STATE_AGREED);
  return name;
}

const char *plan_in_force(struct onboard_fixture *fixture, const char *partnership, const char *id,
                          const char *parent, const char *terms) {
  const char *name = plan_make(fixture, partnership, id, parent, terms);
  const Onboard__Plan *plan =
      ask(fixture, fixture->partner, "PlanService/ActivatePlan", "{'name': '%s'}", name);
  assert_int_equal(plan->state, ONBOARD__PLAN__STATE__STATE_ACTIVE);
  return name;
}

/* ---- what came of it ---- */

int64_t counter(struct onboard_fixture *fixture, const char *partnership, const char *period,
                const char *name, Type__Party party) {
  struct period months;
  char start[40], end[40];
  assert_true(period_parse(period, &months));
  time_format(months.start_us, start, sizeof start);
  time_format(months.end_us, end, sizeof end);
  const Ledger__BatchGetCountersResponse *response =
      ask(fixture, fixture->viewer, "/entente.ledger.v1.LedgerService/BatchGetCounters",
          "{'parent': '%s', 'period': {'startTime': '%s', 'endTime': '%s'}}", partnership, start, end);
  const Ledger__PartnershipCounters *counters = response->partnerships[0];
  for (size_t i = 0; i < counters->n_counters; i++)
    if (strcmp(counters->counters[i]->counter, name) == 0 && counters->counters[i]->party == party)
      return counters->counters[i]->amount;
  return 0;
}

const char *ledger_types(struct onboard_fixture *fixture, const struct principal *who, const char *subject) {
  struct buffer types = {.arena = fixture_arena(fixture->server)};
  const char *token = "";
  buffer_text(&types, "");
  do {
    const Ledger__ListLedgerEntriesResponse *page =
        ask(fixture, who, "/entente.ledger.v1.LedgerService/ListLedgerEntries",
            "{'parent': '%s', 'pageSize': 500, 'pageToken': '%s'}", subject, token);
    for (size_t i = 0; i < page->n_entries; i++)
      buffer_printf(&types, "%s%s", types.size ? " " : "", page->entries[i]->type);
    token = page->next_page_token;
  } while (*token);
  return types.data;
}

struct sweeping {
  struct onboard_fixture *fixture;
  size_t recorded;
  const char *why;
};

static int64_t clock_of_fixture(void *context) {
  return fixture_now(context);
}

static void run_sweep(struct store *store, void *context) {
  struct sweeping *sweeping = context;
  const struct clock clock = {clock_of_fixture, sweeping->fixture->server};
  struct sweep *sweep =
      sweep_create(&(struct sweep_options){.kinds = timed_kinds,
                                           .loop = fixture_server_loop(sweeping->fixture->server),
                                           .store = store,
                                           .clock = &clock,
                                           .interval_ms = 1000});
  sweeping->recorded = sweep_round(sweep, &sweeping->why);
  sweep_destroy(sweep);
}

size_t sweep_now(struct onboard_fixture *fixture) {
  struct sweeping sweeping = {.fixture = fixture};
  fixture_run(fixture->server, run_sweep, &sweeping);
  if (sweeping.why)
    fail_msg("sweep: %s", sweeping.why);
  return sweeping.recorded;
}

void verify_all(struct onboard_fixture *fixture) {
  server_verify(fixture->server, fixture->vendor);
}

const char *status_metadata_text(const struct status *status, const char *key) {
  for (const struct status_metadata *data = status->metadata; data; data = data->next)
    if (strcmp(data->key, key) == 0)
      return data->value;
  return "";
}
