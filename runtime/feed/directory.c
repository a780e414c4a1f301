#include "runtime/feed/directory.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/store/table.h"

#include <stdlib.h>
#include <string.h>

enum { PARTNERS_MAX = 65536, PARTNERS_BYTES = 64 << 20 };

const struct kind kind_directory = {
    .name = "directory",
    .pattern = "vendors/*/partnerships/*",
    .message = &onboard__partnership__descriptor,
};

const char *const directory_types[] = {"partnership.*", NULL};

const struct status *directory_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  (void)context;
  if (!name_matches(entry->resource, kind_directory.pattern)) {
    return NULL; /* about something that lies in a partnership */
  }
  if (text_empty(entry->payload_type)) {
    txn_delete(txn, &kind_directory, entry->resource);
    return NULL;
  }
  Onboard__Partnership *partnership =
      onboard__partnership__unpack(arena_allocator(txn_arena(txn)), entry->payload.len, entry->payload.data);
  if (!partnership || strcmp(entry->payload_type, onboard__partnership__descriptor.name) != 0) {
    return status_make(txn_arena(txn), CODE_DATA_LOSS, "FEED_ENTRY_MALFORMED",
                       "the partnership in `%s` of onboard's feed does not decode", entry->name);
  }
  txn_put(txn, &kind_directory, partnership);
  return NULL;
}

const struct status *directory_partnership(struct txn *txn, const char *name,
                                           const Onboard__Partnership **out) {
  const char *partnership = name_partnership(txn_arena(txn), name);
  *out = NULL;
  if (partnership) {
    const struct status *status = txn_peek(txn, &kind_directory, partnership, out);
    if (status || *out) {
      return status;
    }
  }
  struct status *status = status_make(txn_arena(txn), CODE_NOT_FOUND, REASON_PARTNERSHIP_UNKNOWN,
                                      "the partnership of `%s` is not known here (yet)", name);
  status_add_metadata(txn_arena(txn), status, "partnership", partnership ? partnership : "");
  return status;
}

const struct status *directory_partnership_going_on(struct txn *txn, const char *name,
                                                    const Onboard__Partnership **out) {
  const struct status *status = directory_partnership(txn, name, out);
  if (status || (*out)->state != ONBOARD__PARTNERSHIP__STATE__STATE_ENDED) {
    return status;
  }
  struct status *ended = status_make(txn_arena(txn), CODE_FAILED_PRECONDITION, REASON_PARTNERSHIP_ENDED,
                                     "%s has ended: nothing new begins in it", (*out)->name);
  status_add_metadata(txn_arena(txn), ended, "partnership", (*out)->name);
  return ended;
}

/* ---- who the partner is ---- */

static void partners_release(void *data) {
  struct table *partners = data;
  arena_destroy(partners->arena);
  free(partners);
}

/* What was read once; NULL when out of memory. */
static struct table *partners_of(struct store *store) {
  struct store_attachment *attachment = store_attachment(store);
  struct table *partners = attachment->data;
  if (!partners && (partners = calloc(1, sizeof *partners))) {
    *partners =
        (struct table){.arena = arena_create(PARTNERS_BYTES, NULL, NULL), .value_size = sizeof(char *)};
    *attachment = (struct store_attachment){partners, partners_release};
  }
  if (partners && partners->count >= PARTNERS_MAX) {
    struct arena *arena = partners->arena;
    arena_reset(arena);
    *partners = (struct table){.arena = arena, .value_size = sizeof(char *)};
  }
  return partners && partners->arena ? partners : NULL;
}

const struct status *directory_partner_of(void *context, struct arena *arena, const char *partnership,
                                          const char **out) {
  struct store *store = context;
  struct table *partners = partners_of(store);
  char **known = partners ? table_find(partners, partnership) : NULL;
  *out = known ? arena_strdup(arena, *known) : NULL;
  if (known) {
    return NULL;
  }
  struct txn_context txn_context = {
      .arena = arena,
      .now_us = clock_now_us(store_settings(store)->clock),
      .deadline_us = INT64_MAX,
      .actor_party = TYPE__PARTY__PARTY_SYSTEM,
      .actor = store_settings(store)->pillar,
  };
  const Onboard__Partnership *found;
  const struct status *status =
      txn_peek(txn_begin(store, &txn_context), &kind_directory, partnership, &found);
  if (status || !found) {
    return status;
  }
  *out = name_last_id(arena, found->partner_organization);
  partners = partners_of(store); /* others may have filled it meanwhile */
  if (*out && partners) {
    *(char **)table_at(partners, partnership) = arena_strdup(partners->arena, *out);
  }
  return NULL;
}
