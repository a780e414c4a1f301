#include "onboard/builder.h"
#include "onboard/member.h"
#include "onboard/program.h"

#define STATE(name) ONBOARD__MEMBER__STATE__STATE_##name
#define DECISION(name) ONBOARD__MEMBER_DECISION__MEMBER_DECISION_##name
#define METRIC(name) ONBOARD__CRITERION_METRIC__CRITERION_METRIC_##name

enum { LEVELS = 3 };

static Onboard__EntryCriterion *criterion(struct arena *arena, Onboard__CriterionMetric metric,
                                          int64_t threshold) {
  Onboard__EntryCriterion *one = arena_new(arena, Onboard__EntryCriterion);
  onboard__entry_criterion__init(one);
  one->metric = metric;
  one->threshold = threshold;
  return one;
}

/* Registered (no criteria), silver (5 certified), gold (10 certified, 80 % fulfilment); grace of 30 days. The
 * levels are not in order of rank. */
static Onboard__Program *program_of(struct arena *arena) {
  static const char *const ids[LEVELS] = {"gold", "registered", "silver"};
  static const int32_t ranks[LEVELS] = {30, 10, 20};
  Onboard__Program *program = arena_new(arena, Onboard__Program);
  onboard__program__init(program);
  program->name = (char *)"vendors/halden/programs/partners";
  program->state = ONBOARD__PROGRAM__STATE__STATE_ACTIVE;
  program->grace_days = 30;
  program->levels = arena_calloc(arena, LEVELS, sizeof *program->levels);
  for (int i = 0; i < LEVELS; i++) {
    Onboard__ProgramLevel *level = arena_new(arena, Onboard__ProgramLevel);
    onboard__program_level__init(level);
    level->id = (char *)ids[i];
    level->rank = ranks[i];
    level->criteria = arena_calloc(arena, 2, sizeof *level->criteria);
    if (i != 1)
      level->criteria[level->n_criteria++] = criterion(arena, METRIC(CERTIFIED_PEOPLE), i ? 5 : 10);
    if (i == 0)
      level->criteria[level->n_criteria++] = criterion(arena, METRIC(FULFILMENT_BPS), 8000);
    program->levels[program->n_levels++] = level;
  }
  return program;
}

static Onboard__Member *member_of(struct arena *arena, const Onboard__Program *program) {
  struct act act = act_by(arena, VENDOR, "2026-01-05");
  Onboard__Member *member = arena_new(arena, Onboard__Member);
  onboard__member__init(member);
  member->name = (char *)PARTNERSHIP_NAME "/members/partners";
  member_start(&act, member, program);
  return member;
}

/* Evaluates with so many certified people (-1: no new reading) and a fulfilment in percent. */
static Onboard__EvaluateMemberResponse *evaluate(const struct act *act, Onboard__Member *member,
                                                 const Onboard__Program *program, int64_t certified,
                                                 int64_t fulfilment) {
  Onboard__EvaluateMemberResponse *out = arena_new(act->arena, Onboard__EvaluateMemberResponse);
  Onboard__MetricReading *reading = arena_new(act->arena, Onboard__MetricReading);
  struct member_facts facts = {.program = program};
  onboard__evaluate_member_response__init(out);
  onboard__metric_reading__init(reading);
  reading->metric = METRIC(CERTIFIED_PEOPLE);
  reading->value = certified;
  reading->source = (char *)"Coverage report";
  facts.computed[METRIC(FULFILMENT_BPS)].numerator = fulfilment;
  facts.computed[METRIC(FULFILMENT_BPS)].denominator = fulfilment < 0 ? 0 : 100;
  assert_null(member_evaluate(act, member, &facts, &reading, certified < 0 ? 0 : 1, out));
  return out;
}

static void it_rises_at_once_and_is_told_why(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__Program *program = program_of(arena);
  Onboard__Member *member = member_of(arena, program);
  Onboard__EvaluateMemberResponse *out = evaluate(&act, member, program, -1, -1);
  assert_int_equal(out->decision, DECISION(PROMOTED)); /* registered asks for nothing */
  assert_string_equal(member->level, "registered");
  assert_int_equal(out->n_levels, LEVELS);
  assert_string_equal(out->levels[1]->level, "silver"); /* by rank */
  assert_false(out->levels[1]->criteria[0]->known);
  assert_string_equal(out->levels[1]->criteria[0]->source, "never read");
  out = evaluate(&act, member, program, 12, 79);
  assert_string_equal(member->level, "silver");
  assert_false(out->levels[2]->qualified);
  assert_true(out->levels[2]->criteria[0]->met);
  assert_false(out->levels[2]->criteria[1]->met);
  assert_int_equal(out->levels[2]->criteria[1]->value, 7900);
  out = evaluate(&act, member, program, -1, 80);
  assert_int_equal(out->decision, DECISION(PROMOTED));
  assert_string_equal(member->level, "gold");
  assert_int_equal(member->state, STATE(AT_LEVEL));
  assert_int_equal(member->n_history, 3);
  assert_int_equal(evaluate(&act, member, program, 10, 100)->decision, DECISION(HELD));
}

