#include "runtime/process/service.h"

#include "runtime/base/text.h"
#include "runtime/feed/follow.h"
#include "runtime/observe/log.h"
#include "runtime/observe/metric.h"
#include "runtime/process/machine.h"
#include "runtime/process/observer.h"
#include "runtime/process/probe.h"
#include "runtime/process/side.h"
#include "runtime/process/standard.h"
#include "runtime/process/version.h"
#include "runtime/rpc/client.h"
#include "runtime/store/store.h"
#include "runtime/store/sweep.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EXIT_CLEAN = 0, EXIT_FAILED = 1, EXIT_SETTINGS = 2 };
enum {
  CHANNELS_MAX = 8,
  FOLLOWERS_MAX = 16,
  END_TURN_MS = 10,
  SENTENCE_BYTES = 512,
  STORE_WAIT_US = 5000000,
  TICK_US = 250000,
  PROBE_MS = 2000,
  IDLE_TICKS = 8
};

/* jemalloc looks this symbol up: few arenas and no idle dirty pages, for six small processes on one machine.
 */
const char *malloc_conf = "narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0,background_thread:false";

struct open_channel {
  const char *service;
  struct channel *channel;
};

/* What the side port's threads may ask; written on the loop's thread. */
struct readiness {
  pthread_mutex_t lock;
  bool ready;
  char why[SENTENCE_BYTES];
};

struct process {
  const struct process_plan *plan;
  struct standard_settings standard;
  struct settings *settings;
  struct log *log;
  struct metrics *metrics;
  struct observer *observer;
  struct loop *loop;
  struct store *store;
  struct identity *identity;
  struct server *server;
  struct side *side;
  struct probe_options probe;
  char probe_host[SENTENCE_BYTES];
  struct open_channel channels[CHANNELS_MAX];
  size_t channels_count;
  struct follower *followers[FOLLOWERS_MAX];
  size_t followers_count, followers_ended;
  struct sweep *sweep;
  void *context;
  bool started; /* plan->start() was called */
  struct readiness readiness;
  struct metric *store_up;
  struct machine_metrics *machine;
  struct loop_timer tick;
  uint64_t calls_seen; /* at the last tick */
  unsigned idle_ticks; /* without a call; IDLE_TICKS of them: given back what only work needs */
  struct loop_watch signals;
  bool draining;
  char keys_problem[SENTENCE_BYTES];
};

static const struct setting no_settings[] = {{0}};

struct loop *process_loop(struct process *process) {
  return process->loop;
}

struct store *process_store(struct process *process) {
  return process->store;
}

struct identity *process_identity(struct process *process) {
  return process->identity;
}

struct log *process_log(struct process *process) {
  return process->log;
}

struct metrics *process_metrics(struct process *process) {
  return process->metrics;
}

const struct clock *process_clock(struct process *process) {
  (void)process;
  return &clock_system;
}

const struct settings *process_settings(struct process *process) {
  return process->settings;
}

static const char *text_or_null(const struct process *process, const char *setting) {
  const char *text = setting_text(process->settings, setting);
  return text_empty(text) ? NULL : text;
}

/* Says on standard error what is wrong, once, as a person reads it. */
static int refuse(const struct process_plan *plan, int exit_status, const char *problem) {
  fprintf(stderr, "entente-%s: %s\n", plan->name, problem);
  return exit_status;
}

/* ---- channels to other services ---- */

static struct channel *channel_to(struct process *process, const char *service, const char *target,
                                  const char **problem) {
  assert(process->channels_count < CHANNELS_MAX);
  bool tls = setting_on(process->settings, "tls");
  struct channel_options options = {
      .target = target,
      .tls = tls,
      .ca_file = text_or_null(process, "tls-ca-file"),
      .certificate_file = text_or_null(process, "tls-certificate-file"),
      .key_file = text_or_null(process, "tls-key-file"),
      .expected_service = tls ? service : NULL,
      .trust_domain = setting_text(process->settings, "trust-domain"),
  };
  struct channel *channel = channel_create(process->loop, &options, problem);
  if (channel)
    process->channels[process->channels_count++] = (struct open_channel){service, channel};
  return channel;
}

