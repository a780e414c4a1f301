/* External ids of one run. Two rows about one opportunity have no order that a file means, and batches are in
 * flight together: which of the two would win is chance, so the second is refused. */
#ifndef ENTENTE_CLI_IMPORT_SEEN_H
#define ENTENTE_CLI_IMPORT_SEEN_H

#include "runtime/base/arena.h"

#include <stdint.h>

struct seen;
/* For up to `rows` ids; in the arena. */
struct seen *seen_new(struct arena *arena, int64_t rows);
/* The line that an id was first seen in; 0 when this is the first. The id is copied. */
int64_t seen_before(struct seen *seen, const char *external_id, int64_t line);

#endif