/* A level needs those below it as well. */
static void levels_build_on_each_other(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__Program *program = program_of(arena);
  Onboard__Member *member = member_of(arena, program);
  program->levels[0]->criteria[0]->threshold = 1; /* gold asks for fewer people than silver */
  Onboard__EvaluateMemberResponse *out = evaluate(&act, member, program, 3, 90);
  assert_true(out->levels[2]->met);
  assert_false(out->levels[2]->qualified);
  assert_string_equal(out->qualified_level, "registered");
}

static void a_sequential_program_rises_step_by_step(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__Program *program = program_of(arena);
  Onboard__Member *member = member_of(arena, program);
  program->sequential = true;
  static const char *const steps[] = {"registered", "silver", "gold"};
  for (int i = 0; i < LEVELS; i++) {
    assert_string_equal(evaluate(&act, member, program, 20, 95)->qualified_level, "gold");
    assert_string_equal(member->level, steps[i]);
  }
}

static Onboard__Member *gold(const struct act *act, const Onboard__Program *program) {
  Onboard__Member *member = member_of(act->arena, program);
  evaluate(act, member, program, 12, 95);
  assert_string_equal(member->level, "gold");
  return member;
}

static void it_falls_only_after_the_grace(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15"), later = act_by(arena, VENDOR, "2026-07-25");
  Onboard__Program *program = program_of(arena);
  Onboard__Member *member = gold(&act, program);
  assert_int_equal(evaluate(&act, member, program, 6, 95)->decision, DECISION(GRACE_STARTED));
  assert_string_equal(member->level, "gold");
  assert_int_equal(member->state, STATE(GRACE));
  assert_int_equal(member_next_us(member), at("2026-08-14"));
  /* A second look does not prolong it, but sees where it would fall to now. */
  assert_int_equal(evaluate(&later, member, program, 1, 95)->decision, DECISION(GRACE_CONTINUES));
  assert_int_equal(member_next_us(member), at("2026-08-14"));
  member_settle(arena, member, at("2026-08-13"));
  assert_string_equal(member->level, "gold");
  member_settle(arena, member, at("2026-09-01"));
  assert_string_equal(member->level, "registered");
  assert_int_equal(member->state, STATE(AT_LEVEL));
  assert_null(member->grace_end_time);
  assert_int_equal(moment_us(member->history[member->n_history - 1]->start_time), at("2026-08-14"));
  assert_int_equal(member_next_us(member), INT64_MAX);
}

static void it_recovers_in_time(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__Program *program = program_of(arena);
  Onboard__Member *member = gold(&act, program);
  evaluate(&act, member, program, 6, 95);
  size_t history = member->n_history;
  assert_int_equal(evaluate(&act, member, program, 11, 95)->decision, DECISION(RECOVERED));
  assert_int_equal(member->state, STATE(AT_LEVEL));
  assert_null(member->grace_end_time);
  assert_int_equal(member->n_history, history);
}

static void without_grace_it_falls_at_once(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__Program *program = program_of(arena);
  Onboard__Member *member = gold(&act, program);
  program->grace_days = 0;
  assert_int_equal(evaluate(&act, member, program, 6, 95)->decision, DECISION(DEMOTED));
  assert_string_equal(member->level, "silver");
}

static void readings_grow_old(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15"), next_year = act_by(arena, VENDOR, "2027-07-16");
  struct act day_before = act_by(arena, VENDOR, "2027-07-15");
  Onboard__Program *program = program_of(arena);
  Onboard__Member *member = gold(&act, program);
  assert_int_equal(evaluate(&day_before, member, program, -1, 95)->decision, DECISION(HELD));
  Onboard__EvaluateMemberResponse *out = evaluate(&next_year, member, program, -1, 95);
  assert_int_equal(out->decision, DECISION(GRACE_STARTED));
  assert_non_null(strstr(out->levels[1]->criteria[0]->source, "too long ago"));
}

