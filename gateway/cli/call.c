/* `entente call`: any method of the contracts, with a request in JSON. */
#include "gateway/cli/cli.h"
#include "gateway/cli/session.h"
#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"

#include <stdio.h>
#include <string.h>

enum { REQUEST_BYTES_MAX = LIMIT_MESSAGE_BYTES, STREAM_SECONDS = 24 * 3600 };

struct wanted {
  const struct cli_options *options;
  const char *method, *json, *token, *service, *as;
};

/* `PlanService/GetPlan` is enough where only one service of the suite is called so. */
static const struct schema_method *find_method(const char *text, bool *several) {
  const char *slash = strrchr(text, '/');
  const struct schema_method *found = NULL;
  const char *const *services;
  *several = false;
  if (!slash)
    return NULL;
  size_t length = (size_t)(slash - text), count = schema_services(&services);
  for (size_t s = 0; s < count; s++) {
    const char *dot = strrchr(services[s], '.');
    bool whole = strlen(services[s]) == length && strncmp(services[s], text, length) == 0;
    bool last = dot && strlen(dot + 1) == length && strncmp(dot + 1, text, length) == 0;
    if (!whole && !last)
      continue;
    const struct schema_method *const *methods;
    size_t method_count = schema_service_methods(services[s], &methods);
    for (size_t m = 0; m < method_count; m++) {
      if (strcmp(methods[m]->name, slash + 1) != 0)
        continue;
      *several = found != NULL;
      found = methods[m];
    }
  }
  return found;
}

/* `entente.sell.v1.X` is served by sell; what every pillar serves needs --service. */
static const char *service_of(struct arena *arena, const struct wanted *wanted,
                              const struct schema_method *method) {
  if (wanted->service)
    return wanted->service;
  static const char *const pillars[] = {"onboard", "enable", "market", "sell", "incentivize", "gateway"};
  for (size_t i = 0; i < sizeof pillars / sizeof *pillars; i++) {
    const char *prefix = arena_printf(arena, "entente.%s.", pillars[i]);
    if (strncmp(method->service, prefix, strlen(prefix)) == 0)
      return pillars[i];
  }
  return NULL;
}

static const char *read_input(struct arena *arena) {
  struct buffer text = {.arena = arena};
  char chunk[8192];
  buffer_text(&text, "");
  for (size_t got; text.size <= REQUEST_BYTES_MAX && (got = fread(chunk, 1, sizeof chunk, stdin));)
    buffer_append(&text, chunk, got);
  return text.data;
}

static void print_answer(struct arena *arena, const ProtobufCMessage *message, bool pretty) {
  struct buffer out = {.arena = arena};
  json_write(&out, message, &(struct json_options){.pretty = pretty});
  printf("%s%s", out.data, pretty ? "" : "\n");
}

/* A retry of the whole command is another request; a retry inside the client is not. */
static void fill_request_id(struct arena *arena, ProtobufCMessage *request) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(request->descriptor, "request_id");
  if (!field || field->type != PROTOBUF_C_TYPE_STRING || field->label == PROTOBUF_C_LABEL_REPEATED)
    return;
  char **slot = (char **)((char *)request + field->offset);
  if (text_empty(*slot))
    *slot = name_new_id(arena);
}

static int print_stream(struct session *session, struct arena *arena, const struct session_request *request) {
  const char *problem;
  struct client_stream *stream = session_stream(session, arena, request, &problem);
  if (!stream)
    return cli_fail("call", "%s", problem);
  const struct status *status;
  ProtobufCMessage *message = NULL;
  while (!(status = client_stream_next(stream, &message)) && message) {
    print_answer(arena, message, false);
    fflush(stdout);
  }
  client_stream_close(stream);
  if (status)
    session_print_status(status);
  return status ? CLI_FAILED : CLI_DONE;
}

static int run_call(struct session *session, struct arena *arena, void *context) {
  const struct wanted *wanted = context;
  bool several;
  const struct schema_method *method = find_method(wanted->method, &several);
  if (!method || several || method->client_streaming)
    return cli_fail("call",
                    several  ? "'%s' is served under several names; write the whole one, such as "
                               "entente.sell.v1.OpportunityService/GetOpportunity"
                    : method ? "'%s' takes a stream of requests, which this command cannot send"
                             : "there is no method '%s'; write Service/Method, such as PlanService/GetPlan",
                    wanted->method);
  const char *service = service_of(arena, wanted, method);
  if (!service)
    return cli_fail("call",
                    "every pillar serves %s: say which with --service onboard|enable|market|sell|incentivize",
                    method->service);
  const char *text = wanted->json ? wanted->json : read_input(arena);
  ProtobufCMessage *request;
  const struct status *status = json_read(arena, method->request, text, strlen(text), &request);
  if (status) {
    session_print_status(status);
    return CLI_USAGE;
  }
  fill_request_id(arena, request);
  const char *token = wanted->token ? wanted->token : session_token_of(session, wanted->as);
  if (!token)
    return cli_fail("call", "--as takes vendor, partner or other"), CLI_USAGE;
  struct session_request ask = {.service = service,
                                .method = method->path,
                                .token = token,
                                .request = request,
                                .response = method->response,
                                .seconds = method->server_streaming ? STREAM_SECONDS : 0};
  if (method->server_streaming)
    return print_stream(session, arena, &ask);
  ProtobufCMessage *response;
  status = session_call(session, arena, &ask, &response);
  if (status) {
    session_print_status(status);
    return CLI_FAILED;
  }
  print_answer(arena, response, !wanted->options->json);
  return CLI_DONE;
}

int command_call(const struct cli_options *options, int argc, char **argv) {
  struct wanted wanted = {.options = options};
  const struct cli_option own[] = {{.name = "token", .text = &wanted.token},
                                   {.name = "service", .text = &wanted.service},
                                   {.name = "as", .text = &wanted.as},
                                   {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count < 1 || count > 2) {
    cli_fail(argv[0],
             "write Service/Method and a request in JSON (or give it on standard input), such as\n"
             "  entente call PlanService/ListPlans '{\"parent\": \"vendors/halden/partnerships/orvane\"}'");
    return CLI_USAGE;
  }
  wanted.method = argv[1];
  wanted.json = count == 2 ? argv[2] : NULL;
  schema_load();
  const char *problem;
  struct session *session = session_open(options->var, options->var_named, &problem);
  if (!session)
    return cli_fail(argv[0], "%s", problem);
  int answer = session_run(session, run_call, &wanted);
  session_close(session);
  return answer;
}
