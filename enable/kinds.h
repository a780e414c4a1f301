/* The entity kinds and counters of this service, and the partitions of their indexes. */
#ifndef ENTENTE_ENABLE_KINDS_H
#define ENTENTE_ENABLE_KINDS_H

#include "runtime/store/kind.h"

#include <stdbool.h>

extern const struct kind kind_course;
extern const struct kind kind_requirements;
extern const struct kind kind_roster_member;
extern const struct kind kind_roster_seat;
extern const struct kind kind_enrolment;
extern const struct kind kind_credential;

/* NULL-terminated: all of the above and the directory. */
extern const struct kind *const enable_kinds[];
/* Ends with a NULL name. */
extern const struct counter_row enable_counters[];

/* What writes and what lists agree by these: partitions of the index `list`. A number of 0 or an empty
 * text stands for all. */
char *partition_courses(struct arena *arena, const char *vendor, bool drafts, int state);
char *partition_roster(struct arena *arena, const char *partnership, int party, int state);
/* `owner` is as partition_owner() gives it: everybody, a party, or one member (who then decides alone). */
char *partition_owned(struct arena *arena, const char *partnership, const char *owner, int state);
char *partition_owner(struct arena *arena, int party, const char *member);
/* Partition of the index `vendor` of roster members: all of a vendor's. */
char *partition_vendor(struct arena *arena, const char *vendor);

#endif
