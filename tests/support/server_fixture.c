#include "support/server_fixture.h"

#include "gateway/cli/authority.h"
#include "runtime/base/clock.h"
#include "runtime/base/limit.h"
#include "runtime/message/schema.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW_DEFAULT_US INT64_C(1784116800000000) /* 2026-07-15T12:00:00Z */
#define TRUST_DOMAIN "entente.test"
#define ISSUER "entente.test"
#define AUDIENCE "entente"

enum { CALL_DEADLINE_MS = 10000, READY_WAIT_MS = 5000, READY_LOOK_MS = 5 };

struct server_fixture {
  struct fixture_options options;
  char folder[64];
  struct arena *arena, *lasting;
  _Atomic int64_t now_us;
  struct clock clock;
  const struct principal *principal;
  char *token;

  pthread_t thread;
  sem_t started, ended;
  bool draining;
  struct loop *loop; /* the server's */
  struct store *store;
  struct identity *identity;
  struct server *server;

  struct loop *client_loop;
  struct channel *channel;
};

static _Noreturn void give_up(const char *what, const char *why) {
  fprintf(stderr, "server fixture: %s: %s\n", what, why ? why : "no reason given");
  abort();
}

static int64_t clock_read(void *context) {
  return atomic_load(&((struct server_fixture *)context)->now_us);
}

static const char *path_in(struct server_fixture *fixture, const char *name, const char *suffix) {
  return arena_printf(fixture->lasting, "%s/%s%s", fixture->folder, name, suffix);
}

static void make_authority(struct server_fixture *fixture) {
  static const char *const others[][2] = {
      {"service", "gateway"}, {"service", "stranger"}, {"client", "console"}};
  const char *problem = NULL, *own = fixture->options.service_name;
  if (fixture->options.authority) {
    strcpy(fixture->folder, fixture->options.authority->folder);
    if (!authority_issue(fixture->folder, TRUST_DOMAIN, "service", own, &problem))
      give_up("authority", problem);
    return;
  }
  strcpy(fixture->folder, "/tmp/entente-fixture-XXXXXX");
  if (!mkdtemp(fixture->folder))
    give_up("mkdtemp", "refused");
  if (!authority_create(fixture->folder, TRUST_DOMAIN, &problem) ||
      !authority_issue(fixture->folder, TRUST_DOMAIN, "service", own, &problem))
    give_up("authority", problem);
  for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
    if (!authority_issue(fixture->folder, TRUST_DOMAIN, others[i][0], others[i][1], &problem))
      give_up("authority", problem);
}

static void open_identity(struct server_fixture *fixture) {
  const char *problem = NULL;
  fixture->identity =
      identity_create(&(struct identity_options){.jwks_file = path_in(fixture, "jwks", ".json"),
                                                 .issuer = ISSUER,
                                                 .audience = AUDIENCE,
                                                 .trust_domain = TRUST_DOMAIN,
                                                 .clock = &fixture->clock},
                      &problem);
  if (!fixture->identity)
    give_up("identity", problem);
}

static void open_store(struct server_fixture *fixture) {
  const struct fixture_options *options = &fixture->options;
  const char *problem = NULL, *why = NULL;
  fixture->store = store_open(fixture->loop,
                              &(struct store_options){.pillar = options->service_name,
                                                      .address = options->redis->address,
                                                      .password_file = options->redis->password_file,
                                                      .kinds = options->kinds,
                                                      .counters = options->counters,
                                                      .clock = &fixture->clock},
                              &problem);
  if (!fixture->store)
    give_up("store", problem);
  int64_t until = clock_monotonic_us() + READY_WAIT_MS * US_PER_MS;
  while (!store_ready(fixture->store, &why)) {
    if (clock_monotonic_us() > until)
      give_up("store", why);
    loop_turn(fixture->loop, READY_LOOK_MS);
  }
}

