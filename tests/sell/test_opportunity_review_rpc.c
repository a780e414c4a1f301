/* Review, attribution and outcome of opportunities, through the service. */
#include "sell/attribution.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "runtime/base/timestamp.h"

#include "entente/sell/v1/attribution_service.pb-c.h"
#include "entente/sell/v1/customer_outcome_service.pb-c.h"
#include "entente/sell/v1/opportunity_review_service.pb-c.h"

#include <string.h>

#define REVIEWS "/entente.sell.v1.OpportunityReviewService/"
#define ATTRIBUTIONS "/entente.sell.v1.AttributionService/"
#define OUTCOMES "/entente.sell.v1.CustomerOutcomeService/"
#define REVIEW(name) SELL__OPPORTUNITY_REVIEW__STATE__STATE_##name
#define ATTRIBUTION(name) SELL__ATTRIBUTION__STATE__STATE_##name
#define CLASS(name) SELL__ATTRIBUTION__CLASS__CLASS_##name
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define WHY "because of the customer's own words"

/* A joint one of the vendor, complete for a review. */
static const char *complete(struct pillar_fixture *f, const char *p, const char *id) {
  const char *name = sell_open(f, f->manager, p, JOINT, id)->name;
  Sell__UpdateOpportunityRequest request = SELL__UPDATE_OPPORTUNITY_REQUEST__INIT;
  Sell__Opportunity wanted = SELL__OPPORTUNITY__INIT;
  wanted.name = (char *)name;
  wanted.display_name = (char *)"Triage at Northgate";
  wanted.solution = (char *)"Triage";
  wanted.customer = customer(f, "Northgate Hospital");
  wanted.customer->country = (char *)"NL";
  request.opportunity = &wanted;
  pillar_call(f, f->manager, OPPORTUNITIES "UpdateOpportunity", &request);
  return name;
}

