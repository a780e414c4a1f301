/* Fit assessments by real calls: what one party scores stays sealed from the other until both have submitted.
 */
#include "onboard/service_fixture.h"
#include "runtime/base/text.h"
#include "runtime/message/validate.h"
#include "support/check.h"

#include <string.h>

#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define STATE(name) ONBOARD__FIT_ASSESSMENT__STATE__STATE_##name
#define SERVICE "FitAssessmentService/"

/* Text that must not be seen by the other party. */
#define SECRET "sealed words"

static const char *assessment_make(struct onboard_fixture *fixture, const char *partnership, const char *id) {
  const Onboard__FitAssessment *made =
      ask(fixture, fixture->vendor_manager, SERVICE "CreateFitAssessment",
          "{'parent': '%s', 'fitAssessmentId': '%s', 'fitAssessment': {'title': 'Year %s'}}", partnership, id,
          id);
  return made->name;
}

static const char *scores_json(struct onboard_fixture *fixture, const int values[4]) {
  static const char *const dimensions[] = {"MARKET_ACCESS", "CAPABILITY", "COMMITMENT", "STRATEGY"};
  struct buffer text = {.arena = fixture_arena(fixture->server)};
  buffer_text(&text, "[");
  for (int i = 0; i < 4; i++)
    buffer_printf(&text, "%s{'dimension': 'FIT_DIMENSION_%s', 'score': %d, 'evidence': '" SECRET " %d'}",
                  i ? ", " : "", dimensions[i], values[i], values[i]);
  buffer_text(&text, "]");
  return text.data;
}

static void score(struct onboard_fixture *fixture, const struct principal *who, const char *name,
                  const int values[4]) {
  ask(fixture, who, SERVICE "ScoreFitAssessment", "{'name': '%s', 'scores': %s}", name,
      scores_json(fixture, values));
}

static const Onboard__FitAssessment *submit(struct onboard_fixture *fixture, const struct principal *who,
                                            const char *name) {
  return ask(fixture, who, SERVICE "SubmitFitScorecard", "{'name': '%s'}", name);
}

static const int strong[4] = {81, 82, 83, 84}, weaker[4] = {71, 85, 90, 72};

/* Everything that somebody can read of a partnership's assessment, as it comes over the wire. */
static const char *all_that_is_read(struct onboard_fixture *fixture, const struct principal *who,
                                    const char *partnership, const char *name) {
  struct arena *arena = fixture_arena(fixture->server);
  const ProtobufCMessage *answers[] = {
      ask(fixture, who, SERVICE "GetFitAssessment", "{'name': '%s'}", name),
      ask(fixture, who, SERVICE "ListFitAssessments", "{'parent': '%s'}", partnership),
      ask(fixture, who, "/entente.ledger.v1.LedgerService/ListLedgerEntries",
          "{'parent': '%s', 'pageSize': 500}", partnership),
      ask(fixture, who, "PartnershipService/GetPartnership", "{'name': '%s'}", partnership),
  };
  struct buffer text = {.arena = arena};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    ProtobufCBinaryData packed = message_pack(arena, answers[i]);
    for (size_t k = 0; k < packed.len; k++)
      buffer_printf(&text, "%c", packed.data[k] ? packed.data[k] : ' ');
  }
  return text.data;
}

