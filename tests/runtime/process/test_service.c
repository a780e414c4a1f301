/* process_main() from outside: what it refuses and in which words, what it serves, how it ends. */
#include "gateway/cli/authority.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { OUTPUT_BYTES = 64 << 10, ARGUMENTS = 24 };

extern char **environ;

struct run {
  pid_t pid;
  int out; /* of its standard output and error */
  char output[OUTPUT_BYTES];
  size_t size;
};

static char folder[64] = "/tmp/entente-service-XXXXXX";
static char program[512], ca[128], certificate[128], key[128], jwks[128];

static int world_up(void **state) {
  (void)state;
  const char *problem = NULL;
  snprintf(program, sizeof program, "%s/tests/small_service", getenv("ENTENTE_BUILD"));
  if (!mkdtemp(folder) || !authority_create(folder, "entente.local", &problem) ||
      !authority_issue(folder, "entente.local", "service", "onboard", &problem))
    return -1;
  snprintf(ca, sizeof ca, "--tls-ca-file=%s/ca.pem", folder);
  snprintf(certificate, sizeof certificate, "--tls-certificate-file=%s/onboard.pem", folder);
  snprintf(key, sizeof key, "--tls-key-file=%s/onboard.key", folder);
  snprintf(jwks, sizeof jwks, "--jwks-file=%s/jwks.json", folder);
  return 0;
}

static int world_down(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command);
}

/* Starts the program with the arguments given, up to a NULL. */
static void run_start(struct run *run, const char *const *arguments) {
  char *argv[ARGUMENTS] = {program};
  int pipes[2];
  posix_spawn_file_actions_t files;
  memset(run, 0, sizeof *run);
  for (size_t i = 0; arguments[i]; i++)
    argv[i + 1] = (char *)arguments[i];
  assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, pipes[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, pipes[1], STDERR_FILENO);
  assert_int_equal(posix_spawn(&run->pid, program, &files, NULL, argv, environ), 0);
  posix_spawn_file_actions_destroy(&files);
  close(pipes[1]);
  run->out = pipes[0];
}

/* Reads what it says until `text` is in it, or its end when NULL. */
static void run_read(struct run *run, const char *text) {
  while (!text || !strstr(run->output, text)) {
    ssize_t got = read(run->out, run->output + run->size, sizeof run->output - 1 - run->size);
    if (got <= 0) {
      if (text)
        fail_msg("ended without '%s': %s", text, run->output);
      return;
    }
    run->size += (size_t)got;
  }
}

