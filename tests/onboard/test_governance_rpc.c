/* Governance bodies and escalations by real calls, and what they do with reviews, sponsors, plans and claims.
 */
#include "onboard/service_fixture.h"

#include "onboard/escalation.h"
#include "runtime/base/moment.h"
#include "runtime/base/text.h"
#include "support/check.h"

#include <pthread.h>
#include <string.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define BODY(name) ONBOARD__GOVERNANCE_BODY__STATE__STATE_##name
#define STATE(name) ONBOARD__ESCALATION__STATE__STATE_##name
#define START "2026-07-15T12:00:00Z"
#define CREATE_BODY "GovernanceBodyService/CreateGovernanceBody"
#define UPDATE_BODY "GovernanceBodyService/UpdateGovernanceBody"
#define GET_BODY "GovernanceBodyService/GetGovernanceBody"
#define LIST_ESCALATIONS "EscalationService/ListEscalations"

static void serve(struct onboard_fixture *fixture, const struct principal *who, const char *partnership,
                  const char *id) {
  ask(fixture, who, "SponsorService/CreateSponsor",
      "{'parent': '%s', 'sponsorId': '%s', 'sponsor': {'personName': '%s', 'level': 'LEVEL_C_LEVEL'}}",
      partnership, id, id);
  ask(fixture, who, "SponsorService/ActivateSponsor", "{'name': '%s/sponsors/%s'}", partnership, id);
}

/* Designated, with a plan in force and a sponsor a side. */
static const char *ready(struct onboard_fixture *fixture, const char *id) {
  set_now(fixture, START);
  const char *partnership = partnership_designated(fixture, id);
  serve(fixture, fixture->vendor, partnership, "ada");
  serve(fixture, fixture->partner, partnership, "otto");
  plan_in_force(fixture, partnership, "fy26", "", terms_json(fixture, 1000, ""));
  return partnership;
}

static const Onboard__GovernanceBody *body_make(struct onboard_fixture *fixture, const char *partnership,
                                                const char *more) {
  return ask(fixture, fixture->vendor, CREATE_BODY,
             "{'parent': '%s', 'governanceBodyId': 'board', 'governanceBody': {'displayName': 'Steering "
             "committee'%s}}",
             partnership, more);
}

/* Active since START, governed by `board`. */
static const char *governed(struct onboard_fixture *fixture, const char *id, const char *more) {
  const char *partnership = ready(fixture, id);
  body_make(fixture, partnership, more);
  ask(fixture, fixture->vendor, "PartnershipService/ActivatePartnership", "{'name': '%s'}", partnership);
  return partnership;
}

static const Onboard__GovernanceBody *body_of(struct onboard_fixture *fixture, const char *partnership) {
  return ask(fixture, fixture->partner_manager, GET_BODY, "{'name': '%s/governanceBodies/board'}",
             partnership);
}

static const Onboard__ListReviewsResponse *reviews_of(struct onboard_fixture *fixture,
                                                      const char *partnership) {
  return ask(fixture, fixture->viewer, "ReviewService/ListReviews", "{'parent': '%s'}", partnership);
}

/* An etag as JSON has it inside quotes. */
static const char *etag_json(struct onboard_fixture *fixture, const char *etag) {
  struct buffer text = {.arena = fixture_arena(fixture->server)};
  for (; *etag; etag++)
    buffer_printf(&text, "%s%c", *etag == '"' ? "\\" : "", *etag);
  return text.data;
}

static size_t times(const char *types, const char *type) {
  size_t count = 0;
  for (const char *at = types; (at = strstr(at, type)); at++)
    count++;
  return count;
}

static size_t recorded(struct onboard_fixture *fixture, const char *partnership, const char *type) {
  return times(ledger_types(fixture, fixture->partner, partnership), type);
}

/* ---- the body ---- */

static void the_interval_is_that_of_the_preset_unless_it_is_said(void **state) {
  struct onboard_fixture *fixture = *state;
  set_now(fixture, START);
  const char *partnership = partnership_designated(fixture, "preset");
  static const char update[] =
      "{'governanceBody': {'name': '%s', 'reviewIntervalMonths': %d}, 'updateMask': 'reviewIntervalMonths'}";
  ask(fixture, fixture->vendor, "PartnershipService/UpdatePartnership",
      "{'partnership': {'name': '%s', 'preset': 'PRESET_CYBERSECURITY'}, 'updateMask': 'preset'}",
      partnership);
  const Onboard__GovernanceBody *body = body_make(fixture, partnership, "");
  assert_int_equal(body->review_interval_months, 1);
  const char *name = body->name;
  body = ask(fixture, fixture->partner, "GovernanceBodyService/UpdateGovernanceBody", update, name, 3);
  assert_int_equal(body->review_interval_months, 3);
  body = ask(fixture, fixture->partner, "GovernanceBodyService/UpdateGovernanceBody", update, name, 0);
  assert_int_equal(body->review_interval_months, 1);
}

static void a_body_governs_with_its_partnership(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = ready(fixture, "formed");
  const Onboard__GovernanceBody *body = body_make(fixture, partnership, "");
  assert_int_equal(body->state, BODY(FORMED));
  assert_int_equal(body->n_alarms, 0);
  assert_string_equal(body->sides[1]->executives[0] + strlen(partnership), "/sponsors/otto");
  assert_int_equal(reviews_of(fixture, partnership)->n_reviews, 0);
  const Onboard__Partnership *active =
      ask(fixture, fixture->vendor, "PartnershipService/ActivatePartnership", "{'name': '%s'}", partnership);
  assert_string_equal(active->governance_body, body->name);
  assert_int_equal(body_of(fixture, partnership)->state, BODY(ACTIVE));
  const Onboard__ListReviewsResponse *reviews = reviews_of(fixture, partnership);
  assert_int_equal(reviews->n_reviews, 2);
  assert_string_equal(reviews->reviews[0]->name + strlen(partnership), "/reviews/quarterly-20261015");
  assert_string_equal(reviews->reviews[1]->name + strlen(partnership), "/reviews/annual-20270715");
  assert_string_equal(reviews->reviews[0]->governance_body, body->name);
  assert_int_equal(counter(fixture, partnership, "2026-10", "reviews.due", NOBODY), 1);
  const Onboard__ListGovernanceBodiesResponse *list =
      ask(fixture, fixture->partner_manager, "GovernanceBodyService/ListGovernanceBodies", "{'parent': '%s'}",
          partnership);
  assert_int_equal(list->n_governance_bodies, 1);
  assert_int_equal(recorded(fixture, partnership, "governance_body.activated"), 1);
}

