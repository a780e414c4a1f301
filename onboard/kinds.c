#include "onboard/commitment.h"
#include "onboard/contract.h"
#include "onboard/ending.h"
#include "onboard/escalation.h"
#include "onboard/governance_body.h"
#include "onboard/member.h"
#include "onboard/milestone.h"
#include "onboard/nps_response.h"
#include "onboard/review.h"
#include "onboard/service.h"
#include "onboard/sponsor.h"
#include "onboard/term.h"
#include "onboard/timed.h"
#include "runtime/base/machine.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"

#include "entente/onboard/v1/capacity.pb-c.h"
#include "entente/onboard/v1/fit_assessment.pb-c.h"
#include "entente/onboard/v1/joint_value_proposition.pb-c.h"
#include "entente/onboard/v1/measurement.pb-c.h"
#include "entente/onboard/v1/organization.pb-c.h"
#include "entente/onboard/v1/partnership.pb-c.h"
#include "entente/onboard/v1/plan.pb-c.h"
#include "entente/onboard/v1/qualification.pb-c.h"

/* Under `owner|` and `owner|STATE`. */
static void emit_state(struct index_sink *sink, const char *owner, const ProtobufCEnumDescriptor *states,
                       int state, const char *order) {
  index_emitf(sink, order, "%s|", owner);
  index_emitf(sink, order, "%s|%s", owner, state_name(states, state));
}

static const char *order_of(struct index_sink *sink, const Google__Protobuf__Timestamp *time) {
  return index_order_number(index_arena(sink), moment_us(time));
}

/* ---- organization, partnership, plan ---- */

static void organization_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Organization *organization = (const Onboard__Organization *)message;
  emit_state(sink, name_vendor(index_arena(sink), organization->name),
             &onboard__organization__state__descriptor, (int)organization->state, "");
  /* A partner's user lists the own organization: a partition with it alone. */
  emit_state(sink, organization->name, &onboard__organization__state__descriptor, (int)organization->state,
             "");
}

static void partnership_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Partnership *partnership = (const Onboard__Partnership *)message;
  emit_state(sink, name_vendor(index_arena(sink), partnership->name),
             &onboard__partnership__state__descriptor, (int)partnership->state, "");
  emit_state(sink, partnership->partner_organization, &onboard__partnership__state__descriptor,
             (int)partnership->state, "");
}

static void plan_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Plan *plan = (const Onboard__Plan *)message;
  const Type__Period *period = plan->terms ? plan->terms->period : NULL;
  emit_state(sink, name_partnership(index_arena(sink), plan->name), &onboard__plan__state__descriptor,
             (int)plan->state, order_of(sink, period ? period->start_time : NULL));
}

static const struct index organization_indexes[] = {{"state", organization_state}, {0}};
static void partnership_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, end_offer_next_us((const Onboard__Partnership *)message));
}

static const struct index partnership_indexes[] = {
    {"state", partnership_state}, {"sweep", partnership_sweep}, {0}};
static const struct index plan_indexes[] = {{"state", plan_state}, {0}};

const struct kind kind_organization = {"organization", "vendors/*/organizations/*",
                                       &onboard__organization__descriptor, organization_indexes};
const struct kind kind_partnership = {"partnership", "vendors/*/partnerships/*",
                                      &onboard__partnership__descriptor, partnership_indexes};
const struct kind kind_plan = {"plan", "vendors/*/partnerships/*/plans/*", &onboard__plan__descriptor,
                               plan_indexes};

/* ---- commitment, claim, milestone ---- */

/* Under plan and partnership, for both owners and for each. */
static void emit_owned(struct index_sink *sink, const char *name, const Type__Party *owners, size_t count,
                       const Google__Protobuf__Timestamp *due) {
  const char *order = order_of(sink, due);
  const char *above[] = {name_prefix(index_arena(sink), name, 3), name_partnership(index_arena(sink), name)};
  for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
    index_emitf(sink, order, "%s|", above[i]);
    for (size_t k = 0; k < count; k++)
      index_emitf(sink, order, "%s|%s", above[i], party_name(owners[k]));
  }
}

static void commitment_due(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Commitment *commitment = (const Onboard__Commitment *)message;
  emit_owned(sink, commitment->name, &commitment->owner, 1, commitment->due_time);
}

