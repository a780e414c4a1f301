/* Both parties run through the same rules: swap them everywhere, and every answer swaps with them. */
#include "sell/attribution.h"
#include "sell/builder.h"
#include "sell/customer_activity.h"
#include "sell/engagement.h"
#include "sell/help_request.h"
#include "sell/opportunity_review.h"
#include "sell/tally.h"

#include "runtime/base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define SOURCED SELL__ATTRIBUTION__CLASS__CLASS_SOURCED
#define INFLUENCED SELL__ATTRIBUTION__CLASS__CLASS_INFLUENCED
#define WHY "for a reason that both can read"
enum { LIVES = 300, STEPS = 14 };

static unsigned seed = 11;
static unsigned chance(unsigned below) {
  seed = seed * 1103515245u + 12345u;
  return (seed >> 16) % below;
}

static Type__Party swap(Type__Party party) {
  return party ? party_other(party) : party;
}

/* The same refusal, or none. */
static void assert_alike(const struct status *a, const struct status *b) {
  assert_int_equal(a != NULL, b != NULL);
  if (a)
    assert_string_equal(a->reason, b->reason);
}

/* ---- help requests ---- */

static const struct status *help_step(const struct act *act, Sell__HelpRequest *request, unsigned action) {
  Sell__DeliverHelpRequestRequest deliver = SELL__DELIVER_HELP_REQUEST_REQUEST__INIT;
  Sell__AcknowledgeHelpRequestRequest acknowledge = SELL__ACKNOWLEDGE_HELP_REQUEST_REQUEST__INIT;
  deliver.delivered_hours = 8;
  switch (action) {
  case HELP_ACCEPT:
    return help_request_accept(act, request, (char *)"");
  case HELP_DECLINE:
    return help_request_decline(act, request, (char *)WHY);
  case HELP_DELIVER:
    return help_request_deliver(act, request, &deliver);
  case HELP_RETURN:
    return help_request_return(act, request, (char *)WHY);
  case HELP_ACKNOWLEDGE:
    return help_request_acknowledge(act, request, &acknowledge);
  default:
    return help_request_cancel(act, request, (char *)WHY);
  }
}

static void help_requests_are_alike(void **state) {
  (void)state;
  size_t acknowledged = 0;
  for (int life = 0; life < LIVES; life++) {
    struct occasion occasion = occasion_build();
    struct act act = {occasion.arena, NOW_US, VENDOR, "someone"}, other = act;
    Sell__HelpRequest a = SELL__HELP_REQUEST__INIT, b = SELL__HELP_REQUEST__INIT;
    other.party = swap(act.party);
    assert_null(help_request_start(&act, &a));
    assert_null(help_request_start(&other, &b));
    for (int step = 0; step < STEPS; step++) {
      unsigned action = chance(HELP_ACTIONS);
      act.party = (Type__Party)(VENDOR + chance(2));
      other.party = swap(act.party);
      assert_alike(help_step(&act, &a, action), help_step(&other, &b, action));
      assert_int_equal(a.owner, swap(b.owner));
      assert_int_equal(a.state, b.state);
    }
    acknowledged += a.acknowledged_hours > 0;
    assert_int_equal(help_request_hours(&a).acknowledged, help_request_hours(&b).acknowledged);
    occasion_release(&occasion);
  }
  assert_true(acknowledged > 0); /* some came to the end */
}

/* ---- customer activities ---- */

static const struct status *activity_step(const struct act *act, Sell__CustomerActivity *activity,
                                          unsigned action) {
  Sell__HoldCustomerActivityRequest report = SELL__HOLD_CUSTOMER_ACTIVITY_REQUEST__INIT;
  report.summary = (char *)"what came of it";
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
  default:
    return customer_activity_reverse(act, activity, (char *)WHY);
  }
}

