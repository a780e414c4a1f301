#include "sell/registration_fixture.h"

#include "runtime/message/json.h"
#include "runtime/message/schema.h"
#include "runtime/message/validate.h"
#include "support/check.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/feed/directory.h"
#include "sell/follow.h"

#include "entente/onboard/v1/contract.pb-c.h"

#include <string.h>

static const void *read_request(struct pillar_fixture *fixture, const char *method, const char *format,
                                va_list arguments) __attribute__((format(printf, 3, 0)));

static const void *read_request(struct pillar_fixture *fixture, const char *method, const char *format,
                                va_list arguments) {
  struct arena *arena = pillar_arena(fixture);
  char *json = arena_vprintf(arena, format, arguments);
  ProtobufCMessage *request = NULL;
  for (char *at = json; *at; at++)
    if (*at == '\'')
      *at = '"';
  const struct schema_method *found = schema_find_method(arena_printf(arena, "/entente.sell.v1.%s", method));
  if (!found) {
    fail_msg("no method %s", method);
    return NULL;
  }
  const struct status *status = json_read(arena, found->request, json, strlen(json), &request);
  if (status)
    fail_msg("%s: %s: %s", method, status->message, json);
  return request;
}

__attribute__((format(printf, 3, 4))) static const void *
request_of(struct pillar_fixture *fixture, const char *method, const char *json, ...) {
  va_list arguments;
  va_start(arguments, json);
  const void *request = read_request(fixture, method, json, arguments);
  va_end(arguments);
  return request;
}

const void *ask(struct pillar_fixture *fixture, const struct principal *who, const char *method,
                const char *json, ...) {
  va_list arguments;
  va_start(arguments, json);
  const void *request = read_request(fixture, method, json, arguments);
  va_end(arguments);
  return pillar_call(fixture, who, arena_printf(pillar_arena(fixture), "/entente.sell.v1.%s", method),
                     request);
}

const struct status *ask_refused(struct pillar_fixture *fixture, const struct principal *who,
                                 const char *method, const char *reason, const char *json, ...) {
  va_list arguments;
  va_start(arguments, json);
  const void *request = read_request(fixture, method, json, arguments);
  va_end(arguments);
  return pillar_refused(fixture, who, arena_printf(pillar_arena(fixture), "/entente.sell.v1.%s", method),
                        request, reason);
}

static char *domain_of(struct arena *arena, const char *customer) {
  char *domain = arena_printf(arena, "%s.example", customer);
  for (char *at = domain; *at; at++)
    *at = *at == ' ' ? '-' : *at >= 'A' && *at <= 'Z' ? (char)(*at + 'a' - 'A') : *at;
  return domain;
}

const char *registration_drafted(struct pillar_fixture *fixture, const struct principal *who,
                                 const char *partnership, const char *customer) {
  const Sell__Registration *draft =
      ask(fixture, who, "RegistrationService/CreateRegistration",
          "{'parent': '%s', 'registration': {'displayName': 'A deal', 'customer': {'legalName': '%s', "
          "'domain': '%s', "
          "'countryCode': 'US'}, 'solutions': ['platform'], 'expectedAmount': {'currencyCode': 'USD', "
          "'amountMinor': "
          "'5000000'}, 'expectedCloseTime': '2031-03-01T00:00:00Z', 'evidence': [{'kind': 'KIND_MEETING', "
          "'description': 'Met their head of operations'}]}}",
          partnership, customer, domain_of(pillar_arena(fixture), customer));
  return draft->name;
}

const char *registration_submitted(struct pillar_fixture *fixture, const struct principal *who,
                                   const char *partnership, const char *customer) {
  const char *name = registration_drafted(fixture, who, partnership, customer);
  ask(fixture, who, "RegistrationService/SubmitRegistration", "{'name': '%s'}", name);
  return name;
}

struct race {
  const void **requests;
  const struct status **answers;
};

static void submit_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  Sell__Registration *registration;
  struct client_call call =
      fixture_client_call(server, fixture_arena(server),
                          "/entente.sell.v1.RegistrationService/SubmitRegistration", race->requests[index]);
  call.response = &sell__registration__descriptor;
  race->answers[index] = client_call(fixture_channel(server), &call, &registration);
}

const struct status *const *registrations_submitted_at_once(struct pillar_fixture *fixture,
                                                            const struct principal *who,
                                                            const char *const *names, size_t count) {
  struct arena *arena = pillar_arena(fixture);
  struct race race = {arena_calloc(arena, count, sizeof *race.requests),
                      arena_calloc(arena, count, sizeof *race.answers)};
  for (size_t i = 0; i < count; i++)
    race.requests[i] =
        request_of(fixture, "RegistrationService/SubmitRegistration", "{'name': '%s'}", names[i]);
  fixture_as(fixture->server, who);
  fixture_fibers(fixture->server, count, submit_one, &race);
  return race.answers;
}

