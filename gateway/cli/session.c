#include "gateway/cli/session.h"

#include "runtime/base/clock.h"
#include "runtime/base/text.h"
#include "runtime/loop/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 64, SERVICES = 6, RUN_BYTES = 256 << 20, SECONDS_DEFAULT = 10, OPEN_BYTES = 1 << 20 };

static const struct {
  const char *service, *variable;
} addresses[SERVICES] = {
    {"onboard", "ENTENTE_ONBOARD"}, {"enable", "ENTENTE_ENABLE"},           {"market", "ENTENTE_MARKET"},
    {"sell", "ENTENTE_SELL"},       {"incentivize", "ENTENTE_INCENTIVIZE"}, {"gateway", "ENTENTE_GRPC"},
};

struct session {
  struct arena *arena;
  char *folder;
  bool named;
  struct loop *loop;
  struct channel *channels[SERVICES];
  struct {
    char *name, *value;
  } values[VALUES_MAX];
  size_t count;
};

/* `NAME=value` or `export NAME='value'`, as the file is written for shells; anything else is passed over. */
static void read_line(struct session *session, char *line) {
  line[strcspn(line, "\r\n")] = '\0';
  if (strncmp(line, "export ", 7) == 0)
    line += 7;
  char *equals = strchr(line, '=');
  if (!equals || equals == line || *line == '#' || session->count == VALUES_MAX)
    return;
  char *value = equals + 1;
  size_t length = strlen(value);
  if (length >= 2 && (*value == '\'' || *value == '"') && value[length - 1] == *value) {
    value++;
    length -= 2;
  }
  session->values[session->count].name = arena_strndup(session->arena, line, (size_t)(equals - line));
  session->values[session->count++].value = arena_strndup(session->arena, value, length);
}

static void read_file(struct session *session) {
  FILE *file = fopen(arena_printf(session->arena, "%s/local.env", session->folder), "re");
  if (!file)
    return;
  char line[8192];
  while (fgets(line, sizeof line, file))
    read_line(session, line);
  fclose(file);
}

static const char *value_of_folder(const struct session *session, const char *name) {
  for (size_t i = 0; i < session->count; i++)
    if (strcmp(session->values[i].name, name) == 0)
      return session->values[i].value;
  return NULL;
}

const char *session_value(const struct session *session, const char *name) {
  const char *said = getenv(name), *kept = value_of_folder(session, name);
  if (said && !*said)
    said = NULL;
  return (session->named && kept) || !said ? kept : said;
}

const char *session_token_of(const struct session *session, const char *who) {
  static const struct {
    const char *word, *variable;
  } tokens[] = {{"vendor", "ENTENTE_TOKEN_VENDOR"},
                {"partner", "ENTENTE_TOKEN_PARTNER"},
                {"other", "ENTENTE_TOKEN_OTHER"}};
  for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
    if (strcmp(who ? who : "vendor", tokens[i].word) == 0)
      return session_value(session, tokens[i].variable);
  return NULL;
}

char *session_partnership(struct arena *arena, const char *vendor, const char *given) {
  const char *slash = strchr(given, '/');
  if (strncmp(given, "vendors/", strlen("vendors/")) == 0)
    return arena_strdup(arena, given);
  if (slash)
    return arena_printf(arena, "vendors/%.*s/partnerships/%s", (int)(slash - given), given, slash + 1);
  return arena_printf(arena, "vendors/%s/partnerships/%s", vendor, given);
}

struct session *session_open(const char *var, bool named, const char **problem) {
  static char text[512];
  *problem = text;
  struct session *session = calloc(1, sizeof *session);
  session->arena = arena_create(OPEN_BYTES, NULL, NULL);
  session->folder = arena_strdup(session->arena, var);
  session->named = named;
  read_file(session);
  static const char *const needed[] = {"ENTENTE_CA", "ENTENTE_CERT", "ENTENTE_KEY"};
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    if (session_value(session, needed[i]))
      continue;
    snprintf(text, sizeof text,
             "%s is not set and %s/local.env does not have it: start the suite with `make up`, or point "
             "--var at a running one",
             needed[i], var);
    session_close(session);
    return NULL;
  }
  session->loop = loop_create(&(struct loop_options){0});
  if (session->loop)
    return session;
  snprintf(text, sizeof text, "the system refuses an event loop; raise the limit of open files");
  session_close(session);
  return NULL;
}