struct channel *process_channel(struct process *process, const char *service, const char **problem) {
  char setting[SENTENCE_BYTES];
  for (size_t i = 0; i < process->channels_count; i++)
    if (strcmp(process->channels[i].service, service) == 0)
      return process->channels[i].channel;
  snprintf(setting, sizeof setting, "%s-address", service);
  return channel_to(process, service, setting_text(process->settings, setting), problem);
}

struct channel *process_own_channel(struct process *process, const char **problem) {
  char target[SENTENCE_BYTES * 2];
  assert(process->server);
  bool any = strcmp(process->probe_host, "0.0.0.0") == 0 || strcmp(process->probe_host, "::") == 0;
  const char *host = any ? "127.0.0.1" : process->probe_host;
  bool v6 = strchr(host, ':') != NULL;
  snprintf(target, sizeof target, "%s%s%s:%d", v6 ? "[" : "", host, v6 ? "]" : "",
           server_port(process->server));
  return channel_to(process, process->plan->name, target, problem);
}

/* ---- followers of other services' feeds ---- */

struct follower *process_follow(struct process *process, const struct follow_options *options) {
  assert(process->followers_count < FOLLOWERS_MAX);
  struct follow_options observed = *options;
  if (!observed.metrics)
    observed.metrics = process->metrics;
  struct follower *follower = follow_start(process->loop, &observed);
  if (follower)
    process->followers[process->followers_count++] = follower;
  return follower;
}

static void follower_ended(void *argument) {
  ((struct process *)argument)->followers_ended++;
}

/* Their fibers use channels and the store, so they end first. */
static void followers_stop(struct process *process) {
  for (size_t i = 0; i < process->followers_count; i++)
    follow_stop(process->followers[i], follower_ended, process);
  while (process->followers_ended < process->followers_count)
    loop_turn(process->loop, END_TURN_MS);
}

/* ---- what time changes ---- */

static void swept(void *context, size_t recorded, const char *why) {
  const struct log_field fields[] = {
      {"recorded", NULL, (int64_t)recorded}, {"refused", why ? why : "", 0}, {0}};
  log_event(context, why ? LOG_WARNING : LOG_INFO, "swept", fields);
}

bool process_sweep(struct process *process, const struct timed *const *kinds) {
  assert(!process->sweep);
  const struct sweep_options options = {
      .kinds = kinds,
      .loop = process->loop,
      .store = process->store,
      .clock = process_clock(process),
      .interval_ms = (uint32_t)setting_number(process->settings, "sweep-interval-ms"),
      .swept = swept,
      .context = process->log,
  };
  process->sweep = sweep_create(&options);
  if (process->sweep)
    sweep_start(process->sweep);
  return process->sweep;
}

/* ---- readiness ---- */

static void readiness_set(struct process *process, bool ready, const char *why) {
  pthread_mutex_lock(&process->readiness.lock);
  process->readiness.ready = ready;
  snprintf(process->readiness.why, sizeof process->readiness.why, "%s", why ? why : "");
  pthread_mutex_unlock(&process->readiness.lock);
}

static bool process_ready(void *context, char *why, size_t size) {
  struct readiness *readiness = &((struct process *)context)->readiness;
  pthread_mutex_lock(&readiness->lock);
  bool ready = readiness->ready;
  snprintf(why, size, "%s", readiness->why);
  pthread_mutex_unlock(&readiness->lock);
  return ready;
}

static bool process_alive(void *context, char *why, size_t size) {
  return probe_port(&((struct process *)context)->probe, why, size);
}

/* Looks again, tells health, the side port and, when something changed, the log. */
static void readiness_update(struct process *process) {
  const char *why = NULL;
  bool ready = !process->store || store_ready(process->store, &why);
  metric_set(process->store_up, ready);
  if (ready != process->readiness.ready)
    log_event(process->log, ready ? LOG_INFO : LOG_WARNING, ready ? "ready" : "not ready",
              (struct log_field[]){{why ? "why" : NULL, why, 0}, {0}});
  readiness_set(process, ready, why);
  server_set_serving(process->server, ready);
}

