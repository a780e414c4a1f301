/* The C client library against a server in this process, with mutual TLS: what its header promises. */
#include "../runtime/rpc/echo_service.h"
#include "support/server_fixture.h"

#include "entente/ledger/v1/ledger_service.client.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
  OK = 0,
  CANCELLED = 1,
  INVALID_ARGUMENT = 3,
  DEADLINE_EXCEEDED = 4,
  FAILED_PRECONDITION = 9,
  UNAVAILABLE = 14
};
enum { UNAUTHENTICATED = 16, THREADS = 8, CALLS = 50, PATIENCE_S = 5 };

struct world {
  struct server_fixture *fixture;
  struct echo_state state;
  char *token;
  char address[32], ca[128], certificate[128], key[128];
  struct entente_client *client, *watcher;
  struct entente_refusal refusal;
};

static struct entente_options options_of(const struct world *world) {
  return (struct entente_options){.address = world->address,
                                  .ca_file = world->ca,
                                  .certificate_file = world->certificate,
                                  .key_file = world->key,
                                  .token = world->token};
}

static char *token_of(struct world *world, const char *vendor) {
  return fixture_token(world->fixture, fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                                                         OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR,
                                                         vendor, NULL, "dana"));
}

static int begin(void **context) {
  struct world *world = calloc(1, sizeof *world);
  world->fixture = fixture_start(&(struct fixture_options){
      .service_name = "sell", .services = echo_services, .context = &world->state, .tls = true});
  world->token = token_of(world, "acme");
  const char *folder = fixture_folder(world->fixture);
  snprintf(world->address, sizeof world->address, "127.0.0.1:%d", fixture_port(world->fixture));
  snprintf(world->ca, sizeof world->ca, "%s/ca.pem", folder);
  snprintf(world->certificate, sizeof world->certificate, "%s/console.pem", folder);
  snprintf(world->key, sizeof world->key, "%s/console.key", folder);
  struct entente_options options = options_of(world);
  world->client = entente_open(&options, &world->refusal);
  assert_non_null(world->client);
  *context = world;
  return 0;
}

static int end(void **context) {
  struct world *world = *context;
  entente_close(world->client);
  entente_close(world->watcher);
  entente_refusal_clear(&world->refusal);
  fixture_stop(world->fixture);
  free(world->token);
  free(world);
  return 0;
}

/* The token of the answer; the caller frees it. NULL with the refusal. */
static char *ask(struct entente_client *client, const char *what, const char *with,
                 struct entente_refusal *refusal) {
  Ledger__ListLedgerEntriesRequest request = LEDGER__LIST_LEDGER_ENTRIES_REQUEST__INIT;
  request.parent = (char *)"vendors/acme";
  request.counter = (char *)what;
  request.page_token = (char *)with;
  Ledger__ListLedgerEntriesResponse *answer = entente_ledger_list_ledger_entries(client, &request, refusal);
  if (!answer)
    return NULL;
  char *text = strdup(answer->next_page_token);
  ledger__list_ledger_entries_response__free_unpacked(answer, NULL);
  return text;
}

/* As a user of that vendor, whose name says how the stream goes. */
static struct entente_stream *watch(struct world *world, const char *vendor) {
  struct entente_options options = options_of(world);
  char *token = token_of(world, vendor), parent[64];
  options.token = token;
  world->watcher = entente_open(&options, &world->refusal);
  free(token);
  snprintf(parent, sizeof parent, "vendors/%s", vendor);
  Ledger__VerifyLedgerRequest request = LEDGER__VERIFY_LEDGER_REQUEST__INIT;
  request.parent = parent;
  struct entente_stream *stream = entente_ledger_verify_ledger(world->watcher, &request, &world->refusal);
  assert_non_null(stream);
  return stream;
}

static bool take(struct entente_stream *stream, struct world *world) {
  Ledger__VerifyLedgerResponse *message = entente_ledger_verify_ledger_next(stream, &world->refusal);
  if (message)
    ledger__verify_ledger_response__free_unpacked(message, NULL);
  return message != NULL;
}

/* Waits until as many handlers as that saw their call cancelled. */
static void await_cancelled(struct world *world, int count) {
  for (int i = 0; atomic_load(&world->state.cancelled) < count && i < PATIENCE_S * 200; i++)
    usleep(5000);
  assert_int_equal(atomic_load(&world->state.cancelled), count);
}

static void user_is_who_the_token_says(void **context) {
  struct world *world = *context;
  char *told = ask(world->client, "caller", "", &world->refusal);
  assert_string_equal(told, "user dana acme");
  assert_int_equal(world->refusal.code, OK);
  assert_string_equal(entente_refusal_reason(&world->refusal), "");
  free(told);
}

