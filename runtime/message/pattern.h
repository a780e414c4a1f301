/* POSIX extended regular expressions that must match a whole text.
 *
 * Most patterns of a contract are a row of character classes, such as `[A-Z]{3}` or `[A-Za-z0-9._-]{1,64}`.
 * Where greedy matching of such a row decides without going back it is matched directly, some twenty times
 * faster than by regexec(), which also takes a lock. Any other pattern goes to regexec(). */
#ifndef ENTENTE_MESSAGE_PATTERN_H
#define ENTENTE_MESSAGE_PATTERN_H

#include "runtime/base/arena.h"

#include <stdbool.h>

struct pattern;

/* Compiles into the arena; NULL when it is not a valid expression. Where the arena does not live as long as
 * the process, release it before: regcomp() allocates memory of its own. */
const struct pattern *pattern_compile(struct arena *arena, const char *expression);
void pattern_release(const struct pattern *pattern);
bool pattern_matches(const struct pattern *pattern, const char *text);
/* Whether it is matched directly. For tests. */
bool pattern_is_direct(const struct pattern *pattern);

#endif
