/* Organizations and partnerships by real calls: who sees what, states and guards, bad input, repeats, pages.
 */
#include "onboard/service_fixture.h"
#include "support/check.h"

#include <string.h>

#define STATE(name) ONBOARD__PARTNERSHIP__STATE__STATE_##name

static void a_partnership_is_created_once(void **state) {
  struct onboard_fixture *fixture = *state;
  static const char json[] =
      "{'parent': '" HALDEN
      "', 'partnershipId': 'once', 'partnership': {'displayName': '%s', 'partnerOrganization': "
      "'" HALDEN "/organizations/orvane-global', 'currencyCode': 'EUR'}, 'requestId': '%s'}";
  const char *method = "PartnershipService/CreatePartnership";
  const Onboard__Partnership *first = ask(fixture, fixture->vendor, method, json, "Once", "r-1");
  assert_string_equal(first->name, HALDEN "/partnerships/once");
  assert_int_equal(first->state, STATE(PROSPECT));
  assert_true(*first->etag != 0);
  const Onboard__Partnership *again = ask(fixture, fixture->vendor, method, json, "Once", "r-1");
  assert_string_equal(again->etag, first->etag);
  refused(fixture, fixture->vendor, method, REASON_REQUEST_ID_REUSED, json, "Twice", "r-1");
  refused(fixture, fixture->vendor, method, REASON_ALREADY_EXISTS, json, "Once", "r-2");
  assert_string_equal(ledger_types(fixture, fixture->vendor, first->name), "partnership.created");
}

static void bad_input_is_named_whole(void **state) {
  struct onboard_fixture *fixture = *state;
  const struct status *status =
      refused(fixture, fixture->vendor, "PartnershipService/CreatePartnership", REASON_INVALID_REQUEST,
              "{'parent': 'vendors/halden', 'partnershipId': 'Not An Id', 'requestId': '!!', "
              "'partnership': {'partnerOrganization': 'nonsense', 'currencyCode': 'usd'}}");
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  assert_true(violation_count(status) >= 5);
  refused(fixture, fixture->vendor, "PartnershipService/CreatePartnership", REASON_INVALID_REQUEST,
          "{'parent': '" HALDEN "', 'partnership': {'displayName': 'X', 'partnerOrganization': '" HALDEN
          "/organizations/orvane-global', 'currencyCode': 'XQZ'}}");
  refused(fixture, fixture->vendor, "PartnershipService/CreatePartnership", "ORGANIZATION_UNKNOWN",
          "{'parent': '" HALDEN "', 'partnership': {'displayName': 'X', 'partnerOrganization': '" HALDEN
          "/organizations/nobody', 'currencyCode': 'USD'}}");
  refused(fixture, fixture->vendor, "PartnershipService/CreatePartnership", "ORGANIZATION_UNKNOWN",
          "{'parent': '" HALDEN "', 'partnership': {'displayName': 'X', 'partnerOrganization': "
          "'vendors/tessel/organizations/orvane-global', 'currencyCode': 'USD'}}");
  refused(fixture, fixture->vendor, "OrganizationService/CreateOrganization", REASON_INVALID_REQUEST,
          "{'parent': '" HALDEN "', 'organization': {'legalName': 'X', 'countryCode': 'XX', "
          "'roles': ['ROLE_PARTNER']}}");
}

static void hidden_and_absent_read_the_same(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *name = partnership_make(fixture, "hidden"), *absent = HALDEN "/partnerships/absent";
  const char *get = "PartnershipService/GetPartnership";
  ask(fixture, fixture->partner_manager, get, "{'name': '%s'}", name);
  ask(fixture, fixture->viewer, get, "{'name': '%s'}", name);
  const struct principal *const outsiders[] = {fixture->stranger, fixture->other, NULL};
  for (size_t i = 0; i < 3; i++) {
    const char *reason = i < 2 ? REASON_ACCESS_DENIED : NULL;
    if (!reason)
      continue;
    const struct status *hidden = refused(fixture, outsiders[i], get, reason, "{'name': '%s'}", name);
    const struct status *gone = refused(fixture, outsiders[i], get, reason, "{'name': '%s'}", absent);
    assert_string_equal(hidden->message, gone->message);
    assert_int_equal(hidden->code, gone->code);
  }
  refused(fixture, fixture->vendor, get, REASON_NOT_FOUND, "{'name': '%s'}", absent);
  /* Writing is for the vendor's administrators. */
  const struct principal *const others[] = {fixture->vendor_manager, fixture->viewer, fixture->partner};
  for (size_t i = 0; i < 3; i++)
    refused(fixture, others[i], "PartnershipService/AssessPartnership", REASON_ACCESS_DENIED,
            "{'name': '%s'}", name);
  /* A partner's user sees the own organization only. */
  const char *organization = "OrganizationService/GetOrganization";
  ask(fixture, fixture->partner, organization, "{'name': '" HALDEN "/organizations/orvane-global'}");
  const struct status *hidden = refused(fixture, fixture->partner, organization, REASON_NOT_FOUND,
                                        "{'name': '" HALDEN "/organizations/castellan-soc'}");
  const struct status *gone = refused(fixture, fixture->partner, organization, REASON_NOT_FOUND,
                                      "{'name': '" HALDEN "/organizations/castellan-sox'}");
  assert_int_equal(strlen(hidden->message), strlen(gone->message));
  const Onboard__ListOrganizationsResponse *own =
      ask(fixture, fixture->partner, "OrganizationService/ListOrganizations", "{'parent': '" HALDEN "'}");
  assert_int_equal(own->n_organizations, 1);
  const Onboard__ListOrganizationsResponse *all =
      ask(fixture, fixture->viewer, "OrganizationService/ListOrganizations", "{'parent': '" HALDEN "'}");
  assert_true(all->n_organizations >= 2);
}