static void who_may_and_what_is_refused(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = ready(fixture, "refusals");
  static const char request[] = "{'parent': '%s', 'governanceBodyId': 'board', 'requestId': 'once', "
                                "'governanceBody': {'displayName': 'Board'}}";
  refused(fixture, fixture->vendor_manager, CREATE_BODY, REASON_ACCESS_DENIED, request, partnership);
  refused(fixture, fixture->stranger, CREATE_BODY, REASON_ACCESS_DENIED, request, partnership);
  refused(fixture, fixture->other, CREATE_BODY, REASON_ACCESS_DENIED, request, partnership);
  refused(fixture, fixture->partner_manager, GET_BODY, REASON_NOT_FOUND,
          "{'name': '%s/governanceBodies/board'}", partnership);
  const struct status *status =
      refused(fixture, fixture->partner, CREATE_BODY, REASON_INVALID_REQUEST,
              "{'parent': '%s', 'governanceBody': {'displayName': 'Board', 'reviewIntervalMonths': 4, "
              "'vacancyDays': -1, 'decisionRights': [{'matter': ''}]}}",
              partnership);
  assert_int_equal(violation_count(status), 4);
  status = refused(fixture, fixture->partner, CREATE_BODY, REASON_INVALID_REQUEST,
                   "{'parent': '%s', 'governanceBody': {'displayName': 'Board', 'automaticTriggers': "
                   "['ESCALATION_TRIGGER_OTHER'], 'escalationLevels': [{'hours': 5}]}}",
                   partnership);
  assert_int_equal(violation_count(status), 2);
  refused(fixture, fixture->partner, CREATE_BODY, "SPONSOR_UNKNOWN",
          "{'parent': '%s', 'governanceBody': {'displayName': 'Board', 'members': [{'sponsor': "
          "'%s/sponsors/nobody'}]}}",
          partnership, partnership);
  /* The partner may set it up as well; the same request again answers the same. */
  const Onboard__GovernanceBody *first = ask(fixture, fixture->partner, CREATE_BODY, request, partnership);
  const Onboard__GovernanceBody *again = ask(fixture, fixture->partner, CREATE_BODY, request, partnership);
  assert_string_equal(first->etag, again->etag);
  refused(fixture, fixture->vendor, CREATE_BODY, "GOVERNANCE_BODY_EXISTS",
          "{'parent': '%s', 'governanceBody': {'displayName': 'Another'}}", partnership);
  const char *update = "GovernanceBodyService/UpdateGovernanceBody";
  refused(fixture, fixture->vendor, update, REASON_ETAG_MISMATCH,
          "{'governanceBody': {'name': '%s', 'vacancyDays': 5}, 'updateMask': 'vacancyDays', 'etag': 'old'}",
          first->name);
  const Onboard__GovernanceBody *changed =
      ask(fixture, fixture->vendor, update,
          "{'governanceBody': {'name': '%s', 'vacancyDays': 5}, 'updateMask': 'vacancyDays', 'etag': '%s'}",
          first->name, etag_json(fixture, first->etag));
  assert_int_equal(changed->vacancy_days, 5);
  assert_int_equal(recorded(fixture, partnership, "governance_body.formed"), 1);
}

static void a_deep_plan_waits_for_a_committee(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = ready(fixture, "deep"), *policy = ", 'committeePolicy': {'commitmentCount': 2}";
  refused(fixture, fixture->vendor, CREATE_BODY, "COMMITTEE_REQUIRED",
          "{'parent': '%s', 'governanceBody': {'displayName': 'Board'%s}}", partnership, policy);
  serve(fixture, fixture->vendor, partnership, "ben");
  serve(fixture, fixture->partner, partnership, "olga");
  static const char *const people[] = {"ada", "ben", "otto", "olga"};
  const char *members = "";
  for (size_t i = 0; i < 4; i++)
    members = arena_printf(fixture_arena(fixture->server), "%s%s{'sponsor': '%s/sponsors/%s'}", members,
                           i ? ", " : "", partnership, people[i]);
  const Onboard__GovernanceBody *body =
      body_make(fixture, partnership,
                arena_printf(fixture_arena(fixture->server), "%s, 'members': [%s]", policy, members));
  assert_true(body->committee && body->committee_required);
  /* One leaves: the plan in force goes on, another does not come into force. */
  ask(fixture, fixture->partner, "SponsorService/VacateSponsor",
      "{'name': '%s/sponsors/olga', 'reason': 'left the company'}", partnership);
  assert_false(body_of(fixture, partnership)->committee);
  /* What the body lacks since then does not stand in the way of other changes; taking it away does. */
  static const char change[] =
      "{'governanceBody': {'name': '%s', 'vacancyDays': 5, 'members': [%s]}, 'updateMask': '%s'}";
  body = ask(fixture, fixture->partner, UPDATE_BODY, change, body->name, members, "vacancyDays");
  assert_int_equal(body->vacancy_days, 5);
  assert_true(body->committee_required && !body->committee);
  const char *plan = arena_printf(fixture_arena(fixture->server), "%s/plans/fy26", partnership);
  const char *next = plan_make(fixture, partnership, "fy26b", plan, terms_json(fixture, 900, ""));
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", "COMMITTEE_REQUIRED", "{'name': '%s'}", next);
  serve(fixture, fixture->partner, partnership, "oskar");
  refused(fixture, fixture->vendor, "PlanService/ActivatePlan", "COMMITTEE_REQUIRED", "{'name': '%s'}", next);
  members = arena_printf(fixture_arena(fixture->server), "%s, {'sponsor': '%s/sponsors/oskar'}", members,
                         partnership);
  body = ask(fixture, fixture->vendor, UPDATE_BODY, change, body->name, members, "members");
  assert_true(body->committee);
  refused(fixture, fixture->partner, UPDATE_BODY, "COMMITTEE_REQUIRED", change, body->name, "", "members");
  ask(fixture, fixture->vendor, "PlanService/ActivatePlan", "{'name': '%s'}", next);
}

/* ---- the cadence ---- */

enum { REPLICAS = 3 };
struct replica {
  pthread_t thread;
  struct onboard_fixture fixture;
};

static void *sweep_replica(void *argument) {
  struct replica *replica = argument;
  sweep_now(&replica->fixture);
  return NULL;
}

static void sweep_at_once(struct onboard_fixture *fixture, const char *now) {
  struct replica replicas[REPLICAS];
  for (int i = 0; i < REPLICAS; i++) {
    replicas[i].fixture = *fixture;
    replicas[i].fixture.server = onboard_server(fixture);
    set_now(&replicas[i].fixture, now);
  }
  for (int i = 0; i < REPLICAS; i++)
    assert_int_equal(pthread_create(&replicas[i].thread, NULL, sweep_replica, &replicas[i]), 0);
  for (int i = 0; i < REPLICAS; i++) {
    pthread_join(replicas[i].thread, NULL);
    fixture_stop(replicas[i].fixture.server);
  }
}

