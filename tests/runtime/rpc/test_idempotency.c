/* Writes through the server and a real Redis: replays, races, a store that is slow or gone. */
#include "runtime/rpc/nps_fixture.h"

#include "runtime/base/clock.h"
#include "runtime/rpc/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORD "/entente.onboard.v1.NpsResponseService/RecordNpsResponse"
#define GET "/entente.onboard.v1.NpsResponseService/GetNpsResponse"
#define PARENT "vendors/acme/partnerships/orvane"
#define NAME PARENT "/npsResponses/one"

/* Adds one to the sequence of the only response. */
static const struct status *record(struct call *call, const void *in, void *out) {
  const Onboard__RecordNpsResponseRequest *request = in;
  struct txn *txn = call_txn(call);
  Onboard__NpsResponse *response, *current;
  const struct status *status = txn_get(txn, &kind_nps, NAME, &current);
  if (status)
    return status;
  response = request->nps_response;
  response->name = (char *)NAME;
  response->sequence = current ? current->sequence + 1 : 1;
  txn_put(txn, &kind_nps, response);
  txn_record(txn, &(struct record_facts){.type = "nps.recorded", .payload = response});
  *(Onboard__NpsResponse *)out = *response;
  return txn_commit(txn, out);
}

static const struct status *get(struct call *call, const void *in, void *out) {
  const Onboard__GetNpsResponseRequest *request = in;
  Onboard__NpsResponse *response;
  const struct status *status = txn_peek(call_txn(call), &kind_nps, request->name, &response);
  if (status)
    return status;
  if (!response)
    return call_not_found(call, request->name);
  *(Onboard__NpsResponse *)out = *response;
  return NULL;
}

static const struct status *list(struct call *call, const void *in, void *out) {
  (void)call, (void)in, (void)out;
  return NULL;
}

static const struct method methods[] = {{.name = "RecordNpsResponse", .unary = record},
                                        {.name = "GetNpsResponse", .unary = get},
                                        {.name = "ListNpsResponses", .unary = list},
                                        {0}};
static int begin(void **context) {
  return world_begin(context, methods);
}

static void fill(Onboard__RecordNpsResponseRequest *request, Onboard__NpsResponse *nps, const char *remark,
                 const char *request_id) {
  onboard__record_nps_response_request__init(request);
  onboard__nps_response__init(nps);
  nps->respondent = (char *)"maya";
  nps->score = 9;
  nps->remark = (char *)remark;
  request->parent = (char *)PARENT;
  request->nps_response = nps;
  request->request_id = (char *)request_id;
}

static const struct status *send(struct world *world, const char *remark, const char *request_id,
                                 Onboard__NpsResponse **answer) {
  Onboard__RecordNpsResponseRequest request;
  Onboard__NpsResponse nps;
  fill(&request, &nps, remark, request_id);
  return fixture_call(world->fixture, RECORD, &request, answer);
}

static void replay_answers_the_first_answer(void **context) {
  struct world *world = *context;
  Onboard__NpsResponse *first, *again, *next;
  assert_null(send(world, "good", "r-1", &first));
  assert_int_equal(first->sequence, 1);
  assert_null(send(world, "better", "r-2", &next));
  assert_int_equal(next->sequence, 2);
  assert_null(send(world, "good", "r-1", &again));
  assert_int_equal(again->sequence, 1);
  assert_string_equal(again->etag, first->etag);
}

static void reused_request_id_is_refused(void **context) {
  struct world *world = *context;
  Onboard__NpsResponse *answer;
  assert_null(send(world, "good", "r-1", &answer));
  const struct status *status = send(world, "bad", "r-1", &answer);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  assert_string_equal(status->reason, "REQUEST_ID_REUSED");
  /* It is the caller's own: another's is another call. */
  fixture_as(world->fixture, world->rui);
  assert_null(send(world, "bad", "r-1", &answer));
  assert_int_equal(answer->sequence, 2);
}

static void run_increment(struct server_fixture *fixture, size_t index, void *context) {
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  Onboard__RecordNpsResponseRequest request;
  Onboard__NpsResponse nps, *answer;
  char id[16];
  snprintf(id, sizeof(id), "i-%zu", index);
  fill(&request, &nps, "again", id);
  struct client_call call = fixture_client_call(fixture, arena, RECORD, &request);
  const struct status *status;
  do
    status = client_call(fixture_channel(fixture), &call, &answer);
  while (status && status->code == CODE_ABORTED);
  assert_null(status);
  ++*(size_t *)context;
  arena_destroy(arena);
}

static void concurrent_writers_lose_nothing(void **context) {
  struct world *world = *context;
  size_t done = 0;
  enum { WRITERS = 60 };
  fixture_fibers(world->fixture, WRITERS, run_increment, &done);
  assert_int_equal(done, WRITERS);
  Onboard__GetNpsResponseRequest request = ONBOARD__GET_NPS_RESPONSE_REQUEST__INIT;
  Onboard__NpsResponse *answer;
  request.name = (char *)NAME;
  assert_null(fixture_call(world->fixture, GET, &request, &answer));
  assert_int_equal(answer->sequence, WRITERS);
}

static void absent_is_not_found(void **context) {
  struct world *world = *context;
  Onboard__GetNpsResponseRequest request = ONBOARD__GET_NPS_RESPONSE_REQUEST__INIT;
  Onboard__NpsResponse *answer;
  request.name = (char *)NAME;
  const struct status *status = fixture_call(world->fixture, GET, &request, &answer);
  assert_int_equal(status->code, CODE_NOT_FOUND);
}

static void run_with_short_deadline(struct server_fixture *fixture, size_t index, void *context) {
  Onboard__GetNpsResponseRequest request = ONBOARD__GET_NPS_RESPONSE_REQUEST__INIT;
  Onboard__NpsResponse *answer;
  request.name = (char *)NAME;
  struct client_call call = fixture_client_call(fixture, fixture_arena(fixture), GET, &request);
  (void)index;
  call.deadline_us = clock_monotonic_us() + 200 * US_PER_MS;
  *(const struct status **)context = client_call(fixture_channel(fixture), &call, &answer);
}

static void silent_store_meets_the_deadline(void **context) {
  struct world *world = *context;
  const struct status *status = NULL;
  redis_pause(&world->redis);
  int64_t start = clock_monotonic_us();
  fixture_fibers(world->fixture, 1, run_with_short_deadline, &status);
  assert_in_range(clock_monotonic_us() - start, 150 * US_PER_MS, 450 * US_PER_MS);
  redis_resume(&world->redis);
  assert_int_equal(status->code, CODE_DEADLINE_EXCEEDED);
}

static void lost_store_is_unavailable(void **context) {
  struct world *world = *context;
  Onboard__NpsResponse *answer;
  assert_null(send(world, "good", "r-1", &answer));
  redis_kill(&world->redis);
  const struct status *status = send(world, "good", "r-2", &answer);
  assert_int_equal(status->code, CODE_UNAVAILABLE);
  redis_restart(&world->redis);
  int64_t until = clock_monotonic_us() + 5 * (int64_t)US_PER_SECOND;
  do
    status = send(world, "good", "r-2", &answer);
  while (status && clock_monotonic_us() < until);
  assert_null(status);
  assert_int_equal(answer->sequence, 2);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, world_end)
  const struct CMUnitTest tests[] = {
      CASE(replay_answers_the_first_answer), CASE(reused_request_id_is_refused),
      CASE(concurrent_writers_lose_nothing), CASE(absent_is_not_found),
      CASE(silent_store_meets_the_deadline), CASE(lost_store_is_unavailable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
