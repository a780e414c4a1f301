/* Lists by text, and pages of them while others write. */
#include "onboard/service_fixture.h"
#include "support/check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ORGANIZATIONS "OrganizationService/ListOrganizations"
enum { MATCHING = 40, PAGE = 7 };

static void organization_make(struct onboard_fixture *fixture, const char *id, const char *legal_name) {
  ask(fixture, fixture->vendor, "OrganizationService/CreateOrganization",
      "{'parent': '" HALDEN "', 'organizationId': '%s', 'organization': {'legalName': '%s', 'domain': "
      "'%s.example', 'countryCode': 'DE', 'roles': ['ROLE_PARTNER']}}",
      id, legal_name, id);
}

static size_t organizations_with(struct onboard_fixture *fixture, const struct principal *who,
                                 const char *text) {
  const Onboard__ListOrganizationsResponse *list =
      ask(fixture, who, ORGANIZATIONS, "{'parent': '" HALDEN "', 'text': '%s', 'pageSize': 500}", text);
  return list->n_organizations;
}

static void text_is_compared_as_people_do(void **state) {
  struct onboard_fixture *fixture = *state;
  organization_make(fixture, "lodz",
                    "\xc5\x81\xc3\xb3"
                    "d\xc5\xba Stra\xc3\x9f"
                    "enbau");
  assert_int_equal(organizations_with(fixture, fixture->viewer, "lodz strassen"), 1);
  assert_int_equal(organizations_with(fixture, fixture->viewer, "  LODZ  STRASSEN "), 1);
  assert_int_equal(organizations_with(fixture, fixture->viewer, "lodz.example"), 1); /* the domain */
  assert_int_equal(organizations_with(fixture, fixture->viewer, "no such thing"), 0);
  assert_true(organizations_with(fixture, fixture->viewer, "") > 1);
  /* Text finds nothing that the caller could not list. */
  assert_int_equal(organizations_with(fixture, fixture->partner, "lodz"), 0);
  assert_int_equal(organizations_with(fixture, fixture->partner, "orvane"), 1);
}

static void every_list_takes_text(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "searched");
  const char *plan = plan_in_force(fixture, partnership, "fy26", "", terms_json(fixture, 1000, ""));
  ask(fixture, fixture->vendor, "SponsorService/CreateSponsor",
      "{'parent': '%s', 'sponsor': {'personName': 'Zo\xc3\xab Fran\xc3\xa7ois', 'level': 'LEVEL_C_LEVEL'}}",
      partnership);
  for (int i = 0; i < 2; i++)
    ask(fixture, fixture->vendor, "ReviewService/CreateReview",
        "{'parent': '%s', 'reviewId': 'r%d', 'review': {'kind': '%s', 'title': 'R\xc3\xbc"
        "ckblick %d', "
        "'dueTime': '2026-07-0%dT00:00:00Z'}}",
        partnership, i, i ? "KIND_ANNUAL" : "KIND_QUARTERLY", i, i + 1);
  ask(fixture, fixture->vendor, "ReviewService/RecordReview",
      "{'name': '%s/reviews/r0', 'holdTime': '2026-07-02T00:00:00Z', 'attendees': [{'party': 'PARTY_VENDOR', "
      "'personName': 'Kim'}], 'decisions': ['Fund it', 'Hire an \xc3\x84lterer']}",
      partnership);
  const Onboard__ListPartnershipsResponse *partnerships =
      ask(fixture, fixture->partner_manager, "PartnershipService/ListPartnerships",
          "{'parent': '" HALDEN "', 'text': 'X SEARCHED'}");
  assert_int_equal(partnerships->n_partnerships, 1);
  const Onboard__ListPlansResponse *plans = ask(fixture, fixture->viewer, "PlanService/ListPlans",
                                                "{'parent': '%s', 'text': 'fy 26'}", partnership);
  assert_int_equal(plans->n_plans, 1);
  plans = ask(fixture, fixture->viewer, "PlanService/ListPlans", "{'parent': '%s', 'text': 'fy 27'}",
              partnership);
  assert_int_equal(plans->n_plans, 0);
  const Onboard__ListCommitmentsResponse *commitments =
      ask(fixture, fixture->viewer, "CommitmentService/ListCommitments",
          "{'parent': '%s', 'text': 'COMMITTEE decides', 'owner': 'PARTY_PARTNER'}", plan);
  assert_int_equal(commitments->n_commitments, 1);
  const Onboard__ListMilestonesResponse *milestones = ask(
      fixture, fixture->viewer, "MilestoneService/ListMilestones", "{'parent': '%s', 'text': 'lau'}", plan);
  assert_int_equal(milestones->n_milestones, 1);
  const Onboard__ListSponsorsResponse *sponsors =
      ask(fixture, fixture->viewer, "SponsorService/ListSponsors",
          "{'parent': '%s', 'text': 'zoe francois', 'party': 'PARTY_VENDOR'}", partnership);
  assert_int_equal(sponsors->n_sponsors, 1);
  static const char by_text[] = "{'parent': '%s', 'text': '%s'}";
  const Onboard__ListReviewsResponse *reviews =
      ask(fixture, fixture->viewer, "ReviewService/ListReviews", by_text, partnership, "ruckblick");
  assert_int_equal(reviews->n_reviews, 2);
  reviews =
      ask(fixture, fixture->viewer, "ReviewService/ListReviews", by_text, partnership, "hire an alterer");
  assert_int_equal(reviews->n_reviews, 1);
  reviews = ask(fixture, fixture->viewer, "ReviewService/ListReviews",
                "{'parent': '%s', 'text': 'ruckblick', 'kind': 'KIND_ANNUAL'}", partnership);
  assert_int_equal(reviews->n_reviews, 1);
  refused(fixture, fixture->viewer, "ReviewService/ListReviews", REASON_INVALID_REQUEST,
          "{'parent': '%s', 'text': '%0201d'}", partnership, 1);
}