static void open_server(struct server_fixture *fixture) {
  const struct fixture_options *options = &fixture->options;
  const char *problem = NULL;
  struct server_options server = {
      .service_name = options->service_name,
      .listen = "127.0.0.1:0",
      .services = options->services,
      .in_flight_max = options->in_flight_max,
      .stream_stall_ms = options->stream_stall_ms,
      .store = fixture->store,
      .identity = fixture->identity,
      .partner_of = options->partner_of,
      .partner_of_context = fixture->store,
      .clock = &fixture->clock,
      .observer = options->observer,
      .pass = options->pass,
      .context = options->context,
  };
  if (options->tls) {
    server.tls = true;
    server.trust_domain = TRUST_DOMAIN;
    server.ca_file = path_in(fixture, "ca", ".pem");
    server.certificate_file = path_in(fixture, options->service_name, ".pem");
    server.key_file = path_in(fixture, options->service_name, ".key");
  } else {
    server.fixed_principal = &fixture->principal;
  }
  fixture->server = server_create(fixture->loop, &server, &problem);
  if (!fixture->server)
    give_up("server", problem);
  server_set_serving(fixture->server, true);
}

static void *run_server(void *argument) {
  struct server_fixture *fixture = argument;
  fixture->loop = loop_create(NULL);
  if (!fixture->loop)
    give_up("loop", "refused");
  if (fixture->options.redis)
    open_store(fixture);
  if (fixture->options.tls)
    open_identity(fixture);
  open_server(fixture);
  sem_post(&fixture->started);
  loop_run(fixture->loop);
  server_destroy(fixture->server);
  if (fixture->options.ended)
    fixture->options.ended(fixture->options.context);
  if (fixture->store)
    store_close(fixture->store);
  identity_destroy(fixture->identity);
  loop_destroy(fixture->loop);
  return NULL;
}

static void open_channel(struct server_fixture *fixture) {
  const char *problem = NULL, *name = fixture->options.service_name;
  struct channel_options channel = {
      .target = arena_printf(fixture->lasting, "127.0.0.1:%d", fixture_port(fixture))};
  if (fixture->options.tls) {
    channel.tls = true;
    channel.trust_domain = TRUST_DOMAIN;
    channel.expected_service = name;
    channel.ca_file = path_in(fixture, "ca", ".pem");
    channel.certificate_file = path_in(fixture, "gateway", ".pem");
    channel.key_file = path_in(fixture, "gateway", ".key");
  }
  fixture->client_loop = loop_create(NULL);
  fixture->channel = channel_create(fixture->client_loop, &channel, &problem);
  if (!fixture->channel)
    give_up("channel", problem);
}

struct server_fixture *fixture_start(const struct fixture_options *options) {
  struct server_fixture *fixture = calloc(1, sizeof(*fixture));
  if (!fixture)
    give_up("start", "out of memory");
  fixture->options = *options;
  fixture->arena = arena_create(LIMIT_CALL_ARENA_BYTES, NULL, NULL);
  fixture->lasting = arena_create(LIMIT_CALL_ARENA_BYTES, NULL, NULL);
  atomic_store(&fixture->now_us, options->now_us ? options->now_us : NOW_DEFAULT_US);
  fixture->clock = (struct clock){clock_read, fixture};
  schema_load();
  if (options->tls)
    make_authority(fixture);
  sem_init(&fixture->started, 0, 0);
  sem_init(&fixture->ended, 0, 0);
  if (pthread_create(&fixture->thread, NULL, run_server, fixture) != 0)
    give_up("start", "no thread");
  sem_wait(&fixture->started);
  open_channel(fixture);
  return fixture;
}

struct drain {
  struct loop_work work;
  struct server_fixture *fixture;
  uint32_t notice_ms, grace_ms;
};

static void drained(void *argument) {
  sem_post(&((struct server_fixture *)argument)->ended);
}

static void begin_drain(struct loop_work *work) {
  struct drain *drain = (struct drain *)work;
  server_drain(drain->fixture->server, drain->notice_ms, drain->grace_ms, drained, drain->fixture);
  free(drain);
}

void fixture_drain(struct server_fixture *fixture, uint32_t notice_ms, uint32_t grace_ms) {
  struct drain *drain = calloc(1, sizeof(*drain));
  if (!drain)
    give_up("drain", "out of memory");
  *drain = (struct drain){{.run = begin_drain}, fixture, notice_ms, grace_ms};
  fixture->draining = true;
  loop_post(fixture->loop, &drain->work);
}

static void remove_folder(struct server_fixture *fixture) {
  char command[128];
  if (!fixture->folder[0] || fixture->options.authority)
    return;
  snprintf(command, sizeof(command), "rm -rf '%s'", fixture->folder);
  if (system(command) != 0)
    give_up("removing", fixture->folder);
}

