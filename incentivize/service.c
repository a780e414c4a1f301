#include "incentivize/service.h"

#include "runtime/feed/follow.h"

static const struct method commission_plan_methods[] = {
    {.name = "GetCommissionPlan", .unary = commission_plan_get},
    {.name = "ListCommissionPlans", .unary = commission_plan_list},
    {.name = "CreateCommissionPlan", .unary = commission_plan_create},
    {.name = "UpdateCommissionPlan", .unary = commission_plan_update},
    {.name = "DeleteCommissionPlan", .unary = commission_plan_delete},
    {.name = "ProposeCommissionPlan", .unary = commission_plan_propose},
    {.name = "WithdrawCommissionPlan", .unary = commission_plan_withdraw},
    {.name = "ReturnCommissionPlan", .unary = commission_plan_return},
    {.name = "ApproveCommissionPlan", .unary = commission_plan_approve},
    {.name = "ActivateCommissionPlan", .unary = commission_plan_activate},
    {.name = "EndCommissionPlan", .unary = commission_plan_end},
    {0},
};

static const struct method earning_methods[] = {
    {.name = "GetEarning", .unary = earning_get},
    {.name = "ListEarnings", .unary = earning_list},
    {.name = "ExplainEarning", .unary = earning_explain},
    {.name = "SimulateEarnings", .unary = earning_simulate},
    {.name = "GetTierProgress", .unary = tier_progress_get},
    {.name = "GetSale", .unary = sale_get},
    {.name = "ListSales", .unary = sale_list},
    {0},
};

static const struct method statement_methods[] = {
    {.name = "GetStatement", .unary = statement_get},
    {.name = "ListStatements", .unary = statement_list},
    {.name = "ListStatementLines", .unary = statement_lines_list},
    {.name = "CloseStatement", .unary = statement_close},
    {.name = "AcknowledgeStatement", .unary = statement_acknowledge},
    {.name = "DisputeStatement", .unary = statement_dispute},
    {0},
};

static const struct service commission_plan_service = {"entente.incentivize.v1.CommissionPlanService",
                                                       commission_plan_methods};
static const struct service earning_service = {"entente.incentivize.v1.EarningService", earning_methods};
static const struct service statement_service = {"entente.incentivize.v1.StatementService",
                                                 statement_methods};

const struct service *const incentivize_services[] = {
    &commission_plan_service, &earning_service, &statement_service, &feed_service, &ledger_service, NULL,
};
