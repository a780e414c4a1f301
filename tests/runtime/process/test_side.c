#include "runtime/process/side.h"

#include "gateway/cli/authority.h"
#include "runtime/observe/metric.h"
#include "runtime/process/probe.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct answers {
  bool alive, ready;
};

static bool say_alive(void *context, char *why, size_t size) {
  snprintf(why, size, "it is stuck");
  return ((struct answers *)context)->alive;
}

static bool say_ready(void *context, char *why, size_t size) {
  snprintf(why, size, "Redis is away");
  return ((struct answers *)context)->ready;
}

static int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

/* The whole answer to one request; a static text. */
static const char *ask(int port, const char *method, const char *path) {
  static char answer[65536];
  size_t size = 0;
  int fd = connect_to(port);
  dprintf(fd, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", method, path);
  for (ssize_t got;
       size < sizeof answer - 1 && (got = read(fd, answer + size, sizeof answer - 1 - size)) > 0;)
    size += (size_t)got;
  answer[size] = '\0';
  close(fd);
  return answer;
}

static void pages_answer(void **state) {
  (void)state;
  const char *problem = NULL;
  struct answers answers = {true, false};
  struct metrics *metrics = metrics_create();
  metric_add(metric_counter(metrics, "n_total", NULL, "Number."), 3);
  struct side_options options = {"127.0.0.1:0", metrics, say_alive, say_ready, &answers};
  struct side *side = side_start(&options, &problem);
  assert_non_null(side);
  int port = side_port(side);
  assert_non_null(strstr(ask(port, "GET", "/livez"), " 200 "));
  assert_non_null(strstr(ask(port, "GET", "/readyz"), " 503 "));
  assert_non_null(strstr(ask(port, "GET", "/readyz"), "Redis is away\n"));
  answers = (struct answers){false, true};
  assert_non_null(strstr(ask(port, "GET", "/livez"), "it is stuck\n"));
  assert_non_null(strstr(ask(port, "GET", "/readyz"), "\r\n\r\nok\n"));
  assert_non_null(strstr(ask(port, "GET", "/metrics"), "n_total 3\n"));
  assert_non_null(strstr(ask(port, "GET", "/metrics"), "text/plain; version=0.0.4"));
  assert_non_null(strstr(ask(port, "GET", "/"), " 404 "));
  assert_non_null(strstr(ask(port, "POST", "/metrics"), " 405 "));
  side_stop(side);
  metrics_destroy(metrics);
}

static void port_in_use_says_what_to_do(void **state) {
  (void)state;
  const char *problem = NULL;
  char listen[32];
  struct answers answers = {0};
  struct side_options options = {"127.0.0.1:0", NULL, say_alive, say_ready, &answers};
  struct side *first = side_start(&options, &problem);
  snprintf(listen, sizeof listen, "127.0.0.1:%d", side_port(first));
  options.listen = listen;
  assert_null(side_start(&options, &problem));
  assert_non_null(strstr(problem, "another program uses it"));
  assert_non_null(strstr(problem, "--side-listen"));
  side_stop(first);
}

/* ---- the probe, against a listener that accepts, one that does not, and one that speaks TLS ---- */

static int listener(int *port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(fd, 8), 0);
  getsockname(fd, (struct sockaddr *)&address, &size);
  *port = ntohs(address.sin_port);
  return fd;
}

struct tls_peer {
  int fd;
  SSL_CTX *context;
};

static void *tls_serve(void *argument) {
  struct tls_peer *peer = argument;
  int fd = accept(peer->fd, NULL, NULL);
  SSL *session = SSL_new(peer->context);
  SSL_set_fd(session, fd);
  SSL_accept(session);
  SSL_free(session);
  close(fd);
  return NULL;
}

static void probe_needs_an_answer_not_only_a_backlog(void **state) {
  (void)state;
  int port;
  char why[256];
  int fd = listener(&port); /* the kernel connects, nobody accepts */
  struct probe_options options = {.host = "127.0.0.1", .port = port, .timeout_ms = 200};
  assert_false(probe_port(&options, why, sizeof why));
  assert_non_null(strstr(why, "does not answer a new connection"));
  options.tls = true;
  options.ca_file = options.certificate_file = options.key_file = "/nonexistent";
  assert_false(probe_port(&options, why, sizeof why));
  close(fd);
  assert_false(probe_port(&options, why, sizeof why));
  assert_non_null(strstr(why, "does not accept a new connection"));
}

static void probe_completes_a_mutual_handshake(void **state) {
  (void)state;
  char folder[] = "/tmp/entente-probe-XXXXXX", ca[64], certificate[64], key[64], why[256], command[64];
  const char *problem = NULL;
  struct tls_peer peer;
  pthread_t thread;
  int port;
  assert_non_null(mkdtemp(folder));
  assert_true(authority_create(folder, "entente.local", &problem));
  assert_true(authority_issue(folder, "entente.local", "service", "sell", &problem));
  snprintf(ca, sizeof ca, "%s/ca.pem", folder);
  snprintf(certificate, sizeof certificate, "%s/sell.pem", folder);
  snprintf(key, sizeof key, "%s/sell.key", folder);
  peer.fd = listener(&port);
  peer.context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate_chain_file(peer.context, certificate);
  SSL_CTX_use_PrivateKey_file(peer.context, key, SSL_FILETYPE_PEM);
  SSL_CTX_load_verify_locations(peer.context, ca, NULL);
  SSL_CTX_set_verify(peer.context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  pthread_create(&thread, NULL, tls_serve, &peer);
  struct probe_options options = {"0.0.0.0", port, true, ca, certificate, key, 2000};
  bool alive = probe_port(&options, why, sizeof why);
  pthread_join(thread, NULL);
  SSL_CTX_free(peer.context);
  close(peer.fd);
  if (!alive)
    fail_msg("%s", why);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pages_answer),
      cmocka_unit_test(port_in_use_says_what_to_do),
      cmocka_unit_test(probe_needs_an_answer_not_only_a_backlog),
      cmocka_unit_test(probe_completes_a_mutual_handshake),
  };
  signal(SIGPIPE, SIG_IGN);
  cmocka_set_message_output(CM_OUTPUT_STDOUT);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
