/* Rules of commitments and of the claims by which they are fulfilled. Pure.
 *
 * A commitment's state is a function of what is recorded and of the moment it is looked at, so it is right on
 * read whether or not a timed change was recorded yet: commitment_settle() applies what time has done. */
#ifndef ENTENTE_ONBOARD_COMMITMENT_H
#define ENTENTE_ONBOARD_COMMITMENT_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/commitment.pb-c.h"
#include "entente/onboard/v1/fulfilment_claim.pb-c.h"

enum { COMMITMENT_PENDING_MAX = 16, COMMITMENT_POINTS_FULL = 10000 };

enum commitment_action {
  COMMITMENT_CLAIM,   /* facts: struct claim_facts */
  COMMITMENT_CONFIRM, /* a claim on it is confirmed, disputed or withdrawn: the claim's own machine decides */
  COMMITMENT_DISPUTE,
  COMMITMENT_WITHDRAW,
  COMMITMENT_WAIVE,
  COMMITMENT_RELEASE,
  COMMITMENT_ACTIONS
};
extern const struct machine commitment_machine;
/* `to` of a row whose next state follows from the amounts and the time. */
enum { COMMITMENT_DERIVED = -1 };

enum claim_action { CLAIM_CONFIRM, CLAIM_DISPUTE, CLAIM_WITHDRAW, CLAIM_DEEM, CLAIM_ACTIONS };
extern const struct machine claim_machine;

struct claim_facts {
  int64_t occur_us; /* when it was delivered */
};

/* How it stands at a moment. */
Onboard__Commitment__State commitment_state_at(const Onboard__Commitment *commitment, int64_t now_us);
/* Confirmed at a moment, silence included; in its unit. */
int64_t commitment_confirmed_at(const Onboard__Commitment *commitment, int64_t now_us);
/* Applies what time has done: claims whose time is up become confirmed, the state follows. Answers how many
 * claims were deemed confirmed and their ids. */
size_t commitment_settle(struct arena *arena, Onboard__Commitment *commitment, int64_t now_us,
                         const char *claims[COMMITMENT_PENDING_MAX]);
/* When the sweeper has to look again; INT64_MAX: never. */
int64_t commitment_next_us(const Onboard__Commitment *commitment);

/* weight * min(10,000, confirmed * 10,000 / target), rounded down: what it adds to `fulfilment.achieved`.
 * 0 when waived or released. */
int64_t commitment_points(const Onboard__Commitment *commitment);
/* weight * 10,000: what it adds to `fulfilment.weight`. 0 when waived or released. */
int64_t commitment_weight(const Onboard__Commitment *commitment);

/* Owed or fulfilled under the plan in force: neither missed, waived nor released. */
bool commitment_is_active_at(const Onboard__Commitment *commitment, int64_t now_us);
/* Nothing can change any more unless a party claims late. */
bool commitment_is_settled_at(const Onboard__Commitment *commitment, int64_t now_us);
/* Whether superseding the plan releases it. */
bool commitment_is_released_at(const Onboard__Commitment *commitment, int64_t now_us);
/* Whether it is missed, and its owner may claim what was done in time. */
bool commitment_is_claimable_at(const Onboard__Commitment *commitment, int64_t now_us);

/* Each changes what it is given, or refuses and leaves it as it was. The commitment must be settled to
 * `act->now_us`; `deemed_us` is how long the counterparty has to answer. */
const struct status *commitment_claim(const struct act *act, Onboard__Commitment *commitment,
                                      Onboard__FulfilmentClaim *claim, int64_t deemed_us);
/* `amount` 0: all that was claimed. INVALID_ARGUMENT when it is more. */
const struct status *claim_confirm(const struct act *act, Onboard__Commitment *commitment,
                                   Onboard__FulfilmentClaim *claim, int64_t amount);
const struct status *claim_dispute(const struct act *act, Onboard__Commitment *commitment,
                                   Onboard__FulfilmentClaim *claim, char *reason);
const struct status *claim_withdraw(const struct act *act, Onboard__Commitment *commitment,
                                    Onboard__FulfilmentClaim *claim);
/* A measured one counts more or, with a negative amount, less. False: it is waived or released and counts
 * nothing. */
bool commitment_measure(Onboard__Commitment *commitment, int64_t amount, int64_t now_us);
/* One that was fulfilled ahead of time when a later plan came, and whose measurements were taken back since:
 * it is released after all, as it would have been then. False: nothing changes. */
bool commitment_fall_back(Onboard__Commitment *commitment, int64_t superseded_us);
const struct status *commitment_waive(const struct act *act, Onboard__Commitment *commitment, char *reason);
const struct status *commitment_release(const struct act *act, Onboard__Commitment *commitment);

/* How a claim stands at a moment, and the same written into it. */
Onboard__FulfilmentClaim__State claim_state_at(const Onboard__FulfilmentClaim *claim, int64_t now_us);
void claim_settle(Onboard__FulfilmentClaim *claim, int64_t now_us);

#endif