/* A verb whose request is a name only. */
static const Sell__Opportunity *verb(struct pillar_fixture *f, const struct principal *who,
                                     const char *method, const ProtobufCMessageDescriptor *descriptor,
                                     const char *name) {
  return pillar_call(f, who, method, pillar_request(f, descriptor, name));
}
#define VERB(f, who, service, method, type, name)                                                            \
  verb(f, who, service method, &sell__##type##_request__descriptor, name)

static Sell__UpdateOpportunityRequest amount_of(struct pillar_fixture *f, const char *name, int64_t amount) {
  Sell__UpdateOpportunityRequest request = SELL__UPDATE_OPPORTUNITY_REQUEST__INIT;
  Sell__Opportunity *wanted = arena_new(pillar_arena(f), Sell__Opportunity);
  sell__opportunity__init(wanted);
  wanted->name = (char *)name;
  wanted->amount = usd(f, amount);
  request.opportunity = wanted;
  return request;
}

static void a_review_locks_opens_and_approves(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "review", "orvane-global");
  const char *bare = sell_open(f, f->manager, p, JOINT, "bare")->name;
  const struct status *unmet = pillar_refused(
      f, f->manager, REVIEWS "SubmitOpportunity",
      pillar_request(f, &sell__submit_opportunity_request__descriptor, bare), REASON_GUARD_UNMET);
  assert_int_equal(guard_count(unmet), 3); /* display name, country, solution */
  const char *name = complete(f, p, "one");
  Sell__UpdateOpportunityRequest change = amount_of(f, name, 60000);
  VERB(f, f->manager, REVIEWS, "SubmitOpportunity", submit_opportunity, name);
  pillar_refused(f, f->partner, OPPORTUNITIES "UpdateOpportunity", &change, "FIELD_LOCKED");
  VERB(f, f->manager, REVIEWS, "RecallOpportunity", recall_opportunity, name);
  pillar_call(f, f->partner, OPPORTUNITIES "UpdateOpportunity", &change);
  VERB(f, f->manager, REVIEWS, "SubmitOpportunity", submit_opportunity, name);
  pillar_refused(f, f->manager, REVIEWS "StartOpportunityReview",
                 pillar_request(f, &sell__start_opportunity_review_request__descriptor, name), "OTHER_PARTY");
  VERB(f, f->partner, REVIEWS, "StartOpportunityReview", start_opportunity_review, name);
  Sell__RequestOpportunityActionRequest ask = SELL__REQUEST_OPPORTUNITY_ACTION_REQUEST__INIT;
  char *paths[] = {(char *)"amount"};
  ask.name = (char *)name;
  ask.comment = (char *)"the amount is without services";
  ask.open_fields = paths;
  ask.n_open_fields = 1;
  ask.request_id = (char *)"ask-1";
  const Sell__Opportunity *asked = pillar_call(f, f->partner, REVIEWS "RequestOpportunityAction", &ask);
  const Sell__Opportunity *again = pillar_call(f, f->partner, REVIEWS "RequestOpportunityAction", &ask);
  assert_string_equal(asked->etag, again->etag);
  change = amount_of(f, name, 75000);
  pillar_call(f, f->manager, OPPORTUNITIES "UpdateOpportunity", &change);
  VERB(f, f->manager, REVIEWS, "SubmitOpportunity", submit_opportunity, name);
  VERB(f, f->partner, REVIEWS, "StartOpportunityReview", start_opportunity_review, name);
  const Sell__Opportunity *approved =
      VERB(f, f->partner, REVIEWS, "ApproveOpportunity", approve_opportunity, name);
  assert_int_equal(approved->review->state, REVIEW(APPROVED));
  assert_int_equal(approved->review->submit_count, 3);
  assert_int_equal(approved->review->reviewer, PARTNER);
  change.opportunity->display_name = (char *)"Another title";
  change.opportunity->amount = NULL;
  pillar_refused(f, f->manager, OPPORTUNITIES "UpdateOpportunity", &change, "FIELD_LOCKED");
  static const char *const types[] = {"opportunity.submitted",      "opportunity.recalled",
                                      "opportunity.updated",        "opportunity.submitted",
                                      "opportunity.review_started", "opportunity.action_requested",
                                      "opportunity.updated",        "opportunity.submitted",
                                      "opportunity.review_started", "opportunity.approved"};
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, f->partner, p, &entries), first = count - sizeof types / sizeof *types;
  for (size_t i = first; i < count; i++)
    assert_string_equal(entries[i]->type, types[i - first]);
}

static Sell__ProposeAttributionRequest shares(struct pillar_fixture *f, const char *name, int32_t vendor,
                                              int32_t partner) {
  Sell__ProposeAttributionRequest request = SELL__PROPOSE_ATTRIBUTION_REQUEST__INIT;
  request.name = (char *)name;
  request.n_shares = 2;
  request.shares = arena_calloc(pillar_arena(f), 2, sizeof *request.shares);
  for (size_t i = 0; i < 2; i++) {
    Sell__Attribution__Share *share = arena_new(pillar_arena(f), Sell__Attribution__Share);
    sell__attribution__share__init(share);
    share->party = i ? PARTNER : VENDOR;
    share->class_ = i ? CLASS(SOURCED) : CLASS(INFLUENCED);
    share->basis_points = i ? partner : vendor;
    share->reasoning = (char *)WHY;
    request.shares[i] = share;
  }
  return request;
}

/* To what the caller reads now. */
static Sell__AgreeAttributionRequest agreement(struct pillar_fixture *f, const char *name) {
  Sell__AgreeAttributionRequest request = SELL__AGREE_ATTRIBUTION_REQUEST__INIT;
  const Sell__Opportunity *read = VERB(f, f->viewer, OPPORTUNITIES, "GetOpportunity", get_opportunity, name);
  request.name = (char *)name;
  request.propose_time = read->attribution->propose_time;
  return request;
}

