#include "runtime/store/connection.h"

#include "runtime/base/clock.h"
#include "runtime/store/keys.h"
#include "runtime/store/transport.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
  OUTPUT_MAX_BYTES = 64 << 20, /* of commands not yet taken by the socket */
  READ_BYTES = 64 << 10,       /* asked for at once */
  READS_PER_TURN = 8,          /* before others get their turn */
  WATCH_PERIOD_US = 250 * US_PER_MS,
  PING_AFTER_US = US_PER_SECOND,
  BACKOFF_FIRST_US = 50 * US_PER_MS,
  BACKOFF_LAST_US = 2 * US_PER_SECOND,
  ESTABLISH_US = 3 * US_PER_SECOND, /* to connect, greet and be ready */
  OWN_SLOTS = 16,                   /* for greetings and pings, beside in_flight_max */
  PROBLEM_BYTES = 256,
};

enum state { STATE_WAITING, STATE_RESOLVING, STATE_CONNECTING, STATE_GREETING, STATE_READY };

/* A command that was queued and has no reply yet. */
struct slot {
  struct request *request; /* NULL: forgotten */
  int64_t queued_us;
  uint64_t end; /* place in the stream of bytes after the command */
};

enum { GREETING_AUTH, GREETING_NAME, GREETING_VERSION, GREETING_ROLE, GREETING_SUBSCRIBE, GREETINGS };

/* A name being looked up by a thread of its own, as getaddrinfo() blocks. */
struct lookup {
  struct loop_work work;
  pthread_t thread;
  struct connection *connection;
  struct address address;
  struct addrinfo *found;
  bool running;
};

struct connection {
  struct loop *loop;
  struct connection_options options;
  struct address address;
  struct lookup lookup;
  struct addrinfo *where; /* of a numeric or looked-up host */
  struct transport transport;
  struct loop_watch watch;
  bool watched;
  struct loop_flush flush;
  struct loop_timer reconnect, watchdog;
  enum state state;
  redisReader *reader;
  struct reply_target target;
  struct arena *own;  /* replies to greetings and pings, pushed messages */
  struct slot *slots; /* ring */
  uint64_t slots_mask, first_serial, next_serial;
  char *output;
  size_t output_start, output_end, output_capacity;
  uint64_t queued_bytes, sent_bytes; /* since this connection was made */
  int64_t heard_us, established_us;
  uint32_t failures; /* in a row, for the backoff */
  struct request greetings[GREETINGS], ping;
  unsigned greetings_open;
  bool pinging, closing, failed; /* failed: to be dropped at the next safe point */
  char problem[PROBLEM_BYTES];
};

bool (*connection_fault)(uint64_t command, bool *after);
static uint64_t fault_counter;

static void fail(struct connection *connection, const char *problem) {
  if (!connection->failed) {
    connection->failed = true;
    if (problem) {
      snprintf(connection->problem, sizeof connection->problem, "%s", problem);
    }
  }
}

static size_t slots_used(const struct connection *connection) {
  return connection->next_serial - connection->first_serial;
}

static struct slot *slot_at(const struct connection *connection, uint64_t serial) {
  return &connection->slots[serial & connection->slots_mask];
}

/* ---- output ---- */

static bool output_reserve(struct connection *connection, size_t size) {
  size_t pending = connection->output_end - connection->output_start;
  if (size > OUTPUT_MAX_BYTES - pending) {
    return false;
  }
  if (connection->output_capacity - connection->output_end >= size) {
    return true;
  }
  memmove(connection->output, connection->output + connection->output_start, pending);
  connection->output_start = 0;
  connection->output_end = pending;
  size_t capacity = connection->output_capacity;
  while (capacity - pending < size) {
    capacity *= 2;
  }
  char *grown =
      capacity == connection->output_capacity ? connection->output : realloc(connection->output, capacity);
  if (!grown) {
    return false;
  }
  connection->output = grown;
  connection->output_capacity = capacity;
  return true;
}

