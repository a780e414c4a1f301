#include "sell/service.h"

#include "runtime/feed/follow.h"

static const struct method opportunity_methods[] = {
    {"CreateOpportunity", .unary = opportunity_create},
    {"GetOpportunity", .unary = opportunity_get},
    {"ListOpportunities", .unary = opportunity_list},
    {"UpdateOpportunity", .unary = opportunity_patch},
    {"AdvanceOpportunity", .unary = opportunity_move},
    {"WinOpportunity", .unary = opportunity_close_won},
    {"LoseOpportunity", .unary = opportunity_close_lost},
    {"ReverseOpportunity", .unary = opportunity_take_back},
    {"ReopenOpportunity", .unary = opportunity_open_again},
    {"ImportOpportunities", .unary = rows_import},
    {0},
};
static const struct service opportunity_service = {"entente.sell.v1.OpportunityService", opportunity_methods};

static const struct method pipeline_methods[] = {
    {"GetPipeline", .unary = pipeline_get},
    {0},
};
static const struct service pipeline_service = {"entente.sell.v1.PipelineService", pipeline_methods};

/* ---- co-selling ---- */

static const struct method help_request_methods[] = {
    {"CreateHelpRequest", .unary = help_request_create},
    {"GetHelpRequest", .unary = help_request_get},
    {"ListHelpRequests", .unary = help_request_list},
    {"AcceptHelpRequest", .unary = help_request_take},
    {"DeclineHelpRequest", .unary = help_request_refuse},
    {"DeliverHelpRequest", .unary = help_request_complete},
    {"ReturnHelpRequest", .unary = help_request_give_back},
    {"AcknowledgeHelpRequest", .unary = help_request_confirm},
    {"CancelHelpRequest", .unary = help_request_withdraw},
    {0},
};
static const struct service help_request_service = {"entente.sell.v1.HelpRequestService",
                                                    help_request_methods};

/* ---- all ---- */

const struct service *const sell_services[] = {
    &opportunity_service, &pipeline_service, &help_request_service, &feed_service, &ledger_service, NULL,
};
