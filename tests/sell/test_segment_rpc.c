/* The segment of a registration is the partner's word until the vendor states the one that counts. */
#include "sell/registration_fixture.h"
#include "support/check.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include <string.h>

#define R "RegistrationService/"
#define C "ConflictService/"
#define O "OpportunityService/"
#define P "RegistrationPolicyService/"
#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name

static const char *submitted_as(struct pillar_fixture *f, const struct principal *who,
                                const char *partnership, const char *customer, const char *segment) {
  const char *name = registration_drafted(f, who, partnership, customer);
  ask(f, who, R "UpdateRegistration", "{'registration': {'name': '%s', 'segment': '%s'}}", name, segment);
  ask(f, who, R "SubmitRegistration", "{'name': '%s'}", name);
  return name;
}

static const Sell__Registration *correct(struct pillar_fixture *f, const char *name, const char *segment) {
  return ask(f, f->manager, R "CorrectRegistrationSegment",
             "{'name': '%s', 'segment': '%s', 'note': 'They are not of that size'}", name, segment);
}

static void policy(struct pillar_fixture *f, const char *id, const char *segment, int days) {
  ask(f, f->administrator, P "CreateRegistrationPolicy",
      "{'parent': 'vendors/halden', 'registrationPolicyId': '%s', 'registrationPolicy': {'displayName': "
      "'%s', "
      "'segments': ['%s'], 'terms': {'protectionDays': %d, 'decisionHours': %d}}}",
      id, id, segment, days, days);
}

static const Ledger__LedgerEntry *last_entry(struct pillar_fixture *f, const struct principal *who,
                                             const char *subject, const char *type) {
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, who, subject, &entries);
  while (count && strcmp(entries[count - 1]->type, type) != 0)
    count--;
  return count ? entries[count - 1] : NULL;
}

static void the_vendor_states_the_segment(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "stated", "orvane-global");
  policy(f, "large", "very-large", 180);
  policy(f, "small", "quite-small", 60);
  const char *name = submitted_as(f, f->partner, p, "Boastful Bakery", "very-large");
  const Sell__Registration *said = registration_now(f, f->partner, name);
  assert_string_equal(said->policy, "vendors/halden/registrationPolicies/large");
  static const char once[] =
      "{'name': '%s', 'segment': 'quite-small', 'note': 'They bake for one street', 'requestId': "
      "'one'}";
  ask_refused(f, f->manager, R "CorrectRegistrationSegment", "ETAG_MISMATCH",
              "{'name': '%s', 'segment': 'quite-small', 'note': 'They bake for one street', 'etag': 'other'}",
              name);
  const Sell__Registration *now = ask(f, f->manager, R "CorrectRegistrationSegment", once, name);
  const Sell__Registration *again = ask(f, f->manager, R "CorrectRegistrationSegment", once, name);
  assert_string_equal(now->etag, again->etag);
  assert_string_equal(now->segment, "quite-small");
  assert_string_equal(now->segment_correction->given, "very-large");
  assert_string_equal(now->segment_correction->note, "They bake for one street");
  assert_string_equal(now->segment_correction->actor, f->manager->subject);
  assert_int_equal(moment_us(now->segment_correction->correct_time), fixture_now(f->server));
  assert_string_equal(now->policy, "vendors/halden/registrationPolicies/small");
  assert_int_equal(now->terms->protection_days, 60);
  assert_int_equal(moment_us(now->decide_due_time),
                   moment_us(said->decide_due_time)); /* not the vendor's to move */
  assert_int_equal(moment_us(now->review_time), fixture_now(f->server));
  assert_int_equal(now->state, STATE(SUBMITTED));
  const Ledger__LedgerEntry *entry = last_entry(f, f->partner, p, "registration.segment_corrected");
  assert_non_null(entry);
  assert_string_equal(entry->actor, f->manager->subject);
  /* the first word is kept through another correction */
  now = correct(f, name, "middling");
  assert_string_equal(now->segment_correction->given, "very-large");
  assert_string_equal(now->policy, "");
  ask(f, f->administrator, P "RetireRegistrationPolicy",
      "{'name': 'vendors/halden/registrationPolicies/large'}");
  ask(f, f->administrator, P "RetireRegistrationPolicy",
      "{'name': 'vendors/halden/registrationPolicies/small'}");
  pillar_verify(f);
}

