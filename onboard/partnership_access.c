#include "onboard/service.h"
#include "runtime/base/limit.h"
#include "runtime/base/name.h"

#include "entente/onboard/v1/partnership.pb-c.h"

#include <stdlib.h>
#include <string.h>

/* Bounded: one slot a hash. A thread runs one loop and a loop one store; a test may open several, so the
 * store is part of what is compared. */
enum { SLOTS = 8192 };
struct known {
  const struct store *store;
  char *partnership; /* NULL: empty */
  char *organization;
};
static _Thread_local struct known table[SLOTS];

static struct known *slot_of(const char *partnership) {
  uint32_t hash = 2166136261u; /* FNV-1a */
  for (const char *at = partnership; *at; at++)
    hash = (hash ^ (uint8_t)*at) * 16777619u;
  return &table[hash % SLOTS];
}

static void remember(struct known *slot, const struct store *store, const char *partnership,
                     const char *organization) {
  char *name = strdup(partnership), *id = strdup(organization);
  if (!name || !id) {
    free(name);
    free(id);
    return;
  }
  free(slot->partnership);
  free(slot->organization);
  *slot = (struct known){store, name, id};
}

const struct status *partnership_partner_of(void *context, struct arena *arena, const char *partnership,
                                            const char **out) {
  struct store *store = context;
  struct known *slot = slot_of(partnership);
  *out = NULL;
  if (slot->partnership && slot->store == store && strcmp(slot->partnership, partnership) == 0) {
    *out = arena_strdup(arena, slot->organization);
    return NULL;
  }
  struct txn *txn = txn_begin(store, &(struct txn_context){
                                         .arena = arena,
                                         .now_us = clock_now_us(store_settings(store)->clock),
                                         .deadline_us = INT64_MAX,
                                         .actor_party = TYPE__PARTY__PARTY_SYSTEM,
                                         .actor = "onboard",
                                     });
  const Onboard__Partnership *found;
  const struct status *status = txn_peek(txn, &kind_partnership, partnership, &found);
  if (status || !found)
    return status;
  *out = name_last_id(arena, found->partner_organization);
  remember(slot, store, partnership, *out);
  return NULL;
}
