#include "enable/coverage.h"

#include "enable/kinds.h"
#include "enable/service.h"
#include "enable/standing.h"
#include "runtime/base/limit.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/rpc/resource.h"

#include "entente/enable/v1/coverage_service.pb-c.h"

enum { ROSTER_MAX = 10000 };

struct roster {
  Enable__RosterMember **members;
  size_t count;
};

static const struct status *read_roster(struct call *call, const char *partnership, struct roster *roster) {
  struct arena *arena = call_arena(call);
  const char *token = "";
  roster->members = arena_calloc(arena, ROSTER_MAX, sizeof *roster->members);
  do {
    struct list_page page;
    const struct status *status =
        resource_list(call,
                      (struct list_query){.kind = &kind_roster_member,
                                          .index = "list",
                                          .scope = partnership,
                                          .partition = partition_roster(arena, partnership, 0, 0),
                                          .page_size = LIMIT_PAGE_SIZE,
                                          .page_token = token},
                      "", &page);
    if (status) {
      return status;
    }
    if (roster->count + page.count > ROSTER_MAX) {
      struct status *full = call_fail(call, CODE_RESOURCE_EXHAUSTED, "LIMIT_REACHED",
                                      "rosters of more than %d members are not measured", ROSTER_MAX);
      status_add_metadata(arena, full, "limit", arena_printf(arena, "%d", ROSTER_MAX));
      return full;
    }
    for (size_t i = 0; i < page.count; i++) {
      roster->members[roster->count++] = page.messages[i];
    }
    token = page.next_page_token;
  } while (!text_empty(token));
  return NULL;
}

const struct status *coverage_get(struct call *call, const void *in, void *out) {
  static const Type__Party parties[] = {TYPE__PARTY__PARTY_VENDOR, TYPE__PARTY__PARTY_PARTNER};
  enum { PARTIES = sizeof parties / sizeof *parties };
  const Enable__GetCoverageRequest *request = in;
  Enable__Coverage *coverage = out;
  struct arena *arena = call_arena(call);
  const Onboard__Partnership *partnership;
  Enable__Requirements *requirements;
  struct roster roster = {0};
  const struct status *status = directory_partnership(call_txn(call), request->parent, &partnership);
  if (!status) {
    status = standing_requirements(call_txn(call), request->parent, &requirements);
  }
  if (!status) {
    status = read_roster(call, request->parent, &roster);
  }
  if (status) {
    return status;
  }
  int64_t at_us = timestamp_us(request->at_time, call_now_us(call));
  coverage->at_time = timestamp_new(arena, at_us);
  coverage->n_parties = PARTIES;
  coverage->parties = arena_calloc(arena, PARTIES, sizeof(void *));
  for (size_t i = 0; i < PARTIES; i++) {
    coverage->parties[i] =
        coverage_measure(arena, parties[i], roster.members, roster.count, requirements, at_us);
  }
  return NULL;
}