static void who_may_and_when(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "may", "orvane-global");
  static const char call[] = "{'name': '%s', 'segment': 'banks', 'note': 'It is a bank after all'}";
  const char *draft = registration_drafted(f, f->partner, p, "Unseen Ltd");
  ask_refused(f, f->manager, R "CorrectRegistrationSegment", REASON_NOT_FOUND, call, draft);
  const char *name = submitted_as(f, f->partner, p, "May Ltd", "shops");
  ask_refused(f, f->partner, R "CorrectRegistrationSegment", REASON_ACCESS_DENIED, call, name);
  ask_refused(f, f->viewer, R "CorrectRegistrationSegment", REASON_ACCESS_DENIED, call, name);
  const struct status *refusal =
      ask_refused(f, f->manager, R "CorrectRegistrationSegment", REASON_INVALID_REQUEST,
                  "{'name': '%s', 'segment': 'Not An Id', 'note': 'short'}", name);
  size_t count = 0;
  for (const struct violation *item = refusal->violations; item; item = item->next)
    count++;
  assert_int_equal(count, 2);
  ask_refused(f, f->manager, R "CorrectRegistrationSegment", "GUARD_UNMET",
              "{'name': '%s', 'segment': 'shops', 'note': 'It is what it is'}", name);
  ask(f, f->manager, R "StartRegistrationReview", "{'name': '%s'}", name);
  assert_int_equal(correct(f, name, "banks")->state, STATE(IN_REVIEW));
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", name);
  ask_refused(f, f->manager, R "CorrectRegistrationSegment", REASON_INVALID_STATE,
              "{'name': '%s', 'segment': 'shops', 'note': 'It is a shop after all'}", name);
}

static void the_partner_cannot_take_it_back(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "stays", "orvane-global");
  const char *name = submitted_as(f, f->partner, p, "Stubborn Ltd", "very-large");
  static const char edit[] = "{'registration': {'name': '%s', 'segment': 'very-large'}}";
  ask(f, f->manager, R "RequestRegistrationAction",
      "{'name': '%s', 'note': 'Say more about them', 'fields': ['segment', 'description']}", name);
  assert_int_equal(correct(f, name, "quite-small")->state, STATE(ACTION_REQUIRED));
  ask_refused(f, f->partner, R "UpdateRegistration", "FIELD_LOCKED", edit, name);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  ask(f, f->manager, R "RejectRegistration",
      "{'name': '%s', 'reason': 'REJECTION_REASON_NO_EVIDENCE', 'note': 'It shows no deal'}", name);
  ask_refused(f, f->partner, R "UpdateRegistration", "FIELD_LOCKED", edit, name);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  assert_string_equal(registration_now(f, f->partner, name)->segment, "quite-small");
}

/* Priority by a segment that was only claimed goes; priority by the right one comes. */
static void conflicts_are_routed_by_the_right_segment(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "route-one", "orvane-global");
  const char *two = pillar_partnership(f, "route-two", "castellan-soc");
  const char *contract = contract_followed(f, &(struct routing){.partnership = two, .segment = "clinics"});
  const char *early = submitted_as(f, f->partner, one, "Routed Rehab", "shops");
  pass_days(f, 1);
  const char *late = submitted_as(f, f->stranger, two, "Routed Rehab", "clinics");
  const Sell__Conflict *conflict = conflict_of(f, early);
  assert_string_equal(conflict->first, late);
  assert_string_equal(conflict->contender_contract, contract);
  correct(f, late, "shops");
  conflict = conflict_of(f, early);
  assert_string_equal(conflict->first, early);
  assert_string_equal(conflict->priority_contract, "");
  assert_string_equal(conflict->contender_contract, "");
  assert_non_null(last_entry(f, f->manager, "vendors/halden", "conflict.rerouted"));
  assert_null(last_entry(f, f->stranger, "vendors/halden", "conflict.rerouted"));
  correct(f, late, "clinics");
  conflict = conflict_of(f, early);
  assert_string_equal(conflict->first, late);
  assert_string_equal(conflict->priority_contract, contract);
  correct(f, early, "clinics"); /* of the other: moves nothing, and keeps what is not its own */
  assert_string_equal(conflict_of(f, early)->first, late);
  correct(f, late, "shops");
  const Sell__Conflict *ruled = ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", conflict->name);
  assert_string_equal(ruled->ruling->winner, early);
  pillar_verify(f);
}

static void a_claimed_segment_evades_no_exclusivity(void **state) {
  struct pillar_fixture *f = *state;
  const char *holder = pillar_partnership(f, "sole", "castellan-soc");
  const char *p = pillar_partnership(f, "evading", "orvane-global");
  contract_followed(f, &(struct routing){holder, "sole-harbours", true});
  const char *name = submitted_as(f, f->partner, p, "Quay Works", "shops");
  ask_refused(f, f->manager, R "ApproveRegistration", "CUSTOMER_UNAVAILABLE",
              "{'name': '%s', 'segment': 'sole-harbours'}", name);
  correct(f, name, "sole-harbours");
  ask_refused(f, f->manager, R "ApproveRegistration", "CUSTOMER_UNAVAILABLE", "{'name': '%s'}", name);
}

