/* A private redis-server for a test: unix socket and data in a folder of its own under /tmp, AOF with
 * fsync always, an ACL user per pillar as in production, the function library loaded. */
#ifndef ENTENTE_TESTS_REDIS_FIXTURE_H
#define ENTENTE_TESTS_REDIS_FIXTURE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct redis_fixture {
  pid_t pid; /* 0: not running */
  char folder[64];
  char address[128];       /* `unix:...` for store_options */
  char password_file[128]; /* the same password for every user */
  char users[1024];        /* pillars that have an ACL user, separated by a space */
  void *admin;             /* redisContext of the administrator */
};

/* Starts it for pillars separated by a space. `settings`: more lines of redis.conf, or NULL. Prints and
 * aborts when it cannot: a test has nothing to go on with. */
void redis_start(struct redis_fixture *fixture, const char *pillars, const char *settings);
/* Ends it and removes the folder. Harmless when it was never started. */
void redis_stop(struct redis_fixture *fixture);
/* SIGKILL, waiting for its end; data stay. */
void redis_kill(struct redis_fixture *fixture);
/* Starts it again on the same data. */
void redis_restart(struct redis_fixture *fixture);
/* SIGSTOP and SIGCONT. */
void redis_pause(struct redis_fixture *fixture);
void redis_resume(struct redis_fixture *fixture);

/* A command as the administrator. Text of the reply (numbers as text, nil as ""), valid until the next one;
 * `*size` may be NULL. Aborts on an error reply. */
const char *redis_text(struct redis_fixture *fixture, size_t *size, const char *format, ...);
long long redis_number(struct redis_fixture *fixture, const char *format, ...);
/* A command with binary arguments. */
void redis_run(struct redis_fixture *fixture, int count, const char *const *arguments, const size_t *sizes);
/* A digest of every key, its type and value, except keys whose name begins with one of `except` (separated
 * by a space; NULL: none). Equal data give equal digests. */
uint64_t redis_digest(struct redis_fixture *fixture, const char *except);

#endif
