#include "onboard/program.h"

#include "onboard/term.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <string.h>

#define DRAFT ONBOARD__PROGRAM__STATE__STATE_DRAFT
#define ACTIVE ONBOARD__PROGRAM__STATE__STATE_ACTIVE
#define RETIRED ONBOARD__PROGRAM__STATE__STATE_RETIRED

/* ---- levels ---- */

const Onboard__ProgramLevel *program_level(const Onboard__Program *program, const char *id) {
  for (size_t i = 0; i < program->n_levels; i++)
    if (!text_empty(id) && text_equal(program->levels[i]->id, id))
      return program->levels[i];
  return NULL;
}

int32_t program_rank(const Onboard__Program *program, const char *id) {
  const Onboard__ProgramLevel *level = program_level(program, id);
  return level ? level->rank : 0;
}

const Onboard__ProgramLevel **program_by_rank(struct arena *arena, const Onboard__Program *program) {
  const Onboard__ProgramLevel **levels = arena_calloc(arena, program->n_levels, sizeof(void *));
  for (size_t i = 0; i < program->n_levels; i++) {
    size_t at = i;
    for (; at > 0 && levels[at - 1]->rank > program->levels[i]->rank; at--)
      levels[at] = levels[at - 1];
    levels[at] = program->levels[i];
  }
  return levels;
}

static void check_criteria(struct arena *arena, struct status **refusal, const Onboard__ProgramLevel *level,
                           const char *path) {
  for (size_t i = 0; i < level->n_criteria; i++)
    for (size_t k = 0; k < i; k++)
      if (level->criteria[k]->metric == level->criteria[i]->metric) {
        invalid_add(arena, refusal, arena_printf(arena, "%s.criteria[%zu].metric", path, i),
                    "DUPLICATE_KEY_VALUE", "the metric has a criterion already");
        break;
      }
}

const struct status *program_check(struct arena *arena, const Onboard__Program *program, const char *path) {
  struct status *refusal = NULL;
  for (size_t i = 0; i < program->n_levels; i++) {
    const Onboard__ProgramLevel *level = program->levels[i];
    char *at = arena_printf(arena, "%s.levels[%zu]", path, i);
    for (size_t k = 0; k < i; k++) {
      if (text_equal(program->levels[k]->id, level->id))
        invalid_add(arena, &refusal, arena_printf(arena, "%s.id", at), "DUPLICATE_KEY_VALUE",
                    "%s is the id of an earlier level", level->id);
      if (program->levels[k]->rank == level->rank)
        invalid_add(arena, &refusal, arena_printf(arena, "%s.rank", at), "DUPLICATE_KEY_VALUE",
                    "%d is the rank of an earlier level", level->rank);
    }
    check_criteria(arena, &refusal, level, at);
    term_values_check(arena, &refusal, level->terms, level->n_terms, arena_printf(arena, "%s.terms", at));
  }
  return refusal;
}

/* ---- transitions ---- */

static const struct status *has_levels(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Program *program = noun;
  struct guards guards = {
      .arena = act->arena, .resource = program->name, .state = "DRAFT", .action = "ACTIVATE"};
  guard(&guards, program->n_levels > 0, "the program has no level");
  return guards.status;
}

static bool same_levels(const struct act *act, const Onboard__Program *a, const Onboard__Program *b) {
  if (a->n_levels != b->n_levels || a->sequential != b->sequential || a->grace_days != b->grace_days)
    return false;
  for (size_t i = 0; i < a->n_levels; i++) {
    size_t size = onboard__program_level__get_packed_size(a->levels[i]);
    if (size != onboard__program_level__get_packed_size(b->levels[i]))
      return false;
    uint8_t *bytes[2] = {arena_alloc(act->arena, size), arena_alloc(act->arena, size)};
    onboard__program_level__pack(a->levels[i], bytes[0]);
    onboard__program_level__pack(b->levels[i], bytes[1]);
    if (memcmp(bytes[0], bytes[1], size) != 0)
      return false;
  }
  return true;
}

static const struct status *levels_same(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Program *program = noun;
  if (same_levels(act, program, facts))
    return NULL;
  return status_make(act->arena, CODE_FAILED_PRECONDITION, "LEVELS_FIXED",
                     "%s is ACTIVE: members rely on its levels; write another program", program->name);
}

static const struct transition transitions[] = {
    {DRAFT, PROGRAM_EDIT, DRAFT, NULL},
    {ACTIVE, PROGRAM_EDIT, ACTIVE, levels_same},
    {DRAFT, PROGRAM_ACTIVATE, ACTIVE, has_levels},
    {ACTIVE, PROGRAM_RETIRE, RETIRED, NULL},
};
static const char *const actions[] = {"EDIT", "ACTIVATE", "RETIRE"};
const struct machine program_machine = {
    .states = &onboard__program__state__descriptor,
    .actions = actions,
    .action_count = PROGRAM_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *step(const struct act *act, Onboard__Program *program, enum program_action action,
                                 const Onboard__Program *edited) {
  int to;
  const struct status *status = machine_step(&program_machine, act, program->name, (int)program->state,
                                             (int)action, program, edited, &to);
  if (!status)
    program->state = (Onboard__Program__State)to;
  return status;
}

const struct status *program_edit(const struct act *act, Onboard__Program *program,
                                  const Onboard__Program *edited) {
  const struct status *status = step(act, program, PROGRAM_EDIT, edited);
  if (status)
    return status;
  program->title = edited->title;
  program->description = edited->description;
  program->levels = edited->levels;
  program->n_levels = edited->n_levels;
  program->sequential = edited->sequential;
  program->grace_days = edited->grace_days;
  return NULL;
}

const struct status *program_activate(const struct act *act, Onboard__Program *program) {
  return step(act, program, PROGRAM_ACTIVATE, NULL);
}

const struct status *program_retire(const struct act *act, Onboard__Program *program) {
  return step(act, program, PROGRAM_RETIRE, NULL);
}
