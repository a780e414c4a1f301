#include "onboard/builder.h"
#include "onboard/proposition.h"
#include "onboard/validation.h"

#include "runtime/base/name.h"

#define STATE(name) ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_##name
#define ARM(name) ONBOARD__VALIDATION_ARM__VALIDATION_ARM_##name

static Onboard__JointValueProposition *proposition_build(struct arena *arena) {
  struct act act = act_by(arena, VENDOR, "2026-01-05");
  Onboard__JointValueProposition *proposition = arena_new(arena, Onboard__JointValueProposition);
  onboard__joint_value_proposition__init(proposition);
  proposition->name = name_child(arena, PARTNERSHIP_NAME, "jointValuePropositions", "uptime");
  proposition->title = arena_strdup(arena, "Uptime");
  proposition_start(&act, proposition);
  return proposition;
}

static void map_gaps(struct arena *arena, Onboard__JointValueProposition *proposition, Type__Party party) {
  struct act act = act_by(arena, party, "2026-01-06");
  Onboard__GapMap *map = arena_new(arena, Onboard__GapMap);
  onboard__gap_map__init(map);
  assert_null(proposition_map(&act, proposition, map));
}

static void articulate(struct arena *arena, Onboard__JointValueProposition *proposition, const char *text) {
  struct act act = act_by(arena, PARTNER, "2026-01-07");
  bool changed;
  assert_null(proposition_articulate(&act, proposition, arena_strdup(arena, text), &changed));
}

static Onboard__OutcomeSlots *slots_build(struct arena *arena) {
  Onboard__OutcomeSlots *slots = arena_new(arena, Onboard__OutcomeSlots);
  onboard__outcome_slots__init(slots);
  slots->vendor_name = arena_strdup(arena, "Halden");
  slots->partner_name = arena_strdup(arena, "Orvane");
  slots->segment = arena_strdup(arena, "tier-one suppliers");
  slots->outcome = arena_strdup(arena, "half the unplanned downtime");
  slots->benefit = arena_strdup(arena, "frees two shifts a month");
  slots->timeframe = arena_strdup(arena, "nine months");
  return slots;
}

static void translate(struct arena *arena, Onboard__JointValueProposition *proposition,
                      Onboard__OutcomeSlots *slots) {
  struct act act = act_by(arena, VENDOR, "2026-01-08");
  bool changed;
  assert_null(proposition_translate(&act, proposition, slots, &changed));
}

static void approve_by(struct arena *arena, Onboard__JointValueProposition *proposition, Type__Party party) {
  struct act act = act_by(arena, party, "2026-01-09");
  assert_null(proposition_approve(&act, proposition, proposition->content_hash));
}

static void approve(struct arena *arena, Onboard__JointValueProposition *proposition) {
  approve_by(arena, proposition, VENDOR);
  approve_by(arena, proposition, PARTNER);
}

static Onboard__JointValueProposition *proposition_articulated(struct arena *arena) {
  Onboard__JointValueProposition *proposition = proposition_build(arena);
  map_gaps(arena, proposition, VENDOR);
  map_gaps(arena, proposition, PARTNER);
  articulate(arena, proposition, "Sensors and the crews that act on them");
  approve(arena, proposition);
  return proposition;
}

static Onboard__JointValueProposition *proposition_tested(struct arena *arena) {
  struct act act = act_by(arena, VENDOR, "2026-01-10");
  Onboard__JointValueProposition *proposition = proposition_articulated(arena);
  translate(arena, proposition, slots_build(arena));
  approve(arena, proposition);
  assert_null(proposition_test(&act, proposition));
  return proposition;
}

