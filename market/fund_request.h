/* Rules of fund requests: the partner files, the vendor decides. Pure. Amounts in minor units. */
#ifndef ENTENTE_MARKET_FUND_REQUEST_H
#define ENTENTE_MARKET_FUND_REQUEST_H

#include "market/mdf_allocation.h"

#include "entente/market/v1/fund_request.pb-c.h"

enum fund_request_action {
  FUND_REQUEST_UPDATE,
  FUND_REQUEST_SUBMIT,
  FUND_REQUEST_RECALL,
  FUND_REQUEST_APPROVE,
  FUND_REQUEST_RETURN,
  FUND_REQUEST_REJECT,
  FUND_REQUEST_EXECUTE,
  FUND_REQUEST_CLOSE,
  FUND_REQUEST_EXPIRE,
  FUND_REQUEST_ACTIONS
};
extern const struct machine fund_request_machine;

/* A draft is the partner's own. */
bool fund_request_visible(const Market__FundRequest *request, Type__Party party);
void fund_request_apply_create(Market__FundRequest *request);
/* An action that needs nothing else: INVALID_STATE. */
const struct status *fund_request_apply(struct arena *arena, Market__FundRequest *request,
                                        enum fund_request_action action);
/* Checks all that was tolerated in a draft and pins the rate. INVALID_STATE, INCOMPLETE,
 * CURRENCY_MISMATCH. */
const struct status *fund_request_apply_submit(struct arena *arena, Market__FundRequest *request,
                                               const Market__MdfAllocation *allocation, int64_t now_us);
/* Reserves `amount_minor` (0: what was requested). INVALID_STATE, GUARD_UNMET, BALANCE_EXCEEDED,
 * LIMIT_REACHED. */
const struct status *fund_request_apply_approve(struct arena *arena, Market__FundRequest *request,
                                                Market__MdfAllocation *allocation,
                                                const Market__MdfBudget *budget, int64_t amount_minor,
                                                const struct decision *decision);
/* RETURN or REJECT, with why. INVALID_STATE. */
const struct status *fund_request_apply_refuse(struct arena *arena, Market__FundRequest *request,
                                               enum fund_request_action action, const char *reason,
                                               int64_t now_us);
/* `execute_us` INT64_MIN: now. INVALID_STATE, INVALID_ARGUMENT, GUARD_UNMET. */
const struct status *fund_request_apply_execute(struct arena *arena, Market__FundRequest *request,
                                                int64_t execute_us, int64_t now_us);
/* CLOSE or EXPIRE: releases what no claim was approved for. INVALID_STATE, GUARD_UNMET. */
const struct status *fund_request_apply_end(struct arena *arena, Market__FundRequest *request,
                                            Market__MdfAllocation *allocation,
                                            enum fund_request_action action, int64_t now_us);

#endif
