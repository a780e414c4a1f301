#include "echo_service.h"
#include "support/server_fixture.h"

#include "runtime/base/clock.h"
#include "runtime/base/limit.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What the observer was told last. */
struct observed {
  atomic_int count;
  enum code code;
  char method[128], reason[64], trace_id[64];
  uint32_t runs;
};

struct world {
  struct server_fixture *fixture;
  struct echo_state state;
  struct observed observed;
};

static void observe(void *context, const struct call_facts *facts) {
  struct observed *observed = context;
  observed->code = facts->code;
  observed->runs = facts->runs;
  snprintf(observed->method, sizeof(observed->method), "%s", facts->method);
  snprintf(observed->reason, sizeof(observed->reason), "%s", facts->reason);
  snprintf(observed->trace_id, sizeof(observed->trace_id), "%s", facts->trace_id);
  atomic_fetch_add(&observed->count, 1);
}

static int begin(void **context) {
  struct world *world = calloc(1, sizeof(*world));
  world->fixture = fixture_start(&(struct fixture_options){.service_name = "onboard",
                                                           .services = echo_services,
                                                           .context = &world->state,
                                                           .in_flight_max = 32,
                                                           .observer = {observe, &world->observed}});
  fixture_as(world->fixture,
             fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                               OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "acme", NULL, "dana"));
  *context = world;
  return 0;
}

static int end(void **context) {
  struct world *world = *context;
  fixture_stop(world->fixture);
  free(world);
  return 0;
}

static Ledger__ListLedgerEntriesRequest request_of(const char *act, const char *token) {
  Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  request.parent = (char *)"vendors/acme";
  request.counter = (char *)act;
  request.page_token = (char *)token;
  return request;
}

static const struct status *ask(struct world *world, const char *act, const char *token,
                                Ledger__ListLedgerEntriesResponse **response) {
  Ledger__ListLedgerEntriesRequest request = request_of(act, token);
  return fixture_call(world->fixture, ECHO_LIST, &request, response);
}

/* The observer is told on another thread, just before the answer leaves. */
static void await_observed(struct world *world, int count) {
  for (int i = 0; i < 1000 && atomic_load(&world->observed.count) < count; i++)
    usleep(1000);
  assert_int_equal(atomic_load(&world->observed.count), count);
}

static void unary_answers(void **context) {
  struct world *world = *context;
  Ledger__ListLedgerEntriesResponse *response;
  for (int i = 0; i < 200; i++) {
    assert_null(ask(world, "", "hello", &response));
    assert_string_equal(response->next_page_token, "hello");
  }
  await_observed(world, 200);
  assert_int_equal(world->observed.code, CODE_OK);
  assert_string_equal(world->observed.method, ECHO_LIST);
  assert_int_equal(strlen(world->observed.trace_id), 32);
}

static void packed_answer_is_sent_instead(void **context) {
  Ledger__ListLedgerEntriesResponse *response;
  assert_null(ask(*context, "packed", "kept", &response));
  assert_string_equal(response->next_page_token, "kept");
  /* The next call in the same memory packs its own again. */
  assert_null(ask(*context, "", "made", &response));
  assert_string_equal(response->next_page_token, "made");
}

static void status_carries_details(void **context) {
  Ledger__ListLedgerEntriesResponse *response;
  const struct status *status = ask(*context, "fail", "", &response);
  assert_non_null(status);
  assert_int_equal(status->code, CODE_FAILED_PRECONDITION);
  assert_string_equal(status->reason, "GUARD_UNMET");
  assert_string_equal(status->message, "the plan is not signed — 100 %");
  assert_string_equal(status->guards->description, "sponsors are missing");
  assert_string_equal(status->guards->next->description, "no commitments");
  assert_string_equal(status->violations->field, "plan.name");
  assert_string_equal(status->violations->reason, "REQUIRED_FIELD_MISSING");
  assert_string_equal(status->metadata->key, "state");
  assert_string_equal(status->metadata->value, "DRAFT");
  assert_int_equal(status->retry_after_ms, 1500);
}

static void status_is_bounded(void **context) {
  Ledger__ListLedgerEntriesResponse *response;
  const struct status *status = ask(*context, "fail at length", "", &response);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  size_t kept = 0;
  for (const struct violation *violation = status->violations; violation; violation = violation->next)
    kept++;
  assert_in_range(kept, 1, 29);
  assert_string_equal(status->metadata->key, "omitted_details");
  assert_int_equal(atoi(status->metadata->value) + (int)kept, 30);
  assert_in_range(strlen(status->message), 200, 1024);
}

static void status_of_many_details_is_bounded(void **context) {
  Ledger__ListLedgerEntriesResponse *response;
  const struct status *status = ask(*context, "fail with many", "", &response);
  assert_int_equal(status->code, CODE_FAILED_PRECONDITION);
  const struct status_metadata *last = status->metadata;
  while (last->next)
    last = last->next;
  assert_string_equal(last->key, "omitted_details");
  assert_in_range(atoi(last->value), 1990, 2000);
}

