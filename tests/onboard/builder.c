#include "onboard/builder.h"

#include "runtime/base/name.h"
#include "runtime/base/period.h"

int arena_setup(void **state) {
  *state = arena_create(8 << 20, NULL, NULL);
  return *state ? 0 : -1;
}

int arena_teardown(void **state) {
  arena_destroy(*state);
  return 0;
}

int64_t at(const char *text) {
  int64_t us;
  assert_true(time_parse(text, &us));
  return us;
}

Google__Protobuf__Timestamp *time_at(struct arena *arena, const char *text) {
  return timestamp_new(arena, at(text));
}

struct act act_by(struct arena *arena, Type__Party party, const char *when) {
  return (struct act){arena, at(when), party, party == VENDOR ? "ada@halden" : "otto@orvane"};
}

static Onboard__CommitmentTerm *commitment_term(struct arena *arena, const char *id, Type__Party owner) {
  Onboard__CommitmentTerm *term = arena_new(arena, Onboard__CommitmentTerm);
  onboard__commitment_term__init(term);
  term->id = arena_strdup(arena, id);
  term->owner = owner;
  term->kind = ONBOARD__COMMITMENT_KIND__COMMITMENT_KIND_PRE_SALES;
  term->title = arena_strdup(arena, "Pre-sales hours");
  term->unit = ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_HOURS;
  term->target = 1000;
  term->weight = 100;
  term->due_time = time_at(arena, "2026-09-30");
  term->consequence = arena_strdup(arena, "Escalation to the steering committee");
  return term;
}

Onboard__PlanTerms *terms_build(struct arena *arena) {
  Onboard__PlanTerms *terms = arena_new(arena, Onboard__PlanTerms);
  onboard__plan_terms__init(terms);
  terms->period = arena_new(arena, Type__Period);
  type__period__init(terms->period);
  terms->period->start_time = time_at(arena, "2026-01-01");
  terms->period->end_time = time_at(arena, "2027-01-01");
  terms->n_commitments = 2;
  terms->commitments = arena_calloc(arena, 2, sizeof(void *));
  terms->commitments[0] = commitment_term(arena, "vendor-hours", VENDOR);
  terms->commitments[1] = commitment_term(arena, "partner-hours", PARTNER);
  Onboard__MilestoneTerm *milestone = arena_new(arena, Onboard__MilestoneTerm);
  onboard__milestone_term__init(milestone);
  milestone->id = arena_strdup(arena, "launch");
  milestone->title = arena_strdup(arena, "Joint launch");
  milestone->n_owners = 2;
  milestone->owners = arena_calloc(arena, 2, sizeof *milestone->owners);
  milestone->owners[0] = VENDOR;
  milestone->owners[1] = PARTNER;
  milestone->due_time = time_at(arena, "2026-06-30");
  terms->n_milestones = 1;
  terms->milestones = arena_calloc(arena, 1, sizeof(void *));
  terms->milestones[0] = milestone;
  return terms;
}

Onboard__Plan *plan_build(struct arena *arena, Onboard__PlanTerms *terms) {
  struct act act = act_by(arena, VENDOR, "2026-01-05");
  Onboard__Plan *plan = arena_new(arena, Onboard__Plan);
  onboard__plan__init(plan);
  plan->name = arena_strdup(arena, PLAN_NAME);
  plan->title = arena_strdup(arena, "FY 2026");
  plan->terms = terms;
  plan_start(&act, plan, NULL);
  return plan;
}

Onboard__Plan *plan_agreed(struct arena *arena, Onboard__PlanTerms *terms) {
  struct act vendor = act_by(arena, VENDOR, "2026-01-06"), partner = act_by(arena, PARTNER, "2026-01-07");
  Onboard__Plan *plan = plan_build(arena, terms);
  assert_null(plan_propose(&vendor, plan));
  assert_null(plan_sign(&vendor, plan, plan->content_hash));
  assert_null(plan_sign(&partner, plan, plan->content_hash));
  return plan;
}

Onboard__Commitment *commitment_build(struct arena *arena, Type__Party owner, int64_t target) {
  Onboard__Plan *plan = plan_build(arena, terms_build(arena));
  Onboard__CommitmentTerm *term = plan->terms->commitments[owner == VENDOR ? 0 : 1];
  term->target = target;
  return plan_commitment(arena, plan, term, at("2026-01-08"));
}

Onboard__FulfilmentClaim *claim_build(struct arena *arena, const Onboard__Commitment *commitment,
                                      const char *id, int64_t amount, const char *occurred) {
  Onboard__FulfilmentClaim *claim = arena_new(arena, Onboard__FulfilmentClaim);
  onboard__fulfilment_claim__init(claim);
  claim->name = name_child(arena, commitment->name, "claims", id);
  claim->amount = amount;
  claim->evidence = arena_strdup(arena, "time sheets");
  claim->occur_time = occurred ? time_at(arena, occurred) : NULL;
  return claim;
}

