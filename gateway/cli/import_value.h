/* Values of an import as they stand in files. Pure but for reading the file. What is returned lives in the
 * arena; a problem is one line that says what to do. */
#ifndef ENTENTE_CLI_IMPORT_VALUE_H
#define ENTENTE_CLI_IMPORT_VALUE_H

#include "runtime/base/arena.h"

#include "google/protobuf/timestamp.pb-c.h"

#include <stdbool.h>
#include <stdint.h>

enum { IMPORT_FILE_BYTES = 64 << 20 };

/* Reads a file whole, up to 64 MiB. `*data` is NULL when it is not there and need not be. */
bool import_file(struct arena *arena, const char *path, bool required, char **data, size_t *size,
                 const char **problem);
/* Whole units with up to the currency's decimals, such as `1054` or `1054.50`, as minor units. NULL or why
 * not. */
const char *import_amount(struct arena *arena, const char *text, const char *currency, int64_t *minor);
/* RFC 3339 or a bare date; NULL in `*out` for empty text. NULL or why not. */
const char *import_time(struct arena *arena, const char *text, Google__Protobuf__Timestamp **out);

#endif