const Sell__Registration *registration_now(struct pillar_fixture *fixture, const struct principal *who,
                                           const char *name) {
  return ask(fixture, who, "RegistrationService/GetRegistration", "{'name': '%s'}", name);
}

size_t conflict_count(struct pillar_fixture *fixture, const char *registration) {
  const Sell__ListConflictsResponse *page =
      ask(fixture, fixture->viewer, "ConflictService/ListConflicts",
          "{'parent': 'vendors/halden', 'registration': '%s'}", registration);
  return page->n_conflicts;
}

const Sell__Conflict *conflict_of(struct pillar_fixture *fixture, const char *registration) {
  const Sell__ListConflictsResponse *page =
      ask(fixture, fixture->viewer, "ConflictService/ListConflicts",
          "{'parent': 'vendors/halden', 'registration': '%s'}", registration);
  assert_int_equal(page->n_conflicts, 1);
  return page->conflicts[0];
}

/* ---- what is followed ---- */

static const struct status *apply_end(struct txn *txn, void *context) {
  const Onboard__Partnership *known;
  const struct status *status = directory_partnership(txn, context, &known);
  if (status)
    return status;
  Onboard__Partnership partnership = *known;
  partnership.state = ONBOARD__PARTNERSHIP__STATE__STATE_ENDED;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  entry.subject = entry.resource = partnership.name;
  entry.type = (char *)"partnership.ended";
  entry.payload_type = (char *)onboard__partnership__descriptor.name;
  entry.payload = message_pack(txn_arena(txn), &partnership.base);
  status = directory_apply(NULL, txn, &entry);
  return status ? status : txn_commit(txn, NULL);
}

void partnership_ended(struct pillar_fixture *fixture, const char *partnership) {
  assert_null(fixture_txn(fixture->server, apply_end, (void *)partnership));
}

/* ---- contracts ---- */

static Onboard__CoverageTerms *coverage_terms(struct arena *arena, const struct routing *routing) {
  Onboard__CoverageTerms *coverage = arena_new(arena, Onboard__CoverageTerms);
  onboard__coverage_terms__init(coverage);
  Onboard__CoverageProvision *provision = arena_new(arena, Onboard__CoverageProvision);
  onboard__coverage_provision__init(provision);
  provision->id = (char *)"routed";
  provision->kind = routing->alone ? ONBOARD__COVERAGE_PROVISION__KIND__KIND_EXCLUSIVE
                                   : ONBOARD__COVERAGE_PROVISION__KIND__KIND_PRIORITY;
  provision->segments = arena_calloc(arena, 1, sizeof *provision->segments);
  provision->segments[provision->n_segments++] = arena_strdup(arena, routing->segment);
  coverage->provisions = arena_calloc(arena, 1, sizeof *coverage->provisions);
  coverage->provisions[coverage->n_provisions++] = provision;
  return coverage;
}

static const struct status *apply_contract(struct txn *txn, void *context) {
  const struct routing *routing = context;
  struct arena *arena = txn_arena(txn);
  Onboard__Contract *contract = arena_new(arena, Onboard__Contract);
  onboard__contract__init(contract);
  contract->name = name_child(arena, routing->partnership, "contracts", "master");
  contract->state = ONBOARD__CONTRACT__STATE__STATE_ACTIVE;
  contract->activate_time = timestamp_new(arena, txn_now_us(txn) - 1);
  if (routing->term_days)
    contract->term_end_time = timestamp_new(arena, txn_now_us(txn) + routing->term_days * US_PER_DAY);
  contract->terms = arena_new(arena, Onboard__ContractTerms);
  onboard__contract_terms__init(contract->terms);
  contract->terms->elements = arena_new(arena, Onboard__AgreementElements);
  onboard__agreement_elements__init(contract->terms->elements);
  contract->terms->elements->coverage = coverage_terms(arena, routing);
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  entry.name = (char *)"vendors/halden/ledgerEntries/1";
  entry.resource = contract->name;
  entry.type = (char *)"contract.activated";
  entry.payload_type = (char *)onboard__contract__descriptor.name;
  entry.payload.len = onboard__contract__get_packed_size(contract);
  entry.payload.data = arena_alloc(arena, entry.payload.len);
  onboard__contract__pack(contract, entry.payload.data);
  const struct status *status = onboard_apply(NULL, txn, &entry);
  return status ? status : txn_commit(txn, NULL);
}

const char *contract_followed(struct pillar_fixture *fixture, const struct routing *routing) {
  assert_null(fixture_txn(fixture->server, apply_contract, (void *)routing));
  return name_child(pillar_arena(fixture), routing->partnership, "contracts", "master");
}

/* ---- time ---- */

void pass_days(struct pillar_fixture *fixture, int days) {
  fixture_set_now(fixture->server, fixture_now(fixture->server) + days * US_PER_DAY);
}
