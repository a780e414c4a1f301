/* Calls that a server passes on to another: two real servers, the one in front knows nothing of the method.
 */
#include "echo_service.h"
#include "support/server_fixture.h"

#include "runtime/base/clock.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"
#include "entente/onboard/v1/plan_service.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
  struct server_fixture *behind, *front;
  struct echo_state state;
  struct channel *channel; /* of the front's loop */
  char target[32];
  bool nowhere; /* the channel leads to a port where nobody is */
};

/* On the front's loop: the channel belongs to it. */
static struct channel *pass(void *context, const char *method) {
  struct world *world = context;
  const char *folder = fixture_folder(world->front), *problem = NULL;
  char ca[128], certificate[128], key[128];
  if (strncmp(method, "/entente.ledger.", 16) != 0)
    return NULL;
  if (world->channel)
    return world->channel;
  snprintf(ca, sizeof(ca), "%s/ca.pem", folder);
  snprintf(certificate, sizeof(certificate), "%s/front.pem", folder);
  snprintf(key, sizeof(key), "%s/front.key", folder);
  snprintf(world->target, sizeof(world->target), "127.0.0.1:%d",
           world->nowhere ? 1 : fixture_port(world->behind));
  world->channel = channel_create(loop_current(),
                                  &(struct channel_options){.target = world->target,
                                                            .tls = true,
                                                            .ca_file = ca,
                                                            .certificate_file = certificate,
                                                            .key_file = key,
                                                            .expected_service = "sell",
                                                            .trust_domain = "entente.test"},
                                  &problem);
  return world->channel;
}

static void front_ended(void *context) {
  channel_destroy(((struct world *)context)->channel);
}

static void call_as_user_of(struct world *world, const char *vendor) {
  char *token =
      fixture_token(world->behind,
                    fixture_principal(world->front, TYPE__PARTY__PARTY_VENDOR,
                                      OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, vendor, NULL, "dana"));
  fixture_send_token(world->front, token);
  free(token);
}

static int begin(void **context) {
  static const struct service *const nothing[] = {NULL};
  struct world *world = calloc(1, sizeof(*world));
  world->behind = fixture_start(&(struct fixture_options){
      .service_name = "sell", .services = echo_services, .context = &world->state, .tls = true});
  world->front = fixture_start(&(struct fixture_options){.service_name = "front",
                                                         .services = nothing,
                                                         .context = world,
                                                         .tls = true,
                                                         .authority = world->behind,
                                                         .pass = pass,
                                                         .ended = front_ended});
  call_as_user_of(world, "acme");
  *context = world;
  return 0;
}

static int end(void **context) {
  struct world *world = *context;
  fixture_stop(world->front);
  fixture_stop(world->behind);
  free(world);
  return 0;
}

static const struct status *list(struct world *world, const char *act, const char *text,
                                 const char **answer) {
  Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  Ledger__ListLedgerEntriesResponse *response = NULL;
  request.parent = (char *)"vendors/acme";
  request.counter = (char *)act;
  request.page_token = (char *)text;
  const struct status *status = fixture_call(world->front, ECHO_LIST, &request, &response);
  *answer = status ? NULL : response->next_page_token;
  return status;
}

static void answers_pass(void **context) {
  struct world *world = *context;
  const char *answer;
  assert_null(list(world, "", "to and fro", &answer));
  assert_string_equal(answer, "to and fro");
  assert_null(list(world, "caller", "", &answer));
  assert_string_equal(answer, "user dana acme");
}

/* Reasons, guards, violations, metadata and the pause come back as the service behind made them. */
static void refusals_pass(void **context) {
  struct world *world = *context;
  const char *answer;
  const struct status *status = list(world, "fail", "", &answer);
  assert_non_null(status);
  assert_int_equal(status->code, CODE_FAILED_PRECONDITION);
  assert_string_equal(status->reason, "GUARD_UNMET");
  assert_string_equal(status->message, "the plan is not signed — 100 %");
  assert_string_equal(status->guards->next->description, "no commitments");
  assert_string_equal(status->violations->field, "plan.name");
  assert_string_equal(status->metadata->value, "DRAFT");
  assert_int_equal(status->retry_after_ms, 1500);
}