static char *put_header(char *out, char mark, size_t number) {
  char digits[24];
  size_t count = 0;
  do {
    digits[count++] = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  *out++ = mark;
  while (count) {
    *out++ = digits[--count];
  }
  *out++ = '\r';
  *out++ = '\n';
  return out;
}

static bool output_command(struct connection *connection, const struct command *command) {
  size_t size = 32;
  for (size_t i = 0; i < command->count; i++) {
    size += command->arguments[i].size + 32;
  }
  if (!output_reserve(connection, size)) {
    return false;
  }
  char *start = connection->output + connection->output_end;
  char *out = put_header(start, '*', command->count);
  for (size_t i = 0; i < command->count; i++) {
    out = put_header(out, '$', command->arguments[i].size);
    if (command->arguments[i].size) {
      memcpy(out, command->arguments[i].bytes, command->arguments[i].size);
    }
    out += command->arguments[i].size;
    *out++ = '\r';
    *out++ = '\n';
  }
  connection->output_end += (size_t)(out - start);
  connection->queued_bytes += (uint64_t)(out - start);
  return true;
}

static void watch_for(struct connection *connection, uint32_t events) {
  if (connection->watched && connection->watch.events != events) {
    connection->watch.events = events;
    loop_rewatch(connection->loop, &connection->watch);
  }
}

static void output_send(struct connection *connection) {
  while (connection->output_start < connection->output_end && !connection->failed) {
    ssize_t sent = transport_write(&connection->transport, connection->output + connection->output_start,
                                   connection->output_end - connection->output_start);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
      break;
    }
    if (sent <= 0) {
      fail(connection, "the connection to Redis was lost");
      break;
    }
    connection->output_start += (size_t)sent;
    connection->sent_bytes += (uint64_t)sent;
  }
  bool rest = connection->output_start < connection->output_end;
  if (!rest) {
    connection->output_start = connection->output_end = 0;
  }
  watch_for(connection, rest ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* ---- the end of a connection ---- */

static void slots_lose(struct connection *connection) {
  while (slots_used(connection)) {
    struct slot *slot = slot_at(connection, connection->first_serial++);
    if (slot->request) {
      slot->request->state = slot->end <= connection->sent_bytes ? REQUEST_LOST : REQUEST_UNSENT;
      slot->request->done(slot->request);
    }
  }
}

static void disconnect(struct connection *connection) {
  if (connection->watched) {
    loop_unwatch(connection->loop, &connection->watch);
    connection->watched = false;
  }
  transport_close(&connection->transport);
  if (connection->reader) {
    redisReaderFree(connection->reader);
    connection->reader = NULL;
  }
  connection->state = STATE_WAITING;
  connection->pinging = false;
  connection->greetings_open = 0;
  slots_lose(connection);
  connection->output_start = connection->output_end = 0;
  connection->queued_bytes = connection->sent_bytes = 0;
  connection->failed = false;
}

static void drop(struct connection *connection) {
  disconnect(connection);
  int64_t delay = BACKOFF_FIRST_US << (connection->failures < 6 ? connection->failures : 6);
  delay = delay > BACKOFF_LAST_US ? BACKOFF_LAST_US : delay;
  delay = delay / 2 + random() % (delay / 2 + 1);
  connection->failures++;
  loop_arm(connection->loop, &connection->reconnect, clock_monotonic_us() + delay);
}

static void drop_if_failed(struct connection *connection) {
  if (connection->failed) {
    drop(connection);
  }
}

/* ---- commands ---- */

static enum submit submit(struct connection *connection, struct request *request,
                          const struct command *command) {
  if (!output_command(connection, command)) {
    return SUBMIT_FULL;
  }
  request->state = REQUEST_WAITING;
  request->reply = NULL;
  request->serial = connection->next_serial++;
  *slot_at(connection, request->serial) =
      (struct slot){request, clock_monotonic_us(), connection->queued_bytes};
  loop_flush_later(connection->loop, &connection->flush);
  return SUBMIT_OK;
}

enum submit connection_submit(struct connection *connection, struct request *request,
                              const struct command *command) {
  if (connection->state != STATE_READY || connection->failed) {
    return SUBMIT_DOWN;
  }
  if (slots_used(connection) >= connection->options.in_flight_max) {
    return SUBMIT_FULL;
  }
  bool after = false, cut = connection_fault && connection_fault(++fault_counter, &after);
  enum submit submitted = cut && !after ? SUBMIT_DOWN : submit(connection, request, command);
  if (cut) {
    output_send(connection);
    fail(connection, "a test cut the connection");
    loop_flush_later(connection->loop, &connection->flush);
  }
  return submitted;
}

void connection_forget(struct connection *connection, struct request *request) {
  if (request->state == REQUEST_WAITING) {
    slot_at(connection, request->serial)->request = NULL;
    request->state = REQUEST_LOST;
  }
}

static void flush(struct loop_flush *flush) {
  struct connection *connection = (struct connection *)((char *)flush - offsetof(struct connection, flush));
  if (connection->transport.fd >= 0 && connection->state >= STATE_GREETING) {
    output_send(connection);
  }
  drop_if_failed(connection);
}

/* ---- replies ---- */

static void reply_deliver(struct connection *connection, struct reply *reply) {
  if (!slots_used(connection)) {
    if (reply->type == REPLY_ARRAY && reply->count == 3 && connection->options.pushed &&
        strcmp(reply->elements[0]->text, "message") == 0) {
      connection->options.pushed(connection->options.context, reply->elements[2]);
    } else if (!connection->options.channel) {
      fail(connection, "Redis sent a reply that was not asked for");
    }
    return;
  }
  struct request *request = slot_at(connection, connection->first_serial++)->request;
  if (request) {
    request->state = connection->target.overflowed ? REQUEST_TOO_LARGE : REQUEST_ANSWERED;
    request->reply = reply;
    request->done(request);
  }
}

/* A subscribed connection mixes pushed messages with the replies to its pings: both are arrays, so it has no
 * slots once it is ready. */
static void target_next(struct connection *connection) {
  struct slot *slot = slots_used(connection) ? slot_at(connection, connection->first_serial) : NULL;
  connection->target.overflowed = false;
  if (!slot) {
    arena_reset(connection->own);
  }
  connection->target.arena = !slot ? connection->own : slot->request ? slot->request->arena : NULL;
}

static void replies_read(struct connection *connection) {
  const redisReader *reader = connection->reader;
  while (!connection->failed) {
    /* The reader opens its next reply as soon as it is asked, before a byte of it is there. */
    if (reader->ridx < 0 || (reader->ridx == 0 && reader->rstack[0].type < 0)) {
      target_next(connection);
    } else if (slots_used(connection) && !slot_at(connection, connection->first_serial)->request) {
      connection->target.arena = NULL; /* given up while its reply was arriving */
    }
    void *reply = NULL;
    if (redisReaderGetReply(connection->reader, &reply) != REDIS_OK) {
      fail(connection, "Redis sent malformed data");
      return;
    }
    if (!reply) {
      return;
    }
    reply_deliver(connection, reply);
  }
}

static void input_read(struct connection *connection) {
  static _Thread_local char bytes[READ_BYTES];
  for (int i = 0; i < READS_PER_TURN && !connection->failed; i++) {
    ssize_t size = transport_read(&connection->transport, bytes, sizeof bytes);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
      return;
    }
    if (size <= 0) {
      fail(connection, "the connection to Redis was lost");
      return;
    }
    connection->heard_us = clock_monotonic_us();
    if (redisReaderFeed(connection->reader, bytes, (size_t)size) != REDIS_OK) {
      fail(connection, "out of memory for a reply of Redis");
      return;
    }
    replies_read(connection);
    if ((size_t)size < sizeof bytes && !connection->transport.tls) {
      return;
    }
  }
}

/* ---- greeting ---- */

static const char *greeting_refusal(size_t which, const struct reply *reply) {
  if (reply->type == REPLY_ERROR) {
    return reply->text;
  }
  if (which == GREETING_VERSION &&
      (reply->type != REPLY_TEXT || strcmp(reply->text, KEYS_LIBRARY_VERSION) != 0)) {
    return "Redis holds another version of the function library: load it with `entente up` or the deploy job";
  }
  if (which == GREETING_ROLE &&
      (reply->type != REPLY_ARRAY || !reply->count || strcmp(reply->elements[0]->text, "master") != 0)) {
    return "this Redis is not a primary";
  }
  return NULL;
}

static void greeting_done(struct request *request) {
  struct connection *connection = request->context;
  connection->greetings_open--;
  const char *refusal = request->state == REQUEST_ANSWERED
                            ? greeting_refusal((size_t)(request - connection->greetings), request->reply)
                            : "the connection to Redis was lost";
  if (refusal) {
    fail(connection, refusal);
  }
  if (connection->greetings_open || connection->failed || connection->state != STATE_GREETING) {
    return;
  }
  connection->state = STATE_READY;
  connection->failures = 0;
  connection->problem[0] = '\0';
  if (connection->options.connected) {
    connection->options.connected(connection->options.context);
  }
}

static void greet_with(struct connection *connection, size_t which, const struct command *command) {
  struct request *request = &connection->greetings[which];
  *request = (struct request){.arena = connection->own, .done = greeting_done, .context = connection};
  connection->greetings_open++;
  if (submit(connection, request, command) != SUBMIT_OK) {
    fail(connection, "out of memory for Redis");
  }
}

static void greet(struct connection *connection) {
  const struct connection_options *options = &connection->options;
  struct arena *own = connection->own;
  connection->state = STATE_GREETING;
  arena_reset(own);
  if (options->password_file) {
    char password[512];
    if (!password_read(options->password_file, password, sizeof password)) {
      fail(connection, "the password file of Redis cannot be read or is empty");
      return;
    }
    greet_with(connection, GREETING_AUTH, command_of(own, "AUTH", options->user, password, NULL));
    explicit_bzero(password, sizeof password);
  }
  greet_with(connection, GREETING_NAME, command_of(own, "CLIENT", "SETNAME", options->client_name, NULL));
  greet_with(connection, GREETING_VERSION, command_of(own, "FCALL_RO", KEYS_FUNCTION_VERSION, "0", NULL));
  greet_with(connection, GREETING_ROLE, command_of(own, "ROLE", NULL));
  if (options->channel) {
    greet_with(connection, GREETING_SUBSCRIBE, command_of(own, "SUBSCRIBE", options->channel, NULL));
  }
}

/* ---- connecting ---- */

static void ready_event(struct loop_watch *watch, uint32_t events) {
  struct connection *connection = (struct connection *)((char *)watch - offsetof(struct connection, watch));
  (void)events;
  if (connection->state == STATE_CONNECTING) {
    char problem[PROBLEM_BYTES];
    int established = transport_establish(&connection->transport, problem, sizeof problem);
    if (established < 0) {
      fail(connection, problem);
    } else if (established > 0) {
      connection->heard_us = clock_monotonic_us();
      greet(connection);
    } else {
      watch_for(connection, EPOLLIN); /* a handshake waits for the peer */
    }
  }
  if (connection->state >= STATE_GREETING && !connection->failed) {
    input_read(connection);
  }
  if (connection->state >= STATE_GREETING && !connection->failed) {
    output_send(connection);
  }
  drop_if_failed(connection);
}

static void connection_dial(struct connection *connection) {
  char problem[PROBLEM_BYTES];
  connection->state = STATE_CONNECTING;
  connection->established_us = clock_monotonic_us();
  if (!transport_open(&connection->transport, &connection->address, connection->where,
                      connection->options.tls_ca_file, problem, sizeof problem)) {
    fail(connection, problem);
    drop(connection);
    return;
  }
  connection->reader = redisReaderCreateWithFunctions(&reply_builders);
  connection->watch =
      (struct loop_watch){.fd = connection->transport.fd, .events = EPOLLIN | EPOLLOUT, .ready = ready_event};
  connection->watched = connection->reader && loop_watch(connection->loop, &connection->watch) == 0;
  if (!connection->watched) {
    fail(connection, "out of memory or descriptors for Redis");
    drop(connection);
    return;
  }
  connection->reader->privdata = &connection->target;
}

static void lookup_done(struct loop_work *work) {
  struct lookup *lookup = (struct lookup *)((char *)work - offsetof(struct lookup, work));
  struct connection *connection = lookup->connection;
  pthread_join(lookup->thread, NULL);
  lookup->running = false;
  if (connection->where) {
    freeaddrinfo(connection->where);
  }
  connection->where = lookup->found;
  lookup->found = NULL;
  if (!connection->closing) {
    connection_dial(connection);
  }
}

static void *lookup_run(void *argument) {
  struct lookup *lookup = argument;
  address_resolve(&lookup->address, &lookup->found);
  loop_post(lookup->connection->loop, &lookup->work);
  return NULL;
}

static void connection_begin(struct connection *connection) {
  if (address_is_numeric(&connection->address)) {
    if (!connection->where) {
      address_resolve(&connection->address, &connection->where);
    }
    connection_dial(connection);
    return;
  }
  struct lookup *lookup = &connection->lookup;
  lookup->work.run = lookup_done;
  lookup->connection = connection;
  lookup->address = connection->address;
  connection->state = STATE_RESOLVING;
  lookup->running = pthread_create(&lookup->thread, NULL, lookup_run, lookup) == 0;
  if (!lookup->running) {
    fail(connection, "no thread to look up the host of Redis");
    drop(connection);
  }
}

static void reconnect_due(struct loop_timer *timer) {
  connection_begin((struct connection *)((char *)timer - offsetof(struct connection, reconnect)));
}

/* ---- watching over it ---- */

static void ping_done(struct request *request) {
  ((struct connection *)request->context)->pinging = false;
}

static void watchdog_due(struct loop_timer *timer) {
  struct connection *connection =
      (struct connection *)((char *)timer - offsetof(struct connection, watchdog));
  int64_t now = clock_monotonic_us();
  bool waiting = slots_used(connection) > 0;
  if (connection->state == STATE_CONNECTING || connection->state == STATE_GREETING) {
    if (now - connection->established_us > ESTABLISH_US) {
      fail(connection, "Redis does not answer");
    }
  } else if (connection->state == STATE_READY) {
    if (waiting && now - slot_at(connection, connection->first_serial)->queued_us > CONNECTION_SILENCE_US) {
      fail(connection, "Redis has not answered for 3 seconds");
    } else if (!waiting && !connection->pinging && !connection->options.channel &&
               now - connection->heard_us > PING_AFTER_US) {
      arena_reset(connection->own);
      connection->ping = (struct request){.arena = connection->own, .done = ping_done, .context = connection};
      connection->pinging =
          submit(connection, &connection->ping, command_of(connection->own, "PING", NULL)) == SUBMIT_OK;
    }
  }
  drop_if_failed(connection);
  loop_arm(connection->loop, &connection->watchdog, now + WATCH_PERIOD_US);
}

/* ---- life ---- */

static size_t ring_size(size_t least) {
  size_t size = 16;
  while (size < least) {
    size *= 2;
  }
  return size;
}

struct connection *connection_open(struct loop *loop, const struct connection_options *options, char *problem,
                                   size_t problem_size) {
  struct address address;
  if (!address_parse(options->address, &address, problem, problem_size)) {
    return NULL;
  }
  struct connection *connection = calloc(1, sizeof *connection);
  size_t slots = ring_size(options->in_flight_max + OWN_SLOTS);
  if (connection) {
    connection->loop = loop;
    connection->options = *options;
    connection->address = address;
    connection->transport.fd = -1;
    connection->output_capacity = 64 << 10;
    connection->output = malloc(connection->output_capacity);
    connection->slots = calloc(slots, sizeof *connection->slots);
    connection->own = arena_create(1 << 20, NULL, NULL);
  }
  if (!connection || !connection->output || !connection->slots || !connection->own) {
    snprintf(problem, problem_size, "out of memory");
    connection_close(connection);
    return NULL;
  }
  connection->slots_mask = slots - 1;
  connection->flush.run = flush;
  connection->reconnect.fire = reconnect_due;
  connection->watchdog.fire = watchdog_due;
  snprintf(connection->problem, sizeof connection->problem, "the connection to Redis is being made");
  loop_arm(loop, &connection->watchdog, clock_monotonic_us() + WATCH_PERIOD_US);
  loop_arm(loop, &connection->reconnect, clock_monotonic_us());
  return connection;
}

void connection_close(struct connection *connection) {
  if (!connection) {
    return;
  }
  if (connection->slots) {
    disconnect(connection);
  }
  if (connection->loop) {
    loop_disarm(connection->loop, &connection->reconnect);
    loop_disarm(connection->loop, &connection->watchdog);
  }
  /* What is on the loop's lists has to come back before the memory goes. */
  connection->closing = true;
  while (connection->lookup.running || connection->flush.queued) {
    loop_turn(connection->loop, 100);
  }
  if (connection->where) {
    freeaddrinfo(connection->where);
  }
  arena_destroy(connection->own);
  free(connection->output);
  free(connection->slots);
  free(connection);
}

bool connection_ready(const struct connection *connection, const char **why) {
  static _Thread_local char text[PROBLEM_BYTES];
  if (connection->state == STATE_READY && !connection->failed &&
      (connection->options.channel || clock_monotonic_us() - connection->heard_us < CONNECTION_SILENCE_US)) {
    return true;
  }
  if (why) {
    snprintf(text, sizeof text, "%s",
             connection->problem[0] ? connection->problem : "Redis has not answered for 3 seconds");
    *why = text;
  }
  return false;
}
