/* Rules of market estimates: how large a partnership's market is, proposed by one party and agreed by the
 * other (domain F65). Pure.
 *
 *              agree             a later version agreed for the same time
 *   PROPOSED ---------> AGREED ------------------------------------------> SUPERSEDED
 *      |  |
 *      |  +-- reject ----> REJECTED
 *      +----- withdraw --> WITHDRAWN
 *
 * The other party agrees or rejects, the proposing one withdraws; what is proposed never changes. */
#ifndef ENTENTE_SELL_MARKET_ESTIMATE_H
#define ENTENTE_SELL_MARKET_ESTIMATE_H

#include "runtime/base/machine.h"
#include "sell/opportunity.h"

#include "entente/sell/v1/market_estimate.pb-c.h"

#define REASON_MARKET_ESTIMATES_FULL "MARKET_ESTIMATES_FULL"

enum { MARKET_ESTIMATES_MAX = 240 }; /* agreed at one time, each for a time of its own: 20 years of months */

enum market_estimate_action {
  MARKET_ESTIMATE_AGREE,
  MARKET_ESTIMATE_REJECT,
  MARKET_ESTIMATE_WITHDRAW,
  MARKET_ESTIMATE_SUPERSEDE,
  MARKET_ESTIMATE_ACTIONS,
};
extern const struct machine market_estimate_machine;

/* A new estimate of the acting party, the next version of the book. INVALID_ARGUMENT with everything that is
 * wrong; FAILED_PRECONDITION (CURRENCY_MISMATCH). */
const struct status *market_estimate_propose(const struct act *act, const Onboard__Partnership *partnership,
                                             Sell__MarketEstimateBook *book, Sell__MarketEstimate *estimate);

/* Agrees, and enters it in the book; `*replaced` is the name of the agreed one whose place it takes, NULL for
 * none. FAILED_PRECONDITION (INVALID_STATE, GUARD_UNMET, MARKET_ESTIMATES_FULL), PERMISSION_DENIED
 * (OTHER_PARTY). */
const struct status *market_estimate_agree(const struct act *act, Sell__MarketEstimateBook *book,
                                           Sell__MarketEstimate *estimate, const char **replaced);
/* `reason` becomes part of it. FAILED_PRECONDITION (INVALID_STATE), PERMISSION_DENIED (OTHER_PARTY). */
const struct status *market_estimate_reject(const struct act *act, Sell__MarketEstimate *estimate,
                                            char *reason);
const struct status *market_estimate_withdraw(const struct act *act, Sell__MarketEstimate *estimate);
/* `successor` took its place. FAILED_PRECONDITION (INVALID_STATE). */
const struct status *market_estimate_supersede(const struct act *act, Sell__MarketEstimate *estimate,
                                               const Sell__MarketEstimate *successor);

/* What holds at an instant: the agreed estimate with the latest time not after it. NULL: none. */
const Sell__AgreedEstimate *market_estimate_at(const Sell__MarketEstimateBook *book, int64_t time_us);
/* The same as it was known at `as_of_us`, by when they were agreed: of those agreed by then, ever, the one
 * with the latest time not after it, and of one time the latest version. NULL: none. */
struct estimates {
  const Sell__MarketEstimate **items;
  size_t count;
};
const Sell__MarketEstimate *market_estimate_known(const struct estimates *estimates, int64_t time_us,
                                                  int64_t as_of_us);

#endif
