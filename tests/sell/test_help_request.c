#include "sell/builder.h"
#include "sell/help_request.h"

#include "runtime/base/moment.h"
#include "runtime/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATE(name) SELL__HELP_REQUEST__STATE__STATE_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define WHY "there is nobody left who could do it"

/* A request of the partner to the vendor, 12 hours delivered where it has come so far. */
static Sell__HelpRequest *request_in(struct arena *arena, Sell__HelpRequest__State state) {
  Sell__HelpRequest *request = arena_new(arena, Sell__HelpRequest);
  sell__help_request__init(request);
  request->name = (char *)"vendors/halden/partnerships/orvane/helpRequests/sizing";
  request->owner = VENDOR;
  request->asked_hours = 10;
  request->state = state;
  if (state == STATE(DELIVERED) || state == STATE(ACKNOWLEDGED)) {
    request->delivered_hours = 12;
    request->deliver_time = timestamp_new(arena, NOW_US - DAY_US);
  }
  if (state == STATE(ACKNOWLEDGED))
    request->acknowledged_hours = 12;
  return request;
}

static const struct status *run(const struct act *act, Sell__HelpRequest *request, enum help_action action) {
  Sell__DeliverHelpRequestRequest deliver = SELL__DELIVER_HELP_REQUEST_REQUEST__INIT;
  Sell__AcknowledgeHelpRequestRequest acknowledge = SELL__ACKNOWLEDGE_HELP_REQUEST_REQUEST__INIT;
  deliver.delivered_hours = 12;
  switch (action) {
  case HELP_ACCEPT:
    return help_request_accept(act, request, (char *)"Pre-sales");
  case HELP_DECLINE:
    return help_request_decline(act, request, (char *)WHY);
  case HELP_DELIVER:
    return help_request_deliver(act, request, &deliver);
  case HELP_RETURN:
    return help_request_return(act, request, (char *)WHY);
  case HELP_ACKNOWLEDGE:
    return help_request_acknowledge(act, request, &acknowledge);
  case HELP_CANCEL:
    return help_request_cancel(act, request, (char *)WHY);
  default:
    fail_msg("no action %d", (int)action);
    return NULL;
  }
}

/* Whose each action is, and where it leads from each state; 0 is refused. */
static const struct {
  Type__Party actor;
  Sell__HelpRequest__State from_open, from_accepted, from_delivered;
} expected[HELP_ACTIONS] = {
    [HELP_ACCEPT] = {VENDOR, STATE(ACCEPTED), 0, 0},
    [HELP_DECLINE] = {VENDOR, STATE(DECLINED), 0, 0},
    [HELP_DELIVER] = {VENDOR, 0, STATE(DELIVERED), 0},
    [HELP_RETURN] = {PARTNER, 0, 0, STATE(ACCEPTED)},
    [HELP_ACKNOWLEDGE] = {PARTNER, 0, 0, STATE(ACKNOWLEDGED)},
    [HELP_CANCEL] = {PARTNER, STATE(CANCELLED), STATE(CANCELLED), 0},
};

static void every_state_action_and_party(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  for (int from = STATE(OPEN); from <= STATE(CANCELLED); from++)
    for (int action = 0; action < HELP_ACTIONS; action++)
      for (int party = VENDOR; party <= PARTNER; party++) {
        const struct act act = {occasion.arena, NOW_US, (Type__Party)party, "someone"};
        Sell__HelpRequest *request = request_in(occasion.arena, (Sell__HelpRequest__State)from);
        int to = from == STATE(OPEN)        ? (int)expected[action].from_open
                 : from == STATE(ACCEPTED)  ? (int)expected[action].from_accepted
                 : from == STATE(DELIVERED) ? (int)expected[action].from_delivered
                                            : 0;
        const struct status *status = run(&act, request, (enum help_action)action);
        if ((Type__Party)party != expected[action].actor)
          assert_reason(status, "OTHER_PARTY", NULL);
        else
          assert_reason(status, to ? NULL : "INVALID_STATE", NULL);
        bool done = to && (Type__Party)party == expected[action].actor;
        assert_int_equal(request->state, done ? to : from);
      }
  occasion_release(&occasion);
}

