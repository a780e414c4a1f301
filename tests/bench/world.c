#include "bench/world.h"

#include "bench/echo.h"
#include "runtime/base/clock.h"
#include "runtime/base/period.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"

#include "entente/sell/v1/opportunity_service.pb-c.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  ARGUMENTS_MAX = 32,
  ARGUMENT_BYTES = PATH_MAX + 64,
  PLAIN_OFFSET = 20, /* of the ports without TLS from the suite's */
  SIDE_OFFSET = 2000,
  EDGE_OFFSET = 80,
  SEED_ATTEMPTS = 200,
  SEED_PAUSE_US = 50000,
  ROWS_AT_ONCE = 32,
  SEED_IN_FLIGHT = 8,
  SEED_ARENA_BYTES = 4 << 20,
  DAY_S = 86400,
};

extern char **environ;

static const char *const names[WORLD_SERVICES] = {"gateway", "onboard",     "enable", "market",
                                                  "sell",    "incentivize", "echo"};

static pid_t plain_pids[WORLD_SERVICES], echo_tls_pid;

static bool refuse(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(struct world *world, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(world->problem, sizeof world->problem, format, arguments);
  va_end(arguments);
  return false;
}

/* ---- processes ---- */

struct command {
  char *list[ARGUMENTS_MAX + 1];
  char words[ARGUMENTS_MAX][ARGUMENT_BYTES];
  size_t count;
};

static void command_add(struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void command_add(struct command *command, const char *format, ...) {
  va_list arguments;
  if (command->count == ARGUMENTS_MAX)
    abort(); /* the command lines below are fixed */
  char *word = command->words[command->count];
  va_start(arguments, format);
  vsnprintf(word, ARGUMENT_BYTES, format, arguments);
  va_end(arguments);
  command->list[command->count++] = word;
}

static pid_t command_start(struct world *world, struct command *command, const char *log) {
  posix_spawn_file_actions_t files;
  pid_t pid = 0;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  int error = posix_spawn(&pid, command->list[0], &files, NULL, command->list, environ);
  posix_spawn_file_actions_destroy(&files);
  if (error == 0)
    return pid;
  refuse(world, "cannot start %.200s: %s", command->list[0], strerror(error));
  return 0;
}

static void process_end(pid_t *pid) {
  if (*pid <= 0)
    return;
  kill(*pid, SIGTERM);
  waitpid(*pid, NULL, 0);
  *pid = 0;
}

static bool suite_command(struct world *world, const char *verb) {
  struct command command = {0};
  char log[PATH_MAX];
  command_add(&command, "%s/entente", world->bin);
  command_add(&command, "%s", verb);
  command_add(&command, "--var");
  command_add(&command, "%s", world->var);
  if (strcmp(verb, "up") == 0) {
    command_add(&command, "--no-demo");
    command_add(&command, "--port-base");
    command_add(&command, "%d", world->port_base);
  }
  snprintf(log, sizeof log, "%.4000s.log", world->var);
  pid_t pid = command_start(world, &command, log);
  int status = -1;
  if (pid > 0)
    waitpid(pid, &status, 0);
  return pid > 0 && (WIFEXITED(status) && WEXITSTATUS(status) == 0
                         ? true
                         : refuse(world, "`entente %s` failed; %s says why", verb, log));
}

static int port_of(const struct world *world, enum world_service service, bool tls) {
  return world->port_base + (int)service + (tls ? 0 : PLAIN_OFFSET);
}

int world_edge_port(const struct world *world) {
  return world->port_base + EDGE_OFFSET;
}

static bool plain_start(struct world *world, enum world_service service) {
  struct command command = {0};
  char log[PATH_MAX];
  command_add(&command, "%s/entente-%s", world->bin, names[service]);
  command_add(&command, "--tls=off");
  command_add(&command, "--listen=127.0.0.1:%d", port_of(world, service, false));
  command_add(&command, "--side-listen=127.0.0.1:%d", port_of(world, service, false) + SIDE_OFFSET);
  command_add(&command, "--jwks-file=%s/tls/jwks.json", world->var);
  command_add(&command, "--jwt-age-max-s=%d", 31 * DAY_S);
  if (service == WORLD_GATEWAY) {
    command_add(&command, "--http-listen="); /* the suite's own is the one that is measured */
  } else {
    command_add(&command, "--redis-address=unix:%s/redis/redis.sock", world->var);
    command_add(&command, "--redis-user=%s", names[service]);
    command_add(&command, "--redis-password-file=%s/redis/%s.password", world->var, names[service]);
  }
  for (enum world_service other = WORLD_ONBOARD; other <= WORLD_INCENTIVIZE; other++)
    command_add(&command, "--%s-address=127.0.0.1:%d", names[other], port_of(world, other, false));
  snprintf(log, sizeof log, "%.4000s/log/plain-%s.log", world->var, names[service]);
  plain_pids[service] = command_start(world, &command, log);
  return plain_pids[service] > 0;
}

static bool echo_start(struct world *world, bool tls) {
  struct command command = {0};
  char log[PATH_MAX];
  command_add(&command, "%s/entente-bench", world->bin);
  command_add(&command, "--echo");
  command_add(&command, "127.0.0.1:%d", port_of(world, WORLD_ECHO, tls));
  if (tls)
    command_add(&command, "%s/tls", world->var);
  snprintf(log, sizeof log, "%.4000s/log/echo.log", world->var);
  pid_t pid = command_start(world, &command, log);
  *(tls ? &echo_tls_pid : &plain_pids[WORLD_ECHO]) = pid;
  return pid > 0;
}

struct load *world_load(struct world *world, enum world_service service, bool tls, unsigned connections) {
  char address[64], ca[PATH_MAX], certificate[PATH_MAX], key[PATH_MAX];
  snprintf(address, sizeof address, "127.0.0.1:%d", port_of(world, service, tls));
  snprintf(ca, sizeof ca, "%.4000s/tls/ca.pem", world->var);
  snprintf(certificate, sizeof certificate, "%.4000s/tls/local.pem", world->var);
  snprintf(key, sizeof key, "%.4000s/tls/local.key", world->var);
  return load_open(
      &(struct load_target){.address = address,
                            .tls = tls,
                            .ca_file = ca,
                            .certificate_file = certificate,
                            .key_file = key,
                            .authorization = service == WORLD_ECHO ? NULL : world->authorization},
      connections, world->problem);
}

/* ---- data ---- */

const char *world_scale(size_t scale) {
  static char name[64];
  snprintf(name, sizeof name, "vendors/halden/partnerships/scale-%zu", scale + 2);
  return name;
}

const char *world_partnership(size_t i) {
  static char name[64];
  snprintf(name, sizeof name, "vendors/halden/partnerships/spread-%02zu", i);
  return name;
}

struct text_request {
  const struct schema_method *method;
  const char *text;
};

static size_t text_request_pack(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  (void)serial;
  const struct text_request *request = context;
  struct arena *arena = arena_create(SEED_ARENA_BYTES, NULL, NULL);
  ProtobufCMessage *message;
  if (json_read(arena, request->method->request, request->text, strlen(request->text), &message))
    abort(); /* the texts below are ours */
  size_t size = protobuf_c_message_pack(message, out);
  arena_destroy(arena);
  return size;
}

/* One call; again while the service is not up or has not yet heard of the partnership. */
static bool ask(struct world *world, struct load *load, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool ask(struct world *world, struct load *load, const char *path, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  struct text_request request = {schema_find_method(path), text};
  struct load_plan plan = {
      .method = path, .in_flight = 1, .calls = 1, .request = text_request_pack, .context = &request};
  struct load_result result;
  for (int attempt = 0; attempt < SEED_ATTEMPTS; attempt++) {
    if (load_run(load, &plan, &result, world->problem))
      return true;
    usleep(SEED_PAUSE_US);
  }
  return false;
}

static bool partnership_make(struct world *world, struct load *onboard, const char *name) {
  const char *id = strrchr(name, '/') + 1;
  return ask(
      world, onboard, "/entente.onboard.v1.PartnershipService/CreatePartnership",
      "{\"parent\":\"vendors/halden\",\"partnershipId\":\"%s\",\"partnership\":{\"displayName\":\"%s\","
      "\"partnerOrganization\":\"vendors/halden/organizations/orvane-global\",\"partnerType\":"
      "\"PARTNER_TYPE_RESELLER\",\"preset\":\"PRESET_CLOUD\",\"currencyCode\":\"USD\"}}",
      id, id);
}

static bool directory_make(struct world *world) {
  struct load *onboard = world_load(world, WORLD_ONBOARD, true, 1);
  bool good =
      onboard && ask(world, onboard, "/entente.onboard.v1.OrganizationService/CreateOrganization",
                     "{\"parent\":\"vendors/halden\",\"organizationId\":\"orvane-global\","
                     "\"organization\":{\"legalName\":\"Orvane Global\",\"domain\":\"orvane.example\","
                     "\"countryCode\":\"US\",\"roles\":[\"ROLE_PARTNER\"]}}");
  for (size_t i = 0; good && i < WORLD_PARTNERSHIPS; i++)
    good = partnership_make(world, onboard, world_partnership(i));
  for (size_t i = 0; good && i < world->scale_count; i++)
    good = partnership_make(world, onboard, world_scale(i));
  load_close(onboard);
  return good;
}

/* Opportunities of the two years before, spread evenly: one ledger entry each. */
struct rows_context {
  const char *partnership;
  int64_t now_s;
  uint64_t first, count;
};

static const char *row_text(const struct rows_context *rows, uint64_t number) {
  static char text[512];
  char opened[40];
  time_format((rows->now_s - DAY_S - (int64_t)(number * 7919 % (720 * DAY_S))) * US_PER_SECOND, opened,
              sizeof opened);
  snprintf(
      text, sizeof text,
      "{\"externalId\":\"row-%llu\",\"engagement\":\"ENGAGEMENT_JOINT\",\"displayName\":\"Account %llu\","
      "\"customer\":{\"account\":\"Customer %llu\",\"sector\":\"Retail\",\"country\":\"US\"},"
      "\"solution\":\"Platform\",\"amount\":{\"currencyCode\":\"USD\",\"amountMinor\":\"%llu\"},"
      "\"state\":\"STATE_OPEN\",\"stage\":\"STAGE_QUALIFIED\",\"openTime\":\"%s\"}",
      (unsigned long long)number, (unsigned long long)number, (unsigned long long)number,
      100000 + (unsigned long long)number, opened);
  return text;
}

static size_t rows_pack(void *context, uint64_t serial, uint8_t out[LOAD_REQUEST_BYTES]) {
  static char text[ROWS_AT_ONCE * 600];
  (void)serial;
  struct rows_context *rows = context;
  size_t used = (size_t)snprintf(text, sizeof text, "{\"parent\":\"%s\",\"rows\":[", rows->partnership);
  for (size_t i = 0; i < ROWS_AT_ONCE && rows->first < rows->count; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? "," : "",
                             row_text(rows, rows->first++));
  snprintf(text + used, sizeof text - used, "]}");
  struct text_request request = {
      schema_find_method("/entente.sell.v1.OpportunityService/ImportOpportunities"), text};
  return text_request_pack(&request, 0, out);
}

static bool rows_taken(void *context, const uint8_t *bytes, size_t size) {
  (void)context;
  const struct schema_method *method =
      schema_find_method("/entente.sell.v1.OpportunityService/ImportOpportunities");
  ProtobufCMessage *message = protobuf_c_message_unpack(method->response, NULL, size, bytes);
  if (!message)
    return false;
  const Sell__ImportOpportunitiesResponse *response = (const Sell__ImportOpportunitiesResponse *)message;
  bool taken = response->n_results > 0;
  for (size_t i = 0; i < response->n_results; i++)
    taken = taken && response->results[i]->outcome == SELL__ROW_RESULT__OUTCOME__OUTCOME_CREATED;
  protobuf_c_message_free_unpacked(message, NULL);
  return taken;
}

static bool ledger_fill(struct world *world, struct load *sell, size_t scale) {
  uint64_t count = 100;
  for (size_t i = 0; i < scale; i++)
    count *= 10;
  char partnership[64];
  snprintf(partnership, sizeof partnership, "%s", world_scale(scale));
  struct rows_context rows = {
      .partnership = partnership, .now_s = clock_now_us(&clock_system) / US_PER_SECOND, .count = count};
  struct load_plan plan = {.method = "/entente.sell.v1.OpportunityService/ImportOpportunities",
                           .in_flight = SEED_IN_FLIGHT,
                           .calls = (count + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE,
                           .request = rows_pack,
                           .response = rows_taken,
                           .context = &rows};
  struct load_result result;
  world->progress("loading %llu ledger entries into one partnership", (unsigned long long)count);
  return load_run(sell, &plan, &result, world->problem);
}

static bool first_open(struct world *world, struct load *sell, const char *partnership) {
  return ask(world, sell, "/entente.sell.v1.OpportunityService/CreateOpportunity",
             "{\"parent\":\"%s\",\"opportunityId\":\"first\",\"opportunity\":{\"displayName\":\"First\","
             "\"engagement\":\"ENGAGEMENT_JOINT\",\"customer\":{\"account\":\"Customer\"},\"solution\":"
             "\"Platform\",\"amount\":{\"currencyCode\":\"USD\",\"amountMinor\":\"100000\"}}}",
             partnership);
}

static bool ledgers_fill(struct world *world) {
  struct load *sell = world_load(world, WORLD_SELL, true, 1);
  bool good = sell != NULL;
  /* The read's subject, and at the same time the wait until sell has heard of the last partnership. */
  for (size_t i = 0; good && i < WORLD_PARTNERSHIPS; i++)
    good = first_open(world, sell, world_partnership(i));
  for (size_t i = 0; good && i < world->scale_count; i++)
    good = first_open(world, sell, world_scale(i)) && ledger_fill(world, sell, i);
  load_close(sell);
  return good;
}

/* ---- begin and end ---- */

static bool token_read(struct world *world) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%.4000s/tls/token-vendor.jwt", world->var);
  char *token = load_read_file(path, world->problem);
  if (!token)
    return false;
  token[strcspn(token, "\n")] = '\0';
  bool good = asprintf(&world->authorization, "Bearer %s", token) > 0;
  free(token);
  return good;
}

bool world_begin(struct world *world) {
  schema_load();
  world->progress("starting the suite");
  suite_command(world, "down"); /* of a run that was broken off */
  bool good = suite_command(world, "up") && token_read(world);
  for (enum world_service service = WORLD_GATEWAY; good && service <= WORLD_INCENTIVIZE; service++)
    good = plain_start(world, service);
  good = good && echo_start(world, false) && echo_start(world, true);
  world->progress("loading partnerships");
  return good && directory_make(world) && ledgers_fill(world);
}

static void suite_process_end(const struct world *world, const char *name) {
  char path[PATH_MAX];
  int pid = 0;
  snprintf(path, sizeof path, "%.4000s/run/%s.pid", world->var, name);
  FILE *file = fopen(path, "re");
  if (file && fscanf(file, "%d", &pid) == 1 && pid > 0)
    kill(pid, SIGTERM);
  if (file)
    fclose(file);
}

bool world_thin_out(struct world *world) {
  static const enum world_service others[] = {WORLD_GATEWAY, WORLD_ENABLE, WORLD_MARKET, WORLD_INCENTIVIZE};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    process_end(&plain_pids[others[i]]);
    suite_process_end(world, names[others[i]]);
  }
  usleep(US_PER_SECOND); /* the suite's own are not our children: they end within this */
  return true;
}

void world_end(struct world *world) {
  for (size_t i = 0; i < WORLD_SERVICES; i++)
    process_end(&plain_pids[i]);
  process_end(&echo_tls_pid);
  suite_command(world, "down");
  free(world->authorization);
}
