#include "enable/coverage.h"

#include "enable/credential.h"

#include "runtime/base/clock.h"
#include "runtime/base/money.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <stdlib.h>

static bool requires_role(const Enable__Requirement *requirement, const Enable__RosterMember *member) {
  for (size_t i = 0; i < requirement->n_roles; i++) {
    for (size_t j = 0; j < member->n_roles; j++) {
      if (requirement->roles[i] == member->roles[j]) {
        return true;
      }
    }
  }
  return false;
}

static bool accepts(const Enable__Requirement *requirement, const char *course) {
  if (text_equal(requirement->course, course)) {
    return true;
  }
  for (size_t i = 0; i < requirement->n_accepted_courses; i++) {
    if (text_equal(requirement->accepted_courses[i], course)) {
      return true;
    }
  }
  return false;
}

static struct spans held(struct arena *arena, const Enable__RosterMember *member,
                         const Enable__Requirement *requirement) {
  struct spans all = {0};
  for (size_t i = 0; i < member->n_holdings; i++) {
    const Enable__Holding *holding = member->holdings[i];
    if (accepts(requirement, holding->course)) {
      all = spans_union(arena, all, spans_read(arena, holding->active_spans, holding->n_active_spans));
    }
  }
  return all;
}

struct coverage coverage_of(struct arena *arena, const Enable__RosterMember *member,
                            const Enable__Requirements *requirements) {
  int64_t joined = timestamp_us(member->join_time, INT64_MIN);
  int64_t left = timestamp_us(member->leave_time, SPAN_OPEN);
  struct spans required = {0}, lacking = {0};
  for (size_t i = 0; requirements && i < requirements->n_requirements; i++) {
    const Enable__Requirement *requirement = requirements->requirements[i];
    if (!requires_role(requirement, member)) {
      continue;
    }
    struct span span = {span_start(requirement->span), span_end(requirement->span)};
    struct spans due = spans_clip(arena, spans_of(arena, &span, 1), joined, left);
    required = spans_union(arena, required, due);
    lacking = spans_union(arena, lacking, spans_subtract(arena, due, held(arena, member, requirement)));
  }
  return (struct coverage){.required = required, .certified = spans_subtract(arena, required, lacking)};
}

struct step {
  int64_t time_us;
  int64_t amount;
};

static int compare_steps(const void *left, const void *right) {
  const struct step *a = left, *b = right;
  return (a->time_us > b->time_us) - (a->time_us < b->time_us);
}

static void add_steps(struct step *steps, size_t *count, struct spans spans, int64_t sign) {
  for (size_t i = 0; i < spans.count; i++) {
    steps[(*count)++] = (struct step){spans.items[i].start_us, sign};
    if (spans.items[i].end_us != SPAN_OPEN) {
      steps[(*count)++] = (struct step){spans.items[i].end_us, -sign};
    }
  }
}

size_t coverage_delta(struct arena *arena, struct spans before, struct spans after,
                      struct coverage_delta **deltas) {
  struct step *steps = arena_calloc(arena, 2 * (before.count + after.count), sizeof *steps);
  size_t count = 0, months = 0;
  add_steps(steps, &count, before, -1);
  add_steps(steps, &count, after, 1);
  qsort(steps, count, sizeof *steps, compare_steps);
  struct coverage_delta *out = arena_calloc(arena, count, sizeof *out);
  for (size_t i = 0; i < count;) {
    struct coverage_delta delta = {.month = month_of(steps[i].time_us)};
    for (; i < count && month_of(steps[i].time_us) == delta.month; i++) {
      delta.amount += steps[i].amount;
    }
    if (delta.amount) {
      out[months++] = delta;
    }
  }
  *deltas = out;
  return months;
}

/* The most that were certified at once up to an instant. Ends come before starts of the same instant:
 * spans are half-open. */
static int compare_peak_steps(const void *left, const void *right) {
  const struct step *a = left, *b = right;
  int by_time = compare_steps(left, right);
  return by_time ? by_time : (a->amount > b->amount) - (a->amount < b->amount);
}

static void find_peak(struct arena *arena, struct step *steps, size_t count, int64_t time_us,
                      Enable__PartyCoverage *out) {
  qsort(steps, count, sizeof *steps, compare_peak_steps);
  int64_t level = 0;
  for (size_t i = 0; i < count && steps[i].time_us <= time_us; i++) {
    level += steps[i].amount;
    if (level > out->peak_certified) {
      out->peak_certified = level;
      out->peak_time = timestamp_new(arena, steps[i].time_us);
    }
  }
}

static Type__Ratio *ratio(struct arena *arena, int64_t numerator, int64_t denominator) {
  Type__Ratio *out = arena_new(arena, Type__Ratio);
  type__ratio__init(out);
  out->numerator = numerator;
  out->denominator = denominator;
  out->basis_points = ratio_bps(numerator, denominator);
  out->status =
      denominator ? TYPE__FIGURE_STATUS__FIGURE_STATUS_OK : TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA;
  return out;
}

static bool is_on_roster(const Enable__RosterMember *member, int64_t time_us) {
  return timestamp_us(member->join_time, INT64_MIN) <= time_us &&
         time_us < timestamp_us(member->leave_time, SPAN_OPEN);
}

Enable__PartyCoverage *coverage_measure(struct arena *arena, Type__Party party,
                                        Enable__RosterMember *const *members, size_t count,
                                        const Enable__Requirements *requirements, int64_t time_us) {
  Enable__PartyCoverage *out = arena_new(arena, Enable__PartyCoverage);
  enable__party_coverage__init(out);
  out->party = party;
  int64_t later_us = time_us + EXPIRING_DAYS * INT64_C(86400) * US_PER_SECOND;
  int64_t required = 0, certified = 0;
  size_t spans_total = 0;
  struct coverage *each = arena_calloc(arena, count, sizeof *each);
  for (size_t i = 0; i < count; i++) {
    if (members[i]->party != party) {
      continue;
    }
    each[i] = coverage_of(arena, members[i], requirements);
    spans_total += each[i].certified.count;
    bool now = spans_hold(each[i].certified, time_us);
    out->active += is_on_roster(members[i], time_us);
    required += spans_hold(each[i].required, time_us);
    certified += now;
    out->lapsing += now && spans_hold(each[i].required, later_us) && !spans_hold(each[i].certified, later_us);
  }
  struct step *steps = arena_calloc(arena, 2 * spans_total, sizeof *steps);
  size_t step_count = 0;
  for (size_t i = 0; i < count; i++) {
    add_steps(steps, &step_count, each[i].certified, 1);
  }
  find_peak(arena, steps, step_count, time_us, out);
  out->coverage = ratio(arena, certified, required);
  out->atrophy = ratio(arena, out->peak_certified - certified, out->peak_certified);
  return out;
}
