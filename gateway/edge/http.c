#include "gateway/edge/http.h"

#include "runtime/base/clock.h"
#include "runtime/base/limit.h"
#include "runtime/process/listen.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  CONNECTION_BYTES = 32 << 10, /* of one connection: request line and headers, then the answer's pieces */
  DISCARD_FACTOR = 8,          /* a body this many times too long is not even read to its end */
  TURNS_MAX = 8,
  PROBLEM_BYTES = 512,
  FILE_MAX_BYTES = 1 << 20,
  MS_PER_S = 1000,
  BODY_FIRST_BYTES = 4096,
};

/* A connection: the time that a request may take to arrive, and whether its client is still there.
 * libmicrohttpd does not look at a connection while it is suspended, and misses an end that comes together
 * with the last bytes. */
struct peer {
  struct http *http;
  struct loop_timer arrival;
  struct loop_watch leaving;
  bool left;
  struct visit *visit; /* being served */
};

struct visit {
  struct http_visit visible;
  struct http *http;
  struct MHD_Connection *connection;
  bool begun, suspended, served, completed, told;
  uint8_t *body;
  size_t body_capacity;
  bool body_discarded;
  size_t body_seen;
  /* the answer */
  struct MHD_Response *response;
  unsigned status;
  bool queued, whole, ended;
  struct fiber *sender;
  const uint8_t *piece;
  size_t piece_size;
};

struct http {
  struct http_options options;
  struct MHD_Daemon *daemon;
  int port;
  size_t visits, connections;
  bool quiet;
  char *certificate, *key;
  struct loop_watch watch;
  struct loop_timer timer;
  struct loop_flush flush;
};

static struct visit *visit_of(struct http_visit *visible) {
  return (struct visit *)visible;
}

/* ---- libmicrohttpd's turn ---- */

static void drive(struct http *http) {
  MHD_UNSIGNED_LONG_LONG wait_ms = 0;
  bool due = true;
  for (int turn = 0; turn < TURNS_MAX && due; turn++) {
    MHD_run(http->daemon);
    due = MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES && wait_ms == 0;
  }
  if (MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES)
    loop_arm(http->options.loop, &http->timer, clock_monotonic_us() + (int64_t)wait_ms * US_PER_MS);
  else
    loop_disarm(http->options.loop, &http->timer);
}

static void watch_ready(struct loop_watch *watch, uint32_t events) {
  (void)events;
  drive((struct http *)((char *)watch - offsetof(struct http, watch)));
}

static void timer_fired(struct loop_timer *timer) {
  drive((struct http *)((char *)timer - offsetof(struct http, timer)));
}

static void flushed(struct loop_flush *flush) {
  drive((struct http *)((char *)flush - offsetof(struct http, flush)));
}

/* ---- connections ---- */

static void visit_gone(struct visit *visit);

/* libmicrohttpd sees it and cleans up. */
static void peer_cut(struct peer *peer) {
  shutdown(peer->leaving.fd, SHUT_RDWR);
}

static void arrival_late(struct loop_timer *timer) {
  peer_cut((struct peer *)((char *)timer - offsetof(struct peer, arrival)));
}

static void client_left(struct loop_watch *watch, uint32_t events) {
  struct peer *peer = (struct peer *)((char *)watch - offsetof(struct peer, leaving));
  (void)events;
  loop_unwatch(peer->http->options.loop, watch);
  peer->left = true;
  if (peer->visit)
    visit_gone(peer->visit);
  else
    peer_cut(peer);
}

static void arrival_begin(struct peer *peer) {
  loop_arm(peer->http->options.loop, &peer->arrival,
           clock_monotonic_us() + (int64_t)peer->http->options.arrival_ms * US_PER_MS);
}

