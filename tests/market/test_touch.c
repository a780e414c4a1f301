#include "market/touch.h"
#include "support/machine_check.h"

#include "runtime/base/moment.h"

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define STATE(name) MARKET__TOUCH__STATE__STATE_##name
#define CAMPAIGN(name) MARKET__CAMPAIGN__STATE__STATE_##name
#define PARTNERSHIP "vendors/v/partnerships/p"
#define NOW_US INT64_C(1782900000000000) /* 2026-07-01T10:00:00Z */

static struct arena *arena;

static struct act act_as(Type__Party party) {
  return (struct act){.arena = arena, .now_us = NOW_US, .party = party, .actor = "dana.reyes"};
}

static Market__Touch *touch(void) {
  Market__Touch *made = arena_new(arena, Market__Touch);
  market__touch__init(made);
  made->name = (char *)PARTNERSHIP "/touches/t";
  made->opportunity = (char *)PARTNERSHIP "/opportunities/o";
  made->kind = MARKET__TOUCH__KIND__KIND_WEBINAR;
  return made;
}

static Market__TouchedOpportunity *opportunity(void) {
  return touched_opportunity_new(arena, PARTNERSHIP "/opportunities/o");
}

static size_t violations(const struct status *status) {
  size_t count = 0;
  for (const struct violation *v = status->violations; v; v = v->next)
    count++;
  return count;
}

static void every_state_and_action(void **state) {
  static const char *const moves[] = {"RECORDED RETRACT RETRACTED"};
  (void)state;
  machine_check(&touch_machine, TOUCH_ACTIONS, moves, sizeof moves / sizeof *moves);
}

static void recorded_by_either_party_and_counted(void **state) {
  (void)state;
  Market__TouchedOpportunity *on = opportunity();
  for (Type__Party party = VENDOR; party <= PARTNER; party++) {
    struct act act = act_as(party);
    Market__Touch *t = touch();
    allowed(touch_record(&act, PARTNERSHIP, t, on, NULL));
    assert_int_equal(t->party, party);
    assert_int_equal(t->state, STATE(RECORDED));
    assert_string_equal(t->actor, "dana.reyes");
    assert_int_equal(moment_us(t->occur_time), NOW_US);
    assert_int_equal(on->touch_count, party);
  }
}

static void its_time_is_kept_however_early(void **state) {
  (void)state;
  struct act act = act_as(VENDOR);
  Market__Touch *early = touch(), *ahead = touch();
  early->occur_time = timestamp_new(arena, 0);
  allowed(touch_record(&act, PARTNERSHIP, early, opportunity(), NULL));
  assert_int_equal(moment_us(early->occur_time), 0);
  ahead->occur_time = timestamp_new(arena, NOW_US + MOMENT_SKEW_US);
  allowed(touch_record(&act, PARTNERSHIP, ahead, opportunity(), NULL));
}

static void all_that_is_wrong_is_said_at_once(void **state) {
  (void)state;
  struct act act = act_as(VENDOR);
  Market__Touch *t = touch();
  t->campaign = (char *)PARTNERSHIP "/campaigns/c";
  t->occur_time = timestamp_new(arena, NOW_US + MOMENT_SKEW_US + 1);
  const struct status *status =
      refused(touch_record(&act, PARTNERSHIP, t, NULL, NULL), REASON_INVALID_REQUEST);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  assert_int_equal(violations(status), 3);
  assert_int_equal(t->state, 0);
}