static void a_token_belongs_to_its_text(void **state) {
  struct onboard_fixture *fixture = *state;
  const Onboard__ListOrganizationsResponse *list =
      ask(fixture, fixture->viewer, ORGANIZATIONS, "{'parent': '" HALDEN "', 'text': 'o', 'pageSize': 1}");
  assert_true(*list->next_page_token);
  refused(fixture, fixture->viewer, ORGANIZATIONS, REASON_PAGE_TOKEN_INVALID,
          "{'parent': '" HALDEN "', 'text': 'ca', 'pageSize': 1, 'pageToken': '%s'}", list->next_page_token);
  refused(fixture, fixture->vendor_manager, ORGANIZATIONS, REASON_PAGE_TOKEN_INVALID,
          "{'parent': '" HALDEN "', 'text': 'o', 'pageSize': 1, 'pageToken': '%s'}", list->next_page_token);
  ask(fixture, fixture->viewer, ORGANIZATIONS,
      "{'parent': '" HALDEN "', 'text': ' O ', 'pageSize': 1, 'pageToken': '%s'}", list->next_page_token);
}

/* ---- while others write ---- */

struct writing {
  pthread_t thread;
  struct onboard_fixture fixture; /* a replica */
  volatile int stop;
};

static void *write_on(void *argument) {
  struct writing *writing = argument;
  struct arena *arena = fixture_arena(writing->fixture.server);
  for (int i = 0; !writing->stop && i < 300; i++) {
    organization_make(&writing->fixture, arena_printf(arena, "run-%03d-w", i),
                      i % 2 ? "Runner late" : "Walker");
    ask(&writing->fixture, writing->fixture.vendor, "OrganizationService/UpdateOrganization",
        "{'organization': {'name': '" HALDEN
        "/organizations/run-%03d-a', 'roles': ['ROLE_PARTNER'], 'taxId': 'T%d'}, 'updateMask': 'taxId'}",
        i % MATCHING, i);
  }
  return NULL;
}

static void pages_are_stable_while_others_write(void **state) {
  struct onboard_fixture *fixture = *state;
  struct writing writing = {.stop = 0};
  int seen[MATCHING] = {0};
  for (int i = 0; i < MATCHING; i++)
    organization_make(fixture, arena_printf(fixture_arena(fixture->server), "run-%03d-a", i),
                      "R\xc3\xbcnner");
  writing.fixture = *fixture;
  writing.fixture.server = onboard_server(fixture);
  set_now(&writing.fixture, "2026-07-15T12:00:00Z");
  assert_int_equal(pthread_create(&writing.thread, NULL, write_on, &writing), 0);
  for (int round = 0; round < 5; round++) {
    const char *token = "";
    memset(seen, 0, sizeof seen);
    do {
      const Onboard__ListOrganizationsResponse *list =
          ask(fixture, fixture->viewer, ORGANIZATIONS,
              "{'parent': '" HALDEN "', 'text': 'runner', 'pageSize': %d, 'pageToken': '%s'}", PAGE, token);
      for (size_t i = 0; i < list->n_organizations; i++) {
        int number = atoi(strstr(list->organizations[i]->name, "/run-") + 5);
        if (strstr(list->organizations[i]->name, "-a") && number < MATCHING)
          seen[number]++;
      }
      token = list->next_page_token;
    } while (*token);
    for (int i = 0; i < MATCHING; i++)
      assert_int_equal(seen[i], 1); /* once, whatever came and changed around it */
  }
  writing.stop = 1;
  pthread_join(writing.thread, NULL);
  fixture_stop(writing.fixture.server);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_is_compared_as_people_do),
      cmocka_unit_test(every_list_takes_text),
      cmocka_unit_test(a_token_belongs_to_its_text),
      cmocka_unit_test(pages_are_stable_while_others_write),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
