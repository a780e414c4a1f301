/* Protection against the vendor's own sales: what they do on a protected account is raised as a breach, in
 * the step that does it. In a fiber. */
#ifndef ENTENTE_SELL_PROTECTION_H
#define ENTENTE_SELL_PROTECTION_H

#include "sell/service.h"

/* Stages the breaches that a step of an opportunity makes: at most MATCH_HOLDERS_MAX, each with a ledger
 * entry of the partnership that was protected. Nothing for what is not the vendor's own. Statuses are
 * txn_get()'s. */
const struct status *protection_watch(struct txn *txn, const struct opportunity_step *step);

#endif
