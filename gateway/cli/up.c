#include "gateway/cli/cli.h"
#include "gateway/cli/demo.h"
#include "gateway/cli/launch.h"
#include "gateway/cli/redis.h"
#include "gateway/cli/session.h"
#include "gateway/cli/suite.h"
#include "runtime/base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVICES_READY_MS = 15000, REDIS_READY_MS = 120000 }; /* Redis may have a long file to load */
enum { READINESS_LAG_MS = 600 };                             /* services look every 250 ms */

struct up {
  const struct cli_options *options;
  struct suite suite;
  bool wanted[SUITE_PARTS];  /* all */
  bool started[SUITE_PARTS]; /* by this command: ended again if it fails */
  bool existed;              /* the suite's folder, before this command */
  bool begun;                /* something was made in it */
  const char *doing;
};

/* Tokens that local.env offers: variable, file, whose. */
static const struct {
  const char *variable, *file;
  struct token_claims claims;
} tokens[] = {
    {"ENTENTE_TOKEN_VENDOR",
     "token-vendor",
     {.subject = "dana.reyes", .vendor = "halden", .party = "VENDOR", .role = "ADMINISTRATOR"}},
    {"ENTENTE_TOKEN_PARTNER",
     "token-partner",
     {.subject = "lee.okafor",
      .vendor = "halden",
      .party = "PARTNER",
      .organization = "orvane-global",
      .role = "MANAGER"}},
    {"ENTENTE_TOKEN_OTHER",
     "token-other",
     {.subject = "sam.vale", .vendor = "otherco", .party = "VENDOR", .role = "ADMINISTRATOR"}},
};
enum { TOKENS = sizeof tokens / sizeof *tokens };

static bool refuse(struct suite *suite, const char *what, const char *path) {
  snprintf(suite->problem, sizeof suite->problem, "cannot %s %.4000s: %s", what, path, strerror(errno));
  return false;
}

/* ---- progress ---- */

static void progress_show(void *context, size_t ready, size_t of) {
  struct up *up = context;
  if (up->options->terminal)
    fprintf(stderr, "\r\033[K%s: %zu of %zu ready", up->doing, ready, of);
}

static void progress_end(struct up *up) {
  if (up->options->terminal)
    fprintf(stderr, "\r\033[K");
}

/* ---- what has to be there before anything starts ---- */

static bool port_is_free(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  bool free = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0;
  if (fd >= 0)
    close(fd);
  return free;
}

static bool refuse_port(struct suite *suite, const char *name, int port) {
  snprintf(suite->problem, sizeof suite->problem,
           "port %d, which %s needs, is used by another program; end that, or start on other ports with "
           "`make up PORT_BASE=8700 VAR=var2` (entente up --port-base 8700 --var var2)",
           port, name);
  return false;
}

static bool part_can_start(struct suite *suite, const struct part *part) {
  char program[PATH_MAX];
  if (!part->service)
    return redis_find_program(suite, program);
  snprintf(program, sizeof program, "%.4000s/entente-%s", suite->bin, part->name);
  if (access(program, X_OK) != 0)
    return refuse(suite, "run (build it with `make up`)", program);
  if (!port_is_free(suite_port(suite, part)))
    return refuse_port(suite, part->name, suite_port(suite, part));
  if (!port_is_free(suite_side_port(suite, part)))
    return refuse_port(suite, part->name, suite_side_port(suite, part));
  if (!part->pillar && !port_is_free(suite_http_port(suite)))
    return refuse_port(suite, part->name, suite_http_port(suite));
  return true;
}

static bool keys_ensure(struct suite *suite) {
  char folder[PATH_MAX];
  const char *problem = NULL;
  suite_path(suite, folder, "tls");
  bool good = authority_create(folder, SUITE_TRUST_DOMAIN, &problem);
  for (size_t i = 0; good && i < SUITE_PARTS; i++)
    if (suite_parts[i].service)
      good = authority_issue(folder, SUITE_TRUST_DOMAIN, "service", suite_parts[i].name, &problem);
  good = good && authority_issue(folder, SUITE_TRUST_DOMAIN, "client", "local", &problem);
  if (!good)
    snprintf(suite->problem, sizeof suite->problem, "%s", problem);
  return good;
}

/* ---- local.env ---- */

