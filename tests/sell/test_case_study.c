/* Every state with every action, and what approval and publication need. */
#include "runtime/base/timestamp.h"
#include "sell/case_study.h"
#include "support/machine_check.h"

#define STATE(name) SELL__CASE_STUDY__STATE__STATE_##name
#define NOW_US INT64_C(1782900000000000)
#define ORVANE "vendors/halden/partnerships/orvane"

static struct act act;
static Sell__Opportunity win;

static int setup(void **state) {
  (void)state;
  act = (struct act){arena_create(1 << 20, NULL, NULL), NOW_US, TYPE__PARTY__PARTY_VENDOR, "dana"};
  sell__opportunity__init(&win);
  win.name = (char *)ORVANE "/opportunities/triage";
  win.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  win.state = SELL__OPPORTUNITY__STATE__STATE_WON;
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(act.arena);
  return 0;
}

static Sell__CustomerConsent *consent_build(int64_t time_us) {
  Sell__CustomerConsent *consent = arena_new(act.arena, Sell__CustomerConsent);
  sell__customer_consent__init(consent);
  consent->agreed_by = (char *)"A. Reader, head of IT";
  consent->agree_time = timestamp_new(act.arena, time_us);
  consent->evidence = (char *)"contract 7, annex B";
  return consent;
}

static Sell__CaseStudy *study_build(Sell__CaseStudy__State in) {
  Sell__CaseStudy *study = arena_new(act.arena, Sell__CaseStudy);
  sell__case_study__init(study);
  study->name = (char *)ORVANE "/caseStudies/triage";
  study->title = (char *)"Faster triage";
  study->opportunity = win.name;
  study->challenge = study->solution = study->outcome = (char *)"words";
  study->consent = consent_build(NOW_US - 1);
  study->state = in;
  return study;
}

static void every_state_and_action(void **state) {
  (void)state;
  static const char *const moves[] = {"DRAFT update DRAFT",          "APPROVED update DRAFT",
                                      "DRAFT record consent DRAFT",  "APPROVED record consent APPROVED",
                                      "APPROVED publish PUBLISHED",  "DRAFT withdraw WITHDRAWN",
                                      "APPROVED withdraw WITHDRAWN", "PUBLISHED withdraw WITHDRAWN"};
  static const int actions[] = {CASE_STUDY_UPDATE, CASE_STUDY_CONSENT, CASE_STUDY_PUBLISH,
                                CASE_STUDY_WITHDRAW};
  /* Approving has two rows of one name: that of the first party and that of the second. */
  for (int from = 1; from <= STATE(WITHDRAWN); from++) {
    const struct transition *first = machine_find(&case_study_machine, from, CASE_STUDY_APPROVE);
    const struct transition *second = machine_find(&case_study_machine, from, CASE_STUDY_SECOND);
    assert_int_equal(first ? first->to : -1, from == STATE(DRAFT) ? STATE(DRAFT) : -1);
    assert_int_equal(second ? second->to : -1, from == STATE(DRAFT) ? STATE(APPROVED) : -1);
    for (size_t a = 0; a < sizeof actions / sizeof *actions; a++) {
      const struct transition *row = machine_find(&case_study_machine, from, actions[a]);
      const char *head = arena_printf(act.arena, "%s %s ", state_name(case_study_machine.states, from),
                                      case_study_machine.actions[actions[a]]);
      const char *expected = NULL;
      for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (strncmp(moves[i], head, strlen(head)) == 0)
          expected = moves[i] + strlen(head);
      assert_int_equal(row != NULL, expected != NULL);
      if (row)
        assert_string_equal(state_name(case_study_machine.states, row->to), expected);
    }
  }
}

static void both_parties_approve_the_same_words(void **state) {
  (void)state;
  Sell__CaseStudy *study = study_build(STATE(DRAFT));
  bool changed;
  allowed(case_study_approve(&act, study, &win, &changed));
  assert_true(changed);
  assert_int_equal(study->state, STATE(DRAFT));
  allowed(case_study_approve(&act, study, &win, &changed)); /* twice is not for two */
  assert_false(changed);
  assert_int_equal(study->state, STATE(DRAFT));
  act.party = TYPE__PARTY__PARTY_PARTNER;
  allowed(case_study_approve(&act, study, &win, &changed));
  assert_int_equal(study->state, STATE(APPROVED));
  assert_non_null(study->vendor_approve_time);
  assert_non_null(study->partner_approve_time);
  Sell__CaseStudy after = *study;
  after.outcome = (char *)"other words";
  allowed(case_study_update(&act, study, &after));
  assert_int_equal(after.state, STATE(DRAFT));
  assert_null(after.vendor_approve_time);
  assert_null(after.partner_approve_time);
}

static void everything_missing_is_named(void **state) {
  (void)state;
  Sell__CaseStudy *study = study_build(STATE(DRAFT));
  bool changed;
  study->challenge = study->solution = study->outcome = (char *)"";
  study->consent = NULL;
  const struct status *status = refused(case_study_approve(&act, study, NULL, &changed), REASON_GUARD_UNMET);
  assert_int_equal(guard_count(status), 5);
  assert_null(study->vendor_approve_time);
}

static void a_win_taken_back_stops_it(void **state) {
  (void)state;
  Sell__CaseStudy *study = study_build(STATE(APPROVED));
  win.state = SELL__OPPORTUNITY__STATE__STATE_REVERSED;
  refused(case_study_publish(&act, study, &win, (char *)"https://halden.example/triage"), REASON_GUARD_UNMET);
  refused(case_study_draft(&act, study_build(STATE(UNSPECIFIED)), &win), REASON_GUARD_UNMET);
  win.state = SELL__OPPORTUNITY__STATE__STATE_WON;
  study->state = STATE(APPROVED);
  allowed(case_study_publish(&act, study, &win, (char *)"https://halden.example/triage"));
  assert_int_equal(study->state, STATE(PUBLISHED));
  refused(case_study_update(&act, study, study), REASON_INVALID_STATE);
  allowed(case_study_withdraw(&act, study, (char *)"the customer asked for it"));
  assert_int_equal(study->state, STATE(WITHDRAWN));
}

static void consent_was_given_before_now(void **state) {
  (void)state;
  Sell__CaseStudy *study = study_build(STATE(DRAFT));
  study->consent = NULL;
  refused(case_study_consent(&act, study, consent_build(NOW_US + INT64_C(86400000000))),
          REASON_INVALID_REQUEST);
  assert_null(study->consent);
  allowed(case_study_consent(&act, study, consent_build(NOW_US)));
  assert_non_null(study->consent);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_state_and_action),       TEST(both_parties_approve_the_same_words),
      TEST(everything_missing_is_named),  TEST(a_win_taken_back_stops_it),
      TEST(consent_was_given_before_now),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
