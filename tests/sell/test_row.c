#include "runtime/base/timestamp.h"
#include "sell/builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define LOSS(name) SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_##name
#define OUTCOME(name) SELL__ROW_RESULT__OUTCOME__OUTCOME_##name

static Sell__OpportunityRow *row_open(const struct occasion *occasion, Sell__Opportunity__Stage stage) {
  Sell__OpportunityRow *row = row_build(occasion);
  row->state = STATE(OPEN);
  row->stage = stage;
  row->close_time = NULL;
  row->expected_close_time = time_build(occasion, -30);
  if (stage < STAGE(QUALIFIED))
    row->qualify_time = NULL;
  return row;
}

static Sell__OpportunityRow *row_lost(const struct occasion *occasion) {
  Sell__OpportunityRow *row = row_build(occasion);
  row->state = STATE(LOST);
  row->stage = STAGE(QUALIFIED);
  row->amount = NULL;
  row->loss_reason = LOSS(NOT_RECORDED);
  return row;
}

/* Applies a row where nothing is known yet; it must be taken. */
static Sell__Opportunity *taken(const struct occasion *occasion, const Sell__OpportunityRow *row) {
  struct row_change change;
  assert_reason(row_apply(occasion, row, NAME, NULL, &change), NULL, NULL);
  assert_int_equal(change.outcome, OUTCOME(CREATED));
  return change.after;
}

static void a_new_row_is_opened_and_closed(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct row_change change;
  assert_reason(row_apply(&occasion, row_build(&occasion), NAME, NULL, &change), NULL, NULL);
  assert_string_equal(change.type, "opportunity.won");
  assert_int_equal(change.occur_us, NOW_US - 40 * DAY_US);
  assert_int_equal(change.after->state, STATE(WON));
  assert_int_equal(change.after->stage, STAGE(COMMITTED));
  assert_int_equal(change.after->owner_party, TYPE__PARTY__PARTY_VENDOR);
  assert_int_equal(timestamp_us(change.after->qualify_time, 0), NOW_US - 50 * DAY_US);
  assert_int_equal(change.opened_us, NOW_US - 60 * DAY_US);
  assert_int_equal(change.opened->state, STATE(OPEN));
  assert_null(change.opened->close_time);
  Sell__Opportunity *lost = taken(&occasion, row_lost(&occasion));
  assert_int_equal(lost->state, STATE(LOST));
  assert_int_equal(lost->stage, STAGE(QUALIFIED));
  assert_int_equal(lost->loss_reason, LOSS(NOT_RECORDED));
  occasion_release(&occasion);
}

static void an_open_row_is_one_entry(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct row_change change;
  Sell__OpportunityRow *row = row_open(&occasion, STAGE(PROSPECT));
  row->open_time = NULL;
  row->amount = NULL;
  row->customer = NULL;
  assert_reason(row_apply(&occasion, row, NAME, NULL, &change), NULL, NULL);
  assert_string_equal(change.type, "opportunity.opened");
  assert_null(change.opened);
  assert_int_equal(timestamp_us(change.after->open_time, 0), NOW_US);
  assert_null(change.after->qualify_time);
  occasion_release(&occasion);
}

static void the_same_row_again_changes_nothing(void **state) {
  (void)state;
  for (int kind = 0; kind < 8; kind++) {
    struct occasion occasion = occasion_build();
    Sell__OpportunityRow *row = kind == 6   ? row_build(&occasion)
                                : kind == 7 ? row_lost(&occasion)
                                            : row_open(&occasion, (Sell__Opportunity__Stage)(1 + kind % 5));
    if (kind == 5)
      row->open_time = NULL;
    Sell__Opportunity *known = taken(&occasion, row);
    struct row_change change;
    occasion.now_us += DAY_US;
    assert_reason(row_apply(&occasion, row, NAME, known, &change), NULL, NULL);
    assert_int_equal(change.outcome, OUTCOME(UNCHANGED));
    assert_null(change.after);
    if (kind == 6) { /* a win that was taken back since was won all the same */
      known->state = STATE(REVERSED);
      assert_reason(row_apply(&occasion, row, NAME, known, &change), NULL, NULL);
      assert_int_equal(change.outcome, OUTCOME(UNCHANGED));
    }
    occasion_release(&occasion);
  }
}

