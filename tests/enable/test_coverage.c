#include "enable/coverage.h"
#include "enable/span.h"
#include "support/check.h"

#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"

#include <stdlib.h>
#include <string.h>

#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define VENDOR TYPE__PARTY__PARTY_VENDOR
enum { SMALL = 64, ROUNDS = 3000 };

static struct arena *arena;

static int64_t day(const char *text) {
  int64_t time_us;
  assert_true(time_parse(text, &time_us));
  return time_us;
}

/* Sets of small numbers, drawn at random, against the same sets as bits. */
static uint64_t random_bits(struct spans *out) {
  struct span items[5];
  uint64_t bits = 0;
  size_t count = (size_t)random() % 6;
  for (size_t i = 0; i < count; i++) {
    items[i] = (struct span){random() % SMALL, random() % SMALL};
    for (int64_t t = items[i].start_us; t < items[i].end_us; t++)
      bits |= UINT64_C(1) << t;
  }
  *out = spans_of(arena, items, count);
  return bits;
}

static void assert_bits(struct spans spans, uint64_t bits) {
  for (int t = 0; t < SMALL; t++)
    assert_int_equal(spans_hold(spans, t), bits >> t & 1);
  for (size_t i = 0; i < spans.count; i++) {
    assert_true(spans.items[i].start_us < spans.items[i].end_us);
    assert_true(i == 0 || spans.items[i - 1].end_us < spans.items[i].start_us);
  }
}

static void spans_are_sets(void **state) {
  (void)state;
  srandom(7);
  for (int round = 0; round < ROUNDS; round++) {
    struct spans a, b;
    uint64_t x = random_bits(&a), y = random_bits(&b);
    int from = (int)(random() % SMALL), until = (int)(random() % SMALL);
    uint64_t window = 0;
    for (int t = from; t < until; t++)
      window |= UINT64_C(1) << t;
    assert_bits(a, x);
    assert_bits(spans_union(arena, a, b), x | y);
    assert_bits(spans_subtract(arena, a, b), x & ~y);
    assert_bits(spans_clip(arena, a, from, until), x & window);
    assert_bits(spans_read(arena, spans_write(arena, a), a.count), x);
    arena_reset(arena);
  }
}

static struct spans random_days(void) {
  struct span items[4];
  size_t count = (size_t)random() % 5;
  for (size_t i = 0; i < count; i++) {
    items[i].start_us = day("2026-01-01") + (random() % 400) * INT64_C(86400000000);
    items[i].end_us = random() % 8 ? items[i].start_us + (random() % 200) * INT64_C(86400000000) : SPAN_OPEN;
  }
  return spans_of(arena, items, count);
}

/* However spans change, the deltas summed up to a month are what holds at its last instant. */
static void deltas_add_up_to_the_gauge(void **state) {
  (void)state;
  enum { CHANGES = 6, MONTHS = 36 };
  srandom(11);
  for (int round = 0; round < 500; round++) {
    int64_t sums[MONTHS] = {0};
    struct spans now = {0};
    for (int change = 0; change < CHANGES; change++) {
      struct spans next = random_days();
      struct coverage_delta *deltas;
      size_t count = coverage_delta(arena, now, next, &deltas);
      for (size_t i = 0; i < count; i++) {
        assert_int_not_equal(deltas[i].amount, 0);
        assert_true(i == 0 || deltas[i - 1].month < deltas[i].month);
        for (int m = 0; m < MONTHS; m++)
          sums[m] += deltas[i].month <= month_add(202601, m) ? deltas[i].amount : 0;
      }
      now = next;
      for (int m = 0; m < MONTHS; m++)
        assert_int_equal(sums[m], spans_hold(now, month_start_us(month_add(202601, m + 1)) - 1));
    }
    arena_reset(arena);
  }
}

static Enable__Requirements *requirements(void) {
  Enable__Requirements *made = arena_new(arena, Enable__Requirements);
  enable__requirements__init(made);
  return made;
}

