/* Protection against the vendor's own sales: what they do on a protected account is raised as a breach, in
 * the step that does it. In a fiber. */
#ifndef ENTENTE_SELL_PROTECTION_H
#define ENTENTE_SELL_PROTECTION_H

#include "sell/service.h"

#include "entente/sell/v1/registration.pb-c.h"

/* The breaches that a step of an opportunity makes: at most MATCH_HOLDERS_MAX for each key of the account. */
struct breach {
  const char *registration;
  Sell__ProtectionBreach__Cause cause;
};
struct breaches {
  const Sell__Opportunity *opportunity;
  struct breach *items;
  size_t count;
};
/* Finds them and stages nothing. None for what is not the vendor's own. Statuses are txn_get()'s. */
const struct status *protection_find(struct txn *txn, const struct opportunity_step *step,
                                     struct breaches *out);
/* Stages what was found, each with one ledger entry of the partnership that was protected. DATA_LOSS
 * (BREACH_LOST), and txn_get()'s. */
const struct status *protection_raise(struct txn *txn, const struct breaches *breaches);
/* Both. */
const struct status *protection_watch(struct txn *txn, const struct opportunity_step *step);

#endif