static void customer_activities_are_alike(void **state) {
  (void)state;
  size_t reached[SELL__CUSTOMER_ACTIVITY__STATE__STATE_REVERSED + 1] = {0};
  for (int life = 0; life < LIVES; life++) {
    struct occasion occasion = occasion_build();
    struct act act = {occasion.arena, NOW_US, VENDOR, "someone"}, other = act;
    Sell__CustomerActivity a = SELL__CUSTOMER_ACTIVITY__INIT, b = SELL__CUSTOMER_ACTIVITY__INIT;
    a.account = b.account = (char *)"Northgate";
    other.party = swap(act.party);
    assert_null(customer_activity_plan(&act, &a, (struct activity_subjects){0}));
    assert_null(customer_activity_plan(&other, &b, (struct activity_subjects){0}));
    for (int step = 0; step < STEPS; step++) {
      unsigned action = chance(ACTIVITY_ACTIONS);
      act.party = (Type__Party)(VENDOR + chance(2));
      other.party = swap(act.party);
      assert_alike(activity_step(&act, &a, action), activity_step(&other, &b, action));
      assert_int_equal(a.owner, swap(b.owner));
      assert_int_equal(a.state, b.state);
      reached[a.state]++;
    }
    struct activity_tally one = customer_activity_tally(&a), two = customer_activity_tally(&b);
    assert_int_equal(one.held, two.held);
    assert_int_equal(one.acknowledged, two.acknowledged);
    assert_int_equal(one.when_us, two.when_us);
    occasion_release(&occasion);
  }
  for (int at = SELL__CUSTOMER_ACTIVITY__STATE__STATE_PLANNED;
       at <= (int)SELL__CUSTOMER_ACTIVITY__STATE__STATE_REVERSED; at++)
    assert_true(reached[at] > 0);
}

/* ---- engagements ---- */

static const struct status *engagement_step(const struct act *act, Sell__Engagement *engagement,
                                            unsigned action) {
  Sell__RejectEngagementRequest reject = SELL__REJECT_ENGAGEMENT_REQUEST__INIT;
  Sell__ChangeEngagementInvolvementRequest change = SELL__CHANGE_ENGAGEMENT_INVOLVEMENT_REQUEST__INIT;
  reject.reject_reason = SELL__ENGAGEMENT__REJECT_REASON__REJECT_REASON_DUPLICATE;
  change.involvement = SELL__ENGAGEMENT__INVOLVEMENT__INVOLVEMENT_CO_SELL;
  change.reason = SELL__ENGAGEMENT__INVOLVEMENT_REASON__INVOLVEMENT_REASON_EXPANSION;
  switch (action) {
  case 0:
    return engagement_accept(act, engagement, NULL, 0);
  case 1:
    return engagement_reject(act, engagement, &reject);
  case 2:
    return engagement_cancel(act, engagement, (char *)WHY);
  case 3:
    return engagement_involve(act, engagement, &change);
  default:
    return engagement_staff(act, engagement, NULL, 0);
  }
}

static void engagements_are_alike(void **state) {
  (void)state;
  for (int life = 0; life < LIVES; life++) {
    struct occasion occasion = occasion_build();
    struct act act = {occasion.arena, NOW_US, VENDOR, "someone"}, other = act;
    Sell__Opportunity *opportunity = opportunity_build(&occasion, SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED);
    Sell__Engagement a = SELL__ENGAGEMENT__INIT, b = SELL__ENGAGEMENT__INIT;
    other.party = swap(act.party);
    assert_null(engagement_start(&act, &a, opportunity));
    assert_null(engagement_start(&other, &b, opportunity));
    for (int step = 0; step < STEPS; step++) {
      unsigned action = chance(5);
      act.party = (Type__Party)(VENDOR + chance(2));
      other.party = swap(act.party);
      assert_alike(engagement_step(&act, &a, action), engagement_step(&other, &b, action));
      assert_int_equal(a.inviter, swap(b.inviter));
      assert_int_equal(a.state, b.state);
      assert_int_equal(a.involvement, b.involvement);
    }
    occasion_release(&occasion);
  }
}

/* ---- opportunities: review, attribution, sides, figures ---- */

/* Equal shares of an odd amount now and then: the unit that is left over has no side. */
static const struct status *propose(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    bool swapped, int32_t vendor, int32_t partner) {
  bool equal = vendor % 3 == 0, sourced = vendor % 2;
  Sell__Attribution__Share **shares = arena_calloc(occasion->arena, 2, sizeof *shares);
  for (size_t i = 0; i < 2; i++) {
    Type__Party party = i ? TYPE__PARTY__PARTY_PARTNER : VENDOR;
    shares[i] = arena_new(occasion->arena, Sell__Attribution__Share);
    sell__attribution__share__init(shares[i]);
    shares[i]->party = swapped ? swap(party) : party;
    shares[i]->class_ = i && sourced ? SOURCED : INFLUENCED;
    shares[i]->basis_points = equal ? 5000 : i ? partner : vendor;
    shares[i]->reasoning = (char *)WHY;
  }
  return attribution_propose(occasion, opportunity, shares, 2);
}