static void an_update_touches_what_it_names(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *name = partnership_make(fixture, "updated");
  const char *update = "PartnershipService/UpdatePartnership";
  const Onboard__Partnership *before =
      ask(fixture, fixture->vendor, "PartnershipService/GetPartnership", "{'name': '%s'}", name);
  const Onboard__Partnership *after = ask(
      fixture, fixture->vendor, update,
      "{'partnership': {'name': '%s', 'preset': 'PRESET_CLOUD', 'displayName': 'no', 'allianceFeatures': "
      "{'jointIp': true}, 'state': 'STATE_ACTIVE'}, 'updateMask': 'preset,allianceFeatures', 'etag': '%s'}",
      name, "");
  assert_string_equal(after->display_name, before->display_name);
  assert_int_equal(after->preset, ONBOARD__PARTNERSHIP__PRESET__PRESET_CLOUD);
  assert_true(after->alliance_features->joint_ip);
  assert_int_equal(after->state, STATE(PROSPECT));
  assert_string_not_equal(after->etag, before->etag);
  /* ETags are quoted, and the fixture's JSON writes quotes as apostrophes: build this one by hand. */
  Onboard__AssessPartnershipRequest assess = ONBOARD__ASSESS_PARTNERSHIP_REQUEST__INIT;
  const void *answer;
  assess.name = (char *)name;
  assess.etag = before->etag;
  fixture_as(fixture->server, fixture->vendor);
  const struct status *status = fixture_call(
      fixture->server, "/entente.onboard.v1.PartnershipService/AssessPartnership", &assess, &answer);
  assert_non_null(status);
  assert_string_equal(status->reason, REASON_ETAG_MISMATCH);
  assert_int_equal(status->code, CODE_ABORTED);
  assess.etag = after->etag;
  assert_null(fixture_call(fixture->server, "/entente.onboard.v1.PartnershipService/AssessPartnership",
                           &assess, &answer));
}

static void lists_filter_and_page(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *list = "PartnershipService/ListPartnerships";
  for (int i = 0; i < 7; i++)
    partnership_make(fixture, arena_printf(fixture_arena(fixture->server), "page-%d", i));
  size_t seen = 0;
  const char *token = "", *last = "";
  do {
    const Onboard__ListPartnershipsResponse *page =
        ask(fixture, fixture->viewer, list,
            "{'parent': '" HALDEN "', 'pageSize': 3, 'pageToken': '%s', 'state': 'STATE_PROSPECT'}", token);
    assert_true(page->n_partnerships <= 3);
    for (size_t i = 0; i < page->n_partnerships; i++) {
      assert_true(strcmp(last, page->partnerships[i]->name) < 0);
      last = page->partnerships[i]->name;
      seen += strstr(last, "/page-") != NULL;
    }
    token = page->next_page_token;
    if (seen == 3) /* one is inserted before where the list stands: nothing is listed twice for it */
      partnership_make(fixture, "aaa-inserted");
    if (*token)
      refused(fixture, fixture->vendor, list, REASON_PAGE_TOKEN_INVALID,
              "{'parent': '" HALDEN "', 'pageSize': 3, 'pageToken': '%s', 'state': 'STATE_PROSPECT'}", token);
  } while (*token);
  assert_int_equal(seen, 7);
  const Onboard__ListPartnershipsResponse *none =
      ask(fixture, fixture->stranger, list, "{'parent': '" HALDEN "'}");
  assert_int_equal(none->n_partnerships, 0);
  none = ask(fixture, fixture->stranger, list,
             "{'parent': '" HALDEN "', 'partnerOrganization': '" HALDEN "/organizations/orvane-global'}");
  assert_int_equal(none->n_partnerships, 0);
  none = ask(fixture, fixture->other, list,
             "{'parent': 'vendors/tessel', 'partnerOrganization': '" HALDEN "/organizations/orvane-global'}");
  assert_int_equal(none->n_partnerships, 0);
  refused(fixture, fixture->viewer, list, REASON_PAGE_TOKEN_INVALID,
          "{'parent': '" HALDEN "', 'pageToken': 'bm9uc2Vuc2U'}");
}

