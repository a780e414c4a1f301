/* Every state with every action, and what each step needs. */
#include "runtime/base/timestamp.h"
#include "sell/target_account.h"
#include "support/machine_check.h"

#define STATE(name) SELL__TARGET_ACCOUNT__STATE__STATE_##name
#define NOW_US INT64_C(1782900000000000)
#define DAY_US INT64_C(86400000000)
#define ORVANE "vendors/halden/partnerships/orvane"

static struct act act;

static int setup(void **state) {
  (void)state;
  act = (struct act){arena_create(1 << 20, NULL, NULL), NOW_US, TYPE__PARTY__PARTY_PARTNER, "lee"};
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_destroy(act.arena);
  return 0;
}

static Sell__TargetAccount *account_build(Sell__TargetAccount__State in) {
  Sell__TargetAccount *account = arena_new(act.arena, Sell__TargetAccount);
  sell__target_account__init(account);
  account->name = (char *)ORVANE "/targetAccounts/northgate";
  account->account = (char *)"Northgate Hospital";
  account->lead_party = TYPE__PARTY__PARTY_VENDOR;
  account->state = in;
  if (in == STATE(APPROACHED) || in == STATE(ENGAGED))
    account->approach_time = timestamp_new(act.arena, NOW_US - 10 * DAY_US);
  return account;
}

static Sell__Opportunity win_build(void) {
  Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT;
  opportunity.name = (char *)ORVANE "/opportunities/triage";
  opportunity.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  opportunity.state = SELL__OPPORTUNITY__STATE__STATE_WON;
  opportunity.close_time = timestamp_new(act.arena, NOW_US - DAY_US);
  opportunity.customer = arena_new(act.arena, Sell__Customer);
  sell__customer__init(opportunity.customer);
  opportunity.customer->account = (char *)"Northgate Hospital Ltd.";
  return opportunity;
}

static void every_state_and_action(void **state) {
  (void)state;
  static const char *const moves[] = {"IDENTIFIED update IDENTIFIED", "APPROACHED update APPROACHED",
                                      "ENGAGED update ENGAGED",       "IDENTIFIED approach APPROACHED",
                                      "APPROACHED engage ENGAGED",    "IDENTIFIED win WON",
                                      "APPROACHED win WON",           "ENGAGED win WON",
                                      "IDENTIFIED drop DROPPED",      "APPROACHED drop DROPPED",
                                      "ENGAGED drop DROPPED"};
  machine_check(&target_account_machine, TARGET_ACCOUNT_ACTIONS, moves, sizeof moves / sizeof *moves);
}

static void identified_by_whoever_acts(void **state) {
  (void)state;
  Sell__TargetAccount *account = account_build(STATE(UNSPECIFIED));
  allowed(target_account_identify(&act, account));
  assert_int_equal(account->owner_party, TYPE__PARTY__PARTY_PARTNER);
  assert_int_equal(account->state, STATE(IDENTIFIED));
  account->lead_party = TYPE__PARTY__PARTY_SYSTEM;
  const struct status *status = refused(target_account_identify(&act, account), REASON_INVALID_REQUEST);
  assert_string_equal(status->violations->field, "target_account.lead_party");
}

static void steps_follow_each_other_in_time(void **state) {
  (void)state;
  static const struct {
    int64_t when_us;
    const char *reason;
  } cases[] = {
      {NOW_US - 11 * DAY_US, REASON_INVALID_REQUEST}, /* before it was approached */
      {NOW_US - 10 * DAY_US, NULL},
      {NOW_US, NULL},
      {INT64_MIN, NULL},
      {NOW_US + DAY_US, REASON_INVALID_REQUEST},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Sell__TargetAccount *account = account_build(STATE(APPROACHED));
    int64_t when_us = cases[i].when_us;
    const struct status *status = target_account_engage(&act, account, &when_us);
    if (cases[i].reason) {
      refused(status, cases[i].reason);
      assert_int_equal(account->state, STATE(APPROACHED));
      continue;
    }
    allowed(status);
    assert_int_equal(account->state, STATE(ENGAGED));
    assert_int_equal(timestamp_us(account->engage_time, 0),
                     cases[i].when_us == INT64_MIN ? NOW_US : cases[i].when_us);
  }
  Sell__TargetAccount *account = account_build(STATE(IDENTIFIED));
  int64_t early = -1;
  refused(target_account_approach(&act, account, &early), REASON_INVALID_REQUEST);
}

