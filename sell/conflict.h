/* Rules of conflicts between registrations. Pure.
 *
 *   OPEN --rule--> RULED --appeal--> APPEALED --decide--> FINAL
 *     |              +------------- time ------------------^
 *     +--------------------------- lapse ------------------^   (one of the two no longer stands)
 */
#ifndef ENTENTE_SELL_CONFLICT_H
#define ENTENTE_SELL_CONFLICT_H

#include "runtime/base/machine.h"
#include "sell/match_key.h"

#include "entente/sell/v1/conflict_service.pb-c.h"

enum conflict_action {
  CONFLICT_RULE,
  CONFLICT_APPEAL,
  CONFLICT_DECIDE,
  CONFLICT_LAPSE,
  CONFLICT_FINALIZE, /* by time alone */
  CONFLICT_ACTIONS,
};
extern const struct machine conflict_machine;

/* A new conflict of a holder and the registration that met it. `*_contract`: what gives it priority; NULL. A
 * priority routes deals: it takes nothing away from a holder that was approved already. `again`: how often
 * these two submissions have met before, one of them having left since. */
struct conflict_sides {
  const struct meeting *meeting;
  const Sell__Registration *contender;
  const char *holder_contract, *contender_contract;
  int again;
};
Sell__Conflict *conflict_open(struct arena *arena, const char *vendor, const struct conflict_sides *sides);
/* Its registration `side` is of another segment now: `contract` is what gives it priority by that one, NULL:
 * nothing. Answers whether that changed anything. For an OPEN conflict; `holder_approved`: before they met.
 */
bool conflict_reroute(struct arena *arena, Sell__Conflict *conflict, const char *side, const char *contract,
                      bool holder_approved);
/* Whether a conflict still speaks for its two submissions, now that `contender` meets the other: not when one
 * of them had left by it and has come back. */
bool conflict_stands(const Sell__Conflict *conflict, const char *contender);
/* The other side; NULL when `registration` is neither. */
const char *conflict_other(const Sell__Conflict *conflict, const char *registration);

/* How time has changed it; answers whether it has. */
bool conflict_settle(struct arena *arena, Sell__Conflict *conflict, int64_t now_us);
int64_t conflict_next_us(const Sell__Conflict *conflict);

/* Rules it, with the two registrations as they are. `conflict->ruling->winner` is who goes on; under SPLIT
 * both do, and the other gets half the uplift. FAILED_PRECONDITION (INVALID_STATE, GUARD_UNMET),
 * INVALID_ARGUMENT. */
struct conflict_facts {
  const Sell__RuleConflictRequest *request;
  const Sell__Registration *holder, *contender;
};
const struct status *conflict_rule(const struct act *act, Sell__Conflict *conflict,
                                   const struct conflict_facts *facts);
/* Who lost it; NULL under SPLIT and LAPSED. */
const char *conflict_loser(const Sell__Conflict *conflict);
/* The side that lost appeals; the appeal is decided; a side no longer stands. FAILED_PRECONDITION. */
const struct status *conflict_appeal(const struct act *act, Sell__Conflict *conflict);
const struct status *conflict_decide(const struct act *act, Sell__Conflict *conflict, bool overturned);
const struct status *conflict_lapse(const struct act *act, Sell__Conflict *conflict, const char *gone);

#endif
