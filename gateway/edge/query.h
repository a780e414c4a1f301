/* The query of Connect's GET. Pure. */
#ifndef ENTENTE_EDGE_QUERY_H
#define ENTENTE_EDGE_QUERY_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A parameter's value, decoded, in the arena and NUL-terminated; the first when it is there twice. NULL: it
 * is not there. `*bad` is set, never cleared, when its percent coding is malformed. */
const char *query_value(struct arena *arena, const char *query, const char *key, size_t *size, bool *bad);

#endif
