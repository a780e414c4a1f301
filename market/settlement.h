/* Rules of settlements. Pure. Amounts in minor units. */
#ifndef ENTENTE_MARKET_SETTLEMENT_H
#define ENTENTE_MARKET_SETTLEMENT_H

#include "market/claim.h"

#include "entente/market/v1/settlement.pb-c.h"

enum settlement_action { SETTLEMENT_PAY, SETTLEMENT_FAIL, SETTLEMENT_ACTIONS };
extern const struct machine settlement_machine;

/* Orders a payment on an approved claim. CURRENCY_MISMATCH, INVALID_STATE (of the claim),
 * BALANCE_EXCEEDED. */
const struct status *settlement_apply_create(struct arena *arena, Market__Settlement *settlement,
                                             Market__Claim *claim);
/* Moves the amount from claimed to paid; the claim is PAID when nothing is left of it. `pay_us`
 * INT64_MIN: now. INVALID_STATE, INVALID_ARGUMENT, GUARD_UNMET. */
const struct status *settlement_apply_pay(struct arena *arena, Market__Settlement *settlement,
                                          Market__Claim *claim, Market__MdfAllocation *allocation,
                                          int64_t pay_us, int64_t now_us);
/* INVALID_STATE. */
const struct status *settlement_apply_fail(struct arena *arena, Market__Settlement *settlement,
                                           Market__Claim *claim, const char *reason);

#endif
