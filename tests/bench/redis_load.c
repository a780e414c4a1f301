/* redis-benchmark on the commit function: what Redis does by itself, with the same operations and the same
 * sizes of arguments as one CreateOpportunity. redis-benchmark cannot know the head of a ledger, so each of
 * its commits begins a ledger of its own, while indexes and counters are those of one partnership; and it has
 * a connection for each call in flight, where a pillar pipelines. */
#include "bench/subject.h"

#include "runtime/base/clock.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  ARGUMENTS_MAX = 128,
  KEYS = 17,
  REPLY_BYTES = 16 << 10,
  CALLS_FIRST = 2000,
  FINGERPRINT_BYTES = 32,
  HEAD_BYTES = 48,
  VERSION_BYTES = 8,
  RESPONSE_BYTES = 258, /* of the stored answer, packed */
  ENTITY_BYTES = 266,   /* the same after its version */
  ENTRY_BYTES = 627,    /* of the ledger, packed */
};

extern char **environ;

/* `__rand_int__` becomes 12 digits, other ones each time. */
#define BUCKET "sell:{b043}:"
#define ONE "vendors/halden/partnerships/bench-redis"
#define OTHER "vendors/halden/partnerships/b-__rand_int__"

static const char *const keys[KEYS] = {
    BUCKET "i:05dc1df9df1c3a55df526dc27ad9abc33b27f648dcb7632ead68__rand_int__",
    BUCKET "e:" ONE "/opportunities/cnq3rb98__rand_int__",
    BUCKET "x:opportunity:engagement:" ONE "|PARTNER|JOINT",
    BUCKET "x:opportunity:engagement:" ONE "|VENDOR|JOINT",
    BUCKET "x:opportunity:stage:" ONE "|PARTNER|PROSPECT",
    BUCKET "x:opportunity:stage:" ONE "|VENDOR|PROSPECT",
    BUCKET "x:opportunity:state:" ONE "|PARTNER|OPEN",
    BUCKET "x:opportunity:state:" ONE "|VENDOR|OPEN",
    BUCKET "x:opportunity:open:" ONE "|PARTNER|",
    BUCKET "x:opportunity:open:" ONE "|VENDOR|",
    BUCKET "x:opportunity:all:" ONE,
    BUCKET "r:" ONE ":202611",
    BUCKET "r:" ONE ":202001",
    BUCKET "l:" OTHER,
    BUCKET "h:" OTHER,
    BUCKET "bench-feed", /* not the feed that others follow */
    BUCKET "bench-subjects",
};

static const char *const member = "800660dee036ec95 " ONE "/opportunities/cnq3rb98__rand_int__";

struct arguments {
  char *list[ARGUMENTS_MAX + 1];
  size_t count;
};

static void add(struct arguments *arguments, const char *text) {
  if (arguments->count == ARGUMENTS_MAX)
    abort(); /* the command is fixed */
  arguments->list[arguments->count++] = strdup(text);
}

static void add_filler(struct arguments *arguments, size_t size) {
  char text[1024];
  memset(text, 'x', size);
  text[size] = '\0';
  add(arguments, text);
}

static void add_number(struct arguments *arguments, long number) {
  char text[32];
  snprintf(text, sizeof text, "%ld", number);
  add(arguments, text);
}

static void add_all(struct arguments *arguments, const char *const *texts) {
  for (; *texts; texts++)
    add(arguments, *texts);
}

