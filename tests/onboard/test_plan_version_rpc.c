/* The history of a plan by real calls: offers of both parties, at once and from several processes; what is
 * known as of every entry. */
#include "onboard/service_fixture.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"
#include "support/check.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define STATE(name) ONBOARD__PLAN_VERSION__STATE__STATE_##name
#define CAUSE(name) ONBOARD__PLAN_VERSION__CAUSE__CAUSE_##name

static const Onboard__PlanVersion *version(struct onboard_fixture *fixture, const char *plan, int number) {
  return ask(fixture, fixture->viewer, "PlanService/GetPlanVersion", "{'name': '%s/versions/%d'}", plan,
             number);
}

static const char *plan_draft(struct onboard_fixture *fixture, const char *partnership, int64_t target) {
  const Onboard__Plan *plan =
      ask(fixture, fixture->vendor, "PlanService/CreatePlan",
          "{'parent': '%s', 'planId': 'fy26', 'plan': {'title': 'FY 26', 'terms': %s}}", partnership,
          terms_json(fixture, target, ""));
  return plan->name;
}

static const Onboard__Plan *sign(struct onboard_fixture *fixture, const struct principal *who,
                                 const char *name) {
  const Onboard__Plan *plan = ask(fixture, fixture->viewer, "PlanService/GetPlan", "{'name': '%s'}", name);
  return ask(fixture, who, "PlanService/SignPlan", "{'name': '%s', 'contentHash': '%s'}", name,
             plan->content_hash);
}

static void every_offer_stays_readable(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "offers");
  const char *plan = plan_draft(fixture, partnership, 100);
  ask(fixture, fixture->vendor, "PlanService/UpdatePlan", "{'plan': {'name': '%s', 'terms': %s}}", plan,
      terms_json(fixture, 101, "")); /* a draft is nobody's offer */
  ask(fixture, fixture->vendor, "PlanService/ProposePlan", "{'name': '%s'}", plan);
  sign(fixture, fixture->vendor, plan);
  ask(fixture, fixture->partner, "PlanService/CounterPlan", "{'name': '%s', 'terms': %s}", plan,
      terms_json(fixture, 80, ""));
  ask(fixture, fixture->partner, "PlanService/UpdatePlan", "{'plan': {'name': '%s', 'title': 'FY 2026'}}",
      plan); /* another title is no other offer */
  ask(fixture, fixture->partner, "PlanService/WithdrawPlan", "{'name': '%s'}", plan);
  ask(fixture, fixture->partner, "PlanService/ProposePlan", "{'name': '%s'}", plan);
  sign(fixture, fixture->vendor, plan);
  sign(fixture, fixture->partner, plan);
  ask(fixture, fixture->vendor, "PlanService/UpdatePlan", "{'plan': {'name': '%s', 'terms': %s}}", plan,
      terms_json(fixture, 90, ""));
  sign(fixture, fixture->partner, plan);
  const Onboard__Plan *agreed = sign(fixture, fixture->vendor, plan);
  assert_int_equal(agreed->version_count, 4);
  static const struct {
    int64_t target;
    Onboard__PlanVersion__State state;
    Onboard__PlanVersion__Cause cause;
    Type__Party party;
    size_t signatures;
  } told[] = {
      {101, STATE(REPLACED), CAUSE(PROPOSED), VENDOR, 1},
      {80, STATE(WITHDRAWN), CAUSE(COUNTERED), PARTNER, 0},
      {80, STATE(REPLACED), CAUSE(PROPOSED), PARTNER, 2},
      {90, STATE(SIGNED), CAUSE(EDITED), VENDOR, 2},
  };
  for (int i = 0; i < 4; i++) {
    const Onboard__PlanVersion *one = version(fixture, plan, i + 1);
    assert_int_equal(one->terms->commitments[0]->target, told[i].target);
    assert_int_equal(one->state, told[i].state);
    assert_int_equal(one->cause, told[i].cause);
    assert_int_equal(one->offer_party, told[i].party);
    assert_int_equal(one->n_signatures, told[i].signatures);
  }
  assert_string_equal(version(fixture, plan, 4)->content_hash, agreed->content_hash);
  refused(fixture, fixture->vendor, "PlanService/GetPlanVersion", REASON_NOT_FOUND,
          "{'name': '%s/versions/5'}", plan);
  refused(fixture, fixture->stranger, "PlanService/GetPlanVersion", REASON_ACCESS_DENIED,
          "{'name': '%s/versions/1'}", plan);
}

