/* A server in the test's process, on 127.0.0.1 and a port of its own, and a client beside it.
 *
 *   fixture = fixture_start(&(struct fixture_options){.service_name = "sell", .services = sell_services,
 *                               .kinds = sell_kinds, .counters = sell_counters, .redis = &redis,
 *                               .partner_of = directory_partner_of});
 *   fixture_as(fixture, fixture_principal(fixture, TYPE__PARTY__PARTY_VENDOR, ...));
 *   status = fixture_call(fixture, "/entente.sell.v1.OpportunityService/GetOpportunity", &request, &answer);
 *   fixture_stop(fixture);
 *
 * The server runs on a thread and loop of its own, as in a process; calls go over a real connection. The
 * test's thread runs the client's loop while it waits. Everything a call answers lives in
 * fixture_arena() until fixture_forget() or fixture_stop(). What cannot work aborts with a line on
 * standard error: a test has nothing to go on with. */
#ifndef ENTENTE_TESTS_SERVER_FIXTURE_H
#define ENTENTE_TESTS_SERVER_FIXTURE_H

#include "runtime/rpc/client.h"
#include "runtime/rpc/server.h"
#include "runtime/store/store.h"
#include "runtime/store/txn.h"
#include "support/redis_fixture.h"

struct server_fixture;

struct fixture_options {
  const char *service_name;              /* pillar: ACL user and key prefix of the store, error domain */
  const struct service *const *services; /* NULL-terminated */
  const struct kind *const *kinds;       /* with `redis`: the pillar's tables */
  const struct counter_row *counters;
  struct redis_fixture *redis; /* NULL: no store */
  partner_of_fn *partner_of;   /* its context is the store, as in a process */
  void *context;               /* what call_context() gives */
  uint32_t in_flight_max;      /* 0: the server's default */
  uint32_t stream_stall_ms;    /* the same */
  int64_t now_us;              /* what the clock says at first; 0: 2026-07-15T12:00:00Z */
  bool tls;                    /* mTLS with a private authority; calls then need a token or go as the service
                                  `gateway` */
  struct call_observer observer;
  const struct server_fixture
      *authority;               /* whose authority and tokens count here too; it must outlive this */
  pass_fn *pass;                /* to where calls of other methods go */
  void (*ended)(void *context); /* told on the server's thread once the server is gone */
};

struct server_fixture *fixture_start(const struct fixture_options *options);
void fixture_stop(struct server_fixture *fixture); /* NULL is allowed */

int fixture_port(const struct server_fixture *fixture);
struct arena *fixture_arena(struct server_fixture *fixture);
void fixture_forget(struct server_fixture *fixture); /* resets that arena */

/* The injected clock: it moves only by these. From the next call on. */
void fixture_set_now(struct server_fixture *fixture, int64_t now_us);
int64_t fixture_now(const struct server_fixture *fixture);

/* Without TLS: who calls from now on; must outlive its use. NULL: nobody. */
void fixture_as(struct server_fixture *fixture, const struct principal *principal);
/* A principal for it, kept until fixture_stop(). `organization` NULL for the vendor's users. */
const struct principal *fixture_principal(struct server_fixture *fixture, Type__Party party,
                                          Option__MethodPolicy__Role role, const char *vendor,
                                          const char *organization, const char *subject);
/* A service on its own behalf, such as `gateway`. */
const struct principal *fixture_service_principal(struct server_fixture *fixture, const char *service);
/* With TLS: a token of the private authority for the same user, malloc'ed; and the token sent from now on
 * (NULL: none). */
char *fixture_token(struct server_fixture *fixture, const struct principal *principal);
void fixture_send_token(struct server_fixture *fixture, const char *token);
/* With TLS: where ca.pem, <service_name>.pem, gateway.pem, console.pem (a client's) and their .key are. */
const char *fixture_folder(const struct server_fixture *fixture);

/* One unary call. `response` is the address of a pointer to the answer's message. Deadline 10 s. */
const struct status *fixture_call(struct server_fixture *fixture, const char *method, const void *request,
                                  void *response);
/* Reads a server stream: `on_message` for each message (valid during it) until it answers false, which
 * cancels, or the stream ends. Answers the stream's status; NULL when cancelled. */
const struct status *fixture_stream(struct server_fixture *fixture, const char *method, const void *request,
                                    bool (*on_message)(void *context, const void *message), void *context);

/* Runs `count` fibers of the client at once until all have returned: for concurrency. In them call
 * client_start() and the like on fixture_channel(). */
void fixture_fibers(struct server_fixture *fixture, size_t count,
                    void (*run)(struct server_fixture *fixture, size_t index, void *context), void *context);
struct channel *fixture_channel(struct server_fixture *fixture);
/* In such a fiber: fills in what fixture_call() would send. */
struct client_call fixture_client_call(struct server_fixture *fixture, struct arena *arena,
                                       const char *method, const void *request);

/* Runs a function in a fiber of the server's loop and waits for it: to seed or look into the store, as by
 * `txn_begin(store, ...)`. */
void fixture_run(struct server_fixture *fixture, void (*run)(struct store *store, void *context),
                 void *context);
/* The same with a transaction of PARTY_SYSTEM at fixture_now(); whatever it returns is the answer, and what
 * it made lives in fixture_arena(). */
const struct status *fixture_txn(struct server_fixture *fixture,
                                 const struct status *(*run)(struct txn *txn, void *context), void *context);

/* Begins server_drain(); fixture_stop() then waits for its end. */
void fixture_drain(struct server_fixture *fixture, uint32_t notice_ms, uint32_t grace_ms);
struct server *fixture_server(struct server_fixture *fixture);
struct loop *fixture_server_loop(struct server_fixture *fixture);

#endif