static void the_opportunity_is_of_the_right_segment(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "opened", "orvane-global");
  const char *name = submitted_as(f, f->partner, p, "Corrected Ltd", "very-large");
  const Sell__Registration *approved =
      ask(f, f->manager, R "ApproveRegistration",
          "{'name': '%s', 'segment': 'quite-small', 'note': 'Small, but welcome'}", name);
  assert_string_equal(approved->segment, "quite-small");
  assert_string_equal(approved->segment_correction->given, "very-large");
  const Sell__Registration *converted = ask(f, f->partner, R "ConvertRegistration", "{'name': '%s'}", name);
  const char *opportunity = converted->opportunity;
  const Sell__Opportunity *made = ask(f, f->partner, O "GetOpportunity", "{'name': '%s'}", opportunity);
  assert_string_equal(made->segment, "quite-small");
  assert_true(made->segment_by_vendor);
  const struct status *refusal =
      ask_refused(f, f->partner, O "UpdateOpportunity", "FIELD_LOCKED",
                  "{'opportunity': {'name': '%s', 'segment': 'Very large'}}", opportunity);
  assert_non_null(strstr(refusal->guards->description, "segment"));
  ask(f, f->partner, O "UpdateOpportunity", "{'opportunity': {'name': '%s', 'displayName': 'Ours'}}",
      opportunity);
  ask(f, f->manager, O "UpdateOpportunity", "{'opportunity': {'name': '%s', 'segment': 'Small'}}",
      opportunity);
  /* one that is there takes it on; one whose registration says the partner's word stays the partner's */
  const Sell__Opportunity *there =
      ask(f, f->partner, O "CreateOpportunity",
          "{'parent': '%s', 'opportunity': {'engagement': 'ENGAGEMENT_JOINT', 'segment': 'Very large'}}", p);
  name = submitted_as(f, f->partner, p, "Linked Ltd", "very-large");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s', 'segment': 'quite-small'}", name);
  ask(f, f->partner, R "ConvertRegistration", "{'name': '%s', 'opportunity': '%s'}", name, there->name);
  assert_string_equal(
      ((const Sell__Opportunity *)ask(f, f->partner, O "GetOpportunity", "{'name': '%s'}", there->name))
          ->segment,
      "quite-small");
  name = submitted_as(f, f->partner, p, "Believed Ltd", "very-large");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s', 'segment': 'very-large'}", name);
  converted = ask(f, f->partner, R "ConvertRegistration", "{'name': '%s'}", name);
  assert_null(converted->segment_correction);
  ask(f, f->partner, O "UpdateOpportunity", "{'opportunity': {'name': '%s', 'segment': 'Largest'}}",
      converted->opportunity);
  pillar_verify(f);
}

static const Sell__RowResult *imported(struct pillar_fixture *f, const char *partnership, const char *segment,
                                       const char *stage) {
  const Sell__ImportOpportunitiesResponse *response = ask(
      f, f->partner, O "ImportOpportunities",
      "{'parent': '%s', 'rows': [{'externalId': 'E-1', 'engagement': 'ENGAGEMENT_JOINT', 'segment': '%s', "
      "'state': 'STATE_OPEN', 'stage': 'STAGE_%s'}]}",
      partnership, segment, stage);
  assert_int_equal(response->n_results, 1);
  return response->results[0];
}

/* The partner's system goes on exporting its own word: the row is taken, the segment stays. */
static void an_import_leaves_it(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "imported", "orvane-global");
  const char *opportunity = imported(f, p, "Very large", "PROSPECT")->opportunity;
  const char *name = submitted_as(f, f->partner, p, "Exported Ltd", "very-large");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s', 'segment': 'quite-small'}", name);
  ask(f, f->partner, R "ConvertRegistration", "{'name': '%s', 'opportunity': '%s'}", name, opportunity);
  const Sell__SegmentPipeline *pipeline =
      ask(f, f->viewer, "PipelineService/GetSegmentPipeline", "{'name': '%s/pipeline'}", p);
  assert_int_equal(pipeline->n_segments, 1);
  assert_string_equal(pipeline->segments[0]->segment, "quite-small");
  assert_int_equal(imported(f, p, "Very large", "PROSPECT")->outcome,
                   SELL__ROW_RESULT__OUTCOME__OUTCOME_UNCHANGED);
  assert_int_equal(imported(f, p, "Very large", "QUALIFIED")->outcome,
                   SELL__ROW_RESULT__OUTCOME__OUTCOME_UPDATED);
  const Sell__Opportunity *now = ask(f, f->partner, O "GetOpportunity", "{'name': '%s'}", opportunity);
  assert_string_equal(now->segment, "quite-small");
  assert_int_equal(now->stage, SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_vendor_states_the_segment),
      cmocka_unit_test(who_may_and_when),
      cmocka_unit_test(the_partner_cannot_take_it_back),
      cmocka_unit_test(conflicts_are_routed_by_the_right_segment),
      cmocka_unit_test(a_claimed_segment_evades_no_exclusivity),
      cmocka_unit_test(the_opportunity_is_of_the_right_segment),
      cmocka_unit_test(an_import_leaves_it),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
