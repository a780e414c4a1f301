#include "enable/standing.h"

#include "enable/coverage.h"
#include "enable/kinds.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"

const struct status *standing_requirements(struct txn *txn, const char *name, Enable__Requirements **out) {
  struct arena *arena = txn_arena(txn);
  char *own = name_child(arena, name_vendor(arena, name), "requirements", "current");
  const struct status *status = txn_get(txn, &kind_requirements, own, out);
  if (status || *out) {
    return status;
  }
  *out = arena_new(arena, Enable__Requirements);
  enable__requirements__init(*out);
  (*out)->name = own;
  return NULL;
}

static bool same(struct spans a, struct spans b) {
  for (size_t i = 0; i < a.count && i < b.count; i++) {
    if (a.items[i].start_us != b.items[i].start_us || a.items[i].end_us != b.items[i].end_us) {
      return false;
    }
  }
  return a.count == b.count;
}

static struct coverage counted(struct arena *arena, const Enable__RosterMember *member) {
  return (struct coverage){
      .required = spans_read(arena, member->required_spans, member->n_required_spans),
      .certified = spans_read(arena, member->certified_spans, member->n_certified_spans),
  };
}

bool standing_differs(struct arena *arena, const Enable__RosterMember *member,
                      const Enable__Requirements *requirements) {
  struct coverage before = counted(arena, member);
  struct coverage after = coverage_of(arena, member, requirements);
  return !same(before.required, after.required) || !same(before.certified, after.certified);
}

static void count_delta(struct arena *arena, struct record *record, const char *counter, Type__Party party,
                        struct spans before, struct spans after) {
  struct coverage_delta *deltas;
  size_t count = coverage_delta(arena, before, after, &deltas);
  for (size_t i = 0; i < count; i++) {
    txn_count(record, counter, party, month_start_us(deltas[i].month), deltas[i].amount);
  }
}

void standing_put(struct txn *txn, Enable__RosterMember *member, const Enable__Requirements *requirements,
                  const char *type, int64_t occur_us) {
  struct arena *arena = txn_arena(txn);
  struct coverage before = counted(arena, member);
  struct coverage after = coverage_of(arena, member, requirements);
  member->required_spans = spans_write(arena, after.required);
  member->n_required_spans = after.required.count;
  member->certified_spans = spans_write(arena, after.certified);
  member->n_certified_spans = after.certified.count;
  txn_put(txn, &kind_roster_member, member);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = type, .payload = member, .occur_us = occur_us});
  count_delta(arena, record, "coverage.required", member->party, before.required, after.required);
  count_delta(arena, record, "coverage.certified", member->party, before.certified, after.certified);
}