static const struct status *count(struct arena *arena, Onboard__JointValueProposition *proposition,
                                  Onboard__ValidationArm arm, int32_t conversations, int32_t positive,
                                  int sign) {
  struct act act = act_by(arena, VENDOR, "2026-02-01");
  Onboard__ValidationEntry *entry = arena_new(arena, Onboard__ValidationEntry);
  onboard__validation_entry__init(entry);
  entry->arm = arm;
  entry->conversations = conversations;
  entry->positive_responses = positive;
  return proposition_count(&act, proposition, entry, sign);
}

/* ---- wording ---- */

static void step_by_step(void **state) {
  struct arena *arena = *state;
  Onboard__JointValueProposition *proposition = proposition_build(arena);
  map_gaps(arena, proposition, PARTNER);
  map_gaps(arena, proposition, PARTNER); /* again: still one */
  assert_int_equal(proposition->state, STATE(DRAFT));
  assert_int_equal(proposition->n_gap_maps, 1);
  map_gaps(arena, proposition, VENDOR);
  assert_int_equal(proposition->state, STATE(GAP_MAPPED));
  assert_int_equal(proposition->gap_maps[0]->party, VENDOR);
  struct act vendor = act_by(arena, VENDOR, "2026-01-09");
  assert_refused(proposition_approve(&vendor, proposition, proposition->content_hash), "SLOTS_MISSING");
  articulate(arena, proposition, "Sensors and the crews that act on them");
  approve_by(arena, proposition, VENDOR);
  assert_int_equal(proposition->state, STATE(GAP_MAPPED));
  assert_refused(proposition_approve(&vendor, proposition, proposition->content_hash), "ALREADY_APPROVED");
  approve_by(arena, proposition, PARTNER);
  assert_int_equal(proposition->state, STATE(ARTICULATED));
  translate(arena, proposition, slots_build(arena));
  approve(arena, proposition);
  assert_int_equal(proposition->state, STATE(OUTCOME_TRANSLATED));
  assert_string_equal(
      proposition->together_sentence,
      "Together, Halden and Orvane enable half the unplanned downtime for tier-one suppliers.");
  assert_string_equal(proposition->outcome_sentence,
                      "half the unplanned downtime that frees two shifts a month in nine months");
}

static void an_edit_voids_approvals(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-01-12");
  bool changed;
  Onboard__JointValueProposition *proposition = proposition_articulated(arena);
  const char *read = proposition->content_hash;
  translate(arena, proposition, slots_build(arena));
  assert_refused(proposition_approve(&act, proposition, read), "CONTENT_CHANGED");
  approve(arena, proposition);
  /* The same wording changes nothing. */
  assert_null(proposition_translate(&act, proposition, slots_build(arena), &changed));
  assert_false(changed);
  assert_int_equal(proposition->state, STATE(OUTCOME_TRANSLATED));
  assert_int_equal(proposition->n_outcome_approvals, 2);
  /* Another outcome: the articulation stays approved. */
  Onboard__OutcomeSlots *slots = slots_build(arena);
  slots->timeframe = arena_strdup(arena, "six months");
  assert_null(proposition_translate(&act, proposition, slots, &changed));
  assert_true(changed);
  assert_int_equal(proposition->state, STATE(ARTICULATED));
  assert_int_equal(proposition->n_outcome_approvals, 0);
  assert_int_equal(proposition->n_articulation_approvals, 2);
  approve(arena, proposition);
  assert_int_equal(proposition->state, STATE(OUTCOME_TRANSLATED));
  /* Another articulation: both are to be approved anew. */
  assert_null(
      proposition_articulate(&act, proposition, arena_strdup(arena, "Something else entirely"), &changed));
  assert_int_equal(proposition->state, STATE(GAP_MAPPED));
  assert_int_equal(proposition->n_articulation_approvals + proposition->n_outcome_approvals, 0);
  approve_by(arena, proposition, PARTNER);
  map_gaps(arena, proposition, VENDOR);
  assert_int_equal(proposition->n_articulation_approvals, 0);
}

