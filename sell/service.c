#include "sell/service.h"

#include "sell/account.h"

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
    {"GetSegmentPipeline", .unary = segment_pipeline_get},
    {"WatchPipeline", .stream = pipeline_watch},
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

static const struct method opportunity_side_methods[] = {
    {"GetOpportunitySide", .unary = side_get},
    {"ListOpportunitySides", .unary = side_list},
    {"UpdateOpportunitySide", .unary = side_patch},
    {0},
};
static const struct service opportunity_side_service = {"entente.sell.v1.OpportunitySideService",
                                                        opportunity_side_methods};

static const struct method opportunity_snapshot_methods[] = {
    {"CreateOpportunitySnapshot", .unary = snapshot_create},
    {"GetOpportunitySnapshot", .unary = snapshot_get},
    {"ListOpportunitySnapshots", .unary = snapshot_list},
    {0},
};
static const struct service opportunity_snapshot_service = {"entente.sell.v1.OpportunitySnapshotService",
                                                            opportunity_snapshot_methods};

static const struct method engagement_methods[] = {
    {"CreateEngagement", .unary = engagement_create},
    {"GetEngagement", .unary = engagement_get},
    {"ListEngagements", .unary = engagement_list},
    {"AcceptEngagement", .unary = engagement_take},
    {"RejectEngagement", .unary = engagement_refuse},
    {"CancelEngagement", .unary = engagement_take_back},
    {"ChangeEngagementInvolvement", .unary = engagement_deepen},
    {"SetEngagementMembers", .unary = engagement_set_members},
    {0},
};
static const struct service engagement_service = {"entente.sell.v1.EngagementService", engagement_methods};

static const struct method opportunity_review_methods[] = {
    {"SubmitOpportunity", .unary = review_give},
    {"RecallOpportunity", .unary = review_take_back},
    {"StartOpportunityReview", .unary = review_begin_with},
    {"RequestOpportunityAction", .unary = review_ask},
    {"ApproveOpportunity", .unary = review_accept},
    {"RejectOpportunity", .unary = review_decline},
    {0},
};
static const struct service opportunity_review_service = {"entente.sell.v1.OpportunityReviewService",
                                                          opportunity_review_methods};

static const struct method attribution_methods[] = {
    {"ProposeAttribution", .unary = attribution_offer},
    {"AgreeAttribution", .unary = attribution_accept},
    {"ReverseAttribution", .unary = attribution_undo},
    {0},
};
static const struct service attribution_service = {"entente.sell.v1.AttributionService", attribution_methods};

static const struct method customer_outcome_methods[] = {
    {"SetCustomerOutcome", .unary = outcome_promise},
    {"RecordCustomerOutcome", .unary = outcome_end},
    {0},
};
static const struct service customer_outcome_service = {"entente.sell.v1.CustomerOutcomeService",
                                                        customer_outcome_methods};

static const struct method customer_activity_methods[] = {
    {"CreateCustomerActivity", .unary = customer_activity_create},
    {"GetCustomerActivity", .unary = customer_activity_get},
    {"ListCustomerActivities", .unary = customer_activity_list},
    {"UpdateCustomerActivity", .unary = customer_activity_patch},
    {"HoldCustomerActivity", .unary = customer_activity_report},
    {"AcknowledgeCustomerActivity", .unary = customer_activity_confirm},
    {"DisputeCustomerActivity", .unary = customer_activity_object},
    {"CancelCustomerActivity", .unary = customer_activity_give_up},
    {"ReverseCustomerActivity", .unary = customer_activity_take_back},
    {0},
};
static const struct service customer_activity_service = {"entente.sell.v1.CustomerActivityService",
                                                         customer_activity_methods};

/* ---- accounts ---- */

static const struct method lift_methods[] = {
    {"GetLift", .unary = lift_get},
    {0},
};
static const struct service lift_service = {"entente.sell.v1.LiftService", lift_methods};

static const struct method market_estimate_methods[] = {
    {"CreateMarketEstimate", .unary = market_estimate_create},
    {"GetMarketEstimate", .unary = market_estimate_get},
    {"ListMarketEstimates", .unary = market_estimate_list},
    {"AgreeMarketEstimate", .unary = market_estimate_accept},
    {"RejectMarketEstimate", .unary = market_estimate_turn_down},
    {"WithdrawMarketEstimate", .unary = market_estimate_take_back},
    {0},
};
static const struct service market_estimate_service = {"entente.sell.v1.MarketEstimateService",
                                                       market_estimate_methods};

static const struct method market_share_methods[] = {
    {"GetMarketShare", .unary = market_share_get},
    {0},
};
static const struct service market_share_service = {"entente.sell.v1.MarketShareService",
                                                    market_share_methods};