static bool token_write(struct suite *suite, size_t which, FILE *env) {
  char path[PATH_MAX];
  char *token = suite_token(suite, &tokens[which].claims);
  if (!token)
    return false;
  suite_path(suite, path, "tls/%s.jwt", tokens[which].file);
  unlink(path);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
  bool good = fd >= 0 && dprintf(fd, "%s\n", token) > 0;
  if (fd >= 0)
    close(fd);
  fprintf(env, "export %s=%s\n", tokens[which].variable, token);
  free(token);
  return good || refuse(suite, "write", path);
}

static bool environment_write(struct suite *suite) {
  char path[PATH_MAX], beside[PATH_MAX];
  suite_path(suite, path, "local.env");
  suite_path(suite, beside, "local.env.new");
  int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  FILE *env = fd < 0 ? NULL : fdopen(fd, "w");
  if (!env)
    return refuse(suite, "write", beside);
  fprintf(env, "# Written by `entente up`: the local suite, for shells (`. '%s'`) and clients.\n", path);
  fprintf(env, "export ENTENTE_VAR='%s'\n", suite->var);
  fprintf(env, "export ENTENTE_HTTP=http://127.0.0.1:%d\n", suite_http_port(suite));
  for (size_t i = 0; i < SUITE_PARTS; i++)
    if (suite_parts[i].address)
      fprintf(env, "export %s=127.0.0.1:%d\n", suite_parts[i].address, suite_port(suite, &suite_parts[i]));
  fprintf(env, "export ENTENTE_TRUST_DOMAIN=%s\n", SUITE_TRUST_DOMAIN);
  fprintf(env,
          "export ENTENTE_CA='%s/tls/ca.pem'\nexport ENTENTE_CERT='%s/tls/local.pem'\n"
          "export ENTENTE_KEY='%s/tls/local.key'\n",
          suite->var, suite->var, suite->var);
  bool good = true;
  for (size_t i = 0; good && i < TOKENS; i++)
    good = token_write(suite, i, env);
  if (fclose(env) != 0 || rename(beside, path) != 0)
    return refuse(suite, "write", path);
  return good;
}

/* ---- starting ---- */

static bool part_start(struct up *up, size_t which) {
  up->started[which] = true;
  return launch(&up->suite, &suite_parts[which]);
}

static bool redis_start(struct up *up) {
  const bool redis_alone[SUITE_PARTS] = {true};
  up->doing = "starting Redis";
  if (suite_pid(&up->suite, &suite_parts[0]) == 0 && !(redis_configure(&up->suite) && part_start(up, 0)))
    return false;
  return launch_wait(&up->suite, redis_alone, REDIS_READY_MS, progress_show, up) &&
         redis_load_functions(&up->suite);
}

/* A service that runs says that it is ready for a moment after Redis went away, and is not for one after it
 * is back. */
static void services_notice_redis(const struct up *up) {
  bool runs = false;
  for (size_t i = 1; i < SUITE_PARTS; i++)
    runs |= suite_pid(&up->suite, &suite_parts[i]) != 0;
  if (up->started[0] && runs)
    usleep(READINESS_LAG_MS * 1000);
}

static bool services_start(struct up *up) {
  up->doing = "starting the services";
  services_notice_redis(up);
  for (size_t i = 1; i < SUITE_PARTS; i++)
    if (suite_pid(&up->suite, &suite_parts[i]) == 0 && !part_start(up, i))
      return false;
  return launch_wait(&up->suite, up->wanted, SERVICES_READY_MS, progress_show, up);
}

static bool suite_start(struct up *up) {
  for (size_t i = 0; i < SUITE_PARTS; i++)
    if (suite_pid(&up->suite, &suite_parts[i]) == 0 && !part_can_start(&up->suite, &suite_parts[i]))
      return false;
  up->begun = true;
  return suite_keep_port_base(&up->suite) && keys_ensure(&up->suite) && redis_start(up) &&
         services_start(up) && environment_write(&up->suite);
}

static size_t count_running(const struct suite *suite) {
  size_t count = 0;
  for (size_t i = 0; i < SUITE_PARTS; i++)
    count += suite_pid(suite, &suite_parts[i]) != 0;
  return count;
}

