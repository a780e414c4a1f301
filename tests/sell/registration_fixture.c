#include "sell/registration_fixture.h"

#include "runtime/message/json.h"
#include "runtime/message/schema.h"
#include "support/check.h"

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

const void *request_of(struct pillar_fixture *fixture, const char *method, const char *json, ...) {
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
          "'5000000'}, 'expectedCloseTime': '2027-03-01T00:00:00Z', 'evidence': [{'kind': 'KIND_MEETING', "
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

/* ---- time ---- */

void pass_days(struct pillar_fixture *fixture, int days) {
  fixture_set_now(fixture->server, fixture_now(fixture->server) + days * INT64_C(86400000000));
}