/* What a campaign is when the touch is recorded. */
static void campaigns_that_reach_somebody(void **state) {
  static const struct {
    Market__Campaign__State state;
    bool held, allowed;
  } rows[] = {
      {CAMPAIGN(PLANNED), false, false},   {CAMPAIGN(OPEN), false, true},  {CAMPAIGN(HELD), true, true},
      {CAMPAIGN(CANCELLED), false, false}, {CAMPAIGN(CLOSED), true, true}, {CAMPAIGN(CLOSED), false, false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct act act = act_as(PARTNER);
    Market__Campaign campaign = MARKET__CAMPAIGN__INIT;
    Market__TouchedOpportunity *on = opportunity();
    Market__Touch *t = touch();
    campaign.name = t->campaign = (char *)PARTNERSHIP "/campaigns/c";
    campaign.party = VENDOR; /* whichever party runs it */
    campaign.state = rows[i].state;
    campaign.hold_time = rows[i].held ? timestamp_new(arena, NOW_US - US_PER_DAY) : NULL;
    const struct status *status = touch_record(&act, PARTNERSHIP, t, on, &campaign);
    if (rows[i].allowed) {
      allowed(status);
      assert_int_equal(on->touch_count, 1);
    } else {
      assert_int_equal(guard_count(refused(status, REASON_GUARD_UNMET)), 1);
      assert_int_equal(on->touch_count, 0);
    }
  }
}

static void so_many_on_one_opportunity(void **state) {
  (void)state;
  struct act act = act_as(VENDOR);
  Market__TouchedOpportunity *on = opportunity();
  Market__Touch *last = NULL;
  for (int i = 0; i < TOUCHES_MAX; i++)
    allowed(touch_record(&act, PARTNERSHIP, last = touch(), on, NULL));
  const struct status *full = refused(touch_record(&act, PARTNERSHIP, touch(), on, NULL), "LIMIT_REACHED");
  assert_int_equal(full->code, CODE_RESOURCE_EXHAUSTED);
  assert_string_equal(full->metadata->value, "48");
  allowed(touch_retract(&act, last, on, "Recorded twice"));
  allowed(touch_record(&act, PARTNERSHIP, touch(), on, NULL));
}

static void retracted_by_who_recorded_it_and_once(void **state) {
  (void)state;
  struct act vendor = act_as(VENDOR), partner = act_as(PARTNER);
  Market__TouchedOpportunity *on = opportunity();
  Market__Touch *t = touch();
  allowed(touch_record(&partner, PARTNERSHIP, t, on, NULL));
  refused(touch_retract(&vendor, t, on, "Not ours to say"), "OTHER_PARTY");
  assert_int_equal(on->touch_count, 1);
  allowed(touch_retract(&partner, t, on, "Another company of that name"));
  assert_int_equal(t->state, STATE(RETRACTED));
  assert_string_equal(t->retract_reason, "Another company of that name");
  assert_string_equal(t->retract_actor, "dana.reyes");
  assert_int_equal(moment_us(t->retract_time), NOW_US);
  assert_int_equal(on->touch_count, 0);
  refused(touch_retract(&partner, t, on, "Another company of that name"), REASON_INVALID_STATE);
  assert_int_equal(on->touch_count, 0);
}

static void lists_by_state_and_half_open_time(void **state) {
  (void)state;
  Market__ListTouchesRequest request = MARKET__LIST_TOUCHES_REQUEST__INIT;
  struct touch_filter filter;
  Market__Touch *t = touch();
  t->state = STATE(RECORDED);
  t->occur_time = timestamp_new(arena, NOW_US);
  request.parent = (char *)PARTNERSHIP;
  allowed(touch_filter_of(arena, &request, &filter));
  assert_true(touch_shown(t, &filter));
  request.start_time = timestamp_new(arena, NOW_US);
  request.end_time = timestamp_new(arena, NOW_US + 1);
  request.state = STATE(RECORDED);
  allowed(touch_filter_of(arena, &request, &filter));
  assert_true(touch_shown(t, &filter));
  t->occur_time = timestamp_new(arena, NOW_US + 1);
  assert_false(touch_shown(t, &filter));
  t->occur_time = timestamp_new(arena, NOW_US - 1);
  assert_false(touch_shown(t, &filter));
  t->occur_time = timestamp_new(arena, NOW_US);
  t->state = STATE(RETRACTED);
  assert_false(touch_shown(t, &filter));
  request.end_time = request.start_time;
  request.opportunity = (char *)"vendors/v/partnerships/q/opportunities/o";
  request.campaign = (char *)"vendors/w/partnerships/p/campaigns/c";
  assert_int_equal(violations(refused(touch_filter_of(arena, &request, &filter), REASON_INVALID_REQUEST)), 4);
}

static int begin(void **state) {
  (void)state;
  arena = arena_create(1 << 22, NULL, NULL);
  return 0;
}

static int end(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_and_action),
      cmocka_unit_test(recorded_by_either_party_and_counted),
      cmocka_unit_test(its_time_is_kept_however_early),
      cmocka_unit_test(all_that_is_wrong_is_said_at_once),
      cmocka_unit_test(campaigns_that_reach_somebody),
      cmocka_unit_test(so_many_on_one_opportunity),
      cmocka_unit_test(retracted_by_who_recorded_it_and_once),
      cmocka_unit_test(lists_by_state_and_half_open_time),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
