#include "runtime/rpc/turn.h"

#include <string.h>

static bool is_first(const struct turn *turn) {
  for (const struct turn *other = turn->previous; other; other = other->previous)
    if (strcmp(other->thing, turn->thing) == 0)
      return false;
  return true;
}

static struct turn *waiting_behind(const struct turn *turn) {
  struct turn *other = turn->next;
  while (other && strcmp(other->thing, turn->thing) != 0)
    other = other->next;
  return other;
}

static void release(struct fiber_hold *hold) {
  struct turn *turn = (struct turn *)hold;
  struct turns *turns = turn->turns;
  struct turn *behind = is_first(turn) ? waiting_behind(turn) : NULL;
  *(turn->previous ? &turn->previous->next : &turns->first) = turn->next;
  *(turn->next ? &turn->next->previous : &turns->last) = turn->previous;
  turn->turns = NULL;
  if (behind)
    fiber_resume(behind->fiber);
}

void turn_leave(struct turn *turn) {
  if (!turn->turns)
    return;
  fiber_unhold(&turn->hold);
  release(&turn->hold);
}

static void join(struct turns *turns, struct turn *turn, const char *thing) {
  *turn = (struct turn){.hold.release = release,
                        .turns = turns,
                        .fiber = fiber_current(),
                        .thing = thing,
                        .previous = turns->last};
  *(turns->last ? &turns->last->next : &turns->first) = turn;
  turns->last = turn;
  fiber_hold(&turn->hold);
}

bool turn_take(struct turns *turns, struct turn *turn, const char *thing, const bool *cancelled) {
  if (turn->turns && strcmp(turn->thing, thing) != 0)
    turn_leave(turn);
  if (!turn->turns)
    join(turns, turn, thing);
  while (!*cancelled && !is_first(turn))
    fiber_suspend();
  return !*cancelled;
}
