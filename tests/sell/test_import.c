/* `entente import crm` as a process of its own, over mTLS with a token, against the service in this one. */
#include "sell/service_fixture.h"
#include "support/check.h"

#include "runtime/base/text.h"
#include "sell/service.h"

#include "runtime/feed/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct world {
  struct pillar_fixture sell;
  char folder[64]; /* the suite's, with local.env; and a small export */
};

static void world_write(const struct world *world, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void world_write(const struct world *world, const char *file, const char *format, ...) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", world->folder, file);
  FILE *out = fopen(path, "we");
  assert_non_null(out);
  va_list arguments;
  va_start(arguments, format);
  vfprintf(out, format, arguments);
  va_end(arguments);
  fclose(out);
}

static int setup(void **state) {
  struct world *world = calloc(1, sizeof *world);
  struct pillar_fixture *sell = &world->sell;
  strcpy(world->folder, "/tmp/entente-import-XXXXXX");
  assert_non_null(mkdtemp(world->folder));
  redis_start(&sell->redis, "sell", NULL);
  sell->server = fixture_start(&(struct fixture_options){.service_name = "sell",
                                                         .services = sell_services,
                                                         .kinds = sell_kinds,
                                                         .counters = sell_counters,
                                                         .redis = &sell->redis,
                                                         .partner_of = directory_partner_of,
                                                         .tls = true});
  pillar_partnership(sell, "crm", "crm-partner");
  pillar_partnership(sell, "killed", "crm-partner");
  const struct principal *vendor =
      fixture_principal(sell->server, TYPE__PARTY__PARTY_VENDOR,
                        OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR, "halden", NULL, "dana.reyes");
  char *token = fixture_token(sell->server, vendor);
  const char *keys = fixture_folder(sell->server);
  world_write(world, "local.env",
              "ENTENTE_SELL=127.0.0.1:%d\nENTENTE_CA=%s/ca.pem\nENTENTE_CERT=%s/console.pem\n"
              "ENTENTE_KEY=%s/console.key\nENTENTE_TOKEN_VENDOR=%s\nENTENTE_TRUST_DOMAIN=entente.test\n",
              fixture_port(sell->server), keys, keys, keys, token);
  free(token);
  world_write(world, "sales_teams.csv", "sales_agent,regional_office\nAda,East\nWim,West\n");
  *state = world;
  return 0;
}

static int teardown(void **state) {
  struct world *world = *state;
  char command[128];
  fixture_stop(world->sell.server);
  redis_stop(&world->sell.redis);
  snprintf(command, sizeof command, "rm -r %s", world->folder);
  int removed = system(command);
  free(world);
  return removed;
}

static pid_t spawn(const char *const *arguments, int *output) {
  int ends[2];
  char program[512];
  snprintf(program, sizeof program, "%s/bin/entente",
           getenv("ENTENTE_BUILD") ? getenv("ENTENTE_BUILD") : ".");
  assert_int_equal(pipe(ends), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    execv(program, (char *const *)arguments);
    _exit(127);
  }
  close(ends[1]);
  *output = ends[0];
  return pid;
}

/* Runs the command and answers what it wrote. */
static char *run_command(struct world *world, const char *folder, const char *partnership, const char *office,
                         const char *extra, int *exit_status) {
  const char *const arguments[] = {
      "entente", "import",        "crm",       folder,           "--var", world->folder, "--vendor",
      "halden",  "--partnership", partnership, "--joint-office", office,  extra,         NULL};
  struct buffer out = {.arena = fixture_arena(world->sell.server)};
  char chunk[4096];
  int output, status;
  pid_t pid = spawn(arguments, &output);
  for (ssize_t got; (got = read(output, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR);)
    buffer_append(&out, chunk, got > 0 ? (size_t)got : 0);
  close(output);
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFEXITED(status));
  *exit_status = WEXITSTATUS(status);
  return out.data;
}

static void assert_holds(const char *text, const char *part) {
  if (!strstr(text, part))
    fail_msg("`%s` is not in:\n%s", part, text);
}