static void sealed_until_both_have_submitted(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "sealed");
  const char *name = assessment_make(fixture, partnership, "2026");
  score(fixture, fixture->vendor_manager, name, strong);
  const Onboard__FitScorecard *own =
      ask(fixture, fixture->viewer, SERVICE "GetFitScorecard", "{'name': '%s/scorecards/vendor'}", name);
  assert_int_equal(own->scores[2]->score, 83);
  /* Neither party reads the other's, nor whether there is one. */
  const struct status *hidden = refused(fixture, fixture->partner, SERVICE "GetFitScorecard",
                                        REASON_NOT_FOUND, "{'name': '%s/scorecards/vendor'}", name);
  const struct status *absent = refused(fixture, fixture->vendor, SERVICE "GetFitScorecard", REASON_NOT_FOUND,
                                        "{'name': '%s/scorecards/nobody'}", name);
  assert_int_equal(strlen(hidden->message), strlen(absent->message));
  refused(fixture, fixture->vendor, SERVICE "GetFitScorecard", REASON_NOT_FOUND,
          "{'name': '%s/scorecards/partner'}", name);
  assert_null(strstr(all_that_is_read(fixture, fixture->partner, partnership, name), SECRET));
  assert_non_null(strstr(all_that_is_read(fixture, fixture->vendor, partnership, name), SECRET));
  const Onboard__FitAssessment *seen = submit(fixture, fixture->vendor, name);
  assert_int_equal(seen->state, STATE(PARTLY_SUBMITTED));
  assert_null(strstr(all_that_is_read(fixture, fixture->partner, partnership, name), SECRET));
  /* The other's submission is refused by what it lacks itself, and tells nothing else. */
  const struct status *status = refused(fixture, fixture->partner, SERVICE "SubmitFitScorecard",
                                        "SCORES_INCOMPLETE", "{'name': '%s'}", name);
  assert_int_equal(guard_count(status), 4);
  score(fixture, fixture->partner_manager, name, weaker);
  refused(fixture, fixture->vendor, SERVICE "ConcludeFitAssessment", REASON_INVALID_STATE, "{'name': '%s'}",
          name);
  seen = submit(fixture, fixture->partner, name);
  assert_int_equal(seen->state, STATE(SUBMITTED));
  assert_int_equal(seen->n_scorecards, 2);
  assert_int_equal(seen->findings[0]->combined_score, 71);
  assert_int_equal(seen->findings[0]->vendor_score, 81);
  assert_non_null(strstr(all_that_is_read(fixture, fixture->partner, partnership, name), SECRET " 81"));
  assert_non_null(strstr(all_that_is_read(fixture, fixture->vendor, partnership, name), SECRET " 71"));
  assert_string_equal(ledger_types(fixture, fixture->partner, partnership),
                      "partnership.created partnership.fit_assessment_started fit_assessment.created "
                      "fit_assessment.submitted fit_scorecard.scored fit_scorecard.submitted "
                      "fit_assessment.submitted");
}

static void concluded_once_and_for_all(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "concluded");
  const char *name = assessment_make(fixture, partnership, "2026");
  refused(fixture, fixture->partner_manager, SERVICE "CreateFitAssessment", "FIT_ASSESSMENT_OPEN",
          "{'parent': '%s', 'fitAssessment': {'title': 'another'}}", partnership);
  score(fixture, fixture->vendor, name, strong);
  score(fixture, fixture->partner, name, weaker);
  refused(fixture, fixture->vendor_manager, SERVICE "SubmitFitScorecard", REASON_ACCESS_DENIED,
          "{'name': '%s'}", name);
  submit(fixture, fixture->partner, name);
  refused(fixture, fixture->partner, SERVICE "ScoreFitAssessment", REASON_INVALID_STATE,
          "{'name': '%s', 'scores': %s}", name, scores_json(fixture, strong));
  refused(fixture, fixture->vendor, SERVICE "WithdrawFitScorecard", "NOT_SUBMITTED", "{'name': '%s'}", name);
  ask(fixture, fixture->partner, SERVICE "WithdrawFitScorecard", "{'name': '%s'}", name);
  submit(fixture, fixture->partner, name);
  submit(fixture, fixture->vendor, name);
  refused(fixture, fixture->partner, SERVICE "WithdrawFitScorecard", REASON_INVALID_STATE, "{'name': '%s'}",
          name);
  /* Revenue is the vendor's to rank. */
  refused(fixture, fixture->partner, SERVICE "RecordRevenueRank", REASON_ACCESS_DENIED,
          "{'name': '%s', 'revenueRank': {'position': 1, 'rankedCount': 9, 'source': 'billing of 2025'}}",
          name);
  refused(fixture, fixture->vendor, SERVICE "RecordRevenueRank", REASON_INVALID_REQUEST,
          "{'name': '%s', 'revenueRank': {'position': 10, 'rankedCount': 9, 'source': 'billing of 2025'}}",
          name);
  ask(fixture, fixture->vendor_manager, SERVICE "RecordRevenueRank",
      "{'name': '%s', 'revenueRank': {'position': 1, 'rankedCount': 9, 'source': 'billing of 2025'}}", name);
  const Onboard__FitAssessment *done = ask(fixture, fixture->partner, SERVICE "ConcludeFitAssessment",
                                           "{'name': '%s', 'requestId': 'end'}", name);
  assert_int_equal(done->outcome, ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_STRATEGIC_CANDIDATE);
  const Onboard__FitAssessment *again = ask(fixture, fixture->partner, SERVICE "ConcludeFitAssessment",
                                            "{'name': '%s', 'requestId': 'end'}", name);
  assert_string_equal(done->etag, again->etag);
  static const char *const verbs[] = {"ConcludeFitAssessment", "SubmitFitScorecard", "WithdrawFitScorecard"};
  for (size_t i = 0; i < 3; i++)
    refused(fixture, fixture->vendor, arena_printf(fixture_arena(fixture->server), SERVICE "%s", verbs[i]),
            REASON_INVALID_STATE, "{'name': '%s'}", name);
  refused(fixture, fixture->vendor, SERVICE "CancelFitAssessment", REASON_INVALID_STATE,
          "{'name': '%s', 'reason': 'no longer wanted'}", name);
  const Onboard__Partnership *told =
      ask(fixture, fixture->partner, "PartnershipService/GetPartnership", "{'name': '%s'}", partnership);
  assert_string_equal(told->fit_assessment, name);
  assert_string_equal(told->open_fit_assessment, "");
  assert_int_equal(counter(fixture, partnership, "2026-07", "fit_assessments.concluded", NOBODY), 1);
  /* A year later: another one. */
  assessment_make(fixture, partnership, "2027");
}

