#include "enable/follow.h"

#include "enable/kinds.h"
#include "enable/standing.h"
#include "runtime/base/limit.h"
#include "runtime/store/list.h"

#include <assert.h>
#include <string.h>

const char *const requirements_types[] = {"requirements.changed", NULL};

/* Each changed member is a ledger entry, of which a transaction takes LIMIT_TXN_ENTRIES. */
enum { RECOUNT_BATCH = LIMIT_TXN_ENTRIES / 2, RECOUNT_TOKEN_BYTES = 2048 };

static const struct status *read_names(struct txn *txn, const char *vendor, const char *token,
                                       const char **names, struct list_page *page) {
  struct arena *arena = txn_arena(txn);
  const struct list_query query = {.kind = &kind_roster_member,
                                   .index = "vendor",
                                   .partition = partition_vendor(arena, vendor),
                                   .scope = vendor,
                                   .page_size = RECOUNT_BATCH,
                                   .page_token = token,
                                   .binding = "recount"};
  const struct status *status = list_entities(txn, &query, page);
  for (size_t i = 0; !status && i < page->count; i++) {
    names[i] = ((Enable__RosterMember *)page->messages[i])->name;
  }
  return status;
}

/* One page of members in one transaction. */
static const struct status *recount_page(struct txn *txn, const char *vendor, const char *token,
                                         const char **next_token, size_t *changed) {
  const char *names[RECOUNT_BATCH];
  Enable__RosterMember *members[RECOUNT_BATCH];
  Enable__Requirements *requirements;
  struct list_page page;
  const struct status *status = read_names(txn, vendor, token, names, &page);
  if (!status) {
    status = standing_requirements(txn, vendor, &requirements);
  }
  if (!status) {
    status = txn_get_many(txn, &kind_roster_member, names, page.count, members);
  }
  if (status) {
    return status;
  }
  *changed = 0;
  for (size_t i = 0; i < page.count; i++) {
    if (members[i] && standing_differs(txn_arena(txn), members[i], requirements)) {
      standing_put(txn, members[i], requirements, "roster_member.recounted", 0);
      (*changed)++;
    }
  }
  *next_token = page.next_page_token;
  return *changed ? txn_commit(txn, NULL) : NULL;
}

/* One page, again when it lost a race. */
static const struct status *recount_retried(const struct recount *recount, struct arena *arena,
                                            const char *vendor, const char *token, const char **next_token,
                                            size_t *changed) {
  const struct status *status = NULL;
  for (int races = 0; races <= LIMIT_LOST_RACES; races++) {
    const struct txn_context context = {.arena = arena,
                                        .now_us = clock_now_us(recount->clock),
                                        .deadline_us = INT64_MAX,
                                        .actor_party = TYPE__PARTY__PARTY_SYSTEM,
                                        .actor = "enable"};
    status = recount_page(txn_begin(recount->store, &context), vendor, token, next_token, changed);
    if (!status || status->code != CODE_ABORTED) {
      break;
    }
  }
  return status;
}

const struct status *recount_vendor(const struct recount *recount, struct arena *arena, const char *vendor,
                                    size_t *changed) {
  /* Each page has the arena to itself, as a vendor's members need not fit in it together. */
  struct arena *pages = arena_create(LIMIT_CALL_ARENA_BYTES, NULL, NULL);
  if (!pages) {
    return &status_memory_exhausted;
  }
  const struct status *status = NULL;
  char token[RECOUNT_TOKEN_BYTES] = "";
  *changed = 0;
  do {
    const char *next = "";
    size_t changed_now = 0;
    arena_reset(pages);
    status = recount_retried(recount, pages, vendor, token, &next, &changed_now);
    if (status) {
      status = status_make(arena, status->code, status->reason, "%s", status->message);
      break;
    }
    *changed += changed_now;
    size_t length = strlen(next);
    assert(length < sizeof token);
    memcpy(token, next, length + 1);
  } while (*token);
  arena_destroy(pages);
  return status;
}

const struct status *requirements_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  size_t changed;
  return recount_vendor(context, txn_arena(txn), entry->subject, &changed);
}
