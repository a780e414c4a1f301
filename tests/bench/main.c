/* entente-bench: what the suite does, measured against a bare echo and Redis alone. */
#include "bench/echo.h"
#include "bench/subject.h"

#include "runtime/base/clock.h"

#include <errno.h>
#include <getopt.h>
#include <grpc/grpc.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PORT_BASE = 9500, SUBJECTS_MAX = 64, ROUNDS = 5, QUICK_ROUNDS = 1 };

static const char help[] =
    "Usage: entente-bench [OPTION]...\n"
    "Measures the suite on this machine: a bare gRPC-core echo, a read, a durable commit, the composed "
    "view,\n"
    "each with TLS off and on, the read by each way through the gateway, and Redis alone on the same commit\n"
    "function. Takes about four minutes.\n"
    "\n"
    "  --quick             a short run that only shows that everything works\n"
    "  --only TEXT         only subjects whose name contains TEXT\n"
    "  --rounds N          rounds of each subject, 1 to 16 (5)\n"
    "  --round-ms N        length of a round (1500)\n"
    "  --out FILE          where the rows go (bench/results.json beside the programs' folder)\n"
    "  --port-base N       the suite's ports begin here; N+6, N+20 to N+26 and N+80 are used too (9500)\n"
    "  --hold              keep everything running after the measurement, until a line is read: for "
    "profilers\n"
    "  --help              this text\n";

struct options {
  bool quick, hold;
  const char *only;
  int rounds;
  int64_t round_us;
  int port_base;
  char out[PATH_MAX];
};

/* On a terminal one line that changes; otherwise a line each. */
static bool progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool progress(const char *format, ...) {
  va_list arguments;
  bool terminal = isatty(STDERR_FILENO);
  if (terminal)
    fprintf(stderr, "\r\033[K");
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  if (!terminal)
    fprintf(stderr, "\n");
  return true;
}

static void progress_end(void) {
  if (isatty(STDERR_FILENO))
    fprintf(stderr, "\r\033[K");
}

/* ---- measuring ---- */

static bool wanted(const struct options *options, const struct subject *subject) {
  return !options->only || strstr(subject->name, options->only);
}

struct bench {
  struct options options;
  struct world world;
  struct results results;
  struct load *loads[SUBJECTS_MAX];
};

static bool round_run(struct bench *bench, enum phase phase, int64_t duration_us, struct results *results) {
  for (size_t i = 0; subjects[i].name; i++) {
    const struct subject *subject = &subjects[i];
    if (subject->phase != phase || !wanted(&bench->options, subject))
      continue;
    if (subject->scale >= bench->world.scale_count)
      continue;
    bool native = subject->method && !subject->content_type;
    if (native && !bench->loads[i])
      bench->loads[i] = world_load(&bench->world, subject->service, subject->tls, CONNECTIONS);
    if (native && !bench->loads[i])
      return false;
    progress("measuring %s", subject->name);
    if (!subject_run(subject, &bench->world, bench->loads[i], duration_us, results))
      return false;
  }
  return true;
}

static bool phase_run(struct bench *bench, enum phase phase) {
  static struct results warm_up;
  warm_up.count = 0;
  if (!round_run(bench, phase, bench->options.round_us / 4, &warm_up))
    return false;
  for (int round = 0; round < bench->options.rounds; round++)
    if (!round_run(bench, phase, bench->options.round_us, &bench->results))
      return false;
  return true;
}

static void compare(struct results *results) {
  for (size_t i = 0; subjects[i].name; i++) {
    struct row *row = results_row(results, subjects[i].name, "calls/s");
    if (!subjects[i].echo || row->count == 0)
      continue;
    double echo = row_median(results_row(results, subjects[i].echo, "calls/s"));
    row->ratio_to_echo = echo > 0 ? row_median(row) / echo : 0;
  }
}

/* Round by round, as both were measured then. */
static void compare_rounds(struct results *results, const char *name, const char *own_name,
                           const char *other_name) {
  const struct row *other = results_row(results, other_name, "calls/s");
  const struct row *own = results_row(results, own_name, "calls/s");
  struct row *ratio = results_row(results, name, "ratio");
  for (int i = 0; i < other->count && i < own->count; i++)
    row_add(ratio, own->rounds[i] / other->rounds[i]);
}

static void drop_empty(struct results *results) {
  int kept = 0;
  for (int i = 0; i < results->count; i++)
    if (results->rows[i].count > 0)
      results->rows[kept++] = results->rows[i];
  results->count = kept;
}

static bool measure(struct bench *bench) {
  if (!world_begin(&bench->world) || !phase_run(bench, PHASE_SUITE) || !world_thin_out(&bench->world) ||
      !phase_run(bench, PHASE_PILLAR))
    return false;
  compare(&bench->results);
  compare_rounds(&bench->results, "commit_plain_to_redis", "commit_plain", "redis_commit");
  compare_rounds(&bench->results, "commit_tls_to_redis", "commit_tls", "redis_commit");
  compare_rounds(&bench->results, "read_gateway_to_pillar", "read_gateway_tls", "read_suite_tls");
  compare_rounds(&bench->results, "read_edge_proto_to_pillar", "read_edge_proto", "read_suite_tls");
  compare_rounds(&bench->results, "read_edge_json_to_pillar", "read_edge_json", "read_suite_tls");
  drop_empty(&bench->results);
  return true;
}

