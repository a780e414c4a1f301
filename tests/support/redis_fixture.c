#include "support/redis_fixture.h"

#include "runtime/store/functions.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PASSWORD "fixture-password"

static _Noreturn void give_up(const char *what) {
  fprintf(stderr, "redis fixture: %s (%s)\n", what, strerror(errno));
  abort();
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "we");
  if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
    give_up(path);
  }
}

static void write_config(struct redis_fixture *fixture, const char *settings) {
  char path[128], *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  fprintf(
      out,
      "port 0\nunixsocket %s/redis.sock\nunixsocketperm 700\ndir %s\ndaemonize no\nlogfile %s/redis.log\n"
      "appendonly yes\nappendfsync always\nsave \"\"\nmaxmemory-policy noeviction\nenable-debug-command yes\n"
      "user admin on >" PASSWORD " ~* &* +@all\n",
      fixture->folder, fixture->folder, fixture->folder);
  char rule[1024], pillars[sizeof fixture->users];
  store_default_acl_rule(rule, sizeof rule);
  fprintf(out, "user default %s\n", rule);
  store_deploy_acl_rule(rule, sizeof rule);
  fprintf(out, "user deploy %s >" PASSWORD "\n", rule);
  snprintf(pillars, sizeof pillars, "%s", fixture->users);
  for (char *rest = NULL, *pillar = strtok_r(pillars, " ", &rest); pillar;
       pillar = strtok_r(NULL, " ", &rest)) {
    store_acl_rule(pillar, rule, sizeof rule);
    fprintf(out, "user %s %s >" PASSWORD "\n", pillar, rule);
  }
  fprintf(out, "%s", settings ? settings : "");
  fclose(out);
  snprintf(path, sizeof path, "%s/redis.conf", fixture->folder);
  write_file(path, text);
  free(text);
}

static bool admin_connect(struct redis_fixture *fixture) {
  redisContext *admin = redisConnectUnix(fixture->address + strlen("unix:"));
  if (!admin || admin->err) {
    redisFree(admin);
    return false;
  }
  redisReply *reply = redisCommand(admin, "AUTH admin " PASSWORD);
  bool fine = reply && reply->type != REDIS_REPLY_ERROR;
  freeReplyObject(reply);
  while (fine && (reply = redisCommand(admin, "PING")) && reply->type == REDIS_REPLY_ERROR) {
    freeReplyObject(reply); /* still loading */
    usleep(5000);
  }
  freeReplyObject(reply);
  fixture->admin = admin;
  return fine;
}

static void start(struct redis_fixture *fixture) {
  char config[128];
  snprintf(config, sizeof config, "%s/redis.conf", fixture->folder);
  fixture->pid = fork();
  if (fixture->pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp("redis-server", "redis-server", config, (char *)NULL);
    _exit(127);
  }
  for (int i = 0; i < 2000 && !admin_connect(fixture); i++) {
    if (waitpid(fixture->pid, NULL, WNOHANG) == fixture->pid) {
      give_up("redis-server ended: see redis.log in its folder");
    }
    usleep(5000);
  }
  if (!fixture->admin) {
    give_up("redis-server does not answer");
  }
}

void redis_start(struct redis_fixture *fixture, const char *pillars, const char *settings) {
  *fixture = (struct redis_fixture){0};
  snprintf(fixture->folder, sizeof fixture->folder, "/tmp/entente-test-XXXXXX");
  if (!mkdtemp(fixture->folder)) {
    give_up("mkdtemp");
  }
  snprintf(fixture->users, sizeof fixture->users, "%s", pillars);
  snprintf(fixture->address, sizeof fixture->address, "unix:%s/redis.sock", fixture->folder);
  snprintf(fixture->password_file, sizeof fixture->password_file, "%s/password", fixture->folder);
  write_file(fixture->password_file, PASSWORD "\n");
  write_config(fixture, settings);
  start(fixture);
  char problem[256];
  if (!store_load_functions(fixture->address, "deploy", fixture->password_file, NULL, problem,
                            sizeof problem)) {
    give_up(problem);
  }
}

