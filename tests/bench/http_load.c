#include "bench/http_load.h"

#include "runtime/base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_BYTES = 64 << 10, HEAD_BYTES = 8 << 10, LATENCIES_MAX = 1 << 20, WAIT_MS = 20000 };

struct peer {
  int socket;
  int64_t begun_us;
  size_t size; /* of the answer so far */
  char answer[ANSWER_BYTES + 1];
};

struct http_load {
  const struct http_load_target *target;
  const struct load_plan *plan;
  char *problem;
  int events;
  bool failed;
  int64_t begun_us;
  uint64_t serial, answered;
  unsigned open, waiting; /* peers; those whose answer is due */
  struct peer *peers;
  uint32_t *latencies;
};

static void fail(struct http_load *load, const char *what, const char *detail) {
  if (!load->failed)
    snprintf(load->problem, LOAD_PROBLEM_BYTES, "%s over HTTP: %s%.200s", load->plan->method, what, detail);
  load->failed = true;
}

static bool peer_open(struct http_load *load, struct peer *peer) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)load->target->port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  peer->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (peer->socket < 0)
    return false;
  load->open++;
  setsockopt(peer->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connect(peer->socket, (struct sockaddr *)&address, sizeof address) == 0 &&
         epoll_ctl(load->events, EPOLL_CTL_ADD, peer->socket,
                   &(struct epoll_event){.events = EPOLLIN, .data.ptr = peer}) == 0;
}

static void peer_ask(struct http_load *load, struct peer *peer) {
  static uint8_t body[LOAD_REQUEST_BYTES];
  static char whole[HEAD_BYTES + LOAD_REQUEST_BYTES];
  size_t size = load->plan->request(load->plan->context, load->serial++, body);
  int head = snprintf(whole, HEAD_BYTES,
                      "POST %s HTTP/1.1\r\nHost: bench\r\nAuthorization: %s\r\nContent-Type: %s\r\n"
                      "Content-Length: %zu\r\n\r\n",
                      load->plan->method, load->target->authorization, load->target->content_type, size);
  if (head < 0 || head >= HEAD_BYTES) {
    fail(load, "the head is too long", "");
    return;
  }
  memcpy(whole + head, body, size);
  peer->begun_us = clock_monotonic_us();
  peer->size = 0;
  /* Far below what a socket's buffer takes, so it leaves whole. */
  if (send(peer->socket, whole, (size_t)head + size, MSG_NOSIGNAL) == (ssize_t)((size_t)head + size))
    load->waiting++;
  else
    fail(load, "cannot send: ", strerror(errno));
}

/* Whether the answer is there as a whole. */
static bool peer_answered(struct http_load *load, struct peer *peer) {
  peer->answer[peer->size] = '\0';
  char *end = strstr(peer->answer, "\r\n\r\n");
  if (!end)
    return false;
  const char *length = strcasestr(peer->answer, "\r\ncontent-length:");
  if (strncmp(peer->answer, "HTTP/1.1 200 ", 13) != 0 || !length || length > end) {
    fail(load, "not 200 with a length: ", end + 4);
    return false;
  }
  size_t due = (size_t)(end + 4 - peer->answer) + strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
  return peer->size >= due;
}

static bool more_to_begin(const struct http_load *load) {
  return !load->failed && clock_monotonic_us() - load->begun_us < load->plan->duration_us;
}

static void peer_read(struct http_load *load, struct peer *peer) {
  ssize_t size = recv(peer->socket, peer->answer + peer->size, ANSWER_BYTES - peer->size, 0);
  if (size <= 0) {
    fail(load, "the connection ended: ", size < 0 ? strerror(errno) : "closed or too long an answer");
    return;
  }
  peer->size += (size_t)size;
  if (!peer_answered(load, peer))
    return;
  load->waiting--;
  if (load->answered < LATENCIES_MAX)
    load->latencies[load->answered++] = (uint32_t)(clock_monotonic_us() - peer->begun_us);
  if (more_to_begin(load))
    peer_ask(load, peer);
}

static void loop(struct http_load *load) {
  struct epoll_event events[LOAD_IN_FLIGHT_MAX];
  while (load->waiting > 0 && !load->failed) {
    int count = epoll_wait(load->events, events, LOAD_IN_FLIGHT_MAX, WAIT_MS);
    if (count == 0)
      fail(load, "no answer for long", "");
    for (int i = 0; i < count && !load->failed; i++)
      peer_read(load, events[i].data.ptr);
  }
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

bool http_load_run(const struct http_load_target *target, const struct load_plan *plan,
                   struct load_result *result, char problem[LOAD_PROBLEM_BYTES]) {
  static uint32_t latencies[LATENCIES_MAX];
  struct http_load load = {.target = target,
                           .plan = plan,
                           .problem = problem,
                           .events = epoll_create1(EPOLL_CLOEXEC),
                           .peers = calloc(plan->in_flight, sizeof(struct peer)),
                           .latencies = latencies};
  for (unsigned i = 0; i < plan->in_flight && !load.failed; i++)
    if (load.events < 0 || !load.peers || !peer_open(&load, &load.peers[i]))
      fail(&load, "cannot connect: ", strerror(errno));
  load.begun_us = clock_monotonic_us();
  for (unsigned i = 0; i < plan->in_flight && !load.failed; i++)
    peer_ask(&load, &load.peers[i]);
  loop(&load);
  *result = (struct load_result){
      .calls = load.answered, .elapsed_us = clock_monotonic_us() - load.begun_us, .latencies_us = latencies};
  qsort(latencies, load.answered, sizeof *latencies, ascending);
  for (unsigned i = 0; i < load.open; i++)
    close(load.peers[i].socket);
  if (load.events >= 0)
    close(load.events);
  free(load.peers);
  return !load.failed;
}
