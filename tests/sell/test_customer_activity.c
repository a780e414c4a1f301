#include "sell/builder.h"
#include "sell/customer_activity.h"

#include "runtime/base/moment.h"
#include "runtime/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATE(name) SELL__CUSTOMER_ACTIVITY__STATE__STATE_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define WHY "nobody of ours has heard of it"
#define PARTNERSHIP "vendors/halden/partnerships/orvane"

/* One of the partner, held yesterday where it has come so far. */
static Sell__CustomerActivity *activity_in(struct arena *arena, Sell__CustomerActivity__State state) {
  Sell__CustomerActivity *activity = arena_new(arena, Sell__CustomerActivity);
  sell__customer_activity__init(activity);
  activity->name = (char *)PARTNERSHIP "/customerActivities/workshop";
  activity->kind = SELL__CUSTOMER_ACTIVITY__KIND__KIND_DISCOVERY_WORKSHOP;
  activity->title = (char *)"What triage costs today";
  activity->account = (char *)"Northgate Hospital";
  activity->owner = PARTNER;
  activity->state = state;
  if (state != STATE(PLANNED)) {
    activity->hold_time = timestamp_new(arena, NOW_US - DAY_US);
    activity->summary = (char *)"Three wards, two of them short of people";
  }
  return activity;
}

static const struct status *run(const struct act *act, Sell__CustomerActivity *activity,
                                enum activity_action action, int64_t days_ago) {
  Sell__HoldCustomerActivityRequest report = SELL__HOLD_CUSTOMER_ACTIVITY_REQUEST__INIT;
  report.summary = (char *)"Three wards, two of them short of people";
  report.hold_time = timestamp_new(act->arena, NOW_US - days_ago * DAY_US);
  switch (action) {
  case ACTIVITY_UPDATE:
    return customer_activity_update(act, activity, activity, (struct activity_subjects){0});
  case ACTIVITY_HOLD:
    return customer_activity_hold(act, activity, &report);
  case ACTIVITY_ACKNOWLEDGE:
    return customer_activity_acknowledge(act, activity);
  case ACTIVITY_DISPUTE:
    return customer_activity_dispute(act, activity, (char *)WHY);
  case ACTIVITY_CANCEL:
    return customer_activity_cancel(act, activity, (char *)WHY);
  case ACTIVITY_REVERSE:
    return customer_activity_reverse(act, activity, (char *)WHY);
  default:
    fail_msg("no action %d", (int)action);
    return NULL;
  }
}

/* Whose each action is, and where it leads from each state; 0 is refused. */
static const struct {
  Type__Party actor;
  Sell__CustomerActivity__State from[STATE(REVERSED) + 1];
} expected[ACTIVITY_ACTIONS] = {
    [ACTIVITY_UPDATE] = {PARTNER, {[STATE(PLANNED)] = STATE(PLANNED), [STATE(DISPUTED)] = STATE(DISPUTED)}},
    [ACTIVITY_HOLD] = {PARTNER, {[STATE(PLANNED)] = STATE(HELD), [STATE(DISPUTED)] = STATE(HELD)}},
    [ACTIVITY_ACKNOWLEDGE] = {VENDOR, {[STATE(HELD)] = STATE(ACKNOWLEDGED)}},
    [ACTIVITY_DISPUTE] = {VENDOR, {[STATE(HELD)] = STATE(DISPUTED)}},
    [ACTIVITY_CANCEL] = {PARTNER,
                         {[STATE(PLANNED)] = STATE(CANCELLED),
                          [STATE(HELD)] = STATE(CANCELLED),
                          [STATE(DISPUTED)] = STATE(CANCELLED)}},
    [ACTIVITY_REVERSE] = {VENDOR, {[STATE(ACKNOWLEDGED)] = STATE(REVERSED)}},
};

