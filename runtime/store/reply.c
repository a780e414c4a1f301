#include "runtime/store/reply.h"

#include "runtime/base/limit.h"

#include <string.h>

/* Stands for every part of a reply that nobody waits for. */
static struct reply forgotten;

/* Replies are built on the loop's stack, where an arena must not run dry: its hook ends the running fiber. */
static bool has_room(struct reply_target *target, size_t size) {
  if (!target->arena || target->overflowed) {
    return false;
  }
  target->overflowed =
      size > LIMIT_CALL_ARENA_BYTES || arena_used(target->arena) + size + (64 << 10) > LIMIT_CALL_ARENA_BYTES;
  return !target->overflowed;
}

static struct reply *reply_new(const redisReadTask *task, enum reply_type type, size_t extra) {
  struct reply_target *target = task->privdata;
  if (!has_room(target, sizeof(struct reply) + extra)) {
    return &forgotten;
  }
  struct reply *reply = arena_new(target->arena, struct reply);
  reply->type = type;
  if (task->parent && task->parent->obj != &forgotten) {
    ((struct reply *)task->parent->obj)->elements[task->idx] = reply;
  }
  return reply;
}

static void *create_string(const redisReadTask *task, char *text, size_t size) {
  enum reply_type type = task->type == REDIS_REPLY_ERROR ? REPLY_ERROR : REPLY_TEXT;
  struct reply *reply = reply_new(task, type, size + 1);
  if (reply != &forgotten) {
    struct reply_target *target = task->privdata;
    reply->text = arena_alloc(target->arena, size + 1);
    memcpy(reply->text, text, size);
    reply->text[size] = '\0';
    reply->size = size;
  }
  return reply;
}

static void *create_array(const redisReadTask *task, int count) {
  struct reply *reply = reply_new(task, REPLY_ARRAY, (size_t)count * sizeof(struct reply *));
  if (reply != &forgotten) {
    struct reply_target *target = task->privdata;
    reply->count = (size_t)count;
    reply->elements = arena_calloc(target->arena, (size_t)count, sizeof(struct reply *));
  }
  return reply;
}

static void *create_integer(const redisReadTask *task, long long number) {
  struct reply *reply = reply_new(task, REPLY_NUMBER, 0);
  if (reply != &forgotten) {
    reply->number = number;
  }
  return reply;
}

static void *create_nil(const redisReadTask *task) {
  return reply_new(task, REPLY_NIL, 0);
}

static void free_object(void *object) {
  (void)object;
}

redisReplyObjectFunctions reply_builders = {create_string, create_array, create_integer, create_nil,
                                            free_object};

/* Prefixes of Redis's error lines, first match counts. */
static const struct {
  const char *prefix;
  enum code code;
  const char *reason;
  const char *text;
} error_rows[] = {
    {"OOM ", CODE_RESOURCE_EXHAUSTED, REASON_STORE_FULL, "the store has no memory left"},
    {"WRONGTYPE ", CODE_DATA_LOSS, "STORED_TYPE_WRONG", "a key of the store holds another type"},
    {"LOADING ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store is loading its data"},
    {"READONLY ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store is a replica"},
    {"BUSY ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store is busy"},
    {"MISCONF ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store cannot save to disk"},
    {"MASTERDOWN ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store's primary is down"},
    {"CLUSTERDOWN ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store's cluster is down"},
    {"NOREPLICAS ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store lacks replicas"},
    {"NOPERM ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE,
     "the store's user lacks a right: load its ACL rule"},
    {"NOAUTH ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store asks for a password"},
    {"WRONGPASS ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store refused the password"},
    {"NOSCRIPT ", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store lacks the function library"},
    {"ERR Function not found", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE,
     "the store lacks the function library"},
    {"ERR ", CODE_INTERNAL, "STORE_ERROR", "the store refused a command"},
    {"", CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE, "the store refused a command"},
};

/* Errors raised within a function carry the cause after the function's own words. */
static const struct status *check_error(struct arena *arena, const char *line) {
  size_t row = 0;
  while (strncmp(line, error_rows[row].prefix, strlen(error_rows[row].prefix)) != 0) {
    row++;
  }
  if (error_rows[row].code == CODE_INTERNAL && strstr(line, "OOM command not allowed")) {
    row = 0;
  }
  return status_make(arena, error_rows[row].code, error_rows[row].reason, "%s (%.200s)", error_rows[row].text,
                     line);
}

const struct status *reply_check(struct arena *arena, const struct reply *reply, enum reply_type expected,
                                 bool or_nil) {
  if (reply->type == REPLY_ERROR) {
    return check_error(arena, reply->text);
  }
  if (reply->type == expected || (or_nil && reply->type == REPLY_NIL)) {
    return NULL;
  }
  return status_make(arena, CODE_DATA_LOSS, "STORED_TYPE_WRONG",
                     "the store answered a reply of another type");
}
