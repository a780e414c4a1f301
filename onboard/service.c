#include "onboard/service.h"

#include "runtime/feed/follow.h"

static const struct method organization_methods[] = {
    {"CreateOrganization", .unary = organization_create},
    {"GetOrganization", .unary = organization_get},
    {"ListOrganizations", .unary = organization_list},
    {"UpdateOrganization", .unary = organization_update},
    {"RetireOrganization", .unary = organization_retire},
    {"ReinstateOrganization", .unary = organization_reinstate},
    {0},
};
static const struct service organization_service = {"entente.onboard.v1.OrganizationService",
                                                    organization_methods};

static const struct method partnership_methods[] = {
    {"CreatePartnership", .unary = partnership_create},
    {"GetPartnership", .unary = partnership_get},
    {"ListPartnerships", .unary = partnership_list},
    {"UpdatePartnership", .unary = partnership_update},
    {"AssessPartnership", .unary = partnership_assess},
    {"DesignatePartnership", .unary = partnership_designate},
    {"ActivatePartnership", .unary = partnership_activate},
    {"StartPartnershipReview", .unary = partnership_open_review},
    {"ConcludePartnershipReview", .unary = partnership_close_review},
    {"ResumePartnership", .unary = partnership_resume},
    {"EndPartnership", .unary = partnership_end},
    {"ClassifyPartnership", .unary = partnership_class},
    {"CompleteStage", .unary = partnership_complete_stage},
    {"OfferPartnershipEnd", .unary = end_offer_create},
    {"AcceptPartnershipEnd", .unary = end_offer_agree},
    {"RejectPartnershipEnd", .unary = end_offer_decline},
    {"WithdrawPartnershipEnd", .unary = end_offer_take_back},
    {0},
};
static const struct service partnership_service = {"entente.onboard.v1.PartnershipService",
                                                   partnership_methods};

static const struct method plan_methods[] = {
    {"CreatePlan", .unary = plan_create},
    {"GetPlan", .unary = plan_get},
    {"ListPlans", .unary = plan_list},
    {"UpdatePlan", .unary = plan_update},
    {"ProposePlan", .unary = plan_offer},
    {"CounterPlan", .unary = plan_answer},
    {"WithdrawPlan", .unary = plan_take_back},
    {"SignPlan", .unary = plan_subscribe},
    {"ActivatePlan", .unary = plan_enact},
    {"ClosePlan", .unary = plan_finish},
    {"GetPlanVersion", .unary = plan_version_get},
    {"ListPlanVersions", .unary = plan_version_list},
    {"ComparePlanVersions", .unary = plan_version_compare},
    {0},
};
static const struct service plan_service = {"entente.onboard.v1.PlanService", plan_methods};

static const struct method commitment_methods[] = {
    {"GetCommitment", .unary = commitment_get},      {"ListCommitments", .unary = commitment_list},
    {"WaiveCommitment", .unary = commitment_let_go}, {"ClaimFulfilment", .unary = claim_create},
    {"GetFulfilmentClaim", .unary = claim_get},      {"ListFulfilmentClaims", .unary = claim_list},
    {"ConfirmClaim", .unary = claim_accept},         {"DisputeClaim", .unary = claim_contest},
    {"WithdrawClaim", .unary = claim_take_back},     {0},
};
static const struct service commitment_service = {"entente.onboard.v1.CommitmentService", commitment_methods};

static const struct method milestone_methods[] = {
    {"GetMilestone", .unary = milestone_get},        {"ListMilestones", .unary = milestone_list},
    {"ClaimMilestone", .unary = milestone_report},   {"ConfirmMilestone", .unary = milestone_accept},
    {"RejectMilestone", .unary = milestone_decline}, {0},
};
static const struct service milestone_service = {"entente.onboard.v1.MilestoneService", milestone_methods};