static void revenue_is_attributed_and_taken_back(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "attribution", "orvane-global");
  const char *name = complete(f, p, "one");
  Sell__ProposeAttributionRequest greedy = shares(f, name, 6000, 5000), fair = shares(f, name, 3000, 6000);
  const struct status *over =
      pillar_refused(f, f->partner, ATTRIBUTIONS "ProposeAttribution", &greedy, REASON_INVALID_REQUEST);
  assert_int_equal(violation_count(over), 1);
  pillar_call(f, f->partner, ATTRIBUTIONS "ProposeAttribution", &fair);
  Sell__AgreeAttributionRequest agree = agreement(f, name);
  pillar_refused(f, f->partner, ATTRIBUTIONS "AgreeAttribution", &agree, "OTHER_PARTY");
  pillar_refused(f, f->manager, ATTRIBUTIONS "AgreeAttribution", &agree, REASON_ACCESS_DENIED);
  fixture_set_now(f->server, fixture_now(f->server) + 1);
  pillar_call(f, f->partner, ATTRIBUTIONS "ProposeAttribution", &fair);
  const struct status *changed =
      pillar_refused(f, f->administrator, ATTRIBUTIONS "AgreeAttribution", &agree, REASON_PROPOSAL_CHANGED);
  assert_string_equal(changed->metadata->key, "propose_time");
  agree.propose_time = NULL;
  pillar_refused(f, f->administrator, ATTRIBUTIONS "AgreeAttribution", &agree, REASON_INVALID_REQUEST);
  agree = agreement(f, name);
  const Sell__Opportunity *agreed = pillar_call(f, f->administrator, ATTRIBUTIONS "AgreeAttribution", &agree);
  assert_int_equal(agreed->attribution->state, ATTRIBUTION(AGREED));
  Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  win.name = (char *)name;
  win.close_time = pillar_time(f, "2026-06-03");
  win.amount = usd(f, 100001);
  const Sell__Opportunity *won = pillar_call(f, f->manager, OPPORTUNITIES "WinOpportunity", &win);
  assert_int_equal(won->attribution->state, ATTRIBUTION(FROZEN));
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-06", "attributed.influenced.USD", VENDOR), 30000);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-06", "attributed.sourced.USD", PARTNER), 60001);
  pillar_refused(f, f->partner, ATTRIBUTIONS "ProposeAttribution", &fair, REASON_INVALID_STATE);
  Sell__ReverseAttributionRequest reverse = SELL__REVERSE_ATTRIBUTION_REQUEST__INIT;
  reverse.name = (char *)name;
  reverse.reason = (char *)"too short";
  pillar_refused(f, f->partner, ATTRIBUTIONS "ReverseAttribution", &reverse, REASON_INVALID_REQUEST);
  reverse.reason = (char *)WHY;
  reverse.etag = (char *)"not the current one";
  pillar_refused(f, f->partner, ATTRIBUTIONS "ReverseAttribution", &reverse, REASON_ETAG_MISMATCH);
  reverse.etag = won->etag;
  pillar_call(f, f->partner, ATTRIBUTIONS "ReverseAttribution", &reverse);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-06", "attributed.sourced.USD", PARTNER), 0);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-06", "won_amount.joint.USD", NOBODY), 100001);
  pillar_call(f, f->partner, ATTRIBUTIONS "ProposeAttribution", &fair);
  agree = agreement(f, name);
  agreed = pillar_call(f, f->administrator, ATTRIBUTIONS "AgreeAttribution", &agree);
  assert_int_equal(agreed->attribution->state, ATTRIBUTION(FROZEN));
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-06", "attributed.sourced.USD", PARTNER), 60001);
  Sell__ReverseOpportunityRequest back = SELL__REVERSE_OPPORTUNITY_REQUEST__INIT;
  back.name = (char *)name;
  back.reason = (char *)"customer cancelled within 30 days";
  const Sell__Opportunity *gone = pillar_call(f, f->manager, OPPORTUNITIES "ReverseOpportunity", &back);
  assert_int_equal(gone->attribution->state, ATTRIBUTION(VOID));
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "attributed.sourced.USD", PARTNER), 0);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "attributed.influenced.USD", VENDOR), 0);
}