static void keys_watch(struct process *process) {
  const char *problem = identity_problem(process->identity);
  if (!text_equal(problem, process->keys_problem) && !text_empty(problem))
    log_event(process->log, LOG_WARNING, "token keys were not read again; the ones before stay in use",
              (struct log_field[]){{"why", problem, 0}, {0}});
  snprintf(process->keys_problem, sizeof process->keys_problem, "%s", problem ? problem : "");
}

static void idle_watch(struct process *process) {
  uint64_t calls = observer_calls(process->observer);
  process->idle_ticks = calls == process->calls_seen ? process->idle_ticks + 1 : 0;
  process->calls_seen = calls;
  if (process->idle_ticks == IDLE_TICKS)
    machine_trim();
}

static void tick_fire(struct loop_timer *timer) {
  struct process *process = (struct process *)((char *)timer - offsetof(struct process, tick));
  if (process->draining)
    return;
  readiness_update(process);
  keys_watch(process);
  idle_watch(process);
  loop_arm(process->loop, timer, clock_monotonic_us() + TICK_US);
}

/* ---- the end ---- */

static void drained(void *argument) {
  loop_stop(((struct process *)argument)->loop);
}

static void drain(struct process *process) {
  process->draining = true;
  readiness_set(process, false, "the service is ending");
  log_event(process->log, LOG_INFO, "draining", NULL);
  server_drain(process->server, (uint32_t)setting_number(process->settings, "drain-notice-ms"),
               (uint32_t)setting_number(process->settings, "drain-grace-ms"), drained, process);
}

static void signals_ready(struct loop_watch *watch, uint32_t events) {
  (void)events;
  struct process *process = (struct process *)((char *)watch - offsetof(struct process, signals));
  struct signalfd_siginfo signal;
  while (read(watch->fd, &signal, sizeof signal) == (ssize_t)sizeof signal) {
    if (!process->draining)
      drain(process);
    else if (signal.ssi_signo == SIGINT)
      _exit(EXIT_FAILED); /* asked twice by hand: does not want to wait */
  }
}

/* Before any thread exists, so that all inherit the mask and the signals come by descriptor alone. */
static void signals_block(sigset_t *set) {
  signal(SIGPIPE, SIG_IGN);
  sigemptyset(set);
  sigaddset(set, SIGTERM);
  sigaddset(set, SIGINT);
  pthread_sigmask(SIG_BLOCK, set, NULL);
}

/* ---- the phases of a start; each returns NULL or a problem in one line ---- */

static const char *loop_phase(struct process *process) {
  sigset_t set;
  signals_block(&set);
  process->loop = loop_create(&(struct loop_options){0});
  if (!process->loop)
    return "the system refuses an event loop: raise the limits of descriptors and memory";
  process->signals = (struct loop_watch){
      .fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), .events = EPOLLIN, .ready = signals_ready};
  if (process->signals.fd < 0 || loop_watch(process->loop, &process->signals) != 0)
    return "the system refuses a descriptor for signals";
  return NULL;
}

static const char *observe_phase(struct process *process) {
  enum log_level level;
  if (!log_level_parse(setting_text(process->settings, "log-level"), &level))
    return "--log-level is none of debug, info, warning, error";
  process->metrics = metrics_create();
  process->machine = machine_metrics_create(process->metrics, process->plan->name);
  machine_prepare(level == LOG_DEBUG);
  process->log = log_create(STDERR_FILENO, process->plan->name, level);
  process->observer = observer_create(process->log, process->metrics);
  if (process->plan->kinds)
    process->store_up =
        metric_gauge(process->metrics, "entente_store_ready", NULL, "1 while Redis answers, else 0.");
  return process->log && process->observer ? NULL : "the system refuses memory or a thread for the log";
}

static const char *store_wait(struct process *process) {
  static char problem[SENTENCE_BYTES * 2];
  const char *why = NULL;
  int64_t until = clock_monotonic_us() + STORE_WAIT_US;
  while (!store_ready(process->store, &why)) {
    if (clock_monotonic_us() > until) {
      snprintf(problem, sizeof problem, "cannot use Redis at %s: %s; start it or set --redis-address",
               setting_text(process->settings, "redis-address"), why ? why : "it does not answer");
      return problem;
    }
    loop_turn(process->loop, 10);
  }
  return NULL;
}

