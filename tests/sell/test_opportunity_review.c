#include "sell/builder.h"
#include "sell/field.h"
#include "sell/opportunity_review.h"

#include "runtime/base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define REVIEW(name) SELL__OPPORTUNITY_REVIEW__STATE__STATE_##name
#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER

/* Complete, brought by the vendor, its review in this state. */
static Sell__Opportunity *reviewed(const struct occasion *occasion, Sell__OpportunityReview__State state) {
  Sell__Opportunity *opportunity = opportunity_build(occasion, STAGE(QUALIFIED));
  opportunity->display_name = (char *)"Triage at Northgate";
  review_begin(occasion, opportunity);
  opportunity->review->state = state;
  return opportunity;
}

static const struct status *run(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                enum review_action action) {
  static char *paths[] = {(char *)"amount"};
  switch (action) {
  case REVIEW_SUBMIT:
    return review_submit(occasion, opportunity);
  case REVIEW_RECALL:
    return review_recall(occasion, opportunity);
  case REVIEW_START:
    return review_start(occasion, opportunity);
  case REVIEW_REQUEST_ACTION:
    return review_request_action(occasion, opportunity, (char *)"the amount is too low", paths, 1);
  case REVIEW_APPROVE:
    return review_approve(occasion, opportunity, (char *)"well done");
  case REVIEW_REJECT:
    return review_reject(occasion, opportunity, (char *)"not what we sell");
  default:
    fail_msg("no action %d", (int)action);
    return NULL;
  }
}

static const struct {
  Type__Party actor;
  Sell__OpportunityReview__State after[6]; /* from PENDING_SUBMISSION to REJECTED; 0 is refused */
} expected[REVIEW_ACTIONS] = {
    [REVIEW_SUBMIT] = {VENDOR, {REVIEW(SUBMITTED), 0, 0, REVIEW(SUBMITTED), 0, 0}},
    [REVIEW_RECALL] = {VENDOR, {0, REVIEW(PENDING_SUBMISSION), 0, 0, 0, 0}},
    [REVIEW_START] = {PARTNER, {0, REVIEW(IN_REVIEW), 0, 0, 0, 0}},
    [REVIEW_REQUEST_ACTION] = {PARTNER, {0, 0, REVIEW(ACTION_REQUIRED), 0, 0, 0}},
    [REVIEW_APPROVE] = {PARTNER, {0, 0, REVIEW(APPROVED), 0, 0, 0}},
    [REVIEW_REJECT] = {PARTNER, {0, 0, REVIEW(REJECTED), 0, 0, 0}},
};

static void every_state_action_and_party(void **state) {
  (void)state;
  for (int from = REVIEW(PENDING_SUBMISSION); from <= (int)REVIEW(REJECTED); from++)
    for (int action = 0; action < REVIEW_ACTIONS; action++)
      for (int party = VENDOR; party <= (int)PARTNER; party++) {
        struct occasion occasion = occasion_build();
        Sell__Opportunity *opportunity = reviewed(&occasion, (Sell__OpportunityReview__State)from);
        Sell__Opportunity before = *opportunity;
        Sell__OpportunityReview review = *opportunity->review;
        int to = (int)expected[action].after[from - (int)REVIEW(PENDING_SUBMISSION)];
        bool own = (Type__Party)party == expected[action].actor;
        occasion.party = (Type__Party)party;
        assert_reason(run(&occasion, opportunity, (enum review_action)action),
                      !own ? REASON_OTHER_PARTY
                      : to ? NULL
                           : REASON_INVALID_STATE,
                      NULL);
        assert_int_equal(review_state_of(opportunity), own && to ? to : from);
        if (!own || !to)
          assert_memory_equal(opportunity, &before, sizeof before);
        assert_memory_equal(before.review, &review, sizeof review); /* what was read is never changed */
        occasion_release(&occasion);
      }
}

static void only_what_is_joint_and_open_is_reviewed(void **state) {
  (void)state;
  for (int action = 0; action < REVIEW_ACTIONS; action++)
    for (int closed = STATE(OPEN); closed <= (int)STATE(REVERSED); closed++) {
      struct occasion occasion = occasion_build();
      Sell__Opportunity *opportunity = opportunity_build_in(&occasion, (Sell__Opportunity__State)closed);
      occasion.party = expected[action].actor;
      if (closed != (int)STATE(OPEN))
        assert_reason(run(&occasion, opportunity, (enum review_action)action), REASON_INVALID_STATE, NULL);
      opportunity->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
      assert_reason(run(&occasion, opportunity, (enum review_action)action), REASON_NOT_JOINT, NULL);
      occasion_release(&occasion);
    }
}