static void rows_carry_progress(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct row_change change;
  Sell__OpportunityRow *first = row_open(&occasion, STAGE(PROSPECT));
  first->open_time = NULL; /* not known there yet, as for a lead */
  Sell__Opportunity *known = taken(&occasion, first);
  assert_reason(row_apply(&occasion, row_open(&occasion, STAGE(QUALIFIED)), NAME, known, &change), NULL,
                NULL);
  assert_string_equal(change.type, "opportunity.advanced");
  assert_int_equal(timestamp_us(change.after->open_time, 0), NOW_US - 60 * DAY_US);
  assert_int_equal(timestamp_us(change.after->qualify_time, 0), NOW_US - 50 * DAY_US);
  assert_int_equal(change.occur_us, NOW_US - 50 * DAY_US);
  known = change.after;
  Sell__OpportunityRow *renamed = row_open(&occasion, STAGE(QUALIFIED));
  renamed->seller = (char *)"Another Seller";
  assert_reason(row_apply(&occasion, renamed, NAME, known, &change), NULL, NULL);
  assert_string_equal(change.type, "opportunity.updated");
  assert_string_equal(change.after->seller, "Another Seller");
  assert_reason(row_apply(&occasion, row_build(&occasion), NAME, change.after, &change), NULL, NULL);
  assert_string_equal(change.type, "opportunity.won");
  assert_int_equal(change.outcome, OUTCOME(UPDATED));
  assert_null(change.opened);
  occasion_release(&occasion);
}

static void what_a_row_leaves_out_stays(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct row_change change;
  Sell__OpportunityRow *row = row_open(&occasion, STAGE(QUALIFIED));
  Sell__Opportunity *known = taken(&occasion, row);
  row->customer = NULL;
  row->amount = NULL;
  row->solution = (char *)"";
  row->open_time = row->qualify_time = row->expected_close_time = NULL;
  assert_reason(row_apply(&occasion, row, NAME, known, &change), NULL, NULL);
  assert_int_equal(change.outcome, OUTCOME(UNCHANGED));
  occasion_release(&occasion);
}

struct bad {
  void (*spoil)(const struct occasion *occasion, Sell__OpportunityRow *row);
  const char *reason, *detail;
};

#define SPOIL(name, statement)                                                                               \
  static void name(const struct occasion *occasion, Sell__OpportunityRow *row) {                             \
    (void)occasion;                                                                                          \
    statement;                                                                                               \
  }
SPOIL(no_id, row->external_id = (char *)"")
SPOIL(no_engagement, row->engagement = 0)
SPOIL(no_state, row->state = 0)
SPOIL(is_reversed, row->state = STATE(REVERSED))
SPOIL(no_close, row->close_time = NULL)
SPOIL(no_account, row->customer = NULL)
SPOIL(no_amount, row->amount = NULL)
SPOIL(zero_amount, row->amount = money_build(occasion, "USD", 0))
SPOIL(euros, row->amount = money_build(occasion, "EUR", 5))
SPOIL(closes_first, row->close_time = time_build(occasion, 61))
SPOIL(qualifies_late, row->qualify_time = time_build(occasion, 39))
SPOIL(qualifies_early, row->qualify_time = time_build(occasion, 61))
SPOIL(in_future, row->close_time = time_build(occasion, -1))
SPOIL(loss_of_win, row->loss_reason = LOSS(PRICE))
SPOIL(lost_without_reason, row->state = STATE(LOST); row->stage = STAGE(QUALIFIED))
SPOIL(lost_without_stage, row->state = STATE(LOST); row->loss_reason = LOSS(OTHER))
SPOIL(open_but_closed, row->state = STATE(OPEN); row->stage = STAGE(QUALIFIED))
SPOIL(prospect_qualified, row->state = STATE(OPEN); row->stage = STAGE(PROSPECT))
SPOIL(long_seller, char *text = arena_calloc(occasion->arena, 1, 200); memset(text, 'x', 121);
      row->seller = text)

