/* Sponsors, reviews and net promoter responses by real calls. */
#include "onboard/service_fixture.h"
#include "support/check.h"

#include <string.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define STATE(name) ONBOARD__REVIEW__STATE__STATE_##name

static const char *sponsor_make(struct onboard_fixture *fixture, const struct principal *who,
                                const char *partnership, const char *id, const char *level) {
  const Onboard__Sponsor *sponsor =
      ask(fixture, who, "SponsorService/CreateSponsor",
          "{'parent': '%s', 'sponsorId': '%s', 'sponsor': {'personName': '%s', 'level': 'LEVEL_%s'}}",
          partnership, id, id, level);
  return sponsor->name;
}

static void sponsors_are_named_and_replaced(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "sponsors");
  const char *ada = sponsor_make(fixture, fixture->vendor, partnership, "ada", "C_LEVEL");
  refused(fixture, fixture->partner, "SponsorService/ActivateSponsor", "NOT_OWN_SPONSOR", "{'name': '%s'}",
          ada);
  refused(fixture, fixture->partner, "SponsorService/UpdateSponsor", "NOT_OWN_SPONSOR",
          "{'sponsor': {'name': '%s', 'title': 'none'}, 'updateMask': 'title'}", ada);
  refused(fixture, fixture->vendor_manager, "SponsorService/ActivateSponsor", REASON_ACCESS_DENIED,
          "{'name': '%s'}", ada);
  ask(fixture, fixture->vendor, "SponsorService/ActivateSponsor", "{'name': '%s'}", ada);
  const Onboard__Sponsor *next = ask(fixture, fixture->vendor, "SponsorService/ReplaceSponsor",
                                     "{'name': '%s', 'reason': 'moved to another post', 'sponsorId': 'ben', "
                                     "'sponsor': {'personName': 'Ben', "
                                     "'level': 'LEVEL_DIRECTOR'}}",
                                     ada);
  assert_string_equal(next->replaces, ada);
  const Onboard__Sponsor *gone =
      ask(fixture, fixture->partner, "SponsorService/GetSponsor", "{'name': '%s'}", ada);
  assert_string_equal(gone->replaced_by, next->name);
  const Onboard__ListSponsorsResponse *list =
      ask(fixture, fixture->partner, "SponsorService/ListSponsors",
          "{'parent': '%s', 'party': 'PARTY_VENDOR', 'state': 'STATE_NAMED'}", partnership);
  assert_int_equal(list->n_sponsors, 1);
  assert_string_equal(ledger_types(fixture, fixture->partner, partnership),
                      "partnership.created sponsor.named sponsor.activated sponsor.vacated sponsor.named");
}

static void reviews_are_held_missed_and_moved(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "reviews");
  const char *ada = sponsor_make(fixture, fixture->vendor, partnership, "ada", "C_LEVEL");
  const char *otto = sponsor_make(fixture, fixture->partner, partnership, "otto", "ACCOUNT_MANAGER");
  static const char *const due[] = {"2026-03-31", "2026-06-30", "2026-09-30"};
  for (int i = 0; i < 3; i++)
    ask(fixture, fixture->partner_manager, "ReviewService/CreateReview",
        "{'parent': '%s', 'reviewId': 'q%d', 'review': {'kind': 'KIND_QUARTERLY', 'dueTime': "
        "'%sT00:00:00Z'}}",
        partnership, i + 1, due[i]);
  assert_int_equal(counter(fixture, partnership, "2026", "reviews.due", NOBODY), 3);
  /* The first two are past their grace at once: missed on read, then recorded. */
  const Onboard__ListReviewsResponse *missed = ask(fixture, fixture->viewer, "ReviewService/ListReviews",
                                                   "{'parent': '%s', 'state': 'STATE_MISSED'}", partnership);
  assert_int_equal(missed->n_reviews, 2);
  assert_int_equal(counter(fixture, partnership, "2026", "reviews.missed", NOBODY), 0);
  assert_true(sweep_now(fixture) >= 2);
  assert_int_equal(sweep_now(fixture), 0);
  assert_int_equal(counter(fixture, partnership, "2026", "reviews.missed", NOBODY), 2);
  /* The second was in fact held in time. */
  const char *record = "ReviewService/RecordReview";
  refused(fixture, fixture->vendor_manager, record, "HELD_TOO_LATE",
          "{'name': '%s/reviews/q2', 'attendees': [{'party': 'PARTY_VENDOR', 'sponsor': '%s'}]}", partnership,
          ada);
  refused(fixture, fixture->vendor_manager, record, "SPONSOR_UNKNOWN",
          "{'name': '%s/reviews/q2', 'holdTime': '2026-07-01T00:00:00Z', 'attendees': [{'party': "
          "'PARTY_PARTNER', "
          "'sponsor': '%s'}]}",
          partnership, ada);
  const struct status *status =
      refused(fixture, fixture->vendor_manager, record, REASON_INVALID_REQUEST,
              "{'name': '%s/reviews/q2', 'attendees': [{'party': 'PARTY_VENDOR'}, {'personName': 'Kim'}]}",
              partnership);
  assert_true(violation_count(status) >= 1);
  const Onboard__Review *held = ask(
      fixture, fixture->vendor_manager, record,
      "{'name': '%s/reviews/q2', 'holdTime': '2026-07-01T00:00:00Z', 'attendees': [{'party': 'PARTY_VENDOR', "
      "'sponsor': '%s'}, {'party': 'PARTY_PARTNER', 'sponsor': '%s'}], 'decisions': ['go on']}",
      partnership, ada, otto);
  assert_int_equal(held->state, STATE(HELD));
  assert_int_equal(counter(fixture, partnership, "2026-06", "reviews.sponsored", VENDOR), 1);
  assert_int_equal(counter(fixture, partnership, "2026-06", "reviews.sponsored", PARTNER), 0);
  assert_int_equal(counter(fixture, partnership, "2026", "reviews.missed", NOBODY), 1);
  /* The third is moved into the next quarter, then called off. */
  ask(fixture, fixture->partner_manager, "ReviewService/RescheduleReview",
      "{'name': '%s/reviews/q3', 'dueTime': '2026-10-15T00:00:00Z', 'reason': 'people are away'}",
      partnership);
  assert_int_equal(counter(fixture, partnership, "2026-09", "reviews.due", NOBODY), 0);
  assert_int_equal(counter(fixture, partnership, "2026-10", "reviews.due", NOBODY), 1);
  ask(fixture, fixture->partner, "ReviewService/CancelReview",
      "{'name': '%s/reviews/q3', 'reason': 'held together with Q4'}", partnership);
  assert_int_equal(counter(fixture, partnership, "2026", "reviews.due", NOBODY), 2);
}