static void malformed_request_is_refused(void **context) {
  Ledger__ListLedgerEntriesResponse *response;
  Ledger__ListLedgerEntriesRequest request = request_of("\xff\xfe", "");
  const struct status *status =
      fixture_call(((struct world *)*context)->fixture, ECHO_LIST, &request, &response);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  request = request_of("", "");
  request.page_size = -1;
  status = fixture_call(((struct world *)*context)->fixture, ECHO_LIST, &request, &response);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  assert_string_equal(status->violations->field, "page_size");
  assert_int_equal(atomic_load(&((struct world *)*context)->state.runs), 0);
}

static void access_comes_before_rules(void **context) {
  struct world *world = *context;
  Ledger__ListLedgerEntriesResponse *response;
  Ledger__ListLedgerEntriesRequest request = request_of("", "");
  request.parent = (char *)"vendors/other";
  request.page_size = -1;
  const struct status *status = fixture_call(world->fixture, ECHO_LIST, &request, &response);
  assert_int_equal(status->code, CODE_PERMISSION_DENIED);
  fixture_as(world->fixture, NULL);
  status = fixture_call(world->fixture, ECHO_LIST, &request, &response);
  assert_int_equal(status->code, CODE_UNAUTHENTICATED);
}

static void unknown_method_is_answered(void **context) {
  struct world *world = *context;
  Ledger__ListLedgerEntriesRequest request = request_of("", "");
  Ledger__ListLedgerEntriesResponse *response;
  const struct status *status =
      fixture_call(world->fixture, "/entente.onboard.v1.PlanService/GetPlan", &request, &response);
  assert_int_equal(status->code, CODE_UNIMPLEMENTED);
  assert_string_equal(status->reason, "METHOD_UNKNOWN");
}

static void run_with_deadline(struct server_fixture *fixture, size_t index, void *context) {
  Ledger__ListLedgerEntriesRequest request = request_of("sleep", "5000");
  Ledger__ListLedgerEntriesResponse *response;
  struct client_call call = fixture_client_call(fixture, fixture_arena(fixture), ECHO_LIST, &request);
  (void)index;
  call.deadline_us = clock_monotonic_us() + 100 * US_PER_MS;
  *(const struct status **)context = client_call(fixture_channel(fixture), &call, &response);
}

static void await(atomic_int *number, int value) {
  for (int i = 0; i < 2000 && atomic_load(number) != value; i++)
    usleep(1000);
  assert_int_equal(atomic_load(number), value);
}

static void deadline_reaches_the_handler(void **context) {
  struct world *world = *context;
  const struct status *status = NULL;
  int64_t start = clock_monotonic_us();
  fixture_fibers(world->fixture, 1, run_with_deadline, &status);
  assert_int_equal(status->code, CODE_DEADLINE_EXCEEDED);
  assert_in_range(clock_monotonic_us() - start, 90 * US_PER_MS, 400 * US_PER_MS);
  await(&world->state.cancelled, 1);
  await(&world->state.running, 0);
}

static void run_and_cancel(struct server_fixture *fixture, size_t index, void *context) {
  Ledger__ListLedgerEntriesRequest request = request_of("sleep", "5000");
  struct client_call call = fixture_client_call(fixture, fixture_arena(fixture), ECHO_LIST, &request);
  (void)index;
  (void)context;
  struct pending *pending = client_start(fixture_channel(fixture), &call);
  fiber_sleep_ms(50);
  client_cancel(pending);
}

static void cancellation_reaches_the_handler(void **context) {
  struct world *world = *context;
  fixture_fibers(world->fixture, 1, run_and_cancel, NULL);
  await(&world->state.cancelled, 1);
  await(&world->state.running, 0);
}

static void run_and_forget(struct server_fixture *fixture, size_t index, void *context) {
  Ledger__ListLedgerEntriesRequest request = request_of("sleep", "5000");
  struct client_call call = fixture_client_call(fixture, fixture_arena(fixture), ECHO_LIST, &request);
  (void)index;
  (void)context;
  client_start(fixture_channel(fixture), &call);
  fiber_sleep_ms(50);
}

static void forgotten_call_is_cancelled(void **context) {
  struct world *world = *context;
  fixture_fibers(world->fixture, 1, run_and_forget, NULL);
  await(&world->state.cancelled, 1);
}

static void exhausted_arena_ends_only_its_call(void **context) {
  Ledger__ListLedgerEntriesResponse *response;
  for (int i = 0; i < 3; i++) {
    const struct status *status = ask(*context, "exhaust", "", &response);
    assert_int_equal(status->code, CODE_RESOURCE_EXHAUSTED);
    assert_null(ask(*context, "", "still here", &response));
  }
}

