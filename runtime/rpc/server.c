#include "runtime/rpc/arguments.h"
#include "runtime/rpc/call_state.h"
#include "runtime/rpc/credentials.h"
#include "runtime/rpc/listener.h"

#include "runtime/base/clock.h"
#include "runtime/base/limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUOTA_BYTES = 512 << 20 };

static void drain_step(struct loop_timer *timer);

const char *problem_format(const char *format, ...) {
  static _Thread_local char line[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  return line;
}

static bool take_options(struct server *server, const struct server_options *options) {
  server->options = *options;
  if (!server->options.clock)
    server->options.clock = &clock_system;
  if (!server->options.in_flight_max)
    server->options.in_flight_max = IN_FLIGHT_DEFAULT;
  if (!server->options.stream_stall_ms)
    server->options.stream_stall_ms = STREAM_STALL_DEFAULT_MS;
  server->options.trust_domain = options->trust_domain ? strdup(options->trust_domain) : NULL;
  server->options.listen = NULL;
  server->drain_timer.fire = drain_step;
  server->scratch = arena_create(LIMIT_CALL_ARENA_BYTES, NULL, NULL);
  trace_source_seed(&server->traces);
  return server->scratch && asprintf(&server->domain, "%s.entente", options->service_name) > 0;
}

static bool settings_fit(const struct server_options *options, const char **problem) {
  if (options->tls && (!options->identity || !options->trust_domain)) {
    *problem = "a server with TLS needs an identity and a trust domain";
    return false;
  }
  if (options->tls && options->fixed_principal) {
    *problem = "a fixed principal is for servers without TLS";
    return false;
  }
  if (!options->tls && !listener_is_loopback(options->listen)) {
    *problem = problem_format(
        "`%s` is reachable from other machines: without TLS only loopback may be served", options->listen);
    return false;
  }
  return true;
}

/* The bounds of every connection; the README says why each. */
static grpc_server *core_create(const struct server *server) {
  uint32_t calls = server->options.in_flight_max;
  const struct argument rows[] = {
      {GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1}, /* identity only: no inflation bombs */
      {GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, LIMIT_MESSAGE_BYTES},
      {GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, LIMIT_MESSAGE_BYTES},
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, (int)(calls < 50 ? 100 : calls * 2)},
      {GRPC_ARG_ALLOW_REUSEPORT, 0}, /* a second process on the port is a mistake to be seen */
      {GRPC_ARG_ENABLE_CHANNELZ, 0},
      {GRPC_ARG_KEEPALIVE_TIME_MS, 60000},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000},
      {GRPC_ARG_MAX_CONNECTION_AGE_MS, 30 * 60 * 1000}, /* so that new replicas get their share */
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 10 * 60 * 1000},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10000},
  };
  grpc_arg list[ARGUMENTS_MAX];
  grpc_channel_args arguments = arguments_of(rows, sizeof(rows) / sizeof(*rows), list);
  /* Near this, gRPC core closes idle connections and takes no new ones: a second net below ours. */
  grpc_resource_quota *quota = grpc_resource_quota_create("server");
  grpc_resource_quota_resize(quota, QUOTA_BYTES);
  list[arguments.num_args].type = GRPC_ARG_POINTER;
  list[arguments.num_args].key = (char *)GRPC_ARG_RESOURCE_QUOTA;
  list[arguments.num_args].value.pointer.p = quota;
  list[arguments.num_args++].value.pointer.vtable = grpc_resource_quota_arg_vtable();
  grpc_server *core = grpc_server_create(&arguments, NULL);
  grpc_resource_quota_unref(quota);
  return core;
}

