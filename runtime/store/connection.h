/* One pipelined connection to Redis on a loop: bounded, timed, reconnecting. Private to this folder.
 *
 *   fiber -> connection_submit() -> output --(once a turn)--> socket
 *   socket -> redisReader -> the oldest slot's request: reply built in its arena, then request.done()
 *
 * A slot outlives its request: who gives up calls connection_forget() and the reply is read and dropped,
 * so that replies never go to the wrong request. */
#ifndef ENTENTE_STORE_CONNECTION_H
#define ENTENTE_STORE_CONNECTION_H

#include "runtime/loop/loop.h"
#include "runtime/store/reply.h"

struct connection;

struct argument {
  const void *bytes;
  size_t size;
};

/* A command as its arguments; grows in an arena. Zero-initialise, then set `arena`. */
struct command {
  struct arena *arena;
  struct argument *arguments;
  size_t count, capacity;
};
void command_bytes(struct command *command, const void *bytes, size_t size); /* not copied */
void command_text(struct command *command, const char *text);                /* not copied */
void command_number(struct command *command, int64_t number);
void command_append(struct command *command, const struct command *more);
/* A command of texts; ends with NULL. */
struct command *command_of(struct arena *arena, ...) __attribute__((sentinel));

enum request_state {
  REQUEST_WAITING,
  REQUEST_ANSWERED,
  REQUEST_UNSENT,    /* the connection was lost before the command was sent whole: not executed */
  REQUEST_LOST,      /* the connection was lost after: executed or not */
  REQUEST_TOO_LARGE, /* executed, but the reply did not fit the arena */
};

/* Belongs to the caller; must stay until done() or connection_forget(). */
struct request {
  struct arena *arena;
  void (*done)(struct request *request); /* on the loop's stack */
  void *context;
  struct reply *reply;
  enum request_state state;
  uint64_t serial;
};

struct connection_options {
  const char *address, *user, *password_file, *tls_ca_file;
  const char *client_name; /* CLIENT SETNAME */
  uint32_t in_flight_max;
  const char *channel; /* subscribes to it; then only `pushed` is used */
  void (*pushed)(void *context, const struct reply *message); /* payload of a message */
  void (*connected)(void *context); /* each time that it becomes ready; may be NULL */
  void *context;
};

/* Starts to connect. Options are copied, texts are not. NULL when out of memory or the address is malformed
 * (`problem` says which). */
struct connection *connection_open(struct loop *loop, const struct connection_options *options, char *problem,
                                   size_t problem_size);
/* Requests in flight are done as lost. NULL is allowed. */
void connection_close(struct connection *connection);

enum submit { SUBMIT_OK, SUBMIT_DOWN, SUBMIT_FULL };
enum submit connection_submit(struct connection *connection, struct request *request,
                              const struct command *command);
void connection_forget(struct connection *connection, struct request *request);

/* Ready, and heard from within 3 seconds. `*why` is a sentence otherwise. */
bool connection_ready(const struct connection *connection, const char **why);

/* For tests of faults: called before each command of a caller is queued with a running number; answers true
 * to have the connection cut, `after`: once the command is sent. NULL: none. */
extern bool (*connection_fault)(uint64_t command, bool *after);

enum { CONNECTION_SILENCE_US = 3000000 }; /* oldest command unanswered for so long: the connection is cut */

#endif
