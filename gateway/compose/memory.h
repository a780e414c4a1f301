/* What the gateway remembers between calls: composed views that nothing has changed since, and when each
 * pillar last answered for a partnership. All of it can be lost. One thread.
 *
 * A view is kept only while every pillar's feed is followed live, and is dropped by the first change of its
 * partnership. A view being composed while a change comes in is not kept: its ticket no longer fits. */
#ifndef ENTENTE_COMPOSE_MEMORY_H
#define ENTENTE_COMPOSE_MEMORY_H

#include "gateway/compose/metric.h"
#include "runtime/rpc/identity.h"

struct memory;

enum { MEMORY_PARTNERSHIPS_MAX = 4096, MEMORY_VIEWS_MAX = 1024 };

struct memory *memory_create(void);         /* NULL without memory */
void memory_destroy(struct memory *memory); /* NULL is allowed */

/* Who sees the same view: users of one party see one. */
struct view_key {
  const char *partnership;
  struct period period;
  Type__Party party;
};

/* The view, packed, borrowed until the loop runs anything else; NULL when there is none. */
const ProtobufCBinaryData *memory_view(struct memory *memory, const struct view_key *key);

/* Taken before the pillars are asked; a view composed from their answers is kept only if it still fits. */
struct view_ticket {
  uint64_t changes; /* of the partnership */
  uint64_t epoch;   /* of the feeds */
};
struct view_ticket memory_ticket(struct memory *memory, const char *partnership);
void memory_keep_view(struct memory *memory, const struct view_key *key, struct view_ticket ticket,
                      const Gateway__PartnershipPerformance *view);

/* A change of this partnership (or of a vendor: all of its partnerships) was heard of. */
void memory_changed(struct memory *memory, const char *subject);
/* A pillar's feed is followed live, or no longer. */
void memory_feed_live(struct memory *memory, enum pillar pillar, bool live);

/* When a pillar last answered for a partnership, microseconds UTC; 0: not since the start. */
int64_t memory_last_known(struct memory *memory, const char *partnership, enum pillar pillar);
void memory_answered(struct memory *memory, const char *partnership, enum pillar pillar, int64_t now_us);

#endif