static void acknowledging_fewer_needs_a_reason(void **state) {
  (void)state;
  static const struct {
    int64_t hours;
    const char *reason, *refusal, *field;
    int64_t acknowledged;
  } cases[] = {
      {0, "", NULL, NULL, 12},
      {12, "", NULL, NULL, 12},
      {11, "", "INVALID_REQUEST", "reason", 0},
      {11, "too short", "INVALID_REQUEST", "reason", 0},
      {11, "one hour was travelling", NULL, NULL, 11},
      {13, "", "INVALID_REQUEST", "acknowledged_hours", 0},
      {12, "all of it was given", "INVALID_REQUEST", "reason", 0},
      {0, "all of it was given", "INVALID_REQUEST", "reason", 0},
  };
  struct occasion occasion = occasion_build();
  const struct act act = {occasion.arena, NOW_US, PARTNER, "someone"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Sell__HelpRequest *request = request_in(occasion.arena, STATE(DELIVERED));
    Sell__AcknowledgeHelpRequestRequest answer = SELL__ACKNOWLEDGE_HELP_REQUEST_REQUEST__INIT;
    answer.acknowledged_hours = cases[i].hours;
    answer.reason = (char *)cases[i].reason;
    assert_reason(help_request_acknowledge(&act, request, &answer), cases[i].refusal, cases[i].field);
    assert_int_equal(request->acknowledged_hours, cases[i].acknowledged);
  }
  occasion_release(&occasion);
}

static void times_are_judged(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  const struct act act = {occasion.arena, NOW_US, PARTNER, "someone"};
  const struct act vendor = {occasion.arena, NOW_US, VENDOR, "someone"};
  Sell__HelpRequest *request = request_in(occasion.arena, STATE(OPEN));
  request->due_time = timestamp_new(occasion.arena, NOW_US - DAY_US);
  assert_reason(help_request_start(&act, request), "INVALID_REQUEST", "help_request.due_time");
  request->due_time = timestamp_new(occasion.arena, NOW_US + DAY_US);
  assert_reason(help_request_start(&act, request), NULL, NULL);
  assert_int_equal(request->owner, VENDOR);
  Sell__DeliverHelpRequestRequest deliver = SELL__DELIVER_HELP_REQUEST_REQUEST__INIT;
  deliver.delivered_hours = 3;
  deliver.deliver_time = timestamp_new(occasion.arena, NOW_US + DAY_US);
  request = request_in(occasion.arena, STATE(ACCEPTED));
  assert_reason(help_request_deliver(&vendor, request, &deliver), "INVALID_REQUEST", "deliver_time");
  assert_int_equal(request->state, STATE(ACCEPTED));
  occasion_release(&occasion);
}

/* What is added over any life is what the request counts for at its end. */
static void hours_add_up_over_any_life(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  unsigned seed = 7;
  for (int life = 0; life < 500; life++) {
    Sell__HelpRequest *request = request_in(occasion.arena, STATE(OPEN));
    int64_t delivered = 0, acknowledged = 0;
    for (int step = 0; step < 12; step++) {
      seed = seed * 1103515245u + 12345u;
      const struct act act = {occasion.arena, NOW_US, seed >> 16 & 1 ? VENDOR : PARTNER, "someone"};
      struct help_hours before = help_request_hours(request);
      (void)run(&act, request, (enum help_action)((seed >> 17) % HELP_ACTIONS));
      struct help_hours after = help_request_hours(request);
      delivered += after.delivered - before.delivered;
      acknowledged += after.acknowledged - before.acknowledged;
    }
    struct help_hours end = help_request_hours(request);
    assert_int_equal(delivered, end.delivered);
    assert_int_equal(acknowledged, end.acknowledged);
    assert_true(end.acknowledged <= end.delivered);
  }
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_action_and_party),
      cmocka_unit_test(acknowledging_fewer_needs_a_reason),
      cmocka_unit_test(times_are_judged),
      cmocka_unit_test(hours_add_up_over_any_life),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