static void another_round(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "rounds");
  const char *name = assessment_make(fixture, partnership, "2026");
  score(fixture, fixture->vendor, name, strong);
  score(fixture, fixture->partner, name, weaker);
  submit(fixture, fixture->vendor, name);
  submit(fixture, fixture->partner, name);
  refused(fixture, fixture->vendor, SERVICE "ReopenFitAssessment", REASON_INVALID_REQUEST,
          "{'name': '%s', 'reason': 'short'}", name);
  refused(fixture, fixture->vendor, SERVICE "ReopenFitAssessment", REASON_ETAG_MISMATCH,
          "{'name': '%s', 'reason': 'a competitor was bought', 'etag': '\\'stale\\''}", name);
  const Onboard__FitAssessment *next = ask(fixture, fixture->vendor, SERVICE "ReopenFitAssessment",
                                           "{'name': '%s', 'reason': 'a competitor was bought'}", name);
  assert_int_equal(next->round, 2);
  assert_int_equal(next->n_scorecards, 0);
  assert_int_equal(next->earlier_rounds[0]->scorecards[0]->scores[0]->score, 81);
  /* The draft of the round before is where the next begins; what changes in it is sealed again. */
  static const int changed[4] = {11, 12, 13, 14};
  score(fixture, fixture->vendor, name, changed);
  assert_null(strstr(all_that_is_read(fixture, fixture->partner, partnership, name), SECRET " 11"));
  submit(fixture, fixture->partner, name);
  submit(fixture, fixture->vendor, name);
  const Onboard__FitAssessment *done =
      ask(fixture, fixture->vendor, SERVICE "ConcludeFitAssessment", "{'name': '%s'}", name);
  assert_int_equal(done->outcome, ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_DECLINE);
}

static void every_violation_is_named(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "violations");
  const char *name = assessment_make(fixture, partnership, "2026");
  const struct status *status =
      refused(fixture, fixture->vendor, SERVICE "ScoreFitAssessment", REASON_INVALID_REQUEST,
              "{'name': '%s', 'scores': [{'score': 101}, {'dimension': 'FIT_DIMENSION_STRATEGY', 'score': "
              "-1}]}",
              name);
  assert_int_equal(violation_count(status), 3);
  status = refused(fixture, fixture->vendor, SERVICE "ScoreFitAssessment", REASON_INVALID_REQUEST,
                   "{'name': '%s', 'scores': [{'dimension': 'FIT_DIMENSION_STRATEGY', 'score': 5}, "
                   "{'dimension': 'FIT_DIMENSION_STRATEGY', 'score': 6}]}",
                   name);
  assert_string_equal(status->violations->field, "scores[1].dimension");
  refused(fixture, fixture->vendor, SERVICE "CreateFitAssessment", REASON_INVALID_REQUEST,
          "{'parent': '%s', 'fitAssessment': {}}", partnership);
  refused(fixture, fixture->stranger, SERVICE "GetFitAssessment", REASON_ACCESS_DENIED, "{'name': '%s'}",
          name);
  refused(fixture, fixture->other, SERVICE "GetFitAssessment", REASON_ACCESS_DENIED, "{'name': '%s'}", name);
  refused(fixture, fixture->viewer, SERVICE "ScoreFitAssessment", REASON_ACCESS_DENIED,
          "{'name': '%s', 'scores': [{'dimension': 'FIT_DIMENSION_STRATEGY', 'score': 5}]}", name);
}