static Enable__Requirement *require(Enable__Requirements *all, const char *course, const char *from,
                                    const char *until) {
  static Enable__RosterMember__Role role = ENABLE__ROSTER_MEMBER__ROLE__ROLE_SELLER;
  Enable__Requirement *made = arena_new(arena, Enable__Requirement);
  enable__requirement__init(made);
  made->course = (char *)course;
  made->roles = &role;
  made->n_roles = 1;
  made->span = span_write(arena, day(from), until ? day(until) : SPAN_OPEN);
  Enable__Requirement **list = arena_calloc(arena, all->n_requirements + 1, sizeof *list);
  if (all->n_requirements)
    memcpy(list, all->requirements, all->n_requirements * sizeof *list);
  list[all->n_requirements++] = made;
  all->requirements = list;
  return made;
}

static Enable__RosterMember *member(Type__Party party, const char *joined) {
  static Enable__RosterMember__Role role = ENABLE__ROSTER_MEMBER__ROLE__ROLE_SELLER;
  Enable__RosterMember *made = arena_new(arena, Enable__RosterMember);
  enable__roster_member__init(made);
  made->party = party;
  made->roles = &role;
  made->n_roles = 1;
  made->join_time = timestamp_new(arena, day(joined));
  return made;
}

static void hold(Enable__RosterMember *m, const char *course, const char *from, const char *until) {
  Enable__Holding *made = arena_new(arena, Enable__Holding);
  enable__holding__init(made);
  made->course = made->credential = (char *)course;
  made->active_spans = arena_calloc(arena, 1, sizeof *made->active_spans);
  made->active_spans[0] = span_write(arena, day(from), until ? day(until) : SPAN_OPEN);
  made->n_active_spans = 1;
  Enable__Holding **list = arena_calloc(arena, m->n_holdings + 1, sizeof *list);
  if (m->n_holdings)
    memcpy(list, m->holdings, m->n_holdings * sizeof *list);
  list[m->n_holdings++] = made;
  m->holdings = list;
}

static void certified_needs_every_course(void **state) {
  (void)state;
  Enable__Requirements *all = requirements();
  require(all, "a", "2026-01-01", NULL);
  require(all, "b", "2026-03-01", "2026-06-01");
  Enable__RosterMember *m = member(PARTNER, "2026-02-01");
  hold(m, "a", "2026-02-10", "2027-02-10");
  struct coverage coverage = coverage_of(arena, m, all);
  assert_false(spans_hold(coverage.required, day("2026-01-31")));
  assert_true(spans_hold(coverage.required, day("2026-02-01")));
  assert_false(spans_hold(coverage.certified, day("2026-02-09")));
  assert_true(spans_hold(coverage.certified, day("2026-02-10")));
  assert_false(spans_hold(coverage.certified, day("2026-03-01"))); /* b is missing */
  assert_true(spans_hold(coverage.certified, day("2026-06-01")));  /* and no longer required */
  assert_false(spans_hold(coverage.certified, day("2027-02-10")));
  m->leave_time = timestamp_new(arena, day("2026-07-01"));
  coverage = coverage_of(arena, m, all);
  assert_true(spans_hold(coverage.certified, day("2026-06-30")));
  assert_false(spans_hold(coverage.certified, day("2026-07-01")));
  assert_false(spans_hold(coverage.required, day("2026-07-01")));
}

static void earlier_versions_count_when_accepted(void **state) {
  (void)state;
  Enable__Requirements *all = requirements();
  require(all, "a1", "2026-01-01", "2026-05-01");
  Enable__Requirement *next = require(all, "a2", "2026-05-01", NULL);
  Enable__RosterMember *m = member(PARTNER, "2026-01-01");
  hold(m, "a1", "2026-01-01", NULL);
  assert_false(spans_hold(coverage_of(arena, m, all).certified, day("2026-05-01")));
  char *accepted[] = {(char *)"a1"};
  next->accepted_courses = accepted;
  next->n_accepted_courses = 1;
  assert_true(spans_hold(coverage_of(arena, m, all).certified, day("2026-05-01")));
}