/* An import wins it: its shares freeze and count like any others. */
static void an_import_freezes_what_was_agreed(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "attribution-import", "orvane-global");
  Sell__ImportOpportunitiesRequest request = SELL__IMPORT_OPPORTUNITIES_REQUEST__INIT;
  Sell__OpportunityRow row = SELL__OPPORTUNITY_ROW__INIT, *rows[] = {&row};
  row.external_id = (char *)"CRM-9";
  row.engagement = JOINT;
  row.state = SELL__OPPORTUNITY__STATE__STATE_OPEN;
  row.stage = SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED;
  row.customer = customer(f, "Northgate Hospital");
  row.amount = usd(f, 50000);
  row.open_time = pillar_time(f, "2026-03-01");
  request.parent = (char *)p;
  request.rows = rows;
  request.n_rows = 1;
  const Sell__ImportOpportunitiesResponse *created =
      pillar_call(f, f->manager, OPPORTUNITIES "ImportOpportunities", &request);
  const char *name = created->results[0]->opportunity;
  Sell__ProposeAttributionRequest fair = shares(f, name, 5000, 5000);
  pillar_call(f, f->partner, ATTRIBUTIONS "ProposeAttribution", &fair);
  Sell__AgreeAttributionRequest agree = agreement(f, name);
  pillar_call(f, f->administrator, ATTRIBUTIONS "AgreeAttribution", &agree);
  row.state = SELL__OPPORTUNITY__STATE__STATE_WON;
  row.close_time = pillar_time(f, "2026-05-09");
  pillar_call(f, f->manager, OPPORTUNITIES "ImportOpportunities", &request);
  assert_int_equal(sell_get(f, f->partner, name)->attribution->state, ATTRIBUTION(FROZEN));
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-05", "attributed.sourced.USD", PARTNER), 25000);
}

static void outcomes_count_when_due_and_met(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "outcome", "orvane-global");
  const char *name = complete(f, p, "one");
  Sell__SetCustomerOutcomeRequest promise = SELL__SET_CUSTOMER_OUTCOME_REQUEST__INIT;
  Sell__RecordCustomerOutcomeRequest end = SELL__RECORD_CUSTOMER_OUTCOME_REQUEST__INIT;
  promise.name = end.name = (char *)name;
  promise.statement = (char *)"waits of less than 20 minutes";
  promise.due_time = pillar_time(f, "2026-11-30");
  end.state = SELL__CUSTOMER_OUTCOME__STATE__STATE_MET;
  end.evidence = (char *)"report of the hospital";
  pillar_call(f, f->partner, OUTCOMES "SetCustomerOutcome", &promise);
  pillar_refused(f, f->partner, OUTCOMES "RecordCustomerOutcome", &end, REASON_INVALID_STATE);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-11", "outcomes.due", NOBODY), 0);
  Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  win.name = (char *)name;
  pillar_call(f, f->manager, OPPORTUNITIES "WinOpportunity", &win);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-11", "outcomes.due", NOBODY), 1);
  pillar_call(f, f->partner, OUTCOMES "RecordCustomerOutcome", &end);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-11", "outcomes.met", NOBODY), 1);
  pillar_refused(f, f->partner, OUTCOMES "RecordCustomerOutcome", &end, REASON_INVALID_STATE);
}