static void commitment_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, commitment_next_us((const Onboard__Commitment *)message));
}

/* What measurements look through: under the partnership and the kind. */
static void commitment_measured(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Commitment *commitment = (const Onboard__Commitment *)message;
  if (commitment->measure == ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_MEASURED)
    index_emitf(sink, order_of(sink, commitment->due_time), "%s|%s",
                name_partnership(index_arena(sink), commitment->name),
                state_name(&onboard__commitment_kind__descriptor, (int)commitment->kind));
}

static void claim_deem(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__FulfilmentClaim *claim = (const Onboard__FulfilmentClaim *)message;
  const char *order = order_of(sink, claim->deem_time);
  index_emitf(sink, order, "%s|", name_prefix(index_arena(sink), claim->name, 4));
  index_emitf(sink, order, "%s|", name_partnership(index_arena(sink), claim->name));
}

static void milestone_due(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Milestone *milestone = (const Onboard__Milestone *)message;
  emit_owned(sink, milestone->name, milestone->owners, milestone->n_owners, milestone->due_time);
}

static void milestone_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, milestone_next_us((const Onboard__Milestone *)message));
}

static const struct index commitment_indexes[] = {
    {"due", commitment_due}, {"measured", commitment_measured}, {"sweep", commitment_sweep}, {0}};
static const struct index claim_indexes[] = {{"deem", claim_deem}, {0}};
static const struct index milestone_indexes[] = {{"due", milestone_due}, {"sweep", milestone_sweep}, {0}};

const struct kind kind_commitment = {"commitment", "vendors/*/partnerships/*/plans/*/commitments/*",
                                     &onboard__commitment__descriptor, commitment_indexes};
const struct kind kind_claim = {"claim", "vendors/*/partnerships/*/plans/*/commitments/*/claims/*",
                                &onboard__fulfilment_claim__descriptor, claim_indexes};
const struct kind kind_milestone = {"milestone", "vendors/*/partnerships/*/plans/*/milestones/*",
                                    &onboard__milestone__descriptor, milestone_indexes};

/* ---- sponsor, review, response ---- */

static void sponsor_party(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Sponsor *sponsor = (const Onboard__Sponsor *)message;
  const char *partnership = name_partnership(index_arena(sink), sponsor->name);
  const char *party = party_name(sponsor->party);
  const ProtobufCEnumDescriptor *states = &onboard__sponsor__state__descriptor;
  emit_state(sink, partnership, states, (int)sponsor->state, "");
  emit_state(sink, arena_printf(index_arena(sink), "%s|%s", partnership, party), states, (int)sponsor->state,
             "");
}

static void sponsor_serving(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Sponsor *sponsor = (const Onboard__Sponsor *)message;
  if (sponsor->state != ONBOARD__SPONSOR__STATE__STATE_VACANT)
    index_emitf(sink, "", "%s|", name_partnership(index_arena(sink), sponsor->name));
}

static void review_due(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Review *review = (const Onboard__Review *)message;
  index_emitf(sink, order_of(sink, review->due_time), "%s|",
              name_partnership(index_arena(sink), review->name));
}

static void review_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, review_next_us((const Onboard__Review *)message));
}

/* Only the own party reads responses, so there is no partition of both. */
static void nps_response_time(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__NpsResponse *response = (const Onboard__NpsResponse *)message;
  index_emitf(sink, order_of(sink, response->respond_time), "%s|%s",
              name_partnership(index_arena(sink), response->name), party_name(response->party));
}

static void nps_response_series(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__NpsResponse *response = (const Onboard__NpsResponse *)message;
  index_emitf(sink, order_of(sink, response->respond_time), "%s|%s",
              name_partnership(index_arena(sink), response->name),
              nps_series(index_arena(sink), response->party, response->respondent,
                         moment_us(response->respond_time)));
}

static const struct index sponsor_indexes[] = {{"party", sponsor_party}, {"serving", sponsor_serving}, {0}};
static const struct index review_indexes[] = {{"due", review_due}, {"sweep", review_sweep}, {0}};
static const struct index nps_response_indexes[] = {
    {"time", nps_response_time}, {"series", nps_response_series}, {0}};

