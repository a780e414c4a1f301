/* Rules of programs and their levels. Pure. */
#ifndef ENTENTE_ONBOARD_PROGRAM_H
#define ENTENTE_ONBOARD_PROGRAM_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/program.pb-c.h"

enum program_action { PROGRAM_EDIT, PROGRAM_ACTIVATE, PROGRAM_RETIRE, PROGRAM_ACTIONS };
extern const struct machine program_machine;

/* Whether levels contradict themselves: INVALID_ARGUMENT with every violation. */
const struct status *program_check(struct arena *arena, const Onboard__Program *program, const char *path);

/* Each changes the program, or refuses and leaves it as it was. `edited` is what it shall be: LEVELS_FIXED
 * when an ACTIVE one differs in more than title and description. */
const struct status *program_edit(const struct act *act, Onboard__Program *program,
                                  const Onboard__Program *edited);
const struct status *program_activate(const struct act *act, Onboard__Program *program);
const struct status *program_retire(const struct act *act, Onboard__Program *program);

/* The level with an id; NULL when there is none. Its rank; 0 for none. */
const Onboard__ProgramLevel *program_level(const Onboard__Program *program, const char *id);
int32_t program_rank(const Onboard__Program *program, const char *id);
/* The levels by rank, in the arena: `n_levels` of them. */
const Onboard__ProgramLevel **program_by_rank(struct arena *arena, const Onboard__Program *program);

#endif
