/* Rules of claims. Pure. Amounts in minor units. */
#ifndef ENTENTE_MARKET_CLAIM_H
#define ENTENTE_MARKET_CLAIM_H

#include "market/fund_request.h"

#include "entente/market/v1/claim.pb-c.h"

enum claim_action {
  CLAIM_UPDATE,
  CLAIM_ADD_PROOFS,
  CLAIM_SUBMIT,
  CLAIM_REVIEW,
  CLAIM_APPROVE,
  CLAIM_REJECT,
  CLAIM_SETTLE,
  CLAIM_ACTIONS
};
extern const struct machine claim_machine;

enum { PROOFS_MAX = 50 };

/* A draft is the partner's own. */
bool claim_visible(const Market__Claim *claim, Type__Party party);
/* Makes a draft. CURRENCY_MISMATCH. */
const struct status *claim_apply_create(struct arena *arena, Market__Claim *claim,
                                        const Market__FundRequest *request);
/* An action that needs nothing else: INVALID_STATE. */
const struct status *claim_apply(struct arena *arena, Market__Claim *claim, enum claim_action action);
/* INVALID_STATE, LIMIT_REACHED. */
const struct status *claim_apply_add_proofs(struct arena *arena, Market__Claim *claim,
                                            Market__Proof *const *proofs, size_t count);
/* Counts the claim as open at the request. INVALID_STATE, GUARD_UNMET, INCOMPLETE, DEADLINE_PASSED. */
const struct status *claim_apply_submit(struct arena *arena, Market__Claim *claim,
                                        Market__FundRequest *request, int64_t now_us);
/* Moves the amount from reserved to claimed. `accepted_spend_minor` 0: what was stated. INVALID_STATE,
 * PROOF_MISSING, GUARD_UNMET, BALANCE_EXCEEDED. */
const struct status *claim_apply_approve(struct arena *arena, Market__Claim *claim,
                                         Market__FundRequest *request, Market__MdfAllocation *allocation,
                                         int64_t accepted_spend_minor, int64_t now_us);
/* INVALID_STATE. */
const struct status *claim_apply_reject(struct arena *arena, Market__Claim *claim,
                                        Market__FundRequest *request, const char *reason, int64_t now_us);

/* What a claim comes to, and why it is less than asked. */
struct reimbursement {
  int64_t amount_minor;
  Market__Claim__PartialReason partial_reason; /* unspecified: in full */
};
/* The least of what was claimed (0: the rate on the stated spend), the rate on the accepted spend, and what
 * is left of the request. */
struct reimbursement claim_reimbursement(const Market__Claim *claim, int64_t accepted_spend_minor,
                                         int32_t reimbursement_bps, int64_t left_minor);
/* The proofs that claims on an activity must have. */
size_t claim_required_proofs(Market__FundRequest__Activity activity, const Market__Proof__Type **types);

#endif
