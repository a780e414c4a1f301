#include "onboard/member.h"

#include "onboard/program.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define ENROLLED ONBOARD__MEMBER__STATE__STATE_ENROLLED
#define AT_LEVEL ONBOARD__MEMBER__STATE__STATE_AT_LEVEL
#define GRACE ONBOARD__MEMBER__STATE__STATE_GRACE
#define REMOVED ONBOARD__MEMBER__STATE__STATE_REMOVED
#define DECISION(name) ONBOARD__MEMBER_DECISION__MEMBER_DECISION_##name
#define CAUSE(name) ONBOARD__LEVEL_CAUSE__LEVEL_CAUSE_##name
#define METRIC(name) ONBOARD__CRITERION_METRIC__CRITERION_METRIC_##name

/* ---- levels ---- */

static void add_history(struct arena *arena, Onboard__Member *member, char *level, int64_t start_us,
                        Onboard__LevelCause cause, char *reason, const char *actor) {
  size_t kept = member->n_history < MEMBER_HISTORY_MAX ? member->n_history : MEMBER_HISTORY_MAX - 1;
  Onboard__MemberLevel **history = arena_calloc(arena, kept + 1, sizeof *history);
  for (size_t i = 0; i < kept; i++)
    history[i] = member->history[member->n_history - kept + i];
  Onboard__MemberLevel *entry = arena_new(arena, Onboard__MemberLevel);
  onboard__member_level__init(entry);
  entry->level = level;
  entry->start_time = timestamp_new(arena, start_us);
  entry->cause = cause;
  if (reason)
    entry->reason = reason;
  if (actor)
    entry->actor = arena_strdup(arena, actor);
  history[kept] = entry;
  member->history = history;
  member->n_history = kept + 1;
}

static void end_grace(Onboard__Member *member) {
  member->grace_end_time = NULL;
  member->grace_level = (char *)protobuf_c_empty_string;
}

/* A level, and the state that goes with it; a grace ends. */
static void put_level(struct arena *arena, Onboard__Member *member, char *level, int64_t start_us,
                      Onboard__LevelCause cause, char *reason, const char *actor) {
  if (!text_equal(member->level, level) || cause == CAUSE(OVERRIDE))
    add_history(arena, member, level, start_us, cause, reason, actor);
  member->level = level;
  member->state = text_empty(level) ? ENROLLED : AT_LEVEL;
  end_grace(member);
}

/* ---- time ---- */

int64_t member_next_us(const Onboard__Member *member) {
  return member->state == GRACE ? moment_us(member->grace_end_time) : INT64_MAX;
}

void member_demote(struct arena *arena, Onboard__Member *member) {
  put_level(arena, member, member->grace_level, member_next_us(member), CAUSE(GRACE_ENDED), NULL, NULL);
}

void member_settle(struct arena *arena, Onboard__Member *member, int64_t now_us) {
  if (member_next_us(member) <= now_us)
    member_demote(arena, member);
}

/* ---- transitions ---- */