Onboard__Sponsor *sponsor_build(struct arena *arena, const char *id, Type__Party party,
                                Onboard__Sponsor__Level level) {
  Onboard__Sponsor *sponsor = arena_new(arena, Onboard__Sponsor);
  onboard__sponsor__init(sponsor);
  sponsor->name = name_child(arena, PARTNERSHIP_NAME, "sponsors", id);
  sponsor->person_name = arena_strdup(arena, id);
  sponsor->level = level;
  struct act act = act_by(arena, party, "2026-01-05");
  sponsor_name(&act, sponsor, NULL);
  return sponsor;
}

Onboard__Review *review_build(struct arena *arena, const char *id, const char *due) {
  Onboard__Review *review = arena_new(arena, Onboard__Review);
  onboard__review__init(review);
  review->name = name_child(arena, PARTNERSHIP_NAME, "reviews", id);
  review->kind = ONBOARD__REVIEW__KIND__KIND_QUARTERLY;
  review->due_time = time_at(arena, due);
  review_start(review);
  return review;
}

Onboard__Partnership *partnership_build(struct arena *arena, Onboard__Partnership__State state) {
  Onboard__Partnership *partnership = arena_new(arena, Onboard__Partnership);
  onboard__partnership__init(partnership);
  partnership->name = arena_strdup(arena, PARTNERSHIP_NAME);
  partnership->currency_code = arena_strdup(arena, "USD");
  partnership_start(partnership);
  partnership->state = state;
  return partnership;
}

void assert_refused(const struct status *status, const char *reason) {
  assert_non_null(status);
  assert_string_equal(status->reason, reason);
}

const char *metadata_of(const struct status *status, const char *key) {
  for (const struct status_metadata *data = status->metadata; data; data = data->next)
    if (strcmp(data->key, key) == 0)
      return data->value;
  fail_msg("no metadata `%s` in: %s", key, status->message);
  return NULL;
}

size_t guard_count(const struct status *status) {
  size_t count = 0;
  for (const struct guard_failure *guard = status->guards; guard; guard = guard->next)
    count++;
  return count;
}

size_t violation_count(const struct status *status) {
  size_t count = 0;
  for (const struct violation *violation = status->violations; violation; violation = violation->next)
    count++;
  return count;
}

static Onboard__TestAnswer *yes_build(struct arena *arena) {
  Onboard__TestAnswer *answer = arena_new(arena, Onboard__TestAnswer);
  onboard__test_answer__init(answer);
  answer->answer = ONBOARD__ANSWER__ANSWER_YES;
  return answer;
}

Onboard__Qualification *qualification_build(struct arena *arena, Type__Party party) {
  Onboard__Qualification *answers = arena_new(arena, Onboard__Qualification);
  onboard__qualification__init(answers);
  answers->name = (char *)(party == VENDOR ? PARTNERSHIP_NAME "/qualifications/vendor"
                                           : PARTNERSHIP_NAME "/qualifications/partner");
  answers->party = party;
  answers->joint_value = yes_build(arena);
  answers->mutual_investment = yes_build(arena);
  answers->mutual_accountability = yes_build(arena);
  answers->structural_gap = yes_build(arena);
  answers->substitution = arena_new(arena, Onboard__Substitution);
  onboard__substitution__init(answers->substitution);
  answers->substitution->substitutable = ONBOARD__ANSWER__ANSWER_NO;
  return answers;
}

Onboard__FitAssessment *fit_concluded_with(struct arena *arena, Onboard__FitAssessment__Outcome outcome) {
  Onboard__FitAssessment *fit = arena_new(arena, Onboard__FitAssessment);
  onboard__fit_assessment__init(fit);
  fit->name = (char *)PARTNERSHIP_NAME "/fitAssessments/fy26";
  fit->state = ONBOARD__FIT_ASSESSMENT__STATE__STATE_CONCLUDED;
  fit->outcome = outcome;
  return fit;
}

Onboard__JointValueProposition *proposition_in(struct arena *arena,
                                               Onboard__JointValueProposition__State state) {
  Onboard__JointValueProposition *proposition = arena_new(arena, Onboard__JointValueProposition);
  onboard__joint_value_proposition__init(proposition);
  proposition->name = (char *)PARTNERSHIP_NAME "/jointValuePropositions/one";
  proposition->state = state;
  return proposition;
}

Onboard__Contract *contract_in_force(struct arena *arena) {
  Onboard__Contract *contract = arena_new(arena, Onboard__Contract);
  onboard__contract__init(contract);
  contract->name = (char *)PARTNERSHIP_NAME "/contracts/master";
  contract->state = ONBOARD__CONTRACT__STATE__STATE_ACTIVE;
  return contract;
}