const struct kind kind_sponsor = {"sponsor", "vendors/*/partnerships/*/sponsors/*",
                                  &onboard__sponsor__descriptor, sponsor_indexes};
const struct kind kind_review_clock = {"review_clock", "vendors/*/partnerships/*/reviewClocks/*",
                                       &onboard__review_clock__descriptor, NULL};
const struct kind kind_review = {"review", "vendors/*/partnerships/*/reviews/*", &onboard__review__descriptor,
                                 review_indexes};
const struct kind kind_nps_response = {"nps_response", "vendors/*/partnerships/*/npsResponses/*",
                                       &onboard__nps_response__descriptor, nps_response_indexes};

/* ---- qualification, capacity ---- */

static const struct index no_indexes[] = {{0}};

const struct kind kind_qualification = {"qualification", "vendors/*/partnerships/*/qualifications/*",
                                        &onboard__qualification__descriptor, no_indexes};
const struct kind kind_capacity = {"capacity", "vendors/*/capacities/*", &onboard__capacity__descriptor,
                                   no_indexes};

/* ---- fit assessment, scorecard ---- */

static void fit_assessment_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__FitAssessment *assessment = (const Onboard__FitAssessment *)message;
  emit_state(sink, name_partnership(index_arena(sink), assessment->name),
             &onboard__fit_assessment__state__descriptor, (int)assessment->state,
             order_of(sink, assessment->create_time));
}

static const struct index fit_assessment_indexes[] = {{"state", fit_assessment_state}, {0}};

const struct kind kind_fit_assessment = {"fit_assessment", "vendors/*/partnerships/*/fitAssessments/*",
                                         &onboard__fit_assessment__descriptor, fit_assessment_indexes};
/* Read by name alone, by its own party. */
const struct kind kind_fit_scorecard = {"fit_scorecard",
                                        "vendors/*/partnerships/*/fitAssessments/*/scorecards/*",
                                        &onboard__fit_scorecard__descriptor, NULL};

/* ---- contract ---- */

/* Under the partnership and the vendor, by when it ends. */
static void contract_end(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Contract *contract = (const Onboard__Contract *)message;
  const char *order = index_order_number(index_arena(sink), contract_end_us(contract));
  index_emitf(sink, order, "%s|", name_partnership(index_arena(sink), contract->name));
  index_emitf(sink, order, "%s|", name_vendor(index_arena(sink), contract->name));
}

static void contract_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, contract_next((const Onboard__Contract *)message).at_us);
}

static const struct index contract_indexes[] = {{"end", contract_end}, {"sweep", contract_sweep}, {0}};

const struct kind kind_contract = {"contract", "vendors/*/partnerships/*/contracts/*",
                                   &onboard__contract__descriptor, contract_indexes};
const struct kind kind_coverage_clock = {"coverage_clock", "vendors/*/coverageClocks/*",
                                         &onboard__coverage_clock__descriptor, NULL};

/* ---- measurement ---- */

static void measurement_time(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Measurement *measurement = (const Onboard__Measurement *)message;
  emit_state(sink, name_partnership(index_arena(sink), measurement->name),
             &onboard__commitment_kind__descriptor, (int)measurement->kind,
             order_of(sink, measurement->occur_time));
}

static const struct index measurement_indexes[] = {{"time", measurement_time}, {0}};

const struct kind kind_measurement = {"measurement", "vendors/*/partnerships/*/measurements/*",
                                      &onboard__measurement__descriptor, measurement_indexes};
const struct kind kind_measurement_clock = {"measurement_clock",
                                            "vendors/*/partnerships/*/measurementClocks/*",
                                            &onboard__measurement_clock__descriptor, NULL};

/* ---- governance body, escalation ---- */

static void governance_body_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, governance_next_us((const Onboard__GovernanceBody *)message));
}

static void escalation_raised(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Escalation *escalation = (const Onboard__Escalation *)message;
  index_emitf(sink, order_of(sink, escalation->raise_time), "%s|",
              name_partnership(index_arena(sink), escalation->name));
}

static void escalation_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, escalation_next_us((const Onboard__Escalation *)message));
}

static const struct index governance_body_indexes[] = {{"sweep", governance_body_sweep}, {0}};
static const struct index escalation_indexes[] = {
    {"raise", escalation_raised}, {"sweep", escalation_sweep}, {0}};

