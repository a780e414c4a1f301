#include "echo_service.h"
#include "support/server_fixture.h"

#include "gateway/cli/authority.h"
#include "runtime/base/clock.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"
#include "grpc/health/v1/health.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct world {
  struct server_fixture *fixture;
  struct echo_state state;
  const struct principal *dana;
};

static int begin(void **context) {
  struct world *world = calloc(1, sizeof(*world));
  world->fixture = fixture_start(&(struct fixture_options){
      .service_name = "sell", .services = echo_services, .context = &world->state, .tls = true});
  world->dana = fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                                  OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "acme", NULL, "dana");
  *context = world;
  return 0;
}

static int end(void **context) {
  struct world *world = *context;
  fixture_stop(world->fixture);
  free(world);
  return 0;
}

/* A call over a channel of its own. */
struct attempt {
  struct world *world;
  const char *certificate, *expected, *method, *token;
  const struct status *status;
  char answer[128];
};

static void run_attempt(struct server_fixture *fixture, size_t index, void *context) {
  struct attempt *attempt = context;
  const char *folder = fixture_folder(fixture), *problem = NULL;
  struct arena *arena = fixture_arena(fixture);
  struct channel_options options = {
      .target = arena_printf(arena, "127.0.0.1:%d", fixture_port(fixture)),
      .tls = attempt->certificate != NULL,
      .ca_file = arena_printf(arena, "%s/ca.pem", folder),
      .certificate_file = arena_printf(arena, "%s/%s.pem", folder, attempt->certificate),
      .key_file = arena_printf(arena, "%s/%s.key", folder, attempt->certificate),
      .expected_service = attempt->expected,
      .trust_domain = "entente.test",
  };
  (void)index;
  struct channel *channel = channel_create(loop_current(), &options, &problem);
  assert_non_null(channel);
  Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  Ledger__ListLedgerEntriesResponse *response;
  request.parent = (char *)"vendors/acme";
  request.counter = (char *)"caller";
  struct client_call call = fixture_client_call(fixture, arena, ECHO_LIST, &request);
  call.deadline_us = clock_monotonic_us() + 3 * US_PER_SECOND;
  if (attempt->token)
    call.authorization = arena_printf(arena, "Bearer %s", attempt->token);
  attempt->status = client_call(channel, &call, &response);
  if (!attempt->status)
    snprintf(attempt->answer, sizeof(attempt->answer), "%s", response->next_page_token);
  channel_destroy(channel);
}

static enum code attempt(struct world *world, struct attempt *what) {
  what->world = world;
  fixture_fibers(world->fixture, 1, run_attempt, what);
  return what->status ? what->status->code : CODE_OK;
}

static void token_makes_a_user(void **context) {
  struct world *world = *context;
  char *token = fixture_token(world->fixture, world->dana);
  struct attempt console = {.certificate = "console", .expected = "sell", .token = token};
  assert_int_equal(attempt(world, &console), CODE_OK);
  assert_string_equal(console.answer, "user dana acme");
  struct attempt gateway = {.certificate = "gateway", .expected = "sell", .token = token};
  assert_int_equal(attempt(world, &gateway), CODE_OK);
  assert_string_equal(gateway.answer, "user dana acme");
  free(token);
}

static void client_without_token_is_refused(void **context) {
  struct attempt console = {.certificate = "console", .expected = "sell"};
  assert_int_equal(attempt(*context, &console), CODE_UNAUTHENTICATED);
}

/* The method's policy names no service: a service may not call on its own behalf. */
static void service_needs_a_policy(void **context) {
  struct attempt gateway = {.certificate = "gateway", .expected = "sell"};
  assert_int_equal(attempt(*context, &gateway), CODE_PERMISSION_DENIED);
}

static void broken_token_is_refused(void **context) {
  struct world *world = *context;
  char *token = fixture_token(world->fixture, world->dana);
  token[strlen(token) - 4] ^= 1;
  struct attempt console = {.certificate = "console", .expected = "sell", .token = token};
  assert_int_equal(attempt(world, &console), CODE_UNAUTHENTICATED);
  free(token);
}

static void plain_connection_is_refused(void **context) {
  struct attempt plain = {.certificate = NULL};
  assert_int_equal(attempt(*context, &plain), CODE_UNAVAILABLE);
}

static void other_service_is_not_trusted(void **context) {
  struct attempt other = {.certificate = "gateway", .expected = "onboard"};
  assert_int_equal(attempt(*context, &other), CODE_UNAVAILABLE);
}

/* Of the same authority and with the same host name, but no service: it must not even see the token. */
static void token_is_not_shown_to_a_stranger(void **context) {
  struct world *world = *context;
  const char *folder = fixture_folder(world->fixture), *problem = NULL;
  char command[256];
  snprintf(command, sizeof(command), "rm %s/sell.key %s/sell.pem", folder, folder);
  assert_int_equal(system(command), 0);
  assert_true(authority_issue(folder, "entente.test", "client", "sell", &problem));
  char *token = fixture_token(world->fixture, world->dana);
  struct attempt console = {.certificate = "console", .token = token};
  assert_int_equal(attempt(world, &console), CODE_OK); /* who expects nobody speaks to it */
  struct attempt gateway = {.certificate = "gateway", .expected = "sell", .token = token};
  assert_int_equal(attempt(world, &gateway), CODE_UNAVAILABLE);
  assert_int_equal(atomic_load(&world->state.runs), 1);
  free(token);
}

static void health_needs_only_a_certificate(void **context) {
  struct world *world = *context;
  Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
  Grpc__Health__V1__HealthCheckResponse *response;
  assert_null(fixture_call(world->fixture, "/grpc.health.v1.Health/Check", &request, &response));
}

static void renewed_certificate_is_served(void **context) {
  struct world *world = *context;
  const char *folder = fixture_folder(world->fixture);
  char command[512];
  struct attempt before = {.certificate = "gateway", .expected = "stranger"};
  assert_int_equal(attempt(world, &before), CODE_UNAVAILABLE);
  /* Renamed into place, key first: for a moment they do not fit together. */
  snprintf(command, sizeof(command),
           "cd %s && cp stranger.key n.key && cp stranger.pem n.pem && mv -f n.key sell.key && mv -f n.pem "
           "sell.pem",
           folder);
  assert_int_equal(system(command), 0);
  struct attempt after = {.certificate = "gateway", .expected = "stranger"};
  assert_int_equal(attempt(world, &after), CODE_PERMISSION_DENIED);
}

static void missing_file_is_named(void **context) {
  const char *problem = NULL;
  struct loop *loop = loop_create(NULL);
  (void)context;
  struct channel_options options = {.target = "127.0.0.1:1",
                                    .tls = true,
                                    .ca_file = "/nowhere/ca.pem",
                                    .certificate_file = "/nowhere/a.pem",
                                    .key_file = "/nowhere/a.key",
                                    .trust_domain = "entente.test"};
  assert_null(channel_create(loop, &options, &problem));
  assert_non_null(strstr(problem, "/nowhere/ca.pem"));
  loop_destroy(loop);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      CASE(token_makes_a_user),
      CASE(client_without_token_is_refused),
      CASE(service_needs_a_policy),
      CASE(broken_token_is_refused),
      CASE(plain_connection_is_refused),
      CASE(other_service_is_not_trusted),
      CASE(token_is_not_shown_to_a_stranger),
      CASE(health_needs_only_a_certificate),
      CASE(renewed_certificate_is_served),
      cmocka_unit_test(missing_file_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
