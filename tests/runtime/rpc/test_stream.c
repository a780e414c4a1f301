#include "echo_service.h"
#include "support/server_fixture.h"

#include "runtime/base/clock.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"
#include "grpc/health/v1/health.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEALTH_CHECK "/grpc.health.v1.Health/Check"
#define HEALTH_WATCH "/grpc.health.v1.Health/Watch"

struct world {
  struct server_fixture *fixture;
  struct echo_state state;
};

static int begin(void **context) {
  struct world *world = calloc(1, sizeof(*world));
  world->fixture = fixture_start(&(struct fixture_options){.service_name = "onboard",
                                                           .services = echo_services,
                                                           .context = &world->state,
                                                           .stream_stall_ms = 1500});
  fixture_as(world->fixture,
             fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                               OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "endless", NULL, "dana"));
  *context = world;
  return 0;
}

static int end(void **context) {
  struct world *world = *context;
  fixture_stop(world->fixture);
  free(world);
  return 0;
}

static void await(atomic_int *number, int value) {
  for (int i = 0; i < 3000 && atomic_load(number) != value; i++)
    usleep(1000);
  assert_int_equal(atomic_load(number), value);
}

static Ledger__VerifyLedgerRequest request_for(const char *vendor) {
  Ledger__VerifyLedgerRequest request = LEDGER__VERIFY_LEDGER_REQUEST__INIT;
  request.parent = (char *)vendor;
  return request;
}

struct count {
  int64_t last, stop_at;
};

static bool count_message(void *context, const void *message) {
  struct count *count = context;
  const Ledger__VerifyLedgerResponse *response = message;
  assert_int_equal(response->entries, count->last + 1);
  count->last = response->entries;
  return count->last != count->stop_at;
}

static void stream_ends_cleanly(void **context) {
  struct world *world = *context;
  Ledger__VerifyLedgerRequest request = request_for("vendors/brief");
  fixture_as(world->fixture,
             fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                               OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "brief", NULL, "dana"));
  for (int i = 0; i < 50; i++) {
    struct count count = {0};
    assert_null(fixture_stream(world->fixture, ECHO_VERIFY, &request, count_message, &count));
    assert_int_equal(count.last, 3);
  }
}

static void closed_stream_cancels_the_handler(void **context) {
  struct world *world = *context;
  struct count count = {.stop_at = 20};
  Ledger__VerifyLedgerRequest request = request_for("vendors/endless");
  assert_null(fixture_stream(world->fixture, ECHO_VERIFY, &request, count_message, &count));
  assert_int_equal(count.last, 20);
  await(&world->state.cancelled, 1);
  await(&world->state.running, 0);
}

static void refused_stream_says_why(void **context) {
  struct world *world = *context;
  struct count count = {0};
  Ledger__VerifyLedgerRequest request = request_for("vendors/other");
  const struct status *status = fixture_stream(world->fixture, ECHO_VERIFY, &request, count_message, &count);
  assert_int_equal(status->code, CODE_PERMISSION_DENIED);
  assert_int_equal(count.last, 0);
}

/* Opens a stream and does not read from it. */
static void run_without_reading(struct server_fixture *fixture, size_t index, void *context) {
  struct world *world = context;
  Ledger__VerifyLedgerRequest request = request_for("vendors/heavy");
  struct client_call call = fixture_client_call(fixture, fixture_arena(fixture), ECHO_VERIFY, &request);
  (void)index;
  struct client_stream *stream = client_stream_open(fixture_channel(fixture), &call);
  fiber_sleep_ms(300);
  int sent = atomic_load(&world->state.sent);
  fiber_sleep_ms(200);
  assert_int_equal(atomic_load(&world->state.sent), sent); /* the handler waits for us */
  assert_in_range(sent, 1, 1000);
  client_stream_close(stream);
}

static void unread_stream_waits_and_is_ended(void **context) {
  struct world *world = *context;
  fixture_as(world->fixture,
             fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                               OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "heavy", NULL, "dana"));
  fixture_fibers(world->fixture, 1, run_without_reading, world);
  await(&world->state.cancelled, 1);
  await(&world->state.running, 0);
}

/* Opens a stream and lets it lie. */
static void run_and_let_lie(struct server_fixture *fixture, size_t index, void *context) {
  struct world *world = context;
  Ledger__VerifyLedgerRequest request = request_for("vendors/heavy");
  struct client_call call = fixture_client_call(fixture, fixture_arena(fixture), ECHO_VERIFY, &request);
  (void)index;
  struct client_stream *stream = client_stream_open(fixture_channel(fixture), &call);
  for (int i = 0; i < 300 && atomic_load(&world->state.cancelled) == 0; i++)
    fiber_sleep_ms(50);
  assert_int_equal(atomic_load(&world->state.cancelled), 1); /* though we are still there */
  client_stream_close(stream);
}