static const char *store_phase(struct process *process) {
  const char *problem = NULL;
  if (!process->plan->kinds)
    return NULL;
  struct store_options options = {
      .pillar = process->plan->name,
      .address = setting_text(process->settings, "redis-address"),
      .user = text_or_null(process, "redis-user"),
      .password_file = text_or_null(process, "redis-password-file"),
      .tls_ca_file = text_or_null(process, "redis-tls-ca-file"),
      .command_timeout_ms = (uint32_t)setting_number(process->settings, "command-timeout-ms"),
      .kinds = process->plan->kinds,
      .counters = process->plan->counters,
      .clock = &clock_system,
  };
  process->store = store_open(process->loop, &options, &problem);
  if (!process->store)
    return problem ? problem : "the system refuses memory for the store";
  return store_wait(process);
}

static const char *identity_phase(struct process *process) {
  const char *problem = NULL;
  struct identity_options options = {
      .jwks_file = setting_text(process->settings, "jwks-file"),
      .issuer = setting_text(process->settings, "jwt-issuer"),
      .audience = setting_text(process->settings, "jwt-audience"),
      .trust_domain = setting_text(process->settings, "trust-domain"),
      .age_max_s = setting_number(process->settings, "jwt-age-max-s"),
      .clock = &clock_system,
  };
  process->identity = identity_create(&options, &problem);
  return process->identity ? NULL : problem;
}

static const char *work_phase(struct process *process) {
  process->started = true;
  return process->plan->start ? process->plan->start(process, &process->context) : NULL;
}

static const char *server_phase(struct process *process) {
  const char *problem = NULL;
  const struct settings *settings = process->settings;
  struct server_options options = {
      .service_name = process->plan->name,
      .listen = setting_text(settings, "listen"),
      .tls = setting_on(settings, "tls"),
      .ca_file = text_or_null(process, "tls-ca-file"),
      .certificate_file = text_or_null(process, "tls-certificate-file"),
      .key_file = text_or_null(process, "tls-key-file"),
      .services = process->plan->services,
      .in_flight_max = (uint32_t)setting_number(settings, "in-flight-max"),
      .queue_threads = (uint32_t)setting_number(settings, "queue-threads"),
      .store = process->store,
      .identity = process->identity,
      .trust_domain = setting_text(settings, "trust-domain"),
      .partner_of = process->plan->partner_of,
      .pass = process->plan->pass,
      .partner_of_context = process->store ? (void *)process->store : process->context,
      .clock = &clock_system,
      .observer = observer_of_calls(process->observer),
      .context = process->context,
  };
  if (!server_raise_descriptor_limit(&problem))
    return problem;
  process->server = server_create(process->loop, &options, &problem);
  return process->server ? NULL : problem;
}

static const char *side_phase(struct process *process) {
  const char *problem = NULL;
  const char *listen = setting_text(process->settings, "listen");
  const char *colon = strrchr(listen, ':');
  bool bracketed = *listen == '[';
  snprintf(process->probe_host, sizeof process->probe_host, "%.*s", (int)(colon - listen) - 2 * bracketed,
           listen + bracketed);
  process->probe = (struct probe_options){
      .host = process->probe_host,
      .port = server_port(process->server),
      .tls = setting_on(process->settings, "tls"),
      .ca_file = text_or_null(process, "tls-ca-file"),
      .certificate_file = text_or_null(process, "tls-certificate-file"),
      .key_file = text_or_null(process, "tls-key-file"),
      .timeout_ms = PROBE_MS,
  };
  struct side_options options = {
      .listen = setting_text(process->settings, "side-listen"),
      .metrics = process->metrics,
      .alive = process_alive,
      .ready = process_ready,
      .context = process,
  };
  process->side = side_start(&options, &problem);
  return process->side ? NULL : problem;
}

static const char *(*const phases[])(struct process *) = {
    loop_phase, observe_phase, store_phase, identity_phase, work_phase, server_phase, side_phase,
};