static void what_one_review_shows_the_other_party_sees(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "shared");
  ask(fixture, fixture->vendor, "ReviewService/CreateReview",
      "{'parent': '%s', 'reviewId': 'q3', 'review': {'kind': 'KIND_ANNUAL', 'dueTime': "
      "'2026-09-30T00:00:00Z'}}",
      partnership);
  ask(fixture, fixture->partner_manager, "ReviewService/GetReview", "{'name': '%s/reviews/q3'}", partnership);
  refused(fixture, fixture->stranger, "ReviewService/GetReview", REASON_ACCESS_DENIED,
          "{'name': '%s/reviews/q3'}", partnership);
  refused(fixture, fixture->vendor, "ReviewService/GetReview", REASON_NOT_FOUND, "{'name': '%s/reviews/q4'}",
          partnership);
}

static const char *respond(struct onboard_fixture *fixture, const struct principal *who,
                           const char *partnership, const char *respondent, int score, const char *when) {
  const Onboard__NpsResponse *response =
      ask(fixture, who, "NpsResponseService/RecordNpsResponse",
          "{'parent': '%s', 'npsResponse': {'respondent': '%s', 'score': %d, 'respondTime': '%s'}}",
          partnership, respondent, score, when);
  return response->name;
}

static void the_latest_response_counts(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "nps");
  const char *first = respond(fixture, fixture->partner, partnership, "ceo", 4, "2026-04-10T00:00:00Z");
  assert_int_equal(counter(fixture, partnership, "2026-04", "nps.detractors", PARTNER), 1);
  respond(fixture, fixture->partner, partnership, "ceo", 9, "2026-05-10T00:00:00Z");
  assert_int_equal(counter(fixture, partnership, "2026-04", "nps.detractors", PARTNER), 0);
  assert_int_equal(counter(fixture, partnership, "2026-04", "nps.responses", PARTNER), 0);
  assert_int_equal(counter(fixture, partnership, "2026-05", "nps.promoters", PARTNER), 1);
  /* An older one that is entered later counts for nothing, and another quarter is another matter. */
  respond(fixture, fixture->partner, partnership, "ceo", 0, "2026-04-30T00:00:00Z");
  assert_int_equal(counter(fixture, partnership, "2026Q2", "nps.responses", PARTNER), 1);
  assert_int_equal(counter(fixture, partnership, "2026Q2", "nps.detractors", PARTNER), 0);
  respond(fixture, fixture->partner, partnership, "ceo", 7, "2026-07-01T00:00:00Z");
  respond(fixture, fixture->vendor, partnership, "ceo", 10, "2026-05-01T00:00:00Z");
  assert_int_equal(counter(fixture, partnership, "2026", "nps.responses", PARTNER), 2);
  assert_int_equal(counter(fixture, partnership, "2026", "nps.responses", VENDOR), 1);
  /* Only the own party reads who said what. */
  ask(fixture, fixture->partner_manager, "NpsResponseService/GetNpsResponse", "{'name': '%s'}", first);
  refused(fixture, fixture->vendor, "NpsResponseService/GetNpsResponse", REASON_NOT_FOUND, "{'name': '%s'}",
          first);
  const Onboard__ListNpsResponsesResponse *own =
      ask(fixture, fixture->vendor, "NpsResponseService/ListNpsResponses", "{'parent': '%s'}", partnership);
  assert_int_equal(own->n_nps_responses, 1);
  assert_string_equal(ledger_types(fixture, fixture->vendor, partnership),
                      "partnership.created nps_response.recorded");
  refused(fixture, fixture->vendor, "NpsResponseService/RecordNpsResponse", REASON_INVALID_REQUEST,
          "{'parent': '%s', 'npsResponse': {'respondent': 'x', 'score': 11}}", partnership);
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sponsors_are_named_and_replaced),
      cmocka_unit_test(reviews_are_held_missed_and_moved),
      cmocka_unit_test(what_one_review_shows_the_other_party_sees),
      cmocka_unit_test(the_latest_response_counts),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
