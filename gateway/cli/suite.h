/* A suite on this machine: its folder, its parts, and what is known of each from pid files and /proc.
 *
 *   VAR/.entente     marks the folder as ours, so that `down` deletes nothing else
 *   VAR/tls          authority, certificates, keys, tokens (authority.h)
 *   VAR/run          pid files `NAME.pid`: process id and its start time, so that no other process is taken
 * for it; `port-base`; `lock`, held while a command changes the suite VAR/log          NAME.log VAR/redis
 * redis.conf, users.acl, PILLAR.password, redis.sock, the append-only files VAR/local.env    for shells and
 * clients */
#ifndef ENTENTE_CLI_SUITE_H
#define ENTENTE_CLI_SUITE_H

#include "gateway/cli/authority.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
  SUITE_PROBLEM_BYTES = 4096 + 512,
  SUITE_PORT_BASE = 7700,
  SUITE_PORT_SIDE = 2000,
  SUITE_PORT_HTTP = 80
};
enum { SUITE_PORT_BASE_MIN = 1024, SUITE_PORT_BASE_MAX = 63000, SUITE_PASSWORD_BYTES = 65 };
#define SUITE_TRUST_DOMAIN "entente.local"
#define SUITE_ISSUER "https://entente.local"
#define SUITE_AUDIENCE "entente"

/* One process. Redis is the first row; it has no port. */
struct part {
  const char *name;
  bool service;        /* false: redis */
  bool pillar;         /* a service with data */
  int offset;          /* of its gRPC port from the base */
  const char *address; /* its variable in local.env: `ENTENTE_ONBOARD`; NULL: none */
};
extern const struct part suite_parts[];
enum { SUITE_PARTS = 7 };

struct suite {
  char var[PATH_MAX]; /* absolute */
  char bin[PATH_MAX]; /* where the programs are: the folder of this one */
  int port_base;
  int lock; /* descriptor; -1: not held */
  char problem[SUITE_PROBLEM_BYTES];
};

/* Finds the folder (which need not exist) and the base of ports that it was started with. False with
 * `problem` when the path is too long for a socket in it. */
bool suite_find(struct suite *suite, const char *var);
/* Path inside the folder. `out` has PATH_MAX bytes. */
void suite_path(const struct suite *suite, char *out, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Whether the folder exists and is marked. */
bool suite_exists(const struct suite *suite);
/* Makes the folders and the mark; takes the lock, or says who has to end first. */
bool suite_prepare(struct suite *suite);
/* Takes that back, where nothing else was made in the folder since. */
void suite_unprepare(struct suite *suite);
bool suite_lock(struct suite *suite);
void suite_unlock(struct suite *suite);
/* Keeps the base of ports for later commands. */
bool suite_keep_port_base(struct suite *suite);

int suite_port(const struct suite *suite, const struct part *part);
int suite_side_port(const struct suite *suite, const struct part *part);
int suite_http_port(const struct suite *suite); /* the gateway's edge */

/* The process of a part as its pid file says, 0 when it does not run. */
pid_t suite_pid(const struct suite *suite, const struct part *part);
bool suite_keep_pid(struct suite *suite, const struct part *part, pid_t pid);
void suite_forget_pid(const struct suite *suite, const struct part *part);
/* Of a process: resident memory in bytes, and when it was started in seconds since 1970; 0 when unknown. */
int64_t process_memory(pid_t pid);
int64_t process_started(pid_t pid);
/* Whether a process runs; one that ended and is not yet reaped does not. */
bool process_runs(pid_t pid);

/* Whether a part is ready: redis answers a PING, a service says so on its side port and completes a TLS
 * handshake on its gRPC port. `why` when not. */
bool suite_ready(const struct suite *suite, const struct part *part, char *why, size_t size);

/* A signed token of the local suite, malloc'ed; NULL with `problem`. Times of 0: from now, for 30 days. */
char *suite_token(struct suite *suite, const struct token_claims *claims);

#endif