static void bad_rows_say_why(void **state) {
  (void)state;
  static const struct bad bad[] = {
      {no_id, REASON_INVALID_REQUEST, "external_id"},
      {no_engagement, REASON_INVALID_REQUEST, "engagement"},
      {no_state, REASON_INVALID_REQUEST, "state"},
      {is_reversed, REASON_INVALID_REQUEST, "state"},
      {no_close, REASON_INVALID_REQUEST, "close_time"},
      {no_account, REASON_GUARD_UNMET, "customer.account"},
      {no_amount, REASON_GUARD_UNMET, "amount"},
      {zero_amount, REASON_INVALID_REQUEST, "amount.amount_minor"},
      {euros, REASON_CURRENCY_MISMATCH, NULL},
      {closes_first, REASON_INVALID_REQUEST, "close_time"},
      {qualifies_late, REASON_INVALID_REQUEST, "close_time"},
      {qualifies_early, REASON_INVALID_REQUEST, "qualify_time"},
      {in_future, REASON_INVALID_REQUEST, "close_time"},
      {loss_of_win, REASON_INVALID_REQUEST, "loss_reason"},
      {lost_without_reason, REASON_INVALID_REQUEST, "loss_reason"},
      {lost_without_stage, REASON_INVALID_REQUEST, "stage"},
      {open_but_closed, REASON_INVALID_REQUEST, "close_time"},
      {prospect_qualified, REASON_INVALID_REQUEST, "qualify_time"},
      {long_seller, REASON_INVALID_REQUEST, "seller"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct occasion occasion = occasion_build();
    struct row_change change;
    Sell__OpportunityRow *row = row_build(&occasion);
    bad[i].spoil(&occasion, row);
    const struct status *status = row_apply(&occasion, row, NAME, NULL, &change);
    assert_reason(status, bad[i].reason, bad[i].detail);
    Sell__RowResult result = SELL__ROW_RESULT__INIT;
    row_refuse(occasion.arena, status, &result);
    assert_int_equal(result.outcome, OUTCOME(REFUSED));
    assert_true(result.n_problems >= 1);
    occasion_release(&occasion);
  }
}

static void rows_never_undo(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct row_change change;
  Sell__Opportunity *won = taken(&occasion, row_build(&occasion));
  Sell__Opportunity *lost = taken(&occasion, row_lost(&occasion));
  Sell__Opportunity *far = taken(&occasion, row_open(&occasion, STAGE(BUSINESS_VALIDATION)));
  assert_reason(row_apply(&occasion, row_lost(&occasion), NAME, won, &change), REASON_INVALID_STATE, NULL);
  assert_reason(row_apply(&occasion, row_open(&occasion, STAGE(QUALIFIED)), NAME, won, &change),
                REASON_INVALID_STATE, NULL);
  assert_reason(row_apply(&occasion, row_build(&occasion), NAME, lost, &change), REASON_INVALID_STATE, NULL);
  assert_reason(row_apply(&occasion, row_open(&occasion, STAGE(QUALIFIED)), NAME, far, &change),
                REASON_STAGE_BEHIND, NULL);
  Sell__OpportunityRow *row = row_build(&occasion);
  row->amount = money_build(&occasion, "USD", 1);
  assert_reason(row_apply(&occasion, row, NAME, won, &change), REASON_FIELD_LOCKED, "amount");
  row = row_build(&occasion);
  row->close_time = time_build(&occasion, 41);
  assert_reason(row_apply(&occasion, row, NAME, won, &change), REASON_FIELD_LOCKED, "close_time");
  row = row_build(&occasion);
  row->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  assert_reason(row_apply(&occasion, row, NAME, won, &change), REASON_FIELD_LOCKED, "engagement");
  occasion_release(&occasion);
}

static void loss_reasons_do_not_change(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct row_change change;
  Sell__OpportunityRow *row = row_lost(&occasion);
  row->loss_reason = LOSS(PRICE);
  Sell__Opportunity *lost = taken(&occasion, row);
  row->loss_reason = LOSS(OTHER);
  assert_reason(row_apply(&occasion, row, NAME, lost, &change), REASON_FIELD_LOCKED, "loss_reason");
  row->loss_reason = LOSS(NOT_RECORDED); /* not known there: no contradiction */
  assert_reason(row_apply(&occasion, row, NAME, lost, &change), NULL, NULL);
  assert_int_equal(change.outcome, OUTCOME(UNCHANGED));
  occasion_release(&occasion);
}

static void what_was_reopened_stays_open(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct row_change change;
  Sell__OpportunityRow *row = row_lost(&occasion);
  Sell__Opportunity *lost = taken(&occasion, row);
  assert_reason(opportunity_reopen(&occasion, lost, "customer came back"), NULL, NULL);
  assert_reason(row_apply(&occasion, row, NAME, lost, &change), NULL, NULL);
  assert_int_equal(change.outcome, OUTCOME(UNCHANGED));
  occasion.now_us += 2 * DAY_US;
  row->close_time = time_build(&occasion, -1); /* lost again since */
  assert_reason(row_apply(&occasion, row, NAME, lost, &change), NULL, NULL);
  assert_string_equal(change.type, "opportunity.lost");
  occasion_release(&occasion);
}

static void lost_from_wherever_it_had_come(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct row_change change;
  Sell__Opportunity *far = taken(&occasion, row_open(&occasion, STAGE(BUSINESS_VALIDATION)));
  assert_reason(row_apply(&occasion, row_lost(&occasion), NAME, far, &change), NULL, NULL);
  assert_string_equal(change.type, "opportunity.lost");
  assert_int_equal(change.after->stage, STAGE(BUSINESS_VALIDATION));
  assert_reason(row_apply(&occasion, row_lost(&occasion), NAME, change.after, &change), NULL, NULL);
  assert_int_equal(change.outcome, OUTCOME(UNCHANGED));
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_row_is_opened_and_closed),
      cmocka_unit_test(an_open_row_is_one_entry),
      cmocka_unit_test(the_same_row_again_changes_nothing),
      cmocka_unit_test(rows_carry_progress),
      cmocka_unit_test(what_a_row_leaves_out_stays),
      cmocka_unit_test(bad_rows_say_why),
      cmocka_unit_test(rows_never_undo),
      cmocka_unit_test(loss_reasons_do_not_change),
      cmocka_unit_test(what_was_reopened_stays_open),
      cmocka_unit_test(lost_from_wherever_it_had_come),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