static void reviews_come_of_the_cadence_once(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "cadence", ", 'reviewIntervalMonths': 2");
  const char *swept = governed(fixture, "cadence-swept", "");
  refused(fixture, fixture->vendor, "ReviewService/CancelReview", "CADENCE_REVIEW",
          "{'name': '%s/reviews/quarterly-20260915', 'reason': 'no time for it'}", partnership);
  ask(fixture, fixture->vendor, "ReviewService/RescheduleReview",
      "{'name': '%s/reviews/quarterly-20260915', 'dueTime': '2026-09-20T00:00:00Z', 'reason': 'on travel "
      "that day'}",
      partnership);
  /* One that was scheduled by hand stands for that of the cadence. */
  ask(fixture, fixture->partner_manager, "ReviewService/CreateReview",
      "{'parent': '%s', 'reviewId': 'by-hand', 'review': {'kind': 'KIND_QUARTERLY', 'dueTime': "
      "'2027-01-10T00:00:00Z'}}",
      swept);
  /* Right on read, before anything swept; and read twice. */
  set_now(fixture, "2026-09-15T12:00:00Z");
  assert_int_equal(reviews_of(fixture, partnership)->n_reviews, 3);
  assert_int_equal(reviews_of(fixture, partnership)->n_reviews, 3);
  sweep_at_once(fixture, "2026-10-20T00:00:00Z");
  set_now(fixture, "2026-10-20T00:00:00Z");
  assert_int_equal(reviews_of(fixture, partnership)->n_reviews, 3);
  assert_int_equal(reviews_of(fixture, swept)->n_reviews, 3); /* first quarterly, annual, the one by hand */
  assert_int_equal(recorded(fixture, swept, "governance_body.reviews_scheduled"), 1);
  assert_int_equal(recorded(fixture, partnership, "review.missed"), 1);
  sweep_at_once(fixture, "2027-01-16T00:00:00Z");
  set_now(fixture, "2027-01-16T00:00:00Z");
  assert_int_equal(reviews_of(fixture, swept)->n_reviews, 4);
  assert_int_equal(recorded(fixture, swept, "governance_body.reviews_scheduled"), 2);
  assert_int_equal(counter(fixture, swept, "2027", "reviews.due", NOBODY), 3);
}

static const Onboard__Review *schedule_by_hand(struct onboard_fixture *fixture, const char *partnership,
                                               const char *id, const char *due) {
  return ask(fixture, fixture->partner_manager, "ReviewService/CreateReview",
             "{'parent': '%s', 'reviewId': '%s', 'review': {'kind': 'KIND_QUARTERLY', 'dueTime': '%s'}}",
             partnership, id, due);
}

/* Operational reviews that are still to be held. */
static size_t quarterly_ahead(struct onboard_fixture *fixture, const char *partnership) {
  const Onboard__ListReviewsResponse *reviews = reviews_of(fixture, partnership);
  size_t count = 0;
  for (size_t i = 0; i < reviews->n_reviews; i++)
    count += reviews->reviews[i]->kind == ONBOARD__REVIEW__KIND__KIND_QUARTERLY &&
             (reviews->reviews[i]->state == ONBOARD__REVIEW__STATE__STATE_SCHEDULED ||
              reviews->reviews[i]->state == ONBOARD__REVIEW__STATE__STATE_RESCHEDULED);
  return count;
}

#define CANCEL_REVIEW "ReviewService/CancelReview"

/* What stands for the cadence is its own from then on: else the quarter would go without a review. */
static void a_review_that_stands_for_the_cadence_is_not_called_off(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "stand-in", "");
  const char *stand_in = schedule_by_hand(fixture, partnership, "by-hand", "2027-01-10T00:00:00Z")->name;
  set_now(fixture, "2026-10-15T12:00:00Z");
  assert_int_equal(quarterly_ahead(fixture, partnership), 2); /* the one due now, the one by hand */
  const Onboard__Review *review =
      ask(fixture, fixture->viewer, "ReviewService/GetReview", "{'name': '%s'}", stand_in);
  assert_string_equal(review->governance_body + strlen(partnership), "/governanceBodies/board");
  refused(fixture, fixture->partner, CANCEL_REVIEW, "CADENCE_REVIEW",
          "{'name': '%s', 'reason': 'no time for it'}", stand_in);
  assert_int_equal(recorded(fixture, partnership, "review.adopted"), 1);
  assert_int_equal(counter(fixture, partnership, "2027-01", "reviews.due", NOBODY), 1);
}

/* The ids of the cadence can be guessed: taking one first does not keep the review from being scheduled. */
static void a_taken_id_does_not_stop_the_cadence(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "squatted", "");
  const char *taken =
      schedule_by_hand(fixture, partnership, "quarterly-20270115", "2027-01-15T00:00:00Z")->name;
  ask(fixture, fixture->partner, CANCEL_REVIEW, "{'name': '%s', 'reason': 'no time for it'}", taken);
  set_now(fixture, "2026-10-15T12:00:00Z");
  assert_int_equal(quarterly_ahead(fixture, partnership), 2);
  assert_int_equal(counter(fixture, partnership, "2027-01", "reviews.due", NOBODY), 1);
}

/* One review is one quarter's: moved next to the following one, it does not stand for that as well. */
static void a_moved_review_stands_for_its_own_quarter(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "moved", "");
  ask(fixture, fixture->partner_manager, "ReviewService/RescheduleReview",
      "{'name': '%s/reviews/quarterly-20261015', 'dueTime': '2027-01-14T00:00:00Z', 'reason': 'no time "
      "before'}",
      partnership);
  set_now(fixture, "2026-10-15T12:00:00Z");
  assert_int_equal(quarterly_ahead(fixture, partnership), 2);
}

/* A review by hand between two of a monthly cadence is near enough to either, and stands for one. */
static void a_review_stands_for_one_of_two_months(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "between", ", 'reviewIntervalMonths': 1");
  schedule_by_hand(fixture, partnership, "between", "2027-03-01T18:00:00Z");
  set_now(fixture, "2027-01-15T12:00:00Z"); /* February's is scheduled */
  reviews_of(fixture, partnership);
  set_now(fixture, "2027-02-15T12:00:00Z"); /* and March's */
  reviews_of(fixture, partnership);
  assert_int_equal(counter(fixture, partnership, "2027-03", "reviews.due", NOBODY), 2);
}

/* ---- vacancies ---- */

