/* Writers that lost a race about the same thing take turns, first come first served, so that two hundred
 * editors of one plan all come through instead of racing each other until they give up. Only who lost waits:
 * a write without a rival never does. Private to this folder; used on the loop's thread alone. */
#ifndef ENTENTE_RPC_TURN_H
#define ENTENTE_RPC_TURN_H

#include "runtime/loop/loop.h"

/* All turns of a server, in the order of their coming. Zero-initialise. */
struct turns {
  struct turn *first, *last;
};

/* One writer's place, on its fiber's stack; zero-initialise. Given back however the fiber ends. */
struct turn {
  struct fiber_hold hold;
  struct turn *previous, *next;
  struct turns *turns; /* NULL: it has no place */
  struct fiber *fiber;
  const char *thing;
};

/* Waits, in a fiber, until those who came before about the same `thing` have left. A place about that thing
 * is kept, a place about another given up. False when `*cancelled` came first; whoever sets it resumes the
 * fiber. `thing` must live as long as the fiber. */
bool turn_take(struct turns *turns, struct turn *turn, const char *thing, const bool *cancelled);
/* Lets the next one go; harmless without a place. */
void turn_leave(struct turn *turn);

#endif