/* Each slot alone: it is named, and the sentences that need it are not made. */
static void missing_slots_are_named(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-01-12");
  static const struct {
    const char *name;
    size_t offset;
    bool together, promise; /* the sentences that need it */
  } slots[] = {
      {"vendor_name", offsetof(Onboard__OutcomeSlots, vendor_name), true, false},
      {"partner_name", offsetof(Onboard__OutcomeSlots, partner_name), true, false},
      {"segment", offsetof(Onboard__OutcomeSlots, segment), true, false},
      {"outcome", offsetof(Onboard__OutcomeSlots, outcome), true, true},
      {"benefit", offsetof(Onboard__OutcomeSlots, benefit), false, true},
      {"timeframe", offsetof(Onboard__OutcomeSlots, timeframe), false, true},
  };
  for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
    Onboard__JointValueProposition *proposition = proposition_articulated(arena);
    assert_int_equal(proposition->n_missing_slots, 6);
    Onboard__OutcomeSlots *outcome = slots_build(arena);
    char *blank = arena_strdup(arena, i % 2 ? "" : "  ");
    memcpy((char *)outcome + slots[i].offset, &blank, sizeof blank);
    translate(arena, proposition, outcome);
    assert_int_equal(proposition->n_missing_slots, 1);
    assert_string_equal(proposition->missing_slots[0], slots[i].name);
    assert_int_equal(*proposition->together_sentence == '\0', slots[i].together);
    assert_int_equal(*proposition->outcome_sentence == '\0', slots[i].promise);
    const struct status *status = proposition_approve(&act, proposition, proposition->content_hash);
    assert_refused(status, "SLOTS_MISSING");
    assert_int_equal(guard_count(status), 1);
    assert_non_null(strstr(status->guards->description, slots[i].name));
  }
  Onboard__JointValueProposition *proposition = proposition_articulated(arena);
  assert_int_equal(guard_count(proposition_approve(&act, proposition, proposition->content_hash)), 6);
}

/* ---- verdict ---- */

static void verdicts(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-03-01");
  static const struct {
    int32_t joint[2], vendor[2], partner[2]; /* conversations, positive responses */
    bool passed;
    int32_t lift_bps;
    Onboard__ValidationArm best;
  } cases[] = {
      {{10, 5}, {10, 4}, {10, 3}, true, 1000, ARM(VENDOR_SOLO)},
      {{10, 4}, {10, 4}, {10, 0}, false, 0, ARM(VENDOR_SOLO)},
      {{30, 10}, {30, 7}, {30, 7}, true, 1000, ARM(UNSPECIFIED)}, /* 1/3 - 7/30 is a tenth, in thirds */
      {{1000, 333}, {30, 7}, {30, 1}, false, 996, ARM(VENDOR_SOLO)},
      {{1000, 500}, {10000, 4001}, {10, 0}, false, 999, ARM(VENDOR_SOLO)}, /* a hair under */
      {{10, 0}, {10, 10}, {10, 10}, false, -10000, ARM(UNSPECIFIED)},
      {{10, 10}, {10, 0}, {10, 0}, true, 10000, ARM(UNSPECIFIED)},
      {{30, 10}, {10, 4}, {10, 2}, false, -667, ARM(VENDOR_SOLO)}, /* -666.7 rounded down */
      {{20, 11}, {20, 2}, {40, 18}, true, 1000, ARM(PARTNER_SOLO)},
      {{20, 11}, {20, 2}, {40, 19}, false, 750, ARM(PARTNER_SOLO)},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Onboard__JointValueProposition *proposition = proposition_tested(arena);
    assert_null(count(arena, proposition, ARM(JOINT), cases[i].joint[0], cases[i].joint[1], 1));
    assert_null(count(arena, proposition, ARM(VENDOR_SOLO), cases[i].vendor[0], cases[i].vendor[1], 1));
    assert_null(count(arena, proposition, ARM(PARTNER_SOLO), cases[i].partner[0], cases[i].partner[1], 1));
    assert_null(proposition_conclude(&act, proposition));
    const Onboard__ValidationVerdict *verdict = proposition->verdict;
    if (verdict->passed != cases[i].passed || verdict->lift_bps != cases[i].lift_bps ||
        verdict->best_solo_arm != cases[i].best)
      fail_msg("case %zu: %d %d %d", i, verdict->passed, verdict->lift_bps, (int)verdict->best_solo_arm);
    assert_int_equal(proposition->state, cases[i].passed ? STATE(VALIDATED) : STATE(FAILED));
  }
}

