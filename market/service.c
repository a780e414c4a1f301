#include "market/service.h"

#include "runtime/feed/follow.h"

static const struct method campaign_methods[] = {
    {"GetCampaign", .unary = campaign_get},       {"ListCampaigns", .unary = campaign_list},
    {"CreateCampaign", .unary = campaign_create}, {"UpdateCampaign", .unary = campaign_update},
    {"OpenCampaign", .unary = campaign_open},     {"HoldCampaign", .unary = campaign_hold},
    {"CancelCampaign", .unary = campaign_cancel}, {"RecordCampaignResults", .unary = campaign_record_results},
    {"CloseCampaign", .unary = campaign_close},   {0},
};
static const struct method mdf_budget_methods[] = {
    {"GetMdfBudget", .unary = mdf_budget_get},
    {"ListMdfBudgets", .unary = mdf_budget_list},
    {"CreateMdfBudget", .unary = mdf_budget_create},
    {"UpdateMdfBudget", .unary = mdf_budget_update},
    {"ActivateMdfBudget", .unary = mdf_budget_activate},
    {"CloseMdfBudget", .unary = mdf_budget_close},
    {0},
};
static const struct method mdf_allocation_methods[] = {
    {"GetMdfAllocation", .unary = mdf_allocation_get},
    {"ListMdfAllocations", .unary = mdf_allocation_list},
    {"CreateMdfAllocation", .unary = mdf_allocation_create},
    {"AdjustMdfAllocation", .unary = mdf_allocation_adjust},
    {"CloseMdfAllocation", .unary = mdf_allocation_close},
    {0},
};
static const struct method fund_request_methods[] = {
    {"GetFundRequest", .unary = fund_request_get},
    {"ListFundRequests", .unary = fund_request_list},
    {"CreateFundRequest", .unary = fund_request_create},
    {"UpdateFundRequest", .unary = fund_request_update},
    {"SubmitFundRequest", .unary = fund_request_submit},
    {"RecallFundRequest", .unary = fund_request_recall},
    {"ApproveFundRequest", .unary = fund_request_approve},
    {"ReturnFundRequest", .unary = fund_request_return},
    {"RejectFundRequest", .unary = fund_request_reject},
    {"ExecuteFundRequest", .unary = fund_request_execute},
    {"CloseFundRequest", .unary = fund_request_close},
    {"ExpireFundRequest", .unary = fund_request_expire},
    {0},
};
static const struct method claim_methods[] = {
    {"GetClaim", .unary = claim_get},
    {"ListClaims", .unary = claim_list},
    {"CreateClaim", .unary = claim_create},
    {"UpdateClaim", .unary = claim_update},
    {"AddClaimProofs", .unary = claim_add_proofs},
    {"SubmitClaim", .unary = claim_submit},
    {"ReviewClaim", .unary = claim_review},
    {"ApproveClaim", .unary = claim_approve},
    {"RejectClaim", .unary = claim_reject},
    {0},
};
static const struct method settlement_methods[] = {
    {"GetSettlement", .unary = settlement_get},       {"ListSettlements", .unary = settlement_list},
    {"CreateSettlement", .unary = settlement_create}, {"PaySettlement", .unary = settlement_pay},
    {"FailSettlement", .unary = settlement_fail},     {0},
};

static const struct method touch_methods[] = {
    {"RecordTouch", .unary = touch_create},
    {"GetTouch", .unary = touch_get},
    {"ListTouches", .unary = touch_list},
    {"RetractTouch", .unary = touch_take_back},
    {0},
};

static const struct service campaign_service = {"entente.market.v1.CampaignService", campaign_methods};
static const struct service mdf_budget_service = {"entente.market.v1.MdfBudgetService", mdf_budget_methods};
static const struct service mdf_allocation_service = {"entente.market.v1.MdfAllocationService",
                                                      mdf_allocation_methods};
static const struct service fund_request_service = {"entente.market.v1.FundRequestService",
                                                    fund_request_methods};
static const struct service claim_service = {"entente.market.v1.ClaimService", claim_methods};
static const struct service settlement_service = {"entente.market.v1.SettlementService", settlement_methods};
static const struct service touch_service = {"entente.market.v1.TouchService", touch_methods};

const struct service *const market_services[] = {
    &campaign_service,   &mdf_budget_service, &mdf_allocation_service, &fund_request_service, &claim_service,
    &settlement_service, &touch_service,      &feed_service,           &ledger_service,       NULL};