static const struct status *win(const struct occasion *occasion, Sell__Opportunity *opportunity) {
  Sell__WinOpportunityRequest request = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  int64_t occur_us;
  return opportunity_win(occasion, opportunity, &request, &occur_us);
}

static const struct status *opportunity_step(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                             bool swapped, unsigned action, int32_t bps) {
  static char *paths[] = {(char *)"amount"};
  switch (action) {
  case 0:
    return review_submit(occasion, opportunity);
  case 1:
    return review_recall(occasion, opportunity);
  case 2:
    return review_start(occasion, opportunity);
  case 3:
    return review_request_action(occasion, opportunity, (char *)WHY, paths, 1);
  case 4:
    return review_approve(occasion, opportunity, (char *)"");
  case 5:
  case 6:
    return propose(occasion, opportunity, swapped, bps, 10000 - bps);
  case 7:
  case 8:
    return attribution_agree(
        occasion, opportunity,
        opportunity->attribution ? timestamp_us(opportunity->attribution->propose_time, 0) : 0);
  case 9:
    return attribution_reverse(occasion, opportunity, WHY);
  case 10:
    return win(occasion, opportunity);
  default:
    return opportunity_reverse(occasion, opportunity, WHY);
  }
}

/* What a change adds for a party to a counter. */
static int64_t added(const Sell__Opportunity *after, const char *counter, Type__Party party) {
  struct tally rows[TALLIES_MAX];
  int64_t sum = 0;
  for (size_t i = 0, count = tally_change(NULL, after, rows); i < count; i++)
    if (rows[i].party == party && strcmp(rows[i].counter, counter) == 0)
      sum += rows[i].amount;
  return sum;
}

static Sell__Opportunity *owned_by(const struct occasion *occasion, Type__Party owner) {
  Sell__Opportunity *opportunity = opportunity_build(occasion, SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED);
  opportunity->display_name = (char *)"Triage at Northgate";
  opportunity->owner_party = owner;
  opportunity->amount->amount_minor = 100001;
  review_begin(occasion, opportunity);
  return opportunity;
}

static void opportunities_are_alike(void **state) {
  (void)state;
  size_t attributed = 0;
  for (int life = 0; life < LIVES; life++) {
    struct occasion occasion = occasion_build(), other = occasion;
    Sell__Opportunity *a = owned_by(&occasion, VENDOR), *b = owned_by(&other, swap(VENDOR));
    for (int step = 0; step < 3 * STEPS; step++) {
      unsigned action = chance(12);
      int32_t bps = 1 + (int32_t)chance(9999);
      occasion.party = (Type__Party)(VENDOR + chance(2));
      other.party = swap(occasion.party);
      if (action == 11 && chance(4)) /* a sale taken back is the end: seldom */
        continue;
      assert_alike(opportunity_step(&occasion, a, false, action, bps),
                   opportunity_step(&other, b, true, action, bps));
      assert_int_equal(review_state_of(a), review_state_of(b));
      assert_int_equal(a->review->reviewer, swap(b->review->reviewer));
      assert_int_equal(a->attribution ? a->attribution->state : 0,
                       b->attribution ? b->attribution->state : 0);
      for (int party = VENDOR; party < (int)VENDOR + 2; party++) {
        static const char *const counters[] = {"attributed.sourced", "attributed.influenced"};
        for (size_t i = 0; i < 2; i++) {
          int64_t amount = added(a, counters[i], (Type__Party)party);
          assert_int_equal(amount, added(b, counters[i], swap((Type__Party)party)));
          attributed += amount != 0;
        }
      }
    }
    occasion_release(&occasion);
  }
  assert_true(attributed > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(help_requests_are_alike),
      cmocka_unit_test(customer_activities_are_alike),
      cmocka_unit_test(engagements_are_alike),
      cmocka_unit_test(opportunities_are_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