static void a_vacancy_is_an_alarm_until_it_is_filled(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership =
      governed(fixture, "vacant", ", 'vacancyDays': 10, 'automaticTriggers': ['ESCALATION_TRIGGER_VACANCY']");
  ask(fixture, fixture->partner, "SponsorService/VacateSponsor",
      "{'name': '%s/sponsors/otto', 'reason': 'left the company'}", partnership);
  assert_int_equal(recorded(fixture, partnership, "governance_body.seat_vacated"), 1);
  set_now(fixture, "2026-07-25T11:59:59Z");
  assert_false(body_of(fixture, partnership)->alarms[0]->raised);
  set_now(fixture, "2026-07-25T12:00:00Z");
  const Onboard__GovernanceBody *body = body_of(fixture, partnership);
  assert_int_equal(body->n_alarms, 1);
  assert_true(body->alarms[0]->raised); /* on read, before it is recorded */
  assert_int_equal(body->alarms[0]->party, PARTNER);
  assert_int_equal(recorded(fixture, partnership, "governance_body.alarm_raised"), 0);
  sweep_at_once(fixture, "2026-07-25T12:00:00Z");
  assert_int_equal(sweep_now(fixture), 0);
  assert_int_equal(recorded(fixture, partnership, "governance_body.alarm_raised"), 1);
  const Onboard__ListEscalationsResponse *list =
      ask(fixture, fixture->partner_manager, LIST_ESCALATIONS,
          "{'parent': '%s', 'trigger': 'ESCALATION_TRIGGER_VACANCY'}", partnership);
  assert_int_equal(list->n_escalations, 1);
  assert_int_equal(list->escalations[0]->raise_party, TYPE__PARTY__PARTY_SYSTEM);
  assert_string_equal(list->escalations[0]->subject, body->name);
  serve(fixture, fixture->partner, partnership, "olga");
  assert_int_equal(body_of(fixture, partnership)->n_alarms, 0);
  assert_int_equal(recorded(fixture, partnership, "governance_body.alarm_cleared"), 1);
  const Onboard__Escalation *ended = ask(fixture, fixture->viewer, "EscalationService/GetEscalation",
                                         "{'name': '%s'}", list->escalations[0]->name);
  assert_int_equal(ended->state, STATE(RESOLVED));
  /* A sponsor who fills the seat before anybody swept finds the alarm recorded as well. */
  ask(fixture, fixture->partner, "SponsorService/VacateSponsor",
      "{'name': '%s/sponsors/olga', 'reason': 'left the company'}", partnership);
  set_now(fixture, "2026-08-30T00:00:00Z");
  serve(fixture, fixture->partner, partnership, "oskar");
  assert_int_equal(recorded(fixture, partnership, "governance_body.alarm_raised"), 2);
  assert_int_equal(recorded(fixture, partnership, "governance_body.alarm_cleared"), 2);
}

/* ---- escalations ---- */

static const Onboard__Escalation *raise_one(struct onboard_fixture *fixture, const char *partnership,
                                            const char *id, const char *title) {
  return ask(fixture, fixture->partner_manager, "EscalationService/CreateEscalation",
             "{'parent': '%s', 'escalationId': '%s', 'escalation': {'trigger': "
             "'ESCALATION_TRIGGER_DEAL_DISPUTE', 'title': '%s'}}",
             partnership, id, title);
}

static void an_escalation_climbs_until_both_agree(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership =
      governed(fixture, "ladder", ", 'escalationLevels': [{'hours': 24}, {'hours': 48}, {'hours': 72}]");
  const Onboard__Escalation *one = raise_one(fixture, partnership, "one", "Who closes the Nordbank deal");
  assert_int_equal(one->state, STATE(OPEN));
  assert_int_equal(one->levels[1]->hours, 48);
  assert_int_equal(counter(fixture, partnership, "2026-07", "escalations.raised", NOBODY), 1);
  set_now(fixture, "2026-07-18T12:00:00Z"); /* three days on: at the last level, nothing swept */
  const char *get = "EscalationService/GetEscalation";
  one = ask(fixture, fixture->viewer, get, "{'name': '%s'}", one->name);
  assert_int_equal(one->state, STATE(L3));
  const Onboard__ListEscalationsResponse *list =
      ask(fixture, fixture->vendor, LIST_ESCALATIONS, "{'parent': '%s', 'state': 'STATE_L3'}", partnership);
  assert_int_equal(list->n_escalations, 1);
  assert_int_equal(recorded(fixture, partnership, "escalation.advanced"), 0);
  refused(fixture, fixture->vendor_manager, "EscalationService/AdvanceEscalation", REASON_INVALID_STATE,
          "{'name': '%s', 'reason': 'we cannot wait'}", one->name);
  assert_int_equal(recorded(fixture, partnership, "escalation.advanced"), 2); /* each level by itself */
  set_now(fixture, "2026-07-21T12:00:00Z");
  sweep_at_once(fixture, "2026-07-21T12:00:00Z");
  assert_int_equal(recorded(fixture, partnership, "escalation.overdue"), 1);
  const char *propose = "EscalationService/ProposeResolution",
             *confirm = "EscalationService/ConfirmResolution";
  refused(fixture, fixture->vendor, confirm, "NO_RESOLUTION_PROPOSED", "{'name': '%s'}", one->name);
  ask(fixture, fixture->partner_manager, propose,
      "{'name': '%s', 'resolution': 'The partner closes, the vendor is named in the case study'}", one->name);
  refused(fixture, fixture->partner, confirm, "OWN_RESOLUTION", "{'name': '%s'}", one->name);
  refused(fixture, fixture->vendor_manager, confirm, REASON_ACCESS_DENIED, "{'name': '%s'}", one->name);
  ask(fixture, fixture->vendor, "EscalationService/RejectResolution",
      "{'name': '%s', 'reason': 'the case study is ours'}", one->name);
  one = ask(fixture, fixture->vendor_manager, propose,
            "{'name': '%s', 'resolution': 'The partner closes, each writes its own case study'}", one->name);
  refused(fixture, fixture->partner, confirm, REASON_ETAG_MISMATCH, "{'name': '%s', 'etag': 'old'}",
          one->name);
  static const char agree[] = "{'name': '%s', 'etag': '%s', 'requestId': 'agree'}";
  const char *etag = etag_json(fixture, one->etag);
  one = ask(fixture, fixture->partner, confirm, agree, one->name, etag);
  assert_int_equal(one->state, STATE(RESOLVED));
  const Onboard__Escalation *again = ask(fixture, fixture->partner, confirm, agree, one->name, etag);
  assert_string_equal(again->etag, one->etag);
  refused(fixture, fixture->vendor, propose, REASON_INVALID_STATE,
          "{'name': '%s', 'resolution': 'Something else again'}", one->name);
  assert_int_equal(counter(fixture, partnership, "2026-07", "escalations.resolved", NOBODY), 1);
}

/* Its name can be reckoned beforehand: raising one by hand under it does not keep the real one from opening.
 */