static void versions_are_compared(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "compared");
  const char *other = partnership_designated(fixture, "compared-other");
  const char *plan = plan_draft(fixture, partnership, 100);
  ask(fixture, fixture->vendor, "PlanService/ProposePlan", "{'name': '%s'}", plan);
  ask(fixture, fixture->partner, "PlanService/CounterPlan", "{'name': '%s', 'terms': %s}", plan,
      terms_json(fixture, 80, ", 'deemedConfirmationDays': 7"));
  const Onboard__ComparePlanVersionsResponse *told =
      ask(fixture, fixture->partner_manager, "PlanService/ComparePlanVersions",
          "{'name': '%s/versions/1', 'other': '%s/versions/2'}", plan, plan);
  assert_int_equal(told->n_differences, 3);
  assert_string_equal(told->differences[1]->path, "commitments.vendor-hours.target");
  assert_string_equal(told->differences[1]->before, "100 hours");
  assert_string_equal(told->differences[1]->after, "80 hours");
  told = ask(fixture, fixture->viewer, "PlanService/ComparePlanVersions",
             "{'name': '%s/versions/2', 'other': '%s'}", plan, plan);
  assert_int_equal(told->n_differences, 0);
  /* Of another partnership: the same answer, whether there is such a plan or not. */
  plan_draft(fixture, other, 5);
  const struct status *there =
      refused(fixture, fixture->vendor, "PlanService/ComparePlanVersions", REASON_INVALID_REQUEST,
              "{'name': '%s', 'other': '%s/plans/fy26'}", plan, other);
  const struct status *absent =
      refused(fixture, fixture->vendor, "PlanService/ComparePlanVersions", REASON_INVALID_REQUEST,
              "{'name': '%s', 'other': '%s/plans/none'}", plan, other);
  assert_string_equal(there->message, absent->message);
  refused(fixture, fixture->vendor, "PlanService/ComparePlanVersions", REASON_NOT_FOUND,
          "{'name': '%s', 'other': '%s/versions/9'}", plan, plan);
}

static void reviews_come_with_the_plan(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "scheduled");
  static const char reviews[] =
      ", 'reviews': [{'id': 'q2', 'kind': 'KIND_QUARTERLY', 'dueTime': '2026-06-30T00:00:00Z'}, "
      "{'id': 'q3', 'kind': 'KIND_QUARTERLY', 'dueTime': '2026-09-30T00:00:00Z'}, "
      "{'id': 'annual', 'kind': 'KIND_ANNUAL', 'title': 'Strategy', 'dueTime': '2026-12-15T00:00:00Z'}]";
  const char *first = plan_in_force(fixture, partnership, "v1", "", terms_json(fixture, 10, reviews));
  const Onboard__ListReviewsResponse *list =
      ask(fixture, fixture->partner, "ReviewService/ListReviews", "{'parent': '%s'}", partnership);
  assert_int_equal(list->n_reviews, 2); /* what was due before is past */
  assert_int_equal(list->reviews[1]->kind, ONBOARD__REVIEW__KIND__KIND_ANNUAL);
  assert_int_equal(counter(fixture, partnership, "2026", "reviews.due", TYPE__PARTY__PARTY_UNSPECIFIED), 2);
  /* The next version keeps them, and is refused when it says another time under the same id. */
  const char *second = plan_make(fixture, partnership, "v2", first, terms_json(fixture, 11, reviews));
  ask(fixture, fixture->vendor, "PlanService/ActivatePlan", "{'name': '%s'}", second);
  assert_int_equal(counter(fixture, partnership, "2026", "reviews.due", TYPE__PARTY__PARTY_UNSPECIFIED), 2);
  const char *third = plan_make(fixture, partnership, "v3", second,
                                terms_json(fixture, 12,
                                           ", 'reviews': [{'id': 'q3', 'kind': 'KIND_QUARTERLY', 'dueTime': "
                                           "'2026-10-31T00:00:00Z'}]"));
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", REASON_GUARD_UNMET, "{'name': '%s'}", third);
}