static int connection_fd(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static struct peer *connection_peer(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void connection_noticed(void *context, struct MHD_Connection *connection, void **socket_context,
                               enum MHD_ConnectionNotificationCode code) {
  struct http *http = context;
  struct peer *peer = *socket_context;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    http->connections++;
    *socket_context = peer = calloc(1, sizeof *peer);
    if (!peer) {
      shutdown(connection_fd(connection), SHUT_RDWR);
      return;
    }
    *peer = (struct peer){.http = http, .arrival.fire = arrival_late};
    peer->leaving =
        (struct loop_watch){.fd = connection_fd(connection), .events = EPOLLRDHUP, .ready = client_left};
    if (loop_watch(http->options.loop, &peer->leaving) != 0)
      peer->left = true; /* as if it had: its first request is cut off */
    arrival_begin(peer);
    return;
  }
  http->connections--;
  if (!peer)
    return;
  if (!peer->left)
    loop_unwatch(http->options.loop, &peer->leaving);
  loop_disarm(http->options.loop, &peer->arrival);
  free(peer);
  *socket_context = NULL;
}

/* ---- the life of a visit ---- */

static void arena_exhausted(void *context) {
  (void)context;
  if (!fiber_current())
    abort(); /* what is made outside of a fiber is bounded by CONNECTION_BYTES */
  fiber_abandon();
}

static void visit_free(struct visit *visit) {
  visit->http->visits--;
  if (visit->response)
    MHD_destroy_response(visit->response);
  free(visit->body);
  arena_destroy(visit->visible.arena);
  free(visit);
}

static void visit_gone(struct visit *visit) {
  struct http *http = visit->http;
  visit->visible.gone = true;
  if (visit->sender)
    fiber_resume(visit->sender);
  if (!visit->begun || visit->served || visit->told)
    return;
  visit->told = true;
  http->options.gone(http->options.context, &visit->visible);
}

/* Called with the request line, before anything else of a request: the visit's beginning. */
static void *request_begun(void *context, const char *uri, struct MHD_Connection *connection) {
  struct http *http = context;
  struct visit *visit = calloc(1, sizeof *visit);
  if (!visit)
    return NULL;
  visit->visible.arena = arena_create(LIMIT_CALL_ARENA_BYTES, arena_exhausted, NULL);
  if (!visit->visible.arena) {
    free(visit);
    return NULL;
  }
  http->visits++;
  visit->http = http;
  visit->connection = connection;
  const char *query = strchr(uri, '?');
  visit->visible.request.query = query ? arena_strdup(visit->visible.arena, query + 1) : NULL;
  return visit;
}

static void request_completed(void *context, struct MHD_Connection *connection, void **state,
                              enum MHD_RequestTerminationCode code) {
  struct visit *visit = *state;
  (void)context;
  struct peer *peer = connection_peer(connection);
  if (peer)
    peer->visit = NULL;
  if (peer && peer->left)
    peer_cut(peer);
  else if (peer && code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
    arrival_begin(peer);
  *state = NULL;
  if (!visit)
    return;
  visit->completed = true;
  if (!visit->begun || visit->served)
    visit_free(visit);
  else if (!visit->ended)
    visit_gone(visit);
}

/* ---- a request as it comes ---- */

struct header_take {
  struct arena *arena;
  struct header *rows;
  size_t count;
};

static enum MHD_Result header_take(void *context, enum MHD_ValueKind kind, const char *key, size_t key_size,
                                   const char *value, size_t value_size) {
  struct header_take *take = context;
  (void)kind;
  if (!take->rows) {
    take->count++;
    return MHD_YES;
  }
  char *name = arena_strndup(take->arena, key, key_size);
  for (char *at = name; *at; at++)
    *at = (char)tolower((unsigned char)*at);
  take->rows[take->count++] =
      (struct header){name, arena_strndup(take->arena, value ? value : "", value_size), value_size};
  return MHD_YES;
}

static void headers_take(struct visit *visit) {
  struct header_take take = {.arena = visit->visible.arena};
  MHD_get_connection_values_n(visit->connection, MHD_HEADER_KIND, header_take, &take);
  take.rows = arena_calloc(take.arena, take.count + 1, sizeof *take.rows);
  take.count = 0;
  MHD_get_connection_values_n(visit->connection, MHD_HEADER_KIND, header_take, &take);
  visit->visible.request.headers = take.rows;
  visit->visible.request.header_count = take.count;
}

const char *http_header(const struct http_request *request, const char *key) {
  for (size_t i = 0; i < request->header_count; i++)
    if (strcmp(request->headers[i].key, key) == 0)
      return request->headers[i].value;
  return NULL;
}

static bool body_grow(struct visit *visit, size_t wanted) {
  size_t capacity = visit->body_capacity ? visit->body_capacity : BODY_FIRST_BYTES;
  while (capacity < wanted)
    capacity *= 2;
  if (capacity == visit->body_capacity)
    return true;
  uint8_t *fresh = realloc(visit->body, capacity);
  if (!fresh)
    return false;
  visit->body = fresh;
  visit->body_capacity = capacity;
  return true;
}

/* What is too much is read but not kept, so that a client that sends before it reads gets its answer. */
static enum MHD_Result body_take(struct visit *visit, const char *bytes, size_t size) {
  struct http_request *request = &visit->visible.request;
  size_t max = visit->http->options.body_max;
  visit->body_seen += size;
  if (visit->body_seen > max * DISCARD_FACTOR)
    return MHD_NO;
  if (request->too_large || visit->body_seen > max || !body_grow(visit, visit->body_seen)) {
    request->too_large = true;
    return MHD_YES;
  }
  memcpy(visit->body + request->size, bytes, size);
  request->size += size;
  return MHD_YES;
}

static enum MHD_Result queue_answer(struct visit *visit) {
  visit->queued = true;
  return MHD_queue_response(visit->connection, visit->status, visit->response);
}

static enum MHD_Result request_arrived(struct visit *visit) {
  struct http *http = visit->http;
  struct peer *peer = connection_peer(visit->connection);
  visit->visible.request.body = visit->body ? visit->body : (const uint8_t *)"";
  if (!peer || peer->left)
    return MHD_NO;
  loop_disarm(http->options.loop, &peer->arrival);
  peer->visit = visit;
  visit->begun = true;
  http->options.arrived(http->options.context, &visit->visible);
  if (visit->response)
    return queue_answer(visit);
  visit->suspended = true;
  MHD_suspend_connection(visit->connection);
  return MHD_YES;
}

static enum MHD_Result request_part(void *context, struct MHD_Connection *connection, const char *path,
                                    const char *verb, const char *version, const char *body,
                                    size_t *body_size, void **state) {
  struct visit *visit = *state;
  (void)context, (void)connection, (void)version;
  if (!visit)
    return MHD_NO;
  if (!visit->visible.request.verb) {
    visit->visible.request.verb = arena_strdup(visit->visible.arena, verb);
    visit->visible.request.path = arena_strdup(visit->visible.arena, path);
    headers_take(visit);
    return MHD_YES;
  }
  if (*body_size) {
    enum MHD_Result taken = body_take(visit, body, *body_size);
    *body_size = 0;
    return taken;
  }
  if (!visit->begun)
    return request_arrived(visit);
  return visit->response && !visit->queued ? queue_answer(visit) : MHD_YES;
}

/* ---- the answer ---- */

static void resume(struct visit *visit) {
  if (!visit->suspended)
    return;
  visit->suspended = false;
  MHD_resume_connection(visit->connection);
  loop_flush_later(visit->http->options.loop, &visit->http->flush);
}

static void answer_ready(struct visit *visit, unsigned status, struct MHD_Response *response,
                         const struct header *headers, size_t count) {
  visit->status = status;
  visit->response = response;
  for (size_t i = 0; response && i < count; i++)
    MHD_add_response_header(response, headers[i].key, headers[i].value);
  if (response && visit->http->quiet)
    MHD_add_response_header(response, "connection", "close");
  if (visit->completed)
    return;
  if (!response) /* no memory: the connection is all that can be taken away */
    shutdown(connection_fd(visit->connection), SHUT_RDWR);
  resume(visit);
}

void http_answer(struct http_visit *visible, unsigned status, const struct header *headers, size_t count,
                 const void *body, size_t size) {
  struct visit *visit = visit_of(visible);
  visit->whole = visit->ended = true;
  answer_ready(visit, status, MHD_create_response_from_buffer(size, (void *)body, MHD_RESPMEM_MUST_COPY),
               headers, count);
}

/* Asks for more of the answer; without any the connection waits for resume(). */
static ssize_t piece_take(void *context, uint64_t position, char *out, size_t max) {
  struct visit *visit = context;
  (void)position;
  size_t size = visit->piece_size < max ? visit->piece_size : max;
  if (!size && visit->ended)
    return MHD_CONTENT_READER_END_OF_STREAM;
  if (!size) {
    visit->suspended = true;
    MHD_suspend_connection(visit->connection);
    return 0;
  }
  memcpy(out, visit->piece, size);
  visit->piece += size;
  visit->piece_size -= size;
  if (!visit->piece_size && visit->sender)
    fiber_resume(visit->sender);
  return (ssize_t)size;
}

void http_begin(struct http_visit *visible, unsigned status, const struct header *headers, size_t count) {
  struct visit *visit = visit_of(visible);
  struct MHD_Response *response =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, CONNECTION_BYTES / 4, piece_take, visit, NULL);
  answer_ready(visit, status, response, headers, count);
}

bool http_send(struct http_visit *visible, const void *bytes, size_t size) {
  struct visit *visit = visit_of(visible);
  if (visible->gone || visit->completed)
    return false;
  visit->piece = bytes;
  visit->piece_size = size;
  visit->sender = fiber_current();
  resume(visit);
  while (visit->piece_size && !visible->gone && !visit->completed)
    fiber_suspend();
  visit->sender = NULL;
  bool taken = visit->piece_size == 0;
  visit->piece_size = 0;
  return taken;
}

void http_end(struct http_visit *visible) {
  struct visit *visit = visit_of(visible);
  visit->ended = true;
  if (!visit->completed)
    resume(visit);
}

void http_abort(struct http_visit *visible) {
  struct visit *visit = visit_of(visible);
  if (!visit->completed)
    shutdown(connection_fd(visit->connection), SHUT_RDWR);
  http_end(visible);
}

void http_release(struct http_visit *visible) {
  struct visit *visit = visit_of(visible);
  visit->served = true;
  if (visit->completed)
    visit_free(visit);
}

/* ---- start and end ---- */

static const char *problem_of(const char *what, const char *about, const char *why) {
  static _Thread_local char line[PROBLEM_BYTES];
  snprintf(line, sizeof line, "%s %s: %s", what, about, why);
  return line;
}

/* malloc'ed text of a file; NULL with errno. */
static char *file_text(const char *path) {
  FILE *file = fopen(path, "re");
  if (!file)
    return NULL;
  char *text = calloc(1, FILE_MAX_BYTES + 1);
  size_t size = text ? fread(text, 1, FILE_MAX_BYTES, file) : 0;
  bool bad = ferror(file);
  fclose(file);
  if (text && (bad || size == FILE_MAX_BYTES)) {
    free(text);
    errno = EFBIG;
    return NULL;
  }
  return text;
}

static bool files_read(struct http *http, const char **problem) {
  const struct http_options *options = &http->options;
  if (!options->certificate_file)
    return true;
  http->certificate = file_text(options->certificate_file);
  if (!http->certificate)
    *problem = problem_of("cannot read the edge's certificate", options->certificate_file, strerror(errno));
  http->key = http->certificate ? file_text(options->key_file) : NULL;
  if (http->certificate && !http->key)
    *problem = problem_of("cannot read the edge's key", options->key_file, strerror(errno));
  return http->key;
}

static struct MHD_Daemon *daemon_start(struct http *http, int fd) {
  const struct http_options *options = &http->options;
  struct MHD_OptionItem tls[] = {
      {MHD_OPTION_HTTPS_MEM_CERT, 0, http->certificate},
      {MHD_OPTION_HTTPS_MEM_KEY, 0, http->key},
      {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
      {MHD_OPTION_END, 0, NULL}};
  struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (http->certificate ? MHD_USE_TLS : 0);
  return MHD_start_daemon(
      flags, 0, NULL, NULL, request_part, http, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
      options->connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->address_connections_max,
      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)((options->stall_ms + MS_PER_S - 1) / MS_PER_S),
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_URI_LOG_CALLBACK,
      request_begun, http, MHD_OPTION_NOTIFY_COMPLETED, request_completed, http, MHD_OPTION_NOTIFY_CONNECTION,
      connection_noticed, http, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
      MHD_OPTION_ARRAY, http->certificate ? tls : none, MHD_OPTION_END);
}

static bool serve(struct http *http, const char **problem) {
  if (!files_read(http, problem))
    return false;
  int fd = listen_open(http->options.listen);
  if (fd < 0) {
    *problem = problem_of("cannot listen on", http->options.listen,
                          errno == EADDRINUSE ? "another program uses it; give another with --http-listen"
                                              : strerror(errno));
    return false;
  }
  http->port = listen_port(fd);
  http->daemon = daemon_start(http, fd);
  if (!http->daemon) {
    close(fd);
    *problem = http->certificate ? "the edge does not start: its certificate and key do not fit, or no memory"
                                 : "the edge does not start: the system refuses memory or descriptors";
    return false;
  }
  http->watch = (struct loop_watch){
      .fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, .events = EPOLLIN};
  http->watch.ready = watch_ready;
  http->timer.fire = timer_fired;
  http->flush.run = flushed;
  if (loop_watch(http->options.loop, &http->watch) == 0)
    return true;
  *problem = "the edge does not start: the system refuses a descriptor";
  return false;
}

struct http *http_start(const struct http_options *options, const char **problem) {
  struct http *http = calloc(1, sizeof *http);
  *problem = "out of memory at the start";
  if (!http)
    return NULL;
  http->options = *options;
  if (serve(http, problem))
    return http;
  http_stop(http);
  return NULL;
}

int http_port(const struct http *http) {
  return http->port;
}

size_t http_visits(const struct http *http) {
  return http->visits;
}

size_t http_connections(const struct http *http) {
  return http->connections;
}

void http_quiesce(struct http *http) {
  if (http->quiet)
    return;
  http->quiet = true;
  int fd = MHD_quiesce_daemon(http->daemon);
  if (fd >= 0)
    close(fd);
}

void http_stop(struct http *http) {
  if (!http)
    return;
  if (http->daemon) {
    loop_unwatch(http->options.loop, &http->watch);
    loop_disarm(http->options.loop, &http->timer);
    MHD_stop_daemon(http->daemon);
  }
  free(http->certificate);
  if (http->key)
    explicit_bzero(http->key, strlen(http->key));
  free(http->key);
  free(http);
}
