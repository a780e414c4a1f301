/* Which entry types somebody wants. Private to this folder. */
#ifndef ENTENTE_FEED_TYPES_H
#define ENTENTE_FEED_TYPES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `type` is one of `count` wanted; a trailing `*` matches any ending; none wanted: all are. */
bool type_wanted(const char *type, char *const *wanted, size_t count);

#endif