/* The service behind would take a call without a token for one of the service in front. */
static void strangers_do_not_pass(void **context) {
  struct world *world = *context;
  const char *answer;
  int runs = atomic_load(&world->state.runs);
  fixture_send_token(world->front, NULL);
  const struct status *status = list(world, "caller", "", &answer);
  assert_non_null(status);
  assert_int_equal(status->code, CODE_UNAUTHENTICATED);
  fixture_send_token(world->front, "no.such.token");
  status = list(world, "caller", "", &answer);
  assert_non_null(status);
  assert_int_equal(status->code, CODE_UNAUTHENTICATED);
  assert_int_equal(atomic_load(&world->state.runs), runs);
}

static void only_known_methods_pass(void **context) {
  struct world *world = *context;
  Onboard__GetPlanRequest request = ONBOARD__GET_PLAN_REQUEST__INIT;
  Onboard__Plan *plan;
  const struct status *status =
      fixture_call(world->front, "/entente.onboard.v1.PlanService/GetPlan", &request, &plan);
  assert_non_null(status);
  assert_int_equal(status->code, CODE_UNIMPLEMENTED);
  assert_string_equal(status->reason, "METHOD_UNKNOWN");
}

/* One trace, and a span of its own for each hop. */
static void traces_pass(void **context) {
  struct world *world = *context;
  const char *answer;
  assert_null(list(world, "trace", "", &answer));
  assert_int_equal(strlen(answer), 55);
}

static bool count_messages(void *context, const void *message) {
  int *count = context;
  (void)message;
  return ++*count < 5;
}

static const struct status *verify(struct world *world, const char *parent, int *count) {
  Ledger__VerifyLedgerRequest request = LEDGER__VERIFY_LEDGER_REQUEST__INIT;
  request.parent = (char *)parent;
  *count = 0;
  call_as_user_of(world, parent + strlen("vendors/"));
  return fixture_stream(world->front, ECHO_VERIFY, &request, count_messages, count);
}

static void streams_pass(void **context) {
  struct world *world = *context;
  int count;
  assert_null(verify(world, "vendors/brief", &count));
  assert_int_equal(count, 3);
}

static bool until_cancelled(struct world *world, int before) {
  for (int i = 0; i < 400; i++) {
    if (atomic_load(&world->state.cancelled) > before)
      return true;
    usleep(5000);
  }
  return false;
}

/* The reader leaves after five messages: the service behind is told. */
static void cancellation_passes(void **context) {
  struct world *world = *context;
  int count, before = atomic_load(&world->state.cancelled);
  assert_null(verify(world, "vendors/endless", &count));
  assert_int_equal(count, 5);
  assert_true(until_cancelled(world, before));
}

static void run_hurried(struct server_fixture *fixture, size_t index, void *context) {
  Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  Ledger__ListLedgerEntriesResponse *response;
  (void)index;
  request.parent = (char *)"vendors/acme";
  request.counter = (char *)"sleep";
  request.page_token = (char *)"4000";
  struct client_call call = fixture_client_call(fixture, fixture_arena(fixture), ECHO_LIST, &request);
  call.deadline_us = clock_monotonic_us() + 200 * US_PER_MS;
  *(const struct status **)context = client_call(fixture_channel(fixture), &call, &response);
}

static void deadlines_pass(void **context) {
  struct world *world = *context;
  int before = atomic_load(&world->state.cancelled);
  const struct status *status = NULL;
  fixture_fibers(world->front, 1, run_hurried, &status);
  assert_non_null(status);
  assert_int_equal(status->code, CODE_DEADLINE_EXCEEDED);
  assert_true(until_cancelled(world, before));
}

/* What gRPC core says of a peer that is not there names its address; callers are not told. */
static void addresses_do_not_pass(void **context) {
  struct world *world = *context;
  const char *answer;
  world->nowhere = true;
  const struct status *status = list(world, "", "", &answer);
  assert_non_null(status);
  assert_int_equal(status->code, CODE_UNAVAILABLE);
  assert_string_equal(status->reason, "SERVICE_UNREACHABLE");
  assert_null(strstr(status->message, "127.0.0.1"));
}

int main(void) {
#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)
  const struct CMUnitTest tests[] = {
      WITH(answers_pass),          WITH(refusals_pass),
      WITH(strangers_do_not_pass), WITH(only_known_methods_pass),
      WITH(traces_pass),           WITH(streams_pass),
      WITH(cancellation_passes),   WITH(deadlines_pass),
      WITH(addresses_do_not_pass),
  };
  return cmocka_run_group_tests_name("rpc pass", tests, NULL, NULL);
}
