/* Replies of Redis as values in an arena, and what their errors mean. Private to this folder. */
#ifndef ENTENTE_STORE_REPLY_H
#define ENTENTE_STORE_REPLY_H

#include "runtime/base/status.h"

#include <hiredis/read.h>

enum reply_type { REPLY_NIL, REPLY_TEXT, REPLY_NUMBER, REPLY_ARRAY, REPLY_ERROR };

struct reply {
  enum reply_type type;
  int64_t number;
  size_t size; /* of `text`, which also ends with NUL */
  char *text;  /* of bulk strings, status lines and errors */
  size_t count;
  struct reply **elements;
};

/* Where the reply that is being read goes. `arena` NULL: read and forget. */
struct reply_target {
  struct arena *arena;
  bool overflowed; /* the arena had no room left: the reply is forgotten */
};

/* Builders for redisReader; its privdata is a struct reply_target. Never fail. */
extern redisReplyObjectFunctions reply_builders;

/* NULL when `reply` has the type expected (nil passes when `or_nil`). Errors of Redis become
 * RESOURCE_EXHAUSTED (STORE_FULL: OOM), UNAVAILABLE (STORE_UNAVAILABLE: LOADING, READONLY, BUSY, MISCONF,
 * CLUSTERDOWN, MASTERDOWN, NOREPLICAS, missing functions or rights), DATA_LOSS (wrong type of a key or of the
 * reply). An error of Redis means that nothing was written. */
const struct status *reply_check(struct arena *arena, const struct reply *reply, enum reply_type expected,
                                 bool or_nil);

#endif