static void stalled_stream_gives_its_place_up(void **context) {
  struct world *world = *context;
  fixture_as(world->fixture,
             fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                               OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "heavy", NULL, "dana"));
  fixture_fibers(world->fixture, 1, run_and_let_lie, world);
  await(&world->state.running, 0);
}

static void expired_identity_ends_the_stream(void **context) {
  struct world *world = *context;
  struct principal *principal = (struct principal *)fixture_principal(
      world->fixture, TYPE__PARTY__PARTY_VENDOR, OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "endless",
      NULL, "dana");
  principal->expires_us = fixture_now(world->fixture) + 1;
  fixture_as(world->fixture, principal);
  Ledger__VerifyLedgerRequest request = request_for("vendors/endless");
  struct count count = {0};
  fixture_set_now(world->fixture, fixture_now(world->fixture) + 2);
  const struct status *status = fixture_stream(world->fixture, ECHO_VERIFY, &request, count_message, &count);
  assert_int_equal(status->code, CODE_UNAUTHENTICATED);
}

static bool begin_drain_at_ten(void *context, const void *message) {
  struct world *world = context;
  if (((const Ledger__VerifyLedgerResponse *)message)->entries == 10)
    fixture_drain(world->fixture, 20, 500);
  return true;
}

static void drain_ends_streams(void **context) {
  struct world *world = *context;
  Ledger__VerifyLedgerRequest request = request_for("vendors/endless");
  const struct status *status =
      fixture_stream(world->fixture, ECHO_VERIFY, &request, begin_drain_at_ten, world);
  assert_int_equal(status->code, CODE_UNAVAILABLE);
  assert_string_equal(status->reason, "DRAINING");
}

static void health_knows_services(void **context) {
  struct world *world = *context;
  static const char *const known[] = {"", "entente.ledger.v1.LedgerService", "grpc.health.v1.Health"};
  Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
  Grpc__Health__V1__HealthCheckResponse *response;
  fixture_as(world->fixture, NULL); /* open to anyone */
  for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
    request.service = (char *)known[i];
    assert_null(fixture_call(world->fixture, HEALTH_CHECK, &request, &response));
    assert_int_equal(response->status, GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING);
  }
  request.service = (char *)"entente.sell.v1.PipelineService";
  const struct status *status = fixture_call(world->fixture, HEALTH_CHECK, &request, &response);
  assert_int_equal(status->code, CODE_NOT_FOUND);
}

struct watch {
  struct world *world;
  int seen[4];
  int count;
};

static bool watch_message(void *context, const void *message) {
  struct watch *watch = context;
  watch->seen[watch->count++] = (int)((const Grpc__Health__V1__HealthCheckResponse *)message)->status;
  if (watch->count == 1)
    fixture_drain(watch->world->fixture, 100, 500);
  return true;
}

static void health_watch_sees_the_drain(void **context) {
  struct watch watch = {.world = *context};
  Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
  const struct status *status =
      fixture_stream(watch.world->fixture, HEALTH_WATCH, &request, watch_message, &watch);
  assert_int_equal(status->code, CODE_UNAVAILABLE);
  assert_int_equal(watch.count, 2);
  assert_int_equal(watch.seen[0], GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING);
  assert_int_equal(watch.seen[1], GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING);
}

static bool one_message(void *context, const void *message) {
  *(int *)context = (int)((const Grpc__Health__V1__HealthCheckResponse *)message)->status;
  return false;
}

static void health_watch_of_unknown_service(void **context) {
  struct world *world = *context;
  int seen = -1;
  Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
  request.service = (char *)"nobody";
  assert_null(fixture_stream(world->fixture, HEALTH_WATCH, &request, one_message, &seen));
  assert_int_equal(seen, GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      CASE(stream_ends_cleanly),
      CASE(closed_stream_cancels_the_handler),
      CASE(refused_stream_says_why),
      CASE(unread_stream_waits_and_is_ended),
      CASE(stalled_stream_gives_its_place_up),
      CASE(expired_identity_ends_the_stream),
      CASE(drain_ends_streams),
      CASE(health_knows_services),
      CASE(health_watch_sees_the_drain),
      CASE(health_watch_of_unknown_service),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
