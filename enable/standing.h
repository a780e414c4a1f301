/* Writing a roster member so that the coverage counters follow: the one way in which members are put. */
#ifndef ENTENTE_ENABLE_STANDING_H
#define ENTENTE_ENABLE_STANDING_H

#include "runtime/store/txn.h"

#include "entente/enable/v1/course.pb-c.h"
#include "entente/enable/v1/roster_member.pb-c.h"

/* What the vendor of `name` requires; an empty one when nothing ever was. Its version matters to the
 * commit, so that no member is counted by requirements that changed meanwhile. */
const struct status *standing_requirements(struct txn *txn, const char *name, Enable__Requirements **out);

/* Whether counting the member anew would change anything. */
bool standing_differs(struct arena *arena, const Enable__RosterMember *member,
                      const Enable__Requirements *requirements);

/* Counts, puts and records the member under `type`, with what its coverage adds to the counters. */
void standing_put(struct txn *txn, Enable__RosterMember *member, const Enable__Requirements *requirements,
                  const char *type, int64_t occur_us);

#endif