/* Against the definition, in fractions of 128 bits, for any tallies up to the limit. */
static void the_verdict_is_exact(void **state) {
  struct arena *arena = *state;
  srand(19);
  for (int i = 0; i < 20000; i++) {
    Onboard__ArmTally tallies[3], *arms[3];
    for (int k = 0; k < 3; k++) {
      onboard__arm_tally__init(&tallies[k]);
      tallies[k].arm = (Onboard__ValidationArm)(k + 1);
      tallies[k].conversations = 10 + rand() % (i % 2 ? 30 : 999991);
      tallies[k].positive_responses = rand() % (tallies[k].conversations + 1);
      arms[k] = &tallies[k];
    }
    Onboard__ValidationVerdict verdict = ONBOARD__VALIDATION_VERDICT__INIT;
    validation_judge(arms, &verdict);
    bool passes = true;
    for (int k = 1; k < 3; k++) {
      __int128 joint = (__int128)tallies[0].positive_responses * tallies[k].conversations;
      __int128 solo = (__int128)tallies[k].positive_responses * tallies[0].conversations;
      __int128 both = (__int128)tallies[0].conversations * tallies[k].conversations;
      passes = passes && (joint - solo) * 10 >= both; /* at least a tenth */
      assert_true((joint - solo) * 10000 >= both * verdict.lift_bps);
    }
    assert_int_equal(verdict.passed, passes);
  }
  (void)arena;
}

static void a_sample_is_needed_of_each_arm(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-03-01");
  Onboard__JointValueProposition *proposition = proposition_tested(arena);
  assert_int_equal(guard_count(proposition_conclude(&act, proposition)), 3);
  assert_null(count(arena, proposition, ARM(JOINT), 9, 9, 1));
  assert_null(count(arena, proposition, ARM(VENDOR_SOLO), 10, 0, 1));
  assert_null(count(arena, proposition, ARM(PARTNER_SOLO), 11, 0, 1));
  const struct status *status = proposition_conclude(&act, proposition);
  assert_refused(status, "SAMPLE_TOO_SMALL");
  assert_int_equal(guard_count(status), 1);
  assert_non_null(strstr(status->guards->description, "JOINT"));
  assert_null(count(arena, proposition, ARM(JOINT), 1, 1, 1));
  assert_null(count(arena, proposition, ARM(PARTNER_SOLO), 2, 0, -1));
  assert_int_equal(guard_count(proposition_conclude(&act, proposition)), 1);
  assert_null(count(arena, proposition, ARM(PARTNER_SOLO), 1, 0, 1));
  assert_null(proposition_conclude(&act, proposition));
  assert_refused(count(arena, proposition, ARM(JOINT), 1, 1, 1), REASON_INVALID_STATE);
  proposition = proposition_tested(arena);
  for (int i = 0; i < 100; i++)
    assert_null(count(arena, proposition, ARM(JOINT), 10000, 1, 1));
  assert_refused(count(arena, proposition, ARM(JOINT), 1, 1, 1), "TOO_MANY_CONVERSATIONS");
  assert_null(count(arena, proposition, ARM(VENDOR_SOLO), 1, 1, 1));
}