static void the_name_of_an_automatic_escalation_is_not_to_be_had(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "reserved",
                                     ", 'automaticTriggers': ['ESCALATION_TRIGGER_"
                                     "MISSED_REVIEW']");
  struct arena *arena = fixture_arena(fixture->server);
  const char *review = arena_printf(arena, "%s/reviews/quarterly-20261015", partnership);
  const char *automatic = escalation_automatic_name(
      arena, partnership, ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_MISSED_REVIEW, review);
  const struct status *status =
      refused(fixture, fixture->partner_manager, "EscalationService/CreateEscalation", REASON_INVALID_REQUEST,
              "{'parent': '%s', 'escalationId': '%s', 'escalation': {'trigger': 'ESCALATION_TRIGGER_OTHER', "
              "'title': 'Nothing in particular', 'subject': '%s/plans/fy26/x'}}",
              partnership, strrchr(automatic, '/') + 1, partnership);
  assert_int_equal(violation_count(status), 1);
  set_now(fixture, "2026-11-01T00:00:00Z");
  sweep_now(fixture);
  const Onboard__Escalation *opened =
      ask(fixture, fixture->viewer, "EscalationService/GetEscalation", "{'name': '%s'}", automatic);
  assert_int_equal(opened->raise_party, TYPE__PARTY__PARTY_SYSTEM);
  assert_string_equal(opened->subject, review);
}

/* Who confirms without saying what was read does not agree to words that were put in its place meanwhile. */
static void what_took_another_proposals_place_is_confirmed_as_read(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "replaced", "");
  const char *propose = "EscalationService/ProposeResolution",
             *confirm = "EscalationService/ConfirmResolution";
  const char *name = raise_one(fixture, partnership, "one", "Who closes the Nordbank deal")->name;
  ask(fixture, fixture->vendor_manager, propose,
      "{'name': '%s', 'resolution': 'The partner closes the deal'}", name);
  const Onboard__Escalation *one =
      ask(fixture, fixture->vendor_manager, propose,
          "{'name': '%s', 'resolution': 'The vendor closes the deal, and all others'}", name);
  assert_int_equal(one->resolution->replace_count, 1);
  const struct status *status =
      refused(fixture, fixture->partner, confirm, "RESOLUTION_REPLACED", "{'name': '%s'}", name);
  assert_string_equal(status_metadata_text(status, "replace_count"), "1");
  /* Answered, it is out of the way: what follows is the first that waits. */
  ask(fixture, fixture->partner, "EscalationService/RejectResolution",
      "{'name': '%s', 'reason': 'this is not what we said'}", name);
  one = ask(fixture, fixture->partner, propose, "{'name': '%s', 'resolution': 'Each closes its own'}", name);
  assert_int_equal(one->resolution->replace_count, 0);
  one = ask(fixture, fixture->vendor, propose, "{'name': '%s', 'resolution': 'We close the next one'}", name);
  assert_int_equal(one->resolution->replace_count, 1);
  one = ask(fixture, fixture->partner, confirm, "{'name': '%s', 'etag': '%s'}", name,
            etag_json(fixture, one->etag));
  assert_int_equal(one->state, STATE(RESOLVED));
}

static void without_a_body_there_is_no_ladder(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = ready(fixture, "ungoverned");
  static const char request[] =
      "{'parent': '%s', 'escalation': {'trigger': 'ESCALATION_TRIGGER_OTHER', 'title': "
      "'Nothing is answered', 'subject': '%s'}}";
  refused(fixture, fixture->vendor, "EscalationService/CreateEscalation", "NO_GOVERNANCE_BODY", request,
          partnership, "");
  body_make(fixture, partnership, "");
  refused(fixture, fixture->vendor, "EscalationService/CreateEscalation", REASON_INVALID_REQUEST, request,
          partnership, "vendors/halden/partnerships/another/reviews/q1");
  refused(fixture, fixture->stranger, "EscalationService/CreateEscalation", REASON_ACCESS_DENIED, request,
          partnership, "");
  ask(fixture, fixture->vendor, "EscalationService/CreateEscalation", request, partnership, "");
}

static void lists_of_escalations(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "lists", "");
  serve(fixture, fixture->vendor, partnership, "ben");
  ask(fixture, fixture->vendor, "GovernanceBodyService/UpdateGovernanceBody",
      "{'governanceBody': {'name': '%s/governanceBodies/board', 'escalationLevels': [{'hours': 24, "
      "'vendorOwner': '%s/sponsors/ada'}, {'hours': 24, 'vendorOwner': '%s/sponsors/ben'}, {'hours': 24}]}, "
      "'updateMask': 'escalationLevels'}",
      partnership, partnership, partnership);
  for (int i = 0; i < 7; i++)
    raise_one(fixture, partnership, arena_printf(fixture_arena(fixture->server), "e%d", i),
              i % 2 ? "Streit \xc3\xbc"
                      "ber Grossm\xc3\xa9tal"
                    : "Who answers the bank");
  static const char by_owner[] = "{'parent': '%s', 'owner': '%s/sponsors/%s'}";
  const Onboard__ListEscalationsResponse *list;
  list = ask(fixture, fixture->viewer, LIST_ESCALATIONS, by_owner, partnership, partnership, "ada");
  assert_int_equal(list->n_escalations, 7);
  list = ask(fixture, fixture->viewer, LIST_ESCALATIONS, "{'parent': '%s', 'text': 'UBER gro\xc3\x9fmetal'}",
             partnership);
  assert_int_equal(list->n_escalations, 3);
  list = ask(fixture, fixture->viewer, LIST_ESCALATIONS, "{'parent': '%s', 'pageSize': 2, 'text': 'bank'}",
             partnership);
  assert_int_equal(list->n_escalations, 2);
  const char *token = list->next_page_token;
  raise_one(fixture, partnership, "later", "Another thing about the bank");
  refused(fixture, fixture->viewer, LIST_ESCALATIONS, REASON_PAGE_TOKEN_INVALID,
          "{'parent': '%s', 'pageSize': 2, 'text': 'metal', 'pageToken': '%s'}", partnership, token);
  list = ask(fixture, fixture->viewer, LIST_ESCALATIONS,
             "{'parent': '%s', 'pageSize': 10, 'text': 'bank', 'pageToken': '%s'}", partnership, token);
  assert_int_equal(list->n_escalations, 3);
  set_now(fixture, "2026-07-16T13:00:00Z");
  list = ask(fixture, fixture->viewer, LIST_ESCALATIONS, by_owner, partnership, partnership, "ben");
  assert_int_equal(list->n_escalations, 8);
  list = ask(fixture, fixture->viewer, LIST_ESCALATIONS,
             "{'parent': '%s', 'dueBefore': '2026-07-17T12:00:00Z'}", partnership);
  assert_int_equal(list->n_escalations, 0);
}