static void from_prospect_to_end(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *name = partnership_designated(fixture, "whole-way");
  const char *activate = "PartnershipService/ActivatePartnership";
  const struct status *status =
      refused(fixture, fixture->vendor, activate, REASON_GUARD_UNMET, "{'name': '%s'}", name);
  assert_int_equal(guard_count(status), 5);
  const char *plan = plan_in_force(fixture, name, "fy26", "", terms_json(fixture, 1000, ""));
  status = refused(fixture, fixture->vendor, activate, REASON_GUARD_UNMET, "{'name': '%s'}", name);
  assert_int_equal(guard_count(status), 2);
  const struct principal *const parties[] = {fixture->vendor, fixture->partner};
  for (size_t i = 0; i < 2; i++)
    ask(fixture, parties[i], "SponsorService/CreateSponsor",
        "{'parent': '%s', 'sponsor': {'personName': 'Kim', 'level': 'LEVEL_DIRECTOR'}}", name);
  const Onboard__Partnership *active = ask(fixture, fixture->vendor, activate, "{'name': '%s'}", name);
  assert_int_equal(active->state, STATE(ACTIVE));
  assert_string_equal(active->active_plan, plan);
  ask(fixture, fixture->vendor, "PartnershipService/StartPartnershipReview", "{'name': '%s'}", name);
  refused(fixture, fixture->vendor, "PartnershipService/ConcludePartnershipReview", REASON_INVALID_REQUEST,
          "{'name': '%s'}", name);
  ask(fixture, fixture->vendor, "PartnershipService/ConcludePartnershipReview",
      "{'name': '%s', 'outcome': 'REVIEW_OUTCOME_MODIFY_SCOPE'}", name);
  /* The plan that was to change does not do, with or without a body that asks for another. */
  const char *resume = "PartnershipService/ResumePartnership";
  status = refused(fixture, fixture->vendor, resume, REASON_GUARD_UNMET, "{'name': '%s'}", name);
  assert_int_equal(guard_count(status), 1);
  set_now(fixture, "2026-07-15T12:00:01Z");
  plan = plan_in_force(fixture, name, "fy26b", plan, terms_json(fixture, 900, ""));
  ask(fixture, fixture->vendor, resume, "{'name': '%s'}", name);
  status = refused(fixture, fixture->vendor, "PartnershipService/EndPartnership", REASON_INVALID_STATE,
                   "{'name': '%s', 'reason': 'no longer wanted'}", name);
  assert_string_equal(status_metadata_text(status, "state"), "ACTIVE");
  assert_string_equal(status_metadata_text(status, "action"), "END");
  ask(fixture, fixture->vendor, "PartnershipService/StartPartnershipReview", "{'name': '%s'}", name);
  ask(fixture, fixture->vendor, "PartnershipService/ConcludePartnershipReview",
      "{'name': '%s', 'outcome': 'REVIEW_OUTCOME_CONCLUDE'}", name);
  refused(fixture, fixture->vendor, "PartnershipService/EndPartnership", REASON_GUARD_UNMET,
          "{'name': '%s', 'reason': 'no longer wanted'}", name);
  set_now(fixture, "2026-10-14T00:00:00Z");
  ask(fixture, fixture->vendor, "PlanService/ClosePlan", "{'name': '%s'}", plan);
  status = refused(fixture, fixture->vendor, "PartnershipService/EndPartnership", REASON_GUARD_UNMET,
                   "{'name': '%s', 'reason': 'no longer wanted'}", name);
  assert_int_equal(guard_count(status), 1); /* the other party's word */
  ask(fixture, fixture->partner, "PartnershipService/OfferPartnershipEnd",
      "{'name': '%s', 'reason': 'as the review concluded'}", name);
  ask(fixture, fixture->vendor, "PartnershipService/AcceptPartnershipEnd", "{'name': '%s'}", name);
  const Onboard__Partnership *ended = ask(fixture, fixture->vendor, "PartnershipService/EndPartnership",
                                          "{'name': '%s', 'reason': 'no longer wanted'}", name);
  assert_int_equal(ended->state, STATE(ENDED));
  refused(fixture, fixture->partner, "SponsorService/CreateSponsor", REASON_INVALID_STATE,
          "{'parent': '%s', 'sponsor': {'personName': 'Kim', 'level': 'LEVEL_DIRECTOR'}}", name);
  set_now(fixture, "2026-07-15T12:00:00Z");
}