static void an_override_is_named_and_kept(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__Program *program = program_of(arena);
  Onboard__Member *member = member_of(arena, program);
  assert_refused(member_set_level(&act, member, program, (char *)"platinum", (char *)"a favour"),
                 "LEVEL_UNKNOWN");
  assert_null(member_set_level(&act, member, program, (char *)"gold", (char *)"launch partner"));
  assert_true(member->overridden);
  const Onboard__MemberLevel *entry = member->history[member->n_history - 1];
  assert_string_equal(entry->actor, act.actor);
  assert_string_equal(entry->reason, "launch partner");
  assert_int_equal(evaluate(&act, member, program, 1, 10)->decision, DECISION(HELD));
  assert_string_equal(member->level, "gold");
  /* Once it has earned the level, it can lose it like any other. */
  assert_int_equal(evaluate(&act, member, program, 10, 90)->decision, DECISION(HELD));
  assert_false(member->overridden);
  assert_int_equal(evaluate(&act, member, program, 1, 90)->decision, DECISION(GRACE_STARTED));
  assert_null(member_remove(&act, member, (char *)"left the market"));
  assert_int_equal(member_next_us(member), INT64_MAX);
  assert_null(member_reinstate(&act, member, program));
  assert_int_equal(member->state, STATE(ENROLLED));
  assert_string_equal(member->level, "");
  assert_null(member_remove(&act, member, (char *)"left the market"));
  program->state = ONBOARD__PROGRAM__STATE__STATE_RETIRED;
  assert_refused(member_reinstate(&act, member, program), "PROGRAM_NOT_ACTIVE");
}

static void history_is_limited(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__Program *program = program_of(arena);
  Onboard__Member *member = member_of(arena, program);
  for (int i = 0; i < MEMBER_HISTORY_MAX + 5; i++)
    assert_null(member_set_level(&act, member, program, (char *)(i % 2 ? "gold" : "silver"),
                                 arena_printf(arena, "reason %d", i)));
  assert_int_equal(member->n_history, MEMBER_HISTORY_MAX);
  assert_string_equal(member->history[0]->reason, "reason 5");
}

static void bad_readings_are_named(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__MetricReading readings[3] = {ONBOARD__METRIC_READING__INIT, ONBOARD__METRIC_READING__INIT,
                                        ONBOARD__METRIC_READING__INIT};
  Onboard__MetricReading *all[] = {&readings[0], &readings[1], &readings[2]};
  readings[0].metric = METRIC(FULFILMENT_BPS);
  readings[1].metric = readings[2].metric = METRIC(JOINT_WINS);
  readings[1].read_time = time_at(arena, "2026-07-16");
  assert_int_equal(violation_count(readings_check(&act, all, 3)), 3);
  assert_null(readings_check(&act, &all[2], 1));
}

static void bad_levels_are_named(void **state) {
  struct arena *arena = *state;
  Onboard__Program *program = program_of(arena);
  assert_null(program_check(arena, program, "program"));
  program->levels[1]->id = program->levels[0]->id;
  program->levels[1]->rank = program->levels[2]->rank;
  program->levels[0]->criteria[1]->metric = METRIC(CERTIFIED_PEOPLE);
  assert_int_equal(violation_count(program_check(arena, program, "program")), 3);
}

static void active_levels_stay(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__Program *program = program_of(arena), *edited = program_of(arena);
  edited->title = (char *)"Partners 2026";
  assert_null(program_edit(&act, program, edited));
  edited = program_of(arena);
  edited->levels[2]->criteria[0]->threshold = 6;
  assert_refused(program_edit(&act, program, edited), "LEVELS_FIXED");
  edited = program_of(arena);
  edited->grace_days = 31;
  assert_refused(program_edit(&act, program, edited), "LEVELS_FIXED");
  program->state = ONBOARD__PROGRAM__STATE__STATE_DRAFT;
  assert_null(program_edit(&act, program, edited));
  program->n_levels = 0;
  assert_refused(program_activate(&act, program), REASON_GUARD_UNMET);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(it_rises_at_once_and_is_told_why),
      TEST(levels_build_on_each_other),
      TEST(a_sequential_program_rises_step_by_step),
      TEST(it_falls_only_after_the_grace),
      TEST(it_recovers_in_time),
      TEST(without_grace_it_falls_at_once),
      TEST(readings_grow_old),
      TEST(an_override_is_named_and_kept),
      TEST(history_is_limited),
      TEST(bad_readings_are_named),
      TEST(bad_levels_are_named),
      TEST(active_levels_stay),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