void redis_kill(struct redis_fixture *fixture) {
  if (fixture->admin) {
    redisFree(fixture->admin);
    fixture->admin = NULL;
  }
  if (fixture->pid > 0) {
    kill(fixture->pid, SIGKILL);
    waitpid(fixture->pid, NULL, 0);
    fixture->pid = 0;
  }
}

void redis_restart(struct redis_fixture *fixture) {
  start(fixture);
}

void redis_pause(struct redis_fixture *fixture) {
  kill(fixture->pid, SIGSTOP);
}

void redis_resume(struct redis_fixture *fixture) {
  kill(fixture->pid, SIGCONT);
}

void redis_stop(struct redis_fixture *fixture) {
  redis_kill(fixture);
  if (strncmp(fixture->folder, "/tmp/entente-test-", 18) == 0) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->folder);
    if (system(command) != 0) {
      give_up(command);
    }
  }
  *fixture = (struct redis_fixture){0};
}

static redisReply *checked(void *reply) {
  if (!reply) {
    give_up("no reply");
  }
  if (((redisReply *)reply)->type == REDIS_REPLY_ERROR) {
    errno = 0;
    give_up(((redisReply *)reply)->str);
  }
  return reply;
}

const char *redis_text(struct redis_fixture *fixture, size_t *size, const char *format, ...) {
  static _Thread_local char *last;
  va_list arguments;
  va_start(arguments, format);
  redisReply *reply = checked(redisvCommand(fixture->admin, format, arguments));
  va_end(arguments);
  free(last);
  size_t length = reply->type == REDIS_REPLY_INTEGER ? 24 : reply->str ? (size_t)reply->len : 0;
  last = calloc(1, length + 1);
  if (reply->type == REDIS_REPLY_INTEGER) {
    length = (size_t)snprintf(last, length, "%lld", reply->integer);
  } else if (length) {
    memcpy(last, reply->str, length);
  }
  if (size) {
    *size = length;
  }
  freeReplyObject(reply);
  return last;
}

long long redis_number(struct redis_fixture *fixture, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  redisReply *reply = checked(redisvCommand(fixture->admin, format, arguments));
  va_end(arguments);
  long long number = reply->type == REDIS_REPLY_INTEGER ? reply->integer : reply->str ? atoll(reply->str) : 0;
  freeReplyObject(reply);
  return number;
}

void redis_run(struct redis_fixture *fixture, int count, const char *const *arguments, const size_t *sizes) {
  freeReplyObject(checked(redisCommandArgv(fixture->admin, count, (const char **)arguments, sizes)));
}

static uint64_t mix(uint64_t hash, const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
  }
  return hash;
}

static bool excepted(const char *key, const char *except) {
  char prefixes[256];
  snprintf(prefixes, sizeof prefixes, "%s", except ? except : "");
  for (char *rest = NULL, *prefix = strtok_r(prefixes, " ", &rest); prefix;
       prefix = strtok_r(NULL, " ", &rest)) {
    if (strncmp(key, prefix, strlen(prefix)) == 0) {
      return true;
    }
  }
  return false;
}

uint64_t redis_digest(struct redis_fixture *fixture, const char *except) {
  redisReply *keys = checked(redisCommand(fixture->admin, "KEYS *"));
  uint64_t sum = 0; /* of the keys' digests: their order does not matter */
  for (size_t i = 0; i < keys->elements; i++) {
    if (excepted(keys->element[i]->str, except)) {
      continue;
    }
    size_t size = (size_t)keys->element[i]->len;
    redisReply *value =
        checked(redisCommand(fixture->admin, "DEBUG DIGEST-VALUE %b", keys->element[i]->str, size));
    sum += mix(mix(UINT64_C(14695981039346656037), keys->element[i]->str, size), value->element[0]->str,
               (size_t)value->element[0]->len);
    freeReplyObject(value);
  }
  freeReplyObject(keys);
  return sum;
}