/* ---- both parties at once, from two processes ---- */

enum { EDITORS = 100 };
struct side {
  pthread_t thread;
  struct onboard_fixture fixture; /* a server of its own on the same Redis */
  const struct principal *who;
  const char *plan;
  int64_t base; /* its targets: base and up, no two alike */
  const void *edits[EDITORS], *counters[EDITORS];
  const struct status *answers[EDITORS];
  size_t offered, refused;
};

/* Edits the own offer or, when it is the other's, answers it. */
static void offer_one(struct server_fixture *server, size_t index, void *context) {
  struct side *side = context;
  static const char *const methods[] = {"/entente.onboard.v1.PlanService/UpdatePlan",
                                        "/entente.onboard.v1.PlanService/CounterPlan"};
  const void *requests[] = {side->edits[index], side->counters[index]};
  for (int attempt = 0; attempt < 20; attempt++) {
    Onboard__Plan *plan;
    struct client_call call =
        fixture_client_call(server, fixture_arena(server), methods[attempt % 2], requests[attempt % 2]);
    call.response = &onboard__plan__descriptor;
    const struct status *status = client_call(fixture_channel(server), &call, &plan);
    side->answers[index] = status;
    if (!status)
      return;
    if (strcmp(status->reason, "NOT_OWN_OFFER") != 0 && strcmp(status->reason, "OWN_OFFER") != 0 &&
        strcmp(status->reason, REASON_LOST_RACE) != 0)
      return;
  }
}

static void *run_side(void *argument) {
  struct side *side = argument;
  struct onboard_fixture *fixture = &side->fixture;
  for (int i = 0; i < EDITORS; i++) {
    const char *terms = terms_json(fixture, side->base + i, "");
    side->edits[i] = request_of(fixture, "PlanService/UpdatePlan", "{'plan': {'name': '%s', 'terms': %s}}",
                                side->plan, terms);
    side->counters[i] =
        request_of(fixture, "PlanService/CounterPlan", "{'name': '%s', 'terms': %s}", side->plan, terms);
  }
  fixture_as(fixture->server, side->who);
  fixture_fibers(fixture->server, EDITORS, offer_one, side);
  for (int i = 0; i < EDITORS; i++) {
    side->offered += !side->answers[i];
    side->refused += side->answers[i] && (strcmp(side->answers[i]->reason, "NOT_OWN_OFFER") == 0 ||
                                          strcmp(side->answers[i]->reason, "OWN_OFFER") == 0 ||
                                          strcmp(side->answers[i]->reason, REASON_LOST_RACE) == 0);
  }
  return NULL;
}

/* Every version is there once, in one line: it answers the other's offer or edits the own one. */
static void check_line(struct onboard_fixture *fixture, const char *plan, int last) {
  const char *token = "";
  int number = 0;
  Type__Party before = VENDOR;
  const char *hash = "";
  do {
    const Onboard__ListPlanVersionsResponse *page =
        ask(fixture, fixture->viewer, "PlanService/ListPlanVersions",
            "{'parent': '%s', 'pageSize': 30, 'pageToken': '%s'}", plan, token);
    for (size_t i = 0; i < page->n_plan_versions; i++) {
      const Onboard__PlanVersion *one = page->plan_versions[i];
      assert_int_equal(one->number, ++number);
      assert_int_equal(one->state, number == last ? STATE(OFFERED) : STATE(REPLACED));
      if (number > 1)
        assert_int_equal(one->cause, one->offer_party == before ? CAUSE(EDITED) : CAUSE(COUNTERED));
      before = one->offer_party;
      hash = one->content_hash;
    }
    token = page->next_page_token;
  } while (*token);
  assert_int_equal(number, last);
  const Onboard__Plan *end = ask(fixture, fixture->viewer, "PlanService/GetPlan", "{'name': '%s'}", plan);
  assert_string_equal(end->content_hash, hash);
  assert_int_equal(end->offer_party, before);
  assert_int_equal(end->version_count, last);
}