static int run_end(struct run *run) {
  int status;
  run_read(run, NULL);
  close(run->out);
  assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static long port_said(const struct run *run, const char *name) {
  char wanted[32];
  snprintf(wanted, sizeof wanted, "\"%s\":", name);
  const char *at = strstr(run->output, wanted);
  assert_non_null(at);
  return strtol(at + strlen(wanted), NULL, 10);
}

static int connect_to(long port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

static const char *ask(long port, const char *path) {
  static char answer[OUTPUT_BYTES];
  size_t size = 0;
  int fd = connect_to(port);
  dprintf(fd, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
  for (ssize_t got;
       size < sizeof answer - 1 && (got = read(fd, answer + size, sizeof answer - 1 - size)) > 0;)
    size += (size_t)got;
  answer[size] = '\0';
  close(fd);
  return answer;
}

/* Whether one line on the output is all there is, and says `text`. */
static void assert_one_line(const struct run *run, const char *text) {
  const char *end = strchr(run->output, '\n');
  if (!strstr(run->output, text) || !end || (end[1] != '\0' && end[1] != '\n'))
    fail_msg("expected one line with '%s', got: %s", text, run->output);
}

static void questions_need_no_settings(void **state) {
  (void)state;
  static const struct {
    const char *flag, *answer;
  } cases[] = {{"--help", "--redis-address"},
               {"--help", "--extra-ms  ENTENTE_EXTRA_MS"},
               {"--help", "1 to 10 ms, default 5"},
               {"--version", "entente-onboard "},
               {"--settings-markdown", "| `--listen` |"},
               {"--settings-markdown-own", "## onboard"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    static struct run run;
    run_start(&run, (const char *const[]){"--with-store", cases[i].flag, NULL});
    assert_int_equal(run_end(&run), 0);
    if (!strstr(run.output, cases[i].answer))
      fail_msg("%s: %s", cases[i].flag, run.output);
  }
}

static void broken_settings_end_with_two(void **state) {
  (void)state;
  static struct run run;
  run_start(&run, (const char *const[]){"--in-flight-max=0", jwks, NULL});
  assert_int_equal(run_end(&run), 2);
  assert_one_line(&run, "--in-flight-max is '0'; give a whole number from 1 to 100000 calls");
  run_start(&run, (const char *const[]){jwks, ca, certificate, NULL});
  assert_int_equal(run_end(&run), 2);
  assert_one_line(&run, "--tls-key-file is required while --tls is on");
  run_start(&run, (const char *const[]){jwks, "--tls=off", "--listen=0.0.0.0:0", NULL});
  assert_int_equal(run_end(&run), 2);
  assert_one_line(&run, "allowed on loopback only");
}

static void missing_redis_says_what_to_do(void **state) {
  (void)state;
  static struct run run;
  run_start(&run, (const char *const[]){"--with-store", jwks, ca, certificate, key, "--listen=127.0.0.1:0",
                                        "--side-listen=127.0.0.1:0", "--log-level=error",
                                        "--redis-address=unix:/tmp/entente-no-such-redis.sock", NULL});
  assert_int_equal(run_end(&run), 1);
  assert_one_line(&run, "cannot use Redis at unix:/tmp/entente-no-such-redis.sock");
  assert_non_null(strstr(run.output, "start it or set --redis-address"));
}

static void port_in_use_says_which(void **state) {
  (void)state;
  static struct run run;
  char listen_on[64];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(fd, 1), 0);
  getsockname(fd, (struct sockaddr *)&address, &size);
  snprintf(listen_on, sizeof listen_on, "--listen=127.0.0.1:%d", ntohs(address.sin_port));
  run_start(&run, (const char *const[]){jwks, ca, certificate, key, listen_on, "--side-listen=127.0.0.1:0",
                                        "--log-level=error", NULL});
  assert_int_equal(run_end(&run), 1);
  assert_one_line(&run, "is in use");
  close(fd);
}

static void too_few_descriptors_are_refused(void **state) {
  (void)state;
  static struct run run;
  char wrapped[2048];
  snprintf(wrapped, sizeof wrapped,
           "ulimit -n 1000; exec '%s' '%s' '%s' '%s' '%s' --listen=127.0.0.1:0 "
           "--side-listen=127.0.0.1:0 --log-level=error",
           program, jwks, ca, certificate, key);
  char kept[512];
  snprintf(kept, sizeof kept, "%s", program);
  snprintf(program, sizeof program, "/bin/sh");
  run_start(&run, (const char *const[]){"-c", wrapped, NULL});
  snprintf(program, sizeof program, "%s", kept);
  assert_int_equal(run_end(&run), 1);
  assert_one_line(&run, "4096");
}

static rlim_t descriptors_of(pid_t pid) {
  char path[64];
  rlim_t count = 0;
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *entries = opendir(path);
  assert_non_null(entries);
  while (readdir(entries))
    count++;
  closedir(entries);
  return count;
}

static void assert_log_lines(const char *output) {
  char *copy = strdup(output), *rest = copy;
  for (char *line; (line = strsep(&rest, "\n")) && *line;) {
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object))
      fail_msg("not a JSON object: %s", line);
    assert_string_equal(json_string_value(json_object_get(object, "service")), "onboard");
    json_decref(object);
  }
  free(copy);
}

static void serves_and_drains(void **state) {
  static const int signals[] = {SIGTERM, SIGINT};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    static struct run run;
    run_start(&run, (const char *const[]){jwks, ca, certificate, key, "--listen=127.0.0.1:0",
                                          "--side-listen=127.0.0.1:0", "--drain-notice-ms=10", NULL});
    run_read(&run, "\"side_port\":");
    run_read(&run, "}\n");
    long side = port_said(&run, "side_port");
    assert_true(port_said(&run, "port") > 0);
    assert_non_null(strstr(ask(side, "/readyz"), " 200 "));
    assert_non_null(strstr(ask(side, "/livez"), " 200 ")); /* a TLS handshake with the gRPC port */
    const char *metrics = ask(side, "/metrics");
    assert_non_null(strstr(metrics, "entente_calls_in_flight"));
    assert_non_null(strstr(ask(side, "/metrics"), "process_open_fds"));
    kill(run.pid, signals[i]);
    assert_int_equal(run_end(&run), 0);
    assert_non_null(strstr(run.output, "\"draining\""));
    assert_non_null(strstr(run.output, "\"ended\""));
    assert_log_lines(run.output);
  }
}

/* Defect 2 of gRPC core 1.51: once accept() has failed for want of descriptors it never accepts again. It
 * cannot be mended here, so liveness must see it, for a new process to take over. */
static void liveness_sees_a_dead_listener(void **state) {
  (void)state;
  static struct run run;
  enum { CONNECTIONS = 64 };
  int connections[CONNECTIONS];
  run_start(&run, (const char *const[]){jwks, ca, certificate, key, "--listen=127.0.0.1:0",
                                        "--side-listen=127.0.0.1:0", "--drain-notice-ms=10",
                                        "--drain-grace-ms=100", NULL});
  run_read(&run, "\"side_port\":");
  run_read(&run, "}\n");
  long port = port_said(&run, "port"), side = port_said(&run, "side_port");
  assert_non_null(strstr(ask(side, "/livez"), " 200 "));
  struct rlimit before, few;
  assert_int_equal(prlimit(run.pid, RLIMIT_NOFILE, NULL, &before), 0);
  few = (struct rlimit){descriptors_of(run.pid) + 8, before.rlim_max};
  assert_int_equal(prlimit(run.pid, RLIMIT_NOFILE, &few, NULL), 0);
  for (size_t i = 0; i < CONNECTIONS; i++)
    connections[i] = connect_to(port);
  usleep(500000); /* gRPC core takes as many as it can, and one more */
  for (size_t i = 0; i < CONNECTIONS; i++)
    close(connections[i]);
  assert_int_equal(prlimit(run.pid, RLIMIT_NOFILE, &before, NULL), 0);
  usleep(500000);
  assert_non_null(strstr(ask(side, "/livez"), " 503 "));
  kill(run.pid, SIGTERM);
  assert_int_equal(run_end(&run), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(questions_need_no_settings),      cmocka_unit_test(broken_settings_end_with_two),
      cmocka_unit_test(missing_redis_says_what_to_do),   cmocka_unit_test(port_in_use_says_which),
      cmocka_unit_test(too_few_descriptors_are_refused), cmocka_unit_test(serves_and_drains),
      cmocka_unit_test(liveness_sees_a_dead_listener),
  };
  signal(SIGPIPE, SIG_IGN);
  cmocka_set_message_output(CM_OUTPUT_STDOUT);
  return cmocka_run_group_tests(tests, world_up, world_down);
}
