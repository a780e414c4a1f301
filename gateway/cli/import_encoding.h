/* Texts of other systems as UTF-8. Pure. */
#ifndef ENTENTE_CLI_IMPORT_ENCODING_H
#define ENTENTE_CLI_IMPORT_ENCODING_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether there is such an encoding: `UTF-8`, `UTF-16`, `WINDOWS-1252` or `ISO-8859-1`, which is read as
 * WINDOWS-1252, as browsers do. Case does not matter. */
bool encoding_known(const char *encoding);
/* Turns a text into UTF-8 in place of `*data`. `encoding` NULL: as its byte order mark says, else UTF-8,
 * which is left as it is, good or not. NULL or why not. */
const char *encoding_decode(struct arena *arena, const char *encoding, char **data, size_t *size);

#endif