void session_close(struct session *session) {
  if (!session)
    return;
  for (size_t i = 0; i < SERVICES; i++)
    if (session->channels[i])
      channel_destroy(session->channels[i]);
  loop_destroy(session->loop);
  arena_destroy(session->arena);
  free(session);
}

struct loop *session_loop(struct session *session) {
  return session->loop;
}

const char *session_folder(const struct session *session) {
  return session->folder;
}

struct run {
  struct session *session;
  session_fn *run;
  void *context;
  int answer;
  bool done;
};

static _Noreturn void out_of_memory(void *context) {
  (void)context;
  fprintf(stderr, "entente: the answer is too large for this command; ask for less\n");
  exit(1);
}

static void run_in_fiber(void *argument) {
  struct run *run = argument;
  struct arena *arena = arena_create(RUN_BYTES, out_of_memory, NULL);
  run->answer = arena ? run->run(run->session, arena, run->context) : 1;
  arena_destroy(arena);
  run->done = true;
  loop_stop(run->session->loop);
}

int session_run(struct session *session, session_fn *function, void *context) {
  struct run run = {.session = session, .run = function, .context = context};
  if (!fiber_start(session->loop, run_in_fiber, &run))
    return 1;
  while (!run.done)
    loop_run(session->loop);
  return run.answer;
}

struct channel *session_channel(struct session *session, const char *service, const char **problem) {
  for (size_t i = 0; i < SERVICES; i++) {
    if (strcmp(addresses[i].service, service) != 0)
      continue;
    if (session->channels[i])
      return session->channels[i];
    const char *target = session_value(session, addresses[i].variable);
    if (!target) {
      *problem = arena_printf(session->arena, "%s is not set: start the suite with `make up`",
                              addresses[i].variable);
      return NULL;
    }
    const char *domain = session_value(session, "ENTENTE_TRUST_DOMAIN");
    session->channels[i] = channel_create(session->loop,
                                          &(struct channel_options){
                                              .target = target,
                                              .tls = true,
                                              .ca_file = session_value(session, "ENTENTE_CA"),
                                              .certificate_file = session_value(session, "ENTENTE_CERT"),
                                              .key_file = session_value(session, "ENTENTE_KEY"),
                                              .expected_service = service,
                                              .trust_domain = domain ? domain : "entente.local",
                                          },
                                          problem);
    return session->channels[i];
  }
  *problem = "there is no such service";
  return NULL;
}

static struct client_call client_call_of(struct session *session, struct arena *arena,
                                         const struct session_request *request) {
  const char *token = request->token ? request->token : session_value(session, "ENTENTE_TOKEN_VENDOR");
  int seconds = request->seconds ? request->seconds : SECONDS_DEFAULT;
  return (struct client_call){
      .arena = arena,
      .method = request->method,
      .request = request->request,
      .response = request->response,
      .authorization = token ? arena_printf(arena, "Bearer %s", token) : NULL,
      .deadline_us = clock_monotonic_us() + (int64_t)seconds * US_PER_SECOND,
  };
}

const struct status *session_call(struct session *session, struct arena *arena,
                                  const struct session_request *request, void *response) {
  const char *problem;
  struct channel *channel = session_channel(session, request->service, &problem);
  if (!channel)
    return status_make(arena, CODE_UNAVAILABLE, "NOT_CONFIGURED", "%s", problem);
  struct client_call call = client_call_of(session, arena, request);
  return client_call(channel, &call, response);
}

struct client_stream *session_stream(struct session *session, struct arena *arena,
                                     const struct session_request *request, const char **problem) {
  struct channel *channel = session_channel(session, request->service, problem);
  if (!channel)
    return NULL;
  struct client_call call = client_call_of(session, arena, request);
  return client_stream_open(channel, &call);
}

void session_print_status(const struct status *status) {
  fprintf(stderr, "%s: %s (%s)\n", code_name(status->code), status->message, status->reason);
  for (const struct violation *v = status->violations; v; v = v->next)
    fprintf(stderr, "  %s%s%s (%s)\n", v->field, *v->field ? ": " : "", v->description, v->reason);
  for (const struct guard_failure *g = status->guards; g; g = g->next)
    fprintf(stderr, "  %s %s: %s\n", g->type, g->subject, g->description);
  for (const struct status_metadata *m = status->metadata; m; m = m->next)
    fprintf(stderr, "  %s = %s\n", m->key, m->value);
  if (status->code == CODE_UNAVAILABLE && !status->violations)
    fprintf(stderr, "  is the suite up? `entente status` tells\n");
}