/* On the other party's own every verb answers as on what is not there; on one's own it is not joint. */
static void what_is_ones_own_is_neither_reviewed_nor_shared(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "review-own", "orvane-global");
  const char *own = sell_open(f, f->administrator, p, INDEPENDENT, "own")->name;
  const char *absent = arena_printf(pillar_arena(f), "%s/opportunities/vendor-nil", p);
  Sell__ProposeAttributionRequest propose = shares(f, own, 1, 1);
  const struct {
    const char *method;
    const ProtobufCMessageDescriptor *descriptor;
  } calls[] = {
      {REVIEWS "SubmitOpportunity", &sell__submit_opportunity_request__descriptor},
      {REVIEWS "RecallOpportunity", &sell__recall_opportunity_request__descriptor},
      {REVIEWS "StartOpportunityReview", &sell__start_opportunity_review_request__descriptor},
      {REVIEWS "ApproveOpportunity", &sell__approve_opportunity_request__descriptor},
  };
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    const struct status *hidden = pillar_refused(
        f, f->partner, calls[i].method, pillar_request(f, calls[i].descriptor, own), REASON_NOT_FOUND);
    const struct status *nothing = pillar_refused(
        f, f->partner, calls[i].method, pillar_request(f, calls[i].descriptor, absent), REASON_NOT_FOUND);
    assert_int_equal(strlen(hidden->message), strlen(nothing->message));
    pillar_refused(f, f->administrator, calls[i].method, pillar_request(f, calls[i].descriptor, own),
                   "NOT_JOINT");
  }
  pillar_refused(f, f->partner, ATTRIBUTIONS "ProposeAttribution", &propose, REASON_NOT_FOUND);
  pillar_refused(f, f->administrator, ATTRIBUTIONS "ProposeAttribution", &propose, "NOT_JOINT");
  Sell__AgreeAttributionRequest agree = SELL__AGREE_ATTRIBUTION_REQUEST__INIT;
  agree.name = (char *)own;
  agree.propose_time = pillar_time(f, "2026-06-03");
  pillar_refused(f, f->partner, ATTRIBUTIONS "AgreeAttribution", &agree, REASON_NOT_FOUND);
  pillar_refused(f, f->administrator, ATTRIBUTIONS "AgreeAttribution", &agree, "NOT_JOINT");
}

static size_t listed(struct pillar_fixture *f, const struct principal *who, const char *p,
                     Sell__OpportunityReview__State review, const char *text) {
  Sell__ListOpportunitiesRequest request = SELL__LIST_OPPORTUNITIES_REQUEST__INIT;
  request.parent = (char *)p;
  request.review_state = review;
  request.text = (char *)text;
  return ((const Sell__ListOpportunitiesResponse *)pillar_call(f, who, OPPORTUNITIES "ListOpportunities",
                                                               &request))
      ->n_opportunities;
}

static void lists_know_review_and_text(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "review-lists", "orvane-global");
  VERB(f, f->manager, REVIEWS, "SubmitOpportunity", submit_opportunity, complete(f, p, "one"));
  complete(f, p, "two");
  sell_open(f, f->partner, p, INDEPENDENT, "own");
  assert_int_equal(listed(f, f->manager, p, REVIEW(SUBMITTED), ""), 1);
  assert_int_equal(listed(f, f->partner, p, REVIEW(PENDING_SUBMISSION), ""), 1);
  assert_int_equal(listed(f, f->partner, p, REVIEW(APPROVED), ""), 0);
  assert_int_equal(listed(f, f->manager, p, 0, "TRIÁGE"), 2);
  assert_int_equal(listed(f, f->manager, p, 0, "northgate"), 2);
  assert_int_equal(listed(f, f->partner, p, 0, "northgate"), 3);
  assert_int_equal(listed(f, f->partner, p, REVIEW(SUBMITTED), "southgate"), 0);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_review_locks_opens_and_approves),
      cmocka_unit_test(revenue_is_attributed_and_taken_back),
      cmocka_unit_test(an_import_freezes_what_was_agreed),
      cmocka_unit_test(outcomes_count_when_due_and_met),
      cmocka_unit_test(what_is_ones_own_is_neither_reviewed_nor_shared),
      cmocka_unit_test(lists_know_review_and_text),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
