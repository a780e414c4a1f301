/* The tables of the onboard service, and its handlers; what each does is said in the contract. */
#ifndef ENTENTE_ONBOARD_SERVICE_H
#define ENTENTE_ONBOARD_SERVICE_H

#include "runtime/rpc/call.h"

extern const struct kind kind_organization, kind_partnership, kind_plan, kind_commitment, kind_claim,
    kind_milestone, kind_sponsor, kind_review, kind_nps_response;
extern const struct kind kind_qualification, kind_capacity;
extern const struct kind kind_fit_assessment, kind_fit_scorecard;
extern const struct kind kind_contract, kind_coverage_clock;
extern const struct kind kind_governance_body, kind_escalation, kind_review_clock;
extern const struct kind kind_plan_version, kind_proposition, kind_validation_entry;
extern const struct kind kind_measurement, kind_measurement_clock;
extern const struct kind kind_term, kind_term_schedule, kind_program, kind_member;
extern const struct kind *const onboard_kinds[];
extern const struct counter_row onboard_counters[];
extern const struct service *const onboard_services[]; /* with feed and ledger */

unary_fn organization_create, organization_get, organization_list, organization_update, organization_retire,
    organization_reinstate;
unary_fn partnership_create, partnership_get, partnership_list, partnership_update, partnership_assess,
    partnership_designate, partnership_activate, partnership_open_review, partnership_close_review,
    partnership_resume, partnership_end, partnership_class, partnership_complete_stage;
unary_fn end_offer_create, end_offer_agree, end_offer_decline, end_offer_take_back;
unary_fn plan_create, plan_get, plan_list, plan_update, plan_offer, plan_answer, plan_take_back,
    plan_subscribe, plan_enact, plan_finish;
unary_fn plan_version_get, plan_version_list, plan_version_compare;
unary_fn commitment_get, commitment_list, commitment_let_go, claim_create, claim_get, claim_list,
    claim_accept, claim_contest, claim_take_back;
unary_fn milestone_get, milestone_list, milestone_report, milestone_accept, milestone_decline;
unary_fn sponsor_create, sponsor_get, sponsor_list, sponsor_update, sponsor_take_up, sponsor_leave,
    sponsor_replace;
unary_fn review_create, review_get, review_list, review_move, review_record, review_call_off;
unary_fn qualification_answer, qualification_get, qualification_list;
unary_fn capacity_get, capacity_update;
unary_fn fit_assessment_create, fit_assessment_get, fit_assessment_list, fit_assessment_score,
    fit_assessment_reopen, fit_assessment_rank, fit_assessment_conclude, fit_assessment_cancel,
    fit_scorecard_get, fit_scorecard_submit, fit_scorecard_withdraw;
unary_fn measurement_get, measurement_list;
unary_fn governance_body_create, governance_body_get, governance_body_list, governance_body_update;
unary_fn escalation_create, escalation_get, escalation_list, escalation_raise, escalation_offer,
    escalation_accept, escalation_decline;
unary_fn proposition_create, proposition_get, proposition_list, proposition_map_gaps, proposition_word,
    proposition_turn, proposition_consent, proposition_renew, proposition_end;
unary_fn validation_start, validation_conclude, validation_entry_record, validation_entry_get,
    validation_entry_list, validation_entry_withdraw;
unary_fn nps_response_record, nps_response_get, nps_response_list;

unary_fn contract_create, contract_get, contract_list, contract_search, contract_update, contract_survey,
    contract_put_forward, contract_subscribe, contract_give_up, contract_refuse_renewal, contract_give_notice;
unary_fn item_create, item_answer, item_agree, item_take_back;
unary_fn term_create, term_get, term_list, term_agree, term_refuse, term_take_back, term_finish, term_survey;
unary_fn program_create, program_get, program_list, program_update, program_open, program_close;
unary_fn member_enroll, member_get, member_list, member_list_program, member_judge, member_put,
    member_take_out, member_take_in;

/* partner_of_fn of this pillar, which owns the partnerships: `context` is the store. What was read once is
 * kept in a bounded table beside the store, as the partner of a partnership never changes. */
partner_of_fn partnership_partner_of;

#endif