static void measured_per_party_with_atrophy(void **state) {
  (void)state;
  Enable__Requirements *all = requirements();
  require(all, "a", "2026-01-01", NULL);
  Enable__RosterMember *members[5];
  for (int i = 0; i < 4; i++)
    members[i] = member(PARTNER, "2026-01-01");
  members[4] = member(VENDOR, "2026-01-01");
  hold(members[0], "a", "2026-02-01", NULL);
  hold(members[1], "a", "2026-02-01", "2026-04-01");
  hold(members[2], "a", "2026-03-01", "2026-08-01");
  members[0]->leave_time = timestamp_new(arena, day("2026-05-01"));
  Enable__PartyCoverage *at = coverage_measure(arena, PARTNER, members, 5, all, day("2026-06-01"));
  assert_int_equal(at->active, 3);
  assert_int_equal(at->coverage->numerator, 1);
  assert_int_equal(at->coverage->denominator, 3);
  assert_int_equal(at->coverage->basis_points, 3333);
  assert_int_equal(at->peak_certified, 3);
  assert_int_equal(timestamp_us(at->peak_time, 0), day("2026-03-01"));
  assert_int_equal(at->atrophy->numerator, 2);
  assert_int_equal(at->atrophy->basis_points, 6667);
  assert_int_equal(at->lapsing, 1);
  Enable__PartyCoverage *vendor = coverage_measure(arena, VENDOR, members, 5, all, day("2026-06-01"));
  assert_int_equal(vendor->coverage->denominator, 1);
  assert_int_equal(vendor->coverage->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_OK);
  assert_int_equal(vendor->atrophy->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
  Enable__PartyCoverage *before = coverage_measure(arena, PARTNER, members, 5, all, day("2025-12-01"));
  assert_int_equal(before->coverage->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
  assert_int_equal(before->peak_certified, 0);
  assert_null(before->peak_time);
}

static void one_who_follows_another_is_no_peak(void **state) {
  (void)state;
  Enable__Requirements *all = requirements();
  require(all, "a", "2026-01-01", NULL);
  Enable__RosterMember *members[] = {member(PARTNER, "2026-01-01"), member(PARTNER, "2026-01-01")};
  hold(members[0], "a", "2026-02-01", "2026-03-01");
  hold(members[1], "a", "2026-03-01", "2026-04-01");
  assert_int_equal(coverage_measure(arena, PARTNER, members, 2, all, day("2026-05-01"))->peak_certified, 1);
}

/* Swapping the labels swaps the results. */
static void parties_are_measured_alike(void **state) {
  (void)state;
  Enable__Requirements *all = requirements();
  require(all, "a", "2026-01-01", NULL);
  Enable__RosterMember *members[6];
  for (int i = 0; i < 6; i++) {
    members[i] = member(i % 2 ? PARTNER : VENDOR, "2026-01-01");
    if (i < 3)
      hold(members[i], "a", "2026-02-01", "2027-02-01");
  }
  Enable__PartyCoverage *was[2], *is[2];
  for (int p = 0; p < 2; p++)
    was[p] = coverage_measure(arena, p ? PARTNER : VENDOR, members, 6, all, day("2026-06-01"));
  for (int i = 0; i < 6; i++)
    members[i]->party = members[i]->party == VENDOR ? PARTNER : VENDOR;
  for (int p = 0; p < 2; p++)
    is[p] = coverage_measure(arena, p ? VENDOR : PARTNER, members, 6, all, day("2026-06-01"));
  for (int p = 0; p < 2; p++) {
    assert_int_equal(was[p]->coverage->numerator, is[p]->coverage->numerator);
    assert_int_equal(was[p]->coverage->denominator, is[p]->coverage->denominator);
    assert_int_equal(was[p]->lapsing, is[p]->lapsing);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(spans_are_sets),
      cmocka_unit_test(deltas_add_up_to_the_gauge),
      cmocka_unit_test(certified_needs_every_course),
      cmocka_unit_test(earlier_versions_count_when_accepted),
      cmocka_unit_test(measured_per_party_with_atrophy),
      cmocka_unit_test(one_who_follows_another_is_no_peak),
      cmocka_unit_test(parties_are_measured_alike),
  };
  arena = arena_create(16 << 20, NULL, NULL);
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  arena_destroy(arena);
  return failures;
}
