/* The services of this pillar and their handlers. */
#ifndef ENTENTE_MARKET_SERVICE_H
#define ENTENTE_MARKET_SERVICE_H

#include "runtime/rpc/call.h"

/* NULL-terminated: the nouns', the feed's and the ledger's. */
extern const struct service *const market_services[];

/* campaign_rpc.c */
unary_fn campaign_get, campaign_list, campaign_create, campaign_update, campaign_open, campaign_hold,
    campaign_cancel, campaign_record_results, campaign_close;
/* mdf_budget_rpc.c */
unary_fn mdf_budget_get, mdf_budget_list, mdf_budget_create, mdf_budget_update, mdf_budget_activate,
    mdf_budget_close;
/* mdf_allocation_rpc.c */
unary_fn mdf_allocation_get, mdf_allocation_list, mdf_allocation_create, mdf_allocation_adjust,
    mdf_allocation_close;
/* fund_request_rpc.c */
unary_fn fund_request_get, fund_request_list, fund_request_create, fund_request_update, fund_request_submit,
    fund_request_recall, fund_request_execute;
/* fund_request_decision_rpc.c */
unary_fn fund_request_approve, fund_request_return, fund_request_reject, fund_request_close,
    fund_request_expire;
/* claim_rpc.c */
unary_fn claim_get, claim_list, claim_create, claim_update, claim_add_proofs, claim_submit;
/* claim_decision_rpc.c */
unary_fn claim_review, claim_approve, claim_reject;
/* settlement_rpc.c */
unary_fn settlement_get, settlement_list, settlement_create, settlement_pay, settlement_fail;
/* touch_rpc.c */
unary_fn touch_create, touch_get, touch_list, touch_take_back;

#endif
