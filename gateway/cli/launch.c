#include "gateway/cli/launch.h"

#include "gateway/cli/redis.h"
#include "runtime/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 64, LOOK_US = 5000, END_US = 10 * US_PER_SECOND, WORDS_BYTES = 64 << 10 };

extern char **environ;

/* A command line being put together; the texts lie one behind the other. */
struct arguments {
  char *list[ARGUMENTS_MAX];
  size_t count, used;
  char words[WORDS_BYTES];
};

static void argument_add(struct arguments *arguments, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void argument_add(struct arguments *arguments, const char *format, ...) {
  va_list values;
  char *word = arguments->words + arguments->used;
  va_start(values, format);
  int length = vsnprintf(word, sizeof arguments->words - arguments->used, format, values);
  va_end(values);
  if (arguments->count + 1 == ARGUMENTS_MAX ||
      arguments->used + (size_t)length + 1 >= sizeof arguments->words)
    abort(); /* the table of settings outgrew the sizes above */
  arguments->list[arguments->count++] = word;
  arguments->used += (size_t)length + 1;
}

static void service_arguments(const struct suite *suite, const struct part *part,
                              struct arguments *arguments) {
  argument_add(arguments, "%s/entente-%s", suite->bin, part->name);
  argument_add(arguments, "--listen=127.0.0.1:%d", suite_port(suite, part));
  argument_add(arguments, "--side-listen=127.0.0.1:%d", suite_side_port(suite, part));
  if (!part->pillar)
    argument_add(arguments, "--http-listen=127.0.0.1:%d", suite_http_port(suite));
  argument_add(arguments, "--tls-ca-file=%s/tls/ca.pem", suite->var);
  argument_add(arguments, "--tls-certificate-file=%s/tls/%s.pem", suite->var, part->name);
  argument_add(arguments, "--tls-key-file=%s/tls/%s.key", suite->var, part->name);
  argument_add(arguments, "--trust-domain=" SUITE_TRUST_DOMAIN);
  argument_add(arguments, "--jwks-file=%s/tls/jwks.json", suite->var);
  argument_add(arguments, "--jwt-issuer=" SUITE_ISSUER);
  argument_add(arguments, "--jwt-audience=" SUITE_AUDIENCE);
  argument_add(arguments, "--jwt-age-max-s=%d", 31 * 86400); /* local tokens last 30 days */
  argument_add(arguments, "--drain-notice-ms=0");            /* nobody balances load to one machine's suite */
  if (part->pillar) {
    argument_add(arguments, "--redis-address=unix:%s/redis/redis.sock", suite->var);
    argument_add(arguments, "--redis-user=%s", part->name);
    argument_add(arguments, "--redis-password-file=%s/redis/%s.password", suite->var, part->name);
  }
  for (size_t i = 0; i < SUITE_PARTS; i++)
    if (suite_parts[i].pillar)
      argument_add(arguments, "--%s-address=127.0.0.1:%d", suite_parts[i].name,
                   suite_port(suite, &suite_parts[i]));
}

static bool part_arguments(struct suite *suite, const struct part *part, struct arguments *arguments) {
  if (part->service) {
    service_arguments(suite, part, arguments);
    return true;
  }
  char program[PATH_MAX];
  if (!redis_find_program(suite, program))
    return false;
  argument_add(arguments, "%s", program);
  argument_add(arguments, "%s/redis/redis.conf", suite->var);
  return true;
}

static void spawn_prepare(const char *log_path, posix_spawn_file_actions_t *files, posix_spawnattr_t *how) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawn_file_actions_init(files);
  posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(files, STDOUT_FILENO, log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
  posix_spawnattr_init(how);
  posix_spawnattr_setsigmask(how, &none);
  posix_spawnattr_setsigdefault(how, &all);
  posix_spawnattr_setflags(how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

bool launch(struct suite *suite, const struct part *part) {
  static struct arguments arguments;
  char log_path[PATH_MAX];
  pid_t pid;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
  memset(&arguments, 0, sizeof arguments);
  if (!part_arguments(suite, part, &arguments))
    return false;
  suite_path(suite, log_path, "log/%s.log", part->name);
  spawn_prepare(log_path, &files, &how);
  int error = posix_spawn(&pid, arguments.list[0], &files, &how, arguments.list, environ);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    snprintf(suite->problem, sizeof suite->problem, "cannot start %.3000s: %s", arguments.list[0],
             strerror(error));
    return false;
  }
  return suite_keep_pid(suite, part, pid);
}

/* ---- waiting ---- */

/* What a part said last, so that the person need not open the log. */
static void last_words(const struct suite *suite, const struct part *part, char *out, size_t size) {
  char path[PATH_MAX], line[2048], last[2048] = "it said nothing";
  suite_path(suite, path, "log/%s.log", part->name);
  FILE *file = fopen(path, "re");
  while (file && fgets(line, sizeof line, file))
    if (*line != '\n')
      memcpy(last, line, sizeof last);
  if (file)
    fclose(file);
  snprintf(out, size, "%.*s", (int)strcspn(last, "\n"), last);
}

static bool refuse_ended(struct suite *suite, const struct part *part) {
  char words[2048];
  last_words(suite, part, words, sizeof words);
  snprintf(suite->problem, sizeof suite->problem, "%s ended at its start: %s (log: %.1500s/log/%s.log)",
           part->name, words, suite->var, part->name);
  return false;
}

static bool refuse_late(struct suite *suite, const struct part *part, const char *why) {
  snprintf(suite->problem, sizeof suite->problem, "%s is not ready: %s (log: %.1500s/log/%s.log)", part->name,
           why, suite->var, part->name);
  return false;
}

static size_t count_ready(struct suite *suite, const bool parts[SUITE_PARTS], bool ready[SUITE_PARTS],
                          char *why, size_t why_size, const struct part **late) {
  size_t count = 0;
  for (size_t i = 0; i < SUITE_PARTS; i++) {
    if (!parts[i])
      continue;
    ready[i] = ready[i] || suite_ready(suite, &suite_parts[i], why, why_size);
    count += ready[i];
    if (!ready[i])
      *late = &suite_parts[i];
  }
  return count;
}

bool launch_wait(struct suite *suite, const bool parts[SUITE_PARTS], int timeout_ms,
                 void (*progress)(void *context, size_t ready, size_t of), void *context) {
  bool ready[SUITE_PARTS] = {false};
  size_t of = 0, before = 0;
  char why[512] = "";
  const struct part *late = NULL;
  int64_t until = clock_monotonic_us() + (int64_t)timeout_ms * US_PER_MS;
  for (size_t i = 0; i < SUITE_PARTS; i++)
    of += parts[i];
  for (;;) {
    size_t count = count_ready(suite, parts, ready, why, sizeof why, &late);
    if (count != before && progress)
      progress(context, count, of);
    before = count;
    if (count == of)
      return true;
    for (size_t i = 0; i < SUITE_PARTS; i++)
      if (parts[i] && suite_pid(suite, &suite_parts[i]) == 0)
        return refuse_ended(suite, &suite_parts[i]);
    if (clock_monotonic_us() > until)
      return refuse_late(suite, late, why);
    usleep(LOOK_US);
  }
}

/* ---- ending ---- */

static bool wait_ended(const struct suite *suite, const struct part *part, int64_t until_us) {
  pid_t pid;
  while ((pid = suite_pid(suite, part)) != 0) {
    waitpid(pid, NULL, WNOHANG); /* ours when `up` itself ends what it started */
    if (clock_monotonic_us() > until_us)
      return false;
    usleep(LOOK_US);
  }
  return true;
}

static void signal_parts(const struct suite *suite, const bool parts[SUITE_PARTS], bool services) {
  for (size_t i = 0; i < SUITE_PARTS; i++) {
    pid_t pid = parts[i] && suite_parts[i].service == services ? suite_pid(suite, &suite_parts[i]) : 0;
    if (pid > 0)
      kill(pid, SIGTERM);
  }
}

static size_t end_class(struct suite *suite, const bool parts[SUITE_PARTS], bool services) {
  size_t killed = 0;
  int64_t until = clock_monotonic_us() + END_US;
  signal_parts(suite, parts, services);
  for (size_t i = 0; i < SUITE_PARTS; i++) {
    const struct part *part = &suite_parts[i];
    if (!parts[i] || part->service != services)
      continue;
    if (!wait_ended(suite, part, until)) {
      pid_t pid = suite_pid(suite, part);
      if (pid > 0)
        kill(pid, SIGKILL);
      wait_ended(suite, part, clock_monotonic_us() + END_US);
      killed++;
    }
    suite_forget_pid(suite, part);
  }
  return killed;
}

size_t launch_end(struct suite *suite, const bool parts[SUITE_PARTS]) {
  return end_class(suite, parts, true) + end_class(suite, parts, false);
}
