/* Text as people compare it: without case, accents, width and compatibility forms. For searching and for
 * matching names; never for display and never for identity of resources. Pure.
 *
 * Unicode's NFKD with its default case folding, without combining marks and default-ignorable characters
 * (utf8proc), and the Latin letters that have no decomposition spelled out: `Łódź Æro-Straße` is
 * `lodz aero-strasse`. A run of white space is one space; none at the ends. */
#ifndef ENTENTE_BASE_FOLD_H
#define ENTENTE_BASE_FOLD_H

#include "runtime/base/arena.h"

#include <stdbool.h>

/* Of valid UTF-8; NULL is "". Folding what is folded changes nothing. At most 18 times as long as it was (the
 * longest compatibility decomposition), plus white space taken away. */
char *text_fold(struct arena *arena, const char *text);
/* Whether `folded_part`, which is folded, occurs in `text`, which is not. "" occurs in every text. */
bool text_folded_contains(struct arena *arena, const char *text, const char *folded_part);

#endif
