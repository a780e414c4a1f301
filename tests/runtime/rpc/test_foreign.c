/* Clients that are not ours, and the defects of gRPC core 1.51 and protobuf-c 1.4 that must not reach us. */
#include "echo_service.h"
#include "support/server_fixture.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
  struct server_fixture *fixture;
  struct echo_state state;
  char folder[32];
};

static int begin(void **context) {
  struct world *world = calloc(1, sizeof(*world));
  world->fixture = fixture_start(&(struct fixture_options){
      .service_name = "onboard", .services = echo_services, .context = &world->state, .in_flight_max = 64});
  fixture_as(world->fixture,
             fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                               OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "acme", NULL, "dana"));
  strcpy(world->folder, "/tmp/entente-foreign-XXXXXX");
  assert_non_null(mkdtemp(world->folder));
  *context = world;
  return 0;
}

static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...) {
  char command[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(command, sizeof(command), format, arguments);
  va_end(arguments);
  int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int end(void **context) {
  struct world *world = *context;
  fixture_stop(world->fixture);
  run("rm -rf %s", world->folder);
  free(world);
  return 0;
}

/* AddressSanitizer keeps freed memory for a while. */
#if defined(__SANITIZE_ADDRESS__)
enum { MEMORY_SLACK = 16 };
#else
enum { MEMORY_SLACK = 1 };
#endif

/* Kilobytes, of this process, by the name of the kernel's row. */
static long memory_kb(const char *row) {
  FILE *file = fopen("/proc/self/status", "re");
  char line[256];
  long kb = -1;
  while (fgets(line, sizeof(line), file))
    if (strncmp(line, row, strlen(row)) == 0)
      kb = strtol(line + strlen(row) + 1, NULL, 10);
  fclose(file);
  return kb;
}

static void foreign(struct world *world, const char *name) {
  assert_int_equal(run("/usr/bin/python3 -B %s/tests/runtime/rpc/foreign_client.py %s %d %s",
                       getenv("ENTENTE_SOURCE"), name, fixture_port(world->fixture), world->folder),
                   0);
}

static void python_is_answered(void **context) {
  foreign(*context, "basic");
}
static void trace_context_is_read_strictly(void **context) {
  foreign(*context, "trace");
}
static void call_without_message_is_refused(void **context) {
  foreign(*context, "no_message");
}
static void reflection_serves_all_it_lists(void **context) {
  foreign(*context, "reflection");
}

static void defect_1_header_does_not_abort(void **context) {
  foreign(*context, "headers");
}

/* The fall of the listener cannot be mended, so it must not come to it: enough descriptors from the start. */
static void defect_2_descriptors_are_plenty(void **context) {
  const char *problem = NULL;
  struct rlimit limit;
  (void)context;
  assert_true(server_raise_descriptor_limit(&problem));
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
  assert_int_equal(limit.rlim_cur, limit.rlim_max);
  pid_t child = fork();
  if (child == 0) {
    struct rlimit few = {.rlim_cur = 256, .rlim_max = 1024};
    bool refused = setrlimit(RLIMIT_NOFILE, &few) == 0 && !server_raise_descriptor_limit(&problem) &&
                   strstr(problem, "1024") && strstr(problem, "ulimit");
    _exit(refused ? 0 : 1);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
}

static void defect_3_gzip_is_not_inflated(void **context) {
  long before = memory_kb("VmHWM");
  foreign(*context, "gzip");
  assert_in_range(memory_kb("VmHWM") - before, 0, MEMORY_SLACK * (20 << 10));
}

static void defect_4_flood_does_not_grow_memory(void **context) {
  struct world *world = *context;
  char path[64];
  static const char body[] = "\0\0\0\0\x1a\x0a\x0cvendors/acme\x2a\x05sleep\x1a\x03"
                             "400";
  snprintf(path, sizeof(path), "%s/body", world->folder);
  FILE *file = fopen(path, "we");
  assert_int_equal(fwrite(body, 1, sizeof(body) - 1, file), sizeof(body) - 1);
  fclose(file);
  /* Pending calls that nobody asks for take 12 KB each: 720 MB here. */
  long first = 0;
  for (int round = 0; round < 4; round++) {
    assert_int_equal(
        run("h2load -n 20000 -c 100 -m 200 -t 1 -d %s -H 'content-type: application/grpc' -H 'te: trailers' "
            "http://127.0.0.1:%d" ECHO_LIST " >/dev/null",
            path, fixture_port(world->fixture)),
        0);
    if (round == 0)
      first = memory_kb("VmHWM");
  }
  assert_in_range(atomic_load(&world->state.runs), 64, 4000); /* most were turned away */
  assert_in_range(memory_kb("VmHWM") - first, 0, MEMORY_SLACK * (240 << 10));
  foreign(world, "basic");
}

static void defect_5_nesting_and_text_are_checked(void **context) {
  foreign(*context, "deep");
  foreign(*context, "malformed");
}

static void port_in_use_is_one_clear_line(void **context) {
  struct world *world = *context;
  const char *problem = NULL;
  char listen[32], port[16];
  struct loop *loop = loop_create(NULL);
  snprintf(port, sizeof(port), "%d", fixture_port(world->fixture));
  snprintf(listen, sizeof(listen), "127.0.0.1:%s", port);
  assert_null(server_create(
      loop, &(struct server_options){.service_name = "onboard", .listen = listen, .services = echo_services},
      &problem));
  assert_non_null(strstr(problem, port));
  assert_non_null(strstr(problem, "--listen"));
  assert_null(strchr(problem, '\n'));
  loop_destroy(loop);
}

static void open_port_needs_tls(void **context) {
  const char *problem = NULL;
  struct loop *loop = loop_create(NULL);
  (void)context;
  assert_null(server_create(
      loop,
      &(struct server_options){.service_name = "onboard", .listen = "0.0.0.0:0", .services = echo_services},
      &problem));
  assert_non_null(strstr(problem, "TLS"));
  loop_destroy(loop);
}

static const struct status *never_unary(struct call *call, const void *request, void *response) {
  (void)call, (void)request, (void)response;
  abort();
}

static const struct status *never_stream(struct call *call, const void *request, struct stream *stream) {
  (void)call, (void)request, (void)stream;
  abort();
}

static void table_must_fit_the_contract(void **context) {
  static const struct method lacking[] = {{.name = "ListLedgerEntries", .unary = never_unary}, {0}};
  static const struct method swapped[] = {{.name = "ListLedgerEntries", .unary = never_unary},
                                          {.name = "BatchGetCounters", .unary = never_unary},
                                          {.name = "VerifyLedger", .unary = never_unary},
                                          {0}};
  static const struct method beyond[] = {{.name = "ListLedgerEntries", .unary = never_unary},
                                         {.name = "BatchGetCounters", .unary = never_unary},
                                         {.name = "VerifyLedger", .stream = never_stream},
                                         {.name = "BurnLedger", .unary = never_unary},
                                         {0}};
  static const struct method none[] = {{0}};
  static const struct {
    struct service service;
    const char *says;
  } cases[] = {{{"entente.ledger.v1.LedgerService", lacking}, "not in the service's table"},
               {{"entente.ledger.v1.LedgerService", swapped}, "streams"},
               {{"entente.ledger.v1.LedgerService", beyond}, "not in the contract"},
               {{"entente.ledger.v1.NoService", beyond}, "not in the contract"},
               {{"grpc.health.v1.Health", none}, "not in the service's table"}};
  struct loop *loop = loop_create(NULL);
  (void)context;
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    const struct service *services[] = {&cases[i].service, NULL};
    const char *problem = NULL;
    assert_null(server_create(
        loop,
        &(struct server_options){.service_name = "onboard", .listen = "127.0.0.1:0", .services = services},
        &problem));
    assert_non_null(strstr(problem, cases[i].says));
  }
  loop_destroy(loop);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      CASE(python_is_answered),
      CASE(trace_context_is_read_strictly),
      CASE(call_without_message_is_refused),
      CASE(reflection_serves_all_it_lists),
      CASE(defect_1_header_does_not_abort),
      CASE(defect_2_descriptors_are_plenty),
      CASE(defect_3_gzip_is_not_inflated),
      CASE(defect_4_flood_does_not_grow_memory),
      CASE(defect_5_nesting_and_text_are_checked),
      CASE(port_in_use_is_one_clear_line),
      cmocka_unit_test(open_port_needs_tls),
      cmocka_unit_test(table_must_fit_the_contract),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