/* Gives back what the phases made, last first; any of it may be missing. */
static void process_end(struct process *process) {
  side_stop(process->side);
  if (process->started && process->plan->stop)
    process->plan->stop(process, process->context);
  followers_stop(process);
  sweep_destroy(process->sweep);
  server_destroy(process->server);
  for (size_t i = 0; i < process->channels_count; i++)
    channel_destroy(process->channels[i].channel);
  if (process->store)
    store_close(process->store);
  identity_destroy(process->identity);
  if (process->signals.fd > 0) {
    loop_unwatch(process->loop, &process->signals);
    close(process->signals.fd);
  }
  loop_destroy(process->loop);
  log_event(process->log, LOG_INFO, "ended", NULL);
  observer_destroy(process->observer);
  log_destroy(process->log);
  machine_metrics_destroy(process->machine);
  metrics_destroy(process->metrics);
  settings_free(process->settings);
  pthread_mutex_destroy(&process->readiness.lock);
}

static void serve(struct process *process) {
  readiness_update(process);
  process->tick.fire = tick_fire;
  loop_arm(process->loop, &process->tick, clock_monotonic_us() + TICK_US);
  log_event(process->log, LOG_INFO, "serving",
            (struct log_field[]){{"port", NULL, server_port(process->server)},
                                 {"side_port", NULL, side_port(process->side)},
                                 {0}});
  loop_run(process->loop);
  loop_disarm(process->loop, &process->tick);
}

static int process_run(const struct process_plan *plan, struct process *process) {
  for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
    const char *problem = phases[i](process);
    if (problem) {
      refuse(plan, EXIT_FAILED, problem);
      process_end(process);
      return EXIT_FAILED;
    }
  }
  serve(process);
  process_end(process);
  return EXIT_CLEAN;
}

/* ---- settings and the questions that need no service ---- */

static void print_version(const struct process_plan *plan, const struct setting *const *tables) {
  (void)tables;
  printf("entente-%s %s\n", plan->name, ENTENTE_VERSION);
}

static void print_help(const struct process_plan *plan, const struct setting *const *tables) {
  char program[64];
  snprintf(program, sizeof program, "entente-%s", plan->name);
  settings_print_help(tables, program, stdout);
}

/* The rows of this service alone when it has any, else nothing: the manual lists the common ones once. */
static void print_own_markdown(const struct process_plan *plan, const struct setting *const *tables) {
  (void)tables;
  if (!plan->settings)
    return;
  printf("\n## %s\n\n", plan->name);
  settings_print_markdown(plan->settings, stdout);
}

static void print_common_markdown(const struct process_plan *plan, const struct setting *const *tables) {
  (void)plan;
  settings_print_markdown(tables[0], stdout);
}

static const struct {
  const char *flag;
  void (*print)(const struct process_plan *plan, const struct setting *const *tables);
} questions[] = {
    {"--help", print_help},
    {"--version", print_version},
    {"--settings-markdown", print_common_markdown},
    {"--settings-markdown-own", print_own_markdown},
};

int process_main(const struct process_plan *plan, int argc, char **argv) {
  static struct process process; /* large, and its address is kept by callbacks */
  char *problems = NULL;
  size_t size = 0;
  process.plan = plan;
  pthread_mutex_init(&process.readiness.lock, NULL);
  standard_settings_fill(&process.standard, plan->port, plan->kinds != NULL);
  const struct setting *const tables[] = {process.standard.rows,
                                          plan->settings ? plan->settings : no_settings, NULL};
  for (size_t i = 0; argc == 2 && i < sizeof questions / sizeof *questions; i++)
    if (strcmp(argv[1], questions[i].flag) == 0) {
      questions[i].print(plan, tables);
      return EXIT_CLEAN;
    }
  process.settings = settings_read(tables, argc, argv, &problems);
  if (!process.settings) {
    refuse(plan, EXIT_SETTINGS, problems);
    free(problems);
    return EXIT_SETTINGS;
  }
  FILE *out = open_memstream(&problems, &size);
  bool good = out && standard_settings_check(process.settings, out);
  if (out)
    fclose(out);
  if (!good)
    refuse(plan, EXIT_SETTINGS, problems ? problems : "out of memory");
  free(problems);
  return good ? process_run(plan, &process) : EXIT_SETTINGS;
}