static size_t occurrences(const char *text, const char *word) {
  size_t count = 0;
  for (const char *place = text; (place = strstr(place, word)); place++)
    count++;
  return count;
}

static void two_hundred_editors_one_history(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "hundreds");
  const char *plan = plan_draft(fixture, partnership, 1);
  ask(fixture, fixture->vendor, "PlanService/ProposePlan", "{'name': '%s'}", plan);
  struct side sides[2] = {
      {.fixture = *fixture, .who = fixture->vendor_manager, .plan = plan, .base = 1000},
      {.fixture = *fixture, .who = fixture->partner_manager, .plan = plan, .base = 2000},
  };
  for (int i = 0; i < 2; i++)
    sides[i].fixture.server = onboard_server(fixture);
  for (int i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&sides[i].thread, NULL, run_side, &sides[i]), 0);
  for (int i = 0; i < 2; i++)
    pthread_join(sides[i].thread, NULL);
  for (int i = 0; i < 2; i++)
    for (int k = 0; k < EDITORS; k++)
      if (sides[i].answers[k] && sides[i].offered + sides[i].refused != EDITORS)
        fail_msg("%s: %s", sides[i].answers[k]->reason, sides[i].answers[k]->message);
  size_t offered = sides[0].offered + sides[1].offered;
  assert_true(sides[0].offered > 0);
  assert_true(sides[1].offered > 0);
  const char *types = ledger_types(fixture, fixture->vendor, partnership);
  assert_int_equal(occurrences(types, "plan.updated") + occurrences(types, "plan.countered"), offered);
  assert_int_equal(occurrences(types, "plan_version.offered"), offered + 1);
  assert_int_equal(occurrences(types, "plan_version.replaced"), offered);
  check_line(fixture, plan, (int)offered + 1);
  for (int i = 0; i < 2; i++)
    fixture_stop(sides[i].fixture.server);
}

/* ---- as of ---- */

enum { SUMS = 64 };
struct running {
  struct {
    char counter[64];
    Type__Party party;
    int64_t amount;
  } sums[SUMS];
  size_t count;
};

static void add_delta(struct running *running, const Ledger__CounterDelta *delta) {
  size_t i = 0;
  while (i < running->count &&
         (strcmp(running->sums[i].counter, delta->counter) != 0 || running->sums[i].party != delta->party))
    i++;
  assert_true(i < SUMS);
  if (i == running->count) {
    snprintf(running->sums[i].counter, sizeof running->sums[i].counter, "%s", delta->counter);
    running->sums[i].party = delta->party;
    running->sums[i].amount = 0;
    running->count++;
  }
  running->sums[i].amount += delta->amount;
}

static void check_as_of(struct onboard_fixture *fixture, const char *partnership,
                        const struct running *running, const Google__Protobuf__Timestamp *as_of) {
  char time[40];
  time_format(timestamp_us(as_of, 0), time, sizeof time);
  const Ledger__BatchGetCountersResponse *response =
      ask(fixture, fixture->viewer, "/entente.ledger.v1.LedgerService/BatchGetCounters",
          "{'parent': '%s', 'period': {'startTime': '2026-01-01T00:00:00Z', 'endTime': "
          "'2027-01-01T00:00:00Z'}, 'asOf': '%s'}",
          partnership, time);
  const Ledger__PartnershipCounters *counters = response->partnerships[0];
  for (size_t i = 0; i < running->count; i++) {
    int64_t told = 0;
    for (size_t k = 0; k < counters->n_counters; k++)
      if (strcmp(counters->counters[k]->counter, running->sums[i].counter) == 0 &&
          counters->counters[k]->party == running->sums[i].party)
        told = counters->counters[k]->amount;
    if (told != running->sums[i].amount)
      fail_msg("as of %s: %s is %lld, not %lld", time, running->sums[i].counter, (long long)told,
               (long long)running->sums[i].amount);
  }
}