static bool register_routes(struct server *server) {
  for (size_t i = 0; i < server->route_count; i++) {
    struct route *route = &server->routes[i];
    if (route->kind == ROUTE_UNKNOWN)
      continue;
    route->registered = grpc_server_register_method(
        server->core, route->schema->path, NULL,
        route->kind == ROUTE_BIDI ? GRPC_SRM_PAYLOAD_NONE : GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
    if (!route->registered)
      return false;
  }
  return true;
}

static bool bind_port(struct server *server, const char *listen, const char **problem) {
  grpc_server_credentials *credentials = server->options.tls ? credentials_for_server(server->credentials)
                                                             : grpc_insecure_server_credentials_create();
  server->port = grpc_server_add_http2_port(server->core, listen, credentials);
  grpc_server_credentials_release(credentials);
  if (server->port)
    return true;
  *problem = listener_problem(listen);
  return false;
}

static bool start(struct server *server, const struct server_options *options, const char **problem) {
  const struct tls_files files = {options->ca_file, options->certificate_file, options->key_file};
  if (options->tls && !(server->credentials = credentials_create(&files, problem)))
    return false;
  if (!server_make_routes(server, problem))
    return false;
  *problem = "gRPC core did not start: the machine has no memory or no threads left";
  server->queue = queue_acquire(server->loop, options->queue_threads);
  if (!server->queue || !(server->core = core_create(server)))
    return false;
  grpc_server_register_completion_queue(server->core, queue_core(server->queue), NULL);
  if (!register_routes(server)) {
    *problem = "a service is twice in the table";
    return false;
  }
  if (!bind_port(server, options->listen, problem))
    return false;
  grpc_server_start(server->core);
  server->started = true;
  for (size_t i = 0; i < server->route_count; i++)
    slot_post(server->routes[i].slots);
  return true;
}

struct server *server_create(struct loop *loop, const struct server_options *options, const char **problem) {
  schema_load();
  if (!settings_fit(options, problem))
    return NULL;
  struct server *server = calloc(1, sizeof(*server));
  *problem = "out of memory";
  if (!server)
    return NULL;
  server->loop = loop;
  if (take_options(server, options) && start(server, options, problem))
    return server;
  server_destroy(server);
  return NULL;
}

int server_port(const struct server *server) {
  return server->port;
}

/* Streams look at the server's state when they wake. */
static void wake_streams(struct server *server) {
  for (struct call *call = server->live; call; call = call->next)
    if (call->fiber && call->stream.waiting)
      fiber_resume(call->fiber);
}

void server_set_serving(struct server *server, bool serving) {
  server->serving = serving && server->phase == SERVER_RUNNING;
  wake_streams(server);
}

static void shutdown_done(struct tag *tag) {
  struct server *server = (struct server *)((char *)tag - offsetof(struct server, shutdown_tag));
  server->shut = true;
  loop_disarm(server->loop, &server->drain_timer);
  server_check_drained(server);
}

static void close_port(struct server *server) {
  uint32_t window = server->grace_ms < LATE_WINDOW_MS ? server->grace_ms : LATE_WINDOW_MS;
  server->phase = SERVER_CLOSING;
  loop_arm(server->loop, &server->drain_timer,
           clock_monotonic_us() + (int64_t)(server->grace_ms - window) * US_PER_MS);
  tag_prepare(&server->shutdown_tag, server->loop, shutdown_done);
  grpc_server_shutdown_and_notify(server->core, queue_core(server->queue), &server->shutdown_tag);
}

static void cancel_all(struct server *server) {
  for (struct call *call = server->live; call; call = call->next) {
    call->cancelled = true;
    if (call->fiber)
      fiber_resume(call->fiber);
  }
  grpc_server_cancel_all_calls(server->core);
}

static void drain_step(struct loop_timer *timer) {
  struct server *server = (struct server *)((char *)timer - offsetof(struct server, drain_timer));
  uint32_t window = server->grace_ms < LATE_WINDOW_MS ? server->grace_ms : LATE_WINDOW_MS;
  switch (server->phase) {
  case SERVER_NOTICE:
    server->phase = SERVER_LATE;
    wake_streams(server);
    loop_arm(server->loop, timer, clock_monotonic_us() + (int64_t)window * US_PER_MS);
    break;
  case SERVER_LATE:
    close_port(server);
    break;
  default:
    cancel_all(server);
    break;
  }
}

void server_drain(struct server *server, uint32_t notice_ms, uint32_t grace_ms, void (*done)(void *argument),
                  void *argument) {
  if (server->phase != SERVER_RUNNING)
    return;
  server->phase = SERVER_NOTICE;
  server->grace_ms = grace_ms;
  server->drained = done;
  server->drained_argument = argument;
  server_set_serving(server, false);
  loop_arm(server->loop, &server->drain_timer, clock_monotonic_us() + (int64_t)notice_ms * US_PER_MS);
}

void server_check_drained(struct server *server) {
  if (!server->shut || server->live_count || server->slots_posted || server->phase != SERVER_CLOSING)
    return;
  server->phase = SERVER_CLOSED;
  if (server->drained)
    server->drained(server->drained_argument);
}

static void free_routes(struct server *server) {
  for (size_t i = 0; i < server->route_count; i++) {
    struct slot *slot = server->routes[i].slots;
    while (slot) {
      struct slot *next = slot->next;
      grpc_metadata_array_destroy(&slot->metadata);
      grpc_call_details_destroy(&slot->details);
      free(slot);
      slot = next;
    }
  }
  free(server->routes);
}

void server_destroy(struct server *server) {
  if (!server)
    return;
  while (server->pooled) {
    struct call *next = server->pooled->next;
    call_free(server->pooled);
    server->pooled = next;
  }
  free_routes(server);
  if (server->core)
    grpc_server_destroy(server->core);
  queue_release(server->queue);
  credentials_destroy(server->credentials);
  arena_destroy(server->scratch);
  free((char *)server->options.trust_domain);
  free(server->domain);
  free(server);
}
