#include "runtime/store/functions.h"

#include "runtime/base/clock.h"
#include "runtime/store/connection.h"
#include "runtime/store/transport.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { LOAD_TIMEOUT_US = 10 * US_PER_SECOND };

static const char rights[] =
    "-@all +fcall +fcall_ro +get +getrange +mget +set +del +exists +zadd +zrem +zcard +zscore +zrangebylex "
    "+zrevrangebylex +xadd +xrange +xrevrange +xlen +xinfo|stream +hget +hgetall +hincrby +sadd +scard "
    "+sscan "
    "+time +publish +subscribe +ping +client|setname +role";

void store_acl_rule(const char *pillar, char *out, size_t size) {
  snprintf(out, size, "reset on ~%s:* resetchannels &%s:feed %s", pillar, pillar, rights);
}

void store_deploy_acl_rule(char *out, size_t size) {
  snprintf(out, size, "reset on resetkeys resetchannels -@all +function|load +ping");
}

void store_default_acl_rule(char *out, size_t size) {
  snprintf(out, size, "reset off ~* &* +@all");
}

/* ---- a blocking conversation, for deployment only ---- */

struct talk {
  struct transport transport;
  int64_t deadline_us;
  char *problem;
  size_t problem_size;
};

static bool talk_wait(struct talk *talk, short events) {
  struct pollfd wanted = {.fd = talk->transport.fd, .events = events};
  int64_t left_ms = (talk->deadline_us - clock_monotonic_us()) / US_PER_MS;
  if (left_ms > 0 && (poll(&wanted, 1, (int)left_ms) > 0 || errno == EINTR)) {
    return true;
  }
  snprintf(talk->problem, talk->problem_size, "Redis did not answer within 10 seconds");
  return false;
}

static bool talk_send(struct talk *talk, const char *bytes, size_t size) {
  while (size) {
    ssize_t sent = transport_write(&talk->transport, bytes, size);
    if (sent > 0) {
      bytes += sent;
      size -= (size_t)sent;
    } else if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
      if (!talk_wait(talk, POLLOUT)) {
        return false;
      }
    } else {
      snprintf(talk->problem, talk->problem_size, "the connection to Redis was lost");
      return false;
    }
  }
  return true;
}

/* Reads one reply line, which is all that AUTH and FUNCTION LOAD answer; false on `-...`. */
static bool talk_receive(struct talk *talk) {
  char line[512];
  size_t size = 0;
  while (size < 2 || line[size - 1] != '\n') {
    ssize_t got = transport_read(&talk->transport, line + size, 1);
    if (got > 0 && size + 1 < sizeof line) {
      size++;
    } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
      if (!talk_wait(talk, POLLIN)) {
        return false;
      }
    } else if (got <= 0) {
      snprintf(talk->problem, talk->problem_size, "the connection to Redis was lost");
      return false;
    }
  }
  line[size - 2] = '\0';
  if (line[0] == '-') {
    snprintf(talk->problem, talk->problem_size, "Redis refused: %s", line + 1);
    return false;
  }
  return true;
}

static bool talk_command(struct talk *talk, const char *const *texts, size_t count) {
  char head[32];
  snprintf(head, sizeof head, "*%zu\r\n", count);
  bool sent = talk_send(talk, head, strlen(head));
  for (size_t i = 0; sent && i < count; i++) {
    snprintf(head, sizeof head, "$%zu\r\n", strlen(texts[i]));
    sent = talk_send(talk, head, strlen(head)) && talk_send(talk, texts[i], strlen(texts[i])) &&
           talk_send(talk, "\r\n", 2);
  }
  return sent && talk_receive(talk);
}

static bool talk_connect(struct talk *talk, const struct address *address, const char *tls_ca_file) {
  struct addrinfo *where;
  address_resolve(address, &where);
  bool open =
      transport_open(&talk->transport, address, where, tls_ca_file, talk->problem, talk->problem_size);
  if (where) {
    freeaddrinfo(where);
  }
  int established = 0;
  while (open && established == 0) {
    open = talk_wait(talk, talk->transport.tls ? POLLIN | POLLOUT : POLLOUT);
    established = open ? transport_establish(&talk->transport, talk->problem, talk->problem_size) : -1;
  }
  return open && established > 0;
}

static bool talk_greet(struct talk *talk, const char *user, const char *password_file) {
  char password[512];
  if (!password_file) {
    return true;
  }
  if (!password_read(password_file, password, sizeof password)) {
    snprintf(talk->problem, talk->problem_size, "the password file `%s` cannot be read or is empty",
             password_file);
    return false;
  }
  const char *command[] = {"AUTH", user, password};
  bool greeted = talk_command(talk, command, 3);
  explicit_bzero(password, sizeof password);
  return greeted;
}

bool store_load_functions(const char *address, const char *user, const char *password_file,
                          const char *tls_ca_file, char *problem, size_t problem_size) {
  struct talk talk = {.transport = {.fd = -1},
                      .deadline_us = clock_monotonic_us() + LOAD_TIMEOUT_US,
                      .problem = problem,
                      .problem_size = problem_size};
  struct address where;
  const char *command[] = {"FUNCTION", "LOAD", "REPLACE", store_functions};
  /* FUNCTION LOAD answers the library's name as a bulk string: its first line says that it went well. */
  bool loaded = address_parse(address, &where, problem, problem_size) &&
                talk_connect(&talk, &where, tls_ca_file) && talk_greet(&talk, user, password_file) &&
                talk_command(&talk, command, 4);
  transport_close(&talk.transport);
  return loaded;
}