static void add_operations(struct arguments *arguments) {
  add_all(arguments, (const char *const[]){"0", "34560000000", "sell:feed", "43", "I", "1", NULL});
  add_filler(arguments, FINGERPRINT_BYTES);
  add_filler(arguments, RESPONSE_BYTES);
  add_all(arguments, (const char *const[]){"86400", "E", "2", "", NULL});
  add_filler(arguments, ENTITY_BYTES);
  for (long key = 3; key <= 11; key++) {
    add(arguments, "A");
    add_number(arguments, key);
    add(arguments, member);
  }
  add_all(arguments, (const char *const[]){"C",
                                           "12",
                                           "1",
                                           "opened.joint|0",
                                           "1",
                                           "C",
                                           "13",
                                           "2",
                                           "pipeline.prospect.joint|0",
                                           "1",
                                           "pipeline_amount.prospect.joint.USD|0",
                                           "1250000",
                                           "L",
                                           "14",
                                           "15",
                                           "16",
                                           "17",
                                           OTHER,
                                           "",
                                           NULL});
  add_filler(arguments, HEAD_BYTES);
  add_all(arguments, (const char *const[]){"1", "1795360220967002", NULL});
  add_filler(arguments, ENTRY_BYTES);
}

static void add_command(struct arguments *arguments) {
  add(arguments, "FCALL");
  add(arguments, "entente_commit_v1");
  add_number(arguments, KEYS);
  for (size_t i = 0; i < KEYS; i++)
    add(arguments, keys[i]);
  add_operations(arguments);
}

static void free_arguments(struct arguments *arguments) {
  for (size_t i = 0; i < arguments->count; i++)
    free(arguments->list[i]);
}

/* What the program says, at most REPLY_BYTES of it. */
static bool run(struct arguments *arguments, char *out) {
  int ends[2];
  pid_t pid;
  posix_spawn_file_actions_t files;
  if (pipe2(ends, O_CLOEXEC) != 0)
    return false;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDERR_FILENO);
  int error = posix_spawnp(&pid, "redis-benchmark", &files, NULL, arguments->list, environ);
  posix_spawn_file_actions_destroy(&files);
  close(ends[1]);
  size_t used = 0;
  ssize_t got = 0;
  while (!error && (got = read(ends[0], out + used, REPLY_BYTES - 1 - used)) > 0)
    used += (size_t)got;
  out[used] = '\0';
  close(ends[0]);
  int status = -1;
  if (!error)
    waitpid(pid, &status, 0);
  return !error && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Its CSV has a line that begins with the command, then the rate: "FCALL ...","12345.67",... */
static double rate_of(const char *text) {
  const char *line = strstr(text, "\n\"FCALL");
  const char *comma = line ? strstr(line, "\",\"") : NULL;
  return comma ? strtod(comma + 3, NULL) : -1;
}

static double benchmark(struct world *world, unsigned in_flight, long calls) {
  struct arguments arguments = {.list = {NULL}};
  char text[REPLY_BYTES], path[PATH_MAX];
  snprintf(path, sizeof path, "%.4000s/redis/sell.password", world->var);
  char *password = load_read_file(path, world->problem);
  if (!password)
    return -1;
  password[strcspn(password, "\n")] = '\0';
  snprintf(path, sizeof path, "%.4000s/redis/redis.sock", world->var);
  add_all(&arguments, (const char *const[]){"redis-benchmark", "--csv", "-P", "1", "-r", "1000000000", "-s",
                                            path, "--user", "sell", "-a", password, "-c", NULL});
  free(password);
  add_number(&arguments, (long)in_flight);
  add(&arguments, "-n");
  add_number(&arguments, calls);
  add_command(&arguments);
  bool ran = run(&arguments, text);
  double rate = ran && !strstr(text, "Error") ? rate_of(text) : -1;
  if (rate <= 0)
    snprintf(world->problem, sizeof world->problem, "redis-benchmark: %.300s", text);
  free_arguments(&arguments);
  return rate;
}

/* It runs for a number of calls, not for a time: the round before tells how many. */
double redis_commits_per_second(struct world *world, unsigned in_flight, int64_t duration_us) {
  static double last;
  long calls = last > 0 ? (long)(last * (double)duration_us / US_PER_SECOND) : CALLS_FIRST;
  last = benchmark(world, in_flight, calls > CALLS_FIRST / 10 ? calls : CALLS_FIRST / 10);
  return last;
}