static void a_disputed_claim_goes_up_the_ladder(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership =
      governed(fixture, "disputed", ", 'automaticTriggers': ['ESCALATION_TRIGGER_DISPUTED_CLAIM']");
  for (int i = 0; i < 2; i++)
    ask(fixture, fixture->vendor, "CommitmentService/ClaimFulfilment",
        "{'parent': '%s/plans/fy26/commitments/vendor-hours', 'claimId': 'c%d', 'claim': {'amount': 10, "
        "'evidence': 'time sheets'}}",
        partnership, i);
  for (int i = 0; i < 2; i++)
    ask(fixture, fixture->partner, "CommitmentService/DisputeClaim",
        "{'name': '%s/plans/fy26/commitments/vendor-hours/claims/c%d', 'reason': 'nobody was there'}",
        partnership, i);
  const Onboard__ListEscalationsResponse *list =
      ask(fixture, fixture->viewer, LIST_ESCALATIONS, "{'parent': '%s', 'state': 'STATE_OPEN'}", partnership);
  assert_int_equal(list->n_escalations, 2);
  ask(fixture, fixture->partner, "CommitmentService/ConfirmClaim",
      "{'name': '%s/plans/fy26/commitments/vendor-hours/claims/c0', 'amount': 4}", partnership);
  ask(fixture, fixture->vendor, "CommitmentService/WithdrawClaim",
      "{'name': '%s/plans/fy26/commitments/vendor-hours/claims/c1'}", partnership);
  list = ask(fixture, fixture->viewer, LIST_ESCALATIONS, "{'parent': '%s', 'state': 'STATE_RESOLVED'}",
             partnership);
  assert_int_equal(list->n_escalations, 2);
  assert_int_equal(counter(fixture, partnership, "2026-07", "escalations.raised", NOBODY), 2);
  assert_int_equal(counter(fixture, partnership, "2026-07", "escalations.resolved", NOBODY), 2);
}

static int64_t commitment_due(struct onboard_fixture *fixture, const char *name) {
  const Onboard__Commitment *commitment =
      ask(fixture, fixture->viewer, "CommitmentService/GetCommitment", "{'name': '%s'}", name);
  return moment_us(commitment->due_time);
}

static void what_is_missed_goes_up_the_ladder(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(
      fixture, "missed",
      ", 'automaticTriggers': ['ESCALATION_TRIGGER_MISSED_REVIEW', 'ESCALATION_TRIGGER_MISSED_COMMITMENT']");
  set_now(fixture, "2026-11-01T00:00:00Z");
  sweep_at_once(fixture, "2026-11-01T00:00:00Z");
  const Onboard__ListEscalationsResponse *list =
      ask(fixture, fixture->viewer, LIST_ESCALATIONS, "{'parent': '%s'}", partnership);
  assert_int_equal(list->n_escalations, 3); /* two commitments and the review of 15 October */
  for (size_t i = 0; i < 2; i++)            /* raised when they were due, whenever that is recorded */
    assert_string_equal(
        moment_text(fixture_arena(fixture->server), moment_us(list->escalations[i]->raise_time)),
        moment_text(fixture_arena(fixture->server), commitment_due(fixture, list->escalations[i]->subject)));
  assert_int_equal(recorded(fixture, partnership, "escalation.raised"), 3);
  /* It turns out that the review was held in time. */
  ask(fixture, fixture->vendor_manager, "ReviewService/RecordReview",
      "{'name': '%s/reviews/quarterly-20261015', 'holdTime': '2026-10-20T00:00:00Z', 'attendees': [{'party': "
      "'PARTY_VENDOR', 'personName': 'Kim'}]}",
      partnership);
  /* And one commitment is waived. */
  ask(fixture, fixture->partner, "CommitmentService/WaiveCommitment",
      "{'name': '%s/plans/fy26/commitments/vendor-hours', 'reason': 'no longer needed'}", partnership);
  list = ask(fixture, fixture->viewer, LIST_ESCALATIONS, "{'parent': '%s', 'state': 'STATE_RESOLVED'}",
             partnership);
  assert_int_equal(list->n_escalations, 2);
}

/* ---- the annual review ---- */

static void an_annual_review_changes_the_partnership(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "annual", ", 'planRevisionDays': 20");
  const char *record = "ReviewService/RecordReview";
  static const char request[] =
      "{'name': '%s/reviews/%s', 'outcome': 'REVIEW_OUTCOME_%s', 'attendees': [{'party': "
      "'PARTY_VENDOR', 'sponsor': '%s/sponsors/ada'}]}";
  refused(fixture, fixture->vendor_manager, record, REASON_ACCESS_DENIED, request, partnership,
          "annual-20270715", "CONTINUE", partnership);
  refused(fixture, fixture->partner, record, REASON_ACCESS_DENIED, request, partnership, "annual-20270715",
          "CONTINUE", partnership);
  refused(fixture, fixture->vendor, record, REASON_INVALID_REQUEST, request, partnership,
          "quarterly-20261015", "CONTINUE", partnership);
  const Onboard__Review *review = ask(fixture, fixture->vendor, record, request, partnership,
                                      "annual-20270715", "ADJUST_INVESTMENTS", partnership);
  assert_int_equal(review->outcome, ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_ADJUST_INVESTMENTS);
  const Onboard__Partnership *now =
      ask(fixture, fixture->viewer, "PartnershipService/GetPartnership", "{'name': '%s'}", partnership);
  assert_int_equal(now->state, ONBOARD__PARTNERSHIP__STATE__STATE_REDESIGN);
  assert_int_equal(now->last_review_outcome, review->outcome);
  /* The plan has to follow: resuming without is refused, and after 20 days it is an alarm. */
  const char *resume = "PartnershipService/ResumePartnership";
  refused(fixture, fixture->vendor, resume, REASON_GUARD_UNMET, "{'name': '%s'}", partnership);
  assert_int_equal(body_of(fixture, partnership)->alarms[0]->kind,
                   ONBOARD__GOVERNANCE_ALARM__KIND__KIND_PLAN_REVISION);
  set_now(fixture, "2026-08-04T12:00:00Z");
  assert_true(body_of(fixture, partnership)->alarms[0]->raised);
  sweep_now(fixture);
  assert_int_equal(recorded(fixture, partnership, "governance_body.alarm_raised"), 1);
  const char *plan = arena_printf(fixture_arena(fixture->server), "%s/plans/fy26", partnership);
  plan_in_force(fixture, partnership, "fy26b", plan, terms_json(fixture, 800, ""));
  assert_int_equal(body_of(fixture, partnership)->n_alarms, 0);
  now = ask(fixture, fixture->vendor, resume, "{'name': '%s'}", partnership);
  assert_int_equal(now->state, ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE);
}

static void the_body_winds_down_when_both_agree_to_the_end(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "agreed-end", "");
  ask(fixture, fixture->vendor, "PartnershipService/OfferPartnershipEnd",
      "{'name': '%s', 'reason': 'both go other ways'}", partnership);
  ask(fixture, fixture->partner, "PartnershipService/AcceptPartnershipEnd", "{'name': '%s'}", partnership);
  assert_int_equal(body_of(fixture, partnership)->state, BODY(WINDING_DOWN));
}

