/* A whole contract as JSON with ' for ": what tests of rules and of calls start from. */
#ifndef ENTENTE_TESTS_ONBOARD_CONTRACT_TERMS_H
#define ENTENTE_TESTS_ONBOARD_CONTRACT_TERMS_H

#include "runtime/base/arena.h"

#include "entente/onboard/v1/contract.pb-c.h"

/* Complete terms from `effective` to `expire` (`2026-08-01T00:00:00Z`) with 90 days of notice; `more` is
 * added to the frame, such as `, 'autoRenew': true, 'renewalMonths': 12`. One investment line and one metric
 * a party, both as specific; banking in the US exclusive; two survival terms, one of 24 months and one
 * without end. */
const char *contract_terms_json(struct arena *arena, const char *effective, const char *expire,
                                const char *more);
/* The same as a message. */
Onboard__ContractTerms *contract_terms_build(struct arena *arena, const char *effective, const char *expire,
                                             const char *more);

#endif