static void a_small_export(void **state) {
  struct world *world = *state;
  int exit_status;
  world_write(world, "sales_pipeline.csv",
              "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
              "S1,Ada,P,Acme,Won,2026-01-02,2026-03-01,1054\n"
              "S2,Wim,P,Acme,Won,2026-01-02,2026-03-01,46\n"
              "S3,Ada,P,Acme,Lost,2026-01-02,2025-12-01,0\n"
              "S4,Ada,P,Acme,Thinking,2026-01-02,,\n");
  char *text = run_command(world, world->folder, "crm", "East", "--dry-run", &exit_status);
  assert_holds(text, "Rehearsed, nothing changed: 4 rows");
  text = run_command(world, world->folder, "crm", "East", NULL, &exit_status);
  assert_int_equal(exit_status, 1);
  assert_holds(text, "sales_pipeline.csv:4: S3: not taken: INVALID_REQUEST: close_time lies before");
  assert_holds(text, "sales_pipeline.csv:5: S4: not taken: deal_stage `Thinking` is none of");
  assert_holds(text, "2 created, 0 updated, 0 unchanged, 2 not taken");
  assert_holds(text, "100.00 %");
  assert_holds(text, "1,100.00");
  /* The facts are this export's, whatever the partnership holds: another agent's office, another file. */
  world_write(world, "sales_pipeline.csv",
              "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
              "S2,Wim,P,Acme,Won,2026-01-02,2026-03-01,46\n"
              "S5,Ada,P,Acme,Lost,2026-01-02,2026-03-01,0\n"
              "S6,Ada,P,Acme,Engaging,2026-01-02,,\n"
              "S7,Wim,P,Acme,Prospecting,,,\n"
              "S8,Ada,P,Acme,Thinking,2026-01-02,,\n");
  text = run_command(world, world->folder, "crm", "East", NULL, &exit_status);
  assert_holds(text, "\nThis export                      joint     independent        together\n"
                     "prospecting                          0               1               1\n"
                     "engaging                             1               0               1\n"
                     "won                                  0               1               1\n"
                     "lost                                 1               0               1\n"
                     "win rate                        0.00 %        100.00 %         50.00 %\n"
                     "won, USD                          0.00           46.00           46.00\n"
                     "\nAs sell has it now ");
  assert_holds(text, "won, USD                      1,054.00           46.00        1,100.00\n");
  text = run_command(world, world->folder, "crm", "East", "--json", &exit_status);
  assert_holds(text, "\"thisExport\":{\"prospecting\":{\"joint\":0,\"independent\":1,\"together\":1,");
  assert_holds(text, "\"won\":{\"joint\":0,\"independent\":1,\"together\":1,\"jointAmountMinor\":0,"
                     "\"independentAmountMinor\":4600,\"togetherAmountMinor\":4600}");
  assert_holds(text, "\"winRate\":{\"numerator\":1,\"denominator\":2},\"currencyCode\":\"USD\"}");
  assert_holds(text, "\"created\":0,\"updated\":0,\"unchanged\":4,\"refused\":1");
  assert_holds(text, "\"line\":6,\"externalId\":\"S8\"");
}

static void what_cannot_work_says_what_to_do(void **state) {
  struct world *world = *state;
  int exit_status;
  char *text = run_command(world, world->folder, "crm", "Est", NULL, &exit_status);
  assert_int_equal(exit_status, 1);
  assert_holds(text, "has no office `Est`; it has East, West");
  text = run_command(world, "/nowhere", "crm", "East", NULL, &exit_status);
  assert_int_equal(exit_status, 1);
  assert_holds(text, "/nowhere/sales_teams.csv: No such file");
  text = run_command(world, world->folder, "No Id", "East", NULL, &exit_status);
  assert_int_equal(exit_status, 2);
  text = run_command(world, world->folder, "unheard-of", "East", NULL, &exit_status);
  assert_int_equal(exit_status, 1);
  assert_holds(text, "PARTNERSHIP_UNKNOWN");
}

/* Killed when it has said something of its progress, again and again, then let run. */
static void killed_and_run_again(void **state) {
  struct world *world = *state;
  char folder[512], file[600];
  const char *source = getenv("ENTENTE_SOURCE");
  snprintf(folder, sizeof folder, "%s/../shared/data/crm", source ? source : ".");
  snprintf(file, sizeof file, "%s/sales_pipeline.csv", folder);
  if (access(file, R_OK) != 0) {
    print_message("skipped: %s is not there\n", file);
    skip();
  }
  const char *const arguments[] = {"entente",        "import",   "crm",    folder,          "--var",
                                   world->folder,    "--vendor", "halden", "--partnership", "killed",
                                   "--joint-office", "East",     NULL};
  for (int i = 0; i < 3; i++) {
    int output, status;
    pid_t pid = spawn(arguments, &output);
    usleep((useconds_t)(200000 + 250000 * i)); /* anywhere: the end is the same wherever it is killed */
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    close(output);
  }
  int exit_status;
  char *text = run_command(world, folder, "killed", "East", "--json", &exit_status);
  assert_int_equal(exit_status, 0);
  assert_holds(text, "\"rows\":8800");
  assert_holds(text, "\"refused\":0");
  text = run_command(world, folder, "killed", "East", NULL, &exit_status);
  assert_holds(text, "0 created, 0 updated, 8,800 unchanged, 0 not taken");
  assert_holds(text, " 4,238\n");
  assert_holds(text, " 2,473\n");
  assert_holds(text, " 1,589\n");
  assert_holds(text, " 500\n");
  assert_holds(text, " 63.15 %\n");
  assert_holds(text, " 10,005,534.00\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_small_export),
      cmocka_unit_test(what_cannot_work_says_what_to_do),
      cmocka_unit_test(killed_and_run_again),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