static const struct method sponsor_methods[] = {
    {"CreateSponsor", .unary = sponsor_create},    {"GetSponsor", .unary = sponsor_get},
    {"ListSponsors", .unary = sponsor_list},       {"UpdateSponsor", .unary = sponsor_update},
    {"ActivateSponsor", .unary = sponsor_take_up}, {"VacateSponsor", .unary = sponsor_leave},
    {"ReplaceSponsor", .unary = sponsor_replace},  {0},
};
static const struct service sponsor_service = {"entente.onboard.v1.SponsorService", sponsor_methods};

static const struct method review_methods[] = {
    {"CreateReview", .unary = review_create},
    {"GetReview", .unary = review_get},
    {"ListReviews", .unary = review_list},
    {"RescheduleReview", .unary = review_move},
    {"RecordReview", .unary = review_record},
    {"CancelReview", .unary = review_call_off},
    {0},
};
static const struct service review_service = {"entente.onboard.v1.ReviewService", review_methods};

static const struct method governance_body_methods[] = {
    {"CreateGovernanceBody", .unary = governance_body_create},
    {"GetGovernanceBody", .unary = governance_body_get},
    {"ListGovernanceBodies", .unary = governance_body_list},
    {"UpdateGovernanceBody", .unary = governance_body_update},
    {0},
};
static const struct service governance_body_service = {"entente.onboard.v1.GovernanceBodyService",
                                                       governance_body_methods};

static const struct method measurement_methods[] = {
    {"GetMeasurement", .unary = measurement_get},
    {"ListMeasurements", .unary = measurement_list},
    {0},
};
static const struct service measurement_service = {"entente.onboard.v1.MeasurementService",
                                                   measurement_methods};

static const struct method escalation_methods[] = {
    {"CreateEscalation", .unary = escalation_create},  {"GetEscalation", .unary = escalation_get},
    {"ListEscalations", .unary = escalation_list},     {"AdvanceEscalation", .unary = escalation_raise},
    {"ProposeResolution", .unary = escalation_offer},  {"ConfirmResolution", .unary = escalation_accept},
    {"RejectResolution", .unary = escalation_decline}, {0},
};
static const struct service escalation_service = {"entente.onboard.v1.EscalationService", escalation_methods};

static const struct method nps_response_methods[] = {
    {"RecordNpsResponse", .unary = nps_response_record},
    {"GetNpsResponse", .unary = nps_response_get},
    {"ListNpsResponses", .unary = nps_response_list},
    {0},
};
static const struct service nps_response_service = {"entente.onboard.v1.NpsResponseService",
                                                    nps_response_methods};

static const struct method qualification_methods[] = {
    {"SubmitQualification", .unary = qualification_answer},
    {"GetQualification", .unary = qualification_get},
    {"ListQualifications", .unary = qualification_list},
    {0},
};
static const struct service qualification_service = {"entente.onboard.v1.QualificationService",
                                                     qualification_methods};

static const struct method capacity_methods[] = {
    {"GetCapacity", .unary = capacity_get},
    {"UpdateCapacity", .unary = capacity_update},
    {0},
};
static const struct service capacity_service = {"entente.onboard.v1.CapacityService", capacity_methods};

static const struct method fit_assessment_methods[] = {
    {"CreateFitAssessment", .unary = fit_assessment_create},
    {"GetFitAssessment", .unary = fit_assessment_get},
    {"ListFitAssessments", .unary = fit_assessment_list},
    {"GetFitScorecard", .unary = fit_scorecard_get},
    {"ScoreFitAssessment", .unary = fit_assessment_score},
    {"SubmitFitScorecard", .unary = fit_scorecard_submit},
    {"WithdrawFitScorecard", .unary = fit_scorecard_withdraw},
    {"ReopenFitAssessment", .unary = fit_assessment_reopen},
    {"RecordRevenueRank", .unary = fit_assessment_rank},
    {"ConcludeFitAssessment", .unary = fit_assessment_conclude},
    {"CancelFitAssessment", .unary = fit_assessment_cancel},
    {0},
};
static const struct service fit_assessment_service = {"entente.onboard.v1.FitAssessmentService",
                                                      fit_assessment_methods};