const struct kind kind_governance_body = {"governance_body", "vendors/*/partnerships/*/governanceBodies/*",
                                          &onboard__governance_body__descriptor, governance_body_indexes};
const struct kind kind_escalation = {"escalation", "vendors/*/partnerships/*/escalations/*",
                                     &onboard__escalation__descriptor, escalation_indexes};
/* ---- plan version ---- */

static void plan_version_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__PlanVersion *version = (const Onboard__PlanVersion *)message;
  emit_state(sink, name_prefix(index_arena(sink), version->name, 3),
             &onboard__plan_version__state__descriptor, (int)version->state,
             index_order_number(index_arena(sink), version->number));
}

static const struct index plan_version_indexes[] = {{"state", plan_version_state}, {0}};

const struct kind kind_plan_version = {"plan_version", "vendors/*/partnerships/*/plans/*/versions/*",
                                       &onboard__plan_version__descriptor, plan_version_indexes};

/* ---- proposition, validation entry ---- */

static void proposition_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__JointValueProposition *proposition = (const Onboard__JointValueProposition *)message;
  emit_state(sink, name_partnership(index_arena(sink), proposition->name),
             &onboard__joint_value_proposition__state__descriptor, (int)proposition->state,
             order_of(sink, proposition->create_time));
}

static void validation_entry_time(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__ValidationEntry *entry = (const Onboard__ValidationEntry *)message;
  emit_state(sink, name_prefix(index_arena(sink), entry->name, 3), &onboard__validation_arm__descriptor,
             (int)entry->arm, order_of(sink, entry->occur_time));
}

static const struct index proposition_indexes[] = {{"state", proposition_state}, {0}};
static const struct index validation_entry_indexes[] = {{"time", validation_entry_time}, {0}};

const struct kind kind_proposition = {"proposition", "vendors/*/partnerships/*/jointValuePropositions/*",
                                      &onboard__joint_value_proposition__descriptor, proposition_indexes};
const struct kind kind_validation_entry = {
    "validation_entry", "vendors/*/partnerships/*/jointValuePropositions/*/validationEntries/*",
    &onboard__validation_entry__descriptor, validation_entry_indexes};

/* ---- term, program, member ---- */

static void term_start_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Term *term = (const Onboard__Term *)message;
  index_emitf(sink, order_of(sink, term->start_time), "%s|", name_partnership(index_arena(sink), term->name));
}

static void term_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, term_next_us((const Onboard__Term *)message));
}

static void member_program(const ProtobufCMessage *message, struct index_sink *sink) {
  index_emit(sink, ((const Onboard__Member *)message)->program, "");
}

static void member_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, member_next_us((const Onboard__Member *)message));
}

static const struct index term_indexes[] = {{"start", term_start_entries}, {"sweep", term_sweep}, {0}};
static const struct index member_indexes[] = {{"program", member_program}, {"sweep", member_sweep}, {0}};

const struct kind kind_term = {"term", "vendors/*/partnerships/*/terms/*", &onboard__term__descriptor,
                               term_indexes};
const struct kind kind_term_schedule = {"term_schedule", "vendors/*/partnerships/*/termSchedules/*",
                                        &onboard__term_schedule__descriptor, NULL};
const struct kind kind_program = {"program", "vendors/*/programs/*", &onboard__program__descriptor, NULL};
const struct kind kind_member = {"member", "vendors/*/partnerships/*/members/*", &onboard__member__descriptor,
                                 member_indexes};

const struct kind *const onboard_kinds[] = {
    &kind_qualification,
    &kind_capacity,
    &kind_organization,
    &kind_partnership,
    &kind_plan,
    &kind_commitment,
    &kind_claim,
    &kind_milestone,
    &kind_sponsor,
    &kind_review,
    &kind_review_clock,
    &kind_nps_response,
    &kind_fit_assessment,
    &kind_fit_scorecard,
    &kind_contract,
    &kind_coverage_clock,
    &kind_governance_body,
    &kind_measurement,
    &kind_measurement_clock,
    &kind_escalation,
    &kind_plan_version,
    &kind_proposition,
    &kind_validation_entry,
    &kind_term,
    &kind_term_schedule,
    &kind_program,
    &kind_member,
    NULL,
};
