#include "runtime/process/side.h"

#include "runtime/observe/metric.h"
#include "runtime/process/listen.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 2, CONNECTIONS_MAX = 64, IDLE_S = 10, WHY_BYTES = 512, PROBLEM_BYTES = 512 };
enum { STACK_BYTES = 1 << 20, CONNECTION_BYTES = 8 << 10 };

struct side {
  struct side_options options;
  struct MHD_Daemon *daemon;
  int port;
};

typedef unsigned int answer_fn(struct side *side, struct MHD_Response **response);

static struct MHD_Response *text_response(const char *text) {
  return MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY);
}

static unsigned int state_answer(const struct side *side, bool (*ask)(void *, char *, size_t),
                                 struct MHD_Response **response) {
  char why[WHY_BYTES] = "";
  bool good = ask(side->options.context, why, sizeof why - 1);
  size_t length = strnlen(why, sizeof why - 2);
  why[length] = '\n';
  why[length + 1] = '\0';
  *response = text_response(good ? "ok\n" : why);
  return good ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned int livez_answer(struct side *side, struct MHD_Response **response) {
  return state_answer(side, side->options.alive, response);
}

static unsigned int readyz_answer(struct side *side, struct MHD_Response **response) {
  return state_answer(side, side->options.ready, response);
}

static unsigned int metrics_answer(struct side *side, struct MHD_Response **response) {
  size_t size;
  char *text = metrics_render(side->options.metrics, &size);
  *response = MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
  if (*response)
    MHD_add_response_header(*response, MHD_HTTP_HEADER_CONTENT_TYPE,
                            "text/plain; version=0.0.4; charset=utf-8");
  return MHD_HTTP_OK;
}

static const struct {
  const char *path;
  answer_fn *answer;
} pages[] = {{"/metrics", metrics_answer}, {"/livez", livez_answer}, {"/readyz", readyz_answer}};

static enum MHD_Result request_answer(void *context, struct MHD_Connection *connection, const char *path,
                                      const char *method, const char *version, const char *body,
                                      size_t *body_size, void **state) {
  (void)version, (void)body, (void)state;
  struct MHD_Response *response = NULL;
  unsigned int code = MHD_HTTP_NOT_FOUND;
  *body_size = 0;
  if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
    code = MHD_HTTP_METHOD_NOT_ALLOWED;
    response = text_response("only GET and HEAD\n");
  }
  for (size_t i = 0; !response && i < sizeof pages / sizeof *pages; i++)
    if (strcmp(path, pages[i].path) == 0)
      code = pages[i].answer(context, &response);
  if (!response)
    response = text_response("there are /metrics, /livez and /readyz\n");
  if (!response)
    return MHD_NO;
  enum MHD_Result queued = MHD_queue_response(connection, code, response);
  MHD_destroy_response(response);
  return queued;
}

/* ---- start and stop ---- */

struct side *side_start(const struct side_options *options, const char **problem) {
  static _Thread_local char text[PROBLEM_BYTES];
  struct side *side = calloc(1, sizeof *side);
  int fd = side ? listen_open(options->listen) : -1;
  if (fd < 0) {
    snprintf(text, sizeof text, "cannot listen on side port %s: %s; give another with --side-listen",
             options->listen, errno == EADDRINUSE ? "another program uses it" : strerror(errno));
    *problem = text;
    free(side);
    return NULL;
  }
  side->options = *options;
  side->port = listen_port(fd);
  side->daemon =
      MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL, 0, NULL, NULL, request_answer, side,
                       MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
                       MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                       (unsigned)IDLE_S, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
                       MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
  if (side->daemon)
    return side;
  *problem = "cannot start the side port's threads: the system refuses threads or memory";
  close(fd);
  free(side);
  return NULL;
}

int side_port(const struct side *side) {
  return side->port;
}

void side_stop(struct side *side) {
  if (!side)
    return;
  MHD_stop_daemon(side->daemon);
  free(side);
}