static void submitting_names_all_that_is_missing(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = reviewed(&occasion, REVIEW(PENDING_SUBMISSION));
  opportunity->display_name = opportunity->solution = (char *)"";
  opportunity->customer = NULL;
  opportunity->amount = NULL;
  opportunity->expected_close_time = NULL;
  static const char *const missing[] = {"display_name", "customer.account", "customer.country",
                                        "solution",     "amount",           "expected_close_time"};
  for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
    assert_reason(review_submit(&occasion, opportunity), REASON_GUARD_UNMET, missing[i]);
  occasion_release(&occasion);
}

static void opened_paths_are_fields(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = reviewed(&occasion, REVIEW(IN_REVIEW));
  static char *paths[] = {(char *)"customer.account", (char *)"state", (char *)"customer.account"};
  occasion.party = PARTNER;
  for (size_t i = 1; i < 3; i++)
    assert_reason(review_request_action(&occasion, opportunity, (char *)"mend these please", paths, 3),
                  REASON_INVALID_REQUEST, arena_printf(occasion.arena, "open_fields[%zu]", i));
  assert_int_equal(review_state_of(opportunity), REVIEW(IN_REVIEW));
  occasion_release(&occasion);
}

static Sell__Opportunity *changed(const struct occasion *occasion, const Sell__Opportunity *before,
                                  const char *path) {
  Sell__Opportunity *after = arena_copy(occasion->arena, before, sizeof *before);
  if (strcmp(path, "customer.account") == 0) {
    after->customer = arena_copy(occasion->arena, before->customer, sizeof *before->customer);
    after->customer->account = (char *)"Southgate Hospital";
  } else if (strcmp(path, "display_name") == 0)
    after->display_name = (char *)"Another title";
  else if (strcmp(path, "amount") == 0)
    after->amount = money_build(occasion, "USD", 7);
  else
    after->seller = (char *)"Somebody else";
  return after;
}

/* Which field may change in which state of the review, at QUALIFIED, where the phase locks none.
 * ACTION_REQUIRED opens `amount` and `customer.account`. */
static void locks_by_review(void **state) {
  (void)state;
  static const struct {
    const char *path, *may; /* from PENDING_SUBMISSION to REJECTED */
  } rows[] = {
      {"customer.account", "x--x-x"},
      {"display_name", "x----x"},
      {"amount", "x--xxx"},
      {"seller", "x---xx"},
  };
  static char *opened[] = {(char *)"amount", (char *)"customer.account"};
  for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
    for (int at = 0; at < 6; at++) {
      struct occasion occasion = occasion_build();
      Sell__OpportunityReview__State in = REVIEW(PENDING_SUBMISSION) + (Sell__OpportunityReview__State)at;
      Sell__Opportunity *before = reviewed(&occasion, in);
      if (in == REVIEW(ACTION_REQUIRED)) {
        before->review->open_fields = opened;
        before->review->n_open_fields = 2;
      }
      const struct status *status =
          opportunity_update(&occasion, before, changed(&occasion, before, rows[row].path));
      assert_reason(status, rows[row].may[at] == 'x' ? NULL : REASON_FIELD_LOCKED,
                    rows[row].may[at] == 'x' ? NULL : rows[row].path);
      occasion_release(&occasion);
    }
}

/* The sale goes on whatever the review: its verbs are on the other axis. */
static void the_stage_is_free_of_the_review(void **state) {
  (void)state;
  for (int in = REVIEW(PENDING_SUBMISSION); in <= (int)REVIEW(REJECTED); in++) {
    struct occasion occasion = occasion_build();
    Sell__Opportunity *opportunity = reviewed(&occasion, (Sell__OpportunityReview__State)in);
    Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
    int64_t occur_us;
    assert_reason(opportunity_win(&occasion, opportunity, &win, &occur_us), NULL, NULL);
    assert_int_equal(review_state_of(opportunity), in);
    occasion_release(&occasion);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_action_and_party),
      cmocka_unit_test(only_what_is_joint_and_open_is_reviewed),
      cmocka_unit_test(submitting_names_all_that_is_missing),
      cmocka_unit_test(opened_paths_are_fields),
      cmocka_unit_test(locks_by_review),
      cmocka_unit_test(the_stage_is_free_of_the_review),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
