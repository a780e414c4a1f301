/* Rules of opportunities: what may happen to one in which state, what each step needs, which fields
 * are locked when, and what it counts for. Pure: no I/O, no clock.
 *
 *              advance            win             reverse
 *              +----+      +----------------> WON ---------> REVERSED
 *              v    |      |
 *     open --> OPEN -------+
 *              ^           |  lose
 *              +--- LOST <-+
 *             reopen (once)
 *
 * Advancing, winning and losing leave a stage: where one party leads it, only that party does, else
 * PERMISSION_DENIED (OTHER_PARTY). Imports tell what has happened elsewhere and are not held to that.
 *
 * A rule that refuses leaves the opportunity as it was. It never changes what a pointer in the
 * message points to, so a copy of the struct made before is what it was before. What it returns lives
 * in the occasion's arena. */
#ifndef ENTENTE_SELL_OPPORTUNITY_H
#define ENTENTE_SELL_OPPORTUNITY_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/partnership.pb-c.h"
#include "entente/sell/v1/opportunity_service.pb-c.h"

/* Who acts, when, and in which partnership. */
struct occasion {
  struct arena *arena;
  int64_t now_us;
  Type__Party party;
  const Onboard__Partnership *partnership; /* name, state and currency are looked at */
};

enum { OPPORTUNITY_REASON_LENGTH_MIN = 10 }; /* characters of a reason for a step back */

/* Reasons of sell's own ErrorReason. */
#define REASON_CURRENCY_MISMATCH "CURRENCY_MISMATCH"
#define REASON_FIELD_LOCKED "FIELD_LOCKED"
#define REASON_STAGE_UNCHANGED "STAGE_UNCHANGED"
#define REASON_ALREADY_REOPENED "ALREADY_REOPENED"

/* Name of a value without its prefix, such as `COMMITTED`; for messages, partitions and counters. */
const char *stage_name(Sell__Opportunity__Stage stage);
const char *engagement_name(Sell__Opportunity__Engagement engagement);

/* The id of what a party brings with this external id: `x-` and 40 hexadecimal digits. Two parties
 * never share one, so that neither learns what the other has. */
char *opportunity_external_id(struct arena *arena, Type__Party owner, const char *external_id);

/* Whether a party may know of it: joint, or the party's own. */
bool opportunity_visible(const Sell__Opportunity *opportunity, Type__Party viewer);
/* The party that alone may know of it; unspecified when both may. */
Type__Party opportunity_private_to(const Sell__Opportunity *opportunity);

/* Completes a draft, whose `name` is set, so that it is open. FAILED_PRECONDITION
 * (PARTNERSHIP_ENDED, CURRENCY_MISMATCH), INVALID_ARGUMENT (INVALID_REQUEST). */
const struct status *opportunity_open(const struct occasion *occasion, Sell__Opportunity *draft);

/* Whether `after`, a changed copy of `before`, may take its place: locks, currency, needs of the stage.
 * FAILED_PRECONDITION (FIELD_LOCKED, CURRENCY_MISMATCH, GUARD_UNMET), INVALID_ARGUMENT, PERMISSION_DENIED
 * (OTHER_PARTY: a lead that is the other party's to give). */
const struct status *opportunity_update(const struct occasion *occasion, const Sell__Opportunity *before,
                                        const Sell__Opportunity *after);

/* Each does what the contract says of the call of the same name. `*occur_us` is when it happened.
 * FAILED_PRECONDITION (INVALID_STATE and what the contract names), INVALID_ARGUMENT. */
const struct status *opportunity_advance(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                         const Sell__AdvanceOpportunityRequest *request, int64_t *occur_us);
const struct status *opportunity_win(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                     const Sell__WinOpportunityRequest *request, int64_t *occur_us);
const struct status *opportunity_lose(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                      const Sell__LoseOpportunityRequest *request, int64_t *occur_us);
const struct status *opportunity_reverse(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                         const char *reason);
const struct status *opportunity_reopen(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                        const char *reason);

/* Steps that callers share with the rules of imported rows. */
enum opportunity_action { ACTION_ADVANCE, ACTION_WIN, ACTION_LOSE, ACTION_REVERSE, ACTION_REOPEN };
enum { ACTION_COUNT = 5 };
/* The state after an action; FAILED_PRECONDITION (INVALID_STATE) when there is no such transition. */
const struct status *opportunity_transition(const struct occasion *occasion,
                                            const Sell__Opportunity *opportunity,
                                            enum opportunity_action action, Sell__Opportunity__State *to);
/* FAILED_PRECONDITION (GUARD_UNMET) listing all that `stage` needs and the opportunity lacks; with
 * `win`, all that winning needs. */
const struct status *opportunity_needs(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                       Sell__Opportunity__Stage stage, bool win);
/* FAILED_PRECONDITION (CURRENCY_MISMATCH) unless `amount` is unset or in the partnership's currency. */
const struct status *amount_check(const struct occasion *occasion, const Type__Money *amount);

/* A time that lies in the past: neither before `least_us` (named `least` for people) nor ahead of now. */
void time_check(const struct occasion *occasion, struct status **invalid, const char *field, int64_t time_us,
                int64_t least_us, const char *least);
#endif