static void lists_by_state_in_pages(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "pages");
  enum { COUNT = 7 };
  for (int i = 0; i < COUNT; i++) {
    const char *name =
        assessment_make(fixture, partnership, arena_printf(fixture_arena(fixture->server), "a%d", i));
    if (i < COUNT - 1)
      ask(fixture, fixture->partner, SERVICE "CancelFitAssessment",
          "{'name': '%s', 'reason': 'the year is over'}", name);
  }
  const char *token = "";
  int seen = 0;
  do {
    const Onboard__ListFitAssessmentsResponse *page = ask(
        fixture, fixture->partner_manager, SERVICE "ListFitAssessments",
        "{'parent': '%s', 'state': 'STATE_CANCELLED', 'pageSize': 2, 'pageToken': '%s'}", partnership, token);
    for (size_t i = 0; i < page->n_fit_assessments; i++, seen++)
      assert_int_equal(page->fit_assessments[i]->name[strlen(page->fit_assessments[i]->name) - 1],
                       '0' + COUNT - 2 - seen); /* latest first */
    token = page->next_page_token;
  } while (*token);
  assert_int_equal(seen, COUNT - 1);
  const Onboard__ListFitAssessmentsResponse *first = ask(
      fixture, fixture->viewer, SERVICE "ListFitAssessments", "{'parent': '%s', 'pageSize': 3}", partnership);
  refused(fixture, fixture->viewer, SERVICE "ListFitAssessments", REASON_PAGE_TOKEN_INVALID,
          "{'parent': '%s', 'state': 'STATE_DRAFT', 'pageSize': 3, 'pageToken': '%s'}", partnership,
          first->next_page_token);
}

/* ---- many at once ---- */

enum { RIVALS = 24 };
struct contest {
  const char *method;
  const void *requests[RIVALS];
  const struct status *answers[RIVALS];
};

static void compete(struct server_fixture *server, size_t index, void *context) {
  struct contest *contest = context;
  Onboard__FitAssessment *answer;
  struct client_call call =
      fixture_client_call(server, fixture_arena(server), contest->method, contest->requests[index]);
  call.response = &onboard__fit_assessment__descriptor;
  contest->answers[index] = client_call(fixture_channel(server), &call, &answer);
}

/* Of many who start one at once, one does. */
static void one_is_open_however_many_start(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "rivals");
  struct contest contest = {.method = "/entente.onboard.v1.FitAssessmentService/CreateFitAssessment"};
  for (int i = 0; i < RIVALS; i++)
    contest.requests[i] =
        request_of(fixture, SERVICE "CreateFitAssessment",
                   "{'parent': '%s', 'fitAssessment': {'title': 'rival %d'}}", partnership, i);
  fixture_as(fixture->server, fixture->vendor_manager);
  fixture_fibers(fixture->server, RIVALS, compete, &contest);
  int won = 0;
  for (int i = 0; i < RIVALS; i++)
    if (!contest.answers[i])
      won++;
    else
      assert_string_equal(contest.answers[i]->reason, "FIT_ASSESSMENT_OPEN");
  assert_int_equal(won, 1);
}

static void nothing_goes_on_after_the_end(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "ended-fit");
  const char *name = assessment_make(fixture, partnership, "2026");
  ask(fixture, fixture->vendor, "PartnershipService/EndPartnership",
      "{'name': '%s', 'reason': 'it came to nothing'}", partnership);
  const struct status *status =
      refused(fixture, fixture->vendor, SERVICE "ScoreFitAssessment", REASON_INVALID_STATE,
              "{'name': '%s', 'scores': %s}", name, scores_json(fixture, strong));
  assert_string_equal(status_metadata_text(status, "state"), "ENDED");
  refused(fixture, fixture->vendor, SERVICE "CreateFitAssessment", REASON_INVALID_STATE,
          "{'parent': '%s', 'fitAssessment': {'title': 'late'}}", partnership);
  ask(fixture, fixture->partner, SERVICE "GetFitAssessment", "{'name': '%s'}", name); /* still readable */
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sealed_until_both_have_submitted),
      cmocka_unit_test(concluded_once_and_for_all),
      cmocka_unit_test(another_round),
      cmocka_unit_test(every_violation_is_named),
      cmocka_unit_test(lists_by_state_in_pages),
      cmocka_unit_test(one_is_open_however_many_start),
      cmocka_unit_test(nothing_goes_on_after_the_end),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
