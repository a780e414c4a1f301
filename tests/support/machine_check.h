/* Walks every pair of state and action of a pillar's machine. */
#ifndef ENTENTE_TEST_MACHINE_CHECK_H
#define ENTENTE_TEST_MACHINE_CHECK_H

#include "runtime/base/machine.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

/* `moves` are `FROM ACTION TO`; every pair that is not among them must be refused, by name. */
static inline void machine_check(const struct machine *machine, size_t actions, const char *const *moves,
                                 size_t count) {
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  size_t legal = 0;
  assert_int_equal(machine->count, count);
  for (unsigned s = 0; s < machine->states->n_values; s++) {
    int from = machine->states->values[s].value;
    for (size_t action = 0; action < actions; action++) {
      const char *head =
          arena_printf(arena, "%s %s ", state_name(machine->states, from), machine->actions[action]);
      const char *expected = NULL;
      for (size_t i = 0; i < count; i++)
        if (strncmp(moves[i], head, strlen(head)) == 0)
          expected = moves[i] + strlen(head);
      int to = -1;
      const struct status *status = machine_next(machine, arena, "a/b", from, (int)action, &to);
      if (expected) {
        legal++;
        if (status)
          fail_msg("%s was refused", head);
        assert_string_equal(state_name(machine->states, to), expected);
      } else {
        if (!status)
          fail_msg("%s was allowed", head);
        assert_int_equal(to, -1);
        assert_int_equal(status->code, CODE_FAILED_PRECONDITION);
        assert_string_equal(status->reason, REASON_INVALID_STATE);
        assert_string_equal(status->metadata->key, "state");
        assert_string_equal(status->metadata->value, state_name(machine->states, from));
        assert_string_equal(status->metadata->next->value, machine->actions[action]);
      }
    }
  }
  assert_int_equal(legal, count);
  arena_destroy(arena);
}

/* That a status is a refusal for this reason; returns it. */
static inline const struct status *refused(const struct status *status, const char *reason) {
  if (!status)
    fail_msg("not refused: %s was due", reason);
  assert_string_equal(status->reason, reason);
  return status;
}

/* That nothing was refused. */
static inline void allowed(const struct status *status) {
  if (status)
    fail_msg("refused: %s: %s", status->reason, status->message);
}

static inline size_t guard_count(const struct status *status) {
  size_t count = 0;
  for (const struct guard_failure *item = status->guards; item; item = item->next)
    count++;
  return count;
}

#endif