static void entries_are_the_own(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-02-01"), partner = act_by(arena, PARTNER, "2026-02-01");
  Onboard__ValidationEntry entry = ONBOARD__VALIDATION_ENTRY__INIT;
  entry.name = (char *)"vendors/a";
  entry.conversations = 4;
  entry.positive_responses = 5;
  assert_refused(validation_check(arena, &entry), REASON_INVALID_REQUEST);
  entry.positive_responses = 4;
  assert_null(validation_check(arena, &entry));
  validation_record(&vendor, &entry);
  assert_int_equal(moment_us(entry.occur_time), vendor.now_us);
  assert_refused(validation_withdraw(&partner, &entry, NULL), "NOT_OWN_ENTRY");
  assert_null(validation_withdraw(&vendor, &entry, arena_strdup(arena, "counted twice by us")));
  assert_refused(validation_withdraw(&vendor, &entry, NULL), REASON_INVALID_STATE);
}

/* ---- versions ---- */

static Onboard__JointValueProposition *revise(struct arena *arena, Onboard__JointValueProposition *from,
                                              const char *id) {
  struct act act = act_by(arena, PARTNER, "2026-04-01");
  Onboard__JointValueProposition *next = arena_new(arena, Onboard__JointValueProposition);
  onboard__joint_value_proposition__init(next);
  next->name = name_child(arena, PARTNERSHIP_NAME, "jointValuePropositions", id);
  const struct status *status = proposition_revise(&act, from, next);
  if (status)
    fail_msg("%s: %s", status->reason, status->message);
  return next;
}

static void a_revision_is_tested_anew(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-04-01");
  Onboard__JointValueProposition *first = proposition_tested(arena);
  Onboard__JointValueProposition none = ONBOARD__JOINT_VALUE_PROPOSITION__INIT;
  assert_refused(proposition_revise(&act, first, &none), REASON_INVALID_STATE);
  assert_null(count(arena, first, ARM(JOINT), 10, 10, 1));
  assert_null(count(arena, first, ARM(VENDOR_SOLO), 10, 1, 1));
  assert_null(count(arena, first, ARM(PARTNER_SOLO), 10, 1, 1));
  assert_null(proposition_conclude(&act, first));
  Onboard__JointValueProposition *second = revise(arena, first, "v2");
  assert_int_equal(second->version, 2);
  assert_int_equal(second->state, STATE(GAP_MAPPED));
  assert_int_equal(second->n_articulation_approvals + second->n_outcome_approvals + second->n_arms, 0);
  assert_null(second->verdict);
  assert_string_equal(second->articulation, first->articulation);
  assert_string_equal(second->replaces, first->name);
  assert_true(proposition_is_validated(first)); /* until the next is */
  const struct status *status = proposition_revise(&act, first, &none);
  assert_refused(status, "ALREADY_REVISED");
  assert_string_equal(metadata_of(status, "revised_by"), second->name);
  /* One that is given up is still revised, and what it was to replace passes on. */
  assert_null(proposition_retire(&act, second, arena_strdup(arena, "not worth the effort")));
  Onboard__JointValueProposition *third = revise(arena, second, "v3");
  assert_int_equal(third->version, 3);
  assert_string_equal(third->replaces, first->name);
  assert_null(proposition_supersede(&act, first, third->name));
  assert_int_equal(first->state, STATE(RETIRED));
  assert_refused(proposition_supersede(&act, first, third->name), REASON_INVALID_STATE);
  /* Without both gap maps there is nothing to go on from. */
  Onboard__JointValueProposition *bare = proposition_build(arena);
  assert_null(proposition_retire(&act, bare, arena_strdup(arena, "not worth the effort")));
  assert_refused(proposition_revise(&act, bare, &none), REASON_INVALID_STATE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(step_by_step),
      TEST(an_edit_voids_approvals),
      TEST(missing_slots_are_named),
      TEST(verdicts),
      TEST(the_verdict_is_exact),
      TEST(a_sample_is_needed_of_each_arm),
      TEST(entries_are_the_own),
      TEST(a_revision_is_tested_anew),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