static const struct transition transitions[] = {
    {ENROLLED, MEMBER_EVALUATE, MEMBER_BY_LEVEL, NULL},
    {AT_LEVEL, MEMBER_EVALUATE, MEMBER_BY_LEVEL, NULL},
    {GRACE, MEMBER_EVALUATE, MEMBER_BY_LEVEL, NULL},
    {ENROLLED, MEMBER_SET_LEVEL, MEMBER_BY_LEVEL, NULL},
    {AT_LEVEL, MEMBER_SET_LEVEL, MEMBER_BY_LEVEL, NULL},
    {GRACE, MEMBER_SET_LEVEL, MEMBER_BY_LEVEL, NULL},
    {ENROLLED, MEMBER_REMOVE, REMOVED, NULL},
    {AT_LEVEL, MEMBER_REMOVE, REMOVED, NULL},
    {GRACE, MEMBER_REMOVE, REMOVED, NULL},
    {REMOVED, MEMBER_REINSTATE, ENROLLED, NULL},
    {GRACE, MEMBER_DEMOTE, MEMBER_BY_LEVEL, NULL},
};
static const char *const actions[] = {"EVALUATE", "SET_LEVEL", "REMOVE", "REINSTATE", "DEMOTE"};
const struct machine member_machine = {
    .states = &onboard__member__state__descriptor,
    .actions = actions,
    .action_count = MEMBER_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *may(const struct act *act, const Onboard__Member *member,
                                enum member_action action) {
  int to;
  return machine_step(&member_machine, act, member->name, (int)member->state, (int)action, member, NULL, &to);
}

/* ---- readings ---- */

bool metric_is_computed(Onboard__CriterionMetric metric) {
  return metric == METRIC(FULFILMENT_BPS) || metric == METRIC(MILESTONES_BPS) ||
         metric == METRIC(REVIEWS_BPS);
}

const struct status *readings_check(const struct act *act, Onboard__MetricReading *const *readings,
                                    size_t count) {
  struct status *refusal = NULL;
  for (size_t i = 0; i < count; i++) {
    char *metric = arena_printf(act->arena, "readings[%zu].metric", i);
    if (metric_is_computed(readings[i]->metric))
      invalid_add(act->arena, &refusal, metric, "VALUE_OUT_OF_RANGE", "is computed, not read");
    for (size_t k = 0; k < i; k++)
      if (readings[k]->metric == readings[i]->metric) {
        invalid_add(act->arena, &refusal, metric, "DUPLICATE_KEY_VALUE", "the metric was read already");
        break;
      }
    moment_check_past(act->arena, &refusal, arena_printf(act->arena, "readings[%zu].read_time", i),
                      readings[i]->read_time, act->now_us);
  }
  return refusal;
}

static const Onboard__MetricReading *reading_of(const Onboard__Member *member,
                                                Onboard__CriterionMetric metric) {
  for (size_t i = 0; i < member->n_readings; i++)
    if (member->readings[i]->metric == metric)
      return member->readings[i];
  return NULL;
}

/* New readings take the place of older ones of their metric. */
static void keep_readings(const struct act *act, Onboard__Member *member,
                          Onboard__MetricReading *const *readings, size_t count) {
  Onboard__MetricReading **kept = arena_calloc(act->arena, member->n_readings + count, sizeof *kept);
  size_t n = 0;
  for (size_t i = 0; i < count; i++) {
    readings[i]->actor = arena_strdup(act->arena, act->actor);
    readings[i]->read_time = moment_or(act->arena, readings[i]->read_time, act->now_us);
  }
  for (size_t i = 0; i < member->n_readings; i++) {
    Onboard__MetricReading *latest = member->readings[i];
    for (size_t k = 0; k < count; k++)
      if (readings[k]->metric == latest->metric &&
          moment_us(readings[k]->read_time) >= moment_us(latest->read_time))
        latest = readings[k];
    kept[n++] = latest;
  }
  for (size_t i = 0; i < count; i++)
    if (!reading_of(member, readings[i]->metric))
      kept[n++] = readings[i];
  member->readings = kept;
  member->n_readings = n;
}

/* ---- evaluation ---- */

static void find_computed(struct arena *arena, const struct member_facts *facts,
                          Onboard__CriterionResult *result) {
  int64_t numerator = facts->computed[result->metric].numerator;
  int64_t denominator = facts->computed[result->metric].denominator;
  result->known = denominator > 0;
  result->value = ratio_bps(numerator, denominator);
  result->source = result->known
                       ? arena_printf(arena, "computed: %lld of %lld in the last %d months",
                                      (long long)numerator, (long long)denominator, MEMBER_WINDOW_MONTHS)
                       : arena_printf(arena, "nothing was due in the last %d months", MEMBER_WINDOW_MONTHS);
}

static void find_reading(const struct act *act, const Onboard__Member *member,
                         Onboard__CriterionResult *result) {
  const Onboard__MetricReading *reading = reading_of(member, result->metric);
  if (!reading) {
    result->source = (char *)"never read";
    return;
  }
  const char *when = moment_text(act->arena, moment_us(reading->read_time));
  result->known = moment_us(reading->read_time) + MEMBER_READING_DAYS * US_PER_DAY > act->now_us;
  result->value = reading->value;
  result->source = result->known ? arena_printf(act->arena, "%s, read %s", reading->source, when)
                                 : arena_printf(act->arena, "last read %s: too long ago", when);
}

static Onboard__LevelResult *judge(const struct act *act, const Onboard__Member *member,
                                   const struct member_facts *facts, const Onboard__ProgramLevel *level) {
  Onboard__LevelResult *result = arena_new(act->arena, Onboard__LevelResult);
  onboard__level_result__init(result);
  result->level = level->id;
  result->rank = level->rank;
  result->met = true;
  result->criteria = arena_calloc(act->arena, level->n_criteria, sizeof *result->criteria);
  for (size_t i = 0; i < level->n_criteria; i++) {
    Onboard__CriterionResult *one = arena_new(act->arena, Onboard__CriterionResult);
    onboard__criterion_result__init(one);
    one->metric = level->criteria[i]->metric;
    one->threshold = level->criteria[i]->threshold;
    if (metric_is_computed(one->metric))
      find_computed(act->arena, facts, one);
    else
      find_reading(act, member, one);
    one->met = one->known && one->value >= one->threshold;
    result->met = result->met && one->met;
    result->criteria[result->n_criteria++] = one;
  }
  return result;
}

/* Every level, and the highest up to which all are met; NULL: not even the lowest. */
static const Onboard__ProgramLevel *judge_all(const struct act *act, const Onboard__Member *member,
                                              const struct member_facts *facts,
                                              Onboard__EvaluateMemberResponse *out) {
  const Onboard__ProgramLevel **levels = program_by_rank(act->arena, facts->program);
  const Onboard__ProgramLevel *highest = NULL;
  bool qualified = true;
  out->levels = arena_calloc(act->arena, facts->program->n_levels, sizeof *out->levels);
  for (size_t i = 0; i < facts->program->n_levels; i++) {
    Onboard__LevelResult *result = judge(act, member, facts, levels[i]);
    qualified = qualified && result->met;
    result->qualified = qualified;
    if (qualified)
      highest = levels[i];
    out->levels[out->n_levels++] = result;
  }
  return highest;
}

/* One level up in a sequential program, otherwise straight to the highest. */
static char *next_level(const struct act *act, const Onboard__Member *member, const Onboard__Program *program,
                        const Onboard__ProgramLevel *highest) {
  int32_t rank = program_rank(program, member->level);
  const Onboard__ProgramLevel **levels = program_by_rank(act->arena, program);
  for (size_t i = 0; program->sequential && i < program->n_levels; i++)
    if (levels[i]->rank > rank)
      return levels[i]->id;
  return highest->id;
}

static Onboard__MemberDecision fall_short(const struct act *act, Onboard__Member *member,
                                          const Onboard__Program *program, char *level) {
  if (member->overridden)
    return DECISION(HELD);
  if (!program->grace_days) {
    put_level(act->arena, member, level, act->now_us, CAUSE(EVALUATION), NULL, NULL);
    return DECISION(DEMOTED);
  }
  bool running = member->state == GRACE;
  member->grace_level = level;
  member->state = GRACE;
  if (!running)
    member->grace_end_time = timestamp_new(act->arena, act->now_us + program->grace_days * US_PER_DAY);
  return running ? DECISION(GRACE_CONTINUES) : DECISION(GRACE_STARTED);
}

const struct status *member_evaluate(const struct act *act, Onboard__Member *member,
                                     const struct member_facts *facts,
                                     Onboard__MetricReading *const *readings, size_t count,
                                     Onboard__EvaluateMemberResponse *out) {
  const struct status *status = may(act, member, MEMBER_EVALUATE);
  if (status)
    return status;
  keep_readings(act, member, readings, count);
  const Onboard__ProgramLevel *highest = judge_all(act, member, facts, out);
  char *qualified = highest ? highest->id : (char *)protobuf_c_empty_string;
  int32_t to = highest ? highest->rank : 0, from = program_rank(facts->program, member->level);
  out->qualified_level = qualified;
  out->decision = DECISION(HELD);
  if (to > from) {
    put_level(act->arena, member, next_level(act, member, facts->program, highest), act->now_us,
              CAUSE(EVALUATION), NULL, NULL);
    member->overridden = false;
    out->decision = DECISION(PROMOTED);
  } else if (to < from) {
    out->decision = fall_short(act, member, facts->program, qualified);
  } else {
    if (member->state == GRACE) {
      put_level(act->arena, member, member->level, act->now_us, CAUSE(EVALUATION), NULL, NULL);
      out->decision = DECISION(RECOVERED);
    }
    member->overridden = false; /* it stands on its own now */
  }
  member->evaluate_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

/* ---- other actions ---- */

const struct status *program_check_active(struct arena *arena, const Onboard__Program *program) {
  if (program->state == ONBOARD__PROGRAM__STATE__STATE_ACTIVE)
    return NULL;
  struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, "PROGRAM_NOT_ACTIVE",
                                      "%s is not ACTIVE: nobody is enrolled in it", program->name);
  status_add_metadata(arena, status, "program", program->name);
  return status;
}

void member_start(const struct act *act, Onboard__Member *member, const Onboard__Program *program) {
  member->state = ENROLLED;
  member->program = program->name;
  member->enroll_time = timestamp_new(act->arena, act->now_us);
}

const struct status *member_set_level(const struct act *act, Onboard__Member *member,
                                      const Onboard__Program *program, char *level, char *reason) {
  const struct status *status = may(act, member, MEMBER_SET_LEVEL);
  if (status)
    return status;
  if (!text_empty(level) && !program_level(program, level)) {
    struct status *refusal = status_make(act->arena, CODE_FAILED_PRECONDITION, "LEVEL_UNKNOWN",
                                         "%s has no level %s", program->name, level);
    status_add_metadata(act->arena, refusal, "level", level);
    return refusal;
  }
  put_level(act->arena, member, level, act->now_us, CAUSE(OVERRIDE), reason, act->actor);
  member->overridden = !text_empty(level);
  return NULL;
}

const struct status *member_remove(const struct act *act, Onboard__Member *member, char *reason) {
  const struct status *status = may(act, member, MEMBER_REMOVE);
  if (status)
    return status;
  put_level(act->arena, member, (char *)protobuf_c_empty_string, act->now_us, CAUSE(OVERRIDE), reason,
            act->actor);
  member->overridden = false;
  member->state = REMOVED;
  member->remove_reason = reason;
  return NULL;
}

const struct status *member_reinstate(const struct act *act, Onboard__Member *member,
                                      const Onboard__Program *program) {
  const struct status *status = may(act, member, MEMBER_REINSTATE);
  if (!status)
    status = program_check_active(act->arena, program);
  if (status)
    return status;
  member->state = ENROLLED;
  member->remove_reason = (char *)protobuf_c_empty_string;
  return NULL;
}