static const struct method contract_methods[] = {
    {"CreateContract", .unary = contract_create},
    {"GetContract", .unary = contract_get},
    {"ListContracts", .unary = contract_list},
    {"SearchContracts", .unary = contract_search},
    {"UpdateContract", .unary = contract_update},
    {"CheckAgreementCompleteness", .unary = contract_survey},
    {"OpenNegotiationItem", .unary = item_create},
    {"CounterNegotiationItem", .unary = item_answer},
    {"AcceptNegotiationItem", .unary = item_agree},
    {"WithdrawNegotiationItem", .unary = item_take_back},
    {"RequestSignature", .unary = contract_put_forward},
    {"SignContract", .unary = contract_subscribe},
    {"CancelContract", .unary = contract_give_up},
    {"DeclineRenewal", .unary = contract_refuse_renewal},
    {"TerminateContract", .unary = contract_give_notice},
    {0},
};
static const struct service contract_service = {"entente.onboard.v1.ContractService", contract_methods};

static const struct method proposition_methods[] = {
    {"CreateJointValueProposition", .unary = proposition_create},
    {"GetJointValueProposition", .unary = proposition_get},
    {"ListJointValuePropositions", .unary = proposition_list},
    {"MapGaps", .unary = proposition_map_gaps},
    {"ArticulateJointValueProposition", .unary = proposition_word},
    {"TranslateOutcome", .unary = proposition_turn},
    {"ApproveJointValueProposition", .unary = proposition_consent},
    {"StartValidation", .unary = validation_start},
    {"RecordValidation", .unary = validation_entry_record},
    {"GetValidationEntry", .unary = validation_entry_get},
    {"ListValidationEntries", .unary = validation_entry_list},
    {"WithdrawValidationEntry", .unary = validation_entry_withdraw},
    {"ConcludeValidation", .unary = validation_conclude},
    {"ReviseJointValueProposition", .unary = proposition_renew},
    {"RetireJointValueProposition", .unary = proposition_end},
    {0},
};
static const struct service proposition_service = {"entente.onboard.v1.JointValuePropositionService",
                                                   proposition_methods};

static const struct method term_methods[] = {
    {"CreateTerm", .unary = term_create},
    {"GetTerm", .unary = term_get},
    {"ListTerms", .unary = term_list},
    {"AcceptTerm", .unary = term_agree},
    {"DeclineTerm", .unary = term_refuse},
    {"WithdrawTerm", .unary = term_take_back},
    {"EndTerm", .unary = term_finish},
    {"GetEffectiveTerms", .unary = term_survey},
    {0},
};
static const struct service term_service = {"entente.onboard.v1.TermService", term_methods};

static const struct method program_methods[] = {
    {"CreateProgram", .unary = program_create},
    {"GetProgram", .unary = program_get},
    {"ListPrograms", .unary = program_list},
    {"UpdateProgram", .unary = program_update},
    {"ActivateProgram", .unary = program_open},
    {"RetireProgram", .unary = program_close},
    {0},
};
static const struct service program_service = {"entente.onboard.v1.ProgramService", program_methods};

static const struct method member_methods[] = {
    {"EnrollMember", .unary = member_enroll},
    {"GetMember", .unary = member_get},
    {"ListMembers", .unary = member_list},
    {"ListProgramMembers", .unary = member_list_program},
    {"EvaluateMember", .unary = member_judge},
    {"SetMemberLevel", .unary = member_put},
    {"RemoveMember", .unary = member_take_out},
    {"ReinstateMember", .unary = member_take_in},
    {0},
};
static const struct service member_service = {"entente.onboard.v1.MemberService", member_methods};

const struct service *const onboard_services[] = {
    &organization_service,
    &partnership_service,
    &plan_service,
    &commitment_service,
    &milestone_service,
    &sponsor_service,
    &review_service,
    &nps_response_service,
    &qualification_service,
    &capacity_service,
    &fit_assessment_service,
    &contract_service,
    &governance_body_service,
    &escalation_service,
    &proposition_service,
    &term_service,
    &program_service,
    &member_service,
    &measurement_service,
    &feed_service,
    &ledger_service,
    NULL,
};