static void every_state_action_and_party(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  for (int from = STATE(PLANNED); from <= STATE(REVERSED); from++)
    for (int action = 0; action < ACTIVITY_ACTIONS; action++)
      for (int party = VENDOR; party <= PARTNER; party++) {
        const struct act act = {occasion.arena, NOW_US, (Type__Party)party, "someone"};
        Sell__CustomerActivity *activity = activity_in(occasion.arena, (Sell__CustomerActivity__State)from);
        int to = (int)expected[action].from[from];
        const struct status *status = run(&act, activity, (enum activity_action)action, 2);
        bool owned = (Type__Party)party == expected[action].actor;
        assert_reason(status, !owned ? "OTHER_PARTY" : to ? NULL : "INVALID_STATE", NULL);
        assert_int_equal(activity->state, owned && to ? to : from);
      }
  occasion_release(&occasion);
}

/* Who the customer is, is said in exactly one way; what is named must be there; all that is wrong is said. */
static void the_customer_is_said_in_one_way(void **state) {
  (void)state;
  static const char there[] = PARTNERSHIP "/targetAccounts/northgate",
                    deal[] = PARTNERSHIP "/opportunities/a";
  static const struct {
    const char *target_account, *opportunity, *account, *country;
    struct activity_subjects subjects;
    size_t violations;
    const char *field;
  } cases[] = {
      {"", "", "Northgate", "US", {false, false}, 0, NULL},
      {"", "", "", "", {false, false}, 1, "customer_activity.account"},
      {there, "", "", "", {true, false}, 0, NULL},
      {"", deal, "", "", {false, true}, 0, NULL},
      {there, deal, "", "", {true, true}, 0, NULL},
      {there, "", "", "", {false, false}, 1, "customer_activity.target_account"},
      {"", deal, "", "", {false, false}, 1, "customer_activity.opportunity"},
      {there, deal, "", "", {false, false}, 2, "customer_activity.opportunity"},
      {there, "", "Northgate", "", {true, false}, 1, "customer_activity.account"},
      {there, "", "", "US", {true, false}, 1, "customer_activity.country"},
      {"", "", "", "US", {false, false}, 2, "customer_activity.country"},
      {there, deal, "Northgate", "US", {false, false}, 3, "customer_activity.account"},
  };
  struct occasion occasion = occasion_build();
  const struct act act = {occasion.arena, NOW_US, PARTNER, "someone"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Sell__CustomerActivity *activity = activity_in(occasion.arena, STATE(PLANNED)), *before;
    activity->target_account = (char *)cases[i].target_account;
    activity->opportunity = (char *)cases[i].opportunity;
    activity->account = (char *)cases[i].account;
    activity->country = (char *)cases[i].country;
    before = activity_in(occasion.arena, STATE(PLANNED));
    const struct status *answers[] = {customer_activity_update(&act, before, activity, cases[i].subjects),
                                      customer_activity_plan(&act, activity, cases[i].subjects)};
    for (size_t j = 0; j < 2; j++) {
      size_t count = 0;
      assert_reason(answers[j], cases[i].violations ? "INVALID_REQUEST" : NULL, cases[i].field);
      for (const struct violation *v = answers[j] ? answers[j]->violations : NULL; v; v = v->next)
        count++;
      assert_int_equal(count, cases[i].violations);
    }
  }
  occasion_release(&occasion);
}

static void planned_by_whoever_acts(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  for (int party = VENDOR; party <= PARTNER; party++) {
    const struct act act = {occasion.arena, NOW_US, (Type__Party)party, "someone"};
    Sell__CustomerActivity *activity = activity_in(occasion.arena, STATE(PLANNED));
    activity->owner = TYPE__PARTY__PARTY_UNSPECIFIED;
    assert_reason(customer_activity_plan(&act, activity, (struct activity_subjects){0}), NULL, NULL);
    assert_int_equal(activity->owner, party);
    assert_int_equal(activity->state, STATE(PLANNED));
  }
  occasion_release(&occasion);
}

