#include "sell/opportunity_snapshot.h"

#include "runtime/base/name.h"

#include <stddef.h>
#include <string.h>

enum {
  FULL = 1 << SELL__OPPORTUNITY_SNAPSHOT__TEMPLATE__TEMPLATE_FULL,
  CUSTOMER = 1 << SELL__OPPORTUNITY_SNAPSHOT__TEMPLATE__TEMPLATE_CUSTOMER,
  COMMERCIAL = 1 << SELL__OPPORTUNITY_SNAPSHOT__TEMPLATE__TEMPLATE_COMMERCIAL,
  PROGRESS = 1 << SELL__OPPORTUNITY_SNAPSHOT__TEMPLATE__TEMPLATE_PROGRESS,
  ALL = FULL | CUSTOMER | COMMERCIAL | PROGRESS,
};

#define MEMBER(name) offsetof(Sell__Opportunity, name), sizeof((Sell__Opportunity *)0)->name

/* A repeated field is two rows: its count and its elements. Sides are never kept. */
static const struct kept {
  size_t offset, size;
  unsigned templates;
} kept[] = {
    {MEMBER(name), ALL},
    {MEMBER(etag), ALL},
    {MEMBER(engagement), ALL},
    {MEMBER(owner_party), ALL},
    {MEMBER(display_name), ALL},
    {MEMBER(customer), FULL | CUSTOMER},
    {MEMBER(solution), FULL | CUSTOMER},
    {MEMBER(more_solutions), FULL | CUSTOMER},
    {MEMBER(n_more_solutions), FULL | CUSTOMER},
    {MEMBER(segment), FULL | CUSTOMER},
    {MEMBER(segment_by_vendor), FULL | CUSTOMER},
    {MEMBER(proposition), FULL | CUSTOMER},
    {MEMBER(amount), FULL | COMMERCIAL},
    {MEMBER(attribution), FULL | COMMERCIAL},
    {MEMBER(touches), FULL | COMMERCIAL},
    {MEMBER(n_touches), FULL | COMMERCIAL},
    {MEMBER(pipeline_source), FULL | COMMERCIAL},
    {MEMBER(incumbent_competitor), FULL | COMMERCIAL},
    {MEMBER(no_incumbent), FULL | COMMERCIAL},
    {MEMBER(loss_reason), FULL | COMMERCIAL},
    {MEMBER(expected_close_time), FULL | COMMERCIAL | PROGRESS},
    {MEMBER(close_time), FULL | COMMERCIAL | PROGRESS},
    {MEMBER(stage), FULL | COMMERCIAL | PROGRESS},
    {MEMBER(state), FULL | COMMERCIAL | PROGRESS},
    {MEMBER(create_time), FULL | PROGRESS},
    {MEMBER(update_time), FULL | PROGRESS},
    {MEMBER(open_time), FULL | PROGRESS},
    {MEMBER(qualify_time), FULL | PROGRESS},
    {MEMBER(stage_time), FULL | PROGRESS},
    {MEMBER(reverse_time), FULL | PROGRESS},
    {MEMBER(reverse_reason), FULL | PROGRESS},
    {MEMBER(reopen_time), FULL | PROGRESS},
    {MEMBER(reopen_reason), FULL | PROGRESS},
    {MEMBER(retreat_reason), FULL | PROGRESS},
    {MEMBER(review), FULL | PROGRESS},
    {MEMBER(outcome), FULL | PROGRESS},
    {MEMBER(stage_roles), FULL | PROGRESS},
    {MEMBER(n_stage_roles), FULL | PROGRESS},
    {MEMBER(registration), FULL},
    {MEMBER(joined_by), FULL},
    {MEMBER(external_id), FULL},
    {MEMBER(seller), FULL},
};

Sell__Opportunity *snapshot_subset(struct arena *arena, const Sell__Opportunity *opportunity,
                                   Sell__OpportunitySnapshot__Template template) {
  Sell__Opportunity *subset = arena_new(arena, Sell__Opportunity);
  sell__opportunity__init(subset);
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if (kept[i].templates & 1u << template)
      memcpy((char *)subset + kept[i].offset, (const char *)opportunity + kept[i].offset, kept[i].size);
  return subset;
}

const struct status *snapshot_take(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                   Sell__OpportunitySnapshot__Template template, int32_t last,
                                   Sell__OpportunitySnapshot *snapshot) {
  if (last >= SNAPSHOTS_MAX) {
    struct status *full =
        status_make(occasion->arena, CODE_FAILED_PRECONDITION, REASON_SNAPSHOTS_FULL,
                    "%s has %d snapshots, which is as many as it can have", opportunity->name, SNAPSHOTS_MAX);
    status_add_metadata(occasion->arena, full, "max", arena_printf(occasion->arena, "%d", SNAPSHOTS_MAX));
    return full;
  }
  bool own = opportunity_private_to(opportunity) != TYPE__PARTY__PARTY_UNSPECIFIED;
  snapshot->number = last + 1;
  snapshot->name = name_child(occasion->arena, opportunity->name, "snapshots",
                              arena_printf(occasion->arena, "%s%d", own ? "own-" : "", snapshot->number));
  snapshot->template_ = template;
  snapshot->revision = opportunity->etag;
  snapshot->creator = occasion->party;
  snapshot->private_to = opportunity_private_to(opportunity);
  snapshot->opportunity = snapshot_subset(occasion->arena, opportunity, template);
  return NULL;
}

bool snapshot_visible(const Sell__OpportunitySnapshot *snapshot, Type__Party viewer) {
  return snapshot->private_to == TYPE__PARTY__PARTY_UNSPECIFIED || snapshot->private_to == viewer;
}