void fixture_stop(struct server_fixture *fixture) {
  if (!fixture)
    return;
  channel_destroy(fixture->channel);
  if (!fixture->draining)
    fixture_drain(fixture, 0, 0);
  sem_wait(&fixture->ended);
  loop_stop(fixture->loop);
  pthread_join(fixture->thread, NULL);
  loop_destroy(fixture->client_loop);
  remove_folder(fixture);
  sem_destroy(&fixture->started);
  sem_destroy(&fixture->ended);
  arena_destroy(fixture->arena);
  arena_destroy(fixture->lasting);
  free(fixture->token);
  free(fixture);
}

int fixture_port(const struct server_fixture *fixture) {
  return server_port(fixture->server);
}

struct arena *fixture_arena(struct server_fixture *fixture) {
  return fixture->arena;
}

void fixture_forget(struct server_fixture *fixture) {
  arena_reset(fixture->arena);
}

void fixture_set_now(struct server_fixture *fixture, int64_t now_us) {
  atomic_store(&fixture->now_us, now_us);
}

int64_t fixture_now(const struct server_fixture *fixture) {
  return atomic_load(&fixture->now_us);
}

void fixture_as(struct server_fixture *fixture, const struct principal *principal) {
  fixture->principal = principal;
}

const struct principal *fixture_principal(struct server_fixture *fixture, Type__Party party,
                                          Option__MethodPolicy__Role role, const char *vendor,
                                          const char *organization, const char *subject) {
  struct principal *principal = arena_new(fixture->lasting, struct principal);
  principal->subject = arena_strdup(fixture->lasting, subject);
  principal->vendor = arena_strdup(fixture->lasting, vendor);
  principal->organization = organization ? arena_strdup(fixture->lasting, organization) : NULL;
  principal->party = party;
  principal->role = role;
  principal->expires_us = INT64_MAX;
  return principal;
}

const struct principal *fixture_service_principal(struct server_fixture *fixture, const char *service) {
  struct principal *principal = arena_new(fixture->lasting, struct principal);
  principal->subject = principal->service = arena_strdup(fixture->lasting, service);
  principal->party = TYPE__PARTY__PARTY_SYSTEM;
  principal->expires_us = INT64_MAX;
  return principal;
}

char *fixture_token(struct server_fixture *fixture, const struct principal *principal) {
  static const char *const parties[] = {"", "VENDOR", "PARTNER", "SYSTEM"};
  static const char *const roles[] = {"", "VIEWER", "MANAGER", "ADMINISTRATOR"};
  const char *problem = NULL;
  struct token_claims claims = {.subject = principal->subject,
                                .vendor = principal->vendor,
                                .party = parties[principal->party],
                                .organization = principal->organization,
                                .role = roles[principal->role],
                                .not_before = fixture_now(fixture) / US_PER_SECOND - 10,
                                .expires = fixture_now(fixture) / US_PER_SECOND + 3600};
  char *token = authority_token(fixture->folder, ISSUER, AUDIENCE, &claims, &problem);
  if (!token)
    give_up("token", problem);
  return token;
}

void fixture_send_token(struct server_fixture *fixture, const char *token) {
  free(fixture->token);
  fixture->token = NULL;
  if (token && asprintf(&fixture->token, "Bearer %s", token) < 0)
    give_up("token", "out of memory");
}

const char *fixture_folder(const struct server_fixture *fixture) {
  return fixture->folder;
}

struct channel *fixture_channel(struct server_fixture *fixture) {
  return fixture->channel;
}

struct server *fixture_server(struct server_fixture *fixture) {
  return fixture->server;
}

struct loop *fixture_server_loop(struct server_fixture *fixture) {
  return fixture->loop;
}

struct client_call fixture_client_call(struct server_fixture *fixture, struct arena *arena,
                                       const char *method, const void *request) {
  const struct schema_method *schema = schema_find_method(method);
  if (!schema)
    give_up("no such method", method);
  return (struct client_call){.arena = arena,
                              .method = method,
                              .request = request,
                              .response = schema->response,
                              .authorization = fixture->token,
                              .deadline_us = clock_monotonic_us() + CALL_DEADLINE_MS * US_PER_MS};
}

/* One fiber of the client. */
struct errand {
  struct server_fixture *fixture;
  void (*run)(struct server_fixture *fixture, size_t index, void *context);
  size_t index;
  void *context;
  size_t *left;
};