/* Only what is about this account and stands as held shows that it was approached, at that time. */
static void approached_by_what_an_activity_shows(void **state) {
  (void)state;
  for (int standing = SELL__CUSTOMER_ACTIVITY__STATE__STATE_PLANNED;
       standing <= (int)SELL__CUSTOMER_ACTIVITY__STATE__STATE_REVERSED; standing++)
    for (int about = 0; about < 2; about++) {
      Sell__TargetAccount *account = account_build(STATE(IDENTIFIED));
      Sell__CustomerActivity activity = SELL__CUSTOMER_ACTIVITY__INIT;
      activity.name = (char *)ORVANE "/customerActivities/lunch";
      activity.state = (Sell__CustomerActivity__State)standing;
      activity.target_account = about ? account->name : (char *)ORVANE "/targetAccounts/another";
      activity.hold_time = timestamp_new(act.arena, NOW_US - 3 * DAY_US);
      bool shows = about && (standing == (int)SELL__CUSTOMER_ACTIVITY__STATE__STATE_HELD ||
                             standing == (int)SELL__CUSTOMER_ACTIVITY__STATE__STATE_ACKNOWLEDGED);
      int64_t when_us = INT64_MIN;
      const struct status *status = target_account_approach_shown(&act, account, &activity, &when_us);
      if (!shows) {
        refused(status, REASON_GUARD_UNMET);
        assert_int_equal(account->state, STATE(IDENTIFIED));
        continue;
      }
      allowed(status);
      assert_int_equal(when_us, NOW_US - 3 * DAY_US);
      assert_int_equal(timestamp_us(account->approach_time, 0), when_us);
      assert_string_equal(account->approach_activity, activity.name);
      refused(target_account_approach_shown(&act, account, &activity, &when_us), REASON_INVALID_STATE);
      account = account_build(STATE(IDENTIFIED));
      refused(target_account_approach_shown(&act, account, &activity, &when_us), REASON_INVALID_REQUEST);
    }
  int64_t now = INT64_MIN;
  refused(target_account_approach_shown(&act, account_build(STATE(IDENTIFIED)), NULL, &now),
          REASON_GUARD_UNMET);
}

static void won_with_a_joint_win_of_this_partnership_only(void **state) {
  (void)state;
  Sell__Opportunity good = win_build(), own = win_build(), open = win_build(), foreign = win_build();
  own.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  open.state = SELL__OPPORTUNITY__STATE__STATE_OPEN;
  foreign.name = (char *)"vendors/halden/partnerships/castellan/opportunities/triage";
  const Sell__Opportunity *const bad[] = {NULL, &own, &open, &foreign};
  const char *words = NULL;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    Sell__TargetAccount *account = account_build(STATE(ENGAGED));
    const struct status *status = refused(target_account_win(&act, account, bad[i]), REASON_GUARD_UNMET);
    if (words)
      assert_string_equal(status->guards->description, words); /* absent and hidden read the same */
    words = status->guards->description;
    assert_int_equal(account->state, STATE(ENGAGED));
  }
  Sell__TargetAccount *account = account_build(STATE(IDENTIFIED));
  allowed(target_account_win(&act, account, &good));
  assert_string_equal(account->opportunity, good.name);
  assert_int_equal(timestamp_us(account->close_time, 0), NOW_US - DAY_US);
  assert_int_equal(timestamp_us(account->approach_time, 0), NOW_US - DAY_US); /* thereby approached */
  assert_int_equal(timestamp_us(account->engage_time, 0), NOW_US - DAY_US);
}

/* Any joint win would do to make every target account won: it has to be of that account. */
static void won_with_a_win_of_that_account_only(void **state) {
  (void)state;
  static const struct {
    const char *customer;
    bool fits;
    const char *domain, *target_domain;
  } cases[] = {
      {"NGH Care Group", true, "www.northgate.example", "northgate.example"},
      {"NGH Care Group", false, "ngh.example", "northgate.example"},
      {"NGH Care Group", false, "gmail.com", "gmail.com"},
      {"NGH Care Group", false, "", "northgate.example"},
      {"Northgate Hospital", true},
      {"NORTHGATE HOSPITAL, Inc.", true},
      {"Northgate Hospital Trust", true},
      {"Nortgate Hospital", true},
      {"Corvale Retail", false},
      {"Southgate Mills", false},
      {"Harrowgate Bank AG", false},
      {"", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Sell__Opportunity win = win_build();
    Sell__TargetAccount *account = account_build(STATE(ENGAGED));
    win.customer->account = (char *)cases[i].customer;
    win.customer->domain = (char *)(cases[i].domain ? cases[i].domain : "");
    account->domain = (char *)(cases[i].target_domain ? cases[i].target_domain : "");
    const struct status *status = target_account_win(&act, account, &win);
    if ((status == NULL) != cases[i].fits)
      fail_msg("`%s`: %s", cases[i].customer, status ? status->guards->description : "won");
    if (status)
      assert_non_null(strstr(status->guards->description, "Northgate Hospital"));
  }
}

static void dropped_with_its_reason(void **state) {
  (void)state;
  Sell__TargetAccount *account = account_build(STATE(ENGAGED));
  allowed(target_account_drop(&act, account, (char *)"they were acquired"));
  assert_string_equal(account->drop_reason, "they were acquired");
  assert_int_equal(timestamp_us(account->close_time, 0), NOW_US);
}

static void a_difference_in_any_field_is_seen(void **state) {
  (void)state;
  Sell__TargetAccount *a = account_build(STATE(ENGAGED));
  char **const texts[] = {&a->account, &a->domain, &a->country, &a->segment, &a->rationale};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    Sell__TargetAccount b = *a;
    char *before = *texts[i];
    assert_false(target_account_differs(a, &b));
    *texts[i] = (char *)"other";
    assert_true(target_account_differs(a, &b));
    *texts[i] = before;
  }
  Sell__TargetAccount b = *a;
  b.lead_party = TYPE__PARTY__PARTY_PARTNER;
  assert_true(target_account_differs(a, &b));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_state_and_action),
      TEST(identified_by_whoever_acts),
      TEST(steps_follow_each_other_in_time),
      TEST(won_with_a_joint_win_of_this_partnership_only),
      TEST(approached_by_what_an_activity_shows),
      TEST(won_with_a_win_of_that_account_only),
      TEST(dropped_with_its_reason),
      TEST(a_difference_in_any_field_is_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
