/* Rules of the sides of joint opportunities: each party's own books beside what both agree on. Pure.
 *
 * A side is stored apart and recorded for its party alone. What it shares is copied into the opportunity
 * (`shared_sides`), which changes, and is recorded, only when that copy does: so neither a read, an entry, an
 * etag, a time nor a number of the other party moves with what is private. A customer's contact data are not
 * copied but read where they are kept, as a ledger that both read never forgets. */
#ifndef ENTENTE_SELL_OPPORTUNITY_SIDE_H
#define ENTENTE_SELL_OPPORTUNITY_SIDE_H

#include "sell/opportunity.h"

#include "entente/sell/v1/opportunity_side_service.pb-c.h"

#define REASON_CONSENT_MISSING "CONSENT_MISSING"

/* The party that a side's name says: its last id; unspecified for any other id. */
Type__Party side_party(struct arena *arena, const char *name);
/* The name of a party's side of an opportunity. */
char *side_name(struct arena *arena, const char *opportunity, Type__Party party);

/* Whether `after`, a changed copy of `before` (blank when there was none), may take its place; completes it.
 * PERMISSION_DENIED (OTHER_PARTY), FAILED_PRECONDITION (NOT_JOINT, FIELD_LOCKED naming every locked field,
 * CURRENCY_MISMATCH, CONSENT_MISSING), INVALID_ARGUMENT. */
const struct status *side_update(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                 const Sell__OpportunitySide *before, Sell__OpportunitySide *after);

/* Copies what a side shares into a copy of the opportunity. False: it is there just so already, and nothing
 * was changed. */
bool side_show(struct arena *arena, const Sell__OpportunitySide *side, Sell__Opportunity *opportunity);

/* A side as the other party reads it: what the opportunity shows of it, and the customer's contact of
 * `stored` (may be NULL) when that is shared with consent. */
Sell__OpportunitySide *side_as_shared(struct arena *arena, const Sell__Opportunity *opportunity,
                                      Type__Party party, const Sell__OpportunitySide *stored);

#endif