static void run_errand(void *argument) {
  struct errand *errand = argument;
  errand->run(errand->fixture, errand->index, errand->context);
  --*errand->left;
}

void fixture_fibers(struct server_fixture *fixture, size_t count,
                    void (*run)(struct server_fixture *fixture, size_t index, void *context), void *context) {
  size_t left = count;
  struct errand *errands = calloc(count, sizeof(*errands));
  if (!errands)
    give_up("fibers", "out of memory");
  for (size_t i = 0; i < count; i++) {
    errands[i] = (struct errand){fixture, run, i, context, &left};
    if (!fiber_start(fixture->client_loop, run_errand, &errands[i]))
      give_up("fibers", "no more of them");
  }
  while (left)
    loop_turn(fixture->client_loop, 1000);
  free(errands);
}

struct exchange {
  const char *method;
  const void *request;
  void *response;
  bool (*on_message)(void *context, const void *message);
  void *context;
  const struct status *status;
};

static void run_unary(struct server_fixture *fixture, size_t index, void *context) {
  struct exchange *exchange = context;
  struct client_call call = fixture_client_call(fixture, fixture->arena, exchange->method, exchange->request);
  (void)index;
  exchange->status = client_call(fixture->channel, &call, exchange->response);
}

static void run_stream(struct server_fixture *fixture, size_t index, void *context) {
  struct exchange *exchange = context;
  struct client_call call = fixture_client_call(fixture, fixture->arena, exchange->method, exchange->request);
  ProtobufCMessage *message = NULL;
  (void)index;
  struct client_stream *stream = client_stream_open(fixture->channel, &call);
  do
    exchange->status = client_stream_next(stream, &message);
  while (!exchange->status && message && exchange->on_message(exchange->context, message));
  client_stream_close(stream);
}

const struct status *fixture_call(struct server_fixture *fixture, const char *method, const void *request,
                                  void *response) {
  struct exchange exchange = {.method = method, .request = request, .response = response};
  fixture_fibers(fixture, 1, run_unary, &exchange);
  return exchange.status;
}

const struct status *fixture_stream(struct server_fixture *fixture, const char *method, const void *request,
                                    bool (*on_message)(void *context, const void *message), void *context) {
  struct exchange exchange = {
      .method = method, .request = request, .on_message = on_message, .context = context};
  fixture_fibers(fixture, 1, run_stream, &exchange);
  return exchange.status;
}

/* Work for a fiber of the server's loop. */
struct visit {
  struct loop_work work;
  struct server_fixture *fixture;
  void (*run)(struct store *store, void *context);
  void *context;
  sem_t done;
};

static void visit_fiber(void *argument) {
  struct visit *visit = argument;
  visit->run(visit->fixture->store, visit->context);
  sem_post(&visit->done);
}

static void visit_arrived(struct loop_work *work) {
  struct visit *visit = (struct visit *)work;
  if (!fiber_start(visit->fixture->loop, visit_fiber, visit))
    give_up("run", "no fiber");
}

void fixture_run(struct server_fixture *fixture, void (*run)(struct store *store, void *context),
                 void *context) {
  struct visit visit = {.work.run = visit_arrived, .fixture = fixture, .run = run, .context = context};
  sem_init(&visit.done, 0, 0);
  loop_post(fixture->loop, &visit.work);
  sem_wait(&visit.done);
  sem_destroy(&visit.done);
}

struct transaction {
  struct server_fixture *fixture;
  const struct status *(*run)(struct txn *txn, void *context);
  void *context;
  const struct status *status;
};

static void run_transaction(struct store *store, void *context) {
  struct transaction *transaction = context;
  struct server_fixture *fixture = transaction->fixture;
  struct txn *txn = txn_begin(store, &(struct txn_context){.arena = fixture->arena,
                                                           .now_us = fixture_now(fixture),
                                                           .deadline_us = INT64_MAX,
                                                           .actor_party = TYPE__PARTY__PARTY_SYSTEM,
                                                           .actor = "test"});
  transaction->status = transaction->run(txn, transaction->context);
}

const struct status *fixture_txn(struct server_fixture *fixture,
                                 const struct status *(*run)(struct txn *txn, void *context), void *context) {
  struct transaction transaction = {fixture, run, context, NULL};
  fixture_run(fixture, run_transaction, &transaction);
  return transaction.status;
}
