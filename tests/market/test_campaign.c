#include "market/campaign.h"
#include "support/machine_check.h"

#include "runtime/base/timestamp.h"

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define STATE(name) MARKET__CAMPAIGN__STATE__STATE_##name

static struct arena *arena;

static Market__Campaign *campaign(void) {
  Market__Campaign *made = arena_new(arena, Market__Campaign);
  market__campaign__init(made);
  made->name = (char *)"vendors/v/partnerships/p/campaigns/c";
  made->start_time = timestamp_new(arena, 1000);
  made->end_time = timestamp_new(arena, 2000);
  allowed(campaign_apply_create(arena, made, VENDOR));
  return made;
}

static void every_state_and_action(void **state) {
  static const char *const moves[] = {
      "PLANNED UPDATE PLANNED",   "OPEN UPDATE OPEN",      "PLANNED OPEN OPEN", "OPEN HOLD HELD",
      "PLANNED CANCEL CANCELLED", "OPEN CANCEL CANCELLED", "OPEN RECORD OPEN",  "HELD RECORD HELD",
      "HELD CLOSE CLOSED",        "CANCELLED CLOSE CLOSED"};
  (void)state;
  machine_check(&campaign_machine, CAMPAIGN_ACTIONS, moves, sizeof moves / sizeof *moves);
}

static void only_who_runs_it_changes_it(void **state) {
  (void)state;
  Market__Campaign *c = campaign();
  for (int action = 0; action < CAMPAIGN_ACTIONS; action++)
    refused(campaign_apply(arena, c, PARTNER, (enum campaign_action)action), "OTHER_PARTY");
  allowed(campaign_apply(arena, c, VENDOR, CAMPAIGN_OPEN));
  assert_int_equal(c->state, STATE(OPEN));
}

static void held_in_its_time(void **state) {
  (void)state;
  Market__Campaign *c = campaign();
  allowed(campaign_apply(arena, c, VENDOR, CAMPAIGN_OPEN));
  Market__Campaign early = *c, future = *c, unheld = *campaign();
  refused(campaign_apply_hold(arena, &early, VENDOR, 999, 1, 1, 5000), REASON_GUARD_UNMET);
  refused(campaign_apply_hold(arena, &future, VENDOR, INT64_C(400000000), 1, 1, 5000),
          REASON_INVALID_REQUEST);
  refused(campaign_apply_results(arena, &unheld, VENDOR, 1, 0), REASON_INVALID_STATE);
  allowed(campaign_apply_results(arena, c, VENDOR, 40, 0));
  Market__Campaign open = *c;
  refused(campaign_apply_results(arena, &open, VENDOR, 40, 1), REASON_GUARD_UNMET);
  allowed(campaign_apply_hold(arena, c, VENDOR, INT64_MIN, 0, 31, 5000));
  assert_int_equal(c->registrations, 40);
  assert_int_equal(c->attendance, 31);
  assert_int_equal(timestamp_us(c->hold_time, 0), 5000);
  allowed(campaign_apply_results(arena, c, VENDOR, 41, 32));
  assert_int_equal(c->attendance, 32);
}

static void ends_after_it_starts(void **state) {
  (void)state;
  Market__Campaign *c = campaign();
  c->end_time = timestamp_new(arena, 1000);
  refused(campaign_check(arena, c), REASON_INVALID_REQUEST);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_and_action),
      cmocka_unit_test(only_who_runs_it_changes_it),
      cmocka_unit_test(held_in_its_time),
      cmocka_unit_test(ends_after_it_starts),
  };
  arena = arena_create(16 << 20, NULL, NULL);
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  arena_destroy(arena);
  return failures;
}