static void holding_is_not_ahead_of_time(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  const struct act act = {occasion.arena, NOW_US, PARTNER, "someone"};
  Sell__CustomerActivity *activity = activity_in(occasion.arena, STATE(PLANNED));
  assert_reason(run(&act, activity, ACTIVITY_HOLD, -1), "INVALID_REQUEST", "hold_time");
  assert_int_equal(activity->state, STATE(PLANNED));
  assert_null(activity->hold_time);
  Sell__HoldCustomerActivityRequest report = SELL__HOLD_CUSTOMER_ACTIVITY_REQUEST__INIT;
  report.summary = (char *)"A first look at the need";
  report.attendee_count = 4;
  report.evidence = (char *)"https://minutes.example/1";
  report.next_step = (char *)"A demonstration";
  assert_reason(customer_activity_hold(&act, activity, &report), NULL, NULL);
  assert_int_equal(moment_us(activity->hold_time), NOW_US);
  assert_int_equal(activity->attendee_count, 4);
  assert_string_equal(activity->summary, "A first look at the need");
  assert_string_equal(activity->evidence, "https://minutes.example/1");
  assert_string_equal(activity->next_step, "A demonstration");
  occasion_release(&occasion);
}

static void differing_is_of_what_people_give(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__CustomerActivity *one = activity_in(occasion.arena, STATE(PLANNED));
  for (int field = 0; field < 7; field++) {
    Sell__CustomerActivity other = *one;
    assert_false(customer_activity_differs(one, &other));
    char **const texts[] = {&other.title, &other.target_account, &other.opportunity, &other.account,
                            &other.country};
    if (field < 5)
      *texts[field] = (char *)"another";
    else if (field == 5)
      other.kind = SELL__CUSTOMER_ACTIVITY__KIND__KIND_BUSINESS_CASE;
    else
      other.schedule_time = timestamp_new(occasion.arena, 0);
    assert_true(customer_activity_differs(one, &other));
  }
  occasion_release(&occasion);
}

/* Month by month, what is added over any life is what the activity counts for at its end. */
static void counts_add_up_over_any_life(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  unsigned seed = 7;
  for (int life = 0; life < 500; life++) {
    Sell__CustomerActivity *activity = activity_in(occasion.arena, STATE(PLANNED));
    int64_t held[8] = {0}, acknowledged[8] = {0}; /* by days ago */
    for (int step = 0; step < 16; step++) {
      seed = seed * 1103515245u + 12345u;
      int64_t days_ago = seed >> 20 & 7;
      const struct act act = {occasion.arena, NOW_US, seed >> 16 & 1 ? VENDOR : PARTNER, "someone"};
      struct activity_tally before = customer_activity_tally(activity);
      (void)run(&act, activity, (enum activity_action)((seed >> 17) % ACTIVITY_ACTIONS), days_ago);
      struct activity_tally after = customer_activity_tally(activity);
      assert_true(!before.held || !after.held || before.when_us == after.when_us);
      int64_t when_us = after.held ? after.when_us : before.when_us;
      if (when_us) {
        held[(NOW_US - when_us) / DAY_US] += after.held - before.held;
        acknowledged[(NOW_US - when_us) / DAY_US] += after.acknowledged - before.acknowledged;
      }
    }
    struct activity_tally end = customer_activity_tally(activity);
    for (int day = 0; day < 8; day++) {
      bool then = end.held && (NOW_US - end.when_us) / DAY_US == day;
      assert_int_equal(held[day], then ? end.held : 0);
      assert_int_equal(acknowledged[day], then ? end.acknowledged : 0);
    }
    assert_true(end.acknowledged <= end.held);
  }
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_action_and_party),     cmocka_unit_test(the_customer_is_said_in_one_way),
      cmocka_unit_test(planned_by_whoever_acts),          cmocka_unit_test(holding_is_not_ahead_of_time),
      cmocka_unit_test(differing_is_of_what_people_give), cmocka_unit_test(counts_add_up_over_any_life),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