static void an_organization_in_use_stays(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *retire = "OrganizationService/RetireOrganization", *name = HALDEN "/organizations/one-off";
  ask(fixture, fixture->vendor, "OrganizationService/CreateOrganization",
      "{'parent': '" HALDEN "', 'organizationId': 'one-off', 'organization': {'legalName': 'One-Off', "
      "'countryCode': 'FR', 'roles': ['ROLE_PARTNER']}}");
  const Onboard__Partnership *partnership =
      ask(fixture, fixture->vendor, "PartnershipService/CreatePartnership",
          "{'parent': '" HALDEN "', 'partnership': {'displayName': 'X', 'partnerOrganization': '%s', "
          "'currencyCode': 'EUR'}}",
          name);
  refused(fixture, fixture->vendor, retire, "ORGANIZATION_IN_USE", "{'name': '%s'}", name);
  ask(fixture, fixture->vendor, "PartnershipService/EndPartnership",
      "{'name': '%s', 'reason': 'never got going'}", partnership->name);
  const Onboard__Organization *retired = ask(fixture, fixture->vendor, retire, "{'name': '%s'}", name);
  assert_int_equal(retired->state, ONBOARD__ORGANIZATION__STATE__STATE_HISTORICAL);
  assert_int_equal(retired->open_partnership_count, 0);
  refused(fixture, fixture->vendor, "PartnershipService/CreatePartnership", "ORGANIZATION_HISTORICAL",
          "{'parent': '" HALDEN "', 'partnership': {'displayName': 'X', 'partnerOrganization': '%s', "
          "'currencyCode': 'EUR'}}",
          name);
  ask(fixture, fixture->vendor, "OrganizationService/ReinstateOrganization", "{'name': '%s'}", name);
}

static void a_label_is_recorded_as_such(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *name = partnership_designated(fixture, "tallis");
  const char *classify = "PartnershipService/ClassifyPartnership";
  const struct status *status =
      refused(fixture, fixture->vendor, classify, "CLASS_ABOVE_EVIDENCE",
              "{'name': '%s', 'classification': 'CLASSIFICATION_STRATEGIC_PARTNERSHIP'}", name);
  assert_int_equal(guard_count(status), 14); /* all but what an alliance needs */
  const Onboard__ClassifyPartnershipResponse *rehearsal =
      ask(fixture, fixture->vendor, classify, "{'name': '%s', 'validateOnly': true}", name);
  assert_int_equal(rehearsal->supported_classification,
                   ONBOARD__PARTNERSHIP__CLASSIFICATION__CLASSIFICATION_STANDARD);
  const Onboard__ClassifyPartnershipResponse *response =
      ask(fixture, fixture->vendor, classify,
          "{'name': '%s', 'classification': 'CLASSIFICATION_STRATEGIC_PARTNERSHIP', 'reason': 'the chairman "
          "wishes it'}",
          name);
  assert_string_equal(response->partnership->classification_override->actor, "ada");
  assert_string_equal(
      ledger_types(fixture, fixture->partner, name),
      "partnership.created partnership.assessed partnership.designated partnership.classified");
}

static void a_stage_is_not_left_without_its_proof(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *complete = "PartnershipService/CompleteStage", *name = partnership_make(fixture, "staged");
  const struct principal *const both[] = {fixture->vendor, fixture->partner};
  for (size_t i = 0; i < 2; i++) {
    const struct status *status = refused(fixture, both[i], complete, REASON_GUARD_UNMET,
                                          "{'name': '%s', 'stage': 'STAGE_FIT_ASSESSMENT'}", name);
    assert_int_equal(guard_count(status), 1);
  }
  refused(fixture, fixture->vendor, complete, "STAGE_CHANGED", "{'name': '%s', 'stage': 'STAGE_AGREEMENT'}",
          name);
  refused(fixture, fixture->vendor, complete, REASON_INVALID_REQUEST, "{'name': '%s'}", name);
  refused(fixture, fixture->partner_manager, complete, REASON_ACCESS_DENIED,
          "{'name': '%s', 'stage': 'STAGE_FIT_ASSESSMENT'}", name);
  refused(fixture, fixture->stranger, complete, REASON_ACCESS_DENIED,
          "{'name': '%s', 'stage': 'STAGE_FIT_ASSESSMENT'}", name);
  assert_string_equal(ledger_types(fixture, fixture->partner, name), "partnership.created");
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_partnership_is_created_once),
      cmocka_unit_test(bad_input_is_named_whole),
      cmocka_unit_test(hidden_and_absent_read_the_same),
      cmocka_unit_test(an_update_touches_what_it_names),
      cmocka_unit_test(lists_filter_and_page),
      cmocka_unit_test(from_prospect_to_end),
      cmocka_unit_test(an_organization_in_use_stays),
      cmocka_unit_test(a_label_is_recorded_as_such),
      cmocka_unit_test(a_stage_is_not_left_without_its_proof),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