static const struct method target_account_methods[] = {
    {"CreateTargetAccount", .unary = target_account_create},
    {"GetTargetAccount", .unary = target_account_get},
    {"ListTargetAccounts", .unary = target_account_list},
    {"UpdateTargetAccount", .unary = target_account_patch},
    {"ApproachTargetAccount", .unary = target_account_begin},
    {"EngageTargetAccount", .unary = target_account_go_on},
    {"WinTargetAccount", .unary = target_account_close_won},
    {"DropTargetAccount", .unary = target_account_give_up},
    {0},
};
static const struct service target_account_service = {"entente.sell.v1.TargetAccountService",
                                                      target_account_methods};

static const struct method case_study_methods[] = {
    {"CreateCaseStudy", .unary = case_study_create},
    {"GetCaseStudy", .unary = case_study_get},
    {"ListCaseStudies", .unary = case_study_list},
    {"UpdateCaseStudy", .unary = case_study_patch},
    {"RecordCaseStudyConsent", .unary = case_study_record_consent},
    {"ApproveCaseStudy", .unary = case_study_sign},
    {"PublishCaseStudy", .unary = case_study_show},
    {"WithdrawCaseStudy", .unary = case_study_take_back},
    {0},
};
static const struct service case_study_service = {"entente.sell.v1.CaseStudyService", case_study_methods};

static const struct method population_methods[] = {
    {"GetMappingKey", .unary = mapping_key_get},
    {"RotateMappingKey", .unary = mapping_key_rotate},
    {"GetPopulation", .unary = population_get},
    {"SetPopulationSharing", .unary = population_set_sharing},
    {"StartPopulationUpload", .unary = population_upload_start},
    {"GetPopulationUpload", .unary = population_upload_get},
    {"UploadPopulationChunk", .unary = population_chunk_upload},
    {"PublishPopulation", .unary = population_make_public},
    {"ClearPopulation", .unary = population_wipe},
    {"GetOverlap", .unary = overlap_get},
    {"ListOverlapRows", .unary = overlap_rows_list},
    {0},
};
static const struct service population_service = {"entente.sell.v1.PopulationService", population_methods};

/* ---- deal registration ---- */

static const struct method registration_methods[] = {
    {"CreateRegistration", .unary = registration_create},
    {"GetRegistration", .unary = registration_get},
    {"ListRegistrations", .unary = registration_list},
    {"SearchRegistrations", .unary = registration_search},
    {"UpdateRegistration", .unary = registration_patch},
    {"SubmitRegistration", .unary = registration_file},
    {"WithdrawRegistration", .unary = registration_take_back},
    {"StartRegistrationReview", .unary = registration_begin_review},
    {"CorrectRegistrationSegment", .unary = registration_restate},
    {"RequestRegistrationAction", .unary = registration_ask_action},
    {"ApproveRegistration", .unary = registration_accept},
    {"RejectRegistration", .unary = registration_turn_down},
    {"RequestRegistrationExtension", .unary = registration_ask_extension},
    {"DecideRegistrationExtension", .unary = registration_settle_extension},
    {"ConvertRegistration", .unary = registration_turn_into},
    {"RevokeRegistration", .unary = registration_take_away},
    {"AppealRegistration", .unary = registration_object},
    {"DecideRegistrationAppeal", .unary = registration_settle_appeal},
    {"ListRegistrationMatches", .unary = registration_matches},
    {"ImportRegistration", .unary = registration_import},
    {"ListProtectionBreaches", .unary = protection_breach_list},
    {0},
};
static const struct service registration_service = {"entente.sell.v1.RegistrationService",
                                                    registration_methods};

static const struct method registration_policy_methods[] = {
    {"CreateRegistrationPolicy", .unary = registration_policy_create},
    {"GetRegistrationPolicy", .unary = registration_policy_get},
    {"ListRegistrationPolicies", .unary = registration_policy_list},
    {"UpdateRegistrationPolicy", .unary = registration_policy_patch},
    {"RetireRegistrationPolicy", .unary = registration_policy_end},
    {0},
};
static const struct service registration_policy_service = {"entente.sell.v1.RegistrationPolicyService",
                                                           registration_policy_methods};

static const struct method conflict_methods[] = {
    {"GetConflict", .unary = conflict_get},
    {"ListConflicts", .unary = conflict_list},
    {"RuleConflict", .unary = conflict_decide_for},
    {0},
};
static const struct service conflict_service = {"entente.sell.v1.ConflictService", conflict_methods};

/* ---- all ---- */

const struct service *const sell_services[] = {
    &opportunity_service,
    &pipeline_service,
    /* co-selling */
    &help_request_service,
    &opportunity_review_service,
    &attribution_service,
    &customer_outcome_service,
    &opportunity_side_service,
    &opportunity_snapshot_service,
    &engagement_service,
    &customer_activity_service,
    /* accounts */
    &lift_service,
    &market_estimate_service,
    &market_share_service,
    &target_account_service,
    &case_study_service,
    &population_service,
    /* deal registration */
    &registration_service,
    &registration_policy_service,
    &conflict_service,
    /* of every pillar */
    &feed_service,
    &ledger_service,
    NULL,
};
