#include "support/pillar_fixture.h"

#include "runtime/base/clock.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/message/validate.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static const struct status *seed(struct txn *txn, void *context) {
  const struct status *status = directory_apply(NULL, txn, context);
  return status ? status : txn_commit(txn, NULL);
}

const char *pillar_partnership(struct pillar_fixture *fixture, const char *id, const char *organization) {
  struct arena *arena = pillar_arena(fixture);
  Onboard__Partnership partnership = ONBOARD__PARTNERSHIP__INIT;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  char *name = arena_printf(arena, "vendors/halden/partnerships/%s", id);
  partnership.name = name;
  partnership.display_name = name;
  partnership.partner_organization = arena_printf(arena, "vendors/halden/organizations/%s", organization);
  partnership.currency_code = (char *)"USD";
  partnership.state = ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE;
  entry.name = arena_printf(arena, "%s/ledger/onboard-1", name);
  entry.sequence = 1;
  entry.subject = entry.resource = name;
  entry.type = (char *)"partnership.created";
  entry.payload_type = (char *)onboard__partnership__descriptor.name;
  entry.payload = message_pack(arena, &partnership.base);
  assert_null(fixture_txn(fixture->server, seed, &entry));
  return name;
}

static const struct principal *user(struct pillar_fixture *fixture, Option__MethodPolicy__Role role,
                                    const char *vendor, const char *organization, const char *subject) {
  Type__Party party = organization ? TYPE__PARTY__PARTY_PARTNER : TYPE__PARTY__PARTY_VENDOR;
  return fixture_principal(fixture->server, party, role, vendor, organization, subject);
}

struct pillar_fixture *pillar_start(const struct pillar *pillar) {
  struct pillar_fixture *fixture = calloc(1, sizeof *fixture);
  redis_start(&fixture->redis, pillar->name, NULL);
  fixture->server = fixture_start(&(struct fixture_options){.service_name = pillar->name,
                                                            .services = pillar->services,
                                                            .kinds = pillar->kinds,
                                                            .counters = pillar->counters,
                                                            .redis = &fixture->redis,
                                                            .partner_of = directory_partner_of});
  fixture->administrator =
      user(fixture, OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "halden", NULL, "ann.okafor");
  fixture->manager = user(fixture, OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER, "halden", NULL, "dana.reyes");
  fixture->viewer = user(fixture, OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER, "halden", NULL, "vera.lind");
  fixture->partner = user(fixture, OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "halden", "orvane-global",
                          "piet.jansen");
  fixture->partner_viewer =
      user(fixture, OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER, "halden", "orvane-global", "pia.holm");
  fixture->stranger =
      user(fixture, OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "halden", "castellan-soc", "cas.tell");
  fixture->foreigner =
      user(fixture, OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "other", NULL, "otto.other");
  pillar_partnership(fixture, "orvane", "orvane-global");
  pillar_partnership(fixture, "castellan", "castellan-soc");
  return fixture;
}

void pillar_stop(struct pillar_fixture *fixture) {
  fixture_stop(fixture->server);
  redis_stop(&fixture->redis);
  free(fixture);
}

struct arena *pillar_arena(struct pillar_fixture *fixture) {
  return fixture_arena(fixture->server);
}

void *pillar_call(struct pillar_fixture *fixture, const struct principal *who, const char *method,
                  const void *request) {
  void *answer;
  fixture_as(fixture->server, who);
  const struct status *status = fixture_call(fixture->server, method, request, &answer);
  if (status)
    fail_msg("%s: %s %s", method, status->reason, status->message);
  return answer;
}

const struct status *pillar_refused(struct pillar_fixture *fixture, const struct principal *who,
                                    const char *method, const void *request, const char *reason) {
  void *answer;
  fixture_as(fixture->server, who);
  const struct status *status = fixture_call(fixture->server, method, request, &answer);
  if (!status)
    fail_msg("%s succeeded where %s was due", method, reason);
  if (strcmp(status->reason, reason) != 0)
    fail_msg("%s: %s (%s) where %s was due", method, status->reason, status->message, reason);
  return status;
}

Google__Protobuf__Timestamp *pillar_time(struct pillar_fixture *fixture, const char *text) {
  int64_t time_us;
  assert_true(time_parse(text, &time_us));
  return timestamp_new(pillar_arena(fixture), time_us);
}

int64_t pillar_counter(struct pillar_fixture *fixture, const struct principal *who, const char *partnership,
                       const char *period, const char *counter, Type__Party party) {
  Ledger__BatchGetCountersRequest request = LEDGER__BATCH_GET_COUNTERS_REQUEST__INIT;
  Type__Period wire = TYPE__PERIOD__INIT;
  struct period months;
  assert_true(period_parse(period, &months));
  request.parent = (char *)partnership;
  request.period = &wire;
  wire.start_time = timestamp_new(pillar_arena(fixture), months.start_us);
  wire.end_time = timestamp_new(pillar_arena(fixture), months.end_us);
  const Ledger__BatchGetCountersResponse *response =
      pillar_call(fixture, who, "/entente.ledger.v1.LedgerService/BatchGetCounters", &request);
  assert_int_equal(response->n_partnerships, 1);
  const Ledger__PartnershipCounters *counters = response->partnerships[0];
  for (size_t i = 0; i < counters->n_counters; i++)
    if (strcmp(counters->counters[i]->counter, counter) == 0 && counters->counters[i]->party == party)
      return counters->counters[i]->amount;
  return 0;
}

size_t pillar_entries(struct pillar_fixture *fixture, const struct principal *who, const char *parent,
                      Ledger__LedgerEntry ***entries) {
  enum { ENTRIES_MAX = 4096 };
  Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  size_t count = 0;
  *entries = arena_calloc(pillar_arena(fixture), ENTRIES_MAX, sizeof **entries);
  request.parent = (char *)parent;
  request.page_size = 500;
  do {
    const Ledger__ListLedgerEntriesResponse *page =
        pillar_call(fixture, who, "/entente.ledger.v1.LedgerService/ListLedgerEntries", &request);
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

void server_verify(struct server_fixture *server, const struct principal *administrator) {
  struct verification verification = {0};
  fixture_as(server, administrator);
  fixture_fibers(server, 1, verify_in_fiber, &verification);
  if (verification.problem)
    fail_msg("verify: %s", verification.problem);
  assert_int_equal(verification.findings, 0);
  assert_true(verification.complete);
}

void pillar_verify(struct pillar_fixture *fixture) {
  server_verify(fixture->server, fixture->administrator);
}

void *pillar_request(struct pillar_fixture *fixture, const ProtobufCMessageDescriptor *descriptor,
                     const char *name) {
  ProtobufCMessage *request = arena_alloc(pillar_arena(fixture), descriptor->sizeof_message);
  const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(descriptor, 1);
  descriptor->message_init(request);
  *(char **)((char *)request + field->offset) = (char *)name;
  return request;
}

size_t violation_count(const struct status *status) {
  size_t count = 0;
  for (const struct violation *item = status->violations; item; item = item->next)
    count++;
  return count;
}

size_t guard_count(const struct status *status) {
  size_t count = 0;
  for (const struct guard_failure *item = status->guards; item; item = item->next)
    count++;
  return count;
}