static void refusal_tells_everything(void **context) {
  struct world *world = *context;
  assert_null(ask(world->client, "fail", "", &world->refusal));
  const struct entente_refusal *refusal = &world->refusal;
  assert_int_equal(refusal->code, FAILED_PRECONDITION);
  assert_string_equal(refusal->message, "the plan is not signed — 100 %");
  assert_string_equal(entente_refusal_reason(refusal), "GUARD_UNMET");
  assert_string_equal(refusal->info->domain, "sell.entente");
  assert_int_equal(refusal->info->n_metadata, 1);
  assert_string_equal(refusal->info->metadata[0]->value, "DRAFT");
  assert_int_equal(refusal->failure->n_violations, 2);
  assert_string_equal(refusal->failure->violations[1]->description, "no commitments");
  assert_int_equal(refusal->request->n_field_violations, 1);
  assert_string_equal(refusal->request->field_violations[0]->field, "plan.name");
  char *told = ask(world->client, "", "again", &world->refusal);
  assert_string_equal(told, "again");
  assert_null(refusal->info);
  assert_null(refusal->message);
  free(told);
}

static void deadline_ends_a_call_at_both_ends(void **context) {
  struct world *world = *context;
  struct entente_options options = options_of(world);
  options.timeout_ms = 200;
  struct entente_client *hasty = entente_open(&options, &world->refusal);
  assert_null(ask(hasty, "sleep", "20000", &world->refusal));
  assert_int_equal(world->refusal.code, DEADLINE_EXCEEDED);
  await_cancelled(world, 1);
  entente_close(hasty);
}

static void stream_ends_by_itself(void **context) {
  struct world *world = *context;
  struct entente_stream *stream = watch(world, "brief");
  for (int i = 0; i < 3; i++)
    assert_true(take(stream, world));
  assert_false(take(stream, world));
  assert_int_equal(world->refusal.code, OK);
  assert_false(take(stream, world));
  entente_stream_close(stream);
}

static void closing_a_stream_cancels_it(void **context) {
  struct world *world = *context;
  struct entente_stream *stream = watch(world, "endless");
  assert_true(take(stream, world));
  entente_stream_close(stream);
  for (int i = 0; atomic_load(&world->state.running) && i < PATIENCE_S * 200; i++)
    usleep(5000);
  assert_int_equal(atomic_load(&world->state.running), 0);
}

static void *cancel_soon(void *stream) {
  usleep(100000);
  entente_stream_cancel(stream);
  return NULL;
}

static void another_thread_may_cancel(void **context) {
  struct world *world = *context;
  struct entente_stream *stream = watch(world, "endless");
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, cancel_soon, stream), 0);
  while (take(stream, world))
    ;
  assert_int_equal(world->refusal.code, CANCELLED);
  pthread_join(thread, NULL);
  entente_stream_close(stream);
}

static void *ask_often(void *context) {
  struct world *world = context;
  struct entente_refusal refusal = {0};
  size_t right = 0;
  for (int i = 0; i < CALLS; i++) {
    char number[32];
    snprintf(number, sizeof number, "%lx-%d", (unsigned long)pthread_self(), i);
    char *told = ask(world->client, "", number, &refusal);
    right += told && strcmp(told, number) == 0;
    free(told);
  }
  entente_refusal_clear(&refusal);
  return (void *)right;
}

static void threads_share_a_client(void **context) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, ask_often, *context), 0);
  for (int i = 0; i < THREADS; i++) {
    void *right;
    pthread_join(threads[i], &right);
    assert_int_equal((size_t)right, CALLS);
  }
}

static void files_that_do_not_fit_are_named(void **context) {
  struct world *world = *context;
  struct entente_options options = options_of(world);
  options.key_file = "/nowhere/key.pem";
  assert_null(entente_open(&options, &world->refusal));
  assert_int_equal(world->refusal.code, INVALID_ARGUMENT);
  assert_non_null(strstr(world->refusal.message, "/nowhere/key.pem"));
  options.key_file = NULL;
  assert_null(entente_open(&options, &world->refusal));
  assert_int_equal(world->refusal.code, INVALID_ARGUMENT);
}

static int code_with(struct world *world, const struct entente_options *options) {
  struct entente_client *client = entente_open(options, &world->refusal);
  assert_non_null(client);
  assert_null(ask(client, "", "", &world->refusal));
  entente_close(client);
  return world->refusal.code;
}

static void strangers_are_refused(void **context) {
  struct world *world = *context;
  struct entente_options options = options_of(world);
  options.token = NULL;
  assert_int_equal(code_with(world, &options), UNAUTHENTICATED);
  options.token = "not a\ntoken";
  assert_int_equal(code_with(world, &options), INVALID_ARGUMENT);
  options = options_of(world);
  options.ca_file = world->certificate; /* is no authority of the server */
  options.timeout_ms = 1000;
  int code = code_with(world, &options);
  assert_true(code == UNAVAILABLE || code == DEADLINE_EXCEEDED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(user_is_who_the_token_says, begin, end),
      cmocka_unit_test_setup_teardown(refusal_tells_everything, begin, end),
      cmocka_unit_test_setup_teardown(deadline_ends_a_call_at_both_ends, begin, end),
      cmocka_unit_test_setup_teardown(stream_ends_by_itself, begin, end),
      cmocka_unit_test_setup_teardown(closing_a_stream_cancels_it, begin, end),
      cmocka_unit_test_setup_teardown(another_thread_may_cancel, begin, end),
      cmocka_unit_test_setup_teardown(threads_share_a_client, begin, end),
      cmocka_unit_test_setup_teardown(files_that_do_not_fit_are_named, begin, end),
      cmocka_unit_test_setup_teardown(strangers_are_refused, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
