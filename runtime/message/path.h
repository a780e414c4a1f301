/* Where in a message the eye is: a chain of fields from the root, kept on the stack and written out only when
 * something is wrong there. Private to runtime/message. */
#ifndef ENTENTE_MESSAGE_PATH_H
#define ENTENTE_MESSAGE_PATH_H

#include "runtime/base/arena.h"
#include "runtime/base/status.h"

#include <stddef.h>

enum { PATH_NO_INDEX = -1 };

struct path {
  const struct path *parent; /* NULL at the root */
  const char *field;
  long index; /* of an element, else PATH_NO_INDEX */
};

/* `plan.commitments[2].target`; "" for NULL. */
const char *path_text(struct arena *arena, const struct path *path);

/* Collects violations into one INVALID_ARGUMENT (INVALID_REQUEST). Zero-initialise, then set `arena`. */
struct violations {
  struct arena *arena;
  struct status *status; /* NULL while there is none */
  size_t count;
  struct violation *last;
};
void violation_add(struct violations *violations, const struct path *path, const char *reason,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The status, its message and its last violation completed; NULL when nothing was violated. */
const struct status *violations_status(struct violations *violations);

#endif