static void report(const struct up *up, size_t ran_before, int64_t took_us) {
  const struct suite *suite = &up->suite;
  if (up->options->json) {
    printf("{\"var\":\"%s\",\"http\":\"http://127.0.0.1:%d\",\"grpc\":\"127.0.0.1:%d\",\"started\":%zu,"
           "\"milliseconds\":%lld}\n",
           suite->var, suite_http_port(suite), suite->port_base, SUITE_PARTS - ran_before,
           (long long)(took_us / US_PER_MS));
    return;
  }
  if (ran_before == SUITE_PARTS)
    printf("The suite was running already.\n");
  else
    printf("The suite is ready: %zu of %d processes started in %.1f s.\n", SUITE_PARTS - ran_before,
           SUITE_PARTS, (double)took_us / US_PER_SECOND);
  printf("  browsers, portals   http://127.0.0.1:%d\n", suite_http_port(suite));
  printf("  gRPC (mutual TLS)   127.0.0.1:%d gateway, %d to %d onboard enable market sell incentivize\n",
         suite->port_base, suite->port_base + 1, suite->port_base + 5);
  const char *quote = strpbrk(suite->var, " \t*?[]{}()<>|&;#~$`!") ? "'" : "";
  printf("  for shells          . %s%s/local.env%s\n", quote, suite->var, quote);
}

/* Ends what this command started. The folder stays once anything was made in it: the logs say more. */
static int fail(struct up *up) {
  progress_end(up);
  cli_fail("up", "%s", up->suite.problem);
  launch_end(&up->suite, up->started);
  if (!up->existed && !up->begun)
    suite_unprepare(&up->suite);
  suite_unlock(&up->suite);
  return CLI_FAILED;
}

static bool port_base_choose(struct up *up, const char *text) {
  char *end = NULL;
  struct suite *suite = &up->suite;
  if (!text)
    return true;
  long base = strtol(text, &end, 10);
  if (*text == '\0' || *end || base < SUITE_PORT_BASE_MIN || base > SUITE_PORT_BASE_MAX) {
    snprintf(suite->problem, sizeof suite->problem, "--port-base is '%.80s'; give a number from %d to %d",
             text, SUITE_PORT_BASE_MIN, SUITE_PORT_BASE_MAX);
    return false;
  }
  if (base != suite->port_base && count_running(suite) > 0) {
    snprintf(
        suite->problem, sizeof suite->problem,
        "the suite in %.3000s runs on ports from %d; end it with `entente down` before moving it, or start "
        "another with --var",
        suite->var, suite->port_base);
    return false;
  }
  suite->port_base = (int)base;
  return true;
}

/* Loads the demo portfolio unless it is there, and shows what it is for. The suite keeps running when that
 * fails: it is whole without it. */
static int demo_show(const struct up *up) {
  struct cli_options options = *up->options;
  options.var = up->suite.var;
  options.var_named = true;
  const char *problem = NULL;
  struct demo_report loaded = {0};
  struct session *session = session_open(options.var, options.var_named, &problem);
  if (!session)
    return cli_fail("up", "%s", problem);
  bool good = session_run(session, demo_is_present, NULL) == CLI_DONE ||
              demo_load(session, options.terminal, &loaded);
  session_close(session);
  if (!good)
    return cli_fail("up", "the demo portfolio is not complete; `make down` and `make up` start afresh");
  if (options.json)
    return CLI_DONE;
  char view[] = "view", partnership[] = "orvane", portfolio[] = "portfolio";
  int answer = command_view(&options, 2, (char *[]){view, partnership, NULL});
  putchar('\n');
  int other = command_portfolio(&options, 1, (char *[]){portfolio, NULL});
  putchar('\n');
  return answer != CLI_DONE ? answer : other;
}

int command_up(const struct cli_options *options, int argc, char **argv) {
  static struct up up;
  const char *port_base = NULL;
  bool no_demo = false;
  const struct cli_option own[] = {{"port-base", &port_base, NULL}, {"no-demo", NULL, &no_demo}, {0}};
  int words = cli_parse(argc, argv, own);
  if (words < 0)
    return CLI_USAGE;
  if (words > 0)
    return cli_fail("up", "'%s' is not understood; see entente up --help", argv[1]), CLI_USAGE;
  int64_t begun = clock_monotonic_us();
  up.options = options;
  for (size_t i = 0; i < SUITE_PARTS; i++)
    up.wanted[i] = true;
  if (!suite_find(&up.suite, options->var))
    return cli_fail("up", "%s", up.suite.problem);
  up.existed = suite_exists(&up.suite);
  if (!suite_prepare(&up.suite))
    return cli_fail("up", "%s", up.suite.problem);
  if (!port_base_choose(&up, port_base))
    return fail(&up);
  size_t ran_before = count_running(&up.suite);
  if (!suite_start(&up))
    return fail(&up);
  progress_end(&up);
  int64_t took_us = clock_monotonic_us() - begun;
  int outcome = no_demo ? CLI_DONE : demo_show(&up);
  report(&up, ran_before, took_us);
  suite_unlock(&up.suite);
  return outcome;
}
