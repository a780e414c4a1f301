#include "onboard/service.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include "entente/onboard/v1/partnership.pb-c.h"

#include <stdlib.h>
#include <string.h>

/* A bounded table with one slot a hash: a later partnership takes the place of an earlier one. It belongs to
 * the store, and so to the store's loop. */
enum { SLOTS = 8192 };
struct known {
  char *partnership; /* NULL: empty */
  char *organization;
};
struct partners {
  struct known slots[SLOTS];
};

static void partners_release(void *data) {
  struct partners *partners = data;
  for (size_t i = 0; i < SLOTS; i++) {
    free(partners->slots[i].partnership);
    free(partners->slots[i].organization);
  }
  free(partners);
}

/* NULL when there is no memory: then nothing is remembered. */
static struct known *slot_of(struct store *store, const char *partnership) {
  struct store_attachment *attachment = store_attachment(store);
  if (!attachment->data) {
    struct partners *partners = calloc(1, sizeof *partners);
    if (!partners)
      return NULL;
    *attachment = (struct store_attachment){partners, partners_release};
  }
  return &((struct partners *)attachment->data)->slots[text_hash(partnership) % SLOTS];
}

static void remember(struct known *slot, const char *partnership, const char *organization) {
  char *name = strdup(partnership), *id = strdup(organization);
  if (!name || !id) {
    free(name);
    free(id);
    return;
  }
  free(slot->partnership);
  free(slot->organization);
  *slot = (struct known){name, id};
}

const struct status *partnership_partner_of(void *context, struct arena *arena, const char *partnership,
                                            const char **out) {
  struct store *store = context;
  struct known *slot = slot_of(store, partnership);
  *out = NULL;
  if (slot && slot->partnership && strcmp(slot->partnership, partnership) == 0) {
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
  if (slot && *out)
    remember(slot, partnership, *out);
  return NULL;
}