static void the_body_ends_with_its_partnership(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "ending", "");
  ask(fixture, fixture->vendor, "PartnershipService/StartPartnershipReview", "{'name': '%s'}", partnership);
  ask(fixture, fixture->vendor, "PartnershipService/ConcludePartnershipReview",
      "{'name': '%s', 'outcome': 'REVIEW_OUTCOME_CONCLUDE'}", partnership);
  assert_int_equal(body_of(fixture, partnership)->state, BODY(WINDING_DOWN));
  set_now(fixture, "2026-10-15T12:00:00Z");
  assert_int_equal(reviews_of(fixture, partnership)->n_reviews, 2); /* no more of them */
  refused(fixture, fixture->vendor, CREATE_BODY, REASON_INVALID_STATE,
          "{'parent': '%s', 'governanceBody': {'displayName': 'Another'}}", partnership);
  /* Wound up: what was due is settled, what is to come is called off, which its body no longer forbids. */
  set_now(fixture, "2026-11-05T00:00:00Z");
  ask(fixture, fixture->vendor, "ReviewService/CancelReview",
      "{'name': '%s/reviews/annual-20270715', 'reason': 'the partnership ends'}", partnership);
  ask(fixture, fixture->vendor, "PlanService/ClosePlan", "{'name': '%s/plans/fy26'}", partnership);
  ask(fixture, fixture->partner, "PartnershipService/OfferPartnershipEnd",
      "{'name': '%s', 'reason': 'both went other ways'}", partnership);
  ask(fixture, fixture->vendor, "PartnershipService/AcceptPartnershipEnd", "{'name': '%s'}", partnership);
  ask(fixture, fixture->vendor, "PartnershipService/EndPartnership",
      "{'name': '%s', 'reason': 'both went other ways'}", partnership);
  assert_int_equal(body_of(fixture, partnership)->state, BODY(DISSOLVED));
  refused(fixture, fixture->vendor, "GovernanceBodyService/UpdateGovernanceBody", REASON_INVALID_STATE,
          "{'governanceBody': {'name': '%s/governanceBodies/board', 'vacancyDays': 5}, 'updateMask': "
          "'vacancyDays'}",
          partnership);
  refused(fixture, fixture->vendor, "EscalationService/CreateEscalation", REASON_INVALID_STATE,
          "{'parent': '%s', 'escalation': {'trigger': 'ESCALATION_TRIGGER_OTHER', 'title': 'Too late'}}",
          partnership);
  ask(fixture, fixture->vendor, "SponsorService/VacateSponsor",
      "{'name': '%s/sponsors/ada', 'reason': 'left the company'}", partnership);
  assert_int_equal(body_of(fixture, partnership)->n_alarms, 0);
}

/* ---- what a review was prepared from ---- */

static void a_review_names_the_facts_before_it(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "prepared", "");
  const char *other = ready(fixture, "prepared-other");
  const Ledger__ListLedgerEntriesResponse *ledger =
      ask(fixture, fixture->partner, "/entente.ledger.v1.LedgerService/ListLedgerEntries",
          "{'parent': '%s', 'pageSize': 500}", partnership);
  const Ledger__LedgerEntry *newest = ledger->entries[ledger->n_entries - 1], *early = ledger->entries[2];
  const char *record = "ReviewService/RecordReview";
  static const char request[] = "{'name': '%s/reviews/%s', 'preparedEntry': '%s', 'attendees': [{'party': "
                                "'PARTY_PARTNER', 'sponsor': '%s/sponsors/otto'}]}";
  refused(fixture, fixture->partner_manager, record, "LEDGER_ENTRY_UNKNOWN", request, partnership,
          "quarterly-20261015",
          arena_printf(fixture_arena(fixture->server), "%s/ledger/onboard-9999", partnership), partnership);
  refused(fixture, fixture->partner_manager, record, "LEDGER_ENTRY_UNKNOWN", request, partnership,
          "quarterly-20261015", arena_printf(fixture_arena(fixture->server), "%s/ledger/onboard-2", other),
          partnership);
  refused(fixture, fixture->partner_manager, record, "LEDGER_ENTRY_UNKNOWN", request, partnership,
          "quarterly-20261015", "nothing", partnership);
  const Onboard__Review *named = ask(fixture, fixture->partner_manager, record, request, partnership,
                                     "quarterly-20261015", early->name, partnership);
  assert_string_equal(named->prepared_entry, early->name);
  assert_int_equal(strlen(named->prepared_hash), 64);
  assert_int_equal(named->n_sponsored_parties, 1);
  const Onboard__Review *latest = ask(fixture, fixture->partner_manager, record, request, partnership,
                                      "annual-20270715", "", partnership);
  assert_string_not_equal(latest->prepared_entry,
                          newest->name); /* the one about the first review came after */
  assert_non_null(strstr(latest->prepared_entry, partnership));
}

/* ---- concurrency ---- */

enum { WRITERS = 24 };
struct contest {
  const char *method;
  const ProtobufCMessageDescriptor *response;
  const void *requests[WRITERS];
  const struct status *answers[WRITERS];
};

static void contend(struct server_fixture *server, size_t index, void *context) {
  struct contest *contest = context;
  void *answer;
  struct client_call call =
      fixture_client_call(server, fixture_arena(server), contest->method, contest->requests[index]);
  call.response = contest->response;
  contest->answers[index] = client_call(fixture_channel(server), &call, &answer);
}

static int winners(struct onboard_fixture *fixture, struct contest *contest) {
  int won = 0;
  fixture_as(fixture->server, fixture->vendor);
  fixture_fibers(fixture->server, WRITERS, contend, contest);
  for (int i = 0; i < WRITERS; i++)
    won += !contest->answers[i];
  return won;
}

static void one_body_of_many_at_once(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = ready(fixture, "contest");
  struct contest contest = {
      "/entente.onboard.v1." CREATE_BODY, &onboard__governance_body__descriptor, {0}, {0}};
  for (int i = 0; i < WRITERS; i++)
    contest.requests[i] = request_of(fixture, CREATE_BODY,
                                     "{'parent': '%s', 'governanceBodyId': 'b%d', 'governanceBody': "
                                     "{'displayName': 'Board'}}",
                                     partnership, i);
  assert_int_equal(winners(fixture, &contest), 1);
  assert_int_equal(recorded(fixture, partnership, "governance_body.formed"), 1);
}

/* However executives come and go at once, the side is vacant just when the last one left. */
static void seats_are_counted_right_at_once(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = governed(fixture, "seats", "");
  struct contest contest = {
      "/entente.onboard.v1.SponsorService/VacateSponsor", &onboard__sponsor__descriptor, {0}, {0}};
  for (int i = 0; i < WRITERS; i++) {
    const char *id = i ? arena_printf(fixture_arena(fixture->server), "s%d", i) : "ada";
    if (i)
      serve(fixture, fixture->vendor, partnership, id);
    contest.requests[i] =
        request_of(fixture, "SponsorService/VacateSponsor",
                   "{'name': '%s/sponsors/%s', 'reason': 'left the company'}", partnership, id);
  }
  assert_int_equal(body_of(fixture, partnership)->sides[0]->n_executives, WRITERS);
  assert_int_equal(winners(fixture, &contest), WRITERS);
  const Onboard__GovernanceBody *body = body_of(fixture, partnership);
  assert_int_equal(body->sides[0]->n_executives, 0);
  assert_int_equal(body->n_alarms, 1);
  assert_int_equal(recorded(fixture, partnership, "governance_body.seat_vacated"), 1);
}

