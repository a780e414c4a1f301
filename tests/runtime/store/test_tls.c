/* Redis beyond the machine: over TLS by name and by number, and what is not trusted. */
#include "store_fixture.h"

#include "gateway/cli/authority.h"
#include "runtime/base/clock.h"
#include "runtime/store/store.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct store_fixture fixture;
static char folder[64] = "/tmp/entente-tls-XXXXXX";
static int plain_port, tls_port;

/* Free now; nobody else takes one of those that the kernel gave out last. */
static int free_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

static int world_up(void **state) {
  const char *problem = NULL;
  char settings[1024], other[96];
  (void)state;
  if (!mkdtemp(folder)) {
    return -1;
  }
  snprintf(other, sizeof other, "%s/other", folder);
  if (!authority_create(folder, "entente.test", &problem) ||
      !authority_issue(folder, "entente.test", "service", "redis", &problem) ||
      !authority_create(other, "entente.test", &problem)) {
    fprintf(stderr, "%s\n", problem);
    return -1;
  }
  plain_port = free_port();
  tls_port = free_port();
  snprintf(settings, sizeof settings,
           "port %d\ntls-port %d\nbind 127.0.0.1\ntls-cert-file %s/redis.pem\ntls-key-file %s/redis.key\n"
           "tls-ca-cert-file %s/ca.pem\ntls-auth-clients no\n",
           plain_port, tls_port, folder, folder, folder);
  store_fixture_start(&fixture, true, settings);
  return 0;
}

static int world_down(void **state) {
  char command[128];
  (void)state;
  store_fixture_stop(&fixture);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command);
}

static struct store *open_at(const char *scheme, const char *host, int port, const char *authority) {
  static char address[128], ca[128];
  const char *problem = NULL;
  snprintf(address, sizeof address, "%s:%s:%d", scheme, host, port);
  snprintf(ca, sizeof ca, "%s/%sca.pem", folder, authority);
  struct store_options options = {
      .pillar = "onboard",
      .address = address,
      .password_file = fixture.redis.password_file,
      .tls_ca_file = strcmp(scheme, "tls") == 0 ? ca : NULL,
      .kinds = test_kinds,
      .counters = test_counters,
      .clock = &clock_system,
  };
  struct store *store = store_open(fixture.loop, &options, &problem);
  assert_non_null(store);
  return store;
}

/* Larger than one record of TLS, so that both directions are cut and put together. */
static void write_and_read(struct store_fixture *f, void *argument, size_t number) {
  struct test_txn txn = txn_open(f, argument);
  char name[64], *text = arena_alloc(txn.arena, 150001);
  Onboard__Partnership *found;
  static int serial;
  snprintf(name, sizeof name, "vendors/halden/partnerships/p%d-%zu", serial++, number);
  memset(text, (int)(unsigned char)100, 150000);
  text[150000] = '\0';
  assert_null(txn_get(txn.txn, &kind_partnership, name, &found));
  assert_null(found);
  Onboard__Partnership *made = partnership_new(txn.arena, name, name);
  made->end_reason = text;
  txn_put(txn.txn, &kind_partnership, made);
  assert_null(reason_of(txn_commit(txn.txn, NULL)));
  txn_end(&txn);
  txn = txn_open(f, argument);
  assert_null(txn_get(txn.txn, &kind_partnership, name, &found));
  assert_non_null(found);
  assert_int_equal(strlen(found->end_reason), 150000);
  txn_end(&txn);
}

static void serves_by_every_address(void **state) {
  static const struct {
    const char *scheme, *host;
  } cases[] = {{"tcp", "127.0.0.1"}, {"tcp", "localhost"}, {"tls", "127.0.0.1"}, {"tls", "localhost"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int port = strcmp(cases[i].scheme, "tls") == 0 ? tls_port : plain_port;
    struct store *store = open_at(cases[i].scheme, cases[i].host, port, "");
    store_fixture_await_ready(&fixture, store, true);
    store_fixture_run(&fixture, write_and_read, store, 16);
    store_close(store);
  }
}

static void comes_back_over_tls(void **state) {
  (void)state;
  struct store *store = open_at("tls", "localhost", tls_port, "");
  store_fixture_await_ready(&fixture, store, true);
  redis_kill(&fixture.redis);
  store_fixture_await_ready(&fixture, store, false);
  redis_restart(&fixture.redis);
  store_fixture_await_ready(&fixture, store, true);
  store_fixture_run(&fixture, write_and_read, store, 4);
  store_close(store);
}

static void assert_never_ready(struct store *store, const char *word) {
  const char *why = "";
  int64_t until = clock_monotonic_us() + 5 * US_PER_SECOND;
  do {
    assert_false(store_ready(store, &why));
    loop_turn(fixture.loop, 20);
  } while (!strstr(why, word) && clock_monotonic_us() < until);
  if (!strstr(why, word)) {
    fail_msg("'%s' does not say '%s'", why, word);
  }
  store_close(store);
}

static void trusts_no_other_authority(void **state) {
  (void)state;
  assert_never_ready(open_at("tls", "localhost", tls_port, "other/"), "certificate verify failed");
}

/* 127.0.0.2 reaches the same server, whose certificate does not name it. */
static void trusts_no_other_name(void **state) {
  (void)state;
  redis_text(&fixture.redis, NULL, "CONFIG SET bind %s", "127.0.0.1 127.0.0.2");
  assert_never_ready(open_at("tls", "127.0.0.2", tls_port, ""), "certificate verify failed");
}

static void says_when_the_port_speaks_no_tls(void **state) {
  (void)state;
  assert_never_ready(open_at("tls", "localhost", plain_port, ""), "Redis does not answer");
}

static void says_when_the_host_is_not_known(void **state) {
  (void)state;
  assert_never_ready(open_at("tcp", "no-such-host.invalid", plain_port, ""), "is not known");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(serves_by_every_address),          cmocka_unit_test(comes_back_over_tls),
      cmocka_unit_test(trusts_no_other_authority),        cmocka_unit_test(trusts_no_other_name),
      cmocka_unit_test(says_when_the_port_speaks_no_tls), cmocka_unit_test(says_when_the_host_is_not_known),
  };
  return cmocka_run_group_tests(tests, world_up, world_down);
}