static int bench_run(struct bench *bench) {
  grpc_init();
  bool good = measure(bench);
  progress_end();
  if (!good)
    fprintf(stderr, "entente-bench: %s\n", bench->world.problem);
  if (bench->options.hold) {
    fprintf(stderr, "everything goes on running in %s; press Enter to end it\n", bench->world.var);
    (void)getchar();
  }
  for (size_t i = 0; i < SUBJECTS_MAX; i++)
    load_close(bench->loads[i]);
  world_end(&bench->world);
  grpc_shutdown();
  if (!good)
    return 1;
  results_print(&bench->results, stdout);
  if (!results_write(&bench->results, bench->options.out)) {
    fprintf(stderr, "entente-bench: cannot write %s: %s\n", bench->options.out, strerror(errno));
    return 1;
  }
  printf("\nwritten to %s\n", bench->options.out);
  return 0;
}

/* ---- options ---- */

static bool places_find(struct bench *bench) {
  char own[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
  own[length > 0 ? length : 0] = '\0';
  char *slash = strrchr(own, '/');
  if (!slash)
    return false;
  *slash = '\0';
  snprintf(bench->world.bin, sizeof bench->world.bin, "%s", own);
  slash = strrchr(own, '/');
  if (!slash)
    return false;
  *slash = '\0';
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%.4000s/bench", own);
  if (mkdir(folder, 0755) != 0 && errno != EEXIST)
    return false;
  snprintf(bench->world.var, sizeof bench->world.var, "%.3000s/var-%d", folder, bench->options.port_base);
  if (!*bench->options.out)
    snprintf(bench->options.out, sizeof bench->options.out, "%.4000s/results.json", folder);
  return true;
}

static bool number_read(const char *text, long least, long most, long *out) {
  char *end;
  *out = strtol(text, &end, 10);
  return *text && !*end && *out >= least && *out <= most;
}

static bool option_take(struct options *options, int letter, const char *value) {
  long number = 0;
  switch (letter) {
  case 'q':
    options->quick = true;
    options->rounds = QUICK_ROUNDS;
    options->round_us = 100 * US_PER_MS;
    return true;
  case 'd':
    options->hold = true;
    return true;
  case 'o':
    options->only = value;
    return true;
  case 'f':
    snprintf(options->out, sizeof options->out, "%s", value);
    return true;
  case 'r':
    options->rounds = number_read(value, 1, RESULTS_ROUNDS_MAX, &number) ? (int)number : 0;
    return options->rounds > 0;
  case 'm':
    options->round_us = number_read(value, 10, 60000, &number) ? number * US_PER_MS : 0;
    return options->round_us > 0;
  case 'p':
    options->port_base = number_read(value, 1024, 60000, &number) ? (int)number : 0;
    return options->port_base > 0;
  default:
    return false;
  }
}

static int echo_main(int argc, char **argv) {
  char ca[PATH_MAX], certificate[PATH_MAX], key[PATH_MAX];
  if (argc < 3)
    return 2;
  const char *folder = argc > 3 ? argv[3] : "";
  snprintf(ca, sizeof ca, "%.4000s/ca.pem", folder);
  snprintf(certificate, sizeof certificate, "%.4000s/sell.pem", folder);
  snprintf(key, sizeof key, "%.4000s/sell.key", folder);
  return echo_serve(&(struct echo_options){
      .listen = argv[2], .tls = argc > 3, .ca_file = ca, .certificate_file = certificate, .key_file = key});
}

int main(int argc, char **argv) {
  static const struct option list[] = {
      {"quick", no_argument, NULL, 'q'},
      {"only", required_argument, NULL, 'o'},
      {"rounds", required_argument, NULL, 'r'},
      {"round-ms", required_argument, NULL, 'm'},
      {"out", required_argument, NULL, 'f'},
      {"port-base", required_argument, NULL, 'p'},
      {"hold", no_argument, NULL, 'd'},
      {"help", no_argument, NULL, 'h'},
      {0},
  };
  static struct bench bench = {
      .options = {.rounds = ROUNDS, .round_us = 1500 * US_PER_MS, .port_base = PORT_BASE}};
  int letter;
  if (argc > 1 && strcmp(argv[1], "--echo") == 0)
    return echo_main(argc, argv);
  while ((letter = getopt_long(argc, argv, "", list, NULL)) != -1) {
    if (letter == 'h') {
      fputs(help, stdout);
      return 0;
    }
    if (!option_take(&bench.options, letter, optarg)) {
      fprintf(stderr, "entente-bench: that option or its value is not known; --help tells\n");
      return 2;
    }
  }
  bench.world.port_base = bench.options.port_base;
  bench.world.scale_count = bench.options.quick ? 2 : WORLD_SCALES;
  bench.world.progress = progress;
  if (!places_find(&bench)) {
    fprintf(stderr, "entente-bench: cannot tell or make its folder: %s\n", strerror(errno));
    return 1;
  }
  return bench_run(&bench);
}