/* Calls of several methods at once. */
enum { CALLS = 9 };
struct melee {
  const char *methods[CALLS];
  const void *requests[CALLS];
  const ProtobufCMessageDescriptor *responses[CALLS];
  const struct status *answers[CALLS];
  const void *read; /* a partnership, read once more by each than by the one before: so they come in turn */
};

static void strike(struct server_fixture *server, size_t index, void *context) {
  struct melee *melee = context;
  void *answer;
  for (size_t i = 0; melee->read && i < index; i++) {
    struct client_call wait = fixture_client_call(
        server, fixture_arena(server), "/entente.onboard.v1.PartnershipService/GetPartnership", melee->read);
    wait.response = &onboard__partnership__descriptor;
    assert_null(client_call(fixture_channel(server), &wait, &answer));
  }
  struct client_call call =
      fixture_client_call(server, fixture_arena(server), melee->methods[index], melee->requests[index]);
  call.response = melee->responses[index];
  melee->answers[index] = client_call(fixture_channel(server), &call, &answer);
}

/* Who takes up a seat while the body is formed sits in it. */
static void seats_are_right_from_the_start(void **state) {
  struct onboard_fixture *fixture = *state;
  struct arena *arena = fixture_arena(fixture->server);
  enum { ROUNDS = 6 };
  for (int round = 0; round < ROUNDS; round++) {
    const char *partnership = ready(fixture, arena_printf(arena, "forming-%d", round));
    struct melee melee = {0};
    for (int i = 0; i < CALLS; i++) {
      bool forms = i == CALLS / 2;
      melee.methods[i] =
          forms ? "/entente.onboard.v1." CREATE_BODY : "/entente.onboard.v1.SponsorService/ActivateSponsor";
      melee.responses[i] = forms ? &onboard__governance_body__descriptor : &onboard__sponsor__descriptor;
      if (!forms)
        ask(fixture, fixture->vendor, "SponsorService/CreateSponsor",
            "{'parent': '%s', 'sponsorId': 's%d', 'sponsor': {'personName': 'S', 'level': 'LEVEL_DIRECTOR'}}",
            partnership, i);
      melee.requests[i] = forms
                              ? request_of(fixture, CREATE_BODY,
                                           "{'parent': '%s', 'governanceBodyId': 'board', 'governanceBody': "
                                           "{'displayName': 'Board'}}",
                                           partnership)
                              : request_of(fixture, "SponsorService/ActivateSponsor",
                                           "{'name': '%s/sponsors/s%d'}", partnership, i);
    }
    fixture_as(fixture->server, fixture->vendor);
    fixture_fibers(fixture->server, CALLS, strike, &melee);
    for (int i = 0; i < CALLS; i++)
      assert_null(melee.answers[i]);
    assert_int_equal(body_of(fixture, partnership)->sides[0]->n_executives, CALLS); /* ada, and eight */
  }
}

/* What has ended has no review to be held: it would be missed by nobody. */
static void no_review_is_left_by_the_end(void **state) {
  struct onboard_fixture *fixture = *state;
  struct arena *arena = fixture_arena(fixture->server);
  enum { ROUNDS = 6 };
  for (int round = 0; round < ROUNDS; round++) {
    const char *partnership = partnership_make(fixture, arena_printf(arena, "leaving-%d", round));
    struct melee melee = {
        .read = request_of(fixture, "PartnershipService/GetPartnership", "{'name': '%s'}", partnership)};
    for (int i = 0; i < CALLS; i++) {
      bool ends = i == 0;
      melee.methods[i] = ends ? "/entente.onboard.v1.PartnershipService/EndPartnership"
                              : "/entente.onboard.v1.ReviewService/CreateReview";
      melee.responses[i] = ends ? &onboard__partnership__descriptor : &onboard__review__descriptor;
      melee.requests[i] = ends
                              ? request_of(fixture, "PartnershipService/EndPartnership",
                                           "{'name': '%s', 'reason': 'nothing came of it'}", partnership)
                              : request_of(fixture, "ReviewService/CreateReview",
                                           "{'parent': '%s', 'review': {'kind': 'KIND_QUARTERLY', 'dueTime': "
                                           "'2026-09-30T00:00:00Z'}}",
                                           partnership);
    }
    fixture_as(fixture->server, fixture->vendor);
    fixture_fibers(fixture->server, CALLS, strike, &melee);
    if (!melee.answers[0])
      assert_int_equal(reviews_of(fixture, partnership)->n_reviews, 0);
  }
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_interval_is_that_of_the_preset_unless_it_is_said),
      cmocka_unit_test(a_body_governs_with_its_partnership),
      cmocka_unit_test(who_may_and_what_is_refused),
      cmocka_unit_test(a_deep_plan_waits_for_a_committee),
      cmocka_unit_test(reviews_come_of_the_cadence_once),
      cmocka_unit_test(a_review_that_stands_for_the_cadence_is_not_called_off),
      cmocka_unit_test(a_taken_id_does_not_stop_the_cadence),
      cmocka_unit_test(a_moved_review_stands_for_its_own_quarter),
      cmocka_unit_test(a_review_stands_for_one_of_two_months),
      cmocka_unit_test(a_vacancy_is_an_alarm_until_it_is_filled),
      cmocka_unit_test(an_escalation_climbs_until_both_agree),
      cmocka_unit_test(the_name_of_an_automatic_escalation_is_not_to_be_had),
      cmocka_unit_test(what_took_another_proposals_place_is_confirmed_as_read),
      cmocka_unit_test(without_a_body_there_is_no_ladder),
      cmocka_unit_test(lists_of_escalations),
      cmocka_unit_test(a_disputed_claim_goes_up_the_ladder),
      cmocka_unit_test(what_is_missed_goes_up_the_ladder),
      cmocka_unit_test(an_annual_review_changes_the_partnership),
      cmocka_unit_test(the_body_winds_down_when_both_agree_to_the_end),
      cmocka_unit_test(the_body_ends_with_its_partnership),
      cmocka_unit_test(a_review_names_the_facts_before_it),
      cmocka_unit_test(one_body_of_many_at_once),
      cmocka_unit_test(seats_are_counted_right_at_once),
      cmocka_unit_test(seats_are_right_from_the_start),
      cmocka_unit_test(no_review_is_left_by_the_end),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