static void correct_things(struct onboard_fixture *fixture, const char *partnership, const char *plan) {
  static const int scores[] = {3, 9, 7};
  for (int i = 0; i < 3; i++) /* each replaces the one before in its quarter */
    ask(fixture, fixture->vendor, "NpsResponseService/RecordNpsResponse",
        "{'parent': '%s', 'npsResponse': {'respondent': 'ceo', 'score': %d, 'respondTime': "
        "'2026-0%d-10T00:00:00Z'}}",
        partnership, scores[i], 4 + i);
  ask(fixture, fixture->vendor, "CommitmentService/ClaimFulfilment",
      "{'parent': '%s/commitments/vendor-hours', 'claimId': 'c', 'claim': {'amount': '60', 'evidence': "
      "'sheets'}}",
      plan);
  ask(fixture, fixture->partner, "CommitmentService/ConfirmClaim",
      "{'name': '%s/commitments/vendor-hours/claims/c'}", plan);
  ask(fixture, fixture->vendor, "CommitmentService/WaiveCommitment",
      "{'name': '%s/commitments/partner-hours', 'reason': 'the market is gone'}", plan);
  ask(fixture, fixture->vendor, "ReviewService/CreateReview",
      "{'parent': '%s', 'reviewId': 'q3', 'review': {'kind': 'KIND_QUARTERLY', 'dueTime': "
      "'2026-09-30T00:00:00Z'}}",
      partnership);
  ask(fixture, fixture->partner, "ReviewService/RescheduleReview",
      "{'name': '%s/reviews/q3', 'dueTime': '2026-11-15T00:00:00Z', 'reason': 'people are away'}",
      partnership);
  ask(fixture, fixture->partner, "ReviewService/CancelReview",
      "{'name': '%s/reviews/q3', 'reason': 'held with the next one'}", partnership);
  const char *next = plan_make(fixture, partnership, "v2", plan, terms_json(fixture, 70, ""));
  ask(fixture, fixture->vendor, "PlanService/ActivatePlan", "{'name': '%s'}", next);
}

/* As of each entry the counters are what the entries up to it add up to, whatever was corrected since. */
static void as_of_every_entry(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_designated(fixture, "corrected");
  const char *plan = plan_in_force(fixture, partnership, "v1", "", terms_json(fixture, 100, ""));
  correct_things(fixture, partnership, plan);
  const Ledger__ListLedgerEntriesResponse *page =
      ask(fixture, fixture->vendor, "/entente.ledger.v1.LedgerService/ListLedgerEntries",
          "{'parent': '%s', 'pageSize': 500}", partnership);
  assert_string_equal(page->next_page_token, "");
  struct running running = {0};
  size_t lessened = 0;
  for (size_t i = 0; i < page->n_entries; i++) {
    for (size_t k = 0; k < page->entries[i]->n_deltas; k++) {
      add_delta(&running, page->entries[i]->deltas[k]);
      lessened += page->entries[i]->deltas[k]->amount < 0;
    }
    check_as_of(fixture, partnership, &running, page->entries[i]->record_time);
  }
  assert_true(lessened >= 6); /* there were corrections to see through */
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_offer_stays_readable), cmocka_unit_test(versions_are_compared),
      cmocka_unit_test(reviews_come_with_the_plan), cmocka_unit_test(two_hundred_editors_one_history),
      cmocka_unit_test(as_of_every_entry),          cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