static void large_answer_is_refused(void **context) {
  Ledger__ListLedgerEntriesResponse *response;
  const struct status *status = ask(*context, "answer too much", "", &response);
  assert_int_equal(status->code, CODE_RESOURCE_EXHAUSTED);
  assert_string_equal(status->reason, "RESPONSE_TOO_LARGE");
}

static void large_request_is_refused(void **context) {
  struct world *world = *context;
  char *text = malloc(LIMIT_MESSAGE_BYTES + 10);
  memset(text, 'a', LIMIT_MESSAGE_BYTES + 9);
  text[LIMIT_MESSAGE_BYTES + 9] = '\0';
  Ledger__ListLedgerEntriesRequest request = request_of("", text);
  Ledger__ListLedgerEntriesResponse *response;
  const struct status *status = fixture_call(world->fixture, ECHO_LIST, &request, &response);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  free(text);
}

static void lost_race_is_run_again(void **context) {
  struct world *world = *context;
  Ledger__ListLedgerEntriesResponse *response;
  assert_null(ask(world, "lose race", "4", &response));
  assert_string_equal(response->next_page_token, "won");
  await_observed(world, 1);
  assert_int_equal(world->observed.runs, 4);
  const struct status *status = ask(world, "lose race", "1000", &response);
  assert_int_equal(status->code, CODE_ABORTED);
  assert_string_equal(status->reason, "LOST_RACE");
  await_observed(world, 2);
  assert_int_equal(world->observed.runs, LIMIT_LOST_RACES);
}

struct burst {
  atomic_int refused, served;
};

static void run_one_of_many(struct server_fixture *fixture, size_t index, void *context) {
  struct burst *burst = context;
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  Ledger__ListLedgerEntriesRequest request = request_of("sleep", "200");
  Ledger__ListLedgerEntriesResponse *response;
  struct client_call call = fixture_client_call(fixture, arena, ECHO_LIST, &request);
  (void)index;
  const struct status *status = client_call(fixture_channel(fixture), &call, &response);
  if (!status) {
    burst->served++;
  } else {
    assert_int_equal(status->code, CODE_RESOURCE_EXHAUSTED);
    assert_string_equal(status->reason, "OVERLOADED");
    assert_true(status->retry_after_ms > 0);
    burst->refused++;
  }
  arena_destroy(arena);
}

static void overload_is_refused(void **context) {
  struct world *world = *context;
  struct burst burst = {0};
  Ledger__ListLedgerEntriesResponse *response;
  fixture_fibers(world->fixture, 60, run_one_of_many, &burst);
  assert_int_equal(burst.served + burst.refused, 60);
  assert_in_range(burst.served, 30, 34);
  assert_null(ask(world, "", "", &response));
}

static void trace_is_carried_on(void **context) {
  struct world *world = *context;
  static const char parent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  Ledger__ListLedgerEntriesResponse *response, *other;
  assert_null(ask(world, "trace", "", &response));
  assert_null(ask(world, "trace", "", &other));
  assert_int_equal(strlen(response->next_page_token), strlen(parent));
  assert_memory_not_equal(response->next_page_token, other->next_page_token, 35);
}

static void run_during_drain(struct server_fixture *fixture, size_t index, void *context) {
  const struct status **statuses = context;
  Ledger__ListLedgerEntriesRequest request = request_of(index == 0 ? "sleep" : "", index == 0 ? "300" : "");
  Ledger__ListLedgerEntriesResponse *response;
  static const uint32_t starts[] = {0, 50, 150}; /* before; during the notice; late */
  fiber_sleep_ms(starts[index]);
  struct client_call call = fixture_client_call(fixture, fixture_arena(fixture), ECHO_LIST, &request);
  statuses[index] = client_call(fixture_channel(fixture), &call, &response);
}

static void drain_answers_all(void **context) {
  struct world *world = *context;
  const struct status *statuses[3] = {0};
  Ledger__ListLedgerEntriesResponse *response;
  assert_null(ask(world, "", "", &response));
  fixture_drain(world->fixture, 100, 300);
  fixture_fibers(world->fixture, 3, run_during_drain, statuses);
  assert_null(statuses[0]);
  assert_null(statuses[1]);
  assert_int_equal(statuses[2]->code, CODE_UNAVAILABLE);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      CASE(unary_answers),
      CASE(packed_answer_is_sent_instead),
      CASE(status_carries_details),
      CASE(status_is_bounded),
      CASE(status_of_many_details_is_bounded),
      CASE(malformed_request_is_refused),
      CASE(access_comes_before_rules),
      CASE(unknown_method_is_answered),
      CASE(deadline_reaches_the_handler),
      CASE(cancellation_reaches_the_handler),
      CASE(forgotten_call_is_cancelled),
      CASE(exhausted_arena_ends_only_its_call),
      CASE(large_answer_is_refused),
      CASE(large_request_is_refused),
      CASE(lost_race_is_run_again),
      CASE(overload_is_refused),
      CASE(trace_is_carried_on),
      CASE(drain_answers_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
